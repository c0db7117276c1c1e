#![doc = include_str!("certificate_untrusted.md")]

use crate::diagnosis::rule::{Conclusion, Confidence, Fix, Match, Rule, Severity, Side, asks_nothing};
use crate::evidence::facts::{Cite, Facts, Place};
use crate::evidence::import::UNKNOWN_HOST;
use crate::evidence::security::{Certificate, Distrust};

pub static RULE: Rule = Rule {
    id: "certificate-untrusted",
    title: "nobody vouches for the server's certificate",
    article: include_str!("certificate_untrusted.md"),
    neighbours: &["tls-failed"],
    test,
    asks: asks_nothing,
};

fn test(facts: &Facts) -> Match {
    if let Some((distrust, place)) = facts.distrusted() {
        return told(facts, distrust, place);
    }
    let Some((certificate, place)) = facts.certificate() else {
        return Match::Undecided("no certificate was shown");
    };
    let Some(distrust) = certificate.distrust else {
        let mut cites = facts.cites([place]);
        cites.push(Cite::of(format!("the certificate of {} is trusted", certificate.subject)));
        return Match::RuledOut(cites);
    };
    let host = facts.evidence().target.host.as_str();
    let withheld = facts.withheld();
    let kept = if withheld.is_some() { " So the password was not sent, and no mode was tried." } else { "" };
    let mut fixes = vec![mending(distrust, host)];
    if withheld.is_some() {
        fixes.push(Fix::client(
            "Go on without trust, if this is the right server beyond doubt",
            "Here: --insecure, or --ca-file with the certificate of the authority that signed it.",
        ));
    }
    Match::Fires(Conclusion {
        severity: if withheld.is_some() { Severity::Error } else { Severity::Warning },
        side: if distrust == Distrust::NoAuthorities { Side::Client } else { Side::Server },
        confidence: Confidence::High,
        summary: format!(
            "The connection is encrypted, but {}. Clients ask before they go on, or end with a certificate error.{kept}",
            reason(certificate, distrust, host)
        ),
        cites: shown(certificate).into_iter().chain(facts.cites(withheld)).collect(),
        fixes,
    })
}

/// A client's log says so, and shows no certificate.
fn told(facts: &Facts, distrust: Distrust, place: Place) -> Match {
    let why = match distrust {
        Distrust::SelfSigned => "the server signed its certificate itself, so nobody vouches for it",
        Distrust::UnknownIssuer => {
            "it does not know the authority that signed the server's certificate, or one between is missing"
        }
        Distrust::Expired => "the server's certificate has expired",
        Distrust::NotYetValid => "the server's certificate is not valid yet, by the client's clock",
        Distrust::WrongName => "the server's certificate is for another name",
        Distrust::Revoked => "the server's certificate was revoked",
        Distrust::NoAuthorities => "it has no list of authorities to trust",
        Distrust::Other => "it can't verify the server's certificate",
    };
    let ended = !facts.control_works();
    Match::Fires(Conclusion {
        severity: if ended { Severity::Error } else { Severity::Warning },
        side: if distrust == Distrust::NoAuthorities { Side::Client } else { Side::Server },
        confidence: Confidence::High,
        summary: format!("The client does not trust the server: {why}."),
        cites: facts.cites([place]),
        fixes: vec![mending(distrust, facts.evidence().target.host.as_str())],
    })
}

fn reason(certificate: &Certificate, distrust: Distrust, host: &str) -> String {
    match distrust {
        Distrust::SelfSigned => "the server signed its certificate itself, so nobody vouches for it".to_owned(),
        Distrust::UnknownIssuer => format!(
            "the server's certificate is signed by \u{201c}{}\u{201d}, an authority that this computer does not know, or \
             the certificate of an authority between is missing",
            certificate.issuer
        ),
        Distrust::Expired => format!("the server's certificate expired on {}", certificate.not_after),
        Distrust::NotYetValid => {
            format!("the server's certificate is valid from {} on, says this computer's clock", certificate.not_before)
        }
        Distrust::WrongName => format!("the server's certificate is not for {host}"),
        Distrust::Revoked => "the server's certificate was revoked".to_owned(),
        Distrust::NoAuthorities => "this computer has no list of authorities to trust".to_owned(),
        Distrust::Other => "the server's certificate is not fit for a server".to_owned(),
    }
}

/// Names, days and chain, each a thing that was seen.
fn shown(certificate: &Certificate) -> Vec<Cite> {
    let mut cites = vec![
        Cite::of(format!("the certificate is for {}, signed by {}", certificate.subject, certificate.issuer)),
        Cite::of(format!("it is valid from {} to {}", certificate.not_before, certificate.not_after)),
    ];
    if !certificate.names.is_empty() {
        cites.push(Cite::of(format!("its names are {}", certificate.names.join(", "))));
    }
    if !certificate.chain.is_empty() {
        cites.push(Cite::of(format!("behind it came {}", certificate.chain.join(", "))));
    }
    cites
}

fn mending(distrust: Distrust, host: &str) -> Fix {
    // A log need not show it.
    let host = if host == UNKNOWN_HOST { "that clients use" } else { host };
    match distrust {
        Distrust::SelfSigned | Distrust::UnknownIssuer => Fix::server(
            "Install a certificate from an authority that clients know",
            format!("For the name {host}, with the certificates of the authorities between in the same file."),
        ),
        Distrust::Expired => {
            Fix::server("Renew the certificate", "And restart the server, which reads it at its start.")
        }
        Distrust::NotYetValid => {
            Fix::client("Set this computer's clock", "Or wait: the certificate's days begin later.")
        }
        Distrust::WrongName => Fix::server(
            "Install a certificate for the name that clients use",
            format!(
                "It has to hold the name {host} as a subject alternative name; or clients use a name that it holds."
            ),
        ),
        Distrust::Revoked => Fix::server("Replace the certificate", "Its authority has taken it back."),
        Distrust::NoAuthorities => {
            Fix::client("Install the system's list of authorities", "On Debian and Ubuntu the package ca-certificates.")
        }
        Distrust::Other => Fix::server(
            "Replace the certificate",
            format!("With one for servers (TLS Web Server) and the name {host}."),
        ),
    }
}
