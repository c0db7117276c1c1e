#![doc = include_str!("client_behind_nat.md")]

use crate::diagnosis::rule::{Conclusion, Confidence, Match, Rule, Severity, Side};
use crate::diagnosis::rules::refused_for_address;
use crate::diagnosis::rules::{callbacks, ftp_helper_on_path};
use crate::evidence::attempt::Mode;
use crate::evidence::facts::{Cite, Facts, Failure};
use crate::evidence::observed::Observed;

pub static RULE: Rule = Rule {
    id: "client-behind-nat",
    title: "an address translation stands before this computer",
    article: include_str!("client_behind_nat.md"),
    neighbours: &[
        "active-address-rejected",
        "active-callback-dropped",
        "active-callback-refused",
        "ftp-helper-on-path",
    ],
    test,
    asks: callbacks::asks_for_outer_address,
};

fn test(facts: &Facts) -> Match {
    let sign = match facts.client_nat() {
        Observed::Seen(sign) => sign,
        Observed::NotSeen => return Match::RuledOut(no_translation(facts)),
        Observed::NotTested(why) => return Match::Undecided(why),
    };
    let harmed = facts.tried_in(Mode::Active).any(|tried| {
        refused_for_address(facts, tried)
            || matches!(
                tried.failure(),
                Some(Failure::CallbackDropped | Failure::CallbackRefused | Failure::CallbackUnreachable)
            )
    });
    let who = match sign.outside {
        Some(outside) => format!("This computer has the address {} and the server sees {outside}", sign.inside),
        None => format!("This computer has the address {}, which the server can't see", sign.inside),
    };
    let around = facts.turned_around().is_some();
    let end = if around {
        "most likely it is a router that turns connections to the server's public address around: to the server's inner address \
         there is none"
    } else if harmed && facts.is_encrypted() {
        "active mode needs ports that the router forwards, since it can read no PORT under TLS"
    } else if harmed && facts.helper().seen().is_some() && callbacks::helper_mends_our_address(facts) {
        "the FTP helper (ALG) on the way rewrites this computer's own address, and no other"
    } else if harmed && facts.helper().seen().is_some() && ftp_helper_on_path::arrives_unchanged(facts) {
        "active mode needs the router's help; the FTP helper (ALG) that was seen on the way does not rewrite this \
         computer's address"
    } else if harmed && facts.helper().seen().is_some() {
        "active mode needs the router's help; an FTP helper (ALG) was seen on the way"
    } else if harmed && facts.stand_in().is_none() {
        "active mode needs the router's help"
    } else {
        "passive mode is the one that needs no help from the router"
    };
    Match::Fires(Conclusion {
        // What it breaks is told, with its mending, by the finding on active mode.
        severity: Severity::Info,
        side: Side::Client,
        confidence: if sign.named { Confidence::High } else { Confidence::Medium },
        summary: match callbacks::with_outer_address(facts) {
            Some((_, true)) => {
                format!("{who}: an address translation (NAT) stands before it, which forwards a port for active mode.")
            }
            _ => format!("{who}: an address translation (NAT) stands before it, and {end}."),
        },
        cites: sign.cites,
        fixes: if facts.works(Mode::Passive) {
            vec![callbacks::use_passive()]
        } else {
            vec![callbacks::forward(facts)]
        },
    })
}

/// What shows that there is none: the server sees our own address, or reached it.
fn no_translation(facts: &Facts) -> Vec<Cite> {
    if let Some((seen, place)) = facts.seen_by_server().seen() {
        return vec![facts.cite_naming(seen, place)];
    }
    match facts.arrived_at_our_address() {
        Some(place) => facts.cites([place]),
        None => facts.joined_control().into_iter().collect(),
    }
}
