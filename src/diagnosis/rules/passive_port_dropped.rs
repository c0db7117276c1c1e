#![doc = include_str!("passive_port_dropped.md")]

use crate::diagnosis::rule::{Conclusion, Confidence, Fix, Match, Rule, Severity, Side, asks_nothing};
use crate::evidence::attempt::Mode;
use crate::evidence::facts::{Cause, Facts};

pub static RULE: Rule = Rule {
    id: "passive-port-dropped",
    title: "connections to the server's passive port get no answer",
    article: include_str!("passive_port_dropped.md"),
    neighbours: &[
        "passive-port-refused",
        "passive-port-unreachable",
        "passive-address-unroutable",
        "passive-range-partly-open",
        "epsv-blocked",
    ],
    test,
    asks: asks_nothing,
};

fn test(facts: &Facts) -> Match {
    if let Some(place) = facts.tried_in(Mode::Passive).find_map(|tried| tried.joined_at()) {
        return Match::RuledOut(facts.cites([place]));
    }
    let dropped: Vec<_> = facts.tried_in(Mode::Passive).filter(|tried| tried.cause() == Some(Cause::Dropped)).collect();
    let Some(first) = dropped.first() else {
        return Match::Undecided("no passive data connection was dialled in vain");
    };
    let Some(port) = first.dialled() else { return Match::Undecided("no passive data connection was dialled") };
    Match::Fires(Conclusion {
        severity: Severity::Error,
        side: Side::Unknown,
        confidence: Confidence::Medium,
        summary: format!(
            "Connections to the server's passive port get no answer: {port} stays silent, while the control connection to {} works.",
            facts.evidence().target.port
        ),
        cites: facts.cites(dropped.iter().filter_map(|tried| tried.ended_by())),
        fixes: vec![Fix::server(
            "Open the passive port range in the server's firewall",
            "every port of the range, inbound TCP, from any address",
        )],
    })
}
