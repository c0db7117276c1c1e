#![doc = include_str!("passive_port_refused.md")]

use crate::diagnosis::rule::{Conclusion, Confidence, Fix, Match, Rule, Side, asks_nothing};
use crate::diagnosis::rules::{ANY_RANGE, endpoints, ends, failed_at_peer, joins, loss, peer, ruled_out_by, setting};
use crate::evidence::attempt::Mode;
use crate::evidence::facts::{Cite, Facts, Failure};
use crate::evidence::observed::Observed;

pub static RULE: Rule = Rule {
    id: "passive-port-refused",
    title: "the server's passive port refuses connections",
    article: include_str!("passive_port_refused.md"),
    neighbours: &[
        "passive-port-dropped",
        "passive-port-unreachable",
        "passive-address-unroutable",
        "passive-address-foreign",
        "passive-range-partly-open",
        "epsv-blocked",
    ],
    test,
    asks: asks_nothing,
};

/// A round trip below this (milliseconds) tells no near router from a far server.
const SHORT_RTT_MS: f64 = 8.0;

fn test(facts: &Facts) -> Match {
    let joined = joins(facts.joined_in(Mode::Passive));
    if !joined.is_empty() {
        return Match::RuledOut(facts.cites(joined));
    }
    let refused = failed_at_peer(facts, Failure::DialRefused);
    if refused.is_empty() {
        let otherwise =
            [Failure::DialDropped, Failure::DialUnreachable].map(|failure| failed_at_peer(facts, failure)).concat();
        return ruled_out_by(facts, ends(otherwise), "no passive data connection was dialled");
    }
    let ports = endpoints(refused.iter().copied());
    let mut cites = facts.cites(ends(refused.iter().copied()));
    // A refusal that is back long before the server could have answered was written by somebody on the way.
    let soonest = refused.iter().filter_map(|tried| tried.refused_after_ms()).reduce(f64::min);
    let near = match (soonest, facts.rtt_ms()) {
        (Some(ms), Some(rtt)) if rtt >= SHORT_RTT_MS && ms < rtt / 3.0 => Some((ms, rtt)),
        _ => None,
    };
    let (side, summary) = match near {
        Some((ms, rtt)) => {
            let times = format!("the refusal came after {ms:.1} ms, where the server takes {rtt:.0} ms to answer");
            cites.push(Cite::of(times.clone()));
            let summary = format!(
                "Connections to the server's passive ports are refused before they reach the server: {times} ({ports}). \
                 A firewall on this side refuses them."
            );
            (Side::Client, summary)
        }
        None => {
            let summary = format!(
                "The server's passive ports refuse connections: {ports} answered with a reset at once, so nobody \
                 listens there, the port is not forwarded to the server, or a firewall turns it away."
            );
            // A server that names an inner address does not know of its translation, and nobody forwards for it. Without
            // that sign a firewall on this side answers just so.
            let side = if matches!(facts.server_nat(), Observed::Seen(_)) { Side::Server } else { Side::Unknown };
            (side, summary)
        }
    };
    Match::Fires(Conclusion {
        severity: loss(facts),
        side,
        confidence: Confidence::Medium,
        summary,
        cites,
        fixes: fixes(facts, side),
    })
}

fn fixes(facts: &Facts, side: Side) -> Vec<Fix> {
    let client = Fix::client(
        "Let this network connect to the server's passive ports",
        format!("Allow outgoing TCP to {}, to the server's passive range or to ports 1024 to 65535.", peer(facts)),
    );
    let server = Fix::server(
        "Forward the passive port range to the server",
        format!(
            "{} On the router or container host before the server, forward the same ports to it, each port to the same \
             number, and let them in.",
            setting(facts, |settings| settings.passive_range, ANY_RANGE)
        ),
    );
    if side == Side::Client { vec![client] } else { vec![server, client] }
}
