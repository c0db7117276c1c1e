//! The engine against servers that do what a real one can't be made to do, and against `serve` in health.

#[path = "support/checked.rs"]
mod checked;
#[path = "support/raw.rs"]
mod raw;
#[path = "support/scripted.rs"]
mod scripted;

use checked::check_of;
use ftpmode::evidence::Evidence;
use ftpmode::evidence::attempt::DataVerb;
use ftpmode::evidence::facts::{Cause, Facts};
use scripted::{Scripted, Step::*, say};

/// Each verb's outcome: "works", or the cause.
fn outcomes(evidence: &Evidence) -> Vec<(DataVerb, Option<Cause>)> {
    Facts::of(evidence).tried().iter().map(|tried| (tried.verb(), tried.cause())).collect()
}

fn all_work(evidence: &Evidence) -> bool {
    let all: Vec<_> = DataVerb::ALL.into_iter().map(|verb| (verb, None)).collect();
    outcomes(evidence) == all
}

#[test]
fn a_healthy_server_is_checked_on_one_control_connection() {
    let server = Scripted::new().start();
    let evidence = check_of(server.address());
    let heard = server.finish();
    assert!(all_work(&evidence), "{:#?}", evidence);
    assert_eq!(heard.connections.len(), 1);
    assert!(heard.said_goodbye());
}
