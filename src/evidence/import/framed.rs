//! What a tool puts before every line of a log that it shows, searches, numbers or compares: taken off before it is read.

use std::borrow::Cow;

/// The longest name of a container or of a file that is looked at, in bytes.
const LONGEST_NAME: usize = 60;

/// What was seen of the frame so far.
#[derive(Default)]
pub struct Frame {
    /// Lines that begin with their own number.
    numbered: u32,
    /// Every line is one that was added, as `diff` shows it.
    added: bool,
}

impl Frame {
    /// The line of this number without what was put before it.
    pub fn unframed<'a>(&mut self, line: &'a str, number: u32) -> &'a str {
        let line = self.unadded(behind_file(behind_container(line)), number);
        self.unnumbered(line, number)
    }

    /// A line that was added has a plus before it; so have the names of files in some listings, and no log begins with these.
    fn unadded<'a>(&mut self, line: &'a str, number: u32) -> &'a str {
        let Some(behind) = line.strip_prefix('+') else { return line };
        self.added |= number == 1 || behind.starts_with("++ ");
        if self.added { behind } else { line }
    }

    /// A line without its number, where a page that keeps pasted text wrote one before each, or `grep -n`: "12  220 Welcome",
    /// "12:220 Welcome".
    fn unnumbered<'a>(&mut self, line: &'a str, number: u32) -> &'a str {
        let text = line.trim_start();
        let digits = text.bytes().take(8).take_while(u8::is_ascii_digit).count();
        // The numbers of lines are those of replies as well, later on.
        let all = self.numbered + 1 >= number;
        if digits == 0 || !all || text[..digits].parse() != Ok(number) {
            return line;
        }
        let behind = &text[digits..];
        let behind = behind.strip_prefix(':').unwrap_or(behind);
        if behind.len() == text.len() - digits && !(behind.is_empty() || behind.starts_with([' ', '\t'])) {
            return line;
        }
        self.numbered += 1;
        behind
    }
}

/// `app-1  | 220 Welcome`, as docker compose shows it.
fn behind_container(line: &str) -> &str {
    let name = line.bytes().take(LONGEST_NAME).take_while(|byte| is_of_name(*byte)).count();
    let named = name > 0 && line[..name].contains(['-', '_']) && line[..name].ends_with(|c: char| c.is_ascii_digit());
    match line[name..].strip_prefix(' ').and_then(|behind| behind.trim_start_matches(' ').strip_prefix('|')) {
        Some(behind) if named => behind.strip_prefix(' ').unwrap_or(behind),
        _ => line,
    }
}

/// `log.txt:220 Welcome`, as `grep` shows a line that it found in one of several files.
fn behind_file(line: &str) -> &str {
    let name = line.bytes().take(LONGEST_NAME).take_while(|byte| is_of_name(*byte) || *byte == b'/').count();
    let (name, behind) = line.split_at(name);
    match behind.strip_prefix(':') {
        Some(behind) if [".txt", ".log"].iter().any(|end| name.ends_with(end)) && !behind.starts_with([' ', ':']) => {
            behind
        }
        _ => line,
    }
}

fn is_of_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.')
}

/// What a container wrote, out of a line of Docker's own files: `{"log":"220 Welcome\n","stream":"stdout","time":"..."}`.
pub fn out_of_json(line: &str) -> Cow<'_, str> {
    #[derive(serde::Deserialize)]
    struct Entry {
        log: String,
    }
    if !line.starts_with("{\"log\":\"") {
        return Cow::Borrowed(line);
    }
    serde_json::from_str::<Entry>(line).map_or(Cow::Borrowed(line), |entry| Cow::Owned(entry.log))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bare(lines: &[&str]) -> Vec<String> {
        let mut frame = Frame::default();
        (1..).zip(lines).map(|(number, line)| frame.unframed(line, number).to_owned()).collect()
    }

    #[test]
    fn what_a_tool_puts_before_each_line_is_taken_off() {
        assert_eq!(bare(&["1:220 x", "2:USER bob"]), ["220 x", "USER bob"]);
        assert_eq!(bare(&["  1\t220 x", "  2\tUSER bob"]), ["\t220 x", "\tUSER bob"]);
        assert_eq!(bare(&["app-1  | ---> PASV", "app-1  |"]), ["---> PASV", ""]);
        assert_eq!(bare(&["log.txt:220 x", "tmp/a.log:Command:\tPASV"]), ["220 x", "Command:\tPASV"]);
        assert_eq!(bare(&["+220 x", "+Command: PASV"]), ["220 x", "Command: PASV"]);
        assert_eq!(out_of_json(r#"{"log":"220 \"x\"\n","stream":"stdout","time":"t"}"#), "220 \"x\"\n");
    }

    #[test]
    fn what_a_program_wrote_stays() {
        for lines in [
            ["220 x", "2 files"],
            ["Status | x", "+i8388621.48594,m825718503,r,s280,\tdjb.html"],
            ["12:00:05 220 x", "2:00:06 PASV"],
            ["log.txt: 220 x", "ftp.log::x"],
        ] {
            assert_eq!(bare(&lines), lines);
        }
    }
}
