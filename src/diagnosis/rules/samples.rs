//! PASV and EPSV tried again and again: a bad port shows with either verb, a verb that a firewall does not know fails every
//! time. The order is one after the other, then the other way round, so that nothing that comes back in turn hits one of
//! them alone. The port that was swept for the place on the way is one more of its verb.

use crate::diagnosis::rules::failed_at_peer;
use crate::diagnosis::rules::place::{self, Servers};
use crate::evidence::attempt::{Attempt, DataVerb, Mode, Probe};
use crate::evidence::facts::{Cite, ENOUGH, Facts, Failure, Place, Tried};
use crate::evidence::observed::Observed;

/// So many ports in all are asked where one failed whose command went out together with others.
const PORTS_WANTED: usize = 5;

/// Whether more ports must tell if the range is partly open: a failure that is not judged is no proof, nor nothing.
pub fn are_wanted(facts: &Facts) -> bool {
    !facts.passive_failures_aside().is_empty() && !up_to(facts, PORTS_WANTED).is_empty()
}

/// What shows that passive connections went astray among several machines; empty where one failed in another way than by
/// RST, which that does not explain.
pub fn astray(facts: &Facts) -> Vec<Place> {
    let otherwise = [Failure::DialDropped, Failure::DialUnreachable].map(|failure| failed_at_peer(facts, failure));
    if otherwise.iter().any(|failed| !failed.is_empty()) {
        return Vec::new();
    }
    facts.ports_of_two_minds().into_iter().chain(served_by_another(facts)).collect()
}

/// Where a transfer came that the server never announced, and a port refused a connection besides: one machine answers on
/// the control connection, and another listened at the port.
pub fn served_by_another(facts: &Facts) -> Vec<Place> {
    let aside = facts.passive_failures_aside();
    let refused = aside.iter().any(|tried| tried.failure() == Some(Failure::DialRefused))
        || !facts.failed(Failure::DialRefused).is_empty();
    if refused { facts.transfers_unannounced() } else { Vec::new() }
}

/// Whether connections of PASV fail every time and those of EPSV never, for the verb's own sake.
pub fn pasv_alone_fails(facts: &Facts) -> bool {
    facts.verbs_differ() && facts.samples(DataVerb::Epsv).only_joined() && astray(facts).is_empty()
}

/// Whether that is the work of the FTP helper of the address translation before the server. It lets in the port of a 227
/// that names the server's own address, and passes over one that names the outer address already; a 229 names none. Linux's
/// does so (nf_conntrack_ftp). What ends nearer to this side is somebody else's work.
pub fn helper_passes_over_pasv(facts: &Facts) -> Observed<Cite> {
    let place = place::of(facts, &facts.samples(DataVerb::Pasv).unanswered);
    if !pasv_alone_fails(facts) || place.is_some_and(|place| place.servers == Servers::NotReached) {
        return Observed::NotSeen;
    }
    facts.told_its_outer_address()
}

/// What to try next, side by side, where the two verbs disagree and neither has been seen to do both, or where every port
/// failed and another one may tell more: until each verb was tried [`ENOUGH`] times, or so many ports were asked.
pub fn more(facts: &Facts) -> Vec<Probe> {
    if let Some(asked) = facts.evidence().asked.samples {
        return up_to(facts, usize::from(asked));
    }
    let (pasv, epsv) = (facts.samples(DataVerb::Pasv), facts.samples(DataVerb::Epsv));
    let Some(last) = last_tried(facts) else { return Vec::new() };
    match () {
        () if pasv.only_joined() && epsv.only_unanswered() => until_enough(facts, last),
        () if epsv.only_joined() && pasv.only_unanswered() => until_enough(facts, last),
        () if epsv.only_joined() && are_wanted(facts) => up_to(facts, PORTS_WANTED),
        () if pasv.only_joined() && are_wanted(facts) => up_to(facts, PORTS_WANTED),
        () if !(pasv.joined.is_empty() && epsv.joined.is_empty()) => Vec::new(),
        // All failed, but for the one that was swept.
        () if pasv.is_mixed() || epsv.is_mixed() => until_enough(facts, last),
        // One more costs nothing where somebody answers; after silence the swept port is the third.
        () if facts.failed(Failure::DialDropped).is_empty() && (1..ENOUGH).contains(&(pasv.count() + epsv.count())) => {
            vec![Attempt::usual(last).into()]
        }
        () => Vec::new(),
    }
}

/// The rest of [`ENOUGH`] tries of each verb. Not in turn: where every other connection goes astray, one of the verbs would
/// fail each time.
fn until_enough(facts: &Facts, last: DataVerb) -> Vec<Probe> {
    let other = if last == DataVerb::Epsv { DataVerb::Pasv } else { DataVerb::Epsv };
    let mut left = [last, other].map(|verb| (verb, ENOUGH.saturating_sub(facts.times_tried(Attempt::usual(verb)))));
    let mut wanted = Vec::new();
    for turn in [0, 1, 1, 0].into_iter().cycle() {
        let (verb, times) = &mut left[turn];
        if *times > 0 {
            *times -= 1;
            wanted.push(Attempt::usual(*verb).into());
        }
        if left.iter().all(|(_, times)| *times == 0) {
            return wanted;
        }
    }
    wanted
}

/// The passive verb that was tried last and is understood: one that is refused names no port, however often it is tried.
fn last_tried(facts: &Facts) -> Option<DataVerb> {
    facts.tried_in(Mode::Passive).filter(|tried| tried.negotiated()).last().map(Tried::verb)
}

/// Whether passive ports that the user asked for are still to be tried. Where no more can be, those that were tell.
pub fn are_asked_for(facts: &Facts) -> bool {
    let evidence = facts.evidence();
    let over = evidence.not_sampled.is_some() || evidence.cut_short.is_some();
    !over && evidence.asked.samples.is_some_and(|asked| !up_to(facts, usize::from(asked)).is_empty())
}

/// The rest of so many passive ports, the verbs in turn as far as each is understood.
fn up_to(facts: &Facts, asked: usize) -> Vec<Probe> {
    let usable = |verb: &DataVerb| facts.tried_with(*verb).any(|tried| tried.negotiated());
    let verbs: Vec<DataVerb> = [DataVerb::Pasv, DataVerb::Epsv].into_iter().filter(usable).collect();
    let tried = facts.passive_dials();
    // A port that refused one and let another in was connected to as well.
    let missing = asked.saturating_sub(tried + facts.ports_of_two_minds().len());
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

#[cfg(test)]
mod tests {
    use super::more;
    use crate::evidence::attempt::{Attempt, DataVerb};
    use crate::evidence::case::Case;
    use crate::evidence::facts::Facts;

    #[test]
    fn a_verb_that_is_refused_is_asked_for_no_further_port() {
        let text = include_str!("../../../fixtures/cases/transparent-proxy/answers_at_the_first_router.toml");
        let mut evidence = Case::from_toml(text).expect("a case").evidence;
        // PASV's port refuses, EPSV is turned away, and then active mode.
        evidence.attempts.truncate(4);
        assert_eq!(more(&Facts::of(&evidence)), [Attempt::usual(DataVerb::Pasv).into()]);
    }
}
