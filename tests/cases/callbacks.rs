//! What is said of the server's connections to this computer.

use ftpmode::diagnosis::rule::{Confidence, Side};
use ftpmode::evidence::Outcome;
use ftpmode::evidence::attempt::Mode;
use ftpmode::evidence::case::Case;
use ftpmode::evidence::facts::Facts;
use ftpmode::evidence::timeline::{Event, What};
use ftpmode::report::Report;

use super::{case_of, text_of};

/// The other end sees how far its own packets come, and not what becomes of the answers to them.
#[test]
fn where_a_callback_may_be_answered_in_vain_both_sides_are_named() {
    let finding = |wanted: &str| {
        let report = Report::of(&case_of(wanted).evidence);
        report.findings.into_iter().find(|finding| finding.id == "active-callback-dropped").expect("a finding")
    };
    let sides = |wanted: &str| finding(wanted).fixes.iter().map(|fix| fix.side).collect::<Vec<Side>>();
    let lost = finding("other-end-and-a-lost-answer.toml");
    assert_eq!((lost.side, lost.confidence), (Side::Unknown, Confidence::Medium));
    assert!(lost.summary.ends_with("answer, lost on its way back, would look the same."), "{}", lost.summary);
    assert_eq!(sides("other-end-and-a-lost-answer.toml"), [Side::Client, Side::Client, Side::Server]);
    // The table of sockets shows that nothing was answered.
    let unanswered = finding("other-end-at-own-router.toml");
    assert_eq!((unanswered.side, unanswered.confidence), (Side::Client, Confidence::High));
    assert_eq!(sides("other-end-at-own-router.toml"), [Side::Client, Side::Client]);
    // Or that it was, and in vain.
    let again = finding("half-open-and-the-answer-sent-again.toml").summary;
    assert!(again.contains("let it in, and let the answer (SYN-ACK) out, more than once"), "{again}");
    let kept = finding("half-open-and-the-answer-kept-in.toml").summary;
    assert!(kept.contains("this computer's own firewall on the way out, or one further on"), "{kept}");
    // Packets were watched, and none came that could have been answered.
    assert_eq!(finding("other-end-and-watched.toml").confidence, Confidence::High);
    assert_eq!(sides("other-end-and-watched.toml"), [Side::Client, Side::Client]);
}

/// A router that never tells of itself may be the one as well.
#[test]
fn where_a_callback_ends_before_a_silent_router_that_is_not_left_out() {
    let wanted = "active-callback-dropped/other-end-behind-a-silent-gateway.toml";
    let report = Report::of(&case_of(wanted).evidence);
    let dropped = report.findings.iter().find(|finding| finding.id == "active-callback-dropped").expect("a finding");
    assert!(
        dropped.summary.contains("beyond the server: it, hop 4 or somebody between the two"),
        "{}",
        dropped.summary
    );
    assert_eq!(dropped.side, Side::Unknown);
    let sides: Vec<Side> = dropped.fixes.iter().map(|fix| fix.side).collect();
    assert_eq!(sides, [Side::Server, Side::Network], "they do not come as far as this side");
}

/// Where passive connections end tells nothing of where the server's own do.
#[test]
fn two_directions_that_end_need_not_end_at_one_wall() {
    let case = case_of("another-wall-than-the-passive-one.toml");
    let report = Report::of(&case.evidence);
    let side = |wanted: &str| report.findings.iter().find(|finding| finding.id == wanted).map(|finding| finding.side);
    assert_eq!(side("passive-port-dropped"), Some(Side::Client));
    assert_eq!(side("active-callback-dropped"), Some(Side::Unknown));
}

/// Whether a port is forwarded can't be told where the other end's packets do not come as far as the translation.
#[test]
fn a_port_that_no_packet_came_near_is_not_told_as_not_forwarded() {
    let case = case_of("active-address-rejected/outer-address-and-a-wall-at-the-server.toml");
    let report = Report::of(&case.evidence);
    let rejected = report.findings.iter().find(|finding| finding.id == "active-address-rejected").expect("a finding");
    assert!(rejected.summary.ends_with("it ends at hop 4 or hop 5 (203.0.113.129)."), "{}", rejected.summary);
    let sides: Vec<Side> = rejected.fixes.iter().map(|fix| fix.side).collect();
    assert_eq!(sides, [Side::Client, Side::Client, Side::Server]);
}

/// Where the router's FTP support does its part, nobody is sent to the router.
#[test]
fn past_a_helper_this_computers_own_firewall_is_to_be_mended() {
    let wanted = "active-callback-dropped/own-firewall-past-a-helper.toml";
    let case = case_of(wanted);
    let report = Report::of(&case.evidence);
    let fixes: Vec<&str> = report.verdict.fixes.iter().map(|fix| fix.action.as_str()).collect();
    let own = "Let the server's connections in at this computer's own firewall";
    assert_eq!(fixes, ["Use passive mode", own, "Let the server connect out to its clients"]);
    let letter = report.verdict.handover.expect("a letter").text;
    assert!(letter.contains(own) && letter.contains("one at the server"), "{letter}");
    assert!(!letter.contains("switch on the router's"), "{letter}");
}

/// What the server received decides whether the helper rewrites PORT: where it named the outer address, there was nothing to
/// rewrite.
#[test]
fn a_helper_that_rewrites_port_is_not_to_be_switched_on() {
    let text = text_of("ftp-helper-on-path/rewritten-and-dropped-further-on.toml");
    let said = |text: &str| {
        let report = Report::of(&Case::from_toml(text).expect("a case").evidence);
        let findings = report.findings.iter().map(|finding| finding.summary.clone()).collect::<Vec<_>>().join(" ");
        let fixes = report.findings.iter().flat_map(|finding| &finding.fixes);
        (findings, fixes.map(|fix| fix.sentence()).collect::<Vec<_>>().join(" "))
    };
    let (findings, fixes) = said(&text);
    assert!(findings.contains("on the way rewrites this computer's own address"), "{findings}");
    assert!(findings.contains("it rewrites the address that this computer names in PORT"), "{findings}");
    assert!(!fixes.contains("switch on the router's FTP support"), "{fixes}");
    // Where the reply shows this computer's own address, it does not.
    let own = "200 PORT accepted: 10.77.3.44:48929 will be dialled at the transfer command.";
    let is_port = |line: &str| line.contains("< 200 PORT accepted: 192.0.2.1:48929");
    let is_eprt = |line: &str| line.contains("< 200 EPRT accepted: 192.0.2.1:42711");
    let lines = text.lines().map(|line| match line {
        _ if is_port(line) => format!("    \"3.0 < {own}\","),
        _ if is_eprt(line) => format!("    \"3.0 < {}\",", own.replace("PORT", "EPRT")),
        _ => line.to_owned(),
    });
    let unchanged = lines.collect::<Vec<_>>().join("\n");
    assert_ne!(unchanged, text);
    let (findings, fixes) = said(&unchanged);
    assert!(!findings.contains("way rewrites") && !findings.contains("it rewrites"), "{findings}");
    assert!(fixes.contains("switch on the router's FTP support"), "{fixes}");
}

/// Counters are every program's: they hint at this computer's own firewall where nothing else was counted.
#[test]
fn what_came_at_another_time_or_size_is_somebody_elses() {
    let wanted = "local-firewall-drops-callback/counted.toml";
    let case = case_of(wanted);
    type Change<'a> = &'a dyn Fn(&mut Vec<Event>);
    let counted = |change: Change| {
        let mut evidence = case.evidence.clone();
        let silent = |outcome: &&mut Outcome| outcome.verb.mode() == Mode::Active;
        evidence.attempts.iter_mut().filter(silent).for_each(|outcome| {
            change(&mut outcome.events);
            outcome.events.sort_by(|one, other| one.at_ms.total_cmp(&other.at_ms));
        });
        let of_active = Report::of(&evidence).findings.into_iter().find(|found| found.id == "active-callback-dropped");
        (Facts::of(&evidence).counted(Mode::Active).len(), of_active.map(|found| found.side))
    };
    let is = |event: &Event| matches!(event.what, What::Undelivered { .. });
    let stray = |at_ms| Event { at_ms, line: None, what: What::Undelivered { count: 1, bytes: Some(60) } };
    assert_eq!(counted(&|_| ()), (2, Some(Side::Client)));
    let others: [Change; 5] = [
        // Once between.
        &|events| events.push(stray(2_740.0)),
        // Never again.
        &|events| events.retain(|event| !is(event) || event.at_ms < 900.0),
        // Not at once.
        &|events| events.retain(|event| !is(event) || event.at_ms > 900.0),
        // Of another size.
        &|events| {
            for event in events.iter_mut().filter(|event| is(event)) {
                event.what = What::Undelivered { count: 1, bytes: Some(29) };
            }
        },
        // Of no size that is known.
        &|events| {
            for event in events.iter_mut().filter(|event| is(event)) {
                event.what = What::Undelivered { count: 1, bytes: None };
            }
        },
    ];
    for (number, change) in others.into_iter().enumerate() {
        assert_eq!(counted(change), (0, Some(Side::Unknown)), "change {number}");
    }
}

/// A port that the router opened and nothing came through: only what was seen excludes anybody.
#[test]
fn a_mapping_in_vain_blames_whom_the_evidence_leaves() {
    let (router, own) = (
        "See whether the router forwards the port that it opens",
        "Let the server's connections in at this computer's own firewall",
    );
    let (server, every) =
        ("Let the server connect out to its clients", "Let active mode through every translation on this side");
    for (case, side, fixes) in [
        ("granted-behind-a-second-translation", Side::Client, vec![every]),
        ("server-stays-in", Side::Unknown, vec![router, own, server]),
        ("router-forwards-nothing", Side::Unknown, vec![router, own, server]),
        ("own-firewall-behind-it", Side::Client, vec![own]),
        ("ends-at-the-servers-router", Side::Server, vec![server]),
    ] {
        let wanted = format!("port-mapping-in-vain/{case}.toml");
        let found = case_of(&wanted);
        let report = Report::of(&found.evidence);
        let finding = report.findings.iter().find(|finding| finding.id == "port-mapping-in-vain").expect("it fires");
        assert_eq!(finding.side, side, "{case}");
        let actions: Vec<&str> = finding.fixes.iter().map(|fix| fix.action.as_str()).collect();
        assert_eq!(actions, fixes, "{case}");
        let second = finding.summary.contains("a second translation stands before it");
        assert_eq!(second, case.contains("second-translation"), "{case}");
    }
    // The other end tells how far its connection comes, by the one through that port alone.
    let text = text_of("port-mapping-in-vain/ends-at-the-servers-router.toml");
    let told = "1 203.0.113.129, then silence; datagrams: 1, 2, 3, 4, you at 5";
    assert!(text.contains(told));
    let (in_between, further) =
        ("1 203.0.113.129, 2 192.0.2.13", "1 203.0.113.129, 2 192.0.2.13, 3 192.0.2.9, 4 192.0.2.5");
    for (way, side, fixes, words) in [
        (told.to_owned(), Side::Server, vec![server], "come past no router beyond hop 5 (203.0.113.129)"),
        (
            format!("{in_between}, then silence; datagrams: 1, 2, 3, 4, you at 5"),
            Side::Unknown,
            vec![],
            "ends at hop 3 or hop 4 (192.0.2.13)",
        ),
        (
            format!("{in_between}, then silence; datagrams: "),
            Side::Unknown,
            vec![router, own],
            "in between looks the same",
        ),
        (
            format!("{further}, then silence; datagrams: 1, 2, 3, 4, you at 5"),
            Side::Unknown,
            vec![router, own],
            "A firewall in between looks the same",
        ),
        (
            format!("{further}, 5 192.0.2.1, then silence; datagrams: 1, 2, 3, 4, you at 5"),
            Side::Client,
            vec![router, own],
            "own firewall may stop",
        ),
        ("then silence; datagrams: ".to_owned(), Side::Unknown, vec![router, own, server], "in between, or one at the"),
    ] {
        let report = Report::of(&Case::from_toml(&text.replace(told, &way)).expect("a case").evidence);
        let finding = report.findings.iter().find(|finding| finding.id == "port-mapping-in-vain").expect("it fires");
        let actions: Vec<&str> = finding.fixes.iter().map(|fix| fix.action.as_str()).collect();
        assert_eq!((finding.side, actions), (side, fixes), "{way}: {}", finding.summary);
        assert!(finding.summary.contains(words), "{way}: {}", finding.summary);
    }
    // Where the packet was seen to arrive, the router did its part, and nothing says otherwise.
    for case in ["through-a-mapped-port", "reset-at-a-mapped-port"] {
        let wanted = format!("local-firewall-drops-callback/{case}.toml");
        let found = case_of(&wanted);
        let report = Report::of(&found.evidence);
        let blames_the_router = |text: &str| text.contains("no more than at a port that the router opened");
        assert!(!report.findings.iter().any(|finding| blames_the_router(&finding.summary)), "{case}");
    }
}

/// A port that may be open is told of, and for how long.
#[test]
fn a_port_that_may_be_open_is_told_of() {
    for (case, id) in [("cut-short", "port-closed"), ("granted-too-late", "port-mapping")] {
        let wanted = format!("port-mapping-helps/{case}.toml");
        let found = case_of(&wanted);
        let report = Report::of(&found.evidence);
        let told = report.not_tested.iter().find(|open| open.id == id).expect("it is told");
        assert!(told.because.contains("closes by itself after 120 seconds"), "{case}: {}", told.because);
    }
}
