//! What may answer on port 21 and is no FTP server: this program again, inside the server's namespace.

use std::io::{Read, Write};
use std::net::{Ipv6Addr, TcpListener, TcpStream};

/// The first argument that makes this program the stub; the second is the mode.
pub const ARGUMENT: &str = "--stub";

/// Serves until the namespace goes.
pub fn run(mode: &str) {
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
