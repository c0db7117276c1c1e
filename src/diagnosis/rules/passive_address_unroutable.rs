#![doc = include_str!("passive_address_unroutable.md")]

use crate::diagnosis::rule::{Conclusion, Confidence, Fix, Match, Rule, Severity, Side};
use crate::diagnosis::rules::listing_refused::is_refused_listing;
use crate::diagnosis::rules::{ends, loss, outer_address_setting, ruled_out_by, shows_address};
use crate::evidence::address::{Reach, reach};
use crate::evidence::attempt::{Address, Attempt, DataVerb, Mode, Probe};
use crate::evidence::facts::{Cite, Facts, Failure, Tried};
use crate::evidence::import::UNKNOWN_HOST;
use crate::evidence::log::Writer;
use crate::protocol::dialect::Says;

pub static RULE: Rule = Rule {
    id: "passive-address-unroutable",
    title: "the server names an address in 227 that nobody outside can reach",
    article: include_str!("passive_address_unroutable.md"),
    neighbours: &["passive-address-foreign", "server-behind-nat", "passive-port-dropped", "passive-port-refused"],
    test,
    asks,
};

/// In the place of an address that a log does not show.
const OUTER: &str = "<its outer address>";
const ADVERTISED: Attempt = Attempt::at(DataVerb::Pasv, Address::Advertised);

fn test(facts: &Facts) -> Match {
    let named = || facts.tried_with(DataVerb::Pasv).filter(|tried| shows_address(facts, tried));
    let Some((tried, address)) = named().find_map(|tried| Some((tried, unroutable(facts, tried)?))) else {
        if let Some(told) = told_by_client(facts) {
            return told;
        }
        return ruled_out_by(facts, named().filter_map(Tried::named_at), "no address in a 227 reply was seen");
    };
    let advertised = || facts.tried_with(DataVerb::Pasv).filter(|tried| tried.attempt().address == Address::Advertised);
    if let Some(joined) = advertised().find_map(|tried| tried.joined_at()) {
        return Match::RuledOut(facts.cites([joined]));
    }
    // The server refuses for where it came from what reached it there.
    let reached = facts
        .refusals_saying(Says::ForeignDataSource)
        .into_iter()
        .map(|(_, place)| place)
        .find(|place| advertised().any(|tried| tried.ended_by() == Some(*place)));
    if let Some(place) = reached {
        return Match::RuledOut(facts.cites([place]));
    }
    // Whom a log's client reached there is in the same network.
    let reached = facts.tried_with(DataVerb::Pasv).find_map(|tried| tried.joined_at());
    if let (None, Some(joined)) = (facts.peer(), reached) {
        return Match::RuledOut(facts.cites([joined]));
    }
    let what = reach(address).words();
    let mut cites = facts.cites(tried.named_at());
    cites.extend(facts.cites(ends(advertised())));
    let ignore = Fix::client(
        "Use EPSV, or have the client ignore the address in 227",
        "curl and FileZilla do so by themselves; in lftp: set ftp:fix-pasv-address yes; in WinSCP: Force IP address for \
         passive mode connections.",
    );
    let Some(peer) = facts.peer().map(|peer| peer.to_string()).or_else(|| host(facts)) else {
        // A server in somebody's own network names its address there to clients who are in it, too.
        let client = facts.evidence().controls.iter().find_map(|control| control.client);
        if facts.log().is_some_and(|log| log.writer == Writer::Server)
            && client.is_none_or(|client| reach(client) != Reach::Public)
        {
            return Match::Undecided("the server's log does not show that the client is in another network");
        }
        // Where no dial of it failed, the one who wrote the log may be in the same network.
        let reached = facts.tried_in(Mode::Passive).all(|tried| is_refused_listing(tried) || tried.works());
        if reached {
            return Match::Undecided("the log shows neither the server's address nor a dial of this one");
        }
        // Nobody writes over an address of his own network, and a client calls none of its own unroutable.
        let outside =
            facts.log().is_some_and(|log| log.masked || log.unroutable.is_some() || log.writer == Writer::Server);
        let dialled =
            outside && named().any(|tried| tried.dialled().is_some_and(|end| end.ip().to_canonical() == address));
        return Match::Fires(Conclusion {
            severity: if dialled { loss(facts) } else { Severity::Warning },
            side: Side::Server,
            confidence: if dialled { Confidence::Medium } else { Confidence::Low },
            summary: format!(
                "The server tells clients to connect to {address}, {what}. The log does not show which address it is \
                 reached at; from outside its network nobody reaches this one."
            ),
            cites,
            fixes: vec![Fix::server("Tell the server its outer address", outer_address_setting(facts, OUTER)), ignore],
        });
    };
    // A name does not tell in which network it was reached, and not every server's setting takes one.
    let (summary, outer) = match facts.peer() {
        Some(peer) => (
            format!(
                "The server tells clients to connect to {address}, {what}, although it is reached at {peer}: in passive \
                 mode, clients that believe it fail."
            ),
            peer.to_string(),
        ),
        None => (
            format!(
                "The server tells clients to connect to {address}, {what}. The log shows the server's name, {peer}, and \
                 not the address that it is reached at: in passive mode, clients outside its network that believe it fail."
            ),
            OUTER.to_owned(),
        ),
    };
    // Within one private network it may be the right one.
    let unsure = facts.peer().is_none_or(|peer| reach(peer) != Reach::Public);
    cites.insert(cites.len().min(1), Cite::of(format!("the control connection goes to {peer}")));
    Match::Fires(Conclusion {
        severity: loss(facts),
        side: Side::Server,
        confidence: if unsure { Confidence::Medium } else { Confidence::High },
        summary,
        cites,
        fixes: std::iter::once(Fix::server("Tell the server its outer address", outer_address_setting(facts, &outer)))
            .chain((!ignored_in_vain(facts)).then_some(ignore))
            .collect(),
    })
}

/// Whether the server's own address was dialled in the place of the one in 227, and its port did not let that in either.
fn ignored_in_vain(facts: &Facts) -> bool {
    let stopped = [Failure::DialDropped, Failure::DialRefused, Failure::DialUnreachable];
    let at_peer = |tried: &&Tried| tried.dialled().map(|end| end.ip().to_canonical()) == facts.peer();
    let mut dials = facts.tried_in(Mode::Passive).filter(at_peer).peekable();
    facts.peer().is_some()
        && dials.peek().is_some()
        && dials.all(|tried| tried.failure().is_some_and(|failure| stopped.contains(&failure)))
}

/// What a log's client says of an address that the log does not show.
fn told_by_client(facts: &Facts) -> Option<Match> {
    let log = facts.log()?;
    let line = log.unroutable?;
    let said = log.quote(line).unwrap_or("it is called unroutable");
    let outer = facts.peer().map_or_else(|| OUTER.to_owned(), |peer| peer.to_string());
    Some(Match::Fires(Conclusion {
        severity: Severity::Warning,
        side: Side::Server,
        confidence: Confidence::High,
        summary: "The server tells clients to connect to an address that nobody outside its network can reach, as the \
                  client says. This client uses the server's own address in its place; clients that believe the server \
                  fail."
            .to_owned(),
        cites: vec![Cite::of(format!("line {line}: {said}"))],
        fixes: vec![Fix::server("Tell the server its outer address", outer_address_setting(facts, &outer))],
    }))
}

/// The name that a log's client connected to, where it shows no address.
fn host(facts: &Facts) -> Option<String> {
    let host = &facts.evidence().target.host;
    (facts.log().is_some() && host != UNKNOWN_HOST).then(|| host.clone())
}

/// The address in 227, where it is not the control peer's and nobody outside the server's network can reach it.
fn unroutable(facts: &Facts, tried: &Tried) -> Option<std::net::IpAddr> {
    // Nobody was sent anywhere by a reply that the client could not read.
    let read = tried.failure() != Some(Failure::Unreadable);
    // PASV can name no IPv6 address, so what stands there over IPv6 says nothing.
    if facts.peer().is_some_and(|peer| peer.is_ipv6()) {
        return None;
    }
    let address = tried.named().filter(|_| read && shows_address(facts, tried))?.ip().to_canonical();
    (Some(address) != facts.peer() && reach(address) != Reach::Public).then_some(address)
}

/// A private address is dialled only where the user allows it: no server shall point this tool into somebody's network.
fn asks(facts: &Facts) -> Vec<Probe> {
    let named = facts.tried_with(DataVerb::Pasv).any(|tried| unroutable(facts, tried).is_some());
    let wanted = named && facts.evidence().asked.trust_pasv_address && facts.times_tried(ADVERTISED) == 0;
    if wanted { vec![ADVERTISED.into()] } else { Vec::new() }
}
