//! Every way that data connections can end, in combination: what the diagnosis says must hold whatever it meets.
//!
//! Each of the four methods gets each of its endings, beside each ending of its sister and a choice of endings of the other
//! mode, with several servers and with and without NAT.

#[path = "outcomes/endings.rs"]
mod endings;

use endings::{Ending, Endings, FEW, SERVER, SERVERS, UNDER_TLS, ending, evidence, under_tls};
use ftpmode::diagnosis::rule::{Conclusion, Confidence, Match, Severity, Side};
use ftpmode::diagnosis::verdict::Recommendation;
use ftpmode::diagnosis::{Diagnosis, diagnose, planner, rules};
use ftpmode::evidence::Evidence;
use ftpmode::evidence::attempt::{Address, Attempt, DataVerb, Load, Mode, Probe};
use ftpmode::evidence::case::Case;
use ftpmode::evidence::facts::{Facts, Failure, Place};
use ftpmode::evidence::timeline::Event;

#[test]
fn the_invariants_hold_for_every_pair_of_passive_endings() {
    let all = Endings::all();
    let [pasv, epsv, port, _] = &all.of;
    let count = check_all(pasv, epsv, port);
    assert!(count > 6_000, "only {count} combinations");
}

#[test]
fn the_invariants_hold_for_every_pair_of_active_endings() {
    let all = Endings::all();
    let [pasv, _, port, eprt] = &all.of;
    let count = check_all(port, eprt, pasv);
    assert!(count > 4_000, "only {count} combinations");
}

#[test]
fn the_invariants_hold_under_tls() {
    let all = Endings::all();
    let also = |verb, agreed: &'static str| {
        let behind = move |events: &[&'static str]| [&[agreed, "> LIST"], events].concat();
        UNDER_TLS.iter().map(move |(name, events)| ending(verb, SERVER, name, &behind(events)))
    };
    let pasv: Vec<Ending> = also(DataVerb::Pasv, "AGREED").collect();
    let port: Vec<Ending> = also(DataVerb::Port, "< 200 Ok.").collect();
    let pairs =
        pasv.iter().chain(&all.of[0]).flat_map(|one| port.iter().chain(&all.of[2]).map(move |other| (one, other)));
    for (count, (one, other)) in pairs.enumerate() {
        let endings = [one, other];
        check(&under_tls(evidence(count % SERVERS.len(), &endings)), &endings);
        let mut both = evidence(count % SERVERS.len(), &endings);
        let under_tls = under_tls(both.clone());
        both.controls.extend(under_tls.controls);
        both.attempts.extend(under_tls.attempts);
        check(&both, &endings);
    }
}

/// Checks each pair of endings of a mode beside a few of the other mode, the servers going round. Returns how many.
fn check_all(ones: &[Ending], others: &[Ending], beside: &[Ending]) -> usize {
    let mut count = 0;
    for one in ones {
        // What else 227 names matters beside a few.
        let others = others.iter().filter(|other| one.named == SERVER || other.is_one_of(FEW));
        for (other, third) in others.flat_map(|other| beside.iter().map(move |third| (other, third))) {
            if third.is_one_of(FEW) {
                check(&evidence(count % SERVERS.len(), &[one, other, third]), &[one, other, third]);
                count += 1;
            }
        }
    }
    count
}

#[test]
fn a_single_method_is_judged_like_the_rest() {
    let all = Endings::all();
    for (server, _) in SERVERS.iter().enumerate() {
        for ending in all.of.iter().flatten() {
            let evidence = evidence(server, &[ending]);
            check(&evidence, &[ending]);
            for rule in rules::ALL {
                if let Match::RuledOut(because) = (rule.test)(&Facts::of(&evidence)) {
                    assert!(!because.is_empty(), "{} is ruled out by nothing: {}", rule.id, ending.name);
                }
            }
        }
    }
}

#[test]
fn the_planner_ends_whatever_its_probes_bring() {
    let all = Endings::all();
    let mut dice = 1u32;
    for pasv in &all.of[0] {
        for epsv in &all.of[1] {
            let mut evidence = evidence(0, &[pasv, epsv]);
            while let Some(probe) = planner::next_probes(&Facts::of(&evidence)).first() {
                let Probe::Data(attempt) = *probe else { panic!("{probe:?} is for active mode") };
                let public = Facts::of(&evidence)
                    .tried()
                    .iter()
                    .any(|tried| tried.named().is_some_and(|named| named.ip().to_string() == "203.0.113.99"));
                assert!(attempt.address != Address::Advertised || public, "a private address is dialled");
                assert!(evidence.attempts.len() < planner::MOST_ATTEMPTS);
                dice = dice.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let endings = if attempt.verb == DataVerb::Pasv { &all.of[0] } else { &all.of[1] };
                let mut outcome = endings[(dice >> 8) as usize % endings.len()].outcome.clone();
                outcome.address = attempt.address;
                evidence.attempts.push(outcome);
            }
            assert!(evidence.attempts.len() <= planner::MOST_ATTEMPTS);
            let facts = Facts::of(&evidence);
            hold(&facts, &diagnose(&facts), &format!("{}, then what the planner asked for", pasv.name));
        }
    }
}

#[test]
fn a_private_address_is_asked_for_where_the_user_trusts_it() {
    let all = Endings::all();
    let private = all.of[0].iter().find(|ending| ending.named == "10.0.0.20" && ending.works).expect("such an ending");
    let mut evidence = evidence(0, &[private]);
    assert_eq!(planner::next_probes(&Facts::of(&evidence)), []);
    evidence.asked.trust_pasv_address = true;
    let wanted = Attempt::at(DataVerb::Pasv, Address::Advertised);
    assert_eq!(planner::next_probes(&Facts::of(&evidence)), [wanted.into()]);
}

#[test]
fn the_same_evidence_gives_the_same_diagnosis() {
    let all = Endings::all();
    for (pasv, port) in all.of[0].iter().flat_map(|pasv| all.of[2].iter().map(move |port| (pasv, port))) {
        let evidence = evidence(2, &[pasv, port]);
        let again = evidence.clone();
        let text = |evidence: &Evidence| {
            let facts = Facts::of(evidence);
            let found = diagnose(&facts);
            format!("{:?} {:?} {:?}", found.findings, found.ruled_out, found.verdict)
        };
        assert_eq!(text(&evidence), text(&again));
    }
}

fn check(evidence: &Evidence, endings: &[&Ending]) {
    let facts = Facts::of(evidence);
    let found = diagnose(&facts);
    let names: Vec<&str> = endings.iter().map(|ending| ending.name.as_str()).collect();
    let names = names.join(" | ");
    let works = |mode| endings.iter().any(|ending| ending.works && ending.outcome.verb.mode() == mode);
    let (passive, active) = (works(Mode::Passive), works(Mode::Active));
    assert_eq!((facts.works(Mode::Passive), facts.works(Mode::Active)), (passive, active), "{names}");
    let right = match found.verdict.recommendation {
        Recommendation::Either => passive && active,
        Recommendation::Passive => passive && !active,
        Recommendation::Active => active && !passive,
        Recommendation::None => !passive && !active && facts.control_works(),
        Recommendation::Unknown => !passive && !active,
    };
    assert!(right, "{:?}: {names}", found.verdict);
    let summary = &found.verdict.summary;
    assert!(passive || !summary.starts_with("Use passive"), "{summary}: {names}");
    assert!(active || !summary.starts_with("Use active"), "{summary}: {names}");
    assert!((passive && active) || !summary.starts_with("Both"), "{summary}: {names}");
    hold(&facts, &found, &names);
}

/// What holds for every diagnosis.
fn hold(facts: &Facts, found: &Diagnosis, names: &str) {
    assert_sentence(&found.verdict.summary, names);
    for finding in &found.findings {
        let (id, conclusion) = (finding.rule.id, &finding.conclusion);
        assert_sentence(&conclusion.summary, &format!("{id}: {names}"));
        assert!(!conclusion.cites.is_empty(), "{id} cites nothing: {names}");
        assert!(conclusion.cites.iter().all(|cite| !cite.text.trim().is_empty()), "{id} cites nothing: {names}");
        if conclusion.severity > Severity::Info {
            assert!(!conclusion.fixes.is_empty(), "{id} has no fix: {names}");
        }
        let told = |text: &str| !text.trim().is_empty() && !text.contains("  ");
        assert!(conclusion.fixes.iter().all(|fix| told(&fix.action) && told(&fix.detail)), "{id}: {names}");
    }
    for excluded in &found.ruled_out {
        assert!(!excluded.because.is_empty(), "{} is ruled out by nothing: {names}", excluded.id);
        assert!(!found.fires(excluded.id), "{} fires and is ruled out", excluded.id);
    }
    // What failed is told: some finding cites the failed data connection.
    for tried in facts.tried() {
        // What met the end of a session that another one's refusal ended was not tried either.
        if matches!(tried.failure(), None | Some(Failure::NotTried)) || facts.came_too_late(tried) {
            continue;
        }
        let cited = found
            .findings
            .iter()
            .flat_map(|finding| &finding.conclusion.cites)
            .any(|cite| matches!(cite.place, Some(Place::Attempt(number, _)) if number == tried.index()));
        let ids: Vec<&str> = found.findings.iter().map(|finding| finding.rule.id).collect();
        assert!(cited, "nobody tells of {} {:?}, only {ids:?}: {names}", tried.verb().name(), tried.failure());
    }
}

fn assert_sentence(text: &str, names: &str) {
    let begins = text.chars().next().is_some_and(|c| c.is_uppercase() || c.is_ascii_digit());
    let odd = text.contains("  ") || text.contains("..") || text.contains(" .") || text.contains('\n');
    assert!(
        (begins || text.starts_with("ftp.example")) && text.ends_with('.') && !odd,
        "'{text}' is no sentence: {names}"
    );
}

#[test]
fn a_server_that_hangs_is_no_firewall_and_no_lost_packets() {
    let at_list = include_str!("../fixtures/cases/transfer-stalled/the_server_hangs_at_list.toml");
    let after_150 = include_str!("../fixtures/cases/transfer-stalled/the_server_hangs_after_150.toml");
    for text in [at_list, after_150] {
        let case = Case::from_toml(text).expect("a case");
        let facts = Facts::of(&case.evidence);
        let diagnosis = diagnose(&facts);
        assert!(diagnosis.verdict.confidence < Confidence::High);
        for finding in &diagnosis.findings {
            let Conclusion { side, confidence, summary, fixes, .. } = &finding.conclusion;
            assert_eq!((*side, *confidence), (Side::Unknown, Confidence::Low), "{summary}");
            assert!(summary.contains("hang"), "{summary}");
            assert!(!fixes.iter().any(|fix| fix.action.contains("ICMP")), "{summary}");
        }
        assert_eq!(planner::next_probes(&facts), []);
    }
    // Without the repetition it is asked for where 150 came alone.
    let asks_again = |text: &str| {
        let mut evidence = Case::from_toml(text).expect("a case").evidence;
        evidence.attempts.retain(|attempt| attempt.load == Load::Usual);
        let facts = Facts::of(&evidence);
        !planner::next_probes(&facts).is_empty()
    };
    assert_eq!([at_list, after_150].map(asks_again), [false, true]);
    // A listing that came over another data connection, and fits one packet, was not lost for its size.
    let mut evidence = Case::from_toml(after_150).expect("a case").evidence;
    evidence.attempts.retain(|attempt| attempt.load == Load::Usual);
    let mended = evidence.attempts.iter_mut().rfind(|attempt| attempt.verb == DataVerb::Port).expect("PORT");
    mended.events.pop();
    let end = ["accepted 198.51.100.10:40000 203.0.113.200:20", "received 33", "end-of-file", "< 226 done"];
    mended.events.extend(end.map(|what| format!("20000 {what}").parse::<Event>().expect("an event")));
    let facts = Facts::of(&evidence);
    assert_eq!(planner::next_probes(&facts), []);
    let diagnosis = diagnose(&facts);
    let stalled = diagnosis.findings.iter().find(|finding| finding.rule.id == "transfer-stalled").expect("it stalls");
    assert!(stalled.conclusion.summary.contains("fits one small packet"), "{}", stalled.conclusion.summary);
}
