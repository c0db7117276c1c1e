//! Which probe would tell the remaining causes apart?
//!
//! The planner is pure and stops when no probe would tell anything new. Its bound is [`MOST_ATTEMPTS`]: a check is a
//! guest on somebody's server.

use std::net::IpAddr;

use super::rule::Match;
use super::rules;
use crate::evidence::attempt::{Address, Attempt, DataVerb, Mode, Probe};
use crate::evidence::facts::Facts;
use crate::evidence::security::Protection;

/// The most data connections one check opens.
pub const MOST_ATTEMPTS: usize = 10;
/// Data connections beside the samples of passive ports that a user asked for.
const OTHERS: usize = 4;

/// The data connections that every check tries, in turn: all four, and over IPv6 the two that can hold an address.
/// Active mode names `active_address` where the user gave one that fits.
pub fn first_turns(asked: &[DataVerb], over_ipv6: bool, active_address: Option<IpAddr>) -> Vec<Attempt> {
    let given = active_address.is_some_and(|address| address.is_ipv6() == over_ipv6);
    let planned = |verb: DataVerb| match verb.mode() {
        Mode::Active if given => Attempt::at(verb, Address::Given),
        _ => Attempt::usual(verb),
    };
    DataVerb::ALL
        .into_iter()
        .filter(|verb| asked.is_empty() || asked.contains(verb))
        .filter(|verb| !over_ipv6 || verb.fits_ipv6())
        .map(planned)
        .collect()
}

/// What is tried beside these once TLS stands: a data connection that does not resume the control connection's session.
pub fn experiment(plan: &[Attempt]) -> Option<Attempt> {
    plan.first().map(|attempt| attempt.under(Protection::NewSession))
}

/// What is worth trying next, side by side: all that rules ask for which are not ruled out. A rule that fires asks too:
/// what it concludes from one failure can be a bad port. Empty when nothing would help.
pub fn next_probes(facts: &Facts) -> Vec<Probe> {
    let evidence = facts.evidence();
    if evidence.cut_short.is_some() || !facts.control_works() {
        return Vec::new();
    }
    let most = MOST_ATTEMPTS.max(usize::from(evidence.asked.samples.unwrap_or(0)) + OTHERS);
    let mut left = most.saturating_sub(facts.tried().len());
    let mut wanted: Vec<Probe> = Vec::new();
    let open = rules::ALL.iter().filter(|rule| !matches!((rule.test)(facts), Match::RuledOut(_)));
    for asked in open.map(|rule| (rule.asks)(facts)) {
        let already = wanted.clone();
        for (number, probe) in asked.iter().enumerate() {
            // Two rules that ask for the same are content with one.
            let times = |all: &[Probe]| all.iter().filter(|other| *other == probe).count();
            if times(&asked[..=number]) <= times(&already) {
                continue;
            }
            match probe {
                Probe::Data(attempt) if left > 0 && may_try(facts, *attempt) => left -= 1,
                Probe::Data(_) => continue,
                Probe::Helper if !facts.can_look_for_helper() => continue,
                Probe::Helper | Probe::PortMapping => {}
            }
            wanted.push(*probe);
        }
    }
    wanted
}

/// Only what the user asked for, and nothing that could not be done before.
fn may_try(facts: &Facts, attempt: Attempt) -> bool {
    let evidence = facts.evidence();
    let wanted = evidence.asked.methods.is_empty() || evidence.asked.methods.contains(&attempt.verb);
    let given_up = evidence.not_tried.iter().any(|skipped| skipped.attempt() == facts.guarded(attempt));
    wanted && !given_up
}
