//! What a difference between two checks, or its absence, proves.
//!
//! Invariant: a side is named only where the two were made from two places. One place at two times tells of a change;
//! where the places are not known, both readings are given.

use std::net::IpAddr;
use std::time::Duration;

use super::{Kind, Proof, kin, words};
use crate::diagnosis::diagnose;
use crate::diagnosis::rule::{Confidence, Side};
use crate::evidence::attempt::{DataVerb, Mode};
use crate::evidence::facts::{Facts, Failure, Login, Tried};
use crate::evidence::observed::Observed;

/// Further apart, two checks may have met two states of one firewall: settings are changed between two calls.
const FAR_APART: Duration = Duration::from_secs(60 * 60);

/// The two, and what they are to each other.
pub struct Pair<'p, 'f> {
    pub first: (&'p str, &'p Facts<'f>),
    pub second: (&'p str, &'p Facts<'f>),
    pub kind: Kind,
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

/// The most telling first.
pub fn all(pair: &Pair) -> Vec<Proof> {
    match pair.kind {
        Kind::TwoServers => vec![two_servers(pair)],
        Kind::SeveralServers => vec![several_servers(pair)],
        Kind::TwoPlaces | Kind::TwoTimes | Kind::PlacesNotKnown => of_one_server(pair),
    }
}

/// A proof that leaves the side open.
fn open(confidence: Confidence, summary: impl Into<String>) -> Proof {
    Proof { side: Side::Unknown, confidence, summary: summary.into() }
}

fn two_servers(pair: &Pair) -> Proof {
    let host = |facts: &Facts| facts.evidence().target.host.clone();
    let endpoint = |facts: &Facts| format!("{}, port {}", host(facts), facts.evidence().target.port);
    let (one, other) = (endpoint(pair.first.1), endpoint(pair.second.1));
    open(
        Confidence::High,
        format!(
            "The two are about different servers (\u{201c}{}\u{201d}: {one}; \u{201c}{}\u{201d}: {other}), so nothing follows from \
             one for the other, and nothing about whose side is at fault.",
            pair.first.0, pair.second.0
        ),
    )
}

fn several_servers(pair: &Pair) -> Proof {
    let (first, second) = (pair.first, pair.second);
    let summary = match (first.1.product(), second.1.product()) {
        (Some(one), Some(other)) if one != other => format!(
            "Different servers answer under this name ({one} in \u{201c}{}\u{201d}, {other} in \u{201c}{}\u{201d}): several machines \
             stand behind it, the server was replaced in between, or something on the way answers in its place. What differs may \
             differ between these, so nothing follows about whose side is at fault.",
            first.0, second.0
        ),
        _ => {
            let address =
                |facts: &Facts| kin::server_address(facts).as_ref().map_or_else(String::new, IpAddr::to_string);
            format!(
                "The name leads to {} in \u{201c}{}\u{201d} and to {} in \u{201c}{}\u{201d}: there may be several servers under one name. \
                 What differs may differ between these, so nothing follows about whose side is at fault until both are \
                 checked by their addresses.",
                address(first.1),
                first.0,
                address(second.1),
                second.0
            )
        }
    };
    open(Confidence::Medium, summary)
}

fn of_one_server(pair: &Pair) -> Vec<Proof> {
    let (first, second) = (pair.first.1, pair.second.1);
    let mut proofs = Vec::new();
    if first.is_encrypted() != second.is_encrypted() {
        proofs.push(open(
            Confidence::High,
            "One was made in plain and the other under TLS: firewalls that read FTP treat these differently, so compare two \
             of the same kind before you conclude from a difference.",
        ));
    }
    proofs.extend(control_proof(pair));
    for mode in Mode::BOTH {
        proofs.extend(mode_proof(pair, mode));
    }
    proofs.extend(address_proof(pair));
    if proofs.is_empty() {
        proofs.push(open(Confidence::Low, "Nothing that was tried in both differs in a way that proves anything."));
    }
    proofs.extend(reservations(pair));
    proofs
}

/// What weakens all that was concluded.
fn reservations(pair: &Pair) -> Vec<Proof> {
    let (first, second) = (pair.first.1, pair.second.1);
    let mut all = Vec::new();
    if is_far_apart(pair) {
        all.push(open(
            Confidence::High,
            "More than an hour lies between the two, and the server or a firewall may have been changed in it: make both \
             again, one right after the other, before anybody acts on a difference.",
        ));
    }
    if kin::is_redacted(first) && kin::is_redacted(second) && pair.kind == Kind::PlacesNotKnown {
        all.push(open(
            Confidence::High,
            "Placeholders stand for the addresses and names in both, so whether the two are about one server has to be known \
             from elsewhere.",
        ));
    }
    if kin::is_by_greeting(first, second) && !kin::is_redacted(first) && !kin::is_redacted(second) {
        all.push(open(
            Confidence::Low,
            "The two go to different names or addresses and are taken for one server because it greets alike in both. \
             Servers of one product may greet alike: make sure that it is one.",
        ));
    }
    let family = |facts: &Facts| kin::server_address(facts).map(|address| address.is_ipv4());
    if matches!((family(first), family(second)), (Some(one), Some(other)) if one != other) {
        all.push(open(
            Confidence::High,
            "One went over IPv4 and the other over IPv6, which have firewalls of their own: compare two of the same family \
             before you conclude from a difference.",
        ));
    }
    all
}

/// Two places are compared as if at one time; of two times nothing else is expected.
fn is_far_apart(pair: &Pair) -> bool {
    pair.kind == Kind::TwoPlaces && kin::apart(pair.first.1, pair.second.1).is_some_and(|apart| apart > FAR_APART)
}

/// How sure a conclusion is that takes the two for made at one time.
fn sure_at_one_time(pair: &Pair, sure: Confidence) -> Confidence {
    match sure {
        Confidence::High if is_far_apart(pair) => Confidence::Medium,
        Confidence::Medium if is_far_apart(pair) => Confidence::Low,
        sure => sure,
    }
}

fn control_proof(pair: &Pair) -> Option<Proof> {
    let (works, fails) = match (pair.first.1.control_works(), pair.second.1.control_works()) {
        (true, false) => (pair.first, pair.second),
        (false, true) => (pair.second, pair.first),
        _ => return None,
    };
    let (works, no_connection, fails) = (works.0, fails.1.login() == Login::NoConnection, fails.0);
    Some(match pair.kind {
        _ if !no_connection => open(
            Confidence::Medium,
            format!(
                "The login works in \u{201c}{works}\u{201d} and not in \u{201c}{fails}\u{201d}: compare user, password and encryption \
                 before the network."
            ),
        ),
        Kind::TwoTimes => open(
            Confidence::Medium,
            format!(
                "The control port answered in \u{201c}{works}\u{201d} and did not in \u{201c}{fails}\u{201d}, from the same network: \
                 something changed between the two. The FTP server was stopped or started, or a firewall was changed."
            ),
        ),
        Kind::TwoPlaces => Proof {
            side: Side::Client,
            confidence: sure_at_one_time(pair, Confidence::Medium),
            summary: format!(
                "The control port answers in \u{201c}{works}\u{201d} and not in \u{201c}{fails}\u{201d}: what stops \u{201c}{fails}\u{201d} is \
                 on its own side, unless the server was stopped in between, lets in certain addresses only, or has banned \
                 this one."
            ),
        },
        _ => open(
            Confidence::Medium,
            format!(
                "The control port answers in \u{201c}{works}\u{201d} and not in \u{201c}{fails}\u{201d}, and these do not show whether \
                 they were made from one place. If they were, something changed in between: see whether the FTP server \
                 runs, and whether a firewall was changed. If they were made from two places at one time, what stops \
                 \u{201c}{fails}\u{201d} is on its own side, unless the server lets in certain addresses only or has banned \
                 this one."
            ),
        ),
    })
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
    if pair.kind != Kind::TwoPlaces {
        return either_reading(mode, works.0, fails.0, what);
    }
    let located = mode == Mode::Passive && matches!(located_side(fails.1), Some(Side::Server | Side::Network));
    if located {
        return Proof {
            side: Side::Server,
            confidence: sure_at_one_time(pair, Confidence::Medium),
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
    let confidence = if sure { Confidence::High } else { sure_at_one_time(pair, Confidence::Medium) };
    Proof { side: Side::Client, confidence, summary }
}

/// From two places it would be the client's side, from one a change.
fn either_reading(mode: Mode, works: &str, fails: &str, what: &str) -> Proof {
    let unless = match mode {
        Mode::Passive => "unless the server's firewall treats the two networks differently",
        Mode::Active => "in its firewall or its address translation",
    };
    open(
        Confidence::Medium,
        format!(
            "{} mode works in \u{201c}{works}\u{201d} and is stopped in \u{201c}{fails}\u{201d} ({what}), and these do not show whether they \
             were made from one place. If they were, something changed in between: at the server, at a firewall or in the \
             client. If they were made from two places at one time, the fault is on the client's side of \u{201c}{fails}\u{201d}, \
             {unless}.",
            capital(mode)
        ),
    )
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
        (Kind::PlacesNotKnown, Mode::Passive) if one == other => Some(open(
            Confidence::Medium,
            format!(
                "Passive mode is stopped in the same way in both ({}), and these do not show whether they were made from one \
                 place. If they were made from two networks, the reason is where their ways meet: at the server or its \
                 firewall. If from one, nothing that changed in between mended it.",
                words(one)
            ),
        )),
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
            confidence: sure_at_one_time(pair, Confidence::High),
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
    let same_peer = pair.first.1.peer() == pair.second.1.peer();
    let helped =
        matches!(pair.first.1.helper(), Observed::Seen(_)) || matches!(pair.second.1.helper(), Observed::Seen(_));
    if a == b || !same_peer || a.is_unspecified() || b.is_unspecified() {
        return None;
    }
    let (first, second) = (pair.first.0, pair.second.0);
    if pair.kind != Kind::TwoPlaces {
        return Some(open(
            Confidence::Medium,
            format!(
                "The 227 reply names {a} in \u{201c}{first}\u{201d} and {b} in \u{201c}{second}\u{201d}: the server's setting for it was \
                 changed in between, or the server chooses it by who asks, or a firewall on the way rewrites it."
            ),
        ));
    }
    Some(Proof {
        side: if helped { Side::Network } else { Side::Server },
        confidence: Confidence::Medium,
        summary: format!(
            "The 227 reply names {a} in \u{201c}{first}\u{201d} and {b} in \u{201c}{second}\u{201d}: the server chooses the address by who \
             asks, or a firewall on the way rewrites it for one of them."
        ),
    })
}

fn capital(mode: Mode) -> &'static str {
    match mode {
        Mode::Passive => "Passive",
        Mode::Active => "Active",
    }
}
