//! Connections to the server's public address that a router turns around, back into the network which they come from
//! (RFC 4787 section 6).

use std::net::IpAddr;

use super::{Cite, Facts};
use crate::evidence::address::{Reach, are_neighbours, are_of_one_block, reach};

/// A router that turns this client's connections around and puts an address of its own in this client's place, or would.
#[derive(Clone, Debug, PartialEq)]
pub struct TurnedAround {
    /// The address that the server sees, where it names it.
    pub seen: Option<IpAddr>,
    /// Whether the first router was seen to have the server's address; else it is read from the address seen alone, which
    /// another network may use as well.
    pub by_first_router: bool,
    pub cites: Vec<Cite>,
}

impl Facts<'_> {
    /// Whether this client, which has a private address, dials the server's public one from inside the server's own
    /// network: the first router has that address, or the server sees an address of this client's own network. Behind a
    /// router on the way with another public address it is outside.
    pub fn turned_around(&self) -> Option<TurnedAround> {
        let (local, peer) = (self.local()?, self.peer()?);
        if !is_inner(local) || reach(peer) != Reach::Public {
            return None;
        }
        let seen = self.seen_by_server().seen();
        let seen_inside = seen.filter(|(seen, _)| *seen != local && is_inner(*seen));
        // A public one is that of a translation on the way out.
        if seen.is_some() && seen_inside.is_none() {
            return None;
        }
        let by_first_router = self.first_router_has_servers_address();
        let neighbour = seen_inside.is_some_and(|(seen, _)| are_neighbours(local, seen));
        let outside = || self.hops().values().any(|router| *router != peer && reach(*router) == Reach::Public);
        if !(by_first_router || neighbour) || outside() {
            return None;
        }
        let mut cites = vec![Cite::of(format!("this computer's address is {local}"))];
        cites.extend(seen_inside.map(|(seen, place)| self.cite_naming(seen, place)));
        cites.extend(by_first_router.then(|| Cite::of(format!("hop 1 has the server's address {peer}"))));
        Some(TurnedAround { seen: seen_inside.map(|(seen, _)| seen), by_first_router, cites })
    }

    /// Whether every packet that expired at the first router was answered in the server's name. A router that leads one port
    /// alone elsewhere has its own address for the others.
    fn first_router_has_servers_address(&self) -> bool {
        let mut expired = self.expired_at_first_router().peekable();
        expired.peek().is_some() && expired.all(|router| Some(router) == self.peer())
    }

    /// Whether the address that the server sees may be that of a router which turns connections around, as well as one of
    /// the server's own side: a network with several subnets uses addresses of one block.
    pub fn may_be_turned_around(&self, seen: IpAddr) -> bool {
        self.local().is_some_and(|local| are_of_one_block(local, seen)) && self.hops().is_empty()
    }
}

fn is_inner(address: IpAddr) -> bool {
    matches!(reach(address), Reach::Private | Reach::Shared)
}

#[cfg(test)]
mod tests {
    use super::Facts;
    use crate::evidence::case::Case;

    #[test]
    fn a_client_behind_another_public_address_is_outside() {
        let text = include_str!("../../../fixtures/cases/nat-hairpin/first_router_has_the_servers_address.toml");
        let around = |from: &str, to: &str| {
            let evidence = Case::from_toml(&text.replace(from, to)).expect("a case").evidence;
            Facts::of(&evidence).turned_around().map(|around| around.by_first_router)
        };
        assert_eq!(around("", ""), Some(true));
        // A router that leads the control port alone elsewhere, and one that is somebody else's.
        assert_eq!(around("1 0.969 refused", "1 0.969 time-exceeded 10.1.0.1"), None);
        assert_eq!(around("time-exceeded 203.0.113.200", "time-exceeded 198.51.100.1"), None);
        // By the server's word the client comes from a public address.
        assert_eq!(around("Connected to 10.2.0.1", "Connected to 198.51.100.9"), None);
        let seen_alone = include_str!("../../../fixtures/cases/nat-hairpin/seen_at_its_own_gateway.toml");
        let evidence = Case::from_toml(seen_alone).expect("a case").evidence;
        assert_eq!(Facts::of(&evidence).turned_around().map(|around| around.by_first_router), Some(false));
    }
}
