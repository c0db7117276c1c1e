//! Where on the way the server's connection to this computer ends, as the other end tells (`ftpmode serve`).

use std::net::IpAddr;

use super::{Facts, Tried};
use crate::evidence::attempt::Mode;
use crate::evidence::observed::Observed;
use crate::evidence::sweep::{Answer, Sweep, Swept};
use crate::evidence::timeline::Icmp;
use crate::protocol::way::Way;

/// Where callbacks end. Hops are counted from this computer as everywhere: 0 is this computer; `server` is the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallbackEnd {
    pub server: u8,
    /// Whether `server` was measured on the way back; else the way there is taken for as long.
    pub measured: bool,
    /// Who may have ended it, from this hop to that, both included: the higher passed a packet on for the last time.
    pub between: (u8, u8),
    /// The router that passed one on for the last time.
    pub last: Option<IpAddr>,
    /// Whether somebody turned it away, in the place of silence.
    pub turned_away: bool,
    /// Routers next to this computer that are this side's own.
    pub own: u8,
    /// The hop of the address translation that the server sees in this computer's place, where the way back was measured to
    /// it. 0: how far from here it is is not known, and hops are counted from it.
    pub translation: Option<u8>,
}

impl CallbackEnd {
    /// Whether its hops are those of the way there.
    pub fn is_counted_from_here(&self) -> bool {
        self.translation != Some(0)
    }
}

/// Nobody looks further, neither here nor at the other end.
const FURTHEST: u8 = 30;

impl Facts<'_> {
    /// Where the server's connections to this computer end, where both ends looked. `None` where the way back is longer than
    /// is known.
    pub fn callback_end(&self) -> Option<CallbackEnd> {
        let way = self.told_way()?;
        let furthest = way.furthest();
        let last = way.passed.iter().find(|(distance, _)| *distance == furthest).map(|(_, router)| *router);
        // Where this computer's own router is the last that passed them on, it stands one hop before this computer.
        let to_own_router = last.filter(|router| self.is_own_router(*router)).map(|_| furthest + 1);
        let own = self.own_hops(&self.hops());
        // Behind a translation, that is what answers in this computer's place.
        let translated = matches!(self.client_nat(), Observed::Seen(_));
        let translation = way.client.filter(|_| translated).map(|client| self.translation(client, own).unwrap_or(0));
        let to_here = way.client.map(|client| client + translation.unwrap_or(0));
        let measured = to_here.or(to_own_router);
        let server = measured.or(self.server_distance())?;
        let talks = |from_server: &u8| way.datagrams.contains(from_server);
        let beyond = way.datagrams.iter().max().copied().unwrap_or(0);
        if furthest.max(beyond) >= server || way.turned_away.is_some_and(|at| at > server) {
            return None;
        }
        // Who turns away what it would pass on does so for packets that live one hop longer than it is far.
        let (near, far) = match way.turned_away {
            Some(at) => (at.saturating_sub(1), at),
            None => {
                // The translation is not known to pass anything on.
                let outer_end = way.client.filter(|client| furthest < *client).unwrap_or(server);
                (furthest, (furthest + 1..outer_end).find(talks).unwrap_or(outer_end))
            }
        };
        Some(CallbackEnd {
            server,
            measured: measured.is_some(),
            between: (server - far, server - near),
            last: way.passed.iter().find(|(distance, _)| *distance == near).map(|(_, router)| *router),
            turned_away: way.turned_away.is_some(),
            own: translation.filter(|at| *at > 0).unwrap_or(own),
            translation,
        })
    }

    /// The hop of the translation that is so many from the other end, where that agrees with the private addresses before it.
    fn translation(&self, from_server: u8, own: u8) -> Option<u8> {
        let there = self.server_distance().filter(|_| self.distance_is_exact())?;
        there.checked_sub(from_server).filter(|at| (1..=own).contains(at))
    }

    /// Whether this router of the other end's is the first from here: it answered what lives one hop, in its own name.
    fn is_own_router(&self, router: IpAddr) -> bool {
        let told = self.evidence().sweeps.iter().filter(|sweep| sweep.of == Swept::ToldRouter);
        let answered = |sweep: &Sweep| {
            sweep.probes.iter().any(|probe| match probe.answer {
                Answer::Icmp { icmp, from: Some(from) } => icmp != Icmp::TimeExceeded && from.to_canonical() == router,
                _ => false,
            })
        };
        told.filter(|sweep| sweep.port.ip().to_canonical() == router).any(answered)
    }

    /// The router that passed the server's packets on last, where nothing else tells how long the way back is.
    pub fn told_router(&self) -> Option<IpAddr> {
        let way = self.told_way().filter(|way| way.client.is_none())?;
        let furthest = way.furthest();
        way.passed.iter().find(|(distance, _)| *distance == furthest).map(|(_, router)| *router)
    }

    /// Whether routers passed the server's packets on, or turned them away, beyond the one next to the server.
    pub fn callback_left_server(&self) -> bool {
        let near = |way: &Way| way.turned_away.map_or(way.furthest(), |at| at.saturating_sub(1));
        self.told_way().is_some_and(|way| near(&way) > 1)
    }

    /// What the other end told of the way of a callback that never came, one through a port that the router was asked for
    /// included: that goes the same way.
    fn told_way(&self) -> Option<Way> {
        let dead = |tried: &&Tried| tried.verb().mode() == Mode::Active && tried.joined().is_none();
        let told = |tried: &Tried| tried.replies().find_map(|(reply, _)| Way::told(reply));
        self.tried().iter().filter(dead).find_map(told).filter(|way| self.may_be_the_way(way))
    }

    /// Whether the way back can be as long as the other end tells. Routes there and back differ, and not by so much that one is
    /// twice the other: a word that contradicts what was measured here is not used.
    fn may_be_the_way(&self, way: &Way) -> bool {
        let told = way.datagrams.iter().copied().chain(way.client).chain(way.turned_away).chain([way.furthest()]);
        let most =
            self.server_distance().map_or(FURTHEST, |there| there.saturating_mul(2).saturating_add(2).min(FURTHEST));
        told.max().is_none_or(|longest| longest <= most)
    }
}
