//! Sockets: the one place that names them, and the only one that holds `unsafe`.
//!
//! A connection that fails tells which of five things happened. The ICMP error behind an `errno` is read from the
//! socket's error queue (Linux, unprivileged), and that before `SO_ERROR`, since reading the queue clears it and
//! `EHOSTUNREACH` alone has four meanings.

use std::fs::File;
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::ops::RangeInclusive;
use std::path::Path;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use socket2::{Domain, Protocol, SockRef, Socket, Type};
use tokio::io::Interest;
use tokio::net::UdpSocket;
pub use tokio::net::{TcpListener, TcpStream};

use crate::evidence::timeline::Icmp;
pub use arrival::{arrival, half_open, half_open_for};
pub use counters::{Tcp, received, tcp};
pub use delivery::{DELIVERY_IS_TOLD, delivery};
use error_queue::Queue;
pub use gateway::gateway;
pub use packets::Watch;
pub use way::{way, way_from};

mod arrival;
mod counters;
mod delivery;
mod error_queue;
mod gateway;
mod least_ttl;
mod packets;
mod way;

/// The port where traceroute knocks, since nobody listens there.
pub const NOBODY_LISTENS: u16 = 33_434;

/// Whether a port may be taken that a connection of a moment ago still holds (SO_REUSEADDR). On Windows that one holds
/// nothing, and the option would take the port from a program that listens there.
pub const REUSE_ADDRESS: bool = !cfg!(windows);

/// How a dial ended.
#[derive(Debug)]
pub enum Dialled {
    Connected(TcpStream),
    /// An RST answered.
    Refused,
    /// An ICMP error answered, and who sent it; or this computer has no route.
    Unreachable {
        icmp: Icmp,
        from: Option<IpAddr>,
    },
    /// This computer could not dial.
    Failed(io::Error),
}

/// Connects to `peer`, from `local` where given. The SYN leaves at once, before the future is first polled: a command
/// written next can't overtake it. Waits as long as the kernel does: the caller has the clock.
pub fn connect(local: Option<IpAddr>, peer: SocketAddr) -> impl Future<Output = Dialled> + use<> {
    connect_with(local, peer, Limits::default())
}

/// What a connection may be confined to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Limits {
    /// Hops that its packets live.
    pub ttl: Option<u8>,
    /// What an answer has to have left of its life to be taken.
    pub least_ttl: Option<u8>,
    /// Bytes of a segment that the other side is asked to keep to.
    pub segment: Option<u32>,
    /// The port that it comes from; any without.
    pub source: Option<u16>,
}

/// As [`connect`], within these limits.
pub fn connect_with(local: Option<IpAddr>, peer: SocketAddr, limits: Limits) -> impl Future<Output = Dialled> + use<> {
    dial(local, peer, limits).1
}

/// As [`connect_with`], and the port that it comes from, where it was sent.
pub fn dial(
    local: Option<IpAddr>,
    peer: SocketAddr,
    limits: Limits,
) -> (Option<u16>, impl Future<Output = Dialled> + use<>) {
    let begun = begin_connect(local, peer, limits);
    let bound = begun.as_ref().ok().and_then(|socket| socket.local_addr().ok()?.as_socket());
    let from = bound.map(|bound| bound.port()).filter(|port| *port != 0);
    let end = async move {
        match begun {
            Ok(socket) => connected(socket, peer).await,
            // It was not even sent.
            Err(error) => failure(&error, None, Icmp::NoRoute),
        }
    };
    (from, end)
}

/// tokio takes the socket over while the connection is still being made: its own `connect` would ask for `SO_ERROR` first.
async fn connected(socket: Socket, peer: SocketAddr) -> Dialled {
    let stream = match TcpStream::from_std(socket.into()) {
        Ok(stream) => stream,
        Err(error) => return Dialled::Failed(error),
    };
    let not_yet = || Err(io::ErrorKind::WouldBlock.into());
    let end = || {
        let socket = SockRef::from(&stream);
        match (error_queue::read(&socket), socket.take_error()?) {
            (None, None) if stream.peer_addr().is_ok() => Ok(None),
            // Woken for nothing: the connection is still being made.
            (None, None) => not_yet(),
            // Made, and ended by the other side before anybody looked: the first read tells of its end.
            (None, Some(error)) if is_end(&error) => Ok(None),
            (icmp, Some(error)) => Ok(Some(failure(&error, icmp, WITHOUT_WORD))),
            (Some((icmp, from)), None) => Ok(Some(Dialled::Unreachable { icmp, from })),
        }
    };
    match stream.async_io(Interest::WRITABLE | Interest::ERROR, end).await {
        Ok(None) => {
            // On a joined connection a stray ICMP error must not become a broken read.
            error_queue::set(&SockRef::from(&stream), peer, Queue::Off);
            Dialled::Connected(stream)
        }
        Ok(Some(failed)) => failed,
        Err(error) => Dialled::Failed(error),
    }
}

/// Sends an empty datagram to `peer` that lives no further than `ttl` hops, and returns the ICMP error that answers it:
/// who has the address says that the port is closed, who is on the way that the time is exceeded (RFC 792).
pub async fn knock(local: Option<IpAddr>, peer: SocketAddr, ttl: u8) -> io::Result<(Icmp, Option<IpAddr>)> {
    let socket = Socket::new(Domain::for_address(peer), Type::DGRAM, Some(Protocol::UDP))?;
    socket.set_nonblocking(true)?;
    limit(&socket, peer, ttl)?;
    error_queue::set(&socket, peer, Queue::On);
    if let Some(ip) = local {
        socket.bind(&SocketAddr::new(ip, 0).into())?;
    }
    socket.connect(&peer.into())?;
    socket.send(&[])?;
    let socket = UdpSocket::from_std(socket.into())?;
    let answer = || error_queue::read(&SockRef::from(&socket)).ok_or(io::ErrorKind::WouldBlock.into());
    socket.async_io(Interest::READABLE | Interest::ERROR, answer).await
}

/// Lets what is written from now on live no further than `ttl` hops, and has ICMP errors reported.
pub fn limit_life(stream: &TcpStream, peer: SocketAddr, ttl: u8) -> io::Result<()> {
    let socket = SockRef::from(stream);
    // What came so far is acknowledged now: later it would be with the data, and if that is lost the other side sends
    // again, which would bring forth an answer with the short life.
    #[cfg(target_os = "linux")]
    socket.set_tcp_quickack(true)?;
    error_queue::set(&socket, peer, Queue::On);
    limit(&socket, peer, ttl)
}

/// Waits until a router reports that something written on this connection lived too short; never returns where none
/// does. The kernel keeps no more of it than the errno once a connection is joined.
pub async fn life_exceeded(stream: &TcpStream) -> io::Result<()> {
    let error = || match SockRef::from(stream).take_error()? {
        Some(error) => Err(error),
        None => Err(io::ErrorKind::WouldBlock.into()),
    };
    match stream.async_io(Interest::ERROR, error).await {
        Err(error) if error.kind() == io::ErrorKind::HostUnreachable => Ok(()),
        other => other,
    }
}

/// What Linux tells everybody in this file of /proc/net (proc(5)). Elsewhere anybody may have put a file there.
fn told_in(name: &str) -> Option<File> {
    cfg!(target_os = "linux").then(|| File::open(Path::new("/proc/net").join(name)).ok())?
}

/// What Linux' TCP is set to (tcp(7)).
fn set_to(name: &str) -> Option<String> {
    cfg!(target_os = "linux").then(|| std::fs::read_to_string(Path::new("/proc/sys/net/ipv4").join(name)).ok())?
}

/// Why this system can't tell which router answers for a packet, if it can't.
pub fn why_no_hops() -> Option<&'static str> {
    (!cfg!(target_os = "linux")).then_some(
        "this system tells programs without privilege nothing of routers on the way: run the check on a Linux computer in \
         the same network",
    )
}

/// Why this system can't ask the other side for small segments, if it can't. Windows has no option for it, and macOS' was
/// never seen to work.
pub fn why_no_small_segments() -> Option<&'static str> {
    (!cfg!(target_os = "linux")).then_some(
        "this system does not let a program ask for small packets, which would show whether large ones are lost on the \
         way: run the check on a Linux computer in the same network",
    )
}

/// How long a dial may take that an RST answers. Windows sends the SYN again 500 ms after each RST, three or four times,
/// before it believes one (Microsoft's article Q175523); others believe the first.
pub fn refusal_takes(rtt: Duration) -> Duration {
    if cfg!(windows) { Duration::from_millis(2_200) + rtt * 5 } else { Duration::ZERO }
}

fn limit(socket: &Socket, peer: SocketAddr, ttl: u8) -> io::Result<()> {
    match peer {
        SocketAddr::V4(_) => socket.set_ttl_v4(u32::from(ttl)),
        SocketAddr::V6(_) => socket.set_unicast_hops_v6(u32::from(ttl)),
    }
}

/// Where in a range the next listener begins to look for its port.
static TURN: LazyLock<AtomicUsize> =
    LazyLock::new(|| AtomicUsize::new(usize::from(RandomState::new().hash_one(0).to_le_bytes()[0])));

/// Listens at `ip`: at any free port, or at a free one of `ports`, each time at another as far as there are: a server whose
/// connection to one is dropped holds on to it for a minute and more, and can't make a second. Whoever connects sends
/// segments of no more than `segment` bytes, where that is given.
pub fn listen(ip: IpAddr, ports: Option<&RangeInclusive<u16>>, segment: Option<u32>) -> io::Result<TcpListener> {
    let candidates: Box<dyn Iterator<Item = u16>> = match ports {
        Some(range) => {
            let first = TURN.fetch_add(1, Ordering::Relaxed) % range.len().max(1);
            Box::new(range.clone().cycle().skip(first).take(range.len()))
        }
        None => Box::new(std::iter::once(0)),
    };
    let mut last = io::Error::new(io::ErrorKind::InvalidInput, "the port range is empty");
    for port in candidates {
        match listen_at(SocketAddr::new(ip, port), segment) {
            Ok(listener) => return Ok(listener),
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// Closes the connection with an RST, so that nothing of it is left on either side.
pub fn reset(stream: TcpStream) {
    // Without linger the drop sends a FIN, which serves as well.
    let _ = SockRef::from(&stream).set_linger(Some(Duration::ZERO));
}

fn begin_connect(local: Option<IpAddr>, peer: SocketAddr, limits: Limits) -> io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(peer), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_nonblocking(true)?;
    if let Some(ttl) = limits.ttl {
        limit(&socket, peer, ttl)?;
    }
    if let Some(least) = limits.least_ttl {
        least_ttl::set(&socket, peer, least)?;
    }
    if let Some(segment) = limits.segment {
        ask_for_segments(&socket, segment)?;
    }
    // Commands are small and each write is one that the other side waits for.
    socket.set_tcp_nodelay(true)?;
    error_queue::set(&socket, peer, Queue::On);
    if let Some(ip) = local {
        if limits.source.is_some() {
            socket.set_reuse_address(REUSE_ADDRESS)?;
        }
        socket.bind(&SocketAddr::new(ip, limits.source.unwrap_or(0)).into())?;
    }
    match socket.connect(&peer.into()) {
        Ok(()) => Ok(socket),
        Err(error) if is_under_way(&error) => Ok(socket),
        Err(error) => Err(error),
    }
}

/// Whether `connect` only says that it has begun; for Linux' word std has no kind.
fn is_under_way(error: &io::Error) -> bool {
    #[cfg(unix)]
    let begun = error.raw_os_error() == Some(libc::EINPROGRESS);
    #[cfg(not(unix))]
    let begun = error.kind() == io::ErrorKind::WouldBlock;
    begun
}

/// Asks the other side to keep to segments of so many bytes.
#[cfg(target_os = "linux")]
fn ask_for_segments(socket: &Socket, bytes: u32) -> io::Result<()> {
    socket.set_tcp_mss(bytes)
}

#[cfg(not(target_os = "linux"))]
fn ask_for_segments(_: &Socket, _: u32) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

fn listen_at(address: SocketAddr, segment: Option<u32>) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_nonblocking(true)?;
    if let Some(segment) = segment {
        ask_for_segments(&socket, segment)?;
    }
    socket.bind(&address.into())?;
    // Room for strangers beside the server.
    socket.listen(16)?;
    TcpListener::from_std(socket.into())
}

/// What an error means that no ICMP message explains, where a dial was under way: Linux would have queued one that came.
const WITHOUT_WORD: Icmp = if cfg!(target_os = "linux") { Icmp::NoRoute } else { Icmp::NotTold };

/// Of a connection that was made: one that is turned away while it is being made reads as refused.
fn is_end(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe)
}

fn failure(error: &io::Error, icmp: Option<(Icmp, Option<IpAddr>)>, no_way: Icmp) -> Dialled {
    if let Some((icmp, from)) = icmp {
        return Dialled::Unreachable { icmp, from };
    }
    match error.kind() {
        io::ErrorKind::ConnectionRefused => Dialled::Refused,
        io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => {
            Dialled::Unreachable { icmp: no_way, from: None }
        }
        _ if is_prohibited(error) => Dialled::Unreachable { icmp: WITHOUT_WORD, from: None },
        // The kernel gave up on its own: the caller's clock says silence long before.
        _ => Dialled::Failed(io::Error::new(error.kind(), error.to_string())),
    }
}

/// What Linux makes of ICMPv6's "prohibited"; the other number of this kind is its word for what this program may not do.
#[cfg(target_os = "linux")]
fn is_prohibited(error: &io::Error) -> bool {
    error.raw_os_error() == Some(libc::EACCES)
}

/// What Windows and macOS say where a firewall of their own forbids a dial.
#[cfg(not(target_os = "linux"))]
fn is_prohibited(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::PermissionDenied
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run<T>(future: impl Future<Output = T>) -> T {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(future)
    }

    #[test]
    fn a_listener_is_reached_and_a_closed_port_refuses() {
        run(async {
            for ip in ["127.0.0.1", "::1"] {
                let ip: IpAddr = ip.parse().expect("an address");
                let listener = listen(ip, None, None).expect("a free port");
                let end = listener.local_addr().expect("its address");
                assert!(matches!(connect(None, end).await, Dialled::Connected(_)), "{end}");
                // Bound and not listening: nobody else can take the port meanwhile.
                let held = Socket::new(Domain::for_address(end), Type::STREAM, None).expect("a socket");
                held.bind(&SocketAddr::new(ip, 0).into()).expect("a free port");
                let closed = held.local_addr().ok().and_then(|bound| bound.as_socket()).expect("its address");
                assert!(matches!(connect(None, closed).await, Dialled::Refused), "{closed}");
            }
        });
    }

    #[test]
    fn a_connection_that_ended_before_anybody_looked_was_made() {
        run(async {
            let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
            let dial = connect(None, listener.local_addr().expect("its address"));
            let (accepted, _) = listener.accept().expect("a connection waits");
            SockRef::from(&accepted).set_linger(Some(std::time::Duration::ZERO)).expect("an option");
            drop(accepted);
            assert!(matches!(dial.await, Dialled::Connected(stream) if stream.local_addr().is_ok()));
        });
    }

    #[test]
    fn a_range_gives_its_first_free_port_and_then_none() {
        run(async {
            let ip: IpAddr = "127.0.0.1".parse().expect("an address");
            let first = listen(ip, None, None).expect("a free port");
            let port = first.local_addr().expect("its address").port();
            assert!(listen(ip, Some(&(port..=port)), None).is_err());
        });
    }

    #[test]
    fn a_range_gives_another_port_each_time() {
        run(async {
            let ip: IpAddr = "127.0.0.1".parse().expect("an address");
            let range = 40_000..=40_007;
            let ports = [(); 2].map(|()| {
                let listener = listen(ip, Some(&range), None).expect("a free port among eight");
                listener.local_addr().expect("its address").port()
            });
            assert_ne!(ports[0], ports[1]);
        });
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_listener_and_a_dial_ask_for_small_segments() {
        run(async {
            let ip = IpAddr::from([127, 0, 0, 1]);
            let listener = listen(ip, None, Some(536)).expect("a free port");
            let peer = listener.local_addr().expect("a bound socket");
            let whole = connect_with(None, peer, Limits::default()).await;
            let Dialled::Connected(whole) = whole else { panic!("loopback answers") };
            assert!(SockRef::from(&whole).tcp_mss().expect("an option") <= 536);

            let listener = listen(ip, None, None).expect("a free port");
            let peer = listener.local_addr().expect("a bound socket");
            let small = connect_with(None, peer, Limits { segment: Some(536), ..Limits::default() }).await;
            let Dialled::Connected(_kept) = small else { panic!("loopback answers") };
            let (accepted, _) = listener.accept().await.expect("a connection waits");
            assert!(SockRef::from(&accepted).tcp_mss().expect("an option") <= 536);
        });
    }
}
