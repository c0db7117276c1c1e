//! PASV and EPSV tried again and again: a bad port shows with either verb, a verb that a firewall does not know fails every
//! time. The order is one after the other, then the other way round, so that nothing that comes back in turn hits one of
//! them alone.

use std::cmp::Ordering;

use crate::diagnosis::rules::{dialled_at_peer, failed_at_peer};
use crate::evidence::address::{Reach, reach};
use crate::evidence::attempt::{Address, Attempt, DataVerb, Mode, Probe};
use crate::evidence::facts::{Facts, Failure, Place, Tried};

/// So many tries of each verb tell a bad port from a bad verb.
pub const ENOUGH: usize = 3;

/// The passive data connections of one verb that were dialled at the control connection's peer.
pub struct Samples<'f> {
    pub joined: Vec<&'f Tried<'f>>,
    pub unanswered: Vec<&'f Tried<'f>>,
}

impl Samples<'_> {
    pub fn count(&self) -> usize {
        self.joined.len() + self.unanswered.len()
    }

    pub fn is_mixed(&self) -> bool {
        !self.joined.is_empty() && !self.unanswered.is_empty()
    }

    pub fn only_joined(&self) -> bool {
        !self.joined.is_empty() && self.unanswered.is_empty()
    }

    pub fn only_unanswered(&self) -> bool {
        self.joined.is_empty() && !self.unanswered.is_empty()
    }
}

/// What became of this verb's connections. Where 227 names another public address, a dial at the control connection's
/// peer that fails tells nothing of the port: it may be the wrong machine.
pub fn of<'f>(facts: &'f Facts<'f>, verb: DataVerb) -> Samples<'f> {
    let at_peer = || facts.tried_with(verb).filter(|tried| dialled_at_peer(facts, tried));
    let elsewhere = |tried: &Tried| {
        tried.named().is_some_and(|named| {
            let named = named.ip().to_canonical();
            Some(named) != facts.peer() && reach(named) == Reach::Public
        })
    };
    let unanswered = |tried: &Tried| {
        matches!(tried.failure(), Some(Failure::DialDropped | Failure::DialRefused | Failure::DialUnreachable))
    };
    Samples {
        joined: at_peer().filter(|tried| tried.joined().is_some()).collect(),
        unanswered: at_peer().filter(|tried| unanswered(tried) && !elsewhere(tried)).collect(),
    }
}

/// So many ports in all are asked where one failed whose command went out together with others.
const PORTS_WANTED: usize = 5;

/// Whether more ports must tell if the range is partly open: a failure that is not judged is no proof, nor nothing.
pub fn are_wanted(facts: &Facts) -> bool {
    let seen = of(facts, DataVerb::Pasv).count() + of(facts, DataVerb::Epsv).count();
    !facts.passive_failures_aside().is_empty() && seen < PORTS_WANTED
}

/// What shows that passive connections went astray among several machines; empty where one failed in another way than by
/// RST, which that does not explain.
pub fn astray(facts: &Facts) -> Vec<Place> {
    let otherwise = [Failure::DialDropped, Failure::DialUnreachable].map(|failure| failed_at_peer(facts, failure));
    if otherwise.iter().all(Vec::is_empty) { facts.ports_of_two_minds() } else { Vec::new() }
}

/// What to try next where the two verbs disagree and neither has been seen to do both: the verb tried less often, the
/// same again where they are even, until each was tried [`ENOUGH`] times.
pub fn more(facts: &Facts) -> Vec<Probe> {
    if let Some(asked) = facts.evidence().asked.samples {
        return up_to(facts, usize::from(asked));
    }
    let (pasv, epsv) = (of(facts, DataVerb::Pasv), of(facts, DataVerb::Epsv));
    let failing = match () {
        () if pasv.only_joined() && epsv.only_unanswered() => DataVerb::Epsv,
        () if epsv.only_joined() && pasv.only_unanswered() => DataVerb::Pasv,
        () if epsv.only_joined() && are_wanted(facts) => return vec![Attempt::usual(DataVerb::Epsv).into()],
        () if pasv.only_joined() && are_wanted(facts) => return vec![Attempt::usual(DataVerb::Pasv).into()],
        () => return Vec::new(),
    };
    let other = if failing == DataVerb::Epsv { DataVerb::Pasv } else { DataVerb::Epsv };
    let times = |verb| facts.times_tried(Attempt::usual(verb));
    // Not in turn: where every other connection goes astray, one of the verbs would fail each time.
    let next = match times(failing).cmp(&times(other)) {
        Ordering::Less => failing,
        Ordering::Greater => other,
        Ordering::Equal => last_tried(facts).unwrap_or(failing),
    };
    if times(next) < ENOUGH { vec![Attempt::usual(next).into()] } else { Vec::new() }
}

/// The passive verb that was tried last.
fn last_tried(facts: &Facts) -> Option<DataVerb> {
    facts.tried_in(Mode::Passive).last().map(Tried::verb)
}

/// Whether passive ports that the user asked for are still to be tried.
pub fn are_asked_for(facts: &Facts) -> bool {
    facts.evidence().asked.samples.is_some_and(|asked| !up_to(facts, usize::from(asked)).is_empty())
}

/// The rest of the passive ports that the user asked for, the verbs in turn as far as each is understood.
fn up_to(facts: &Facts, asked: usize) -> Vec<Probe> {
    let usable = |verb: &DataVerb| facts.tried_with(*verb).any(|tried| tried.negotiated());
    let verbs: Vec<DataVerb> = [DataVerb::Pasv, DataVerb::Epsv].into_iter().filter(usable).collect();
    let tried = facts.tried_in(Mode::Passive).filter(|tried| tried.attempt().address == Address::ControlPeer).count();
    let missing = asked.saturating_sub(tried);
    // There and back, for the reason above.
    verbs
        .iter()
        .rev()
        .chain(&verbs)
        .cycle()
        .take(if verbs.is_empty() { 0 } else { missing })
        .map(|verb| Attempt::usual(*verb).into())
        .collect()
}

/// What firewalls take the port for, where they meddle with it.
pub fn other_service(port: u16) -> Option<&'static str> {
    Some(match port {
        1720 => "H.323",
        1723 => "PPTP",
        2000 => "SCCP (IP telephones)",
        3128 | 8080 => "a web proxy",
        5060 | 5061 => "SIP (IP telephony)",
        6000 => "X11",
        6667 => "IRC",
        _ => return None,
    })
}
