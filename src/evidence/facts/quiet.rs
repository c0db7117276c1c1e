//! How long nothing was said on a control connection, on purpose and otherwise.

use super::{Facts, Place, Placed, events_of};
use crate::evidence::timeline::{Awaited, Event, What};

/// A control connection that was left quiet on purpose, and what came of it.
#[derive(Clone, Copy, Debug)]
pub struct Quiet<'a> {
    pub control: usize,
    pub ms: f64,
    /// The reply to NOOP behind it.
    pub answer: Option<Placed<'a>>,
    /// How long (milliseconds) no reply to NOOP came, and where that stands.
    pub unanswered: Option<(f64, Place)>,
    /// What came behind QUIT after that: late or not, the connection stands.
    pub farewell: Option<Placed<'a>>,
    /// Nothing came behind QUIT either.
    pub farewell_unanswered: bool,
}

impl<'a> Facts<'a> {
    pub fn quiet(&self) -> Option<Quiet<'a>> {
        self.evidence().controls.iter().enumerate().find_map(|(control, all)| {
            let events: Vec<(&Event, Place)> = events_of(all, control).collect();
            let at = events.iter().position(|(event, _)| matches!(event.what, What::Quiet(_)))?;
            let What::Quiet(ms) = events.get(at)?.0.what else { return None };
            let after = events.get(at + 1..)?;
            let quit = |(event, _): &(&Event, Place)| matches!(&event.what, What::Sent(line) if line == "QUIT");
            let (before, behind) = after.split_at(after.iter().position(quit).unwrap_or(after.len()));
            let reply = |part: &[(&'a Event, Place)]| {
                part.iter().find_map(|(event, place)| match &event.what {
                    What::Replied(reply) if reply.code != 421 => Some((reply, *place)),
                    _ => None,
                })
            };
            let silent = |part: &[(&Event, Place)]| {
                part.iter().find_map(|(event, place)| match event.what {
                    What::Silent { awaited: Awaited::Reply, ms } => Some((ms, *place)),
                    _ => None,
                })
            };
            Some(Quiet {
                control,
                ms,
                answer: reply(before),
                unanswered: silent(before),
                farewell: reply(behind),
                farewell_unanswered: silent(behind).is_some(),
            })
        })
    }

    /// The 421 that ended a session which was left quiet, and after how many milliseconds.
    pub fn ended_while_quiet(&self) -> Option<(f64, Placed<'a>)> {
        self.evidence().controls.iter().enumerate().find_map(|(number, control)| {
            let ms = control.events.iter().find_map(|event| match event.what {
                What::Quiet(ms) => Some(ms),
                _ => None,
            })?;
            let mut replies = events_of(control, number).filter_map(|(event, place)| match &event.what {
                What::Replied(reply) => Some((reply, place)),
                _ => None,
            });
            Some((ms, replies.find(|(reply, _)| reply.code == 421)?))
        })
    }

    /// How long (milliseconds) nothing had been said on the control connection when this came, or when the silence began that
    /// this is the end of. `None` where times are not told.
    pub fn quiet_before(&self, place: Place) -> Option<f64> {
        if self.log().is_some_and(|log| !log.timed) {
            return None;
        }
        let number = self.control_of(place)?;
        let waited = match self.event(place)?.what {
            What::Silent { ms, .. } => ms,
            _ => 0.0,
        };
        let at = self.time_of(place)? - waited;
        let evidence = self.evidence();
        let on_it = evidence.attempts.iter().filter(|outcome| outcome.control == number);
        let all = evidence.controls.get(number)?.events.iter().chain(on_it.flat_map(|outcome| &outcome.events));
        let said = all.filter(|event| matches!(event.what, What::Sent(_) | What::Replied(_)) && event.at_ms < at);
        Some(at - said.map(|event| event.at_ms).reduce(f64::max)?)
    }
}
