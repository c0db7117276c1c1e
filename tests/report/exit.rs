//! The exit status, row by row.

use ftpmode::diagnosis::rule::{Confidence, Severity, Side};
use ftpmode::diagnosis::verdict::Recommendation;
use ftpmode::evidence::attempt::{Address, DataVerb, Load};
use ftpmode::evidence::facts::{Cause, Stage};
use ftpmode::evidence::security::Protection;
use ftpmode::evidence::{Evidence, NotTried};
use ftpmode::report::model::Finding;
use ftpmode::report::{Report, Require, Strictness, exit_status, worst_status};

#[test]
fn the_table_of_the_contract() {
    use Recommendation::{Active, Either, None as NoMode, Passive, Unknown};
    use Strictness::{Lenient, Strict};
    let passive = Some(Require::Passive);
    let active = Some(Require::Active);
    let both = Some(Require::Both);
    for (recommendation, worst, require, strict, status) in [
        (Either, None, None, Lenient, 0),
        (Either, None, both, Strict, 0),
        (Either, Some(Severity::Info), None, Strict, 0),
        (Either, Some(Severity::Warning), None, Lenient, 0),
        (Either, Some(Severity::Warning), None, Strict, 1),
        (Either, Some(Severity::Error), both, Strict, 1),
        (Passive, Some(Severity::Error), None, Lenient, 0),
        (Passive, Some(Severity::Error), None, Strict, 1),
        (Passive, None, passive, Lenient, 0),
        (Passive, None, active, Lenient, 2),
        (Passive, None, both, Lenient, 2),
        (Passive, Some(Severity::Error), active, Strict, 2),
        (Active, None, active, Lenient, 0),
        (Active, None, passive, Lenient, 2),
        (Active, None, both, Strict, 2),
        (NoMode, Some(Severity::Error), None, Lenient, 2),
        (NoMode, None, passive, Strict, 2),
        (Unknown, Some(Severity::Error), None, Lenient, 3),
        (Unknown, None, both, Strict, 3),
    ] {
        let report = report(recommendation, worst);
        let found = exit_status(&report, require, strict);
        assert_eq!(found, status, "{recommendation:?} {worst:?} {require:?} {strict:?}");
    }
}

#[test]
fn a_required_mode_that_nobody_tried_is_not_known_to_be_broken() {
    let mut report = report(Recommendation::Passive, None);
    for attempt in report.attempts.iter_mut().filter(|attempt| !attempt.works) {
        attempt.cause = Some(Cause::NotTried);
    }
    assert_eq!(exit_status(&report, Some(Require::Active), Strictness::Lenient), 3);
    assert_eq!(exit_status(&report, None, Strictness::Lenient), 0);
}

#[test]
fn of_several_targets_the_worst_counts() {
    for (all, worst) in
        [(vec![], 0), (vec![0, 0], 0), (vec![0, 1], 1), (vec![1, 3, 0], 3), (vec![3, 2, 1], 2), (vec![2, 3], 2)]
    {
        assert_eq!(worst_status(all.clone()), worst, "{all:?}");
    }
}

/// A report with one attempt for each mode, working as the recommendation says.
fn report(recommendation: Recommendation, worst: Option<Severity>) -> Report {
    let skipped = |verb, address| NotTried {
        verb,
        address,
        load: Load::Usual,
        protection: Protection::Plain,
        because: "a row of a table".to_owned(),
    };
    let evidence = Evidence {
        not_tried: vec![skipped(DataVerb::Pasv, Address::ControlPeer), skipped(DataVerb::Port, Address::Local)],
        ..Evidence::default()
    };
    let mut report = Report::of(&evidence);
    report.verdict.recommendation = recommendation;
    let works = match recommendation {
        Recommendation::Passive => [true, false],
        Recommendation::Active => [false, true],
        Recommendation::Either => [true, true],
        Recommendation::None | Recommendation::Unknown => [false, false],
    };
    for (attempt, works) in report.attempts.iter_mut().zip(works) {
        attempt.works = works;
        attempt.cause = (!works).then_some(Cause::Dropped);
        attempt.stage = if works { Stage::Complete } else { Stage::Connect };
    }
    report.findings.extend(worst.map(|severity| Finding {
        id: "a-finding".to_owned(),
        severity,
        side: Side::Server,
        confidence: Confidence::High,
        summary: "Something.".to_owned(),
        evidence: Vec::new(),
        fixes: Vec::new(),
    }));
    report
}
