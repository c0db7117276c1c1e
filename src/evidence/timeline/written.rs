//! The line that an event is written as, in files and in JSON alike, so that a saved check reads like a transcript and a
//! case can be written by hand: `MILLISECONDS WORD REST`, and `MILLISECONDS@LINE WORD REST` where it is read from a log.
//!
//! ```text
//! 301.2 > PASV
//! 401.9 < 227 Entering Passive Mode (198,18,0,20,143,82).
//! 402.0 dialled 198.18.0.20:36690
//! 4003.1 silent connect 3601
//! ```

use std::borrow::Cow;
use std::fmt;
use std::net::SocketAddr;
use std::str::FromStr;

use schemars::JsonSchema;

use super::{Awaited, Event, HandshakeAgain, Icmp, Session, What};
use crate::evidence::security::{Broken, Distrust};
use crate::protocol::reply::Reply;

const AWAITED: &[(Awaited, &str)] = &[
    (Awaited::Connect, "connect"),
    (Awaited::Callback, "callback"),
    (Awaited::Reply, "reply"),
    (Awaited::Bytes, "bytes"),
    (Awaited::Handshake, "handshake"),
];

const DISTRUST: &[(Distrust, &str)] = &[
    (Distrust::SelfSigned, "self-signed"),
    (Distrust::UnknownIssuer, "unknown-issuer"),
    (Distrust::Expired, "expired"),
    (Distrust::NotYetValid, "not-yet-valid"),
    (Distrust::WrongName, "wrong-name"),
    (Distrust::Revoked, "revoked"),
    (Distrust::NoAuthorities, "no-authorities"),
    (Distrust::Other, "other"),
];

const SESSION: &[(Session, &str)] = &[(Session::Resumed, "resumed"), (Session::New, "new")];

impl Awaited {
    pub fn name(self) -> &'static str {
        name_in(AWAITED, self)
    }
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}@{line} {}", self.at_ms, self.what),
            None => write!(f, "{} {}", self.at_ms, self.what),
        }
    }
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            What::Sent(command) => write!(f, "> {command}"),
            What::Replied(reply) => write!(f, "< {}", reply.text),
            What::Nonsense { why, text } => write!(f, "? {why} | {text}"),
            What::Named(endpoint) => write!(f, "named {endpoint}"),
            What::Unreadable(why) => write!(f, "unreadable {why}"),
            What::Listening(endpoint) => write!(f, "listening {endpoint}"),
            What::Dialled(endpoint) => write!(f, "dialled {endpoint}"),
            What::Connected { local, peer } => write!(f, "connected {local} {peer}"),
            What::Accepted { local, peer } => write!(f, "accepted {local} {peer}"),
            What::Stranger(peer) => write!(f, "stranger {peer}"),
            What::Refused => f.write_str("refused"),
            What::RefusedAgain(dials) => write!(f, "refused-again {dials}"),
            What::LetIn(dials) => write!(f, "let-in {dials}"),
            What::Unreachable { icmp, from: None } => write!(f, "unreachable {}", icmp.name()),
            What::Unreachable { icmp, from: Some(router) } => write!(f, "unreachable {} {router}", icmp.name()),
            What::Secured { version, session } => write!(f, "secured {version} {}", name_in(SESSION, *session)),
            What::TlsFailed { how, words } => write!(f, "tls-failed {how} {words}"),
            What::HandshakeAgain(end) => write!(f, "handshake-again {}", end.name()),
            What::Tickets(left) => write!(f, "tickets {left}"),
            What::Withheld => f.write_str("withheld"),
            What::Distrusted(why) => write!(f, "distrusted {}", name_in(DISTRUST, *why)),
            What::Silent { awaited, ms } => write!(f, "silent {} {ms:.0}", awaited.name()),
            What::Listed(size) => write!(f, "listed {size}"),
            What::Received(count) => write!(f, "received {count}"),
            What::Uploaded(count) => write!(f, "uploaded {count}"),
            What::EndOfFile => f.write_str("end-of-file"),
            What::Marked => f.write_str("marked"),
            What::Unmarked => f.write_str("unmarked"),
            What::Reset => f.write_str("reset"),
            What::Enough => f.write_str("enough"),
            What::Quiet(ms) => write!(f, "quiet {ms:.0}"),
            What::ControlClosed => f.write_str("control-closed"),
            What::ControlReset => f.write_str("control-reset"),
            What::Packet(packet) => write!(f, "packet {packet}"),
            What::Undelivered { count, bytes: None } => write!(f, "undelivered {count}"),
            What::Undelivered { count, bytes: Some(bytes) } => write!(f, "undelivered {count} {bytes}"),
            What::HalfOpen(None) => f.write_str("half-open none"),
            What::HalfOpen(Some(times)) => write!(f, "half-open {times}"),
            What::Unsent(count) => write!(f, "unsent {count}"),
            What::Failed(words) => write!(f, "failed {words}"),
            What::CutShort => f.write_str("cut-short"),
            What::Abandoned(awaited) => write!(f, "abandoned {}", awaited.name()),
        }
    }
}

/// A line that is no event, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{line}' is no event: {why}")]
pub struct BadEvent {
    line: String,
    why: &'static str,
}

impl FromStr for Event {
    type Err = BadEvent;

    fn from_str(line: &str) -> Result<Self, BadEvent> {
        let bad = |why| BadEvent { line: line.to_owned(), why };
        let (time, what) = line.trim_start().split_once(' ').ok_or_else(|| bad("it wants a time and a word"))?;
        let (time, line) = time.split_once('@').map_or((time, None), |(time, line)| (time, Some(line)));
        let line = line.map(str::parse).transpose().map_err(|_| bad("its line is no number"))?;
        let at_ms: f64 = time.parse().map_err(|_| bad("its time is no number"))?;
        if !at_ms.is_finite() || at_ms < 0.0 {
            return Err(bad("its time is no time"));
        }
        Ok(Event { at_ms, line, what: parse_what(what).map_err(bad)? })
    }
}

fn parse_what(text: &str) -> Result<What, &'static str> {
    let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
    let endpoint = |text: &str| text.parse::<SocketAddr>().map_err(|_| "it wants an endpoint, as 192.0.2.1:21");
    let pair = || {
        let (local, peer) = rest.split_once(' ').ok_or("it wants two endpoints")?;
        Ok::<_, &'static str>((endpoint(local)?, endpoint(peer)?))
    };
    Ok(match word {
        ">" => What::Sent(rest.to_owned()),
        "<" => What::Replied(Reply::from_text(rest).ok_or("a reply begins with three digits")?),
        "?" => {
            let (why, text) = rest.split_once(" | ").ok_or("it wants a reason and a text, with ' | ' between")?;
            What::Nonsense { why: why.to_owned(), text: text.to_owned() }
        }
        "named" => What::Named(endpoint(rest)?),
        "unreadable" => What::Unreadable(rest.to_owned()),
        "listening" => What::Listening(endpoint(rest)?),
        "dialled" => What::Dialled(endpoint(rest)?),
        "connected" => pair().map(|(local, peer)| What::Connected { local, peer })?,
        "accepted" => pair().map(|(local, peer)| What::Accepted { local, peer })?,
        "stranger" => What::Stranger(endpoint(rest)?),
        "refused" => What::Refused,
        "refused-again" => What::RefusedAgain(rest.parse().map_err(|_| "it wants a count of dials")?),
        "let-in" => What::LetIn(rest.parse().map_err(|_| "it wants a count of dials")?),
        "unreachable" => {
            let (kind, router) = rest.split_once(' ').unwrap_or((rest, ""));
            let icmp = Icmp::named(kind).ok_or("its kind of ICMP error is not known")?;
            let from = match router {
                "" => None,
                address => Some(address.parse().map_err(|_| "it wants the router's address")?),
            };
            What::Unreachable { icmp, from }
        }
        "secured" => {
            let (version, session) = rest.split_once(' ').ok_or("it wants a version, and resumed or new")?;
            let session = value_in(SESSION, session).ok_or("a session is resumed or new")?;
            What::Secured { version: version.to_owned(), session }
        }
        "tls-failed" => {
            let (how, words) = rest.split_once(' ').unwrap_or((rest, ""));
            let how = Broken::named(how).ok_or("how TLS broke is not known")?;
            What::TlsFailed { how, words: words.to_owned() }
        }
        "handshake-again" => What::HandshakeAgain(HandshakeAgain::named(rest).ok_or("how it ended is not known")?),
        "tickets" => What::Tickets(rest.parse().map_err(|_| "it wants a count of tickets")?),
        "withheld" => What::Withheld,
        "distrusted" => What::Distrusted(value_in(DISTRUST, rest).ok_or("why it is distrusted is not known")?),
        "silent" => {
            let (awaited, ms) = rest.split_once(' ').ok_or("it wants what was awaited, and how long")?;
            What::Silent {
                awaited: value_in(AWAITED, awaited).ok_or("what was awaited is not known")?,
                ms: ms.parse().map_err(|_| "it wants milliseconds")?,
            }
        }
        "listed" => What::Listed(rest.parse().map_err(|_| "it wants a count of bytes")?),
        "received" => What::Received(rest.parse().map_err(|_| "it wants a count of bytes")?),
        "uploaded" => What::Uploaded(rest.parse().map_err(|_| "it wants a count of bytes")?),
        "end-of-file" => What::EndOfFile,
        "marked" => What::Marked,
        "unmarked" => What::Unmarked,
        "reset" => What::Reset,
        "enough" => What::Enough,
        "quiet" => What::Quiet(rest.parse().map_err(|_| "it wants milliseconds")?),
        "control-closed" => What::ControlClosed,
        "control-reset" => What::ControlReset,
        "packet" => What::Packet(rest.parse()?),
        "undelivered" => {
            let number = |text: &str| text.parse().map_err(|_| "it wants a count of packets, and perhaps their bytes");
            let (count, bytes) = rest.split_once(' ').map_or((rest, None), |(count, bytes)| (count, Some(bytes)));
            What::Undelivered { count: number(count)?, bytes: bytes.map(number).transpose()? }
        }
        "half-open" if rest == "none" => What::HalfOpen(None),
        "half-open" => What::HalfOpen(Some(rest.parse().map_err(|_| "it wants a count of answers, or none")?)),
        "unsent" => What::Unsent(rest.parse().map_err(|_| "it wants a count of packets")?),
        "failed" => What::Failed(rest.to_owned()),
        "cut-short" => What::CutShort,
        "abandoned" => What::Abandoned(value_in(AWAITED, rest).ok_or("what was awaited is not known")?),
        _ => return Err("its word is not known"),
    })
}

pub(super) fn name_in<T: PartialEq>(table: &'static [(T, &'static str)], value: T) -> &'static str {
    table.iter().find(|(v, _)| *v == value).map_or("", |(_, name)| name)
}

pub(super) fn value_in<T: Copy>(table: &[(T, &'static str)], name: &str) -> Option<T> {
    table.iter().find(|(_, n)| *n == name).map(|(value, _)| *value)
}

impl From<Event> for String {
    fn from(event: Event) -> String {
        event.to_string()
    }
}

impl TryFrom<String> for Event {
    type Error = BadEvent;

    fn try_from(line: String) -> Result<Self, BadEvent> {
        line.parse()
    }
}

impl JsonSchema for Event {
    fn schema_name() -> Cow<'static, str> {
        "Event".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "description": "milliseconds since the check began, behind an @ the log's line that tells it, a word, and its values: '401.9@7 < 227 Entering Passive Mode (198,18,0,20,143,82).'",
            "pattern": "^[0-9]+(\\.[0-9]+)?(@[0-9]+)? \\S"
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Packet, PacketKind};
    use super::*;

    #[test]
    fn every_event_reads_back_as_it_was_written() {
        let end: SocketAddr = "198.18.0.20:36690".parse().expect("an endpoint");
        let v6: SocketAddr = "[2001:db8::10]:50000".parse().expect("an endpoint");
        let reply = Reply::from_text("211-Status\n a\n211 End").expect("a reply");
        for what in [
            What::Sent("PASV".into()),
            What::Replied(reply),
            What::Nonsense { why: "a line without a reply code".into(), text: "SSH-2.0 | x".into() },
            What::Named(v6),
            What::Unreadable("it has no six numbers".into()),
            What::Listening(end),
            What::Dialled(end),
            What::Connected { local: v6, peer: v6 },
            What::Accepted { local: end, peer: end },
            What::Stranger(end),
            What::Refused,
            What::RefusedAgain(4),
            What::LetIn(1),
            What::Unreachable { icmp: Icmp::AdminProhibited, from: Some(end.ip()) },
            What::Unreachable { icmp: Icmp::NoRoute, from: None },
            What::Silent { awaited: Awaited::Callback, ms: 3600.0 },
            What::Secured { version: "TLSv1.3".into(), session: Session::Resumed },
            What::TlsFailed { how: Broken::Alert, words: "HandshakeFailure".into() },
            What::HandshakeAgain(HandshakeAgain::StoodInSmallSegments),
            What::Tickets(2),
            What::Withheld,
            What::Listed(3_145_728),
            What::Received(17),
            What::Uploaded(65_536),
            What::EndOfFile,
            What::Marked,
            What::Unmarked,
            What::Reset,
            What::Enough,
            What::Quiet(4000.0),
            What::ControlClosed,
            What::ControlReset,
            What::Packet(Packet { kind: PacketKind::Syn, from: end, to: v6, ttl: 61 }),
            What::Undelivered { count: 3, bytes: None },
            What::Undelivered { count: 1, bytes: Some(60) },
            What::HalfOpen(None),
            What::HalfOpen(Some(2)),
            What::Unsent(2),
            What::Failed("no port is free".into()),
            What::CutShort,
            What::Distrusted(Distrust::Expired),
            What::Abandoned(Awaited::Callback),
        ] {
            for line in [None, Some(37)] {
                let event = Event { at_ms: 12.5, line, what: what.clone() };
                assert_eq!(event.to_string().parse(), Ok(event));
            }
        }
    }

    #[test]
    fn what_is_no_event_says_why() {
        for line in [
            "",
            "12",
            "x refused",
            "1.0 exploded",
            "1.0 named here",
            "1.0 silent connect",
            "NaN refused",
            "1.0 < hello",
        ] {
            assert!(line.parse::<Event>().is_err(), "{line}");
        }
    }
}
