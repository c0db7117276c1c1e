//! A log is read far from the computer that it tells of: where a rule says "this computer", its reader would look at
//! their own.
//!
//! Question: name the client anew in each of some eighty sentences, or change the point of view in one place? Choice: one
//! place. Reason: a sentence that is new in a rule is right in both views without a thought. Price: this table, and a
//! test that reads every sentence which the cases bring forth.

use super::rule::Fix;
use super::{Diagnosis, Open};

/// The words of somebody who sits at the client's computer, and those of somebody who does not; the long before the
/// short that they hold.
const VIEWS: &[(&str, &str)] = &[
    ("asks nothing of this computer's firewall", "asks nothing of the client's firewall"),
    ("the firewall of this computer", "the firewall of the client's computer"),
    ("This computer was listening", "The client was listening"),
    ("This computer", "The client's computer"),
    ("this computer", "the client's computer"),
    ("firewall on this side", "firewall on the client's side"),
    ("nothing on this side can mend it", "nothing on the client's side can mend it"),
    ("on this side", "on the client's side"),
    ("On this side", "On the client's side"),
    ("one on this side", "one on the client's side"),
    ("Let this network connect", "Let the client's network connect"),
    ("this client", "the client"),
    ("can't be seen from here", "the log does not show"),
    ("seen from here", "seen from the client"),
    ("from here these look alike", "the log does not tell these apart"),
    ("from here", "from the client"),
    ("Both modes work here", "Both modes work there"),
    ("It works here", "It works there"),
    ("; here and in curl it is -4", "; in curl it is -4"),
    ("the check did not come as far as a data connection", "the log does not tell of a data connection"),
    ("no data connection was tried to its end", "the log tells of no data connection to its end"),
    ("was not tried", "is not in the log"),
    ("was not found out", "the log does not show"),
];

/// The same diagnosis for a reader who has the log alone.
pub fn seen_from_afar(mut diagnosis: Diagnosis) -> Diagnosis {
    for finding in &mut diagnosis.findings {
        finding.conclusion.summary = turned(&finding.conclusion.summary);
        finding.conclusion.fixes.iter_mut().for_each(turn);
        // What is quoted stays as it was written.
        for cite in finding.conclusion.cites.iter_mut().filter(|cite| cite.place.is_none()) {
            cite.text = turned(&cite.text);
        }
    }
    for Open { because, .. } in &mut diagnosis.not_tested {
        *because = turned(because);
    }
    if let Some(letter) = &mut diagnosis.handover {
        letter.text = turned(&letter.text);
        letter.subject = turned(&letter.subject);
    }
    diagnosis.verdict.summary = turned(&diagnosis.verdict.summary);
    diagnosis.verdict.fixes.iter_mut().for_each(turn);
    diagnosis
}

/// A rule's title, for a reader who has the log alone.
pub fn title_from_afar(title: &str) -> String {
    turned(title)
}

fn turn(fix: &mut Fix) {
    fix.action = turned(&fix.action);
    fix.detail = turned(&for_others(&fix.detail));
}

fn turned(text: &str) -> String {
    VIEWS.iter().fold(text.to_owned(), |text, (near, far)| text.replace(near, far))
}

/// What a fix says to somebody who does not run this tool: without its own options. These stand in a sentence that begins
/// with "Here:", in brackets that begin with "in ftpmode check:", or behind a semicolon in such brackets.
pub fn for_others(text: &str) -> String {
    let text = without(text, " (in ftpmode check: ", ")", ")".len());
    let text = without(&text, "; in ftpmode check: ", ")", 0);
    let text = without(&text, "Here: ", ". ", ". ".len());
    text.trim_end().to_owned()
}

/// Cuts out what begins with `from`, up to `to` and so much of it, or else to the end.
fn without(text: &str, from: &str, to: &str, of_end: usize) -> String {
    let Some((before, rest)) = text.split_once(from) else { return text.to_owned() };
    let after = rest.find(to).and_then(|at| rest.get(at + of_end..)).unwrap_or("");
    format!("{before}{}", without(after, from, to, of_end))
}

#[cfg(test)]
mod tests {
    use super::for_others;

    #[test]
    fn others_are_told_no_option_of_this_tool() {
        for (text, told) in [
            ("Log in. Here: --user NAME; the password is asked for.", "Log in."),
            ("Here: --path FOLDER. Or ask.", "Or ask."),
            ("Name it (in ftpmode check: --active-address). More.", "Name it. More."),
            ("Enter it (port 7 is one; in ftpmode check: --active-ports). More.", "Enter it (port 7 is one). More."),
            ("Nothing of it stands here: all stays.", "Nothing of it stands here: all stays."),
        ] {
            assert_eq!(for_others(text), told);
        }
    }
}
