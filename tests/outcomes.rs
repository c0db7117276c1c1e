//! Every way that data connections can end, in combination: what the diagnosis says must hold whatever it meets.
//!
//! The timelines are written as the engine writes them. Each of the four methods gets each of its endings, beside each
//! ending of its sister and a choice of endings of the other mode, with several servers and with and without NAT.

use ftpmode::diagnosis::rule::{Conclusion, Confidence, Match, Severity, Side};
use ftpmode::diagnosis::verdict::Recommendation;
use ftpmode::diagnosis::{Diagnosis, diagnose, planner, rules};
use ftpmode::evidence::attempt::{Address, Attempt, DataVerb, Load, Mode, Probe};
use ftpmode::evidence::case::Case;
use ftpmode::evidence::facts::{Facts, Failure, Place};
use ftpmode::evidence::security::{Protection, Security};
use ftpmode::evidence::timeline::Event;
use ftpmode::evidence::{Control, Evidence, Outcome, TargetAsked};

const LOCAL: &str = "192.168.1.10";
const SERVER: &str = "198.18.0.20";

/// How a passive data connection ends: a name, and the events behind the command. `works` begins those that work.
const PASSIVE: &[(&str, &[&str])] = &[
    ("works", &["AGREED", "> LIST", "JOINED", "< 150 Here it comes.", "received 134", "end-of-file", "< 226 Done."]),
    (
        "works, empty",
        &["AGREED", "> LIST", "JOINED", "< 150 Here it comes.", "received 0", "end-of-file", "< 226 Done."],
    ),
    ("works, enough", &["AGREED", "> LIST", "JOINED", "< 150 Here it comes.", "received 2000000", "enough"]),
    ("refused", &["AGREED", "refused"]),
    ("refused, and lets the next in", &["AGREED", "refused", "let-in 2"]),
    ("refused again", &["AGREED", "refused", "refused-again 4"]),
    ("dropped", &["AGREED", "silent connect 3600"]),
    ("dropped, and the server speaks first", &["AGREED", "> LIST", "LATE < 425 Failed to establish connection."]),
    ("unreachable by a router", &["AGREED", "unreachable admin-prohibited 203.0.113.1"]),
    ("unreachable by the server", &["AGREED", "unreachable port-unreachable 198.18.0.20"]),
    ("no route", &["AGREED", "unreachable no-route"]),
    ("rejected", &["< 500 What?"]),
    ("disabled", &["< 550 Permission denied."]),
    ("wants TLS", &["< 550 SSL/TLS required on the control channel"]),
    ("no port", &["< 425 All reserved TCP ports are busy"]),
    ("no port, unsaid", &["< 425 Can't open data connection."]),
    ("wants PRET", &["< 500 Use PRET first"]),
    ("session ended", &["< 421 Timeout."]),
    ("unreadable", &["< 227 Hello.", "unreadable it has no six numbers separated by commas"]),
    ("nonsense", &["? a line without a reply code | hello", "silent reply 10000"]),
    ("odd code", &["< 300 Hm."]),
    ("unanswered", &["silent reply 10000"]),
    ("cut at the command", &["control-reset"]),
    ("foreign source", &["AGREED", "> LIST", "JOINED", "< 425 Security: Bad IP connecting."]),
    ("wants PROT P", &["AGREED", "> LIST", "JOINED", "< 522 Data connections must be encrypted."]),
    ("listing refused", &["AGREED", "> LIST", "JOINED", "< 550 No such file."]),
    ("transfer refused", &["AGREED", "> LIST", "JOINED", "< 426 No."]),
    ("stalled", &["AGREED", "> LIST", "JOINED", "< 150 Here it comes.", "silent bytes 10000"]),
    ("unconfirmed", &["AGREED", "> LIST", "JOINED", "received 134", "end-of-file", "silent reply 10000"]),
    ("taken by another", &["AGREED", "> LIST", "JOINED", "received 0", "end-of-file", "silent reply 10000"]),
    ("reset by another", &["AGREED", "> LIST", "received 0", "reset", "silent reply 10000"]),
    ("taken by another, said late", &["AGREED", "> LIST", "JOINED", "received 0", "end-of-file", "LATE < 425 No."]),
    ("announced", &["AGREED", "> LIST", "JOINED", "< 150 Go.", "received 0", "end-of-file", "LATE < 425 No."]),
    ("announced and held", &["AGREED", "> LIST", "JOINED", "< 150 Go.", "LATE < 425 No."]),
    ("given up with its connection", &["AGREED", "> LIST", "JOINED", "< 150 Go.", "LATE < 425 No.", "end-of-file"]),
    ("announced, and no more", &["AGREED", "> LIST", "JOINED", "< 150 Go.", "end-of-file", "silent reply 10000"]),
    ("control lost", &["AGREED", "> LIST", "JOINED", "received 134", "control-closed"]),
    ("reset", &["AGREED", "> LIST", "JOINED", "received 20", "reset"]),
    ("226 and no connection", &["AGREED", "> LIST", "< 226 Done."]),
    ("failed here", &["AGREED", "failed no port is free"]),
    ("cut short", &["AGREED", "cut-short"]),
    ("nothing came of it", &[]),
];

const ACTIVE: &[(&str, &[&str])] = &[
    ("works", &["< 200 Ok.", "> LIST", "JOINED", "< 150 Here it comes.", "received 134", "end-of-file", "< 226 Done."]),
    (
        "works, joined first",
        &["JOINED", "< 200 Ok.", "> LIST", "< 125 Go.", "received 134", "end-of-file", "< 226 Done."],
    ),
    ("works, empty", &["< 200 Ok.", "> LIST", "JOINED", "received 0", "end-of-file", "< 226 Done."]),
    ("no callback", &["< 200 Ok.", "> LIST", "silent callback 3600"]),
    ("no callback and no answer", &["silent reply 3600", "silent callback 3600"]),
    ("a stranger", &["< 200 Ok.", "> LIST", "stranger 198.18.0.77:20", "silent callback 3600"]),
    ("a stranger, and 425", &["< 200 Ok.", "> LIST", "stranger 198.18.0.77:20", "< 425 Connection reset by peer"]),
    ("a stranger, and 226", &["< 200 Ok.", "> LIST", "stranger 198.18.0.77:20", "< 150 Here.", "< 226 Done."]),
    (
        "a stranger, then the server",
        &["< 200 Ok.", "> LIST", "stranger 198.18.0.77:20", "JOINED", "received 9", "end-of-file", "< 226 Done."],
    ),
    ("refused", &["< 200 Ok.", "> LIST", "< 425 Unable to build data connection: Connection refused"]),
    ("timed out", &["< 200 Ok.", "> LIST", "< 425 Unable to build data connection: Connection timed out"]),
    ("no route", &["< 200 Ok.", "> LIST", "< 425 Unable to build data connection: No route to host"]),
    ("425 at once", &["< 200 Ok.", "> LIST", "< 425 Failed to establish connection."]),
    ("425 late", &["< 200 Ok.", "> LIST", "LATE < 425 Failed to establish connection."]),
    ("425 to PORT", &["< 425 Can't open data connection."]),
    ("pyftpdlib's 425", &["< 425 Can't connect to specified address."]),
    ("address rejected", &["< 500 Illegal PORT command."]),
    ("address rejected, ours named", &["< 500 I won't open a connection to 192.168.1.10 (only to 203.0.113.2)"]),
    ("address rejected, another named", &["< 500 I won't open a connection to 203.0.113.9 (only to 203.0.113.2)"]),
    ("rejected", &["< 500 What?"]),
    ("disabled", &["< 550 Permission denied."]),
    ("disabled with 220", &["< 220 Active mode is disabled"]),
    ("session ended", &["< 421 Too many connections."]),
    ("cut at the command", &["control-closed"]),
    ("wants PROT P", &["< 200 Ok.", "> LIST", "< 522 Data connections must be encrypted."]),
    ("listing refused", &["< 200 Ok.", "> LIST", "< 450 No such file."]),
    ("stalled", &["< 200 Ok.", "> LIST", "JOINED", "silent bytes 10000"]),
    ("unconfirmed", &["< 200 Ok.", "> LIST", "JOINED", "received 134", "end-of-file", "silent reply 10000"]),
    ("reset", &["< 200 Ok.", "> LIST", "JOINED", "reset"]),
    ("given up", &["< 200 Ok.", "> LIST", "JOINED", "< 150 Go.", "LATE < 425 No."]),
    ("226 and no connection", &["< 200 Ok.", "> LIST", "< 226 Done."]),
    ("odd code", &["< 300 Hm."]),
    ("failed here", &["failed listen: no port is free"]),
];

/// How a data connection ends under TLS, in either mode, behind the server's agreement.
const UNDER_TLS: &[(&str, &[&str])] = &[
    (
        "works under TLS",
        &["JOINED", "secured TLSv1.3 resumed", "< 150 Go.", "received 134", "end-of-file", "< 226 Done."],
    ),
    ("TLS broken, and said", &["JOINED", "tls-failed alert HandshakeFailure", "< 425 TLS failed."]),
    ("TLS cut off", &["JOINED", "tls-failed closed "]),
    ("TLS cut off, confirmed all the same", &["JOINED", "tls-failed reset ", "< 226 Done."]),
    ("no handshake", &["JOINED", "silent handshake 10000"]),
    ("cut in a record", &["JOINED", "secured TLSv1.3 resumed", "received 10", "tls-failed cut-record "]),
    ("plain in the place of TLS", &["JOINED", "tls-failed not-tls 500 OOPS: no", "control-closed"]),
    (
        "session wanted",
        &[
            "JOINED",
            "secured TLSv1.3 new",
            "received 0",
            "end-of-file",
            "< 425 Unable to build data connection: Operation not permitted",
        ],
    ),
    (
        "session wanted, vsftpd",
        &["JOINED", "secured TLSv1.3 new", "end-of-file", "< 522 SSL connection failed: session reuse required"],
    ),
];

/// Endings that stand for the others, beside which all others are tried.
const FEW: &[&str] = &["works", "refused", "rejected", "no callback", "dropped", "stalled", "failed here"];

/// What 227 names: the server's own address, a private one, another public one.
const NAMED: &[&str] = &[SERVER, "10.0.0.20", "203.0.113.99"];

/// The greeting, and what STAT says, for each kind of control connection.
const SERVERS: &[(&str, &str)] = &[
    ("220 (vsFTPd 3.0.3)", "211-Status\n Connected to 203.0.113.2\n vsFTPd 3.0.3 - secure\n211 End"),
    ("220 (vsFTPd 3.0.3)", "211-Status\n Connected to 192.168.1.10\n vsFTPd 3.0.3 - secure\n211 End"),
    ("220 ProFTPD Server (x) [10.0.0.20]", "211-Status\n Connected from 203.0.113.2 (203.0.113.2)\n211 End"),
    ("220 pyftpdlib 1.5.7 ready.", "211-Status\n Connected to: 198.18.0.20:21\n211 End"),
    ("220 Welcome.", "500 What?"),
];

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

/// The same, encrypted.
fn under_tls(mut evidence: Evidence) -> Evidence {
    for control in &mut evidence.controls {
        control.security = Security::ExplicitTls;
        let handshake = ["2.03 > AUTH TLS", "2.04 < 234 Go on.", "2.05 secured TLSv1.3 new"];
        control.events.splice(1..1, handshake.map(|line| line.parse().expect("an event")));
    }
    evidence.attempts.iter_mut().for_each(|outcome| outcome.protection = Protection::Private);
    evidence
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

/// An ending of one method.
struct Ending {
    name: String,
    named: &'static str,
    works: bool,
    outcome: Outcome,
}

impl Ending {
    fn is_one_of(&self, names: &[&str]) -> bool {
        self.named == SERVER && names.iter().any(|name| self.name.ends_with(&format!(": {name}")))
    }
}

/// The endings of each verb, in the order PASV, EPSV, PORT, EPRT.
struct Endings {
    of: [Vec<Ending>; 4],
}

impl Endings {
    fn all() -> Self {
        let of = DataVerb::ALL.map(|verb| {
            let (table, named) = match verb {
                DataVerb::Pasv => (PASSIVE, NAMED),
                DataVerb::Epsv => (PASSIVE, &NAMED[..1]),
                DataVerb::Port | DataVerb::Eprt => (ACTIVE, &NAMED[..1]),
            };
            let endings =
                named.iter().flat_map(|named| table.iter().map(|(name, events)| ending(verb, named, name, events)));
            // What never names an address is the same whatever would have been named.
            endings.filter(|ending| ending.named == SERVER || ending.outcome.events.len() > 3).collect()
        });
        Self { of }
    }
}

fn ending(verb: DataVerb, named: &'static str, name: &str, events: &[&str]) -> Ending {
    let mut at = 0.0;
    let mut lines: Vec<String> = Vec::new();
    let mut add = |line: &str, took: f64| {
        at += took;
        lines.push(format!("{at:.1} {line}"));
    };
    match verb.mode() {
        Mode::Passive => add(&format!("> {}", verb.name()), 0.4),
        Mode::Active => {
            add(&format!("listening {LOCAL}:51210"), 0.1);
            add(&format!("named {LOCAL}:51210"), 0.0);
            let argument = if verb == DataVerb::Port { "192,168,1,10,200,10" } else { "|1|192.168.1.10|51210|" };
            add(&format!("> {} {argument}", verb.name()), 0.1);
        }
    }
    for event in events {
        match *event {
            "AGREED" if verb == DataVerb::Pasv => {
                add(&format!("< 227 Entering Passive Mode ({},156,74).", named.replace('.', ",")), 0.4);
                add(&format!("named {named}:40010"), 0.0);
                add(&format!("dialled {SERVER}:40010"), 0.1);
            }
            "AGREED" => {
                add("< 229 Entering Extended Passive Mode (|||40020|)", 0.4);
                add(&format!("named {SERVER}:40020"), 0.0);
                add(&format!("dialled {SERVER}:40020"), 0.1);
            }
            "JOINED" if verb.mode() == Mode::Passive => add(&format!("connected {LOCAL}:40777 {SERVER}:40010"), 0.5),
            "JOINED" => add(&format!("accepted {LOCAL}:51210 {SERVER}:20"), 0.5),
            line => match line.strip_prefix("LATE ") {
                Some(late) => add(late, 20_000.0),
                None => add(line, if line.starts_with("silent") { 3600.0 } else { 0.4 }),
            },
        }
    }
    let events = lines.iter().map(|line| line.parse::<Event>().unwrap_or_else(|why| panic!("{why}"))).collect();
    let outcome = Outcome {
        verb,
        address: Attempt::usual(verb).address,
        load: Load::Usual,
        protection: Protection::Plain,
        control: 0,
        set_aside: false,
        events,
    };
    let works = name.starts_with("works") || name == "a stranger, then the server";
    Ending { name: format!("{} naming {named}: {name}", verb.name()), named, works, outcome }
}

fn evidence(server: usize, endings: &[&Ending]) -> Evidence {
    let (greeting, status) = SERVERS[server];
    let lines = [
        format!("2.0 < {greeting}"),
        "2.1 > USER anonymous".into(),
        "2.2 > PASS ****".into(),
        "2.2 > STAT".into(),
        "2.5 < 331 Password, please.".into(),
        "2.7 < 230 Welcome.".into(),
        format!("2.9 < {status}"),
    ];
    let control = Control {
        local: format!("{LOCAL}:51000").parse().expect("an endpoint"),
        peer: format!("{SERVER}:21").parse().expect("an endpoint"),
        connect_ms: 1.0,
        security: Security::Plain,
        certificate: None,
        client: None,
        events: lines.iter().map(|line| line.parse().unwrap_or_else(|why| panic!("{why}"))).collect(),
    };
    Evidence {
        target: TargetAsked { input: "ftp.example.com".into(), host: "ftp.example.com".into(), port: 21 },
        controls: vec![control],
        attempts: endings.iter().map(|ending| ending.outcome.clone()).collect(),
        ..Evidence::default()
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
