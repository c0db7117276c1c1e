//! The turn that opens no data connection: it lends its passive port to the search for the place on the way.

use super::{Turn, with_port};
use crate::engine::probes::hops;
use crate::evidence::sweep::Swept;
use crate::protocol::reply::Reply;

impl Turn<'_, '_, '_> {
    /// Sweeps the port that `reply` names, at the control connection's peer. The port stays open meanwhile, since
    /// nothing else is said on this control connection.
    pub(super) async fn locate(&mut self, reply: Option<Reply>) {
        let tools = self.plan.tools;
        let verb = self.planned.attempt.verb;
        let Some(reply) = reply.as_ref().filter(|reply| reply.is_completion()) else {
            // What went wrong before may have ended this session (vsftpd's "500 OOPS"): another may give a port.
            self.session.set_out_of_step();
            return match reply {
                _ if self.plan.locates_again(self.planned) => {}
                Some(_) => tools.recorder.not_located(format!("the server refused a further {}", verb.name())),
                None => tools.recorder.not_located("a further passive port was not to be had"),
            };
        };
        let Some(named) = self.read_named(reply) else {
            return tools.recorder.not_located(format!("the answer to a further {} could not be read", verb.name()));
        };
        let peer = self.session.peer();
        tools.recorder.say("Looking where on the way it ends");
        hops::sweep(tools, peer, with_port(peer, named.port()), Swept::passive(verb), self.session.rtt()).await;
    }
}
