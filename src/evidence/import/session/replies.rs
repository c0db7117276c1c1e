//! What the server answered, and to which command.

use super::super::line::{Line, Words};
use super::super::words::{self, How, Tells, Which};
use super::{MOST_EVENTS, MOST_LINES, Of, OpenReply, Seen, Session, commands};
use crate::evidence::security::{Protection, Security};
use crate::evidence::timeline::{self, Event, What};
use crate::protocol::dialect::{self, Says};
use crate::protocol::host_port;
use crate::protocol::reply::Reply;

/// Commands sent ahead of their replies.
const MOST_AHEAD: usize = 9;

impl Session {
    /// Whether the line belongs to the reply that is under way.
    pub(super) fn continues_reply(&mut self, parsed: &Line, seen: &Seen) -> bool {
        let Some(mut open) = self.reply.take() else { return false };
        let same_label = open.label == parsed.label;
        let text = match parsed.words {
            Words::Reply { code, open: more, line } => {
                let unmarked = parsed.label.is_empty() || open.label.is_empty();
                if code != open.code || (!more && !same_label && !unmarked) {
                    self.complete(open);
                    return false;
                }
                open.add(line);
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
            // The client's own word in the middle of a reply does not end it, unless it tells something.
            Words::Other(text) if words::read(text).0.is_none() && open.lines < MOST_LINES => {
                self.reply = Some(open);
                return false;
            }
            Words::Command { .. } | Words::Other(_) => {
                self.complete(open);
                return false;
            }
        };
        // In some logs nothing marks the lines, and the last may have been cut off: its own words end it.
        let told =
            matches!(parsed.words, Words::Other(_)) && open.label.is_empty() && words::read(seen.text).0.is_some();
        if told || open.lines >= MOST_LINES {
            self.complete(open);
            return false;
        }
        open.add(text.trim_end());
        self.reply = Some(open);
        true
    }

    pub(super) fn reply_line(&mut self, code: u16, open: bool, line: &str, label: &str, seen: &Seen) {
        // The client's own words in the form of a reply.
        let lower = if code == 421 { line.to_ascii_lowercase() } else { String::new() };
        if lower.contains("service not available, ") {
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
            text: line.to_owned(),
            lines: 1,
            label: label.to_owned(),
            at_ms: seen.at_ms,
            line: seen.line,
        };
        self.quote(seen);
        if open { self.reply = Some(reply) } else { self.complete(reply) }
    }

    /// A whole reply: who asked for it?
    pub(super) fn complete(&mut self, open: OpenReply) {
        let text = open.text;
        // "227: Entering" of ncftp, and codes beyond those of RFC 959.
        let text = match text.split_at_checked(4) {
            Some((code, words)) if code.ends_with(':') => format!("{} {}", &code[..3], words.trim_start()),
            _ => text,
        };
        let Some(reply) = Reply::from_text(text) else { return };
        let event = Event { at_ms: open.at_ms, line: Some(open.line), what: What::Replied(reply.clone()) };
        // An exception says again what the dialogue shows, and some clients show replies twice.
        let more = open.lines > 1 && self.last_code == reply.code && matches!(reply.code, 211 | 214 | 220 | 230);
        let again = self.pending.is_empty() && (self.last_reply == reply.text || more);
        self.last_reply.clone_from(&reply.text);
        let before = std::mem::replace(&mut self.last_code, reply.code);
        self.just_greeted = reply.code == 220;
        if reply.code == 220 && self.product.is_none() {
            self.product = dialect::recognise(&reply);
        }
        // What somebody says of a reply is no second one.
        if again || (before >= 400 && before == reply.code && reply.message().trim().is_empty()) {
            return;
        }
        self.alone = None;
        // Nobody sends so far ahead: the log does not show the replies between.
        if self.pending.len() > MOST_AHEAD {
            self.pending.drain(..self.pending.len() - 1);
            if before == 0 {
                return;
            }
        }
        self.resynchronise(reply.code);
        if self.is_of_another(&reply) {
            return self.unasked(&reply, event);
        }
        if self.agreed_to_tls {
            self.secure(Security::ExplicitTls, &event);
        }
        let Some(of) = self.pending.front().map(|pending| pending.of) else {
            return self.unasked(&reply, event);
        };
        // Whoever sends ahead is greeted all the same.
        let ahead =
            self.pending.front().is_some_and(|pending| matches!(pending.verb.as_str(), "USER" | "HOST" | "AUTH"));
        if reply.code == 220 && ahead && !self.greeted && !self.let_in {
            return self.unasked(&reply, event);
        }
        let verb = self.pending.front().map(|pending| pending.verb.clone()).unwrap_or_default();
        if !reply.is_preliminary() {
            self.pending.pop_front();
        }
        let of = if of == Of::Control && self.takes_spare(&verb, &reply) { Of::Transfer } else { of };
        match of {
            // The log begins between PASV and the transfer.
            Of::Control if self.draft.is_none() && matches!(reply.code, 400..=499 | 522) && of_data_alone(&reply) => {
                self.unasked(&reply, event)
            }
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
        let is_of = |verb: &str| verbs.contains(&verb) || (code == 227 && verb == "EPSV" && self.pending.len() == 1);
        let found = match code {
            // The login is over, whichever of its replies the log shows.
            230 => self.pending.iter().rposition(|pending| is_of(&pending.verb)),
            _ => self.pending.iter().position(|pending| is_of(&pending.verb)),
        };
        if let Some(at) = found {
            self.pending.drain(..at);
        } else if matches!(code, 227 | 229 | 331 | 125 | 150) {
            // None that is known: what is pending was lost.
            self.pending.clear();
        }
    }

    /// A refusal whose words fit none of what is pending: an address in PORT, or a file where PASV was asked.
    pub(super) fn is_of_another(&mut self, reply: &Reply) -> bool {
        let Some(front) = self.pending.front() else { return false };
        let verb = front.verb.as_str();
        // What names no port is no answer to PASV or EPSV, and a reply to something before.
        let passive = matches!(verb, "PASV" | "EPSV") && reply.is_completion() && !matches!(reply.code, 227 | 229);
        if passive && host_port::parse(&reply.message()).is_err() {
            return true;
        }
        if !reply.is_refusal() {
            return false;
        }
        let lower = reply.text.to_ascii_lowercase();
        let illegal = ["illegal port", "illegal eprt"].iter().any(|words| lower.contains(words));
        if illegal && !matches!(verb, "PORT" | "EPRT") {
            return true;
        }
        let file = reply.code == 550 && (lower.contains("no such file") || lower.contains("not found"));
        file && front.of == Of::Negotiation
    }

    pub(super) fn answered(&mut self, verb: &str, reply: &Reply, event: Event) {
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
            (verb, 226 | 250) if commands::moves(verb) => self.came(&event),
            (_, 421) => self.ended = true,
            _ => {}
        }
        if reply.code == 421
            && let Some(mut draft) = self.draft.take()
        {
            let around = self.around();
            draft.session_ended(reply, event, around);
            return self.keep(draft);
        }
        self.push(event);
    }

    /// Whether the last command sent but one that is unanswered was this.
    pub(super) fn asked_for(&self, line: &str) -> bool {
        let mut sent = self.events.iter().rev().filter_map(|event| match &event.what {
            What::Sent(sent) => Some(sent.as_str()),
            _ => None,
        });
        sent.find(|sent| sent.starts_with("PROT")).is_some_and(|sent| sent == line)
    }

    pub(super) fn secure(&mut self, security: Security, at: &Event) {
        if self.security == Security::Plain {
            self.security = security;
            let what = What::Secured { version: "TLS".to_owned(), session: timeline::Session::New };
            self.push(Event { what, ..at.clone() });
        }
        self.agreed_to_tls = false;
    }

    pub(super) fn push(&mut self, event: Event) {
        if self.events.len() < MOST_EVENTS {
            self.events.push(event);
        }
    }

    pub(super) fn negotiated(&mut self, reply: &Reply, event: &Event) {
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

    pub(super) fn transferred(&mut self, reply: &Reply, event: &Event) {
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
        // Replies come late where the client gave up on one before.
        if reply.is_completion() && !matches!(reply.code, 200 | 225 | 226 | 250) {
            self.draft = Some(draft);
            return;
        }
        // Only a session under TLS can be asked to resume one.
        if self.security == Security::Plain && dialect::says(reply) == Some(Says::SessionReuseRequired) {
            self.security = Security::ExplicitTls;
            self.protected = true;
            draft.guard(Protection::Private);
        }
        // It ended the session for want of bytes.
        if reply.code == 421 && reply.text.to_ascii_lowercase().contains("data timeout") {
            draft.session_ended(reply, event.clone(), around);
            self.ended = true;
            return self.keep(draft);
        }
        // The server's patience with a data connection that did not come.
        if reply.code == 421 && draft.agreed && draft.waits() && reply.text.to_ascii_lowercase().contains("time") {
            draft.fail(How::TimedOut, None, &reply.text, around, event);
            self.ended = true;
            return self.keep(draft);
        }
        let unused = (is_of_file(reply) && draft.waits()).then(|| draft.clone());
        if draft.transfer_reply(reply, event, around) {
            self.spare = unused.map(|unused| (unused, None));
            return self.keep(draft);
        }
        self.draft = Some(draft);
    }
}

/// A refusal of one file or folder, which leaves the data connection's port as it was.
fn is_of_file(reply: &Reply) -> bool {
    matches!(reply.code, 450 | 550 | 552 | 553)
}

/// A refusal of a data connection for what only it can lack.
pub(super) fn of_data_alone(reply: &Reply) -> bool {
    matches!(
        dialect::says(reply),
        Some(Says::SessionReuseRequired | Says::ForeignDataSource | Says::ProtectionRequired)
    )
}

pub(super) fn last_sent(events: &[Event]) -> Option<&str> {
    events.iter().rev().find_map(|event| match &event.what {
        What::Sent(line) => Some(line.as_str()),
        _ => None,
    })
}
