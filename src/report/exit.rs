//! The exit status of `check`, `triage` and `compare`: the monitoring plugins' four, read off the report alone.

use super::model::{DataConnection, Report};
use crate::diagnosis::rule::Severity;
use crate::diagnosis::verdict::Recommendation;
use crate::evidence::attempt::{Address, Mode};
use crate::evidence::facts::Cause;

const USABLE: u8 = 0;
const USABLE_WITH_FINDINGS: u8 = 1;
const NOT_USABLE: u8 = 2;
const COULD_NOT_TELL: u8 = 3;

/// The modes that must move data (`--require`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Require {
    Passive,
    Active,
    Both,
}

/// Whether a finding that does not stand in the way counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Strictness {
    #[default]
    Lenient,
    /// A warning or an error is status 1 (`--strict`, and always for a monitoring plugin).
    Strict,
}

/// 0 usable, 1 usable with a finding (where `strict`), 2 not usable as required, 3 could not tell.
pub fn exit_status(report: &Report, require: Option<Require>, strict: Strictness) -> u8 {
    match report.verdict.recommendation {
        Recommendation::Unknown => return COULD_NOT_TELL,
        Recommendation::None => return NOT_USABLE,
        Recommendation::Passive | Recommendation::Active | Recommendation::Either => {}
    }
    let required: &[Mode] = match require {
        None => &[],
        Some(Require::Passive) => &[Mode::Passive],
        Some(Require::Active) => &[Mode::Active],
        Some(Require::Both) => &Mode::BOTH,
    };
    let wanting = required.iter().filter(|mode| !works(report, **mode)).map(|mode| {
        // A mode that nobody looked at is not known to be broken.
        if was_tried(report, *mode) { NOT_USABLE } else { COULD_NOT_TELL }
    });
    let stands = |severity| report.findings.iter().any(|finding| finding.severity >= severity);
    let findings = match strict {
        Strictness::Strict if stands(Severity::Warning) => USABLE_WITH_FINDINGS,
        Strictness::Strict | Strictness::Lenient => USABLE,
    };
    worst_status(wanting.chain([findings]))
}

/// The status of several targets: 2 over 3 over 1 over 0.
pub fn worst_status(all: impl IntoIterator<Item = u8>) -> u8 {
    let badness = |status: &u8| match *status {
        USABLE => 0,
        USABLE_WITH_FINDINGS => 1,
        NOT_USABLE => 3,
        _ => 2,
    };
    all.into_iter().max_by_key(badness).unwrap_or(USABLE)
}

fn works(report: &Report, mode: Mode) -> bool {
    // What works only through a port that this check asked the router for works for no client.
    let unaided = |attempt: &&DataConnection| attempt.address != Address::Mapped;
    report.judged().filter(unaided).any(|attempt| attempt.mode == mode && attempt.works)
}

fn was_tried(report: &Report, mode: Mode) -> bool {
    report.judged().any(|attempt| attempt.mode == mode && attempt.cause != Some(Cause::NotTried))
}
