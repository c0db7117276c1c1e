//! One server of a log: its sessions together, as evidence.

use std::collections::{BTreeMap, BTreeSet};

use super::session::Session;
use super::{Gathered, LONGEST_QUOTE, UNKNOWN_HOST, shown};
use crate::evidence::log::{Log, Quote, Writer};
use crate::evidence::timeline::What;
use crate::evidence::{Evidence, Outcome, Source, TargetAsked};

/// Sessions with one server.
pub struct Target {
    sessions: Vec<Session>,
}

impl Target {
    pub fn of(session: Session) -> Self {
        Self { sessions: vec![session] }
    }

    pub fn add(&mut self, session: Session) {
        self.sessions.push(session);
    }

    /// The same name or address, or nothing that says otherwise.
    pub fn is_of(&self, session: &Session) -> bool {
        if self
            .sessions
            .iter()
            .any(|known| known.side.is_some() && session.side.is_some() && known.side != session.side)
        {
            return false;
        }
        let differs = |one: Option<String>, other: Option<String>| matches!((one, other), (Some(a), Some(b)) if a != b);
        let host = self.sessions.iter().find_map(|known| known.host.clone());
        let ip = self.sessions.iter().find_map(|known| known.peer).map(|peer| peer.ip().to_string());
        let its_ip = session.peer.map(|peer| peer.ip().to_string());
        if host.is_some() && session.host.is_some() {
            return host == session.host;
        }
        !differs(ip, its_ip)
    }

    /// Whether it is the same by its name or address.
    pub fn is_known(&self, session: &Session) -> bool {
        let same = |known: &Session| {
            (known.host.is_some() && known.host == session.host) || (known.peer.is_some() && known.peer == session.peer)
        };
        self.sessions.iter().any(same)
    }

    pub fn evidence(self, input: &str, gathered: &Gathered) -> Evidence {
        let host = self.sessions.iter().find_map(|session| session.host.clone());
        let peer = self.sessions.iter().find_map(|session| session.peer);
        let dialled = self.sessions.iter().find_map(Session::dialled);
        let port = self.sessions.iter().find_map(|session| session.port()).unwrap_or(21);
        let mut evidence = Evidence {
            source: Source::Log,
            target: TargetAsked {
                input: input.to_owned(),
                host: host
                    .or_else(|| peer.or(dialled).map(|peer| peer.ip().to_string()))
                    .unwrap_or_else(|| UNKNOWN_HOST.to_owned()),
                port,
            },
            ..Evidence::default()
        };
        evidence.asked.user = self.sessions.iter().find_map(|session| session.user.clone());
        let unroutable = self.sessions.iter().find_map(|session| session.unroutable);
        let masked = self.sessions.iter().any(|session| session.masked);
        let told_elsewhere = self.sessions.iter().any(|session| !session.attempts.is_empty());
        let got = self.sessions.iter().find_map(|session| session.got).filter(|_| !told_elsewhere);
        let mut quotes: BTreeMap<u32, String> = BTreeMap::new();
        for mut session in self.sessions {
            // They are of one server.
            session.peer = session.peer.or(peer);
            quotes.extend(session.quotes.iter().map(|(line, text)| (*line, quote(text))));
            session.add_to(&mut evidence);
        }
        forget_the_unfinished(&mut evidence, gathered.number);
        let used = lines_of(&evidence);
        evidence.duration_ms = gathered.clock.last * 1000.0;
        evidence.log = Some(Log {
            program: gathered.program.map(|program| program.id.to_owned()),
            version: gathered.version.clone(),
            writer: gathered.program.map_or(Writer::Client, |program| program.writer),
            timed: gathered.clock.tells(),
            lines: gathered.number,
            left_out: gathered.left_out,
            unroutable,
            masked,
            got,
            between_servers: gathered.handed_over,
            quotes: quotes
                .into_iter()
                .filter(|(line, _)| {
                    used.contains(line) || [unroutable, got, gathered.handed_over].contains(&Some(*line))
                })
                .map(|(line, text)| Quote { line, text })
                .collect(),
        });
        gathered.passwords.leave_out(&mut evidence);
        evidence
    }
}

/// A log that ends while another session's data connection of the same mode got through ends in the middle of what works.
fn forget_the_unfinished(evidence: &mut Evidence, lines: u32) {
    let whole = |outcome: &Outcome| outcome.events.iter().any(|event| matches!(event.what, What::EndOfFile));
    let Some((last, others)) = evidence.attempts.split_last_mut() else { return };
    let works = others.iter().any(|other| other.verb.mode() == last.verb.mode() && whole(other));
    if let Some(event) =
        last.events.last_mut().filter(|event| works && event.line.is_some_and(|line| line + 1 >= lines))
        && matches!(event.what, What::Abandoned(_))
    {
        event.what = What::CutShort;
    }
}

fn lines_of(evidence: &Evidence) -> BTreeSet<u32> {
    let controls = evidence.controls.iter().flat_map(|control| &control.events);
    let attempts = evidence.attempts.iter().flat_map(|attempt| &attempt.events);
    let dials = evidence.dials.iter().flat_map(|dial| &dial.events);
    controls.chain(attempts).chain(dials).filter_map(|event| event.line).chain(evidence.resolution.line).collect()
}

/// A line as it may be quoted: bounded, and without a password.
fn quote(text: &str) -> String {
    shown(text, LONGEST_QUOTE)
}
