//! Sockets: the one file that names them, and the only one that holds `unsafe`.
//!
//! A connection that fails tells which of five things happened. The ICMP error behind an `errno` is read from the
//! socket's error queue (Linux, unprivileged), and that before `SO_ERROR`, since reading the queue clears it and
//! `EHOSTUNREACH` alone has four meanings.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::ops::RangeInclusive;

use socket2::{Domain, Protocol, SockRef, Socket, Type};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;
pub use tokio::net::{TcpListener, TcpStream};

use crate::evidence::timeline::Icmp;

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
pub fn connect(local: Option<IpAddr>, peer: SocketAddr) -> impl Future<Output = Dialled> {
    let begun = begin_connect(local, peer);
    async move {
        match begun {
            Ok(socket) => connected(socket, peer).await,
            Err(error) => failure(&error, None),
        }
    }
}

async fn connected(socket: Socket, peer: SocketAddr) -> Dialled {
    // SAFETY: the socket owns its descriptor, and leaves the guard only by into_inner, which unregisters it first.
    #[allow(unsafe_code)]
    let registered = unsafe { AsyncFd::register_with_interest(socket, Interest::WRITABLE | Interest::ERROR) };
    let guarded = match registered {
        Ok(guarded) => guarded,
        Err(error) => return Dialled::Failed(error.into_parts().1),
    };
    loop {
        let mut ready = match guarded.ready(Interest::WRITABLE | Interest::ERROR).await {
            Ok(ready) => ready,
            Err(error) => return Dialled::Failed(error),
        };
        let socket = guarded.get_ref();
        let icmp = error_queue::read(socket);
        match (icmp, socket.take_error()) {
            (None, Ok(None)) if socket.peer_addr().is_ok() => {
                drop(ready);
                // On a joined connection a stray ICMP error must not become a broken read.
                error_queue::set(socket, peer, Queue::Off);
                return into_stream(guarded.into_inner());
            }
            // Woken for nothing: the connection is still being made.
            (None, Ok(None)) => ready.clear_ready(),
            (icmp, Ok(Some(error))) => return failure(&error, icmp),
            (Some((icmp, from)), Ok(None)) => return Dialled::Unreachable { icmp, from },
            (_, Err(error)) => return Dialled::Failed(error),
        }
    }
}

/// Listens at `ip`: at any free port, or at the first free one of `ports`.
pub fn listen(ip: IpAddr, ports: Option<&RangeInclusive<u16>>) -> io::Result<TcpListener> {
    let candidates: Box<dyn Iterator<Item = u16>> = match ports {
        Some(range) => Box::new(range.clone()),
        None => Box::new(std::iter::once(0)),
    };
    let mut last = io::Error::new(io::ErrorKind::InvalidInput, "the port range is empty");
    for port in candidates {
        match listen_at(SocketAddr::new(ip, port)) {
            Ok(listener) => return Ok(listener),
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// Closes the connection with an RST, so that nothing of it is left on either side.
pub fn reset(stream: TcpStream) {
    // Without linger the drop sends a FIN, which serves as well.
    let _ = SockRef::from(&stream).set_linger(Some(std::time::Duration::ZERO));
}

fn begin_connect(local: Option<IpAddr>, peer: SocketAddr) -> io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(peer), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_nonblocking(true)?;
    // Commands are small and each write is one that the other side waits for.
    socket.set_tcp_nodelay(true)?;
    error_queue::set(&socket, peer, Queue::On);
    if let Some(ip) = local {
        socket.bind(&SocketAddr::new(ip, 0).into())?;
    }
    match socket.connect(&peer.into()) {
        Ok(()) => Ok(socket),
        Err(error) if error.raw_os_error() == Some(libc::EINPROGRESS) => Ok(socket),
        Err(error) => Err(error),
    }
}

fn listen_at(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    // Room for strangers beside the server.
    socket.listen(16)?;
    TcpListener::from_std(socket.into())
}

fn into_stream(socket: Socket) -> Dialled {
    match TcpStream::from_std(socket.into()) {
        Ok(stream) => Dialled::Connected(stream),
        Err(error) => Dialled::Failed(error),
    }
}

fn failure(error: &io::Error, icmp: Option<(Icmp, Option<IpAddr>)>) -> Dialled {
    if let Some((icmp, from)) = icmp {
        return Dialled::Unreachable { icmp, from };
    }
    match error.raw_os_error() {
        Some(libc::ECONNREFUSED) => Dialled::Refused,
        Some(libc::EHOSTUNREACH | libc::ENETUNREACH | libc::EACCES) => {
            Dialled::Unreachable { icmp: Icmp::NoRoute, from: None }
        }
        // The kernel gave up on its own: the caller's clock says silence long before.
        _ => Dialled::Failed(io::Error::new(error.kind(), error.to_string())),
    }
}

/// Whether ICMP errors are queued.
#[derive(Clone, Copy)]
enum Queue {
    Off = 0,
    On = 1,
}

/// ICMP errors of a TCP socket (`IP_RECVERR`, `MSG_ERRQUEUE`; TCP sockets have it since Linux 5.8).
#[cfg(target_os = "linux")]
mod error_queue {
    use std::mem::{MaybeUninit, size_of, size_of_val, zeroed};
    use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
    use std::os::fd::AsRawFd;

    use socket2::Socket;

    use super::Queue;
    use crate::evidence::timeline::Icmp;

    /// Asks the kernel to queue ICMP errors, or no more. A kernel that can't leaves the errno, which is less exact.
    #[allow(unsafe_code)]
    pub fn set(socket: &Socket, peer: SocketAddr, queue: Queue) {
        let (level, option) = match peer {
            SocketAddr::V4(_) => (libc::IPPROTO_IP, libc::IP_RECVERR),
            SocketAddr::V6(_) => (libc::IPPROTO_IPV6, libc::IPV6_RECVERR),
        };
        let on = queue as libc::c_int;
        // SAFETY: the descriptor is open for the call, and the pointer and length describe `on`.
        unsafe {
            libc::setsockopt(
                socket.as_raw_fd(),
                level,
                option,
                (&raw const on).cast(),
                size_of_val(&on) as libc::socklen_t,
            );
        }
    }

    /// The first ICMP error that waits, and who sent it.
    #[allow(unsafe_code)]
    pub fn read(socket: &Socket) -> Option<(Icmp, Option<IpAddr>)> {
        let mut control = [0u64; 64];
        let mut payload = [0u8; 64];
        let mut vector = libc::iovec { iov_base: payload.as_mut_ptr().cast(), iov_len: payload.len() };
        // SAFETY: an all-zero msghdr is a valid empty one; the pointers set below outlive the call.
        let mut message: libc::msghdr = unsafe { zeroed() };
        message.msg_iov = &raw mut vector;
        message.msg_iovlen = 1;
        message.msg_control = control.as_mut_ptr().cast();
        message.msg_controllen = size_of_val(&control);
        // SAFETY: the message describes buffers of this frame, each with its true length.
        let got =
            unsafe { libc::recvmsg(socket.as_raw_fd(), &raw mut message, libc::MSG_ERRQUEUE | libc::MSG_DONTWAIT) };
        if got < 0 {
            return None;
        }
        // SAFETY: CMSG_FIRSTHDR and CMSG_NXTHDR walk the control buffer within msg_controllen, which the kernel set;
        // each header's data is read unaligned and only where its length covers the struct read.
        unsafe {
            let mut header = libc::CMSG_FIRSTHDR(&raw const message);
            while !header.is_null() {
                let (level, kind) = ((*header).cmsg_level, (*header).cmsg_type);
                let is_error = matches!(
                    (level, kind),
                    (libc::IPPROTO_IP, libc::IP_RECVERR) | (libc::IPPROTO_IPV6, libc::IPV6_RECVERR)
                );
                let wanted =
                    libc::CMSG_LEN((size_of::<libc::sock_extended_err>() + size_of::<libc::sockaddr_in6>()) as u32);
                let wanted_v4 =
                    libc::CMSG_LEN((size_of::<libc::sock_extended_err>() + size_of::<libc::sockaddr_in>()) as u32);
                if is_error && (*header).cmsg_len as u64 >= u64::from(wanted_v4.min(wanted)) {
                    let data = libc::CMSG_DATA(header);
                    let error: libc::sock_extended_err = data.cast::<libc::sock_extended_err>().read_unaligned();
                    let offender = data.add(size_of::<libc::sock_extended_err>());
                    let room = (*header).cmsg_len as usize
                        - libc::CMSG_LEN(size_of::<libc::sock_extended_err>() as u32) as usize;
                    return kind_of(&error).map(|icmp| (icmp, offender_address(offender, room)));
                }
                header = libc::CMSG_NXTHDR(&raw const message, header);
            }
        }
        None
    }

    /// SAFETY: `data` points at `room` readable bytes.
    #[allow(unsafe_code)]
    unsafe fn offender_address(data: *const u8, room: usize) -> Option<IpAddr> {
        if room < size_of::<libc::sockaddr_in>() {
            return None;
        }
        let mut v6 = MaybeUninit::<libc::sockaddr_in6>::zeroed();
        // SAFETY: no more is copied than either side holds; an all-zero sockaddr_in6 is valid.
        let v6 = unsafe {
            std::ptr::copy_nonoverlapping(
                data,
                v6.as_mut_ptr().cast::<u8>(),
                room.min(size_of::<libc::sockaddr_in6>()),
            );
            v6.assume_init()
        };
        match libc::c_int::from(v6.sin6_family) {
            libc::AF_INET => {
                // SAFETY: `room` covers a sockaddr_in.
                let v4 = unsafe { data.cast::<libc::sockaddr_in>().read_unaligned() };
                Some(IpAddr::V4(Ipv4Addr::from(u32::from_be(v4.sin_addr.s_addr))))
            }
            libc::AF_INET6 => Some(IpAddr::V6(Ipv6Addr::from(v6.sin6_addr.s6_addr)).to_canonical()),
            _ => None,
        }
    }

    /// RFC 792, RFC 1122 section 3.2.2.1, RFC 1812 section 5.2.7.1; RFC 4443 sections 3.1 and 3.3.
    fn kind_of(error: &libc::sock_extended_err) -> Option<Icmp> {
        const FROM_ICMP: u8 = 2;
        const FROM_ICMP6: u8 = 3;
        Some(match (error.ee_origin, error.ee_type, error.ee_code) {
            (FROM_ICMP, 11, _) | (FROM_ICMP6, 3, _) => Icmp::TimeExceeded,
            (FROM_ICMP, 3, 0 | 6 | 11) | (FROM_ICMP6, 1, 0) => Icmp::Net,
            (FROM_ICMP, 3, 1 | 7 | 12) | (FROM_ICMP6, 1, 3) => Icmp::Host,
            (FROM_ICMP, 3, 2) => Icmp::Protocol,
            (FROM_ICMP, 3, 3) | (FROM_ICMP6, 1, 4) => Icmp::Port,
            (FROM_ICMP, 3, 9 | 10 | 13) | (FROM_ICMP6, 1, 1 | 5 | 6) => Icmp::AdminProhibited,
            (FROM_ICMP, 3, _) | (FROM_ICMP6, 1, _) => Icmp::Other,
            _ => return None,
        })
    }
}

/// Elsewhere the errno has to do.
#[cfg(not(target_os = "linux"))]
mod error_queue {
    use std::net::{IpAddr, SocketAddr};

    use socket2::Socket;

    use super::Queue;
    use crate::evidence::timeline::Icmp;

    pub fn set(_: &Socket, _: SocketAddr, _: Queue) {}

    pub fn read(_: &Socket) -> Option<(Icmp, Option<IpAddr>)> {
        None
    }
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
                let listener = listen(ip, None).expect("a free port");
                let end = listener.local_addr().expect("its address");
                assert!(matches!(connect(None, end).await, Dialled::Connected(_)), "{end}");
                drop(listener);
                assert!(matches!(connect(None, end).await, Dialled::Refused), "{end}");
            }
        });
    }

    #[test]
    fn a_range_gives_its_first_free_port_and_then_none() {
        run(async {
            let ip: IpAddr = "127.0.0.1".parse().expect("an address");
            let first = listen(ip, None).expect("a free port");
            let port = first.local_addr().expect("its address").port();
            assert!(listen(ip, Some(&(port..=port))).is_err());
        });
    }
}
