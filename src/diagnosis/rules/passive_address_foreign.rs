#![doc = include_str!("passive_address_foreign.md")]

use std::net::IpAddr;

use crate::diagnosis::rule::{Conclusion, Confidence, Fix, Match, Rule, Severity, Side};
use crate::diagnosis::rules::place::{self, Servers};
use crate::diagnosis::rules::{ends, joins, loss, outer_address_setting, peer, ruled_out_by, shows_address};
use crate::evidence::address::{Reach, reach};
use crate::evidence::attempt::{Address, Attempt, DataVerb, Probe};
use crate::evidence::facts::{Cite, Facts, Tried};

pub static RULE: Rule = Rule {
    id: "passive-address-foreign",
    title: "the server names another public address in 227 than its own",
    article: include_str!("passive_address_foreign.md"),
    neighbours: &["passive-address-unroutable", "nat-hairpin", "passive-port-dropped", "passive-port-refused"],
    test,
    asks,
};

const ADVERTISED: Attempt = Attempt::at(DataVerb::Pasv, Address::Advertised);

fn test(facts: &Facts) -> Match {
    let named = || facts.tried_with(DataVerb::Pasv).filter(|tried| shows_address(facts, tried));
    let foreign: Vec<(&Tried, IpAddr)> = named().filter_map(|tried| Some((tried, foreign(facts, tried)?))).collect();
    let Some((first, address)) = foreign.first() else {
        return ruled_out_by(facts, named().filter_map(Tried::named_at), "no address in a 227 reply was seen");
    };
    if facts.peer().is_none() {
        return Match::Undecided("the log does not show the address that the server is reached at");
    }
    if facts.peer().is_some_and(|peer| reach(peer) != Reach::Public) {
        return Match::Undecided("seen from inside the server's network, the address that it names may well be right");
    }
    let at_named: Vec<&Tried> =
        foreign.iter().map(|(tried, _)| *tried).filter(|t| t.attempt().address == Address::Advertised).collect();
    let at_peer: Vec<&Tried> =
        foreign.iter().map(|(tried, _)| *tried).filter(|t| t.attempt().address != Address::Advertised).collect();
    let joins_named = at_named.iter().any(|tried| tried.joined().is_some());
    let joins_peer = at_peer.iter().any(|tried| tried.joined().is_some());

    let failed: Vec<&Tried> = foreign.iter().map(|(tried, _)| *tried).filter(|tried| tried.dial_failed()).collect();
    let stopped_elsewhere = place::of(facts, &failed).is_some_and(|place| place.servers != Servers::Suspect);

    let peer = peer(facts);
    let begin =
        format!("The server tells clients to connect to {address} for passive mode, although it is reached at {peer}");
    let (severity, confidence, end) = match (joins_named, joins_peer) {
        (true, true) => (Severity::Info, Confidence::High, "both addresses lead to it, so this does no harm"),
        (true, false) if at_peer.is_empty() => {
            (Severity::Info, Confidence::Medium, "the address that it names answers")
        }
        (true, false) => (
            loss(facts),
            Confidence::High,
            "only the address it names answers, so clients that ignore it and stay with the control connection's fail",
        ),
        (false, true) if at_named.is_empty() => {
            (loss(facts), Confidence::Medium, "clients that believe it connect to another machine")
        }
        (false, true) => {
            (loss(facts), Confidence::High, "the address it names does not answer, so clients that believe it fail")
        }
        // What is stopped elsewhere tells of neither address whether it leads there.
        (false, false) if stopped_elsewhere => (
            Severity::Info,
            Confidence::Low,
            "whether it leads there can't be told, since something else on the way stops passive connections",
        ),
        (false, false) if at_named.is_empty() => {
            (loss(facts), Confidence::Medium, "no data connection to the control connection's address was made")
        }
        (false, false) => (loss(facts), Confidence::Medium, "neither address answers for the data port"),
    };
    let mut cites = facts.cites(first.named_at());
    cites.push(Cite::of(format!("the control connection goes to {peer}")));
    cites.extend(facts.cites(joins(at_named.iter().chain(&at_peer).copied())));
    cites.extend(facts.cites(ends(at_named.iter().chain(&at_peer).copied())));
    Match::Fires(Conclusion {
        severity,
        side: Side::Server,
        confidence,
        summary: format!("{begin}: {end}."),
        cites,
        fixes: match (joins_named, joins_peer) {
            (false, false) if stopped_elsewhere => Vec::new(),
            (true, _) => vec![
                Fix::server(
                    "Leave the address in 227 as it is",
                    format!(
                        "It is one that answers. Where clients that ignore it have to be served, forward the passive \
                         range at {peer} too."
                    ),
                ),
                client_fix(!joins_peer),
            ],
            (false, _) => vec![
                Fix::server(
                    "Correct the address that the server names in 227",
                    format!(
                        "{} It names {address}; control connections come in at {peer}. An address that has changed, or a \
                         name that leads elsewhere, is the usual reason.",
                        outer_address_setting(facts, &peer)
                    ),
                ),
                client_fix(false),
            ],
        },
    })
}

fn client_fix(only_named_answers: bool) -> Fix {
    if only_named_answers {
        Fix::client(
            "Have the client use the address in 227",
            "curl: --no-ftp-skip-pasv-ip; Python's ftplib: trust_server_pasv_ipv4_address = True.",
        )
    } else {
        Fix::client(
            "Use EPSV, or have the client ignore the address in 227",
            "curl and FileZilla do so by themselves; in lftp: set ftp:fix-pasv-address yes; in WinSCP: Force IP address \
             for passive mode connections.",
        )
    }
}

/// The address in 227, where it is public and not the control peer's.
fn foreign(facts: &Facts, tried: &Tried) -> Option<IpAddr> {
    let address = tried.named()?.ip().to_canonical();
    (Some(address) != facts.peer() && reach(address) == Reach::Public).then_some(address)
}

/// Only dialling both tells an address that is wrong from one that is right and differs on purpose.
fn asks(facts: &Facts) -> Vec<Probe> {
    let named = facts.tried_with(DataVerb::Pasv).any(|tried| foreign(facts, tried).is_some());
    if named && facts.times_tried(ADVERTISED) == 0 { vec![ADVERTISED.into()] } else { Vec::new() }
}
