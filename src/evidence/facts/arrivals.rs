//! What came as far as this computer's network interface and no further.

use super::{Cite, Facts, Failure, Place, Tried};
use crate::evidence::NotPossible;
use crate::evidence::attempt::Mode;
use crate::evidence::observed::Observed;
use crate::evidence::sweep::{Answer, Swept};
use crate::evidence::timeline::{Packet, PacketKind, What};
use crate::protocol::arrival::{self, Told};

impl Tried<'_> {
    /// The server's SYN for this data connection, as it was seen at the network interface, in time.
    fn syn(&self) -> Option<Place> {
        self.any_syn().filter(|place| !self.is_past_end(*place))
    }

    fn any_syn(&self) -> Option<Place> {
        let end = self.named().map(|end| end.port());
        self.packet(|packet| packet.kind == PacketKind::Syn && Some(packet.to.port()) == end)
    }

    /// The server's first SYN, where it was not waited for any more when that came.
    pub fn came_late(&self) -> Option<Place> {
        self.any_syn().filter(|place| self.joined().is_none() && self.is_past_end(*place))
    }

    /// Whether the server's connection came as far as this computer, and not to the program that was listening.
    pub fn stopped_here(&self) -> bool {
        self.verb().mode() == Mode::Active
            && self.joined().is_none()
            && self.syn().is_some()
            && self.answered_here().is_none()
    }

    /// This computer's answer to the server's SYN, as it left for the network or as the table of sockets shows it.
    pub fn answered_here(&self) -> Option<Answered> {
        let Some(syn) = self.syn() else {
            let (repeated, place) = self.half_open()?;
            return Some(Answered { places: vec![place], then: Then::Untold { left: repeated > 0 } });
        };
        let end = self.named().map(|end| end.port());
        let is_answer = |packet: &Packet| packet.kind == PacketKind::SynAck && Some(packet.from.port()) == end;
        let answer = self.packet_in_time(is_answer)?;
        let first = self.outcome().events.iter().position(|event| is_syn_ack(&event.what))?;
        let mut later = self.outcome().events.iter().skip(first);
        let again = later.any(|event| matches!(event.what, What::Packet(packet) if packet.kind == PacketKind::Syn));
        Some(Answered { places: vec![syn, answer], then: if again { Then::AskedAgain } else { Then::Silent } })
    }

    /// How often this computer sent its answer to the server's SYN again, where the connection is half open in its table.
    fn half_open(&self) -> Option<(u64, Place)> {
        self.find(|what| match what {
            What::HalfOpen(repeated) => *repeated,
            _ => None,
        })
    }

    /// Nothing of the server's connection was in this computer's table of sockets: no answer to it is under way.
    pub fn unanswered_here(&self) -> Option<Place> {
        self.find(|what| matches!(what, What::HalfOpen(None)).then_some(())).map(|((), place)| place)
    }
}

fn is_syn_ack(what: &What) -> bool {
    matches!(what, What::Packet(packet) if packet.kind == PacketKind::SynAck)
}

/// The server's SYN, answered by this computer, and no connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    pub places: Vec<Place>,
    pub then: Then,
}

/// What the server did then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// Its SYN came again: it never got the answer.
    AskedAgain,
    /// It may have got the answer, and what it said to that be lost.
    Silent,
    /// Packets were not watched. `left`: the answer did leave this computer.
    Untold { left: bool },
}

/// The lives that systems begin with.
const BEGUN: [u8; 3] = [64, 128, 255];

impl Facts<'_> {
    /// Whether the system that checked lets a program watch packets, be it with privileges.
    pub fn can_watch(&self) -> bool {
        !self.evidence().not_possible.contains(&NotPossible::WatchingPackets)
    }

    /// Whether the server's SYN for this data connection was seen at the network interface, or in the table of sockets.
    pub fn syn_arrived(&self, tried: &Tried) -> Observed<Place> {
        match tried.syn().or(tried.half_open().map(|(_, place)| place)) {
            Some(place) => Observed::Seen(place),
            None if tried.came_late().is_some() => {
                Observed::NotTested("the server's connection came when it was not waited for any more")
            }
            None if self.evidence().watched => Observed::NotSeen,
            None if !self.can_watch() => Observed::NotTested(
                "packets were not watched, which this system does not let a program do: the log of this computer's own \
                 firewall tells whether the server's connection reaches it",
            ),
            None => Observed::NotTested(
                "packets were not watched: run as root, or with the capability CAP_NET_RAW, to learn whether the \
                 server's connection reaches this computer's own firewall",
            ),
        }
    }

    /// Whether the server's SYN-ACK was seen at the network interface, for a passive connection that was never joined.
    fn answer_arrived(&self, tried: &Tried) -> Observed<Place> {
        let end = tried.dialled().map(|end| end.port());
        let is_answer = |packet: &Packet| packet.kind == PacketKind::SynAck && Some(packet.from.port()) == end;
        let found = tried.packet_in_time(is_answer);
        match found {
            Some(place) => Observed::Seen(place),
            None if self.evidence().watched => Observed::NotSeen,
            None if !self.can_watch() => Observed::NotTested(
                "packets were not watched, which this system does not let a program do: the log of this computer's own \
                 firewall tells whether the server's answer reaches it",
            ),
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

    /// The ICMP error of this computer's own that ended the connection: it never left.
    pub fn never_left(&self, tried: &Tried) -> Option<Place> {
        let local = self.local()?;
        let here = tried.failure() == Some(Failure::DialUnreachable)
            && tried.icmp().and_then(|icmp| icmp.router) == Some(local);
        tried.ended_by().filter(|_| here)
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
        tried.packet_in_time(|packet| packet.kind == PacketKind::Rst && Some(packet.from.port()) == end)
    }

    /// How many routers the RST that refuses passive connections came past at least and at most, as its TTL tells.
    pub fn resets_way(&self) -> Option<((u8, u8), Cite)> {
        let seen = self.tried_in(Mode::Passive).find_map(|tried| self.rst_came_past(tried));
        let (least, most) = match seen {
            Some(past) => (past, past),
            None => self.reset_left()?,
        };
        let routers = if least == most { least.to_string() } else { format!("{least} to {most}") };
        Some(((least, most), Cite::of(format!("the RST came past {routers} routers, as its TTL tells"))))
    }

    /// The same from what was taken and what was not. An RST may get lost or be rationed: all has to come out alike each time.
    fn reset_left(&self) -> Option<(u8, u8)> {
        let sweeps: Vec<_> = self.evidence().sweeps.iter().filter(|sweep| sweep.of == Swept::ResetTtl).collect();
        let bounds = |begun: u8| {
            let of_it = |ttl: u8| ttl <= begun && ttl > begun / 2;
            let all = || sweeps.iter().flat_map(|sweep| &sweep.probes).filter(|probe| of_it(probe.ttl));
            let taken = all().filter(|probe| probe.answer == Answer::Refused).map(|probe| probe.ttl).max()?;
            let passed_over = all().filter(|probe| probe.answer == Answer::Silent).map(|probe| probe.ttl).min()?;
            let alike = all().all(|probe| match probe.answer {
                Answer::Refused => probe.ttl < passed_over,
                Answer::Silent => probe.ttl > taken,
                Answer::Connected | Answer::Icmp { .. } => false,
            });
            alike.then_some((begun - (passed_over - 1), begun - taken))
        };
        BEGUN.into_iter().find_map(bounds).filter(|_| sweeps.len() > 1)
    }

    /// How many routers the RST that refused this passive connection came past, where it was seen.
    fn rst_came_past(&self, tried: &Tried) -> Option<u8> {
        let end = tried.dialled().map(|end| end.port());
        let place = tried.packet(|packet| packet.kind == PacketKind::Rst && Some(packet.from.port()) == end)?;
        let Place::Attempt(number, at) = place else { return None };
        let What::Packet(packet) = self.evidence().attempts.get(number)?.events.get(at)?.what else { return None };
        let begun = BEGUN.into_iter().find(|begun| *begun >= packet.ttl)?;
        Some(begun - packet.ttl)
    }
}

#[cfg(test)]
mod tests {
    use super::Facts;
    use crate::evidence::case::Case;

    /// Asked twice, RSTs with 59 left were taken and with 61 were not.
    const ASKED: &str =
        include_str!("../../../fixtures/cases/passive-port-refused/silent-routers-and-the-resets-ttl.toml");

    fn way(from: &str, to: &str, times: usize) -> Option<(u8, u8)> {
        assert!(ASKED.contains(from), "{from}");
        let case: Case = Case::from_toml(&ASKED.replacen(from, to, times)).expect("a case");
        Facts::of(&case.evidence).resets_way().map(|(routers, _)| routers)
    }

    #[test]
    fn what_a_reset_has_left_tells_how_many_routers_it_came_past() {
        assert_eq!(way("59 ", "59 ", 2), Some((4, 5)));
        assert_eq!(way(" refused\",\n    \"61 ", " silent\",\n    \"61 ", 1), None, "lost, or rationed");
        assert_eq!(way("61 151 silent", "61 1.2 refused", 1), None, "not alike");
        assert_eq!(way("61 151 silent", "61 1.2 refused", 2), None, "from nearer");
        assert_eq!(way("of = \"reset-ttl\"", "of = \"udp\"", 1), None, "asked once");
    }
}
