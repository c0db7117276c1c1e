//! One file written, measured and taken away again, in the mode that works.
//!
//! The file's name is unlike any that is there: `ftpmode-` and a time in nanoseconds. Whatever becomes of the upload, DELE
//! follows on the same control connection; where that is lost, the report says what was left behind.

use std::net::SocketAddr;
use std::time::{Duration, SystemTime};

use tokio::io::AsyncWriteExt;
use tokio::time::timeout;

use crate::engine::net::{self, Dialled, Limits, TcpStream};
use crate::engine::recorder::Story;
use crate::engine::session::{Came, Session};
use crate::engine::turns::Tools;
use crate::evidence::attempt::{Attempt, DataVerb, Load, Mode};
use crate::evidence::facts::{Facts, Tried};
use crate::evidence::timeline::{Awaited, What};
use crate::protocol::command::Command;
use crate::protocol::reply::Reply;
use crate::protocol::{extended, host_port};

/// Bytes where the user named no size.
const USUAL_SIZE: u64 = 64 * 1024;
/// Bytes written at a time.
const PIECE: usize = 16 * 1024;

/// Writes the file and takes it away. Nothing is written where no mode works.
pub async fn write(tools: Tools<'_>, session: &mut Session) {
    let evidence = tools.recorder.evidence();
    let facts = Facts::of(&evidence);
    let working = facts.tried().iter().find(|tried| tried.works() && tried.attempt().load.is_usual());
    let Some(verb) = working.map(Tried::verb) else {
        let attempt = Attempt { load: Load::Upload, ..Attempt::usual(DataVerb::Pasv) };
        return tools.recorder.not_tried(attempt, "no mode works that a file could be uploaded in");
    };
    let attempt = Attempt { load: Load::Upload, ..Attempt::usual(verb) };
    let number = tools.recorder.begin_attempt(attempt, session.number());
    tools.recorder.say("Uploading a file");
    let nanoseconds = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_nanos());
    let name = format!("ftpmode-{nanoseconds}.tmp");
    let mut upload = Upload { tools, session, story: Story::Attempt(number), name, refused: None };
    upload.run(verb).await;
    tools.recorder.end_attempt(number);
}

struct Upload<'t, 's> {
    tools: Tools<'t>,
    session: &'s mut Session,
    story: Story,
    name: String,
    /// The server's last word on the upload, where it came before the data connection did.
    refused: Option<Reply>,
}

impl Upload<'_, '_> {
    async fn run(&mut self, verb: DataVerb) {
        let Some(store) = self.command("STOR") else { return };
        // Servers tell sizes in the image type alone.
        if let Ok(image) = Command::with("TYPE", "I") {
            self.session.send_own(image).await;
            let story = self.session.story();
            self.final_reply(story).await;
        }
        let Some(way) = self.negotiate(verb).await else { return };
        // Should the check be ended from here on, the file goes with the control connection.
        self.session.set_farewell(self.command("DELE"));
        self.session.send(&[(store, self.story)]).await;
        if let Some(stream) = self.join(way).await {
            self.send(stream).await;
        }
        let closing = match self.refused.take() {
            Some(refused) => Some(refused),
            None => self.final_reply(self.story).await,
        };
        if closing.is_some_and(|reply| reply.is_completion()) {
            self.ask("SIZE").await;
        }
        let deleted = self.ask("DELE").await.is_some_and(|reply| reply.is_completion() || reply.code == 550);
        self.session.set_farewell(None);
        if !deleted {
            self.tools.recorder.left_behind(&self.name);
        }
    }

    fn command(&self, verb: &'static str) -> Option<Command> {
        Command::with(verb, self.name.clone()).ok()
    }

    /// PASV and its like, and what the answer leads to.
    async fn negotiate(&mut self, verb: DataVerb) -> Option<Way> {
        let recorder = self.tools.recorder;
        let peer = self.session.peer();
        if verb.mode() == Mode::Active {
            let ip = self.session.local().ip();
            let listener = net::listen(ip, self.tools.settings.active_ports.as_ref()).ok()?;
            let named = SocketAddr::new(ip.to_canonical(), listener.local_addr().ok()?.port());
            recorder.record(self.story, What::Listening(named));
            recorder.record(self.story, What::Named(named));
            let argument = match (verb, named) {
                (DataVerb::Port, SocketAddr::V4(v4)) => host_port::format(v4),
                _ => extended::format(named),
            };
            self.session.send(&[(Command::with(verb.name(), argument).ok()?, self.story)]).await;
            let agreed = self.final_reply(self.story).await?.is_completion();
            return agreed.then_some(Way::Listen(listener));
        }
        self.session.send(&[(Command::bare(verb.name()), self.story)]).await;
        let reply = self.final_reply(self.story).await.filter(Reply::is_completion)?;
        let message = reply.message();
        let port = match verb {
            DataVerb::Pasv => host_port::parse(&message).ok()?.port(),
            _ => extended::parse_229(&message).ok()?.port,
        };
        let mut end = peer;
        end.set_port(port);
        recorder.record(self.story, What::Named(end));
        recorder.record(self.story, What::Dialled(end));
        Some(Way::Dial(end))
    }

    async fn join(&mut self, way: Way) -> Option<TcpStream> {
        let silence = self.tools.budget.silence(Some(self.session.rtt()));
        let (what, stream) = match way {
            Way::Dial(end) => {
                let dial = net::connect_with(self.tools.settings.bind, end, Limits::default());
                let Ok(Dialled::Connected(stream)) = timeout(silence, dial).await else {
                    return self.missed(Awaited::Connect, silence);
                };
                let (local, peer) = (stream.local_addr().ok()?, stream.peer_addr().ok()?);
                (What::Connected { local, peer }, stream)
            }
            Way::Listen(listener) => {
                let story = self.story;
                let accepted = tokio::select! {
                    accepted = timeout(silence, listener.accept()) => accepted,
                    reply = self.final_reply(story) => {
                        self.refused = reply;
                        return None;
                    }
                };
                let Ok(Ok((stream, peer))) = accepted else { return self.missed(Awaited::Callback, silence) };
                (What::Accepted { local: stream.local_addr().ok()?, peer }, stream)
            }
        };
        self.tools.recorder.record(self.story, what);
        Some(stream)
    }

    fn missed(&self, awaited: Awaited, silence: Duration) -> Option<TcpStream> {
        self.tools.recorder.record(self.story, What::Silent { awaited, ms: silence.as_secs_f64() * 1000.0 });
        None
    }

    /// Writes it all, or until nothing is taken any more.
    async fn send(&mut self, mut stream: TcpStream) {
        let size = self.tools.settings.transfer_size.unwrap_or(USUAL_SIZE);
        let patience = self.tools.budget.reply;
        let piece = [b'.'; PIECE];
        let mut sent = 0;
        while sent < size {
            let most = usize::try_from(size - sent).map_or(PIECE, |left| left.min(PIECE));
            match timeout(patience, stream.write_all(&piece[..most])).await {
                Ok(Ok(())) => sent += most as u64,
                Ok(Err(_)) => {
                    self.tools.recorder.record(self.story, What::Uploaded(sent));
                    self.tools.recorder.record(self.story, What::Reset);
                    return;
                }
                Err(_) => {
                    self.tools.recorder.record(self.story, What::Uploaded(sent));
                    let ms = patience.as_secs_f64() * 1000.0;
                    self.tools.recorder.record(self.story, What::Silent { awaited: Awaited::Bytes, ms });
                    net::reset(stream);
                    return;
                }
            }
        }
        self.tools.recorder.record(self.story, What::Uploaded(sent));
        let _ = stream.shutdown().await;
    }

    /// Asks of the file on the control connection's own account.
    async fn ask(&mut self, verb: &'static str) -> Option<Reply> {
        let command = self.command(verb)?;
        self.session.send_own(command).await;
        let story = self.session.story();
        self.final_reply(story).await
    }

    async fn final_reply(&mut self, wanted: Story) -> Option<Reply> {
        let wait = async {
            loop {
                match self.session.next().await {
                    Came::Reply { reply, story, .. } if story == wanted && !reply.is_preliminary() => {
                        return Some(reply);
                    }
                    Came::Lost => return None,
                    _ => {}
                }
            }
        };
        let patience = self.tools.budget.reply;
        match timeout(patience, wait).await {
            Ok(reply) => reply,
            Err(_) => {
                let ms = patience.as_secs_f64() * 1000.0;
                self.tools.recorder.record(wanted, What::Silent { awaited: Awaited::Reply, ms });
                None
            }
        }
    }
}

enum Way {
    Dial(SocketAddr),
    Listen(net::TcpListener),
}
