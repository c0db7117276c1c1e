//! Who is at the other end of a data connection, and what a server says of one that it never had.

#[path = "support/checked.rs"]
mod checked;
#[path = "support/scripted.rs"]
mod scripted;

use checked::check_of;
use ftpmode::clients;
use ftpmode::diagnosis::diagnose;
use ftpmode::diagnosis::rule::{Confidence, Severity, Side};
use ftpmode::diagnosis::verdict::Recommendation;
use ftpmode::evidence::Evidence;
use ftpmode::evidence::attempt::{DataVerb, Mode};
use ftpmode::evidence::case::Case;
use ftpmode::evidence::facts::{Cause, Direction, Facts, Failure};
use ftpmode::evidence::sweep::{Answer, TtlProbe};
use ftpmode::report::Report;
use scripted::{Scripted, Step::*, say};

const TAKEN: &str =
    include_str!("../fixtures/cases/transparent-proxy/takes_passive_connections_at_the_first_router.toml");
const HELD: &str =
    include_str!("../fixtures/cases/transparent-proxy/holds_passive_connections_at_the_first_router.toml");
const GIVEN_UP: &str =
    include_str!("../fixtures/cases/transparent-proxy/holds_passive_connections_until_the_server_gives_up.toml");
const PORTS_HELD: &str =
    include_str!("../fixtures/cases/passive-ports-exhausted/held_by_connections_of_this_check.toml");
const UNDER_TLS: &str = include_str!("../fixtures/cases/transparent-proxy/takes_passive_connections_under_tls.toml");

/// It ends the session over what it could not do, and the next command, which was on its way, with it.
#[test]
fn what_came_too_late_for_a_session_that_ended_behind_425_is_asked_again() {
    let healthy = || [Join, Send(b"x\r\n".to_vec()), CloseData, say("226 done\r\n")];
    let server = Scripted::new()
        .on("LIST", healthy())
        .on("LIST", healthy())
        .on("LIST", [say("425 no\r\n"), Await("EPRT"), Close])
        .on("LIST", healthy())
        .start();
    let evidence = check_of(server.address());
    let heard = server.finish();
    let facts = Facts::of(&evidence);
    let came = |verb| facts.tried_with(verb).map(|tried| tried.cause()).collect::<Vec<_>>();
    assert_eq!(came(DataVerb::Port), [Some(Cause::Refused)], "{evidence:#?}");
    assert_eq!(came(DataVerb::Eprt), [None], "{evidence:#?}");
    assert_eq!(heard.connections.len(), 2);
    let found = diagnose(&facts);
    assert!(!found.fires("control-connection-altered") && !found.fires("control-idle-dropped"), "{:?}", found.findings);
}

/// Its next command was on its way: it says nothing of that command, which another session answers.
#[test]
fn a_server_that_ends_the_session_with_each_transfer_alters_nothing() {
    let server =
        Scripted::new().on("LIST", [Join, Send(b"x\r\n".to_vec()), CloseData, say("226 done\r\n"), Close]).start();
    let evidence = check_of(server.address());
    server.finish();
    let facts = Facts::of(&evidence);
    for verb in [DataVerb::Pasv, DataVerb::Epsv, DataVerb::Port, DataVerb::Eprt] {
        assert!(facts.tried_with(verb).any(|tried| tried.works()), "{verb:?}: {evidence:#?}");
    }
    let found = diagnose(&facts);
    assert!(!found.fires("control-connection-altered"), "{:?}", found.findings);
}

/// What the server says once its connection was closed for its address answers that, be it 425 or 226.
#[test]
fn what_is_said_behind_a_connection_that_was_turned_away_blames_nobody_else() {
    let healthy = || [Join, CloseData, say("226 done\r\n")];
    for answer in ["425 Connection reset by peer\r\n", "426 Broken pipe\r\n", "150 here\r\n226 done\r\n"] {
        let server = Scripted::new()
            .on("LIST", healthy())
            .on("LIST", healthy())
            .on("LIST", [DialFrom("127.0.0.9"), say(answer)])
            .start();
        let evidence = check_of(server.address());
        server.finish();
        let facts = Facts::of(&evidence);
        let active: Vec<_> = facts.tried_in(Mode::Active).map(|tried| tried.failure()).collect();
        assert_eq!(active, [Some(Failure::CallbackForeign); 2], "{answer}: {evidence:#?}");
        let found = diagnose(&facts);
        let serious: Vec<&str> = found.findings.iter().map(|finding| finding.rule.id).collect();
        assert_eq!(serious, ["active-callback-foreign"], "{answer}");
    }
}

/// Who takes connections and holds them, or ends them in the handshake, is told apart from the server by its distance alone.
/// Without that both are left open.
#[test]
fn where_no_distance_is_known_a_connection_that_is_held_may_be_anothers() {
    for (case, id, says) in [
        (HELD, "transfer-stalled", "It serves other transfers, so it hardly hangs: more likely somebody else took"),
        (UNDER_TLS, "data-tls-failed", "so it may never have had them"),
    ] {
        let mut evidence = Case::from_toml(case).expect("a case").evidence;
        let facts = Facts::of(&evidence);
        let found = diagnose(&facts);
        assert!(found.fires("transparent-proxy") && !found.fires(id), "{id}");
        assert_eq!(facts.direction(Mode::Passive), Direction::Blocked, "{id}: no way to the server was seen");
        evidence.sweeps.clear();
        let found = diagnose(&Facts::of(&evidence));
        assert!(!found.fires("transparent-proxy"), "{id}");
        let finding = found.findings.iter().find(|finding| finding.rule.id == id).expect("it fires");
        let conclusion = &finding.conclusion;
        assert_eq!((conclusion.side, conclusion.confidence), (Side::Unknown, Confidence::Low), "{id}");
        assert!(conclusion.summary.contains(says), "{}", conclusion.summary);
        let lead = "See that the passive ports lead to the FTP server itself";
        assert!(conclusion.fixes.iter().any(|fix| fix.action == lead), "{:?}", conclusion.fixes);
    }
}

/// As far away as the control port it is the server's side, from nobody knows where nobody's, and always somebody else.
#[test]
fn who_takes_passive_connections_is_placed_by_its_distance() {
    let taken = |change: &dyn Fn(&mut Evidence)| {
        let mut evidence = Case::from_toml(TAKEN).expect("a case").evidence;
        change(&mut evidence);
        let found = diagnose(&Facts::of(&evidence));
        assert!(!found.fires("control-idle-dropped") && !found.fires("transfer-failed"), "{:?}", found.findings);
        let finding = found.findings.into_iter().find(|finding| finding.rule.id == "transparent-proxy");
        finding.map(|finding| (finding.conclusion.side, finding.conclusion.summary)).expect("it fires")
    };
    let let_in_at = |at: u8| {
        let (side, summary) = taken(&|evidence| {
            let sweep = evidence.sweeps.iter_mut().find(|sweep| sweep.of.is_passive()).expect("a sweep");
            let probe = sweep.probes[0];
            sweep.probes = vec![TtlProbe { ttl: at, answer: Answer::Connected, ..probe }];
        });
        assert!(summary.contains("somebody else than the FTP server"), "{summary}");
        side
    };
    let sides = [1, 3, 5, 6].map(let_in_at);
    assert_eq!(sides, [Side::Client, Side::Network, Side::Server, Side::Server]);
    let (side, summary) = taken(&|evidence| evidence.sweeps.clear());
    assert!(side == Side::Unknown && summary.contains("can't be seen from here"), "{summary}");
}

/// No client gets a listing where nobody serves it: not even one that takes the connection's end for the listing's.
#[test]
fn no_client_is_promised_a_listing_that_nobody_serves() {
    let mut evidence = Case::from_toml(TAKEN).expect("a case").evidence;
    evidence.attempts.retain(|outcome| outcome.verb.mode() == Mode::Passive);
    let facts = Facts::of(&evidence);
    let found = diagnose(&facts);
    assert_eq!(found.verdict.recommendation, Recommendation::None);
    for (client, outlook) in clients::outlooks(&facts) {
        assert_ne!(outlook.works, Some(true), "{}: {}", client.id, outlook.why);
    }
}

/// A server that comes to speak after seconds never had the connection that was taken.
#[test]
fn what_the_server_says_late_is_of_a_connection_that_it_never_had() {
    let failures = |reply: &str, later: f64| {
        let mut evidence = Case::from_toml(TAKEN).expect("a case").evidence;
        let outcome = evidence.attempts.iter_mut().find(|outcome| !outcome.set_aside).expect("a data connection");
        outcome.events.pop();
        let end = outcome.events.last().expect("an end").at_ms;
        outcome.events.push(format!("{} < {reply}", end + later).parse().expect("an event"));
        Facts::of(&evidence).tried()[0].failure()
    };
    for late in ["425 Failed to establish connection.", "421 Passive data channel timed out.", "426 No."] {
        assert_eq!(failures(late, 5_000.0), Some(Failure::NeverServed), "{late}");
        assert_ne!(failures(late, 10.0), Some(Failure::NeverServed), "{late}");
    }
    let told = "425 Security: Bad IP connecting.";
    assert_ne!(failures(told, 5_000.0), Some(Failure::NeverServed));
}

/// What was held open did not end, and what the server said late it said.
#[test]
fn what_becomes_of_a_taken_connection_is_told_as_it_was_seen() {
    let told = |evidence: &Evidence| {
        let report = Report::of(evidence);
        let passive = report.judged().filter(|attempt| attempt.mode == Mode::Passive);
        let causes: Vec<Option<Cause>> = passive.map(|attempt| attempt.cause).collect();
        let why = report.forecast.iter().find(|forecast| forecast.client == "filezilla").expect("it").why.clone();
        (causes, report.verdict.summary, report.findings[0].summary.clone(), why)
    };
    let mut evidence = Case::from_toml(GIVEN_UP).expect("a case").evidence;
    for (cause, so, finding) in [
        (Cause::Stalled, "the data connection is made, but nothing comes over it", "stays open and carries nothing"),
        (Cause::Closed, "the data connection ends without a byte", "ends without a byte"),
    ] {
        let (causes, verdict, found, why) = told(&evidence);
        assert_eq!(causes, [Some(cause); 2]);
        assert!(verdict.contains(&format!("{so}, and the server gives the transfer up after seconds")), "{verdict}");
        let finding = format!("each {finding}, and the server gives up after seconds, as if it got no connection");
        assert!(found.contains(&finding), "{found}");
        assert!(why.contains("the server gives the listing up after seconds"), "{why}");
        for outcome in evidence.attempts.iter_mut().filter(|outcome| outcome.verb.mode() == Mode::Passive) {
            let refused = outcome.events.pop().expect("a refusal");
            let end = format!("{} end-of-file", outcome.events.last().expect("a connection").at_ms + 0.5);
            outcome.events.extend([end.parse().expect("an event"), refused]);
        }
    }
    let letter = Report::of(&Case::from_toml(GIVEN_UP).expect("a case").evidence).verdict.handover.expect("a letter");
    assert!(letter.text.contains("“425 Cannot open data connection.”"), "{}", letter.text);
    let (causes, verdict, found, _) = told(&Case::from_toml(TAKEN).expect("a case").evidence);
    assert_eq!(causes, [Some(Cause::Closed); 2]);
    assert!(verdict.contains("ends without a byte, and the server says nothing of a transfer"), "{verdict}");
    assert!(found.contains("each ends without a byte, while the server says nothing of a transfer"), "{found}");
}

/// What a session says that broke down for want of a port is told of no method.
#[test]
fn ports_that_this_check_itself_has_taken_are_told_as_a_small_range() {
    let found = diagnose(&Facts::of(&Case::from_toml(PORTS_HELD).expect("a case").evidence));
    assert!(found.verdict.summary.starts_with("Use active mode: it works,"), "{}", found.verdict.summary);
    let exhausted = found.findings.iter().find(|finding| finding.rule.id == "passive-ports-exhausted");
    let conclusion = &exhausted.expect("it fires").conclusion;
    assert!(conclusion.severity == Severity::Info && conclusion.summary.contains("of this check"), "{conclusion:?}");
}

/// What was listed over one data connection and refused over the next is no matter of folder or rights.
#[test]
fn a_listing_that_is_refused_now_and_then_sends_nobody_to_another_folder() {
    let listed = [Join, say("150 Here.\r\n"), SendBytes(100), CloseData, say("226 Done.\r\n")];
    let refused = [Join, say("150 Here.\r\n"), CloseData, say("451 Local error.\r\n")];
    let server = Scripted::new().on("LIST", listed).on("LIST", refused).start();
    let evidence = check_of(server.address());
    server.finish();
    let found = diagnose(&Facts::of(&evidence));
    let refused = found.findings.iter().find(|finding| finding.rule.id == "listing-refused").expect("it fires");
    let conclusion = &refused.conclusion;
    assert_eq!((conclusion.side, conclusion.severity), (Side::Server, Severity::Warning));
    assert!(conclusion.summary.contains("now and then"), "{}", conclusion.summary);
    assert!(conclusion.fixes.iter().all(|fix| fix.side == Side::Server), "{:?}", conclusion.fixes);
}
