//! Two checks beside each other: what that proves, then what was seen in each.

use super::LONGEST;
use super::page::{Ink, Page, columns, span};
use crate::diagnosis::comparison::{Comparison, Kind, Proof, Row};
use crate::diagnosis::rule::Side;
use crate::report::{Report, words};

/// Columns of the first column, with the blanks behind it.
const WHAT: usize = 30;

pub fn compared(page: &mut Page, report: &Report, comparison: &Comparison) {
    let (first, second) = (&comparison.first.name, &comparison.second.name);
    let target = &report.target;
    page.line([
        span("ftpmode  ", Ink::Strong),
        span(format!("{}:{}, {first} and {second} beside each other", target.host, target.port), Ink::Plain),
    ]);
    page.blank();
    for proof in &comparison.proofs {
        proven(page, proof);
    }
    page.title("What was seen");
    heading(page, comparison);
    for row in &comparison.rows {
        beside(page, row);
    }
    page.blank();
    findings(page, comparison);
    next(page, comparison);
}

fn proven(page: &mut Page, proof: &Proof) {
    let ink = if proof.side == Side::Unknown { Ink::Warn } else { Ink::Bad };
    let bar = [span(format!("  {} ", page.signs().bar), ink)];
    page.paragraph(&bar, &proof.summary, Ink::Strong, LONGEST);
    page.paragraph(&bar, &words::proven(proof), Ink::Plain, LONGEST);
    page.blank();
}

fn heading(page: &mut Page, comparison: &Comparison) {
    cells(page, "", &comparison.first.name, &comparison.second.name, Ink::Dim);
}

fn beside(page: &mut Page, row: &Row) {
    let shown = |value: &Option<String>| value.clone().unwrap_or_else(|| "not known".to_owned());
    let ink = if row.differs { Ink::Strong } else { Ink::Plain };
    let mark = if row.differs { page.signs().bullet } else { " " };
    cells(page, &format!("{mark} {}", row.what), &shown(&row.first), &shown(&row.second), ink);
}

fn cells(page: &mut Page, what: &str, first: &str, second: &str, ink: Ink) {
    let room = page.style().width.saturating_sub(WHAT + 2) / 2;
    let fit = |text: &str, room: usize| {
        let width = columns(text);
        if width + 1 < room { format!("{text}{}", " ".repeat(room - width)) } else { format!("{text}  ") }
    };
    page.line([span(format!("  {}{}{second}", fit(what, WHAT), fit(first, room)), ink)]);
}

fn findings(page: &mut Page, comparison: &Comparison) {
    let indent = [span("  ", Ink::Plain)];
    let groups = [
        (format!("Only in {}", comparison.first.name), &comparison.gone),
        (format!("Only in {}", comparison.second.name), &comparison.new),
        ("In both".to_owned(), &comparison.kept),
    ];
    if groups.iter().all(|(_, ids)| ids.is_empty()) {
        return;
    }
    page.title("Findings");
    for (title, ids) in groups.iter().filter(|(_, ids)| !ids.is_empty()) {
        page.paragraph(&indent, &format!("{title}: {}", ids.join(", ")), Ink::Plain, LONGEST);
    }
    page.blank();
}

fn next(page: &mut Page, comparison: &Comparison) {
    let text = match comparison.kind {
        Kind::TwoServers => "Compare two checks of the same host and port.",
        Kind::SeveralServers => "Check each server by its address, from both places: ftpmode check ADDRESS.",
        Kind::PlacesNotKnown => {
            "Find out which of the two was made where and when: the client's address and the time settle it. Two checks with \
             ftpmode show both: ftpmode check HOST --format json."
        }
        Kind::TwoPlaces | Kind::TwoTimes => {
            "Send the finding's explanation to whoever must act: ftpmode explain ID. The whole reports: ftpmode report FILE."
        }
    };
    page.title("Next step");
    page.paragraph(&[span("  ", Ink::Plain)], text, Ink::Plain, LONGEST);
    if let Some(letter) = &comparison.handover {
        let text = format!("A letter to {}, ready to be sent: --format letter", letter.addressee);
        page.paragraph(&[span("  ", Ink::Plain)], &text, Ink::Plain, LONGEST);
    }
}
