//! Passive connections that somebody takes in the server's place: a port forward or proxy without the server behind it,
//! or what answers for every server on the way.

use crate::diagnosis::rule::{Conclusion, Confidence, Fix, Side};
use crate::diagnosis::rules::data_source_address_differs::{keep_the_clients_address, through_one_address};
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
    let foreign = facts.may_be_closed_as_foreign();
    // Those that get as far as the server may have reached it.
    let known = taker.filter(|taker| !foreign || taker.at < taker.server);
    let side = side(known);
    let what = what_becomes_of(&taken);
    let announced = if taken.iter().any(|tried| tried.is_begun()) {
        " Its 150 before that only announces the transfer."
    } else {
        ""
    };
    let part = match others_lead_to_the_server(facts, &taken) {
        true if known.is_none() && foreign => " Other passive connections work.",
        true => " Other passive ports lead to the server, so only part of them is taken.",
        false => "",
    };
    let (ends, verbs) = (endpoints(taken.iter().copied()), verbs(taken.iter().copied()));
    let seen_of = |tried: &&Tried| [tried.joined_at(), tried.ended_by(), tried.refusal().map(|(_, place)| place)];
    let mut cites = facts.cites(taken.iter().flat_map(seen_of).flatten());
    if let Some(Taker { at, server, .. }) = taker {
        cites.push(Cite::of(format!("a passive port answers from hop {at} on, the control port from hop {server} on")));
    }
    Some(Conclusion {
        severity: loss(facts),
        side,
        confidence: confidence(known),
        summary: if foreign && known.is_none() {
            format!(
                "Connections to the server's passive ports come to nothing: {ends} let them in ({verbs}), and each \
                 {what}.{part} Either somebody else than the FTP server takes them, such as a port forward or proxy that does \
                 not lead to it, or they come from another address than the control connection, and the server closes them \
                 without a word, as Pure-FTPd does. From here these look alike."
            )
        } else {
            format!(
                "Connections to the server's passive ports are most likely taken by somebody else than the FTP server: {ends} \
                 let them in ({verbs}), and each {what}.{announced}{part} {}{}",
                who(taker),
                if foreign { PASSED_ON } else { "" }
            )
        },
        cites,
        fixes: fixes(facts, side, taker, foreign),
    })
}

/// Where the server may close what comes from another address, as a sentence.
const PASSED_ON: &str = " Who takes them may lead to the server all the same, from another address than the control \
                         connection's, and the server closes that without a word, as Pure-FTPd does.";

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

fn fixes(facts: &Facts, side: Side, taker: Option<Taker>, foreign: bool) -> Vec<Fix> {
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
        Side::Server if foreign => vec![lead_to_the_server(), keep_the_clients_address(facts)],
        Side::Server => vec![lead_to_the_server()],
        Side::Network => vec![Fix::network(
            "Ask the network's operator about what answers in the server's place",
            format!(
                "Connections to the server's passive ports are to be passed on{}.",
                at.map_or_else(String::new, |at| format!(" at {at}"))
            ),
        )],
        Side::Unknown if foreign => {
            let far = taker.is_some_and(|taker| taker.zone == Zone::Server);
            // Where the control connection's address is the server's side's, nothing here makes the two alike.
            let ours = facts.stand_in().is_none().then(through_one_address);
            let here = (!far).then(on_this_side);
            let at_the_server = keep_the_clients_address(facts);
            [Some(lead_to_the_server()), ours, Some(at_the_server), here].into_iter().flatten().collect()
        }
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
    use crate::evidence::timeline::What;

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

    #[test]
    fn what_the_server_may_close_for_its_address_is_told_as_both() {
        let both = "From here these look alike.";
        for (text, side, words, fixes) in [
            (
                include_str!("../../../fixtures/cases/transparent-proxy/none_where_data_comes_from_another_line.toml"),
                Side::Unknown,
                both,
                vec![Side::Server, Side::Client, Side::Server],
            ),
            (
                include_str!("../../../fixtures/cases/transparent-proxy/passes_on_from_its_own_address.toml"),
                Side::Server,
                "may lead to the server all the same, from another address than the control connection's",
                vec![Side::Server, Side::Server],
            ),
        ] {
            let mut evidence = Case::from_toml(text).expect("a case").evidence;
            let found = instead_of_the_server(&Facts::of(&evidence)).expect("it is taken");
            assert_eq!(found.side, side, "{}", found.summary);
            assert!(found.summary.contains(words), "{}", found.summary);
            assert_eq!(found.fixes.iter().map(|fix| fix.side).collect::<Vec<_>>(), fixes, "{}", found.summary);
            // Those that say so leave no doubt.
            for event in &mut evidence.controls[0].events {
                if let What::Replied(reply) = &mut event.what {
                    reply.text = reply.text.replace("Pure-FTPd", "vsFTPd");
                }
            }
            let summary = instead_of_the_server(&Facts::of(&evidence)).expect("it is taken").summary;
            assert!(!summary.contains(words), "{summary}");
        }
    }
}
