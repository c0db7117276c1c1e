//! Attempts that go back to the queue, and what becomes of the ones before them.

use std::time::Duration;

use super::{Manner, Plan, Planned};
use crate::engine::negotiation::Company;
use crate::evidence::attempt::{Attempt, Mode};
use crate::evidence::facts::Facts;
use crate::evidence::security::Protection;

/// What failed in company.
#[derive(Clone, Copy, Debug)]
pub struct Superseded {
    pub number: usize,
    /// Of a passive port that let nobody in: the company that its name came in, which a helper may have missed it for.
    pub blamed: Option<Company>,
}

/// A callback that did not come in time, and what time that was.
#[derive(Clone, Copy, Debug)]
pub struct GivenUp {
    pub number: usize,
    pub planned: Planned,
    pub waited: Duration,
    pub rtt: Duration,
}

impl Plan<'_> {
    /// Puts an attempt back to the front of the queue.
    pub fn give_back(&self, planned: Planned) {
        self.queue.borrow_mut().push_front(planned);
    }

    /// As [`Plan::give_back`], in the place of the like that is still queued: of so many ports none is tried beyond these.
    pub fn give_back_alone(&self, planned: Planned) {
        let attempt = planned.attempt.under(Protection::Plain);
        let like =
            |queued: &Planned| queued.manner == Manner::Usual && queued.attempt.under(Protection::Plain) == attempt;
        let found = self.queue.borrow().iter().position(like);
        if let Some(at) = found {
            self.queue.borrow_mut().remove(at);
        } else if planned.manner == Manner::Alone && self.has_enough_ports(attempt) {
            return;
        }
        self.give_back(planned);
    }

    /// Whether as many passive ports were tried as the user asked for: no more are, though a failure in company stays one.
    fn has_enough_ports(&self, attempt: Attempt) -> bool {
        let evidence = self.tools.recorder.evidence();
        let facts = Facts::of(&evidence);
        let enough = |asked: u8| facts.passive_dials() >= usize::from(asked);
        let passive = attempt.verb.mode() == Mode::Passive;
        passive && self.tools.settings.samples.is_some_and(enough)
    }

    /// The search for the place on the way found no port, and is made once more. `false` where it was.
    pub fn locates_again(&self, planned: Planned) -> bool {
        let first = !std::mem::replace(&mut self.standing.borrow_mut().located_again, true);
        if first {
            self.give_back(planned);
        }
        first
    }

    /// The attempt failed in company, and is made again alone.
    pub fn supersede(&self, superseded: Superseded) {
        self.superseded.borrow_mut().push(superseded);
    }

    /// An attempt that was given back is not needed any more.
    pub fn take_back(&self, attempt: Attempt) {
        self.queue.borrow_mut().retain(|planned| planned.attempt != attempt || planned.manner == Manner::Locate);
    }

    /// What is made again alone is not judged.
    pub(super) fn set_superseded_aside(&self) {
        for Superseded { number, blamed } in self.superseded.take() {
            // Where another port was named in the same company and let us in, this one fails for itself.
            if blamed.is_none_or(|company| !self.standing.borrow().harmless.contains(&company)) {
                self.tools.recorder.set_aside_if_repeated(number);
            }
        }
    }
}
