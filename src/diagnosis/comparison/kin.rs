//! What two checks are to each other: of one server or of two, from two places or from one at two times.
//!
//! Invariant: it is said only where the evidence shows it. A greeting proves no server, for a product's servers greet
//! alike; a private address proves no place, for every home network has the same ones; a placeholder proves neither.

use std::net::IpAddr;
use std::time::Duration;

use super::Kind;
use crate::evidence::Evidence;
use crate::evidence::address::{Reach, reach};
use crate::evidence::facts::Facts;

/// What the two are to each other.
pub fn kind_of(first: &Evidence, second: &Evidence) -> Kind {
    let (first, second) = (&Facts::of(first), &Facts::of(second));
    match servers(first, second) {
        Servers::Two => Kind::TwoServers,
        Servers::SeveralUnderOneName => Kind::SeveralServers,
        Servers::One => places(first, second),
    }
}

enum Servers {
    One,
    SeveralUnderOneName,
    Two,
}

fn servers(first: &Facts, second: &Facts) -> Servers {
    let product = (first.product(), second.product());
    let unlike_products = matches!(product, (Some(one), Some(other)) if one != other);
    let port = |facts: &Facts| facts.evidence().target.port;
    if port(first) != port(second) && product.0 != product.1 {
        return Servers::Two;
    }
    // Each report has placeholders of its own, and the same ones stand for different servers.
    if is_redacted(first) || is_redacted(second) {
        return if unlike_products { Servers::SeveralUnderOneName } else { Servers::One };
    }
    let host = |facts: &Facts| facts.evidence().target.host.to_lowercase();
    let addresses = (server_address(first), server_address(second));
    let same_address = matches!(addresses, (Some(one), Some(other)) if one == other);
    // From inside its network, or in the other family, a server has another address.
    let unlike_addresses = matches!(addresses, (Some(one), Some(other)) if one != other && alike(one, other));
    if host(first) == host(second) || same_address {
        return if unlike_products || unlike_addresses { Servers::SeveralUnderOneName } else { Servers::One };
    }
    if greet_alike(first, second) && !unlike_addresses { Servers::One } else { Servers::Two }
}

fn greet_alike(first: &Facts, second: &Facts) -> bool {
    matches!((first.greeting(), second.greeting()), (Some((one, _)), Some((other, _))) if one == other)
}

/// Whether nothing but the greeting speaks for one server.
pub fn is_by_greeting(first: &Facts, second: &Facts) -> bool {
    let host = |facts: &Facts| facts.evidence().target.host.to_lowercase();
    let addresses = (server_address(first), server_address(second));
    host(first) != host(second) && !matches!(addresses, (Some(one), Some(other)) if one == other)
}

/// Whether two addresses are of one family, and both public or neither.
fn alike(one: IpAddr, other: IpAddr) -> bool {
    one.is_ipv4() == other.is_ipv4() && (reach(one) == Reach::Public) == (reach(other) == Reach::Public)
}

/// The address that answered, or that was dialled in vain.
pub fn server_address(facts: &Facts) -> Option<IpAddr> {
    let evidence = facts.evidence();
    let dialled = || evidence.dials.first().map(|dial| dial.address.ip().to_canonical());
    let typed = || evidence.target.host.parse().ok();
    facts.peer().or_else(dialled).filter(|address| !address.is_unspecified()).or_else(typed)
}

fn places(first: &Facts, second: &Facts) -> Kind {
    if is_redacted(first) || is_redacted(second) {
        return Kind::PlacesNotKnown;
    }
    let outer = |facts: &Facts| facts.seen_by_server().seen().map(|(address, _)| address);
    match (outer(first), outer(second), first.local(), second.local()) {
        (Some(one), Some(other), ..) if one == other => Kind::TwoTimes,
        (Some(_), Some(_), ..) => Kind::TwoPlaces,
        (_, _, Some(one), Some(other)) if one != other => Kind::TwoPlaces,
        (_, _, Some(one), Some(_)) if is_one_place(one, first) => Kind::TwoTimes,
        _ => Kind::PlacesNotKnown,
    }
}

/// Whether a client's own address stands for one place: it is public, or the server stands in the same network.
fn is_one_place(local: IpAddr, facts: &Facts) -> bool {
    let private = |address| reach(address) == Reach::Private;
    reach(local) == Reach::Public || (private(local) && facts.peer().is_some_and(private))
}

pub fn is_redacted(facts: &Facts) -> bool {
    facts.evidence().redacted
}

/// The time between the two, where both show when they were made.
pub fn apart(first: &Facts, second: &Facts) -> Option<Duration> {
    let begun = |facts: &Facts| humantime::parse_rfc3339(facts.evidence().started_at.as_deref()?).ok();
    let (one, other) = (begun(first)?, begun(second)?);
    one.duration_since(other).or_else(|_| other.duration_since(one)).ok()
}

/// Whether the second was made before the first: files are given in any order.
pub fn is_backwards(first: &Facts, second: &Facts) -> bool {
    let begun = |facts: &Facts| humantime::parse_rfc3339(facts.evidence().started_at.as_deref()?).ok();
    matches!((begun(first), begun(second)), (Some(one), Some(other)) if other < one)
}
