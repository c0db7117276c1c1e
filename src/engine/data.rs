//! One data connection: dialled or awaited, then read.

use std::future::{Future, pending};
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;

use tokio::io::AsyncReadExt;

use super::net::{self, Dialled, Limits, TcpListener, TcpStream};

/// Where the data connection stands.
pub enum Data {
    /// Nothing to wait for.
    None,
    Dialling(Pin<Box<dyn Future<Output = Dialled>>>),
    Listening {
        listener: TcpListener,
        server: IpAddr,
    },
    Joined {
        stream: TcpStream,
        buffer: Box<[u8]>,
    },
    Ended,
}

/// What happens next on it.
pub enum Step {
    Joined { local: SocketAddr, peer: SocketAddr },
    Stranger(SocketAddr),
    Refused,
    Unreachable(Dialled),
    Failed(String),
    Bytes(usize),
    EndOfFile,
    Reset,
}

impl Data {
    pub fn dial(local: Option<IpAddr>, peer: SocketAddr, limits: Limits) -> Self {
        Data::Dialling(Box::pin(net::connect_with(local, peer, limits)))
    }

    /// The bytes that the last step brought, so many.
    pub fn brought(&self, count: usize) -> &[u8] {
        match self {
            Data::Joined { buffer, .. } => buffer.get(..count).unwrap_or_default(),
            _ => &[],
        }
    }

    /// The joined connection, for who writes to it.
    pub fn into_stream(self) -> Option<TcpStream> {
        match self {
            Data::Joined { stream, .. } => Some(stream),
            _ => None,
        }
    }

    pub fn has_ended(&self) -> bool {
        matches!(self, Data::Ended)
    }

    /// Waits for the next thing to happen; never returns where nothing can. Dropping the future loses nothing.
    pub async fn step(&mut self) -> Step {
        match self {
            Data::None | Data::Ended => pending().await,
            Data::Dialling(dial) => {
                let ended = dial.as_mut().await;
                self.dialled(ended)
            }
            Data::Listening { listener, server } => match listener.accept().await {
                Ok((stream, peer)) if peer.ip().to_canonical() == *server => self.join(stream),
                Ok((stream, peer)) => {
                    net::reset(stream);
                    Step::Stranger(peer)
                }
                Err(error) => {
                    *self = Data::Ended;
                    Step::Failed(error.to_string())
                }
            },
            Data::Joined { stream, buffer } => match stream.read(buffer).await {
                Ok(0) => {
                    *self = Data::Ended;
                    Step::EndOfFile
                }
                Ok(count) => Step::Bytes(count),
                Err(_) => {
                    *self = Data::Ended;
                    Step::Reset
                }
            },
        }
    }

    fn dialled(&mut self, ended: Dialled) -> Step {
        match ended {
            Dialled::Connected(stream) => self.join(stream),
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

    fn join(&mut self, stream: TcpStream) -> Step {
        match (stream.local_addr(), stream.peer_addr()) {
            (Ok(local), Ok(peer)) => {
                *self = Data::Joined { stream, buffer: vec![0; 16 * 1024].into_boxed_slice() };
                Step::Joined { local, peer }
            }
            // The other end was gone before its address could be asked for.
            _ => {
                *self = Data::Ended;
                Step::Reset
            }
        }
    }
}
