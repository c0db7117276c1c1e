//! `ftpmode serve` on a thread of its own, and a client for raw dialogues that does nothing unasked.

// Each test target takes what it needs.
#![allow(dead_code)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream};
use std::process::Command;
use std::thread::JoinHandle;
use std::time::Duration;

use ftpmode::protocol::host_port;
use ftpmode::protocol::reply::Reply;
use ftpmode::serve::{self, Fault, Settings};
use socket2::{Domain, Socket, Type};
use tokio::sync::oneshot;

/// A server in a thread of its own; it ends with the test.
pub struct Running {
    pub address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

pub fn serving(settings: Settings) -> Running {
    let (stop, stopped) = oneshot::channel();
    let (started, address) = std::sync::mpsc::channel();
    let thread = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let server = serve::start(settings).await.expect("a free port on loopback");
            started.send(server.address()).expect("the test waits");
            let _ = stopped.await;
            server.stop().await;
        });
    });
    let address = address.recv().expect("the server starts");
    Running { address, stop: Some(stop), thread: Some(thread) }
}

pub fn playing(faults: &[Fault]) -> Running {
    serving(Settings { faults: faults.to_vec(), ..Settings::default() })
}

/// Waits only briefly for data connections: for what ends in a 425 anyway.
pub fn playing_hastily(faults: &[Fault]) -> Running {
    serving(Settings { faults: faults.to_vec(), patience: Duration::from_millis(100), ..Settings::default() })
}

impl Running {
    /// Stops it and waits until it has stopped.
    pub fn end(&mut self) {
        self.stop.take();
        if let Some(thread) = self.thread.take() {
            thread.join().expect("the server does not panic");
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop.take();
    }
}

/// A client that does nothing unasked.
pub struct Client {
    pub stream: BufReader<TcpStream>,
}

impl Client {
    pub fn connect(server: &Running) -> Self {
        Self::dial(server.address)
    }

    pub fn dial(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).expect("the server listens");
        stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a timeout");
        Self { stream: BufReader::new(stream) }
    }

    pub fn logged_in(server: &Running) -> Self {
        let mut client = Self::connect(server);
        assert_eq!(client.reply().code, 220);
        assert_eq!(client.ask("USER anonymous").code, 331);
        assert_eq!(client.ask("PASS guest@").code, 230);
        client
    }

    pub fn send(&mut self, bytes: &[u8]) {
        self.stream.get_mut().write_all(bytes).expect("the server reads");
    }

    pub fn ask(&mut self, line: &str) -> Reply {
        self.send(format!("{line}\r\n").as_bytes());
        self.reply()
    }

    pub fn reply(&mut self) -> Reply {
        self.reply_or_end().expect("a reply")
    }

    /// The next reply; `None` where the connection ends instead.
    pub fn reply_or_end(&mut self) -> Option<Reply> {
        let mut text = String::new();
        loop {
            let mut line = String::new();
            if !matches!(self.stream.read_line(&mut line), Ok(1..)) {
                return None;
            }
            assert!(line.ends_with("\r\n"), "{line:?}");
            text += line.trim_end();
            let last = line.as_bytes()[..3].iter().all(u8::is_ascii_digit) && line.as_bytes()[3] == b' ';
            if last {
                return Reply::from_text(text);
            }
            text.push('\n');
        }
    }

    pub fn pasv(&mut self) -> SocketAddr {
        let reply = self.ask("PASV");
        SocketAddr::V4(host_port::parse(&reply.text[4..]).unwrap_or_else(|_| panic!("{reply:?}")))
    }

    pub fn own_ip(&self) -> IpAddr {
        self.stream.get_ref().local_addr().expect("an address").ip()
    }

    pub fn listen(&self) -> TcpListener {
        TcpListener::bind((self.own_ip(), 0)).expect("a free port")
    }
}

/// A port that refuses for as long as the socket is kept: bound, so nobody else gets it, and not listening.
pub fn closed_port(ip: IpAddr) -> (Socket, SocketAddr) {
    let address = SocketAddr::new(ip, 0);
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None).expect("a socket");
    socket.bind(&address.into()).expect("a free port");
    let bound = socket.local_addr().ok().and_then(|bound| bound.as_socket()).expect("an address");
    (socket, bound)
}

/// Everything that comes until the connection's orderly end.
pub fn read_all(mut stream: TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).expect("an orderly end");
    bytes
}

/// What curl makes of the server: the bytes it got, or its exit status.
pub fn curl(server: &Running, path: &str, options: &[&str]) -> Result<Vec<u8>, Option<i32>> {
    let url = format!("ftp://{}/{path}", server.address);
    let output = Command::new("curl")
        .args(["--silent", "--disable", "--noproxy", "*", "--max-time", "20"])
        .args(options)
        .arg(url)
        .output()
        .expect("curl is installed");
    if output.status.success() { Ok(output.stdout) } else { Err(output.status.code()) }
}
