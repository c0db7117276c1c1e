//! What may answer on port 21 and is no FTP server, and what may stand between: this program again, inside the namespace.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::os::fd::AsRawFd;
use std::sync::Mutex;
use std::time::Duration;

use ftpmode::engine::net::{self, Dialled, Limits};
use tokio::time::timeout;

/// The first argument that makes this program the stub; the second is the mode.
pub const ARGUMENT: &str = "--stub";

/// The mode that asks for the routers on the way twice over: see [`hops`].
pub const HOPS: &str = "hops";
/// The mode that takes over connections to others: see [`cache`].
pub const CACHE: &str = "cache";
/// The mode that takes connections to others and ends them.
pub const TAKES: &str = "takes";
/// Where they listen.
pub const CACHE_PORT: u16 = 3129;

/// Serves until the namespace goes.
pub fn run(mode: &str) {
    match mode {
        CACHE => return cache(),
        TAKES => return take(),
        HOPS => return hops(),
        _ => {}
    }
    let listener = TcpListener::bind((Ipv6Addr::UNSPECIFIED, 21)).expect("port 21 is free in a fresh namespace");
    for stream in listener.incoming().flatten() {
        let mode = mode.to_owned();
        std::thread::spawn(move || serve(stream, &mode));
    }
}

fn serve(mut stream: TcpStream, mode: &str) {
    let mut buffer = [0; 1024];
    // A client that hangs up early is its own affair.
    let _ = match mode {
        "ssh" => stream.write_all(b"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n"),
        "smtp" => stream.write_all(b"220 mail.example.com ESMTP Postfix (Debian/GNU)\r\n"),
        _ => Ok(()),
    };
    while let Ok(count @ 1..) = stream.read(&mut buffer) {
        let _ = count;
        let answer: &[u8] = match mode {
            "http" => b"HTTP/1.1 400 Bad Request\r\nServer: nginx\r\nConnection: close\r\n\r\n",
            // A fatal alert, unexpected_message, as a TLS server answers what is no ClientHello.
            "tls" => b"\x15\x03\x03\x00\x02\x02\x0a",
            "smtp" => b"500 5.5.2 Error: command not recognized\r\n",
            _ => b"",
        };
        let _ = stream.write_all(answer);
        if matches!(mode, "http" | "tls") {
            return;
        }
    }
}

/// A proxy that finds nobody behind it.
fn take() {
    let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, CACHE_PORT)).expect("the port is free in this namespace");
    listener.incoming().for_each(drop);
}

/// A proxy that nobody asked for: it fetches what a data connection brings, and gives everybody what the first one brought.
fn cache() {
    let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, CACHE_PORT)).expect("the port is free in this namespace");
    let memory: &Mutex<Option<Vec<u8>>> = Box::leak(Box::default());
    for client in listener.incoming().flatten() {
        std::thread::spawn(move || {
            let fetched = wanted_from(&client).and_then(TcpStream::connect).and_then(|mut server| {
                let mut bytes = Vec::new();
                server.read_to_end(&mut bytes).map(|_| bytes)
            });
            let Ok(fetched) = fetched else { return };
            let known = memory.lock().expect("no holder panics").get_or_insert(fetched).clone();
            let _ = (&client).write_all(&known);
        });
    }
}

/// Whom the client dialled, before the connection was redirected here.
fn wanted_from(client: &TcpStream) -> std::io::Result<SocketAddr> {
    const SO_ORIGINAL_DST: libc::c_int = 80;
    // SAFETY: zero is a value of this plain struct.
    let mut address: libc::sockaddr_in = unsafe { std::mem::zeroed() };
    let mut length = std::mem::size_of_val(&address) as libc::socklen_t;
    // SAFETY: the pointers are to values of this frame, and the length is the struct's.
    let done = unsafe {
        let at = (&raw mut address).cast();
        libc::getsockopt(client.as_raw_fd(), libc::SOL_IP, SO_ORIGINAL_DST, at, &raw mut length)
    };
    if done != 0 {
        return Err(std::io::Error::last_os_error());
    }
    let ip = Ipv4Addr::from(u32::from_be(address.sin_addr.s_addr));
    Ok(SocketAddr::from((ip, u16::from_be(address.sin_port))))
}

/// Prints for each of the three routers, and both families, what a TCP connection that lives so long is answered with, and what a datagram.
#[allow(clippy::print_stdout)]
fn hops() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        for server in ["198.18.0.20:21", "[2001:db8:4::20]:21"] {
            let server: SocketAddr = server.parse().expect("an endpoint");
            for ttl in 1..=3 {
                let dial = net::connect_with(None, server, Limits { ttl: Some(ttl), ..Limits::default() });
                let by_tcp = match timeout(Duration::from_secs(2), dial).await {
                    Ok(Dialled::Unreachable { icmp, from }) => Some((icmp, from)),
                    _ => None,
                };
                let nobody = SocketAddr::new(server.ip(), 33_434);
                let knock = timeout(Duration::from_secs(2), net::knock(None, nobody, ttl)).await;
                let by_udp = knock.ok().and_then(Result::ok);
                println!("{ttl} {by_tcp:?} {by_udp:?}");
            }
        }
    });
}
