//! Plays the script on one control connection.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use ftpmode::protocol::{extended, host_port};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, Interest};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::healthy::healthy;
use super::{Stage, Step, say, verb_of};

/// Plays until the client hangs up or the script ends the connection.
pub async fn connection(stream: TcpStream, stage: Arc<Stage>, index: usize) {
    stream.set_nodelay(true).expect("a socket option");
    let (local, peer) = (stream.local_addr().expect("connected"), stream.peer_addr());
    let Ok(peer) = peer else {
        // Reset before anybody looked.
        stage.note(|heard| heard.connections[index].hung_up = true);
        return;
    };
    let (reader, writer) = stream.into_split();
    let (lines_in, lines) = mpsc::unbounded_channel();
    let reading = tokio::spawn(read_lines(reader, lines_in, Arc::clone(&stage), index));
    let mut player = Player {
        stage,
        index,
        local,
        peer,
        writer: Some(writer),
        reading,
        line: 0,
        way: Way::Nothing,
        data: None,
        strangers: Vec::new(),
    };
    player.play(lines).await;
    drop(player.writer.take());
    // What the client still says is heard, and `finish` waits for it to hang up.
    let _ = player.reading.await;
}

/// Remembers each line, and hands its number on.
async fn read_lines(
    reader: OwnedReadHalf,
    lines: mpsc::UnboundedSender<(usize, String)>,
    stage: Arc<Stage>,
    index: usize,
) {
    let mut reader = BufReader::new(reader);
    loop {
        let mut raw = Vec::new();
        match reader.read_until(b'\n', &mut raw).await {
            Ok(1..) => {}
            ended => {
                stage.note(|heard| heard.connections[index].reset = ended.is_err());
                break;
            }
        }
        let line = String::from_utf8_lossy(&raw).trim_end_matches(['\r', '\n']).to_owned();
        let number = stage.note(|heard| {
            let heard = &mut heard.connections[index].lines;
            heard.push(line.clone());
            heard.len() - 1
        });
        // Nobody answers any more: the line is remembered all the same.
        let _ = lines.send((number, line));
    }
    stage.note(|heard| heard.connections[index].hung_up = true);
}

struct Player {
    stage: Arc<Stage>,
    index: usize,
    local: SocketAddr,
    peer: SocketAddr,
    writer: Option<OwnedWriteHalf>,
    reading: JoinHandle<()>,
    /// The number of the line being answered.
    line: usize,
    way: Way,
    data: Option<TcpStream>,
    strangers: Vec<TcpStream>,
}

/// What the client has negotiated last.
enum Way {
    Nothing,
    Passive(Port),
    Active(SocketAddr),
}

enum Port {
    NotYet,
    Listening(TcpListener, u16),
    Deaf(#[expect(dead_code, reason = "held for its port")] TcpSocket, u16),
    Full(
        #[expect(dead_code, reason = "held for its backlog")] TcpListener,
        #[expect(dead_code, reason = "fills it")] TcpStream,
        u16,
    ),
}

/// Why the rest of a rule is not played.
enum Cut {
    /// The rule ends early; the dialogue goes on.
    Rule,
    /// The dialogue is over.
    Dialogue,
}

impl Player {
    async fn play(&mut self, mut lines: mpsc::UnboundedReceiver<(usize, String)>) {
        let greeting = self.stage.steps_for(None).unwrap_or_else(|| vec![say("220 A scripted server.\r\n")]);
        if let Err(Cut::Dialogue) = self.perform(greeting).await {
            return;
        }
        while let Some((number, line)) = lines.recv().await {
            self.line = number;
            let verb = verb_of(&line).to_ascii_uppercase();
            let argument = line.get(verb.len()..).unwrap_or("").trim();
            match verb.as_str() {
                "PASV" | "EPSV" => self.way = Way::Passive(Port::NotYet),
                "PORT" => self.way = host_port::parse(argument).map_or(Way::Nothing, |to| Way::Active(to.into())),
                "EPRT" => self.way = extended::parse_eprt(argument).map_or(Way::Nothing, Way::Active),
                _ => {}
            }
            let steps = self.stage.steps_for(Some(&verb)).unwrap_or_else(|| healthy(&verb, self.peer));
            if let Err(Cut::Dialogue) = self.perform(steps).await {
                return;
            }
        }
    }

    async fn perform(&mut self, steps: Vec<Step>) -> Result<(), Cut> {
        for step in steps {
            let name = format!("{step:?}");
            match self.step(step).await {
                Ok(()) => {}
                Err(Failure::Cut(cut)) => return Err(cut),
                Err(Failure::ClientGone) => {
                    self.stage
                        .trouble(format!("connection {}: the client went while the script was at {name}", self.index));
                    return Err(Cut::Dialogue);
                }
            }
        }
        Ok(())
    }

    async fn step(&mut self, step: Step) -> Result<(), Failure> {
        match step {
            Step::Say(text) => self.say(&text).await?,
            Step::Pieces(pieces) => {
                for piece in pieces {
                    self.say(&piece).await?;
                    self.until_read().await;
                }
            }
            Step::SayForever(text) => {
                let Some(writer) = &mut self.writer else { return Ok(()) };
                while writer.write_all(text.as_bytes()).await.is_ok() {}
            }
            Step::DeafPort => {
                let (socket, port) = self.bound().expect("a free port");
                self.way = Way::Passive(Port::Deaf(socket, port));
            }
            Step::SilentPort => {
                let (socket, port) = self.bound().expect("a free port");
                let listener = socket.listen(0).expect("a bound socket");
                let filler = TcpStream::connect((self.local.ip(), port)).await.expect("room for one");
                self.way = Way::Passive(Port::Full(listener, filler, port));
            }
            Step::Accept => self.data = Some(self.accept().await?),
            Step::Dial => self.data = self.dial(None).await.ok(),
            Step::DialFrom(ip) => {
                let from = SocketAddr::new(ip.parse().expect("an address"), 0);
                self.strangers.extend(self.dial(Some(from)).await.ok());
            }
            Step::Join => self.join().await?,
            Step::Send(bytes) => {
                if let Some(data) = &mut self.data {
                    let _ = data.write_all(&bytes).await;
                }
            }
            Step::SendBytes(count) => self.send_bytes(count).await,
            Step::SendForever => self.send_bytes(u64::MAX).await,
            Step::CloseData => self.data = None,
            Step::ResetData => {
                if let Some(data) = self.data.take() {
                    data.set_zero_linger().expect("a socket option");
                }
            }
            Step::AwaitDataClose => {
                if let Some(data) = &mut self.data {
                    while matches!(data.read(&mut [0; 1024]).await, Ok(1..)) {}
                }
            }
            Step::AwaitReset => {
                if let Some(data) = &self.data {
                    // A FIN makes it readable; an RST alone is an error.
                    let _ = data.ready(Interest::ERROR).await;
                }
            }
            Step::Await(verb) => {
                let (stage, index, line) = (Arc::clone(&self.stage), self.index, self.line);
                let came = stage.until(|heard| {
                    let lines = &heard.connections[index].lines;
                    lines.iter().skip(line + 1).any(|line| verb_of(line).eq_ignore_ascii_case(verb))
                });
                self.unless_gone(came).await?;
            }
            Step::AwaitGoodbye => {
                let stage = Arc::clone(&self.stage);
                self.unless_gone(stage.until(|heard| heard.count("QUIT") > 0)).await?;
            }
            Step::Close => {
                self.writer = None;
                return Err(Failure::Cut(Cut::Dialogue));
            }
            Step::Reset => {
                self.reading.abort();
                let _ = (&mut self.reading).await;
                if let Some(writer) = self.writer.take() {
                    writer.as_ref().set_zero_linger().expect("a socket option");
                    // Dropping it would send FIN first.
                    writer.forget();
                }
                self.reading = tokio::spawn(std::future::ready(()));
                return Err(Failure::Cut(Cut::Dialogue));
            }
            Step::StopReading => {
                self.reading.abort();
                let _ = (&mut self.reading).await;
                self.reading = tokio::spawn(std::future::ready(()));
                let _ = self.stage.over.subscribe().wait_for(|over| *over).await;
                return Err(Failure::Cut(Cut::Dialogue));
            }
            Step::Hush => {
                self.gone().await;
                return Err(Failure::Cut(Cut::Dialogue));
            }
        }
        Ok(())
    }

    async fn say(&mut self, text: &str) -> Result<(), Failure> {
        let mut text = text.to_owned();
        if text.contains("{host-port}") || text.contains("{p1}") || text.contains("{port}") {
            let port = self.port().await;
            let [high, low] = port.to_be_bytes();
            let host_port = match self.local {
                SocketAddr::V4(local) => host_port::format(std::net::SocketAddrV4::new(*local.ip(), port)),
                SocketAddr::V6(_) => format!("0,0,0,0,{high},{low}"),
            };
            for (mark, value) in [
                ("{host-port}", host_port),
                ("{p1}", high.to_string()),
                ("{p2}", low.to_string()),
                ("{port}", port.to_string()),
            ] {
                text = text.replace(mark, &value);
            }
        }
        self.write(text.as_bytes()).await;
        Ok(())
    }

    /// That a client has hung up is heard by the reader; writing to it is no mismatch.
    async fn write(&mut self, bytes: &[u8]) {
        if let Some(writer) = &mut self.writer {
            let _ = writer.write_all(bytes).await;
        }
    }

    fn bound(&self) -> io::Result<(TcpSocket, u16)> {
        let socket = if self.local.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
        socket.bind(SocketAddr::new(self.local.ip(), 0))?;
        let port = socket.local_addr()?.port();
        Ok((socket, port))
    }

    /// The passive port, opened if there is none.
    async fn port(&mut self) -> u16 {
        if let Way::Passive(Port::Listening(_, port) | Port::Deaf(_, port) | Port::Full(_, _, port)) = &self.way {
            return *port;
        }
        let (socket, port) = self.bound().expect("a free port");
        self.way = Way::Passive(Port::Listening(socket.listen(16).expect("a bound socket"), port));
        port
    }

    async fn accept(&self) -> Result<TcpStream, Failure> {
        let accepted = async {
            match &self.way {
                Way::Passive(Port::Listening(listener, _)) => listener.accept().await.expect("a listening socket").0,
                _ => std::future::pending().await,
            }
        };
        self.unless_gone(accepted).await
    }

    async fn dial(&self, from: Option<SocketAddr>) -> io::Result<TcpStream> {
        let Way::Active(to) = self.way else { return Err(io::ErrorKind::NotConnected.into()) };
        let socket = if to.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
        if let Some(from) = from {
            socket.bind(from)?;
        }
        socket.connect(to).await
    }

    async fn join(&mut self) -> Result<(), Failure> {
        let joined = match &self.way {
            Way::Active(_) => self.dial(None).await.map_err(|error| error.to_string()),
            Way::Passive(_) => match self.accept().await {
                Ok(stream) => Ok(stream),
                // Not a step of the test's: a client may well give up on a healthy server.
                Err(_) => return Err(Failure::Cut(Cut::Dialogue)),
            },
            Way::Nothing => Err("use PORT or PASV first".to_owned()),
        };
        match joined {
            Ok(stream) => {
                self.data = Some(stream);
                Ok(())
            }
            Err(why) => {
                self.say(&format!("425 Unable to build data connection: {why}\r\n")).await?;
                Err(Failure::Cut(Cut::Rule))
            }
        }
    }

    async fn send_bytes(&mut self, mut count: u64) {
        let Some(data) = &mut self.data else { return };
        while count > 0 {
            let piece = usize::try_from(count).unwrap_or(usize::MAX).min(16 * 1024);
            if data.write_all(&vec![b'x'; piece]).await.is_err() {
                return;
            }
            count -= piece as u64;
        }
    }

    async fn gone(&self) {
        let index = self.index;
        self.stage.until(|heard| heard.connections[index].hung_up).await;
    }

    async fn unless_gone<T>(&self, work: impl Future<Output = T>) -> Result<T, Failure> {
        tokio::select! {
            biased;
            done = work => Ok(done),
            () = self.gone() => Err(Failure::ClientGone),
        }
    }

    /// Returns when the client has read all that was written, by the kernel's account of both queues.
    async fn until_read(&self) {
        let all_read = async {
            while !queues_are_empty(self.local.port(), self.peer.port()) {
                tokio::task::yield_now().await;
            }
        };
        let _ = self.unless_gone(all_read).await;
    }
}

enum Failure {
    Cut(Cut),
    /// The client hung up while a step waited for it.
    ClientGone,
}

/// Whether nothing is under way from `ours` to `theirs`, and nothing waits there to be read. Elsewhere than on Linux
/// nobody can tell, and pieces may arrive joined.
fn queues_are_empty(ours: u16, theirs: u16) -> bool {
    ["/proc/thread-self/net/tcp", "/proc/thread-self/net/tcp6"].iter().all(|table| {
        let table = std::fs::read_to_string(table).unwrap_or_default();
        table.lines().all(|row| {
            let fields: Vec<&str> = row.split_whitespace().collect();
            let port = |field: usize| {
                fields.get(field).and_then(|text| u16::from_str_radix(text.rsplit(':').next()?, 16).ok())
            };
            let Some((to_send, to_read)) = fields.get(4).and_then(|queues| queues.split_once(':')) else { return true };
            match (port(1), port(2)) {
                (Some(local), Some(remote)) if (local, remote) == (ours, theirs) => to_send == "00000000",
                (Some(local), Some(remote)) if (local, remote) == (theirs, ours) => to_read == "00000000",
                _ => true,
            }
        })
    })
}
