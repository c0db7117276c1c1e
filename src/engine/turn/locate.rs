//! The search for the place on the way where passive connections end: a turn that opens no data connection lends its
//! passive port to it. Where some ports let connections in a fresh one may be open, so the very port that failed is
//! searched, as long as the server holds it.

use super::{Turn, with_port};
use crate::engine::probes::hops;
use crate::evidence::attempt::{Address, Mode};
use crate::evidence::facts::Facts;
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
    /// Sweeps the port that this data connection was dialled at in vain, where the place is not looked for otherwise.
    pub(super) async fn locate_here(&mut self) {
        let held = self.completion.is_none() && self.session.is_open();
        let at_peer = self.planned.attempt.address == Address::ControlPeer;
        if self.mode() == Mode::Active || self.joined || !held || !at_peer {
            return;
        }
        let tools = self.plan.tools;
        let failed = {
            let evidence = tools.recorder.evidence();
            let facts = Facts::of(&evidence);
            let tried = facts.tried_in(Mode::Passive).find(|tried| tried.index() == self.number);
            let (searched, located) = (facts.passive_sweep().is_some(), facts.is_located());
            let others_get_in = facts.works(Mode::Passive) || searched && !located;
            let wanted = others_get_in && !located && facts.ports_of_two_minds().is_empty();
            tried.filter(|_| wanted && evidence.not_located.is_none()).and_then(|tried| tried.dialled())
        };
        let Some(port) = failed.filter(|_| self.plan.may_look_here()) else { return };
        tools.recorder.say("Looking where on the way it ends");
        let of = Swept::passive(self.planned.attempt.verb);
        hops::sweep(tools, self.session.peer(), port, of, self.session.rtt()).await;
    }
}
