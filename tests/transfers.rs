//! What was asked for and did not come about is told wherever the answer is read: cut by the deadline, shorter than the file,
//! not measured, not taken away again.

#[path = "support/checked.rs"]
mod checked;
#[path = "support/scripted.rs"]
mod scripted;

use std::time::Duration;

use checked::{checked, request};
use ftpmode::check::Request;
use ftpmode::diagnosis::rule::Confidence;
use ftpmode::diagnosis::{Diagnosis, diagnose};
use ftpmode::evidence::attempt::{DataVerb, Load};
use ftpmode::evidence::case::Case;
use ftpmode::evidence::facts::Facts;
use ftpmode::evidence::observed::Observed;
use ftpmode::evidence::timeline::What;
use ftpmode::evidence::{CutShort, Evidence};
use ftpmode::report::{Report, Style, formats};
use scripted::{Running, Scripted, Step, Step::*, say};

const STYLE: Style = Style { width: 200, colour: false, ascii: false, verbose: 0 };
const NOTHING: &str = "Nothing needs mending";

/// A server whose folder has a file of 300,000 bytes.
fn with_a_large_file() -> Scripted {
    let listing = Send(b"-rw-r--r-- 1 ftp ftp 300000 Jan 01 2024 large.bin\r\n".to_vec());
    Scripted::new().on("LIST", [Join, say("150 Here.\r\n"), listing, CloseData, say("226 Done.\r\n")])
}

fn sends(count: u64) -> [Step; 5] {
    [Join, say("150 Here.\r\n"), SendBytes(count), CloseData, say("226 Done.\r\n")]
}

fn stores() -> [Step; 4] {
    [say("150 Go.\r\n"), Join, AwaitDataClose, say("226 Done.\r\n")]
}

/// In passive mode alone, so that what is sent besides is what the test is about; and with a mode that works either way.
fn passive(server: &Running) -> Request {
    Request { methods: vec![DataVerb::Pasv], ..request(server.address()) }
}

fn both(server: &Running) -> Request {
    Request { methods: vec![DataVerb::Pasv, DataVerb::Port], ..request(server.address()) }
}

fn large(server: &Running) -> Evidence {
    let mut request = passive(server);
    request.settings.transfer_size = Some(1_000_000);
    checked(request)
}

fn upload(server: &Running) -> Evidence {
    let mut request = both(server);
    request.settings.upload = true;
    checked(request)
}

fn diagnosis(evidence: &Evidence) -> Diagnosis {
    diagnose(&Facts::of(evidence))
}

fn open(evidence: &Evidence, id: &str) -> Option<String> {
    diagnosis(evidence).not_tested.into_iter().find(|open| open.id == id).map(|open| open.because)
}

fn rendered(evidence: &Evidence, id: &str) -> String {
    let format = formats::with_id(id).expect("a format");
    formats::render(format, &Report::of(evidence), &STYLE)
}

/// The answer in every form that people read.
fn answers(evidence: &Evidence) -> Vec<String> {
    ["text", "markdown", "html", "nagios", "letter"].map(|id| rendered(evidence, id)).into()
}

#[test]
fn a_transfer_that_the_deadline_cuts_is_told_with_what_came() {
    let server = with_a_large_file().on("RETR", [Join, say("150 Here.\r\n"), SendBytes(200_000), Hush]).start();
    let mut request = both(&server);
    request.settings.transfer_size = Some(1_000_000);
    request.deadline = Duration::from_secs(2);
    let evidence = checked(request);
    server.finish();
    assert_eq!(evidence.cut_short, Some(CutShort::Deadline));
    let cut = evidence.attempts.iter().find(|outcome| outcome.load == Load::Large).expect("it was begun");
    let told = cut.events.iter().any(|event| event.what == What::Received(200_000));
    assert!(told, "the bytes at the cut are on record: {cut:#?}");
    let because = open(&evidence, "large-transfer").expect("it was not brought to its end");
    assert!(because.contains("200000 bytes of the 1000000 asked for came in "), "{because}");
    for answer in answers(&evidence) {
        assert!(!answer.contains(NOTHING), "{answer}");
        assert!(answer.contains("Whether large transfers come through was not found out."), "{answer}");
    }
    for table in ["text", "markdown", "html"].map(|id| rendered(&evidence, id)) {
        assert!(table.contains("not finished") && table.contains("200000"), "{table}");
    }
    let first = rendered(&evidence, "nagios").lines().next().unwrap_or_default().to_owned();
    assert!(first.starts_with("FTPMODE OK") && first.contains("deadline"), "{first}");
}

#[test]
fn a_check_that_ends_in_its_first_transfer_says_so() {
    let server = Scripted::new().on("RETR", [Join, say("150 Here.\r\n"), SendBytes(50_000), Hush]).start();
    let mut request = passive(&server);
    request.settings.retrieve = Some("named.bin".to_owned());
    request.deadline = Duration::from_secs(1);
    let evidence = checked(request);
    server.finish();
    let text = rendered(&evidence, "text");
    assert!(text.contains("THE CHECK ENDED TOO EARLY") && text.contains("not finished"), "{text}");
    assert!(text.contains("check again with a longer --deadline"), "{text}");
    assert!(open(&evidence, "passive-pasv").is_some_and(|because| because.contains("50000 bytes came in ")));
}

#[test]
fn what_the_deadline_leaves_no_time_for_is_named() {
    let server = Scripted::new().on("PASV", [Hush]).start();
    let mut request = request(server.address());
    request.settings.upload = true;
    request.settings.thorough = true;
    request.settings.idle = Some(Duration::from_secs(1));
    // Before the silence lets another method begin beside it.
    request.deadline = Duration::from_millis(300);
    let evidence = checked(request);
    server.finish();
    for id in ["passive-pasv", "active-port", "active-eprt", "upload", "idle", "ftp-helper-on-path", "place-on-the-way"]
    {
        assert!(open(&evidence, id).is_some(), "{id}: {:#?}", diagnosis(&evidence).not_tested);
    }
}

#[test]
fn a_download_is_held_against_the_files_size() {
    // What the server says of it afterwards.
    let cases = [
        ("213 300000", Some(Confidence::Medium)),
        ("550 Not here.", Some(Confidence::Low)),
        // It shrank meanwhile.
        ("213 200000", None),
    ];
    for (size, expected) in cases {
        let server = with_a_large_file().on("RETR", sends(200_000)).reply("SIZE", size).start();
        let evidence = large(&server);
        let heard = server.finish();
        let verbs = heard.verbs();
        let image = verbs.iter().position(|verb| *verb == "TYPE");
        assert!(image.is_some() && image < verbs.iter().position(|verb| *verb == "RETR"), "{verbs:?}");
        let found = diagnosis(&evidence);
        let short = found.findings.iter().find(|finding| finding.rule.id == "download-incomplete");
        assert_eq!(short.map(|finding| finding.conclusion.confidence), expected, "{size}: {evidence:#?}");
        if let Some(short) = short {
            assert!(short.conclusion.summary.contains("200000"), "{}", short.conclusion.summary);
            assert_eq!(open(&evidence, "large-transfer"), None, "the file did not end there");
        }
    }
}

#[test]
fn a_download_that_is_whole_costs_no_question() {
    let server = with_a_large_file().on("RETR", sends(300_000)).start();
    let evidence = large(&server);
    assert_eq!(server.finish().count("SIZE"), 0);
    assert!(!diagnosis(&evidence).fires("download-incomplete"));
    assert!(open(&evidence, "large-transfer").is_some_and(|because| because.contains("the file ended after 300000")));
}

#[test]
fn a_sized_download_in_the_ascii_type_proves_nothing() {
    let server = with_a_large_file().on("RETR", sends(200_000)).reply("TYPE", "504 ASCII only.").start();
    let evidence = large(&server);
    server.finish();
    assert!(!diagnosis(&evidence).fires("download-incomplete"), "{evidence:#?}");
}

#[test]
fn a_named_file_is_held_against_its_size_too() {
    let server = Scripted::new().on("RETR", sends(200_000)).reply("SIZE", "213 300000").start();
    let mut request = passive(&server);
    request.settings.retrieve = Some("named.bin".to_owned());
    let evidence = checked(request);
    let heard = server.finish();
    assert!(heard.lines().contains(&"SIZE named.bin"), "{heard:?}");
    assert!(diagnosis(&evidence).fires("download-incomplete"), "{evidence:#?}");
}

#[test]
fn an_upload_that_could_not_be_measured_is_told() {
    for size in ["500 Unknown command.", "550 No such file."] {
        let server = Scripted::new().on("STOR", stores()).reply("SIZE", size).reply("DELE", "250 Gone.").start();
        let evidence = upload(&server);
        server.finish();
        let because = open(&evidence, "upload-incomplete").expect("it was not measured");
        assert!(because.contains(size), "{because}");
        for answer in answers(&evidence) {
            assert!(!answer.contains(NOTHING), "{answer}");
            assert!(answer.contains("Whether all of an upload arrives was not found out."), "{answer}");
        }
    }
}

#[test]
fn a_file_that_is_left_behind_is_named_wherever_the_answer_is_read() {
    let server =
        Scripted::new().on("STOR", stores()).reply("SIZE", "213 65536").reply("DELE", "550 Permission denied.").start();
    let evidence = upload(&server);
    server.finish();
    let name = evidence.left_behind.clone().expect("it was not deleted");
    assert!(diagnosis(&evidence).fires("upload-left-behind"));
    for answer in answers(&evidence) {
        assert!(!answer.contains(NOTHING), "{answer}");
        assert!(answer.contains(&format!("Delete the file {name}")), "{answer}");
    }
}

#[test]
fn an_upload_that_is_refused_is_told_as_plainly() {
    let server = Scripted::new().reply("STOR", "550 Permission denied.").start();
    let evidence = upload(&server);
    server.finish();
    assert_eq!(evidence.left_behind, None);
    for answer in answers(&evidence) {
        assert!(!answer.contains(NOTHING), "{answer}");
        assert!(answer.contains("The server refused the upload."), "{answer}");
    }
}

/// What was in use a moment ago was not forgotten by anybody.
#[test]
fn a_session_that_ends_in_the_middle_of_an_upload_was_not_idle() {
    let server = Scripted::new().on("STOR", [say("150 Go.\r\n"), Join, Close]).start();
    let evidence = upload(&server);
    server.finish();
    let found = diagnosis(&evidence);
    let ended = found.findings.iter().find(|finding| finding.rule.id == "control-idle-dropped").expect("a finding");
    assert!(ended.conclusion.summary.contains("no idle time explains it"), "{}", ended.conclusion.summary);
    let fixes: Vec<&str> = ended.conclusion.fixes.iter().map(|fix| fix.action.as_str()).collect();
    assert!(!fixes.contains(&"Keep the control connection alive"), "{fixes:?}");
}

#[test]
fn a_server_that_ignores_noop_and_answers_quit_is_not_dead() {
    let path =
        concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/cases/control-idle-dropped/noop_alone_is_not_answered.toml");
    let case = Case::from_toml(&std::fs::read_to_string(path).expect("a file")).expect("a case");
    let told = open(&case.evidence, "noop").expect("it was seen");
    assert!(told.contains("NOOP was not answered for 10 s") && told.contains("221"), "{told}");
    assert_eq!(open(&case.evidence, "idle"), None);
}

/// A server that leaves one command unanswered hears the next.
#[test]
fn after_an_unanswered_noop_quit_is_asked_and_only_once() {
    let server = Scripted::new().on("NOOP", [say("")]).start();
    let mut request = passive(&server);
    request.settings.idle = Some(Duration::from_millis(300));
    let evidence = checked(request);
    assert_eq!(server.finish().count("QUIT"), 1);
    assert!(open(&evidence, "noop").is_some() && !diagnosis(&evidence).fires("control-idle-dropped"), "{evidence:#?}");
}

#[test]
fn an_address_that_no_client_can_have_is_not_believed() {
    for address in ["0.0.0.0", "224.0.0.5", "255.255.255.255", "2001:db8::5"] {
        let server =
            Scripted::new().reply("STAT", &format!("211-Status\r\n Connected from {address}\r\n211 End")).start();
        let evidence = checked(passive(&server));
        server.finish();
        let facts = Facts::of(&evidence);
        assert!(matches!(facts.seen_by_server(), Observed::NotSeen), "{address}: {:?}", facts.seen_by_server());
    }
}

/// The other end tells how far its packets come, and can tell no more than a way can be long.
#[test]
fn a_way_back_that_is_far_longer_than_the_way_there_is_not_used() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/cases/active-callback-dropped/other-end-between.toml");
    let text = std::fs::read_to_string(path).expect("a file");
    let end = |text: &str| {
        let case = Case::from_toml(text).expect("a case");
        Facts::of(&case.evidence).callback_end().is_some()
    };
    assert!(end(&text));
    let longer = text.replace("you at ", "you at 2");
    assert_ne!(longer, text);
    assert!(!end(&longer));
}
