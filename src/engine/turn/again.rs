//! A passive port that refused, dialled again: one machine refuses each time, and one of several that share the address
//! lets a later connection in.
//!
//! Bound: [`MOST`] dials, one after the other, each within a few round trips, at [`PORTS`] ports of a check; none where
//! the refusal will be tried again anyhow, the server has closed the port, or one port has shown it.

use tokio::time::timeout;

use super::Turn;
use crate::engine::net::{self, Dialled, Limits};
use crate::evidence::attempt::Mode;
use crate::evidence::facts::{Facts, Failure};
use crate::evidence::timeline::What;

/// With two machines that get every other connection, or either one by chance, four dials in a row reach the wrong one
/// once in sixteen times at most.
const MOST: u64 = 4;
/// One server after the other is not dialled so often for a port that is closed to all.
const PORTS: usize = 2;

impl Turn<'_, '_, '_> {
    /// What is let in is closed at once: the attempt has failed, as it would have for a client.
    pub(super) async fn dial_again(&mut self) {
        if self.mode() == Mode::Active || self.completion.is_some() || self.may_go_alone() || !self.session.is_open() {
            return;
        }
        let tools = self.plan.tools;
        let refused = {
            let evidence = tools.recorder.evidence();
            let facts = Facts::of(&evidence);
            let known = !facts.ports_of_two_minds().is_empty() || facts.ports_dialled_in_vain() >= PORTS;
            if known {
                return;
            }
            let ours = facts.tried().iter().find(|tried| tried.index() == self.number);
            ours.filter(|tried| tried.failure() == Some(Failure::DialRefused)).and_then(|tried| tried.dialled())
        };
        let Some(port) = refused else { return };
        let patience = tools.budget.first_answer(self.session.rtt());
        for dials in 1..=MOST {
            let dial = net::connect_with(tools.settings.bind, port, Limits::default());
            match timeout(patience, dial).await {
                Ok(Dialled::Connected(_closed)) => return self.record(What::LetIn(dials)),
                Ok(Dialled::Refused) => {}
                // Silence and ICMP tell of no second machine.
                _ => return,
            }
        }
        self.record(What::RefusedAgain(MOST));
    }
}
