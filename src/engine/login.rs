//! From the joined control connection to the first data connection's command: greeting, USER, PASS, SYST, FEAT, STAT.
//!
//! Anonymous logs in with one write, since its password is none. A user's PASS waits for the 331 alone, so that no
//! password leaves where the server would have demanded TLS first.

use std::time::Duration;

use tokio::time::{Instant, timeout, timeout_at};

use super::Login;
use super::recorder::Story;
use super::session::{Came, Pace, Session};
use super::turns::Tools;
use crate::engine::budget::Budget;
use crate::evidence::timeline::{Awaited, What};
use crate::protocol::command::Command;
use crate::protocol::dialect::InTransfer;
use crate::protocol::reply::Reply;

/// How a login ended.
#[derive(Debug, PartialEq, Eq)]
pub enum LoggedIn {
    Yes,
    /// A reply turned us away: its code.
    Refused(u16),
    /// The connection ended or went silent.
    Lost,
    /// Replies came out of step with commands sent together: worth another try, one command at a time.
    OutOfStep,
}

/// What is asked besides the login.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Questions {
    /// SYST, FEAT and STAT: on the first control connection.
    All,
    /// STAT alone, which tells whether our address varies from connection to connection.
    OnlyStat,
}

/// Waits for the greeting. `true` where a 2xx came.
pub async fn greet(session: &mut Session, budget: &Budget, recorder: &super::recorder::Recorder) -> bool {
    let begun = Instant::now();
    let mut until = begun + budget.greeting;
    let mut asked = false;
    loop {
        match timeout_at(until, session.next()).await {
            Ok(Came::Reply { reply, .. }) if reply.is_preliminary() => {}
            Ok(Came::Reply { reply, .. }) => return reply.is_completion(),
            Ok(Came::Nonsense) => until = until.min(Instant::now() + budget.after_nonsense),
            Ok(Came::Lost) => return false,
            // Who waits for the client to speak first (HTTP) answers a line; an FTP server ends politely.
            Err(_) if !asked && until == begun + budget.greeting => {
                asked = true;
                silent(session, recorder, begun);
                session.send_own(Command::bare("QUIT")).await;
                until = Instant::now() + budget.after_nonsense;
            }
            Err(_) => {
                session.record_unfinished();
                return false;
            }
        }
    }
}

/// Logs in, and sends `first` (the first data connection's command) behind it, not waiting for the login's replies.
/// PORT and EPRT go in a write of their own: helpers see them only where a segment begins with them.
/// `level` is what brings data connections to the protection that is wanted: as clients do, behind the login.
pub async fn log_in(
    session: &mut Session,
    tools: Tools<'_>,
    pace: Pace,
    questions: Questions,
    level: Vec<Command>,
    first: Option<(Command, Story)>,
) -> LoggedIn {
    let Tools { settings, budget, recorder, .. } = tools;
    let own = session.story();
    let mut after = level;
    if let Some(path) = &settings.path {
        // Checked when the request was made: no line break can be in it.
        after.extend(Command::with("CWD", path.clone()).ok());
    }
    if let Some(file) = &settings.retrieve {
        // The size that what comes is held against.
        after.extend([("TYPE", "I"), ("SIZE", file)].into_iter().filter_map(|(verb, of)| Command::with(verb, of).ok()));
    }
    let mut after: Vec<(Command, Story)> = after.into_iter().map(|command| (command, own)).collect();
    // Under TLS no helper sees anything; but who dials before it answers PORT answers what comes behind it first.
    let last = session.secured().is_plain() || session.in_transfer() != InTransfer::Kept;
    let active = last && first.as_ref().is_some_and(|(command, _)| matches!(command.verb(), "PORT" | "EPRT"));
    let own_segment = if active { first.clone() } else { None };
    // Ahead of the questions, whose long answers fill the server's first window: the 227 would wait a round trip more.
    after.extend(first.filter(|_| !active));
    let questions: &[&'static str] = match questions {
        Questions::All => &["SYST", "FEAT", "STAT"],
        Questions::OnlyStat => &["STAT"],
    };
    after.extend(questions.iter().map(|verb| (Command::bare(verb), own)));

    let mut exchange = Exchange { session, budget, recorder };
    match (&settings.login, pace) {
        (Login::Anonymous, Pace::Together) => {
            let mut all = vec![(user("anonymous"), own), (pass("ftpmode@example.com"), own)];
            all.append(&mut after);
            exchange.session.send(&all).await;
            exchange.session.send(own_segment.as_slice()).await;
            exchange.read_login(all.len(), budget.pipelined_reply).await
        }
        (login, pace) => {
            let (name, password) = match login {
                Login::Anonymous => ("anonymous", "ftpmode@example.com"),
                Login::User { name, password } => (name.as_str(), password.reveal()),
            };
            match exchange.log_in_stepwise(name, password).await {
                LoggedIn::Yes if pace == Pace::Together => {
                    exchange.session.send(&after).await;
                    exchange.session.send(own_segment.as_slice()).await;
                    exchange.read_answers(after.len(), budget.pipelined_reply).await
                }
                LoggedIn::Yes => {
                    // The data connection's own command last: its reply is the turn's.
                    let (own_commands, first): (Vec<_>, Vec<_>) =
                        after.into_iter().partition(|(_, story)| *story == own);
                    exchange.one_at_a_time(own_commands.into_iter().chain(first).chain(own_segment)).await
                }
                other => other,
            }
        }
    }
}

struct Exchange<'a> {
    session: &'a mut Session,
    budget: &'a Budget,
    recorder: &'a super::recorder::Recorder,
}

impl Exchange<'_> {
    async fn log_in_stepwise(&mut self, name: &str, password: &str) -> LoggedIn {
        self.session.send_own(user(name)).await;
        match self.reply(self.budget.reply).await {
            Some((reply, _)) if reply.is_completion() => return LoggedIn::Yes,
            Some((reply, _)) if reply.code != 331 => return LoggedIn::Refused(reply.code),
            Some(_) => {}
            None => return LoggedIn::Lost,
        }
        self.session.send_own(pass(password)).await;
        match self.reply(self.budget.reply).await {
            Some((reply, _)) if reply.is_completion() => LoggedIn::Yes,
            Some((reply, _)) => LoggedIn::Refused(reply.code),
            None => LoggedIn::Lost,
        }
    }

    /// Reads the answers to USER, PASS and what follows, sent in one write.
    async fn read_login(&mut self, sent: usize, patience: Duration) -> LoggedIn {
        let user = match self.reply_in_step(patience).await {
            Ok((reply, _)) => reply,
            Err(other) => return other,
        };
        if user.is_refusal() {
            return LoggedIn::Refused(user.code);
        }
        let pass = match self.reply_in_step(self.budget.pipelined_login).await {
            Ok((reply, _)) => reply,
            Err(other) => return other,
        };
        if !user.is_completion() && !pass.is_completion() {
            return if pass.is_refusal() { LoggedIn::Refused(pass.code) } else { LoggedIn::OutOfStep };
        }
        self.read_answers(sent - 2, patience).await
    }

    /// Reads the answers to `count` commands sent together, but for the data connection's own, which is its turn's.
    async fn read_answers(&mut self, count: usize, patience: Duration) -> LoggedIn {
        for _ in 0..count {
            if self.session.front_is_own() != Some(true) {
                break;
            }
            match self.reply_in_step(patience).await {
                Ok((reply, _)) if reply.code == 421 => return LoggedIn::Refused(421),
                Ok(_) => {}
                Err(other) => return other,
            }
        }
        LoggedIn::Yes
    }

    async fn one_at_a_time(&mut self, commands: impl Iterator<Item = (Command, Story)>) -> LoggedIn {
        for command in commands {
            let own = command.1 == self.session.story();
            self.session.send(&[command]).await;
            if !own {
                break;
            }
            match self.reply(self.budget.reply).await {
                Some((reply, _)) if reply.code == 421 => return LoggedIn::Refused(421),
                Some(_) => {}
                None => return LoggedIn::Lost,
            }
        }
        LoggedIn::Yes
    }

    /// The next final reply, checked against what its command can be answered with.
    async fn reply_in_step(&mut self, patience: Duration) -> Result<(Reply, &'static str), LoggedIn> {
        match self.reply(patience).await {
            Some((reply, verb)) if answers(verb, &reply) => Ok((reply, verb)),
            Some(_) | None => Err(LoggedIn::OutOfStep),
        }
    }

    /// The next final reply to a command; silence and the end of the connection go on record.
    async fn reply(&mut self, patience: Duration) -> Option<(Reply, &'static str)> {
        let begun = Instant::now();
        loop {
            match timeout(patience, self.session.next()).await {
                Ok(Came::Reply { reply, .. }) if reply.is_preliminary() => {}
                Ok(Came::Reply { reply, verb, .. }) => return Some((reply, verb.unwrap_or(""))),
                Ok(Came::Nonsense) => {}
                Ok(Came::Lost) => return None,
                Err(_) => {
                    silent(self.session, self.recorder, begun);
                    return None;
                }
            }
        }
    }
}

/// Whether a reply can be the answer to this command: what is out of step shows as a 227 to FEAT or a 331 to SYST.
fn answers(verb: &str, reply: &Reply) -> bool {
    if reply.is_refusal() {
        return true;
    }
    match verb {
        "USER" => matches!(reply.code, 230..=234 | 331 | 332 | 200 | 202),
        "PASS" => matches!(reply.code, 230..=234 | 202 | 200 | 331 | 332),
        "SYST" => matches!(reply.code, 215 | 200),
        "FEAT" | "STAT" => matches!(reply.code, 200 | 202 | 211..=214),
        "CWD" | "TYPE" => matches!(reply.code, 200 | 202 | 250),
        _ => true,
    }
}

fn silent(session: &Session, recorder: &super::recorder::Recorder, since: Instant) {
    let ms = since.elapsed().as_secs_f64() * 1000.0;
    recorder.record(session.story(), What::Silent { awaited: Awaited::Reply, ms });
}

fn user(name: &str) -> Command {
    // A name with a line break was refused when the request was made.
    Command::with("USER", name).unwrap_or_else(|_| Command::bare("USER"))
}

fn pass(password: &str) -> Command {
    Command::with("PASS", password).unwrap_or_else(|_| Command::bare("PASS"))
}
