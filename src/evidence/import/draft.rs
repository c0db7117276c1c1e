//! One data connection, as far as a log has told of it.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use super::named::is_mask;
use super::shown;
use crate::evidence::Outcome;
use crate::evidence::attempt::{Address, DataVerb, Load, Mode};
use crate::evidence::security::Protection;
use crate::evidence::timeline::{Event, What};
use crate::protocol::reply::Reply;
use crate::protocol::{extended, host_port};

mod ending;

pub use ending::{Leaving, PATIENCE_MS};

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

/// Events kept of one data connection before its end.
const MOST_EVENTS: usize = 40;

/// 125 says so itself; of 150 the words of servers that are known to write it only then (vsftpd, ProFTPD, Pure-FTPd).
fn proves_connection(reply: &Reply) -> bool {
    let text = reply.text.to_ascii_lowercase();
    let known = ["150 here comes the directory listing", "150 ok to send data", "150 accepted data connection"];
    reply.code == 125
        || known.iter().any(|words| text.starts_with(words))
        || text.contains("mode data connection for file list")
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
