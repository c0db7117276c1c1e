//! A server that speaks AUTH TLS and does one thing wrong with it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use ftpmode::evidence::attempt::SMALL_SEGMENT;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use socket2::SockRef;

/// What becomes of a data connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Data {
    Whole,
    /// All bytes, and no close_notify.
    WithoutFarewell,
    /// The last record is not whole.
    CutInARecord,
    /// The connection ends in the place of a handshake.
    ClosedAtOnce,
    /// A line of text in the place of a handshake.
    Garbage,
}

/// What becomes of a control connection once AUTH TLS was agreed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    Usual,
    /// As a session of vsftpd's does: after the handshake a line in the clear, and the end.
    DiesInTheClear,
    /// No handshake is ever answered.
    Hushes,
    /// None is, unless the client asked for small segments.
    LosesLargePackets,
    /// The first of all is not.
    HushesOnce,
}

pub struct Server {
    pub address: SocketAddr,
    manner: Arc<Mutex<Manner>>,
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

const LISTING: &[u8] = b"-rw-r--r-- 1 ftp ftp 5 Jan 01 2024 hello.txt\r\n";

impl Server {
    pub fn start(config: Arc<ServerConfig>, data: Data) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("its address");
        let (manner, over) = (Arc::new(Mutex::new(Manner::Usual)), Arc::new(AtomicBool::new(false)));
        let (now, ending) = (Arc::clone(&manner), Arc::clone(&over));
        let thread = std::thread::spawn(move || {
            for control in listener.incoming().flatten() {
                if ending.load(Ordering::SeqCst) {
                    return;
                }
                let mut now = now.lock().unwrap_or_else(PoisonError::into_inner);
                let (config, manner) = (Arc::clone(&config), *now);
                if manner == Manner::HushesOnce {
                    *now = Manner::Usual;
                }
                // A client that goes in the middle is no failure of the test; with it goes the thread.
                std::thread::spawn(move || talk(control, &config, data, manner));
            }
        });
        Self { address, manner, over, thread: Some(thread) }
    }

    pub fn with(self, manner: Manner) -> Self {
        *self.manner.lock().unwrap_or_else(PoisonError::into_inner) = manner;
        self
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.over.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.address);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn talk(mut plain: TcpStream, config: &Arc<ServerConfig>, data: Data, manner: Manner) -> std::io::Result<()> {
    plain.set_nodelay(true)?;
    plain.write_all(b"220 Test.\r\n")?;
    let mut line = Vec::new();
    while !line.ends_with(b"\n") {
        let mut byte = [0];
        plain.read_exact(&mut byte)?;
        line.push(byte[0]);
    }
    plain.write_all(b"234 Go on.\r\n")?;
    let hushes = match manner {
        Manner::Hushes | Manner::HushesOnce => true,
        Manner::LosesLargePackets => SockRef::from(&plain).tcp_mss()? > SMALL_SEGMENT,
        Manner::Usual | Manner::DiesInTheClear => false,
    };
    if hushes {
        let mut hello = Vec::new();
        return plain.read_to_end(&mut hello).map(|_| ());
    }
    let mut raw = plain.try_clone()?;
    let mut control = BufReader::new(secure(plain, config)?);
    if manner == Manner::DiesInTheClear {
        let mut line = String::new();
        control.read_line(&mut line)?;
        raw.write_all(b"500 OOPS: vsftpd: refusing to run with writable root inside chroot()\r\n")?;
        return raw.shutdown(Shutdown::Both);
    }
    let mut listener = None;
    loop {
        let mut line = String::new();
        if control.read_line(&mut line)? == 0 {
            return Ok(());
        }
        let verb = line.split_whitespace().next().unwrap_or("").to_owned();
        let reply = match verb.as_str() {
            "USER" => "331 And?".to_owned(),
            "PASS" => "230 In.".to_owned(),
            "PBSZ" | "PROT" => "200 Fine.".to_owned(),
            "EPSV" => {
                let passive = TcpListener::bind("127.0.0.1:0")?;
                let port = passive.local_addr()?.port();
                listener = Some(passive);
                format!("229 Entering Extended Passive Mode (|||{port}|)")
            }
            "LIST" => {
                let (stream, _) = listener.take().ok_or(std::io::ErrorKind::NotConnected)?.accept()?;
                control.get_mut().write_all(b"150 Here.\r\n")?;
                match send(stream, config, data) {
                    Ok(()) => "226 Done.".to_owned(),
                    Err(_) => "425 TLS negotiation failed.".to_owned(),
                }
            }
            "QUIT" => return control.get_mut().write_all(b"221 Bye.\r\n"),
            _ => "502 No.".to_owned(),
        };
        control.get_mut().write_all(format!("{reply}\r\n").as_bytes())?;
    }
}

fn secure(stream: TcpStream, config: &Arc<ServerConfig>) -> std::io::Result<StreamOwned<ServerConnection, TcpStream>> {
    let connection = ServerConnection::new(Arc::clone(config)).map_err(std::io::Error::other)?;
    let mut secured = StreamOwned::new(connection, stream);
    while secured.conn.is_handshaking() {
        secured.conn.complete_io(&mut secured.sock)?;
    }
    Ok(secured)
}

/// The client's first record, whole, so that closing is no reset.
fn read_hello(stream: &mut TcpStream) -> std::io::Result<()> {
    let mut header = [0; 5];
    stream.read_exact(&mut header)?;
    let mut hello = vec![0; usize::from(u16::from_be_bytes([header[3], header[4]]))];
    stream.read_exact(&mut hello)
}

fn send(mut stream: TcpStream, config: &Arc<ServerConfig>, data: Data) -> std::io::Result<()> {
    match data {
        Data::ClosedAtOnce => {
            read_hello(&mut stream)?;
            stream.shutdown(Shutdown::Both)?;
            return Err(std::io::ErrorKind::NotConnected.into());
        }
        Data::Garbage => {
            read_hello(&mut stream)?;
            stream.write_all(b"500 OOPS: no TLS here\r\n")?;
            return Err(std::io::ErrorKind::NotConnected.into());
        }
        Data::Whole | Data::WithoutFarewell | Data::CutInARecord => {}
    }
    let mut secured = secure(stream, config)?;
    secured.write_all(LISTING)?;
    secured.flush()?;
    match data {
        Data::Whole => {
            secured.conn.send_close_notify();
            secured.conn.complete_io(&mut secured.sock)?;
        }
        // Type, version, and a length that never comes.
        Data::CutInARecord => secured.sock.write_all(&[0x17, 3, 3, 1, 0, 0xab])?,
        _ => {}
    }
    secured.sock.shutdown(Shutdown::Write)
}
