#![doc = include_str!("transfer_failed.md")]

use std::collections::BTreeSet;

use crate::diagnosis::rule::{Conclusion, Confidence, Fix, Match, Rule, Side, asks_nothing};
use crate::diagnosis::rules::listing_refused::is_refused_listing;
use crate::diagnosis::rules::{ends, loss, refused_verb, ruled_out_by, taken, verbs};
use crate::evidence::facts::{Cite, Facts, Failure, Tried};
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
    if failed.iter().all(|tried| tried.confirmed_though_reset().is_some()) {
        return reset_though_confirmed(facts, &failed);
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

/// The server says that all was sent, and an RST stands in the place of the data's end.
fn reset_though_confirmed(facts: &Facts, failed: &[&Tried]) -> Match {
    let confirmed: Vec<_> = failed.iter().filter_map(|tried| tried.confirmed_though_reset()).collect();
    let code = confirmed.first().map_or(226, |(reply, _)| reply.code);
    let (side, who) = match facts.moves_data() {
        true => (
            Side::Unknown,
            "Other data connections end in good order, so a forward, proxy or firewall on the way may do it as well as the \
             server.",
        ),
        false => (
            Side::Server,
            "It is so with every data connection: most likely the server closes them by force, or what stands before it \
             does; a proxy or firewall elsewhere on the way looks the same.",
        ),
    };
    let counts: BTreeSet<u64> = failed.iter().map(|tried| tried.bytes()).collect();
    let came = counts.into_iter().map(|count| {
        let so_many = failed.iter().copied().filter(|tried| tried.bytes() == count);
        Cite::of(format!("{}: {count} bytes came over the data connection", verbs(so_many)))
    });
    let mut cites: Vec<Cite> = came.collect();
    cites.extend(facts.cites(ends(failed.iter().copied())));
    cites.extend(facts.cites(confirmed.into_iter().map(|(_, place)| place)));
    Match::Fires(Conclusion {
        severity: loss(facts),
        side,
        confidence: Confidence::Low,
        summary: format!(
            "Data connections are reset at their end ({}): the server confirms the transfer with {code}, and an RST ends \
             its data connection in the place of a close. Most clients take that for a transfer that broke off, and \
             whether all of it came can't be told. {who}",
            verbs(failed.iter().copied())
        ),
        cites,
        fixes: vec![
            Fix::server(
                "Have data connections closed in good order",
                "The server, or a balancer or firewall before it, ends them with an RST after the last byte: a process that \
                 dies or closes by force (SO_LINGER with no time). A capture at the server tells which of them does.",
            ),
            Fix::client(
                "Check from another network",
                "Where data connections end in good order there, something on this side sends the RST.",
            ),
        ],
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
