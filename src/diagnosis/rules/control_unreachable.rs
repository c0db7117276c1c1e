#![doc = include_str!("control_unreachable.md")]

use crate::diagnosis::rule::{Conclusion, Confidence, Fix, Match, Rule, Severity, Side, asks_nothing};
use crate::diagnosis::rules::{dials, side_of};
use crate::evidence::address::{Reach, reach};
use crate::evidence::facts::{DialEnd, Facts};

pub static RULE: Rule = Rule {
    id: "control-unreachable",
    title: "the server is reported unreachable",
    article: include_str!("control_unreachable.md"),
    neighbours: &["control-port-dropped", "control-port-refused", "name-resolution-failed"],
    test,
    asks: asks_nothing,
};

fn test(facts: &Facts) -> Match {
    let unreachable = match dials::ended(facts, |end| matches!(end, DialEnd::Unreachable(_))) {
        Ok(unreachable) => unreachable,
        Err(otherwise) => return otherwise,
    };
    let Some((address, icmp)) = unreachable.iter().find_map(|dial| match dial.end {
        DialEnd::Unreachable(icmp) => Some((dial.address.ip().to_canonical(), icmp)),
        _ => None,
    }) else {
        return Match::Undecided("no address was dialled to an end");
    };
    let addresses = dials::addresses(&unreachable);
    let place = dials::place(facts, &unreachable);
    let (side, summary) = match icmp.router {
        None if icmp.no_route && reach(address) == Reach::Public => (
            Side::Client,
            format!("This computer has no way to {addresses}: its network has no route there, or none at all."),
        ),
        None => (
            Side::Unknown,
            format!(
                "There is no way to {addresses}: this computer has no route, or the server's machine does not answer."
            ),
        ),
        Some(router) if router == address => {
            let what = if icmp.by_rule { "that rules forbid the connection" } else { "that it can't be reached" };
            let (side, whose) = place.as_ref().map_or((Side::Unknown, IN_ITS_NAME), |place| (place.side, &place.words));
            (
                side,
                format!("There is no way to {addresses}: an ICMP error in the server's own name says {what}. {whose}"),
            )
        }
        Some(router) => {
            let what = if icmp.by_rule { "that its rules forbid the connection" } else { "that it can't be reached" };
            (side_of(facts, icmp, Some(address)), format!("There is no way to {addresses}: {router} reports {what}."))
        }
    };
    // Who says that no machine is there has blocked nobody.
    let may_be_blocked = side != Side::Client && icmp.router.is_some() && !icmp.no_machine;
    let summary = if may_be_blocked { format!("{summary} {}", dials::MAY_BE_BLOCKED) } else { summary };
    let mut cites = facts.cites(unreachable.iter().map(|dial| dial.place));
    let confidence = match &place {
        Some(place) if may_be_blocked => place.confidence.min(Confidence::Medium),
        Some(place) => place.confidence,
        None if side == Side::Unknown => Confidence::Low,
        None => Confidence::Medium,
    };
    let server = Fix::server(
        "Make sure that the server is on and its firewall lets FTP in",
        format!("Incoming TCP to port {}, not rejected by a rule.", facts.evidence().target.port),
    );
    let client = Fix::client(
        "Check this computer's network",
        "Its address, its default route, and whether other hosts can be reached.",
    );
    let mut fixes = match place {
        Some(_) => dials::fixes(side, server, dials::let_out(facts), dials::check_host_and_port(facts)),
        None => vec![client, server, dials::check_host_and_port(facts)],
    };
    fixes.extend(may_be_blocked.then(dials::unblock));
    cites.extend(place.into_iter().flat_map(|place| place.cites));
    Match::Fires(Conclusion { severity: Severity::Error, side, confidence, summary, cites, fixes })
}

const IN_ITS_NAME: &str = "The server's own firewall sends such an answer, and so may a firewall on this side or on the way \
                           that answers in its name.";
