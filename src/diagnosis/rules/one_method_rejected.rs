#![doc = include_str!("one_method_rejected.md")]

use crate::diagnosis::rule::{Conclusion, Confidence, Fix, Match, Rule, Severity, Side, asks_nothing};
use crate::diagnosis::rules::{refused_verb, ruled_out_by};
use crate::evidence::attempt::{DataVerb, Mode};
use crate::evidence::facts::{Facts, Tried};

pub static RULE: Rule = Rule {
    id: "one-method-rejected",
    title: "the server refuses one command of a mode and takes the other",
    article: include_str!("one_method_rejected.md"),
    neighbours: &["passive-rejected", "active-rejected", "active-address-rejected", "epsv-rejected"],
    test,
    asks: asks_nothing,
};

/// A command that can be refused, and the one that does the same. EPSV has a finding of its own.
const PAIRS: [(DataVerb, DataVerb); 3] =
    [(DataVerb::Pasv, DataVerb::Epsv), (DataVerb::Port, DataVerb::Eprt), (DataVerb::Eprt, DataVerb::Port)];

fn test(facts: &Facts) -> Match {
    let agreed = |verb| facts.tried_with(verb).find(|tried| tried.negotiated());
    let refused = |verb| facts.tried_with(verb).find(|tried| refused_verb(facts, tried));
    let odd = PAIRS.into_iter().find_map(|(verb, other)| match (agreed(verb), refused(verb), agreed(other)) {
        (None, Some(refused), Some(agreed)) => Some((refused, agreed)),
        _ => None,
    });
    let Some((refused, agreed)) = odd else {
        let both = Mode::BOTH.into_iter().filter(|mode| facts.tried_in(*mode).filter(|t| t.negotiated()).count() > 1);
        let places: Vec<_> = both
            .flat_map(|mode| facts.tried_in(mode).filter(|tried| tried.negotiated()))
            .filter_map(|tried| Some(tried.negotiation()?.1))
            .collect();
        return ruled_out_by(facts, places, "no mode had both of its commands answered");
    };
    let (verb, other) = (refused.verb(), agreed.verb());
    let old = matches!(verb, DataVerb::Pasv | DataVerb::Port);
    let consequence =
        if old { "clients that know only the older command fail" } else { "clients that ask for it lose one exchange" };
    Match::Fires(Conclusion {
        severity: if old { Severity::Warning } else { Severity::Info },
        side: Side::Server,
        confidence: Confidence::Medium,
        summary: format!("The server refuses {} and takes {}: {consequence}.", verb.name(), other.name()),
        cites: facts.cites([refused, agreed].into_iter().filter_map(|tried: &Tried| Some(tried.negotiation()?.1))),
        fixes: vec![
            Fix::server(
                format!("Allow {}", verb.name()),
                "In the server's settings, and in a firewall before it that filters FTP commands.",
            ),
            Fix::client(format!("Have the client use {}", other.name()), "Clients that follow RFC 2428 can."),
        ],
    })
}
