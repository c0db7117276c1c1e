//! Passive ports beside one another: which let connections in, which do not, and whether the next one will.

use std::collections::BTreeSet;

use super::tried::Known;
use super::{Cite, Facts, Failure, Place, Realm, Tried};
use crate::evidence::Outcome;
use crate::evidence::address::{Reach, reach};
use crate::evidence::attempt::{Address, DataVerb, Mode};
use crate::evidence::observed::Observed;

/// TCP sends a SYN again after a second (RFC 6298 section 2), and counts as little less as clocks may be off.
const SENT_AGAIN_AFTER_MS: f64 = 950.0;

/// So many tries of each passive verb tell a bad port from a bad verb.
pub const ENOUGH: usize = 3;

/// The passive data connections of one verb that were dialled at the control connection's peer.
pub struct Samples<'f> {
    /// Those that came about.
    pub joined: Vec<&'f Tried<'f>>,
    /// Those that did not: refused, dropped or unreachable.
    pub unanswered: Vec<&'f Tried<'f>>,
    /// What shows that a further port, which carried no transfer, let a connection in.
    pub let_in: Option<Cite>,
}

/// Why a verb that fails each time, while the other one never does, may do so for its ports' sake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// A port failed with the other verb as well, and is not judged.
    OtherFailedAside,
    /// Only one port was seen to fail, however often.
    OnePort,
    /// Too few were tried.
    Few,
    /// The ports that fail lie all on one side of those that go through: whoever lets a part of a range in does that.
    Apart,
    /// Connections that came about needed a packet sent again: single ones are lost, whatever the verb.
    Lossy,
}

impl Samples<'_> {
    /// How many were tried.
    pub fn count(&self) -> usize {
        self.joined.len() + self.unanswered.len()
    }

    /// Whether some came about and some did not.
    pub fn is_mixed(&self) -> bool {
        self.some_get_in() && !self.unanswered.is_empty()
    }

    fn some_get_in(&self) -> bool {
        !self.joined.is_empty() || self.let_in.is_some()
    }

    /// Whether all came about that were tried, and any was.
    pub fn only_joined(&self) -> bool {
        !self.joined.is_empty() && self.unanswered.is_empty()
    }

    /// Whether none came about that was tried, and any was.
    pub fn only_unanswered(&self) -> bool {
        !self.some_get_in() && !self.unanswered.is_empty()
    }
}

/// The ports that were dialled, as far as they are known: a log may hide them.
fn ports(tried: &[&Tried]) -> BTreeSet<u16> {
    tried.iter().filter_map(|tried| Some(tried.dialled()?.port())).filter(|port| *port != 0).collect()
}

fn at_peer(tried: &&Tried) -> bool {
    tried.attempt().address == Address::ControlPeer
}

impl<'a> Facts<'a> {
    /// What speaks against it that `failing` fails for the verb's own sake, where it fails each time and the other one
    /// never does. A port that failed with it and let the other in is no bad port; without such a one many must fail, as
    /// the same port again tells nothing new, and they must lie among the others.
    pub fn doubt_of_verb(&self, failing: DataVerb) -> Option<Doubt> {
        let other = if failing == DataVerb::Epsv { DataVerb::Pasv } else { DataVerb::Epsv };
        if self.passive_failures_aside().iter().any(|tried| tried.verb() == other) {
            return Some(Doubt::OtherFailedAside);
        }
        if self.loses_packets() {
            return Some(Doubt::Lossy);
        }
        let (fails, works) = (self.samples(failing), self.samples(other));
        let (bad, good) = (ports(&fails.unanswered), ports(&works.joined));
        let seldom = fails.count() < ENOUGH || works.count() < ENOUGH;
        let shared = bad.intersection(&good).next().is_some();
        let apart = bad.last() < good.first() || good.last() < bad.first();
        match bad.len() {
            _ if shared => seldom.then_some(Doubt::Few),
            0 | 1 => Some(Doubt::OnePort),
            few if seldom || few < ENOUGH => Some(Doubt::Few),
            _ => apart.then_some(Doubt::Apart),
        }
    }

    /// Whether of the passive connections that came about every third, or more, took so much longer than a round trip that its
    /// first packet or the answer must have been lost. Where so many are, some lose all that are sent.
    pub fn loses_packets(&self) -> bool {
        let Some(round_trip) = self.rtt_ms() else { return false };
        let joined: Vec<f64> = self.tried_in(Mode::Passive).filter_map(Tried::connect_ms).collect();
        let sent_again = joined.iter().filter(|took| **took - round_trip >= SENT_AGAIN_AFTER_MS).count();
        sent_again > 0 && sent_again * 3 >= joined.len()
    }

    /// Whether one passive verb fails each time and the other never, and that is for the verb's own sake.
    pub fn verbs_differ(&self) -> bool {
        let (pasv, epsv) = (self.samples(DataVerb::Pasv), self.samples(DataVerb::Epsv));
        let of = |works: &Samples, fails: &Samples, failing| {
            works.only_joined() && fails.only_unanswered() && self.doubt_of_verb(failing).is_none()
        };
        of(&pasv, &epsv, DataVerb::Epsv) || of(&epsv, &pasv, DataVerb::Pasv)
    }

    /// Where a passive port refused a connection and then let another in: what one machine does not do, nor a firewall
    /// that goes by ports.
    pub fn ports_of_two_minds(&self) -> Vec<Place> {
        self.tried.iter().filter_map(Tried::let_in_after_all).collect()
    }

    /// Where a passive transfer came whole that the server never announced, nor spoke of afterwards: who sent it was asked on
    /// another control connection.
    pub fn transfers_unannounced(&self) -> Vec<Place> {
        let announced = |tried: &Tried| tried.replies().any(|(reply, _)| reply.is_preliminary());
        let unconfirmed = |tried: &&Tried| tried.failure() == Some(Failure::Unconfirmed) && tried.bytes() > 0;
        let passive = self.tried_in(Mode::Passive).filter(unconfirmed);
        passive.filter(|tried| !announced(tried)).filter_map(Tried::ended_by).collect()
    }

    /// Passive ports that refused again and again.
    pub fn ports_dialled_in_vain(&self) -> usize {
        self.tried.iter().filter(|tried| tried.refused_again().is_some()).count()
    }

    /// Passive connections that failed, whose command went out together with others, and which are not judged for that: it
    /// says something of their ports, or of a firewall that lost track.
    pub fn passive_failures_aside(&self) -> Vec<Tried<'a>> {
        let mut aside = self.passive_dials_aside();
        aside.retain(Tried::dial_failed);
        aside
    }

    /// Whether passive ports let connections in that are not judged for themselves.
    pub fn passive_ports_open_aside(&self) -> bool {
        self.passive_dials_aside().iter().any(|tried| tried.joined().is_some())
    }

    /// Whether dials of passive ports failed in more than one way: silence, an RST, an ICMP error.
    pub fn passive_failures_differ(&self) -> bool {
        let aside = self.passive_failures_aside();
        let mut ways = self.tried_in(Mode::Passive).filter(|tried| tried.dial_failed()).chain(&aside);
        let first = ways.next().and_then(Tried::failure);
        ways.any(|tried| tried.failure() != first)
    }

    /// Whether our data connection went to the control connection's peer, whatever 227 named.
    pub fn dialled_at_peer(&self, tried: &Tried) -> bool {
        match (tried.dialled().map(|end| end.ip().to_canonical()), self.peer()) {
            // A log may hide either address; then the one dialled is taken for the server's.
            (dialled, None) => dialled.is_some(),
            (Some(dialled), Some(peer)) => dialled == peer || dialled.is_unspecified(),
            (None, Some(_)) => false,
        }
    }

    /// What became of this verb's connections to the control connection's peer. Where 227 names another public address, a
    /// dial at the peer that fails tells nothing of the port: it may be the wrong machine.
    pub fn samples(&self, verb: DataVerb) -> Samples<'_> {
        let at_peer = || self.tried_with(verb).filter(|tried| self.dialled_at_peer(tried));
        let elsewhere = |tried: &Tried| {
            tried.named().is_some_and(|named| {
                let named = named.ip().to_canonical();
                Some(named) != self.peer() && reach(named) == Reach::Public
            })
        };
        Samples {
            joined: at_peer().filter(|tried| tried.joined().is_some()).collect(),
            unanswered: at_peer().filter(|tried| tried.dial_failed() && !elsewhere(tried)).collect(),
            let_in: self.swept_open(verb),
        }
    }

    /// Whether the next passive port may let a connection in or not: some did and some did not, and it was not for the
    /// verb that they were asked for with.
    pub fn passive_ports_differ(&self) -> bool {
        let (pasv, epsv) = (self.samples(DataVerb::Pasv), self.samples(DataVerb::Epsv));
        let disagree = pasv.only_joined() && epsv.only_unanswered() || epsv.only_joined() && pasv.only_unanswered();
        // What is not judged says something of its port all the same.
        let aside = (pasv.some_get_in() || epsv.some_get_in()) && !self.passive_failures_aside().is_empty();
        aside || pasv.is_mixed() || epsv.is_mixed() || disagree && !self.verbs_differ()
    }

    /// Ports that let one connection in and not another: what fails there does not go by the port.
    pub fn ports_at_odds(&self) -> BTreeSet<u16> {
        let (pasv, epsv) = (self.samples(DataVerb::Pasv), self.samples(DataVerb::Epsv));
        let joined = ports(&[pasv.joined, epsv.joined].concat());
        let unanswered = ports(&[pasv.unanswered, epsv.unanswered].concat());
        joined.intersection(&unanswered).copied().collect()
    }

    /// Passive ports that let no connection in, as far as they are known: those that were dialled at the control
    /// connection's peer and failed, and the one that was swept for the place on the way.
    pub fn passive_ports_closed(&self) -> BTreeSet<u16> {
        let swept = self.passive_sweep();
        let swept = swept.filter(|_| matches!(self.location(), Observed::Seen(_))).map(|sweep| sweep.port.port());
        let failed =
            [DataVerb::Pasv, DataVerb::Epsv].into_iter().flat_map(|verb| ports(&self.samples(verb).unanswered));
        failed.chain(swept).collect()
    }

    /// Passive connections to the control connection's peer, judged or not. Where the server names one port again and again,
    /// they are more than their ports.
    pub fn passive_dials(&self) -> usize {
        self.tried_in(Mode::Passive).filter(at_peer).count() + self.passive_dials_aside().iter().filter(at_peer).count()
    }

    /// The ports that these were made to.
    pub fn passive_ports_dialled(&self) -> BTreeSet<u16> {
        let aside = self.passive_dials_aside();
        let all: Vec<&Tried> = self.tried_in(Mode::Passive).chain(&aside).filter(at_peer).collect();
        ports(&all)
    }

    /// Passive connections that were begun and are not judged.
    pub fn passive_dials_aside(&self) -> Vec<Tried<'a>> {
        self.aside().filter(|tried| tried.dialled().is_some()).collect()
    }

    /// Data connections that are not judged, whatever came of them.
    pub fn aside(&self) -> impl Iterator<Item = Tried<'a>> {
        let plain = self.realm == Realm::Plain;
        let ours = move |outcome: &Outcome| outcome.set_aside && outcome.protection.is_plain() == plain;
        let numbered = self.evidence.attempts.iter().enumerate().filter(move |(_, outcome)| ours(outcome));
        let known = Known { answers_port_first: true, times: self.times() };
        numbered.map(move |(index, outcome)| Tried::of(index, outcome, known))
    }
}
