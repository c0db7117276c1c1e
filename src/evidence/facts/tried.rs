//! One data connection's outcome, read from its timeline. Servers differ in the order of events, so how far it came is
//! a question asked here, not a field.

use std::net::SocketAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Place, Placed};
use crate::evidence::Outcome;
use crate::evidence::attempt::{Attempt, DataVerb, Mode};
use crate::evidence::timeline::{Awaited, Event, What};
use crate::protocol::dialect::{self, Says};

/// A 425 that names no reason and comes within this time (milliseconds, plus a round trip) of the transfer command
/// answers a refusal: a server that waits for silence waits for seconds.
const AT_ONCE_MS: f64 = 1_000.0;

/// How far a data connection came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    Negotiate,
    Connect,
    Secure,
    Transfer,
    Complete,
}

/// What ended it there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// By a reply.
    Rejected,
    /// RST.
    Refused,
    /// Silence.
    Dropped,
    /// ICMP, or no route.
    Unreachable,
    Closed,
    Stalled,
    Tls,
    /// Nonsense from the server.
    Protocol,
    NotTried,
}

/// One data connection, as far as it came.
pub struct Tried<'a> {
    index: usize,
    outcome: &'a Outcome,
    /// The transfer command's place in the timeline; replies before it belong to the negotiation.
    transfer: Option<usize>,
}

impl<'a> Tried<'a> {
    pub(super) fn of(index: usize, outcome: &'a Outcome) -> Self {
        let mut sent = outcome.events.iter().enumerate().filter(|(_, e)| matches!(e.what, What::Sent(_)));
        let transfer = sent.find_map(|(at, event)| match &event.what {
            What::Sent(command) if !begins(command, outcome.verb.name()) => Some(at),
            _ => None,
        });
        Self { index, outcome, transfer }
    }

    /// Its number among all data connections.
    pub fn index(&self) -> usize {
        self.index
    }

    pub fn outcome(&self) -> &'a Outcome {
        self.outcome
    }

    pub fn attempt(&self) -> Attempt {
        self.outcome.attempt()
    }

    pub fn verb(&self) -> DataVerb {
        self.outcome.verb
    }

    /// The reply to PASV, EPSV, PORT or EPRT.
    pub fn negotiation(&self) -> Option<Placed<'a>> {
        let end = self.transfer.unwrap_or(usize::MAX);
        self.replies()
            .find(|(reply, place)| !reply.is_preliminary() && matches!(place, Place::Attempt(_, at) if *at < end))
    }

    /// The reply that closes the transfer: 226, or a refusal.
    pub fn completion(&self) -> Option<Placed<'a>> {
        let begin = self.transfer?;
        self.replies()
            .find(|(reply, place)| !reply.is_preliminary() && matches!(place, Place::Attempt(_, at) if *at > begin))
    }

    /// Every reply in order.
    pub fn replies(&self) -> impl Iterator<Item = Placed<'a>> {
        let index = self.index;
        self.outcome.events.iter().enumerate().filter_map(move |(at, event)| match &event.what {
            What::Replied(reply) => Some((reply, Place::Attempt(index, at))),
            _ => None,
        })
    }

    /// The endpoint that 227 or 229 named, or that PORT or EPRT named.
    pub fn named(&self) -> Option<SocketAddr> {
        self.find(|what| match what {
            What::Named(endpoint) => Some(*endpoint),
            _ => None,
        })
        .map(|(endpoint, _)| endpoint)
    }

    /// Why the 227 or 229 could not be read.
    pub fn unreadable(&self) -> Option<Place> {
        self.place_of(|what| matches!(what, What::Unreadable(_)))
    }

    pub fn dialled(&self) -> Option<SocketAddr> {
        self.find(|what| match what {
            What::Dialled(endpoint) => Some(*endpoint),
            _ => None,
        })
        .map(|(endpoint, _)| endpoint)
    }

    /// Both ends of the data connection, where it was joined: local, peer.
    pub fn joined(&self) -> Option<(SocketAddr, SocketAddr)> {
        self.find(|what| match what {
            What::Connected { local, peer } | What::Accepted { local, peer } => Some((*local, *peer)),
            _ => None,
        })
        .map(|(ends, _)| ends)
    }

    pub fn joined_at(&self) -> Option<Place> {
        self.place_of(|what| matches!(what, What::Connected { .. } | What::Accepted { .. }))
    }

    /// Connections that came from others than the server.
    pub fn strangers(&self) -> Vec<(SocketAddr, Place)> {
        let all = self.outcome.events.iter().enumerate();
        all.filter_map(|(at, event)| match event.what {
            What::Stranger(peer) => Some((peer, Place::Attempt(self.index, at))),
            _ => None,
        })
        .collect()
    }

    /// Bytes that came over the data connection.
    pub fn bytes(&self) -> u64 {
        let counts = self.outcome.events.iter().filter_map(|event| match event.what {
            What::Received(count) => Some(count),
            _ => None,
        });
        counts.max().unwrap_or(0)
    }

    /// Whether it was ended by the check's own end.
    pub fn cut_short(&self) -> bool {
        self.has(|what| matches!(what, What::CutShort))
    }

    /// Whether this computer could not do its part.
    pub fn failed_here(&self) -> Option<Place> {
        self.place_of(|what| matches!(what, What::Failed(_)))
    }

    /// True only when bytes arrived, or an empty listing was completed, and the server confirmed with 2xx; a transfer
    /// that was stopped because enough had come needs no 2xx.
    pub fn works(&self) -> bool {
        let ended = self.has(|what| matches!(what, What::EndOfFile));
        let confirmed = self.completion().is_some_and(|(reply, _)| reply.is_completion());
        let enough = self.has(|what| matches!(what, What::Enough)) && self.bytes() > 0;
        self.joined().is_some() && (enough || (confirmed && ended))
    }

    pub fn stage(&self) -> Stage {
        if self.works() {
            Stage::Complete
        } else if self.joined().is_some() {
            Stage::Transfer
        } else if self.negotiated() {
            Stage::Connect
        } else {
            Stage::Negotiate
        }
    }

    /// What ended it; `None` where it works.
    pub fn cause(&self) -> Option<Cause> {
        if self.works() {
            return None;
        }
        Some(self.ending().map_or(Cause::NotTried, |(cause, _)| cause))
    }

    /// The event that shows the cause.
    pub fn ended_by(&self) -> Option<Place> {
        self.ending().map(|(_, place)| place)
    }

    /// What the refusal that ended it says, where its words are known.
    pub fn refusal_says(&self) -> Option<Says> {
        let (reply, _) = self.refusal()?;
        dialect::says(reply)
    }

    /// The refusing reply that ended it.
    pub fn refusal(&self) -> Option<Placed<'a>> {
        let placed = if self.negotiated() { self.completion() } else { self.negotiation() };
        placed.filter(|(reply, _)| reply.is_refusal())
    }

    /// Whether the server agreed to PASV, EPSV, PORT or EPRT. (pyftpdlib dials before it agrees to PORT.)
    pub fn negotiated(&self) -> bool {
        let agreed = self.negotiation().is_some_and(|(reply, _)| match self.verb().mode() {
            Mode::Passive => reply.is_completion(),
            Mode::Active => reply.code / 100 == 2 && reply.code != 220,
        });
        self.unreadable().is_none() && (agreed || self.joined().is_some())
    }

    /// From the first dial to the connection, in milliseconds.
    pub fn connect_ms(&self) -> Option<f64> {
        let begun = self.time_of(|what| matches!(what, What::Dialled(_))).or_else(|| self.time_at(self.transfer?))?;
        let joined = self.time_of(|what| matches!(what, What::Connected { .. } | What::Accepted { .. }))?;
        Some((joined - begun).max(0.0))
    }

    /// From the negotiating command to its reply, in milliseconds.
    pub fn negotiate_ms(&self) -> Option<f64> {
        let sent = self.time_of(|what| matches!(what, What::Sent(_)))?;
        let (_, place) = self.negotiation()?;
        Some((self.time_of_place(place)? - sent).max(0.0))
    }

    /// From the transfer command to its last event, in milliseconds.
    pub fn transfer_ms(&self) -> Option<f64> {
        self.joined()?;
        let sent = self.time_at(self.transfer?)?;
        Some((self.outcome.events.last()?.at_ms - sent).max(0.0))
    }

    /// How long nothing came, where silence ended it, in milliseconds.
    pub fn silent_ms(&self) -> Option<f64> {
        self.find(|what| match what {
            What::Silent { ms, .. } => Some(*ms),
            _ => None,
        })
        .map(|(ms, _)| ms)
    }

    /// The cause and the event that shows it, asked from the most telling event to the least.
    fn ending(&self) -> Option<(Cause, Place)> {
        if let Some(place) = self.place_of(|what| matches!(what, What::Refused)) {
            return Some((Cause::Refused, place));
        }
        if let Some(place) = self.place_of(|what| matches!(what, What::Unreachable { .. })) {
            return Some((Cause::Unreachable, place));
        }
        if let Some(place) = self.unreadable() {
            return Some((Cause::Protocol, place));
        }
        if let Some((_, place)) = self.refusal() {
            return Some((self.cause_of_refusal(), place));
        }
        for (at, event) in self.outcome.events.iter().enumerate() {
            let cause = match &event.what {
                What::Reset | What::ControlClosed | What::ControlReset => Cause::Closed,
                What::Silent { awaited, .. } => self.cause_of_silence(*awaited),
                What::Nonsense { .. } => Cause::Protocol,
                What::Failed(_) | What::CutShort => Cause::NotTried,
                _ => continue,
            };
            return Some((cause, Place::Attempt(self.index, at)));
        }
        // A reply came that agrees to nothing, or 226 without a data connection.
        self.replies().last().map(|(_, place)| (Cause::Protocol, place))
    }

    fn cause_of_silence(&self, awaited: Awaited) -> Cause {
        match awaited {
            Awaited::Connect | Awaited::Callback => Cause::Dropped,
            Awaited::Reply | Awaited::Bytes => Cause::Stalled,
        }
    }

    /// In active mode the server's refusal tells how its connection to us fared; everywhere else it is a refusal.
    fn cause_of_refusal(&self) -> Cause {
        if self.verb().mode() == Mode::Passive || self.joined().is_some() {
            return Cause::Rejected;
        }
        match self.refusal_says() {
            Some(Says::CallbackRefused) => Cause::Refused,
            Some(Says::CallbackTimedOut) => Cause::Dropped,
            Some(Says::CallbackUnreachable) => Cause::Unreachable,
            // "425" without a reason: the time tells.
            Some(Says::CallbackFailed) | None if self.refused_with(425) && self.negotiated() => self.cause_by_time(),
            _ => Cause::Rejected,
        }
    }

    fn cause_by_time(&self) -> Cause {
        let sent = self.transfer.and_then(|at| self.time_at(at));
        let answered = self.refusal().and_then(|(_, place)| self.time_of_place(place));
        match (sent, answered) {
            (Some(sent), Some(answered)) if answered - sent > AT_ONCE_MS => Cause::Dropped,
            _ => Cause::Refused,
        }
    }

    fn refused_with(&self, code: u16) -> bool {
        self.refusal().is_some_and(|(reply, _)| reply.code == code)
    }

    fn find<T>(&self, pick: impl Fn(&What) -> Option<T>) -> Option<(T, Place)> {
        let mut all = self.outcome.events.iter().enumerate();
        all.find_map(|(at, event)| pick(&event.what).map(|found| (found, Place::Attempt(self.index, at))))
    }

    fn place_of(&self, is: impl Fn(&What) -> bool) -> Option<Place> {
        self.find(|what| is(what).then_some(())).map(|((), place)| place)
    }

    fn has(&self, is: impl Fn(&What) -> bool) -> bool {
        self.place_of(is).is_some()
    }

    fn time_of(&self, is: impl Fn(&What) -> bool) -> Option<f64> {
        self.place_of(is).and_then(|place| self.time_of_place(place))
    }

    fn time_of_place(&self, place: Place) -> Option<f64> {
        match place {
            Place::Attempt(_, at) => self.time_at(at),
            Place::Dial(..) | Place::Control(..) => None,
        }
    }

    fn time_at(&self, at: usize) -> Option<f64> {
        self.outcome.events.get(at).map(|event: &Event| event.at_ms)
    }
}

/// Whether a command line begins with this verb.
fn begins(command: &str, verb: &str) -> bool {
    command.split(' ').next() == Some(verb)
}
