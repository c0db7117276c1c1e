//! Two checks of one server beside each other: from two places, or before and after a change.
//!
//! What works from one place and not from the other is told by what differs between them; what fails alike from two
//! networks has its reason where their ways meet: at the server, or close to it.

use schemars::JsonSchema;
use serde::Serialize;

use super::handover::Handover;
use super::rule::{Confidence, Severity, Side};
use super::{Diagnosis, diagnose};
use crate::evidence::attempt::DataVerb;
use crate::evidence::facts::{Facts, Failure, Tried};
use proofs::Pair;

mod kin;
mod letter;
mod proofs;

pub use kin::kind_of;

/// What differs, and what that proves.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Comparison {
    pub first: Vantage,
    pub second: Vantage,
    pub kind: Kind,
    /// Each thing that was looked at on both sides, or on one.
    pub rows: Vec<Row>,
    /// Findings of the first alone, of both, and of the second alone.
    pub gone: Vec<String>,
    pub kept: Vec<String>,
    pub new: Vec<String>,
    /// The most telling first.
    pub proofs: Vec<Proof>,
    /// What to send to the side that is proven to be at fault.
    pub handover: Option<Handover>,
}

/// Where and when one of the two was made.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Vantage {
    /// What it is called in the sentences.
    pub name: String,
    pub started_at: Option<String>,
    pub local_address: Option<String>,
    pub seen_by_server: Option<String>,
}

/// What the two are to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// The same server from two networks.
    TwoPlaces,
    /// The same server from one network, at two times.
    TwoTimes,
    /// The same server, and the evidence does not show from where.
    PlacesNotKnown,
    /// One name or address, and more than one server answers there.
    SeveralServers,
    /// They are not about one server.
    TwoServers,
}

/// One thing beside the other; null where it was not looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Row {
    pub what: String,
    pub first: Option<String>,
    pub second: Option<String>,
    pub differs: bool,
}

/// What a difference, or its absence, proves.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Proof {
    pub side: Side,
    pub confidence: Confidence,
    pub summary: String,
}

/// Compares two checks; each comes with the name that sentences call it by. What they are to each other is handed in,
/// for placeholders hide it.
pub fn compare(kind: Kind, first: (&str, &Facts), second: (&str, &Facts)) -> Comparison {
    let diagnoses = (diagnose(first.1), diagnose(second.1));
    let serious = |diagnosis: &Diagnosis| -> Vec<String> {
        let all = diagnosis.findings.iter().filter(|finding| finding.conclusion.severity > Severity::Info);
        all.map(|finding| finding.rule.id.to_owned()).collect()
    };
    let (before, after) = (serious(&diagnoses.0), serious(&diagnoses.1));
    // A change in time goes from the older to the newer, whichever was named first.
    let pair = match kin::is_backwards(first.1, second.1) {
        true => Pair { first: second, second: first, kind },
        false => Pair { first, second, kind },
    };
    let proofs = proofs::all(&pair);
    let handover = letter::write(&pair, &proofs);
    Comparison {
        first: vantage(first),
        second: vantage(second),
        kind,
        rows: rows(first.1, second.1),
        gone: before.iter().filter(|id| !after.contains(id)).cloned().collect(),
        kept: before.iter().filter(|id| after.contains(id)).cloned().collect(),
        new: after.iter().filter(|id| !before.contains(id)).cloned().collect(),
        proofs,
        handover,
    }
}

fn vantage((name, facts): (&str, &Facts)) -> Vantage {
    Vantage {
        name: name.to_owned(),
        started_at: facts.evidence().started_at.clone(),
        local_address: facts.local().map(|address| address.to_string()),
        seen_by_server: facts.seen_by_server().seen().map(|(address, _)| address.to_string()),
    }
}

fn rows(first: &Facts, second: &Facts) -> Vec<Row> {
    let row = |what: &str, one: Option<String>, other: Option<String>| {
        let differs = one.is_some() && other.is_some() && one != other;
        (one.is_some() || other.is_some()).then(|| Row { what: what.to_owned(), first: one, second: other, differs })
    };
    let both = |what: &str, ask: &dyn Fn(&Facts) -> Option<String>| row(what, ask(first), ask(second));
    let mut rows = vec![
        both("made at (UTC)", &|facts| {
            let at = facts.evidence().started_at.as_ref()?;
            Some(at.get(..16).unwrap_or(at).replace('T', " "))
        }),
        both("server's address", &|facts| kin::server_address(facts).map(|address| address.to_string())),
        both("server", &|facts| facts.product().map(str::to_owned)),
        both("client's own address", &|facts| facts.local().map(|local| local.to_string())),
        both("client as the server sees", &|facts| {
            facts.seen_by_server().seen().map(|(address, _)| address.to_string())
        }),
        both("encryption", &|facts| Some(if facts.is_encrypted() { "TLS" } else { "none" }.to_owned())),
        both("login", &|facts| Some(if facts.control_works() { "works" } else { "fails" }.to_owned())),
    ];
    for verb in DataVerb::ALL {
        rows.push(both(verb.name(), &|facts| outcome(facts, verb)));
    }
    rows.push(both("address in 227", &|facts| {
        facts.tried_with(DataVerb::Pasv).find_map(Tried::named).map(|named| named.ip().to_string())
    }));
    rows.into_iter().flatten().collect()
}

/// How this method went, in a word or two; null where it was not tried to an end.
fn outcome(facts: &Facts, verb: DataVerb) -> Option<String> {
    let mut told = facts.tried_with(verb).filter(|tried| tried.failure() != Some(Failure::NotTried)).peekable();
    told.peek()?;
    if facts.tried_with(verb).any(Tried::works) {
        return Some("works".to_owned());
    }
    let of = |tried: &Tried| {
        tried.failure().map(|failure| if tried.ended_untold() { "no connection" } else { words(failure) })
    };
    told.find_map(of).map(str::to_owned)
}

fn words(failure: Failure) -> &'static str {
    match failure {
        Failure::Rejected(_) => "refused by a reply",
        Failure::SessionEnded(_) => "session ended",
        Failure::Unreadable => "reply not readable",
        Failure::AddressRefused => "address not dialled",
        Failure::Unanswered => "command not answered",
        Failure::CutAtNegotiation | Failure::ControlLost => "control connection lost",
        Failure::DialRefused => "port refused",
        Failure::DialDropped => "port silent",
        Failure::DialUnreachable => "port unreachable",
        Failure::CallbackRefused => "callback refused",
        Failure::CallbackDropped => "callback never came",
        Failure::CallbackUnreachable => "client unreachable",
        Failure::CallbackForeign => "callback from elsewhere",
        Failure::TransferRefused(_) => "transfer refused",
        Failure::Stalled => "stalled",
        Failure::Unconfirmed => "not confirmed",
        Failure::NeverServed => "taken by another",
        Failure::TlsBroken => "TLS failed",
        Failure::Cut => "cut off",
        Failure::Contradiction => "makes no sense",
        Failure::NotTried => "not tried",
    }
}
