//! What was concluded, each with what was seen and how each side mends it; then what was excluded and what is open.

use super::LONGEST;
use super::page::{Ink, Page, span};
use crate::diagnosis::rule::{Severity, Side};
use crate::report::model::{Finding, Open};
use crate::report::{Report, words};

/// The longest quotation, in columns.
const LONGEST_QUOTE: usize = 160;
const INDENT: usize = 4;

pub fn list(page: &mut Page, report: &Report) {
    if !report.findings.is_empty() {
        page.title("What was found");
        for finding in &report.findings {
            one(page, finding);
        }
    }
    causes(page, "Ruled out", &report.ruled_out, 1);
    causes(page, "Not tested", &report.not_tested, 2);
}

fn one(page: &mut Page, finding: &Finding) {
    let (mark, ink) = match finding.severity {
        Severity::Info => (page.signs().bullet, Ink::Plain),
        Severity::Warning => (page.signs().warning, Ink::Warn),
        Severity::Error => (page.signs().bad, Ink::Bad),
    };
    page.paragraph(&[span(format!("  {mark} "), ink)], &finding.summary, Ink::Strong, LONGEST);
    let of = [
        words::severity(finding.severity),
        words::side(finding.side),
        words::certainty(finding.confidence),
        &finding.id,
    ];
    let between = format!(" {} ", page.signs().dot);
    page.paragraph(&[span("    ", Ink::Plain)], &of.join(&between), ink, LONGEST);
    for (number, seen) in finding.evidence.iter().enumerate() {
        let lead = if number == 0 { "    seen    " } else { "            " };
        page.paragraph(&[span(lead, Ink::Dim)], seen, Ink::Plain, LONGEST_QUOTE);
    }
    for side in [Side::Client, Side::Server, Side::Network, Side::Unknown] {
        for (number, fix) in finding.fixes.iter().filter(|fix| fix.side == side).enumerate() {
            let lead = match (number, side) {
                (0, Side::Client) => "    client  ",
                (0, Side::Server) => "    server  ",
                (0, Side::Network) => "    network ",
                (0, Side::Unknown) => "    either  ",
                _ => "            ",
            };
            page.paragraph(&[span(lead, Ink::Dim)], &fix.sentence(), Ink::Plain, LONGEST);
        }
    }
    page.blank();
}

/// Causes in at most so many lines each; with the dialogue, in full.
fn causes(page: &mut Page, title: &str, causes: &[Open], lines: usize) {
    if causes.is_empty() {
        return;
    }
    let longest = match page.style().verbose {
        0 => lines * (page.style().width - INDENT),
        _ => LONGEST,
    };
    page.title(title);
    for cause in causes {
        let what = words::cause(cause);
        let lead = [span(format!("  {} ", page.signs().bullet), Ink::Dim)];
        page.paragraph(&lead, &format!("{what}: {}", cause.because), Ink::Plain, longest);
    }
    page.blank();
}
