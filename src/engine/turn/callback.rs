//! How long the server's connection is waited for, what becomes of one that was given up, and whether it came halfway.

use tokio::time::Instant;

use super::Turn;
use crate::engine::data::Data;
use crate::engine::net;
use crate::engine::turns::{GivenUp, Tools};
use crate::evidence::attempt::{Address, Mode};
use crate::evidence::facts::{Facts, Failure};
use crate::evidence::timeline::{Awaited, What};

/// Where `ftpmode serve` calls its clients from, if it may. What it sends to see how far packets come has other ports.
const CALLED_FROM: u16 = 20;

impl Turn<'_, '_, '_> {
    /// Whether little depends on the answer: passive mode works, nobody spoke of a forwarded range, and the server is not
    /// one that tells in the end how far its packets came.
    pub(super) fn is_second_opinion(&self) -> bool {
        let Tools { settings, recorder, .. } = self.plan.tools;
        let besides = self.planned.attempt.address == Address::ServerSeen && settings.active_ports.is_none();
        besides && !self.tells_of_the_way() && Facts::of(&recorder.evidence()).works(Mode::Passive)
    }

    /// A callback that did not come in time is made again, should the server turn out to be slow.
    pub(super) fn note_given_up(&self, awaited: Option<Awaited>, since: Instant) {
        if awaited == Some(Awaited::Callback) && !self.is_second_opinion() {
            let (number, planned, rtt) = (self.number, self.planned, self.session.rtt());
            self.plan.give_up_on(GivenUp { number, planned, waited: since.elapsed(), rtt });
        }
    }

    /// Puts on record whether a callback that never stood is in this computer's table of sockets: then it came as far as
    /// here, and what is lost is the answer, or what the server said to that.
    pub(super) fn record_half_open(&self) {
        let Data::Listening { listener, server } = &self.data else { return };
        let (tools, Ok(end)) = (self.plan.tools, listener.local_addr()) else { return };
        let waited = {
            let evidence = tools.recorder.evidence();
            let missed =
                Facts::of(&evidence).failed(Failure::CallbackDropped).iter().any(|tried| tried.index() == self.number);
            // An earlier one to the same port may stand in the table still.
            let mut earlier = evidence.attempts.iter().take(self.number).flat_map(|outcome| &outcome.events);
            if !missed || earlier.any(|event| event.what == What::Listening(end)) {
                return;
            }
            let begun = evidence.attempts.get(self.number).and_then(|outcome| outcome.events.first());
            begun.map_or(0.0, |begun| evidence.duration_ms - begun.at_ms)
        };
        let Some(all) = net::half_open(end.port(), *server) else { return };
        // One that came at once would be there still.
        let stands = net::half_open_for().is_some_and(|kept| kept.as_secs_f64() * 1000.0 > waited);
        let looks_at_the_way = self.tells_of_the_way();
        let called = all.iter().filter(|half_open| !looks_at_the_way || half_open.from == CALLED_FROM);
        match called.map(|half_open| half_open.repeated).max() {
            Some(repeated) => self.record(What::HalfOpen(Some(repeated))),
            None if all.is_empty() && stands && self.counter.saw_no_reset() => self.record(What::HalfOpen(None)),
            None => {}
        }
    }

    /// Whether the server is the other end of a diagnosis.
    fn tells_of_the_way(&self) -> bool {
        self.session.product() == Some("ftpmode")
    }
}
