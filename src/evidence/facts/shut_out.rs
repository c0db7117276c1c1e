//! Whether the control port let this computer in at first, and in the same check does not any more: a firewall that counts
//! connections may have blocked it meanwhile.

use super::{Cite, DialEnd, Facts, Place, Tried};
use crate::evidence::timeline::{Event, What};

/// What is heard of the server so long (milliseconds) after a dial came from it since: less may have been on its way.
const ON_ITS_WAY_MS: f64 = 500.0;

/// The control port lets nobody in any more.
#[derive(Clone, Debug, PartialEq)]
pub struct ShutOut {
    /// It turns connections away, and does not leave them without an answer.
    pub refused: bool,
    pub cites: Vec<Cite>,
    /// When the server was last heard of, in milliseconds, where nothing came from it any more after that dial: what came to
    /// nothing by then did so for another reason.
    silent_since_ms: Option<f64>,
}

impl ShutOut {
    /// Whether nothing came from the server any more, neither on what stood before.
    pub fn is_entire(&self) -> bool {
        self.silent_since_ms.is_some()
    }
}

impl Facts<'_> {
    /// Whether a further connection to the control port came to nothing where one had been joined. In a log days may lie
    /// between the two.
    pub fn shut_out(&self) -> Option<ShutOut> {
        let evidence = self.evidence();
        let joined = |address| evidence.controls.iter().any(|control| control.peer == address);
        let (mut refused, mut places) = (false, Vec::new());
        for dial in self.dials().into_iter().filter(|dial| self.log().is_none() && joined(dial.address)) {
            match dial.end {
                DialEnd::Refused => refused = true,
                DialEnd::Unreachable(icmp) if !icmp.no_route => refused = true,
                DialEnd::Silent { .. } => {}
                DialEnd::Unreachable(_) | DialEnd::Joined | DialEnd::Unfinished => continue,
            }
            places.push(dial.place);
        }
        // When it was dialled.
        let begun = places.iter().filter_map(|place| match place {
            Place::Dial(number, _) => self.time_of(Place::Dial(*number, 0)),
            Place::Control(..) | Place::Attempt(..) => None,
        });
        let begun_ms = begun.reduce(f64::max)?;
        let events = evidence.controls.iter().flat_map(|control| &control.events);
        let events = events.chain(evidence.attempts.iter().flat_map(|outcome| &outcome.events));
        let heard_ms = events.filter(|event| is_heard(event, refused)).map(|event| event.at_ms).fold(0.0, f64::max);
        let silent_since_ms = (heard_ms < begun_ms + ON_ITS_WAY_MS).then_some(heard_ms);
        Some(ShutOut { refused, cites: self.cites(places), silent_since_ms })
    }

    /// Whether this data connection came to nothing when the control port let nobody in any more and nothing came from the
    /// server: what shut out the one may be all that ails the other.
    pub fn fails_shut_out(&self, tried: &Tried) -> bool {
        !tried.works() && tried.ended_by().is_some_and(|place| self.is_shut_out_at(place))
    }

    /// As [`Facts::fails_shut_out`], of an event.
    pub fn is_shut_out_at(&self, place: Place) -> bool {
        let since = self.shut_out().and_then(|shut| shut.silent_since_ms);
        since.is_some_and(|since| self.time_of(place).is_some_and(|ms| ms > since))
    }
}

/// Whether the server let something in then, or said something; an RST is its word where it is not the firewall's.
fn is_heard(event: &Event, refused: bool) -> bool {
    match event.what {
        What::Replied(_) | What::Connected { .. } | What::Accepted { .. } | What::Received(_) | What::EndOfFile => true,
        What::Refused | What::Unreachable { from: Some(_), .. } => !refused,
        _ => false,
    }
}
