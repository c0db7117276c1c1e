//! Lines of inked text. Every character of the text format goes through here, and is escaped, cut to the width and
//! painted here alone.

use colored::Colorize;
use unicode_width::UnicodeWidthChar;

use super::signs::{self, Signs};
use crate::report::course::Tone;
use crate::report::{Style, escape};

/// Why a text stands out. Colour never says what the words don't.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ink {
    Plain,
    Strong,
    Dim,
    Good,
    Bad,
    Warn,
    /// The answer itself.
    LoudGood,
    LoudBad,
    LoudWarn,
}

impl Ink {
    pub fn of(tone: Tone) -> Self {
        match tone {
            Tone::Good => Ink::Good,
            Tone::Bad => Ink::Bad,
            Tone::Warn => Ink::Warn,
            Tone::Dim => Ink::Dim,
        }
    }

    pub fn loud(self) -> Self {
        match self {
            Ink::Good => Ink::LoudGood,
            Ink::Bad => Ink::LoudBad,
            Ink::Warn => Ink::LoudWarn,
            other => other,
        }
    }
}

/// A piece of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    pub text: String,
    pub ink: Ink,
}

pub fn span(text: impl Into<String>, ink: Ink) -> Span {
    Span { text: text.into(), ink }
}

/// A report under way.
pub struct Page {
    style: Style,
    lines: Vec<Vec<Span>>,
}

impl Page {
    pub fn new(style: Style) -> Self {
        Self { style: Style { width: style.width.max(Style::NARROWEST), ..style }, lines: Vec::new() }
    }

    pub fn style(&self) -> &Style {
        &self.style
    }

    pub fn signs(&self) -> &'static Signs {
        signs::of(&self.style)
    }

    pub fn blank(&mut self) {
        self.lines.push(Vec::new());
    }

    /// A section's heading.
    pub fn title(&mut self, text: &str) {
        self.line([span(text, Ink::Strong)]);
    }

    /// One line; what does not fit is cut, with an ellipsis.
    pub fn line(&mut self, spans: impl IntoIterator<Item = Span>) {
        let mut room = self.style.width;
        let mut line = Vec::new();
        for span in spans {
            let text = self.clip(&escape::visible(&span.text, &self.style), room);
            room -= columns(&text);
            line.push(Span { text, ink: span.ink });
        }
        self.lines.push(line);
    }

    /// Wrapped between words; the lines after the first begin below the text, and repeat a lead that is a bar.
    /// A text of more than `longest` columns is cut.
    pub fn paragraph(&mut self, lead: &[Span], text: &str, ink: Ink, longest: usize) {
        let indent: usize = lead.iter().map(|span| columns(&span.text)).sum();
        let room = self.style.width.saturating_sub(indent).max(1);
        let text = self.clip(&escape::visible(text, &self.style), longest);
        for (number, part) in wrap(&text, room).into_iter().enumerate() {
            let begin = lead.iter().map(|piece| match number {
                0 => piece.clone(),
                _ if piece.text.trim() == self.signs().bar => piece.clone(),
                _ => span(" ".repeat(columns(&piece.text)), Ink::Plain),
            });
            let line: Vec<Span> = begin.chain([span(part, ink)]).collect();
            self.line(line);
        }
    }

    /// The text as it goes out, its last line ended.
    pub fn finish(self) -> String {
        let mut text = String::new();
        for line in &self.lines {
            let last = line.iter().rposition(|span| !span.text.trim_end().is_empty());
            for (number, span) in line.iter().enumerate().take(last.map_or(0, |last| last + 1)) {
                let piece = if Some(number) == last { span.text.trim_end() } else { &span.text };
                text.push_str(&paint(piece, span.ink, &self.style));
            }
            text.push('\n');
        }
        text
    }

    /// `text` in at most `room` columns. It is escaped already.
    pub fn clip(&self, text: &str, room: usize) -> String {
        if columns(text) <= room {
            return text.to_owned();
        }
        let ellipsis = self.signs().ellipsis;
        let Some(room) = room.checked_sub(columns(ellipsis)) else { return String::new() };
        let mut used = 0;
        let kept = text.chars().take_while(|c| {
            used += c.width().unwrap_or(0);
            used <= room
        });
        kept.collect::<String>() + ellipsis
    }
}

/// How wide a text is: each character for itself, as terminals count.
pub fn columns(text: &str) -> usize {
    text.chars().map(|c| c.width().unwrap_or(0)).sum()
}

/// Lines of at most `room` columns, broken between words; a word that is longer is broken within.
pub fn wrap(text: &str, room: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        if !line.is_empty() && columns(&line) + 1 + columns(word) > room {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        for c in word.chars() {
            if columns(&line) + c.width().unwrap_or(0) > room {
                // An address is broken between its groups.
                let rest = line.rfind(':').map_or(String::new(), |colon| line.split_off(colon + 1));
                lines.push(std::mem::replace(&mut line, rest));
            }
            line.push(c);
        }
    }
    lines.push(line);
    lines
}

fn paint(text: &str, ink: Ink, style: &Style) -> String {
    if !style.colour || text.trim().is_empty() {
        return text.to_owned();
    }
    let painted = match ink {
        Ink::Plain => return text.to_owned(),
        Ink::Strong => text.bold(),
        Ink::Dim => text.dimmed(),
        Ink::Good => text.green(),
        Ink::Bad => text.red(),
        Ink::Warn => text.yellow(),
        Ink::LoudGood => text.green().bold(),
        Ink::LoudBad => text.red().bold(),
        Ink::LoudWarn => text.yellow().bold(),
    };
    painted.to_string()
}
