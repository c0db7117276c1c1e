//! Where on the way the server's connection to this computer ends, as the other end tells (`ftpmode serve`).

use std::net::IpAddr;

use super::{Facts, Tried};
use crate::evidence::attempt::Mode;
use crate::protocol::way::Way;

/// Where callbacks end. Hops are counted from this computer as everywhere: 0 is this computer, `server` the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallbackEnd {
    pub server: u8,
    /// Who may have ended it, from this hop to that, both included: the higher passed a packet on for the last time.
    pub between: (u8, u8),
    /// The router that passed one on for the last time.
    pub last: Option<IpAddr>,
    /// Whether somebody turned it away, in the place of silence.
    pub turned_away: bool,
    /// Routers next to this computer that are this side's own.
    pub own: u8,
}

impl Facts<'_> {
    /// Where the server's connections to this computer end, where both ends looked. The same number of hops is taken for
    /// either direction; a router that tells nobody of itself can't be told from one that packets never reached.
    pub fn callback_end(&self) -> Option<CallbackEnd> {
        let dead = |tried: &&Tried| tried.joined().is_none();
        let way = |tried: &Tried| tried.replies().find_map(|(reply, _)| Way::told(reply));
        let way = self.tried_in(Mode::Active).filter(dead).find_map(way)?;
        let server = self.distance()?;
        let hops = self.hops();
        let talks = |from_server: &u8| hops.contains_key(&server.saturating_sub(*from_server));
        let furthest = way.furthest().min(server);
        // Who turns away what it would pass on does so for packets that live one hop longer than it is far.
        let (near, far) = match way.turned_away {
            Some(at) => (at.saturating_sub(1).min(server), at.min(server)),
            None => (furthest, (furthest + 1..server).find(talks).unwrap_or(server)),
        };
        Some(CallbackEnd {
            server,
            between: (server - far, server - near),
            last: way.passed.iter().find(|(distance, _)| *distance == near).map(|(_, router)| *router),
            turned_away: way.turned_away.is_some(),
            own: self.own_hops(&hops),
        })
    }
}
