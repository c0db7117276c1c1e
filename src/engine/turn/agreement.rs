//! The server's answer to PASV, EPSV, PORT or EPRT, and the dial that follows where it names a port.

use std::net::SocketAddr;

use tokio::time::Instant;

use super::{Next, Turn, millis, with_port};
use crate::engine::data::Data;
use crate::engine::net::Limits;
use crate::engine::session::{Came, Pace};
use crate::engine::turns::Tools;
use crate::evidence::address::{Reach, reach};
use crate::evidence::attempt::{Address, DataVerb, Mode};
use crate::evidence::timeline::{Awaited, What};
use crate::protocol::reply::Reply;
use crate::protocol::{extended, host_port};

impl Turn<'_, '_, '_> {
    /// Waits for the reply to PASV, EPSV, PORT or EPRT. `None` where none came.
    pub(super) async fn await_agreement(&mut self, begun: Instant) -> Option<Reply> {
        let budget = self.plan.tools.budget;
        // PORT needs no work: who is silent now is dialling already (pyftpdlib does), or gone.
        let patience = if self.mode() == Mode::Active { self.silence() } else { budget.reply };
        loop {
            match self.next_event(begun + patience).await {
                Next::Control(Came::Reply { reply, story, .. }) if story == self.story() => {
                    if self.in_company && reply.is_completion() && matches!(reply.code, 211..=215 | 226 | 230) {
                        // The answer to another command in the place of this one's.
                        self.session.set_out_of_step();
                        self.plan.standing.borrow_mut().pace = Pace::OneAtATime;
                        return None;
                    }
                    if !reply.is_preliminary() {
                        return Some(reply);
                    }
                }
                Next::Control(Came::Lost) => {
                    self.end_of_control();
                    return None;
                }
                Next::Control(_) => {}
                Next::Data(step) => {
                    self.on_step(step);
                }
                Next::Silence => {
                    let ms = millis(begun);
                    self.record(What::Silent { awaited: Awaited::Reply, ms });
                    if self.mode() == Mode::Active && !self.joined {
                        self.record(What::Silent { awaited: Awaited::Callback, ms });
                    }
                    return None;
                }
            }
        }
    }

    /// Reads the server's agreement and dials, where it agreed. `false` ends the turn.
    pub(super) fn act_on(&mut self, reply: &Reply) -> bool {
        if !reply.is_completion() {
            self.completion = Some(reply.clone());
            return false;
        }
        if self.mode() == Mode::Active {
            // 220 in the place of 200 is "Active mode is disabled" (Pure-FTPd).
            return reply.code != 220;
        }
        let peer = self.session.peer();
        let Some(named) = self.read_named(reply) else { return false };
        let dialled = match address_to_dial(self.plan.tools, self.planned.attempt.address, peer, named) {
            Ok(dialled) => dialled,
            Err(why) => {
                self.record(What::Failed(why));
                return false;
            }
        };
        self.record(What::Dialled(dialled));
        let segment = self.planned.attempt.load.segment();
        self.data = Data::dial(self.plan.tools.settings.bind, dialled, Limits { segment, ..Limits::default() });
        self.plan.tools.recorder.dialled_from(self.story(), self.data.dialled_from());
        true
    }

    /// The endpoint in a 227 or 229, on record; so is why it could not be read.
    pub(super) fn read_named(&mut self, reply: &Reply) -> Option<SocketAddr> {
        let peer = self.session.peer();
        let message = reply.message();
        let named = match self.planned.attempt.verb {
            DataVerb::Pasv => host_port::parse(&message).map(SocketAddr::V4),
            _ => extended::parse_229(&message)
                .map(|named| SocketAddr::new(named.address.unwrap_or(peer.ip().to_canonical()), named.port)),
        };
        match named {
            Ok(named) => {
                self.record(What::Named(named));
                Some(named)
            }
            Err(why) => {
                self.record(What::Unreadable(why.to_string()));
                None
            }
        }
    }
}

/// The endpoint to dial where 227 or 229 named one; the reason where it must not be dialled.
pub fn address_to_dial(
    tools: Tools,
    address: Address,
    peer: SocketAddr,
    named: SocketAddr,
) -> Result<SocketAddr, String> {
    let dialled = match address {
        Address::Advertised => named,
        // The peer's scope goes along: a link-local address is none without it.
        _ => with_port(peer, named.port()),
    };
    let elsewhere = dialled.ip() != peer.ip() && reach(dialled.ip()) != Reach::Public;
    if elsewhere && !tools.settings.trust_pasv_address {
        // A server must not be able to point this tool into somebody's network.
        return Err(format!("dial {dialled}: the address is not public and --trust-pasv-address was not given"));
    }
    Ok(dialled)
}
