#![doc = include_str!("transparent_proxy.md")]

use crate::diagnosis::rule::{Conclusion, Confidence, Fix, Match, Rule, Severity, Side, asks_nothing};
use crate::diagnosis::rules::{ruled_out_by, verbs};
use crate::evidence::facts::{Facts, Tried};
use crate::evidence::observed::Observed;

pub static RULE: Rule = Rule {
    id: "transparent-proxy",
    title: "something between answers in the server's place",
    article: include_str!("transparent_proxy.md"),
    neighbours: &["data-source-address-differs", "control-connection-altered", "ftp-helper-on-path"],
    test,
    asks: asks_nothing,
};

fn test(facts: &Facts) -> Match {
    let changed: Vec<&Tried> =
        facts.tried().iter().filter(|tried| matches!(tried.came_as_sent(), Observed::NotSeen)).collect();
    if changed.is_empty() {
        let as_sent = facts.tried().iter().filter_map(|tried| tried.came_as_sent().seen());
        return ruled_out_by(facts, as_sent, "only a listing of `ftpmode serve` tells whether it came as it was sent");
    }
    let places = changed.iter().flat_map(|tried| [tried.announced_at(), tried.unmarked_at()]).flatten();
    Match::Fires(Conclusion {
        severity: Severity::Warning,
        side: Side::Network,
        confidence: Confidence::High,
        summary: format!(
            "What came over the data connection ({}) is not what the server sent: it lacks the mark that the server put \
             into this very listing. A proxy or a scanner on the way answers in the server's place, from its memory or \
             with what it rewrote.",
            verbs(changed.iter().copied())
        ),
        cites: facts.cites(places),
        fixes: vec![
            Fix::network(
                "Take FTP out of the proxy or scanner on the way",
                "Web proxies, virus scanners and caches that take FTP connections over without being asked.",
            ),
            Fix::client("Use FTP over TLS", "What is encrypted can't be read, kept or changed on the way."),
        ],
    })
}
