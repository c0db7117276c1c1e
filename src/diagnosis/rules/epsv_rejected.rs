#![doc = include_str!("epsv_rejected.md")]

use crate::diagnosis::rule::{Conclusion, Confidence, Fix, Match, Rule, Severity, Side, asks_nothing};
use crate::diagnosis::rules::{ends, refused_verb, ruled_out_by};
use crate::evidence::attempt::DataVerb;
use crate::evidence::facts::{Facts, Tried};

pub static RULE: Rule = Rule {
    id: "epsv-rejected",
    title: "the server refuses EPSV and takes PASV",
    article: include_str!("epsv_rejected.md"),
    neighbours: &["epsv-blocked", "passive-rejected", "control-connection-altered"],
    test,
    asks: asks_nothing,
};

fn test(facts: &Facts) -> Match {
    if let Some(place) = facts.tried_with(DataVerb::Epsv).find(|tried| tried.negotiated()).and_then(Tried::named_at) {
        return Match::RuledOut(facts.cites([place]));
    }
    let refused: Vec<&Tried> = facts.tried_with(DataVerb::Epsv).filter(|tried| refused_verb(facts, tried)).collect();
    if refused.is_empty() {
        return Match::Undecided("EPSV was not answered");
    }
    let Some(pasv) = facts.tried_with(DataVerb::Pasv).find(|tried| tried.negotiated()).and_then(Tried::named_at) else {
        let pasv = facts.tried_with(DataVerb::Pasv).filter_map(|tried| Some(tried.refusal()?.1));
        return ruled_out_by(facts, pasv, "PASV was not answered");
    };
    let mut cites = facts.cites(ends(refused));
    cites.push(facts.cite(pasv));
    Match::Fires(Conclusion {
        severity: Severity::Info,
        side: Side::Server,
        confidence: Confidence::Medium,
        summary: "The server refuses EPSV and takes PASV, which is enough over IPv4; clients that ask for EPSV first \
                  lose one exchange and then use PASV."
            .to_owned(),
        cites,
        fixes: vec![Fix::client("Nothing needs mending", "curl: --disable-epsv saves the exchange.")],
    })
}
