//! TLS on a data connection that was just joined.

use tokio::time::Instant;

use super::Turn;
use crate::engine::turns::Tools;
use crate::evidence::timeline::What;

impl Turn<'_, '_, '_> {
    /// The handshake comes next where that was agreed (PROT P). It does not wait for the 150, which ProFTPD says behind it:
    /// a server that wants the control connection's session gave its ticket with the replies before. But who is dialled
    /// before the transfer command is out waits: pyftpdlib 1.5.7, which does that, resets what speaks too soon.
    pub(super) fn on_joined(&mut self) -> bool {
        if !self.session.encrypts_data() {
            return true;
        }
        if !self.transfer_sent {
            self.handshake_due = Some(Instant::now() + self.plan.tools.budget.first_answer(self.session.rtt()));
            return true;
        }
        self.secure()
    }

    /// Begins the handshake. `false` where this side can't speak TLS.
    pub(super) fn secure(&mut self) -> bool {
        let Tools { tls, settings, .. } = self.plan.tools;
        match tls.client(settings) {
            Ok(client) => {
                self.data.secure(client, self.planned.attempt.protection);
                true
            }
            Err(why) => self.fail(What::Failed(why)),
        }
    }
}
