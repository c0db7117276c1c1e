//! Who may have ended the packets to a passive port, and whose part of the way that is: what the distances leave.
//!
//! Question: an RST, and an ICMP error that bears the server's address, come in the server's name. Who sent them? Choice:
//! whoever is as far as the shortest life that they came for, where packets that live less were seen to come as far.
//! Reason: bridges and firewalls that refuse for another answer in its name, and a router that drops what lives short
//! makes all beyond it, the server and the refusal, look further away than it is. Price: where routers keep silent before the
//! one that refuses, it takes the RST's own TTL to tell, and who rejects there in the server's name can't be told.

use std::collections::BTreeMap;
use std::net::IpAddr;

use super::location::{End, Zone, is_passed};
use crate::evidence::sweep::{Answer, Sweep};
use crate::evidence::timeline::Icmp;

/// What is known of the way besides how the packets ended.
pub(super) struct Way<'a> {
    /// The routers that answered, by their distance.
    pub hops: &'a BTreeMap<u8, IpAddr>,
    /// The distance at which the control port answers, and its address.
    pub server: Option<u8>,
    pub peer: Option<IpAddr>,
    /// The router that has the server's address, and whether the one before the server is known not to have it.
    pub translator: Option<u8>,
    pub edge_is_plain: bool,
    /// How many routers the RST came past at least and at most, where that was seen.
    pub came_past: Option<(u8, u8)>,
}

impl Way<'_> {
    /// From which hop to which the one must be who ended it. A router that refuses what it would pass on does so for packets
    /// that live one hop more than it is far; one that has the address itself, for those that just reach it.
    pub fn suspects(&self, end: End) -> Option<(u8, u8)> {
        let edge = self.server.map(|server| server.saturating_sub(1));
        match end {
            End::Open { .. } => None,
            End::Silence { passed, next } => {
                let next = next?;
                if self.translator == Some(passed + 1) { Some((passed + 1, passed + 1)) } else { Some((passed, next)) }
            }
            End::Refused { at, .. } if self.translator == Some(at) => Some((at, at)),
            End::Refused { passed, at } if self.edge_is_plain && Some(at) == edge => {
                Some((self.low(passed, at), at - 1))
            }
            End::Refused { passed, at } => Some((self.low(passed, at), at)),
            End::Unreachable { passed, at, from, .. } => {
                let low = self.low(passed, at);
                if let Some(sender) = self.sender(end) {
                    return Some((sender, sender));
                }
                // Who is none of those known is the one that is not, where that is one.
                let mut unknown = (low.max(1)..=at).filter(|hop| !self.is_known(*hop));
                let stranger = from.is_some() && self.in_anothers_name(end).is_none();
                Some(match (unknown.next(), unknown.next()) {
                    (Some(one), None) if stranger => (one, one),
                    _ => (low, at),
                })
            }
        }
    }

    /// The nearest that can have answered packets that live `at` hops and none that live less, of which `passed` was the
    /// last that a router let expire.
    fn low(&self, passed: u8, at: u8) -> u8 {
        let before = at.saturating_sub(1);
        let shown = (passed + 1..at).filter(|hop| self.hops.contains_key(hop)).count();
        // One answer may be lost. Several routers that let the control port's packets expire and none of these tell that
        // these come not as far.
        let comes_as_far = passed >= before || shown == 1 && self.hops.contains_key(&before);
        let by_its_own_life = self.came_past.is_some_and(|(least, most)| most < at && least + 2 >= at);
        if comes_as_far || by_its_own_life { before } else { passed }
    }

    /// The hop that an ICMP error is from by its sender's address. One that is nearer or further than the packet came did
    /// not send it, and neither did the server where packets that live less are not seen to come as far.
    fn sender(&self, end: End) -> Option<u8> {
        let End::Unreachable { passed, at, from: Some(from), .. } = end else { return None };
        let low = self.low(passed, at);
        let mut named = self.hops.iter().filter(|(_, router)| **router == from.to_canonical()).map(|(hop, _)| *hop);
        let router = named.find(|hop| (low..=at).contains(hop));
        let by_server = || (Some(from.to_canonical()) == self.peer && low + 1 >= at).then_some(at);
        router.or_else(|| by_server().filter(|at| self.server == Some(*at) || self.translator == Some(*at)))
    }

    /// The address that an ICMP error bears and that is another's than its sender's.
    pub fn in_anothers_name(&self, end: End) -> Option<IpAddr> {
        let End::Unreachable { from: Some(from), .. } = end else { return None };
        let from = from.to_canonical();
        let known = Some(from) == self.peer || self.hops.values().any(|router| *router == from);
        Some(from).filter(|_| known && self.sender(end).is_none())
    }

    fn is_known(&self, hop: u8) -> bool {
        self.hops.contains_key(&hop) || self.server == Some(hop)
    }
}

/// Whose part of the way the suspects stand on: `own` routers are this side's, and the server's side begins with the router
/// that has its address, else with the last one before it.
pub(super) fn zone(end: End, between: Option<(u8, u8)>, server: Option<u8>, own: u8, translator: Option<u8>) -> Zone {
    let (Some((low, high)), Some(server)) = (between, server) else { return Zone::Unknown };
    let edge = translator.unwrap_or(server.saturating_sub(1));
    // Who sends an ICMP error names himself; else the next router's front may be the place.
    let reach_of_own = if matches!(end, End::Unreachable { .. }) { own } else { own + 1 };
    match () {
        () if high == 0 => Zone::Client,
        () if low >= server => Zone::Server,
        () if edge <= own && low == high && low == own && low == edge => Zone::Unknown,
        () if low <= own && high <= reach_of_own && high < edge => Zone::Client,
        () if low >= edge && low > own => Zone::Server,
        () if low > own && high < edge => Zone::Network,
        () if low > own => Zone::NotClient,
        () if low == high && low <= own && low < edge => Zone::Client,
        () if high < edge => Zone::NotServer,
        () => Zone::Unknown,
    }
}

/// The shortest life at which an answer came that was no router's on the way. A system that tells no ICMP errors has
/// "no route" for them, which says nothing.
pub(super) fn first_end(sweep: &Sweep) -> Option<(u8, Answer)> {
    let ends = sweep.probes.iter().filter(|probe| {
        !is_passed(probe.answer) && !matches!(probe.answer, Answer::Silent | Answer::Icmp { icmp: Icmp::NoRoute, .. })
    });
    ends.map(|probe| (probe.ttl, probe.answer)).min_by_key(|(ttl, _)| *ttl)
}

pub(super) fn end_of(data: &Sweep, control: &Sweep, server: Option<u8>) -> End {
    let last = |until: u8| {
        let passed = data.probes.iter().filter(|probe| probe.ttl < until && is_passed(probe.answer));
        passed.map(|probe| probe.ttl).max().unwrap_or(0)
    };
    match first_end(data) {
        Some((at, Answer::Connected)) => End::Open { at },
        Some((at, Answer::Refused)) => End::Refused { passed: last(at), at },
        Some((at, Answer::Icmp { icmp, from })) => End::Unreachable { passed: last(at), at, icmp, from },
        Some((_, Answer::Silent)) | None => {
            let passed = last(u8::MAX);
            let beyond = control.probes.iter().filter(|probe| probe.ttl > passed && is_passed(probe.answer));
            let next = beyond.map(|probe| probe.ttl).chain(server.filter(|server| *server > passed)).min();
            End::Silence { passed, next }
        }
    }
}
