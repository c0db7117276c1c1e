//! Watching packets before this computer's own firewall sees them (packet(7), Linux, with CAP_NET_RAW): SYN, SYN-ACK and
//! RST between this computer and the server.
//!
//! What a firewall's input rules drop was seen here all the same; what was dropped further away was not.

use std::io;
use std::net::IpAddr;

#[cfg(target_os = "linux")]
use tokio::io::unix::AsyncFd;

use crate::evidence::timeline::Packet;

/// An open watch on one server's packets.
pub struct Watch {
    #[cfg(target_os = "linux")]
    guarded: AsyncFd<socket2::Socket>,
}

impl Watch {
    /// Whether this system has a way to watch them at all.
    pub const POSSIBLE: bool = cfg!(target_os = "linux");
}

#[cfg(not(target_os = "linux"))]
impl Watch {
    pub fn open(_: IpAddr) -> io::Result<Self> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub fn waiting(&self) -> Option<Packet> {
        None
    }

    pub async fn next(&self) -> io::Result<Packet> {
        std::future::pending().await
    }
}

#[cfg(target_os = "linux")]
impl Watch {
    /// Fails where this program may not watch.
    pub fn open(server: IpAddr) -> io::Result<Self> {
        use socket2::{Domain, Protocol, Socket, Type};

        // Packets that leave are shown to those alone who watch all kinds.
        let all = i32::from((libc::ETH_P_ALL as u16).to_be());
        let socket = Socket::new(Domain::PACKET, Type::DGRAM, Some(Protocol::from(all)))?;
        socket.set_nonblocking(true)?;
        socket.attach_filter(&filter(server))?;
        Ok(Self { guarded: guard(socket)? })
    }

    /// The next packet, if one waits.
    pub fn waiting(&self) -> Option<Packet> {
        loop {
            match read(self.guarded.get_ref()) {
                Ok(Some(packet)) => return Some(packet),
                Ok(None) => {}
                Err(_) => return None,
            }
        }
    }

    /// The next packet. Dropping the future loses nothing.
    pub async fn next(&self) -> io::Result<Packet> {
        loop {
            let mut ready = self.guarded.readable().await?;
            match ready.try_io(|guarded| read(guarded.get_ref())) {
                Ok(Ok(Some(packet))) => return Ok(packet),
                Ok(Ok(None)) | Err(_) => {}
                Ok(Err(error)) => return Err(error),
            }
        }
    }
}

#[cfg(target_os = "linux")]
fn guard(socket: socket2::Socket) -> io::Result<AsyncFd<socket2::Socket>> {
    // SAFETY: the socket owns its descriptor, and stays in the guard until both are dropped.
    #[allow(unsafe_code)]
    let registered = unsafe { AsyncFd::register_with_interest(socket, tokio::io::Interest::READABLE) };
    registered.map_err(|error| error.into_parts().1)
}

/// Lets through what comes from `server` or goes there: the last 32 bits of an IPv6 address will do, since every packet
/// is read again.
#[cfg(target_os = "linux")]
fn filter(server: IpAddr) -> [socket2::SockFilter; 6] {
    use socket2::SockFilter;

    let load_word = (libc::BPF_LD | libc::BPF_W | libc::BPF_ABS) as u16;
    let equal = (libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K) as u16;
    let ret = (libc::BPF_RET | libc::BPF_K) as u16;
    let (source, destination, address) = match server {
        IpAddr::V4(v4) => (12, 16, u32::from(v4)),
        IpAddr::V6(v6) => (20, 36, u128::from(v6) as u32),
    };
    [
        SockFilter::new(load_word, 0, 0, source),
        SockFilter::new(equal, 2, 0, address),
        SockFilter::new(load_word, 0, 0, destination),
        SockFilter::new(equal, 0, 1, address),
        SockFilter::new(ret, 0, 0, 128),
        SockFilter::new(ret, 0, 0, 0),
    ]
}

#[cfg(target_os = "linux")]
fn read(socket: &socket2::Socket) -> io::Result<Option<Packet>> {
    use std::io::Read;

    let mut bytes = [0; 128];
    let mut reader: &socket2::Socket = socket;
    let count = reader.read(&mut bytes)?;
    Ok(Packet::parse(&bytes[..count]))
}
