//! Kinds of addresses, as far as a diagnosis needs them.

use std::net::IpAddr;

/// Where an address can be reached from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// From anywhere. Documentation and benchmark ranges count in here: test networks use them.
    Public,
    /// RFC 1918 and unique local IPv6 (RFC 4193).
    Private,
    /// 100.64.0.0/10, between a carrier's NAT and its customers (RFC 6598).
    Shared,
    Loopback,
    LinkLocal,
    /// 0.0.0.0 and ::.
    Unspecified,
    /// Multicast, broadcast and reserved: no host has it.
    NoHost,
}

/// The kind of `address`; an IPv4 address mapped into IPv6 counts as itself.
pub fn reach(address: IpAddr) -> Reach {
    match address.to_canonical() {
        IpAddr::V4(v4) => {
            let [a, b, ..] = v4.octets();
            match () {
                () if v4.is_private() => Reach::Private,
                () if a == 100 && (64..128).contains(&b) => Reach::Shared,
                () if v4.is_loopback() => Reach::Loopback,
                () if v4.is_link_local() => Reach::LinkLocal,
                () if a == 0 => Reach::Unspecified,
                () if a >= 224 => Reach::NoHost,
                () => Reach::Public,
            }
        }
        IpAddr::V6(v6) => match () {
            () if v6.is_unique_local() => Reach::Private,
            () if v6.is_loopback() => Reach::Loopback,
            () if v6.is_unicast_link_local() => Reach::LinkLocal,
            () if v6.is_unspecified() => Reach::Unspecified,
            () if v6.is_multicast() => Reach::NoHost,
            () => Reach::Public,
        },
    }
}

/// Whether an IPv6 address stands for an IPv4 one behind a translation: 64:ff9b::/96 (RFC 6052) and 64:ff9b:1::/48 (RFC 8215).
pub fn stands_for_ipv4(address: IpAddr) -> bool {
    matches!(address, IpAddr::V6(v6) if matches!(v6.segments(), [0x64, 0xff9b, 0, 0, 0, 0, ..] | [0x64, 0xff9b, 1, ..]))
}

/// Whether they are of one network as most are cut: IPv4's first three numbers, IPv6's first four groups.
pub fn are_neighbours(one: IpAddr, other: IpAddr) -> bool {
    match (one.to_canonical(), other.to_canonical()) {
        (IpAddr::V4(one), IpAddr::V4(other)) => one.octets()[..3] == other.octets()[..3],
        (IpAddr::V6(one), IpAddr::V6(other)) => one.segments()[..4] == other.segments()[..4],
        _ => false,
    }
}

/// Whether they are of one block of private addresses: networks of one company are.
pub fn are_of_one_block(one: IpAddr, other: IpAddr) -> bool {
    let first = |address: IpAddr| match address.to_canonical() {
        IpAddr::V4(v4) => u32::from(v4.octets()[0]),
        IpAddr::V6(v6) => u32::from(v6.segments()[0] >> 8) + 256,
    };
    reach(one) == reach(other) && first(one) == first(other)
}

impl Reach {
    /// In words, for a sentence: "10.0.0.20, {a private address}".
    pub fn words(self) -> &'static str {
        match self {
            Reach::Public => "a public address",
            Reach::Private => "a private address",
            Reach::Shared => "an address shared behind a carrier's NAT (100.64.0.0/10)",
            Reach::Loopback => "a loopback address",
            Reach::LinkLocal => "a link-local address",
            Reach::Unspecified => "the unspecified address",
            Reach::NoHost => "an address that no host can have",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn test_networks_count_as_public_and_the_rest_as_what_they_are() {
        for (text, want) in [
            ("203.0.113.2", Reach::Public),
            ("198.18.0.20", Reach::Public),
            ("2001:db8::1", Reach::Public),
            ("::ffff:10.0.0.5", Reach::Private),
            ("172.31.255.255", Reach::Private),
            ("172.32.0.0", Reach::Public),
            ("100.64.0.1", Reach::Shared),
            ("100.128.0.1", Reach::Public),
            ("fd00::1", Reach::Private),
            ("fe80::1", Reach::LinkLocal),
            ("0.0.0.0", Reach::Unspecified),
            ("255.255.255.255", Reach::NoHost),
        ] {
            assert_eq!(text.parse().map(reach).ok(), Some(want), "{text}");
        }
    }
}
