//! The answer: a short table over the modes' outcomes.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Finding;
use super::rule::{Confidence, Fix, Severity};
use crate::evidence::attempt::{DataVerb, Mode};
use crate::evidence::facts::{Cause, Direction, Facts, Tried};

/// Which mode to use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Recommendation {
    Passive,
    Active,
    /// Both move data; passive is the one to prefer.
    Either,
    /// The login works and no mode moves data.
    None,
    /// It never came to a data connection.
    Unknown,
}

/// The answer and what would make it better.
#[derive(Clone, Debug)]
pub struct Verdict {
    pub recommendation: Recommendation,
    pub confidence: Confidence,
    /// One sentence a customer understands.
    pub summary: String,
    /// The most useful first.
    pub fixes: Vec<Fix>,
}

/// Concludes from the outcomes alone; the findings add the reason and the fixes.
pub fn conclude(facts: &Facts, findings: &[Finding]) -> Verdict {
    let recommendation = recommend(facts);
    let fixes = fixes(findings);
    Verdict {
        recommendation,
        confidence: confidence(facts, recommendation),
        summary: summary(facts, recommendation, findings),
        fixes,
    }
}

/// Passive and active across, as seen: a mode that moved no data is never recommended.
fn recommend(facts: &Facts) -> Recommendation {
    match (facts.works(Mode::Passive), facts.works(Mode::Active)) {
        (true, true) => Recommendation::Either,
        (true, false) => Recommendation::Passive,
        (false, true) => Recommendation::Active,
        (false, false) if facts.control_works() && !facts.tried().is_empty() => Recommendation::None,
        (false, false) => Recommendation::Unknown,
    }
}

/// High where each mode was tried to its end and its methods agree; medium where they disagree; low where a mode that
/// is not recommended was not looked at, or the check was cut short.
fn confidence(facts: &Facts, recommendation: Recommendation) -> Confidence {
    let told = |mode| facts.tried_in(mode).any(|tried| tried.works() || was_answered(tried));
    if facts.evidence().cut_short.is_some() || recommendation == Recommendation::Unknown {
        return Confidence::Low;
    }
    if !Mode::BOTH.into_iter().all(told) {
        return match recommendation {
            Recommendation::None => Confidence::Low,
            _ => Confidence::Medium,
        };
    }
    let agree = |mode| {
        let mut usual = facts
            .tried_in(mode)
            .filter(|tried| tried.attempt() == crate::evidence::attempt::Attempt::usual(tried.verb()));
        let first = usual.next().map(Tried::works);
        usual.all(|tried| Some(tried.works()) == first)
    };
    if Mode::BOTH.into_iter().all(agree) { Confidence::High } else { Confidence::Medium }
}

/// Whether an attempt that does not work came to an end that says something of the path or the server.
fn was_answered(tried: &Tried) -> bool {
    !matches!(tried.cause(), Some(Cause::NotTried))
}

fn summary(facts: &Facts, recommendation: Recommendation, findings: &[Finding]) -> String {
    let tried = |mode| facts.tried_in(mode).next().is_some();
    match recommendation {
        Recommendation::Either => {
            "Both modes work here; use passive mode, which asks nothing of this computer's firewall.".to_owned()
        }
        Recommendation::Passive if tried(Mode::Active) => {
            format!("Use passive mode: it works, and active mode does not because {}.", reason(facts, Mode::Active))
        }
        Recommendation::Passive => "Use passive mode: it works. Active mode was not tried.".to_owned(),
        Recommendation::Active if tried(Mode::Passive) => {
            format!("Use active mode: it works, and passive mode does not because {}.", reason(facts, Mode::Passive))
        }
        Recommendation::Active => "Use active mode: it works. Passive mode was not tried.".to_owned(),
        Recommendation::None => none_works(facts),
        Recommendation::Unknown => match findings.iter().find(|finding| finding.conclusion.severity == Severity::Error)
        {
            Some(finding) => format!("No mode could be tried: {}", finding.conclusion.summary),
            None => "No mode could be tried: the check did not come as far as a data connection.".to_owned(),
        },
    }
}

fn none_works(facts: &Facts) -> String {
    let tried = |mode| facts.tried_in(mode).next().is_some();
    match (tried(Mode::Passive), tried(Mode::Active)) {
        (true, true) => format!(
            "The login works, but no mode moves data: in passive mode {}; in active mode {}.",
            reason(facts, Mode::Passive),
            reason(facts, Mode::Active)
        ),
        (true, false) => {
            format!(
                "The login works, but passive mode moves no data: {}. Active mode was not tried.",
                reason(facts, Mode::Passive)
            )
        }
        _ => format!(
            "The login works, but active mode moves no data: {}. Passive mode was not tried.",
            reason(facts, Mode::Active)
        ),
    }
}

/// Why a mode moves no data, as a clause. What was seen, in a customer's words.
fn reason(facts: &Facts, mode: Mode) -> &'static str {
    let first = facts.tried_in(mode).find(|tried| was_answered(tried));
    let cause = first.and_then(Tried::cause);
    match (mode, facts.direction(mode), cause) {
        (Mode::Passive, Direction::Refused, _) => "the server's data port refuses connections",
        (Mode::Passive, Direction::Dropped, _) => "connections to the server's data port get no answer",
        (Mode::Passive, Direction::Unreachable, _) => "the server's data port is reported unreachable",
        (Mode::Active, Direction::Refused, _) => "the server's connection to this computer is turned away",
        (Mode::Active, Direction::Dropped, _) => "the server's connection never reaches this computer",
        (Mode::Active, Direction::Unreachable, _) => "the server finds no way to this computer",
        (_, _, Some(Cause::Rejected)) if first.is_some_and(|tried| tried.joined().is_some()) => {
            "the server refuses the transfer"
        }
        (Mode::Passive, _, Some(Cause::Rejected)) => "the server refuses it",
        (Mode::Active, _, Some(Cause::Rejected)) => "the server refuses to connect to the address this computer names",
        (_, _, Some(Cause::Stalled)) => "the transfer stalls",
        (_, _, Some(Cause::Closed)) => "the connection is cut off",
        (_, _, Some(Cause::Protocol)) => "the server's answer makes no sense",
        _ => "it could not be tried to its end",
    }
}

/// The fixes of all findings, errors' first, each once.
fn fixes(findings: &[Finding]) -> Vec<Fix> {
    let mut all: Vec<Fix> = Vec::new();
    for fix in findings.iter().flat_map(|finding| &finding.conclusion.fixes) {
        if !all.iter().any(|known| known.side == fix.side && known.action == fix.action) {
            all.push(fix.clone());
        }
    }
    all
}

/// The verbs of a mode, for a sentence.
pub fn verbs_of(mode: Mode) -> [DataVerb; 2] {
    match mode {
        Mode::Passive => [DataVerb::Pasv, DataVerb::Epsv],
        Mode::Active => [DataVerb::Port, DataVerb::Eprt],
    }
}
