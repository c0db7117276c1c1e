//! `ftpmode serve`: a small FTP server made for diagnosis, the known-good other end, which also plays the classic failures.
//!
//! Anonymous and read-only; what it lists and sends is computed. It speaks RFC 959 and RFC 2428 through
//! [`crate::protocol`], as the client does.
//!
//! Invariant: a client costs bounded memory and time, and can make the server dial nobody but itself.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, oneshot};
use tokio::task::{self, JoinHandle, JoinSet};
use tokio::time::sleep;

mod content;
mod control;
mod data;
mod fault;
mod session;
mod stream;
pub mod tls;

pub use fault::{Entry, FAULTS, Fault, UnknownFault};

/// How the server behaves.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Port 0 takes a free one; `[::]` takes IPv4 too.
    pub listen: SocketAddr,
    /// The ports for passive data connections; any where `None`.
    pub passive_ports: Option<RangeInclusive<u16>>,
    /// The address that 227 names; the control connection's own where `None`.
    pub advertise: Option<Ipv4Addr>,
    /// Plain alone without, and without a fault that needs it.
    pub tls: Option<tls::Settings>,
    pub faults: Vec<Fault>,
    /// How long a data connection is awaited or dialled.
    pub patience: Duration,
    /// How long a client may say nothing, or a transfer may not get on.
    pub idle: Duration,
    pub most_connections: usize,
    pub most_per_client: usize,
    /// Takes a line for each event; lines that it has no room for are lost.
    pub log: Option<mpsc::Sender<String>>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            passive_ports: None,
            advertise: None,
            tls: None,
            faults: Vec::new(),
            // Longer than three retransmissions of a SYN (1, 3 and 7 s) take.
            patience: Duration::from_secs(10),
            idle: Duration::from_secs(300),
            most_connections: 64,
            most_per_client: 8,
            log: None,
        }
    }
}

/// A running server. Dropping it ends it, and every connection that it has.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    begins_tls: Option<tls::Begin>,
    /// The accepting task ends when this is dropped.
    stop: oneshot::Sender<()>,
    accepting: JoinHandle<()>,
}

/// Starts a server on the current runtime.
pub async fn start(settings: Settings) -> io::Result<Server> {
    let listener = TcpListener::bind(settings.listen).await?;
    let address = listener.local_addr()?;
    let (stop, stopped) = oneshot::channel();
    let shared = Arc::new(Shared::new(settings)?);
    let begins_tls = shared.tls.as_ref().map(|tls| tls.begin);
    let accepting = task::spawn(accept(listener, shared, stopped));
    Ok(Server { address, begins_tls, stop, accepting })
}

impl Server {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// How TLS begins, if it is offered.
    pub fn begins_tls(&self) -> Option<tls::Begin> {
        self.begins_tls
    }

    /// Ends it and returns when all of its connections are closed.
    pub async fn stop(self) {
        drop(self.stop);
        // It fails only where the runtime itself is being shut down.
        let _ = self.accepting.await;
    }

    /// Returns when it ends, which by itself it does not.
    pub async fn wait(&mut self) {
        let _ = (&mut self.accepting).await;
    }
}

/// What all sessions share.
struct Shared {
    settings: Settings,
    faults: fault::Faults,
    ports: data::Ports,
    tls: Option<tls::Tls>,
}

impl Shared {
    fn new(settings: Settings) -> io::Result<Self> {
        let faults = fault::Faults(settings.faults.clone());
        let ports = data::Ports::new(settings.passive_ports.clone());
        let wanted = settings.tls.clone().or_else(|| faults.need_tls().then(tls::Settings::default));
        let tls = wanted.map(|tls| tls::Tls::new(&tls, settings.listen.ip(), faults.days(), faults.tickets()));
        let tls = tls.transpose()?;
        Ok(Self { settings, faults, ports, tls })
    }

    /// Logs an event of `client`. Whoever logs text that a client sent has escaped it: see [`shown`].
    fn log(&self, client: SocketAddr, event: std::fmt::Arguments<'_>) {
        if let Some(log) = &self.settings.log {
            // A reader that lags loses lines; the server does not wait for it.
            let _ = log.try_send(format!("{client} {event}"));
        }
    }
}

/// Text from a client, as it may be shown and logged: at most 200 characters, and none that a terminal would act upon.
fn shown(text: &str) -> String {
    let mut shown = String::new();
    for c in text.chars().take(200) {
        match c {
            '"' | '\'' => shown.push(c),
            _ => shown.extend(c.escape_debug()),
        }
    }
    shown
}

async fn accept(listener: TcpListener, shared: Arc<Shared>, mut stopped: oneshot::Receiver<()>) {
    let mut sessions = JoinSet::new();
    let mut clients: HashMap<task::Id, IpAddr> = HashMap::new();
    loop {
        tokio::select! {
            _ = &mut stopped => break,
            Some(ended) = sessions.join_next_with_id() => {
                let id = ended.map_or_else(|error| error.id(), |(id, ())| id);
                clients.remove(&id);
            }
            incoming = listener.accept() => match incoming {
                Ok((stream, peer)) => {
                    let ip = peer.ip().to_canonical();
                    let of_this_client = clients.values().filter(|&&other| other == ip).count();
                    if clients.len() >= shared.settings.most_connections
                        || of_this_client >= shared.faults.most_per_client(shared.settings.most_per_client)
                    {
                        turn_away(&stream);
                        shared.log(peer, format_args!("turned away: too many connections"));
                    } else {
                        let session = session::run(stream, Arc::clone(&shared));
                        clients.insert(sessions.spawn(session).id(), ip);
                    }
                }
                // Out of file descriptors, or the client is gone again: neither ends the server, nor may it spin.
                Err(_) => sleep(Duration::from_millis(50)).await,
            },
        }
    }
    sessions.shutdown().await;
}

/// A last word that waits for nothing: the new connection's send buffer is empty and takes it at once.
fn turn_away(stream: &TcpStream) {
    let _ = stream.try_write(b"421 Too many connections, try again later.\r\n");
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn a_client_cannot_write_to_the_terminal_through_the_log() {
        assert_eq!(shown("a \x1b[2J\r\n\u{202e}\0 \"é\""), r#"a \u{1b}[2J\r\n\u{202e}\0 "é""#);
        assert!(shown(&"\x1b".repeat(5000)).len() <= 200 * 6);
    }
}
