//! Citing an event: a short sentence of what was seen, and where it stands.

use std::net::{IpAddr, SocketAddr};

use super::Facts;
use crate::evidence::attempt::SMALL_SEGMENT;
use crate::evidence::security::Broken;
use crate::evidence::timeline::{Awaited, Event, HandshakeAgain, Icmp, Packet, PacketKind, Session, What};

/// Where an event stands in the evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// An address that was dialled for a control connection, and its event.
    Dial(usize, usize),
    /// A control connection and its event.
    Control(usize, usize),
    /// A data connection and its event.
    Attempt(usize, usize),
}

/// A thing that was seen, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cite {
    pub text: String,
    /// The event, where the citation is of one event.
    pub place: Option<Place>,
}

impl Cite {
    /// A thing that was seen and is no single event: two addresses that differ, a count.
    pub fn of(text: impl Into<String>) -> Self {
        Self { text: text.into(), place: None }
    }
}

impl Facts<'_> {
    /// The event in words. Server text in it is as it came: escape before showing.
    pub fn cite(&self, place: Place) -> Cite {
        let evidence = self.evidence();
        if let Some(text) = self.quoted(place) {
            return Cite { text, place: Some(place) };
        }
        let text = match place {
            Place::Dial(number, index) => evidence.dials.get(number).and_then(|dial| {
                let event = dial.events.get(index)?;
                Some(words(event, Some(dial.address), &dial.events))
            }),
            Place::Control(number, index) => evidence.controls.get(number).and_then(|control| {
                let event = control.events.get(index)?;
                Some(words(event, Some(control.peer), &control.events))
            }),
            Place::Attempt(number, index) => evidence.attempts.get(number).and_then(|outcome| {
                let event = outcome.events.get(index)?;
                let dialled = outcome.events.iter().find_map(|event| match event.what {
                    What::Dialled(endpoint) | What::Listening(endpoint) => Some(endpoint),
                    _ => None,
                });
                Some(format!("{}: {}", outcome.verb.name(), words(event, dialled, &outcome.events)))
            }),
        };
        let text = text.unwrap_or_default();
        // What a check does itself, a log only tells of.
        let text = if evidence.log.is_some() {
            text.replace("the check was ended before an answer came", "the log tells no more of it")
                .replace("the check was ended while the transfer ran", "the log tells no more of it")
                .replace("this computer", "the client")
        } else {
            text
        };
        Cite { text, place: Some(place) }
    }

    /// The line of the log that the event is read from.
    fn quoted(&self, place: Place) -> Option<String> {
        let log = self.evidence().log.as_ref()?;
        let line = self.event(place)?.line?;
        let quote = log.quote(line)?;
        // curl tells of a data connection that failed by the port of its control connection.
        let control_port = format!(" port {} ", self.evidence().target.port);
        let misnamed = matches!(place, Place::Attempt(..))
            && quote.contains("Failed to connect to ")
            && quote.contains(&control_port);
        let aside =
            if misnamed { " (of the data connection, though it names the control connection's port)" } else { "" };
        Some(format!("line {line}: \u{201c}{quote}\u{201d}{aside}"))
    }

    pub(super) fn event(&self, place: Place) -> Option<&Event> {
        let evidence = self.evidence();
        match place {
            Place::Dial(number, index) => evidence.dials.get(number)?.events.get(index),
            Place::Control(number, index) => evidence.controls.get(number)?.events.get(index),
            Place::Attempt(number, index) => evidence.attempts.get(number)?.events.get(index),
        }
    }

    /// The line of a reply that names this address: a STAT reply holds many others.
    pub fn cite_naming(&self, address: IpAddr, place: Place) -> Cite {
        let events = match place {
            Place::Control(number, _) => self.evidence().controls.get(number).map(|control| &control.events),
            Place::Attempt(number, _) => self.evidence().attempts.get(number).map(|outcome| &outcome.events),
            Place::Dial(..) => None,
        };
        let (Place::Control(_, index) | Place::Attempt(_, index) | Place::Dial(_, index)) = place;
        let line = events.and_then(|events| match &events.get(index)?.what {
            What::Replied(reply) => reply.text.lines().map(str::trim).find(|line| line.contains(&address.to_string())),
            _ => None,
        });
        match line {
            Some(line) => Cite { text: format!("\u{201c}{line}\u{201d}, says the server"), place: Some(place) },
            None => self.cite(place),
        }
    }

    pub fn cites(&self, places: impl IntoIterator<Item = Place>) -> Vec<Cite> {
        places.into_iter().map(|place| self.cite(place)).collect()
    }
}

/// An event as a clause. `end` is the endpoint that was dialled or listened at.
fn words(event: &Event, end: Option<SocketAddr>, all: &[Event]) -> String {
    // A log may hide a part of it.
    let end = match end {
        Some(end) if end.ip().is_unspecified() && end.port() == 0 => "the port that it named".to_owned(),
        Some(end) if end.ip().is_unspecified() => format!("port {}", end.port()),
        Some(end) => end.to_string(),
        None => "the other end".to_owned(),
    };
    let begun = all.iter().rev().find_map(|e| match e.what {
        What::Dialled(_) if e.at_ms <= event.at_ms => Some(e.at_ms),
        _ => None,
    });
    let after = begun.map_or_else(String::new, |begun| format!(" after {}", duration(event.at_ms - begun)));
    match &event.what {
        What::Sent(command) => format!("sent {command}"),
        What::Replied(reply) => format!("\u{201c}{}\u{201d}", reply.text.replace('\n', " / ")),
        What::Nonsense { why, text } => format!("{why}: \u{201c}{text}\u{201d}"),
        What::Named(endpoint) => format!("the endpoint named is {endpoint}"),
        What::Unreadable(why) => format!("the reply can't be read: {why}"),
        What::Listening(endpoint) => format!("listening at {endpoint}"),
        What::Dialled(endpoint) => format!("dialled {endpoint}"),
        What::Connected { local, peer } => format!("connected from {local} to {peer}"),
        What::Accepted { local, peer } => format!("{peer} connected to {local}"),
        What::Stranger(peer) => format!("a connection came from {peer}, which is not the server"),
        What::Refused => format!("{end} refused the connection (RST){after}"),
        What::RefusedAgain(dials) => format!("{end} was dialled {dials} times more and refused each"),
        What::LetIn(1) => format!("{end} was dialled once more and let that connection in"),
        What::LetIn(dials) => format!("{end} was dialled {dials} times more and let the last one in"),
        What::Unreachable { icmp: Icmp::NoRoute, .. } => format!("this computer found no way to {end}"),
        What::Unreachable { icmp: Icmp::NotTold, .. } => {
            format!("this computer's system reported {end} unreachable{after}, and not on whose word")
        }
        What::Unreachable { icmp, from: None } => format!("an ICMP error ({}) answered for {end}{after}", icmp.name()),
        What::Unreachable { icmp, from: Some(router) } => {
            format!("{router} answered for {end} with an ICMP error ({}){after}", icmp.name())
        }
        What::Secured { version, session: Session::Resumed } => {
            format!("{version} stood, with the control connection's session resumed")
        }
        What::Secured { version, session: Session::New } => format!("{version} stood, with a session of its own"),
        What::TlsFailed { how, words } => broken(*how, words),
        What::HandshakeAgain(end) => handshake_again(*end),
        What::Tickets(left) => format!("{left} TLS tickets were left for further data connections"),
        What::Withheld => "the password was not sent".to_owned(),
        What::Distrusted(_) => "the client does not trust the server's certificate".to_owned(),
        What::Silent { awaited: Awaited::Handshake, ms } => format!("no TLS handshake{}", so_long(*ms)),
        What::Silent { awaited: Awaited::Connect, ms } => format!("no answer from {end}{}", so_long(*ms)),
        What::Silent { awaited: Awaited::Callback, ms } => {
            format!("no connection arrived at {end}{}", so_long(*ms))
        }
        What::Silent { awaited: Awaited::Reply, ms } => format!("no reply{}", so_long(*ms)),
        What::Silent { awaited: Awaited::Bytes, ms } => {
            format!("no bytes on the data connection{}", so_long(*ms))
        }
        What::Listed(size) => format!("the listing gives the file {size} bytes"),
        What::Received(count) => format!("{count} bytes came over the data connection"),
        What::Uploaded(count) => format!("{count} bytes were written to the data connection"),
        What::EndOfFile => "the data connection was ended from the other side".to_owned(),
        What::Marked => "the listing holds the mark that the server announced".to_owned(),
        What::Unmarked => "the listing does not hold the mark that the server announced".to_owned(),
        What::Reset => "the data connection was reset (RST)".to_owned(),
        What::Enough => "as many bytes as wanted came".to_owned(),
        What::Quiet(ms) => format!("nothing was said on the control connection for {}", duration(*ms)),
        What::ControlClosed => "the control connection was closed from the other side".to_owned(),
        What::ControlReset => "the control connection was reset (RST)".to_owned(),
        What::Packet(Packet { kind: PacketKind::Syn, from, to, ttl }) => {
            format!("the SYN from {from} was seen arriving for {to} (TTL {ttl})")
        }
        What::Packet(Packet { kind: PacketKind::SynAck, from, to, .. }) if listened_at(all, *from) => {
            format!("the SYN-ACK from {from} was seen leaving for {to}")
        }
        What::Packet(Packet { kind: PacketKind::SynAck, from, to, ttl }) => {
            format!("the SYN-ACK from {from} was seen arriving for {to} (TTL {ttl})")
        }
        What::Packet(Packet { kind: PacketKind::Rst, from, to, ttl }) => {
            format!("an RST was seen from {from} to {to} (TTL {ttl})")
        }
        What::Undelivered { count: 1, .. } => {
            "a packet came to this computer meanwhile that nobody in it was given, its counters say".to_owned()
        }
        What::Undelivered { count, .. } => {
            format!("{count} packets came to this computer meanwhile that nobody in it was given, its counters say")
        }
        What::HalfOpen(None) => format!("nothing of a connection to {end} stood in this computer's table of sockets"),
        What::HalfOpen(Some(0)) => {
            format!("a connection to {end} was answered by this computer and not confirmed, its table of sockets says")
        }
        What::HalfOpen(Some(times)) => format!(
            "a connection to {end} was answered by this computer, {times} times more when nothing came, and not confirmed, \
             its table of sockets says"
        ),
        What::Unsent(count) => {
            format!("{count} packets meanwhile did not leave this computer, its counters say")
        }
        What::Failed(why) => format!("this computer could not: {why}"),
        What::CutShort if all.iter().any(|e| matches!(e.what, What::Connected { .. } | What::Accepted { .. })) => {
            "the check was ended while the transfer ran".to_owned()
        }
        What::CutShort => "the check was ended before an answer came".to_owned(),
        What::Abandoned(Awaited::Connect) => format!("no answer from {end} is told of"),
        What::Abandoned(Awaited::Callback) => "no connection of the server is told of".to_owned(),
        What::Abandoned(_) => "no end of it is told of".to_owned(),
    }
}

/// Whether a packet from `from` is this computer's own: it was listening there.
fn listened_at(all: &[Event], from: SocketAddr) -> bool {
    all.iter().any(|event| matches!(event.what, What::Listening(end) if end.port() == from.port()))
}

/// How TLS broke, as a clause.
fn broken(how: Broken, words: &str) -> String {
    match how {
        Broken::Alert => format!("the server ended TLS with an alert ({words})"),
        Broken::Incompatible => format!("the two sides have no TLS in common ({words})"),
        Broken::NotTls => format!("what came in the place of TLS: \u{201c}{words}\u{201d}"),
        Broken::Closed => "the server ended the connection in the middle of the TLS handshake".to_owned(),
        Broken::Reset => "the TLS connection was reset (RST)".to_owned(),
        Broken::CutRecord => "the connection ended in the middle of a TLS record".to_owned(),
        Broken::Invalid => format!("the server's TLS breaks the rules ({words})"),
    }
}

/// " for 3.6 s", or nothing where the length of a silence is not known.
fn so_long(ms: f64) -> String {
    if ms.round() < 1.0 { String::new() } else { format!(" for {}", duration(ms)) }
}

/// `84 ms`, `3.6 s`.
fn duration(ms: f64) -> String {
    if ms < 1000.0 { format!("{:.0} ms", ms.max(0.0)) } else { format!("{:.1} s", ms / 1000.0) }
}

fn handshake_again(end: HandshakeAgain) -> String {
    match end {
        HandshakeAgain::StoodInSmallSegments => {
            format!("a further TLS handshake, in segments of {SMALL_SEGMENT} bytes, stood")
        }
        HandshakeAgain::SilentInSmallSegments => {
            format!("a further TLS handshake, in segments of {SMALL_SEGMENT} bytes, was not answered")
        }
        HandshakeAgain::Stood => "a further TLS handshake, in segments of the usual size, stood".to_owned(),
        HandshakeAgain::Silent => "a further TLS handshake, in segments of the usual size, was not answered".to_owned(),
    }
}
