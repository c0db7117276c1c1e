#![doc = include_str!("passive_port_dropped.md")]

use crate::diagnosis::rule::{Conclusion, Confidence, Match, Rule, Side, asks_nothing};
use crate::diagnosis::rules::{
    NOT_FORWARDED, endpoints, ends, failed_at_peer, loss, named_and_ended, one_port_alone, passive_let_in, place,
    ruled_out_by, taken_for, told_at_peer, untold,
};
use crate::evidence::facts::{Cite, Facts, Failure, Tried};
use crate::evidence::observed::Observed;

pub static RULE: Rule = Rule {
    id: "passive-port-dropped",
    title: "connections to the server's passive port get no answer",
    article: include_str!("passive_port_dropped.md"),
    neighbours: &[
        "passive-port-refused",
        "passive-port-unreachable",
        "passive-address-unroutable",
        "passive-address-foreign",
        "passive-range-partly-open",
        "epsv-blocked",
    ],
    test,
    asks: asks_nothing,
};

fn test(facts: &Facts) -> Match {
    let let_in = passive_let_in(facts);
    if !let_in.is_empty() {
        return Match::RuledOut(let_in);
    }
    let dropped = failed_at_peer(facts, Failure::DialDropped);
    if dropped.is_empty() {
        let otherwise = told_at_peer(facts, [Failure::DialRefused, Failure::DialUnreachable]);
        return ruled_out_by(facts, ends(otherwise), untold(facts));
    }
    let guessed = dropped.iter().all(|tried| tried.is_guess());
    // What is told of one of them is more than what is guessed of the other.
    if guessed && !told_at_peer(facts, [Failure::DialRefused, Failure::DialUnreachable]).is_empty() {
        return Match::Undecided("the log does not say how one of the passive data connections failed");
    }
    let called_unroutable = facts.log().and_then(|log| log.unroutable);
    let passed_over = |tried: &&Tried| {
        let last = tried.outcome().events.last().and_then(|event| event.line);
        last.is_some() && last == called_unroutable
    };
    if dropped.iter().all(passed_over) {
        return Match::Undecided("the client did not dial the address that the server named");
    }
    let mut cites = facts.cites(named_and_ended(facts, dropped.iter().copied()));
    let ports = endpoints(dropped.iter().copied());
    let place = place::of(facts, &dropped);
    let by_log = facts.log().is_some_and(|log| log.unroutable.is_some());
    let (side, confidence, whose) = match (&place, facts.server_nat()) {
        // Its own router may be where they end, and nobody forwards for whom does not know of it.
        (Some(place), Observed::Seen(sign)) if place.leaves_it_to_the_server() => {
            cites.extend(sign.cites);
            (Side::Server, Confidence::Medium, format!("{} {NOT_FORWARDED}", place.words))
        }
        (Some(place), _) => (place.side, place.confidence, place.tells(facts)),
        // Ports that end in another way were forwarded, or end elsewhere.
        (None, Observed::Seen(sign)) if !facts.passive_failures_differ() => {
            cites.extend(sign.cites);
            (Side::Server, Confidence::Medium, NOT_FORWARDED.to_owned())
        }
        // The client says so of an address that its log does not show.
        (None, Observed::NotSeen | Observed::NotTested(_)) if by_log => {
            (Side::Server, Confidence::Medium, NOT_FORWARDED.to_owned())
        }
        (None, _) => (Side::Unknown, Confidence::Medium, NOT_SEEN.to_owned()),
    };
    cites.extend(place.into_iter().flat_map(|place| place.cites));
    let watched = matches!(facts.answer_stopped_here(), Observed::NotSeen);
    cites.extend(watched.then(|| Cite::of("packets were watched, and no answer from that port reached this computer")));
    let confidence = if guessed { Confidence::Low } else { confidence };
    Match::Fires(Conclusion {
        severity: loss(facts),
        side,
        confidence,
        summary: if guessed {
            format!(
                "Connections to the server's passive ports do not come about: the client gave up on {ports}, and its log does \
                 not say how that ended. A firewall that drops them is the usual reason; one that refuses them looks the \
                 same here. {whose}"
            )
        } else {
            let port = facts.evidence().target.port;
            let seen = if dropped.iter().any(|tried| facts.fails_shut_out(tried)) {
                format!("{ports} stayed silent, and port {port}, which had let this computer in, does so no more.")
            } else {
                format!("{ports} stayed silent, while the control connection to port {port} works.")
            };
            format!(
                "Connections to the server's passive ports get no answer: {seen} {whose}{}{}",
                one_port_alone(facts),
                taken_for(dropped.iter().copied())
            )
        },
        cites,
        fixes: place::fixes(
            facts,
            &dropped,
            side,
            (
                "Open the passive port range in the server's firewall",
                "Let the same ports in from anywhere (TCP), and where a router stands before the server forward them to \
                 it, each port to the same number.",
            ),
        ),
    })
}

/// Whether no more is known of these connections than that they did not come about.
pub fn is_untold(facts: &Facts) -> bool {
    let dropped = failed_at_peer(facts, Failure::DialDropped);
    !dropped.is_empty() && dropped.iter().all(|tried| tried.is_guess())
}

const NOT_SEEN: &str = "Whether the server's firewall or one on this side stops them can't be seen from here.";
