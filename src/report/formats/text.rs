//! The report on a terminal: the answer first, then the picture, then the proof, then what to do.

use super::Format;
use crate::diagnosis::handover::Handover;
use crate::report::answer::{self, NextStep};
use crate::report::course::Tone;
use crate::report::{Report, Style, words};
use page::{Ink, Page, span};
pub use page::{columns, wrap};

mod attempts;
mod comparison;
mod dialogue;
mod drawing;
mod findings;
mod forecast;
mod page;
mod signs;

pub static FORMAT: Format =
    Format { id: "text", help: "a report to read, for a terminal", stands_alone: false, together: None, render };

/// The longest text of ours that may hold a server's words, in columns.
const LONGEST: usize = 600;

fn render(report: &Report, style: &Style) -> String {
    let mut page = Page::new(*style);
    if let Some(comparison) = &report.comparison {
        comparison::compared(&mut page, report, comparison);
        return page.finish();
    }
    header(&mut page, report);
    verdict(&mut page, report);
    drawing::draw(&mut page, report);
    attempts::table(&mut page, report);
    passive_ports(&mut page, report);
    findings::list(&mut page, report);
    forecast::list(&mut page, report);
    next_step(&mut page, report);
    if style.verbose > 0 {
        dialogue::transcript(&mut page, report);
    }
    page.finish()
}

/// What the server's passive range is about, where enough of it was seen to say so.
fn passive_ports(page: &mut Page, report: &Report) {
    if let Some(text) = answer::passive_range(report) {
        page.paragraph(&[span("  ", Ink::Plain)], &text, Ink::Plain, LONGEST);
        page.blank();
    }
}

/// What was checked, on one line.
fn header(page: &mut Page, report: &Report) {
    let parts = answer::subject(report);
    let between = format!(" {} ", page.signs().dot);
    page.line([span("ftpmode  ", Ink::Strong), span(parts.join(&between), Ink::Plain)]);
    page.blank();
}

/// The answer, its sentence, and how sure it is.
fn verdict(page: &mut Page, report: &Report) {
    let signs = page.signs();
    let (mark, ink) = match answer::tone(report) {
        Tone::Good => (signs.good, Ink::Good),
        Tone::Bad => (signs.bad, Ink::Bad),
        Tone::Warn | Tone::Dim => (signs.open, Ink::Warn),
    };
    let bar = || span(format!("  {} ", signs.bar), ink);
    page.line([bar(), span(format!("{mark} {}", answer::headline(report)), ink.loud())]);
    page.paragraph(&[bar()], &report.verdict.summary, Ink::Strong, LONGEST);
    page.paragraph(&[bar()], words::confidence(report.verdict.confidence), Ink::Plain, LONGEST);
    for remark in answer::remarks(report) {
        page.paragraph(&[bar()], remark, Ink::Warn, LONGEST);
    }
    page.blank();
}

/// The one thing to do now, and for each side the first thing that would make it better.
fn next_step(page: &mut Page, report: &Report) {
    let NextStep { now, lead, fixes, again } = answer::next_step(report);
    let indent = [span("  ", Ink::Plain)];
    page.title("Next step");
    if let Some(now) = now {
        page.paragraph(&indent, &now, Ink::Strong, LONGEST);
    }
    if let Some(lead) = lead {
        page.paragraph(&indent, lead, Ink::Plain, LONGEST);
    }
    for fix in fixes {
        let lead = [span(format!("  {} ", page.signs().bullet), Ink::Plain)];
        let text = format!("{}: {}.", fix.side.place(), fix.action.trim_end_matches('.'));
        page.paragraph(&lead, &text, Ink::Plain, LONGEST);
    }
    if let Some(again) = again {
        page.paragraph(&indent, again, Ink::Plain, LONGEST);
    }
    if let Some(first) = report.verdict.recipes.first() {
        let others = report.verdict.recipes.iter().skip(1).map(|id| format!(", ftpmode recipe {id}"));
        let text = format!("Step by step: ftpmode recipe {first}{}", others.collect::<String>());
        page.paragraph(&indent, &text, Ink::Plain, LONGEST);
    }
    if let Some(letter) = &report.verdict.handover {
        let text = format!("A letter to {}, ready to be sent: --format letter", letter.addressee);
        page.paragraph(&indent, &text, Ink::Plain, LONGEST);
    }
    if let Some(finding) = report.findings.first() {
        page.paragraph(&indent, &format!("More: ftpmode explain {}", finding.id), Ink::Dim, LONGEST);
    }
}

fn write(page: &mut Page, letter: &Handover, indent: &str) {
    let lead = || [span(indent, Ink::Plain)];
    page.paragraph(&lead(), &letter.subject, Ink::Strong, LONGEST);
    page.blank();
    for line in letter.text.lines() {
        match line.strip_prefix("- ") {
            Some(item) => {
                let bullet = format!("{indent}{} ", page.signs().bullet);
                page.paragraph(&[span(bullet, Ink::Plain)], item, Ink::Plain, LONGEST);
            }
            None if line.is_empty() => page.blank(),
            None => page.paragraph(&lead(), line, Ink::Plain, LONGEST),
        }
    }
}

/// The letter alone, for formats that quote it.
pub fn letter(letter: &Handover, style: &Style) -> String {
    let mut page = Page::new(*style);
    write(&mut page, letter, "");
    page.finish()
}

/// The drawing alone, for formats that quote it.
pub fn drawing(report: &Report, style: &Style) -> String {
    let mut page = Page::new(*style);
    drawing::draw(&mut page, report);
    page.finish()
}
