//! A log as people paste it, made into the lines that the program wrote: quotes of mails, markup of forums and web
//! pages, colours of terminals and old encodings are taken off.
//!
//! Invariant: memory is bounded: a line longer than [`LONGEST_LINE`] is cut.

use memchr::{memchr, memchr2, memchr3};

/// The longest line kept, in bytes; what follows on it is passed over.
const LONGEST_LINE: usize = 16 * 1024;

/// Cuts bytes into lines.
#[derive(Default)]
pub struct Lines {
    line: Vec<u8>,
    encoding: Encoding,
    /// The first byte of a UTF-16 unit.
    half: Option<u8>,
    begun: bool,
    /// The last byte was a CR, which ended a line.
    cr: bool,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Encoding {
    /// UTF-8, or an encoding of one byte a character.
    #[default]
    Bytes,
    /// UTF-16, the low byte first, as Windows writes it.
    Utf16,
    /// The high byte first.
    Utf16BigEndian,
    /// It is no text.
    None,
}

/// What a text without a byte-order mark is written in, by the zeros at its beginning: text of one byte a character has
/// none, UTF-16 has one beside most of its letters.
fn without_mark(bytes: &[u8]) -> Encoding {
    let head = &bytes[..bytes.len().min(4096)];
    let head = head.windows(MOST_ZEROS + 1).position(|few| few == [0; MOST_ZEROS + 1]).map_or(head, |at| {
        let block = head.len() - at - without_zeros(&head[at..]).len();
        if block >= BLOCK { &head[..at] } else { head }
    });
    let zeros = |odd: usize| head.iter().skip(odd).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    match () {
        () if odd * 4 > head.len() && even * 20 < odd => Encoding::Utf16,
        () if even * 4 > head.len() && odd * 20 < even => Encoding::Utf16BigEndian,
        () if (even + odd) * 50 > head.len() => Encoding::None,
        () => Encoding::Bytes,
    }
}

impl Lines {
    /// Hands every complete line to `take`.
    pub fn feed(&mut self, bytes: &[u8], take: &mut impl FnMut(&str)) {
        let joined;
        let mut bytes = bytes;
        if !self.begun {
            // A byte-order mark may come in two pieces.
            self.line.extend_from_slice(bytes);
            if self.line.len() < 2 {
                return;
            }
            self.begun = true;
            joined = std::mem::take(&mut self.line);
            let text = without_zeros(&joined);
            if text.is_empty() {
                self.begun = false;
                return;
            }
            bytes = if joined.len() - text.len() > MOST_ZEROS { text } else { &joined };
            if let Some(behind) = bytes.strip_prefix(&[0xff, 0xfe]) {
                self.encoding = Encoding::Utf16;
                bytes = behind;
            } else if let Some(behind) = bytes.strip_prefix(&[0xfe, 0xff]) {
                self.encoding = Encoding::Utf16BigEndian;
                bytes = behind;
            } else {
                self.encoding = without_mark(bytes);
            }
        }
        match self.encoding {
            Encoding::Bytes => {}
            Encoding::Utf16 | Encoding::Utf16BigEndian => return self.feed_utf16(bytes, take),
            Encoding::None => return,
        }
        // A CR LF is one line's end, also where the two come apart.
        if !bytes.is_empty() && std::mem::take(&mut self.cr) {
            bytes = bytes.strip_prefix(b"\n").unwrap_or(bytes);
        }
        while let Some(end) = memchr2(b'\n', b'\r', bytes) {
            // Most lines come whole.
            if self.line.is_empty() && end <= LONGEST_LINE {
                hand_out(&bytes[..end], take);
            } else {
                self.keep(&bytes[..end]);
                self.hand_out(take);
            }
            let cr = bytes[end] == b'\r';
            let pair = cr && bytes.get(end + 1) == Some(&b'\n');
            bytes = &bytes[end + 1 + usize::from(pair)..];
            self.cr = cr && !pair && bytes.is_empty();
        }
        self.keep(bytes);
    }

    /// The last line, where nothing ended it.
    pub fn finish(&mut self, take: &mut impl FnMut(&str)) {
        if !self.line.is_empty() {
            self.hand_out(take);
        }
    }

    fn feed_utf16(&mut self, bytes: &[u8], take: &mut impl FnMut(&str)) {
        for &byte in bytes {
            let Some(first) = self.half.take() else {
                self.half = Some(byte);
                continue;
            };
            let unit = match self.encoding {
                Encoding::Utf16BigEndian => u16::from_be_bytes([first, byte]),
                Encoding::Utf16 | Encoding::Bytes | Encoding::None => u16::from_le_bytes([first, byte]),
            };
            match char::from_u32(u32::from(unit)) {
                Some('\n') => self.hand_out(take),
                Some('\r') | None => {}
                Some(c) => self.keep(c.encode_utf8(&mut [0; 4]).as_bytes()),
            }
        }
    }

    fn keep(&mut self, bytes: &[u8]) {
        let bytes = if self.line.is_empty() { without_zeros(bytes) } else { bytes };
        let room = LONGEST_LINE.saturating_sub(self.line.len());
        self.line.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }

    fn hand_out(&mut self, take: &mut impl FnMut(&str)) {
        hand_out(&self.line, take);
        self.line.clear();
    }
}

/// More zeros in a row are no letters of any encoding.
const MOST_ZEROS: usize = 3;
/// So many zeros are a hole in a text, and no part of a program.
const BLOCK: usize = 64;

/// A file that was cut while a program wrote on, or a disk that lost its power, has a block of zeros where text was.
fn without_zeros(bytes: &[u8]) -> &[u8] {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    &bytes[zeros..]
}

fn hand_out(line: &[u8], take: &mut impl FnMut(&str)) {
    let line = without_zeros(line);
    match std::str::from_utf8(line) {
        Ok(line) => take(line),
        Err(_) => take(&line.iter().map(|&byte| char::from(byte)).collect::<String>()),
    }
}

/// The line without markup and colours, cut where markup breaks it. Most lines have none and are handed on as they are.
pub fn unmarked(line: &str, take: &mut impl FnMut(&str)) {
    let line = line.trim_start_matches('\u{feff}');
    let bytes = line.as_bytes();
    let typeset = memchr2(0xc2, 0xe2, bytes).is_some();
    if !typeset && memchr3(b'<', b'&', b'[', bytes).or_else(|| memchr(0x1b, bytes)).is_none() {
        return take(line);
    }
    let plain;
    let line = if typeset && line.contains(TYPESET) {
        plain = line.chars().filter(|c| *c != '\u{200b}').map(typed).collect::<String>();
        plain.as_str()
    } else {
        line
    };
    // What was copied so far, and up to where; most lines have no mark after all.
    let (mut kept, mut copied) = (String::new(), 0);
    let mut at = 0;
    while let Some(found) = line[at..].bytes().position(|byte| matches!(byte, b'<' | b'&' | b'[' | 0x1b)) {
        at += found;
        let (replacement, length) = mark(&line[at..]);
        if !matches!(replacement, Mark::Same) {
            kept.push_str(&line[copied..at]);
            copied = at + length;
        }
        match replacement {
            Mark::Same | Mark::Nothing => {}
            Mark::Text(text) => kept.push_str(text),
            Mark::Char(c) => kept.push(typed(c)),
            Mark::Break => {
                take(&kept);
                kept.clear();
            }
        }
        at += length;
    }
    if copied == 0 {
        return take(line);
    }
    kept.push_str(&line[copied..]);
    take(&kept);
}

/// What editors and browsers put in the place of blanks and apostrophes.
const TYPESET: [char; 6] = ['\u{a0}', '\u{202f}', '\u{2009}', '\u{200b}', '\u{2019}', '\u{2018}'];

/// The character that was typed.
fn typed(c: char) -> char {
    match c {
        '\u{a0}' | '\u{202f}' | '\u{2009}' => ' ',
        '\u{2019}' | '\u{2018}' => '\'',
        _ => c,
    }
}

/// What stands in a mark's place.
enum Mark<'a> {
    /// It is none.
    Same,
    Nothing,
    Text(&'a str),
    Char(char),
    Break,
}

/// The mark that `text` begins with, and its length in bytes.
fn mark(text: &str) -> (Mark<'_>, usize) {
    let first = text.chars().next().map_or(0, char::len_utf8);
    let as_it_is = (Mark::Same, first);
    match text.as_bytes().first() {
        Some(b'<') => tag(text, '>', HTML_TAGS).unwrap_or(as_it_is),
        Some(b'[') => tag(text, ']', FORUM_TAGS).unwrap_or(as_it_is),
        Some(b'&') => {
            let entity = ENTITIES.iter().find(|(name, _)| text.starts_with(name));
            entity.map(|(name, text)| (Mark::Text(text), name.len())).or_else(|| numbered(text)).unwrap_or(as_it_is)
        }
        // CSI: parameters, then a letter.
        _ if text[first..].starts_with('[') => {
            let end = text[first + 1..].find(|c: char| c.is_ascii_alphabetic());
            (Mark::Nothing, end.map_or(text.len(), |end| first + 1 + end + 1))
        }
        _ => (Mark::Nothing, first),
    }
}

/// `&#39;`, `&#x27;`.
fn numbered(text: &str) -> Option<(Mark<'_>, usize)> {
    let end = text.bytes().take(10).position(|byte| byte == b';')?;
    let number = text[..end].strip_prefix("&#")?;
    let code = match number.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok()?,
        None => number.parse().ok()?,
    };
    let c = char::from_u32(code).filter(|c| !c.is_control() || *c == '\t')?;
    Some((Mark::Char(c), end + 1))
}

fn tag<'a>(text: &'a str, close: char, known: &[&str]) -> Option<(Mark<'a>, usize)> {
    // An arrow, most often.
    if !text.as_bytes().get(1).is_some_and(|byte| *byte == b'/' || byte.is_ascii_alphanumeric()) {
        return None;
    }
    let inside = &text[1..1 + text.bytes().take(300).position(|byte| char::from(byte) == close)?.checked_sub(1)?];
    let name = inside.trim_start_matches('/');
    let name = &name[..name.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(name.len())];
    // "[code=425, message= ...]" is an exception's.
    let number =
        inside.strip_prefix("code=").is_some_and(|code| code.trim_start().starts_with(|c: char| c.is_ascii_digit()));
    if number || name.is_empty() || !known.iter().any(|tag| tag.eq_ignore_ascii_case(name)) {
        return None;
    }
    // Words of two cells stand apart.
    if inside.starts_with('/') && ["td", "th"].iter().any(|cell| cell.eq_ignore_ascii_case(name)) {
        return Some((Mark::Text("\t"), inside.len() + 2));
    }
    let breaks = ["br", "p", "div", "tr", "li"].iter().any(|tag| tag.eq_ignore_ascii_case(name));
    Some((if breaks { Mark::Break } else { Mark::Nothing }, inside.len() + 2))
}

const HTML_TAGS: &[&str] = &[
    "br",
    "p",
    "div",
    "span",
    "font",
    "b",
    "i",
    "u",
    "em",
    "strong",
    "pre",
    "code",
    "tt",
    "td",
    "th",
    "tr",
    "table",
    "tbody",
    "li",
    "ul",
    "ol",
    "a",
    "blockquote",
    "html",
    "body",
    "head",
    "small",
    "nobr",
];
const FORUM_TAGS: &[&str] =
    &["b", "i", "u", "code", "quote", "color", "size", "font", "url", "img", "list", "spoiler", "pre"];
const ENTITIES: &[(&str, &str)] =
    &[("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"), ("&quot;", "\""), ("&apos;", "'"), ("&nbsp;", " ")];

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(bytes: &[u8]) -> Vec<String> {
        let mut all = Vec::new();
        let mut lines = Lines::default();
        // One byte at a time: ends of lines fall apart.
        for byte in bytes {
            lines.feed(&[*byte], &mut |line| unmarked(line, &mut |line| all.push(line.to_owned())));
        }
        lines.finish(&mut |line| unmarked(line, &mut |line| all.push(line.to_owned())));
        all.retain(|line| !line.is_empty());
        all
    }

    #[test]
    fn zeros_tell_what_a_text_without_a_mark_is_written_in() {
        let text = "220 Bienvenue \u{e0} bord\n".repeat(20);
        assert!(without_mark(text.as_bytes()) == Encoding::Bytes);
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert!(without_mark(&little) == Encoding::Utf16 && without_mark(&big) == Encoding::Utf16BigEndian);
        let program: Vec<u8> = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x00 OOPS\0".repeat(20);
        assert!(without_mark(&program) == Encoding::None);
    }

    #[test]
    fn line_ends_and_encodings_of_every_kind_are_taken() {
        assert_eq!(lines(b"a\r\nb\nc\rd"), ["a", "b", "c", "d"]);
        assert_eq!(lines("Réponse".as_bytes()), ["Réponse"]);
        assert_eq!(lines(b"R\xe9ponse"), ["Réponse"]);
        assert_eq!(lines(b"\xff\xfeH\0i\0\r\0\n\0x\0"), ["Hi", "x"]);
        assert_eq!(lines(b"\xfe\xff\0H\0i\0\n\0x"), ["Hi", "x"]);
        assert_eq!(lines("\u{feff}220 x".as_bytes()), ["220 x"]);
        let hole = [0; 20_000];
        let text: Vec<u8> = [&hole[..], b"220 a\n", &hole, b"220 b\n", &hole].concat();
        assert_eq!(lines(&text), ["220 a", "220 b"]);
        let mut whole = Vec::new();
        let mut all = Lines::default();
        all.feed(&text[20_000..], &mut |line| whole.push(line.to_owned()));
        assert_eq!(whole, ["220 a", "220 b"]);
    }

    #[test]
    fn markup_goes_and_what_only_looks_like_it_stays() {
        assert_eq!(lines(b"<font color=\"red\">220 a</font><br>PASV<br/>"), ["220 a", "PASV"]);
        let row = b"<table><tr><td>Response:</td><td>226 Done</td></tr></table>";
        assert_eq!(lines(row).iter().map(|line| line.trim()).collect::<Vec<_>>(), ["Response:\t226 Done"]);
        assert_eq!(lines(b"[code]220 [b]x[/b]"), ["220 x"]);
        assert_eq!(lines(b"&lt;--- 220 a &amp; b"), ["<--- 220 a & b"]);
        assert_eq!(lines(b"*cmd* &#x27;PASV&#39; &#x1;"), ["*cmd* 'PASV' &#x1;"]);
        assert_eq!(lines("425 Security:\u{a0}Bad, I won\u{2019}t".as_bytes()), ["425 Security: Bad, I won't"]);
        assert_eq!(lines(b"\x1b[32m220 a\x1b[0m"), ["220 a"]);
        assert_eq!(lines(b"< 220 a <ready> [198.18.0.20]"), ["< 220 a <ready> [198.18.0.20]"]);
    }

    #[test]
    fn a_line_without_an_end_takes_bounded_memory() {
        let mut longest = 0;
        let mut all = Lines::default();
        for _ in 0..1000 {
            all.feed(&[b'x'; 1000], &mut |_| {});
        }
        all.finish(&mut |line| longest = line.len());
        assert_eq!(longest, LONGEST_LINE);
    }
}
