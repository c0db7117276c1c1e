#![doc = include_str!("tls_unsupported.md")]

use crate::diagnosis::rule::{Conclusion, Confidence, Fix, Match, Rule, Severity, Side, asks_nothing};
use crate::diagnosis::rules::loss;
use crate::evidence::facts::Facts;
use crate::evidence::security::Wanted;

pub static RULE: Rule = Rule {
    id: "tls-unsupported",
    title: "the server refuses AUTH TLS",
    article: include_str!("tls_unsupported.md"),
    neighbours: &["tls-failed", "tls-required"],
    test,
    asks: asks_nothing,
};

fn test(facts: &Facts) -> Match {
    let refused = if facts.is_encrypted() { None } else { facts.auth_refused() };
    let Some((reply, place)) = refused else {
        return match facts.handshake() {
            Some((_, place)) => Match::RuledOut(facts.cites([place])),
            None if facts.lost_at_auth().is_some() => Match::Undecided("the server did not answer AUTH TLS"),
            None if let Some((_, place)) = facts.auth_agreed() => Match::RuledOut(facts.cites([place])),
            None => Match::Undecided("the server was not asked for TLS"),
        };
    };
    let summary = if reply.code == 431 {
        "The server knows AUTH TLS and can't encrypt the control connection now: most often its certificate or its key is \
         missing."
    } else {
        "The server was asked to encrypt the control connection (AUTH TLS), and refuses."
    };
    // Where nobody wanted TLS, it is a remark; but who knows the command and can't obey has something to mend.
    let asked = facts.evidence().asked.tls != Wanted::Auto;
    let wanted = asked || (reply.code == 431 && facts.log().is_none());
    Match::Fires(Conclusion {
        severity: if wanted || !(facts.moves_data() || facts.answer("USER").is_some()) {
            loss(facts)
        } else {
            Severity::Info
        },
        side: Side::Server,
        confidence: Confidence::High,
        summary: summary.to_owned(),
        cites: facts.cites([place]),
        fixes: vec![
            Fix::server(
                "Switch TLS on in the server, with a certificate",
                "vsftpd: ssl_enable=YES and rsa_cert_file. ProFTPD: mod_tls with TLSEngine on. Pure-FTPd: TLS 1. IIS: FTP \
                 SSL Settings.",
            ),
            Fix::client(
                "Ask the server's admin how TLS is meant to be used",
                "Some servers offer implicit TLS at port 990 instead (ftps://). Plain FTP sends the password in the clear.",
            ),
        ],
    })
}
