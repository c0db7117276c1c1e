//! One data connection's outcome, read from its timeline. Servers differ in the order of events, so how far it came is
//! a question asked here, not a field.

use std::net::SocketAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Place, Placed};
use crate::evidence::Outcome;
use crate::evidence::attempt::{Attempt, DataVerb};
use crate::evidence::observed::Observed;
use crate::evidence::timeline::{Event, Packet, What};
use crate::protocol::dialect::Says;
use crate::protocol::{host_port, mark};

mod ending;
mod others;

pub use ending::Failure;

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

/// A form of 227 or 229 that some clients read and others don't.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OddForm {
    OtherCode(u16),
    BlanksBetweenNumbers,
}

/// What the rest of the evidence says of every data connection.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known {
    pub answers_port_first: bool,
    pub times: Times,
}

/// What the events' times are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Times {
    Measured,
    /// A log's: often whole seconds.
    Logged,
    /// A log's that shows none.
    Untold,
}

/// One data connection, as far as it came.
pub struct Tried<'a> {
    index: usize,
    outcome: &'a Outcome,
    /// The transfer command's place in the timeline; replies before it belong to the negotiation.
    transfer: Option<usize>,
    /// Whether the product is known to answer PORT before it dials.
    server_answers_port_first: bool,
    times: Times,
    /// Read once: every rule asks for it.
    failure: Option<Failure>,
}

impl<'a> Tried<'a> {
    pub(super) fn of(index: usize, outcome: &'a Outcome, known: Known) -> Self {
        let mut sent = outcome.events.iter().enumerate().filter(|(_, e)| matches!(e.what, What::Sent(_)));
        let transfer = sent.find_map(|(at, event)| match &event.what {
            What::Sent(command) if !begins(command, outcome.verb.name()) => Some(at),
            _ => None,
        });
        let mut tried = Self {
            index,
            outcome,
            transfer,
            server_answers_port_first: known.answers_port_first,
            times: known.times,
            failure: None,
        };
        tried.failure = tried.read_failure();
        tried
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

    /// The reply to PASV, EPSV, PORT or EPRT. Replies come in the commands' order, also where the transfer command went
    /// out before this one was answered.
    pub fn negotiation(&self) -> Option<Placed<'a>> {
        let first = self.replies().find(|(reply, _)| !reply.is_preliminary())?;
        // A log need not show it: whoever dials, or is told that the transfer begins, has had it, and what comes behind is
        // the transfer's.
        let past = self.place_of(|what| match what {
            What::Dialled(_) => true,
            What::Replied(reply) => reply.is_preliminary(),
            _ => false,
        });
        let hidden = self.times != Times::Measured && past.is_some_and(|past| is_before(past, first.1));
        (!hidden).then_some(first)
    }

    /// The reply that closes the transfer: 226, or a refusal.
    pub fn completion(&self) -> Option<Placed<'a>> {
        self.transfer?;
        let before = usize::from(self.negotiation().is_some() || self.times == Times::Measured);
        self.replies().filter(|(reply, _)| !reply.is_preliminary()).nth(before)
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

    /// What sets an answer to PASV or EPSV that was read apart from those that every client reads.
    pub fn odd_form(&self) -> Option<(OddForm, Place)> {
        self.named()?;
        let (reply, place) = self.negotiation().filter(|(reply, _)| reply.is_completion())?;
        match (self.verb(), reply.code) {
            (DataVerb::Port | DataVerb::Eprt, _) | (DataVerb::Epsv, 229) => None,
            (DataVerb::Pasv, 227) => {
                host_port::has_blanks(&reply.message()).then_some((OddForm::BlanksBetweenNumbers, place))
            }
            (DataVerb::Pasv | DataVerb::Epsv, code) => Some((OddForm::OtherCode(code), place)),
        }
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
            What::Received(count) | What::Uploaded(count) => Some(count),
            _ => None,
        });
        counts.max().unwrap_or(0)
    }

    /// Whether it was ended by the check's own end.
    pub fn cut_short(&self) -> bool {
        self.has(|what| matches!(what, What::CutShort))
    }

    /// Where its own command, PASV or PORT, went out.
    pub fn asked_at(&self) -> Option<Place> {
        self.place_of(|what| matches!(what, What::Sent(_)))
    }

    /// Whether this computer could not do its part.
    pub fn failed_here(&self) -> Option<Place> {
        self.place_of(|what| matches!(what, What::Failed(_)))
    }

    /// From the first dial to the connection, in milliseconds.
    pub fn connect_ms(&self) -> Option<f64> {
        self.measured()?;
        let begun = self.time_of(|what| matches!(what, What::Dialled(_))).or_else(|| self.time_at(self.transfer?))?;
        let joined = self.time_of(|what| matches!(what, What::Connected { .. } | What::Accepted { .. }))?;
        Some((joined - begun).max(0.0))
    }

    /// From the negotiating command to its reply, in milliseconds.
    pub fn negotiate_ms(&self) -> Option<f64> {
        self.measured()?;
        let sent = self.time_of(|what| matches!(what, What::Sent(_)))?;
        let (_, place) = self.negotiation()?;
        Some((self.time_of_place(place)? - sent).max(0.0))
    }

    /// From the transfer command to its last event, in milliseconds.
    pub fn transfer_ms(&self) -> Option<f64> {
        self.measured()?;
        self.joined()?;
        let sent = self.time_at(self.transfer?)?;
        Some((self.outcome.events.last()?.at_ms - sent).max(0.0))
    }

    /// A program's own times say how long it waited, and too little of how long an exchange took.
    fn measured(&self) -> Option<()> {
        (self.times == Times::Measured).then_some(())
    }

    /// How long nothing came, where silence ended it and the length is known, in milliseconds. A log without times has
    /// lines in an order, which is no time.
    pub fn silent_ms(&self) -> Option<f64> {
        self.find(|what| match what {
            What::Silent { ms, .. } if ms.round() >= 1.0 => Some(*ms),
            _ => None,
        })
        .map(|(ms, _)| ms)
    }

    /// A packet of it that was seen at the network interface.
    pub(super) fn packet(&self, is: impl Fn(&Packet) -> bool) -> Option<Place> {
        self.place_of(|what| matches!(what, What::Packet(packet) if is(packet)))
    }

    /// The same, where it came while the connection was waited for: this computer itself turns away what comes later.
    pub(super) fn packet_in_time(&self, is: impl Fn(&Packet) -> bool) -> Option<Place> {
        self.packet(is).filter(|place| !self.is_past_end(*place))
    }

    /// Whether this came after what ended the connection.
    pub(super) fn is_past_end(&self, place: Place) -> bool {
        self.ended_by().is_some_and(|end| is_before(end, place))
    }

    /// Whether the failure is no more than that nothing else is told of: a log ends there, or its client gave up without a
    /// word of why; or times are wanting that would tell one kind of failure from another.
    pub fn is_guess(&self) -> bool {
        // A server that says how it fared has told it, whenever that was.
        let told = || matches!(self.refusal_says(), Some(Says::CallbackTimedOut | Says::CallbackUnreachable));
        let unsaid =
            self.times == Times::Untold && self.refusal().is_some_and(|(reply, _)| reply.code == 425) && !told();
        self.has(|what| matches!(what, What::Abandoned(_))) || unsaid
    }

    /// Whether it did not come about, and nothing shows whether it met silence or was turned away. A silence is the more
    /// likely of the two, and no more than that.
    pub fn ended_untold(&self) -> bool {
        matches!(self.failure(), Some(Failure::DialDropped | Failure::CallbackDropped)) && self.is_guess()
    }

    /// A packet that came while the connection was awaited and that nobody was given.
    pub fn undelivered(&self) -> Option<Place> {
        self.place_of(|what| matches!(what, What::Undelivered { .. }))
    }

    /// Whether our connection to the port that the server named did not come about, however that was told.
    pub fn dial_failed(&self) -> bool {
        matches!(self.failure(), Some(Failure::DialRefused | Failure::DialDropped | Failure::DialUnreachable))
    }

    /// The port refused this connection, and let another in right after.
    pub fn let_in_after_all(&self) -> Option<Place> {
        self.place_of(|what| matches!(what, What::LetIn(_)))
    }

    /// The control connection was reset in the place of an answer.
    pub fn control_was_reset(&self) -> bool {
        self.failure() == Some(Failure::CutAtNegotiation) && self.has(|what| matches!(what, What::ControlReset))
    }

    /// The port refused this connection, and every one made right after.
    pub fn refused_again(&self) -> Option<Place> {
        self.place_of(|what| matches!(what, What::RefusedAgain(_)))
    }

    /// Whether the listing holds the mark that the server put into it; not seen: it came without.
    pub fn came_as_sent(&self) -> Observed<Place> {
        match (self.place_of(|what| matches!(what, What::Marked)), self.unmarked_at()) {
            (Some(place), _) => Observed::Seen(place),
            (None, Some(_)) => Observed::NotSeen,
            (None, None) => Observed::NotTested("the server marks nothing that it sends"),
        }
    }

    pub fn unmarked_at(&self) -> Option<Place> {
        self.place_of(|what| matches!(what, What::Unmarked))
    }

    /// The mark that the server said its listing would hold.
    pub fn announced_mark(&self) -> Option<String> {
        self.replies().find_map(|(reply, _)| mark::announced(reply))
    }

    /// The reply that announced it.
    pub fn announced_at(&self) -> Option<Place> {
        self.replies().find(|(reply, _)| mark::announced(reply).is_some()).map(|(_, place)| place)
    }

    /// Packets that did not leave this computer while the connection was awaited.
    pub fn unsent(&self) -> Option<Place> {
        self.place_of(|what| matches!(what, What::Unsent(_)))
    }

    pub(super) fn find<T>(&self, pick: impl Fn(&What) -> Option<T>) -> Option<(T, Place)> {
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

/// Whether one event of a data connection stands before another of the same.
fn is_before(one: Place, other: Place) -> bool {
    matches!((one, other), (Place::Attempt(_, one), Place::Attempt(_, other)) if one < other)
}
