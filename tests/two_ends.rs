//! `ftpmode check` against `ftpmode serve`: what the two tell together.

#[path = "support/checked.rs"]
mod checked;
#[path = "support/raw.rs"]
mod raw;

use checked::{checked, request};
use ftpmode::diagnosis::rule::{Match, Side};
use ftpmode::diagnosis::{diagnose, rules};
use ftpmode::evidence::Evidence;
use ftpmode::evidence::facts::Facts;
use ftpmode::evidence::observed::Observed;
use ftpmode::protocol::mark;
use ftpmode::serve::tls::Settings as Tls;
use ftpmode::serve::{Fault, Settings};
use raw::{Client, playing, read_all, serving};

fn judged(evidence: &Evidence) -> Match {
    (rules::with_id("transparent-proxy").expect("a rule").test)(&Facts::of(evidence))
}

#[test]
fn each_listing_holds_the_mark_that_was_announced_and_no_other() {
    let server = playing(&[]);
    let mut client = Client::logged_in(&server);
    let mut marks = Vec::new();
    for _ in 0..2 {
        let address = client.pasv();
        client.send(b"LIST\r\n");
        let data = std::net::TcpStream::connect(address).expect("the port listens");
        let own = data.local_addr().expect("an address");
        let said = mark::announced(&client.reply()).expect("a mark");
        let text = String::from_utf8(read_all(data)).expect("text");
        assert!(text.lines().all(|line| line.contains(&said)), "{said} {text}");
        assert!(said.ends_with(&mark::of(0, own)[16..]), "{own} {said}");
        assert_eq!(client.reply().code, 226);
        marks.push(said);
    }
    assert_ne!(marks[0], marks[1]);
}

#[test]
fn a_listing_that_comes_as_it_was_sent_rules_the_proxy_out() {
    for tls in [None, Some(Tls::default())] {
        let server = serving(Settings { tls, ..Settings::default() });
        let evidence = checked(request(server.address));
        let facts = Facts::of(&evidence);
        assert!(facts.tried().len() >= 4);
        for tried in facts.tried() {
            assert!(matches!(tried.came_as_sent(), Observed::Seen(_)), "{:#?}", tried.outcome());
        }
        assert!(matches!(judged(&evidence), Match::RuledOut(_)), "{evidence:#?}");
    }
}

#[test]
fn a_listing_from_somebodys_memory_is_told() {
    let server = playing(&[Fault::ListFromMemory]);
    let evidence = checked(request(server.address));
    let found = diagnose(&Facts::of(&evidence));
    let proxy = found.findings.iter().find(|finding| finding.rule.id == "transparent-proxy").expect("a finding");
    assert_eq!(proxy.conclusion.side, Side::Network);
    assert!(proxy.conclusion.summary.contains("PASV, EPSV, PORT and EPRT"), "{}", proxy.conclusion.summary);
}

#[test]
fn what_is_not_marked_tells_nothing() {
    let server = playing(&[]);
    let mut of_a_file = request(server.address);
    of_a_file.settings.retrieve = Some("readme.txt".into());
    let mut of_an_empty_folder = request(server.address);
    of_an_empty_folder.settings.path = Some("/empty".into());
    for wanted in [of_a_file, of_an_empty_folder] {
        let evidence = checked(wanted);
        assert!(matches!(judged(&evidence), Match::Undecided(_)), "{evidence:#?}");
    }
}
