//! The table of data connections. Columns are left out rather than words broken: the least telling go first.

use comfy_table::{ColumnConstraint, ContentArrangement, LineStyle, Table, TableStyle, Width};

use super::page::{Ink, Page, columns, span, wrap};
use crate::evidence::attempt::Mode;
use crate::report::model::DataConnection;
use crate::report::{Report, escape, words};

/// Blanks between two columns.
const GAP: usize = 2;
const INDENT: usize = 2;
/// The longest text in a cell, in columns.
const LONGEST: usize = 160;
/// What the last column is worth leaving out others for.
const ELASTIC: usize = 20;
/// IPv4 with a port; a longer endpoint stands without an address that the drawing shows.
const LONGEST_ENDPOINT: usize = 21;

/// One column; of those that may go the one with the highest number goes first.
struct Column {
    title: &'static str,
    /// The lines of a cell; a line may still be wrapped.
    cell: fn(&Report, &DataConnection) -> Vec<String>,
    goes: Option<u8>,
}

const COLUMNS: &[Column] = &[
    Column { title: "Method", cell: |_, attempt| vec![attempt.method.name().to_owned()], goes: None },
    Column { title: GUARD, cell: |_, attempt| vec![words::protection(attempt.protection).to_owned()], goes: None },
    Column { title: "Mode", cell: |_, attempt| vec![attempt.mode.name().to_owned()], goes: Some(1) },
    Column { title: RESULT, cell: |_, attempt| vec![words::result(attempt).to_owned()], goes: None },
    Column { title: "How far", cell: |_, attempt| vec![words::stage(attempt.stage).to_owned()], goes: Some(3) },
    Column { title: "Connects to", cell: connects_to, goes: Some(0) },
    Column { title: "Time", cell: |_, attempt| time(attempt), goes: Some(2) },
    Column { title: "Bytes", cell: |_, attempt| bytes(attempt), goes: Some(4) },
    Column { title: "Ended with", cell: |_, attempt| vec![words::ended_with(attempt)], goes: None },
];

/// The column that is there where not all data connections are protected alike.
const GUARD: &str = "Guarded by";

/// The column with the mark.
const RESULT: &str = "Result";

pub fn table(page: &mut Page, report: &Report) {
    // What was not tried stands below, with its reason.
    let tried = report.attempts.iter().filter(|attempt| attempt.was_begun());
    let rows: Vec<Vec<String>> =
        tried.map(|attempt| COLUMNS.iter().map(|column| cell(page, column, report, attempt)).collect()).collect();
    if rows.is_empty() {
        return;
    }
    page.title("Data connections tried");
    let room = page.style().width - INDENT;
    let shown = fitting(&rows, room);

    let mut table = Table::new();
    table.force_no_tty().load_style(looks(page)).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(narrow(room));
    table.set_header(shown.iter().filter_map(|(at, _)| COLUMNS.get(*at)).map(|column| column.title));
    for row in &rows {
        table.add_row(shown.iter().filter_map(|(at, _)| row.get(*at)));
    }
    for (column, (_, width)) in table.column_iter_mut().zip(&shown) {
        column.set_padding((0, 0)).set_constraint(ColumnConstraint::Absolute(Width::Fixed(narrow(*width))));
    }
    for (number, line) in table.lines().enumerate() {
        if number < 2 {
            page.line([span(" ".repeat(INDENT), Ink::Plain), span(line, Ink::Dim)]);
        } else {
            inked(page, &line);
        }
    }
    page.blank();
}

fn cell(page: &Page, column: &Column, report: &Report, attempt: &DataConnection) -> String {
    let lines = (column.cell)(report, attempt);
    let lines = lines.iter().map(|line| page.clip(&escape::visible(line, page.style()), LONGEST));
    let text = lines.collect::<Vec<_>>().join("\n");
    match (column.title, text.is_empty()) {
        (RESULT, _) => format!("{} {text}", mark(page, attempt)),
        (_, true) => page.signs().none.to_owned(),
        _ => text,
    }
}

/// The columns that have room, each with its width; the last takes what the others leave. The gap before the next
/// column is part of a width.
fn fitting(rows: &[Vec<String>], room: usize) -> Vec<(usize, usize)> {
    let natural = |at: usize, title: &str| {
        let lines = rows.iter().filter_map(|row| row.get(at)).flat_map(|cell| cell.split('\n'));
        lines.map(columns).chain([columns(title)]).max().unwrap_or(0)
    };
    let alike = |at: usize| rows.windows(2).all(|two| matches!(two, [one, other] if one.get(at) == other.get(at)));
    let wanted = COLUMNS.iter().enumerate().filter(|(at, column)| column.title != GUARD || !alike(*at));
    let mut shown: Vec<(usize, usize)> = wanted.map(|(at, column)| (at, natural(at, column.title) + GAP)).collect();
    loop {
        let (last, others) = match shown.split_last_mut() {
            Some((last, others)) => (&mut last.1, others),
            None => return shown,
        };
        let rigid: usize = others.iter().map(|(_, width)| width).sum();
        let goes = |(at, _): &(usize, usize)| COLUMNS.get(*at).and_then(|column| column.goes);
        let first_to_go = others.iter().enumerate().filter_map(|(number, column)| Some((goes(column)?, number))).max();
        match first_to_go {
            Some((_, number)) if rigid + ELASTIC.min(*last - GAP) > room => {
                shown.remove(number);
            }
            _ => {
                *last = room.saturating_sub(rigid);
                return shown;
            }
        }
    }
}

/// comfy-table counts in u16; no terminal is wider.
fn narrow(width: usize) -> u16 {
    u16::try_from(width).unwrap_or(u16::MAX)
}

/// A line of the table, its mark and the words after it painted.
fn inked(page: &mut Page, line: &str) {
    let signs = page.signs();
    let marks = [(signs.good, Ink::Good), (signs.bad, Ink::Bad), (signs.open, Ink::Warn)];
    let found = marks
        .iter()
        .filter_map(|(mark, ink)| Some((line.find(&format!(" {mark} "))? + 1, *ink)))
        .min_by_key(|(at, _)| *at);
    let indent = span(" ".repeat(INDENT), Ink::Plain);
    let Some((at, ink)) = found else {
        page.line([indent, span(line, Ink::Plain)]);
        return;
    };
    let (before, rest) = line.split_at(at);
    let (words, after) = rest.split_at(rest.find("  ").unwrap_or(rest.len()));
    page.line([indent, span(before, Ink::Plain), span(words, ink), span(after, Ink::Plain)]);
}

/// A line below the heads, and nothing else.
fn looks(page: &Page) -> TableStyle {
    let line = page.signs().line;
    TableStyle::new().header_separator(LineStyle::none().fill(line))
}

fn mark(page: &Page, attempt: &DataConnection) -> &'static str {
    match attempt.works {
        true => page.signs().good,
        false if attempt.cut_short => page.signs().open,
        false => page.signs().bad,
    }
}

/// Passive: the endpoint that was dialled, and the address that the server named where it is another. Active: the
/// endpoint that PORT or EPRT named.
fn connects_to(report: &Report, attempt: &DataConnection) -> Vec<String> {
    let (end, known) = match attempt.mode {
        Mode::Passive => (attempt.dialled.as_ref().or(attempt.advertised.as_ref()), &report.control.peer_address),
        Mode::Active => (attempt.advertised.as_ref(), &report.control.local_address),
    };
    let Some(end) = end else { return Vec::new() };
    let (address, port) = end.rsplit_once(':').unwrap_or((end, ""));
    let mut lines = match known {
        _ if end.len() <= LONGEST_ENDPOINT => vec![end.clone()],
        Some(known) if known == address.trim_matches(['[', ']']) => vec![format!("port {port}")],
        _ => wrap(end, LONGEST_ENDPOINT),
    };
    let named = attempt.advertised.as_ref().filter(|named| *named != end).and_then(|named| named.rsplit_once(':'));
    lines.extend(named.map(|(named, _)| format!("named {named}")));
    lines
}

fn time(attempt: &DataConnection) -> Vec<String> {
    match [attempt.negotiate_ms, attempt.transfer_ms.or(attempt.silent_ms)] {
        [None, None] => Vec::new(),
        spent => vec![words::duration(spent.into_iter().flatten().sum())],
    }
}

fn bytes(attempt: &DataConnection) -> Vec<String> {
    attempt.connected.iter().map(|_| attempt.bytes.to_string()).collect()
}
