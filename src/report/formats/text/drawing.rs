//! The two ends, what is known to stand between them, and an arrow for each connection.

use super::page::{Ink, Page, Span, columns, span, wrap};
use super::signs::Signs;
use crate::report::course::{self, Arrow, Course, Heading, Shown, Wall, arrows};
use crate::report::{Report, Style, answer, escape};

/// A NAT's box, its sides included.
const NAT_WIDTH: usize = 7;
/// The line between a box and the NAT next to it.
const NAT_DISTANCE: usize = 2;
/// What an arrow needs, that its shortest label can be read on it.
const SHORTEST_ARROW: usize = 16;
/// What a box needs within: "active  port 51210".
const NARROWEST_BOX: usize = 18;
/// What a box needs beside its text: two sides and two blanks.
const BOX_EXTRA: usize = 4;
const WIDEST_INDENT: usize = 2;

pub fn draw(page: &mut Page, report: &Report) {
    let plan = Plan::of(page, report);
    for row in plan.rows(report) {
        let indent = span(" ".repeat(plan.indent), Ink::Plain);
        page.line([indent].into_iter().chain(row));
    }
    page.blank();
}

/// What goes where.
struct Plan {
    style: Style,
    signs: &'static Signs,
    indent: usize,
    /// Lines within the left and the right box, above the arrows.
    left: Vec<String>,
    right: Vec<String>,
    /// The width of the text within each box, and between the boxes.
    left_width: usize,
    right_width: usize,
    middle: usize,
    client_nat: bool,
    server_nat: bool,
    /// Whether an FTP helper (application level gateway) stands in the NAT's box, the client's and the server's.
    helpers: [bool; 2],
    /// What tells of a helper that stands in none of these boxes, the longest first.
    helper_beside: Vec<String>,
}

impl Plan {
    fn of(page: &Page, report: &Report) -> Self {
        let style = *page.style();
        let nats = course::nats(report);
        // Where the NATs' boxes have no room, words in the ends say it.
        let room = |nats: [bool; 2]| {
            let taken = nats.iter().filter(|nat| **nat).count() * (NAT_WIDTH + NAT_DISTANCE) + SHORTEST_ARROW;
            let widest = |indent: usize| (style.width - 2 * indent).saturating_sub(taken) / 2;
            let indent = (0..=WIDEST_INDENT).rev().find(|indent| widest(*indent) >= NARROWEST_BOX + BOX_EXTRA)?;
            Some((nats, indent, widest(indent) - BOX_EXTRA))
        };
        let (drawn, indent, most) = room(nats).or_else(|| room([false; 2])).unwrap_or(([false; 2], 0, NARROWEST_BOX));
        let lines = |all: Vec<String>| -> Vec<String> {
            all.iter().flat_map(|line| wrap(&escape::visible(line, &style), most)).collect()
        };
        let shown = |nat: bool, drawn: bool| if nat && !drawn { Shown::InWords } else { Shown::AsBox };
        let left = lines(course::client_lines(report, shown(nats[0], drawn[0])));
        let right = lines(course::server_lines(report, shown(nats[1], drawn[1])));
        let fit = |lines: &[String]| {
            let longest = lines.iter().map(|line| columns(line)).max().unwrap_or(0);
            longest.clamp(NARROWEST_BOX, most)
        };
        let (left_width, right_width) = (fit(&left), fit(&right));
        let middle = style.width.saturating_sub(2 * indent + left_width + right_width + 2 * BOX_EXTRA);
        let [client_nat, server_nat] = drawn;
        let signs = page.signs();
        Self {
            style,
            signs,
            indent,
            left,
            right,
            left_width,
            right_width,
            middle,
            client_nat,
            server_nat,
            helpers: course::helpers(report),
            helper_beside: course::helper_beside(report),
        }
    }

    fn rows(&self, report: &Report) -> Vec<Vec<Span>> {
        let [top_left, top_right, bottom_left, bottom_right] = self.signs.corners;
        let edge = |title: &str, width: usize, from: char, to: char| {
            let title = if title.is_empty() { String::new() } else { format!(" {title} ") };
            let rest = width + 1 - columns(&title);
            let line = self.signs.line;
            format!("{from}{line}{title}{}{to}", line.to_string().repeat(rest))
        };
        let mut rows = vec![vec![
            span(edge(answer::client(report), self.left_width, top_left, top_right), Ink::Dim),
            span(self.nat_row(&format!("{top_left} NAT {top_right}")), Ink::Dim),
            span(edge("FTP server", self.right_width, top_left, top_right), Ink::Dim),
        ]];
        let sides = |text: &str| format!("{0}{text:^5}{0}", self.signs.side);
        for number in 0..self.left.len().max(self.right.len()) {
            let text = |lines: &[String]| lines.get(number).cloned().unwrap_or_default();
            let mut row = self.within(&text(&self.left), self.left_width, Ink::Strong);
            let helper = |stands: bool| if stands && number == 0 { "ALG" } else { "" };
            let [left, right] = self.helpers.map(helper);
            let beside = if number == 0 { self.helper_beside.as_slice() } else { &[] };
            row.push(span(self.nats_row(&sides(left), &sides(right), beside), Ink::Dim));
            row.extend(self.within(&text(&self.right), self.right_width, Ink::Strong));
            rows.push(row);
        }
        rows.extend(arrows(report).iter().map(|arrow| self.arrow_row(arrow)));
        let line = self.signs.line;
        rows.push(vec![
            span(edge("", self.left_width, bottom_left, bottom_right), Ink::Dim),
            span(self.nat_row(&format!("{bottom_left}{}{bottom_right}", line.to_string().repeat(5))), Ink::Dim),
            span(edge("", self.right_width, bottom_left, bottom_right), Ink::Dim),
        ]);
        rows
    }

    /// The middle where no arrow runs.
    fn nat_row(&self, nat: &str) -> String {
        self.nats_row(nat, nat, &[])
    }

    /// The same, with the longest of these words between the boxes that there is room for.
    fn nats_row(&self, left: &str, right: &str, words: &[String]) -> String {
        let distance = " ".repeat(NAT_DISTANCE);
        let left = if self.client_nat { format!("{distance}{left}") } else { String::new() };
        let right = if self.server_nat { format!("{right}{distance}") } else { String::new() };
        let gap = self.middle.saturating_sub(columns(&left) + columns(&right));
        let words = words.iter().find(|words| columns(words) + 2 <= gap).map_or("", String::as_str);
        format!("{left}{words:^gap$}{right}")
    }

    fn within(&self, text: &str, width: usize, ink: Ink) -> Vec<Span> {
        let side = self.signs.side;
        vec![span(format!("{side} "), Ink::Dim), span(pad(text, width), ink), span(format!(" {side}"), Ink::Dim)]
    }

    fn arrow_row(&self, arrow: &Arrow) -> Vec<Span> {
        let port = |port: &Option<String>| port.as_ref().map_or_else(String::new, |port| format!("port {port}"));
        let client_port = port(&arrow.client_port);
        let gap = self.left_width.saturating_sub(columns(arrow.name) + columns(&client_port));
        let mut row =
            self.within(&format!("{}{}{client_port}", arrow.name, " ".repeat(gap)), self.left_width, Ink::Plain);
        let mut far = self.within(&port(&arrow.server_port), self.right_width, Ink::Plain);
        if arrow.course != Course::Absent {
            let (end, side) = match arrow.heading {
                Heading::ToServer => (row.last_mut(), format!(" {}", self.signs.leaves_right)),
                Heading::ToClient => (far.first_mut(), format!("{} ", self.signs.leaves_left)),
            };
            if let Some(end) = end {
                end.text = side;
            }
        }
        row.extend(self.arrow(arrow));
        row.extend(far);
        row
    }

    /// The middle with an arrow in it. Drawn from the left; one that heads for the client is drawn mirrored, and turned.
    fn arrow(&self, arrow: &Arrow) -> Vec<Span> {
        let mut cells: Vec<(char, Ink)> =
            self.nat_row(&format!("{0}     {0}", self.signs.side)).chars().map(|c| (c, Ink::Dim)).collect();
        let nat = NAT_WIDTH + NAT_DISTANCE;
        let begin = if self.client_nat { nat } else { 0 };
        let end = self.middle - if self.server_nat { nat } else { 0 };
        if let Some(wall) = arrow.wall {
            return self.walled(arrow, wall, cells, begin, end);
        }
        let label = self.label(arrow, end - begin);
        let back = arrow.heading == Heading::ToClient;
        // The label stands in the middle of the free stretch; where the arrow ends, nearer to its far end.
        let spare = (end - begin).saturating_sub(label.len());
        let before = match (arrow.course, back) {
            (Course::Lost | Course::Stopped, false) => spare.saturating_sub(1) * 2 / 3,
            (Course::Lost | Course::Stopped, true) => spare - spare.saturating_sub(1) * 2 / 3,
            (Course::Through | Course::TurnedAway | Course::AtTheDoor | Course::Absent, _) => spare / 2,
        };
        let label_begin = begin + before;
        let label_end = label_begin + label.len();

        let turned = |at: usize| if back { self.middle - 1 - at } else { at };
        let (free_end, to_label, from_label) = if back {
            (self.middle - begin, self.middle - label_end, self.middle - label_begin)
        } else {
            (end, label_begin, label_end)
        };
        let mut set = |at: usize, sign: char| {
            if let Some(cell) = cells.get_mut(turned(at)) {
                let crossing = cell.0 == self.signs.side && (sign == self.signs.line || sign == self.signs.faint);
                *cell = (if crossing { self.signs.crossed } else { sign }, Ink::of(arrow.tone));
            }
        };
        let line = self.signs.line;
        match arrow.course {
            Course::Through => {
                (0..self.middle - 1).for_each(|at| set(at, line));
                set(self.middle - 1, if back { self.signs.head_left } else { self.signs.head_right });
            }
            Course::AtTheDoor => {
                (0..self.middle - 1).for_each(|at| set(at, line));
                set(self.middle - 1, self.signs.stop);
            }
            Course::TurnedAway => {
                (0..free_end - 1).for_each(|at| set(at, line));
                set(free_end - 1, self.signs.stop);
            }
            Course::Stopped => {
                (0..to_label).for_each(|at| set(at, line));
                set(from_label, self.signs.stop);
            }
            Course::Lost => {
                let fading = to_label - (to_label / 2).min(6);
                (0..fading).for_each(|at| set(at, self.signs.faint));
                (fading..to_label).filter(|at| (to_label - at) % 2 == 1).for_each(|at| set(at, self.signs.fading));
                set(from_label, self.signs.unknown);
            }
            Course::Absent => {}
        }
        for (number, c) in label.into_iter().enumerate() {
            if let Some(cell) = cells.get_mut(label_begin + number) {
                *cell = (c, Ink::of(arrow.tone));
            }
        }
        merge(cells)
    }

    /// An arrow that ends at a known hop: the wall stands where that is on the way, and the label where there is room. It
    /// is drawn from the end that it sets out from.
    fn walled(&self, arrow: &Arrow, wall: Wall, mut cells: Vec<(char, Ink)>, begin: usize, end: usize) -> Vec<Span> {
        let room = end - begin;
        let (part, parts) = wall.place([self.client_nat, self.server_nat]);
        let at = begin + (room * part / parts).clamp(2, room.saturating_sub(2));
        let (before, after) = (at - begin, end - at - 1);
        let longest = before.max(after).saturating_sub(4);
        let fits = arrow.labels.iter().find(|label| label.is_ascii() && label.len() <= longest);
        let label: Vec<char> = fits.or(arrow.labels.last()).map_or("", String::as_str).chars().collect();
        let label = label.iter().take(longest).copied();
        let label: Vec<char> = [' '].into_iter().chain(label).chain([' ']).collect();
        let label_begin = if after >= before { at + 2 } else { begin + (before - label.len()) / 2 };
        let run = if arrow.heading == Heading::ToServer { 0..at } else { at + 1..self.middle };
        for number in run {
            if let Some(cell) = cells.get_mut(number) {
                let crossing = cell.0 == self.signs.side;
                *cell = (if crossing { self.signs.crossed } else { self.signs.line }, Ink::of(arrow.tone));
            }
        }
        if let Some(cell) = cells.get_mut(at) {
            *cell = (self.signs.stop, Ink::of(arrow.tone));
        }
        for (number, c) in label.into_iter().enumerate() {
            if let Some(cell) = cells.get_mut(label_begin + number) {
                *cell = (c, Ink::of(arrow.tone));
            }
        }
        merge(cells)
    }

    /// The longest label that leaves something of the arrow, one blank at each end.
    fn label(&self, arrow: &Arrow, room: usize) -> Vec<char> {
        let most = room.saturating_sub(match arrow.course {
            Course::Lost => 14,
            Course::Absent => 2,
            Course::Through | Course::TurnedAway | Course::AtTheDoor | Course::Stopped => 5,
        });
        let labels: Vec<String> = arrow.labels.iter().map(|label| escape::visible(label, &self.style)).collect();
        let fits = labels.iter().find(|label| label.is_ascii() && label.len() <= most);
        let label = fits.or(labels.last()).map_or("", String::as_str);
        format!(" {label} ").chars().take(room).collect()
    }
}

fn pad(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(columns(text))))
}

fn merge(cells: Vec<(char, Ink)>) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    for (c, ink) in cells {
        match spans.last_mut() {
            Some(last) if last.ink == ink => last.text.push(c),
            _ => spans.push(span(c, ink)),
        }
    }
    spans
}
