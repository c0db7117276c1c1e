//! The table of data connections. Columns are left out rather than words broken: the least telling go first.

use comfy_table::{ColumnConstraint, ContentArrangement, LineStyle, Table, TableStyle, Width};

use super::page::{Ink, Page, columns, span, wrap};
use super::words;
use crate::evidence::attempt::Mode;
use crate::evidence::facts::Cause;
use crate::report::model::DataConnection;
use crate::report::{Report, escape};

/// Blanks between two columns.
const GAP: usize = 2;
const INDENT: usize = 2;
/// The longest text in a cell, in columns.
const LONGEST: usize = 160;
/// What the last column is worth leaving out others for.
const ELASTIC: usize = 22;
/// IPv4 with a port; a longer endpoint stands without an address that the drawing shows.
const LONGEST_ENDPOINT: usize = 21;

/// One column; of those that may go the last goes first.
struct Column {
    title: &'static str,
    cell: fn(&Report, &DataConnection) -> String,
    goes: Option<u8>,
}

const COLUMNS: &[Column] = &[
    Column { title: "Method", cell: |_, attempt| attempt.method.name().to_owned(), goes: None },
    Column { title: "Mode", cell: |_, attempt| attempt.mode.name().to_owned(), goes: Some(1) },
    Column { title: "Result", cell: |_, attempt| words::result(attempt).to_owned(), goes: None },
    Column { title: "How far", cell: |_, attempt| words::stage(attempt.stage).to_owned(), goes: Some(3) },
    Column { title: "Connects to", cell: connects_to, goes: Some(0) },
    Column { title: "Time", cell: |_, attempt| time(attempt), goes: Some(2) },
    Column { title: "Bytes", cell: |_, attempt| bytes(attempt), goes: Some(4) },
    Column { title: "Ended with", cell: |_, attempt| ended_with(attempt), goes: None },
];

pub fn table(page: &mut Page, report: &Report) {
    // What was not tried stands below, with its reason.
    let tried: Vec<&DataConnection> =
        report.attempts.iter().filter(|attempt| attempt.cause != Some(Cause::NotTried)).collect();
    if tried.is_empty() {
        return;
    }
    page.title("Data connections tried");
    let style = *page.style();
    let cell = |column: &Column, attempt: &DataConnection| {
        let text = escape::visible(&(column.cell)(report, attempt), &style);
        let text = if text.is_empty() { page.signs().none.to_owned() } else { page.clip(&text, LONGEST) };
        if column.title == "Result" { format!("{} {text}", mark(page, attempt)) } else { text }
    };
    let natural = |column: &Column| {
        let cells = tried.iter().map(|attempt| columns(&cell(column, attempt)));
        cells.chain([columns(column.title)]).max().unwrap_or(0)
    };
    let mut shown: Vec<(&Column, usize)> = COLUMNS.iter().map(|column| (column, natural(column))).collect();
    let room = style.width - INDENT;
    let last = loop {
        let rigid: usize = shown.iter().rev().skip(1).map(|(_, width)| width + GAP).sum();
        let wanted = shown.last().map_or(0, |(_, width)| (*width).min(ELASTIC));
        let least = shown.iter().enumerate().filter_map(|(at, (column, _))| Some((column.goes?, at))).max();
        match least {
            Some((_, at)) if rigid + wanted > room => {
                shown.remove(at);
            }
            _ => break room.saturating_sub(rigid),
        }
    };
    let count = shown.len();
    let widths = shown.iter().enumerate().map(|(at, (_, width))| if at + 1 == count { last } else { width + GAP });

    let mut table = Table::new();
    table.force_no_tty().load_style(looks(page)).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(u16::try_from(room).unwrap_or(u16::MAX));
    table.set_header(shown.iter().map(|(column, _)| column.title));
    for attempt in &tried {
        table.add_row(shown.iter().map(|(column, _)| cell(column, attempt)));
    }
    for (column, (width, at)) in table.column_iter_mut().zip(widths.zip(1..)) {
        column.set_padding((0, if at == count { 0 } else { GAP as u16 }));
        column.set_constraint(ColumnConstraint::Absolute(Width::Fixed(u16::try_from(width).unwrap_or(u16::MAX))));
    }
    let indent = || span(" ".repeat(INDENT), Ink::Plain);
    for (number, line) in table.lines().enumerate() {
        if number < 2 {
            page.line([indent(), span(line, Ink::Dim)]);
        } else {
            inked(page, &line);
        }
    }
    page.blank();
}

/// A line of the table, its mark and the words after it painted.
fn inked(page: &mut Page, line: &str) {
    let signs = page.signs();
    let marks = [(signs.good, Ink::Good), (signs.bad, Ink::Bad)];
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
    if attempt.works { page.signs().good } else { page.signs().bad }
}

/// Passive: the endpoint that was dialled. Active: the one that PORT or EPRT named.
fn connects_to(report: &Report, attempt: &DataConnection) -> String {
    let (end, known) = match attempt.mode {
        Mode::Passive => (attempt.dialled.as_ref().or(attempt.advertised.as_ref()), &report.control.peer_address),
        Mode::Active => (attempt.advertised.as_ref(), &report.control.local_address),
    };
    let Some(end) = end else { return String::new() };
    if end.len() <= LONGEST_ENDPOINT {
        return end.clone();
    }
    let (address, port) = end.rsplit_once(':').unwrap_or((end, ""));
    let same = known.as_deref() == Some(address.trim_matches(['[', ']']));
    if same { format!("port {port}") } else { wrap(end, LONGEST_ENDPOINT).join(" ") }
}

fn time(attempt: &DataConnection) -> String {
    let spent = [attempt.negotiate_ms, attempt.transfer_ms.or(attempt.silent_ms)];
    match spent {
        [None, None] => String::new(),
        _ => words::duration(spent.into_iter().flatten().sum()),
    }
}

fn bytes(attempt: &DataConnection) -> String {
    if attempt.connected.is_some() { attempt.bytes.to_string() } else { String::new() }
}

/// The last word: the server's where it had it, else what was seen.
fn ended_with(attempt: &DataConnection) -> String {
    let telling = match attempt.cause {
        None => attempt.replies.last(),
        Some(_) => attempt.replies.iter().rev().find(|reply| reply.code >= 400),
    };
    match telling {
        Some(reply) => format!("{} {}", reply.code, reply.text),
        None => {
            let seen = attempt.ended_by.as_deref().unwrap_or_default();
            seen.strip_prefix(attempt.method.name()).and_then(|seen| seen.strip_prefix(": ")).unwrap_or(seen).to_owned()
        }
    }
}
