#![doc = include_str!("passive_port_refused.md")]

use crate::diagnosis::rule::{Conclusion, Confidence, Match, Rule, Side, asks_nothing};
use crate::diagnosis::rules::{
    NOT_FORWARDED, endpoints, ends, failed_at_peer, loss, named_and_ended, one_port_alone, passive_let_in, place,
    ruled_out_by, taken_for, told_at_peer, untold,
};
use crate::evidence::facts::{Cite, Facts, Failure};
use crate::evidence::observed::Observed;

pub static RULE: Rule = Rule {
    id: "passive-port-refused",
    title: "the server's passive port refuses connections",
    article: include_str!("passive_port_refused.md"),
    neighbours: &[
        "passive-port-dropped",
        "passive-port-unreachable",
        "passive-address-unroutable",
        "passive-address-foreign",
        "passive-range-partly-open",
        "server-address-varies",
        "epsv-blocked",
    ],
    test,
    asks: asks_nothing,
};

/// A round trip below this (milliseconds) tells no near router from a far server.
const SHORT_RTT_MS: f64 = 8.0;

fn test(facts: &Facts) -> Match {
    let let_in = passive_let_in(facts);
    if !let_in.is_empty() {
        return Match::RuledOut(let_in);
    }
    let of_two_minds = facts.ports_of_two_minds();
    if !of_two_minds.is_empty() {
        return Match::RuledOut(facts.cites(of_two_minds));
    }
    let refused = failed_at_peer(facts, Failure::DialRefused);
    if refused.is_empty() {
        let otherwise = told_at_peer(facts, [Failure::DialDropped, Failure::DialUnreachable]);
        return ruled_out_by(facts, ends(otherwise), untold(facts));
    }
    let ports = endpoints(refused.iter().copied());
    let mut cites = facts.cites(named_and_ended(facts, refused.iter().copied()));
    // A refusal that is back long before the server could have answered was written by somebody on the way.
    let soonest = refused.iter().filter_map(|tried| tried.refused_after_ms()).reduce(f64::min);
    let near = match (soonest, facts.rtt_ms()) {
        (Some(ms), Some(rtt)) if rtt >= SHORT_RTT_MS && ms < rtt / 3.0 => Some((ms, rtt)),
        _ => None,
    };
    let translated = matches!(facts.server_nat(), Observed::Seen(_));
    let place = place::of(facts, &refused).filter(|place| place.side != Side::Unknown || near.is_none());
    let (side, confidence, whose) = match (place, near) {
        // A server that names an inner address does not know of its translation, and nobody forwards for it: where no port
        // is forwarded, the RST comes from the server's own router.
        (Some(place), _) if translated && place.side == Side::Network && place.leaves_it_to_the_server() => {
            cites.extend(place.cites);
            (Side::Server, Confidence::Medium, format!("{} {NOT_FORWARDED}", place.words))
        }
        (Some(place), _) => {
            let words = place.tells(facts);
            cites.extend(place.cites);
            (place.side, place.confidence, words)
        }
        (None, Some((ms, rtt))) => {
            let times = format!("the refusal came after {ms:.1} ms, where the server takes {rtt:.0} ms to answer");
            cites.push(Cite::of(times.clone()));
            let words = format!("The server itself can't have refused them: {times}. A firewall on this side does.");
            (Side::Client, Confidence::Medium, words)
        }
        (None, None) if translated => (Side::Server, Confidence::Medium, NOT_FORWARDED.to_owned()),
        (None, None) if facts.log().is_some_and(|log| log.unroutable.is_some()) => {
            (Side::Server, Confidence::Medium, NOT_FORWARDED.to_owned())
        }
        // A firewall on this side answers just so.
        (None, None) => (Side::Unknown, Confidence::Medium, NOT_SEEN.to_owned()),
    };
    Match::Fires(Conclusion {
        severity: loss(facts),
        side,
        confidence,
        summary: format!(
            "Connections to the server's passive ports are refused: {ports} answered with a reset at once. {whose}{}{}",
            one_port_alone(facts),
            taken_for(refused.iter().copied())
        ),
        cites,
        fixes: place::fixes(
            facts,
            &refused,
            side,
            (
                "Forward the passive port range to the server",
                "On the router or container host before the server, forward the same ports to it, each port to the same \
                 number, and let them in.",
            ),
        ),
    })
}

const NOT_SEEN: &str =
    "Nobody listens there, the port is not forwarded to the server, or a firewall turns the connection away.";
