//! What is said of listings, downloads, uploads and quiet sessions.

use ftpmode::diagnosis::rule::{Confidence, Side};
use ftpmode::diagnosis::verdict::Recommendation;
use ftpmode::evidence::Evidence;
use ftpmode::evidence::attempt::Mode;
use ftpmode::evidence::case::Case;
use ftpmode::evidence::timeline::{Event, What};
use ftpmode::report::{Report, Style, formats};

use super::{case_of, text_of};

/// Whatever its code, and whether the server makes the data connection first: that it refuses to list tells nothing of a mode.
#[test]
fn a_listing_that_is_refused_throughout_tells_nothing_of_the_modes() {
    let of = |name: &str| case_of(name).evidence;
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
    let case = case_of("removal_not_answered.toml");
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

/// Who uses the mode that works is left with its stalls, whatever keeps the other one from working.
#[test]
fn a_stall_in_the_mode_to_use_is_told_first() {
    let case = case_of("transfer-stalled/behind-nat.toml");
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

/// Most clients take a reset for a transfer that broke off, and the server's 226 tells that it was not.
#[test]
fn what_is_reset_behind_its_bytes_and_confirmed_is_told_as_that() {
    let text = text_of("transfer-failed/reset_behind_all_bytes.toml");
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
        let case = case_of(&path);
        let report = Report::of(&case.evidence);
        let finding = report.findings.iter().find(|finding| finding.id == "control-idle-dropped").expect("it fires");
        let fixes: Vec<_> = finding.fixes.iter().map(|fix| (fix.side, fix.action.as_str())).collect();
        assert_eq!(fixes, wanted, "{path}");
    }
}
