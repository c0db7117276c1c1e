//! That a socket takes no segment with less left of its life than it asks for (RFC 5082): who answers is no further away.
//! On Linux alone; elsewhere such a socket can't be had.

use std::io;
use std::net::SocketAddr;

use socket2::Socket;

/// Has the socket pass over segments whose TTL is below `least`, an RST among them.
#[cfg(target_os = "linux")]
#[allow(unsafe_code)]
pub fn set(socket: &Socket, peer: SocketAddr, least: u8) -> io::Result<()> {
    use std::os::fd::AsRawFd;

    let (level, option) = match peer {
        SocketAddr::V4(_) => (libc::IPPROTO_IP, libc::IP_MINTTL),
        SocketAddr::V6(_) => (libc::IPPROTO_IPV6, libc::IPV6_MINHOPCOUNT),
    };
    let least = libc::c_int::from(least);
    // SAFETY: the descriptor is open for the call, and the pointer and length describe `least`.
    let done = unsafe {
        libc::setsockopt(
            socket.as_raw_fd(),
            level,
            option,
            (&raw const least).cast(),
            size_of_val(&least) as libc::socklen_t,
        )
    };
    if done == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

#[cfg(not(target_os = "linux"))]
pub fn set(_: &Socket, _: SocketAddr, _: u8) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}
