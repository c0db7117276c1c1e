//! Replies (RFC 959 section 4.2): bytes in, replies out, however the bytes are cut.
//!
//! Invariant: memory stays bounded whatever comes ([`LONGEST_LINE`], [`MOST_LINES`]), and no byte is dropped
//! without an [`Item`] that tells of it.

use std::collections::VecDeque;

/// The longest reply line kept, in bytes; what follows on the same line is cut off and reported.
pub const LONGEST_LINE: usize = 8 * 1024;
/// The most lines a multi-line reply may have.
pub const MOST_LINES: usize = 1000;

/// One complete reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// 100 to 599.
    pub code: u16,
    /// The lines as they came, codes included, joined with `\n`. May hold any character but CR LF: escape before showing.
    pub text: String,
}

/// The first digit of a reply code (RFC 959 section 4.2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    Preliminary,
    Completion,
    Intermediate,
    TransientRefusal,
    PermanentRefusal,
}

/// What the reader hands out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    Reply(Reply),
    /// A line that is no reply, or a reply past the bounds.
    Nonsense {
        text: String,
        why: &'static str,
    },
}

impl Reply {
    /// A reply from its text: the code is read off the first three characters. `None` where there is no code.
    pub fn from_text(text: impl Into<String>) -> Option<Self> {
        let text = text.into();
        let (code, _) = code_of(&text)?;
        Some(Self { code, text })
    }

    pub fn class(&self) -> Class {
        match self.code / 100 {
            1 => Class::Preliminary,
            2 => Class::Completion,
            3 => Class::Intermediate,
            4 => Class::TransientRefusal,
            _ => Class::PermanentRefusal,
        }
    }

    /// 1xx: another reply to the same command follows.
    pub fn is_preliminary(&self) -> bool {
        self.class() == Class::Preliminary
    }

    /// 2xx.
    pub fn is_completion(&self) -> bool {
        self.class() == Class::Completion
    }

    /// 4xx or 5xx.
    pub fn is_refusal(&self) -> bool {
        self.code >= 400
    }

    /// The words without the codes, all lines joined by a blank.
    pub fn message(&self) -> String {
        let words: Vec<&str> =
            self.text.lines().map(|line| code_of(line).map_or(line, |(_, rest)| rest).trim()).collect();
        words.join(" ").trim().to_owned()
    }
}

/// Collects bytes and cuts them into replies.
#[derive(Debug, Default)]
pub struct Reader {
    line: Vec<u8>,
    line_cut: bool,
    /// The lines of the multi-line reply that is under way, and its code.
    open: Option<(u16, Vec<String>)>,
    telnet: Telnet,
    ready: VecDeque<Item>,
}

/// Where the reader is within a Telnet command (RFC 854): the control connection is a Telnet stream, and some
/// middleboxes and old servers still put IAC sequences into it.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Telnet {
    #[default]
    Text,
    Iac,
    Option,
}

impl Reader {
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes bytes as they came from the control connection.
    pub fn feed(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            let Some(byte) = self.strip_telnet(byte) else { continue };
            match byte {
                b'\n' => self.end_line(),
                _ if self.line.len() < LONGEST_LINE => self.line.push(byte),
                _ => self.line_cut = true,
            }
        }
    }

    /// The next reply or oddity, if one is complete.
    pub fn next_item(&mut self) -> Option<Item> {
        self.ready.pop_front()
    }

    /// The connection has ended: a last line without its line end still counts, an unfinished multi-line reply is nonsense.
    pub fn finish(&mut self) {
        if !self.line.is_empty() {
            self.end_line();
        }
        if let Some((_, lines)) = self.open.take() {
            self.ready
                .push_back(Item::Nonsense { text: lines.join("\n"), why: "a multi-line reply without its last line" });
        }
    }

    /// Bytes that came and make no complete line yet: what a server without line ends has said so far.
    pub fn unfinished(&self) -> &[u8] {
        &self.line
    }

    fn strip_telnet(&mut self, byte: u8) -> Option<u8> {
        const IAC: u8 = 255;
        match (self.telnet, byte) {
            (Telnet::Text, IAC) => self.telnet = Telnet::Iac,
            (Telnet::Text, _) => return Some(byte),
            // WILL, WONT, DO, DONT take one more byte.
            (Telnet::Iac, 251..=254) => self.telnet = Telnet::Option,
            (Telnet::Iac, IAC) => {
                self.telnet = Telnet::Text;
                return Some(IAC);
            }
            // A lone 0xFF before ordinary text is a byte of a file name in some old charset.
            (Telnet::Iac, 0..=239) => {
                self.telnet = Telnet::Text;
                return Some(byte);
            }
            (Telnet::Iac | Telnet::Option, _) => self.telnet = Telnet::Text,
        }
        None
    }

    fn end_line(&mut self) {
        let mut raw = std::mem::take(&mut self.line);
        while raw.last() == Some(&b'\r') {
            raw.pop();
        }
        let line = decode(&raw);
        if std::mem::take(&mut self.line_cut) {
            self.ready
                .push_back(Item::Nonsense { text: line.chars().take(200).collect(), why: "a line longer than 8 KiB" });
        }
        match self.open.take() {
            Some((code, mut lines)) => {
                let last = code_of(&line).is_some_and(|(c, _)| c == code) && line.as_bytes().get(3) != Some(&b'-');
                lines.push(line);
                if last {
                    self.ready.push_back(Item::Reply(Reply { code, text: lines.join("\n") }));
                } else if lines.len() >= MOST_LINES {
                    lines.truncate(20);
                    self.ready
                        .push_back(Item::Nonsense { text: lines.join("\n"), why: "a reply of more than 1,000 lines" });
                } else {
                    self.open = Some((code, lines));
                }
            }
            None => match code_of(&line) {
                Some((code, _)) if line.as_bytes().get(3) == Some(&b'-') => self.open = Some((code, vec![line])),
                Some((code, _)) => self.ready.push_back(Item::Reply(Reply { code, text: line })),
                // Empty lines between replies say nothing.
                None if line.trim().is_empty() => {}
                None => self.ready.push_back(Item::Nonsense { text: line, why: "a line without a reply code" }),
            },
        }
    }
}

/// The code at the start of a line, and what follows it. Three digits, the first 1 to 5, then a blank, a hyphen or the end.
fn code_of(line: &str) -> Option<(u16, &str)> {
    let digits = line.get(..3)?;
    if !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let code: u16 = digits.parse().ok()?;
    let rest = &line[3..];
    let separated = rest.is_empty() || rest.starts_with([' ', '-', '\t', '\n']);
    ((100..600).contains(&code) && separated).then(|| (code, rest.get(1..).unwrap_or("")))
}

/// UTF-8 (RFC 2640), and where it is none, Latin-1, which every byte string is.
fn decode(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().map(|&b| char::from(b)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Vec<Item> {
        let mut reader = Reader::new();
        reader.feed(bytes);
        reader.finish();
        std::iter::from_fn(|| reader.next_item()).collect()
    }

    fn reply(code: u16, text: &str) -> Item {
        Item::Reply(Reply { code, text: text.into() })
    }

    #[test]
    fn line_ends_of_every_kind_are_taken() {
        assert_eq!(
            read(b"220 a\r\n230 b\n331 c\r\r\n221 d"),
            vec![reply(220, "220 a"), reply(230, "230 b"), reply(331, "331 c"), reply(221, "221 d")]
        );
    }

    #[test]
    fn a_multi_line_reply_ends_only_at_its_own_code_and_a_blank() {
        let text = b"211-Features:\r\n EPSV\r\n220 not yet\r\n211-nor here\r\n211 End\r\n";
        assert_eq!(read(text), vec![reply(211, "211-Features:\n EPSV\n220 not yet\n211-nor here\n211 End")]);
    }

    #[test]
    fn a_bare_code_is_a_reply_and_ends_one() {
        assert_eq!(read(b"200\r\n"), vec![reply(200, "200")]);
        assert_eq!(read(b"220-hello\r\n220\r\n"), vec![reply(220, "220-hello\n220")]);
    }

    #[test]
    fn other_protocols_are_nonsense_not_replies() {
        assert!(matches!(&read(b"SSH-2.0-OpenSSH_9.2\r\n")[..], [Item::Nonsense { .. }]));
        assert!(matches!(&read(b"HTTP/1.1 400 Bad Request\r\n")[..], [Item::Nonsense { .. }]));
        assert!(matches!(&read(b"2200 many digits\r\n")[..], [Item::Nonsense { .. }]));
    }

    #[test]
    fn telnet_commands_are_taken_out() {
        assert_eq!(read(b"\xff\xfb\x01220 hi\r\n"), vec![reply(220, "220 hi")]);
    }

    #[test]
    fn memory_is_bounded_and_the_excess_is_told() {
        let mut reader = Reader::new();
        reader.feed(b"220 ");
        for _ in 0..1000 {
            reader.feed(&[b'x'; 1024]);
        }
        assert!(reader.unfinished().len() <= LONGEST_LINE);
        reader.feed(b"\r\n");
        assert!(matches!(reader.next_item(), Some(Item::Nonsense { .. })));
        let endless = b"220-x\r\n".repeat(MOST_LINES + 5);
        assert!(read(&endless).iter().any(|item| matches!(item, Item::Nonsense { why, .. } if why.contains("1,000"))));
    }

    #[test]
    fn the_message_is_the_words_without_the_codes() {
        let reply = Reply { code: 220, text: "220-Welcome\n220 here".into() };
        assert_eq!(reply.message(), "Welcome here");
    }
}
