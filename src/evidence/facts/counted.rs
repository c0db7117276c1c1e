//! What this computer's counters tell of connections that never came about: packets that it was given and nobody in it
//! was. Any program's packets count there, as what a network calls out to everybody does.
//!
//! Invariant: nothing is told unless all that was counted came as the packets of these very connections would: of a
//! SYN's size, soon after each was asked for, again when TCP sends it again (RFC 6298 section 2: after a second, and
//! doubled; Linux since 6.5 every second at first), and never else.

use super::{Facts, Place};
use crate::evidence::Outcome;
use crate::evidence::attempt::Mode;
use crate::evidence::timeline::{Awaited, Event, What};

/// Milliseconds after which TCP sends a SYN again.
const AGAIN: f64 = 1000.0;
/// How much earlier than the others one may come.
const EARLY: f64 = 30.0;
/// How much later: the counters are read now and then, and timers run late, more so each time they are set anew.
const LATE: f64 = 40.0;
/// Beyond the round trips, how long a server takes to connect.
const WORK: f64 = 250.0;
/// Further than this from one another in a second, what comes once a second can't meet the beginnings of two waits.
const OUT_OF_STEP: f64 = 150.0;
/// Bytes of a SYN or SYN-ACK with its IP header and as many options as systems send.
const SYN: std::ops::RangeInclusive<u64> = 40..=100;

/// Packets that nobody was given.
struct Growth {
    at: f64,
    count: u64,
    bytes: Option<u64>,
}

/// A connection that was waited for in vain.
struct Wait {
    begun: f64,
    until: f64,
    /// From the beginning to the first packet.
    delay: f64,
    first: Place,
}

impl Facts<'_> {
    /// The first of the packets that nobody was given, for each connection of this mode that was waited for in vain. Empty
    /// where these may be somebody else's.
    pub fn counted(&self, mode: Mode) -> Vec<Place> {
        let outcomes =
            || self.evidence().attempts.iter().enumerate().filter(|(_, outcome)| outcome.verb.mode() == mode);
        let in_vain = outcomes().filter_map(|(number, outcome)| Some((number, outcome, silent_at(outcome)?)));
        let waits: Option<Vec<Wait>> =
            in_vain.map(|(number, outcome, until)| self.wait(number, outcome, until)).collect();
        let waits = waits.unwrap_or_default();
        // Each of a sweep's connections is answered, and again: what comes from there on tells nothing.
        let swept_from = self.evidence().attempts.iter().filter_map(swept_from).fold(f64::INFINITY, f64::min);
        let growths: Vec<Growth> = outcomes().flat_map(|(_, outcome)| growths(outcome)).collect();
        let least = waits.iter().map(|wait| wait.delay).fold(f64::INFINITY, f64::min);
        let most = waits.iter().map(|wait| wait.delay).fold(0.0, f64::max);
        let begun: Vec<f64> = self.evidence().attempts.iter().filter_map(begun).collect();
        let is_ours = |growth: &Growth| {
            begun
                .iter()
                .any(|begun| is_repetition(growth.at - begun - most) || is_repetition(growth.at - begun - least))
        };
        let sizes = || growths.iter().filter_map(|growth| Some((growth.count, growth.bytes?)));
        let clean = are_out_of_step(&waits)
            && most - least <= LATE + EARLY
            && growths.iter().filter(|growth| growth.at < swept_from).all(is_ours)
            && waits.iter().all(|wait| came_again(wait, &growths))
            && sizes().next().is_some()
            && sizes().all(|(count, bytes)| SYN.contains(&(bytes / count.max(1))));
        if clean { waits.iter().map(|wait| wait.first).collect() } else { Vec::new() }
    }

    /// `None` where nothing came in time.
    fn wait(&self, number: usize, outcome: &Outcome, until: f64) -> Option<Wait> {
        let first = outcome.events.iter().position(|event| matches!(event.what, What::Undelivered { .. }))?;
        let round_trip = self.evidence().controls.get(outcome.control).map_or(0.0, |control| control.connect_ms);
        let begun = asked_at(&outcome.events[..first])?;
        let delay = outcome.events.get(first)?.at_ms - begun;
        let place = Place::Attempt(number, first);
        (delay <= WORK + 2.0 * round_trip).then_some(Wait { begun, until, delay, first: place })
    }
}

/// Whether two of them began at other parts of a second.
fn are_out_of_step(waits: &[Wait]) -> bool {
    let apart = |one: &Wait, other: &Wait| (one.begun - other.begun).rem_euclid(AGAIN);
    let out_of_step = |apart: f64| (OUT_OF_STEP..AGAIN - OUT_OF_STEP).contains(&apart);
    waits.iter().any(|one| waits.iter().any(|other| out_of_step(apart(one, other))))
}

/// Whether it came again after a second, and after three where it was waited for as long.
fn came_again(wait: &Wait, growths: &[Growth]) -> bool {
    let first = wait.begun + wait.delay;
    let waited = |times: f64| wait.until - first > times * AGAIN + LATE;
    let came = |times: f64| {
        let mut away = growths.iter().map(|growth| growth.at - first - times * AGAIN);
        away.any(|away| (-EARLY..=LATE * (1.0 + times)).contains(&away))
    };
    waited(1.0) && came(1.0) && (!waited(3.0) || came(3.0))
}

/// Whether so long after a SYN it is sent again, or is that SYN.
fn is_repetition(after: f64) -> bool {
    let times = ((after + EARLY) / AGAIN).floor();
    let away = after - times * AGAIN;
    times >= 0.0 && away <= LATE * (1.0 + times)
}

/// Until when nothing came, where this is what ended it.
fn silent_at(outcome: &Outcome) -> Option<f64> {
    let silent =
        |event: &&Event| matches!(event.what, What::Silent { awaited: Awaited::Connect | Awaited::Callback, .. });
    outcome.events.iter().find(silent).map(|event| event.at_ms)
}

/// When the first packet of its connection was asked for, by what was done before it came.
fn begun(outcome: &Outcome) -> Option<f64> {
    let first = outcome.events.iter().position(|event| matches!(event.what, What::Undelivered { .. }));
    asked_at(&outcome.events[..first.unwrap_or(outcome.events.len())])
}

/// The last command in active mode, and our own SYN in passive mode.
fn asked_at(before: &[Event]) -> Option<f64> {
    let dialled = before.iter().find(|event| matches!(event.what, What::Dialled(_)));
    let sent = || before.iter().rfind(|event| matches!(event.what, What::Sent(_)));
    dialled.or_else(sent).map(|event| event.at_ms)
}

/// When the sweep began that this passive port was lent to.
fn swept_from(outcome: &Outcome) -> Option<f64> {
    let last = outcome.events.last().filter(|event| outcome.set_aside && matches!(event.what, What::Named(_)))?;
    (outcome.verb.mode() == Mode::Passive).then_some(last.at_ms)
}

fn growths(outcome: &Outcome) -> impl Iterator<Item = Growth> {
    outcome.events.iter().filter_map(|event| match event.what {
        What::Undelivered { count, bytes } => Some(Growth { at: event.at_ms, count, bytes }),
        _ => None,
    })
}
