//! Passive ports behind one that did not answer: the transfer command waits for the data connection.
//!
//! A server that has read LIST and waits for the data connection reads nothing else: vsftpd 3.0.3 and ProFTPD 1.3.8 hold
//! its port and its session for a minute and more, whatever comes on the control connection. Without LIST both are over
//! with the next PASV, or with QUIT. The first dial of a check goes without this care, which costs a round trip.

use tokio::time::Instant;

use super::{Next, Turn};
use crate::engine::data::Data;
use crate::engine::negotiation::Left;
use crate::engine::session::Came;
use crate::engine::turns::Manner;
use crate::evidence::attempt::Mode;
use crate::evidence::timeline::Awaited;
use crate::protocol::command::Command;

/// What became of a dial before the transfer command.
pub(super) enum Joining {
    /// The data connection stands, or need not be waited for.
    TransferMayGo,
    Failed,
    /// It is waited for beside all else.
    Left,
}

impl Turn<'_, '_, '_> {
    /// Waits for the data connection, where passive ports were not answered before.
    pub(super) async fn join_carefully(&mut self, dialled: Instant) -> Joining {
        let whole = dialled + self.silence();
        let patience = self.plan.tools.budget.first_answer(self.session.rtt());
        let mut until = dialled + patience;
        let mut asked = false;
        let careful = self.mode() == Mode::Passive && self.plan.standing.borrow().passive_suspect;
        while careful && !self.joined && !self.data.has_ended() {
            match self.next_event(until).await {
                Next::Data(step) => {
                    if !self.on_step(step) {
                        self.dial_again().await;
                        return Joining::Failed;
                    }
                }
                Next::Control(Came::Lost) => break,
                // Answers to the questions that came along with the login.
                Next::Control(_) => {}
                // The other end knows whether anything arrived, as long as the port stands.
                Next::Silence if !asked && self.session.product() == Some("ftpmode") => {
                    asked = true;
                    until = Instant::now() + patience;
                    self.session.send_own(Command::bare("STAT")).await;
                }
                Next::Silence if self.planned.manner != Manner::Patient => {
                    // Who leaves takes the answer along; a busy server may owe it still.
                    self.session.read_own_answers(whole.saturating_duration_since(Instant::now())).await;
                    self.locate_here().await;
                    let data = std::mem::replace(&mut self.data, Data::None);
                    let (number, planned, counter) = (self.number, self.planned, self.counter);
                    self.plan.leave(Left { number, planned, data, until: whole, since: dialled, counter });
                    return Joining::Left;
                }
                Next::Silence if until < whole => until = whole,
                Next::Silence => {
                    self.record_silence(Awaited::Connect, dialled);
                    return Joining::Failed;
                }
            }
        }
        Joining::TransferMayGo
    }
}
