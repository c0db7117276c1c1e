//! What came as far as this computer's network interface and no further.

use super::{Facts, Place, Tried};
use crate::evidence::observed::Observed;
use crate::evidence::timeline::{PacketKind, What};

impl Facts<'_> {
    /// Whether the server's SYN for this data connection was seen at the network interface.
    pub fn syn_arrived(&self, tried: &Tried) -> Observed<Place> {
        let end = tried.named().map(|end| end.port());
        let found = tried.packet(|packet| packet.kind == PacketKind::Syn && Some(packet.to.port()) == end);
        match found {
            Some(place) => Observed::Seen(place),
            None if self.evidence().watched => Observed::NotSeen,
            None => Observed::NotTested(
                "packets were not watched: run as root, or with the capability CAP_NET_RAW, to learn whether the \
                 server's connection reaches this computer's own firewall",
            ),
        }
    }

    /// Whether this computer answered the server's SYN with RST although it was listening.
    pub fn rst_sent(&self, tried: &Tried) -> Option<Place> {
        let end = tried.named().map(|end| end.port());
        tried.packet(|packet| packet.kind == PacketKind::Rst && Some(packet.from.port()) == end)
    }

    /// The RST that refused this passive connection, where it was seen: how many routers it came past, as its TTL tells.
    pub fn rst_came_past(&self, tried: &Tried) -> Option<(u8, Place)> {
        let end = tried.dialled().map(|end| end.port());
        let place = tried.packet(|packet| packet.kind == PacketKind::Rst && Some(packet.from.port()) == end)?;
        let Place::Attempt(number, at) = place else { return None };
        let What::Packet(packet) = self.evidence().attempts.get(number)?.events.get(at)?.what else { return None };
        // What systems begin with.
        let begun = [64u8, 128, 255].into_iter().find(|begun| *begun >= packet.ttl)?;
        Some((begun - packet.ttl, place))
    }
}
