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
