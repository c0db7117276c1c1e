#![doc = include_str!("listing_refused.md")]

use crate::diagnosis::rule::{Conclusion, Confidence, Fix, Match, Rule, Severity, Side, asks_nothing};
use crate::diagnosis::rules::{ends, ruled_out_by, verbs};
use crate::evidence::facts::{Facts, Failure, Tried};
use crate::protocol::dialect::Says;

pub static RULE: Rule = Rule {
    id: "listing-refused",
    title: "the server refuses the listing itself",
    article: include_str!("listing_refused.md"),
    neighbours: &["transfer-failed", "data-protection-required", "transfer-stalled"],
    test,
    asks: asks_nothing,
};

fn test(facts: &Facts) -> Match {
    let refused: Vec<&Tried> = facts.tried().iter().filter(|tried| is_refused_listing(tried)).collect();
    if refused.is_empty() {
        let listed = facts.tried().iter().filter(|tried| tried.works()).filter_map(|tried| Some(tried.completion()?.1));
        return ruled_out_by(facts, listed, "no listing was answered");
    }
    let what = match (&facts.evidence().asked.retrieve, &facts.evidence().asked.path) {
        (Some(_), _) => "the file",
        (None, Some(_)) => "the listing of this folder",
        (None, None) => "the listing",
    };
    let all = if facts.moves_data() { "" } else { " Whether data would flow was not seen." };
    Match::Fires(Conclusion {
        severity: Severity::Info,
        side: Side::Server,
        confidence: Confidence::High,
        summary: format!(
            "The server refuses {what} itself ({}): the folder, the file or the user's rights are the reason, and not \
             the mode.{all}",
            verbs(refused.iter().copied())
        ),
        cites: facts.cites(ends(refused)),
        fixes: vec![Fix::client(
            "Check another folder or file, or as another user",
            "Here: --path FOLDER, --retrieve FILE, --user NAME.",
        )],
    })
}

/// A refusal of the transfer that speaks of the listing or the file.
pub(super) fn is_refused_listing(tried: &Tried) -> bool {
    let plain = matches!(
        tried.failure(),
        Some(Failure::TransferRefused(None | Some(Says::MethodDisabled | Says::NotImplemented)))
    );
    plain && tried.refusal().is_some_and(|(reply, _)| matches!(reply.code, 450 | 451 | 500..=504 | 532 | 550..=553))
}
