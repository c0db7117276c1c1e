#![doc = include_str!("active_rejected.md")]

use crate::diagnosis::rule::{Conclusion, Confidence, Fix, Match, Rule, Side, asks_nothing};
use crate::diagnosis::rules::callbacks;
use crate::diagnosis::rules::{ends, loss, refused_for_address, refused_verb, ruled_out_by, setting, verbs};
use crate::evidence::attempt::Mode;
use crate::evidence::facts::{Facts, Failure, Tried};

pub static RULE: Rule = Rule {
    id: "active-rejected",
    title: "the server refuses active mode",
    article: include_str!("active_rejected.md"),
    neighbours: &["active-address-rejected", "active-callback-refused", "one-method-rejected"],
    test,
    asks: asks_nothing,
};

fn test(facts: &Facts) -> Match {
    let mut agreed = facts.tried_in(Mode::Active).filter(|tried| tried.negotiated());
    if let Some((_, place)) = agreed.find_map(Tried::negotiation) {
        return Match::RuledOut(facts.cites([place]));
    }
    let refused: Vec<&Tried> = facts.tried_in(Mode::Active).filter(|tried| refused_verb(facts, tried)).collect();
    if refused.is_empty() {
        // A server that minds the address, or that did dial, takes the command itself.
        let minds = facts.tried_in(Mode::Active).filter(|tried| {
            let dialled = matches!(tried.failure(), Some(Failure::CallbackRefused | Failure::CallbackUnreachable));
            dialled || refused_for_address(facts, tried)
        });
        return ruled_out_by(facts, ends(minds), "neither PORT nor EPRT was answered");
    }
    let mut fixes = Vec::new();
    if facts.works(Mode::Passive) {
        fixes.push(callbacks::use_passive());
    }
    fixes.push(Fix::server(
        "Switch active mode on, if it is wanted",
        setting(
            facts,
            |settings| settings.allow_active,
            "Allow the commands PORT and EPRT in the server's settings, and in the firewall before it where that filters \
             FTP commands.",
        ),
    ));
    let verbs = verbs(refused.iter().copied());
    let untold = is_untold(facts, &refused);
    Match::Fires(Conclusion {
        severity: loss(facts),
        side: if untold { Side::Unknown } else { Side::Server },
        confidence: match refused.len() {
            _ if untold => Confidence::Low,
            0 | 1 => Confidence::Medium,
            _ => Confidence::High,
        },
        summary: if untold {
            format!(
                "The server turns {verbs} away with a reply that does not say why: it takes no active mode, or not the \
                 address that the client names."
            )
        } else {
            format!("The server refuses active mode: it turns {verbs} away with a reply, whatever address is named.")
        },
        cites: facts.cites(ends(refused)),
        fixes,
    })
}

/// Whether a log shows one refusal whose words give no reason.
pub fn is_untold(facts: &Facts, refused: &[&Tried]) -> bool {
    facts.log().is_some() && matches!(refused, [only] if only.refusal_says().is_none())
}
