//! Transfers between two servers (FXP): the client asks one for its passive address and hands it to the other in PORT. What
//! becomes of them tells nothing of the way between the client and either.

use std::net::SocketAddr;

use super::session::Session;
use crate::evidence::Outcome;
use crate::evidence::attempt::Mode;
use crate::evidence::timeline::What;

/// Takes those data connections away. Returns the line in which the first address was handed over.
pub fn settle(sessions: &mut [Session]) -> Option<u32> {
    let all = || sessions.iter().flat_map(|session| &session.attempts);
    let offered: Vec<SocketAddr> = all().filter(|outcome| is(outcome, Mode::Passive)).filter_map(named).collect();
    let handed: Vec<(SocketAddr, Option<u32>)> = all()
        .filter(|outcome| is(outcome, Mode::Active))
        .filter_map(|outcome| Some((named(outcome)?, outcome.events.first()?.line)))
        .filter(|(to, _)| offered.contains(to))
        .collect();
    for session in sessions.iter_mut() {
        session
            .attempts
            .retain(|outcome| !named(outcome).is_some_and(|to| handed.iter().any(|(known, _)| *known == to)));
    }
    handed.into_iter().find_map(|(_, line)| line)
}

fn is(outcome: &Outcome, mode: Mode) -> bool {
    outcome.verb.mode() == mode
}

/// The endpoint that its data connection leads to, as far as the log shows it.
fn named(outcome: &Outcome) -> Option<SocketAddr> {
    let named = outcome.events.iter().find_map(|event| match event.what {
        What::Named(to) => Some(to),
        _ => None,
    });
    named.filter(|to| !to.ip().is_unspecified() && to.port() != 0)
}
