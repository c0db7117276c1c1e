//! One data connection: dialled or awaited, then read.

use std::future::{Future, pending};
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;

use std::rc::Rc;

use super::net::{self, Dialled, Limits, TcpListener, TcpStream};
use super::tls::{Client, Fault, Secured, Wire};
use crate::evidence::security::{Broken, Protection};
use crate::evidence::timeline::Session;

/// Where the data connection stands.
pub enum Data {
    /// Nothing to wait for.
    None,
    Dialling {
        dial: Pin<Box<dyn Future<Output = Dialled>>>,
        peer: SocketAddr,
        /// The port that it comes from, where that is known.
        from: Option<u16>,
    },
    Listening {
        listener: TcpListener,
        server: IpAddr,
    },
    Joined {
        wire: Wire,
        buffer: Box<[u8]>,
    },
    /// Joined, and reset before anybody looked: what came until then can be read (Linux), and no error tells of the end.
    Gone {
        wire: Wire,
        buffer: Box<[u8]>,
    },
    /// The handshake is under way.
    Securing(Pin<Box<dyn Future<Output = Result<Secured, Fault>>>>),
    Ended,
}

/// What happens next on it.
pub enum Step {
    Joined {
        local: SocketAddr,
        peer: SocketAddr,
    },
    Stranger(SocketAddr),
    Refused,
    Unreachable(Dialled),
    Failed(String),
    /// TLS stands.
    Secured {
        version: String,
        session: Session,
    },
    TlsFailed {
        how: Broken,
        words: String,
    },
    Bytes(usize),
    EndOfFile,
    Reset,
}

/// Bytes that are read at a time.
const READ_AT_ONCE: usize = 16 * 1024;

impl Data {
    pub fn dial(local: Option<IpAddr>, peer: SocketAddr, limits: Limits) -> Self {
        let (from, dial) = net::dial(local, peer, limits);
        Data::Dialling { dial: Box::pin(dial), peer, from }
    }

    /// The port that a dial under way comes from, where that is known.
    pub fn dialled_from(&self) -> Option<u16> {
        match self {
            Data::Dialling { from, .. } => *from,
            _ => None,
        }
    }

    /// The bytes that the last step brought, so many.
    pub fn brought(&self, count: usize) -> &[u8] {
        match self {
            Data::Joined { buffer, .. } | Data::Gone { buffer, .. } => buffer.get(..count).unwrap_or_default(),
            _ => &[],
        }
    }

    /// The joined connection, for who writes to it.
    pub fn into_wire(self) -> Option<Wire> {
        match self {
            Data::Joined { wire, .. } => Some(wire),
            _ => None,
        }
    }

    /// Begins the handshake on a connection that was just joined.
    pub fn secure(&mut self, client: Rc<Client>, protection: Protection) {
        *self = match std::mem::replace(self, Data::Ended) {
            Data::Joined { wire: Wire::Plain(stream), .. } => {
                Data::Securing(Box::pin(async move { client.handshake(stream, protection).await }))
            }
            // What came in plain is nothing that was wanted.
            Data::Gone { wire, .. } => Data::Gone { wire, buffer: Box::default() },
            other => other,
        };
    }

    /// Whether a handshake is under way.
    pub fn is_securing(&self) -> bool {
        matches!(self, Data::Securing(_))
    }

    pub fn has_ended(&self) -> bool {
        matches!(self, Data::Ended)
    }

    /// Waits for the next thing to happen; never returns where nothing can. Dropping the future loses nothing.
    pub async fn step(&mut self) -> Step {
        match self {
            Data::None | Data::Ended => pending().await,
            Data::Dialling { dial, peer, .. } => {
                let (ended, peer) = (dial.as_mut().await, *peer);
                self.dialled(ended, peer)
            }
            Data::Gone { wire, buffer } => match wire.read(buffer).await {
                Ok(count @ 1..) => Step::Bytes(count),
                Ok(0) | Err(_) => {
                    *self = Data::Ended;
                    Step::Reset
                }
            },
            Data::Listening { listener, server } => match listener.accept().await {
                Ok((stream, peer)) if peer.ip().to_canonical() == *server => {
                    // A handshake's last flight would wait for an acknowledgement. Without it, it is only slower.
                    let _ = stream.set_nodelay(true);
                    self.join(stream, peer)
                }
                Ok((stream, peer)) => {
                    net::reset(stream);
                    Step::Stranger(peer)
                }
                Err(error) => {
                    *self = Data::Ended;
                    Step::Failed(error.to_string())
                }
            },
            Data::Securing(handshake) => match handshake.as_mut().await {
                Ok(Secured { wire, version, session }) => {
                    *self = Data::Joined { wire, buffer: vec![0; READ_AT_ONCE].into_boxed_slice() };
                    Step::Secured { version, session }
                }
                Err(fault) => self.break_off(fault),
            },
            Data::Joined { wire, buffer } => match wire.read(buffer).await {
                Ok(0) => {
                    wire.announce_end();
                    *self = Data::Ended;
                    Step::EndOfFile
                }
                Ok(count) => Step::Bytes(count),
                Err(fault) => self.break_off(fault),
            },
        }
    }

    fn break_off(&mut self, fault: Fault) -> Step {
        *self = Data::Ended;
        match fault {
            Fault::Reset => Step::Reset,
            Fault::Tls { how, words } => Step::TlsFailed { how, words },
        }
    }

    fn dialled(&mut self, ended: Dialled, peer: SocketAddr) -> Step {
        match ended {
            Dialled::Connected(stream) => self.join(stream, peer),
            other => {
                *self = Data::Ended;
                match other {
                    Dialled::Refused => Step::Refused,
                    Dialled::Failed(error) => Step::Failed(error.to_string()),
                    unreachable => Step::Unreachable(unreachable),
                }
            }
        }
    }

    fn join(&mut self, stream: TcpStream, peer: SocketAddr) -> Step {
        let Ok(local) = stream.local_addr() else {
            *self = Data::Ended;
            return Step::Reset;
        };
        // One that was reset meanwhile does not know its peer any more.
        let known = stream.peer_addr().is_ok();
        let (wire, buffer) = (Wire::Plain(stream), vec![0; READ_AT_ONCE].into_boxed_slice());
        *self = if known { Data::Joined { wire, buffer } } else { Data::Gone { wire, buffer } };
        Step::Joined { local, peer }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn what_came_before_a_reset_is_read() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        let peer = listener.local_addr().expect("its address");
        let mut data = Data::dial(None, peer, Limits::default());
        let (mut accepted, _) = listener.accept().expect("a connection waits");
        std::io::Write::write_all(&mut accepted, b"a listing").expect("it is sent");
        socket2::SockRef::from(&accepted).set_linger(Some(std::time::Duration::ZERO)).expect("an option");
        drop(accepted);
        assert!(matches!(data.step().await, Step::Joined { .. }));
        assert!(matches!(data.step().await, Step::Bytes(9)));
        assert_eq!(data.brought(9), b"a listing");
        assert!(matches!(data.step().await, Step::Reset));
    }

    #[tokio::test]
    async fn a_port_that_takes_a_connection_and_resets_it_was_joined() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        let peer = listener.local_addr().expect("its address");
        let mut data = Data::dial(None, peer, Limits::default());
        let (accepted, _) = listener.accept().expect("a connection waits");
        socket2::SockRef::from(&accepted).set_linger(Some(std::time::Duration::ZERO)).expect("an option");
        drop(accepted);
        assert!(matches!(data.step().await, Step::Joined { peer: joined, .. } if joined == peer));
        assert!(matches!(data.step().await, Step::Reset));
        assert!(data.has_ended());
    }
}
