#![doc = include_str!("pasv_malformed.md")]

use crate::diagnosis::rule::{Conclusion, Confidence, Fix, Match, Rule, Severity, Side, asks_nothing};
use crate::diagnosis::rules::{ends, loss, ruled_out_by, verbs};
use crate::evidence::attempt::{DataVerb, Mode};
use crate::evidence::facts::{Facts, Failure, OddForm, Place, Tried};

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
        if let Some(conclusion) = oddly_written(facts) {
            return Match::Fires(conclusion);
        }
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
        fixes: fixes(),
    })
}

/// Read here, and by no means by every client: the forecast tells them apart.
fn oddly_written(facts: &Facts) -> Option<Conclusion> {
    let odd: Vec<(&Tried, OddForm, Place)> = facts
        .tried_in(Mode::Passive)
        .filter_map(|tried| tried.odd_form().map(|(form, place)| (tried, form, place)))
        .collect();
    let (tried, form, _) = odd.first()?;
    let verb = tried.verb();
    let summary = match form {
        OddForm::OtherCode(code) => {
            let own = if verb == DataVerb::Epsv { 229 } else { 227 };
            format!(
                "The server agrees to {} with {code} in the place of {own}, which many clients take for no agreement.",
                verb.name()
            )
        }
        OddForm::BlanksBetweenNumbers => {
            "The server's answer to PASV has blanks between its numbers, and many clients can't read them.".to_owned()
        }
    };
    Some(Conclusion {
        severity: Severity::Warning,
        side: Side::Server,
        confidence: Confidence::High,
        summary,
        cites: facts.cites(odd.iter().map(|(_, _, place)| *place)),
        fixes: fixes(),
    })
}

fn fixes() -> Vec<Fix> {
    vec![
        Fix::server(
            "Update the server, or the device that rewrites its replies",
            "PASV is answered by 227 with six numbers, (h1,h2,h3,h4,p1,p2); EPSV by 229 with (|||port|).",
        ),
        Fix::client(
            "Use another method",
            "What works is listed above; the client's settings name it PASV, EPSV or active.",
        ),
    ]
}
