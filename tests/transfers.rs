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
