#![doc = include_str!("active_callback_foreign.md")]

use crate::diagnosis::rule::{Conclusion, Confidence, Fix, Match, Rule, Severity, Side, asks_nothing};
use crate::diagnosis::rules::callbacks::use_passive;
use crate::diagnosis::rules::{joins, listed, loss, peer, ruled_out_by};
use crate::evidence::attempt::Mode;
use crate::evidence::facts::{Facts, Failure, Place};

pub static RULE: Rule = Rule {
    id: "active-callback-foreign",
    title: "a connection came, from somebody else than the server",
    article: include_str!("active_callback_foreign.md"),
    neighbours: &["active-callback-dropped", "data-source-address-differs"],
    test,
    asks: asks_nothing,
};

fn test(facts: &Facts) -> Match {
    let mut strangers: Vec<String> = Vec::new();
    let mut places: Vec<Place> = Vec::new();
    for (stranger, place) in facts.tried_in(Mode::Active).flat_map(|tried| tried.strangers()) {
        places.push(place);
        if !strangers.contains(&stranger.ip().to_string()) {
            strangers.push(stranger.ip().to_string());
        }
    }
    let joined = joins(facts.joined_in(Mode::Active));
    if places.is_empty() {
        let waited = facts.failed(Failure::CallbackDropped).into_iter().filter_map(|tried| tried.ended_by()).collect();
        let otherwise = if joined.is_empty() { waited } else { joined };
        return ruled_out_by(facts, otherwise, "this computer did not wait for a connection");
    }
    let harmless = !joined.is_empty();
    let end = if harmless {
        "The server's own connection arrived as well, so this does no harm"
    } else {
        "The server's own connection did not arrive: most likely the server connects from another of its addresses"
    };
    let mut cites = facts.cites(places);
    cites.extend(facts.cites(joined));
    let mut fixes = Vec::new();
    if facts.works(Mode::Passive) && !harmless {
        fixes.push(use_passive());
    }
    fixes.push(Fix::server(
        "Have the server connect from the address of its control connection",
        format!(
            "Clients refuse a data connection from another address than {}. With several addresses or an outgoing \
             translation, bind the server to the one that clients use.",
            peer(facts)
        ),
    ));
    Match::Fires(Conclusion {
        severity: if harmless { Severity::Info } else { loss(facts) },
        side: if harmless { Side::Unknown } else { Side::Server },
        confidence: if harmless { Confidence::High } else { Confidence::Medium },
        summary: format!(
            "In active mode a connection came from {}, which is not the server's address {}; it was closed. {end}.",
            listed(&strangers),
            peer(facts)
        ),
        cites,
        fixes,
    })
}
