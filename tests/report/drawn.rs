//! Where the arrows end.

use ftpmode::evidence::case::Case;
use ftpmode::report::model::Known;
use ftpmode::report::{Report, Style, formats};

#[test]
fn what_this_computers_own_firewall_stops_came_past_the_translation() {
    let path = super::cases().join("local-firewall-drops-callback").join("seen-arriving.toml");
    let text = std::fs::read_to_string(path).expect("a case");
    let mut report = Report::of(&Case::from_toml(&text).expect("a case").evidence);
    report.path.client_nat = Known::Yes;
    let drawn = formats::render(super::format("text"), &report, &Style { width: 120, ..super::PLAIN });
    let active = drawn.lines().find(|line| line.contains("active  port")).expect("an arrow");
    let (own, _) = active.split_once("stopped by this computer").expect("its label");
    assert!(own.contains("│✗─┼─────┼─"), "{active}");
}
