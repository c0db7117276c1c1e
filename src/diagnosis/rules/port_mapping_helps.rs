#![doc = include_str!("port_mapping_helps.md")]

use crate::diagnosis::rule::{Conclusion, Confidence, Fix, Match, Rule, Severity, Side};
use crate::evidence::attempt::{Address, Mode, Probe};
use crate::evidence::facts::{Cite, Facts, Failure, Tried};
use crate::evidence::mapping::Mapping;
use crate::evidence::observed::Observed;

pub static RULE: Rule = Rule {
    id: "port-mapping-helps",
    title: "the router on this side opens ports when asked",
    article: include_str!("port_mapping_helps.md"),
    neighbours: &[
        "port-mapping-in-vain",
        "active-address-rejected",
        "active-callback-dropped",
        "active-callback-refused",
    ],
    test,
    asks,
};

fn test(facts: &Facts) -> Match {
    let mappings = &facts.evidence().mappings;
    let mapped = facts.tried().iter().find(|tried| tried.attempt().address == Address::Mapped);
    let got = mappings.iter().find(|mapping| mapping.outside_port.is_some());
    match (got, mapped) {
        (Some(mapping), Some(tried)) if tried.works() => helps(facts, mapping, tried),
        (Some(_), Some(tried)) if tried.failure() == Some(Failure::NotTried) => Match::Undecided(CUT_SHORT),
        (Some(_), Some(tried)) => Match::RuledOut(facts.cites(tried.ended_by())),
        _ if mappings.iter().any(|mapping| mapping.refused.is_none()) => Match::Undecided(CUT_SHORT),
        _ if !mappings.is_empty() => Match::RuledOut(mappings.iter().map(refusal).collect()),
        _ if facts.works(Mode::Active) => {
            Match::RuledOut(facts.cites(facts.joined_in(Mode::Active).filter_map(Tried::joined_at)))
        }
        _ => Match::Undecided("the router was not asked for a port (--port-mapping asks it)"),
    }
}

const CUT_SHORT: &str = "the check ended before that was seen";

fn refusal(mapping: &Mapping) -> Cite {
    let why = mapping.refused.as_deref().unwrap_or("nothing came through it");
    Cite::of(format!("the router {} gave no port ({}): {why}", mapping.router, mapping.protocol))
}

fn helps(facts: &Facts, mapping: &Mapping, tried: &Tried) -> Match {
    let outside = tried.named().map_or_else(String::new, |named| named.to_string());
    let mut cites = vec![Cite::of(format!(
        "the router {} opened {outside} for {} when asked ({})",
        mapping.router, mapping.inside, mapping.protocol
    ))];
    cites.extend(facts.cites(tried.joined_at()));
    let left = match mapping.left_open_s() {
        None => "has been closed again".to_owned(),
        Some(s) => format!("may be open still, and closes by itself after {s} seconds"),
    };
    Match::Fires(Conclusion {
        severity: Severity::Info,
        side: Side::Client,
        confidence: Confidence::High,
        summary: format!(
            "Active mode can be made to work: the router on this side opens a port when asked, and a data connection \
             came through it. The port {left}."
        ),
        cites,
        fixes: vec![Fix::client(
            "Forward a few ports on the router for good, or switch on UPnP in the client",
            "Few FTP clients ask the router by themselves: forward some ports by hand, and enter the outer address and \
             these ports in the client's settings for active mode.",
        )],
    })
}

/// Only where the user allowed it: it changes the router's settings for a moment.
fn asks(facts: &Facts) -> Vec<Probe> {
    let translated = matches!(facts.client_nat(), Observed::Seen(_));
    let evidence = facts.evidence();
    let asked = evidence.asked.port_mapping && evidence.mappings.is_empty() && evidence.not_mapped.is_none();
    let fails = facts.tried_in(Mode::Active).next().is_some() && !facts.works(Mode::Active);
    if asked && translated && fails { vec![Probe::PortMapping] } else { Vec::new() }
}
