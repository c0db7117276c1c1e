#![doc = include_str!("server_address_varies.md")]

use crate::diagnosis::rule::{Conclusion, Confidence, Fix, Match, Rule, Side, asks_nothing};
use crate::diagnosis::rules::harm_where_data_fails;
use crate::evidence::facts::{Facts, Placed};
use crate::protocol::dialect;
use crate::protocol::reply::Reply;

pub static RULE: Rule = Rule {
    id: "server-address-varies",
    title: "several servers answer under one name, and not alike",
    article: include_str!("server_address_varies.md"),
    neighbours: &["too-many-connections", "passive-address-foreign", "passive-range-partly-open"],
    test,
    asks: asks_nothing,
};

fn test(facts: &Facts) -> Match {
    // A control connection that was turned away is greeted otherwise for that reason alone.
    let greetings: Vec<Placed> = facts.greetings().into_iter().filter(|(reply, _)| reply.is_completion()).collect();
    let Some(((first, place), others)) = greetings.split_first() else {
        return Match::Undecided("no control connection was greeted");
    };
    if others.is_empty() {
        return Match::Undecided("only one control connection was greeted");
    }
    let cites = facts.cites(greetings.iter().map(|(_, place)| *place));
    let Some((other, other_place)) = others.iter().find(|(other, _)| !alike(first, other)) else {
        return Match::RuledOut(cites);
    };
    let products = dialect::recognise(first) != dialect::recognise(other);
    let fails = facts.tried().iter().any(|tried| tried.cause().is_some());
    Match::Fires(Conclusion {
        severity: harm_where_data_fails(facts, fails),
        side: Side::Server,
        confidence: if products { Confidence::High } else { Confidence::Medium },
        summary:
            "Control connections to the same name are greeted by different servers: several machines stand behind \
                  it, and a data connection may reach another one than its control connection did."
                .to_owned(),
        cites: facts.cites([*place, *other_place]),
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

/// The same product, and the same first line; one that tells the time may differ.
fn alike(one: &Reply, other: &Reply) -> bool {
    let first = |reply: &Reply| reply.text.lines().next().unwrap_or("").to_owned();
    let tells_time =
        |line: &str| line.as_bytes().windows(3).any(|w| w[0].is_ascii_digit() && w[1] == b':' && w[2].is_ascii_digit());
    let (a, b) = (first(one), first(other));
    dialect::recognise(one) == dialect::recognise(other) && (a == b || (tells_time(&a) && tells_time(&b)))
}
