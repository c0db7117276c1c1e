//! Text that Markdown takes as nothing but text (CommonMark 0.31, GitHub's and GitLab's flavours of it).
//!
//! Invariant: what comes out is one line, renders as the characters that went in, and links, mentions and marks nothing.
//! Backslashes do for marks. A bare address, a mention or the number of an issue is found in the finished text, past any
//! backslash; words that hold one go into a code span, where nobody looks for them.

use crate::report::{Style, escape};

/// Signs that begin or end something in Markdown, wherever they stand.
const MARKS: &str = "\\`*_{}[]<>|~&$^";

/// Running text, or a cell of a table.
pub fn text(text: &str, style: &Style) -> String {
    let shown = escape::visible(text.trim(), style);
    let words = shown.split(' ').map(|word| {
        if !is_found(word) {
            return marked(word);
        }
        let found = word.trim_end_matches(['.', ',', ';', ':', ')', '\u{201d}']);
        span(found) + &marked(&word[found.len()..])
    });
    let words: Vec<String> = words.collect();
    let line = words.join(" ");
    // At the beginning of a line more signs are marks: a heading's, a list's, a quotation's, an underline's.
    let digits = line.len() - line.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let mut after = line[digits..].chars();
    match (after.next(), after.next()) {
        (Some('#' | '+' | '-' | '=' | ':'), _) if digits == 0 => format!("\\{line}"),
        (Some('.' | ')'), None | Some(' ')) if digits > 0 => format!("{}\\{}", &line[..digits], &line[digits..]),
        _ => line,
    }
}

/// What was seen, letter by letter.
pub fn code(text: &str, style: &Style) -> String {
    span(escape::visible(text, style).trim())
}

/// A block in a fixed pitch, its lines as they are. They are fit to look at already.
pub fn fence(language: &str, lines: &str) -> String {
    let fence = "`".repeat(longest_run(lines, '`').max(2) + 1);
    format!("{fence}{language}\n{}\n{fence}\n", lines.trim_end_matches('\n'))
}

/// A code span: its fence is longer than any within. A bar would end a cell even there, and a backslash before it would
/// not help where another stands before that: it is shown broken.
fn span(text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    let fence = "`".repeat(longest_run(text, '`') + 1);
    let text = text.replace('|', "\u{a6}");
    // A blank at both ends is taken off again.
    let pad = if text.starts_with([' ', '`']) || text.ends_with([' ', '`']) { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

fn marked(word: &str) -> String {
    let mut marked = String::with_capacity(word.len());
    let mut letters = word.chars().peekable();
    let mut previous = None;
    while let Some(c) = letters.next() {
        // Within a word an underline marks nothing, and settings are full of them.
        let is_word = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
        let within = c == '_' && is_word(previous) && is_word(letters.peek().copied());
        if MARKS.contains(c) && !within {
            marked.push('\\');
        }
        marked.push(c);
        previous = Some(c);
    }
    marked
}

/// Whether a renderer makes a link, a mention, a reference, a picture or a smiley of it by itself.
fn is_found(word: &str) -> bool {
    let lower = word.to_ascii_lowercase();
    let reference = |sign: char| word.split(sign).skip(1).any(|rest| rest.starts_with(|c: char| c.is_alphanumeric()));
    let smiley = word.matches(':').count() > 1 && word.contains(|c: char| c.is_ascii_alphabetic());
    lower.contains("://")
        || lower.contains("www.")
        || lower.contains("mailto:")
        || lower.contains("xmpp:")
        || word.contains('@')
        || reference('#')
        || reference('!')
        || reference('%')
        || reference('~')
        || smiley
}

fn longest_run(text: &str, of: char) -> usize {
    let mut longest = 0;
    let mut run = 0;
    for c in text.chars() {
        run = if c == of { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_become_text_and_what_is_found_becomes_code() {
        let style = Style::default();
        for (given, want) in [
            ("530 Login *incorrect* | <b>x</b>", "530 Login \\*incorrect\\* \\| \\<b\\>x\\</b\\>"),
            ("[click](http://evil.example)", "`[click](http://evil.example`)"),
            ("ask admin@example.com or @root", "ask `admin@example.com` or `@root`"),
            ("see www.example.com and #12", "see `www.example.com` and `#12`"),
            ("# no heading", "\\# no heading"),
            ("_no_ pasv_min_port", "\\_no\\_ pasv_min_port"),
            ("- no item", "\\- no item"),
            ("12. no item", "12\\. no item"),
            ("198.18.0.20", "198.18.0.20"),
            ("some want user@domain.", "some want `user@domain`."),
            ("a `b` c", "a \\`b\\` c"),
            ("x@`y`", "`` x@`y` ``"),
            ("(|||50003|)", "(\\|\\|\\|50003\\|)"),
            ("a\nb\u{202e}c", "a\\\\x0ab\\\\u\\{202e\\}c"),
            ("198.18.0.20:50005", "198.18.0.20:50005"),
            ("2001:db8::1", "`2001:db8::1`"),
        ] {
            assert_eq!(text(given, &style), want);
        }
    }

    #[test]
    fn a_block_is_not_ended_from_within() {
        assert_eq!(fence("", "a\n```\nb\n"), "````\na\n```\nb\n````\n");
        assert_eq!(fence("text", "a"), "```text\na\n```\n");
    }
}
