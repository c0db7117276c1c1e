#![doc = include_str!("server_behind_nat.md")]

use std::net::IpAddr;

use crate::diagnosis::rule::{Conclusion, Confidence, Fix, Match, Rule, Severity, Side, asks_nothing};
use crate::diagnosis::rules::{
    ANY_RANGE, callbacks, ends, joins, loss, nat_hairpin, outer_address_setting, peer, place, samples, setting,
};
use crate::evidence::address::{Reach, reach};
use crate::evidence::attempt::DataVerb;
use crate::evidence::facts::{Cite, Facts};
use crate::evidence::observed::Observed;

pub static RULE: Rule = Rule {
    id: "server-behind-nat",
    title: "an address translation stands before the server",
    article: include_str!("server_behind_nat.md"),
    neighbours: &["passive-address-unroutable", "passive-address-foreign", "nat-hairpin", "client-behind-nat"],
    test,
    asks: asks_nothing,
};

fn test(facts: &Facts) -> Match {
    let before = match (before_the_server(facts), samples::helper_passes_over_pasv(facts)) {
        (Match::Fires(conclusion), Observed::Seen(told)) => passes_over_pasv(facts, conclusion, told),
        (other, _) => other,
    };
    match (before, facts.stand_in()) {
        (Match::Fires(mut conclusion), Some((seen, place))) => {
            conclusion.summary = format!("{} {}", conclusion.summary, replaced(facts, seen));
            conclusion.cites.push(facts.cite_naming(seen, place));
            conclusion.fixes.extend(for_replaced(facts, seen));
            Match::Fires(conclusion)
        }
        (_, Some((seen, place))) => Match::Fires(Conclusion {
            severity: Severity::Info,
            side: Side::Server,
            confidence: if facts.may_be_turned_around(seen) { Confidence::Medium } else { Confidence::High },
            summary: replaced(facts, seen),
            cites: vec![facts.cite_naming(seen, place)],
            fixes: for_replaced(facts, seen),
        }),
        (other, None) => other,
    }
}

/// Of a translation that replaces the clients' addresses.
fn replaced(facts: &Facts, seen: IpAddr) -> String {
    let words = reach(seen).words();
    if facts.may_be_turned_around(seen) {
        return format!(
            "The server sees this client at {seen}, {words}: something before the server (a load balancer, a gateway, \
             Kubernetes) puts its own address in its clients' place, or both are in one network, and its router turns this \
             client's connections around."
        );
    }
    format!(
        "The server sees this client at {seen}, {words} of its own side: something before the server (a load balancer, a gateway, \
         Kubernetes) puts its own address in its clients' place."
    )
}

fn for_replaced(facts: &Facts, seen: IpAddr) -> Vec<Fix> {
    let inside = facts.may_be_turned_around(seen).then(nat_hairpin::use_inner_address);
    inside.into_iter().chain([callbacks::keep_client_addresses()]).collect()
}

/// Its FTP helper lets EPSV's connections in and not PASV's: the ports are not forwarded.
fn passes_over_pasv(facts: &Facts, mut conclusion: Conclusion, told: Cite) -> Match {
    let (pasv, epsv) = (facts.samples(DataVerb::Pasv), facts.samples(DataVerb::Epsv));
    let ends_at = place::of(facts, &pasv.unanswered).filter(|_| facts.located_with() == Some(DataVerb::Pasv));
    conclusion.summary = format!("{} {PASSES_OVER_PASV}", conclusion.summary);
    conclusion.severity = loss(facts);
    conclusion.confidence = conclusion.confidence.min(Confidence::Medium);
    conclusion.cites.push(told);
    conclusion.cites.extend(facts.cites([ends(pasv.unanswered), joins(epsv.joined)].concat()));
    conclusion.cites.extend(ends_at.into_iter().flat_map(|place| place.cites));
    conclusion.fixes = vec![forward_for_pasv(facts)];
    Match::Fires(conclusion)
}

const PASSES_OVER_PASV: &str = "Connections of PASV fail every time and those of EPSV never: most likely the ports are not \
                                forwarded, and its FTP support opens them one by one. It opens none for a 227 that names the \
                                outer address already.";

/// The way in for PASV where a helper opens none.
pub fn forward_for_pasv(facts: &Facts) -> Fix {
    Fix::server(
        "Forward a fixed passive range to the server, and let it in",
        format!(
            "{} Then no FTP support is needed. Where the ports are to stay closed, take the outer address out of the server's \
             settings instead: the router's FTP support puts it into 227 by itself, as long as the control connection is not \
             encrypted.",
            setting(facts, |settings| settings.passive_range, ANY_RANGE)
        ),
    )
}

/// A translation of the server's own address.
fn before_the_server(facts: &Facts) -> Match {
    let sign = match facts.server_nat() {
        Observed::Seen(sign) => sign,
        Observed::NotSeen => {
            let own = facts.own_address_of_server().map(|(_, place)| place);
            let cites = match own {
                Some(place) => facts.cites([place]),
                None => facts.joined_control().into_iter().collect(),
            };
            return Match::RuledOut(cites);
        }
        Observed::NotTested(why) => {
            let seen = facts.translator_seen();
            return seen.map_or(Match::Undecided(why), |(cite, before)| at_the_edge(facts, before, cite));
        }
    };
    let outside = sign.outside.map_or_else(String::new, |outside| outside.to_string());
    let sure = sign.named && facts.peer().is_some_and(|peer| reach(peer) == Reach::Public);
    let has = if sign.named { "has" } else { "greets with" };
    Match::Fires(Conclusion {
        severity: Severity::Info,
        side: Side::Server,
        confidence: if sure { Confidence::High } else { Confidence::Medium },
        summary: format!(
            "The server {has} the address {} and is reached at {outside}: an address translation (NAT) stands before it, \
             which has to forward the passive ports as well as the control port.",
            sign.inside
        ),
        cites: sign.cites,
        fixes: vec![Fix::server(
            "Forward a fixed passive range, and tell the server its outer address",
            format!(
                "{} {}",
                setting(facts, |settings| settings.passive_range, "Choose a passive range."),
                outer_address_setting(facts, &outside)
            ),
        )],
    })
}

/// A router before the server answers for the server's address: a translation that the server may well know of.
fn at_the_edge(facts: &Facts, next_to_it: bool, seen: Cite) -> Match {
    let outside = peer(facts);
    let router = if next_to_it { "The router before the server" } else { "A router on the way to the server" };
    Match::Fires(Conclusion {
        severity: Severity::Info,
        side: Side::Server,
        confidence: Confidence::High,
        summary: format!(
            "{router} has the address {outside} itself: an address translation (NAT) stands there, \
             which has to forward the passive ports as well as the control port."
        ),
        cites: vec![seen],
        fixes: vec![Fix::server(
            "Forward a fixed passive range",
            setting(facts, |settings| settings.passive_range, "Choose a passive range."),
        )],
    })
}
