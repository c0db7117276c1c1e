//! Large transfers, uploads and quiet control connections against servers that stall, refuse and forget on demand.

#[path = "support/checked.rs"]
mod checked;
#[path = "support/scripted.rs"]
mod scripted;

use std::time::{Duration, Instant};

use checked::{checked, request};
use ftpmode::check::Request;
use ftpmode::diagnosis::rule::{Conclusion, Confidence, Match, Severity, Side};
use ftpmode::diagnosis::verdict::Recommendation;
use ftpmode::diagnosis::{Diagnosis, diagnose, rules};
use ftpmode::evidence::attempt::{DataVerb, Load};
use ftpmode::evidence::facts::{Cause, Facts};
use ftpmode::evidence::timeline::What;
use ftpmode::evidence::{CutShort, Evidence, Outcome};
use scripted::{Heard, Running, Scripted, Step, Step::*, say};

const LISTING: &str = "drwxr-xr-x 2 ftp ftp 999999 Jan 01 2024 folder\r\n\
                       -rw-r--r-- 1 ftp ftp 5 Jan 01 2024 hello.txt\r\n\
                       -rw-r--r-- 1 ftp ftp 300000 Jan 01 2024 large one.bin\r\n";

/// A server whose folder has a file of 300,000 bytes.
fn with_a_large_file() -> Scripted {
    let listing = Send(LISTING.as_bytes().to_vec());
    Scripted::new().on("LIST", [Join, say("150 Here.\r\n"), listing, CloseData, say("226 Done.\r\n")])
}

fn sends(count: u64) -> [Step; 5] {
    [Join, say("150 Here.\r\n"), SendBytes(count), CloseData, say("226 Done.\r\n")]
}

/// Stops after a few bytes, until the client has had enough.
fn stalls() -> [Step; 5] {
    [Join, say("150 Here.\r\n"), SendBytes(1_000), AwaitDataClose, say("426 Aborted.\r\n")]
}

/// One method alone, so that what is sent besides it is what the test is about.
fn with_one_method(server: &Running, method: DataVerb) -> Request {
    Request { methods: vec![method], ..request(server.address()) }
}

fn large(server: &Running, method: DataVerb, size: u64) -> Evidence {
    let mut request = with_one_method(server, method);
    request.settings.transfer_size = Some(size);
    checked(request)
}

fn upload(server: &Running, method: DataVerb) -> Evidence {
    let mut request = with_one_method(server, method);
    request.settings.upload = true;
    checked(request)
}

fn quiet(server: &Running, quiet: Duration) -> Evidence {
    let mut request = with_one_method(server, DataVerb::Pasv);
    request.settings.idle = Some(quiet);
    request.deadline += quiet;
    checked(request)
}

fn carrying(evidence: &Evidence, load: Load) -> &Outcome {
    let mut all = evidence.attempts.iter().filter(|outcome| outcome.load == load);
    let found = all.next().unwrap_or_else(|| panic!("no data connection carried {load:?}: {evidence:#?}"));
    assert!(all.next().is_none(), "{evidence:#?}");
    found
}

fn cause(evidence: &Evidence, load: Load) -> Option<Cause> {
    let facts = Facts::of(evidence);
    let tried = facts.tried().iter().find(|tried| tried.attempt().load == load);
    tried.unwrap_or_else(|| panic!("no data connection carried {load:?}: {evidence:#?}")).cause()
}

fn causes(evidence: &Evidence, load: Load) -> Vec<Option<Cause>> {
    let facts = Facts::of(evidence);
    facts.tried().iter().filter(|tried| tried.attempt().load == load).map(|tried| tried.cause()).collect()
}

fn stalled(evidence: &Evidence) -> Conclusion {
    let found = diagnosis(evidence).findings.into_iter().find(|finding| finding.rule.id == "transfer-stalled");
    found.unwrap_or_else(|| panic!("no finding: {evidence:#?}")).conclusion
}

fn is_ruled_out(evidence: &Evidence, id: &str) -> bool {
    let rule = rules::with_id(id).expect("a rule");
    matches!((rule.test)(&Facts::of(evidence)), Match::RuledOut(_))
}

fn diagnosis(evidence: &Evidence) -> Diagnosis {
    diagnose(&Facts::of(evidence))
}

fn not_tested(evidence: &Evidence) -> Vec<String> {
    diagnosis(evidence).not_tested.into_iter().map(|open| open.id).collect()
}

/// The lines that ask of the uploaded file, without its name, which must be the same in all of them.
fn of_the_file(heard: &Heard) -> Vec<&str> {
    let lines = heard.lines();
    let named = |line: &&str| ["STOR", "SIZE", "DELE"].iter().any(|verb| line.starts_with(verb));
    let split: Vec<(&str, &str)> = lines.into_iter().filter(named).filter_map(|line| line.split_once(' ')).collect();
    for (_, name) in &split {
        assert_eq!(Some(*name), split.first().map(|(_, first)| *first));
        assert!(name.starts_with("ftpmode-") && name.ends_with(".tmp"), "{name}");
    }
    split.into_iter().map(|(verb, _)| verb).collect()
}

fn stores() -> [Step; 4] {
    [say("150 Go.\r\n"), Join, AwaitDataClose, say("226 Done.\r\n")]
}

#[test]
fn the_largest_file_is_transferred_up_to_the_size_asked_for() {
    let enough = [Join, say("150 Here.\r\n"), SendForever, say("426 Aborted.\r\n")];
    let server = with_a_large_file().on("RETR", enough).start();
    let evidence = large(&server, DataVerb::Pasv, 200_000);
    let heard = server.finish();
    assert!(heard.lines().contains(&"RETR large one.bin"), "{heard:?}");
    assert_eq!(cause(&evidence, Load::Large), None, "{evidence:#?}");
    assert!(not_tested(&evidence).is_empty());
    assert!(is_ruled_out(&evidence, "transfer-stalled"));
}

#[test]
fn a_session_that_ends_with_a_stopped_transfer_is_told_and_not_called_fine() {
    for end in [vec![Close], vec![Reset], vec![say("421 Closing.\r\n"), Close]] {
        let stopped = [vec![Join, say("150 Here.\r\n"), SendForever], end.clone()].concat();
        let server = with_a_large_file().on("RETR", stopped).start();
        let evidence = large(&server, DataVerb::Pasv, 200_000);
        server.finish();
        assert_eq!(cause(&evidence, Load::Large), None, "{end:?} {evidence:#?}");
        assert!(diagnosis(&evidence).fires("control-idle-dropped"), "{end:?} {evidence:#?}");
        assert_eq!(not_tested(&evidence), ["large-transfer"]);
    }
}

#[test]
fn a_file_that_is_too_small_is_transferred_and_told() {
    let server = with_a_large_file().on("RETR", sends(300_000)).start();
    let evidence = large(&server, DataVerb::Port, 4 << 20);
    server.finish();
    assert_eq!(cause(&evidence, Load::Large), None, "{evidence:#?}");
    let open = diagnosis(&evidence).not_tested;
    let told = open.iter().find(|open| open.id == "large-transfer").expect("that no more was there");
    assert!(told.because.contains("300000") && told.because.contains("4194304"), "{}", told.because);
}

#[test]
fn a_listing_without_files_leaves_the_large_transfer_out() {
    let server = Scripted::new().on("LIST", [Join, CloseData, say("226 Done.\r\n")]).start();
    let evidence = large(&server, DataVerb::Pasv, 200_000);
    assert_eq!(server.finish().count("RETR"), 0);
    assert_eq!(not_tested(&evidence), ["large-transfer"]);
}

#[test]
fn what_stalls_works_in_small_segments_and_stalls_again_is_the_packets_size() {
    let server = with_a_large_file().on("RETR", stalls()).on("RETR", sends(300_000)).on("RETR", stalls()).start();
    let evidence = large(&server, DataVerb::Port, 300_000);
    server.finish();
    assert_eq!(causes(&evidence, Load::Large), [Some(Cause::Stalled); 2], "{evidence:#?}");
    assert_eq!(causes(&evidence, Load::LargeInSmallSegments), [None], "{evidence:#?}");
    let stalled = stalled(&evidence);
    assert_eq!((stalled.side, stalled.confidence), (Side::Network, Confidence::High));
    assert!(stalled.summary.contains("after 1000 bytes"), "{}", stalled.summary);
}

/// It hung for once, and the next that came was in small segments by chance.
#[test]
fn what_stalls_once_and_then_comes_in_segments_of_any_size_is_not_the_packets_size() {
    let server = with_a_large_file().on("RETR", stalls()).on("RETR", sends(300_000)).on("RETR", sends(300_000)).start();
    let evidence = large(&server, DataVerb::Pasv, 300_000);
    server.finish();
    assert_eq!(causes(&evidence, Load::Large), [Some(Cause::Stalled), None], "{evidence:#?}");
    let stalled = stalled(&evidence);
    assert_eq!((stalled.side, stalled.confidence), (Side::Unknown, Confidence::Low));
    assert!(stalled.summary.contains("now and then"), "{}", stalled.summary);
}

/// A listing of some size that stalls is judged, though it is made again alone and comes then.
#[test]
fn a_listing_that_stalled_once_is_told() {
    let begun = || [Join, say("150 Here.\r\n"), SendBytes(5000), Hush];
    let server = Scripted::new().on("LIST", begun()).on("LIST", sends(30_000)).start();
    let evidence = checked(Request { methods: vec![DataVerb::Pasv, DataVerb::Epsv], ..request(server.address()) });
    server.finish();
    assert!(stalled(&evidence).summary.contains("after 5000 bytes"), "{evidence:#?}");
}

#[test]
fn a_file_is_written_measured_and_deleted() {
    for method in [DataVerb::Pasv, DataVerb::Port] {
        let server = Scripted::new().on("STOR", stores()).reply("SIZE", "213 65536").reply("DELE", "250 Gone.").start();
        let evidence = upload(&server, method);
        let heard = server.finish();
        assert_eq!(of_the_file(&heard), ["STOR", "SIZE", "DELE"]);
        assert_eq!(cause(&evidence, Load::Upload), None, "{evidence:#?}");
        assert_eq!(evidence.left_behind, None);
        assert!(not_tested(&evidence).is_empty());
        assert!(is_ruled_out(&evidence, "upload-incomplete"));
    }
}

#[test]
fn a_file_that_is_confirmed_and_has_another_size_is_told() {
    for (size, words) in [("213 40000", "a part is missing"), ("213 70000", "holds more")] {
        let server = Scripted::new().on("STOR", stores()).reply("SIZE", size).reply("DELE", "250 Gone.").start();
        let evidence = upload(&server, DataVerb::Pasv);
        server.finish();
        let found = diagnosis(&evidence);
        let incomplete = found.findings.iter().find(|finding| finding.rule.id == "upload-incomplete");
        let incomplete = incomplete.unwrap_or_else(|| panic!("no finding: {evidence:#?}"));
        assert_eq!(incomplete.conclusion.side, Side::Unknown);
        assert!(incomplete.conclusion.summary.contains(words), "{}", incomplete.conclusion.summary);
        assert!(incomplete.conclusion.summary.contains("65536"), "{}", incomplete.conclusion.summary);
    }
}

#[test]
fn a_size_in_the_ascii_type_or_none_at_all_proves_nothing() {
    let stored = || Scripted::new().on("STOR", stores()).reply("DELE", "250 Gone.");
    for server in [
        stored().reply("TYPE", "504 ASCII only.").reply("SIZE", "213 66000"),
        stored().reply("SIZE", "550 SIZE not allowed in ASCII mode."),
        stored().reply("SIZE", "213 about 64k"),
    ] {
        let server = server.start();
        let evidence = upload(&server, DataVerb::Pasv);
        server.finish();
        let found = diagnosis(&evidence);
        assert!(!found.fires("upload-incomplete"), "{evidence:#?}");
        assert!(!is_ruled_out(&evidence, "upload-incomplete"), "{evidence:#?}");
    }
}

#[test]
fn a_refused_upload_is_told_and_blames_no_mode() {
    let server = Scripted::new().reply("STOR", "553 Could not create file.").reply("DELE", "550 Denied.").start();
    let evidence = upload(&server, DataVerb::Pasv);
    server.finish();
    assert_eq!(cause(&evidence, Load::Upload), Some(Cause::Rejected), "{evidence:#?}");
    assert_eq!(evidence.left_behind, None);
    let found = diagnosis(&evidence);
    assert!(found.fires("listing-refused"), "{:#?}", found.findings);
    assert!(found.findings.iter().all(|finding| finding.conclusion.severity == Severity::Info), "{found:#?}");
}

#[test]
fn a_file_that_may_be_written_and_not_deleted_is_told() {
    let server = Scripted::new().on("STOR", stores()).reply("DELE", "550 Permission denied.").start();
    let evidence = upload(&server, DataVerb::Pasv);
    server.finish();
    assert!(evidence.left_behind.is_some(), "{evidence:#?}");
    let found = diagnosis(&evidence);
    let left = found.findings.iter().find(|finding| finding.rule.id == "upload-left-behind").expect("a finding");
    assert_eq!((left.conclusion.side, left.conclusion.confidence), (Side::Server, Confidence::High));
}

#[test]
fn an_upload_that_is_refused_half_way_is_deleted() {
    let full = [say("150 Go.\r\n"), Join, ResetData, say("552 Quota exceeded.\r\n")];
    let server = Scripted::new().on("STOR", full).reply("DELE", "250 Gone.").start();
    let evidence = upload(&server, DataVerb::Pasv);
    assert_eq!(of_the_file(&server.finish()), ["STOR", "DELE"]);
    assert_eq!(cause(&evidence, Load::Upload), Some(Cause::Rejected), "{evidence:#?}");
    assert_eq!(evidence.left_behind, None);
}

#[test]
fn an_upload_that_the_deadline_ends_is_deleted_on_the_way_out() {
    let server = Scripted::new().on("STOR", [say("150 Go.\r\n"), Join, Hush]).start();
    // The listing names no file of that size, so the upload alone is large.
    let mut request = with_one_method(&server, DataVerb::Pasv);
    request.settings.upload = true;
    request.settings.transfer_size = Some(1 << 30);
    request.deadline = Duration::from_secs(2);
    let evidence = checked(request);
    let heard = server.finish();
    assert_eq!(evidence.cut_short, Some(CutShort::Deadline));
    assert_eq!(of_the_file(&heard), ["STOR", "DELE"]);
    assert!(heard.said_goodbye());
    assert!(evidence.left_behind.is_some(), "nobody confirmed that it is gone: {evidence:#?}");
}

#[test]
fn a_refused_port_is_a_refusal_and_no_silence_for_an_upload_too() {
    let server = Scripted::new()
        .on("PASV", [say("227 Ok ({host-port})\r\n")])
        .on("PASV", [DeafPort, say("227 Ok ({host-port})\r\n")])
        .reply("STOR", "425 No connection.")
        .start();
    let evidence = upload(&server, DataVerb::Pasv);
    server.finish();
    let events = &carrying(&evidence, Load::Upload).events;
    assert!(events.iter().any(|event| event.what == What::Refused), "{events:#?}");
    assert!(!events.iter().any(|event| matches!(event.what, What::Silent { .. })), "{events:#?}");
}

#[test]
fn an_upload_waits_for_the_server_and_for_no_stranger() {
    let after_a_stranger = [say("150 Go.\r\n"), DialFrom("127.0.0.9"), Dial, AwaitDataClose, say("226 Done.\r\n")];
    let server = Scripted::new().on("STOR", after_a_stranger).reply("DELE", "250 Gone.").start();
    let evidence = upload(&server, DataVerb::Port);
    server.finish();
    assert_eq!(cause(&evidence, Load::Upload), None, "{evidence:#?}");
    let events = &carrying(&evidence, Load::Upload).events;
    assert!(events.iter().any(|event| matches!(event.what, What::Stranger(_))), "{events:#?}");
}

#[test]
fn an_upload_that_is_never_confirmed_is_no_download_that_stalls() {
    let server = Scripted::new().on("STOR", [say("150 Go.\r\n"), Join, Hush]).start();
    let evidence = upload(&server, DataVerb::Pasv);
    server.finish();
    assert!(evidence.left_behind.is_some());
    let found = diagnosis(&evidence);
    let stalled = found.findings.iter().find(|finding| finding.rule.id == "transfer-stalled").expect("a finding");
    assert!(!stalled.conclusion.summary.contains("came"), "{}", stalled.conclusion.summary);
}

/// pyftpdlib deletes the file while it is still at the upload, and its reply to that is none to STOR.
#[test]
fn an_upload_that_is_answered_only_once_it_is_deleted_is_not_confirmed() {
    let late = [say("150 Go.\r\n"), Join, Await("DELE"), say("226 Done.\r\n")];
    let server = Scripted::new().on("STOR", late).reply("DELE", "250 Gone.").start();
    let evidence = upload(&server, DataVerb::Pasv);
    assert_eq!(of_the_file(&server.finish()), ["STOR", "DELE"]);
    assert_eq!(cause(&evidence, Load::Upload), Some(Cause::Stalled), "{evidence:#?}");
    assert!(evidence.left_behind.is_some(), "the one answer that came may have been to STOR: {evidence:#?}");
}

/// What stalls is broken off, measured and deleted, and made once more in small segments.
#[test]
fn an_upload_that_stalls_and_then_works_in_small_segments_is_the_packets_size() {
    let full = [say("150 Go.\r\n"), Join, AwaitReset, say("426 Failure reading network stream.\r\n")];
    let server = Scripted::new()
        .on("STOR", full)
        .on("STOR", stores())
        .reply("SIZE", "213 0")
        .reply("SIZE", "213 65536")
        .reply("DELE", "250 Gone.")
        .start();
    let evidence = upload(&server, DataVerb::Pasv);
    server.finish();
    assert_eq!(cause(&evidence, Load::Upload), Some(Cause::Stalled), "{evidence:#?}");
    assert_eq!(cause(&evidence, Load::UploadInSmallSegments), None, "{evidence:#?}");
    assert_eq!(evidence.left_behind, None);
    let found = diagnosis(&evidence);
    let stalled = found.findings.iter().find(|finding| finding.rule.id == "transfer-stalled").expect("a finding");
    assert_eq!(stalled.conclusion.side, Side::Network);
    assert!(
        stalled.conclusion.summary.contains("of 65536 bytes that were written 0 arrived"),
        "{}",
        stalled.conclusion.summary
    );
    assert!(!found.fires("transfer-failed") && !found.fires("upload-incomplete"), "{found:#?}");
}

/// The listing itself may be larger than a packet: it is asked for once more in small segments, and what comes then makes
/// no mode that clients could use.
#[test]
fn a_listing_that_stalls_is_asked_for_once_more_in_small_segments() {
    let nothing = [Join, say("150 Here.\r\n"), AwaitDataClose, say("426 Aborted.\r\n")];
    // The first stalls in company, and is made again alone.
    let server = Scripted::new().on("LIST", nothing.clone()).on("LIST", nothing).on("LIST", sends(300_000)).start();
    let evidence = checked(with_one_method(&server, DataVerb::Pasv));
    server.finish();
    assert_eq!(cause(&evidence, Load::Usual), Some(Cause::Stalled), "{evidence:#?}");
    assert_eq!(cause(&evidence, Load::UsualInSmallSegments), None, "{evidence:#?}");
    let found = diagnosis(&evidence);
    assert_eq!(found.verdict.recommendation, Recommendation::None);
    let stalled = found.findings.iter().find(|finding| finding.rule.id == "transfer-stalled").expect("a finding");
    assert_eq!((stalled.conclusion.side, stalled.conclusion.severity), (Side::Network, Severity::Error));
}

#[test]
fn a_control_connection_that_answers_after_a_quiet_time_is_alive() {
    let server = Scripted::new().start();
    let evidence = quiet(&server, Duration::from_millis(300));
    let heard = server.finish();
    assert_eq!(heard.count("NOOP"), 1);
    assert!(is_ruled_out(&evidence, "control-idle-dropped"), "{evidence:#?}");
    assert!(not_tested(&evidence).is_empty());
}

#[test]
fn a_control_connection_that_is_dead_after_a_quiet_time_is_told() {
    let gone = [
        (vec![Close], "closed from the other side"),
        (vec![Reset], "it is reset"),
        (vec![Hush], "answers neither NOOP nor QUIT"),
    ];
    for (steps, words) in gone {
        let server = Scripted::new().on("NOOP", steps.clone()).start();
        let evidence = quiet(&server, Duration::from_millis(300));
        server.finish();
        let found = diagnosis(&evidence);
        let dropped = found.findings.iter().find(|finding| finding.rule.id == "control-idle-dropped");
        let dropped = dropped.unwrap_or_else(|| panic!("{steps:?} {evidence:#?}"));
        assert!(dropped.conclusion.summary.contains(words), "{}", dropped.conclusion.summary);
    }
}

#[test]
fn a_server_that_ends_a_quiet_session_is_not_waited_for_any_longer() {
    let ends = [Join, CloseData, say("226 Done.\r\n"), say("421 Timeout.\r\n"), Close];
    let server = Scripted::new().on("LIST", ends).start();
    let begun = Instant::now();
    let evidence = quiet(&server, Duration::from_secs(3_600));
    server.finish();
    assert!(begun.elapsed() < Duration::from_secs(60));
    let found = diagnosis(&evidence);
    let dropped = found.findings.iter().find(|finding| finding.rule.id == "control-idle-dropped").expect("a finding");
    assert_eq!(dropped.conclusion.side, Side::Server, "{}", dropped.conclusion.summary);
}

#[test]
fn a_quiet_time_that_was_never_begun_is_not_tested() {
    let server = Scripted::new().on("LIST", [Join, CloseData, say("226 Done.\r\n"), Hush]).start();
    let mut request = with_one_method(&server, DataVerb::Pasv);
    request.settings.idle = Some(Duration::from_secs(3_600));
    request.deadline = Duration::from_secs(1);
    let evidence = checked(request);
    server.finish();
    assert_eq!(evidence.cut_short, Some(CutShort::Deadline));
    assert_eq!(not_tested(&evidence), ["idle"]);
}
