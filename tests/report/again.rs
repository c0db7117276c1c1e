//! What a further check would tell.

use ftpmode::diagnosis::rule::Confidence;
use ftpmode::evidence::case::Case;
use ftpmode::report::{Report, Style, formats};

/// A server that connects late looks like a firewall. What was taken in its place, or never reached it, does not show that it
/// hangs.
#[test]
fn a_server_that_may_be_slow_is_to_be_waited_for_longer() {
    for case in [
        "transparent-proxy/holds_passive_connections_of_a_slow_server.toml",
        "active-callback-dropped/both_directions_dropped_and_a_slow_server.toml",
    ] {
        let text = std::fs::read_to_string(super::cases().join(case)).unwrap_or_else(|error| panic!("{case}: {error}"));
        let of = |text: &str| Report::of(&Case::from_toml(text).expect("a case").evidence);
        let report = of(&text);
        let again = report.verdict.again.as_deref().unwrap_or_else(|| panic!("{case} says nothing of another check"));
        assert!(again.contains("--timeout 15s"), "{case}: {again}");
        assert_eq!(report.verdict.confidence, Confidence::Medium, "{case}");
        for id in ["text", "html", "markdown"] {
            let told = formats::render(super::format(id), &report, &Style { width: 1_000, ..super::PLAIN });
            let (_, next) = told.split_once("Next step").expect("a next step");
            assert!(next.contains(again), "{case}: {told}");
            assert!(!told.contains("over a connection that stands"), "{case}: {told}");
        }
        let patient = ["3500", "3501", "3502"]
            .iter()
            .fold(text, |text, ms| text.replace(&format!("silent callback {ms}"), "silent callback 15000"));
        assert_eq!(of(&patient).verdict.again, None, "{case}");
    }
}

/// A server that takes longer than this check waits looks like one that hangs, and one that waits itself says so late.
#[test]
fn a_transfer_of_which_no_byte_came_is_to_be_waited_for_longer() {
    let read = |case: &str| {
        let path = super::cases().join("transfer-stalled").join(case);
        std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{case}: {error}"))
    };
    let again = |text: &str| Report::of(&Case::from_toml(text).expect("a case").evidence).verdict.again;
    for case in ["the_server_hangs_at_list.toml", "the_server_hangs_after_150.toml", "announced_and_held.toml"] {
        let text = read(case);
        assert!(again(&text).is_some_and(|again| again.contains("--timeout 30s")), "{case}");
        let patient = text.replace("silent bytes 1000", "silent bytes 3000");
        assert_eq!(again(&patient), None, "{case}");
    }
    // It is known why.
    assert_eq!(again(&read("a-listing-of-large-packets-is-lost.toml")), None);
}
