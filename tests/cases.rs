//! Holds the diagnosis against every case in `fixtures/cases`: a file that is dropped in is found without touching code.
//!
//! Each finding has a case where it fires and one where the evidence rules it out, as far as any does; each rule names neighbours that
//! exist and has an article in its five sections.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use ftpmode::diagnosis::rule::{Confidence, Match, Severity, Side};
use ftpmode::diagnosis::verdict::Recommendation;
use ftpmode::diagnosis::{Diagnosis, Finding, diagnose, planner, rules};
use ftpmode::evidence::attempt::{DataVerb, Mode};
use ftpmode::evidence::case::{Case, Expect};
use ftpmode::evidence::facts::{Cause, Facts};
use ftpmode::evidence::timeline::{Event, What};
use ftpmode::evidence::{Evidence, Outcome};
use ftpmode::report::{Report, Style, formats};

const SECTIONS: [&str; 5] =
    ["## What it means", "## What it looks like", "## Told apart from", "## Mending it", "## References"];

/// What was not seen may still be there.
const NEVER_RULED_OUT: &[&str] = &["ftp-helper-on-path", "server-address-varies"];

#[test]
fn every_case_is_diagnosed_as_it_expects() {
    let mut wrong = Vec::new();
    for (path, case) in cases() {
        // Evidence that others read (a report's, a customer's) expects nothing until it says so.
        let Some(expect) = &case.expect else { continue };
        let facts = Facts::of(&case.evidence);
        let found = diagnose(&facts);
        wrong.extend(differences(&facts, &found, expect).into_iter().map(|what| format!("{}: {what}", path.display())));
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
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
        let (_, case) = cases().into_iter().find(|(path, _)| path.ends_with(name)).expect("a case");
        let report = Report::of(&case.evidence);
        let finding =
            report.findings.iter().find(|finding| finding.id == "data-source-address-differs").expect("a finding");
        assert_eq!(finding.side, side, "{name}");
        assert!(finding.summary.contains(tells), "{}", finding.summary);
        assert_eq!(finding.fixes.iter().any(|fix| fix.side == Side::Client), side == Side::Unknown, "{name}");
    }
}

/// Data connections that are not judged are told all the same: in the table, in the certainty, and as what needs mending.
#[test]
fn failures_at_two_ports_are_no_mere_remark() {
    let (_, case) = cases().into_iter().find(|(path, _)| path.ends_with("two_ports_in_company.toml")).expect("a case");
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
    let (_, case) = cases().into_iter().find(|(path, _)| path.ends_with("one_port_alone.toml")).expect("a case");
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
    let (_, case) = cases().into_iter().find(|(path, _)| path.ends_with(wanted)).expect("a case");
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

/// Whatever its code, and whether the server makes the data connection first: that it refuses to list tells nothing of a mode.
#[test]
fn a_listing_that_is_refused_throughout_tells_nothing_of_the_modes() {
    let of = |name: &str| cases().into_iter().find(|(path, _)| path.ends_with(name)).expect("a case").1.evidence;
    let mut evidence = of("listing-refused/empty_folder.toml");
    let in_both = evidence.clone();
    for outcome in evidence.attempts.iter_mut().filter(|outcome| outcome.verb.mode() == Mode::Active) {
        outcome.events.retain(|event| !matches!(event.what, What::Accepted { .. } | What::EndOfFile));
    }
    for (evidence, made) in [
        (&in_both, "was made in passive and in active mode"),
        (&evidence, "was made in passive mode; in active mode none was seen"),
        (
            &of("listing-refused/ahead_of_every_data_connection.toml"),
            "Nor was a data connection seen to be made, in either mode",
        ),
    ] {
        let report = Report::of(evidence);
        let verdict = &report.verdict;
        assert_eq!((verdict.recommendation, verdict.confidence), (Recommendation::None, Confidence::Low));
        assert!(verdict.summary.contains("whether data would flow was not seen"), "{}", verdict.summary);
        assert!(verdict.summary.contains(made), "{}", verdict.summary);
        assert!(verdict.fixes[0].detail.contains("--path FOLDER"), "{:?}", verdict.fixes);
        let text = formats::render(formats::ALL[0], &report, &Style { width: 120, ..Style::default() });
        assert!(text.contains("NO DATA MOVED: THE SERVER REFUSES THE TRANSFER ITSELF"), "{text}");
        assert!(text.contains("To see whether data flows:"), "{text}");
        let letter = formats::ALL.iter().find(|format| format.id == "letter").expect("a format");
        let letter = formats::render(letter, &report, &Style::default());
        assert!(letter.contains("no letter to send") && !letter.contains("Nothing needs mending"), "{letter}");
    }
    // Where one mode never makes a connection, the other one is still not known.
    for outcome in evidence.attempts.iter_mut().filter(|outcome| outcome.verb.mode() == Mode::Passive) {
        let dialled = outcome.events.iter().position(|event| matches!(event.what, What::Dialled(_))).expect("a dial");
        outcome.events.truncate(dialled + 1);
        let silent = format!("{} silent connect 3500", outcome.events[dialled].at_ms + 3500.0);
        outcome.events.push(silent.parse().expect("an event"));
    }
    let report = Report::of(&evidence);
    let verdict = &report.verdict;
    assert!(verdict.summary.ends_with("Whether active mode would was not found out."), "{}", verdict.summary);
    assert_eq!(verdict.confidence, Confidence::Low);
    assert!(verdict.fixes[0].detail.contains("--path FOLDER"), "{:?}", verdict.fixes);
    let text = formats::render(formats::ALL[0], &report, &Style { width: 120, ..Style::default() });
    assert!(text.contains("PASSIVE MODE FAILS; ACTIVE MODE IS NOT KNOWN"), "{text}");
}

/// What was confirmed was no mere beginning, and 426 in answer to the check's own stop is no fault.
#[test]
fn an_upload_whose_removal_is_not_answered_is_told_as_it_went() {
    let (_, case) = cases().into_iter().find(|(path, _)| path.ends_with("removal_not_answered.toml")).expect("a case");
    let mut evidence = case.evidence;
    let told = |evidence: &Evidence| {
        let mut found = Report::of(evidence).findings.into_iter();
        found.find(|finding| finding.id == "upload-left-behind").expect("a finding")
    };
    let finding = told(&evidence);
    assert!(finding.summary.contains("confirmed that the file"), "{}", finding.summary);
    assert!(finding.summary.contains("did not answer the command to delete it"), "{}", finding.summary);
    assert_eq!(finding.evidence.last().map(String::as_str), Some("DELE: no reply for 10.0 s"));
    assert!(finding.fixes[0].detail.contains("may leave one more"), "{}", finding.fixes[0].detail);

    let report = Report::of(&evidence);
    let text = formats::render(formats::ALL[0], &report, &Style { width: 140, ..Style::default() });
    assert!(text.contains("stopped by this check: enough had come") && !text.contains("426 broken"), "{text}");
    assert_eq!(report.attempts.iter().filter(|attempt| attempt.stopped_by_check).count(), 1);

    let mut broken_off = evidence.clone();
    broken_off.attempts.iter_mut().for_each(|outcome| outcome.events.retain(|event| event.what != What::Enough));
    let text = formats::render(formats::ALL[0], &Report::of(&broken_off), &Style { width: 140, ..Style::default() });
    assert!(text.contains("✗ broken off") && text.contains("426 broken"), "{text}");

    let removal = |event: &Event| matches!(&event.what, What::Sent(line) if line.starts_with("DELE"));
    evidence.controls[0].events.retain(|event| !removal(event) && !matches!(event.what, What::Silent { .. }));
    let summary = told(&evidence).summary;
    assert!(summary.contains("uploaded the file") && summary.contains("did not see whether"), "{summary}");
    let upload = evidence.attempts.last_mut().expect("an upload");
    upload.events.pop();
    let summary = told(&evidence).summary;
    assert!(summary.contains("had begun to upload"), "{summary}");
}

/// What a report says of ports and commands, it says of each in the same way.
#[test]
fn what_was_seen_is_named_alike() {
    let case = |wanted: &str| cases().into_iter().find(|(path, _)| path.ends_with(wanted)).expect("a case").1.evidence;
    let finding = |wanted: &str, id: &str| {
        let mut found = Report::of(&case(wanted)).findings.into_iter();
        found.find(|finding| finding.id == id).expect("a finding")
    };
    let half = finding("half_the_range.toml", "passive-range-partly-open").summary;
    assert!(half.contains(": ports 40010 and 40021 got through, port 40080 did not."), "{half}");
    let kept = finding("may_not_be_deleted.toml", "upload-left-behind").evidence;
    assert!(kept.iter().any(|seen| seen.starts_with("DELE: “550")), "{kept:?}");
}

#[test]
fn two_commands_get_no_answer_and_one_gets_none() {
    let case = |wanted: &str| cases().into_iter().find(|(path, _)| path.ends_with(wanted)).expect("a case").1.evidence;
    let told = |evidence: &Evidence, so: &str| {
        let found = Report::of(evidence).findings;
        assert!(found.iter().any(|finding| finding.summary.contains(so)), "{so}: {found:#?}");
    };
    let mut cut = case("epsv_kills_the_session.toml");
    told(&cut, "EPSV gets no answer while");
    let eprt = cut.attempts.iter_mut().find(|outcome| outcome.verb == DataVerb::Eprt).expect("EPRT");
    eprt.control = 1;
    eprt.events.truncate(3);
    eprt.events.push("20.0 control-reset".parse().expect("an event"));
    told(&cut, "EPSV and EPRT get no answer while");

    let mut unanswered = case("forgotten_within_seconds.toml");
    told(&unanswered, "PORT is not answered each time. A server that hangs at it");
    let again = unanswered.attempts.last().expect("PORT").clone();
    unanswered.attempts.push(Outcome { verb: DataVerb::Eprt, ..again });
    told(&unanswered, "PORT and EPRT are not answered each time. A server that hangs at them");
}

#[test]
fn a_finding_tells_nothing_twice() {
    for (path, case) in cases() {
        for finding in Report::of(&case.evidence).findings {
            let told: BTreeSet<&String> = finding.evidence.iter().collect();
            assert_eq!(told.len(), finding.evidence.len(), "{}: {:?}", path.display(), finding.evidence);
            let named: Vec<&str> = finding.summary.split(' ').map(|word| word.trim_matches([',', '.', ':'])).collect();
            let ports: Vec<&&str> = named.iter().filter(|word| word.parse::<std::net::SocketAddr>().is_ok()).collect();
            let different: BTreeSet<&&&str> = ports.iter().collect();
            assert_eq!(different.len(), ports.len(), "{}: {}", path.display(), finding.summary);
        }
    }
}

/// Who uses the mode that works is left with its stalls, whatever keeps the other one from working.
#[test]
fn a_stall_in_the_mode_to_use_is_told_first() {
    let (_, case) =
        cases().into_iter().find(|(path, _)| path.ends_with("transfer-stalled/behind-nat.toml")).expect("a case");
    let report = Report::of(&case.evidence);
    assert_eq!(report.findings.first().map(|finding| finding.id.as_str()), Some("transfer-stalled"));
    assert!(
        report.verdict.summary.starts_with("One transfer came through and another stalled."),
        "{}",
        report.verdict.summary
    );
    assert_eq!(report.verdict.fixes.first().map(|fix| fix.side), Some(Side::Network));
    let letter = report.verdict.handover.expect("a letter");
    assert_eq!(letter.to, Side::Network);
    assert!(letter.text.contains("Large packets are lost"), "{}", letter.text);
}

/// Silence at the server may be its answer's, lost on its way back: who mends goes to the server first and looks here then,
/// unless the other end says that nothing came.
#[test]
fn where_an_answer_may_be_lost_this_side_is_looked_at_as_well() {
    let text = |wanted: &str| fs::read_to_string(Path::new("fixtures/cases").join(wanted)).expect("a case");
    let sides = |text: &str| {
        let report = Report::of(&Case::from_toml(text).expect("a case").evidence);
        let finding = report.findings.into_iter().find(|finding| finding.id.starts_with("passive-port-"));
        finding.expect("a finding").fixes.iter().map(|fix| fix.side).collect::<Vec<Side>>()
    };
    let lost = text("passive-port-dropped/answers-lost-near-the-client.toml");
    assert_eq!(sides(&lost), [Side::Server, Side::Client]);
    let nothing_came = text("passive-port-dropped/nothing-arrives-says-the-other-end.toml");
    assert_eq!(sides(&nothing_came), [Side::Server]);
    let rationed = ["silent connect 3507", "silent connect 3501"]
        .iter()
        .fold(lost.clone(), |text, silent| text.replace(silent, "unreachable admin-prohibited 203.0.113.200"));
    assert_eq!(sides(&rationed), [Side::Server], "what was turned away was answered");
}

/// The other end sees how far its own packets come, and not what becomes of the answers to them.
#[test]
fn where_a_callback_may_be_answered_in_vain_both_sides_are_named() {
    let finding = |wanted: &str| {
        let text =
            fs::read_to_string(Path::new("fixtures/cases/active-callback-dropped").join(wanted)).expect("a case");
        let report = Report::of(&Case::from_toml(&text).expect("a case").evidence);
        report.findings.into_iter().find(|finding| finding.id == "active-callback-dropped").expect("a finding")
    };
    let sides = |wanted: &str| finding(wanted).fixes.iter().map(|fix| fix.side).collect::<Vec<Side>>();
    let lost = finding("other-end-and-a-lost-answer.toml");
    assert_eq!((lost.side, lost.confidence), (Side::Unknown, Confidence::Medium));
    assert!(lost.summary.ends_with("answer, lost on its way back, would look the same."), "{}", lost.summary);
    assert_eq!(sides("other-end-and-a-lost-answer.toml"), [Side::Client, Side::Client, Side::Server]);
    // The table of sockets shows that nothing was answered.
    let unanswered = finding("other-end-at-own-router.toml");
    assert_eq!((unanswered.side, unanswered.confidence), (Side::Client, Confidence::High));
    assert_eq!(sides("other-end-at-own-router.toml"), [Side::Client, Side::Client]);
    // Or that it was, and in vain.
    let again = finding("half-open-and-the-answer-sent-again.toml").summary;
    assert!(again.contains("let it in, and let the answer (SYN-ACK) out, more than once"), "{again}");
    let kept = finding("half-open-and-the-answer-kept-in.toml").summary;
    assert!(kept.contains("this computer's own firewall on the way out, or one further on"), "{kept}");
    // Packets were watched, and none came that could have been answered.
    assert_eq!(finding("other-end-and-watched.toml").confidence, Confidence::High);
    assert_eq!(sides("other-end-and-watched.toml"), [Side::Client, Side::Client]);
}

/// How far the server is nothing shows, and this side's routers passed the packets on.
#[test]
fn past_this_side_nothing_on_it_is_asked_to_change_wherever_the_server_is() {
    let wanted = "passive-port-dropped/past-this-side-and-the-server-unplaced.toml";
    let text = fs::read_to_string(Path::new("fixtures/cases").join(wanted)).expect("a case");
    let report = Report::of(&Case::from_toml(&text).expect("a case").evidence);
    let dropped = report.findings.iter().find(|finding| finding.id == "passive-port-dropped").expect("a finding");
    assert!(dropped.summary.contains("it or somebody beyond drops them (the server is beyond hop 5)"));
    let sides: Vec<Side> = dropped.fixes.iter().map(|fix| fix.side).collect();
    assert_eq!(sides, [Side::Server, Side::Network]);
}

/// That nobody forwards the ports is a guess, which other ports that came through contradict.
#[test]
fn silent_ports_are_not_told_as_not_forwarded_where_others_are_refused() {
    let wanted = "passive-port-dropped/two-walls-and-a-translation.toml";
    let text = fs::read_to_string(Path::new("fixtures/cases").join(wanted)).expect("a case");
    let report = Report::of(&Case::from_toml(&text).expect("a case").evidence);
    let side = |wanted: &str| report.findings.iter().find(|finding| finding.id == wanted).map(|finding| finding.side);
    assert_eq!(side("passive-port-dropped"), Some(Side::Unknown));
    assert_eq!(side("passive-port-refused"), Some(Side::Server));
}

/// A router that never tells of itself may be the one as well.
#[test]
fn where_a_callback_ends_before_a_silent_router_that_is_not_left_out() {
    let wanted = "active-callback-dropped/other-end-behind-a-silent-gateway.toml";
    let text = fs::read_to_string(Path::new("fixtures/cases").join(wanted)).expect("a case");
    let report = Report::of(&Case::from_toml(&text).expect("a case").evidence);
    let dropped = report.findings.iter().find(|finding| finding.id == "active-callback-dropped").expect("a finding");
    assert!(
        dropped.summary.contains("beyond the server: it, hop 4 or somebody between the two"),
        "{}",
        dropped.summary
    );
    assert_eq!(dropped.side, Side::Unknown);
    let sides: Vec<Side> = dropped.fixes.iter().map(|fix| fix.side).collect();
    assert_eq!(sides, [Side::Server, Side::Network], "they do not come as far as this side");
}

/// Where passive connections end tells nothing of where the server's own do.
#[test]
fn two_directions_that_end_need_not_end_at_one_wall() {
    let (_, case) =
        cases().into_iter().find(|(path, _)| path.ends_with("another-wall-than-the-passive-one.toml")).expect("a case");
    let report = Report::of(&case.evidence);
    let side = |wanted: &str| report.findings.iter().find(|finding| finding.id == wanted).map(|finding| finding.side);
    assert_eq!(side("passive-port-dropped"), Some(Side::Client));
    assert_eq!(side("active-callback-dropped"), Some(Side::Unknown));
}

/// Whether a port is forwarded can't be told where the other end's packets do not come as far as the translation.
#[test]
fn a_port_that_no_packet_came_near_is_not_told_as_not_forwarded() {
    let (_, case) = cases()
        .into_iter()
        .find(|(path, _)| path.ends_with("active-address-rejected/outer-address-and-a-wall-at-the-server.toml"))
        .expect("a case");
    let report = Report::of(&case.evidence);
    let rejected = report.findings.iter().find(|finding| finding.id == "active-address-rejected").expect("a finding");
    assert!(rejected.summary.ends_with("it ends at hop 4 or hop 5 (203.0.113.129)."), "{}", rejected.summary);
    let sides: Vec<Side> = rejected.fixes.iter().map(|fix| fix.side).collect();
    assert_eq!(sides, [Side::Client, Side::Client, Side::Server]);
}

/// What comes in the server's name is no nearer to it than the routers between that were seen to pass packets on.
#[test]
fn a_place_reaches_back_to_the_last_router_that_was_seen() {
    let between = |wanted: &str| {
        let (_, case) = cases().into_iter().find(|(path, _)| path.ends_with(wanted)).expect("a case");
        Report::of(&case.evidence).path.blocked_between.map(|between| (between.from, between.to))
    };
    assert_eq!(between("passive-port-refused/short-lived-dropped-near-the-client.toml"), Some((1, 9)));
    assert_eq!(between("passive-port-refused/silent-routers-before-the-server.toml"), Some((3, 6)));
    assert_eq!(between("passive-port-refused/silent-routers-and-the-resets-ttl.toml"), Some((5, 6)));
    assert_eq!(between("passive-port-refused/silent-routers-and-the-resets-packet.toml"), Some((5, 6)));
    assert_eq!(between("passive-port-unreachable/short-lived-dropped-and-in-the-servers-name.toml"), Some((1, 9)));
    assert_eq!(between("passive-port-unreachable/in-the-servers-name-at-the-first-router.toml"), Some((0, 1)));
    assert_eq!(between("passive-port-unreachable/by-the-server.toml"), Some((4, 4)));
}

/// Where passive ports fail in two ways, the port that was swept tells of those that fail as it does.
#[test]
fn a_place_tells_of_what_ended_there_and_of_nothing_else() {
    let conclusions = |wanted: &str| {
        let (_, case) = cases().into_iter().find(|(path, _)| path.ends_with(wanted)).expect("a case");
        let told = |finding: Finding| (finding.rule.id, finding.conclusion.side, finding.conclusion.confidence);
        diagnose(&Facts::of(&case.evidence)).findings.into_iter().map(told).collect::<Vec<_>>()
    };
    let (dropped, refused) = ("passive-port-dropped", "passive-port-refused");
    assert_eq!(
        conclusions("passive-port-dropped/others-refused-near-the-client.toml"),
        [(dropped, Side::Server, Confidence::Medium), (refused, Side::Unknown, Confidence::Medium)]
    );
    assert_eq!(
        conclusions("passive-range-partly-open/fail_in_two_ways.toml"),
        [("passive-range-partly-open", Side::Unknown, Confidence::Low)]
    );
    // An open port tells nothing of who takes others.
    let taken = conclusions("transparent-proxy/takes_part_of_the_range.toml");
    assert_eq!(taken[0], ("transparent-proxy", Side::Unknown, Confidence::Low));
}

/// A port that was swept and let a connection in leaves the hope that others do.
#[test]
fn a_range_of_which_one_port_was_seen_open_is_not_closed() {
    let wanted = "only_the_swept_port_is_open.toml";
    let (_, case) = cases().into_iter().find(|(path, _)| path.ends_with(wanted)).expect("a case");
    let verdict = Report::of(&case.evidence).verdict;
    assert_eq!(verdict.confidence, Confidence::Medium);
    assert!(
        verdict.summary.contains("passive mode did not: connections to the data ports that were tried"),
        "{verdict:?}"
    );
    assert!(verdict.summary.contains("another port of the server's lets one in"), "{verdict:?}");
}

/// Most clients take a reset for a transfer that broke off, and the server's 226 tells that it was not.
#[test]
fn what_is_reset_behind_its_bytes_and_confirmed_is_told_as_that() {
    let text = fs::read_to_string("fixtures/cases/transfer-failed/reset_behind_all_bytes.toml").expect("a case");
    let of = |text: &str| Report::of(&Case::from_toml(text).expect("a case").evidence);
    let seen = |text: &str| {
        let report = of(text);
        let finding = report.findings.iter().find(|finding| finding.id == "transfer-failed").expect("it fires").clone();
        (report.verdict.confidence, finding.side, finding.evidence.join(" | "), report.verdict.summary)
    };
    let (confidence, side, evidence, summary) = seen(&text);
    assert_eq!((confidence, side), (Confidence::Medium, Side::Server));
    for word in ["117 bytes", "reset (RST)", "226 done"] {
        assert!(evidence.contains(word), "{word}: {evidence}");
    }
    assert!(summary.contains("no mode brings a transfer to its end"), "{summary}");
    let letter = of(&text).verdict.handover.expect("a letter").text;
    assert!(letter.contains("Passive mode brings no transfer to its end."), "{letter}");
    // It serves active mode as it should: who resets the passive ones is open.
    let (before, active) = text.split_at(text.find("verb = \"port\"").expect("PORT"));
    let in_passive_mode = [before, &active.replace(" reset\"", " end-of-file\"")].concat();
    let (confidence, side, ..) = seen(&in_passive_mode);
    assert_eq!((confidence, side), (Confidence::Medium, Side::Unknown));
    let unconfirmed = text.replace("< 226 done", "< 426 broken");
    let (_, side, evidence, _) = seen(&unconfirmed);
    assert_eq!((side, evidence.contains("bytes")), (Side::Unknown, false));
}

/// A server that says 150 ahead of the data connection may never have had it, and may as well fail by itself.
#[test]
fn what_was_only_announced_is_laid_to_a_proxy_where_the_server_serves_or_is_further_away() {
    let text =
        fs::read_to_string("fixtures/cases/transparent-proxy/takes_passive_connections_behind_an_early_150.toml")
            .expect("a case");
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

/// A router that drops what lives short, or keeps silent, makes the server behind it look further away than it is.
#[test]
fn the_server_is_at_a_hop_only_where_the_router_before_it_was_seen() {
    for (wanted, told) in [
        ("passive-port-refused/short-lived-dropped-near-the-client.toml", "(the server is hop 9 or nearer)"),
        ("passive-port-refused/silent-routers-before-the-server.toml", "(the server is hop 6 or nearer)"),
        ("passive-port-refused/silent-routers-and-the-resets-packet.toml", "(the server is hop 6)"),
        ("passive-port-dropped/wall-between.toml", "(the server is hop 4)"),
        ("control-port-refused/at-the-server.toml", "is there, at hop 4:"),
    ] {
        let (_, case) = cases().into_iter().find(|(path, _)| path.ends_with(wanted)).expect("a case");
        let summary = Report::of(&case.evidence).findings.remove(0).summary;
        assert!(summary.contains(told), "{wanted}: {summary}");
    }
    let silent = |text: String| text.replace("3 0.45 time-exceeded 203.0.113.6", "3 304 silent");
    let text = fs::read_to_string("fixtures/cases/control-port-refused/at-the-server.toml").expect("a case");
    let report = Report::of(&Case::from_toml(&silent(text)).expect("a case").evidence);
    let summary = &report.findings[0].summary;
    assert!(summary.contains("is there, at hop 4 or nearer:"), "{summary}");
}

/// Where the router's FTP support does its part, nobody is sent to the router.
#[test]
fn past_a_helper_this_computers_own_firewall_is_to_be_mended() {
    let wanted = "active-callback-dropped/own-firewall-past-a-helper.toml";
    let (_, case) = cases().into_iter().find(|(path, _)| path.ends_with(wanted)).expect("a case");
    let report = Report::of(&case.evidence);
    let fixes: Vec<&str> = report.verdict.fixes.iter().map(|fix| fix.action.as_str()).collect();
    let own = "Let the server's connections in at this computer's own firewall";
    assert_eq!(fixes, ["Use passive mode", own, "Let the server connect out to its clients"]);
    let letter = report.verdict.handover.expect("a letter").text;
    assert!(letter.contains(own) && letter.contains("one at the server"), "{letter}");
    assert!(!letter.contains("switch on the router's"), "{letter}");
}

/// What the server received decides whether the helper rewrites PORT: where it named the outer address, there was nothing to
/// rewrite.
#[test]
fn a_helper_that_rewrites_port_is_not_to_be_switched_on() {
    let path = "fixtures/cases/ftp-helper-on-path/rewritten-and-dropped-further-on.toml";
    let text = fs::read_to_string(path).expect("a case");
    let said = |text: &str| {
        let report = Report::of(&Case::from_toml(text).expect("a case").evidence);
        let findings = report.findings.iter().map(|finding| finding.summary.clone()).collect::<Vec<_>>().join(" ");
        let fixes = report.findings.iter().flat_map(|finding| &finding.fixes);
        (findings, fixes.map(|fix| fix.sentence()).collect::<Vec<_>>().join(" "))
    };
    let (findings, fixes) = said(&text);
    assert!(findings.contains("on the way rewrites this computer's own address"), "{findings}");
    assert!(findings.contains("it rewrites the address that this computer names in PORT"), "{findings}");
    assert!(!fixes.contains("switch on the router's FTP support"), "{fixes}");
    // Where the reply shows this computer's own address, it does not.
    let own = "200 PORT accepted: 10.77.3.44:48929 will be dialled at the transfer command.";
    let is_port = |line: &str| line.contains("< 200 PORT accepted: 192.0.2.1:48929");
    let is_eprt = |line: &str| line.contains("< 200 EPRT accepted: 192.0.2.1:42711");
    let lines = text.lines().map(|line| match line {
        _ if is_port(line) => format!("    \"3.0 < {own}\","),
        _ if is_eprt(line) => format!("    \"3.0 < {}\",", own.replace("PORT", "EPRT")),
        _ => line.to_owned(),
    });
    let unchanged = lines.collect::<Vec<_>>().join("\n");
    assert_ne!(unchanged, text);
    let (findings, fixes) = said(&unchanged);
    assert!(!findings.contains("way rewrites") && !findings.contains("it rewrites"), "{findings}");
    assert!(fixes.contains("switch on the router's FTP support"), "{fixes}");
}

/// Nothing on the way is to be mended where the server's own clock ends the session.
#[test]
fn the_servers_own_clock_is_the_servers_to_mend() {
    let (keep, live) =
        ((Side::Client, "Keep the control connection alive"), (Side::Network, "Let quiet connections live longer"));
    let more_time = (Side::Server, "Give sessions more time");
    let command = (Side::Client, "Have the client send commands while it is idle");
    for (case, wanted) in [
        ("server-ends-it", vec![more_time, command]),
        ("421_idle_timeout", vec![more_time, command]),
        ("forgotten", vec![keep, live, more_time]),
    ] {
        let path = format!("control-idle-dropped/{case}.toml");
        let (_, case) = cases().into_iter().find(|(found, _)| found.ends_with(&path)).expect("a case");
        let report = Report::of(&case.evidence);
        let finding = report.findings.iter().find(|finding| finding.id == "control-idle-dropped").expect("it fires");
        let fixes: Vec<_> = finding.fixes.iter().map(|fix| (fix.side, fix.action.as_str())).collect();
        assert_eq!(fixes, wanted, "{path}");
    }
}

/// Counters are every program's: they hint at this computer's own firewall where nothing else was counted.
#[test]
fn what_came_at_another_time_or_size_is_somebody_elses() {
    let wanted = "local-firewall-drops-callback/counted.toml";
    let (_, case) = cases().into_iter().find(|(path, _)| path.ends_with(wanted)).expect("a case");
    type Change<'a> = &'a dyn Fn(&mut Vec<Event>);
    let counted = |change: Change| {
        let mut evidence = case.evidence.clone();
        let silent = |outcome: &&mut Outcome| outcome.verb.mode() == Mode::Active;
        evidence.attempts.iter_mut().filter(silent).for_each(|outcome| {
            change(&mut outcome.events);
            outcome.events.sort_by(|one, other| one.at_ms.total_cmp(&other.at_ms));
        });
        let of_active = Report::of(&evidence).findings.into_iter().find(|found| found.id == "active-callback-dropped");
        (Facts::of(&evidence).counted(Mode::Active).len(), of_active.map(|found| found.side))
    };
    let is = |event: &Event| matches!(event.what, What::Undelivered { .. });
    let stray = |at_ms| Event { at_ms, line: None, what: What::Undelivered { count: 1, bytes: Some(60) } };
    assert_eq!(counted(&|_| ()), (2, Some(Side::Client)));
    let others: [Change; 5] = [
        // Once between.
        &|events| events.push(stray(2_740.0)),
        // Never again.
        &|events| events.retain(|event| !is(event) || event.at_ms < 900.0),
        // Not at once.
        &|events| events.retain(|event| !is(event) || event.at_ms > 900.0),
        // Of another size.
        &|events| {
            for event in events.iter_mut().filter(|event| is(event)) {
                event.what = What::Undelivered { count: 1, bytes: Some(29) };
            }
        },
        // Of no size that is known.
        &|events| {
            for event in events.iter_mut().filter(|event| is(event)) {
                event.what = What::Undelivered { count: 1, bytes: None };
            }
        },
    ];
    for (number, change) in others.into_iter().enumerate() {
        assert_eq!(counted(change), (0, Some(Side::Unknown)), "change {number}");
    }
}

/// A port that the router opened and nothing came through: only what was seen excludes anybody.
#[test]
fn a_mapping_in_vain_blames_whom_the_evidence_leaves() {
    let (router, own) = (
        "See whether the router forwards the port that it opens",
        "Let the server's connections in at this computer's own firewall",
    );
    let (server, every) =
        ("Let the server connect out to its clients", "Let active mode through every translation on this side");
    for (case, side, fixes) in [
        ("granted-behind-a-second-translation", Side::Client, vec![every]),
        ("server-stays-in", Side::Unknown, vec![router, own, server]),
        ("router-forwards-nothing", Side::Unknown, vec![router, own, server]),
        ("own-firewall-behind-it", Side::Client, vec![own]),
        ("ends-at-the-servers-router", Side::Server, vec![server]),
    ] {
        let wanted = format!("port-mapping-in-vain/{case}.toml");
        let (_, found) = cases().into_iter().find(|(path, _)| path.ends_with(&wanted)).expect("a case");
        let report = Report::of(&found.evidence);
        let finding = report.findings.iter().find(|finding| finding.id == "port-mapping-in-vain").expect("it fires");
        assert_eq!(finding.side, side, "{case}");
        let actions: Vec<&str> = finding.fixes.iter().map(|fix| fix.action.as_str()).collect();
        assert_eq!(actions, fixes, "{case}");
        let second = finding.summary.contains("a second translation stands before it");
        assert_eq!(second, case.contains("second-translation"), "{case}");
    }
    // The other end tells how far its connection comes, by the one through that port alone.
    let text =
        fs::read_to_string("fixtures/cases/port-mapping-in-vain/ends-at-the-servers-router.toml").expect("a case");
    let told = "1 203.0.113.129, then silence; datagrams: 1, 2, 3, 4, you at 5";
    assert!(text.contains(told));
    let (in_between, further) =
        ("1 203.0.113.129, 2 192.0.2.13", "1 203.0.113.129, 2 192.0.2.13, 3 192.0.2.9, 4 192.0.2.5");
    for (way, side, fixes, words) in [
        (told.to_owned(), Side::Server, vec![server], "come past no router beyond hop 5 (203.0.113.129)"),
        (
            format!("{in_between}, then silence; datagrams: 1, 2, 3, 4, you at 5"),
            Side::Unknown,
            vec![],
            "ends at hop 3 or hop 4 (192.0.2.13)",
        ),
        (
            format!("{in_between}, then silence; datagrams: "),
            Side::Unknown,
            vec![router, own],
            "in between looks the same",
        ),
        (
            format!("{further}, then silence; datagrams: 1, 2, 3, 4, you at 5"),
            Side::Unknown,
            vec![router, own],
            "A firewall in between looks the same",
        ),
        (
            format!("{further}, 5 192.0.2.1, then silence; datagrams: 1, 2, 3, 4, you at 5"),
            Side::Client,
            vec![router, own],
            "own firewall may stop",
        ),
        ("then silence; datagrams: ".to_owned(), Side::Unknown, vec![router, own, server], "in between, or one at the"),
    ] {
        let report = Report::of(&Case::from_toml(&text.replace(told, &way)).expect("a case").evidence);
        let finding = report.findings.iter().find(|finding| finding.id == "port-mapping-in-vain").expect("it fires");
        let actions: Vec<&str> = finding.fixes.iter().map(|fix| fix.action.as_str()).collect();
        assert_eq!((finding.side, actions), (side, fixes), "{way}: {}", finding.summary);
        assert!(finding.summary.contains(words), "{way}: {}", finding.summary);
    }
    // Where the packet was seen to arrive, the router did its part, and nothing says otherwise.
    for case in ["through-a-mapped-port", "reset-at-a-mapped-port"] {
        let wanted = format!("local-firewall-drops-callback/{case}.toml");
        let (_, found) = cases().into_iter().find(|(path, _)| path.ends_with(&wanted)).expect("a case");
        let report = Report::of(&found.evidence);
        let blames_the_router = |text: &str| text.contains("no more than at a port that the router opened");
        assert!(!report.findings.iter().any(|finding| blames_the_router(&finding.summary)), "{case}");
    }
}

/// A port that may be open is told of, and for how long.
#[test]
fn a_port_that_may_be_open_is_told_of() {
    for (case, id) in [("cut-short", "port-closed"), ("granted-too-late", "port-mapping")] {
        let wanted = format!("port-mapping-helps/{case}.toml");
        let (_, found) = cases().into_iter().find(|(path, _)| path.ends_with(&wanted)).expect("a case");
        let report = Report::of(&found.evidence);
        let told = report.not_tested.iter().find(|open| open.id == id).expect("it is told");
        assert!(told.because.contains("closes by itself after 120 seconds"), "{case}: {}", told.because);
    }
}

/// Whatever came of it: what was tried first, beside other commands, and then again alone.
#[test]
fn what_was_dialled_and_not_judged_stands_in_the_table() {
    let (_, case) =
        cases().into_iter().find(|(path, _)| path.ends_with("passive-port-dropped/wall-between.toml")).expect("a case");
    let dialled = case.evidence.attempts.iter().filter(|outcome| {
        outcome.verb == DataVerb::Pasv && outcome.events.iter().any(|event| matches!(event.what, What::Dialled(_)))
    });
    let told = Report::of(&case.evidence);
    let told = told.attempts.iter().filter(|attempt| attempt.method == DataVerb::Pasv);
    assert_eq!(told.count(), dialled.count());
}

/// Elsewhere than on Linux the report tells what could not be seen, never advises what can't be done there, and nothing of
/// it is asked for again.
#[test]
fn what_the_system_gives_no_way_to_do_is_told() {
    let watched = "packets were not watched, which this system does not let a program do";
    let helper = "this system does not tell a program which of its packets arrived";
    let place = "this system tells programs without privilege nothing of routers on the way";
    let small = "this system does not let a program ask for small packets";
    for (name, wanted) in [
        ("local-firewall-drops-callback/on-windows.toml", &[watched, helper, place][..]),
        ("control-unreachable/on-windows.toml", &[place]),
        ("transfer-stalled/on-windows.toml", &[small]),
    ] {
        let (_, case) = cases().into_iter().find(|(path, _)| path.ends_with(name)).expect("a case");
        let report = Report::of(&case.evidence);
        for words in wanted {
            assert!(report.not_tested.iter().any(|open| open.because.contains(words)), "{name}: {words}");
        }
        let text = serde_json::to_string(&report).expect("a report");
        assert!(!text.contains("CAP_NET_RAW") && !text.contains("as root"), "{name}: {text}");
        assert_eq!(planner::next_probes(&Facts::of(&case.evidence)), [], "{name}");
    }
}

fn differences(facts: &Facts, found: &Diagnosis, expect: &Expect) -> Vec<String> {
    let mut wrong = Vec::new();
    for (list, want) in
        [(&expect.fires, "fire"), (&expect.ruled_out, "be ruled out"), (&expect.undecided, "be undecided")]
    {
        for id in list {
            let Some(rule) = rules::with_id(id) else {
                wrong.push(format!("there is no rule '{id}'"));
                continue;
            };
            let result = (rule.test)(facts);
            if stand(&result) != want {
                wrong.push(format!("{id} should {want}, but is: {result:?}"));
            }
        }
    }
    let recommendation = kebab(&found.verdict.recommendation);
    if recommendation != expect.recommendation {
        wrong.push(format!("it recommends '{recommendation}', not '{}'", expect.recommendation));
    }
    if let Some(side) = &expect.side {
        // The most severe of them stands first.
        let main = found.findings.iter().find(|finding| finding.conclusion.severity > Severity::Info);
        let blamed = main.map(|finding| kebab(&finding.conclusion.side));
        if blamed.as_ref() != Some(side) {
            let who = main.map(|finding| finding.rule.id);
            wrong.push(format!("the side is {blamed:?} by {who:?}, not '{side}'"));
        }
    }
    // Nothing but info may stand beside what is expected: a warning too many blames somebody.
    for finding in &found.findings {
        if finding.conclusion.severity > Severity::Info && !expect.fires.iter().any(|id| id == finding.rule.id) {
            wrong.push(format!("{} fires and is not expected: {}", finding.rule.id, finding.conclusion.summary));
        }
    }
    wrong
}

fn stand(result: &Match) -> &'static str {
    match result {
        Match::Fires(_) => "fire",
        Match::RuledOut(_) => "be ruled out",
        Match::Undecided(_) => "be undecided",
    }
}

/// What a finding of a case says, on whose side it has it, and what it does not say.
#[test]
fn sentences_say_no_more_than_was_seen() {
    for (case, id, side, says, never) in [
        // What comes over the control connection may be the proxy's.
        (
            "transparent-proxy/answers_at_the_first_router",
            "passive-address-unroutable",
            "unknown",
            "who answers in its place is open",
            "most likely",
        ),
        (
            "transparent-proxy/passes_on_at_the_first_router",
            "passive-port-refused",
            "unknown",
            "Nobody listens there",
            "the server is hop",
        ),
        (
            "transparent-proxy/passes_on_at_the_first_router",
            "active-address-rejected",
            "unknown",
            "whoever answers in its place",
            "address translation",
        ),
        // A program on this computer answers packets that live one hop, too, and as soon; it does not name the router in 227.
        (
            "transparent-proxy/passes_on_at_the_first_router",
            "transparent-proxy",
            "client",
            "this computer itself or hop 1 (198.51.100.1)",
            "balancer",
        ),
        (
            "transparent-proxy/answers_at_the_first_router",
            "transparent-proxy",
            "client",
            "a transparent FTP proxy on this side's router",
            "virus scanner",
        ),
        (
            "transparent-proxy/answers_sooner_than_the_passive_ports",
            "transparent-proxy",
            "unknown",
            "a virus scanner or proxy on this computer, a transparent proxy on the way",
            "this side's router",
        ),
        ("transparent-proxy/at_a_hop_further_on", "transparent-proxy", "unknown", "or a balancer", "this side"),
        // The proxy makes the control connection, and this computer the data connection.
        (
            "transparent-proxy/answers_sooner_than_the_passive_ports",
            "data-source-address-differs",
            "unknown",
            "by who answers in the server's place",
            "can't be seen",
        ),
        // The router that answers is this computer's own.
        ("control-unreachable/own-gateway", "control-unreachable", "client", "198.51.100.1 reports", "most likely"),
        // The server's own translation comes second to a wall before it.
        (
            "passive-port-dropped/wall-between-and-server-nat",
            "passive-port-dropped",
            "network",
            "hop 3 (",
            "most likely",
        ),
        (
            "passive-port-refused/wall-between-and-server-nat",
            "passive-port-refused",
            "network",
            "hop 3 (",
            "most likely",
        ),
        (
            "passive-port-unreachable/wall-between-and-server-nat",
            "passive-port-unreachable",
            "network",
            "hop 3 (192.0.2.6) turns them away",
            "the server's outer address",
        ),
        (
            "passive-port-dropped/wall-before-a-foreign-address",
            "passive-address-foreign",
            "server",
            "can't be told",
            "neither address",
        ),
        ("epsv-blocked/at-the-clients-gateway", "epsv-blocked", "client", "hop 1 (198.51.100.1)", "are closed in it"),
        (
            "passive-port-dropped/three-routers-silent",
            "passive-port-dropped",
            "unknown",
            "between the two",
            "it or this",
        ),
        (
            "passive-port-dropped/all-routers-silent",
            "passive-port-dropped",
            "unknown",
            "No router",
            "get past the server",
        ),
        (
            "passive-port-unreachable/silent-router-names-itself",
            "passive-port-unreachable",
            "client",
            "hop 1 (198",
            "beyond",
        ),
        (
            "passive-port-unreachable/one-router",
            "passive-port-unreachable",
            "unknown",
            "so few routers",
            "on this side",
        ),
        (
            "passive-port-dropped/helper-lets-each-port-in-once",
            "passive-port-dropped",
            "server",
            "stops them",
            "turns them",
        ),
        ("ftp-helper-on-path/before-the-server", "client-behind-nat", "client", "does not rewrite", "and no other"),
        (
            "ftp-helper-on-path/nothing-to-rewrite",
            "ftp-helper-on-path",
            "network",
            "no address to rewrite",
            "it rewrites",
        ),
    ] {
        let text =
            fs::read_to_string(format!("fixtures/cases/{case}.toml")).unwrap_or_else(|why| panic!("{case}: {why}"));
        let case_read = Case::from_toml(&text).unwrap_or_else(|why| panic!("{case}: {why}"));
        let found = diagnose(&Facts::of(&case_read.evidence));
        let finding = found.findings.iter().find(|finding| finding.rule.id == id);
        let conclusion = &finding.unwrap_or_else(|| panic!("{case}: {id} does not fire")).conclusion;
        let summary = &conclusion.summary;
        assert_eq!(kebab(&conclusion.side), side, "{case}: {summary}");
        assert!(summary.contains(says) && !summary.contains(never), "{case}: {summary}");
    }
}

#[test]
fn every_rule_fires_in_a_case_and_is_ruled_out_in_another() {
    let cases = cases();
    let stands = |id: &str, want: &str| {
        let lists = |expect: &Expect| match want {
            "fire" => expect.fires.clone(),
            "be undecided" => expect.undecided.clone(),
            _ => expect.ruled_out.clone(),
        };
        cases
            .iter()
            .filter_map(|(_, case)| case.expect.as_ref())
            .any(|expect| lists(expect).iter().any(|each| each == id))
    };
    for rule in rules::ALL {
        assert!(stands(rule.id, "fire"), "{} fires in no case", rule.id);
        let otherwise = if NEVER_RULED_OUT.contains(&rule.id) { "be undecided" } else { "be ruled out" };
        assert!(stands(rule.id, otherwise), "{} should {otherwise} in a case", rule.id);
    }
}

#[test]
fn every_case_reads_back_as_it_is_written() {
    for (path, case) in cases() {
        let text = case.to_toml().unwrap_or_else(|why| panic!("{}: {why}", path.display()));
        let again = Case::from_toml(&text).unwrap_or_else(|why| panic!("{}: {why}\n{text}", path.display()));
        assert_eq!(again, case, "{}", path.display());
    }
}

#[test]
fn a_case_in_the_folder_of_a_rule_tells_its_origin_and_expects_something_of_that_rule() {
    for (path, case) in cases() {
        let folder = path.parent().and_then(Path::file_name).and_then(|name| name.to_str()).unwrap_or("");
        if rules::with_id(folder).is_none() {
            continue;
        }
        let text = fs::read_to_string(&path).expect("a readable file");
        assert!(text.starts_with("# "), "{}: its first line tells where it comes from", path.display());
        let expect = case.expect.unwrap_or_else(|| panic!("{}: it has no [expect]", path.display()));
        let named = [expect.fires, expect.ruled_out, expect.undecided].concat();
        assert!(named.iter().any(|id| id == folder), "{}: nothing is expected of {folder}", path.display());
    }
}

#[test]
fn rules_are_named_after_their_files_and_know_their_neighbours() {
    let mut known = BTreeSet::new();
    for rule in rules::ALL {
        assert!(known.insert(rule.id), "{} stands twice in the table", rule.id);
        assert!(rule.id.chars().all(|c| c.is_ascii_lowercase() || c == '-' || c == '6'), "{}", rule.id);
        let file = Path::new("src/diagnosis/rules").join(rule.id.replace('-', "_"));
        for extension in ["rs", "md"] {
            let file = file.with_extension(extension);
            assert!(file.is_file(), "{} is missing", file.display());
        }
        let article = fs::read_to_string(file.with_extension("md")).expect("an article");
        assert_eq!(article, rule.article, "{}", rule.id);
    }
    for rule in rules::ALL {
        assert!(!rule.neighbours.is_empty(), "{} has no neighbour", rule.id);
        for neighbour in rule.neighbours {
            assert!(known.contains(neighbour), "{}: no rule '{neighbour}'", rule.id);
            assert_ne!(*neighbour, rule.id);
        }
    }
}

#[test]
fn every_article_has_its_five_sections_and_room_for_none_more() {
    for rule in rules::ALL {
        let headings: Vec<&str> = rule.article.lines().filter(|line| line.starts_with('#')).collect();
        assert_eq!(headings, SECTIONS, "{}", rule.id);
        let lines = rule.article.lines().count();
        assert!((13..=45).contains(&lines), "{}: {lines} lines", rule.id);
        for pair in rule.article.split("## ").skip(1) {
            assert!(pair.lines().skip(1).any(|line| !line.trim().is_empty()), "{}: an empty section", rule.id);
        }
    }
}

fn cases() -> Vec<(PathBuf, Case)> {
    let mut files = Vec::new();
    collect(Path::new("fixtures/cases"), &mut files);
    files.sort();
    assert!(!files.is_empty(), "fixtures/cases holds no case");
    files
        .into_iter()
        .map(|path| {
            let text = fs::read_to_string(&path).unwrap_or_else(|why| panic!("{}: {why}", path.display()));
            let case = Case::from_toml(&text).unwrap_or_else(|why| panic!("{}: {why:?}", path.display()));
            (path, case)
        })
        .collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap_or_else(|why| panic!("{}: {why}", folder.display())) {
        let path = entry.expect("a folder entry").path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "toml") {
            files.push(path);
        }
    }
}

/// The word that the reports use.
fn kebab(value: &impl serde::Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}
