//! How long the server's connection is waited for, and what becomes of one that was given up.

use tokio::time::Instant;

use super::Turn;
use crate::engine::turns::{GivenUp, Tools};
use crate::evidence::attempt::{Address, Mode};
use crate::evidence::facts::Facts;
use crate::evidence::timeline::Awaited;

impl Turn<'_, '_, '_> {
    /// Whether little depends on the answer: passive mode works, and nobody spoke of a forwarded range.
    pub(super) fn is_second_opinion(&self) -> bool {
        let Tools { settings, recorder, .. } = self.plan.tools;
        let besides = self.planned.attempt.address == Address::ServerSeen && settings.active_ports.is_none();
        besides && Facts::of(&recorder.evidence()).works(Mode::Passive)
    }

    /// A callback that did not come in time is made again, should the server turn out to be slow.
    pub(super) fn note_given_up(&self, awaited: Option<Awaited>, since: Instant) {
        if awaited == Some(Awaited::Callback) && !self.is_second_opinion() {
            let (number, planned, rtt) = (self.number, self.planned, self.session.rtt());
            self.plan.give_up_on(GivenUp { number, planned, waited: since.elapsed(), rtt });
        }
    }
}
