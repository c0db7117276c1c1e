//! One session of a log, put together from its lines: a control connection and its data connections.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::net::{IpAddr, SocketAddr};

use super::draft::{Around, Draft, Leaving, UNSEEN};
use super::line::{Line, Words};
use super::words::{How, Tells, Which};
use super::{named, quoted, shown};
use crate::evidence::attempt::DataVerb;
use crate::evidence::security::{Protection, Security};
use crate::evidence::timeline::{Event, What};
use crate::evidence::{Control, Dial, Evidence, Outcome};

mod callbacks;
mod commands;
mod moved;
mod replies;
mod unasked;
mod words;

/// Events kept of one control connection; of more the last are passed over.
const MOST_EVENTS: usize = 400;
/// Data connections kept that went the same way.
const MOST_ALIKE: usize = 4;
/// Lines kept before those are dropped that no event rests on.
const MOST_QUOTES: usize = 4_000;
/// The longest line kept, in characters.
const LONGEST_LINE: usize = 1_200;
/// The most lines of one reply.
const MOST_LINES: usize = 100;
/// What exceptions say before a greeting that is none.
const QUOTES_GREETING: [&str; 3] = ["Server Reply: ", "ftplib.error_proto: ", "Invalid reply: \""];
/// A log that ends so soon behind a command, in milliseconds, was cut there: clients wait for seconds.
const LOG_CUT_MS: f64 = 1_000.0;

/// A line's place and time.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    pub at_ms: f64,
    pub line: u32,
    pub text: &'a str,
    /// The line as it stood there.
    pub whole: &'a str,
    /// Whether the log's times were seen to pass.
    pub timed: bool,
    /// It is a server's log.
    pub of_server: bool,
}

#[derive(Debug, Default)]
pub struct Session {
    pub host: Option<String>,
    pub peer: Option<SocketAddr>,
    pub user: Option<String>,
    /// Which of a client's two panes it is shown in.
    pub side: Option<char>,
    pub attempts: Vec<Outcome>,
    pub left_out: u32,
    /// The lines that its events rest on.
    pub quotes: Vec<(u32, String)>,
    /// The client's address as a server's log names it.
    client: Option<IpAddr>,
    /// Where the client said that a listing came, and nothing of its data connection is shown.
    pub got: Option<u32>,
    no_address: Option<(u32, String)>,
    /// Where the client said that the address in 227 is not routable.
    pub unroutable: Option<u32>,
    /// The server's address is written over.
    pub masked: bool,
    dialling: Option<SocketAddr>,
    dialled_ms: f64,
    dials: Vec<Dial>,
    events: Vec<Event>,
    security: Security,
    /// AUTH was agreed to; the next reply shows that TLS stands.
    agreed_to_tls: bool,
    /// A TLS handshake on the control connection was begun.
    securing: bool,
    protected: bool,
    /// The login was turned away: what is refused then is refused for that.
    turned_away: bool,
    /// The server's product, as its greeting gives it away.
    product: Option<&'static str>,
    joined: bool,
    greeted: bool,
    /// Nothing came behind the greeting yet: another 220 is more of it.
    just_greeted: bool,
    let_in: bool,
    mends: bool,
    /// The client took its leave, or the connection ended.
    ended: bool,
    /// When the client took its leave, something had not come: what it says next may be why.
    owed: bool,
    pending: VecDeque<Pending>,
    /// A command of wget's whose outcome is not on its line: with --debug the dialogue follows.
    step: Option<(String, String, u32, String)>,
    /// wget's steps were met, in the place of replies.
    steps: bool,
    /// The transfer that the log begins with.
    alone: Option<Event>,
    /// What stands before commands; a bare one in the middle of a reply is none then.
    label: String,
    last_reply: String,
    last_code: u16,
    reply: Option<OpenReply>,
    draft: Option<Draft>,
    ways: HashMap<String, usize>,
    last: Option<(u32, f64)>,
    timed: bool,
    /// Whether any of its lines tells its time.
    stamped: bool,
    /// The client left what it was about, ahead of any data connection.
    gave_up: bool,
    /// What was agreed on for a transfer that the server refused.
    spare: Option<moved::Spare>,
    /// Somebody ended the wait for a data connection by hand.
    interrupted: bool,
}

/// A command that is not answered yet.
#[derive(Debug)]
struct Pending {
    verb: String,
    /// It belongs to the data connection under way.
    of: Of,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Of {
    Control,
    /// PASV, EPSV, PORT, EPRT.
    Negotiation,
    Transfer,
}

/// A reply of several lines that is not complete.
#[derive(Debug)]
struct OpenReply {
    code: u16,
    text: String,
    lines: usize,
    label: String,
    at_ms: f64,
    line: u32,
}

impl OpenReply {
    fn add(&mut self, line: &str) {
        self.text.push('\n');
        self.text.push_str(line);
        self.lines += 1;
    }
}

impl Seen<'_> {
    fn event(&self, what: What) -> Event {
        Event { at_ms: self.at_ms, line: Some(self.line), what }
    }
}

impl Session {
    /// Whether this line begins another session.
    pub fn begins_anew(&self, parsed: &Line, told: Option<Tells>, text: &str) -> bool {
        // What stands before the first dial is somebody's summary.
        let summary = !self.attempts.is_empty() && !self.shows_commands() && !self.greeted && !self.let_in;
        let asked = |outcome: &Outcome| outcome.events.iter().any(|event| event.line.is_some() && is_sent(event));
        match (&parsed.words, told) {
            (Words::Other(_), Some(Tells::Dials(Which::Control | Which::Either)))
                if summary && self.draft.is_none() && !self.attempts.iter().any(asked) =>
            {
                true
            }
            (Words::Reply { code: 220, .. }, _) => {
                // 220 answers few commands; of a transfer or of PASV it is no answer, whatever was pending.
                let answers = self.pending.front().is_some_and(|pending| {
                    pending.of == Of::Control || matches!(pending.verb.as_str(), "PORT" | "EPRT")
                });
                let begun = self.greeted || self.let_in || self.draft.is_some();
                begun && !answers && !self.just_greeted && self.reply.is_none()
            }
            (Words::Command { verb: "USER", .. }, _) => self.ended,
            (Words::Reply { .. }, _) => false,
            (_, Some(Tells::Dials(Which::Control) | Tells::LooksUp)) => self.joined || self.ended,
            (_, Some(Tells::Dials(Which::Either))) => {
                let to_data = self.draft.as_ref().is_some_and(|draft| draft.agreed || draft.transfer)
                    && named::endpoint(text).is_none_or(|end| Some(end.port()) != self.peer.map(|peer| peer.port()));
                self.ended || ((self.greeted || self.let_in) && !to_data)
            }
            // "Connected to" where the dial was not shown.
            (_, Some(Tells::Joined(_) | Tells::Accepted)) if self.ended => true,
            (_, Some(Tells::Joined(Which::Either))) => self.greeted && self.draft.is_none(),
            // A client says this of its control connection alone: what was under way is over.
            (_, Some(Tells::Joined(Which::Control) | Tells::Accepted)) => {
                (self.greeted || self.let_in) && !self.just_greeted
            }
            (Words::Other(_), None) => (self.joined || self.ended) && named::console_target(text).is_some(),
            _ => false,
        }
    }

    /// What a client says before it dials is of the session that begins then.
    pub fn carry_over(&mut self, before: &Session) {
        self.host.clone_from(&before.host);
        self.timed = before.timed;
    }

    pub fn take(&mut self, parsed: &Line, told: Option<Tells>, seen: Seen) {
        self.timed = seen.timed;
        self.stamped |= seen.timed;
        self.side =
            parsed.session.filter(|side| matches!(*side, "L" | "R")).and_then(|side| side.chars().next()).or(self.side);
        self.last = Some((seen.line, seen.at_ms));
        if let Some(client) = parsed.client.and_then(|client| client.parse().ok()) {
            self.client = Some(client);
        }
        // ftplib says everything twice at its highest level.
        if matches!(parsed.label, "get" | "put" | "welcome") && seen.text.trim_start().starts_with('*') {
            return;
        }
        if self.continues_reply(parsed, &seen) {
            return;
        }
        // Some programs write down QUIT also where there is no connection to send it on.
        let leave = matches!(parsed.words, Words::Command { verb: "QUIT", .. });
        if leave && !self.joined {
            return;
        }
        if !matches!(parsed.words, Words::Other(_)) {
            self.joined = true;
            if self.peer.is_none() {
                self.peer = self.dialling;
            }
        }
        match parsed.words {
            Words::Command { verb, argument } if parsed.outcome.is_some() => {
                self.step(verb, argument, parsed.outcome.unwrap_or_default(), &seen);
            }
            Words::Command { .. } if parsed.indented && !self.label.is_empty() && parsed.label != self.label => {}
            Words::Reply { code, open, line } => self.reply_line(code, open, line, parsed.label, &seen),
            // A traceback behind the dialogue says again what the dialogue shows.
            Words::Command { .. } if parsed.label == quoted::TRACEBACK && (self.shows_commands() || !self.silent()) => {
            }
            Words::Command { verb, argument } => {
                if self.label.is_empty() {
                    parsed.label.clone_into(&mut self.label);
                }
                self.step = None;
                self.command(verb, argument, &seen);
                if let Some(draft) = self.draft.as_mut().filter(|_| parsed.label == quoted::TRACEBACK) {
                    draft.unanswered = true;
                }
            }
            Words::Other(text) if named::is_entry(text) => {
                let (around, at) = (self.around(), seen.event(What::CutShort));
                if let Some(draft) = self.draft.as_mut().filter(|draft| draft.agreed && draft.transfer) {
                    let first = !draft.entries;
                    draft.join(None, around, &at);
                    draft.entries = true;
                    if first {
                        self.quote(&seen);
                    }
                }
            }
            Words::Other(text) => {
                if told.is_none() && !self.joined {
                    self.called(seen.text);
                }
                if self.user.is_none() && !self.let_in {
                    self.user = named::user(seen.text).map(|user| shown(user, 100));
                }
                if told.is_some() {
                    self.take_step(seen.at_ms);
                }
                let said = seen.text.trim();
                let quoted = QUOTES_GREETING.iter().find_map(|lead| said.strip_prefix(lead));
                // Nobody else begins a line so, whether or not the connection was told of.
                self.joined |= quoted.is_some() || (text.starts_with("SSH-2.0-") && self.dialling.is_some());
                let text = quoted.unwrap_or(text);
                let no_ftp = text.starts_with("SSH-") || text.starts_with("HTTP/1") || quoted.is_some();
                if !self.greeted && self.joined && no_ftp {
                    let text = shown(text, 200);
                    self.record(
                        seen.event(What::Nonsense { why: "a line without a reply code".to_owned(), text }),
                        &seen,
                    );
                    self.ended = true;
                }
                if let Some(tells) = told {
                    self.words(tells, &seen);
                } else if self.agreed_to_tls && self.draft.is_none() && gives_up(text) {
                    self.fail(Which::Control, How::Unsaid, &seen);
                }
            }
        }
    }

    /// Somebody calls the client from a console, and names the host.
    fn called(&mut self, text: &str) {
        let Some((host, port)) = named::console_target(text) else { return };
        match host.parse() {
            Ok(ip) => self.dialling = Some(SocketAddr::new(ip, port)),
            Err(_) => self.host = Some(host.to_ascii_lowercase()),
        }
    }

    /// The log is at its end.
    pub fn finish(&mut self) {
        if let Some(open) = self.reply.take() {
            self.complete(open);
        }
        self.take_step(self.last.map_or(0.0, |(_, at_ms)| at_ms + 0.001));
        if let Some(draft) = self.draft.take() {
            self.finish_draft(draft);
        }
    }

    fn finish_draft(&mut self, draft: Draft) {
        let (line, at_ms) = self.last.unwrap_or((0, 0.0));
        let at = Event { at_ms: at_ms + 0.001, line: Some(line), what: What::CutShort };
        // A log that ends while another of the same mode got through ends in the middle of what works.
        let works = self.attempts.iter().any(|done| {
            done.verb.mode() == draft.mode() && done.events.iter().any(|event| matches!(event.what, What::EndOfFile))
        });
        // One that ends with the last thing heard of it was cut there, for a client waits for seconds. So is one without times,
        // as far as it tells, unless somebody had enough of waiting.
        let waited = if self.stamped { at_ms - draft.heard_at() >= LOG_CUT_MS } else { self.interrupted };
        let end = match () {
            () if works || self.ended => Leaving::Superseded,
            () if !waited => Leaving::LogCut,
            () => Leaving::LogEnds,
        };
        self.close(draft, end, &at);
    }

    /// Whether anything of FTP came out of it.
    pub fn tells(&self) -> bool {
        !self.events.is_empty() || !self.attempts.is_empty() || !self.dials.is_empty() || self.no_address.is_some()
    }

    /// Whether a name that led nowhere was an FTP server's.
    pub fn names_ftp(&self) -> bool {
        self.no_address.as_ref().is_some_and(|(_, words)| words.to_ascii_lowercase().contains("ftp"))
    }

    /// Whether its greeting is in the log: it is a session of its own, and nobody's summary.
    pub fn shows_greeting(&self) -> bool {
        self.events.iter().any(|event| matches!(&event.what, What::Replied(reply) if reply.code == 220))
    }

    /// What became of dials whose address the log does not tell.
    pub fn dials_to_nowhere(&self) -> impl Iterator<Item = &Event> {
        self.dials.iter().filter(|dial| dial.address.ip().is_unspecified()).flat_map(|dial| &dial.events)
    }

    /// Drops those dials, once a failure in the dialogue has taken over what became of them.
    pub fn forget_dials_to_nowhere(&mut self) {
        self.dials.retain(|dial| !dial.address.ip().is_unspecified());
    }

    /// Where it dialled to no avail.
    pub fn dialled(&self) -> Option<SocketAddr> {
        self.dials.first().map(|dial| dial.address).filter(|address| !address.ip().is_unspecified())
    }

    /// The last line that was of it.
    pub fn last_line(&self) -> u32 {
        self.last.map_or(0, |(line, _)| line)
    }

    pub fn shows_commands(&self) -> bool {
        self.events.iter().any(|event| event.line.is_some() && is_sent(event))
    }

    pub fn port(&self) -> Option<u16> {
        let dialled = self.peer.or_else(|| self.dials.first().map(|dial| dial.address));
        // Of an address that the log does not tell no port is known.
        let dialled = dialled.filter(|end| !end.ip().is_unspecified());
        dialled.map(|end| end.port()).filter(|port| *port != 0)
    }

    /// How it went, in a word that other sessions may share.
    pub fn way(&self) -> String {
        let ends = self.attempts.iter().map(way_of).collect::<Vec<_>>().join(" ");
        let codes: Vec<String> = self
            .events
            .iter()
            .filter_map(|event| match &event.what {
                What::Replied(reply) => Some(reply.code.to_string()),
                _ => None,
            })
            .collect();
        format!("{:?} {:?} {} {} {}", self.host, self.peer, self.dials.len(), codes.join(" "), ends)
    }

    /// Adds what was read to the evidence.
    pub fn add_to(self, evidence: &mut Evidence) {
        if let Some((line, words)) = self.no_address {
            evidence.resolution.error = Some(words);
            evidence.resolution.line = Some(line);
        }
        evidence.dials.extend(self.dials);
        if self.events.is_empty() && self.attempts.is_empty() && !self.joined {
            return;
        }
        let number = evidence.controls.len();
        // In active mode a client names the address that it believes to have.
        let local = self.attempts.iter().find_map(|attempt| {
            let active = matches!(attempt.verb, DataVerb::Port | DataVerb::Eprt);
            attempt.events.iter().filter(|_| active).find_map(|event| match event.what {
                What::Named(named) => Some(SocketAddr::new(named.ip(), 0)),
                _ => None,
            })
        });
        evidence.controls.push(Control {
            local: local.unwrap_or(UNSEEN),
            peer: self.peer.unwrap_or(UNSEEN),
            connect_ms: 0.0,
            security: self.security,
            certificate: None,
            client: self.client,
            events: self.events,
        });
        evidence.attempts.extend(self.attempts.into_iter().map(|attempt| Outcome { control: number, ..attempt }));
    }

    fn around(&self) -> Around {
        let protection = match (self.security, self.protected) {
            (Security::Plain, _) => Protection::Plain,
            (_, true) => Protection::Private,
            (_, false) => Protection::Clear,
        };
        let shows_replies = !self.silent() && self.step.is_none() && !self.steps;
        let answers_port_first = self.product.is_some_and(|product| product != "pyftpdlib");
        Around { peer: self.peer, protection, mends: self.mends, timed: self.timed, shows_replies, answers_port_first }
    }

    /// Keeps the line, which an event is going to rest on.
    fn quote(&mut self, seen: &Seen) {
        if self.quotes.last().is_some_and(|(line, _)| *line == seen.line) {
            return;
        }
        if self.quotes.len() >= MOST_QUOTES {
            self.drop_unused_quotes();
        }
        let short = seen.whole.len() <= LONGEST_LINE;
        let text = if short { seen.whole.to_owned() } else { seen.whole.chars().take(LONGEST_LINE).collect() };
        self.quotes.push((seen.line, text));
    }

    /// Of the lines kept, those that no event rests on.
    pub fn drop_unused_quotes(&mut self) {
        let attempts = self.attempts.iter().flat_map(|attempt| &attempt.events);
        let draft = self.draft.iter().flat_map(|draft| &draft.events);
        let dials = self.dials.iter().flat_map(|dial| &dial.events);
        let all = self.events.iter().chain(attempts).chain(draft).chain(dials);
        let mut used: BTreeSet<u32> = all.filter_map(|event| event.line).collect();
        used.extend(self.unroutable);
        used.extend(self.got);
        self.quotes.retain(|(line, _)| used.contains(line));
    }

    fn record(&mut self, event: Event, seen: &Seen) {
        self.quote(seen);
        if self.events.len() < MOST_EVENTS {
            self.events.push(event);
        }
    }
}

/// A line that tells that the client gave up, and nothing more.
fn gives_up(text: &str) -> bool {
    let words = text.trim().trim_end_matches(['.', '!']).to_ascii_lowercase();
    ["unable to connect", "could not connect", "connection failed", "disconnected", "connection closed"]
        .contains(&words.as_str())
}

/// How a data connection went, in a word.
fn way_of(outcome: &Outcome) -> String {
    let last = outcome.events.last().map(|event| match &event.what {
        What::Replied(reply) => reply.code.to_string(),
        other => other.to_string().split(' ').next().unwrap_or("").to_owned(),
    });
    let failed = outcome.events.iter().any(|event| matches!(event.what, What::EndOfFile | What::Enough));
    format!("{}{}{}", outcome.verb.name(), last.unwrap_or_default(), if failed { "+" } else { "" })
}

fn is_sent(event: &Event) -> bool {
    matches!(event.what, What::Sent(_))
}
