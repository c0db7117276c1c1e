//! TLS on a data connection that was just joined.

use futures_util::FutureExt;
use tokio::task::yield_now;
use tokio::time::Instant;

use super::Turn;
use crate::evidence::security::Protection;
use crate::evidence::timeline::What;

impl Turn<'_, '_, '_> {
    /// The server refused PROT P: data goes in the clear, and on record as that.
    pub(super) fn note_protection(&self) {
        if self.planned.attempt.protection.encrypts_data() && self.session.tls_for_data().is_none() {
            self.plan.tools.recorder.guarded_by(self.number, Protection::Clear);
        }
    }

    /// The handshake comes next where that was agreed (PROT P). It does not wait for the 150, which ProFTPD says behind it:
    /// a server that wants the control connection's session gave its ticket with the replies before. But who is dialled
    /// before the transfer command is out waits: pyftpdlib 1.5.7, which does that, resets what speaks too soon.
    pub(super) fn on_joined(&mut self) {
        if self.session.tls_for_data().is_none() {
            return;
        }
        if self.transfer_sent {
            self.secure();
        } else {
            self.handshake_due = Some(Instant::now() + self.plan.tools.budget.first_answer(self.session.rtt()));
        }
    }

    /// What became of a handshake under way, where the reply that says so was read first: both can come at one moment.
    pub(super) async fn end_of_handshake(&mut self) {
        if !self.data.is_securing() {
            return;
        }
        // Meanwhile the runtime asks the system for what came.
        yield_now().await;
        if let Some(step) = self.data.step().now_or_never() {
            self.on_step(step);
        }
    }

    /// New tickets come before the data's end.
    pub(super) fn record_tickets(&mut self) {
        if let Some(client) = self.session.tls_for_data().filter(|_| self.counts_tickets) {
            self.record(What::Tickets(client.tickets_left() as u64));
        }
    }

    /// Begins the handshake.
    pub(super) fn secure(&mut self) {
        if let Some(client) = self.session.tls_for_data() {
            self.data.secure(client, self.planned.attempt.protection);
        }
    }
}
