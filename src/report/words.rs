//! The report's values in a customer's words.

use super::Report;
use super::model::{DataConnection, Finding, Open};
use crate::clients;
use crate::diagnosis;
use crate::diagnosis::comparison::Proof;
use crate::diagnosis::rule::{Confidence, Severity, Side};
use crate::evidence::attempt::{Address, DataVerb, Mode};
use crate::evidence::facts::{Cause, Stage};
use crate::evidence::security::Protection;
use crate::servers;

/// `84 ms`, `3.6 s`.
pub fn duration(ms: f64) -> String {
    if ms < 1000.0 { format!("{ms:.0} ms") } else { format!("{:.1} s", ms / 1000.0) }
}

pub fn confidence(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::High => "Certainty: high. What was seen points one way.",
        Confidence::Medium => "Certainty: medium. What was seen leaves some room.",
        Confidence::Low => "Certainty: low. Too little was seen to be sure.",
    }
}

/// Whose side two checks prove it to be, and how surely.
pub fn proven(proof: &Proof) -> String {
    match proof.side {
        Side::Unknown => confidence(proof.confidence).to_owned(),
        side => format!("{}. {}", side.place(), confidence(proof.confidence)),
    }
}

pub fn certainty(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::High => "certain",
        Confidence::Medium => "likely",
        Confidence::Low => "possible",
    }
}

pub fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "note",
        Severity::Warning => "warning",
        Severity::Error => "problem",
    }
}

/// The address that a data connection was made with.
pub fn address(address: Address) -> &'static str {
    match address {
        Address::ControlPeer => "the server's address",
        Address::Advertised => "the address in 227",
        Address::Local => "the own address",
        Address::Given => "the address given",
        Address::ServerSeen | Address::Mapped => "the outer address",
    }
}

/// Whose setting it is.
pub fn side(side: Side) -> &'static str {
    match side {
        Side::Client => "client's side",
        Side::Server => "server's side",
        Side::Network => "network between",
        Side::Unknown => "side not known",
    }
}

/// What guards a data connection.
pub fn protection(protection: Protection) -> &'static str {
    match protection {
        Protection::Plain => "nothing",
        Protection::Clear => "nothing (PROT C)",
        Protection::Private => "TLS",
        Protection::NewSession => "TLS, new session",
        Protection::Tls12 => "TLS 1.2",
    }
}

/// What became of a data connection, in two words.
pub fn result(attempt: &DataConnection) -> &'static str {
    let Some(cause) = attempt.cause else {
        if !attempt.works {
            return "no connection";
        }
        return if attempt.load.segment().is_some() { "works in small segments" } else { "works" };
    };
    match (cause, attempt.mode) {
        (Cause::Dropped | Cause::Refused | Cause::Unreachable, _) if attempt.stopped_here => "stopped here",
        (Cause::Rejected, _) if attempt.bytes > 0 => "broken off",
        (Cause::Rejected, _) if attempt.stage > Stage::Connect => "transfer refused",
        (Cause::Rejected, _) => "server says no",
        (Cause::Refused, _) => "refused",
        (Cause::Dropped, Mode::Passive) => "no answer",
        (Cause::Dropped, Mode::Active) if attempt.answered_here => "not completed",
        (Cause::Dropped, Mode::Active) if attempt.came_late => "came late",
        (Cause::Dropped, Mode::Active) => "never arrived",
        (Cause::Unreachable, _) => "unreachable",
        (Cause::Closed, _) => "cut off",
        (Cause::Stalled, _) => "stalled",
        (Cause::Tls, _) => "TLS failed",
        (Cause::Protocol, _) => "not understood",
        (Cause::NotTried, _) if attempt.cut_short => "not finished",
        (Cause::NotTried, _) => "not tried",
    }
}

pub fn stage(stage: Stage) -> &'static str {
    match stage {
        Stage::Negotiate => "asking",
        Stage::Connect => "connecting",
        Stage::Secure => "encrypting",
        Stage::Transfer => "transfer",
        Stage::Complete => "complete",
    }
}

/// A client's name as its makers write it.
pub fn client(id: &str) -> &str {
    clients::with_id(id).map_or(id, |client| client.name)
}

/// A product as its makers write it.
pub fn product(id: &str) -> &str {
    servers::with_id(id).map_or(id, |product| product.name)
}

/// The last word: the server's where it had it, else what was seen.
pub fn ended_with(attempt: &DataConnection) -> String {
    if attempt.stopped_by_check {
        return "stopped by this check: enough had come".to_owned();
    }
    let telling = match attempt.works {
        true => attempt.replies.last(),
        false => attempt.replies.iter().rev().find(|reply| reply.code >= 400),
    };
    match (telling, attempt.cause, attempt.silent_ms) {
        (Some(reply), ..) => format!("{} {}", reply.code, reply.text),
        (None, Some(Cause::Dropped), Some(ms)) => format!("silence for {}", duration(ms)),
        (None, ..) => attempt.ended_by.clone().unwrap_or_default(),
    }
}

/// A cause in a few words.
pub fn cause(cause: &Open) -> String {
    let known = || {
        let title = UNTESTED.iter().find(|(id, _)| *id == cause.id).map(|(_, title)| (*title).to_owned());
        title.or_else(|| skipped(&cause.id))
    };
    cause.title.clone().or_else(known).unwrap_or_else(|| cause.id.clone())
}

/// What was not tested and is no finding, in words.
const UNTESTED: &[(&str, &str)] = &[
    ("place-on-the-way", "where on the way passive connections end"),
    ("passive-ports", "the server's passive ports"),
    ("port-mapping", "a port that the router opens when asked"),
    ("port-closed", "whether the router closed its port again"),
    ("packets-at-this-computer", "whether the server's packets reach this computer"),
    ("upload", "whether an upload arrives"),
    ("upload-in-passive-mode", "an upload in passive mode"),
    ("upload-in-active-mode", "an upload in active mode"),
    ("large-transfer", "a large transfer"),
    ("large-transfer-in-passive-mode", "a large transfer in passive mode"),
    ("large-transfer-in-active-mode", "a large transfer in active mode"),
    ("idle", "a quiet control connection"),
    ("noop", "whether NOOP keeps a session alive"),
];

/// A data connection that was left out, by the id it has among what was not tested.
fn skipped(id: &str) -> Option<String> {
    let (mode, method) = id.split_once('-')?;
    let verb = DataVerb::ALL.into_iter().find(|verb| verb.name().eq_ignore_ascii_case(method))?;
    (verb.mode().name() == mode).then(|| format!("{} ({mode} mode)", verb.name()))
}

/// The two ends of a data connection, from who opens it to who takes it. A port that was not recorded is a star.
pub fn ends(report: &Report, attempt: &DataConnection) -> [Option<String>; 2] {
    let any_port = |address: &Option<String>| {
        address
            .as_ref()
            .map(|address| if address.contains(':') { format!("[{address}]:*") } else { format!("{address}:*") })
    };
    let joined = attempt.connected.as_ref();
    match attempt.mode {
        Mode::Passive => [
            joined.map(|ends| ends.local.clone()).or_else(|| any_port(&report.control.local_address)),
            joined
                .map(|ends| ends.peer.clone())
                .or_else(|| attempt.dialled.clone())
                .or_else(|| attempt.advertised.clone()),
        ],
        Mode::Active => [
            joined.map(|ends| ends.peer.clone()).or_else(|| any_port(&report.control.peer_address)),
            attempt.advertised.clone().or_else(|| joined.map(|ends| ends.local.clone())),
        ],
    }
}

/// The time of day of an instant in RFC 3339, to tenths of a second: clocks seldom agree better.
pub fn time_of_day(instant: &str) -> &str {
    instant.get(11..21).unwrap_or(instant)
}

/// `2026-11-24 03:26:13 UTC`.
pub fn moment(instant: &str) -> String {
    match (instant.get(..10), instant.get(11..19)) {
        (Some(date), Some(time)) => format!("{date} {time} UTC"),
        _ => instant.to_owned(),
    }
}

/// A finding in a few words, as a heading.
pub fn title(report: &Report, finding: &Finding) -> String {
    let title = diagnosis::title(&report.evidence, &finding.id).unwrap_or_else(|| finding.id.clone());
    let mut letters = title.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
