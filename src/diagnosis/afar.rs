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
    (" (in ftpmode check: --active-ports)", ""),
    (" (in ftpmode check: --active-ports and --active-address)", ""),
    ("; here: --active-address", "; in ftpmode check: --active-address"),
    ("Here: --", "In ftpmode check: --"),
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
    fix.detail = turned(&fix.detail);
}

fn turned(text: &str) -> String {
    VIEWS.iter().fold(text.to_owned(), |text, (near, far)| text.replace(near, far))
}
