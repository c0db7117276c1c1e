#![doc = include_str!("passive_range_partly_open.md")]

use std::collections::BTreeSet;

use crate::diagnosis::rule::{Conclusion, Confidence, Fix, Match, Rule, Severity, Side};
use crate::diagnosis::rules::{
    ANY_RANGE, endpoints, ends, epsv_blocked, joins, listed, loss, place, samples, setting, taken_for, untold,
};
use crate::evidence::attempt::DataVerb;
use crate::evidence::facts::{Doubt, Facts, Tried};

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
        return Match::Undecided("more ports were asked for");
    }
    let astray = samples::astray(facts);
    if !astray.is_empty() {
        return Match::RuledOut(facts.cites(astray));
    }
    match (joined.is_empty(), unanswered.is_empty()) {
        (true, true) => return Match::Undecided("no passive data connection was dialled"),
        (true, false) if unanswered.iter().all(|tried| tried.is_guess()) => return Match::Undecided(untold(facts)),
        (true, false) if !samples::more(facts).is_empty() => {
            return Match::Undecided("too few ports were asked to tell");
        }
        (true, false) if mixed => {}
        (true, false) => return Match::RuledOut(facts.cites(ends(unanswered))),
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
    let place = place::of(facts);
    // A rule on either side may cover only a part of the range; where it was looked for, the place tells.
    let (side, confidence) = match &place {
        Some(place) => (place.side, place.confidence.min(Confidence::Medium)),
        None => (Side::Unknown, Confidence::Low),
    };
    Match::Fires(Conclusion {
        severity: loss(facts),
        side,
        confidence,
        summary: format!(
            "Some of the server's passive ports let connections in and some do not: {} got through, {} did not. \
             Transfers will fail now and then.{}{}{}",
            if joined.is_empty() { "one that carried no transfer".to_owned() } else { ports(&joined) },
            endpoints(failed.iter().copied()),
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
        fixes: [
            same_range(facts),
            Fix::client(
                "Ask for the server's passive range and let all of it out",
                "A rule on this side that covers only part of the range looks the same; so does a single port that a \
                 firewall takes for another service (5060, 6667, 8080).",
            ),
        ]
        .into_iter()
        .chain(pasv_failed_aside.then(epsv_blocked::use_pasv))
        .collect(),
    })
}

/// Where a part of the range is closed.
pub fn same_range(facts: &Facts) -> Fix {
    Fix::server(
        "Make the firewall's range and the server's passive range the same",
        format!(
            "{} Open and forward exactly these ports, all of them.",
            setting(facts, |settings| settings.passive_range, ANY_RANGE)
        ),
    )
}

/// The failure is not judged, as its command went out together with others, and every port asked since got through. More
/// than one is no longer chance.
fn one_port_failed(facts: &Facts, joined: &[&Tried]) -> Match {
    let aside = facts.passive_failures_aside();
    let failed: BTreeSet<u16> = aside.iter().filter_map(|tried| Some(tried.dialled()?.port())).collect();
    let several = failed.len() > 1;
    let failed: Vec<String> = failed.iter().map(|port| format!("port {port}")).collect();
    let service = taken_for(&aside);
    let (failed, through) = (listed(&failed), ports(joined));
    let summary = if several {
        format!(
            "Several passive connections failed ({failed}), and {through} since got through. Those ports may be closed in a \
             firewall, or an FTP helper lost track of commands that this check sent together.{service}"
        )
    } else {
        format!(
            "One passive connection failed ({failed}), and {through} since got through. That port may be closed in a \
             firewall, or an FTP helper lost track of commands that this check sent together.{service}"
        )
    };
    Match::Fires(Conclusion {
        severity: if several || !service.is_empty() { loss(facts) } else { Severity::Info },
        side: Side::Unknown,
        confidence: Confidence::Low,
        summary,
        cites: facts.cites(ends(&aside).into_iter().chain(joins(joined.iter().copied()))),
        fixes: vec![Fix::server(
            "Make the firewall's range and the server's passive range the same",
            setting(facts, |settings| settings.passive_range, ANY_RANGE),
        )],
    })
}

fn ports(tried: &[&Tried]) -> String {
    let all: BTreeSet<u16> = tried.iter().filter_map(|tried| Some(tried.dialled()?.port())).collect();
    listed(&all.iter().map(|port| format!("port {port}")).collect::<Vec<_>>())
}
