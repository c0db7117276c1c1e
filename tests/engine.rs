//! The engine against servers that do what a real one can't be made to do: split and late replies, wrong codes,
//! silence, strangers. What is on record, and what the server heard, are what a report rests on.

#[path = "support/checked.rs"]
mod checked;
#[path = "support/scripted.rs"]
mod scripted;

use std::time::{Duration, Instant};

use checked::{check_of, checked, request};
use ftpmode::check::Request;
use ftpmode::diagnosis::diagnose;
use ftpmode::engine::Login;
use ftpmode::evidence::attempt::{DataVerb, Mode};
use ftpmode::evidence::facts::{Cause, Facts, Login as LoginSeen};
use ftpmode::evidence::fragment::Fate;
use ftpmode::evidence::target::Secret;
use ftpmode::evidence::timeline::{Event, What};
use ftpmode::evidence::{CutShort, Evidence, Outcome};
use scripted::{Scripted, Step::*, say};

/// Each data connection's verb and cause; `None` is one that works.
fn outcomes(evidence: &Evidence) -> Vec<(DataVerb, Option<Cause>)> {
    Facts::of(evidence).tried().iter().map(|tried| (tried.verb(), tried.cause())).collect()
}

/// What all data connections with this verb came to.
fn outcome(evidence: &Evidence, verb: DataVerb) -> Option<Cause> {
    let found: Vec<_> = outcomes(evidence).into_iter().filter(|(of, _)| *of == verb).collect();
    assert_eq!(found.len(), 1, "{found:?}");
    found[0].1
}

/// Every verb, however often: what comes slowly is asked for twice, in whatever order.
fn assert_all_work(evidence: &Evidence) {
    let outcomes = outcomes(evidence);
    for verb in DataVerb::ALL {
        assert!(outcomes.contains(&(verb, None)), "{verb:?}: {evidence:#?}");
    }
    assert!(outcomes.iter().all(|(_, cause)| cause.is_none()), "{evidence:#?}");
}

#[test]
fn a_healthy_server_is_checked_on_one_control_connection() {
    let server = Scripted::new().start();
    let evidence = check_of(server.address());
    let heard = server.finish();
    assert_all_work(&evidence);
    assert_eq!(heard.connections.len(), 1);
    assert!(heard.said_goodbye());
}

#[test]
fn over_ipv6_only_the_extended_methods_are_tried() {
    let server = Scripted::new().listen("[::1]:0").start();
    let evidence = check_of(server.address());
    assert_eq!(outcomes(&evidence), [(DataVerb::Epsv, None), (DataVerb::Eprt, None)]);
    assert_eq!(server.finish().count("PASV"), 0);
}

#[test]
fn replies_cut_anywhere_and_without_cr_are_read() {
    let pieces = |text: &str| Pieces(text.chars().map(String::from).collect());
    let server = Scripted::new()
        .greet([pieces("220-hel\n220 lo\n")])
        .on("SYST", [pieces("215 UNIX\n")])
        .on("PASV", [say("227 ok ({host-port})\n")])
        .on("EPSV", [say("229-x\n220 inside\n229 (|||{port}|)\n")])
        .start();
    let evidence = check_of(server.address());
    server.finish();
    assert_all_work(&evidence);
}

#[test]
fn a_late_150_and_none_at_all_work() {
    let server = Scripted::new()
        .on("LIST", [Join, Send(b"x\r\n".to_vec()), CloseData, say("150 now\r\n226 done\r\n")])
        .on("LIST", [Join, Send(b"x\r\n".to_vec()), CloseData, say("226 done\r\n")])
        .start();
    let evidence = check_of(server.address());
    server.finish();
    assert_all_work(&evidence);
}

#[test]
fn an_empty_listing_that_is_confirmed_works() {
    let server = Scripted::new().on("LIST", [say("150 here\r\n"), Join, CloseData, say("226 done\r\n")]).start();
    let evidence = check_of(server.address());
    server.finish();
    assert_all_work(&evidence);
    assert!(Facts::of(&evidence).tried().iter().all(|tried| tried.bytes() == 0));
}

#[test]
fn bytes_without_the_closing_reply_do_not_work() {
    let server =
        Scripted::new().on("LIST", [Join, Send(b"x\r\n".to_vec()), CloseData, say("451 local error\r\n")]).start();
    let evidence = check_of(server.address());
    server.finish();
    assert!(outcomes(&evidence).iter().all(|(_, cause)| *cause == Some(Cause::Rejected)), "{evidence:#?}");
}

#[test]
fn a_server_that_ends_its_connection_with_its_refusal_is_seen_to() {
    let read_first = Pieces(vec!["425 no\r\n".into()]);
    let server = Scripted::new().on("LIST", [say("150 here\r\n"), Join, read_first, CloseData]).start();
    let evidence = check_of(server.address());
    server.finish();
    let passive = |outcome: &&Outcome| outcome.verb.mode() == Mode::Passive;
    let ended = |outcome: &Outcome| outcome.events.iter().any(|event| event.what == What::EndOfFile);
    assert!(evidence.attempts.iter().filter(passive).any(ended), "{evidence:#?}");
}

#[test]
fn after_a_refused_port_no_transfer_command_is_sent() {
    let server = Scripted::new().reply("PORT", "500 Illegal PORT command.").reply("EPRT", "500 no").start();
    let evidence = check_of(server.address());
    let heard = server.finish();
    assert_eq!(outcome(&evidence, DataVerb::Port), Some(Cause::Rejected));
    assert_eq!(outcome(&evidence, DataVerb::Eprt), Some(Cause::Rejected));
    let verbs = heard.verbs();
    let after: Vec<_> = verbs.iter().skip_while(|verb| **verb != "PORT").collect();
    assert_eq!(after, [&"PORT", &"EPRT", &"QUIT"]);
}

#[test]
fn a_port_that_arrived_as_another_shows_a_helper_though_the_address_is_kept() {
    // 127.0.0.1:20001: below every port that the system hands out.
    let in_letters = "200 PORT accepted. In letters: bchkakakblcaaab.";
    let server = Scripted::new().reply("PORT", in_letters).start();
    let evidence = check_of(server.address());
    server.finish();
    let facts = Facts::of(&evidence);
    assert!(
        facts.helper().seen().is_some_and(|cites| cites.iter().any(|cite| cite.text.contains("PORT named 127.0.0.1:")))
    );
    assert_eq!(facts.port_arrived_unchanged(), None);
}

#[test]
fn a_callback_from_a_stranger_does_not_count_and_the_servers_does() {
    let server = Scripted::new()
        .on("LIST", [Join, CloseData, say("226 done\r\n")])
        .on("LIST", [Join, CloseData, say("226 done\r\n")])
        .on("LIST", [DialFrom("127.0.0.9"), Dial, Send(b"x".to_vec()), CloseData, say("226 done\r\n")])
        .start();
    let evidence = check_of(server.address());
    server.finish();
    assert_all_work(&evidence);
    let facts = Facts::of(&evidence);
    let strangers: Vec<_> = facts.tried_in(Mode::Active).flat_map(|tried| tried.strangers()).collect();
    assert_eq!(strangers.len(), 2);
    assert!(strangers.iter().all(|(peer, _)| peer.ip().to_string() == "127.0.0.9"));
}

#[test]
fn a_private_address_in_227_is_recorded_and_not_dialled() {
    let server = Scripted::new().on("PASV", [say("227 ok (10,0,0,20,{p1},{p2})\r\n")]).start();
    let evidence = check_of(server.address());
    server.finish();
    assert_all_work(&evidence);
    let facts = Facts::of(&evidence);
    let pasv = facts.tried_with(DataVerb::Pasv).next().expect("it was tried");
    assert_eq!(pasv.named().map(|named| named.ip().to_string()).as_deref(), Some("10.0.0.20"));
    assert_eq!(pasv.dialled().map(|dialled| dialled.ip().to_string()).as_deref(), Some("127.0.0.1"));
}

#[test]
fn two_silent_directions_cost_one_wait() {
    let silence = Duration::from_secs(1);
    let server = Scripted::new()
        .on("PASV", [SilentPort, say("227 ok ({host-port})\r\n")])
        .on("EPSV", [SilentPort, say("229 (|||{port}|)\r\n")])
        .on("LIST", [Hush])
        .start();
    let mut wanted = request(server.address());
    wanted.settings.timeout = Some(silence);
    let begun = Instant::now();
    let evidence = checked(wanted);
    let took = begun.elapsed();
    server.finish();
    let dropped: Vec<_> = DataVerb::ALL.into_iter().map(|verb| (verb, Some(Cause::Dropped))).collect();
    let mut found = outcomes(&evidence);
    found.sort();
    assert_eq!(found, dropped, "{evidence:#?}");
    assert!(took < silence * 4, "four waits in a row would be {:?}, this took {took:?}", silence * 4);
}

/// The server turns out to be slow once the check has given its callback up, and no sooner: what was given up counts no more.
#[test]
fn a_callback_that_was_given_up_before_the_server_turned_out_to_be_slow_is_made_again() {
    let listing = || [Join, Send(b"x\r\n".to_vec()), CloseData, say("226 done\r\n")];
    let slow = || std::iter::once(AwaitGoodbye).chain(listing());
    let server = Scripted::new()
        // PASV's, PASV's once more by itself, and PORT's, in whatever order.
        .on("LIST", slow())
        .on("LIST", slow())
        .on("LIST", slow())
        .on("LIST", listing())
        .start();
    let evidence = checked(Request { methods: vec![DataVerb::Pasv, DataVerb::Port], ..request(server.address()) });
    let heard = server.finish();
    let given_up = |outcome: &&Outcome| outcome.verb == DataVerb::Port && outcome.set_aside;
    assert_eq!(evidence.attempts.iter().filter(given_up).count(), 1, "{evidence:#?}");
    assert_eq!(outcome(&evidence, DataVerb::Port), None, "{evidence:#?}");
    assert_eq!(heard.count("PORT"), 2);
}

#[test]
fn a_server_for_one_connection_is_asked_one_after_the_other() {
    let silence = Duration::from_millis(600);
    let server = Scripted::new()
        .on("PASV", [SilentPort, say("227 ok ({host-port})\r\n")])
        .may("EPSV", [SilentPort, say("229 (|||{port}|)\r\n")])
        .greet([say("220 first\r\n")])
        .greet([say("421 one connection a client\r\n"), Close])
        .greet([say("220 again\r\n")])
        .on("LIST", [Hush])
        .on("LIST", [Join, CloseData, say("226 done\r\n")])
        .start();
    let mut wanted = request(server.address());
    wanted.settings.timeout = Some(silence);
    let evidence = checked(wanted);
    let heard = server.finish();
    assert_eq!(outcome(&evidence, DataVerb::Pasv), Some(Cause::Dropped));
    assert_eq!(outcome(&evidence, DataVerb::Epsv), Some(Cause::Dropped));
    assert_eq!(outcome(&evidence, DataVerb::Port), None);
    assert_eq!(outcome(&evidence, DataVerb::Eprt), None);
    assert_eq!(heard.connections.len(), 3);
}

#[test]
fn turned_away_twice_the_server_is_left_in_peace() {
    let server = Scripted::new()
        .on("PASV", [DeafPort, say("227 ok ({host-port})\r\n")])
        .on("LIST", [Hush])
        .greet([say("220 first\r\n")])
        .greet([say("421 enough of you\r\n"), Close])
        .start();
    let evidence = check_of(server.address());
    let heard = server.finish();
    assert_eq!(outcomes(&evidence), [(DataVerb::Pasv, Some(Cause::Refused))]);
    assert_eq!(evidence.not_tried.len(), 3, "{evidence:#?}");
    assert!(evidence.not_tried.iter().all(|skipped| skipped.because.contains("421")));
    // The server may hold the session itself that keeps the check out: nobody else is said to.
    assert!(evidence.not_tried.iter().all(|skipped| skipped.because.contains("an earlier session of this check")));
    // It is asked twice more, since a session of this check was ended just before.
    assert_eq!(heard.connections.len(), 4);
    assert!(heard.said_goodbye());
}

#[test]
fn a_session_whose_server_waits_for_a_dead_port_is_reset() {
    let server = Scripted::new().on("PASV", [DeafPort, say("227 ok ({host-port})\r\n")]).on("LIST", [Hush]).start();
    let evidence = checked(Request { methods: vec![DataVerb::Pasv], ..request(server.address()) });
    let heard = server.finish();
    assert!(outcomes(&evidence).iter().all(|(_, cause)| *cause == Some(Cause::Refused)), "{evidence:#?}");
    assert!(heard.connections[0].reset, "{heard:#?}");
    // The ports behind it are dialled without LIST.
    assert_eq!(heard.count("LIST"), 1);
    assert!(heard.said_goodbye());
}

#[test]
fn a_session_that_only_owes_answers_is_waited_for() {
    // What comes behind the refusal is not here yet when the next method is to begin.
    let server = Scripted::new()
        .reply("PASV", "550 Permission denied.")
        .reply("EPSV", "550 Permission denied.")
        .on("SYST", [Pieces(vec!["215 UN".into(), "IX\r\n".into()])])
        .start();
    let evidence = check_of(server.address());
    assert_eq!(server.finish().connections.len(), 1);
    assert_eq!(outcome(&evidence, DataVerb::Port), None);
    assert_eq!(outcome(&evidence, DataVerb::Eprt), None);
}

#[test]
fn a_421_behind_the_end_of_an_own_session_is_asked_about_again() {
    // The session that lost its place is counted until it is over.
    let server = Scripted::new()
        .on("USER", [say("331 password\r\n"), Hush])
        .on("USER", [say("331 password\r\n")])
        .greet([say("220 first\r\n")])
        .greet([say("421 one session a client\r\n"), Close])
        .greet([say("220 again\r\n")])
        .start();
    let evidence = check_of(server.address());
    let heard = server.finish();
    assert_all_work(&evidence);
    assert_eq!(heard.connections.len(), 3);
}

#[test]
fn a_port_that_refuses_is_dialled_again_and_one_machine_refuses_each_time() {
    let refusing = || [DeafPort, say("227 ok ({host-port})\r\n")];
    let server =
        Scripted::new().on("PASV", refusing()).on("PASV", refusing()).on("PASV", refusing()).on("LIST", [Hush]).start();
    let evidence = checked(Request { methods: vec![DataVerb::Pasv], ..request(server.address()) });
    server.finish();
    // Three ports are asked, and two of them for sure.
    assert_eq!(outcomes(&evidence), [(DataVerb::Pasv, Some(Cause::Refused)); 3]);
    let again = |event: &&Event| matches!(event.what, What::RefusedAgain(4));
    let judged = evidence.attempts.iter().filter(|attempt| !attempt.set_aside).flat_map(|attempt| &attempt.events);
    assert_eq!(judged.filter(again).count(), 2, "{evidence:#?}");
    assert!(Facts::of(&evidence).ports_of_two_minds().is_empty());
}

/// The server may take no more connections at one time: what was turned away beside others is looked for again alone.
#[test]
fn a_search_for_a_helper_that_is_turned_away_is_made_again() {
    let full = || [say("421 5 users (the maximum) are already logged in\r\n"), Reset];
    let greets = || [say("220 Hello\r\n")];
    for again in [true, false] {
        let server = Scripted::new().greet(greets()).greet(full());
        let server = if again { server.greet(greets()) } else { server }.start();
        let mut wanted = request(server.address());
        wanted.settings.thorough = true;
        let evidence = checked(wanted);
        server.finish();
        assert!(evidence.fragments.iter().any(|fragment| fragment.fate == Fate::Lost), "{evidence:#?}");
        let found = diagnose(&Facts::of(&evidence));
        let told = found.not_tested.iter().find(|open| open.id == "ftp-helper-on-path");
        let told = told.map(|open| open.because.contains("turned away"));
        assert_eq!(told, Some(!again), "{:#?}", evidence.fragments);
    }
}

#[test]
fn a_server_that_forgets_pipelined_commands_is_asked_again_one_at_a_time() {
    // It answers only the first line of what came together.
    let server =
        Scripted::new().on("USER", [say("331 password\r\n"), Hush]).on("USER", [say("331 password\r\n")]).start();
    let evidence = check_of(server.address());
    let heard = server.finish();
    assert_all_work(&evidence);
    assert_eq!(heard.connections.len(), 2);
    // One at a time: the reply to each command is on record before the next goes out.
    let second = &evidence.controls[1].events;
    let sent = second.iter().filter(|event| event.to_string().contains(" > ")).count();
    assert!(sent >= 5, "{second:#?}");
}

#[test]
fn a_server_that_answers_the_next_command_in_the_place_of_226_is_not_believed() {
    // "226" never comes; the 229 behind it must not pass for it.
    let server = Scripted::new().on("LIST", [Join, CloseData]).start();
    let mut wanted = request(server.address());
    wanted.deadline = Duration::from_secs(2);
    let evidence = checked(wanted);
    server.finish();
    assert!(outcomes(&evidence).iter().all(|(_, cause)| cause.is_some()), "{evidence:#?}");
    assert_eq!(evidence.cut_short, Some(CutShort::Deadline));
}

#[test]
fn a_421_at_any_time_ends_the_knocking() {
    let server = Scripted::new().on("EPSV", [say("421 goodbye\r\n"), Close]).start();
    let evidence = check_of(server.address());
    let heard = server.finish();
    assert_eq!(heard.connections.len(), 1);
    assert_eq!(outcome(&evidence, DataVerb::Pasv), None);
    assert!(outcome(&evidence, DataVerb::Epsv).is_some());
    assert_eq!(evidence.not_tried.len(), 2, "{evidence:#?}");
}

#[test]
fn endless_nonsense_ends_and_is_bounded_on_record() {
    let server = Scripted::new().greet([SayForever("blah blah\r\n".into())]).start();
    let evidence = check_of(server.address());
    server.finish();
    assert!(matches!(Facts::of(&evidence).login(), LoginSeen::Unfinished(_)));
    assert!(evidence.controls[0].events.len() < 50);
}

#[test]
fn an_endless_line_and_an_endless_reply_end() {
    for endless in ["x", "220-and on\r\n"] {
        let server = Scripted::new().greet([SayForever(endless.into())]).start();
        let mut wanted = request(server.address());
        wanted.deadline = Duration::from_secs(2);
        let evidence = checked(wanted);
        server.finish();
        assert!(!Facts::of(&evidence).control_works());
        let size: usize = evidence.controls[0].events.iter().map(|event| event.to_string().len()).sum();
        assert!(size < 100_000, "{size} bytes on record");
    }
}

#[test]
fn an_endless_listing_is_stopped_and_counts() {
    let server = Scripted::new().on("LIST", [Join, SendForever, say("426 you left\r\n")]).start();
    let mut wanted = request(server.address());
    wanted.settings.max_bytes = 100_000;
    let evidence = checked(wanted);
    server.finish();
    assert_all_work(&evidence);
    assert!(Facts::of(&evidence).tried().iter().all(|tried| (100_000..200_000).contains(&tried.bytes())));
}

#[test]
fn the_deadline_ends_a_hanging_server_with_what_was_seen() {
    let server = Scripted::new().on("USER", [StopReading]).start();
    let mut wanted = request(server.address());
    wanted.deadline = Duration::from_millis(300);
    let begun = Instant::now();
    let evidence = checked(wanted);
    assert!(begun.elapsed() < Duration::from_secs(2));
    assert_eq!(evidence.cut_short, Some(CutShort::Deadline));
    assert_eq!(Facts::of(&evidence).greeting().map(|(reply, _)| reply.code), Some(220));
    drop(server);
}

#[test]
fn a_users_password_waits_for_its_331_and_is_on_no_record() {
    let login = || Login::User { name: "bob".into(), password: Secret::new("hunter2") };
    // Where USER is refused, the password has not left.
    let server = Scripted::new().reply("USER", "530 Non-anonymous sessions must use encryption.").start();
    let mut wanted = request(server.address());
    wanted.settings.login = login();
    let evidence = checked(wanted);
    assert_eq!(server.finish().count("PASS"), 0);
    assert!(outcomes(&evidence).is_empty());

    let server = Scripted::new().start();
    let mut wanted = request(server.address());
    wanted.settings.login = login();
    let evidence = checked(wanted);
    let heard = server.finish();
    assert_all_work(&evidence);
    assert!(heard.lines().contains(&"PASS hunter2"));
    assert!(!format!("{evidence:?}").contains("hunter2"));
}

#[test]
fn a_password_that_the_server_says_back_is_on_no_record() {
    for answer in [
        "230-Hello bob, you logged in with Tr0ub4dor\r\n230 PASS Tr0ub4dor\r\n",
        "500 'PASS Tr0ub4dor': command not understood.\r\n",
        "530-Login incorrect: PASS Tr0u\r\n530 b4dor\r\n",
        "PASS Tr0ub4dor?\r\n530 no\r\n",
    ] {
        let server = Scripted::new().may("PASS", [say(answer)]).start();
        let mut wanted = request(server.address());
        wanted.settings.login = Login::User { name: "bob".into(), password: Secret::new("Tr0ub4dor") };
        let evidence = format!("{:?}", checked(wanted));
        server.finish();
        assert!(evidence.contains("****") && !evidence.contains("Tr0u") && !evidence.contains("b4dor"), "{evidence}");
    }
}

#[test]
fn a_folder_is_opened_and_a_file_downloaded() {
    let server = Scripted::new().may("CWD", [say("250 ok\r\n")]).start();
    let mut wanted = request(server.address());
    wanted.settings.path = Some("/pub".into());
    wanted.settings.retrieve = Some("a file".into());
    let evidence = checked(wanted);
    let heard = server.finish();
    assert_all_work(&evidence);
    assert!(heard.lines().contains(&"CWD /pub"));
    assert_eq!(heard.lines().iter().filter(|line| **line == "RETR a file").count(), 4);
    assert_eq!(heard.count("LIST"), 0);
}

#[test]
fn a_refusal_behind_pipelined_commands_is_asked_again_alone() {
    // The first LIST is refused because of the command behind it, as some servers do in mid-transfer.
    let server = Scripted::new()
        .on("LIST", [Join, CloseData, say("450 a command came in mid-transfer\r\n")])
        .on("LIST", [Join, CloseData, say("226 done\r\n")])
        .start();
    let evidence = check_of(server.address());
    let heard = server.finish();
    let mut found = outcomes(&evidence);
    found.sort();
    assert!(found.iter().all(|(_, cause)| cause.is_none()) && found.len() == 4, "{evidence:#?}");
    assert_eq!(heard.connections.len(), 1);
}
