#![doc = include_str!("passive_port_dropped.md")]

use crate::diagnosis::rule::{Conclusion, Confidence, Fix, Match, Rule, Side, asks_nothing};
use crate::diagnosis::rules::{ANY_RANGE, endpoints, ends, failed_at_peer, joins, loss, peer, ruled_out_by, setting};
use crate::evidence::attempt::Mode;
use crate::evidence::facts::{Facts, Failure};
use crate::evidence::observed::Observed;

pub static RULE: Rule = Rule {
    id: "passive-port-dropped",
    title: "connections to the server's passive port get no answer",
    article: include_str!("passive_port_dropped.md"),
    neighbours: &[
        "passive-port-refused",
        "passive-port-unreachable",
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
    let dropped = failed_at_peer(facts, Failure::DialDropped);
    if dropped.is_empty() {
        let otherwise =
            [Failure::DialRefused, Failure::DialUnreachable].map(|failure| failed_at_peer(facts, failure)).concat();
        return ruled_out_by(facts, ends(otherwise), "no passive data connection was dialled");
    }
    let server_nat = match facts.server_nat() {
        Observed::Seen(sign) => Some(sign),
        Observed::NotSeen | Observed::NotTested(_) => None,
    };
    let mut cites = facts.cites(ends(dropped.iter().copied()));
    let ports = endpoints(dropped.iter().copied());
    let (side, whose) = match server_nat {
        Some(sign) => {
            cites.extend(sign.cites);
            (
                Side::Server,
                "The server stands behind an address translation that it does not know of, so most likely its passive \
                 ports are not forwarded to it",
            )
        }
        None => (Side::Unknown, "Whether the server's firewall or one on this side stops them can't be seen from here"),
    };
    Match::Fires(Conclusion {
        severity: loss(facts),
        side,
        confidence: Confidence::Medium,
        summary: format!(
            "Connections to the server's passive ports get no answer: {ports} stayed silent, while the control \
             connection to port {} works. {whose}.",
            facts.evidence().target.port
        ),
        cites,
        fixes: vec![
            Fix::server(
                "Open the passive port range in the server's firewall",
                format!(
                    "{} Let the same ports in from anywhere (TCP), and where a router stands before the server forward \
                     them to it, each port to the same number.",
                    setting(facts, |settings| settings.passive_range, ANY_RANGE)
                ),
            ),
            Fix::client(
                "Let this network connect to the server's passive ports",
                format!(
                    "Allow outgoing TCP to {}, to the server's passive range or to ports 1024 to 65535. To learn which \
                     side stops them, check the same server from another network: what works there is stopped on this \
                     side.",
                    peer(facts)
                ),
            ),
        ],
    })
}
