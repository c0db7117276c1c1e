//! How a data connection ended: whether it works, how far it came, and what kind of failure its events show.

use super::{Cause, Stage, Times, Tried, begins};
use crate::evidence::attempt::Mode;
use crate::evidence::facts::{IcmpAnswer, Place, Placed};
use crate::evidence::timeline::{Awaited, What};
use crate::protocol::dialect::{self, Says};
use crate::protocol::reply::Reply;

/// A 425 that names no reason and comes within this time (milliseconds) of the transfer command answers a refusal: a
/// server that waits for silence waits for seconds.
const AT_ONCE_MS: f64 = 1_000.0;

/// A server that refuses a passive transfer this long (milliseconds) after the port was dialled, and before the dial
/// was answered, has only given up waiting: the dial met silence.
pub(super) const WAITED_IN_VAIN_MS: f64 = 3_000.0;

/// The kinds of failure, each of which another set of causes explains. Every data connection that does not work is of
/// exactly one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// A reply turned PASV, EPSV, PORT or EPRT away, and what its words say.
    Rejected(Option<Says>),
    /// A 421 ended the session.
    SessionEnded(Option<Says>),
    /// What came in the place of a 227 or 229 can't be read.
    Unreadable,
    /// The client would not dial the address in 227, as its log says.
    AddressRefused,
    /// PASV, EPSV, PORT or EPRT was never answered.
    Unanswered,
    /// The control connection ended in the place of an answer to PASV, EPSV, PORT or EPRT.
    CutAtNegotiation,
    /// An RST answered our dial.
    DialRefused,
    /// Nothing answered our dial.
    DialDropped,
    /// An ICMP error answered our dial, or there was no route.
    DialUnreachable,
    /// The server's connection to us was turned away.
    CallbackRefused,
    /// The server's connection to us never came.
    CallbackDropped,
    /// The server found no way to us.
    CallbackUnreachable,
    /// A connection came from somebody else than the server, and was turned away.
    CallbackForeign,
    /// A reply refused the transfer itself, and what its words say.
    TransferRefused(Option<Says>),
    /// The data connection stood, and bytes stopped coming.
    Stalled,
    /// The data came to its end, and the closing reply never came.
    Unconfirmed,
    /// Somebody took our connection who is not the server, which still waited for it, as far as its words and their times
    /// tell.
    NeverServed,
    /// The control connection ended while the transfer ran.
    ControlLost,
    /// TLS on the data connection broke, or never stood.
    TlsBroken,
    /// The data connection was reset, or the server says that it was closed before its end.
    Cut,
    /// The replies fit no data connection that was seen: a 226 and no connection, a word out of place.
    Contradiction,
    /// It was not tried to an end that says anything.
    NotTried,
}

impl<'a> Tried<'a> {
    /// True only when bytes arrived, or an empty listing was completed, and the server confirmed with 2xx; a transfer
    /// that was stopped because enough had come needs no 2xx.
    pub fn works(&self) -> bool {
        let ended = self.has(|what| matches!(what, What::EndOfFile));
        let confirmed = self.completion().is_some_and(|(reply, _)| reply.is_completion());
        if self.attempt().load.is_upload() {
            let written = self.has(|what| matches!(what, What::Uploaded(1..)));
            return self.joined().is_some() && confirmed && written && self.upload_stalled().is_none();
        }
        // A log's client says that it has what it wanted, and need not say how much that was.
        let told = self.bytes() > 0 || self.times != Times::Measured;
        let enough = self.has(|what| matches!(what, What::Enough)) && told;
        self.joined().is_some() && (enough || (confirmed && ended))
    }

    /// Where the server confirms what works. A transfer that was stopped because enough had come may be answered with 426.
    pub fn confirmed_at(&self) -> Option<Place> {
        self.completion().filter(|(reply, _)| self.works() && reply.is_completion()).map(|(_, place)| place)
    }

    /// Whether the transfer was stopped from this side because enough had come, and not left to its end: what the server
    /// says afterwards, be it 426, answers that.
    pub fn is_stopped(&self) -> bool {
        self.works() && self.confirmed_at().is_none() && self.has(|what| matches!(what, What::Enough))
    }

    pub fn stage(&self) -> Stage {
        if self.works() {
            Stage::Complete
        } else if self.joined().is_some() && self.attempt().protection.encrypts_data() && self.secured().is_none() {
            Stage::Secure
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

    /// What kind of failure it is; `None` where it works.
    pub fn failure(&self) -> Option<Failure> {
        self.failure
    }

    pub(super) fn read_failure(&self) -> Option<Failure> {
        let passive = self.verb().mode() == Mode::Passive;
        Some(match self.cause()? {
            Cause::NotTried => Failure::NotTried,
            Cause::Tls => Failure::TlsBroken,
            Cause::Refused if passive => Failure::DialRefused,
            Cause::Refused => Failure::CallbackRefused,
            Cause::Dropped if passive => Failure::DialDropped,
            Cause::Dropped => Failure::CallbackDropped,
            Cause::Unreachable if passive => Failure::DialUnreachable,
            Cause::Unreachable => Failure::CallbackUnreachable,
            Cause::Closed | Cause::Stalled if self.never_served().is_some() => Failure::NeverServed,
            Cause::Closed if self.stranger_turned_away().is_some() => Failure::CallbackForeign,
            // Pure-FTPd gives up the session over it.
            Cause::Rejected if self.negotiated() && self.refusal_says() == Some(Says::ListingRefused) => {
                Failure::TransferRefused(Some(Says::ListingRefused))
            }
            Cause::Rejected if self.refused_with(421) => Failure::SessionEnded(self.refusal_says()),
            // What is aborted had begun (RFC 959 section 4.2.2).
            Cause::Rejected if self.refused_with(426) && self.joined().is_some() && self.refusal_says().is_none() => {
                Failure::Cut
            }
            Cause::Rejected if self.negotiated() => Failure::TransferRefused(self.refusal_says()),
            Cause::Rejected => Failure::Rejected(self.refusal_says()),
            Cause::Closed if !self.negotiated() => Failure::CutAtNegotiation,
            Cause::Closed if self.has(|what| matches!(what, What::ControlClosed | What::ControlReset)) => {
                Failure::ControlLost
            }
            Cause::Closed => Failure::Cut,
            Cause::Stalled if !self.negotiated() => Failure::Unanswered,
            Cause::Stalled if self.has(|what| matches!(what, What::EndOfFile)) => Failure::Unconfirmed,
            Cause::Stalled => Failure::Stalled,
            Cause::Protocol if self.refuses_address() => Failure::AddressRefused,
            Cause::Protocol if passive && !self.negotiated() => Failure::Unreadable,
            Cause::Protocol => Failure::Contradiction,
        })
    }

    /// The event that shows the cause.
    pub fn ended_by(&self) -> Option<Place> {
        self.ending().map(|(_, place)| place)
    }

    /// What the refusal that ended it says, where its words are known.
    pub fn refusal_says(&self) -> Option<Says> {
        let (reply, _) = self.refusal()?;
        Some(self.meant(dialect::says(reply)?))
    }

    /// Where the control connection is encrypted already, it is the data connection's turn (IIS says the same of both).
    pub fn meant(&self, says: Says) -> Says {
        match says {
            Says::TlsRequired if !self.attempt().protection.is_plain() => Says::ProtectionRequired,
            _ => says,
        }
    }

    /// The refusing reply that ended it.
    pub fn refusal(&self) -> Option<Placed<'a>> {
        let agreed = self.negotiated();
        let placed = if agreed { self.completion() } else { self.negotiation() };
        placed.filter(|(reply, _)| reply.is_refusal() || (!agreed && self.is_disguised_refusal(reply)))
    }

    /// Whether the server agreed to PASV, EPSV, PORT or EPRT. (pyftpdlib dials before it agrees to PORT.)
    pub fn negotiated(&self) -> bool {
        let agreed =
            self.negotiation().is_some_and(|(reply, _)| reply.is_completion() && !self.is_disguised_refusal(reply));
        // Whoever waits for a connection at its port, in a log that does not show PORT itself, has had it agreed to.
        let unseen = self.outcome().events.first().is_some_and(|sent| sent.line.is_none());
        let awaits = |what: &What| {
            matches!(what, What::Silent { awaited: Awaited::Callback, .. } | What::Abandoned(Awaited::Callback))
        };
        let hidden = self.times != Times::Measured && (self.dialled().is_some() || (unseen && self.has(awaits)));
        self.unreadable().is_none() && (agreed || hidden || self.joined().is_some())
    }

    /// "220 Active mode is disabled" (Pure-FTPd) is no agreement, whatever its code.
    fn is_disguised_refusal(&self, reply: &Reply) -> bool {
        self.verb().mode() == Mode::Active && reply.code == 220
    }

    /// The ICMP error that answered the dial.
    pub fn icmp(&self) -> Option<IcmpAnswer> {
        self.find(IcmpAnswer::of).map(|(answer, _)| answer)
    }

    /// From our dial to the RST that answered it, in milliseconds.
    pub fn refused_after_ms(&self) -> Option<f64> {
        let dialled = self.time_of(|what| matches!(what, What::Dialled(_)))?;
        let refused = self.time_of(|what| matches!(what, What::Refused))?;
        Some((refused - dialled).max(0.0))
    }

    /// The reply that confirms a download whose data connection was reset in the place of a close.
    pub fn confirmed_though_reset(&self) -> Option<Placed<'a>> {
        let reset = self.failure == Some(Failure::Cut) && self.has(|what| matches!(what, What::Reset));
        self.completion().filter(|(reply, _)| reset && reply.is_completion() && !self.attempt().load.is_upload())
    }

    /// Where the endpoint that was named stands: the reply that named it, or our own command.
    pub fn named_at(&self) -> Option<Place> {
        match self.verb().mode() {
            Mode::Passive => self.negotiation().map(|(_, place)| place),
            Mode::Active => self.place_of(|what| matches!(what, What::Sent(line) if begins(line, self.verb().name()))),
        }
    }

    /// The silence that an upload was broken off for. Whatever the server says afterwards, be it 226, answers that.
    fn upload_stalled(&self) -> Option<Place> {
        let silent = |what: &What| matches!(what, What::Silent { awaited: Awaited::Bytes | Awaited::Reply, .. });
        self.place_of(silent).filter(|_| self.attempt().load.is_upload() && self.joined().is_some())
    }

    /// The cause and the event that shows it, asked from the most telling event to the least.
    fn ending(&self) -> Option<(Cause, Place)> {
        if let Some(place) = self.upload_stalled() {
            return Some((Cause::Stalled, place));
        }
        if let Some(place) = self.never_served() {
            return Some((if self.is_held() { Cause::Stalled } else { Cause::Closed }, place));
        }
        if let Some(place) = self.stranger_turned_away() {
            return Some((Cause::Closed, place));
        }
        // Words that are known say more than how the handshake broke; others say no more than that it did.
        if let Some(broken) = self.tls_broken()
            && matches!(self.refusal_says(), None | Some(Says::CallbackFailed | Says::NotImplemented))
        {
            return Some((Cause::Tls, broken.place));
        }
        // A server that refuses the transfer itself closes its port at once: the RST is only the echo of that.
        if let Some((reply, place)) = self.completion()
            && reply.is_refusal()
            && !matches!(reply.code, 421 | 425 | 426)
        {
            return Some((Cause::Rejected, place));
        }
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
        if let Some(place) = self.callback_missed_at_negotiation() {
            return Some((Cause::Dropped, place));
        }
        for (at, event) in self.outcome.events.iter().enumerate() {
            let cause = match &event.what {
                What::Reset | What::ControlClosed | What::ControlReset => Cause::Closed,
                What::Silent { awaited: Awaited::Connect | Awaited::Callback, .. } => Cause::Dropped,
                What::Silent { awaited: Awaited::Reply | Awaited::Bytes, .. } => Cause::Stalled,
                What::Nonsense { .. } => Cause::Protocol,
                What::TlsFailed { .. } | What::Silent { awaited: Awaited::Handshake, .. } => Cause::Tls,
                What::Abandoned(Awaited::Connect | Awaited::Callback) => Cause::Dropped,
                What::Failed(_) if self.refuses_address() => Cause::Protocol,
                What::Failed(_) | What::CutShort | What::Abandoned(_) => Cause::NotTried,
                _ => continue,
            };
            return Some((cause, Place::Attempt(self.index, at)));
        }
        // A reply came that agrees to nothing, or 226 without a data connection.
        self.replies().last().map(|(_, place)| (Cause::Protocol, place))
    }

    /// Whether the client had an address named and would not dial it.
    fn refuses_address(&self) -> bool {
        let passive = self.times != Times::Measured && self.verb().mode() == Mode::Passive;
        passive
            && self.named().is_some()
            && self.dialled().is_none()
            && self.has(|what| matches!(what, What::Failed(_)))
    }

    /// PORT or EPRT was not answered and no connection came: a server that dials before it answers is waiting for us.
    /// One that is known to answer first has a control connection that went quiet, which says nothing of callbacks.
    fn callback_missed_at_negotiation(&self) -> Option<Place> {
        if self.verb().mode() == Mode::Passive || self.negotiated() || self.server_answers_port_first {
            return None;
        }
        self.place_of(|what| matches!(what, What::Silent { awaited: Awaited::Callback, .. }))
    }

    /// In active mode the server's refusal tells how its connection to us fared; everywhere else it is a refusal.
    fn cause_of_refusal(&self) -> Cause {
        if self.joined().is_some() {
            return Cause::Rejected;
        }
        if self.verb().mode() == Mode::Passive {
            return if self.gave_up_waiting() { Cause::Dropped } else { Cause::Rejected };
        }
        match self.refusal_says() {
            Some(Says::CallbackRefused) => Cause::Refused,
            Some(Says::CallbackTimedOut) => Cause::Dropped,
            Some(Says::CallbackUnreachable) => Cause::Unreachable,
            // "425" without a reason: the time tells. In answer to PORT itself it comes from a server that dials then.
            Some(Says::CallbackFailed) | None if self.refused_with(425) => self.cause_by_time(),
            _ => Cause::Rejected,
        }
    }

    fn gave_up_waiting(&self) -> bool {
        if self.times == Times::Untold {
            // The client would have told of a refusal, and the server says that nobody came.
            let unsaid = matches!(
                self.refusal_says(),
                None | Some(Says::CallbackFailed | Says::CallbackTimedOut | Says::NoDataConnection)
            );
            return unsaid && self.refused_with(425);
        }
        let dialled = self.time_of(|what| matches!(what, What::Dialled(_)));
        let refused = self.refusal().and_then(|(_, place)| self.time_of_place(place));
        matches!((dialled, refused), (Some(dialled), Some(refused)) if refused - dialled >= WAITED_IN_VAIN_MS)
    }

    fn cause_by_time(&self) -> Cause {
        if self.times == Times::Untold {
            // A connection that never came is the usual reason by far.
            return Cause::Dropped;
        }
        let asked = if self.negotiated() { self.transfer.and_then(|at| self.time_at(at)) } else { None };
        let sent = asked.or_else(|| self.time_of(|what| matches!(what, What::Sent(_))));
        let answered = self.refusal().and_then(|(_, place)| self.time_of_place(place));
        match (sent, answered) {
            (Some(sent), Some(answered)) if answered - sent > AT_ONCE_MS => Cause::Dropped,
            _ => Cause::Refused,
        }
    }

    fn refused_with(&self, code: u16) -> bool {
        self.refusal().is_some_and(|(reply, _)| reply.code == code)
    }
}
