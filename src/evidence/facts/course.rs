//! What went on a control connection before a command that it did not survive, over all data connections that shared it.

use super::control::lost;
use super::{ControlEnd, Facts, Failure, Place, Placed, Tried};
use crate::evidence::timeline::What;

/// What comes within this time (milliseconds) comes right behind.
const RIGHT_BEHIND_MS: f64 = 1_000.0;

/// What came of a control connection whose transfer was stopped from this side, in the place of an answer to that.
#[derive(Clone, Copy, Debug)]
pub struct AfterStop<'a> {
    pub end: StopEnd<'a>,
    pub place: Place,
    /// Bytes that had come by then.
    pub bytes: u64,
    /// Since the stop, in milliseconds.
    pub ms: f64,
    /// How long (milliseconds) nothing had been said on the control connection when the transfer was stopped.
    pub quiet_ms: f64,
    /// Whether it came no sooner than the server can have learnt of the stop, and right behind that.
    pub may_be_answer: bool,
}

#[derive(Clone, Copy, Debug)]
pub enum StopEnd<'a> {
    Lost(ControlEnd),
    /// 421 ended the session.
    Told(Placed<'a>),
}

impl<'a> Facts<'a> {
    /// A transfer that was stopped here when enough had come, and whose control connection did not outlast that.
    pub fn lost_after_stop(&self) -> Option<AfterStop<'a>> {
        let measured = self.tried().iter().filter(|_| self.log().is_none());
        measured.filter(|tried| tried.is_stopped()).find_map(|tried| {
            let events = &tried.outcome().events;
            let stop = events.iter().position(|event| matches!(event.what, What::Enough))?;
            let (end, place) = match tried.completion() {
                Some((reply, place)) if reply.code == 421 => (StopEnd::Told((reply, place)), place),
                Some(_) => return None,
                None => {
                    let mut ends = events.iter().enumerate().skip(stop);
                    let (at, end) = ends.find_map(|(at, event)| Some((at, lost(event)?)))?;
                    (StopEnd::Lost(end), Place::Attempt(tried.index(), at))
                }
            };
            let round_trip = self.evidence().controls.get(tried.outcome().control)?.connect_ms;
            let stopped = events.get(stop)?.at_ms;
            let ms = self.time_of(place)? - stopped;
            let quiet_ms = self.quiet_before(Place::Attempt(tried.index(), stop))?;
            let silent = matches!(end, StopEnd::Lost(ControlEnd::Silent));
            let may_be_answer = !silent && (round_trip / 2.0..RIGHT_BEHIND_MS).contains(&ms);
            Some(AfterStop { end, place, bytes: tried.bytes(), ms, quiet_ms, may_be_answer })
        })
    }

    /// Whether this command met the end of a session that the server ended over a refusal before it, or ends with each
    /// transfer: it came too late.
    pub fn came_too_late(&self, tried: &Tried) -> bool {
        let end = || tried.ended_by().and_then(|place| self.time_of(place));
        let control = tried.outcome().control;
        tried.failure() == Some(Failure::CutAtNegotiation)
            && end()
                .and_then(|end| self.said_right_before(control, tried.index(), end))
                .is_some_and(|code| is_refusal(code) || matches!(code, 226 | 250))
    }

    /// Whether a control connection ended right behind the refusal of a data connection (425 and the like): some servers
    /// end the session over that, and nobody else has a part in it.
    pub fn ended_over_a_refusal(&self, number: usize) -> bool {
        let events = self.evidence().controls.get(number).map(|control| &control.events);
        let mut ends = events.into_iter().flatten().filter(|event| is_end(&event.what)).map(|event| event.at_ms);
        ends.next().and_then(|end| self.said_right_before(number, usize::MAX, end)).is_some_and(is_refusal)
    }

    /// The code of the last that the server said on this control connection of the data connections before the one of this
    /// number, where it was said then.
    fn said_right_before(&self, number: usize, before: usize, end: f64) -> Option<u16> {
        // A log's times are too coarse to tell what came first.
        if self.log().is_some() {
            return None;
        }
        let ours = self.evidence().attempts.iter().take(before).filter(|outcome| outcome.control == number);
        let mut replies = ours.flat_map(|outcome| &outcome.events).filter_map(|event| match &event.what {
            What::Replied(reply) => Some((event.at_ms, reply)),
            _ => None,
        });
        let (at, reply) = replies.next_back()?;
        (0.0..RIGHT_BEHIND_MS).contains(&(end - at)).then_some(reply.code)
    }
}

/// That no data connection comes about, or is broken off.
fn is_refusal(code: u16) -> bool {
    matches!(code, 421 | 425 | 426 | 500..=599)
}

fn is_end(what: &What) -> bool {
    matches!(what, What::ControlClosed | What::ControlReset)
}
