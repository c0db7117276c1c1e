//! A recipe on paper: plain text for 80 columns, or Markdown. Lines to paste stand at the margin as they are, and are
//! never broken.

use unicode_width::UnicodeWidthStr;

use super::entry::{Entry, Kind};
use super::values::{Origin, Value, Values};
use crate::servers::Step;

/// How it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Text,
    Markdown,
}

const WIDTH: usize = 80;
const INDENT: &str = "  ";

/// All recipes by kind, a line each.
pub fn list(all: &[Entry], form: Form) -> String {
    let widest = all.iter().map(|entry| entry.id.width()).max().unwrap_or(0);
    let mut page = Page { form, text: String::new() };
    page.paragraph("", "Recipes: how to set a client to either mode, and how to mend the other end. `ftpmode recipe NAME` shows one; --report FILE puts a saved check's addresses and ports into it.");
    for kind in Kind::ALL {
        page.heading(kind.heading());
        for entry in all.iter().filter(|entry| entry.kind == kind) {
            let about = match entry.is_named_as_its_id() {
                true => entry.about.clone(),
                false => format!("{}: {}", entry.name, entry.about),
            };
            match form {
                Form::Text => page.hang(&format!("{INDENT}{:widest$}  ", entry.id), &about),
                Form::Markdown => page.line(&format!("- `{}`: {about}", entry.id)),
            }
        }
        page.line("");
    }
    page.text
}

/// One recipe, with the values in it.
pub fn recipe(entry: &Entry, values: &Values, form: Form) -> String {
    let mut page = Page { form, text: String::new() };
    match form {
        Form::Text => page.line(&format!("{} ({}), ftpmode recipe {}", entry.name, entry.kind.name(), entry.id)),
        Form::Markdown => page.line(&format!("# {}\n", entry.name)),
    }
    page.paragraph("", &format!("Checked with: {}.", entry.checked_with.trim_end_matches('.')));
    legend(&mut page, entry, values);
    for (heading, steps) in &entry.topics {
        page.heading(heading);
        for step in steps {
            match *step {
                Step::Say(text) => page.paragraph(INDENT, &sentence(&values.fill(text, entry.kind))),
                Step::Run(lines) => page.verbatim(&values.fill(lines, entry.kind)),
                Step::Put { file, lines } => {
                    page.paragraph(INDENT, &format!("In {file}:"));
                    page.verbatim(&values.fill(lines, entry.kind));
                }
            }
        }
    }
    if !entry.mends.is_empty() {
        page.heading("Findings that it mends");
        page.paragraph(INDENT, &format!("{}. `ftpmode explain ID` tells more of each.", entry.mends.join(", ")));
    }
    page.text.truncate(page.text.trim_end().len());
    page.text.push('\n');
    page.text
}

/// What was put in, and where it is from.
fn legend(page: &mut Page, entry: &Entry, values: &Values) {
    let said = |step: &Step| match *step {
        Step::Say(text) | Step::Run(text) | Step::Put { lines: text, .. } => text,
    };
    let all: String = entry.topics.iter().flat_map(|(_, steps)| steps).map(said).collect::<Vec<_>>().join("\n");
    let used: Vec<&Value> = values.used(&all, entry.kind).collect();
    if used.is_empty() {
        return;
    }
    page.heading("What is put in below");
    if used.iter().all(|value| value.origin == Origin::Example) {
        page.paragraph(INDENT, "These are examples: put your own in their place, or let --report FILE do it.");
    }
    let widest = used.iter().map(|value| value.text.width()).max().unwrap_or(0);
    let mut told: Vec<&str> = Vec::new();
    for value in used {
        let text = match &value.origin {
            Origin::Example => format!("{}.", value.of),
            Origin::StillExample(why) if told.contains(&why.as_str()) => {
                format!("{}: still an example, too.", value.of)
            }
            Origin::StillExample(why) => format!("{}: still an example. {why}", value.of),
            Origin::Report(how) if told.contains(&how.as_str()) => format!("{}: from the report, too.", value.of),
            Origin::Report(how) => format!("{}: from the report. {how}", value.of),
        };
        if let Origin::StillExample(why) | Origin::Report(why) = &value.origin {
            told.push(why);
        }
        match page.form {
            Form::Text => page.hang(&format!("{INDENT}{:widest$}  ", value.text), &text),
            Form::Markdown => page.line(&format!("- `{}`: {text}", value.text)),
        }
    }
    page.line("");
}

/// A short setting is no sentence of its own.
fn sentence(text: &str) -> String {
    if text.ends_with(['.', ':', '!', '?', ')', '`']) { text.to_owned() } else { format!("{text}.") }
}

struct Page {
    form: Form,
    text: String,
}

impl Page {
    fn line(&mut self, text: &str) {
        self.text.push_str(text);
        self.text.push('\n');
    }

    fn heading(&mut self, text: &str) {
        match self.form {
            Form::Text => self.line(&format!("{text}\n{}\n", "-".repeat(text.width()))),
            Form::Markdown => self.line(&format!("## {text}\n")),
        }
    }

    /// Wrapped between words, with a blank line after it.
    fn paragraph(&mut self, indent: &str, text: &str) {
        match self.form {
            Form::Text => self.hang(indent, text),
            Form::Markdown => self.line(text),
        }
        self.line("");
    }

    /// The first line begins with `lead`, the others below its end.
    fn hang(&mut self, lead: &str, text: &str) {
        let room = WIDTH - lead.width();
        for (number, line) in wrap(text, room).iter().enumerate() {
            let begin = if number == 0 { lead.to_owned() } else { " ".repeat(lead.width()) };
            self.line(&format!("{begin}{line}"));
        }
    }

    fn verbatim(&mut self, lines: &str) {
        let lines = lines.trim_matches('\n');
        match self.form {
            Form::Text => self.line(lines),
            Form::Markdown => self.line(&format!("```\n{lines}\n```")),
        }
        self.line("");
    }
}

/// Lines of at most `room` columns, broken between words. What stands in backticks is one word while it fits on a line;
/// a longer one stands on a line alone, since half a command is worse than a long line.
fn wrap(text: &str, room: usize) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut open = false;
    for word in text.split_whitespace() {
        match words.last_mut() {
            Some(last) if open => {
                last.push(' ');
                last.push_str(word);
            }
            _ => words.push(word.to_owned()),
        }
        open ^= word.matches('`').count() % 2 == 1;
    }
    let mut lines: Vec<String> = Vec::new();
    for word in words {
        match lines.last_mut() {
            Some(line) if line.width() + 1 + word.width() <= room => {
                line.push(' ');
                line.push_str(&word);
            }
            _ => lines.push(word),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_in_backticks_is_not_broken() {
        let text = "Type `curl --ftp-port - ftp://ftp.example.com/` and see what comes of it.";
        assert_eq!(wrap(text, 44), ["Type", "`curl --ftp-port - ftp://ftp.example.com/`", "and see what comes of it."]);
    }
}
