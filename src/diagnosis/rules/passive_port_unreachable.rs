#![doc = include_str!("passive_port_unreachable.md")]

use std::collections::BTreeSet;
use std::net::IpAddr;

use crate::diagnosis::rule::{Conclusion, Confidence, Match, Rule, Side, asks_nothing};
use crate::diagnosis::rules::{
    endpoints, ends, failed_at_peer, listed, loss, named_and_ended, one_port_alone, passive_let_in, place,
    ruled_out_by, side_of, told_at_peer, untold,
};
use crate::evidence::address::{Reach, reach};
use crate::evidence::facts::{Facts, Failure};

pub static RULE: Rule = Rule {
    id: "passive-port-unreachable",
    title: "the server's passive port is reported unreachable",
    article: include_str!("passive_port_unreachable.md"),
    neighbours: &[
        "passive-port-dropped",
        "passive-port-refused",
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
    let mut unreachable = failed_at_peer(facts, Failure::DialUnreachable);
    // Where a log shows the server's name alone, nobody has a route to the private address in 227: that is the routing.
    unreachable
        .retain(|tried| facts.peer().is_some() || tried.dialled().is_none_or(|end| reach(end.ip()) != Reach::Private));
    let Some(icmp) = unreachable.iter().find_map(|tried| tried.icmp()) else {
        let otherwise = told_at_peer(facts, [Failure::DialDropped, Failure::DialRefused]);
        return ruled_out_by(facts, ends(otherwise), untold(facts));
    };
    let ports = endpoints(unreachable.iter().copied());
    let place = place::of(facts, &unreachable);
    let answers = || unreachable.iter().filter_map(|tried| tried.icmp());
    let routers: BTreeSet<IpAddr> = answers().filter_map(|icmp| icmp.router).collect();
    let of_one = side_of(facts, icmp, facts.peer());
    let side = match &place {
        Some(place) => place.side,
        None if answers().all(|icmp| side_of(facts, icmp, facts.peer()) == of_one) => of_one,
        None => Side::Unknown,
    };
    let who = match (icmp.router, side) {
        _ if routers.len() > 1 => {
            let routers: Vec<String> = routers.iter().map(IpAddr::to_string).collect();
            format!("; ICMP errors came from {}, so more than one router or firewall turns them away", listed(&routers))
        }
        (Some(router), Side::Server) if Some(router) == facts.peer() => {
            format!("; {router}, the server's own address, answered with an ICMP error")
        }
        (Some(router), _) if Some(router) == facts.peer() && place.is_some() => {
            "; an ICMP error with the server's address came back".to_owned()
        }
        (Some(router), _) if Some(router) == facts.peer() => format!("; {IN_ITS_NAME}"),
        // The place names it.
        (Some(router), _) if place.as_ref().is_some_and(|place| place.words.contains(&format!("({router})"))) => {
            String::new()
        }
        (Some(router), Side::Client) => format!("; {router}, on this side, answered with an ICMP error"),
        (Some(router), _) => format!("; the router {router} answered with an ICMP error"),
        (None, _) => "; an ICMP error came back, or this computer found no way there".to_owned(),
    };
    let confidence = match (&place, side) {
        (Some(place), _) => place.confidence,
        (None, Side::Unknown) => Confidence::Low,
        (None, _) => Confidence::Medium,
    };
    let mut cites = facts.cites(named_and_ended(facts, unreachable.iter().copied()));
    let whose = place.as_ref().map_or_else(String::new, |place| format!(" {}", place.tells(facts)));
    cites.extend(place.into_iter().flat_map(|place| place.cites));
    Match::Fires(Conclusion {
        severity: loss(facts),
        side,
        confidence,
        summary: format!(
            "The server's passive ports are reported unreachable while the control connection works, which a firewall does \
             and not the routing: {ports}{who}.{whose}{}",
            one_port_alone(facts)
        ),
        cites,
        fixes: place::fixes(
            facts,
            &unreachable,
            side,
            (
                "Open the passive port range in the server's firewall",
                "Let these ports in where they are rejected (TCP).",
            ),
        ),
    })
}

const IN_ITS_NAME: &str = "an ICMP error with the server's address came back, which its own firewall sends and firewalls on \
                           the way that answer in its name";
