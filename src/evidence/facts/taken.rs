//! Who takes passive connections in the server's place: that somebody does, and how far away he is.

use std::net::IpAddr;

use super::{Facts, Failure, SmallBecause, Tried, Zone};
use crate::evidence::attempt::Mode;
use crate::evidence::security::Broken;
use crate::evidence::sweep::Answer;
use crate::protocol::dialect::{self, Says};

/// How far away passive connections are taken, as a sweep of a passive port shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taker {
    /// The shortest life at which a passive port lets a packet in.
    pub at: u8,
    pub router: Option<IpAddr>,
    /// The same of the control port.
    pub server: u8,
    pub zone: Zone,
}

impl Tried<'_> {
    /// Whether nothing has come of a passive connection that stands or stood: no byte, and no word of the server.
    pub fn is_left_alone(&self) -> bool {
        let passive = self.verb().mode() == Mode::Passive && !self.attempt().load.is_upload();
        passive && self.joined().is_some() && self.bytes() == 0 && !self.is_begun() && self.completion().is_none()
    }

    /// Whether a passive connection came to its end without a byte, and the server never spoke of that.
    pub fn is_unserved(&self) -> bool {
        self.failure() == Some(Failure::Unconfirmed) && self.verb().mode() == Mode::Passive && self.bytes() == 0
    }

    /// Whether TLS came to nothing on it and nobody said anything in TLS: silence, or the connection's end.
    pub fn tls_ends_unsaid(&self) -> bool {
        self.tls_broken().is_some_and(|broken| matches!(broken.how, None | Some(Broken::Closed | Broken::Reset)))
    }
}

impl Facts<'_> {
    /// Passive connections that somebody else than the server took, as far as it shows: it still waited for them, or they
    /// were held without a word or ended at the TLS handshake, and a packet to such a port is let in nearer than the server
    /// is. Where it had said 150 already, it must be seen to serve transfers or to be further away: else it may have failed
    /// by itself, or listed nothing. Not where the server said that it is broken.
    pub fn taken(&self) -> Vec<&Tried<'_>> {
        let broken = self.aftermath(&[Says::Misconfigured, Says::PortsExhausted]);
        let nearer = self.taker().is_some_and(|taker| taker.at < taker.server);
        let held = |tried: &Tried| match tried.failure() {
            Some(Failure::Stalled) => self.packets_are_small(tried) == Some(SmallBecause::NothingWasSaid),
            Some(Failure::TlsBroken) => tried.tls_ends_unsaid(),
            _ => false,
        };
        let announced = !self.fails_transfers() && (nearer || self.works(Mode::Active));
        // An empty listing ends without a byte as well.
        let listed = || self.tried_in(Mode::Active).any(|tried| tried.works() && tried.bytes() > 0);
        let all = self.tried().iter().filter(|tried| match tried.failure() {
            Some(Failure::NeverServed) => announced || !tried.is_begun(),
            Some(Failure::Unconfirmed) => announced && tried.is_unserved() && tried.may_be_announced() && listed(),
            _ => nearer && tried.is_left_alone() && held(tried),
        });
        all.filter(|tried| tried.ended_by().is_none_or(|place| !broken.contains(&place))).collect()
    }

    /// Whether those that are taken may have reached the server all the same: Pure-FTPd closes what comes from another address
    /// than the control connection without a word, and goes on waiting.
    pub fn may_be_closed_as_foreign(&self) -> bool {
        let closed =
            |tried: &&Tried| tried.failure() == Some(Failure::NeverServed) && !tried.is_held() && !tried.is_begun();
        let taken = self.taken();
        dialect::may_close_foreign_data(self.product()) && !taken.is_empty() && taken.iter().all(closed)
    }

    /// Whether the server refused a transfer over a connection that it had made itself, before a byte of it came.
    pub fn fails_transfers(&self) -> bool {
        let own = |tried: &Tried| tried.joined().is_some() && tried.bytes() == 0 && tried.completion().is_some();
        self.tried_in(Mode::Active).any(|tried| own(tried) && tried.refusal().is_some())
    }

    /// Whether it is one of those.
    pub fn is_taken(&self, tried: &Tried) -> bool {
        self.taken().iter().any(|taken| taken.index() == tried.index())
    }

    /// How far away a passive port lets packets in. `None` where none was swept, or it does so beyond the control port:
    /// then that one is answered by somebody else. Nor where it does so as far away as the server and not all passive ports
    /// are taken: the one that was swept may lead to the server, and tells nothing of those that do not.
    pub fn taker(&self) -> Option<Taker> {
        let server = self.distance()?;
        let swept = self.evidence().sweeps.iter().filter(|sweep| sweep.of.is_passive());
        let joined = swept.flat_map(|sweep| &sweep.probes).filter(|probe| probe.answer == Answer::Connected);
        let at = joined.map(|probe| probe.ttl).min().filter(|at| *at <= server)?;
        if at == server && self.works(Mode::Passive) {
            return None;
        }
        let hops = self.hops();
        let own = self.own_hops(&hops);
        let before_the_server = at + 1 >= server;
        let zone = match () {
            // The router that has the server's address is on its side.
            () if at < server && self.translator() == Some(at) => Zone::Server,
            () if at <= own && !before_the_server => Zone::Client,
            () if before_the_server && at > own => Zone::Server,
            // The first router, and the one before the server as well.
            () if before_the_server => Zone::Unknown,
            () => Zone::Network,
        };
        Some(Taker { at, router: hops.get(&at).copied().filter(|_| at < server), server, zone })
    }
}
