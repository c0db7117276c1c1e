#![doc = include_str!("passive_port_unreachable.md")]

use crate::diagnosis::rule::{Conclusion, Confidence, Fix, Match, Rule, Side, asks_nothing};
use crate::diagnosis::rules::{
    ANY_RANGE, endpoints, ends, failed_at_peer, joins, loss, peer, ruled_out_by, setting, side_of,
};
use crate::evidence::attempt::Mode;
use crate::evidence::facts::{Facts, Failure};

pub static RULE: Rule = Rule {
    id: "passive-port-unreachable",
    title: "the server's passive port is reported unreachable",
    article: include_str!("passive_port_unreachable.md"),
    neighbours: &[
        "passive-port-dropped",
        "passive-port-refused",
        "passive-address-unroutable",
        "passive-address-foreign",
        "passive-range-partly-open",
        "epsv-blocked",
    ],
    test,
    asks: asks_nothing,
};

fn test(facts: &Facts) -> Match {
    let joined = joins(facts.joined_in(Mode::Passive));
    if !joined.is_empty() {
        return Match::RuledOut(facts.cites(joined));
    }
    let unreachable = failed_at_peer(facts, Failure::DialUnreachable);
    let Some(icmp) = unreachable.iter().find_map(|tried| tried.icmp()) else {
        let otherwise =
            [Failure::DialDropped, Failure::DialRefused].map(|failure| failed_at_peer(facts, failure)).concat();
        return ruled_out_by(facts, ends(otherwise), "no passive data connection was dialled");
    };
    let ports = endpoints(unreachable.iter().copied());
    let side = side_of(facts, icmp, facts.peer());
    let who = match (icmp.router, side) {
        (Some(router), Side::Server) => format!("{router}, the server's own address, answered with an ICMP error"),
        (Some(router), Side::Client) => format!("{router}, on this side, answered with an ICMP error"),
        (Some(router), _) => format!("the router {router} answered with an ICMP error"),
        (None, _) => "an ICMP error came back, or this computer found no way there".to_owned(),
    };
    Match::Fires(Conclusion {
        severity: loss(facts),
        side,
        confidence: if side == Side::Unknown { Confidence::Low } else { Confidence::Medium },
        summary: format!(
            "The server's passive ports are reported unreachable while the control connection works: {ports}; {who}. \
             Since the way to the server is open, it is a firewall rule and not the routing."
        ),
        cites: facts.cites(ends(unreachable.iter().copied())),
        fixes: fixes(facts, side),
    })
}

fn fixes(facts: &Facts, side: Side) -> Vec<Fix> {
    let server = Fix::server(
        "Open the passive port range in the server's firewall",
        format!(
            "{} Let the same ports in from anywhere (TCP) in the firewall that rejects them.",
            setting(facts, |settings| settings.passive_range, ANY_RANGE)
        ),
    );
    let client = Fix::client(
        "Let this network connect to the server's passive ports",
        format!("Allow outgoing TCP to {}, to the server's passive range or to ports 1024 to 65535.", peer(facts)),
    );
    match side {
        Side::Client => vec![client],
        Side::Server => vec![server],
        Side::Network | Side::Unknown => vec![server, client],
    }
}
