//! What came as far as this computer's network interface and no further.

use super::{Cite, Facts, Failure, Place, Tried};
use crate::evidence::attempt::Mode;
use crate::evidence::observed::Observed;
use crate::evidence::timeline::{PacketKind, What};
use crate::protocol::arrival::{self, Told};

impl Tried<'_> {
    /// The server's SYN for this data connection, as it was seen at the network interface.
    fn syn(&self) -> Option<Place> {
        let end = self.named().map(|end| end.port());
        self.packet(|packet| packet.kind == PacketKind::Syn && Some(packet.to.port()) == end)
    }

    /// Whether the server's connection came as far as this computer, and not to the program that was listening.
    pub fn stopped_here(&self) -> bool {
        self.verb().mode() == Mode::Active && self.joined().is_none() && self.syn().is_some()
    }
}

impl Facts<'_> {
    /// Whether the server's SYN for this data connection was seen at the network interface.
    pub fn syn_arrived(&self, tried: &Tried) -> Observed<Place> {
        match tried.syn() {
            Some(place) => Observed::Seen(place),
            None if self.evidence().watched => Observed::NotSeen,
            None => Observed::NotTested(
                "packets were not watched: run as root, or with the capability CAP_NET_RAW, to learn whether the \
                 server's connection reaches this computer's own firewall",
            ),
        }
    }

    /// Whether the server's SYN-ACK was seen at the network interface, for a passive connection that was never joined.
    pub fn answer_arrived(&self, tried: &Tried) -> Observed<Place> {
        let end = tried.dialled().map(|end| end.port());
        let found = tried.packet(|packet| packet.kind == PacketKind::SynAck && Some(packet.from.port()) == end);
        match found {
            Some(place) => Observed::Seen(place),
            None if self.evidence().watched => Observed::NotSeen,
            None => Observed::NotTested(
                "packets were not watched: run as root, or with the capability CAP_NET_RAW, to learn whether the \
                 server's answer reaches this computer's own firewall",
            ),
        }
    }

    /// The server's answer to a passive connection that stayed silent for its client: it reached this computer's network
    /// interface, and nobody behind it. Not seen: watched for, and none came.
    pub fn answer_stopped_here(&self) -> Observed<Place> {
        let all = self.silent_dials().map(|tried| self.answer_arrived(tried));
        all.reduce(|one, other| if matches!(one, Observed::Seen(_)) { one } else { other })
            .unwrap_or(Observed::NotTested("no passive connection was waited for in vain"))
    }

    /// Where a passive connection was turned away in this computer's own name: it never left.
    pub fn turned_away_here(&self) -> Option<Place> {
        let local = self.local()?;
        let mut turned_away =
            self.tried_in(Mode::Passive).filter(|tried| tried.failure() == Some(Failure::DialUnreachable));
        turned_away.find(|tried| tried.icmp().and_then(|icmp| icmp.router) == Some(local)).and_then(Tried::ended_by)
    }

    /// What the other end knows of the passive connections that stayed silent (`ftpmode serve` tells in STAT), the first
    /// that tells.
    pub fn arrival_told(&self) -> Option<(Told, Cite)> {
        let silent: Vec<u16> = self.silent_dials().filter_map(|tried| Some(tried.dialled()?.port())).collect();
        let told = self.control_events().find_map(|(event, _)| {
            let What::Replied(reply) = &event.what else { return None };
            arrival::told(reply).filter(|told| silent.contains(&told.port))
        })?;
        let cite = Cite::of(format!("of passive port {} the other end says: {}", told.port, told.arrival.words()));
        Some((told, cite))
    }

    fn silent_dials(&self) -> impl Iterator<Item = &Tried<'_>> {
        self.tried_in(Mode::Passive).filter(|tried| tried.failure() == Some(Failure::DialDropped))
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
