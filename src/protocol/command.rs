//! Command lines (RFC 959 section 5.3): what the client writes, and what a server reads.
//!
//! Invariant: a command line that left [`Command::wire`] holds exactly one CR LF, at its end.

use thiserror::Error;

/// The longest command line a server here accepts, and the longest this client sends, in bytes without CR LF.
pub const LONGEST_LINE: usize = 4096;

/// One command: a verb and, for most, an argument.
#[derive(Clone, PartialEq, Eq)]
pub struct Command {
    verb: &'static str,
    argument: Option<String>,
}

/// Why an argument can't be put on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum BadArgument {
    #[error("it holds a line break or a NUL, which would start another FTP command")]
    LineBreak,
    #[error("it is longer than {LONGEST_LINE} bytes")]
    TooLong,
}

impl Command {
    /// A command without an argument.
    pub fn bare(verb: &'static str) -> Self {
        Self { verb, argument: None }
    }

    /// A command with an argument. CR, LF and NUL are refused: each would end the line early and smuggle in another command.
    pub fn with(verb: &'static str, argument: impl Into<String>) -> Result<Self, BadArgument> {
        let argument = argument.into();
        if argument.contains(['\r', '\n', '\0']) {
            return Err(BadArgument::LineBreak);
        }
        if verb.len() + 1 + argument.len() > LONGEST_LINE {
            return Err(BadArgument::TooLong);
        }
        Ok(Self { verb, argument: Some(argument) })
    }

    /// The verb in upper case: `PASV`.
    pub fn verb(&self) -> &'static str {
        self.verb
    }

    /// The bytes to send, CR LF included.
    pub fn wire(&self) -> Vec<u8> {
        let mut line = self.verb.as_bytes().to_vec();
        if let Some(argument) = &self.argument {
            line.push(b' ');
            line.extend_from_slice(argument.as_bytes());
        }
        line.extend_from_slice(b"\r\n");
        line
    }

    /// The line as any output may show it: the argument of PASS and ACCT is masked.
    pub fn shown(&self) -> String {
        match &self.argument {
            Some(_) if matches!(self.verb, "PASS" | "ACCT") => format!("{} ****", self.verb),
            Some(argument) => format!("{} {argument}", self.verb),
            None => self.verb.to_owned(),
        }
    }
}

impl std::fmt::Debug for Command {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.shown())
    }
}

/// A command line as a server reads it: the verb in upper case, the argument with its surrounding blanks removed.
pub fn parse_line(line: &[u8]) -> (String, String) {
    let text = String::from_utf8_lossy(line);
    let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\0');
    let (verb, argument) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    (verb.to_ascii_uppercase(), argument.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_break_in_an_argument_is_refused_before_it_is_sent() {
        for text in ["a\r\nDELE b", "a\nb", "a\rb", "a\0b"] {
            assert_eq!(Command::with("CWD", text), Err(BadArgument::LineBreak));
        }
        assert_eq!(Command::with("CWD", "x".repeat(LONGEST_LINE)), Err(BadArgument::TooLong));
    }

    #[test]
    fn a_password_is_sent_and_never_shown() {
        let pass = Command::with("PASS", "hunter2").expect("a plain word");
        assert_eq!(pass.wire(), b"PASS hunter2\r\n");
        assert!(!format!("{pass:?} {}", pass.shown()).contains("hunter2"));
    }

    #[test]
    fn a_server_reads_verbs_in_any_case() {
        assert_eq!(parse_line(b"pasv"), ("PASV".into(), String::new()));
        assert_eq!(parse_line(b"RETR  a b "), ("RETR".into(), "a b".into()));
        assert_eq!(parse_line(b""), (String::new(), String::new()));
    }
}
