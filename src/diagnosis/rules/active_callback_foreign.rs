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

/// In the place of an address that the log does not tell.
const UNTOLD: &str = "an address that the log does not tell";

fn test(facts: &Facts) -> Match {
    let mut strangers: Vec<String> = Vec::new();
    let mut places: Vec<Place> = Vec::new();
    for (stranger, place) in facts.tried_in(Mode::Active).flat_map(|tried| tried.strangers()) {
        places.push(place);
        // Some clients say no more than that they refused it.
        let who = if stranger.ip().is_unspecified() { UNTOLD.to_owned() } else { stranger.ip().to_string() };
        if !strangers.contains(&who) {
            strangers.push(who);
        }
    }
    let joined = joins(facts.joined_in(Mode::Active));
    if places.is_empty() {
        let waited = facts.failed(Failure::CallbackDropped).into_iter().filter_map(|tried| tried.ended_by()).collect();
        let otherwise = if joined.is_empty() { waited } else { joined };
        return ruled_out_by(facts, otherwise, "this computer did not wait for a connection");
    }
    if strangers.iter().all(|stranger| facts.peer().is_some_and(|peer| peer.to_string() == *stranger)) {
        return from_another_port(facts, places);
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

/// The server's own connection, which the client refused for its port.
fn from_another_port(facts: &Facts, places: Vec<Place>) -> Match {
    Match::Fires(Conclusion {
        severity: loss(facts),
        side: Side::Client,
        confidence: Confidence::Medium,
        summary: format!(
            "In active mode the connection from the server's address {} came, and the client closed it, because it takes \
             none that does not come from port 20.",
            peer(facts)
        ),
        cites: facts.cites(places),
        fixes: vec![
            Fix::client(
                "Have the client take data connections from any port of the server",
                "In lftp: set ftp:verify-port off. Address translations, and many servers, use another port than 20.",
            ),
            Fix::server(
                "Have the server connect from port 20",
                "In vsftpd: connect_from_port_20=YES. A translation before the server must leave that port as it is.",
            ),
        ],
    })
}
