//! Passive connections that somebody takes in the server's place: a port forward or proxy without the server behind it,
//! or what answers for every server on the way.

use crate::diagnosis::rule::{Conclusion, Confidence, Fix, Side};
use crate::diagnosis::rules::{endpoints, loss, verbs};
use crate::evidence::attempt::Mode;
use crate::evidence::facts::{Cite, Facts, Failure, Taker, Tried, Zone};

/// What is concluded from them; `None` where the server itself took each.
pub fn instead_of_the_server(facts: &Facts) -> Option<Conclusion> {
    let taken = facts.taken();
    if taken.is_empty() {
        return None;
    }
    let taker = facts.taker();
    let side = side(taker);
    let what = what_becomes_of(&taken);
    let announced = if taken.iter().any(|tried| tried.is_begun()) {
        " Its 150 before that only announces the transfer."
    } else {
        ""
    };
    let part = if others_lead_to_the_server(facts, &taken) {
        " Other passive ports lead to the server, so only part of them is taken."
    } else {
        ""
    };
    let seen_of = |tried: &&Tried| [tried.joined_at(), tried.ended_by(), tried.refusal().map(|(_, place)| place)];
    let mut cites = facts.cites(taken.iter().flat_map(seen_of).flatten());
    if let Some(Taker { at, server, .. }) = taker {
        cites.push(Cite::of(format!("a passive port answers from hop {at} on, the control port from hop {server} on")));
    }
    Some(Conclusion {
        severity: loss(facts),
        side,
        confidence: confidence(taker),
        summary: format!(
            "Connections to the server's passive ports are most likely taken by somebody else than the FTP server: {} let \
             them in ({}), and each {what}.{announced}{part} {}",
            endpoints(taken.iter().copied()),
            verbs(taken.iter().copied()),
            who(taker)
        ),
        cites,
        fixes: fixes(side, taker),
    })
}

/// Whether somebody takes some of the passive ports, and others lead to the server.
pub fn takes_a_part(facts: &Facts) -> bool {
    let taken = facts.taken();
    !taken.is_empty() && others_lead_to_the_server(facts, &taken)
}

/// Whether passive connections worked, and all of them at other ports.
fn others_lead_to_the_server(facts: &Facts, taken: &[&Tried]) -> bool {
    let port = |tried: &Tried| tried.dialled().map(|end| end.port());
    let mut working = facts.tried_in(Mode::Passive).filter(|tried| tried.works()).peekable();
    working.peek().is_some() && working.all(|tried| taken.iter().all(|taken| port(taken) != port(tried)))
}

/// What was seen of each: how it went on, and what the server says.
fn what_becomes_of(taken: &[&Tried]) -> &'static str {
    let any = |so: fn(&Tried) -> bool| taken.iter().any(|tried| so(tried));
    let left_without_tls = |tried: &Tried| tried.failure() == Some(Failure::TlsBroken);
    let served = |tried: &Tried| tried.failure() == Some(Failure::NeverServed) || tried.is_unserved();
    let given_up = any(|tried| tried.refusal().is_some());
    match (any(|tried| !tried.is_held()), any(|tried| tried.is_held())) {
        _ if any(left_without_tls) && !any(served) => {
            "is left without TLS, while the server says nothing of a transfer, as if it still waited"
        }
        (true, true) if given_up => {
            "ends, or stays open and carries nothing, and the server gives up after seconds, as if it got no connection"
        }
        (true, true) => {
            "ends, or stays open and carries nothing, while the server says nothing of a transfer, as if it still waited"
        }
        (true, false) if given_up => {
            "ends without a byte, and the server gives up after seconds, as if it got no connection"
        }
        (true, false) if any(|tried| tried.is_unserved()) => {
            "ends without a byte, while the server says no more of the transfer, as if it still waited"
        }
        (true, false) => "ends without a byte, while the server says nothing of a transfer, as if it still waited",
        (false, _) if given_up => {
            "stays open and carries nothing, and the server gives up after seconds, as if it got no connection"
        }
        (false, _) => {
            "stays open and carries nothing, while the server says nothing of a transfer, as if it still waited"
        }
    }
}

fn side(taker: Option<Taker>) -> Side {
    match taker.map(|taker| taker.zone) {
        Some(Zone::Client) => Side::Client,
        Some(Zone::Server) => Side::Server,
        Some(Zone::Network) => Side::Network,
        _ => Side::Unknown,
    }
}

/// Nothing but the place tells more than that it is so.
fn confidence(taker: Option<Taker>) -> Confidence {
    match taker {
        Some(taker) if taker.zone != Zone::Unknown => Confidence::Medium,
        _ => Confidence::Low,
    }
}

/// Who it may be, as a sentence.
fn who(taker: Option<Taker>) -> String {
    let Some(taker) = taker else {
        return "A port forward, container host or balancer before the server that does not lead to it does this, and so \
                does a proxy, virus scanner or firewall on the client's side that answers in the server's place; which of \
                them can't be seen from here."
            .to_owned();
    };
    let Taker { at, server, zone, .. } = taker;
    if at == server {
        let nearer = match zone {
            Zone::Server => "a port forward, container host or balancer there that does not lead to the FTP server",
            _ => {
                "a port forward or balancer before the server, or a proxy near by that answers the control port as well"
            }
        };
        return format!(
            "Who takes them is as far away as the control port (both answer from hop {server} on): most likely {nearer}."
        );
    }
    let end = match zone {
        Zone::Client => "a proxy, virus scanner or firewall on this side answers in the server's place",
        Zone::Server => "what stands there before the server does not lead to it",
        Zone::Network => "a proxy or firewall in between answers in the server's place",
        _ => "whose it is can't be seen from here",
    };
    format!("They are taken at {}, and the control port answers from hop {server} on: {end}.", hop(taker))
}

/// A program on this computer answers packets that live one hop as the first router does.
fn hop(taker: Taker) -> String {
    let hop = match taker.router {
        Some(router) => format!("hop {} ({router})", taker.at),
        None => format!("hop {}", taker.at),
    };
    if taker.at <= 1 { format!("this computer itself or {hop}") } else { hop }
}

fn fixes(side: Side, taker: Option<Taker>) -> Vec<Fix> {
    let at = taker.filter(|taker| taker.at < taker.server).map(hop);
    let on_this_side = || {
        let place = at.as_ref().map_or_else(String::new, |at| format!(" It answers at {at}."));
        Fix::client(
            "Take FTP out of what answers in the server's place on this side",
            format!(
                "Virus scanners, web filters, proxies, and firewalls that take connections over.{place} Where the check works \
                 from another network, it is one of them."
            ),
        )
    };
    match side {
        Side::Client => vec![on_this_side()],
        Side::Server => vec![lead_to_the_server()],
        Side::Network => vec![Fix::network(
            "Ask the network's operator about what answers in the server's place",
            format!(
                "Connections to the server's passive ports are to be passed on{}.",
                at.map_or_else(String::new, |at| format!(" at {at}"))
            ),
        )],
        Side::Unknown => vec![lead_to_the_server(), on_this_side()],
    }
}

/// What mends a forward that leads elsewhere.
pub fn lead_to_the_server() -> Fix {
    Fix::server(
        "See that the passive ports lead to the FTP server itself",
        "What takes connections to them (a router's forward, Docker's docker-proxy, HAProxy, another balancer) has to pass \
         them on to this server, each port to the same number, and the server's own firewall has to let them in.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnosis::diagnose;
    use crate::evidence::case::Case;

    #[test]
    fn what_is_held_of_a_part_of_the_range_is_told_as_a_part() {
        let text = include_str!("../../../fixtures/cases/transparent-proxy/holds_part_of_the_range.toml");
        let evidence = Case::from_toml(text).expect("a case").evidence;
        let found = instead_of_the_server(&Facts::of(&evidence)).expect("it is taken");
        assert_eq!((found.side, found.confidence), (Side::Client, Confidence::Medium));
        for words in ["each stays open and carries nothing", "so only part of them is taken"] {
            assert!(found.summary.contains(words), "{words}: {}", found.summary);
        }
        // The next port may be one of these, whatever the verb.
        let summary = diagnose(&Facts::of(&evidence)).verdict.summary;
        assert!(summary.contains("passive mode not every time: use active mode for now"), "{summary}");
        assert!(!summary.contains("EPSV"), "{summary}");
    }
}
