//! People's logs into evidence: what a client or a server wrote while it talked FTP.
//!
//! Commands and reply codes are the same in every log, whatever program wrote it and in whatever language; they are
//! read first (`line`). A program's own words (`words`) tell what the replies don't: that a connection was dialled,
//! timed out, was refused. From these a `session` is put together as if it had been measured.
//!
//! Invariants: what a log does not show is not made up: an address that it hides is unspecified in the evidence, a wait
//! without times has no length. Every event that was read has its line's number. Memory does not grow with the log.

use std::collections::{BTreeMap, HashMap};

use memchr::memchr;

use super::Evidence;
use super::log::Writer;

mod clean;
mod columns;
mod cut;
mod draft;
mod framed;
mod fxp;
mod hearsay;
mod line;
mod named;
mod passwords;
mod programs;
mod quoted;
mod session;
mod signs;
mod stamp;
mod target;
mod translations;
mod words;
mod wrapped;

use cut::Ahead;
use line::Words;
use passwords::{Passwords, shown};
use session::Session;
use signs::Signs;
use target::Target;
use words::{How, Phrase, Tells};

/// A program whose logs are known.
#[derive(Debug)]
pub struct Program {
    /// The client's or the server's id; empty where its words belong to no one program.
    pub id: &'static str,
    pub name: &'static str,
    pub writer: Writer,
    /// Words (in lower case) that give it away; its version may follow them.
    pub signs: &'static [&'static str],
    pub phrases: &'static [Phrase],
}

/// Those with particular words before those whose words are general.
pub static PROGRAMS: &[&Program] = &[
    &programs::filezilla::PROGRAM,
    &programs::winscp::PROGRAM,
    &programs::curl::PROGRAM,
    &programs::wget::PROGRAM,
    &programs::lftp::PROGRAM,
    &programs::ncftp::PROGRAM,
    &programs::tnftp::PROGRAM,
    &programs::windows_ftp::PROGRAM,
    &programs::inetutils_ftp::PROGRAM,
    &programs::cyberduck::PROGRAM,
    &programs::ws_ftp::PROGRAM,
    &programs::cuteftp::PROGRAM,
    &programs::flashfxp::PROGRAM,
    &programs::total_commander::PROGRAM,
    &programs::gftp::PROGRAM,
    &programs::fireftp::PROGRAM,
    &programs::python::PROGRAM,
    &programs::ruby::PROGRAM,
    &programs::rust_suppaftp::PROGRAM,
    &programs::php::PROGRAM,
    &programs::joomla::PROGRAM,
    &programs::commons_net::PROGRAM,
    &programs::dotnet::PROGRAM,
    &programs::basic_ftp::PROGRAM,
    &programs::rclone::PROGRAM,
    &programs::node_ftp::PROGRAM,
    &programs::apt::PROGRAM,
    &programs::dreamweaver::PROGRAM,
    &programs::vsftpd::PROGRAM,
    &programs::proftpd::PROGRAM,
    &programs::pure_ftpd::PROGRAM,
    &programs::pyftpdlib::PROGRAM,
    &programs::filezilla_server::PROGRAM,
    &programs::apache_ftpserver::PROGRAM,
    &programs::ftpserverlib::PROGRAM,
    &programs::iis::PROGRAM,
    &programs::general::PROGRAM,
];

/// An error of FTP by itself is that of a text which tells of little else.
const MOST_LINES_OF_AN_ERROR: u32 = 10;

/// Lines in which a system's errors are looked for in all languages: who pastes more pastes no terminal.
const MOST_TRANSLATED: u32 = 20_000;

/// What a line tells, where its reason may be in another language.
fn in_any_language(told: Option<Tells>, text: &str) -> Option<Tells> {
    let reason = || programs::systems::translated(text);
    match told {
        None => reason(),
        Some(known @ (Tells::Failed(_, How::Unsaid) | Tells::Breaks(How::Unsaid) | Tells::Dials(_))) => {
            Some(reason().map_or(known, |reason| words::together(known, reason)))
        }
        known => known,
    }
}

/// The program's name as its makers write it.
pub fn program_name(id: &str) -> Option<&'static str> {
    PROGRAMS.iter().find(|program| program.id == id).map(|program| program.name)
}

/// What stands ahead of a line's last words, which are about so long.
fn ahead_of(text: &str, words: usize) -> &str {
    text.get(..text.len().saturating_sub(words)).unwrap_or_default()
}

/// Between wget's commands.
const ARROW: &str = "    ==>";
/// Sessions that went the same way and are kept.
const MOST_ALIKE: usize = 4;
/// Sessions kept in all.
const MOST_SESSIONS: usize = 60;
/// Sessions under way at the same time.
const MOST_OPEN: usize = 64;
/// The longest quotation, in characters.
const LONGEST_QUOTE: usize = 300;

pub use cut::read;

/// What came of a log.
pub struct Reading {
    /// One piece a target, in the order they were met.
    pub evidence: Vec<Evidence>,
    /// Some line is a client's, whether or not evidence came of it.
    pub thin: bool,
}

/// What has been read so far.
#[derive(Default)]
struct Gathered {
    number: u32,
    clock: Clock,
    program: Option<&'static Program>,
    version: Option<String>,
    /// Sessions that are over.
    done: Vec<Session>,
    ways: HashMap<String, usize>,
    left_out: u32,
    /// Sessions under way, by what the log tells them apart with; empty where it does not.
    open: BTreeMap<String, Session>,
    current: String,
    /// Commands or replies met.
    dialogue: u32,
    /// The columns that the log names.
    columns: Option<columns::Columns>,
    /// A line was met that a client may have written.
    traces: bool,
    /// A line tells of an error of FTP, whoever wrote it.
    errors_of_ftp: bool,
    /// The line in which one server's passive address was handed to another.
    handed_over: Option<u32>,
    /// What may be quoted nowhere.
    passwords: Passwords,
}

/// Times of day into milliseconds since the log began.
#[derive(Default)]
struct Clock {
    first: Option<f64>,
    last: f64,
    /// No two events share a time, so that their order survives.
    now_ms: f64,
    /// Lines with a time, and all.
    stamped: u32,
    lines: u32,
}

impl Clock {
    fn tick(&mut self, time: Option<f64>) -> f64 {
        if let Some(time) = time {
            let first = *self.first.get_or_insert(time);
            // Past midnight the clock begins anew; a little backwards is another thread's line.
            let mut since = time - first;
            while since < self.last - 43_200.0 {
                since += 86_400.0;
            }
            self.stamped += 1;
            self.last = self.last.max(since);
            self.now_ms = self.now_ms.max(self.last * 1000.0);
        }
        self.lines += 1;
        self.now_ms = (self.now_ms * 1000.0 + 1.0).round() / 1000.0;
        self.now_ms
    }
}

impl Clock {
    /// Whether the log tells times: a date in its head is none.
    fn tells(&self) -> bool {
        self.stamped * 2 > self.lines
    }
}

impl Gathered {
    /// What came of it all.
    fn read(self, input: &str) -> Reading {
        let thin = self.traces;
        Reading { evidence: self.evidence(input), thin }
    }

    /// One line, or a part of it, without markup.
    fn line(&mut self, number: u32, piece: &str, ahead: Ahead) {
        self.number = number;
        if ahead.signs.password {
            self.passwords.learn(piece);
        }
        // wget writes several commands on a line, each behind an arrow.
        let arrow = memchr(b'=', piece.as_bytes()).and_then(|_| piece.split_once(ARROW));
        let (first, behind) = arrow.map_or((piece, None), |(first, behind)| (first, Some(behind)));
        if first.starts_with("#Fields:") {
            self.columns = columns::Columns::named(first);
        }
        if self.columns.is_none() && self.dialogue == 0 && first.trim_start().starts_with("20") {
            self.columns = columns::Columns::guessed(first);
        }
        if let Some(dialogue) = self.columns.as_mut().and_then(|columns| columns.dialogue(first)) {
            return dialogue.iter().for_each(|line| self.piece(line, first, None));
        }
        if self.columns.as_ref().is_some_and(|columns| columns.is_of_channel(first)) {
            return;
        }
        if let Some(whole) = columns::listed_transfer(first) {
            self.dialogue += 1;
            self.traces = true;
            let told = if whole { Tells::Moved } else { Tells::Nothing };
            return self.piece(first, first, Some(Ahead { heard: (Some(told), None), ..ahead }));
        }
        if let Some(words) = behind_meter(first) {
            return self.piece(words, first, None);
        }
        // What is asked here begins like few lines.
        if let Some(dialogue) = memchr(b'"', first.as_bytes()).and_then(|_| columns::quoted(first)) {
            return dialogue.iter().for_each(|line| self.piece(line, first, None));
        }
        self.piece(first, first, arrow.is_none().then_some(ahead));
        for part in behind.into_iter().flat_map(|behind| behind.split(ARROW)) {
            let step = format!("==>{part}");
            self.piece(&step, &step, None);
        }
    }

    /// What is read, and the line that it is quoted with.
    fn piece(&mut self, text: &str, whole: &str, ahead: Option<Ahead>) {
        let begun = text.trim_start();
        // Node's ftp tells everything twice, as it came and as it was read.
        if begun.is_empty() || begun.trim_start_matches('`').starts_with("[parser] ") {
            return;
        }
        // Wget tells of two commands in one line.
        if begun.starts_with(programs::wget::STEP)
            && let Some(at) = text.rfind(programs::wget::STEP).filter(|at| !text[..*at].trim().is_empty())
        {
            let (one, other) = text.split_at(at);
            self.piece(one, whole, None);
            return self.piece(other, whole, None);
        }
        let parsed = line::parse(text);
        if matches!(parsed.words, Words::Other(_))
            && ahead.map_or_else(|| Signs::of(text), |ahead| ahead.signs).quotation
            && let Some(quoted) = quoted::line(text)
        {
            return self.piece(&quoted, whole, None);
        }
        let at_ms = self.clock.tick(parsed.time);
        if !matches!(parsed.words, Words::Other(_)) {
            self.dialogue += 1;
        }
        let (told, sign) = match parsed.words {
            // A reply's words are the server's; a sign may stand before it, or be the label.
            Words::Reply { .. } | Words::Command { .. } if self.program.is_some() => (None, None),
            Words::Reply { line, .. } => (None, words::read(ahead_of(text, line.len())).1),
            Words::Command { verb, argument } => (None, words::read(ahead_of(text, verb.len() + argument.len())).1),
            Words::Other(_) => match ahead.map(|ahead| ahead.heard) {
                Some((told, sign)) => (told, sign.map(|(program, end)| (program, text.get(end..).unwrap_or_default()))),
                None => words::read(text),
            },
        };
        let (told, sign) = match parsed.words {
            Words::Other(_) => match programs::filezilla::translated(parsed.speaker, text) {
                // Some programs share a label with it, and none its words.
                Some(translated) => (
                    Some(told.map_or(translated, |told| words::together(translated, told))),
                    sign.or(Some((&programs::filezilla::PROGRAM, ""))),
                ),
                None if self.program.is_some_and(|program| program.id == "wget") => {
                    (told.or_else(|| programs::wget::translated(text)), sign)
                }
                None if self.number < MOST_TRANSLATED => (in_any_language(told, text), sign),
                None => (told, sign),
            },
            Words::Reply { .. } | Words::Command { .. } => (told, sign),
        };
        let told = told.filter(|_| !named::is_persons(text));
        // Words that only a server says, whatever client quotes them.
        self.dialogue += u32::from(matches!(
            told,
            Some(Tells::Refused(421 | 425 | 500 | 502) | Tells::Stopped(_) | Tells::Unparsed)
        ));
        if let Some((program, behind)) = sign {
            self.recognise(program, behind);
        }
        // A sentence about FTP is none.
        self.traces |= sign.is_some()
            || matches!(parsed.words, Words::Reply { .. } | Words::Command { .. })
            || matches!(text.trim(), "bool(true)" | "bool(false)")
            || (matches!(told, Some(Tells::Dials(_) | Tells::Joined(_) | Tells::LooksUp)) && is_clients(text));
        let error = matches!(told, Some(Tells::Failed(..) | Tells::NoAddress | Tells::Untrusted(_)));
        self.errors_of_ftp |= error && !self.errors_of_ftp && named::is_error_of_ftp(text);
        self.traces |= self.errors_of_ftp;
        if let Some(session) = parsed.session {
            session.clone_into(&mut self.current);
        }
        let of_server = self.program.is_some_and(|program| program.writer == Writer::Server);
        let seen = session::Seen { at_ms, line: self.number, text, whole, timed: self.clock.tells(), of_server };
        let session = match self.open.get_mut(&self.current) {
            Some(session) => session,
            None => {
                self.make_room();
                self.open.entry(self.current.clone()).or_default()
            }
        };
        let over = session.begins_anew(&parsed, told, text).then(|| std::mem::take(session));
        if let Some(over) = &over {
            // What a client says of itself and of the name comes before the connection.
            session.carry_over(over);
        }
        session.take(&parsed, told, seen);
        if let Some(over) = over {
            self.end(over);
        }
    }

    /// Sessions that nothing was heard of for longest are over.
    fn make_room(&mut self) {
        if self.open.len() < MOST_OPEN {
            return;
        }
        let quiet =
            self.open.iter().min_by_key(|(key, session)| (session.last_line(), *key)).map(|(key, _)| key.clone());
        if let Some(session) = quiet.and_then(|key| self.open.remove(&key)) {
            self.end(session);
        }
    }

    fn recognise(&mut self, program: &'static Program, behind: &str) {
        if self.program.is_some_and(|known| !known.id.is_empty() && known.id != program.id) || program.id.is_empty() {
            return;
        }
        self.program = Some(program);
        let version: String = behind
            .trim_start_matches([' ', ':', '/', 'v'])
            .chars()
            .take_while(|c| c.is_ascii_digit() || *c == '.')
            .collect();
        let version = version.trim_matches('.');
        // Go's "dial tcp" is followed by an address.
        let is_address = version.parse::<std::net::Ipv4Addr>().is_ok();
        let is_date =
            version.matches('.').count() == 2 && version.rsplit('.').next().is_some_and(|year| year.len() == 4);
        if !is_address && !is_date && self.version.is_none() && version.contains('.') && version.len() <= 16 {
            self.version = Some(version.to_owned());
        }
    }

    fn end(&mut self, mut session: Session) {
        session.finish();
        if !session.tells() {
            return;
        }
        self.left_out += session.left_out;
        let full = self.done.len() >= MOST_SESSIONS;
        let enough = full || {
            let alike = self.ways.entry(session.way()).or_default();
            *alike += 1;
            *alike > MOST_ALIKE
        };
        if enough {
            self.left_out += u32::try_from(session.attempts.len()).unwrap_or(u32::MAX);
            return;
        }
        session.drop_unused_quotes();
        self.done.push(session);
    }

    fn evidence(mut self, input: &str) -> Vec<Evidence> {
        for session in std::mem::take(&mut self.open).into_values() {
            self.end(session);
        }
        // Words of refusals alone are in every log of the world.
        let is_ftp = |session: &Session| {
            self.dialogue > 0
                || self.program.is_some_and(|p| !p.id.is_empty())
                || session.port().is_some_and(|port| port == 21 || port == 990)
                || session.names_ftp()
                || (self.errors_of_ftp && self.number <= MOST_LINES_OF_AN_ERROR)
        };
        self.done.retain(is_ftp);
        hearsay::settle(&mut self.done);
        self.handed_over = fxp::settle(&mut self.done);
        // Of two servers in a log what tells nothing else is not the same.
        let two = self.handed_over.is_some();
        let mut targets: Vec<Target> = Vec::new();
        for session in std::mem::take(&mut self.done) {
            match targets.iter_mut().find(|target| target.is_of(&session) && (!two || target.is_known(&session))) {
                Some(target) => target.add(session),
                None => targets.push(Target::of(session)),
            }
        }
        targets.into_iter().map(|target| target.evidence(input, &self)).collect()
    }
}

/// curl's words behind its meter, where the line's end between them was lost.
fn behind_meter(text: &str) -> Option<&str> {
    // Its first column is indented, and a part of a hundred.
    let part = text.strip_prefix("  ").or_else(|| text.strip_prefix("100 "))?;
    if !part.trim_start().as_bytes().first().is_some_and(u8::is_ascii_digit) {
        return None;
    }
    let (_, behind) = text.rsplit_once("--:--:--")?;
    let words = behind.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || matches!(c, ' ' | '.' | ':' | '-'));
    words.starts_with(['<', '>', '*']).then_some(words)
}

/// Whether a line begins as clients tell of a connection: "Connected to 192.0.2.1." and "---- Resolving host address...".
fn is_clients(text: &str) -> bool {
    let text = text.trim_start_matches(|c: char| !c.is_alphabetic());
    ["Connected to ", "Connecting to ", "Trying ", "Resolving "].iter().any(|begin| text.starts_with(begin))
        && (named::endpoint(text).is_some() || text.trim_end().ends_with(['.', ']']))
        && text.len() < 100
}

/// In the place of the host where the log does not name it.
pub const UNKNOWN_HOST: &str = "unknown";
