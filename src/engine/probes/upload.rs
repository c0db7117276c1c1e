//! One file written, measured and taken away again, in the mode that works.
//!
//! The file's name is unlike any that is there: `ftpmode-` and a time in nanoseconds. Whatever becomes of the upload, DELE
//! follows on the same control connection; where that is lost, or the server does not confirm it, the report says what
//! may be left behind.
//!
//! An upload that stalls is broken off, so that its own reply comes before the next command's, and made once more in
//! small segments: what gets through then is the packets' size.

use std::net::SocketAddr;
use std::time::{Duration, SystemTime};

use tokio::time::{Instant, sleep_until, timeout};

use crate::engine::data::{Data, Step};
use crate::engine::negotiation::{active_command, address_to_name};
use crate::engine::net::{self, Dialled, Limits};
use crate::engine::recorder::Story;
use crate::engine::session::{Came, Session};
use crate::engine::tls::Wire;
use crate::engine::turn::{address_to_dial, millis};
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
    let Some(working) = Facts::of(&evidence).working().map(Tried::attempt) else {
        let attempt = Attempt { load: Load::Upload, ..Attempt::usual(DataVerb::Pasv) };
        return tools.recorder.not_tried(attempt, "no mode works that a file could be uploaded in");
    };
    let attempt = Attempt { load: Load::Upload, ..working };
    if write_once(tools, session, attempt).await && session.is_free() {
        let small = Attempt { load: attempt.load.in_small_segments(), ..attempt };
        match net::why_no_small_segments() {
            Some(why) => tools.recorder.not_tried(small, why),
            None => _ = write_once(tools, session, small).await,
        }
    }
}

/// `true` where the data connection stood, its bytes did not get through, and nothing is left of it.
async fn write_once(tools: Tools<'_>, session: &mut Session, attempt: Attempt) -> bool {
    let number = tools.recorder.begin_attempt(attempt, session.number());
    tools.recorder.say("Uploading a file");
    let nanoseconds = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_nanos());
    let name = format!("ftpmode-{nanoseconds}.tmp");
    let mut upload = Upload {
        tools,
        session,
        story: Story::Attempt(number),
        attempt,
        name,
        begun: false,
        stalled: false,
        again: false,
        closing: None,
    };
    upload.run().await;
    let again = upload.again;
    tools.recorder.end_attempt(number);
    again
}

struct Upload<'t, 's> {
    tools: Tools<'t>,
    session: &'s mut Session,
    story: Story,
    attempt: Attempt,
    name: String,
    /// The server began to take the file: a 1xx came.
    begun: bool,
    /// The data connection stood, and nothing moved on it any more.
    stalled: bool,
    /// It stalled and its file is gone: it can be made again.
    again: bool,
    /// The server's last word on the upload.
    closing: Option<Reply>,
}

impl Upload<'_, '_> {
    async fn run(&mut self) {
        let Some(store) = self.command("STOR") else { return };
        // Servers tell sizes in the image type alone.
        self.session.ask_for_image_type(self.tools.budget.reply).await;
        let data = match self.negotiate().await {
            Ok(Some(data)) => data,
            Ok(None) => return,
            Err(why) => return self.record(What::Failed(why)),
        };
        // Should the check be ended from here on, DELE goes out before QUIT, and nobody sees whether it helped.
        self.session.set_farewell(self.command("DELE"));
        self.tools.recorder.left_behind(&self.name);
        self.session.send(&[(store, self.story)]).await;
        let mut open = match self.join(data).await {
            Some(wire) => self.send(wire).await,
            None => None,
        };
        if self.closing.is_none() && !self.stalled {
            let joined = open.is_some();
            self.closing = tokio::select! {
                biased;
                closing = self.final_reply(self.story) => closing,
                () = read_out(&mut open) => None,
            };
            self.stalled = joined && self.closing.is_none() && self.session.is_open();
        }
        let in_step = !self.stalled || self.break_off(open).await;
        if in_step && self.stalled || self.closing.as_ref().is_some_and(Reply::is_completion) {
            self.ask("SIZE").await;
        }
        // A server that never began to take the file has none to delete; after that, 550 says that it stays.
        let refused_outright = !self.begun && self.closing.as_ref().is_some_and(Reply::is_refusal);
        let deleted = self.ask("DELE").await.is_some_and(|reply| in_step && reply.is_completion());
        self.session.set_farewell(None);
        if deleted || refused_outright {
            self.tools.recorder.nothing_left_behind();
        }
        self.again = self.stalled && deleted;
    }

    /// Resets the data connection, which ends the server's wait for it; what the server says to that closes this upload. Where
    /// it says nothing (`false`), what comes next can't be told apart from the answers to other commands.
    async fn break_off(&mut self, open: Option<Wire>) -> bool {
        if let Some(wire) = open {
            wire.reset();
        }
        let patience = self.tools.budget.pipelined_reply;
        let answer = timeout(patience, reply_to(self.session, self.story, &mut self.begun)).await;
        if answer.is_err() {
            self.session.disown(self.story);
        }
        answer.is_ok()
    }

    fn record(&self, what: What) {
        self.tools.recorder.record(self.story, what);
    }

    fn command(&self, verb: &'static str) -> Option<Command> {
        Command::with(verb, self.name.clone()).ok()
    }

    /// The command of the mode that works, with the address that works, and what the answer leads to. `None` where the
    /// server turned it away; an error where this computer can't do its part.
    async fn negotiate(&mut self) -> Result<Option<Data>, String> {
        let Attempt { verb, address, load, .. } = self.attempt;
        let settings = self.tools.settings;
        let peer = self.session.peer();
        if verb.mode() == Mode::Active {
            let own = self.session.local().ip();
            let listener = net::listen(own, settings.active_ports.as_ref(), load.segment());
            let listener = listener.map_err(|error| format!("listen at {own}: {error}"))?;
            let bound = listener.local_addr().map_err(|error| error.to_string())?;
            self.record(What::Listening(bound));
            let named_ip = address_to_name(self.tools, address, own)?;
            let named = SocketAddr::new(named_ip.to_canonical(), bound.port());
            let command = active_command(verb, named)?;
            self.record(What::Named(named));
            self.session.send(&[(command, self.story)]).await;
            let agreed = self.final_reply(self.story).await.is_some_and(|reply| reply.is_completion());
            return Ok(agreed.then_some(Data::Listening { listener, server: peer.ip().to_canonical() }));
        }
        self.session.send(&[(Command::bare(verb.name()), self.story)]).await;
        let Some(reply) = self.final_reply(self.story).await.filter(Reply::is_completion) else { return Ok(None) };
        let message = reply.message();
        let named = match verb {
            DataVerb::Pasv => host_port::parse(&message).map(SocketAddr::V4),
            _ => extended::parse_229(&message)
                .map(|named| SocketAddr::new(named.address.unwrap_or(peer.ip().to_canonical()), named.port)),
        };
        let named = match named {
            Ok(named) => named,
            Err(why) => {
                self.record(What::Unreadable(why.to_string()));
                return Ok(None);
            }
        };
        self.record(What::Named(named));
        let dialled = address_to_dial(self.tools, address, peer, named)?;
        self.record(What::Dialled(dialled));
        let data = Data::dial(settings.bind, dialled, Limits { segment: load.segment(), ..Limits::default() });
        self.tools.recorder.dialled_from(self.story, data.dialled_from());
        Ok(Some(data))
    }

    /// The joined data connection; `None` where it can't be had, or the server refuses the upload first.
    async fn join(&mut self, mut data: Data) -> Option<Wire> {
        let begun = Instant::now();
        let (awaited, until) = {
            let silence = self.tools.budget.silence(Some(self.session.rtt()));
            let passive = self.attempt.verb.mode() == Mode::Passive;
            (if passive { Awaited::Connect } else { Awaited::Callback }, begun + silence)
        };
        let story = self.story;
        loop {
            let step = tokio::select! {
                biased;
                step = data.step() => step,
                closing = reply_to(self.session, story, &mut self.begun) => {
                    self.closing = closing;
                    return None;
                }
                () = sleep_until(until) => {
                    self.record(What::Silent { awaited, ms: millis(begun) });
                    return None;
                }
            };
            let ended = match step {
                Step::Joined { local, peer } => {
                    self.record(match awaited {
                        Awaited::Connect => What::Connected { local, peer },
                        _ => What::Accepted { local, peer },
                    });
                    let Some(client) = self.session.tls_for_data() else { return data.into_wire() };
                    data.secure(client, self.attempt.protection);
                    continue;
                }
                Step::Secured { version, session } => {
                    self.record(What::Secured { version, session });
                    return data.into_wire();
                }
                Step::TlsFailed { how, words } => What::TlsFailed { how, words },
                Step::Stranger(peer) => {
                    self.record(What::Stranger(peer));
                    continue;
                }
                Step::Refused => What::Refused,
                Step::Unreachable(Dialled::Unreachable { icmp, from }) => What::Unreachable { icmp, from },
                Step::Failed(why) => What::Failed(why),
                Step::Reset | Step::EndOfFile | Step::Bytes(_) | Step::Unreachable(_) => What::Reset,
            };
            return self.give_up(ended);
        }
    }

    fn give_up<T>(&self, why: What) -> Option<T> {
        self.record(why);
        None
    }

    /// Writes it all, or until nothing is taken any more. Returns the connection where it stands.
    async fn send(&mut self, mut wire: Wire) -> Option<Wire> {
        let size = self.tools.settings.transfer_size.unwrap_or(USUAL_SIZE);
        let patience = self.tools.budget.reply;
        let piece = [b'.'; PIECE];
        let story = self.story;
        let mut sent = 0;
        while sent < size {
            let most = usize::try_from(size - sent).map_or(PIECE, |left| left.min(PIECE));
            let written = tokio::select! {
                biased;
                written = timeout(patience, wire.write_all(&piece[..most])) => written,
                // A server that has said its last word reads no further.
                closing = reply_to(self.session, story, &mut self.begun) => {
                    self.closing = closing;
                    return self.give_up(What::Uploaded(sent));
                }
            };
            match written {
                Ok(Ok(())) => {
                    sent += most as u64;
                    self.tools.recorder.count(self.story, What::Uploaded(sent));
                }
                Ok(Err(_)) => {
                    self.record(What::Uploaded(sent));
                    return self.give_up(What::Reset);
                }
                Err(_) => {
                    self.record(What::Uploaded(sent));
                    self.record(What::Silent { awaited: Awaited::Bytes, ms: patience.as_secs_f64() * 1000.0 });
                    self.stalled = true;
                    return Some(wire);
                }
            }
        }
        self.record(What::Uploaded(sent));
        let _ = wire.shutdown().await;
        Some(wire)
    }

    /// Asks of the file on the control connection's own account.
    async fn ask(&mut self, verb: &'static str) -> Option<Reply> {
        let command = self.command(verb)?;
        self.session.send_own(command).await;
        let story = self.session.story();
        self.final_reply(story).await
    }

    async fn final_reply(&mut self, wanted: Story) -> Option<Reply> {
        let patience: Duration = self.tools.budget.reply;
        let mut begun = false;
        let answered = timeout(patience, reply_to(self.session, wanted, &mut begun)).await;
        // Before STOR no 1xx comes, and what is asked behind it is another story.
        self.begun |= begun && wanted == self.story;
        match answered {
            Ok(reply) => reply,
            Err(_) => {
                let ms = patience.as_secs_f64() * 1000.0;
                self.tools.recorder.record(wanted, What::Silent { awaited: Awaited::Reply, ms });
                None
            }
        }
    }
}

/// Reads what the server still sends, and never ends. A socket that is closed with something unread in it, as the tickets
/// of TLS 1.3, answers with an RST, which takes from the server what it has not read yet (RFC 1122 section 4.2.2.13).
async fn read_out(open: &mut Option<Wire>) {
    if let Some(wire) = open {
        let mut rest = [0; 1024];
        while matches!(wire.read(&mut rest).await, Ok(1..)) {}
    }
    std::future::pending().await
}

/// The reply that closes this story, and whether a 1xx came before it; `None` where the control connection is lost.
/// Dropping the future loses nothing.
async fn reply_to(session: &mut Session, wanted: Story, begun: &mut bool) -> Option<Reply> {
    loop {
        match session.next().await {
            Came::Reply { reply, story, .. } if story == wanted => {
                if !reply.is_preliminary() {
                    return Some(reply);
                }
                *begun = true;
            }
            Came::Lost => return None,
            _ => {}
        }
    }
}
