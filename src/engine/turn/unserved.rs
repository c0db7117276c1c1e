//! Passive connections that stand and bring nothing, where the server says that it got none: did it have this one?
//!
//! Bound: two round trips and a moment, and only where such a word came.

use tokio::time::timeout;

use super::Turn;
use crate::evidence::attempt::Mode;
use crate::evidence::facts::{Facts, Failure};

impl Turn<'_, '_, '_> {
    /// A server that refuses a transfer over a connection that it has ends that with its word, or right behind.
    pub(super) async fn end_of_unserved(&mut self) {
        let said = self.completion.as_ref().is_some_and(|reply| matches!(reply.code, 421 | 425 | 426));
        let stands = self.joined && !self.data.has_ended() && !self.data.is_securing();
        if self.mode() == Mode::Active || !said || !stands || self.received > 0 {
            return;
        }
        let patience = self.plan.tools.budget.first_answer(self.session.rtt());
        if let Ok(step) = timeout(patience, self.data.step()).await {
            self.on_step(step);
        }
    }

    /// Somebody took the connection in the server's place, who may be found.
    pub(super) fn look_for_the_taker(&self) {
        let refused = self.completion.as_ref().is_some_and(|reply| !reply.is_completion());
        if self.mode() == Mode::Active || !refused || self.received > 0 {
            return;
        }
        let evidence = self.plan.tools.recorder.evidence();
        if Facts::of(&evidence).failed(Failure::NeverServed).iter().any(|tried| tried.index() == self.number) {
            self.plan.look_for_the_place();
        }
    }
}
