#![doc = include_str!("data_tls_failed.md")]

use crate::diagnosis::rule::{Conclusion, Confidence, Fix, Match, Rule, Side, asks_nothing};
use crate::diagnosis::rules::{ends, loss, ruled_out_by, taken, verbs};
use crate::evidence::facts::{Facts, Failure};
use crate::evidence::security::Broken;

pub static RULE: Rule = Rule {
    id: "data-tls-failed",
    title: "TLS on the data connection does not come about",
    article: include_str!("data_tls_failed.md"),
    neighbours: &["data-session-reuse-required", "data-protection-required", "transfer-failed"],
    test,
    asks: asks_nothing,
};

fn test(facts: &Facts) -> Match {
    let mut broken = facts.failed(Failure::TlsBroken);
    let all = broken.len();
    broken.retain(|tried| !facts.is_taken(tried));
    if broken.is_empty() && all > 0 {
        return Match::Undecided("who took the passive connections was not the server");
    }
    if let (true, Some((_, place))) = (broken.is_empty(), facts.level_refused()) {
        return Match::Fires(Conclusion {
            severity: loss(facts),
            side: Side::Server,
            confidence: Confidence::High,
            summary: "The server refuses to encrypt data connections (PROT P): files and listings travel in the clear."
                .to_owned(),
            cites: facts.cites([place]),
            fixes: vec![
                Fix::server(
                    "Allow protected data connections",
                    "In the server's settings for TLS, the protection level P.",
                ),
                Fix::client(
                    "Until then switch data protection off in the client",
                    "PROT C; in lftp ftp:ssl-protect-data no.",
                ),
            ],
        });
    }
    if broken.is_empty() {
        let secured = facts.tried().iter().filter_map(|tried| Some(tried.secured()?.1));
        return ruled_out_by(facts, secured, "no data connection came as far as TLS");
    }
    let how = |wanted: &[Option<Broken>]| {
        broken.iter().any(|tried| tried.tls_broken().is_some_and(|broken| wanted.contains(&broken.how)))
    };
    let (side, why) = match () {
        () if how(&[Some(Broken::NotTls)]) => (Side::Server, "the server answers in plain there"),
        () if how(&[Some(Broken::Alert), Some(Broken::Incompatible), Some(Broken::Invalid)]) => {
            (Side::Server, "the two sides find no common ground there, though they did on the control connection")
        }
        () if how(&[None]) => (Side::Unknown, "nobody answers the handshake there"),
        () => (Side::Unknown, "the handshake or the transfer is cut off there"),
    };
    let mut fixes = vec![
        Fix::server(
            "See the server's log for TLS on data connections",
            "Times are in the report. Servers that want the control connection's session say so there.",
        ),
        Fix::client("Try with the data connection in the clear (PROT C)", "Here: --prot C tells whether that works."),
    ];
    if side == Side::Unknown {
        fixes.push(Fix::network(
            "Let TLS pass on data connections",
            "A firewall that inspects them may cut off what it can't read; try from another network to tell.",
        ));
    }
    // A server that has the connection says so before the handshake, or why not behind it.
    let unsaid = side == Side::Unknown && broken.iter().all(|tried| tried.is_left_alone() && tried.tls_ends_unsaid());
    if unsaid {
        fixes.insert(1, taken::lead_to_the_server());
    }
    let doubt = match unsaid {
        true => {
            " The server says nothing of the transfer, so it may never have had them: what takes connections to its passive \
             ports and does not lead to it (a port forward, a proxy) looks the same."
        }
        false => "",
    };
    Match::Fires(Conclusion {
        severity: loss(facts),
        side,
        confidence: if unsaid { Confidence::Low } else { Confidence::Medium },
        summary: format!(
            "Data connections are joined ({}), but TLS fails on them: {why}.{doubt}",
            verbs(broken.iter().copied())
        ),
        cites: facts.cites(ends(broken)),
        fixes,
    })
}
