//! Every event of every connection, merged by time: who said what to whom, and when.

use super::page::{Ink, Page, columns, span};
use crate::evidence::attempt::DataVerb;
use crate::evidence::facts::{Facts, Place};
use crate::evidence::timeline::{Event, What};
use crate::report::Report;

/// The longest line of a reply, in columns, and the most lines; `-vv` shows all.
const LONGEST: usize = 300;
const MOST_LINES: usize = 12;

pub fn transcript(page: &mut Page, report: &Report) {
    let evidence = &report.evidence;
    let facts = Facts::of(evidence);
    let mut all: Vec<(&Event, Place, String)> = Vec::new();
    for (number, dial) in evidence.dials.iter().enumerate() {
        let events = dial.events.iter().enumerate();
        all.extend(events.map(|(at, event)| (event, Place::Dial(number, at), "dial".to_owned())));
    }
    for (number, control) in evidence.controls.iter().enumerate() {
        let events = control.events.iter().enumerate();
        all.extend(events.map(|(at, event)| (event, Place::Control(number, at), format!("{} control", number + 1))));
    }
    for (number, outcome) in evidence.attempts.iter().enumerate() {
        let name = format!("{} {}", outcome.control + 1, outcome.verb.name());
        let events = outcome.events.iter().enumerate();
        all.extend(events.map(|(at, event)| (event, Place::Attempt(number, at), name.clone())));
    }
    // Stable: events of one moment stay in their connection's order.
    all.sort_by(|(one, ..), (other, ..)| one.at_ms.total_cmp(&other.at_ms));

    page.blank();
    page.title("Dialogue (ms; control connection and topic; > sent, < received)");
    for (event, place, name) in all {
        let time = [span(format!("{:>9.1}  ", event.at_ms), Ink::Dim), span(format!("{name:<9}  "), Ink::Plain)];
        match &event.what {
            What::Sent(command) => said(page, &time, "> ", command),
            What::Replied(reply) => said(page, &time, "< ", &reply.text),
            What::Nonsense { text, .. } => said(page, &time, "< ", text),
            _ => {
                let text = facts.cite(place).text;
                let lead = [time.as_slice(), &[span("  ", Ink::Plain)]].concat();
                page.paragraph(&lead, without_verb(&text), Ink::Dim, LONGEST);
            }
        }
    }
}

/// What one side wrote, each line for itself.
fn said(page: &mut Page, time: &[super::page::Span], arrow: &str, text: &str) {
    let (most, longest) = match page.style().verbose {
        0 | 1 => (MOST_LINES, LONGEST),
        _ => (usize::MAX, usize::MAX),
    };
    let count = text.split('\n').count();
    for (number, line) in text.split('\n').take(most).enumerate() {
        let begin = time.iter().map(|piece| match number {
            0 => piece.clone(),
            _ => span(" ".repeat(columns(&piece.text)), Ink::Plain),
        });
        let lead: Vec<_> = begin.chain([span(arrow, Ink::Strong)]).collect();
        page.paragraph(&lead, line, Ink::Plain, longest);
    }
    if count > most {
        let indent = " ".repeat(time.iter().map(|piece| columns(&piece.text)).sum::<usize>() + columns(arrow));
        page.paragraph(
            &[span(indent, Ink::Plain)],
            &format!("({} more lines; -vv shows them)", count - most),
            Ink::Dim,
            LONGEST,
        );
    }
}

/// A citation without the verb that the line names already.
fn without_verb(text: &str) -> &str {
    let verbs = DataVerb::ALL.iter().find_map(|verb| text.strip_prefix(verb.name())?.strip_prefix(": "));
    verbs.unwrap_or(text)
}
