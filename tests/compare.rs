//! `ftpmode compare`: what two checks of one server prove together.

use std::path::{Path, PathBuf};

use assert_cmd::Command;
use serde_json::Value;

fn case(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/cases").join(name)
}

fn compared(first: &str, second: &str) -> Value {
    let mut command = Command::cargo_bin("ftpmode").expect("the program");
    command.arg("compare").arg(case(first)).arg(case(second)).args(["--names", "ours,customer", "--format", "json"]);
    let output = command.output().expect("it runs");
    serde_json::from_slice(&output.stdout).expect("one JSON object")
}

fn first_proof(report: &Value) -> (&str, &str, &str) {
    let proof = &report["comparison"]["proofs"][0];
    let text = |field: &str| proof[field].as_str().unwrap_or("");
    (text("side"), text("confidence"), text("summary"))
}

const OPEN: &str = "report/all_open.toml";

#[test]
fn what_works_from_here_and_is_dropped_at_the_customers_first_router_is_the_customers() {
    let report = compared(OPEN, "passive-port-dropped/wall-at-first-router.toml");
    assert_eq!(report["comparison"]["kind"], "two-places");
    let (side, confidence, summary) = first_proof(&report);
    assert_eq!((side, confidence), ("client", "high"), "the sweep found the place, too");
    assert!(
        summary.contains("works from \u{201c}ours\u{201d}") && summary.contains("from \u{201c}customer\u{201d}"),
        "{summary}"
    );
    assert_eq!(report["comparison"]["new"], serde_json::json!(["passive-port-dropped"]));
}

#[test]
fn the_order_of_the_two_does_not_turn_the_blame() {
    let report = compared("passive-port-dropped/wall-at-first-router.toml", OPEN);
    let (side, _, summary) = first_proof(&report);
    assert_eq!(side, "client");
    assert!(summary.contains("works from \u{201c}customer\u{201d}"), "{summary}");
}

#[test]
fn a_wall_found_at_the_servers_end_is_not_the_customers_though_it_works_from_here() {
    let report = compared(OPEN, "passive-port-dropped/wall-at-last-router.toml");
    let (side, _, summary) = first_proof(&report);
    assert_eq!(side, "server", "{summary}");
}

#[test]
fn one_network_before_and_after_tells_of_the_change_and_blames_nobody() {
    let broken = "passive-port-dropped/wall-at-last-router.toml";
    let same = "passive-port-dropped/nat-drops-what-it-does-not-forward.toml";
    let report = compared(broken, same);
    assert_eq!(report["comparison"]["kind"], "two-times");
    let (side, _, summary) = first_proof(&report);
    assert_eq!(side, "unknown");
    assert!(summary.contains("did not mend it"), "{summary}");
    assert_eq!(report["comparison"]["kept"], serde_json::json!(["passive-port-dropped"]));
}

#[test]
fn two_servers_prove_nothing_for_each_other() {
    let text = std::fs::read_to_string(case(OPEN)).expect("a case");
    let other = text.replace("ftp.example.com", "other.example.net").replace("198.18.0.20", "198.18.0.99");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("other.toml");
    std::fs::write(&file, other.replace("(vsFTPd 3.0.3)", "another greeting")).expect("a file of our own");
    let report = compared(OPEN, file.to_str().expect("a plain name"));
    assert_eq!(report["comparison"]["kind"], "two-servers");
    assert_eq!(first_proof(&report).0, "unknown");
    assert_eq!(report["comparison"]["proofs"].as_array().map(Vec::len), Some(1));
}

/// A case with other words in it, as a file of its own.
fn edited(folder: &Path, name: &str, from: &str, edits: &[(&str, &str)]) -> String {
    let text = std::fs::read_to_string(case(from)).expect("a case");
    let text = edits.iter().fold(text, |text, (old, new)| {
        assert!(text.contains(old), "{from} holds no {old}");
        text.replace(old, new)
    });
    let file = folder.join(name);
    std::fs::write(&file, text).expect("a file of our own");
    file.to_str().expect("a plain name").to_owned()
}

#[test]
fn two_addresses_are_two_servers_though_they_greet_alike() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let at = |name: &str, address: &str| {
        let numbers = address.replace('.', ",");
        let edits = [("ftp.example.com", address), ("198.18.0.20", address), ("198,18,0,20", numbers.as_str())];
        edited(folder.path(), name, OPEN, &edits)
    };
    let report = compared(&at("a.toml", "198.51.100.21"), &at("b.toml", "198.51.100.77"));
    assert_eq!(report["comparison"]["kind"], "two-servers");
    let (side, _, summary) = first_proof(&report);
    assert!(side == "unknown" && summary.contains("198.51.100.77"), "{summary}");
}

#[test]
fn one_name_that_leads_to_two_servers_blames_no_side() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let moved = edited(folder.path(), "moved.toml", "report/both_dropped.toml", &[("198.18.0.20", "198.51.100.77")]);
    for (first, second) in [("report/passive_dropped_active_open.toml", OPEN), (OPEN, moved.as_str())] {
        let report = compared(first, second);
        assert_eq!(report["comparison"]["kind"], "several-servers");
        let proofs = report["comparison"]["proofs"].as_array().cloned().unwrap_or_default();
        assert!(proofs.iter().all(|proof| proof["side"] == "unknown"), "{proofs:?}");
        assert!(!proofs.iter().any(|proof| proof["summary"].as_str().unwrap_or("").contains("mended")), "{proofs:?}");
    }
}

#[test]
fn where_no_place_is_known_both_readings_are_given() {
    // No control connection came about, so nothing shows where the second was made.
    let folder = tempfile::tempdir().expect("a temporary folder");
    let down = "control-port-refused/nothing_listens.toml";
    let hides = [("Connected to", "For"), ("203.0.113.10", "0.0.0.0")];
    let hidden = edited(folder.path(), "hidden.toml", OPEN, &hides);
    let dropped = "passive-port-dropped/wall-at-last-router.toml";
    for (first, second) in [(OPEN, down), (down, OPEN), (dropped, hidden.as_str())] {
        let report = compared(first, second);
        assert_eq!(report["comparison"]["kind"], "places-not-known", "{first}, {second}");
        let (side, _, summary) = first_proof(&report);
        assert_eq!(side, "unknown", "{summary}");
        assert!(summary.contains("something changed in between"), "{summary}");
        assert!(summary.contains("If they were made from two places"), "{summary}");
    }
}

#[test]
fn a_private_address_of_the_same_number_is_no_proof_of_one_place() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let home = edited(folder.path(), "home.toml", OPEN, &[("203.0.113.10", "192.168.1.10"), ("Connected to", "For")]);
    let report = compared(&home, &home);
    assert_eq!(report["comparison"]["kind"], "places-not-known");
}

#[test]
fn the_older_of_two_times_comes_first_in_whichever_order_they_are_named() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let edits = [("203.0.113.130", "203.0.113.10"), ("2026-11-24", "2026-12-24")];
    let later = edited(folder.path(), "later.toml", "passive-port-dropped/wall-at-last-router.toml", &edits);
    for (first, second) in [(OPEN, later.as_str()), (later.as_str(), OPEN)] {
        let report = compared(first, second);
        assert_eq!(report["comparison"]["kind"], "two-times");
        let (side, _, summary) = first_proof(&report);
        assert!(side == "unknown" && summary.contains("what changed between the two broke it"), "{summary}");
    }
}

#[test]
fn checks_that_lie_far_apart_conclude_with_less_certainty_and_say_so() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let far = "passive-port-dropped/wall-at-last-router.toml";
    let near = edited(folder.path(), "near.toml", far, &[("2026-11-24T03:26", "2026-12-01T09:59")]);
    for (second, confidence, warned) in [(near.as_str(), "medium", false), (far, "low", true)] {
        let report = compared(OPEN, second);
        assert_eq!((first_proof(&report).0, first_proof(&report).1), ("server", confidence));
        let proofs = report["comparison"]["proofs"].to_string();
        assert_eq!(proofs.contains("More than an hour lies between the two"), warned, "{proofs}");
    }
}

#[test]
fn placeholders_do_not_hide_what_the_two_are_to_each_other() {
    let mut command = Command::cargo_bin("ftpmode").expect("the program");
    command.arg("compare").arg(case(OPEN)).arg(case("passive-port-dropped/wall-at-first-router.toml"));
    let output = command.args(["--redact", "--format", "json"]).output().expect("it runs");
    let report: Value = serde_json::from_slice(&output.stdout).expect("one JSON object");
    assert_eq!(report["comparison"]["kind"], "two-places");
}

#[test]
fn what_names_no_side_is_put_on_none_in_any_format() {
    for format in ["text", "markdown", "html"] {
        let mut command = Command::cargo_bin("ftpmode").expect("the program");
        command.arg("compare").arg(case(OPEN)).arg(case(OPEN)).args(["--format", format]);
        let text = String::from_utf8(command.output().expect("it runs").stdout).expect("UTF-8");
        assert!(text.contains("Nothing that was tried") && !text.contains("On either side"), "{text}");
    }
}

#[test]
fn the_letter_is_to_the_side_that_the_two_prove_to_be_at_fault() {
    let letter = |first: &str, second: &str| {
        let mut command = Command::cargo_bin("ftpmode").expect("the program");
        command.arg("compare").arg(case(first)).arg(case(second)).args(["--format", "letter"]);
        String::from_utf8(command.output().expect("it runs").stdout).expect("UTF-8")
    };
    // The second, whose report it is, works.
    let text = letter("passive-port-dropped/wall-at-first-router.toml", OPEN);
    assert!(text.contains("search for the place ends in that client's own network"), "{text}");
    assert!(text.contains("What would mend it:") && text.contains("Let this network connect"), "{text}");
    let text = letter(OPEN, "control-port-refused/nothing_listens.toml");
    assert!(text.contains("nobody's side") && !text.contains("Nothing needs mending"), "{text}");
}

#[test]
fn a_check_held_against_itself_proves_nothing() {
    let report = compared(OPEN, OPEN);
    assert_eq!(first_proof(&report).0, "unknown");
    assert_eq!(report["comparison"]["new"], serde_json::json!([]));
    let differs = report["comparison"]["rows"].as_array().into_iter().flatten().any(|row| row["differs"] == true);
    assert!(!differs);
}

#[test]
fn the_exit_status_is_the_seconds() {
    let status = |first: &str, second: &str| {
        let mut command = Command::cargo_bin("ftpmode").expect("the program");
        command.arg("compare").arg(case(first)).arg(case(second)).output().expect("it runs").status.code()
    };
    assert_eq!(status("report/both_dropped.toml", OPEN), Some(0));
    assert_eq!(status(OPEN, "report/both_dropped.toml"), Some(2));
    assert_eq!(status(OPEN, "no-such-file.toml"), Some(3));
}

/// A file is often called as the customer is.
#[test]
fn with_names_left_out_the_files_names_are_left_out_too() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str| {
        let path = folder.path().join(name);
        std::fs::copy(case(OPEN), &path).expect("a copy");
        path
    };
    let (first, second) = (file("hopfenkeller.toml"), file("sudhaus.toml"));
    for format in ["text", "markdown", "html", "json"] {
        let shown = |redact: &[&str]| {
            let mut command = Command::cargo_bin("ftpmode").expect("the program");
            command.arg("compare").arg(&first).arg(&second).args(["--format", format]).args(redact);
            String::from_utf8(command.output().expect("it runs").stdout).expect("text")
        };
        assert!(shown(&[]).contains("hopfenkeller"), "{format}");
        let redacted = shown(&["--redact"]);
        assert!(redacted.contains("the first") && redacted.contains("the second"), "{format}: {redacted}");
        assert!(!redacted.contains("hopfenkeller") && !redacted.contains("sudhaus"), "{format}: {redacted}");
    }
}
