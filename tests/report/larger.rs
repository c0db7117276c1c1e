//! What the report says of uploads and large transfers, where listings work.

use ftpmode::evidence::attempt::Load;
use ftpmode::evidence::case::Case;
use ftpmode::evidence::timeline::What;
use ftpmode::report::{Report, Style, formats};

fn evidence(name: &str) -> ftpmode::evidence::Evidence {
    let path = super::cases().join("transfer-stalled").join(name);
    let text = std::fs::read_to_string(path).expect("a case");
    Case::from_toml(&text).expect("a case").evidence
}

fn text(report: &Report) -> String {
    formats::render(super::format("text"), report, &Style { width: 140, ..super::PLAIN })
}

#[test]
fn what_stalls_is_named_in_the_drawing_and_no_client_is_said_to_work() {
    for (name, label, open) in [
        ("large-packets-are-lost.toml", "listings work, a large transfer does not", "large transfer"),
        ("an-upload-of-large-packets-is-lost.toml", "listings work, an upload does not", "upload"),
    ] {
        let report = Report::of(&evidence(name));
        let text = text(&report);
        assert!(text.contains(label), "{name}\n{text}");
        assert!(report.forecast.iter().all(|forecast| forecast.works != Some(true)), "{name}");
        let other = report.not_tested.iter().any(|cause| cause.because.contains(open) && cause.id.contains("-mode"));
        let active = report.judged().any(|a| a.mode.name() == "active" && a.works);
        assert_eq!(other, active, "{name}: {:?}", report.not_tested);
    }
}

#[test]
fn an_upload_that_was_not_confirmed_and_a_file_that_was_not_there_leave_something_open() {
    let report = Report::of(&evidence("the-listing-names-no-file.toml"));
    let told = text(&report);
    assert!(told.contains("a large transfer: the listing names no file"), "{told}");
    assert!(!told.contains("Nothing needs mending"), "{told}");

    let mut cut = evidence("an-upload-of-large-packets-is-lost.toml");
    cut.attempts.retain(|outcome| outcome.load != Load::UploadInSmallSegments);
    let upload = cut.attempts.iter_mut().find(|outcome| outcome.load == Load::Upload).expect("an upload");
    let end = upload.events.iter().position(|event| matches!(event.what, What::Silent { .. })).expect("silence");
    upload.events.truncate(end + 1);
    upload.events[end].what = What::CutShort;
    let told = text(&Report::of(&cut));
    assert!(told.contains("Whether uploads arrive was not found out."), "{told}");
}
