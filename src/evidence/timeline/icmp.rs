//! ICMP errors, as far as they are told apart.

use super::written::{name_in, value_in};

/// Which ICMP error came (RFC 792, RFC 1812 section 5.2.7.1, RFC 4443).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Icmp {
    Net,
    Host,
    Protocol,
    Port,
    /// Communication administratively prohibited: a firewall says so itself.
    AdminProhibited,
    TimeExceeded,
    /// Another destination-unreachable code.
    Other,
    /// No ICMP: this computer has no route, or the neighbour does not answer.
    NoRoute,
    /// An ICMP error, no route, or a neighbour that does not answer: the system does not tell which.
    NotTold,
}

impl Icmp {
    pub fn name(self) -> &'static str {
        name_in(ICMP, self)
    }

    /// The kind with this name.
    pub fn named(name: &str) -> Option<Self> {
        value_in(ICMP, name)
    }
}

const ICMP: &[(Icmp, &str)] = &[
    (Icmp::Net, "net-unreachable"),
    (Icmp::Host, "host-unreachable"),
    (Icmp::Protocol, "protocol-unreachable"),
    (Icmp::Port, "port-unreachable"),
    (Icmp::AdminProhibited, "admin-prohibited"),
    (Icmp::TimeExceeded, "time-exceeded"),
    (Icmp::Other, "other-unreachable"),
    (Icmp::NoRoute, "no-route"),
    (Icmp::NotTold, "not-told"),
];
