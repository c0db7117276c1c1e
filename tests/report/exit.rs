//! The exit status, row by row.

use ftpmode::diagnosis::rule::{Confidence, Severity, Side};
use ftpmode::diagnosis::verdict::Recommendation;
use ftpmode::evidence::attempt::{Address, DataVerb, Load};
use ftpmode::evidence::facts::{Cause, Stage};
use ftpmode::evidence::security::Protection;
use ftpmode::evidence::{Evidence, NotTried};
use ftpmode::report::formats;
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

#[test]
fn a_monitoring_plugin_says_its_status_in_its_first_line() {
    use Recommendation::{Active, Either, None as NoMode, Unknown};
    let format = super::format("nagios");
    let together = format.together.expect("one output for all targets");
    for (recommendation, worst, word) in [
        (Either, None, "OK"),
        (Either, Some(Severity::Info), "OK"),
        (Active, Some(Severity::Warning), "WARNING"),
        (Active, Some(Severity::Error), "WARNING"),
        (NoMode, Some(Severity::Error), "CRITICAL"),
        (Unknown, None, "UNKNOWN"),
    ] {
        let report = report(recommendation, worst);
        let text = formats::render(format, &report, &super::PLAIN);
        let (first, rest) = text.split_once('\n').expect("a line");
        let lead = format!("FTPMODE {word} - {}", report.verdict.summary);
        assert!(
            first.starts_with(&lead) && first.ends_with(" | time=0.000000s;;;0"),
            "{recommendation:?} {worst:?}: {first}"
        );
        let lines: Vec<&str> = rest.lines().filter(|line| line.starts_with("a-finding (")).collect();
        assert_eq!(lines.len(), usize::from(worst.is_some()), "{text}");
        assert!(word != "WARNING" || first.contains("Findings: a-finding."), "{first}");
    }
    // What was asked for decides, and the line says so.
    let usable = report(Active, None);
    for (status, why) in
        [(2, "The mode that is required moves no data. "), (3, "The mode that is required was not tried. ")]
    {
        assert!(together(&[(&usable, status)], &super::PLAIN).contains(&format!(" - {why}")), "{status}");
    }
}

#[test]
fn a_monitoring_plugin_tells_of_several_targets_in_one_output() {
    let named = |host: &str, recommendation| {
        let mut report = report(recommendation, None);
        report.target.host = host.to_owned();
        report.target.port = 21;
        report.control.connect_ms = Some(12.4);
        report
    };
    let (well, ill) = (named("ftp.example", Recommendation::Either), named("2001:db8::5", Recommendation::None));
    let together = super::format("nagios").together.expect("one output for all targets");
    let text = together(&[(&well, 0), (&ill, 2)], &super::PLAIN);
    let first = text.lines().next().expect("a line");
    assert!(first.starts_with("FTPMODE CRITICAL - the worst of 2 targets is [2001:db8::5]:21: "), "{first}");
    assert!(
        first.contains(" | 'ftp.example:21 time'=0.000000s;;;0 'ftp.example:21 connect'=0.012400s;;;0 '[2001:"),
        "{first}"
    );
    let others: Vec<&str> = text.lines().skip(1).collect();
    assert!(others[0].starts_with("ftp.example:21: OK - ") && others[1].starts_with("[2001:db8::5]:21: CRITICAL - "));
}

#[test]
fn a_server_writes_nothing_that_monitoring_takes_for_numbers() {
    let mut report = report(Recommendation::Passive, Some(Severity::Warning));
    report.verdict.summary = "It said “229 (|||50001|)”.\nFTPMODE OK | time=9s".to_owned();
    report.findings[0].summary = "a|b\nc".to_owned();
    let text = formats::render(super::format("nagios"), &report, &super::PLAIN);
    assert_eq!(text.matches('|').count(), 1, "{text}");
    assert_eq!(text.lines().count(), 2, "{text}");
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
