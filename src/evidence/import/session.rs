//! One session of a log, put together from its lines: a control connection and its data connections.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::net::{IpAddr, SocketAddr};

use super::draft::{Around, Draft, Leaving, UNSEEN};
use super::line::{Line, Words};
use super::words::{self, How, Tells, Which};
use crate::evidence::attempt::{DataVerb, Mode};
use crate::evidence::security::{Broken, Protection, Security};
use crate::evidence::timeline::{self, Awaited, Event, Icmp, What};
use crate::evidence::{Control, Dial, Evidence, Outcome};
use crate::protocol::dialect::{self, Says};
use crate::protocol::reply::Reply;

/// Events kept of one control connection; of more the last are passed over.
const MOST_EVENTS: usize = 400;
/// Data connections kept that went the same way.
const MOST_ALIKE: usize = 4;
/// Lines kept before those are dropped that no event rests on.
const MOST_QUOTES: usize = 4_000;
/// The most lines of one reply.
const MOST_LINES: usize = 100;

/// A line's place and time.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    pub at_ms: f64,
    pub line: u32,
    pub text: &'a str,
    /// Whether the log's times were seen to pass.
    pub timed: bool,
}

#[derive(Debug, Default)]
pub struct Session {
    pub host: Option<String>,
    pub peer: Option<SocketAddr>,
    pub user: Option<String>,
    pub attempts: Vec<Outcome>,
    pub left_out: u32,
    /// The lines that its events rest on.
    pub quotes: Vec<(u32, String)>,
    /// The client's address as a server's log names it.
    client: Option<IpAddr>,
    no_address: Option<(u32, String)>,
    dialling: Option<SocketAddr>,
    dials: Vec<Dial>,
    events: Vec<Event>,
    security: Security,
    /// AUTH was agreed to; the next reply shows that TLS stands.
    agreed_to_tls: bool,
    protected: bool,
    /// The login was turned away: what is refused then is refused for that.
    turned_away: bool,
    joined: bool,
    greeted: bool,
    let_in: bool,
    mends: bool,
    /// The client took its leave, or the connection ended.
    ended: bool,
    pending: VecDeque<Pending>,
    /// A command of wget's whose outcome is not on its line: with --debug the dialogue follows.
    step: Option<(String, String, u32, String)>,
    /// wget's steps were met, in the place of replies.
    steps: bool,
    /// Commands come with a label, so that a bare one in the middle of a reply is none.
    labelled: bool,
    last_reply: String,
    reply: Option<OpenReply>,
    draft: Option<Draft>,
    ways: HashMap<String, usize>,
    last: Option<(u32, f64)>,
    timed: bool,
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
    lines: Vec<String>,
    label: String,
    at_ms: f64,
    line: u32,
}

impl Seen<'_> {
    fn event(&self, what: What) -> Event {
        Event { at_ms: self.at_ms, line: Some(self.line), what }
    }
}

impl Session {
    /// Whether this line begins another session.
    pub fn begins_anew(&self, parsed: &Line, told: Option<Tells>, text: &str) -> bool {
        match (&parsed.words, told) {
            (Words::Reply { code: 220, .. }, _) => self.greeted && self.pending.is_empty() && self.reply.is_none(),
            (Words::Command { verb: "USER", .. }, _) => self.ended,
            (Words::Reply { .. }, _) => false,
            (_, Some(Tells::Dials(Which::Control) | Tells::LooksUp)) => self.joined || self.ended,
            (_, Some(Tells::Dials(Which::Either))) => {
                let to_data = self.draft.as_ref().is_some_and(|draft| draft.agreed || draft.transfer)
                    && words::endpoint(text).is_none_or(|end| Some(end.port()) != self.peer.map(|peer| peer.port()));
                self.ended || ((self.greeted || self.let_in) && !to_data)
            }
            // "Connected to" where the dial was not shown.
            (_, Some(Tells::Joined(Which::Control))) => self.ended || (self.greeted && self.draft.is_none()),
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
            Words::Command { .. } if parsed.indented && parsed.label.is_empty() && self.labelled => {}
            Words::Reply { code, open, line } => self.reply_line(code, open, line, parsed.label, &seen),
            Words::Command { verb, argument } => {
                self.labelled |= !parsed.label.is_empty();
                self.step = None;
                self.command(verb, argument, &seen);
            }
            Words::Other(text) if words::is_entry(text) => {
                let (around, at) = (self.around(), seen.event(What::CutShort));
                if let Some(draft) = self.draft.as_mut().filter(|draft| draft.agreed && draft.transfer) {
                    draft.join(None, around, &at);
                }
            }
            Words::Other(text) => {
                if told.is_some() {
                    self.take_step(seen.at_ms);
                }
                if !self.greeted && self.joined && (text.starts_with("SSH-") || text.starts_with("HTTP/1")) {
                    let text = text.chars().take(200).collect();
                    self.record(
                        seen.event(What::Nonsense { why: "a line without a reply code".to_owned(), text }),
                        &seen,
                    );
                    self.ended = true;
                }
                if let Some(tells) = told {
                    self.words(tells, &seen);
                }
            }
        }
    }

    /// The log is at its end.
    pub fn finish(&mut self) {
        if let Some(open) = self.reply.take() {
            self.complete(open);
        }
        self.take_step(self.last.map_or(0.0, |(_, at_ms)| at_ms + 0.001));
        let Some(draft) = self.draft.take() else { return };
        let (line, at_ms) = self.last.unwrap_or((0, 0.0));
        let at = Event { at_ms: at_ms + 0.001, line: Some(line), what: What::CutShort };
        // A log that ends while another of the same mode got through ends in the middle of what works.
        let works = self.attempts.iter().any(|done| {
            done.verb.mode() == draft.mode() && done.events.iter().any(|event| matches!(event.what, What::EndOfFile))
        });
        self.close(draft, if works || self.ended { Leaving::Superseded } else { Leaving::LogEnds }, &at);
    }

    /// Whether anything of FTP came out of it.
    pub fn tells(&self) -> bool {
        !self.events.is_empty() || !self.attempts.is_empty() || !self.dials.is_empty() || self.no_address.is_some()
    }

    pub fn port(&self) -> Option<u16> {
        let dialled = self.peer.or_else(|| self.dials.first().map(|dial| dial.address));
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
        Around { peer: self.peer, protection, mends: self.mends, timed: self.timed, shows_replies }
    }

    /// Keeps the line, which an event is going to rest on.
    fn quote(&mut self, seen: &Seen) {
        if self.quotes.last().is_some_and(|(line, _)| *line == seen.line) {
            return;
        }
        if self.quotes.len() >= MOST_QUOTES {
            let attempts = self.attempts.iter().flat_map(|attempt| &attempt.events);
            let draft = self.draft.iter().flat_map(|draft| &draft.events);
            let all = self.events.iter().chain(attempts).chain(draft);
            let used: BTreeSet<u32> = all.filter_map(|event| event.line).collect();
            self.quotes.retain(|(line, _)| used.contains(line));
        }
        self.quotes.push((seen.line, seen.text.to_owned()));
    }

    fn record(&mut self, event: Event, seen: &Seen) {
        self.quote(seen);
        if self.events.len() < MOST_EVENTS {
            self.events.push(event);
        }
    }

    // Commands.

    fn command(&mut self, verb: &str, argument: &str, seen: &Seen) {
        if let Some(open) = self.reply.take() {
            self.complete(open);
        }
        self.quote(seen);
        let shown = match (verb, argument) {
            ("PASS" | "ACCT", _) => format!("{verb} ****"),
            (_, "") => verb.to_owned(),
            _ => format!("{verb} {argument}"),
        };
        let sent = seen.event(What::Sent(shown));
        if let Some(data) = DataVerb::ALL.into_iter().find(|known| known.name() == verb && argument != "ALL") {
            self.leave(&sent);
            self.draft = Some(Draft::new(data, sent, self.around()));
            self.pending.push_back(Pending { verb: verb.to_owned(), of: Of::Negotiation });
            return;
        }
        let moves = matches!(verb, "LIST" | "NLST" | "MLSD" | "RETR" | "STOR" | "APPE" | "STOU");
        let alone = self.draft.as_ref().is_some_and(|draft| !draft.transfer);
        if moves && alone {
            if let Some(draft) = &mut self.draft {
                draft.ask(sent);
            }
            self.pending.push_back(Pending { verb: verb.to_owned(), of: Of::Transfer });
            return;
        }
        match verb {
            "USER" if !matches!(argument.to_ascii_lowercase().as_str(), "anonymous" | "ftp") => {
                self.user = Some(argument.chars().take(100).collect());
            }
            "QUIT" => {
                self.leave(&sent);
                self.ended = true;
            }
            _ => {}
        }
        // A transfer that no data connection was negotiated for says nothing here, nor does what keeps a session alive.
        if !moves && verb != "NOOP" {
            self.record(sent, seen);
        }
        self.pending.push_back(Pending { verb: verb.to_owned(), of: Of::Control });
        if self.pending.len() > 40 {
            self.pending.pop_front();
        }
    }

    /// A command and what became of it, in wget's words. It connects before it says that PASV is done.
    fn step(&mut self, verb: &str, argument: &str, outcome: &str, seen: &Seen) {
        self.steps = true;
        if outcome.is_empty() {
            self.step = Some((verb.to_owned(), argument.to_owned(), seen.line, seen.text.to_owned()));
            return;
        }
        self.step = None;
        self.command(verb, argument, seen);
        let done = outcome.starts_with("done");
        let around = self.around();
        let at = seen.event(What::CutShort);
        if let Some(draft) = &mut self.draft {
            draft.agreed = true;
            if done && (draft.transfer || draft.mode() == Mode::Passive) {
                draft.join(None, around, &at);
            }
        }
        self.step_done();
        if !done && let (Some(tells), _) = words::read(outcome) {
            self.words(tells, seen);
        }
    }

    /// The command whose outcome did not come on its line.
    fn take_step(&mut self, at_ms: f64) {
        if let Some((verb, argument, line, text)) = self.step.take() {
            self.command(&verb, &argument, &Seen { at_ms, line, text: &text, timed: self.timed });
            self.step_done();
        }
    }

    /// No reply will be shown.
    fn step_done(&mut self) {
        self.pending.pop_back();
    }

    /// A client that shows no commands says that the replies before were to PASV or EPSV.
    fn passive_refused(&mut self) {
        if self.draft.is_some() || self.turned_away {
            return;
        }
        let is_refusal = |event: &Event| matches!(&event.what, What::Replied(reply) if reply.is_refusal());
        let from = self.events.iter().rposition(|event| !is_refusal(event)).map_or(0, |at| at + 1);
        let Some(event) = self.events.drain(from..).next() else { return };
        let What::Replied(reply) = &event.what else { return };
        let sent = Event { at_ms: event.at_ms, line: None, what: What::Sent("PASV".to_owned()) };
        let mut draft = Draft::new(DataVerb::Pasv, sent, self.around());
        draft.answer(reply, &event, self.around());
        self.keep(draft);
    }

    /// The data connection under way is left for something else.
    fn leave(&mut self, at: &Event) {
        if let Some(draft) = self.draft.take() {
            self.close(draft, Leaving::Superseded, at);
        }
        self.pending.retain(|pending| pending.of == Of::Control);
    }

    fn close(&mut self, mut draft: Draft, leaving: Leaving, at: &Event) {
        draft.leave(leaving, &Event { at_ms: at.at_ms, line: at.line, what: What::CutShort });
        self.keep(draft);
    }

    fn keep(&mut self, draft: Draft) {
        let outcome = draft.outcome(0, self.peer);
        let alike = self.ways.entry(way_of(&outcome)).or_default();
        *alike += 1;
        if *alike > MOST_ALIKE {
            self.left_out += 1;
            return;
        }
        self.attempts.push(outcome);
    }

    // Replies.

    /// Whether the line belongs to the reply that is under way.
    fn continues_reply(&mut self, parsed: &Line, seen: &Seen) -> bool {
        let Some(mut open) = self.reply.take() else { return false };
        let same_label = open.label == parsed.label;
        let text = match parsed.words {
            Words::Reply { code, open: more, line } => {
                if code != open.code || (!more && !same_label) {
                    self.complete(open);
                    return false;
                }
                open.lines.push(line.to_owned());
                if more {
                    self.reply = Some(open)
                } else {
                    self.complete(open)
                }
                return true;
            }
            Words::Command { verb, argument } if same_label && matches!(open.code, 211 | 214) => {
                format!(" {verb} {argument}")
            }
            Words::Other(text) if same_label || parsed.label.is_empty() => format!(" {text}"),
            Words::Command { .. } | Words::Other(_) => {
                self.complete(open);
                return false;
            }
        };
        // In some logs nothing marks the lines, and the last may have been cut off: its own words end it.
        let told =
            matches!(parsed.words, Words::Other(_)) && open.label.is_empty() && words::read(seen.text).0.is_some();
        if told || open.lines.len() >= MOST_LINES {
            self.complete(open);
            return false;
        }
        open.lines.push(text.trim_end().to_owned());
        self.reply = Some(open);
        true
    }

    fn reply_line(&mut self, code: u16, open: bool, line: &str, label: &str, seen: &Seen) {
        // The client's own words in the form of a reply.
        let lower = line.to_ascii_lowercase();
        if code == 421 && lower.contains("service not available, ") {
            let how = if lower.contains("timed out") { How::TimedOut } else { How::Closed };
            let which = if how == How::Closed { Which::Control } else { Which::Either };
            if lower.contains("remote server") {
                self.words(Tells::Failed(which, how), seen);
                return;
            }
            if lower.contains("user interrupt") {
                return;
            }
        }
        let reply = OpenReply {
            code,
            lines: vec![line.to_owned()],
            label: label.to_owned(),
            at_ms: seen.at_ms,
            line: seen.line,
        };
        self.quote(seen);
        if open { self.reply = Some(reply) } else { self.complete(reply) }
    }

    /// A whole reply: who asked for it?
    fn complete(&mut self, open: OpenReply) {
        let text = open.lines.join("\n");
        // "227: Entering" of ncftp, and codes beyond those of RFC 959.
        let text = if text.as_bytes().get(3) == Some(&b':') { text.replacen(':', " ", 1) } else { text };
        let Some(reply) = Reply::from_text(text) else { return };
        let event = Event { at_ms: open.at_ms, line: Some(open.line), what: What::Replied(reply.clone()) };
        // An exception says again what the dialogue shows, and some clients show replies twice.
        let again = self.pending.is_empty() && self.last_reply == reply.text;
        self.last_reply.clone_from(&reply.text);
        if again {
            return;
        }
        self.resynchronise(reply.code);
        if self.agreed_to_tls {
            self.secure(Security::ExplicitTls, &event);
        }
        let Some(of) = self.pending.front().map(|pending| pending.of) else {
            return self.unasked(&reply, event);
        };
        let verb = self.pending.front().map(|pending| pending.verb.clone()).unwrap_or_default();
        if !reply.is_preliminary() {
            self.pending.pop_front();
        }
        match of {
            Of::Negotiation => self.negotiated(&reply, &event),
            Of::Transfer => self.transferred(&reply, &event),
            Of::Control => self.answered(&verb, &reply, event),
        }
    }

    /// Lines are lost, and clients send ahead: a reply that can be of one command alone finds it.
    fn resynchronise(&mut self, code: u16) {
        let verbs: &[&str] = match code {
            227 => &["PASV"],
            229 => &["EPSV"],
            331 => &["USER"],
            230 => &["PASS", "USER", "ACCT"],
            234 | 334 => &["AUTH"],
            215 => &["SYST"],
            257 => &["PWD", "XPWD", "MKD", "XMKD"],
            221 => &["QUIT"],
            125 | 150 | 226 => &["LIST", "NLST", "MLSD", "RETR", "STOR", "APPE", "STOU", "ABOR"],
            _ => return,
        };
        if let Some(at) = self.pending.iter().position(|pending| verbs.contains(&pending.verb.as_str())) {
            self.pending.drain(..at);
        } else if matches!(code, 227 | 229 | 331 | 125 | 150) {
            // None that is known: what is pending was lost.
            self.pending.clear();
        }
    }

    fn answered(&mut self, verb: &str, reply: &Reply, event: Event) {
        match (verb, reply.code) {
            ("USER" | "PASS" | "ACCT", 230 | 232) => {
                self.let_in = true;
                self.turned_away = false;
            }
            ("USER" | "PASS" | "ACCT", 400..) => self.turned_away = !self.let_in,
            ("AUTH", 234 | 334) => self.agreed_to_tls = true,
            ("PROT", 200..=299) => self.protected = self.asked_for("PROT P"),
            ("CCC", 200..=299) => self.security = Security::Plain,
            (_, 220) if !self.greeted => self.greeted = true,
            // Some clients show nothing of the greeting and the login.
            ("PWD" | "XPWD" | "TYPE" | "CWD" | "SIZE" | "MDTM" | "OPTS", 200..=299) if !self.turned_away => {
                self.greeted = true;
                self.let_in = true;
            }
            (_, 421) => self.ended = true,
            _ => {}
        }
        if reply.code == 421
            && let Some(mut draft) = self.draft.take()
        {
            draft.events.push(event);
            return self.keep(draft);
        }
        self.push(event);
    }

    /// Whether the last command sent but one that is unanswered was this.
    fn asked_for(&self, line: &str) -> bool {
        let mut sent = self.events.iter().rev().filter_map(|event| match &event.what {
            What::Sent(sent) => Some(sent.as_str()),
            _ => None,
        });
        sent.find(|sent| sent.starts_with("PROT")).is_some_and(|sent| sent == line)
    }

    fn secure(&mut self, security: Security, at: &Event) {
        if self.security == Security::Plain {
            self.security = security;
            let what = What::Secured { version: "TLS".to_owned(), session: timeline::Session::New };
            self.push(Event { what, ..at.clone() });
        }
        self.agreed_to_tls = false;
    }

    fn push(&mut self, event: Event) {
        if self.events.len() < MOST_EVENTS {
            self.events.push(event);
        }
    }

    fn negotiated(&mut self, reply: &Reply, event: &Event) {
        let around = self.around();
        let Some(mut draft) = self.draft.take() else { return };
        if reply.is_refusal() && (self.turned_away || (reply.code == 530 && !self.let_in)) {
            return;
        }
        if draft.answer(reply, event, around) {
            self.pending.retain(|pending| pending.of != Of::Transfer);
            return self.keep(draft);
        }
        self.draft = Some(draft);
    }

    fn transferred(&mut self, reply: &Reply, event: &Event) {
        let around = self.around();
        let Some(mut draft) = self.draft.take() else { return };
        // A listing that the server does not know is asked for in another way over the same data connection.
        if matches!(reply.code, 500 | 502 | 504)
            && matches!(last_sent(&draft.events), Some(sent) if sent.starts_with("MLSD"))
        {
            draft.transfer = false;
            draft.events.pop();
            self.draft = Some(draft);
            return;
        }
        if draft.transfer_reply(reply, event, around) {
            return self.keep(draft);
        }
        self.draft = Some(draft);
    }

    /// A reply to a command that the log does not show.
    fn unasked(&mut self, reply: &Reply, event: Event) {
        // What somebody quotes behind the end is told a second time.
        if self.ended {
            return;
        }
        let lower = reply.text.to_ascii_lowercase();
        let inferred = |verb: &str| Event { at_ms: event.at_ms, line: None, what: What::Sent(verb.to_owned()) };
        let verb = match reply.code {
            220 if !self.greeted => {
                self.greeted = true;
                self.join_control(None);
                return self.push(event);
            }
            227 => Some(DataVerb::Pasv),
            229 => Some(DataVerb::Epsv),
            _ if lower.contains("eprt") => Some(DataVerb::Eprt),
            500.. if lower.contains("epsv") => Some(DataVerb::Epsv),
            500.. if lower.contains("pasv") => Some(DataVerb::Pasv),
            // pyftpdlib.
            200 if lower.contains("active data connection established") => Some(DataVerb::Port),
            _ if lower.contains("port command") => Some(DataVerb::Port),
            500 | 501 if dialect::addresses_in_refusal(reply).client.is_some() => Some(DataVerb::Port),
            _ => None,
        };
        if let Some(verb) = verb {
            self.leave(&event);
            self.draft = Some(Draft::new(verb, inferred(verb.name()), self.around()));
            return self.negotiated(reply, &event);
        }
        match reply.code {
            331 | 332 => {
                let sent = inferred("USER");
                self.push(sent);
                self.push(event);
            }
            230 => {
                self.let_in = true;
                let verb = if self.events.iter().any(|e| matches!(&e.what, What::Sent(line) if line == "USER")) {
                    "PASS ****"
                } else {
                    "USER"
                };
                let sent = inferred(verb);
                self.push(sent);
                self.push(event);
            }
            400..
                if may_be_of_login(reply, self.greeted)
                    && !self.let_in
                    && self.draft.is_none()
                    && !self.turned_away
                    && reply.code != 421 =>
            {
                let asked_password =
                    self.events.iter().any(|e| matches!(&e.what, What::Replied(reply) if reply.code == 331));
                self.push(inferred(if asked_password { "PASS ****" } else { "USER" }));
                self.turned_away = true;
                self.push(event);
            }
            421 if self.draft.is_some() => self.answered("", reply, event),
            // What only a data connection can be refused for.
            400.. if self.draft.is_none() && of_data_alone(reply) => {
                let mut draft = Draft::agreed(DataVerb::Pasv, inferred("PASV"), self.around());
                draft.ask(inferred("LIST"));
                self.draft = Some(draft);
                self.transferred(reply, &event);
            }
            221 => {
                self.push(event);
                self.ended = true;
            }
            _ if self.draft.is_some()
                && (reply.is_preliminary() || reply.code == 226 || reply.code == 250 || reply.is_refusal()) =>
            {
                if let Some(draft) = self.draft.as_mut().filter(|draft| !draft.transfer) {
                    draft.ask(inferred("LIST"));
                }
                self.transferred(reply, &event);
            }
            _ => self.answered("", reply, event),
        }
    }

    // The program's own words.

    fn words(&mut self, tells: Tells, seen: &Seen) {
        let endpoint = words::endpoint(seen.text);
        let around = self.around();
        let at = seen.event(What::CutShort);
        let agreed = self.draft.as_ref().is_some_and(|draft| draft.agreed || draft.transfer || self.silent());
        self.quote(seen);
        if !self.joined
            && let Some(name) = words::host(seen.text)
        {
            self.host.get_or_insert_with(|| name.to_ascii_lowercase());
        }
        match tells {
            Tells::LooksUp => {}
            Tells::LoggedIn => {
                self.let_in = true;
                self.greeted = true;
            }
            Tells::PassiveRefused => self.passive_refused(),
            Tells::NoAddress => {
                if !self.joined {
                    self.no_address = Some((seen.line, seen.text.trim().chars().take(200).collect()));
                }
            }
            Tells::Dials(Which::Data) => self.dial_data(endpoint, around, &at),
            Tells::Dials(Which::Either) if agreed => self.dial_data(endpoint, around, &at),
            Tells::Dials(_) => self.dial_control(endpoint),
            Tells::Joined(Which::Data) => self.join_data(endpoint, around, &at),
            Tells::Joined(Which::Either) if agreed => self.join_data(endpoint, around, &at),
            Tells::Joined(_) => {
                // The same words may be of a data connection: "Connected to 192.0.2.1 port 50000".
                if agreed {
                    return self.join_data(endpoint, around, &at);
                }
                self.join_control(endpoint);
            }
            Tells::MendsAddress => {
                self.mends = true;
                if self.draft.is_none() && self.let_in && !self.ended {
                    self.draft = Some(Draft::agreed(DataVerb::Pasv, seen.event(What::Sent("PASV".to_owned())), around));
                }
            }
            Tells::RefusesAddress => {
                if let Some(mut draft) = self.draft.take() {
                    draft.fail(How::Unsaid, None, seen.text, around, &at);
                    self.keep(draft);
                }
            }
            Tells::Secured => {
                if let Some(draft) = &mut self.draft {
                    draft.secured = true;
                } else {
                    // FileZilla waits for the greeting before it begins with explicit TLS.
                    let implicit = self.peer.or(self.dialling).is_some_and(|peer| peer.port() == 990);
                    if implicit {
                        self.join_control(None);
                    }
                    self.secure(if implicit { Security::ImplicitTls } else { Security::ExplicitTls }, &at);
                }
            }
            Tells::Untrusted(why) => {
                let known = self.events.iter().any(|event| matches!(event.what, What::Distrusted(_)));
                if !known && !self.let_in {
                    self.push(seen.event(What::Distrusted(why)));
                }
            }
            Tells::Refused(code) => self.refused_without_code(code, seen),
            Tells::Stopped(code) => {
                self.refused_without_code(code, seen);
                self.fail(Which::Data, How::Unsaid, seen);
            }
            Tells::Got => {
                if let Some(mut draft) = self.draft.take() {
                    if draft.transfer || draft.agreed {
                        draft.got(None, around, &at);
                        return self.keep(draft);
                    }
                    self.draft = Some(draft);
                }
            }
            Tells::Failed(which, how) => self.fail(which, how, seen),
        }
    }

    /// Whether the log shows commands and no replies.
    fn silent(&self) -> bool {
        !self.greeted && !self.events.iter().any(|event| matches!(event.what, What::Replied(_)))
    }

    fn dial_data(&mut self, endpoint: Option<SocketAddr>, around: Around, at: &Event) {
        if let Some(draft) = &mut self.draft {
            draft.dial(endpoint, around, at);
        }
    }

    fn join_data(&mut self, endpoint: Option<SocketAddr>, around: Around, at: &Event) {
        if let Some(draft) = &mut self.draft {
            draft.join(endpoint, around, at);
        }
    }

    fn dial_control(&mut self, endpoint: Option<SocketAddr>) {
        if !self.joined {
            self.dialling = endpoint.map(with_control_port);
        }
    }

    fn join_control(&mut self, endpoint: Option<SocketAddr>) {
        if self.joined {
            return;
        }
        self.joined = true;
        self.peer = endpoint.map(with_control_port).or(self.dialling).or(self.peer);
        if self.peer.is_some_and(|peer| peer.port() == 990) {
            self.security = Security::ImplicitTls;
        }
    }

    /// The words of a refusal, whose code the client keeps to itself.
    fn refused_without_code(&mut self, code: u16, seen: &Seen) {
        let words = seen.text.rsplit("(): ").next().unwrap_or(seen.text);
        let words = words.split(" in ").next().unwrap_or(words).trim();
        if self.ended || (self.turned_away && self.draft.is_none()) {
            return;
        }
        let Some(reply) = Reply::from_text(format!("{code} {words}")) else { return };
        let event = seen.event(What::Replied(reply.clone()));
        if self.draft.is_some() {
            match self.pending.front().map(|pending| pending.of) {
                Some(Of::Negotiation) => self.negotiated(&reply, &event),
                _ => self.transferred(&reply, &event),
            }
        } else {
            // The dialogue shows the reply itself where there is one.
            let told = self
                .events
                .iter()
                .rev()
                .take(3)
                .any(|event| matches!(&event.what, What::Replied(known) if known.code == code));
            if !told {
                self.unasked(&reply, event);
            }
        }
    }

    fn fail(&mut self, which: Which, how: How, seen: &Seen) {
        let ms = words::seconds(seen.text).map(|seconds| seconds * 1000.0);
        let around = self.around();
        let at = seen.event(What::CutShort);
        let endpoint = words::endpoint(seen.text).filter(|end| end.port() != 0);
        let control_port = self.peer.or(self.dialling).map(|peer| peer.port());
        let elsewhere =
            endpoint.is_some_and(|end| end.port() > 1023 && control_port.is_some_and(|port| port != end.port()));
        let of_data = match which {
            Which::Data => true,
            Which::Control => false,
            Which::Either => self.draft.is_some() || elsewhere,
        };
        // Some programs tell of their data connection only when it failed.
        if of_data && self.draft.is_none() && self.attempts.is_empty() && !self.turned_away && !self.ended {
            let sent = Event { at_ms: seen.at_ms, line: None, what: What::Sent("PASV".to_owned()) };
            self.draft = Some(Draft::agreed(DataVerb::Pasv, sent, around));
            self.joined = true;
        }
        // A control connection that ends takes its data connection with it.
        if let Some(mut draft) = self.draft.take_if(|_| of_data || matches!(how, How::Closed | How::Reset)) {
            if let Some(endpoint) =
                words::endpoint(seen.text).filter(|end| of_data && end.port() != 0 && Some(*end) != self.peer)
            {
                draft.dial(Some(endpoint), around, &at);
            }
            draft.fail(how, ms, seen.text, around, &at);
            self.pending.retain(|pending| pending.of == Of::Control);
            self.keep(draft);
            self.ended |= !of_data;
            return;
        }
        if of_data || self.ended {
            return;
        }
        if !self.joined && !self.greeted {
            return self.not_joined(how, ms, seen);
        }
        let waits = !self.pending.is_empty() || !self.greeted;
        let what = match how {
            How::TimedOut | How::Unsaid if waits => What::Silent { awaited: Awaited::Reply, ms: ms.unwrap_or(0.0) },
            How::Closed if waits || !self.let_in => What::ControlClosed,
            How::Reset if waits || !self.let_in => What::ControlReset,
            How::Tls => What::TlsFailed { how: Broken::Invalid, words: seen.text.trim().chars().take(120).collect() },
            _ => return,
        };
        self.record(seen.event(what), seen);
        self.ended = true;
    }

    /// The control connection was not joined.
    fn not_joined(&mut self, how: How, ms: Option<f64>, seen: &Seen) {
        let named = words::endpoint(seen.text).map(with_control_port);
        let Some(address) = self.dialling.take().or(named).or_else(|| self.dials.is_empty().then_some(UNSEEN)) else {
            return;
        };
        let what = match how {
            How::TimedOut => What::Silent { awaited: Awaited::Connect, ms: ms.unwrap_or(0.0) },
            How::Refused => What::Refused,
            How::HostUnreachable => What::Unreachable { icmp: Icmp::Host, from: None },
            How::NetUnreachable => What::Unreachable { icmp: Icmp::Net, from: None },
            How::Closed | How::Reset | How::Tls | How::Unsaid => What::Abandoned(Awaited::Connect),
        };
        let address = if address.port() == 0 { SocketAddr::new(address.ip(), 21) } else { address };
        self.quote(seen);
        self.dials.push(Dial { address, events: vec![seen.event(what)] });
    }
}

/// A refusal of a data connection for what only it can lack.
fn of_data_alone(reply: &Reply) -> bool {
    matches!(dialect::says(reply), Some(Says::SessionReuseRequired | Says::ForeignDataSource))
}

/// Whether a refusal that nobody is known to have asked for can be the login's: of a connection that was greeted, where it
/// does not speak of a transfer.
fn may_be_of_login(reply: &Reply, greeted: bool) -> bool {
    let of_transfer = matches!(reply.code, 425 | 426 | 450..=452 | 522 | 551..=553);
    matches!(reply.code, 430 | 530) || (greeted && !of_transfer)
}

fn with_control_port(end: SocketAddr) -> SocketAddr {
    if end.port() == 0 { SocketAddr::new(end.ip(), 21) } else { end }
}

fn last_sent(events: &[Event]) -> Option<&str> {
    events.iter().rev().find_map(|event| match &event.what {
        What::Sent(line) => Some(line.as_str()),
        _ => None,
    })
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
