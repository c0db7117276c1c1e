//! The letter to whoever must act: there when something needs mending, short, and with nothing in it that was not seen.

use std::net::IpAddr;

use ftpmode::diagnosis::rule::{Severity, Side};

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
