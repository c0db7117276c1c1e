#![doc = include_str!("pasv_malformed.md")]

use crate::diagnosis::rule::{Conclusion, Confidence, Fix, Match, Rule, Side, asks_nothing};
use crate::diagnosis::rules::{ends, loss, ruled_out_by, verbs};
use crate::evidence::attempt::Mode;
use crate::evidence::facts::{Facts, Failure, Tried};

pub static RULE: Rule = Rule {
    id: "pasv-malformed",
    title: "the server's answer to PASV or EPSV can't be read",
    article: include_str!("pasv_malformed.md"),
    neighbours: &["passive-rejected", "control-connection-altered"],
    test,
    asks: asks_nothing,
};

fn test(facts: &Facts) -> Match {
    let unreadable = facts.failed(Failure::Unreadable);
    if unreadable.is_empty() {
        let read = facts.tried_in(Mode::Passive).filter(|tried| tried.named().is_some()).filter_map(Tried::named_at);
        return ruled_out_by(facts, read, "the server agreed to neither PASV nor EPSV");
    }
    let verbs = verbs(unreadable.iter().copied());
    let mut cites = facts.cites(unreadable.iter().filter_map(|tried| Some(tried.negotiation()?.1)));
    cites.extend(facts.cites(ends(unreadable)));
    Match::Fires(Conclusion {
        severity: loss(facts),
        side: Side::Server,
        confidence: Confidence::Medium,
        summary: format!("The server's answer to {verbs} names no address and port that a client could read."),
        cites,
        fixes: vec![
            Fix::server(
                "Update the server, or the device that rewrites its replies",
                "PASV is answered by 227 with six numbers, (h1,h2,h3,h4,p1,p2); EPSV by 229 with (|||port|).",
            ),
            Fix::client(
                "Use another method",
                "What works is listed above; the client's settings name it PASV, EPSV or active.",
            ),
        ],
    })
}
