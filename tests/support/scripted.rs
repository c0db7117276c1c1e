//! A scripted FTP server on loopback: healthy by default, wrong where a test says so, and remembering all that came.
//!
//! ```ignore
//! let server = Scripted::new().on("LIST", [say("150 here\r\n"), Accept, CloseData]).start();   // no 226
//! let report = run_the_engine(server.address());
//! let heard = server.finish();                  // panics where the script was not played as written
//! assert_eq!(heard.count("PORT"), 0);
//! assert!(heard.said_goodbye());
//! ```
//!
//! What a rule does not cover is answered as a healthy server does. `on` and `greet` may be given several times for
//! the same verb: the first for its first coming on any connection, and so on; the last one stays.
//! The server runs on a thread and a runtime of its own, waits for events and never for time.

// Each test target takes what it needs.
#![allow(dead_code, clippy::print_stderr)]

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{oneshot, watch};
use tokio::task::JoinSet;
use tokio::time::timeout;

#[path = "scripted/healthy.rs"]
mod healthy;
#[path = "scripted/play.rs"]
mod play;

/// What the server does, step by step, in answer to a line.
#[derive(Clone, Debug)]
pub enum Step {
    /// Writes these bytes to the control connection, exactly. `{host-port}` is the passive port's `h1,h2,h3,h4,p1,p2`,
    /// `{p1},{p2}` its last two numbers, `{port}` the port; the port is opened where none stands yet.
    Say(String),
    /// As `Say`, each piece only after the client has read the one before: it cannot see them as one.
    Pieces(Vec<String>),
    /// Writes these bytes again and again until the client goes.
    SayForever(String),
    /// Names a port (by a later `Say`) where nobody listens: RST.
    DeafPort,
    /// Names a port whose SYNs are dropped (a full backlog; Linux).
    SilentPort,
    /// Waits for the client on the passive port.
    Accept,
    /// Dials the endpoint of the last PORT or EPRT. Succeeds or not: the test sees what the client made of it.
    Dial,
    /// Dials it from another address of this host, as a stranger: `127.0.0.9`.
    DialFrom(&'static str),
    /// Accepts or dials, as the client negotiated it. If that fails, a 425 is said and the rest is left out.
    Join,
    /// Sends over the data connection.
    Send(Vec<u8>),
    /// Sends this many bytes.
    SendBytes(u64),
    /// Sends until the client closes.
    SendForever,
    /// FIN.
    CloseData,
    /// RST.
    ResetData,
    /// Waits until the client closes the data connection.
    AwaitDataClose,
    /// Reads nothing, and waits until the client resets the data connection.
    AwaitReset,
    /// Waits until this verb has come behind the line being answered, on this connection. Its own rule plays afterwards.
    Await(&'static str),
    /// Waits until a client has said QUIT, on whichever connection: what went on there is over or given up.
    AwaitGoodbye,
    /// Closes the control connection.
    Close,
    /// Resets the control connection.
    Reset,
    /// Never reads nor answers again, and keeps the connection open until `finish`.
    StopReading,
    /// Reads and remembers, and never answers again.
    Hush,
}

/// `Say`.
pub fn say(text: impl Into<String>) -> Step {
    Step::Say(text.into())
}

/// The script, before it is started.
#[derive(Clone, Debug, Default)]
pub struct Scripted {
    rules: Vec<Rule>,
    address: Option<SocketAddr>,
}

#[derive(Clone, Debug)]
struct Rule {
    /// `None` is the greeting.
    verb: Option<&'static str>,
    steps: Vec<Step>,
    presence: Presence,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Presence {
    Required,
    Optional,
}

impl Scripted {
    pub fn new() -> Self {
        Self::default()
    }

    /// Listens here instead of `127.0.0.1:0`.
    pub fn listen(mut self, address: &str) -> Self {
        self.address = Some(address.parse().expect("an endpoint"));
        self
    }

    /// In answer to `verb`. That the verb never comes is a mismatch.
    pub fn on(self, verb: &'static str, steps: impl IntoIterator<Item = Step>) -> Self {
        self.rule(Some(verb), steps, Presence::Required)
    }

    /// In answer to `verb`, should it come.
    pub fn may(self, verb: &'static str, steps: impl IntoIterator<Item = Step>) -> Self {
        self.rule(Some(verb), steps, Presence::Optional)
    }

    /// As `on`, with one reply line; CR LF is added.
    pub fn reply(self, verb: &'static str, line: &str) -> Self {
        self.on(verb, [say(format!("{line}\r\n"))])
    }

    /// In place of the greeting.
    pub fn greet(self, steps: impl IntoIterator<Item = Step>) -> Self {
        self.rule(None, steps, Presence::Required)
    }

    fn rule(mut self, verb: Option<&'static str>, steps: impl IntoIterator<Item = Step>, presence: Presence) -> Self {
        self.rules.push(Rule { verb, steps: steps.into_iter().collect(), presence });
        self
    }

    /// Starts playing.
    pub fn start(self) -> Running {
        let (stop, stopped) = oneshot::channel();
        let (tell, told) = std::sync::mpsc::channel();
        let stage = Arc::new(Stage::new(&self.rules));
        let on_thread = Arc::clone(&stage);
        let address = self.address.unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 0)));
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                let listener = TcpListener::bind(address).await.expect("a free port on loopback");
                tell.send(listener.local_addr().expect("a bound socket")).expect("start() waits");
                serve(listener, on_thread, stopped).await;
            });
        });
        let address = told.recv().expect("the server starts");
        Running { address, stage, stop: Some(stop), thread: Some(thread) }
    }
}

/// A script being played.
pub struct Running {
    address: SocketAddr,
    stage: Arc<Stage>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// How long `finish` lets clients take to hang up: far longer than any needs.
const HANGING_UP: Duration = Duration::from_secs(10);

impl Running {
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Waits until the clients have hung up, and tells what came. Panics where the script was not played as written.
    pub fn finish(mut self) -> Heard {
        self.end();
        let mismatches = self.stage.mismatches();
        assert!(mismatches.is_empty(), "the script was not played as written:\n  {}", mismatches.join("\n  "));
        self.stage.heard().clone()
    }

    fn end(&mut self) {
        self.stop.take();
        if let Some(thread) = self.thread.take() {
            assert!(thread.join().is_ok() || std::thread::panicking(), "the scripted server panicked");
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if self.thread.is_none() {
            return;
        }
        self.stage.hurry();
        self.end();
        let mismatches = self.stage.mismatches();
        if std::thread::panicking() {
            eprintln!("scripted server heard {:#?}\nmismatches: {mismatches:#?}", self.stage.heard());
        } else {
            assert!(mismatches.is_empty(), "the script was not played as written:\n  {}", mismatches.join("\n  "));
        }
    }
}

/// What came from clients.
#[derive(Clone, Debug, Default)]
pub struct Heard {
    pub connections: Vec<Connection>,
}

/// What came over one control connection.
#[derive(Clone, Debug, Default)]
pub struct Connection {
    /// The lines as they came, without their line ends.
    pub lines: Vec<String>,
    /// The client has ended it.
    pub hung_up: bool,
    /// With RST, as what is said behind its end is answered, too.
    pub reset: bool,
}

impl Heard {
    /// All lines of all connections.
    pub fn lines(&self) -> Vec<&str> {
        self.connections.iter().flat_map(|connection| connection.lines.iter().map(String::as_str)).collect()
    }

    /// The verbs in the order they came, of all connections.
    pub fn verbs(&self) -> Vec<&str> {
        self.lines().into_iter().map(verb_of).collect()
    }

    /// How often `verb` came.
    pub fn count(&self, verb: &str) -> usize {
        self.verbs().iter().filter(|&&came| came.eq_ignore_ascii_case(verb)).count()
    }

    /// Every connection ended with QUIT.
    pub fn said_goodbye(&self) -> bool {
        self.connections.iter().all(|c| c.lines.last().is_some_and(|line| verb_of(line).eq_ignore_ascii_case("QUIT")))
    }
}

fn verb_of(line: &str) -> &str {
    line.split(' ').next().unwrap_or(line)
}

/// What the players of all connections share.
struct Stage {
    rules: Vec<Rule>,
    /// How often each rule was played.
    played: Mutex<Vec<usize>>,
    heard: Mutex<Heard>,
    trouble: Mutex<Vec<String>>,
    /// Counts everything heard, so that a step can wait for more.
    news: watch::Sender<usize>,
    /// `finish` was called.
    over: watch::Sender<bool>,
    /// The test is being given up: nobody waits for clients any more.
    hurried: watch::Sender<bool>,
}

impl Stage {
    fn new(rules: &[Rule]) -> Self {
        Self {
            rules: rules.to_vec(),
            played: Mutex::new(vec![0; rules.len()]),
            heard: Mutex::default(),
            trouble: Mutex::default(),
            news: watch::Sender::new(0),
            over: watch::Sender::new(false),
            hurried: watch::Sender::new(false),
        }
    }

    fn heard(&self) -> MutexGuard<'_, Heard> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes something heard and wakes whoever waits for it.
    fn note<T>(&self, change: impl FnOnce(&mut Heard) -> T) -> T {
        let result = change(&mut self.heard());
        self.news.send_modify(|count| *count += 1);
        result
    }

    /// Returns when `reached` holds of what was heard.
    async fn until(&self, reached: impl Fn(&Heard) -> bool) {
        // It fails only without a sender, and the stage is one.
        let _ = self.news.subscribe().wait_for(|_| reached(&self.heard())).await;
    }

    fn trouble(&self, text: String) {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner).push(text);
    }

    fn hurry(&self) {
        self.hurried.send_replace(true);
    }

    /// The steps of the next rule for `verb`: each plays once, the last one again and again.
    fn steps_for(&self, verb: Option<&str>) -> Option<Vec<Step>> {
        let mut played = self.played.lock().unwrap_or_else(PoisonError::into_inner);
        let fits = |rule: &Rule| match (rule.verb, verb) {
            (Some(wanted), Some(came)) => wanted.eq_ignore_ascii_case(came),
            (wanted, came) => wanted.is_none() && came.is_none(),
        };
        let fitting: Vec<usize> = (0..self.rules.len()).filter(|&index| fits(&self.rules[index])).collect();
        let index = *fitting.iter().find(|&&index| played[index] == 0).or(fitting.last())?;
        played[index] += 1;
        Some(self.rules[index].steps.clone())
    }

    fn mismatches(&self) -> Vec<String> {
        let played = self.played.lock().unwrap_or_else(PoisonError::into_inner);
        let mut list = self.trouble.lock().unwrap_or_else(PoisonError::into_inner).clone();
        for (rule, &times) in self.rules.iter().zip(&*played) {
            if times == 0 && rule.presence == Presence::Required {
                list.push(format!("{} never came", rule.verb.unwrap_or("a connection")));
            }
        }
        list
    }
}

async fn serve(listener: TcpListener, stage: Arc<Stage>, mut stopped: oneshot::Receiver<()>) {
    let mut players = JoinSet::new();
    let mut enter = |stream| {
        let index = stage.note(|heard| {
            heard.connections.push(Connection::default());
            heard.connections.len() - 1
        });
        players.spawn(play::connection(stream, Arc::clone(&stage), index));
    };
    loop {
        tokio::select! {
            _ = &mut stopped => break,
            incoming = listener.accept() => enter(incoming.expect("a listening socket").0),
        }
    }
    // A client may have connected and gone before anybody looked; it counts.
    let waiting = listener.into_std().expect("a listening socket");
    while let Ok((stream, _)) = waiting.accept() {
        stream.set_nonblocking(true).expect("a flag");
        enter(TcpStream::from_std(stream).expect("a stream"));
    }
    stage.over.send_replace(true);
    let hang_up = async {
        while let Some(ended) = players.join_next().await {
            if let Err(error) = ended {
                stage.trouble(format!("the script's player broke: {error}"));
            }
        }
    };
    let mut hurried = stage.hurried.subscribe();
    tokio::select! {
        _ = hurried.wait_for(|hurried| *hurried) => {}
        ended = timeout(HANGING_UP, hang_up) => if ended.is_err() {
            stage.trouble("a client never closed its control connection".to_owned());
        }
    }
}
