//! Data connections (RFC 959 section 3.2), the server's end: how one is offered, joined and filled.
//!
//! Invariant: the only host ever dialled, and the only one ever accepted from, is the control connection's peer.

use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::ops::RangeInclusive;
use std::pin::pin;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use thiserror::Error;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::time::{sleep, timeout};

use super::content::Body;
use super::fault::{Callback, Flow, PassivePort};
use super::stream::Stream;
use crate::engine::net;
use crate::protocol::way::Way;

/// The port that active data connections come from where the server may use it, as RFC 959 has it and firewall rules expect it.
const ACTIVE_SOURCE_PORT: u16 = 20;

/// How long a client's port is dialled: through one retransmission of the SYN, and not as long as a check waits, so that
/// it still hears how the dial went.
const CALLBACK_PATIENCE: Duration = Duration::from_millis(2_800);

/// Most clients are no further away.
const USUAL_RTT: Duration = Duration::from_millis(200);

/// By then one repetition of the SYN was answered, if anybody answers: the way is looked at from here on.
const LOOK_AFTER: Duration = Duration::from_millis(1_200);

/// How long routers on the way are given to tell of themselves, all at once.
const ROUTERS_PATIENCE: Duration = Duration::from_millis(700);

/// The same for one of them.
const ROUTER_PATIENCE: Duration = Duration::from_millis(300);

/// What the client has negotiated.
pub enum Offer {
    Passive(TcpListener),
    /// The client's port to dial.
    Active(u16),
    /// Nobody will come; what is held keeps the port in its state.
    Void(Held),
    /// The dial is declared refused without being made.
    Refused,
}

/// What keeps a port deaf or full.
pub enum Held {
    Nothing,
    Deaf(#[expect(dead_code, reason = "held for its port")] TcpSocket),
    Full(
        #[expect(dead_code, reason = "held for its backlog")] TcpListener,
        #[expect(dead_code, reason = "fills it")] TcpStream,
    ),
}

/// Both ends of the control connection, as the data connection has to match them.
#[derive(Clone, Copy, Debug)]
pub struct Ends {
    pub local: SocketAddr,
    pub peer: SocketAddr,
}

/// Why there is no data connection; the words go into the 425 reply.
#[derive(Debug, Error)]
pub enum NotOpened {
    #[error("connection refused (ECONNREFUSED)")]
    Refused,
    #[error("timed out (ETIMEDOUT)")]
    TimedOut,
    #[error("unreachable ({0})")]
    Unreachable(&'static str),
    #[error("another address, {0}, connected")]
    Foreign(IpAddr),
    #[error("{0}")]
    Other(io::Error),
}

/// A data connection that did not come about.
#[derive(Debug)]
pub struct Missed {
    pub why: NotOpened,
    /// How far this server's packets came, where it dialled.
    pub way: Option<Way>,
}

impl fmt::Display for Missed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.why.fmt(f)
    }
}

impl From<NotOpened> for Missed {
    fn from(why: NotOpened) -> Self {
        Self { why, way: None }
    }
}

/// No port of the passive range is free.
#[derive(Debug, Error)]
#[error("no free port")]
pub struct NoFreePort;

/// The ports that passive data connections use.
pub struct Ports {
    range: Option<RangeInclusive<u16>>,
    next: AtomicU16,
}

impl Ports {
    pub fn new(range: Option<RangeInclusive<u16>>) -> Self {
        Self { range, next: AtomicU16::new(0) }
    }

    /// Holds a port open at `ip` as `kind` says; the port is returned too.
    pub async fn open(&self, ip: IpAddr, kind: PassivePort) -> Result<(Offer, u16), NoFreePort> {
        for port in self.candidates() {
            if let Ok(opened) = open_at(SocketAddr::new(ip, port), &kind).await {
                return Ok(opened);
            }
        }
        Err(NoFreePort)
    }

    /// Every port of the range once, beginning behind the last one used, so that a port in TIME_WAIT rests.
    fn candidates(&self) -> impl Iterator<Item = u16> + use<> {
        let range = self.range.clone().unwrap_or(0..=0);
        let (low, size) = (u32::from(*range.start()), u32::from(range.end().saturating_sub(*range.start())) + 1);
        let first = u32::from(self.next.fetch_add(1, Ordering::Relaxed));
        (0..size).filter_map(move |step| u16::try_from(low + (first + step) % size).ok())
    }
}

async fn open_at(address: SocketAddr, kind: &PassivePort) -> io::Result<(Offer, u16)> {
    let socket = socket_for(address.ip())?;
    match kind {
        PassivePort::Deaf => {
            socket.bind(address)?;
            let port = socket.local_addr()?.port();
            Ok((Offer::Void(Held::Deaf(socket)), port))
        }
        PassivePort::Full => {
            socket.bind(address)?;
            let listener = socket.listen(0)?;
            let address = listener.local_addr()?;
            // Linux drops further SYNs as soon as more connections wait than the backlog allows.
            let filler = TcpStream::connect(address).await?;
            Ok((Offer::Void(Held::Full(listener, filler)), address.port()))
        }
        PassivePort::Listening => {
            socket.set_reuseaddr(net::REUSE_ADDRESS)?;
            socket.bind(address)?;
            let listener = socket.listen(4)?;
            let port = listener.local_addr()?.port();
            Ok((Offer::Passive(listener), port))
        }
    }
}

impl Offer {
    /// What an accepted PORT or EPRT that names `port` comes to.
    pub fn active(port: u16, callback: Callback) -> Self {
        match callback {
            Callback::Dial => Offer::Active(port),
            Callback::Never => Offer::Void(Held::Nothing),
            Callback::Refused => Offer::Refused,
        }
    }

    /// The port that is listened at for the client.
    pub fn passive_port(&self) -> Option<u16> {
        match self {
            Offer::Passive(listener) => listener.local_addr().ok().map(|end| end.port()),
            Offer::Active(_) | Offer::Void(_) | Offer::Refused => None,
        }
    }

    /// The data connection, within `patience`. A passive one counts as coming from `claimed` where that is given.
    pub async fn join(self, ends: Ends, claimed: Option<Ipv4Addr>, patience: Duration) -> Result<TcpStream, Missed> {
        let joined = async {
            match self {
                Offer::Passive(listener) => Ok(accept(&listener, ends, claimed).await?),
                Offer::Active(port) => dial_and_look(ends, port).await,
                Offer::Refused => Err(NotOpened::Refused.into()),
                Offer::Void(_held) => std::future::pending().await,
            }
        };
        timeout(patience, joined).await.unwrap_or(Err(NotOpened::TimedOut.into()))
    }
}

/// Dials the client's port; where that is turned away, or not answered at once, sees how far packets come. The look goes on
/// from where others end with packets from the port that the client is dialled from: firewalls know that port.
async fn dial_and_look(ends: Ends, port: u16) -> Result<TcpStream, Missed> {
    let to = at_port(ends.peer, port);
    // What refuses must not seem silent.
    let patience = CALLBACK_PATIENCE.max(net::refusal_takes(USUAL_RTT));
    let mut dial = Box::pin(timeout(patience, dial(ends, port)));
    let mut look = pin!(net::way(ends.local.ip(), to, ROUTERS_PATIENCE));
    let mut way = None;
    let dialled = match timeout(LOOK_AFTER, &mut dial).await {
        Ok(Ok(Ok(stream))) => return Ok(stream),
        Ok(failed) => {
            way = look.await;
            failed
        }
        Err(_) => {
            let mut looking = true;
            loop {
                tokio::select! {
                    dialled = &mut dial => break dialled,
                    seen = &mut look, if looking => (way, looking) = (seen, false),
                }
            }
        }
    };
    let why = match dialled.unwrap_or(Err(NotOpened::TimedOut)) {
        Ok(stream) => return Ok(stream),
        Err(why) => why,
    };
    // Its socket holds the port that the look goes on from.
    drop(dial);
    if let Some(seen) = way.take() {
        way = net::way_from(at_port(ends.local, ACTIVE_SOURCE_PORT), to, seen, ROUTER_PATIENCE).await;
    }
    Err(Missed { why, way })
}

/// The control peer's address with another port: that keeps the scope of a link-local IPv6 address.
fn at_port(mut peer: SocketAddr, port: u16) -> SocketAddr {
    peer.set_port(port);
    peer
}

async fn accept(listener: &TcpListener, ends: Ends, claimed: Option<Ipv4Addr>) -> Result<TcpStream, NotOpened> {
    let (stream, peer) = listener.accept().await.map_err(NotOpened::from)?;
    let origin = claimed.map_or(peer.ip().to_canonical(), IpAddr::V4);
    if origin == ends.peer.ip() { Ok(stream) } else { Err(NotOpened::Foreign(origin)) }
}

/// Dials the control connection's peer; from port 20 where that can be had.
async fn dial(ends: Ends, port: u16) -> Result<TcpStream, NotOpened> {
    let to = at_port(ends.peer, port);
    let mut from = ends.local;
    from.set_port(ACTIVE_SOURCE_PORT);
    match dial_from(from, to).await {
        // Port 20 needs privileges, and may have carried a connection to this very port a moment ago.
        Err(error) if cannot_have_port(&error) => {
            from.set_port(0);
            dial_from(from, to).await.map_err(NotOpened::from)
        }
        dialled => dialled.map_err(NotOpened::from),
    }
}

async fn dial_from(from: SocketAddr, to: SocketAddr) -> io::Result<TcpStream> {
    let socket = socket_for(to.ip())?;
    socket.set_reuseaddr(net::REUSE_ADDRESS)?;
    socket.bind(from)?;
    socket.connect(to).await
}

fn cannot_have_port(error: &io::Error) -> bool {
    use io::ErrorKind::{AddrInUse, AddrNotAvailable, PermissionDenied};
    matches!(error.kind(), PermissionDenied | AddrInUse | AddrNotAvailable)
}

fn socket_for(ip: IpAddr) -> io::Result<TcpSocket> {
    if ip.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }
}

impl From<io::Error> for NotOpened {
    fn from(error: io::Error) -> Self {
        use io::ErrorKind as Kind;
        match error.kind() {
            Kind::ConnectionRefused => NotOpened::Refused,
            Kind::TimedOut => NotOpened::TimedOut,
            Kind::HostUnreachable => NotOpened::Unreachable("EHOSTUNREACH"),
            Kind::NetworkUnreachable => NotOpened::Unreachable("ENETUNREACH"),
            _ => NotOpened::Other(error),
        }
    }
}

/// Sends `body` and closes. Returns the bytes sent; each write has to get on within `idle`.
pub async fn send(mut stream: Stream, body: &Body, flow: Flow, idle: Duration) -> io::Result<u64> {
    let half = body.length() / 2;
    let (end, most, pause) = match flow {
        Flow::Full => (body.length(), 64 * 1024, Duration::ZERO),
        Flow::Slow => (body.length(), 64, Duration::from_micros(62_500)),
        Flow::StallHalfway | Flow::ResetHalfway => (half, 4096, Duration::ZERO),
    };
    let mut sent = 0;
    while sent < end {
        let most = usize::try_from(end - sent).map_or(most, |left| left.min(most));
        let piece = body.piece(sent, most);
        timeout(idle, stream.write_all(piece)).await.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))??;
        sent += piece.len() as u64;
        if !pause.is_zero() {
            sleep(pause).await;
        }
    }
    match flow {
        Flow::Full | Flow::Slow => stream.shutdown().await?,
        Flow::StallHalfway => wait_for_close(&mut stream, idle).await?,
        Flow::ResetHalfway => {
            stream.tcp().map_or(Ok(()), TcpStream::set_zero_linger)?;
            return Err(io::ErrorKind::ConnectionReset.into());
        }
    }
    Ok(sent)
}

/// Sends nothing until the client gives up.
async fn wait_for_close(stream: &mut Stream, idle: Duration) -> io::Result<()> {
    let mut byte = [0];
    while let Ok(Ok(1..)) = timeout(idle, stream.read(&mut byte)).await {}
    Err(io::ErrorKind::BrokenPipe.into())
}
