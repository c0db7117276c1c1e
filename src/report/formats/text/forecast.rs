//! What clients would do here: those that work together on one line, those that fail by their reasons.

use super::LONGEST;
use super::page::{Ink, Page, columns, span};
use crate::clients;
use crate::evidence::security::Security;
use crate::report::Report;
use crate::report::model::Forecast;

/// Reasons shown without the dialogue: the one that most clients share.
const MOST_REASONS: usize = 1;
const INDENT: usize = 4;
/// What a line may leave empty at its end.
const LONGEST_WORD: usize = 12;

pub fn list(page: &mut Page, report: &Report) {
    let known = report.forecast.iter().any(|forecast| forecast.works.is_some());
    // Where nobody gets as far as a data connection, the verdict says all that there is to say.
    if report.for_client.is_none() && (!known || !report.control.works) {
        return;
    }
    page.title(match (report.target.security, &report.for_client) {
        (Security::Plain, None) => "What clients would do here (more on one of them: --for CLIENT)",
        (Security::Plain, Some(_)) => "What clients would do here",
        (_, None) => "What clients would do here over TLS (more on one of them: --for CLIENT)",
        (_, Some(_)) => "What clients would do here over TLS",
    });
    if let Some(id) = &report.for_client {
        asked_for(page, report, id);
    }
    if known && report.control.works {
        together(page, report, Some(true), "work");
        reasons(page, report);
        together(page, report, None, "not known");
    }
    page.blank();
}

/// The client that the user asked for, in full.
fn asked_for(page: &mut Page, report: &Report, id: &str) {
    let name = clients::with_id(id).map_or(id, |client| client.name);
    let found = report.forecast.iter().find(|forecast| forecast.client == id);
    let (mark, ink) = mark(page, found.and_then(|forecast| forecast.works));
    let text = match found {
        Some(forecast) => format!("{name}: {}", forecast.why),
        None => format!("{name}: Not known: what it does by its own rules is not written down."),
    };
    page.paragraph(&[span(format!("  {mark} "), ink)], &text, Ink::Strong, LONGEST);
    if let Some(setting) = found.and_then(|forecast| forecast.setting.as_deref()) {
        page.paragraph(&[span("    set it  ", Ink::Dim)], setting, Ink::Plain, LONGEST);
    }
    page.paragraph(&[span("    more    ", Ink::Dim)], &format!("ftpmode recipe {id}"), Ink::Plain, LONGEST);
}

/// The names of all with this outcome.
fn together(page: &mut Page, report: &Report, works: Option<bool>, what: &str) {
    let names: Vec<&str> = report.forecast.iter().filter(|forecast| forecast.works == works).map(name).collect();
    if names.is_empty() {
        return;
    }
    let (mark, ink) = mark(page, works);
    let lines = if works == Some(true) { 2 } else { 1 };
    let text = format!("{what}: {}", as_fits(page, &names, lines, columns(what) + 2));
    page.paragraph(&[span(format!("  {mark} "), ink)], &text, Ink::Plain, LONGEST);
}

/// Those that fail, by their reasons.
fn reasons(page: &mut Page, report: &Report) {
    let mut reasons: Vec<(&str, Vec<&str>)> = Vec::new();
    for forecast in report.forecast.iter().filter(|forecast| forecast.works == Some(false)) {
        match reasons.iter_mut().find(|(why, _)| *why == forecast.why) {
            Some((_, sharing)) => sharing.push(name(forecast)),
            None => reasons.push((&forecast.why, vec![name(forecast)])),
        }
    }
    reasons.sort_by_key(|(_, sharing)| std::cmp::Reverse(sharing.len()));
    let shown = if page.style().verbose == 0 { MOST_REASONS } else { reasons.len() };
    let (mark, ink) = mark(page, Some(false));
    for (why, sharing) in reasons.iter().take(shown) {
        page.paragraph(&[span(format!("  {mark} "), ink)], why, Ink::Plain, LONGEST);
        let names = as_fits(page, sharing, 1, 0);
        page.paragraph(&[span(" ".repeat(INDENT), Ink::Plain)], &names, Ink::Plain, LONGEST);
    }
    let rest: Vec<&str> = reasons.iter().skip(shown).flat_map(|(_, sharing)| sharing.iter().copied()).collect();
    if !rest.is_empty() {
        let what = "fail for other reasons: ";
        let text = format!("{what}{}", as_fits(page, &rest, 1, columns(what)));
        page.paragraph(&[span(format!("  {mark} "), ink)], &text, Ink::Plain, LONGEST);
    }
}

/// As many names as so many lines hold behind `taken` columns, and how many more there are; all with the dialogue.
/// People's programs come before libraries, which name their language in brackets.
fn as_fits(page: &Page, names: &[&str], lines: usize, taken: usize) -> String {
    let (libraries, programs): (Vec<&str>, Vec<&str>) = names.iter().partition(|name| name.contains('('));
    let names = [programs, libraries].concat();
    let all = names.join(", ");
    let room = (lines * (page.style().width - INDENT)).saturating_sub(taken + (lines - 1) * LONGEST_WORD);
    if page.style().verbose > 0 || columns(&all) <= room {
        return all;
    }
    let fits = |count: &usize| columns(&shortened(&names, *count)) <= room;
    let count = (1..names.len()).rev().find(fits).unwrap_or(1);
    shortened(&names, count)
}

fn shortened(names: &[&str], count: usize) -> String {
    match names.len() - count {
        0 => names.join(", "),
        more => format!("{} and {more} more", names[..count].join(", ")),
    }
}

fn name(forecast: &Forecast) -> &str {
    clients::with_id(&forecast.client).map_or(&forecast.client, |client| client.name)
}

fn mark(page: &Page, works: Option<bool>) -> (&'static str, Ink) {
    let signs = page.signs();
    match works {
        Some(true) => (signs.good, Ink::Good),
        Some(false) => (signs.bad, Ink::Bad),
        None => (signs.open, Ink::Warn),
    }
}
