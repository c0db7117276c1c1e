//! The letter to whoever must act: there when something needs mending, short, and with nothing in it that was not seen.

use std::net::IpAddr;

use ftpmode::diagnosis::rule::{Severity, Side};
use ftpmode::report::formats;

/// Lines of a mail.
const WIDTH: usize = 100;
/// Without the empty ones.
const MOST_LINES: usize = 20;

#[test]
fn there_is_a_letter_where_something_needs_mending_and_nowhere_else() {
    let mut addressees = std::collections::BTreeSet::new();
    for (path, report) in super::reports_under(&super::cases()) {
        let main = report.findings.iter().find(|finding| finding.severity > Severity::Info);
        let letter = report.verdict.handover.as_ref();
        assert_eq!(main.map(|finding| finding.side), letter.map(|letter| letter.to), "{}", path.display());
        addressees.extend(letter.map(|letter| letter.addressee.clone()));
    }
    assert!(addressees.len() >= 5, "{addressees:?}");
}

#[test]
fn a_letter_is_short_and_names_the_server_and_the_time() {
    for (path, report) in super::reports_under(&super::cases()) {
        let Some(letter) = &report.verdict.handover else { continue };
        let lines: usize =
            letter.text.lines().filter(|line| !line.is_empty()).map(|l| l.chars().count().div_ceil(WIDTH)).sum();
        assert!(lines <= MOST_LINES, "{}: {lines} lines\n{}", path.display(), letter.text);
        assert!(letter.text.contains(&report.target.host), "{}", path.display());
        assert!(letter.text.contains(&format!("port {}", report.target.port)), "{}", path.display());
        if let Some(started) = &report.started_at {
            assert!(letter.text.contains(&started[..10]) && letter.text.contains("UTC"), "{}", path.display());
        }
        if letter.to == Side::Unknown {
            assert!(letter.addressee.contains(" and "), "{}: {}", path.display(), letter.addressee);
        }
        assert!(letter.text.ends_with("Thank you."), "{}", path.display());
    }
}

/// Where the client is and how the server sees it is known, and no time is.
#[test]
fn the_first_sentence_of_a_log_ends_as_a_sentence() {
    let text = super::letter_about(
        "Status:\tConnecting to 203.0.113.20:21...\nResponse:\t220 Ready\nCommand:\tUSER bob\nResponse:\t331 Go on\n\
         Command:\tPASS ****\nResponse:\t230 Logged in\nCommand:\tPORT 192,168,7,5,195,80\n\
         Response:\t500 I won't open a connection to 192.168.7.5 (only to 198.51.100.4)\n\
         Error:\tFailed to retrieve directory listing\n",
    );
    assert!(text.contains("from 192.168.7.5 (the server sees 198.51.100.4). The login works."), "{text}");
}

#[test]
fn every_address_in_a_letter_was_seen() {
    let mut checked = 0;
    for (path, report) in super::reports_under(&super::cases()) {
        let Some(letter) = &report.verdict.handover else { continue };
        let seen = serde_json::to_string(&report.evidence).expect("JSON");
        for word in letter.text.split(|c: char| !(c.is_ascii_hexdigit() || matches!(c, '.' | ':'))) {
            let word = word.trim_matches(['.', ':']);
            let address = word.parse::<IpAddr>().ok().or_else(|| word.rsplit_once(':')?.0.parse().ok());
            let Some(address) = address.map(|address| address.to_string()) else { continue };
            let known = seen.contains(&address) || seen.contains(&address.replace('.', ","));
            assert!(known, "{}: {address}", path.display());
            checked += 1;
        }
    }
    assert!(checked > 200, "{checked} addresses");
}

/// Some clients say that they waited, and not for how long.
#[test]
fn a_silence_of_unknown_length_is_told_without_a_length() {
    let mut read = 0;
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/logs");
    for client in ["java-commons-net", "lftp", "ncftp", "node-basic-ftp", "rclone", "tnftp", "wget"] {
        for name in ["listing-lost.log", "listing-lost-debug.log", "both-dropped.log", "open-pyftpdlib.log"] {
            let Ok(log) = std::fs::read(folder.join(client).join(name)) else { continue };
            let text = formats::render(super::format("text"), &super::of_log(&log), &super::PLAIN);
            assert!(!text.contains(" 0 s") && !text.contains(" 0 ms"), "{client} {name}: {text}");
            read += 1;
        }
    }
    assert!(read > 15, "{read} logs");
}
