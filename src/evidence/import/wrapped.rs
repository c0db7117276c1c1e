//! Lines that a mail program broke at a blank, put together again where a reason was broken in two.
//!
//! Invariant: two lines that tell something each are left alone: only what the first tells not before the second is added
//! makes one of them.

use super::line::{self, Words};
use super::words::{self, How, Tells};
use crate::protocol::reply::Reply;
use crate::protocol::{dialect, extended, host_port};

/// Mails are broken so that no line is longer than the one, with its quotes than the other, in columns.
const NARROWEST: usize = 70;
const WIDEST: usize = 80;
/// Quoted-printable breaks its lines in the middle of words, and at 76 columns (RFC 2045 section 6.7).
const SOFT: std::ops::RangeInclusive<usize> = 73..=76;

/// Whether a line of quoted-printable goes on in the next: it ends with a mark that says so, and is no ruler.
pub fn is_soft(line: &str) -> bool {
    line.ends_with('=') && !line.ends_with("==") && SOFT.contains(&line.len())
}

/// The line that was broken into these two; `None` where they are two.
pub fn whole(line: &str, next: &str) -> Option<String> {
    let next = unquoted(line, next)?;
    let columns = line.chars().count();
    let word = next.split(' ').next().unwrap_or(next).chars().count();
    // The next word had no room.
    if columns > WIDEST || columns + 1 + word <= NARROWEST {
        return None;
    }
    let follows = line::parse(next);
    let begins = follows.time.is_some() || !follows.label.is_empty() || !follows.speaker.is_empty();
    if begins || !matches!(follows.words, Words::Other(_)) {
        return None;
    }
    let joined = format!("{line} {next}");
    let is_whole = match (line::parse(line).words, line::parse(&joined).words) {
        (Words::Reply { code, open: false, line: before }, Words::Reply { line: after, .. }) => {
            tells_more(code, before, after)
        }
        (Words::Reply { .. }, _) | (_, Words::Reply { .. }) => false,
        _ => gives_reason(&joined) && !gives_reason(line),
    };
    is_whole.then_some(joined)
}

/// The next line without the quotes that both have.
fn unquoted<'a>(line: &str, next: &'a str) -> Option<&'a str> {
    // Most lines are too long or too short, which is told by their bytes.
    if next.is_empty() || line.len() > 4 * WIDEST || line.len() + next.len() < NARROWEST {
        return None;
    }
    let quotes = next.len() - next.trim_start_matches(['>', ' ']).len();
    match next.split_at_checked(quotes) {
        Some((_, bare)) if quotes == 0 => Some(bare),
        Some((quotes, bare)) if quotes.contains('>') && line.starts_with(quotes) => Some(bare),
        _ => None,
    }
    .filter(|bare| !bare.is_empty())
}

/// Whether a reply says what one with its code is read for, the port or the reason, only `after` more was added to it.
fn tells_more(code: u16, before: &str, after: &str) -> bool {
    let says = |text: &str| Reply::from_text(text).and_then(|reply| dialect::says(&reply));
    match code {
        227 => host_port::parse(after).is_ok() && host_port::parse(before).is_err(),
        229 => extended::parse_229(after).is_ok() && extended::parse_229(before).is_err(),
        400.. => says(after).is_some() && says(after) != says(before),
        _ => false,
    }
}

fn gives_reason(text: &str) -> bool {
    match words::hear(text).0 {
        Some(Tells::Failed(_, how) | Tells::Breaks(how)) => how != How::Unsaid,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_that_was_broken_in_two_is_one() {
        for (line, next) in [
            ("Error: The data connection could not be established, and it says", "ECONNREFUSED - Connection refused"),
            ("> Error: The data connection could not be established, it says", "> ECONNREFUSED - Connection refused"),
            ("==> PASV ... couldn't connect to 192.0.2.20 port 50001: No route to", "host"),
            ("< 2024-03-05 10:00:00.440 227 Entering Passive Mode", "(192,0,2,20,195,80)."),
            (
                "< 2024-03-05 10:00:00.520 425 Unable to build data connection: TLS",
                "session of data connection not resumed.",
            ),
        ] {
            assert!(whole(line, next).is_some(), "{line} / {next}");
        }
    }

    #[test]
    fn what_tells_something_by_itself_is_left_alone() {
        for (line, next) in [
            ("Error: The data connection could not be established", "ECONNREFUSED"),
            ("Error: The data connection could not be established, and it says", "Error: ECONNREFUSED"),
            ("Error: The data connection could not be established, and it says", "12:00:05 ECONNREFUSED and so on"),
            ("Error: The data connection could not be established: ECONNREFUSED", "Connection timed out, it says"),
            ("ftp> put a-file-with-a-very-long-name-that-takes-its-room-up-and-more", "425 Connection refused"),
        ] {
            assert_eq!(whole(line, next), None, "{line} / {next}");
        }
    }
}
