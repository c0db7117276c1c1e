//! From evidence to report: asks the facts and the diagnosis, and copies their answers.

use std::net::SocketAddr;

use super::model::{
    Between, ControlConnection, ControlStage, DataConnection, Directions, Ends, Finding, Forecast, Hop, Known, Open,
    PassivePorts, Path, Reply, Report, Target, Tool, Verdict,
};
use crate::clients;
use crate::diagnosis::{self, Diagnosis, comparison};
use crate::evidence::attempt::{DataVerb, Mode};
use crate::evidence::facts::{CallbackEnd, Cause, Cite, Facts, Failure, Login, Place, Stage, Tried};
use crate::evidence::observed::Observed;
use crate::evidence::timeline::{Awaited, Event, What};
use crate::evidence::{Evidence, NotTried};

/// Raised only when a field goes or changes its meaning; fields may be added below it.
const SCHEMA_VERSION: &str = "1";

impl Report {
    /// Judges the evidence and writes down the answer.
    pub fn of(evidence: &Evidence) -> Self {
        let facts = Facts::of(evidence);
        let diagnosis = diagnosis::diagnose(&facts);
        let plain = facts.in_plain();
        let in_plain = plain.iter().flat_map(|plain| plain.tried().iter().map(|tried| attempt(plain, tried)));
        let under_tls = judged_and_beside(&facts);
        let tried = in_plain.chain(under_tls);
        Self {
            schema_version: SCHEMA_VERSION.to_owned(),
            tool: Tool { name: env!("CARGO_PKG_NAME").to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() },
            source: evidence.source,
            target: Target {
                input: evidence.target.input.clone(),
                host: evidence.target.host.clone(),
                port: evidence.target.port,
                address: facts.peer().map(|address| address.to_string()),
                security: facts.security(),
            },
            started_at: evidence.started_at.clone(),
            duration_ms: tenths(evidence.duration_ms),
            control: control(&facts),
            directions: Directions { outbound: facts.direction(Mode::Passive), inbound: facts.direction(Mode::Active) },
            path: path(&facts),
            passive_ports: passive_ports(&facts),
            attempts: tried.chain(evidence.not_tried.iter().map(not_tried)).collect(),
            findings: findings(&diagnosis),
            ruled_out: diagnosis.ruled_out.iter().map(|cause| open(&facts, cause.id, joined(&cause.because))).collect(),
            not_tested: diagnosis
                .not_tested
                .iter()
                .map(|cause| open(&facts, &cause.id, cause.because.clone()))
                .collect(),
            forecast: forecast(&facts),
            for_client: None,
            verdict: Verdict {
                recommendation: diagnosis.verdict.recommendation,
                use_now: diagnosis.verdict.use_now,
                confidence: diagnosis.verdict.confidence,
                summary: diagnosis.verdict.summary,
                fixes: diagnosis.verdict.fixes,
                again: diagnosis.verdict.again.map(str::to_owned),
                handover: diagnosis.handover,
                recipes: diagnosis.verdict.recipes.iter().map(|id| (*id).to_owned()).collect(),
            },
            comparison: None,
            evidence: evidence.clone(),
        }
    }

    /// The second's report, held against the first; each comes with the name that sentences call it by.
    pub fn compared(kind: comparison::Kind, first: (&str, &Evidence), second: (&str, &Evidence)) -> Self {
        let (before, after) = (Facts::of(first.1), Facts::of(second.1));
        let comparison = comparison::compare(kind, (first.0, &before), (second.0, &after));
        Self { comparison: Some(comparison), ..Self::of(second.1) }
    }
}

fn control(facts: &Facts) -> ControlConnection {
    let works = facts.control_works();
    let (stage, cause) = if works { (ControlStage::Complete, None) } else { control_end(facts) };
    let greeting = facts.greeting().filter(|(reply, _)| reply.is_completion());
    ControlConnection {
        works,
        stage,
        cause,
        banner: greeting.and_then(|(reply, _)| known(reply.message())),
        server: facts.product().and_then(known),
        local_address: facts.local().map(|address| address.to_string()),
        peer_address: facts.peer().map(|address| address.to_string()),
        seen_by_server: facts.seen_by_server().seen().map(|(address, _)| address.to_string()),
        connect_ms: facts.rtt_ms().map(tenths),
        rtt_ms: facts.rtt_ms().map(tenths),
        tls_version: facts.tls_version().filter(|version| version.starts_with("TLSv")).map(str::to_owned),
        certificate: facts.certificate().map(|(certificate, _)| certificate.clone()),
    }
}

/// How far a control connection came that does not work, and what ended it.
fn control_end(facts: &Facts) -> (ControlStage, Option<Cause>) {
    let evidence = facts.evidence();
    match facts.login() {
        Login::LoggedIn => (ControlStage::Complete, None),
        Login::Refused(..) if facts.greeting().is_some_and(|(reply, _)| reply.is_refusal()) => {
            (ControlStage::Greet, Some(Cause::Rejected))
        }
        Login::Refused(..) => (ControlStage::Login, Some(Cause::Rejected)),
        Login::Unfinished(place) => {
            let stage = if facts.greeting().is_some() { ControlStage::Login } else { ControlStage::Greet };
            let events = match place {
                Place::Control(number, _) => evidence.controls.get(number).map(|control| control.events.as_slice()),
                Place::Dial(..) | Place::Attempt(..) => None,
            };
            // AUTH was refused, and a login in plain not wanted.
            let unsecured = facts.auth_refused().is_some() && facts.answer("USER").is_none();
            (stage, if unsecured { Some(Cause::Tls) } else { events.and_then(cause_in) })
        }
        Login::NoConnection if evidence.dials.is_empty() => (ControlStage::Resolve, None),
        Login::NoConnection => (ControlStage::Connect, evidence.dials.iter().find_map(|dial| cause_in(&dial.events))),
    }
}

/// What ended a connection, read from the last event that tells.
fn cause_in(events: &[Event]) -> Option<Cause> {
    events.iter().rev().find_map(|event| match event.what {
        What::Refused => Some(Cause::Refused),
        What::Unreachable { .. } => Some(Cause::Unreachable),
        What::Silent { awaited: Awaited::Connect, .. } => Some(Cause::Dropped),
        What::Silent { awaited: Awaited::Handshake, .. } => Some(Cause::Tls),
        What::Silent { .. } => Some(Cause::Stalled),
        What::Nonsense { .. } => Some(Cause::Protocol),
        What::ControlClosed | What::ControlReset | What::Reset => Some(Cause::Closed),
        What::TlsFailed { .. } => Some(Cause::Tls),
        What::Withheld | What::Failed(_) | What::CutShort => Some(Cause::NotTried),
        _ => None,
    })
}

fn path(facts: &Facts) -> Path {
    let location = facts.location().seen();
    let hops = facts.hops();
    Path {
        client_nat: answer(&facts.client_nat()),
        server_nat: match answer(&facts.server_nat()) {
            Known::Unknown if facts.translator().is_some() => Known::Yes,
            _ if facts.stand_in().is_some() => Known::Yes,
            known => known,
        },
        helper: match facts.helper() {
            Observed::Seen(_) => Known::Yes,
            Observed::NotSeen | Observed::NotTested(_) => Known::Unknown,
        },
        hops: hops.iter().map(|(ttl, router)| Hop { ttl: *ttl, address: router.to_string() }).collect(),
        control_distance: facts.distance(),
        control_distance_exact: facts.distance().map(|_| facts.distance_is_exact()),
        blocked_after: location.as_ref().filter(|l| l.between.is_some()).and_then(|location| location.end.passed()),
        answered_by: location.as_ref().filter(|l| l.between.is_some()).and_then(|location| location.end.answered()),
        helper_between: facts
            .helper_between()
            .map(|(from, to)| Between { from, to: facts.distance().map_or(to, |server| to.min(server)) }),
        blocked_between: location.as_ref().and_then(|l| l.between).map(|(from, to)| Between { from, to }),
        callback_between: facts
            .callback_end()
            .filter(CallbackEnd::is_counted_from_here)
            .map(|end| Between { from: end.between.0, to: end.between.1 }),
        server_inside: facts.server_nat().seen().map(|sign| sign.inside.to_string()),
    }
}

/// An endpoint, where both parts of it are known: a log may hide either.
fn seen(endpoint: SocketAddr) -> Option<String> {
    let known = !endpoint.ip().is_unspecified() && endpoint.port() != 0;
    known.then(|| endpoint.to_string())
}

fn passive_ports(facts: &Facts) -> PassivePorts {
    let seen: Vec<u16> = facts.passive_ports().into_iter().collect();
    PassivePorts { lowest: seen.first().copied(), highest: seen.last().copied(), seen }
}

fn forecast(facts: &Facts) -> Vec<Forecast> {
    clients::outlooks(facts)
        .map(|(client, outlook)| Forecast {
            client: client.id.to_owned(),
            works: outlook.works,
            why: outlook.why,
            setting: outlook.setting,
        })
        .collect()
}

fn answer<T>(observed: &Observed<T>) -> Known {
    match observed {
        Observed::Seen(_) => Known::Yes,
        Observed::NotSeen => Known::No,
        Observed::NotTested(_) => Known::Unknown,
    }
}

/// The data connections in order. One that failed and is not judged stands among them: it was tried.
fn judged_and_beside(facts: &Facts) -> Vec<DataConnection> {
    let aside = facts.passive_failures_aside();
    let mut all: Vec<&Tried> = facts.tried().iter().chain(&aside).collect();
    all.sort_by_key(|tried| tried.index());
    all.into_iter().chain(facts.experiments()).map(|tried| attempt(facts, tried)).collect()
}

fn attempt(facts: &Facts, tried: &Tried) -> DataConnection {
    let verb = tried.verb();
    let replies = tried.replies().map(|(reply, _)| Reply { code: reply.code, text: reply.message() });
    DataConnection {
        method: verb,
        address: tried.attempt().address,
        mode: verb.mode(),
        load: tried.attempt().load,
        protection: tried.attempt().protection,
        works: tried.works(),
        stage: tried.stage(),
        cause: tried.cause().filter(|_| !tried.ended_untold()),
        ended_by: tried
            .cause()
            .and(tried.ended_by())
            .and_then(|place| known(without_verb(&facts.cite(place).text, verb))),
        advertised: tried.named().and_then(seen),
        dialled: tried.dialled().and_then(seen),
        connected: tried.joined().and_then(|(local, peer)| Some(Ends { local: seen(local)?, peer: seen(peer)? })),
        started_at: tried.outcome().events.first().and_then(|event| facts.evidence().instant(event.at_ms)),
        replies: replies.collect(),
        bytes: tried.bytes(),
        negotiate_ms: tried.negotiate_ms().map(tenths),
        connect_ms: tried.connect_ms().map(tenths),
        transfer_ms: tried.transfer_ms().map(tenths),
        silent_ms: tried.silent_ms().map(tenths),
        stopped_here: tried.stopped_here(),
        answered_here: tried.joined().is_none() && tried.answered_here().is_some(),
        came_late: tried.came_late().is_some(),
        stopped_by_check: facts.log().is_none() && tried.is_stopped(),
        cut_short: facts.log().is_none() && tried.failure() == Some(Failure::NotTried) && tried.cut_short(),
    }
}

fn not_tried(skipped: &NotTried) -> DataConnection {
    DataConnection {
        method: skipped.verb,
        address: skipped.address,
        mode: skipped.verb.mode(),
        load: skipped.load,
        protection: skipped.protection,
        works: false,
        stage: Stage::Negotiate,
        cause: Some(Cause::NotTried),
        ended_by: known(skipped.because.as_str()),
        advertised: None,
        dialled: None,
        connected: None,
        started_at: None,
        replies: Vec::new(),
        bytes: 0,
        negotiate_ms: None,
        connect_ms: None,
        transfer_ms: None,
        silent_ms: None,
        stopped_here: false,
        answered_here: false,
        came_late: false,
        stopped_by_check: false,
        cut_short: false,
    }
}

fn findings(diagnosis: &Diagnosis) -> Vec<Finding> {
    let all = diagnosis.findings.iter().map(|found| Finding {
        id: found.rule.id.to_owned(),
        severity: found.conclusion.severity,
        side: found.conclusion.side,
        confidence: found.conclusion.confidence,
        summary: found.conclusion.summary.clone(),
        evidence: each_once(&found.conclusion.cites),
        fixes: found.conclusion.fixes.clone(),
    });
    all.collect()
}

/// What a server said again and again is told once.
fn each_once(cites: &[Cite]) -> Vec<String> {
    let mut told: Vec<String> = Vec::new();
    for cite in cites {
        if !told.contains(&cite.text) {
            told.push(cite.text.clone());
        }
    }
    told
}

fn open(facts: &Facts, id: &str, because: String) -> Open {
    Open { id: id.to_owned(), title: diagnosis::title(facts.evidence(), id), because }
}

fn joined(cites: &[Cite]) -> String {
    let texts: Vec<&str> = cites.iter().map(|cite| cite.text.as_str()).collect();
    if texts.is_empty() { "what was seen does not allow it".to_owned() } else { texts.join("; ") }
}

/// A citation of an attempt begins with its verb, which stands in its own field here.
fn without_verb(text: &str, verb: DataVerb) -> &str {
    text.strip_prefix(verb.name()).and_then(|text| text.strip_prefix(": ")).unwrap_or(text)
}

/// A text that is not there is unknown.
fn known(text: impl Into<String>) -> Option<String> {
    Some(text.into()).filter(|text| !text.is_empty())
}

/// Evidence keeps tenths of a millisecond; what a difference adds below them is noise of the arithmetic.
fn tenths(ms: f64) -> f64 {
    (ms * 10.0).round() / 10.0
}
