#![doc = include_str!("name_resolution_failed.md")]

use crate::diagnosis::rule::{Conclusion, Confidence, Fix, Match, Rule, Severity, Side, asks_nothing};
use crate::evidence::facts::{Cite, Facts};
use crate::evidence::import::UNKNOWN_HOST;

pub static RULE: Rule = Rule {
    id: "name-resolution-failed",
    title: "the host's name leads to no address",
    article: include_str!("name_resolution_failed.md"),
    neighbours: &["control-port-dropped", "control-unreachable"],
    test,
    asks: asks_nothing,
};

fn test(facts: &Facts) -> Match {
    let evidence = facts.evidence();
    if let Some(address) = evidence.resolution.addresses.first() {
        return Match::RuledOut(vec![Cite::of(format!("{} has the address {address}", evidence.target.host))]);
    }
    if let Some(joined) = facts.joined_control() {
        return Match::RuledOut(vec![joined]);
    }
    let Some(error) = &evidence.resolution.error else { return Match::Undecided("the name was not looked up") };
    let host = &evidence.target.host;
    let line = evidence.resolution.line;
    let cite = line
        .map_or_else(|| format!("looking up {host}: {error}"), |line| format!("line {line}: \u{201c}{error}\u{201d}"));
    if host == UNKNOWN_HOST {
        return Match::Fires(Conclusion {
            severity: Severity::Error,
            side: Side::Unknown,
            confidence: Confidence::High,
            summary:
                "The name that the client looked up leads to no address from there, so there is no server to connect \
                      to."
                .to_owned(),
            cites: vec![Cite::of(cite)],
            fixes: vec![
                Fix::client(
                    "Check the spelling of the name, and the client's computer's DNS",
                    "Look it up with another resolver; if that knows it, the computer's resolver is at fault.",
                ),
                Fix::server("Publish the name in DNS", "It needs an A record (IPv4) or an AAAA record (IPv6)."),
            ],
        });
    }
    Match::Fires(Conclusion {
        severity: Severity::Error,
        side: Side::Unknown,
        confidence: Confidence::High,
        summary: format!("The name {host} leads to no address from here, so there is no server to connect to."),
        cites: vec![Cite::of(cite)],
        fixes: vec![
            Fix::client(
                "Check the spelling of the name, and this computer's DNS",
                format!(
                    "Look {host} up with another resolver; if that knows it, this computer's resolver is at fault."
                ),
            ),
            Fix::server(
                "Publish the name in DNS",
                format!("{host} needs an A record (IPv4) or an AAAA record (IPv6)."),
            ),
        ],
    })
}
