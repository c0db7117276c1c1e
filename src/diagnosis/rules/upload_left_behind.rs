#![doc = include_str!("upload_left_behind.md")]

use crate::diagnosis::rule::{Conclusion, Confidence, Fix, Match, Rule, Severity, Side, asks_nothing};
use crate::evidence::facts::{Cite, Facts, Place, Tried};

pub static RULE: Rule = Rule {
    id: "upload-left-behind",
    title: "a file that was uploaded could not be taken away",
    article: include_str!("upload_left_behind.md"),
    neighbours: &["upload-incomplete", "listing-refused"],
    test,
    asks: asks_nothing,
};

fn test(facts: &Facts) -> Match {
    let answered = facts
        .tried()
        .iter()
        .filter(|tried| tried.attempt().load.is_upload())
        .filter_map(|tried: &Tried| facts.answer_on(tried.outcome().control, "DELE"))
        .next_back();
    let Some(name) = &facts.evidence().left_behind else {
        return match answered.filter(|(reply, _)| reply.is_completion()) {
            Some((_, place)) => Match::RuledOut(facts.cites([place])),
            None => Match::Undecided("no file was uploaded"),
        };
    };
    let refused: Option<Place> = answered.filter(|(reply, _)| reply.is_refusal()).map(|(_, place)| place);
    let uploads = || facts.tried().iter().filter(|tried| tried.attempt().load.is_upload());
    let unanswered = uploads().next_back().and_then(|upload| facts.removal_unanswered(upload));
    let (summary, next_time) = match (refused, unanswered, uploads().any(Tried::works)) {
        (Some(_), ..) => (
            format!(
                "The server did not delete the file {name} that this check had uploaded. It has to be deleted by hand; a \
                 server that moves uploads away may have given it another name."
            ),
            "Until users may delete what they upload, every further check with --upload leaves one more.",
        ),
        (None, Some(_), true) => (
            format!(
                "The server confirmed that the file {name} was uploaded, and did not answer the command to delete it (DELE). \
                 Whether it is still there was not seen: it has to be looked for, and deleted by hand where it is."
            ),
            "Until the server answers DELE, a further check with --upload may leave one more.",
        ),
        (None, _, true) => (
            format!(
                "This check uploaded the file {name}, and did not see whether the server deleted it. It has to be looked for, \
                 and deleted by hand where it is still there."
            ),
            "",
        ),
        (None, ..) => (
            format!(
                "Whether the server deleted the file {name} that this check had begun to upload was not seen. It has to be \
                 looked for, and deleted by hand where it is there."
            ),
            "",
        ),
    };
    let end = |tried: &Tried| tried.ended_by().or_else(|| tried.completion().map(|(_, place)| place));
    let mut cites = facts.cites(uploads().filter_map(end));
    let of_the_command = |cite: Cite| Cite { text: format!("DELE: {}", cite.text), ..cite };
    cites.extend(facts.cites(refused.or(unanswered)).into_iter().map(of_the_command));
    Match::Fires(Conclusion {
        severity: Severity::Warning,
        side: Side::Server,
        confidence: if refused.is_some() { Confidence::High } else { Confidence::Medium },
        summary,
        cites,
        fixes: vec![Fix::server(
            format!("Delete the file {name}"),
            format!("It holds nothing of use. {next_time}").trim_end().to_owned(),
        )],
    })
}
