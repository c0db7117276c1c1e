#![doc = include_str!("passive_range_partly_open.md")]

use std::collections::BTreeSet;

use crate::diagnosis::rule::{Conclusion, Confidence, Fix, Match, Rule, Severity, Side};
use crate::diagnosis::rules::{
    ANY_RANGE, endpoints, ends, epsv_blocked, joins, listed, loss, place, samples, setting, taken_for,
    transfer_stalled, untold,
};
use crate::evidence::attempt::DataVerb;
use crate::evidence::facts::{Cite, Doubt, Facts, Tried};

pub static RULE: Rule = Rule {
    id: "passive-range-partly-open",
    title: "some passive ports get through and some do not",
    article: include_str!("passive_range_partly_open.md"),
    neighbours: &[
        "epsv-blocked",
        "passive-port-dropped",
        "passive-port-refused",
        "server-address-varies",
        "control-connection-altered",
    ],
    test,
    asks: samples::more,
};

fn test(facts: &Facts) -> Match {
    let pasv = facts.samples(DataVerb::Pasv);
    let epsv = facts.samples(DataVerb::Epsv);
    let joined: Vec<&Tried> = pasv.joined.iter().chain(&epsv.joined).copied().collect();
    let unanswered: Vec<&Tried> = pasv.unanswered.iter().chain(&epsv.unanswered).copied().collect();
    let both = |one, other| facts.cites([joins::<'_>(one), ends::<'_>(other)].concat());

    // Then the verb is not all that the failures have in common.
    let of_verb = pasv.only_joined() && epsv.only_unanswered();
    let pasv_failed_aside = of_verb && facts.doubt_of_verb(DataVerb::Epsv) == Some(Doubt::OtherFailedAside);
    let mixed = pasv.is_mixed() || epsv.is_mixed();
    if samples::are_asked_for(facts) {
        return Match::Undecided("fewer ports were tried than were asked for");
    }
    let astray = samples::astray(facts);
    if !astray.is_empty() {
        return Match::RuledOut(facts.cites(astray));
    }
    if unanswered.iter().any(|tried| facts.fails_shut_out(tried)) {
        return Match::Undecided("a port failed when the control port let nobody in any more");
    }
    match (joined.is_empty(), unanswered.is_empty()) {
        (true, true) => return Match::Undecided("no passive data connection was dialled"),
        (true, false) if unanswered.iter().all(|tried| tried.is_guess()) => return Match::Undecided(untold(facts)),
        (true, false) if !samples::more(facts).is_empty() => {
            return Match::Undecided("too few ports were asked to tell");
        }
        (true, false) if mixed => {}
        (true, false) => return none_let_in(facts, unanswered),
        (false, true) if samples::are_wanted(facts) => {
            return Match::Undecided("a port failed whose command went out together with others: others must tell");
        }
        (false, true) if !facts.passive_failures_aside().is_empty() => return one_port_failed(facts, &joined),
        (false, true) if joined.len() > 1 => return Match::RuledOut(facts.cites(joins(joined))),
        (false, true) => return Match::Undecided("one port that is open tells nothing of the others"),
        (false, false) if mixed => {}
        // The verbs disagree, each with itself at one.
        (false, false) if facts.verbs_differ() => return Match::RuledOut(both(joined, unanswered)),
        (false, false) if pasv.only_joined() && !pasv_failed_aside => {
            return Match::Undecided("EPSV may fail for its verb's sake: the ports that were tried do not tell");
        }
        (false, false) => {}
    }
    let aside = facts.passive_failures_aside();
    let mut failed = unanswered.clone();
    failed.extend(aside.iter().filter(|tried| pasv_failed_aside && tried.verb() == DataVerb::Pasv));
    // Where each verb is at one with itself, it may be the verb.
    let at_odds = if mixed { facts.ports_at_odds() } else { BTreeSet::new() };
    // Packets that are lost at random are lost on the way to the port that was searched as well.
    let by_chance = facts.loses_packets();
    let place = place::of(facts, &failed).filter(|_| !by_chance);
    // A rule on either side may cover only a part of the range; where it was looked for, the place tells.
    let (side, confidence) = match &place {
        Some(place) => (place.side, place.confidence.min(Confidence::Medium)),
        None => (Side::Unknown, Confidence::Low),
    };
    let differ = failed.windows(2).any(|two| two[0].failure() != two[1].failure());
    // A log may hide them.
    let shown = failed.iter().all(|tried| tried.dialled().is_some_and(|end| end.port() != 0));
    let which = if at_odds.is_empty() {
        format!(
            "Some of the server's passive ports let connections in and some do not: {} got through, {} did not.",
            if joined.is_empty() { "one that carried no transfer".to_owned() } else { ports(&joined) },
            if shown { ports(&failed) } else { endpoints(failed.iter().copied()) }
        )
    } else {
        format!(
            "Some passive connections get through and some do not, and not for their ports: {} let one in and not another. A \
             limit on new connections does that, or one of several ways that loses them; a range that is open in part does \
             not.",
            named(&at_odds)
        )
    };
    let mut fixes = match () {
        () if !at_odds.is_empty() => without_limit(side),
        () if side == Side::Unknown => vec![
            same_range(facts),
            Fix::client(
                "Ask for the server's passive range and let all of it out",
                "A rule on this side that covers only part of the range looks the same; so does a single port that a \
                 firewall takes for another service (5060, 6667, 8080).",
            ),
        ],
        () => place::fixes(facts, &failed, side, (SAME_RANGE, EXACTLY)),
    };
    fixes.extend(pasv_failed_aside.then(epsv_blocked::use_pasv));
    fixes.extend(by_chance.then(transfer_stalled::check_often));
    Match::Fires(Conclusion {
        severity: loss(facts),
        side,
        confidence,
        summary: format!(
            "{which} Transfers will fail now and then.{}{}{}{}{}",
            if by_chance { MAY_BE_CHANCE } else { "" },
            if differ { FAIL_IN_SEVERAL_WAYS } else { "" },
            taken_for(failed.iter().copied()),
            if pasv_failed_aside {
                " All connections of EPSV failed, so a firewall that knows PASV and not EPSV may have a part in it."
            } else {
                ""
            },
            place.as_ref().map_or_else(String::new, |place| format!(" {}", place.words))
        ),
        cites: {
            let mut cites = both(joined, failed);
            cites.extend([pasv.let_in, epsv.let_in].into_iter().flatten());
            cites.extend(place.into_iter().flat_map(|place| place.cites));
            cites
        },
        fixes,
    })
}

/// What shows that a port let a connection in that carried no transfer, where all that were to carry one failed: then it
/// is not every port that fails.
pub fn let_in_besides(facts: &Facts) -> Vec<Cite> {
    let let_in: Vec<Cite> =
        [DataVerb::Pasv, DataVerb::Epsv].into_iter().filter_map(|verb| facts.samples(verb).let_in).collect();
    if !let_in.is_empty() && matches!(test(facts), Match::Fires(_)) { let_in } else { Vec::new() }
}

/// No port let a connection in. One alone says nothing of the others.
fn none_let_in(facts: &Facts, unanswered: Vec<&Tried>) -> Match {
    let tried = facts.passive_ports_closed().len();
    if tried < 2 {
        return Match::Undecided("one port alone was tried, and others may let connections in");
    }
    let mut cites = vec![Cite::of(format!("none of the {tried} ports that were tried let a connection in"))];
    cites.extend(facts.cites(ends(unanswered)));
    Match::RuledOut(cites)
}

const MAY_BE_CHANCE: &str = " Some that got through did so only when they were sent again: packets are lost on the way, which may \
                             be all there is to it.";
const FAIL_IN_SEVERAL_WAYS: &str = " Those that do not get through fail in more than one way, which points to more than one \
                                    firewall: whose they are can't be seen from here.";
const SAME_RANGE: &str = "Make the firewall's range and the server's passive range the same";
const EXACTLY: &str = "Open and forward exactly these ports, all of them.";

/// Where connections fail whatever their port is, the side that has to act first.
fn without_limit(side: Side) -> Vec<Fix> {
    let server = Fix::server(
        "Look for a limit on new connections before the passive ports, and at every way and machine behind them",
        "Rules that count new connections (limit, connlimit, hashlimit, flood protection) have to leave the passive range \
         out; where several lines or machines share the load, each of them has to take data connections.",
    );
    let client = Fix::client(
        "Look for a limit on new connections on the way out, and at every line that leads there",
        "A firewall that counts new connections drops those above its limit; where several lines share the load, one of \
         them may lose packets.",
    );
    let network = Fix::network(
        "Ask the network's operator whether one of several ways loses packets",
        "Give him the hop above and the time of this check.",
    );
    match side {
        Side::Server => vec![server],
        Side::Client => vec![client],
        Side::Network => vec![network],
        Side::Unknown => vec![server, client],
    }
}

/// Where a part of the range is closed.
pub fn same_range(facts: &Facts) -> Fix {
    Fix::server(SAME_RANGE, format!("{} {EXACTLY}", setting(facts, |settings| settings.passive_range, ANY_RANGE)))
}

/// The failure is not judged, as its command went out together with others, and every port asked since got through. More
/// than one is no longer chance.
fn one_port_failed(facts: &Facts, joined: &[&Tried]) -> Match {
    let aside = facts.passive_failures_aside();
    let failed: BTreeSet<u16> = aside.iter().filter_map(|tried| Some(tried.dialled()?.port())).collect();
    let several = failed.len() > 1;
    let here = aside.iter().all(|tried| facts.never_left(tried).is_some());
    let no_machine = aside.iter().any(|tried| tried.icmp().is_some_and(|answer| answer.no_machine));
    let service = taken_for(&aside);
    let (failed, through) = (named(&failed), ports(joined));
    let summary = match (no_machine, several) {
        _ if here => format!(
            "This computer's own firewall turned a passive connection away before it left ({failed}), and {through} since got \
             through. Neither the server nor a router on the way is to blame.{service}"
        ),
        (true, _) => format!(
            "A passive connection failed ({failed}), and {through} since got through. By the ICMP error that answered it, it \
             was passed on to a machine that can't be reached: ports may be forwarded to another one than the FTP server.\
             {service}"
        ),
        (false, true) => format!(
            "Several passive connections failed ({failed}), and {through} since got through. Those ports may be closed in a \
             firewall, or an FTP helper lost track of commands that this check sent together.{service}"
        ),
        (false, false) => format!(
            "One passive connection failed ({failed}), and {through} since got through. That port may be closed in a \
             firewall, or an FTP helper lost track of commands that this check sent together.{service}"
        ),
    };
    Match::Fires(Conclusion {
        severity: if several || no_machine || here || !service.is_empty() { loss(facts) } else { Severity::Info },
        side: if here { Side::Client } else { Side::Unknown },
        confidence: if here { Confidence::High } else { Confidence::Low },
        summary,
        cites: facts.cites(ends(&aside).into_iter().chain(joins(joined.iter().copied()))),
        fixes: match here {
            true => place::fixes(facts, &aside.iter().collect::<Vec<&Tried>>(), Side::Client, (SAME_RANGE, EXACTLY)),
            false => vec![Fix::server(SAME_RANGE, setting(facts, |settings| settings.passive_range, ANY_RANGE))],
        },
    })
}

fn ports(tried: &[&Tried]) -> String {
    let all: BTreeSet<u16> = tried.iter().filter_map(|tried| Some(tried.dialled()?.port())).collect();
    named(&all)
}

/// `port 40010`, `ports 40010 and 40021`.
fn named(ports: &BTreeSet<u16>) -> String {
    let numbers: Vec<String> = ports.iter().map(u16::to_string).collect();
    format!("{} {}", if ports.len() == 1 { "port" } else { "ports" }, listed(&numbers))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::case::Case;

    fn conclusion(text: &str) -> Conclusion {
        let evidence = Case::from_toml(text).expect("a case").evidence;
        match test(&Facts::of(&evidence)) {
            Match::Fires(conclusion) => conclusion,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_port_that_let_one_in_and_not_another_is_no_part_of_a_range() {
        let found =
            conclusion(include_str!("../../../fixtures/cases/passive-range-partly-open/whatever_the_port.toml"));
        assert!(found.summary.contains("port 50001 let one in and not another"), "{}", found.summary);
        assert!(found.fixes.iter().all(|fix| fix.action != SAME_RANGE));
    }

    #[test]
    fn where_single_packets_are_lost_the_place_is_anybodys() {
        let found = conclusion(include_str!("../../../fixtures/cases/passive-range-partly-open/lost_at_random.toml"));
        assert_eq!((found.side, found.confidence), (Side::Unknown, Confidence::Low));
        assert!(found.summary.contains("packets are lost on the way, which may be all"), "{}", found.summary);
        assert!(!found.summary.contains("get past no router"), "{}", found.summary);
    }

    #[test]
    fn the_way_that_was_searched_to_one_port_speaks_for_no_other() {
        let found =
            conclusion(include_str!("../../../fixtures/cases/passive-range-partly-open/walls_on_both_sides.toml"));
        assert!(found.summary.contains("Packets to passive port 50002 "), "{}", found.summary);
        assert!(found.summary.contains("For this port the server's firewall"), "{}", found.summary);
        assert!(found.summary.contains("The way to the other ports that failed was not searched"), "{}", found.summary);
    }

    #[test]
    fn where_one_side_is_to_blame_the_other_is_asked_for_nothing() {
        let found = conclusion(include_str!(
            "../../../fixtures/cases/passive-range-partly-open/limit_at_the_clients_router.toml"
        ));
        assert!(found.fixes.iter().all(|fix| fix.side == Side::Client), "{:?}", found.fixes);
    }
}
