//! What is said of passive ports, of each and of the range.

use ftpmode::diagnosis::diagnose;
use ftpmode::diagnosis::rule::{Confidence, Severity, Side};
use ftpmode::evidence::Evidence;
use ftpmode::evidence::attempt::{DataVerb, Mode};
use ftpmode::evidence::case::Case;
use ftpmode::evidence::facts::{Cause, Facts};
use ftpmode::evidence::timeline::What;
use ftpmode::report::Report;

use super::{case_of, text_of};

/// Data connections that are not judged are told all the same: in the table, in the certainty, and as what needs mending.
#[test]
fn failures_at_two_ports_are_no_mere_remark() {
    let case = case_of("two_ports_in_company.toml");
    let report = Report::of(&case.evidence);
    assert_eq!(report.attempts.iter().filter(|attempt| attempt.cause == Some(Cause::Refused)).count(), 2);
    assert_eq!(report.verdict.confidence, Confidence::Medium);
    assert_eq!(report.verdict.use_now, Some(Mode::Active));
    assert!(report.verdict.summary.contains("use active mode for now"), "{}", report.verdict.summary);
    let finding = report.findings.iter().find(|finding| finding.id == "passive-range-partly-open").expect("a finding");
    assert_eq!(finding.severity, Severity::Warning);
}

/// A server that lets one session in at a time leaves no second port to try: why fewer were tried than asked for is said.
#[test]
fn one_port_that_fails_says_nothing_of_the_others() {
    let case = case_of("one_port_alone.toml");
    let mut evidence = case.evidence;
    let summary = Report::of(&evidence).findings.remove(0).summary;
    assert!(summary.ends_with("Only one port was tried; others may let connections in."), "{summary}");
    evidence.asked.samples = Some(3);
    let found = diagnose(&Facts::of(&evidence));
    let missing = found.not_tested.iter().find(|open| open.id == "passive-ports").expect("ports that were asked for");
    let begin = "1 of the 3 passive ports asked for was tried, and no more because the server answered a further login";
    assert!(missing.because.starts_with(begin), "{}", missing.because);
}

/// Where no more of the ports that were asked for can be tried, those that were tell, and why there are no more is said.
#[test]
fn ports_that_can_not_be_tried_any_more_hide_none_that_failed() {
    let wanted = "fewer_tried_than_asked_for.toml";
    let case = case_of(wanted);
    let mut evidence = case.evidence;
    let found = diagnose(&Facts::of(&evidence));
    let missing = found.not_tested.iter().find(|open| open.id == "passive-ports").expect("ports that were asked for");
    let begin =
        "4 of the 8 passive ports asked for were tried, and no more because the server answered a further login";
    assert!(missing.because.starts_with(begin), "{}", missing.because);
    // While more can be tried, the rule waits for them.
    evidence.not_sampled = None;
    assert!(!diagnose(&Facts::of(&evidence)).fires("passive-range-partly-open"));
}

/// A port that was swept and let a connection in leaves the hope that others do.
#[test]
fn a_range_of_which_one_port_was_seen_open_is_not_closed() {
    let wanted = "only_the_swept_port_is_open.toml";
    let case = case_of(wanted);
    let verdict = Report::of(&case.evidence).verdict;
    assert_eq!(verdict.confidence, Confidence::Medium);
    assert!(
        verdict.summary.contains("passive mode did not: connections to the data ports that were tried"),
        "{verdict:?}"
    );
    assert!(verdict.summary.contains("another port of the server's lets one in"), "{verdict:?}");
}

/// That nobody forwards the ports is a guess, which other ports that came through contradict.
#[test]
fn silent_ports_are_not_told_as_not_forwarded_where_others_are_refused() {
    let wanted = "passive-port-dropped/two-walls-and-a-translation.toml";
    let report = Report::of(&case_of(wanted).evidence);
    let side = |wanted: &str| report.findings.iter().find(|finding| finding.id == wanted).map(|finding| finding.side);
    assert_eq!(side("passive-port-dropped"), Some(Side::Unknown));
    assert_eq!(side("passive-port-refused"), Some(Side::Server));
}

/// A server that says 150 ahead of the data connection may never have had it, and may as well fail by itself.
#[test]
fn what_was_only_announced_is_laid_to_a_proxy_where_the_server_serves_or_is_further_away() {
    let text = text_of("transparent-proxy/takes_passive_connections_behind_an_early_150.toml");
    let found = |change: &dyn Fn(&mut Evidence)| {
        let mut evidence = Case::from_toml(&text).expect("a case").evidence;
        change(&mut evidence);
        let finding = Report::of(&evidence).findings.into_iter().find(|finding| finding.severity > Severity::Info);
        finding.map(|finding| (finding.id, finding.side))
    };
    let proxy = |side| Some(("transparent-proxy".to_owned(), side));
    let undecided = Some(("transfer-failed".to_owned(), Side::Unknown));
    let passive_alone = |evidence: &mut Evidence| {
        evidence.attempts.retain(|outcome| outcome.verb.mode() == Mode::Passive);
    };
    let nobody_looked = |evidence: &mut Evidence| evidence.sweeps.clear();
    let replies = |from: &'static str, to: &'static str| {
        move |evidence: &mut Evidence| {
            for event in evidence.attempts.iter_mut().flat_map(|outcome| &mut outcome.events) {
                *event = event.to_string().replace(from, to).parse().expect("an event");
            }
        }
    };
    assert_eq!(found(&|_| {}), proxy(Side::Server));
    assert_eq!(found(&passive_alone), proxy(Side::Server));
    assert_eq!(found(&nobody_looked), proxy(Side::Unknown));
    let neither = |evidence: &mut Evidence| {
        passive_alone(evidence);
        nobody_looked(evidence);
    };
    assert_eq!(found(&neither), undecided);
    let has_it = replies("< 150 Opening", "< 125 Opening");
    assert_eq!(found(&has_it), undecided);
    let its_own_fault = replies("< 425 Cannot open data connection.", "< 451 Local error.");
    let refusal = Some(("listing-refused".to_owned(), Side::Server));
    assert_eq!(found(&its_own_fault), refusal, "it says itself what is wrong");
    // In active mode it fails alike, over a connection that it made.
    let fails_alike = |evidence: &mut Evidence| {
        for outcome in evidence.attempts.iter_mut().filter(|outcome| outcome.verb.mode() == Mode::Active) {
            outcome.events.retain(|event| !matches!(event.what, What::Received(_) | What::EndOfFile));
        }
        replies("< 226 done", "< 425 Cannot open data connection.")(evidence);
    };
    assert_eq!(found(&fails_alike), undecided);
}

/// A server that names where the refused data connection came from tells more than that it was another address.
#[test]
fn where_a_refused_data_connection_came_from_tells_whose_doing_it_is() {
    for (name, side, tells) in [
        (
            "pyftpdlib_sees_another_address.toml",
            Side::Unknown,
            "come from 198.18.5.5: a translation or a proxy gives the two",
        ),
        (
            "a_proxy_takes_the_control_port.toml",
            Side::Unknown,
            "this computer's own address: a translation or a proxy gives the control connection another one",
        ),
        ("a_proxy_takes_the_passive_ports.toml", Side::Server, "come from 172.31.0.1, an address of its own side"),
    ] {
        let case = case_of(name);
        let report = Report::of(&case.evidence);
        let finding =
            report.findings.iter().find(|finding| finding.id == "data-source-address-differs").expect("a finding");
        assert_eq!(finding.side, side, "{name}");
        assert!(finding.summary.contains(tells), "{}", finding.summary);
        assert_eq!(finding.fixes.iter().any(|fix| fix.side == Side::Client), side == Side::Unknown, "{name}");
    }
}

/// Whatever came of it: what was tried first, beside other commands, and then again alone.
#[test]
fn what_was_dialled_and_not_judged_stands_in_the_table() {
    let case = case_of("passive-port-dropped/wall-between.toml");
    let dialled = case.evidence.attempts.iter().filter(|outcome| {
        outcome.verb == DataVerb::Pasv && outcome.events.iter().any(|event| matches!(event.what, What::Dialled(_)))
    });
    let told = Report::of(&case.evidence);
    let told = told.attempts.iter().filter(|attempt| attempt.method == DataVerb::Pasv);
    assert_eq!(told.count(), dialled.count());
}
