//! A reply to a command that the log does not show: what it tells of that command.

use super::super::draft::Draft;
use super::super::words::How;
use super::Session;
use super::replies::of_data_alone;
use crate::evidence::Outcome;
use crate::evidence::attempt::DataVerb;
use crate::evidence::security::Security;
use crate::evidence::timeline::{Event, What};
use crate::protocol::dialect::{self, Says};
use crate::protocol::host_port;
use crate::protocol::reply::Reply;

impl Session {
    /// Takes it for what it answers, as far as its code and its words tell.
    pub(super) fn unasked(&mut self, reply: &Reply, event: Event) {
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
            500.. if port_in(&reply.text).is_some() => Some(DataVerb::Port),
            500.. if lower.contains("epsv") => Some(DataVerb::Epsv),
            500.. if lower.contains("pasv") || lower.contains("passive command") => Some(DataVerb::Pasv),
            // Who asks for a passive port has logged in.
            500.. if dialect::says(reply) == Some(Says::PortsExhausted) => Some(DataVerb::Pasv),
            // pyftpdlib.
            200 if lower.contains("active data connection established") => Some(DataVerb::Port),
            _ if lower.contains("port command") => Some(DataVerb::Port),
            200 if lower.split(|c: char| !c.is_ascii_alphabetic()).any(|word| word == "port") => Some(DataVerb::Port),
            500 | 501 if dialect::addresses_in_refusal(reply).client.is_some() => Some(DataVerb::Port),
            500 | 501 if dialect::says(reply) == Some(Says::AddressRejected) => Some(DataVerb::Port),
            _ => None,
        };
        if let Some(verb) = verb {
            self.leave(&event);
            let line = port_in(&reply.text).filter(|_| verb == DataVerb::Port);
            let sent = inferred(line.as_deref().unwrap_or(verb.name()));
            self.draft = Some(Draft::new(verb, sent, self.around()));
            return self.negotiated(reply, &event);
        }
        match reply.code {
            // It names the command that it refuses.
            500..=504 if lower.contains("'auth'") || lower.contains("\"auth\"") => {
                let sent = inferred("AUTH TLS");
                self.push(sent);
                self.push(event);
            }
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
            // What the client could not read as an answer to PASV answers a command before: it is out of step itself.
            200..=299 if host_port::parse(&reply.message()).is_err() && self.takes_back_unread() => self.push(event),
            // A file that was asked for before is missing, which says nothing of what is under way.
            200..=299 | 550 if self.is_of_another(reply) => self.push(event),
            421 if self.draft.is_some() => self.answered("", reply, event),
            // What only a data connection can be refused for.
            400.. if self.draft.is_none() && of_data_alone(reply) => {
                // Only TLS has sessions, and ProFTPD's words are of TLS as well.
                if matches!(dialect::says(reply), Some(Says::SessionReuseRequired)) {
                    self.protected = true;
                    self.security = if self.security.is_plain() { Security::ExplicitTls } else { self.security };
                }
                let mut draft = Draft::agreed(DataVerb::Pasv, inferred("PASV"), self.around());
                draft.ask(inferred("LIST"));
                self.draft = Some(draft);
                self.transferred(reply, &event);
            }
            // Of a connection that the server dialled.
            425 if self.draft.is_none()
                && self.attempts.is_empty()
                && matches!(dialect::says(reply), Some(Says::CallbackRefused | Says::CallbackUnreachable)) =>
            {
                let mut draft = Draft::agreed(DataVerb::Port, inferred("PORT"), self.around());
                draft.transfer = true;
                self.draft = Some(draft);
                self.joined = true;
                self.transferred(reply, &event);
            }
            // Go's servers name their own passive port, where nobody came.
            425 if self.draft.is_none() && lower.contains("accept tcp") && lower.contains("timeout") => {
                let mut draft = Draft::agreed(DataVerb::Pasv, inferred("PASV"), self.around());
                draft.ask(inferred("LIST"));
                draft.fail(How::TimedOut, None, &reply.text, self.around(), &event);
                self.keep(draft);
            }
            // Its words are of TLS on a data connection, which the log does not show.
            400..
                if self.draft.is_none()
                    && (lower.contains("tls") || lower.contains("ssl"))
                    && lower.contains("data c") =>
            {
                self.protected = true;
                self.security = if self.security.is_plain() { Security::ExplicitTls } else { self.security };
                let mut draft = Draft::agreed(DataVerb::Pasv, inferred("PASV"), self.around());
                draft.ask(inferred("LIST"));
                draft.fail(How::Tls, None, &reply.text, self.around(), &event);
                self.keep(draft);
            }
            221 => {
                self.push(event);
                self.ended = true;
            }
            // Of a data connection that is not agreed on nothing can have come.
            226 | 250 if self.draft.as_ref().is_some_and(|draft| !draft.agreed && !draft.transfer) => self.push(event),
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

    /// Forgets the attempt that came last, where its reply was not shown and the client could not read it.
    fn takes_back_unread(&mut self) -> bool {
        let unread = |done: &mut Outcome| {
            let replied = done.events.iter().any(|event| matches!(event.what, What::Replied(_)));
            !replied && done.events.iter().any(|event| matches!(event.what, What::Unreadable(_)))
        };
        self.draft.is_none() && self.attempts.pop_if(unread).is_some()
    }
}

/// The PORT line that a refusal says again.
fn port_in(text: &str) -> Option<String> {
    let (_, behind) = text.split_once("PORT ")?;
    let end = behind.find(|c: char| !(c.is_ascii_digit() || c == ',')).unwrap_or(behind.len());
    host_port::parse(&behind[..end]).ok().map(|_| format!("PORT {}", &behind[..end]))
}

/// Whether a refusal that nobody is known to have asked for can be the login's: of a connection that was greeted, where it
/// does not speak of a transfer.
fn may_be_of_login(reply: &Reply, greeted: bool) -> bool {
    let of_transfer = matches!(reply.code, 425 | 426 | 450..=452 | 522 | 550..=553);
    // A command that the server does not know is none of the login's, and whatever it says of the login it says in words.
    let unknown = matches!(reply.code, 500..=504)
        && !["log", "user", "oops"].iter().any(|word| reply.text.to_ascii_lowercase().contains(word));
    let of_login = matches!(dialect::says(reply), Some(Says::TlsRequired | Says::TooManyConnections));
    matches!(reply.code, 430 | 530) || (greeted && ((!of_transfer && !unknown) || of_login))
}
