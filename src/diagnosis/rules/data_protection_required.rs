#![doc = include_str!("data_protection_required.md")]

use crate::diagnosis::rule::{Conclusion, Confidence, Fix, Match, Rule, Side, asks_nothing};
use crate::diagnosis::rules::{loss, ruled_out_by, setting};
use crate::evidence::facts::{Facts, Place, Tried};
use crate::protocol::dialect::Says;

pub static RULE: Rule = Rule {
    id: "data-protection-required",
    title: "the server wants data connections encrypted",
    article: include_str!("data_protection_required.md"),
    neighbours: &["tls-required", "transfer-failed", "listing-refused"],
    test,
    asks: asks_nothing,
};

fn test(facts: &Facts) -> Match {
    let places: Vec<Place> =
        facts.refusals_saying(Says::ProtectionRequired).into_iter().map(|(_, place)| place).collect();
    if places.is_empty() || facts.login_refusal().is_some() {
        let working = facts.tried().iter().filter(|tried| tried.works()).filter_map(Tried::joined_at);
        return ruled_out_by(facts, working, "no transfer went through");
    }
    Match::Fires(Conclusion {
        severity: loss(facts),
        side: Side::Client,
        confidence: Confidence::High,
        summary: "The server lets this client log in, and refuses transfers whose data connection is not encrypted."
            .to_owned(),
        cites: facts.cites(places),
        fixes: vec![
            Fix::client(
                "Encrypt data connections too",
                "In the client choose explicit FTP over TLS (FTPES) with protected data connections (PROT P).",
            ),
            Fix::server(
                "Allow plain transfers, if that is really wanted",
                setting(facts, |settings| settings.allow_plain, "In the server's settings for TLS."),
            ),
        ],
    })
}
