//! Where on the way a control port ends that nobody answers at, or that is turned away: with no port to compare it with,
//! datagrams tell whether the way goes on.

use std::collections::BTreeMap;
use std::net::IpAddr;

use super::Facts;
use super::location::{End, is_passed};
use super::suspects::end_of;
use crate::evidence::sweep::{Answer, Swept};
use crate::evidence::timeline::Icmp;

/// What a sweep of the control port shows where none was joined.
#[derive(Clone, Debug, PartialEq)]
pub struct LoneEnd {
    /// The address that was swept.
    pub address: IpAddr,
    pub end: End,
    pub beyond: Beyond,
    /// The routers that answered, by their distance.
    pub hops: BTreeMap<u8, IpAddr>,
    /// Routers next to this computer that are this side's own.
    pub own: u8,
}

/// What stands where the packets end, or further on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beyond {
    /// A further router, at this distance: the way goes on.
    Router(u8),
    /// The server itself, which answered for a port that is closed to datagrams, at this distance.
    Server(u8),
    Unknown,
}

impl Facts<'_> {
    /// `None` where nobody looked, or a control connection stands.
    pub fn lone_end(&self) -> Option<LoneEnd> {
        let find = |of: Swept| self.evidence().sweeps.iter().find(|sweep| sweep.of == of);
        let control = find(Swept::Control).filter(|_| self.peer().is_none())?;
        let end = end_of(control, control, None);
        if let End::Open { .. } = end {
            return None;
        }
        let from = match end {
            End::Refused { at, .. } | End::Unreachable { at, .. } | End::Open { at } => at,
            End::Silence { passed, .. } => passed + 1,
        };
        let by_udp = find(Swept::Udp).into_iter().flat_map(|sweep| &sweep.probes).filter(|probe| probe.ttl >= from);
        let turned_away = matches!(end, End::Unreachable { .. });
        let server = control.port.ip().to_canonical();
        let beyond = by_udp.fold(Beyond::Unknown, |known, probe| match (known, probe.answer) {
            (Beyond::Unknown, answer) if is_passed(answer) => Beyond::Router(probe.ttl),
            // A firewall that answers all in the server's name is not the server.
            (Beyond::Unknown, Answer::Icmp { from: Some(from), icmp })
                if from.to_canonical() == server && (icmp == Icmp::Port || !turned_away) =>
            {
                Beyond::Server(probe.ttl)
            }
            (known, _) => known,
        });
        let hops = self.hops();
        let own = self.own_hops(&hops);
        Some(LoneEnd { address: server, end, beyond, hops, own })
    }
}
