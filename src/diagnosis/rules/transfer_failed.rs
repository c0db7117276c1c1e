#![doc = include_str!("transfer_failed.md")]

use crate::diagnosis::rule::{Conclusion, Confidence, Fix, Match, Rule, Side, asks_nothing};
use crate::diagnosis::rules::listing_refused::is_refused_listing;
use crate::diagnosis::rules::{ends, loss, refused_verb, ruled_out_by, taken, verbs};
use crate::evidence::facts::{Facts, Failure, Tried};
use crate::protocol::dialect::Says;

pub static RULE: Rule = Rule {
    id: "transfer-failed",
    title: "the transfer breaks off, and nothing says why",
    article: include_str!("transfer_failed.md"),
    neighbours: &["transfer-stalled", "control-idle-dropped", "data-source-address-differs", "listing-refused"],
    test,
    asks: asks_nothing,
};

fn test(facts: &Facts) -> Match {
    let failed: Vec<&Tried> =
        facts.tried().iter().filter(|tried| is_unexplained(facts, tried) || is_fickle(facts, tried)).collect();
    if failed.is_empty() {
        let working = facts.tried().iter().filter(|tried| tried.works()).filter_map(Tried::joined_at);
        return ruled_out_by(facts, working, "no transfer was begun");
    }
    let any = |failure| failed.iter().any(|tried| tried.failure() == Some(failure));
    let unserved = any(Failure::NeverServed) && !facts.fails_transfers();
    let why = if unserved {
        "Either somebody else than the server takes the connection, such as a port forward or proxy that does not lead to \
         it, or the server fails by itself; from here these look alike."
    } else {
        "Why can't be seen from here."
    };
    let how = match () {
        () if unserved => {
            "the data connection brings no byte, and the server, which had announced the transfer, gives up after seconds, as \
             if it got none"
        }
        () if any(Failure::Cut) => "the data connection breaks off before the transfer is over",
        () if any(Failure::Contradiction) => "the server's replies do not fit any data connection that was seen",
        () if failed.iter().all(|tried| is_fickle(facts, tried)) => {
            "the server refuses a command that it takes at other times"
        }
        () => "the server refuses the transfer, and its words are not known",
    };
    Match::Fires(Conclusion {
        severity: loss(facts),
        side: Side::Unknown,
        confidence: Confidence::Low,
        summary: format!("The transfer fails ({}): {how}. {why}", verbs(failed.iter().copied())),
        cites: facts.cites(ends(failed)),
        fixes: vec![
            Fix::server(
                "Look into the server's log",
                "It tells what the server saw of this data connection; times are in the report.",
            ),
            Fix::client("Check from another network", "What works there is broken on this side."),
        ]
        .into_iter()
        .chain(unserved.then(taken::lead_to_the_server))
        .collect(),
    })
}

/// A failure behind the negotiation that no other finding takes.
fn is_unexplained(facts: &Facts, tried: &Tried) -> bool {
    match tried.failure() {
        Some(Failure::NeverServed) => tried.is_begun() && !facts.is_taken(tried),
        Some(Failure::Cut | Failure::Contradiction) => true,
        Some(Failure::TransferRefused(says)) => {
            let told_elsewhere = matches!(
                says,
                Some(
                    Says::ForeignDataSource
                        | Says::ProtectionRequired
                        | Says::TlsRequired
                        | Says::Misconfigured
                        | Says::PortsExhausted
                        | Says::PretRequired
                        | Says::TooManyConnections
                        | Says::SessionReuseRequired
                )
            );
            !told_elsewhere && !is_refused_listing(tried)
        }
        _ => false,
    }
}

/// The server turned the command away here and took it elsewhere.
fn is_fickle(facts: &Facts, tried: &Tried) -> bool {
    refused_verb(facts, tried) && facts.tried_with(tried.verb()).any(Tried::negotiated)
}
