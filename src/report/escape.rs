//! Server text, made safe to look at. A server chooses its banner and its replies freely; none of it may move the
//! cursor, change a colour, hide or turn around what stands beside it.

use unicode_width::UnicodeWidthChar;

use super::Style;

/// Marks that join to the letter before them, at most so many: a stack of hundreds covers the lines above.
const MOST_MARKS: usize = 3;

/// `text` with every character that a terminal would obey or not show written as `\x1b` or `\u{202e}`; a line break
/// is one of them. With [`Style::ascii`] so is everything beyond ASCII, typographic signs of our own set plainly.
pub fn visible(text: &str, style: &Style) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut marks = 0;
    for c in text.chars() {
        marks = if c.width() == Some(0) { marks + 1 } else { 0 };
        if is_obeyed_or_unseen(c) || marks > MOST_MARKS {
            push_escaped(&mut shown, c);
        } else if style.ascii && !c.is_ascii() {
            match plain(c) {
                Some(plain) => shown.push_str(plain),
                None => push_escaped(&mut shown, c),
            }
        } else {
            shown.push(c);
        }
    }
    shown
}

/// The same for JSON, where the characters stay what they are: `\u009b`. `text` is JSON, in which such a character
/// stands within a string only.
pub fn json(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if c != '\n' && is_obeyed_or_unseen(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                shown.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            shown.push(c);
        }
    }
    shown
}

/// Control characters (C0, DEL, C1), what turns the direction of writing, and what has no shape of its own.
fn is_obeyed_or_unseen(c: char) -> bool {
    let unseen = matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}');
    c.is_control() || unseen
}

fn push_escaped(shown: &mut String, c: char) {
    let code = u32::from(c);
    let escaped = if code < 0x100 { format!("\\x{code:02x}") } else { format!("\\u{{{code:x}}}") };
    shown.push_str(&escaped);
}

/// Our own signs in ASCII.
fn plain(c: char) -> Option<&'static str> {
    Some(match c {
        '\u{201c}' | '\u{201d}' => "\"",
        '\u{2018}' | '\u{2019}' => "'",
        '\u{2026}' => "...",
        '\u{2013}' | '\u{2014}' => "-",
        '─' | '━' | '·' => "-",
        '═' => "=",
        '▒' => "#",
        '│' | '┃' => "|",
        '┌' | '┐' | '└' | '┘' | '├' | '┤' | '┬' | '┴' | '┼' | '╭' | '╮' | '╰' | '╯' => "+",
        '►' => ">",
        '◄' => "<",
        '▲' => "^",
        '▼' => "v",
        '✗' => "x",
        '✓' => "+",
        _ => return None,
    })
}
