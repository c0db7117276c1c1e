#![doc = include_str!("tls_failed.md")]

use crate::diagnosis::rule::{Conclusion, Confidence, Fix, Match, Rule, Severity, Side, asks_nothing};
use crate::diagnosis::rules::{loss, peer_port, transfer_stalled};
use crate::evidence::attempt::SMALL_SEGMENT;
use crate::evidence::facts::{ControlEnd, Facts, Place};
use crate::evidence::log::Writer;
use crate::evidence::security::{Broken, Wanted};
use crate::evidence::timeline::HandshakeAgain;

pub static RULE: Rule = Rule {
    id: "tls-failed",
    title: "TLS on the control connection does not come about",
    article: include_str!("tls_failed.md"),
    neighbours: &["tls-unsupported", "certificate-untrusted", "no-greeting", "control-idle-dropped"],
    test,
    asks: asks_nothing,
};

fn test(facts: &Facts) -> Match {
    // A log may tell of TLS that stood and was broken before the login was over.
    let open = !facts.is_encrypted() || (facts.log().is_some() && !facts.control_works());
    let Some(broken) = facts.tls_broken().filter(|_| open) else {
        if let Some(lost) = facts.lost_at_auth().filter(|_| !facts.control_works()) {
            return at_auth(facts, lost);
        }
        return match facts.handshake() {
            Some((_, place)) => Match::RuledOut(facts.cites([place])),
            None => Match::Undecided("no TLS handshake was begun"),
        };
    };
    let target = &facts.evidence().target;
    let implicit = facts.auth_refused().is_none() && facts.answer("AUTH").is_none();
    let asked = facts.evidence().asked.tls;
    let server = peer_port(facts);
    let of_server = facts.log().is_some_and(|log| log.writer == Writer::Server);
    let again: Vec<HandshakeAgain> = facts.handshakes_again().into_iter().map(|(end, _)| end).collect();
    let (side, confidence, summary) = match broken.how {
        Some(Broken::Alert) if of_server => (
            Side::Client,
            Confidence::Medium,
            "The client ends the TLS handshake with an alert: it does not take what the server offers. Most often it does not \
             trust the server's certificate."
                .to_owned(),
        ),
        Some(Broken::Closed | Broken::CutRecord | Broken::Reset) if of_server => (
            Side::Unknown,
            Confidence::Medium,
            "The TLS handshake is cut off. The client ends it, as it does where it does not trust the certificate, or a \
             device on the way does."
                .to_owned(),
        ),
        Some(Broken::NotTls) if implicit => (
            Side::Client,
            Confidence::High,
            format!("{server} answers in plain where TLS was spoken from the first byte on: this port is not for implicit TLS."),
        ),
        Some(Broken::Incompatible | Broken::Alert) => (
            Side::Server,
            Confidence::Medium,
            "The server and this tool find no common ground in TLS. Most often the server speaks nothing newer than TLS \
             1.1, or only ciphers that are given up."
                .to_owned(),
        ),
        Some(Broken::NotTls) => (
            Side::Server,
            Confidence::High,
            "The server agreed to TLS and went on in plain: its TLS is not set up right.".to_owned(),
        ),
        Some(Broken::Invalid) => {
            (Side::Server, Confidence::Medium, "What the server sends as TLS breaks its rules.".to_owned())
        }
        Some(Broken::Closed | Broken::CutRecord) => (
            Side::Unknown,
            Confidence::Medium,
            "The TLS handshake is cut off. The server ends it without a word, or a device on the way does.".to_owned(),
        ),
        Some(Broken::Reset) => (
            Side::Unknown,
            Confidence::Medium,
            "The TLS handshake is cut off by a reset. A firewall that wants to read the connection does so, or the server."
                .to_owned(),
        ),
        None => unanswered(&server, &again),
    };
    let plain_port = Fix::client(
        "Use explicit TLS at this port",
        format!("In the client choose explicit FTP over TLS, as in ftpes://{}:{}.", target.host, target.port),
    );
    let mend = Fix::server(
        "See the server's log for the handshake, and try it at the server itself",
        format!(
            "openssl s_client -connect {}:{}{}",
            target.host,
            target.port,
            if implicit { "" } else { " -starttls ftp" }
        ),
    );
    let trust = Fix::client(
        "See the client's log for the handshake",
        "Where it asks whether to trust the certificate, compare the fingerprint with the server's and accept it.",
    );
    let explicit_instead = implicit && asked == Wanted::Implicit && broken.how == Some(Broken::NotTls);
    Match::Fires(Conclusion {
        severity: loss(facts),
        side,
        confidence,
        summary,
        cites: facts
            .cites([broken.place].into_iter().chain(facts.handshakes_again().into_iter().map(|(_, place)| place))),
        fixes: if explicit_instead {
            vec![plain_port]
        } else if side == Side::Network {
            vec![transfer_stalled::mtu_fix()]
        } else if of_server {
            vec![trust, mend]
        } else {
            let elsewhere = Fix::client(
                "Try from another network",
                "Where it works from there, a firewall on this side breaks TLS it can't read.",
            );
            // Nobody has looked whether it is that.
            let large = (broken.how.is_none() && again.is_empty()).then(transfer_stalled::mtu_fix);
            [mend, elsewhere].into_iter().chain(large).collect()
        },
    })
}

/// The handshake met silence: it may be for the size of packets, which the certificate fills.
fn unanswered(server: &str, again: &[HandshakeAgain]) -> (Side, Confidence, String) {
    let silence = format!("{server} does not answer the TLS handshake.");
    let stands_small = again.contains(&HandshakeAgain::StoodInSmallSegments);
    if stands_small && again.contains(&HandshakeAgain::Stood) {
        return (
            Side::Unknown,
            Confidence::Low,
            format!(
                "{silence} It does so only now and then: made again, the handshake stood. The server hangs now and then, or a \
                 link or firewall on the way loses packets; from here these look alike."
            ),
        );
    }
    if stands_small {
        let twice = again.contains(&HandshakeAgain::Silent);
        return (
            Side::Network,
            if twice { Confidence::High } else { Confidence::Medium },
            format!(
                "Large packets are lost on the way: {server} does not answer the TLS handshake, in which its certificate fills such \
                 packets, and in segments of {SMALL_SEGMENT} bytes it does. A router drops what is too large for its link, \
                 and its word of that (ICMP) does not reach the server."
            ),
        );
    }
    let why = if again.contains(&HandshakeAgain::SilentInSmallSegments) {
        format!(
            "In segments of {SMALL_SEGMENT} bytes, which nearly every link takes, it stays silent, too. The server hangs, or a \
             device on the way swallows the handshake."
        )
    } else {
        "The server hangs, or a device on the way swallows it, or its certificate comes in packets that are too large for the \
         way and are lost."
            .to_owned()
    };
    (Side::Unknown, Confidence::Medium, format!("{silence} {why}"))
}

/// AUTH TLS was the last that went well: what became of it has no words.
fn at_auth(facts: &Facts, (end, place): (ControlEnd, Place)) -> Match {
    let what = match end {
        ControlEnd::Closed => "The control connection is closed in the place of an answer to AUTH TLS.",
        ControlEnd::Reset => "The control connection is reset in the place of an answer to AUTH TLS.",
        ControlEnd::Silent => "AUTH TLS is never answered.",
    };
    Match::Fires(Conclusion {
        severity: Severity::Error,
        side: Side::Unknown,
        confidence: Confidence::Low,
        summary: format!(
            "{what} A server whose TLS is not set up right does this, and so does a device on the way that lets no encrypted FTP \
             through; what was seen does not tell which."
        ),
        cites: facts.cites([place]),
        fixes: vec![
            Fix::server(
                "Look for this connection in the server's log",
                "Where AUTH TLS is in there, the log says what TLS lacks: a certificate, its key, or a library. Where it is not, \
                 something on the way took it.",
            ),
            Fix::client(
                "Try from another network",
                "Where TLS works from there, a firewall on the first network breaks what it can't read.",
            ),
        ],
    })
}
