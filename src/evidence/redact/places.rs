//! Placeholders for addresses: each of the same reach as what it stands for.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::evidence::address::{Reach, reach};

/// Whose an address is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    Client,
    Server,
    /// A router's, or a stranger's.
    Between,
}

#[derive(Default)]
pub struct Places {
    /// Every address that occurs, and whose it is: none of them becomes a placeholder.
    found: BTreeMap<IpAddr, Role>,
    given: BTreeMap<IpAddr, IpAddr>,
    used: BTreeSet<IpAddr>,
    /// The first 24 bits of a private network, and the number of the one that stands for it.
    networks: BTreeMap<[u8; 3], u8>,
}

impl Places {
    /// The end of a connection is one of ours or the server's, whatever else is known of its address.
    pub fn learn(&mut self, address: IpAddr, role: Role) {
        let known = self.found.entry(address.to_canonical()).or_insert(role);
        *known = role.min(*known);
    }

    pub fn knows(&self, address: IpAddr) -> bool {
        self.found.contains_key(&address)
    }

    /// The address that stands for this one.
    pub fn placeholder(&mut self, address: IpAddr) -> IpAddr {
        match (address, address.to_canonical()) {
            (IpAddr::V6(_), IpAddr::V4(inner)) => match self.given(IpAddr::V4(inner)) {
                IpAddr::V4(given) => IpAddr::V6(given.to_ipv6_mapped()),
                given => given,
            },
            _ => self.given(address),
        }
    }

    fn given(&mut self, address: IpAddr) -> IpAddr {
        if let Some(given) = self.given.get(&address) {
            return *given;
        }
        let role = self.found.get(&address).copied().unwrap_or(Role::Between);
        let free = |places: &Self, candidate: &IpAddr| {
            !places.found.contains_key(candidate) && !places.used.contains(candidate)
        };
        let given = match (reach(address), address) {
            // These are everybody's.
            (Reach::Loopback | Reach::Unspecified | Reach::NoHost, _) => address,
            (Reach::Public, IpAddr::V4(_)) => {
                let of_role = match role {
                    Role::Client => [203, 0, 113],
                    Role::Server => [198, 51, 100],
                    Role::Between => [192, 0, 2],
                };
                // What two hundred addresses don't suffice for goes on in the range for benchmarks (RFC 2544).
                let spare = (0..=u16::MAX).map(|n| n.to_be_bytes()).map(|[high, low]| [198, 18, high, low]);
                let all = hosts_of(of_role).chain(spare.map(|octets| IpAddr::V4(octets.into())));
                first(all, |candidate| free(self, candidate))
            }
            (Reach::Private | Reach::Shared | Reach::LinkLocal, IpAddr::V4(v4)) => {
                let [a, b, c, _] = v4.octets();
                let known = self.networks.len();
                let network = *self.networks.entry([a, b, c]).or_insert_with(|| u8::try_from(known).unwrap_or(u8::MAX));
                let block = |third: u8| match (a, b) {
                    (10, _) => [10, 0, third],
                    (172, _) => [172, 16, third],
                    (100, _) => [100, 64, third],
                    _ => [a, b, third],
                };
                let all = hosts_of(block(network)).chain((0..=u8::MAX).rev().flat_map(|third| hosts_of(block(third))));
                first(all, |candidate| free(self, candidate))
            }
            (kind, IpAddr::V6(_)) => {
                let prefix = match (kind, role) {
                    (Reach::Public, Role::Client) => [0x2001, 0xdb8, 1],
                    (Reach::Public, Role::Server) => [0x2001, 0xdb8, 2],
                    (Reach::Public, Role::Between) => [0x2001, 0xdb8, 0],
                    (Reach::LinkLocal, _) => [0xfe80, 0, 0],
                    _ => [0xfd00, 0, 0],
                };
                let [a, b, c] = prefix;
                let all = (1..=u16::MAX).map(|n| IpAddr::V6(Ipv6Addr::new(a, b, c, 0, 0, 0, 0, n)));
                first(all, |candidate| free(self, candidate))
            }
        };
        self.given.insert(address, given);
        self.used.insert(given);
        given
    }
}

fn hosts_of(network: [u8; 3]) -> impl Iterator<Item = IpAddr> {
    let [a, b, c] = network;
    (1..=254).map(move |host| IpAddr::V4(Ipv4Addr::new(a, b, c, host)))
}

/// So many addresses that none is free are nobody's evidence; they then share the last.
fn first(mut all: impl Iterator<Item = IpAddr>, free: impl Fn(&IpAddr) -> bool) -> IpAddr {
    let mut last = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
    all.find(|candidate| {
        last = *candidate;
        free(candidate)
    })
    .unwrap_or(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_placeholder_keeps_the_reach_and_the_network_and_is_nobodys_address() {
        let mut places = Places::default();
        let all = [
            ("8.8.8.8", Role::Server),
            ("203.0.113.1", Role::Client),
            ("192.168.77.5", Role::Client),
            ("192.168.77.1", Role::Between),
            ("192.168.78.1", Role::Between),
            ("10.9.8.7", Role::Server),
            ("172.20.1.1", Role::Server),
            ("100.99.1.1", Role::Between),
            ("169.254.7.7", Role::Client),
            ("2a00:1450::1", Role::Server),
            ("fe80::abcd", Role::Client),
            ("fdab::1", Role::Client),
            ("127.0.0.1", Role::Server),
        ];
        let parsed: Vec<(IpAddr, Role)> = all.map(|(text, role)| (text.parse().expect("an address"), role)).to_vec();
        parsed.iter().for_each(|(address, role)| places.learn(*address, *role));
        let given: Vec<IpAddr> = parsed.iter().map(|(address, _)| places.placeholder(*address)).collect();
        for ((address, _), given) in parsed.iter().zip(&given) {
            assert_eq!(reach(*address), reach(*given), "{address} {given}");
            let everybodys = address.is_loopback();
            assert!(everybodys || parsed.iter().all(|(other, _)| other != given), "{given} is somebody's");
        }
        assert_eq!(given.iter().collect::<BTreeSet<_>>().len(), all.len());
        let third = |at: usize| given.get(at).and_then(|given| given.to_string().split('.').nth(2).map(str::to_owned));
        assert_eq!(third(2), third(3));
        assert_ne!(third(3), third(4));
        let mapped = places.placeholder("::ffff:8.8.8.8".parse().expect("an address"));
        assert_eq!(Some(&mapped.to_canonical()), given.first());
    }
}
