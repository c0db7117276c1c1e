//! Two checks of one server beside each other: from two places, or before and after a change.
//!
//! What works from one place and not from the other is told by what differs between them; what fails alike from two
//! networks has its reason where their ways meet: at the server, or close to it.

use schemars::JsonSchema;
use serde::Serialize;

use super::rule::{Confidence, Severity, Side};
use super::{Diagnosis, diagnose};
use crate::evidence::attempt::{DataVerb, Mode};
use crate::evidence::facts::{Facts, Failure, Login, Tried};
use crate::evidence::observed::Observed;

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

/// Compares two checks; each comes with the name that sentences call it by.
pub fn compare(first: (&str, &Facts), second: (&str, &Facts)) -> Comparison {
    let diagnoses = (diagnose(first.1), diagnose(second.1));
    let serious = |diagnosis: &Diagnosis| -> Vec<String> {
        let all = diagnosis.findings.iter().filter(|finding| finding.conclusion.severity > Severity::Info);
        all.map(|finding| finding.rule.id.to_owned()).collect()
    };
    let (before, after) = (serious(&diagnoses.0), serious(&diagnoses.1));
    let kind = kind(first.1, second.1);
    let pair = Pair { first, second, kind };
    Comparison {
        first: vantage(first),
        second: vantage(second),
        kind,
        rows: rows(first.1, second.1),
        gone: before.iter().filter(|id| !after.contains(id)).cloned().collect(),
        kept: before.iter().filter(|id| after.contains(id)).cloned().collect(),
        new: after.iter().filter(|id| !before.contains(id)).cloned().collect(),
        proofs: proofs(&pair),
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

fn kind(first: &Facts, second: &Facts) -> Kind {
    let host = |facts: &Facts| facts.evidence().target.host.to_lowercase();
    let ports = |facts: &Facts| facts.evidence().target.port;
    let one_server = host(first) == host(second)
        || matches!((first.peer(), second.peer()), (Some(a), Some(b)) if a == b)
        // From inside a network a server has another address; its greeting is its own.
        || matches!((first.greeting(), second.greeting()), (Some((a, _)), Some((b, _))) if a == b);
    if !one_server || (ports(first) != ports(second) && first.product() != second.product()) {
        return Kind::TwoServers;
    }
    let outer = |facts: &Facts| facts.seen_by_server().seen().map(|(address, _)| address);
    match (outer(first), outer(second), first.local(), second.local()) {
        (Some(a), Some(b), ..) => {
            if a == b {
                Kind::TwoTimes
            } else {
                Kind::TwoPlaces
            }
        }
        (_, _, Some(a), Some(b)) => {
            if a == b {
                Kind::TwoTimes
            } else {
                Kind::TwoPlaces
            }
        }
        _ => Kind::PlacesNotKnown,
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
        both("server's address", &|facts| facts.peer().map(|peer| peer.to_string())),
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
    told.find_map(Tried::failure).map(|failure| words(failure).to_owned())
}

fn words(failure: Failure) -> &'static str {
    match failure {
        Failure::Rejected(_) => "refused by a reply",
        Failure::SessionEnded(_) => "session ended",
        Failure::Unreadable => "reply not readable",
        Failure::Unanswered => "command not answered",
        Failure::CutAtNegotiation | Failure::ControlLost => "control connection lost",
        Failure::DialRefused => "port refused",
        Failure::DialDropped => "port silent",
        Failure::DialUnreachable => "port unreachable",
        Failure::CallbackRefused => "callback refused",
        Failure::CallbackDropped => "callback never came",
        Failure::CallbackUnreachable => "client unreachable",
        Failure::TransferRefused(_) => "transfer refused",
        Failure::Stalled => "stalled",
        Failure::Unconfirmed => "not confirmed",
        Failure::TlsBroken => "TLS failed",
        Failure::Cut => "cut off",
        Failure::Contradiction => "makes no sense",
        Failure::NotTried => "not tried",
    }
}

/// The two, and what they are to each other.
struct Pair<'p, 'f> {
    first: (&'p str, &'p Facts<'f>),
    second: (&'p str, &'p Facts<'f>),
    kind: Kind,
}

/// How a mode went in one of the two.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Went {
    Works,
    /// The path stopped it: silence, RST, ICMP.
    Blocked(Failure),
    /// The server said no, or something else than the path did.
    Otherwise,
    NotTried,
}

fn went(facts: &Facts, mode: Mode) -> Went {
    if facts.works(mode) {
        return Went::Works;
    }
    let told: Vec<Failure> =
        facts.tried_in(mode).filter_map(Tried::failure).filter(|failure| *failure != Failure::NotTried).collect();
    let by_path = |failure: &&Failure| {
        matches!(
            failure,
            Failure::DialRefused
                | Failure::DialDropped
                | Failure::DialUnreachable
                | Failure::CallbackRefused
                | Failure::CallbackDropped
                | Failure::CallbackUnreachable
        )
    };
    match (told.iter().find(by_path), told.is_empty()) {
        (Some(failure), _) => Went::Blocked(*failure),
        (None, false) => Went::Otherwise,
        (None, true) => Went::NotTried,
    }
}

fn proofs(pair: &Pair) -> Vec<Proof> {
    let proof = |side, confidence, summary: String| Proof { side, confidence, summary };
    if pair.kind == Kind::TwoServers {
        return vec![proof(
            Side::Unknown,
            Confidence::High,
            "The two are about different servers, so nothing follows from one for the other.".to_owned(),
        )];
    }
    let mut proofs = Vec::new();
    if let (Some(one), Some(other)) = (pair.first.1.product(), pair.second.1.product())
        && one != other
    {
        proofs.push(proof(
            Side::Unknown,
            Confidence::Medium,
            format!(
                "Different servers answer under this name ({one} in \u{201c}{}\u{201d}, {other} in \u{201c}{}\u{201d}): several machines stand \
                 behind it, or something on the way answers in its place.",
                pair.first.0, pair.second.0
            ),
        ));
    }
    if pair.first.1.is_encrypted() != pair.second.1.is_encrypted() {
        proofs.push(proof(
            Side::Unknown,
            Confidence::High,
            "One was made in plain and the other under TLS: firewalls that read FTP treat these differently, so compare two \
             of the same kind before you conclude from a difference."
                .to_owned(),
        ));
    }
    proofs.extend(control_proof(pair));
    for mode in Mode::BOTH {
        proofs.extend(mode_proof(pair, mode));
    }
    proofs.extend(address_proof(pair));
    if proofs.is_empty() {
        proofs.push(proof(
            Side::Unknown,
            Confidence::Low,
            "Nothing that was tried in both differs in a way that proves anything.".to_owned(),
        ));
    }
    proofs
}

fn control_proof(pair: &Pair) -> Option<Proof> {
    let (works, fails) = match (pair.first.1.control_works(), pair.second.1.control_works()) {
        (true, false) => (pair.first, pair.second),
        (false, true) => (pair.second, pair.first),
        _ => return None,
    };
    let (side, confidence, summary) = match (fails.1.login(), pair.kind) {
        (Login::NoConnection, Kind::TwoTimes) => (
            Side::Unknown,
            Confidence::Medium,
            format!(
                "The control port answered in \u{201c}{}\u{201d} and did not in \u{201c}{}\u{201d}: something changed between the two.",
                works.0, fails.0
            ),
        ),
        (Login::NoConnection, _) => (
            Side::Client,
            Confidence::Medium,
            format!(
                "The control port answers in \u{201c}{}\u{201d} and not in \u{201c}{}\u{201d}: the server is up, so what stops \
                 \u{201c}{1}\u{201d} is on its own side, unless the server's firewall lets in certain addresses only or has banned this one.",
                works.0, fails.0
            ),
        ),
        _ => (
            Side::Unknown,
            Confidence::Medium,
            format!(
                "The login works in \u{201c}{}\u{201d} and not in \u{201c}{}\u{201d}: compare user, password and encryption \
                 before the network.",
                works.0, fails.0
            ),
        ),
    };
    Some(Proof { side, confidence, summary })
}

fn mode_proof(pair: &Pair, mode: Mode) -> Option<Proof> {
    let (first, second) = (went(pair.first.1, mode), went(pair.second.1, mode));
    match (first, second) {
        (Went::Works, Went::Blocked(failure)) => Some(one_works(pair, mode, pair.first, pair.second, failure)),
        (Went::Blocked(failure), Went::Works) => Some(match pair.kind {
            Kind::TwoTimes => mended(pair, mode, failure),
            _ => one_works(pair, mode, pair.second, pair.first, failure),
        }),
        (Went::Blocked(one), Went::Blocked(other)) => both_fail(pair, mode, one, other),
        (Went::Works, Went::Otherwise) | (Went::Otherwise, Went::Works) => {
            let (works, fails) =
                if first == Went::Works { (pair.first.0, pair.second.0) } else { (pair.second.0, pair.first.0) };
            Some(Proof {
                side: Side::Unknown,
                confidence: Confidence::Medium,
                summary: format!(
                    "{} mode works in \u{201c}{works}\u{201d}; in \u{201c}{fails}\u{201d} the server's answers stop it, and not a firewall: its \
                     findings tell why.",
                    capital(mode)
                ),
            })
        }
        _ => None,
    }
}

/// It works from one place and is stopped on the way from the other.
fn one_works(pair: &Pair, mode: Mode, works: (&str, &Facts), fails: (&str, &Facts), failure: Failure) -> Proof {
    let what = words(failure);
    if pair.kind == Kind::TwoTimes {
        return Proof {
            side: Side::Unknown,
            confidence: Confidence::Medium,
            summary: format!(
                "{} mode worked in \u{201c}{}\u{201d} and is stopped in \u{201c}{}\u{201d} ({what}), from the same network: what changed \
                 between the two broke it.",
                capital(mode),
                works.0,
                fails.0
            ),
        };
    }
    let located = mode == Mode::Passive && matches!(located_side(fails.1), Some(Side::Server | Side::Network));
    if located {
        return Proof {
            side: Side::Server,
            confidence: Confidence::Medium,
            summary: format!(
                "Passive mode works from \u{201c}{}\u{201d} and is stopped from \u{201c}{}\u{201d} ({what}), and the search for the place ends \
                 beyond that client's own network: a firewall at the server's end treats the two networks differently.",
                works.0, fails.0
            ),
        };
    }
    // A server may let in some addresses and not others; only the place, where it was found, leaves no other reason.
    let sure = mode == Mode::Passive && located_side(fails.1) == Some(Side::Client);
    let summary = match mode {
        Mode::Passive if sure => format!(
            "Passive mode works from \u{201c}{}\u{201d}, so the server listens and lets data connections in; from \u{201c}{}\u{201d} it is stopped \
             ({what}), and the search for the place ends in that client's own network. The fault is on that client's side.",
            works.0, fails.0
        ),
        Mode::Passive => format!(
            "Passive mode works from \u{201c}{}\u{201d}, so the server listens and lets data connections in; from \u{201c}{}\u{201d} it is stopped \
             ({what}). The fault is on that client's side, unless the server's firewall treats the two networks differently.",
            works.0, fails.0
        ),
        Mode::Active => format!(
            "Active mode works to \u{201c}{}\u{201d}, so the server may connect out; to \u{201c}{}\u{201d} it does not get through ({what}). The \
             fault is on that client's side: its firewall or its address translation.",
            works.0, fails.0
        ),
    };
    Proof { side: Side::Client, confidence: if sure { Confidence::High } else { Confidence::Medium }, summary }
}

/// On whose side passive connections are stopped, as the check itself found out.
fn located_side(facts: &Facts) -> Option<Side> {
    let diagnosis = diagnose(facts);
    let stopped = diagnosis.findings.iter().find(|finding| finding.rule.id.starts_with("passive-port-"))?;
    Some(stopped.conclusion.side).filter(|side| *side != Side::Unknown)
}

fn mended(pair: &Pair, mode: Mode, failure: Failure) -> Proof {
    Proof {
        side: Side::Unknown,
        confidence: Confidence::High,
        summary: format!(
            "{} mode was stopped in \u{201c}{}\u{201d} ({}) and works in \u{201c}{}\u{201d}: what changed between the two mended it.",
            capital(mode),
            pair.first.0,
            words(failure),
            pair.second.0
        ),
    }
}

fn both_fail(pair: &Pair, mode: Mode, one: Failure, other: Failure) -> Option<Proof> {
    let name = capital(mode);
    match (pair.kind, mode) {
        (Kind::TwoTimes, _) if one == other => Some(Proof {
            side: Side::Unknown,
            confidence: Confidence::High,
            summary: format!(
                "{name} mode is stopped in both ({}): what changed between the two did not mend it.",
                words(one)
            ),
        }),
        (Kind::TwoTimes, _) => Some(Proof {
            side: Side::Unknown,
            confidence: Confidence::Medium,
            summary: format!(
                "{name} mode is stopped in both, and not in the same way: first {}, then {}. The change reached the firewall that \
                 stops it, or uncovered a second one.",
                words(one),
                words(other)
            ),
        }),
        (Kind::TwoPlaces, Mode::Passive) if one == other => Some(Proof {
            side: Side::Server,
            confidence: Confidence::High,
            summary: format!(
                "Passive mode is stopped in the same way from two networks ({}): the reason is where their ways meet, at the server or \
                 its firewall, and not with either client.",
                words(one)
            ),
        }),
        (Kind::TwoPlaces, Mode::Passive) => Some(Proof {
            side: Side::Unknown,
            confidence: Confidence::Low,
            summary: format!(
                "Passive mode is stopped from both networks, but not in the same way ({} and {}), so there may be two reasons.",
                words(one),
                words(other)
            ),
        }),
        // Most clients stand behind a translation that lets no callback in.
        (Kind::TwoPlaces, Mode::Active) => Some(Proof {
            side: Side::Unknown,
            confidence: Confidence::Low,
            summary:
                "Active mode reaches neither of the two clients: each may stand behind a firewall of its own, or the \
                      server may not connect out."
                    .to_owned(),
        }),
        _ => None,
    }
}

/// The server names another address to one than to the other.
fn address_proof(pair: &Pair) -> Option<Proof> {
    let named =
        |facts: &Facts| facts.tried_with(DataVerb::Pasv).find_map(Tried::named).map(|named| named.ip().to_canonical());
    let (a, b) = (named(pair.first.1)?, named(pair.second.1)?);
    let unlike_peers = pair.first.1.peer() == pair.second.1.peer();
    let helped =
        matches!(pair.first.1.helper(), Observed::Seen(_)) || matches!(pair.second.1.helper(), Observed::Seen(_));
    (a != b && unlike_peers && !a.is_unspecified() && !b.is_unspecified()).then(|| Proof {
        side: if helped { Side::Network } else { Side::Server },
        confidence: Confidence::Medium,
        summary: format!(
            "The 227 reply names {a} in \u{201c}{}\u{201d} and {b} in \u{201c}{}\u{201d}: the server chooses the address by who asks, or a firewall \
             on the way rewrites it for one of them.",
            pair.first.0, pair.second.0
        ),
    })
}

fn capital(mode: Mode) -> &'static str {
    match mode {
        Mode::Passive => "Passive",
        Mode::Active => "Active",
    }
}
