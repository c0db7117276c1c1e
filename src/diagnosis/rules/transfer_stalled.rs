#![doc = include_str!("transfer_stalled.md")]

use crate::diagnosis::rule::{Conclusion, Confidence, Fix, Match, Rule, Side, asks_nothing};
use crate::diagnosis::rules::{ends, joins, loss, ruled_out_by, verbs};
use crate::evidence::facts::{Facts, Failure, Tried};

pub static RULE: Rule = Rule {
    id: "transfer-stalled",
    title: "the data connection stands, and bytes stop coming",
    article: include_str!("transfer_stalled.md"),
    neighbours: &["control-idle-dropped", "transfer-failed", "listing-refused"],
    test,
    asks: asks_nothing,
};

fn test(facts: &Facts) -> Match {
    let stalled = facts.failed(Failure::Stalled);
    if stalled.is_empty() {
        let working = facts.tried().iter().filter(|tried| tried.works()).filter_map(Tried::joined_at);
        return ruled_out_by(facts, working, "no data connection was joined and read to its end");
    }
    let bytes = stalled.iter().map(|tried| tried.bytes()).max().unwrap_or(0);
    let ms = stalled.iter().filter_map(|tried| tried.silent_ms()).fold(0.0, f64::max);
    let so_far = if bytes == 0 { "no byte came".to_owned() } else { format!("after {bytes} bytes no more came") };
    let mut cites = facts.cites(joins(stalled.iter().copied()));
    cites.extend(facts.cites(ends(stalled.iter().copied())));
    Match::Fires(Conclusion {
        severity: loss(facts),
        side: Side::Unknown,
        confidence: Confidence::Low,
        summary: format!(
            "The data connection is joined ({}), but {so_far} for {:.0} s. Large packets may be lost on the way, a \
             firewall may hold the transfer back, or the server hangs; from here these look alike.",
            verbs(stalled.iter().copied()),
            ms / 1000.0
        ),
        cites,
        fixes: vec![
            Fix::network(
                "Let ICMP \"fragmentation needed\" through, or clamp the segment size",
                "VPN and PPPoE links carry smaller packets. On Linux routers: tcp option maxseg size set rt mtu (nft), or \
                 TCPMSS --clamp-mss-to-pmtu (iptables).",
            ),
            Fix::server(
                "See what the server does during the transfer",
                "Its log, its disk, and whether a scanner holds files back.",
            ),
            Fix::client(
                "Switch off what inspects FTP on this side",
                "Virus scanners and firewalls that hold a transfer until it is complete.",
            ),
        ],
    })
}
