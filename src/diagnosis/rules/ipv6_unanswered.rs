#![doc = include_str!("ipv6_unanswered.md")]

use crate::diagnosis::rule::{Conclusion, Confidence, Fix, Match, Rule, Severity, Side, asks_nothing};
use crate::diagnosis::rules::{dials, side_of};
use crate::evidence::facts::{Cite, DialEnd, Dialled, Facts};

pub static RULE: Rule = Rule {
    id: "ipv6-unanswered",
    title: "the server's IPv6 address does not answer, while its IPv4 address does",
    article: include_str!("ipv6_unanswered.md"),
    neighbours: &["control-port-dropped", "control-port-refused", "control-unreachable"],
    test,
    asks: asks_nothing,
};

/// Silence of less than this (milliseconds) is no silence: the first repetition of a lost packet takes a second.
const LONG_MS: f64 = 1_000.0;

fn test(facts: &Facts) -> Match {
    let Some(peer) = facts.peer() else { return Match::Undecided("no control connection was joined") };
    let joined_late = facts.dials().into_iter().find(|dial| dial.address.is_ipv6() && dial.end == DialEnd::Joined);
    if peer.is_ipv6() {
        return Match::RuledOut(facts.joined_control().into_iter().collect());
    }
    if let Some(dial) = joined_late {
        return Match::RuledOut(facts.cites([dial.place]));
    }
    let addresses = &facts.evidence().resolution.addresses;
    let dialled: Vec<Dialled> =
        facts.dials().into_iter().filter(|dial| is_ipv6(dial) && !dial.address.ip().is_loopback()).collect();
    if dialled.is_empty() {
        if !addresses.is_empty() && addresses.iter().all(|address| address.to_canonical().is_ipv4()) {
            let only = format!("{} has IPv4 addresses alone", facts.evidence().target.host);
            return Match::RuledOut(vec![Cite::of(only)]);
        }
        return Match::Undecided("no IPv6 address was dialled");
    }
    let rtt = facts.rtt_ms().unwrap_or(0.0);
    let unanswered: Vec<Dialled> = dialled.into_iter().filter(|dial| is_telling(&dial.end, rtt)).collect();
    let Some(first) = unanswered.first() else {
        return Match::Undecided("this computer has no IPv6, or the check ended too soon to tell");
    };
    let (side, confidence, how) = match first.end {
        DialEnd::Refused => (Side::Server, Confidence::High, "refuses the connection".to_owned()),
        DialEnd::Unreachable(icmp) => {
            let router =
                icmp.router.map_or_else(|| "an ICMP error".to_owned(), |router| format!("{router} with an ICMP error"));
            let side = side_of(facts, icmp, Some(first.address.ip()));
            (side, Confidence::Medium, format!("is reported unreachable (by {router})"))
        }
        DialEnd::Silent { ms } if ms < LONG_MS => {
            (Side::Unknown, Confidence::Low, format!("gave no answer for the {ms:.0} ms that the check took"))
        }
        _ => (Side::Unknown, Confidence::Medium, "gives no answer".to_owned()),
    };
    let host = &facts.evidence().target.host;
    Match::Fires(Conclusion {
        severity: Severity::Warning,
        side,
        confidence,
        summary: format!(
            "{host} has the IPv6 address {}, which {how}, while {peer} works: clients that try IPv6 first wait or fail.",
            first.address.ip()
        ),
        cites: facts.cites(unanswered.iter().map(|dial| dial.place)),
        fixes: vec![
            Fix::server(
                "Have the FTP server listen over IPv6, or take the address out of DNS",
                format!(
                    "Let TCP to port {} in at {}, or remove the AAAA record of {host}.",
                    facts.evidence().target.port,
                    dials::addresses(&unanswered)
                ),
            ),
            Fix::client("Have the client use IPv4", "Most clients have a setting for it; here and in curl it is -4."),
        ],
    })
}

fn is_ipv6(dial: &Dialled) -> bool {
    dial.address.ip().to_canonical().is_ipv6()
}

/// Whether the end of a dial says something of the server: a computer without IPv6 says nothing, and neither does a
/// silence that an answer would hardly have ended.
fn is_telling(end: &DialEnd, rtt_ms: f64) -> bool {
    match end {
        DialEnd::Refused => true,
        DialEnd::Silent { ms } => *ms >= (4.0 * rtt_ms).max(200.0),
        DialEnd::Unreachable(icmp) => !icmp.no_route,
        DialEnd::Joined | DialEnd::Unfinished => false,
    }
}
