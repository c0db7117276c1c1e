//! What stands before the words of a line: times, levels, sessions, marks and labels, one less at a time.

use memchr::{memchr, memchr_iter};

use super::super::stamp;
use super::{Line, command, reply};

/// One mark, time or label less.
pub(super) fn prefix<'a>(text: &'a str, line: &mut Line<'a>) -> Option<&'a str> {
    let first = text.chars().next()?;
    if let Some((time, rest)) = stamp::strip(text) {
        line.time = Some(time);
        return Some(engine_number(rest, line).unwrap_or_else(|| rest.strip_prefix(": ").unwrap_or(rest)));
    }
    if let Some(behind) = script_line(text) {
        return Some(behind);
    }
    if first.is_ascii_digit() {
        return peer_and_arrow(text, line).or_else(|| numbered(text));
    }
    match first {
        '[' => bracketed(text, ']', line),
        '(' => bracketed(text, ')', line),
        '<' | '>' | '-' | '*' | '.' | '|' | '!' | '+' | '=' | '\u{bb}' => marked(text, line),
        '\'' | '"' => quoted(text),
        'C' if text.starts_with("Client \"") => {
            let (client, rest) = text["Client \"".len()..].split_once('"')?;
            line.client = Some(client.trim_start_matches("::ffff:"));
            // vsftpd goes on in another process behind the login.
            line.session = line.client;
            rest.strip_prefix(", ").filter(|rest| rest.starts_with('"'))
        }
        'D' | 'I' | 'T' | 'W' if level(text).is_some() => level(text),
        _ if first.is_alphabetic() => labelled(text, line),
        _ => None,
    }
}

/// A line's number, as `grep -n` and pages that keep pasted text write it; or a date before a time in brackets.
fn numbered(text: &str) -> Option<&str> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let rest = &text[digits..];
    // "21:44 150 x".
    if digits == 2
        && let Some(minutes) = rest.strip_prefix(':')
        && minutes.bytes().take_while(u8::is_ascii_digit).count() == 2
    {
        return minutes[2..].strip_prefix(' ');
    }
    if (1..=6).contains(&digits)
        && let Some(behind) = rest.strip_prefix([':', '.', '|', ')', '\t'])
    {
        return behind.starts_with([' ', '\t']).then_some(behind).or_else(|| rest.strip_prefix('\t'));
    }
    let date = text.bytes().take_while(|byte| byte.is_ascii_digit() || matches!(byte, b'/' | b'-' | b'.')).count();
    ((8..=10).contains(&date) && text[date..].starts_with(" [")).then(|| &text[date + 1..])
}

/// The level of a line, and who wrote it: "DEBUG - ", "INFO  audit.transcript - ".
fn level(text: &str) -> Option<&str> {
    let rest = ["DEBUG", "INFO", "TRACE", "WARN", "DBG"].iter().find_map(|level| text.strip_prefix(level))?;
    let behind = rest.trim_start();
    if behind.len() == rest.len() {
        return None;
    }
    let (writer, words) = behind.split_once("- ")?;
    (writer.len() < 40 && !writer.trim_end().contains(' ')).then_some(words)
}

/// A browser's console: `client.js:278 < 227 x`, `helpers.js [sm]:97 > PASV`, with a count glued before it.
fn script_line(text: &str) -> Option<&str> {
    let bytes = text.as_bytes();
    let at = memchr_iter(b'.', &bytes[..bytes.len().min(40)]).find(|at| bytes[*at..].starts_with(b".js"))?;
    let behind = text[at + 3..].trim_start_matches(" [sm]").strip_prefix(':')?;
    let digits = behind.bytes().take_while(u8::is_ascii_digit).count();
    (digits > 0).then(|| &behind[digits..])
}

/// A server's `192.0.2.1:51234 ==> 220 x`, and pyftpdlib's `192.0.2.1:51234-[user] <- USER x`.
fn peer_and_arrow<'a>(text: &'a str, line: &mut Line<'a>) -> Option<&'a str> {
    let (peer, rest) = text.split_once([' ', '-'])?;
    let (address, port) = peer.rsplit_once(':')?;
    address.parse::<std::net::IpAddr>().ok()?;
    port.parse::<u16>().ok()?;
    let arrow = ["==> ", "<== ", "-> ", "<- "].iter().find_map(|arrow| Some(rest.find(arrow)? + arrow.len()))?;
    line.client = Some(address);
    line.session = Some(peer);
    rest.get(arrow..)
}

/// FileZilla's log file has the process and the connection behind the time: "9284 1 Status:".
fn engine_number<'a>(text: &'a str, line: &mut Line<'a>) -> Option<&'a str> {
    let rest = text.trim_start();
    let process = rest.bytes().take_while(u8::is_ascii_digit).count();
    let behind = rest.get(process..)?.strip_prefix(' ')?;
    let engine = behind.bytes().take_while(u8::is_ascii_digit).count();
    if process == 0 || engine == 0 || engine > 3 || process > 7 || !behind[engine..].starts_with([' ', '\t']) {
        return None;
    }
    // A label follows. "226 4 matches total" is a reply.
    behind[engine..].chars().take(24).find(|c| matches!(c, ':' | '\u{ff1a}'))?;
    line.session = Some(&behind[..engine]);
    Some(&behind[engine..])
}

/// `[12:00:05]`, `[R]`, `[FTP Session 2 192.0.2.1]`, `[pid 7]`, `(000001)`.
fn bracketed<'a>(text: &'a str, close: char, line: &mut Line<'a>) -> Option<&'a str> {
    let end = text.char_indices().take(90).find(|(_, c)| *c == close).map(|(at, _)| at)?;
    let inside = &text[1..end];
    let rest = &text[end + close.len_utf8()..];
    // pyftpdlib: "[I 2024-01-05 10:00:00]".
    let behind_level = inside.strip_prefix(['I', 'D', 'W', 'E']).unwrap_or(inside);
    if let Some((time, _)) = stamp::strip(inside.trim_start()).or_else(|| stamp::strip(behind_level.trim_start())) {
        line.time = Some(time);
    } else if let Some(session) = inside.strip_prefix("FTP Session ") {
        let mut words = session.split(' ');
        line.session = words.next();
        line.client = words.next().or(line.client);
    } else if matches!(inside, "L" | "R") {
        // A client with two panes may talk with a server in each.
        line.session = Some(inside);
    } else if let Some(process) = inside.strip_prefix("pid ") {
        line.session = Some(process);
    } else if !inside.is_empty() && inside.bytes().all(|byte| byte.is_ascii_digit()) {
        // "curl: (7) Failed to connect": that one is a status.
        if close == ')' && inside.len() < 4 {
            return Some(rest);
        }
        // So long a number is a time: seconds or milliseconds since 1970.
        line.session = Some(inside).filter(|inside| inside.len() < 10).or(line.session);
    } else if close == ')' && !inside.contains('@') {
        // A name for the server, and an arrow.
        return [" < ", " > "].iter().any(|arrow| rest.starts_with(arrow)).then_some(rest);
    }
    // Pure-FTPd: "(user@192.0.2.1) [DEBUG] Command ...".
    if let Some((_, client)) = inside.rsplit_once('@').filter(|_| close == ')') {
        line.client = Some(client);
        line.session = Some(client);
    }
    Some(rest)
}

/// `<---`, `--->`, `> `, `* `, `. `, and mail's quotes.
fn marked<'a>(text: &'a str, line: &mut Line<'a>) -> Option<&'a str> {
    // FileZilla Server's own log: "- (not logged in) (192.0.2.1)> 220 x", then "- bob (192.0.2.1)> PASV".
    if text.starts_with("- ")
        && let Some(at) = text.find(")>")
        && let Some(client) = text[..at].rsplit('(').next().filter(|client| client.parse::<std::net::IpAddr>().is_ok())
    {
        line.client = Some(client);
        return Some(&text[at + 2..]);
    }
    // NLog's "|INFO|FluentFTP|Response: 150 x".
    if let Some((level, rest)) = text.strip_prefix('|').and_then(|text| text.split_once('|'))
        && level.len() < 8
        && level.bytes().all(|byte| byte.is_ascii_uppercase())
        && let Some((writer, words)) = rest.split_once('|')
        && !writer.contains(' ')
    {
        return Some(words);
    }
    // A level of syslog: "<7>DEBUG".
    if let Some((level, rest)) = text.strip_prefix('<').and_then(|text| text.split_once('>'))
        && level.len() == 1
        && level.bytes().all(|byte| byte.is_ascii_digit())
    {
        return Some(rest);
    }
    // A date in angle brackets.
    if let Some((time, _)) = text.strip_prefix('<').and_then(stamp::strip) {
        line.time = Some(time);
        return text.find('>').map(|end| &text[end + 1..]);
    }
    let length = text
        .bytes()
        .take_while(|byte| matches!(byte, b'<' | b'>' | b'-' | b'*' | b'.' | b'|' | b'!' | b'+' | b'='))
        .count();
    // Python's "*resp* '220 ready'".
    if text.starts_with('*')
        && let Some((word, rest)) = text[1..].split_once('*')
        && !word.is_empty()
        && word.bytes().all(|byte| byte.is_ascii_lowercase())
    {
        line.label = word;
        return Some(rest);
    }
    let (mark, rest) = text.split_at(length.max(text.chars().next().map_or(0, char::len_utf8)));
    let ends = rest.is_empty() || rest.starts_with([' ', '\t', '\u{a0}']) || mark.contains(['<', '>']);
    if !ends {
        return None;
    }
    line.label = mark;
    Some(rest)
}

/// The inside of a quotation, without the line's end that is written out in it.
fn quoted(text: &str) -> Option<&str> {
    let quote = text.chars().next()?;
    let behind = &text[1..];
    let ended = behind.strip_suffix(quote).or_else(|| behind.rsplit_once(quote).map(|(inside, _)| inside));
    // Where the line was cut the other quote is missing.
    let inside = ended.or_else(|| (reply(behind).is_some() || command(behind).is_some()).then_some(behind))?;
    Some(inside.trim_end_matches("\\n").trim_end_matches("\\r"))
}

/// `Response: `, `Réponse : `, `状态：`, `COMMAND:>`, `FTP response: `, `host proftpd[12]: `; the label is any few words.
fn labelled<'a>(text: &'a str, line: &mut Line<'a>) -> Option<&'a str> {
    if let Some(session) = text.strip_prefix("FTP Session ") {
        let mut words = session.split(' ');
        line.session = words.next();
        line.client = words.next().or(line.client);
        return session.find('[').map(|at| &session[at..]);
    }
    if memchr(b'=', text.as_bytes()).is_some() && text.contains("sender=ftpserverlib") {
        return text.split_once(" line=").map(|(_, line)| line);
    }
    // Android's "I/flutter (13572): ".
    if text.as_bytes().get(1) == Some(&b'/')
        && let Some((tag, rest)) = text.split_once("): ")
        && tag.len() < 40
    {
        return Some(rest);
    }
    if memchr(b'[', text.as_bytes()).is_some()
        && let Some(found) = wrapped(text, line)
    {
        return found;
    }
    let mut blanks = 0;
    for (at, c) in text.char_indices() {
        match c {
            ':' | '\u{ff1a}' => {
                let behind = &text[at + c.len_utf8()..];
                let behind = behind.strip_prefix('>').unwrap_or(behind);
                let ends = behind.starts_with([' ', '\t', '\u{a0}']) || c == '\u{ff1a}';
                if !ends {
                    return None;
                }
                line.label = text[..at].trim_end();
                if line.speaker.is_empty() {
                    line.speaker = line.label;
                }
                return Some(behind);
            }
            // "host vsftpd[123]: ".
            '[' => {
                let (process, rest) = text[at + 1..].split_once("]: ")?;
                if process.len() < 2 || !process.bytes().all(|byte| byte.is_ascii_digit()) {
                    return None;
                }
                line.session = Some(process);
                line.label = &text[..at];
                return Some(rest);
            }
            // "Anonymous> 331 x".
            '>' if blanks == 0 && text[at..].starts_with("> ") => return Some(&text[at + 2..]),
            ' ' | '\u{a0}' => blanks += 1,
            '(' | ')' | '/' | '"' | '\t' | ',' | ';' => return None,
            _ => {}
        }
        if blanks > 4 || at > 48 {
            return None;
        }
    }
    None
}

/// A command or a reply in brackets, as .NET and some servers write it.
fn wrapped<'a>(text: &'a str, line: &mut Line<'a>) -> Option<Option<&'a str>> {
    for wrapped in ["Sending command [", "Received response [", "dispatching CMD command '", "FTP Server ["] {
        // Most lines hold none, and to look whether they do is faster than to find it.
        if text.contains(wrapped)
            && let Some(at) = text.find(wrapped)
        {
            let rest = &text[at + wrapped.len()..];
            line.label = wrapped;
            return Some(match wrapped {
                "FTP Server [" => text.get(at + wrapped.len() - 1..),
                "dispatching CMD command '" => rest.split('\'').next(),
                _ => Some(rest.trim_end().trim_end_matches(']').trim_end_matches('.').trim_end_matches(']')),
            });
        }
    }
    None
}
