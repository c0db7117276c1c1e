//! The control connection: commands out, replies in, each reply filed under the command it answers.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};

use super::budget::Budget;
use super::net::TcpStream;
use super::recorder::{Recorder, Story};
use super::tls::{Client, Fault, Wire};
use crate::evidence::security::{Broken, Certificate, Protection, Security};
use crate::evidence::timeline::{Awaited, Session as Resumption, What};
use crate::protocol::command::Command;
use crate::protocol::dialect::{self, InTransfer};
use crate::protocol::reply::{Item, Reader, Reply};

/// How commands may travel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pace {
    /// Those that need no answer first go out together.
    #[default]
    Together,
    /// One, then its reply, then the next: for servers that lose their place otherwise.
    OneAtATime,
}

/// A protection level for data connections (RFC 4217 section 9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// PROT C.
    Clear,
    /// PROT P.
    Private,
}

/// Lines that are no replies, before the other side is taken for something else than an FTP server.
const MOST_NONSENSE: usize = 20;

/// A control connection with the commands that are still unanswered.
pub struct Session {
    wire: Wire,
    /// What the handshake was made for; `Plain` before.
    secured: Protection,
    /// This side of TLS; none before.
    tls: Option<Rc<Client>>,
    /// The level that the server agreed to for data connections; `None` before PROT.
    level: Option<Level>,
    asked_level: Option<Level>,
    /// The server agreed to TYPE I: bytes come as they are, and sizes are those of the files.
    image: bool,
    reader: Reader,
    buffer: Box<[u8]>,
    recorder: Recorder,
    number: usize,
    local: SocketAddr,
    peer: SocketAddr,
    /// The shortest exchange so far: a handshake may have waited for a lost packet or a neighbour's address.
    rtt: Duration,
    /// Commands sent and not finally answered: verb, the story its replies belong to, and when.
    pending: VecDeque<(&'static str, Story, Instant)>,
    nonsense: usize,
    greeted: bool,
    /// PASS was sent here: what the server says from now on may hold its argument.
    told_password: bool,
    logged_in: bool,
    /// Said before QUIT, however the connection comes to its end.
    farewell: Option<Command>,
    /// The server waits for a data connection that will not come, and reads no QUIT meanwhile.
    waits_in_vain: bool,
    product: Option<&'static str>,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Open,
    /// Replies no longer match commands.
    OutOfStep,
    Lost,
}

/// What came on the control connection.
#[derive(Debug)]
pub enum Came {
    /// A reply, the verb it answers, and whose story that is. Unasked replies (the greeting, a sudden 421) have no verb.
    Reply { reply: Reply, verb: Option<&'static str>, story: Story },
    /// A line that is no reply.
    Nonsense,
    /// The connection has ended, or speaks something else than FTP: nothing more will come.
    Lost,
}

impl Session {
    /// Takes over a joined control connection to `peer`: one that has ended meanwhile does not know it any more. `connect`
    /// is how long the TCP handshake took.
    pub fn new(stream: TcpStream, peer: SocketAddr, connect: Duration, recorder: &Recorder) -> std::io::Result<Self> {
        let local = stream.local_addr()?;
        let number = recorder.begin_control(local, peer, connect.as_secs_f64() * 1000.0);
        Ok(Self {
            wire: Wire::Plain(stream),
            secured: Protection::Plain,
            tls: None,
            level: None,
            asked_level: None,
            image: false,
            reader: Reader::new(),
            buffer: vec![0; 16 * 1024].into_boxed_slice(),
            recorder: recorder.clone(),
            number,
            local,
            peer,
            rtt: connect,
            pending: VecDeque::new(),
            nonsense: 0,
            greeted: false,
            told_password: false,
            logged_in: false,
            farewell: None,
            waits_in_vain: false,
            product: None,
            state: State::Open,
        })
    }

    pub fn number(&self) -> usize {
        self.number
    }

    pub fn local(&self) -> SocketAddr {
        self.local
    }

    pub fn peer(&self) -> SocketAddr {
        self.peer
    }

    pub fn rtt(&self) -> Duration {
        self.rtt
    }

    pub fn story(&self) -> Story {
        Story::Control(self.number)
    }

    /// Whether every command so far has its final reply and the connection stands.
    pub fn is_free(&self) -> bool {
        self.state == State::Open && self.pending.is_empty()
    }

    /// Reads the answers to its own questions, where nothing else is still to be answered.
    pub async fn read_own_answers(&mut self, patience: Duration) {
        let own = self.story();
        if self.state != State::Open || self.pending.iter().any(|(_, story, _)| *story != own) {
            return;
        }
        let answered = async { while !self.pending.is_empty() && !matches!(self.next().await, Came::Lost) {} };
        // Who does not answer is not free, and that is seen.
        let _ = tokio::time::timeout(patience, answered).await;
    }

    /// Asks for the image type, where that was not agreed to yet. It needs the control connection to itself.
    pub async fn ask_for_image_type(&mut self, patience: Duration) {
        if !self.image
            && let Ok(command) = Command::with("TYPE", "I")
        {
            self.send_own(command).await;
            self.read_own_answers(patience).await;
        }
    }

    /// What becomes of a command that travels behind a transfer command.
    pub fn in_transfer(&self) -> InTransfer {
        self.product.map_or(InTransfer::Obeyed, dialect::in_transfer)
    }

    /// What guards it: `Plain`, `Private` or `Tls12`.
    pub fn secured(&self) -> Protection {
        self.secured
    }

    /// Whether it is, or can be made, what data connections of this protection are negotiated on.
    pub fn fits(&self, protection: Protection) -> bool {
        match (self.secured, protection) {
            (Protection::Plain, Protection::Plain) => true,
            // Before the login it can still be encrypted.
            (Protection::Plain, _) => !self.logged_in,
            (Protection::Tls12, other) => other == Protection::Tls12,
            (_, other) => !matches!(other, Protection::Plain | Protection::Tls12),
        }
    }

    /// This side of TLS for data connections, where it was agreed that they are encrypted.
    pub fn tls_for_data(&self) -> Option<Rc<Client>> {
        self.tls.clone().filter(|_| self.level == Some(Level::Private))
    }

    /// The certificate that the server showed on this connection.
    pub fn certificate(&self) -> Option<Certificate> {
        self.tls.as_ref().and_then(|tls| tls.certificate())
    }

    /// The commands that bring data connections to the level that this protection wants; none where they are at it.
    pub fn commands_for(&mut self, protection: Protection) -> Vec<Command> {
        let wanted = if protection.encrypts_data() { Level::Private } else { Level::Clear };
        if self.secured == Protection::Plain || self.asked_level == Some(wanted) {
            return Vec::new();
        }
        let first = self.asked_level.replace(wanted).is_none();
        // PBSZ comes before the first PROT (RFC 4217 section 8).
        let size = first.then(|| Command::with("PBSZ", "0").ok()).flatten();
        let level = Command::with("PROT", if wanted == Level::Private { "P" } else { "C" }).ok();
        size.into_iter().chain(level).collect()
    }

    /// Shakes hands. `false` where TLS does not come about: the connection is lost then, and the record tells why.
    pub async fn secure(
        &mut self,
        client: Rc<Client>,
        protection: Protection,
        security: Security,
        patience: Duration,
    ) -> bool {
        let Wire::Plain(stream) = std::mem::replace(&mut self.wire, Wire::Gone) else { return false };
        // What came behind the 234 in the clear is nobody's word.
        self.reader = Reader::new();
        let begun = Instant::now();
        let secured = match tokio::time::timeout(patience, client.handshake(stream, protection)).await {
            Ok(Ok(secured)) => secured,
            Ok(Err(fault)) => {
                self.state = State::Lost;
                self.recorder.record(
                    self.story(),
                    match fault {
                        Fault::Reset => What::ControlReset,
                        fault => fault.event(),
                    },
                );
                return false;
            }
            Err(_) => {
                self.state = State::Lost;
                let ms = begun.elapsed().as_secs_f64() * 1000.0;
                self.recorder.record(self.story(), What::Silent { awaited: Awaited::Handshake, ms });
                return false;
            }
        };
        self.wire = secured.wire;
        self.tls = Some(Rc::clone(&client));
        self.secured = if protection == Protection::Tls12 { Protection::Tls12 } else { Protection::Private };
        let shown = (secured.session == Resumption::New).then(|| client.certificate()).flatten();
        self.recorder.secured(self.number, security, shown);
        self.recorder.record(self.story(), What::Secured { version: secured.version, session: secured.session });
        true
    }

    /// The product that its replies gave away so far.
    pub fn product(&self) -> Option<&'static str> {
        self.product
    }

    pub fn is_logged_in(&self) -> bool {
        self.logged_in
    }

    pub fn set_logged_in(&mut self) {
        self.logged_in = true;
    }

    /// What shall be said before QUIT, should this connection be ended now.
    pub fn set_farewell(&mut self, farewell: Option<Command>) {
        self.farewell = farewell;
    }

    pub fn waits_in_vain(&self) -> bool {
        self.waits_in_vain
    }

    /// Whether the server waits for a data connection that seems not to come.
    pub fn set_waits_in_vain(&mut self, waits: bool) {
        self.waits_in_vain = waits;
    }

    pub fn is_open(&self) -> bool {
        self.state == State::Open
    }

    /// Replies no longer match commands: nothing more is asked on this connection.
    pub fn set_out_of_step(&mut self) {
        self.state = State::OutOfStep;
    }

    /// Gives up on the answers to this story's commands: they belong to the connection itself from now on, and nothing that
    /// comes later is told apart for sure.
    pub fn disown(&mut self, story: Story) {
        let own = self.story();
        self.pending.iter_mut().filter(|(_, of, _)| *of == story).for_each(|(_, of, _)| *of = own);
    }

    /// Whether the next reply is the control connection's own (or a data connection's); `None` where none is awaited.
    pub fn front_is_own(&self) -> Option<bool> {
        self.pending.front().map(|(_, story, _)| *story == self.story())
    }

    /// Sends commands in one write, each with the story that it and its replies belong to.
    pub async fn send(&mut self, commands: &[(Command, Story)]) {
        let mut bytes = Vec::new();
        for (command, story) in commands {
            bytes.extend_from_slice(&command.wire());
            self.told_password |= command.verb() == "PASS";
            self.recorder.record(*story, What::Sent(command.shown()));
            self.pending.push_back((command.verb(), *story, Instant::now()));
        }
        if !bytes.is_empty() && self.wire.write_all(&bytes).await.is_err() {
            // What the server said before it went may still be there to read: reading finds the end.
            self.recorder.say("The control connection broke");
        }
    }

    /// Sends one command of the control connection's own.
    pub async fn send_own(&mut self, command: Command) {
        let story = self.story();
        self.send(&[(command, story)]).await;
    }

    /// The next thing on the control connection. Dropping the future loses nothing.
    pub async fn next(&mut self) -> Came {
        loop {
            if let Some(item) = self.reader.next_item() {
                return self.file(item);
            }
            if self.state == State::Lost {
                return Came::Lost;
            }
            match self.wire.read(&mut self.buffer).await {
                Ok(0) => self.lose(What::ControlClosed),
                Ok(count) => self.reader.feed(&self.buffer[..count]),
                Err(Fault::Reset) => self.lose(What::ControlReset),
                Err(Fault::Tls { how, words }) => {
                    // A server whose session dies may say so in the clear, in the middle of TLS: those are replies.
                    if how == Broken::NotTls {
                        self.reader.feed(self.wire.plain_text());
                    }
                    self.lose(What::TlsFailed { how, words });
                }
            }
        }
    }

    /// What came without a line end so far goes on record: all that a server says who ends no line.
    pub fn record_unfinished(&mut self) {
        let bytes = self.reader.unfinished();
        if !bytes.is_empty() {
            let text = self.without_password(bytes.iter().map(|&b| char::from(b)).collect());
            let text = text.chars().take(200).collect();
            self.recorder.record(self.story(), What::Nonsense { why: "bytes without a line end".into(), text });
        }
    }

    /// Before the server was told it, its words are its own.
    fn without_password(&self, text: String) -> String {
        if self.told_password { self.recorder.without_password(text) } else { text }
    }

    /// Keeps what TYPE and PROT were agreed to: all that this tool asks for is TYPE I. Nothing but PROT C goes with a refused PROT P.
    fn note_agreed(&mut self, verb: Option<&str>, reply: &Reply) {
        self.image |= verb == Some("TYPE") && reply.is_completion();
        if verb == Some("PROT") {
            self.level = match (reply.is_completion(), self.asked_level) {
                (true, asked) => asked,
                (false, _) => Some(Level::Clear),
            };
        }
    }

    fn lose(&mut self, how: What) {
        self.reader.finish();
        self.state = State::Lost;
        // The end of the connection belongs to the story it cuts off.
        let story = self.pending.front().map_or(self.story(), |(_, story, _)| *story);
        self.recorder.record(story, how.clone());
        if story != self.story() {
            self.recorder.record(self.story(), how);
        }
    }

    fn file(&mut self, item: Item) -> Came {
        let (verb, story) = match self.pending.front() {
            Some((verb, story, sent)) => {
                self.rtt = self.rtt.min(sent.elapsed());
                (Some(*verb), *story)
            }
            None => (None, self.story()),
        };
        match item {
            Item::Reply(Reply { code, text }) => {
                let reply = Reply { code, text: self.without_password(text) };
                self.greeted = true;
                if !reply.is_preliminary() {
                    self.pending.pop_front();
                    self.note_agreed(verb, &reply);
                    // The answer to the transfer command ends the wait for the data connection.
                    self.waits_in_vain &= !matches!(verb, Some("LIST" | "RETR"));
                }
                self.product = self.product.or_else(|| dialect::recognise(&reply));
                self.recorder.record(story, What::Replied(reply.clone()));
                Came::Reply { reply, verb, story }
            }
            Item::Nonsense { text, why } => {
                self.nonsense += 1;
                if self.nonsense <= MOST_NONSENSE {
                    let text = self.without_password(text);
                    self.recorder.record(story, What::Nonsense { why: why.to_owned(), text });
                } else {
                    self.state = State::Lost;
                }
                Came::Nonsense
            }
        }
    }
}

impl Session {
    /// Says QUIT and hears what comes of it. `false` where nothing does.
    pub async fn quit(&mut self, patience: Duration) -> bool {
        self.send_own(Command::bare("QUIT")).await;
        let answered = tokio::time::timeout(patience, self.next()).await.is_ok();
        self.state = State::Lost;
        answered
    }

    /// Ends it with QUIT. Who has to know waits until the server has ended it, too.
    pub fn leave(mut self) -> Leaving {
        self.say_goodbye();
        Leaving { wire: std::mem::replace(&mut self.wire, Wire::Gone), rtt: self.rtt }
    }

    fn say_goodbye(&mut self) {
        if std::mem::replace(&mut self.state, State::Lost) == State::Lost || !self.greeted {
            return;
        }
        let farewell = self.farewell.take();
        let cleans_up = farewell.is_some();
        for last in farewell.into_iter().chain([Command::bare("QUIT")]) {
            if self.wire.try_write(&last.wire()).is_ok() {
                self.recorder.record(self.story(), What::Sent(last.shown()));
            }
        }
        if self.waits_in_vain && !cleans_up {
            // Pure-FTPd 1.0.50 ends at the reset, and its port is free; vsftpd 3.0.3 and ProFTPD 1.3.8 wait on for a minute and
            // more, whatever comes.
            std::mem::replace(&mut self.wire, Wire::Gone).reset();
        } else {
            self.wire.announce_end();
        }
    }
}

impl Drop for Session {
    /// Every control connection that was greeted ends with QUIT, whatever ended it. What was written before the socket
    /// closes is delivered by the kernel; the 221 is not worth a round trip.
    fn drop(&mut self) {
        self.say_goodbye();
    }
}

/// A session that was ended on this side.
pub struct Leaving {
    wire: Wire,
    rtt: Duration,
}

impl Leaving {
    /// Returns when the server has ended it, too, or does not for longer than it takes to read QUIT.
    pub async fn over(mut self, budget: &Budget) {
        let mut rest = [0; 1024];
        let ended = async { while matches!(self.wire.read(&mut rest).await, Ok(1..)) {} };
        let _ = tokio::time::timeout(budget.silence(Some(self.rtt)), ended).await;
    }
}
