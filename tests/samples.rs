//! Passive ports tried again and again: no more of them than were asked for, and each counts.

#[path = "support/checked.rs"]
mod checked;
#[path = "support/scripted.rs"]
mod scripted;

use std::time::Duration;

use checked::{checked, request};
use ftpmode::check::Request;
use ftpmode::diagnosis::diagnose;
use ftpmode::evidence::Outcome;
use ftpmode::evidence::attempt::DataVerb;
use ftpmode::evidence::case::Case;
use ftpmode::evidence::facts::{Cause, Facts};
use ftpmode::evidence::timeline::What;
use scripted::{Scripted, Step::*, say};

#[test]
fn the_last_port_that_keeps_silent_is_waited_for_too() {
    let silent = || [SilentPort, say("229 Ok (|||{port}|)\r\n")];
    let server = Scripted::new()
        .on("EPSV", silent())
        .on("EPSV", [say("229 Ok (|||{port}|)\r\n")])
        .on("EPSV", silent())
        .on("LIST", [Hush])
        .on("LIST", [Join, CloseData, say("226 done\r\n")])
        .start();
    let mut wanted = Request { methods: vec![DataVerb::Epsv], ..request(server.address()) };
    wanted.settings.timeout = Some(Duration::from_millis(600));
    // The first is made again alone, and counts.
    wanted.settings.samples = Some(3);
    let evidence = checked(wanted);
    server.finish();
    let causes: Vec<_> = Facts::of(&evidence).tried().iter().map(|tried| tried.cause()).collect();
    let silent = causes.iter().filter(|cause| **cause == Some(Cause::Dropped)).count();
    assert_eq!((silent, causes.len()), (1, 2), "{evidence:#?}");
}

/// What travels behind a port's SYN is no reason for its RST: the failure is judged, and no more ports are tried than asked.
#[test]
fn a_port_that_fails_by_itself_is_never_set_aside() {
    let open = || [say("227 Ok ({host-port})\r\n")];
    let closed = [DeafPort, say("229 Ok (|||{port}|)\r\n")];
    let server = Scripted::new()
        .greet([say("220 (vsFTPd 3.0.3)\r\n")])
        .on("PASV", open())
        .on("EPSV", [say("229 Ok (|||{port}|)\r\n")])
        .on("EPSV", closed)
        .on("EPSV", [say("229 Ok (|||{port}|)\r\n")])
        .start();
    let mut wanted = Request { methods: vec![DataVerb::Pasv, DataVerb::Epsv], ..request(server.address()) };
    wanted.settings.samples = Some(6);
    let evidence = checked(wanted);
    server.finish();
    let refused = |outcome: &&Outcome| outcome.events.iter().any(|event| event.what == What::Refused);
    let failed: Vec<&Outcome> = evidence.attempts.iter().filter(refused).collect();
    assert!(matches!(failed[..], [one] if !one.set_aside), "{evidence:#?}");
    assert_eq!(Facts::of(&evidence).passive_dials(), 6, "{evidence:#?}");
    assert!(diagnose(&Facts::of(&evidence)).fires("passive-range-partly-open"), "{evidence:#?}");
}

/// Another port was named in the same company and let us in, so that one more try could show nothing.
#[test]
fn the_last_port_asked_for_is_no_reason_for_one_more() {
    let open = || [say("229 Ok (|||{port}|)\r\n")];
    let server = Scripted::new()
        .greet([say("220 (vsFTPd 3.0.3)\r\n")])
        .on("PASV", [say("227 Ok ({host-port})\r\n")])
        .on("EPSV", open())
        .on("EPSV", open())
        .on("EPSV", [SilentPort, say("229 Ok (|||{port}|)\r\n")])
        .start();
    let mut wanted = Request { methods: vec![DataVerb::Pasv, DataVerb::Epsv], ..request(server.address()) };
    wanted.settings.timeout = Some(Duration::from_millis(600));
    wanted.settings.samples = Some(6);
    let evidence = checked(wanted);
    server.finish();
    let silent = |outcome: &&Outcome| outcome.events.iter().any(|event| matches!(event.what, What::Silent { .. }));
    let failed: Vec<&Outcome> = evidence.attempts.iter().filter(silent).collect();
    assert!(matches!(failed[..], [one] if !one.set_aside), "{evidence:#?}");
    assert_eq!(Facts::of(&evidence).passive_dials(), 6, "{evidence:#?}");
}

/// A range of a single port, or a server that draws it again and again.
#[test]
fn a_port_that_is_named_again_is_no_further_port() {
    let text = include_str!("../fixtures/cases/passive-port-dropped/the_same_port_each_time.toml");
    let evidence = Case::from_toml(text).expect("a case").evidence;
    let open = diagnose(&Facts::of(&evidence)).not_tested.into_iter().find(|open| open.id == "passive-ports");
    let because = open.expect("it is open").because;
    assert_eq!(
        because,
        "1 of the 3 passive ports asked for was tried: the server named port 50000 for each of 3 connections"
    );
}

/// What fails in company is made again alone, but where so few ports were asked for one more would be none of them.
#[test]
fn of_few_ports_none_is_dialled_beyond_them() {
    let open = || Vec::new();
    for (samples, first, second) in [
        (2, open(), vec![SilentPort]),
        (2, open(), vec![DeafPort]),
        (2, vec![DeafPort], open()),
        (3, vec![SilentPort], vec![DeafPort]),
    ] {
        let case = format!("{samples} ports, {first:?}, {second:?}");
        let server = Scripted::new()
            .greet([say("220 (vsFTPd 3.0.3)\r\n")])
            .on("PASV", first.into_iter().chain([say("227 Ok ({host-port})\r\n")]))
            .may("PASV", [say("227 Ok ({host-port})\r\n")])
            .on("EPSV", second.into_iter().chain([say("229 Ok (|||{port}|)\r\n")]))
            .start();
        let mut wanted = Request { methods: vec![DataVerb::Pasv, DataVerb::Epsv], ..request(server.address()) };
        wanted.settings.timeout = Some(Duration::from_millis(600));
        wanted.settings.samples = Some(samples);
        let evidence = checked(wanted);
        server.finish();
        let facts = Facts::of(&evidence);
        assert_eq!(facts.passive_ports_dialled().len(), usize::from(samples), "{case}: {evidence:#?}");
        assert!(facts.tried().iter().any(|tried| tried.cause().is_some()), "{case}: {evidence:#?}");
    }
}
