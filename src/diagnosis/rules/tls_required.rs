#![doc = include_str!("tls_required.md")]

use crate::diagnosis::rule::{Conclusion, Confidence, Fix, Match, Rule, Severity, Side, asks_nothing};
use crate::diagnosis::rules::logins::{self, Trouble};
use crate::diagnosis::rules::{loss, setting};
use crate::evidence::facts::{Facts, Place, Tried};
use crate::protocol::dialect::{self, Says};

pub static RULE: Rule = Rule {
    id: "tls-required",
    title: "the server wants the control connection encrypted",
    article: include_str!("tls_required.md"),
    neighbours: &["login-rejected", "data-protection-required", "too-many-connections"],
    test,
    asks: asks_nothing,
};

/// The demand was met.
fn met(facts: &Facts) -> Match {
    let still = facts.tried().iter().filter(|tried| tried.refusal_says() == Some(Says::TlsRequired));
    let still: Vec<Place> = still.filter_map(Tried::ended_by).collect();
    if !still.is_empty() {
        return Match::Fires(Conclusion {
            severity: loss(facts),
            side: Side::Server,
            confidence: Confidence::Medium,
            summary: "The server asks for TLS on the control connection although TLS stands there.".to_owned(),
            cites: facts.cites(still),
            fixes: vec![Fix::server(
                "See the server's log and its settings for TLS",
                "A proxy that ends TLS before the server makes it see the connection in plain.",
            )],
        });
    }
    let wants_tls = |says| matches!(says, Some(Says::TlsRequired | Says::ProtectionRequired));
    let refused = facts.plain_login_refused().filter(|(reply, _)| wants_tls(dialect::says(reply)));
    let Some((_, place)) = refused else { return Match::Undecided("no login in plain was tried") };
    Match::Fires(Conclusion {
        severity: Severity::Info,
        side: Side::Client,
        confidence: Confidence::High,
        summary: "The server takes logins only over an encrypted connection; this check went on with TLS.".to_owned(),
        cites: facts.cites([place]),
        fixes: vec![Fix::client(
            "Use FTP over TLS",
            "In the client choose explicit FTP over TLS (FTPES), at the same port. This is not SFTP.",
        )],
    })
}

fn test(facts: &Facts) -> Match {
    if facts.is_encrypted() {
        return met(facts);
    }
    let at_login = match logins::trouble(facts) {
        Some((Trouble::TlsRequired, (_, place))) => Some(place),
        _ => None,
    };
    let later = facts.refusals_saying(Says::TlsRequired).into_iter().map(|(_, place)| place);
    let mut places: Vec<Place> = at_login.into_iter().chain(later).collect();
    places.dedup();
    if places.is_empty() {
        return logins::otherwise(facts);
    }
    let what = if at_login.is_some() { "a login" } else { "this command" };
    Match::Fires(Conclusion {
        severity: if at_login.is_some() { Severity::Error } else { loss(facts) },
        side: Side::Client,
        confidence: Confidence::High,
        summary: format!("The server takes {what} only over an encrypted connection, and this one was not encrypted."),
        cites: facts.cites(places),
        fixes: vec![
            Fix::client(
                "Use FTP over TLS",
                "In the client choose explicit FTP over TLS (FTPES), at the same port. This is not SFTP.",
            ),
            Fix::server(
                "Allow plain logins, if that is really wanted",
                setting(
                    facts,
                    |settings| settings.allow_plain,
                    "In the server's settings for TLS. Passwords then travel in the clear.",
                ),
            ),
        ],
    })
}
