#![doc = include_str!("server_address_varies.md")]

use crate::diagnosis::rule::{Conclusion, Confidence, Fix, Match, Rule, Side};
use crate::diagnosis::rules::{ends, harm_where_data_fails, joins, samples};
use crate::evidence::attempt::{Attempt, Mode, Probe};
use crate::evidence::facts::{Cite, ENOUGH, Facts, Failure, Place, Placed, Tried};
use crate::protocol::dialect;
use crate::protocol::reply::Reply;

pub static RULE: Rule = Rule {
    id: "server-address-varies",
    title: "several servers answer under one name, and a data connection may reach another one",
    article: include_str!("server_address_varies.md"),
    neighbours: &[
        "too-many-connections",
        "passive-address-foreign",
        "passive-range-partly-open",
        "passive-port-refused",
    ],
    test,
    asks,
};

fn test(facts: &Facts) -> Match {
    // A control connection that was turned away is greeted otherwise for that reason alone.
    let greetings: Vec<Placed> = facts.greetings().into_iter().filter(|(reply, _)| reply.is_completion()).collect();
    let astray = astray(facts);
    let Some(((first, place), others)) = greetings.split_first() else {
        return Match::Undecided("no control connection was greeted");
    };
    if let Some((other, other_place)) = others.iter().find(|(other, _)| !alike(first, other)) {
        let products = dialect::recognise(first) != dialect::recognise(other);
        return fires(
            facts,
            "Control connections to the same name are greeted by different servers: several machines stand behind it, \
             and a data connection may reach another one than its control connection did.",
            if products { Confidence::High } else { Confidence::Medium },
            facts.cites([*place, *other_place].into_iter().chain(astray)),
        );
    }
    if !astray.is_empty() {
        return fires(
            facts,
            "A passive port refused a connection and let the next one in: most likely several machines share the \
             server's address, and a data connection may reach another one than its control connection did. Passive \
             mode then fails now and then.",
            Confidence::Medium,
            facts.cites(astray.into_iter().chain(joins(facts.joined_in(Mode::Passive)))),
        );
    }
    let by_another = samples::served_by_another(facts);
    if !by_another.is_empty() {
        let is_refused = |tried: &&Tried| tried.failure() == Some(Failure::DialRefused);
        let (refused, aside) = (facts.failed(Failure::DialRefused), facts.passive_failures_aside());
        let refused: Vec<&Tried> = refused.into_iter().chain(&aside).filter(is_refused).collect();
        return fires(
            facts,
            "A passive port sent a transfer that the server never announced, and another refused a connection: most likely \
             several machines share the server's address, and a data connection may reach another one than its control \
             connection did. Passive mode then fails now and then.",
            Confidence::Medium,
            facts.cites(by_another.into_iter().chain(ends(refused))),
        );
    }
    if !facts.transfers_unannounced().is_empty() {
        return Match::Undecided(
            "a transfer came that the server never announced, which another machine may have sent",
        );
    }
    if others.is_empty() {
        return Match::Undecided("only one control connection was greeted");
    }
    Match::Undecided("greetings that are alike do not show that it is one machine each time")
}

/// Where passive connections were refused and where the same port let in, if any did.
fn astray(facts: &Facts) -> Vec<Place> {
    if facts.ports_of_two_minds().is_empty() {
        return Vec::new();
    }
    let refused = facts.failed(Failure::DialRefused);
    refused.iter().flat_map(|tried| [tried.ended_by(), tried.let_in_after_all()]).flatten().collect()
}

fn fires(facts: &Facts, summary: &str, confidence: Confidence, cites: Vec<Cite>) -> Match {
    let fails = facts.tried().iter().any(|tried| tried.cause().is_some());
    Match::Fires(Conclusion {
        severity: harm_where_data_fails(facts, fails),
        side: Side::Server,
        confidence,
        summary: summary.to_owned(),
        cites,
        fixes: vec![
            Fix::server(
                "Keep each client on one machine",
                "On the load balancer: choose the machine by the client's address, for the control port and the passive \
                 ports alike; or give each machine its own passive range and outer address.",
            ),
            Fix::client(
                "Connect to one address",
                "Name one of the servers, or its address, in the place of the common name.",
            ),
        ],
    })
}

/// More tries tell a bad verb from connections that go astray, and whether passive mode works at other times.
fn asks(facts: &Facts) -> Vec<Probe> {
    let astray = facts.tried_in(Mode::Passive).find(|tried| tried.let_in_after_all().is_some());
    let Some(astray) = astray.map(|tried| Attempt::usual(tried.verb())) else { return Vec::new() };
    let seldom = facts.joined_in(Mode::Passive).next().is_none() && facts.times_tried(astray) < ENOUGH;
    if seldom { vec![astray.into()] } else { samples::more(facts) }
}

/// The same product, and the same first line; one that tells the time may differ.
fn alike(one: &Reply, other: &Reply) -> bool {
    let first = |reply: &Reply| reply.text.lines().next().unwrap_or("").to_owned();
    let tells_time =
        |line: &str| line.as_bytes().windows(3).any(|w| w[0].is_ascii_digit() && w[1] == b':' && w[2].is_ascii_digit());
    let (a, b) = (first(one), first(other));
    dialect::recognise(one) == dialect::recognise(other) && (a == b || (tells_time(&a) && tells_time(&b)))
}
