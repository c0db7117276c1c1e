//! An article in markdown, laid out for a terminal: what articles use of markdown, and no more. Headings, paragraphs,
//! lists of one level, tables of two columns, quotations, drawings.
//!
//! A crate for markdown in terminals brings a parser, themes and its own idea of escapes; this is shorter than its setup.

use colored::Colorize;

use crate::report::formats::{columns, wrap};
use crate::report::{Style, escape};

/// All but titles stands so far in, that they stand out without colours.
const INDENT: &str = "  ";

/// A blank at which no line ends.
const UNBROKEN: char = '\u{a0}';
/// Words of a program stay on one line, to be copied, unless they are longer.
const LONGEST_UNBROKEN: usize = 64;

/// The article as text. No line is wider than the style says, but for drawings, which are as wide as they are.
pub fn as_text(article: &str, style: &Style) -> String {
    let mut layout = Layout { style, out: String::new() };
    let mut block: Vec<&str> = Vec::new();
    let mut lines = article.lines();
    while let Some(line) = lines.next() {
        if line.starts_with("```") {
            layout.flush(&mut block);
            lines.by_ref().take_while(|line| !line.starts_with("```")).for_each(|line| layout.verbatim(line));
            layout.blank();
        } else if let Some((depth, title)) = heading(line) {
            layout.flush(&mut block);
            layout.title(depth, title);
        } else if line.trim().is_empty() {
            layout.flush(&mut block);
        } else {
            if begins_item(line) {
                layout.flush_item(&mut block);
            }
            block.push(line);
        }
    }
    layout.flush(&mut block);
    layout.out.trim_end().to_owned() + "\n"
}

struct Layout<'s> {
    style: &'s Style,
    out: String,
}

impl Layout<'_> {
    /// Writes the block that is complete, and a blank line.
    fn flush(&mut self, block: &mut Vec<&str>) {
        if block.is_empty() {
            return;
        }
        self.flush_item(block);
        self.blank();
    }

    /// Writes what was collected; the next item of a list, or row of a table, follows without a blank line.
    fn flush_item(&mut self, block: &mut Vec<&str>) {
        let Some(first) = block.first().copied() else { return };
        if first.starts_with('|') {
            self.table(block);
        } else if let Some(quoted) = first.strip_prefix("> ") {
            // Somebody's very words: nothing in them is markdown.
            self.paragraph("  ", quoted);
            block.iter().skip(1).for_each(|line| self.paragraph("  ", line.trim_start_matches(['>', ' '])));
        } else {
            let lead = lead(first);
            let text = block.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ");
            self.paragraph(lead, &inline(text.strip_prefix(lead).unwrap_or(&text)));
        }
        block.clear();
    }

    /// Wrapped between words; what follows the first line stands below the text.
    fn paragraph(&mut self, lead: &str, text: &str) {
        let pieces: Vec<String> = text.split(UNBROKEN).map(|piece| escape::visible(piece, self.style)).collect();
        let text = pieces.join("\u{a0}");
        let room = self.style.width.saturating_sub(INDENT.len() + columns(lead));
        for (number, line) in wrap(&text, room).into_iter().enumerate() {
            let begin = if number == 0 { lead.to_owned() } else { " ".repeat(columns(lead)) };
            self.line(&format!("{INDENT}{begin}{}", line.replace(UNBROKEN, " ")));
        }
    }

    /// The second column is wrapped. The first row is the head, and the second its rule: nobody misses them.
    fn table(&mut self, rows: &[&str]) {
        let cells = |row: &str| {
            let (first, second) = row.trim_matches('|').split_once('|').unwrap_or((row, ""));
            (inline(first.trim()), inline(second.trim()))
        };
        let rows: Vec<_> = rows.iter().skip(2).map(|row| cells(row)).collect();
        let widest = rows.iter().map(|(first, _)| columns(first)).max().unwrap_or(0);
        for (first, second) in rows {
            let gap = widest + 2 - columns(&first);
            self.paragraph(&format!("{first}{}", " ".repeat(gap)), &second);
        }
    }

    fn verbatim(&mut self, line: &str) {
        let line = escape::visible(line, self.style);
        self.line(&format!("{INDENT}{line}"));
    }

    fn title(&mut self, depth: usize, title: &str) {
        let text = escape::visible(&inline(title).replace(UNBROKEN, " "), self.style);
        for line in wrap(&text, self.style.width) {
            let painted = match (self.style.colour, depth) {
                (false, _) => line,
                (true, 1) => line.bold().underline().to_string(),
                (true, _) => line.bold().to_string(),
            };
            self.out.push_str(&painted);
            self.out.push('\n');
        }
        if depth == 1 {
            self.blank();
        }
    }

    fn line(&mut self, line: &str) {
        self.out.push_str(line.trim_end());
        self.out.push('\n');
    }

    fn blank(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
    }
}

fn heading(line: &str) -> Option<(usize, &str)> {
    let depth = line.bytes().take_while(|&byte| byte == b'#').count();
    (1..=3).contains(&depth).then(|| line[depth..].strip_prefix(' ')).flatten().map(|title| (depth, title))
}

/// What stands before an item's text: `- `, or `1. `.
fn lead(line: &str) -> &str {
    if line.starts_with("- ") {
        return "- ";
    }
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    if digits > 0 && line[digits..].starts_with(". ") { &line[..digits + 2] } else { "" }
}

fn begins_item(line: &str) -> bool {
    !lead(line).is_empty()
}

/// Words of a program or a server stand in backticks in markdown: in quotation marks here where they are several, else
/// as they are. Stress is left to the words.
fn inline(text: &str) -> String {
    let mut shown = String::new();
    for (number, piece) in text.replace("**", "").split('`').enumerate() {
        match (number % 2, piece.contains(' ')) {
            (1, true) if piece.starts_with("ftpmode ") && columns(piece) <= LONGEST_UNBROKEN => {
                shown.push_str(&format!("\u{201c}{}\u{201d}", piece.replace(' ', "\u{a0}")));
            }
            (1, true) => shown.push_str(&format!("\u{201c}{piece}\u{201d}")),
            _ => shown.push_str(piece),
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(article: &str, width: usize) -> String {
        as_text(article, &Style { width, ..Style::default() })
    }

    #[test]
    fn an_article_is_laid_out() {
        let article = "# A title\n\nSome words that\ngo on and on `and on`.\n\n## Next\n- one item that is too long for the line\n  and goes on\n- `two`\n\n1. first\n\n```\n┌─┐ as it is\n```\n\n| a | b |\n|---|---|\n| x | the x of it all, and of more |\n| longer | short |\n";
        let expected = "A title\n\n  Some words that go on and on\n  “and on”.\n\nNext\n  - one item that is too long\n    for the line and goes on\n  - two\n\n  1. first\n\n  ┌─┐ as it is\n\n  x       the x of it all, and\n          of more\n  longer  short\n";
        assert_eq!(text(article, 30), expected);
    }

    #[test]
    fn a_quotation_is_no_markdown_and_moves_no_cursor() {
        let shown = text("> 425 `x` **y** \u{1b}[2J\n> # no title\n", 60);
        assert_eq!(shown, "    425 `x` **y** \\x1b[2J\n    # no title\n");
    }

    #[test]
    fn ascii_is_ascii() {
        let style = Style { ascii: true, ..Style::default() };
        let shown = as_text("```\n┌──┐ ──► ◄── ▲▼\n└──┘ ✗ ✓\n```\n`a b` – c…\n", &style);
        assert!(shown.is_ascii(), "{shown}");
        assert!(!shown.contains("\\u"), "{shown}");
    }
}
