//! The transcript with its times, laid out for a terminal.

use super::page::{Ink, Page, columns, span};
use crate::report::Report;
use crate::report::transcript::{self, Said};

/// The longest line of a reply, in columns, and the most lines; `-vv` shows all.
const LONGEST: usize = 300;
const MOST_LINES: usize = 12;

pub fn transcript(page: &mut Page, report: &Report) {
    page.blank();
    page.title("Dialogue (ms; control connection and topic; > sent, < received)");
    for line in transcript::of(report) {
        let time =
            [span(format!("{:>9.1}  ", line.at_ms), Ink::Dim), span(format!("{:<9}  ", line.connection), Ink::Plain)];
        match line.said {
            Said::Client | Said::Server => said(page, &time, line.said.sign(), &line.text),
            Said::Nobody => {
                let lead = [time.as_slice(), &[span(line.said.sign(), Ink::Plain)]].concat();
                page.paragraph(&lead, &line.text, Ink::Dim, LONGEST);
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
