//! What the program said in its own words.

use std::net::SocketAddr;

use super::super::draft::{Around, Draft, PATIENCE_MS, UNSEEN};
use super::super::words::{How, Tells, Which};
use super::super::{named, shown};
use super::{Of, Seen, Session};
use crate::evidence::attempt::{DataVerb, Mode};
use crate::evidence::security::{Broken, Security};
use crate::evidence::timeline::{Awaited, Event, Icmp, What};
use crate::evidence::{Dial, Outcome};
use crate::protocol::reply::Reply;

impl Session {
    pub(super) fn words(&mut self, tells: Tells, seen: &Seen) {
        let endpoint = || named::endpoint(seen.text);
        let around = self.around();
        let at = seen.event(What::CutShort);
        let agreed = self.draft.as_ref().is_some_and(|draft| draft.agreed || draft.transfer || self.silent());
        self.quote(seen);
        if !self.joined && self.host.is_none() {
            self.host = named::host(seen.text).map(str::to_ascii_lowercase);
            self.masked |= named::masks_host(seen.text);
        }
        match tells {
            Tells::LooksUp | Tells::Nothing => {}
            Tells::LoggedIn => {
                if !self.let_in && self.last_code == 0 {
                    self.logged_in(seen);
                }
                self.let_in = true;
                self.greeted = true;
            }
            Tells::PassiveRefused => self.passive_refused(),
            Tells::NoAddress => {
                if !self.joined {
                    self.host = self.host.take().or_else(|| named::looked_up(seen.text).map(str::to_ascii_lowercase));
                    self.no_address = Some((seen.line, shown(seen.text, 200)));
                }
            }
            Tells::Dials(Which::Data) => {
                // Some programs begin to tell here.
                let begins = seen.text.to_ascii_lowercase().contains("data connection") && !self.joined && !self.ended;
                if begins && self.draft.is_none() && self.attempts.is_empty() {
                    self.words(Tells::Transfers, seen);
                }
                self.dial_data(endpoint(), around, &at);
            }
            Tells::Dials(Which::Either) if agreed => self.dial_data(endpoint(), around, &at),
            Tells::Dials(_) => {
                self.dialled_ms = seen.at_ms;
                self.dial_control(endpoint());
            }
            Tells::Joined(Which::Data) => self.join_data(endpoint(), around, &at),
            Tells::Joined(Which::Either) if agreed => self.join_data(endpoint(), around, &at),
            Tells::Joined(_) => self.join_control(endpoint()),
            Tells::MendsAddress => {
                self.mends = true;
                if let Some(draft) = &mut self.draft {
                    draft.mends = true;
                }
                if self.draft.is_none() && self.let_in && !self.ended {
                    self.draft = Some(Draft::agreed(DataVerb::Pasv, seen.event(What::Sent("PASV".to_owned())), around));
                }
            }
            Tells::Unroutable => {
                self.unroutable = Some(seen.line);
                self.words(Tells::MendsAddress, seen);
            }
            Tells::Unparsed => {
                // A reply to something else is a matter of order.
                let is_answer = matches!(self.last_code, 0 | 227 | 229)
                    || self.draft.as_ref().is_some_and(|draft| draft.agreed && !draft.transfer);
                // A client that shows no commands has no other reason to say so.
                let alone = self.let_in || !self.joined;
                if self.draft.is_none() && alone && self.attempts.is_empty() && !self.shows_commands() {
                    let sent = Event { at_ms: seen.at_ms, line: None, what: What::Sent("PASV".to_owned()) };
                    self.draft = Some(Draft::agreed(DataVerb::Pasv, sent, around));
                }
                let is_answer = is_answer || self.draft.as_ref().is_some_and(|draft| draft.is_guess());
                if let Some(mut draft) = self.draft.take_if(|_| is_answer) {
                    draft.unparsed(seen.text, &at);
                    self.pending.retain(|pending| pending.of == Of::Control);
                    self.keep(draft);
                }
            }
            Tells::Unlisted => {
                if self.gave_up && self.draft.is_none() {
                    return;
                }
                if self.joined || self.let_in || self.draft.is_some() {
                    self.fail(Which::Data, How::Unsaid, seen);
                }
            }
            Tells::OfData => {
                // Wherever it led, to no control port.
                let of_data =
                    |dial: &mut Dial| !matches!(dial.address.port(), 21 | 990) || dial.address.ip().is_unspecified();
                let nowhere = self.dials.pop_if(of_data);
                let Some(dial) = nowhere.filter(|_| self.attempts.is_empty() && !self.joined) else { return };
                let sent = Event { at_ms: seen.at_ms, line: None, what: What::Sent("PASV".to_owned()) };
                let mut draft = Draft::agreed(DataVerb::Pasv, sent, around);
                let to = Some(dial.address).filter(|to| !to.ip().is_unspecified());
                draft.dial(to, around, &Event { line: None, ..at });
                self.joined = true;
                let mut outcome = draft.outcome(0, self.peer);
                outcome.events.extend(dial.events);
                self.attempts.push(outcome);
            }
            Tells::OfActiveData => self.active_data_failed(seen),
            Tells::AwaitsCallback => self.nobody_called(seen),
            Tells::Foreign => self.stranger_called(seen),
            Tells::FallsBack => self.falls_back_to_active(seen),
            Tells::Interrupted => self.interrupted_by_hand(&at, seen),
            Tells::Breaks(how) => {
                // Of a mode that the log does not tell nothing is concluded.
                if self.draft.is_some() {
                    self.join_data(endpoint(), around, &at);
                    // However it broke, it had stood.
                    self.fail(Which::Data, if how == How::Unsaid { How::Closed } else { how }, seen);
                }
            }
            Tells::Transfers | Tells::Stands => {
                if self.draft.is_none() && self.attempts.is_empty() && !self.ended {
                    let sent = Event { at_ms: seen.at_ms, line: None, what: What::Sent("PASV".to_owned()) };
                    self.draft = Some(Draft::agreed(DataVerb::Pasv, sent, around));
                    self.joined = true;
                    if tells == Tells::Stands {
                        self.join_data(None, around, &at);
                    }
                }
            }
            Tells::HadSent(command) => {
                let lost = |event: &Event| matches!(event.what, What::ControlClosed | What::ControlReset);
                if !self.shows_commands() && matches!(&self.events[..], [only] if lost(only)) {
                    let what = What::Sent(command.to_owned());
                    self.events.insert(0, Event { at_ms: self.events[0].at_ms, line: None, what });
                }
            }
            Tells::Awaits => self.join_control(None),
            Tells::AwaitsMore => {
                self.join_control(None);
                if !self.greeted {
                    let why = "a first line that no end follows".to_owned();
                    self.record(seen.event(What::Nonsense { why, text: shown(seen.text, 120) }), seen);
                    self.ended = true;
                }
            }
            Tells::Unanswered(how) => {
                let control = !self.joined || how == How::Closed;
                let which = if control { Which::Control } else { Which::Either };
                self.join_control(None);
                self.fail(which, how, seen);
            }
            Tells::RefusesAddress => {
                if seen.text.contains("unroutable") {
                    self.unroutable = Some(seen.line);
                }
                if let Some(mut draft) = self.draft.take() {
                    draft.refuse_address(seen.text, &at);
                    self.pending.retain(|pending| pending.of == Of::Control);
                    self.keep(draft);
                }
            }
            Tells::Secured => {
                self.securing = false;
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
            Tells::Securing => {
                // It waits for the greeting before it begins, where TLS does not come first.
                let at_once = seen.text.to_ascii_lowercase().contains("connection established, initializing");
                if at_once {
                    self.join_control(None);
                } else {
                    self.greeted = true;
                }
                if self.draft.is_none() && !self.let_in {
                    self.securing = true;
                }
            }
            Tells::Accepted => self.join_control(None),
            Tells::GivesUp => {
                self.gave_up |= self.joined && self.draft.is_none();
                self.interrupted |= self.draft.is_some();
                if !self.joined && self.dialling.is_some() {
                    self.fail(Which::Control, How::Unsaid, seen);
                }
            }
            // The certificate of a data connection breaks it, where the client does not go on all the same.
            Tells::Untrusted(_) if self.draft.as_ref().is_some_and(|draft| draft.agreed) && gives_up_on(seen.whole) => {
                self.fail(Which::Data, How::Tls, seen);
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
            Tells::InTrace(shown) => {
                if self.silent() && !self.shows_commands() {
                    self.words(*shown, seen);
                }
            }
            Tells::Got | Tells::Moved => {
                if let Some(mut draft) = self.draft.take() {
                    if draft.transfer || draft.agreed {
                        draft.got(None, around, &at);
                        return self.keep(draft);
                    }
                    self.draft = Some(draft);
                } else if self.let_in && !self.shows_commands() {
                    self.got.get_or_insert(seen.line);
                } else if tells == Tells::Moved {
                    self.came(&at);
                }
            }
            Tells::Failed(which, how) => self.fail(which, how, seen),
        }
    }

    /// The client says that the login was taken, and shows no reply.
    fn logged_in(&mut self, seen: &Seen) {
        let Some(reply) = Reply::from_text("230") else { return };
        self.push(Event { at_ms: seen.at_ms, line: None, what: What::Sent("USER".to_owned()) });
        self.push(seen.event(What::Replied(reply)));
    }

    /// Whether the log shows commands and no replies.
    pub(super) fn silent(&self) -> bool {
        self.last_code == 0
    }

    fn dial_data(&mut self, endpoint: Option<SocketAddr>, around: Around, at: &Event) {
        let Some(draft) = &mut self.draft else { return };
        draft.dial(endpoint, around, at);
        // Who passes over the address in 227 dials the server's own.
        let instead = endpoint.filter(|end| draft.mends && !end.ip().is_unspecified());
        self.peer = self.peer.or(instead.map(|end| SocketAddr::new(end.ip(), 21)));
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

    pub(super) fn join_control(&mut self, endpoint: Option<SocketAddr>) {
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
        let words = words.split(" in /").next().unwrap_or(words).trim();
        // A sentence that quotes the reply with its code.
        let words = words.split_once(&format!(" {code} ")).map_or(words, |(_, reply)| reply);
        if self.ended || (self.turned_away && self.draft.is_none()) {
            return;
        }
        // What is told of PORT is not of a passive transfer.
        let passive = self.draft.as_ref().is_some_and(|draft| draft.mode() == Mode::Passive);
        if passive && words.to_ascii_lowercase().contains("port command") {
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
            if self.last_code < 400 {
                self.unasked(&reply, event);
            }
        }
    }

    pub(super) fn fail(&mut self, which: Which, how: How, seen: &Seen) {
        // GnuTLS's own trace is no failure.
        if seen.text.trim_start().starts_with("GNUTLS: ") {
            return;
        }
        let ms = named::seconds(seen.text).map(|seconds| seconds * 1000.0);
        let around = self.around();
        let at = seen.event(What::CutShort);
        let endpoint = named::endpoint(seen.text).filter(|end| end.port() != 0);
        let control_port = self.peer.or(self.dialling).map(|peer| peer.port());
        let elsewhere =
            endpoint.is_some_and(|end| end.port() > 1023 && control_port.is_some_and(|port| port != end.port()));
        let of_data = match which {
            Which::Data => true,
            Which::Control => false,
            // Who is logged in dials nothing but a data port.
            Which::Either if self.let_in && seen.text.trim_start().starts_with("connect failed") => true,
            Which::Either => self.draft.is_some() || elsewhere || self.alone.is_some(),
        };
        // The server has closed a transfer that does not come to its end for the client.
        if how == How::TimedOut
            && ms.is_some()
            && self.draft.is_none()
            && self.pending.is_empty()
            && self.last_code == 226
        {
            return self.not_at_its_end(ms, &at);
        }
        // Some programs tell of their data connection only when it failed.
        let said = self.last_code >= 400 && how == How::Unsaid;
        if of_data && self.draft.is_none() && self.attempts.is_empty() && !self.turned_away && !self.ended && !said {
            let sent = Event { at_ms: seen.at_ms, line: None, what: What::Sent("PASV".to_owned()) };
            let mut draft = Draft::agreed(DataVerb::Pasv, sent, around);
            if let Some(sent) = self.alone.take() {
                draft.ask(sent);
            }
            self.draft = Some(draft);
            self.joined = true;
        }
        // Whose log shows no replies does not tell either whether the transfer was over when the session ended.
        if seen.of_server && self.silent() && which == Which::Control && matches!(how, How::Closed | How::Reset) {
            // What ends ahead of the log's first session is none of it.
            self.ended = self.draft.is_some() || !self.events.is_empty() || !self.attempts.is_empty();
            return;
        }
        // A control connection that ends takes its data connection with it.
        if let Some(mut draft) = self.draft.take_if(|_| of_data || matches!(how, How::Closed | How::Reset)) {
            if let Some(endpoint) =
                named::endpoint(seen.text).filter(|end| of_data && end.port() != 0 && Some(*end) != self.peer)
            {
                draft.dial(Some(endpoint), around, &at);
            }
            draft.fail(how, ms, seen.text, around, &at);
            self.pending.retain(|pending| pending.of == Of::Control);
            self.keep(draft);
            self.ended |= !of_data;
            return;
        }
        if of_data || (self.ended && !self.owed) {
            return;
        }
        self.owed = false;
        // The library's own words for what was just told of the data connection.
        let told_of = self.attempts.last().and_then(|outcome| outcome.events.last());
        let of_tls = how == How::Tls || seen.text.to_ascii_lowercase().contains("ssl_connect");
        if of_tls && told_of.is_some_and(|event| matches!(event.what, What::TlsFailed { .. })) {
            return;
        }
        // TLS breaks on a connection that stands.
        if how == How::Tls {
            self.join_control(None);
        }
        if !self.joined && !self.greeted {
            return self.not_joined(which, how, ms, seen);
        }
        if (self.securing || self.agreed_to_tls) && self.draft.is_none() {
            let broken = |how| What::TlsFailed { how, words: String::new() };
            let what = match how {
                How::TimedOut | How::Unsaid => What::Silent { awaited: Awaited::Handshake, ms: ms.unwrap_or(0.0) },
                How::Reset => broken(Broken::Reset),
                How::Closed => broken(Broken::Closed),
                _ => broken(tls_broke(seen)),
            };
            self.record(seen.event(what), seen);
            self.ended = true;
            return;
        }
        // A server writes down every session's end.
        if seen.of_server && matches!(how, How::Closed | How::Reset) && self.pending.is_empty() {
            self.ended = true;
            return;
        }
        let waits = !self.pending.is_empty() || !(self.greeted || self.let_in || self.attempts.iter().any(is_whole));
        let what = match how {
            How::TimedOut | How::Unsaid if waits => What::Silent { awaited: Awaited::Reply, ms: ms.unwrap_or(0.0) },
            How::Closed if waits || !self.let_in => What::ControlClosed,
            How::Reset if waits || !self.let_in => What::ControlReset,
            // TLS stood, and the connection ended without ending it.
            How::Tls if self.let_in && seen.text.contains("error -110") => {
                self.ended = true;
                return;
            }
            How::Tls => What::TlsFailed { how: tls_broke(seen), words: shown(seen.text, 120) },
            // It ended when there was nothing more to come.
            How::Closed | How::Reset => {
                self.ended |= which == Which::Control;
                return;
            }
            _ => return,
        };
        self.record(seen.event(what), seen);
        self.ended = true;
    }

    fn not_at_its_end(&mut self, ms: Option<f64>, at: &Event) {
        self.last_code = 0;
        let Some(last) = self.attempts.last_mut() else { return };
        last.events.retain(|event| !matches!(event.what, What::EndOfFile));
        let what = What::Silent { awaited: Awaited::Bytes, ms: ms.unwrap_or(0.0) };
        last.events.push(Event { what, ..at.clone() });
    }

    /// The control connection was not joined.
    pub(super) fn not_joined(&mut self, which: Which, how: How, ms: Option<f64>, seen: &Seen) {
        // Without an address nothing was dialled.
        if self.no_address.is_some() {
            return;
        }
        let named = named::endpoint(seen.text).map(with_control_port);
        // A wait on a connection that is named as one of two was on one that stood.
        let stood = which == Which::Either && seen.text.contains("(control connection)");
        let Some(address) =
            self.dialling.take().or(named).or_else(|| (!stood && self.dials.is_empty()).then_some(UNSEEN))
        else {
            return;
        };
        let waited = Some(seen.at_ms - self.dialled_ms).filter(|ms| seen.timed && *ms >= PATIENCE_MS);
        let what = match how {
            How::TimedOut => What::Silent { awaited: Awaited::Connect, ms: ms.or(waited).unwrap_or(0.0) },
            How::Unsaid if waited.is_some() => What::Silent { awaited: Awaited::Connect, ms: waited.unwrap_or(0.0) },
            How::Refused => What::Refused,
            How::HostUnreachable => What::Unreachable { icmp: Icmp::Host, from: None },
            How::NetUnreachable => What::Unreachable { icmp: Icmp::Net, from: None },
            How::Closed | How::Reset | How::Tls | How::Unsaid | How::Here => What::Abandoned(Awaited::Connect),
        };
        let address = if address.port() == 0 { SocketAddr::new(address.ip(), 21) } else { address };
        self.quote(seen);
        self.dials.push(Dial { address, events: vec![seen.event(what)] });
    }
}

/// Whether a line about a certificate is of an error, and no warning that a client was told to pass over.
fn gives_up_on(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let goes_on = ["continuing", "warning", "accepted", "ignor"].iter().any(|word| lower.contains(word));
    lower.contains("error") && !goes_on
}

pub(super) fn with_control_port(end: SocketAddr) -> SocketAddr {
    if end.port() == 0 { SocketAddr::new(end.ip(), 21) } else { end }
}

/// Whether its data came.
fn is_whole(outcome: &Outcome) -> bool {
    outcome.events.iter().any(|event| matches!(event.what, What::EndOfFile | What::Enough))
}

/// How TLS broke by the libraries' words: an end in the middle, the client's alert, or what came.
fn tls_broke(seen: &Seen) -> Broken {
    let lower = seen.text.to_ascii_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    if says(&["error -110", "ssl_error_syscall", "non-properly terminated", "unexpected eof", "eof occurred"]) {
        Broken::Closed
    } else if seen.of_server && says(&["error -12", "alert has been received", "received tls alert"]) {
        Broken::Alert
    } else {
        Broken::Invalid
    }
}
