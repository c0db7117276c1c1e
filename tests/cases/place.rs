//! What is said of where on the way passive connections end.

use ftpmode::diagnosis::rule::{Confidence, Side};
use ftpmode::diagnosis::{Finding, diagnose, planner};
use ftpmode::evidence::case::Case;
use ftpmode::evidence::facts::Facts;
use ftpmode::report::Report;

use super::{case_of, text_of};

/// Silence at the server may be its answer's, lost on its way back: who mends goes to the server first and looks here then,
/// unless the other end says that nothing came.
#[test]
fn where_an_answer_may_be_lost_this_side_is_looked_at_as_well() {
    let sides = |text: &str| {
        let report = Report::of(&Case::from_toml(text).expect("a case").evidence);
        let finding = report.findings.into_iter().find(|finding| finding.id.starts_with("passive-port-"));
        finding.expect("a finding").fixes.iter().map(|fix| fix.side).collect::<Vec<Side>>()
    };
    let lost = text_of("passive-port-dropped/answers-lost-near-the-client.toml");
    assert_eq!(sides(&lost), [Side::Server, Side::Client]);
    let nothing_came = text_of("passive-port-dropped/nothing-arrives-says-the-other-end.toml");
    assert_eq!(sides(&nothing_came), [Side::Server]);
    let rationed = ["silent connect 3507", "silent connect 3501"]
        .iter()
        .fold(lost.clone(), |text, silent| text.replace(silent, "unreachable admin-prohibited 203.0.113.200"));
    assert_eq!(sides(&rationed), [Side::Server], "what was turned away was answered");
}

/// How far the server is nothing shows, and this side's routers passed the packets on.
#[test]
fn past_this_side_nothing_on_it_is_asked_to_change_wherever_the_server_is() {
    let wanted = "passive-port-dropped/past-this-side-and-the-server-unplaced.toml";
    let report = Report::of(&case_of(wanted).evidence);
    let dropped = report.findings.iter().find(|finding| finding.id == "passive-port-dropped").expect("a finding");
    assert!(dropped.summary.contains("it or somebody beyond drops them (the server is beyond hop 5)"));
    let sides: Vec<Side> = dropped.fixes.iter().map(|fix| fix.side).collect();
    assert_eq!(sides, [Side::Server, Side::Network]);
}

/// What comes in the server's name is no nearer to it than the routers between that were seen to pass packets on.
#[test]
fn a_place_reaches_back_to_the_last_router_that_was_seen() {
    let between = |wanted: &str| {
        let case = case_of(wanted);
        Report::of(&case.evidence).path.blocked_between.map(|between| (between.from, between.to))
    };
    assert_eq!(between("passive-port-refused/short-lived-dropped-near-the-client.toml"), Some((1, 9)));
    assert_eq!(between("passive-port-refused/silent-routers-before-the-server.toml"), Some((3, 6)));
    assert_eq!(between("passive-port-refused/silent-routers-and-the-resets-ttl.toml"), Some((5, 6)));
    assert_eq!(between("passive-port-refused/silent-routers-and-the-resets-packet.toml"), Some((5, 6)));
    assert_eq!(between("passive-port-unreachable/short-lived-dropped-and-in-the-servers-name.toml"), Some((1, 9)));
    assert_eq!(between("passive-port-unreachable/in-the-servers-name-at-the-first-router.toml"), Some((0, 1)));
    assert_eq!(between("passive-port-unreachable/by-the-server.toml"), Some((4, 4)));
}

/// Where passive ports fail in two ways, the port that was swept tells of those that fail as it does.
#[test]
fn a_place_tells_of_what_ended_there_and_of_nothing_else() {
    let conclusions = |wanted: &str| {
        let case = case_of(wanted);
        let told = |finding: Finding| (finding.rule.id, finding.conclusion.side, finding.conclusion.confidence);
        diagnose(&Facts::of(&case.evidence)).findings.into_iter().map(told).collect::<Vec<_>>()
    };
    let (dropped, refused) = ("passive-port-dropped", "passive-port-refused");
    assert_eq!(
        conclusions("passive-port-dropped/others-refused-near-the-client.toml"),
        [(dropped, Side::Server, Confidence::Medium), (refused, Side::Unknown, Confidence::Medium)]
    );
    assert_eq!(
        conclusions("passive-range-partly-open/fail_in_two_ways.toml"),
        [("passive-range-partly-open", Side::Unknown, Confidence::Low)]
    );
    // An open port tells nothing of who takes others.
    let taken = conclusions("transparent-proxy/takes_part_of_the_range.toml");
    assert_eq!(taken[0], ("transparent-proxy", Side::Unknown, Confidence::Low));
}

/// A router that drops what lives short, or keeps silent, makes the server behind it look further away than it is.
#[test]
fn the_server_is_at_a_hop_only_where_the_router_before_it_was_seen() {
    for (wanted, told) in [
        ("passive-port-refused/short-lived-dropped-near-the-client.toml", "(the server is hop 9 or nearer)"),
        ("passive-port-refused/silent-routers-before-the-server.toml", "(the server is hop 6 or nearer)"),
        ("passive-port-refused/silent-routers-and-the-resets-packet.toml", "(the server is hop 6)"),
        ("passive-port-dropped/wall-between.toml", "(the server is hop 4)"),
        ("control-port-refused/at-the-server.toml", "is there, at hop 4:"),
    ] {
        let case = case_of(wanted);
        let summary = Report::of(&case.evidence).findings.remove(0).summary;
        assert!(summary.contains(told), "{wanted}: {summary}");
    }
    let silent = |text: String| text.replace("3 0.45 time-exceeded 203.0.113.6", "3 304 silent");
    let text = text_of("control-port-refused/at-the-server.toml");
    let report = Report::of(&Case::from_toml(&silent(text)).expect("a case").evidence);
    let summary = &report.findings[0].summary;
    assert!(summary.contains("is there, at hop 4 or nearer:"), "{summary}");
}

/// Elsewhere than on Linux the report tells what could not be seen, never advises what can't be done there, and nothing of
/// it is asked for again.
#[test]
fn what_the_system_gives_no_way_to_do_is_told() {
    let watched = "packets were not watched, which this system does not let a program do";
    let helper = "this system does not tell a program which of its packets arrived";
    let place = "this system tells programs without privilege nothing of routers on the way";
    let small = "this system does not let a program ask for small packets";
    for (name, wanted) in [
        ("local-firewall-drops-callback/on-windows.toml", &[watched, helper, place][..]),
        ("control-unreachable/on-windows.toml", &[place]),
        ("transfer-stalled/on-windows.toml", &[small]),
    ] {
        let case = case_of(name);
        let report = Report::of(&case.evidence);
        for words in wanted {
            assert!(report.not_tested.iter().any(|open| open.because.contains(words)), "{name}: {words}");
        }
        let text = serde_json::to_string(&report).expect("a report");
        assert!(!text.contains("CAP_NET_RAW") && !text.contains("as root"), "{name}: {text}");
        assert_eq!(planner::next_probes(&Facts::of(&case.evidence)), [], "{name}");
    }
}
