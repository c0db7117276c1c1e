//! One data connection, as far as a log has told of it.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use super::named::is_mask;
use super::shown;
use super::words::How;
use crate::evidence::Outcome;
use crate::evidence::attempt::{Address, DataVerb, Load, Mode};
use crate::evidence::security::{Broken, Protection};
use crate::evidence::timeline::{Awaited, Event, Icmp, What};
use crate::protocol::reply::Reply;
use crate::protocol::{extended, host_port};

/// An address that the log does not show.
pub const UNSEEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0);

/// What belongs to the session and a data connection must know.
#[derive(Clone, Copy, Debug)]
pub struct Around {
    /// The control connection's peer.
    pub peer: Option<SocketAddr>,
    pub protection: Protection,
    /// The client said that it does not believe the address in 227.
    pub mends: bool,
    /// Whether times tell how long something took.
    pub timed: bool,
    /// The server is known to answer PORT before it dials.
    pub answers_port_first: bool,
    /// Replies are shown, so that one that is not there did not come.
    pub shows_replies: bool,
}

/// A data connection under way.
#[derive(Clone, Debug)]
pub struct Draft {
    pub verb: DataVerb,
    pub events: Vec<Event>,
    /// The command that asked for the transfer went out.
    pub transfer: bool,
    /// The server agreed to the verb.
    pub agreed: bool,
    named: Option<SocketAddr>,
    /// Why the 227 or 229 could not be read, until the client shows that it could.
    unread: Option<(String, Event)>,
    dialled: Option<SocketAddr>,
    joined: bool,
    /// Lines of a listing were shown.
    pub entries: bool,
    /// TLS stood on it, as the client's words show.
    pub secured: bool,
    /// The client passed over the address in 227.
    pub mends: bool,
    /// A preliminary reply came that does not prove that the data connection stands.
    begun: bool,
    protection: Protection,
    /// What went wrong went wrong at its answer, as a traceback shows.
    pub unanswered: bool,
    over: bool,
}

impl Draft {
    pub fn new(verb: DataVerb, sent: Event, around: Around) -> Self {
        let mut draft = Self {
            verb,
            events: vec![sent],
            transfer: false,
            agreed: false,
            named: None,
            unread: None,
            dialled: None,
            joined: false,
            entries: false,
            secured: false,
            mends: false,
            begun: false,
            protection: around.protection,
            unanswered: false,
            over: false,
        };
        let argument = match &draft.events[0].what {
            What::Sent(line) => line.split_once(' ').map_or(String::new(), |(_, argument)| argument.to_owned()),
            _ => String::new(),
        };
        draft.named = match verb {
            DataVerb::Port => host_port::parse(&argument).ok().map(SocketAddr::V4),
            DataVerb::Eprt => extended::parse_eprt(&argument).ok(),
            DataVerb::Pasv | DataVerb::Epsv => None,
        };
        if let Some(named) = draft.named {
            draft.push(&Event { what: What::Named(named), ..draft.events[0].clone() });
        }
        draft
    }

    /// One whose reply the log does not show.
    pub fn agreed(verb: DataVerb, sent: Event, around: Around) -> Self {
        Self { agreed: true, ..Self::new(verb, sent, around) }
    }

    /// When the last was heard of it, in milliseconds.
    pub fn heard_at(&self) -> f64 {
        self.events.last().map_or(0.0, |last| last.at_ms)
    }

    pub fn mode(&self) -> Mode {
        self.verb.mode()
    }

    fn push(&mut self, event: &Event) {
        self.events.push(event.clone());
    }

    /// What guards it became known.
    pub fn guard(&mut self, protection: Protection) {
        self.protection = protection;
    }

    /// Whether nothing is known of it but that it was begun.
    pub fn is_guess(&self) -> bool {
        !self.transfer && matches!(&self.events[..], [sent] if sent.line.is_none())
    }

    /// The transfer was asked for over a connection that stands.
    pub fn is_under_way(&self) -> bool {
        self.transfer && self.joined && !self.over
    }

    /// The server agreed to it, no transfer was asked for, and the client says nothing of its dial.
    pub fn waits_untold(&self) -> bool {
        self.agreed && !self.transfer && !self.joined && !self.over && self.unread.is_none()
    }

    /// Whether it was asked for and has not come about, as far as is known.
    pub fn waits(&self) -> bool {
        !self.joined && !self.begun
    }

    /// The command for the transfer went out.
    pub fn ask(&mut self, sent: Event) {
        self.transfer = true;
        // Whoever goes on could read the reply: it was made unreadable before it was pasted.
        self.unread = None;
        self.events.push(sent);
    }

    /// The answer to PASV, EPSV, PORT or EPRT. Returns whether the story ends with it.
    pub fn answer(&mut self, reply: &Reply, event: &Event, around: Around) -> bool {
        self.push(event);
        if reply.is_refusal() || (self.mode() == Mode::Active && reply.code == 220) {
            return true;
        }
        if !reply.is_completion() {
            return false;
        }
        self.agreed = true;
        if self.mode() == Mode::Active {
            return false;
        }
        let text = reply.message();
        let (named, why) = match self.verb {
            DataVerb::Epsv => match extended::parse_229(&text) {
                Ok(named) => {
                    let ip = around.peer.map_or(UNSEEN.ip(), |peer| peer.ip());
                    (Some(SocketAddr::new(ip, named.port)), None)
                }
                Err(why) => (None, Some(why.to_string())),
            },
            _ => match host_port::parse(&text) {
                Ok(named) if is_mask(IpAddr::V4(*named.ip())) && !named.ip().is_unspecified() => {
                    (Some(SocketAddr::new(UNSEEN.ip(), named.port())), None)
                }
                Ok(named) => (Some(SocketAddr::V4(named)), None),
                // An address that somebody masked before pasting is no malformed reply.
                Err(why) => match masked_port(&text) {
                    Some(port) => (port.map(|port| SocketAddr::new(UNSEEN.ip(), port)), None),
                    None => (None, Some(why.to_string())),
                },
            },
        };
        self.named = named;
        match (named, why) {
            (Some(named), _) => self.push(&Event { what: What::Named(named), ..event.clone() }),
            (None, Some(why)) => self.unread = Some((why, event.clone())),
            (None, None) => {}
        }
        false
    }

    /// The client says that it could not read the reply.
    pub fn unparsed(&mut self, text: &str, at: &Event) {
        let (why, at) = self.unread.take().unwrap_or_else(|| (shown(text, 120), at.clone()));
        self.push(&Event { what: What::Unreadable(why), ..at });
        self.over = true;
    }

    /// The client dialled the data port; the endpoint where its words name it.
    pub fn dial(&mut self, endpoint: Option<SocketAddr>, around: Around, at: &Event) {
        if self.dialled.is_some() || self.mode() == Mode::Active {
            return;
        }
        self.unread = None;
        let to = endpoint.filter(|end| end.port() != 0).unwrap_or_else(|| self.target(around));
        // wget shows no 227, and dials what it named.
        if self.named.is_none() && self.verb == DataVerb::Pasv && endpoint.is_some_and(|end| end.port() != 0) {
            self.named = Some(to);
            self.push(&Event { what: What::Named(to), ..at.clone() });
        }
        self.dialled = Some(to);
        self.push(&Event { what: What::Dialled(to), ..at.clone() });
    }

    /// Where a client would dial.
    fn target(&self, around: Around) -> SocketAddr {
        match (self.named, around.peer) {
            (Some(named), peer) if around.mends || self.mends || self.verb == DataVerb::Epsv => {
                SocketAddr::new(peer.map_or(UNSEEN.ip(), |peer| peer.ip()), named.port())
            }
            (Some(named), _) => named,
            (None, peer) => SocketAddr::new(peer.map_or(UNSEEN.ip(), |peer| peer.ip()), 0),
        }
    }

    pub fn join(&mut self, endpoint: Option<SocketAddr>, around: Around, at: &Event) {
        if self.joined {
            return;
        }
        self.joined = true;
        let what = match self.mode() {
            Mode::Passive => {
                self.dial(endpoint, around, at);
                What::Connected { local: UNSEEN, peer: self.dialled.unwrap_or(UNSEEN) }
            }
            Mode::Active => What::Accepted {
                local: self.named.unwrap_or(UNSEEN),
                peer: endpoint.unwrap_or_else(|| SocketAddr::new(around.peer.map_or(UNSEEN.ip(), |p| p.ip()), 0)),
            },
        };
        self.push(&Event { what, ..at.clone() });
    }

    /// A reply to the transfer command. Returns whether the story ends with it.
    pub fn transfer_reply(&mut self, reply: &Reply, event: &Event, around: Around) -> bool {
        if reply.is_preliminary() {
            if proves_connection(reply) {
                self.join(None, around, event);
            } else if self.mode() == Mode::Passive {
                self.dial(None, around, event);
            }
            self.begun = true;
            // A server that says the same again and again says nothing more.
            if self.events.len() < MOST_EVENTS {
                self.push(event);
            }
            return false;
        }
        // 226 tells of nothing else; a 200 behind no 150 may answer something that was asked before.
        let ends = reply.code == 226 || (reply.is_completion() && (self.begun || self.joined));
        if ends || reply.code == 426 {
            // A transfer that is closed, or broken off, was open.
            self.join(None, around, event);
        } else if self.mode() == Mode::Passive && self.agreed {
            // Clients dial when they ask for the transfer.
            let asked = self.events.iter().rev().find(|event| matches!(event.what, What::Sent(_)));
            let at_ms = asked.map_or(event.at_ms, |asked| asked.at_ms);
            self.dial(None, around, &Event { at_ms, ..event.clone() });
        }
        if ends {
            self.push(&Event { what: What::EndOfFile, ..event.clone() });
        }
        self.push(event);
        true
    }

    /// A 421 ends the session in the middle of it.
    pub fn session_ended(&mut self, reply: &Reply, event: Event, around: Around) {
        let lower = reply.text.to_ascii_lowercase();
        let waited = ["timeout", "timed out", "idle", "no transfer"].iter().any(|words| lower.contains(words));
        let idle = lower.contains("control connection timed out");
        if waited && !idle && self.agreed && !self.joined && !self.begun && self.mode() == Mode::Passive {
            // The server's patience ended before the client's connection came.
            return self.fail(How::TimedOut, None, &reply.text, around, &event);
        }
        if lower.contains("data timeout") && (self.joined || self.begun) {
            // It ended while nothing came through the connection.
            self.join(None, around, &event);
            return self.fail(How::TimedOut, None, &reply.text, around, &event);
        }
        self.events.push(event);
    }

    /// The client says that it came.
    pub fn got(&mut self, bytes: Option<u64>, around: Around, at: &Event) {
        self.join(None, around, at);
        if let Some(bytes) = bytes {
            self.push(&Event { what: What::Received(bytes), ..at.clone() });
        }
        self.push(&Event { what: What::Enough, ..at.clone() });
    }

    /// The client refuses the address in 227: it dialled nothing.
    pub fn refuse_address(&mut self, text: &str, at: &Event) {
        self.push(&Event { what: What::Failed(shown(text, 160)), ..at.clone() });
        self.over = true;
    }

    /// The client says that it failed.
    pub fn fail(&mut self, how: How, ms: Option<f64>, text: &str, around: Around, at: &Event) {
        // Nobody goes on from a reply that he can't read.
        if self.unread.is_some() && matches!(how, How::Unsaid | How::Closed) {
            return self.unparsed(text, at);
        }
        let calls_first = self.mode() == Mode::Active && how == How::TimedOut && !around.answers_port_first;
        let unanswered = (around.shows_replies || self.unanswered) && !self.agreed && !calls_first;
        let awaited = match (self.joined, self.mode()) {
            _ if unanswered => Awaited::Reply,
            (true, _) if self.unsecured() => Awaited::Handshake,
            (true, _) => Awaited::Bytes,
            (false, Mode::Passive) => Awaited::Connect,
            (false, Mode::Active) => Awaited::Callback,
        };
        let waited = ms.or_else(|| self.waited_ms(around, at.at_ms));
        // wget shows no 227, and this is no mask: its own computer was dialled.
        if let Some((_, behind)) = text.split_once(" to 0.0.0.0 port ") {
            let port = behind.split(|c: char| !c.is_ascii_digit()).next().and_then(|digits| digits.parse().ok());
            self.dial(port.map(|port| SocketAddr::new(UNSEEN.ip(), port)), around, at);
        }
        if awaited == Awaited::Connect {
            // It dialled when it had last done something, and not when it told of the failure.
            let since = self.events.iter().rev().find(|event| event.line.is_some()).map_or(at.at_ms, |last| last.at_ms);
            self.dial(None, around, &Event { at_ms: since, ..at.clone() });
        }
        let what = match how {
            How::TimedOut => What::Silent { awaited, ms: waited.unwrap_or(0.0) },
            How::HostUnreachable if awaited == Awaited::Connect => What::Unreachable { icmp: Icmp::Host, from: None },
            How::NetUnreachable if awaited == Awaited::Connect => What::Unreachable { icmp: Icmp::Net, from: None },
            How::Here => What::Failed(shown(text, 120)),
            // Its own computer said so.
            How::Refused if text.contains("0.0.0.0") => What::Failed(shown(text, 120)),
            How::Refused if awaited == Awaited::Connect => What::Refused,
            How::Tls => {
                self.join(None, around, at);
                What::TlsFailed { how: Broken::Invalid, words: shown(text, 120) }
            }
            How::Reset | How::Closed if awaited == Awaited::Handshake => What::TlsFailed {
                how: if how == How::Reset { Broken::Reset } else { Broken::Closed },
                words: String::new(),
            },
            // Whoever waited for the data connection gave up.
            How::Closed if awaited == Awaited::Connect && around.timed && waited.is_some_and(|ms| ms >= STALLED_MS) => {
                What::Silent { awaited, ms: waited.unwrap_or(0.0) }
            }
            How::Closed if awaited == Awaited::Reply || !self.joined => What::ControlClosed,
            How::Reset if !self.joined => What::ControlReset,
            // What ends after such a wait ended long before.
            How::Closed | How::Reset => match waited.filter(|ms| around.timed && *ms >= STALLED_MS) {
                Some(ms) => What::Silent { awaited: Awaited::Bytes, ms },
                None => What::Reset,
            },
            // What fails so soon was answered.
            How::Unsaid if awaited == Awaited::Connect && ms.is_some_and(|ms| ms < ANSWERED_MS) => What::Refused,
            // Long enough that somebody's patience ended it.
            _ => match waited.filter(|ms| *ms >= PATIENCE_MS) {
                Some(ms) => What::Silent { awaited, ms },
                None => What::Abandoned(awaited),
            },
        };
        self.push(&Event { what, ..at.clone() });
        self.over = true;
    }

    /// TLS is agreed on for it, and was not seen to stand.
    fn unsecured(&self) -> bool {
        self.protection.encrypts_data() && !self.secured
    }

    /// From the last thing done to `now`, where times tell.
    fn waited_ms(&self, around: Around, now: f64) -> Option<f64> {
        let last = self.events.iter().rev().find(|event| event.line.is_some())?;
        around.timed.then_some((now - last.at_ms).max(0.0))
    }

    /// The log ends, or the client does something else, in the middle of it.
    pub fn leave(&mut self, end: Leaving, at: &Event) {
        if self.over {
            return;
        }
        // A reply that the log cuts off is no malformed one.
        let ends = matches!(end, Leaving::LogEnds | Leaving::LogCut);
        if let Some((_, answer)) = self.unread.take_if(|(_, answer)| is_cut_off(answer, ends)) {
            return self.push(&Event { what: What::CutShort, ..answer });
        }
        if self.unread.is_some() {
            return self.unparsed("", at);
        }
        // A log without commands does not show the one for the transfer either.
        let inferred = self.events.first().is_some_and(|sent| sent.line.is_none());
        let hangs = inferred && !self.mends;
        let asked = self.agreed && (self.transfer || hangs || end == Leaving::Turns || self.dialled.is_some());
        // The last that the log shows is the answer, behind a command that was sent ahead of it.
        let just_answered = !inferred && matches!(self.events.last().map(|event| &event.what), Some(What::Named(_)));
        let what = match (end, asked, self.joined || self.begun, self.mode()) {
            (Leaving::LogEnds, true, false, _) if just_answered && self.dialled.is_none() => What::CutShort,
            (Leaving::LogEnds | Leaving::Turns, true, false, Mode::Passive) => What::Abandoned(Awaited::Connect),
            (Leaving::LogEnds, true, false, Mode::Active) => What::Abandoned(Awaited::Callback),
            // What came through it is shown, and nothing of a failure.
            _ if self.joined && self.entries => What::Enough,
            _ => What::CutShort,
        };
        if matches!(what, What::Abandoned(Awaited::Connect)) && self.dialled.is_none() {
            let to = self.named.unwrap_or(UNSEEN);
            self.push(&Event { what: What::Dialled(to), line: None, ..at.clone() });
        }
        self.push(&Event { what, ..at.clone() });
    }

    pub fn outcome(self, control: usize, peer: Option<SocketAddr>) -> Outcome {
        let elsewhere =
            matches!((self.dialled, peer), (Some(to), Some(peer)) if to.ip() != peer.ip() && !to.ip().is_unspecified());
        let address = match self.mode() {
            Mode::Active => Address::Local,
            Mode::Passive if elsewhere => Address::Advertised,
            Mode::Passive => Address::ControlPeer,
        };
        Outcome {
            verb: self.verb,
            address,
            load: Load::Usual,
            protection: self.protection,
            control,
            set_aside: false,
            events: self.events,
        }
    }
}

/// Why a data connection is left in the middle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leaving {
    /// The client went on to something else.
    Superseded,
    /// The client went on to the older command for the same.
    Turns,
    /// The log ends, though time enough had passed.
    LogEnds,
    /// The log ends at once behind the command.
    LogCut,
}

/// Events kept of one data connection before its end.
const MOST_EVENTS: usize = 40;
/// What a client waits at least before it gives up, in milliseconds.
pub const PATIENCE_MS: f64 = 4_000.0;
/// A dial whose failure the client tells after so short a time, in milliseconds, was not left to silence.
const ANSWERED_MS: f64 = 900.0;
/// A connection that is lost after so long without a sign had stalled, in milliseconds.
const STALLED_MS: f64 = 20_000.0;

/// 125 says so itself; of 150 the words of servers that are known to write it only then (vsftpd, ProFTPD, Pure-FTPd).
fn proves_connection(reply: &Reply) -> bool {
    let text = reply.text.to_ascii_lowercase();
    let known = ["150 here comes the directory listing", "150 ok to send data", "150 accepted data connection"];
    reply.code == 125
        || known.iter().any(|words| text.starts_with(words))
        || text.contains("mode data connection for file list")
}

/// Whether a reply ends within its numbers, or ahead of them at the end of the log.
fn is_cut_off(answer: &Event, log_ends: bool) -> bool {
    let What::Replied(reply) = &answer.what else { return false };
    if log_ends && !reply.message().bytes().any(|byte| byte.is_ascii_digit()) {
        return true;
    }
    let message = reply.message().to_ascii_lowercase();
    if ["entering passive mode", "entering extended passive mode"].iter().any(|whole| whole.starts_with(message.trim()))
    {
        return true;
    }
    let inside = reply.text.rsplit_once('(').map(|(_, inside)| inside);
    inside.is_some_and(|inside| !inside.contains(')') && inside.len() < 24 && !inside.contains('.'))
}

/// The port in a 227 whose address is masked, as "(xxx,xxx,xxx,xxx,195,80)"; `Some(None)` where the port is, too.
fn masked_port(text: &str) -> Option<Option<u16>> {
    let inside = text.split_once('(').map_or(text, |(_, inside)| inside);
    let inside = inside.split(')').next().unwrap_or(inside);
    // "(...)".
    if inside.len() > 1 && inside.chars().all(|c| matches!(c, '.' | '*' | '#' | '?' | '\u{2026}')) {
        return Some(None);
    }
    let fields: Vec<&str> = inside.split(',').map(str::trim).collect();
    let [a, b, c, d, high, low] = fields[..] else { return None };
    let number = |field: &str| field.parse::<u8>().ok();
    // A number that is too large is the server's fault, and no mask.
    let masks = |field: &str| !field.bytes().all(|byte| byte.is_ascii_digit()) || field.is_empty();
    if ![a, b, c, d, high, low].into_iter().any(masks) {
        return None;
    }
    Some(number(high).zip(number(low)).map(|(high, low)| u16::from_be_bytes([high, low])))
}
