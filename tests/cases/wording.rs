//! The words: alike for what is alike, each thing once, and no more than was seen.

use std::collections::BTreeSet;
use std::fs;

use ftpmode::diagnosis::diagnose;
use ftpmode::evidence::attempt::DataVerb;
use ftpmode::evidence::case::Case;
use ftpmode::evidence::facts::Facts;
use ftpmode::evidence::{Evidence, Outcome};
use ftpmode::report::Report;

use super::{case_of, cases, kebab};

/// What a report says of ports and commands, it says of each in the same way.
#[test]
fn what_was_seen_is_named_alike() {
    let case = |wanted: &str| case_of(wanted).evidence;
    let finding = |wanted: &str, id: &str| {
        let mut found = Report::of(&case(wanted)).findings.into_iter();
        found.find(|finding| finding.id == id).expect("a finding")
    };
    let half = finding("half_the_range.toml", "passive-range-partly-open").summary;
    assert!(half.contains(": ports 40010 and 40021 got through, port 40080 did not."), "{half}");
    let kept = finding("may_not_be_deleted.toml", "upload-left-behind").evidence;
    assert!(kept.iter().any(|seen| seen.starts_with("DELE: “550")), "{kept:?}");
}

#[test]
fn two_commands_get_no_answer_and_one_gets_none() {
    let case = |wanted: &str| case_of(wanted).evidence;
    let told = |evidence: &Evidence, so: &str| {
        let found = Report::of(evidence).findings;
        assert!(found.iter().any(|finding| finding.summary.contains(so)), "{so}: {found:#?}");
    };
    let mut cut = case("epsv_kills_the_session.toml");
    told(&cut, "EPSV gets no answer while");
    let eprt = cut.attempts.iter_mut().find(|outcome| outcome.verb == DataVerb::Eprt).expect("EPRT");
    eprt.control = 1;
    eprt.events.truncate(3);
    eprt.events.push("20.0 control-reset".parse().expect("an event"));
    told(&cut, "EPSV and EPRT get no answer while");

    let mut unanswered = case("forgotten_within_seconds.toml");
    told(&unanswered, "PORT is not answered each time. A server that hangs at it");
    let again = unanswered.attempts.last().expect("PORT").clone();
    unanswered.attempts.push(Outcome { verb: DataVerb::Eprt, ..again });
    told(&unanswered, "PORT and EPRT are not answered each time. A server that hangs at them");
}

#[test]
fn a_finding_tells_nothing_twice() {
    for (path, case) in cases() {
        for finding in Report::of(&case.evidence).findings {
            let told: BTreeSet<&String> = finding.evidence.iter().collect();
            assert_eq!(told.len(), finding.evidence.len(), "{}: {:?}", path.display(), finding.evidence);
            let named: Vec<&str> = finding.summary.split(' ').map(|word| word.trim_matches([',', '.', ':'])).collect();
            let ports: Vec<&&str> = named.iter().filter(|word| word.parse::<std::net::SocketAddr>().is_ok()).collect();
            let different: BTreeSet<&&&str> = ports.iter().collect();
            assert_eq!(different.len(), ports.len(), "{}: {}", path.display(), finding.summary);
        }
    }
}

/// What a finding of a case says, on whose side it has it, and what it does not say.
#[test]
fn sentences_say_no_more_than_was_seen() {
    for (case, id, side, says, never) in [
        // What comes over the control connection may be the proxy's.
        (
            "transparent-proxy/answers_at_the_first_router",
            "passive-address-unroutable",
            "unknown",
            "who answers in its place is open",
            "most likely",
        ),
        (
            "transparent-proxy/passes_on_at_the_first_router",
            "passive-port-refused",
            "unknown",
            "Nobody listens there",
            "the server is hop",
        ),
        (
            "transparent-proxy/passes_on_at_the_first_router",
            "active-address-rejected",
            "unknown",
            "whoever answers in its place",
            "address translation",
        ),
        // A program on this computer answers packets that live one hop, too, and as soon; it does not name the router in 227.
        (
            "transparent-proxy/passes_on_at_the_first_router",
            "transparent-proxy",
            "client",
            "this computer itself or hop 1 (198.51.100.1)",
            "balancer",
        ),
        (
            "transparent-proxy/answers_at_the_first_router",
            "transparent-proxy",
            "client",
            "a transparent FTP proxy on this side's router",
            "virus scanner",
        ),
        (
            "transparent-proxy/answers_sooner_than_the_passive_ports",
            "transparent-proxy",
            "unknown",
            "a virus scanner or proxy on this computer, a transparent proxy on the way",
            "this side's router",
        ),
        ("transparent-proxy/at_a_hop_further_on", "transparent-proxy", "unknown", "or a balancer", "this side"),
        // The proxy makes the control connection, and this computer the data connection.
        (
            "transparent-proxy/answers_sooner_than_the_passive_ports",
            "data-source-address-differs",
            "unknown",
            "by who answers in the server's place",
            "can't be seen",
        ),
        // The router that answers is this computer's own.
        ("control-unreachable/own-gateway", "control-unreachable", "client", "198.51.100.1 reports", "most likely"),
        // The server's own translation comes second to a wall before it.
        (
            "passive-port-dropped/wall-between-and-server-nat",
            "passive-port-dropped",
            "network",
            "hop 3 (",
            "most likely",
        ),
        (
            "passive-port-refused/wall-between-and-server-nat",
            "passive-port-refused",
            "network",
            "hop 3 (",
            "most likely",
        ),
        (
            "passive-port-unreachable/wall-between-and-server-nat",
            "passive-port-unreachable",
            "network",
            "hop 3 (192.0.2.6) turns them away",
            "the server's outer address",
        ),
        (
            "passive-port-dropped/wall-before-a-foreign-address",
            "passive-address-foreign",
            "server",
            "can't be told",
            "neither address",
        ),
        ("epsv-blocked/at-the-clients-gateway", "epsv-blocked", "client", "hop 1 (198.51.100.1)", "are closed in it"),
        (
            "passive-port-dropped/three-routers-silent",
            "passive-port-dropped",
            "unknown",
            "between the two",
            "it or this",
        ),
        (
            "passive-port-dropped/all-routers-silent",
            "passive-port-dropped",
            "unknown",
            "No router",
            "get past the server",
        ),
        (
            "passive-port-unreachable/silent-router-names-itself",
            "passive-port-unreachable",
            "client",
            "hop 1 (198",
            "beyond",
        ),
        (
            "passive-port-unreachable/one-router",
            "passive-port-unreachable",
            "unknown",
            "so few routers",
            "on this side",
        ),
        (
            "passive-port-dropped/helper-lets-each-port-in-once",
            "passive-port-dropped",
            "server",
            "stops them",
            "turns them",
        ),
        ("ftp-helper-on-path/before-the-server", "client-behind-nat", "client", "does not rewrite", "and no other"),
        (
            "ftp-helper-on-path/nothing-to-rewrite",
            "ftp-helper-on-path",
            "network",
            "no address to rewrite",
            "it rewrites",
        ),
    ] {
        let text =
            fs::read_to_string(format!("fixtures/cases/{case}.toml")).unwrap_or_else(|why| panic!("{case}: {why}"));
        let case_read = Case::from_toml(&text).unwrap_or_else(|why| panic!("{case}: {why}"));
        let found = diagnose(&Facts::of(&case_read.evidence));
        let finding = found.findings.iter().find(|finding| finding.rule.id == id);
        let conclusion = &finding.unwrap_or_else(|| panic!("{case}: {id} does not fire")).conclusion;
        let summary = &conclusion.summary;
        assert_eq!(kebab(&conclusion.side), side, "{case}: {summary}");
        assert!(summary.contains(says) && !summary.contains(never), "{case}: {summary}");
    }
}
