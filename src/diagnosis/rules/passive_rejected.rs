#![doc = include_str!("passive_rejected.md")]

use crate::diagnosis::rule::{Conclusion, Confidence, Fix, Match, Rule, Side, asks_nothing};
use crate::diagnosis::rules::{ends, loss, refused_verb, ruled_out_by, setting, verbs};
use crate::evidence::attempt::Mode;
use crate::evidence::facts::{Facts, Tried};

pub static RULE: Rule = Rule {
    id: "passive-rejected",
    title: "the server refuses passive mode",
    article: include_str!("passive_rejected.md"),
    neighbours: &["epsv-rejected", "one-method-rejected", "passive-ports-exhausted", "pret-required", "tls-required"],
    test,
    asks: asks_nothing,
};

fn test(facts: &Facts) -> Match {
    let mut agreed = facts.tried_in(Mode::Passive).filter(|tried| tried.negotiated());
    if let Some(place) = agreed.find_map(|tried| tried.named_at()) {
        return Match::RuledOut(facts.cites([place]));
    }
    let refused: Vec<&Tried> = facts.tried_in(Mode::Passive).filter(|tried| refused_verb(facts, tried)).collect();
    if refused.is_empty() {
        let otherwise = facts.tried_in(Mode::Passive).filter_map(|tried| Some(tried.refusal()?.1));
        return ruled_out_by(facts, otherwise, "the server answered neither PASV nor EPSV");
    }
    Match::Fires(Conclusion {
        severity: loss(facts),
        side: Side::Server,
        confidence: if refused.len() > 1 { Confidence::High } else { Confidence::Medium },
        summary: format!(
            "The server refuses passive mode: it turns {} away with a reply.",
            verbs(refused.iter().copied())
        ),
        cites: facts.cites(ends(refused)),
        fixes: vec![Fix::server(
            "Switch passive mode on",
            setting(
                facts,
                |settings| settings.allow_passive,
                "Allow the commands PASV and EPSV in the server's settings, and in the firewall before it where that \
                 filters FTP commands.",
            ),
        )],
    })
}
