//! How a data connection ends that comes to nothing or is left in the middle: by the client's words, by a 421, or with the log.

use std::net::SocketAddr;

use super::super::shown;
use super::super::words::How;
use super::{Around, Draft, UNSEEN};
use crate::evidence::attempt::Mode;
use crate::evidence::security::Broken;
use crate::evidence::timeline::{Awaited, Event, Icmp, What};
use crate::protocol::reply::Reply;

/// What a client waits at least before it gives up, in milliseconds.
pub const PATIENCE_MS: f64 = 4_000.0;
/// A dial whose failure the client tells after so short a time, in milliseconds, was not left to silence.
const ANSWERED_MS: f64 = 900.0;
/// A connection that is lost after so long without a sign had stalled, in milliseconds.
const STALLED_MS: f64 = 20_000.0;

/// Why a data connection is left in the middle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leaving {
    /// The client went on to something else.
    Superseded,
    /// The client went on to the older command for the same.
    Turns,
    /// The log ends, though time enough had passed.
    LogEnds,
    /// The log ends at once behind the command.
    LogCut,
}

impl Draft {
    /// A 421 ends the session in the middle of it.
    pub fn session_ended(&mut self, reply: &Reply, event: Event, around: Around) {
        let lower = reply.text.to_ascii_lowercase();
        let waited = ["timeout", "timed out", "idle", "no transfer"].iter().any(|words| lower.contains(words));
        let idle = lower.contains("control connection timed out");
        if waited && !idle && self.agreed && !self.joined && !self.begun && self.mode() == Mode::Passive {
            // The server's patience ended before the client's connection came.
            return self.fail(How::TimedOut, None, &reply.text, around, &event);
        }
        if lower.contains("data timeout") && (self.joined || self.begun) {
            // It ended while nothing came through the connection.
            self.join(None, around, &event);
            return self.fail(How::TimedOut, None, &reply.text, around, &event);
        }
        self.events.push(event);
    }

    /// The client says that it failed.
    pub fn fail(&mut self, how: How, ms: Option<f64>, text: &str, around: Around, at: &Event) {
        // Nobody goes on from a reply that he can't read.
        if self.unread.is_some() && matches!(how, How::Unsaid | How::Closed) {
            return self.unparsed(text, at);
        }
        let calls_first = self.mode() == Mode::Active && how == How::TimedOut && !around.answers_port_first;
        let unanswered = (around.shows_replies || self.unanswered) && !self.agreed && !calls_first;
        let awaited = match (self.joined, self.mode()) {
            _ if unanswered => Awaited::Reply,
            (true, _) if self.unsecured() => Awaited::Handshake,
            (true, _) => Awaited::Bytes,
            (false, Mode::Passive) => Awaited::Connect,
            (false, Mode::Active) => Awaited::Callback,
        };
        let waited = ms.or_else(|| self.waited_ms(around, at.at_ms));
        // wget shows no 227, and this is no mask: its own computer was dialled.
        if let Some((_, behind)) = text.split_once(" to 0.0.0.0 port ") {
            let port = behind.split(|c: char| !c.is_ascii_digit()).next().and_then(|digits| digits.parse().ok());
            self.dial(port.map(|port| SocketAddr::new(UNSEEN.ip(), port)), around, at);
        }
        if awaited == Awaited::Connect {
            // It dialled when it had last done something, and not when it told of the failure.
            let since = self.events.iter().rev().find(|event| event.line.is_some()).map_or(at.at_ms, |last| last.at_ms);
            self.dial(None, around, &Event { at_ms: since, ..at.clone() });
        }
        let what = match how {
            How::TimedOut => What::Silent { awaited, ms: waited.unwrap_or(0.0) },
            How::HostUnreachable if awaited == Awaited::Connect => What::Unreachable { icmp: Icmp::Host, from: None },
            How::NetUnreachable if awaited == Awaited::Connect => What::Unreachable { icmp: Icmp::Net, from: None },
            How::Here => What::Failed(shown(text, 120)),
            // Its own computer said so.
            How::Refused if text.contains("0.0.0.0") => What::Failed(shown(text, 120)),
            How::Refused if awaited == Awaited::Connect => What::Refused,
            How::Tls => {
                self.join(None, around, at);
                What::TlsFailed { how: Broken::Invalid, words: shown(text, 120) }
            }
            How::Reset | How::Closed if awaited == Awaited::Handshake => What::TlsFailed {
                how: if how == How::Reset { Broken::Reset } else { Broken::Closed },
                words: String::new(),
            },
            // Whoever waited for the data connection gave up.
            How::Closed if awaited == Awaited::Connect && around.timed && waited.is_some_and(|ms| ms >= STALLED_MS) => {
                What::Silent { awaited, ms: waited.unwrap_or(0.0) }
            }
            How::Closed if awaited == Awaited::Reply || !self.joined => What::ControlClosed,
            How::Reset if !self.joined => What::ControlReset,
            // What ends after such a wait ended long before.
            How::Closed | How::Reset => match waited.filter(|ms| around.timed && *ms >= STALLED_MS) {
                Some(ms) => What::Silent { awaited: Awaited::Bytes, ms },
                None => What::Reset,
            },
            // What fails so soon was answered.
            How::Unsaid if awaited == Awaited::Connect && ms.is_some_and(|ms| ms < ANSWERED_MS) => What::Refused,
            // Long enough that somebody's patience ended it.
            _ => match waited.filter(|ms| *ms >= PATIENCE_MS) {
                Some(ms) => What::Silent { awaited, ms },
                None => What::Abandoned(awaited),
            },
        };
        self.push(&Event { what, ..at.clone() });
        self.over = true;
    }

    /// TLS is agreed on for it, and was not seen to stand.
    fn unsecured(&self) -> bool {
        self.protection.encrypts_data() && !self.secured
    }

    /// From the last thing done to `now`, where times tell.
    fn waited_ms(&self, around: Around, now: f64) -> Option<f64> {
        let last = self.events.iter().rev().find(|event| event.line.is_some())?;
        around.timed.then_some((now - last.at_ms).max(0.0))
    }

    /// The log ends, or the client does something else, in the middle of it.
    pub fn leave(&mut self, end: Leaving, at: &Event) {
        if self.over {
            return;
        }
        // A reply that the log cuts off is no malformed one.
        let ends = matches!(end, Leaving::LogEnds | Leaving::LogCut);
        if let Some((_, answer)) = self.unread.take_if(|(_, answer)| is_cut_off(answer, ends)) {
            return self.push(&Event { what: What::CutShort, ..answer });
        }
        if self.unread.is_some() {
            return self.unparsed("", at);
        }
        // A log without commands does not show the one for the transfer either.
        let inferred = self.events.first().is_some_and(|sent| sent.line.is_none());
        let hangs = inferred && !self.mends;
        let asked = self.agreed && (self.transfer || hangs || end == Leaving::Turns || self.dialled.is_some());
        // The last that the log shows is the answer, behind a command that was sent ahead of it.
        let just_answered = !inferred && matches!(self.events.last().map(|event| &event.what), Some(What::Named(_)));
        let what = match (end, asked, self.joined || self.begun, self.mode()) {
            (Leaving::LogEnds, true, false, _) if just_answered && self.dialled.is_none() => What::CutShort,
            (Leaving::LogEnds | Leaving::Turns, true, false, Mode::Passive) => What::Abandoned(Awaited::Connect),
            (Leaving::LogEnds, true, false, Mode::Active) => What::Abandoned(Awaited::Callback),
            // What came through it is shown, and nothing of a failure.
            _ if self.joined && self.entries => What::Enough,
            _ => What::CutShort,
        };
        if matches!(what, What::Abandoned(Awaited::Connect)) && self.dialled.is_none() {
            let to = self.named.unwrap_or(UNSEEN);
            self.push(&Event { what: What::Dialled(to), line: None, ..at.clone() });
        }
        self.push(&Event { what, ..at.clone() });
    }
}

/// Whether a reply ends within its numbers, or ahead of them at the end of the log.
fn is_cut_off(answer: &Event, log_ends: bool) -> bool {
    let What::Replied(reply) = &answer.what else { return false };
    if log_ends && !reply.message().bytes().any(|byte| byte.is_ascii_digit()) {
        return true;
    }
    let message = reply.message().to_ascii_lowercase();
    if ["entering passive mode", "entering extended passive mode"].iter().any(|whole| whole.starts_with(message.trim()))
    {
        return true;
    }
    let inside = reply.text.rsplit_once('(').map(|(_, inside)| inside);
    inside.is_some_and(|inside| !inside.contains(')') && inside.len() < 24 && !inside.contains('.'))
}
