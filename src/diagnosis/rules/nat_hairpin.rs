#![doc = include_str!("nat_hairpin.md")]

use std::net::IpAddr;

use crate::diagnosis::rule::{Conclusion, Confidence, Fix, Match, Rule, Severity, Side, asks_nothing};
use crate::diagnosis::rules::{ends, harm_where_data_fails, joins, peer};
use crate::evidence::address::{Reach, reach};
use crate::evidence::attempt::{Address, DataVerb, Mode};
use crate::evidence::facts::{Cite, Facts, Failure, Tried, TurnedAround};
use crate::evidence::observed::Observed;

pub static RULE: Rule = Rule {
    id: "nat-hairpin",
    title: "the server's public address is used from inside its own network",
    article: include_str!("nat_hairpin.md"),
    neighbours: &["passive-address-foreign", "server-behind-nat", "client-behind-nat"],
    test,
    asks: asks_nothing,
};

fn test(facts: &Facts) -> Match {
    if let Some(named) = outer_address_named_inside(facts) {
        return told_the_outer_address(facts, named);
    }
    let (Some(local), Some(peer)) = (facts.local(), facts.peer()) else {
        return Match::Undecided("no control connection was joined");
    };
    let fails = !facts.works(Mode::Passive) && facts.tried_in(Mode::Passive).next().is_some();
    if let Some(found) = facts.turned_around() {
        return turned_around(facts, found, harm_where_data_fails(facts, fails));
    }
    let (seen, place) = match facts.seen_by_server() {
        Observed::Seen(seen) => seen,
        Observed::NotSeen | Observed::NotTested(_) => {
            return Match::Undecided("the server does not name the address it sees this client at");
        }
    };
    // The router's own outer address as the client's, or the client's inner address seen behind a public one.
    let through_the_router = reach(peer) == Reach::Public && seen == peer && local != peer;
    let within =
        reach(peer) == Reach::Public && seen == local && matches!(reach(local), Reach::Private | Reach::Shared);
    if !through_the_router && !within && facts.stand_in().is_some() && facts.may_be_turned_around(seen) {
        return Match::Undecided(
            "the server sees an address that a router of this side may have as well as one of the server's",
        );
    }
    if !through_the_router && !within {
        return Match::RuledOut(vec![facts.cite_naming(seen, place)]);
    }
    Match::Fires(Conclusion {
        severity: harm_where_data_fails(facts, fails),
        side: Side::Client,
        confidence: if through_the_router { Confidence::High } else { Confidence::Medium },
        summary: format!(
            "This computer uses the server's public address {peer} from inside the server's own network: the server sees \
             it at {seen}, so every connection goes out to the router and back in."
        ),
        cites: vec![facts.cite_naming(seen, place)],
        fixes: vec![use_inner_address(), turn_around()],
    })
}

/// The router shows, by its own address or by the one that it puts in this client's place.
fn turned_around(facts: &Facts, found: TurnedAround, severity: Severity) -> Match {
    let peer = peer(facts);
    let how = match (found.by_first_router, found.seen) {
        (true, Some(seen)) => {
            format!(
                "the first router has that address itself, and the server sees this computer at {seen}, an inner one"
            )
        }
        (true, None) => "the first router has that address itself".to_owned(),
        (false, Some(seen)) => format!("the server sees it at {seen}, an address of this computer's own network"),
        (false, None) => "the router turns its connections around".to_owned(),
    };
    Match::Fires(Conclusion {
        severity,
        side: Side::Client,
        confidence: if found.by_first_router { Confidence::High } else { Confidence::Medium },
        summary: format!(
            "This computer uses the server's public address {peer} from inside the server's own network: {how}, so every \
             connection goes out to the router and back in."
        ),
        cites: found.cites,
        fixes: vec![use_inner_address(), turn_around()],
    })
}

/// That the router which turns this client's connections around takes its address away, as the beginning of a sentence.
pub fn in_our_place(facts: &Facts) -> String {
    let (local, peer) = (facts.local().map_or_else(String::new, |local| format!(" ({local})")), peer(facts));
    let around = facts.turned_around();
    let who =
        if around.as_ref().is_some_and(|around| around.by_first_router) { "A router" } else { "Most likely a router" };
    match around.and_then(|around| around.seen) {
        Some(seen) => format!(
            "{who} turns this computer's connections to the server's public address {peer} around, inside their common network: \
             the server sees {seen} in the place of this computer{local}"
        ),
        None => format!(
            "{who} turns the connections of this computer{local} to the server's public address {peer} around, inside their \
             common network"
        ),
    }
}

/// What spares a client inside the router.
pub fn use_inner_address() -> Fix {
    Fix::client(
        "Use the server's inner address or name",
        "A name that leads to the inner address when asked from inside (split DNS) does this for everybody.",
    )
}

fn turn_around() -> Fix {
    Fix::network(
        "Have the router turn inner connections to its outer address around",
        "It has to do so for the passive ports as it does for the control port (NAT loopback, hairpin NAT).",
    )
}

/// The public address in 227, where the control connection goes to a private one.
fn outer_address_named_inside(facts: &Facts) -> Option<IpAddr> {
    let inside = matches!(reach(facts.peer()?), Reach::Private | Reach::Shared | Reach::Loopback);
    let mut named = facts.tried_with(DataVerb::Pasv).filter_map(|tried| Some(tried.named()?.ip().to_canonical()));
    named.find(|named| inside && reach(*named) == Reach::Public)
}

fn told_the_outer_address(facts: &Facts, named: IpAddr) -> Match {
    let peer = peer(facts);
    let told: Vec<&Tried> = facts
        .tried_with(DataVerb::Pasv)
        .filter(|tried| tried.named().is_some_and(|end| end.ip().to_canonical() == named))
        .collect();
    let at_named = || told.iter().filter(|tried| tried.attempt().address == Address::Advertised);
    let works = at_named().any(|tried| tried.joined().is_some());
    let fails = !works && at_named().any(|tried| tried.failure() != Some(Failure::NotTried));
    let end = match (works, fails) {
        (true, _) => "which the router allows here",
        (false, true) => "and the router does not allow that, so clients that believe it fail",
        (false, false) => "where the router allows it",
    };
    let mut cites = facts.cites(told.first().and_then(|tried| tried.named_at()));
    cites.push(Cite::of(format!("the control connection goes to {peer}")));
    cites.extend(facts.cites([joins(told.iter().copied()), ends(told.iter().copied())].concat()));
    Match::Fires(Conclusion {
        severity: harm_where_data_fails(facts, fails || !facts.works(Mode::Passive)),
        side: Side::Server,
        confidence: Confidence::Medium,
        summary: format!(
            "This computer reaches the server at {peer}, inside its network, and is told to use its outer address \
             {named} for passive mode: that leads out to the router and back in, {end}."
        ),
        cites,
        fixes: vec![
            Fix::server(
                "Have the server name its inner address to clients inside",
                "FileZilla Server: \"Use default host for local connections\"; elsewhere a second server address, or EPSV, \
                 which names none.",
            ),
            Fix::client(
                "Use EPSV",
                "It names no address, so the data connection goes where the control connection went.",
            ),
        ],
    })
}
