//! One line of a log: what stands before the words (time, session, label), and whether the words are a command, a line
//! of a reply, or the program's own.
//!
//! Labels are not looked up: «Response:», «Antwort:» and «Réponse :» stand before the same replies, so the words decide.

use super::stamp;

/// A line taken apart.
#[derive(Debug, PartialEq)]
pub struct Line<'a> {
    /// Seconds of the day.
    pub time: Option<f64>,
    /// What tells this session's lines from another's.
    pub session: Option<&'a str>,
    /// What stands before the words, as a mark or a label: `<`, `--->`, `Response`.
    pub label: &'a str,
    /// The client's address, which a server's log puts before what the client sent.
    pub client: Option<&'a str>,
    /// What became of a command, in the words of a client that writes both on one line and no reply: wget.
    pub outcome: Option<&'a str>,
    /// Nothing but blanks stands before the words, as before the middle lines of a reply.
    pub indented: bool,
    pub words: Words<'a>,
}

#[derive(Debug, PartialEq)]
pub enum Words<'a> {
    /// `line` begins with the code; `open` where a hyphen follows it, so that more lines of the same reply come.
    Reply {
        code: u16,
        open: bool,
        line: &'a str,
    },
    /// The verb as it stands there, in capitals.
    Command {
        verb: &'a str,
        argument: &'a str,
    },
    Other(&'a str),
}

/// Marks, times and labels that may stand before the words, one behind the other.
const MOST_PREFIXES: usize = 8;

pub fn parse(text: &str) -> Line<'_> {
    let mut line = Line {
        time: None,
        session: None,
        label: "",
        client: None,
        outcome: None,
        indented: text.starts_with([' ', '\t']),
        words: Words::Other(""),
    };
    // Marks of Markdown around a line.
    let mut rest = text.trim().trim_matches('`').trim_start_matches("**").trim_matches('_').trim();
    for _ in 0..MOST_PREFIXES {
        if let Some(step) = rest.strip_prefix("==> ")
            && let Some((words, outcome)) = step_of_wget(step)
        {
            (line.label, line.words, line.outcome) = ("==>", words, Some(outcome));
            return line;
        }
        // What a server's mark stands before is no command: the middle of its list of features.
        let by_server = is_of_server(line.label);
        if let Some(words) = reply(rest).or_else(|| command(rest).filter(|_| !by_server)) {
            line.words = words;
            return line;
        }
        let Some(behind) = prefix(rest, &mut line) else { break };
        // The middle of a reply, behind a time or in a mail.
        if behind.starts_with("   ") && line.label.bytes().all(|byte| byte == b'>') {
            line.indented = true;
            line.label = "";
        }
        rest = behind.trim_start();
    }
    line.words = Words::Other(rest);
    line
}

/// Whether a label stands before replies: an arrow to the left, or the word for an answer.
fn is_of_server(label: &str) -> bool {
    const ANSWERS: &[&str] = &[
        "Respon",
        "Antwo",
        "Réponse",
        "Respuesta",
        "Resposta",
        "Risposta",
        "Ответ",
        "Odpowied",
        "Odpov",
        "Svar",
        "Yanıt",
        "Válasz",
        "Vastaus",
        "Răspuns",
        "Απάντηση",
        "FTP Rx",
        "Rx",
        "响应",
        "回應",
        "回应",
        "応答",
        "응답",
    ];
    (label.contains('<') && !label.contains('>'))
        || ANSWERS.iter().any(|word| label.starts_with(word))
        || label.ends_with("response to")
}

/// `220 x`, `220-x`, `220`, and `227: x` as some clients print it.
fn reply(text: &str) -> Option<Words<'_>> {
    let bytes = text.as_bytes();
    let digits = bytes.get(..3)?;
    if !(matches!(digits[0], b'1'..=b'6') && matches!(digits[1], b'0'..=b'6') && digits[2].is_ascii_digit()) {
        return None;
    }
    let behind = text[3..].trim_start();
    // "150 bytes received", "226 files": a count.
    let counts = ["bytes", "kbytes", "kb", "files", "seconds", "ms", "byte"];
    let word = behind.split([' ', ',', '/', '.']).next().unwrap_or("");
    if matches!(bytes.get(3), Some(b' ')) && counts.iter().any(|count| count.eq_ignore_ascii_case(word)) {
        return None;
    }
    let open = match bytes.get(3) {
        None | Some(b' ' | b'\t') => false,
        // A date begins so, too: "2024-01-05" has a fourth digit, "500-01-05" is none.
        Some(b'-') => true,
        Some(b':') if matches!(bytes.get(4), Some(b' ')) => false,
        _ => return None,
    };
    Some(Words::Reply { code: text[..3].parse().ok()?, open, line: text })
}

/// `PASV ... done.`, `CWD (1) /pub ... done.`
fn step_of_wget(text: &str) -> Option<(Words<'_>, &str)> {
    let (asked, outcome) = text.split_once(" ...")?;
    let (verb, argument) = asked.split_once(' ').unwrap_or((asked, ""));
    let known = BARE.iter().chain(WITH_ARGUMENT).any(|known| *known == verb);
    known.then_some((Words::Command { verb, argument }, outcome.trim()))
}

/// Commands that take no argument, or may go without one.
const BARE: &[&str] = &[
    "PASV", "EPSV", "SYST", "FEAT", "PWD", "XPWD", "QUIT", "NOOP", "CDUP", "XCUP", "STAT", "ABOR", "LIST", "NLST",
    "MLSD", "MLST", "REIN", "CCC", "HELP", "STOU", "CPSV", "LPSV", "ACCT", "PASS",
];
/// Commands with an argument.
const WITH_ARGUMENT: &[&str] = &[
    "USER", "PASS", "ACCT", "PORT", "EPRT", "LPRT", "TYPE", "MODE", "STRU", "CWD", "XCWD", "RETR", "STOR", "APPE",
    "REST", "LIST", "NLST", "MLSD", "MLST", "SIZE", "MDTM", "MFMT", "DELE", "RNFR", "RNTO", "MKD", "XMKD", "RMD",
    "XRMD", "SITE", "OPTS", "CLNT", "AUTH", "PBSZ", "PROT", "EPSV", "PRET", "ALLO", "HOST", "LANG", "STAT", "HELP",
    "ADAT", "CSID", "AVBL", "XCRC", "XMD5", "HASH", "STOU", "PASV",
];

fn command(text: &str) -> Option<Words<'_>> {
    let length = text.bytes().take_while(u8::is_ascii_uppercase).count();
    if !(3..=4).contains(&length) {
        return None;
    }
    let (verb, rest) = text.split_at(length);
    let argument = rest.trim();
    if argument.is_empty() {
        return BARE.contains(&verb).then_some(Words::Command { verb, argument });
    }
    if !rest.starts_with([' ', '\t']) || !WITH_ARGUMENT.contains(&verb) || !fits(verb, argument) {
        return None;
    }
    Some(Words::Command { verb, argument })
}

/// Whether the argument can be this command's: words in capitals begin sentences, too.
fn fits(verb: &str, argument: &str) -> bool {
    match verb {
        "PORT" | "LPRT" => argument.contains(','),
        "EPRT" => argument.contains('|'),
        "TYPE" => argument.len() <= 4,
        "MODE" | "STRU" | "PROT" => argument.len() == 1,
        "PASV" => false,
        "EPSV" => argument.eq_ignore_ascii_case("ALL") || argument.len() == 1,
        "AUTH" => ["TLS", "SSL", "GSSAPI", "TLS-C", "TLS-P", "KERBEROS_V4"].contains(&argument),
        "PBSZ" | "REST" | "ALLO" => argument.starts_with(|c: char| c.is_ascii_digit()),
        _ => true,
    }
}

/// One mark, time or label less.
fn prefix<'a>(text: &'a str, line: &mut Line<'a>) -> Option<&'a str> {
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
        'C' if text.starts_with("Command [") => return pure_ftpd(text),
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

/// A browser's console: "client.js:278 < 227 x", "helpers.js [sm]:97 > PASV", with a count glued before it.
fn script_line(text: &str) -> Option<&str> {
    let at = text.find(".js").filter(|at| *at < 40)?;
    let behind = text[at + 3..].trim_start_matches(" [sm]").strip_prefix(':')?;
    let digits = behind.bytes().take_while(u8::is_ascii_digit).count();
    (digits > 0).then(|| &behind[digits..])
}

/// A server's "192.0.2.1:51234 ==> 220 x", and pyftpdlib's "192.0.2.1:51234-[user] <- USER x".
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
    } else if let Some(process) = inside.strip_prefix("pid ") {
        line.session = Some(process);
    } else if !inside.is_empty() && inside.bytes().all(|byte| byte.is_ascii_digit()) {
        line.session = Some(inside);
    } else if close == ')' && !inside.contains('@') {
        return None;
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

/// "Command [pasv] []": lower case, in brackets.
fn pure_ftpd(text: &str) -> Option<&str> {
    let inside = text.strip_prefix("Command [")?;
    let verb = &inside[..inside.find(']')?];
    let known = BARE.iter().chain(WITH_ARGUMENT).find(|known| known.eq_ignore_ascii_case(verb))?;
    (!WITH_ARGUMENT.contains(known) || BARE.contains(known)).then_some(known)
}

/// `Response: `, `Réponse : `, `状态：`, `COMMAND:>`, `FTP response: `, `host proftpd[12]: `; the label is any few words.
fn labelled<'a>(text: &'a str, line: &mut Line<'a>) -> Option<&'a str> {
    if let Some(session) = text.strip_prefix("FTP Session ") {
        let mut words = session.split(' ');
        line.session = words.next();
        line.client = words.next().or(line.client);
        return session.find('[').map(|at| &session[at..]);
    }
    if text.contains("sender=ftpserverlib") {
        return text.split_once(" line=").map(|(_, line)| line);
    }
    // Android's "I/flutter (13572): ".
    if text.as_bytes().get(1) == Some(&b'/')
        && let Some((tag, rest)) = text.split_once("): ")
        && tag.len() < 40
    {
        return Some(rest);
    }
    for wrapped in ["Sending command [", "Received response [", "dispatching CMD command '", "FTP Server ["] {
        if let Some(at) = text.find(wrapped) {
            let rest = &text[at + wrapped.len()..];
            line.label = wrapped;
            return match wrapped {
                "FTP Server [" => text.get(at + wrapped.len() - 1..),
                "dispatching CMD command '" => rest.split('\'').next(),
                _ => Some(rest.trim_end().trim_end_matches(']').trim_end_matches('.').trim_end_matches(']')),
            };
        }
    }
    let mut blanks = 0;
    for (at, c) in text.char_indices() {
        match c {
            ':' | '\u{ff1a}' => {
                let behind = &text[at + c.len_utf8()..];
                let behind = behind.strip_prefix('>').unwrap_or(behind);
                let ends = behind.starts_with([' ', '\t', '\u{a0}']) || c == '\u{ff1a}';
                line.label = text[..at].trim_end();
                return ends.then_some(behind);
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

#[cfg(test)]
mod tests {
    use super::*;

    fn says(text: &str) -> String {
        match parse(text).words {
            Words::Reply { code, open, .. } => format!("{code}{}", if open { "-" } else { "" }),
            Words::Command { verb, argument } => format!("{verb}|{argument}"),
            Words::Other(words) => format!("? {words}"),
        }
    }

    #[test]
    fn the_same_reply_is_found_behind_whatever_a_program_puts_before_it() {
        for text in [
            "220 Welcome",
            "Response:\t220 Welcome",
            "10:00:05\tResponse:\t220 Welcome",
            "2024-01-05 12:34:56 9284 1 Response: 220 Welcome",
            "R\u{e9}ponse\u{a0}: 220 Welcome",
            "\u{54cd}\u{5e94}\u{ff1a}220 Welcome",
            "Antwort:   220 Welcome",
            "< 220 Welcome",
            "< 2023-01-01 10:00:00.123 220 Welcome",
            "<--- 220 Welcome",
            "> > 220 Welcome",
            "> Response: 220 Welcome",
            "*resp* '220 Welcome'",
            "*get* '220 Welcome\\n'",
            "[R] 220 Welcome",
            "[1/2/2008 10:00:00 AM] 220 Welcome",
            "2023/01/01 10:00:00 DEBUG : FTP Rx: \"220 Welcome\"",
            "System.Net Information: 0 : [1234] FtpControlStream#123 - Received response [220 Welcome].",
            "Sat Jan 25 10:00:00 2020 [pid 123] [ftp] FTP response: Client \"192.0.2.1\", \"220 Welcome\"",
            "(000001)1/2/2020 10:00:00 AM - (not logged in) (192.0.2.1)> 220 Welcome",
            "<22/09/2021 10:00:00> FTP Server [Response] [FTP Session 2 192.0.2.1] 220 Welcome",
            "220: Welcome",
        ] {
            assert_eq!(says(text), "220", "{text}");
        }
        assert_eq!(says("Response:\t211-Features:"), "211-");
    }

    #[test]
    fn the_same_command_is_found_as_well() {
        for text in [
            "USER bob",
            "Command:\tUSER bob",
            "Befehl: USER bob",
            "COMMAND:>\tUSER bob",
            "> 2023-01-01 10:00:00.123 USER bob",
            "---> USER bob",
            "*cmd* 'USER bob'",
            "*put* 'USER bob\\r\\n'",
            "System.Net Information: 0 : [1234] FtpControlStream#123 - Sending command [USER bob]",
            "Sat Jan 25 10:00:00 2020 [pid 123] FTP command: Client \"192.0.2.1\", \"USER bob\"",
            "(000001)1/2/2020 10:00:00 AM - (not logged in) (192.0.2.1)> USER bob",
        ] {
            assert_eq!(says(text), "USER|bob", "{text}");
        }
        assert_eq!(says("host proftpd[123]: dispatching CMD command 'PASV' to mod_core"), "PASV|");
        assert_eq!(says("(?@192.0.2.1) [DEBUG] Command [pasv] []"), "PASV|");
    }

    #[test]
    fn words_and_numbers_of_other_kinds_are_neither() {
        for text in [
            "226 bytes received in 0.01 seconds",
            "USER",
            "PORT 21 is closed",
            "MODE of transfer",
            "-rw-r--r--    1 0        0              19 Nov 27 10:00 hello.txt",
            "Connecting to 192.0.2.1:21...",
            "2024-01-05",
            "192.0.2.1",
        ] {
            assert!(says(text).starts_with('?'), "{text}: {}", says(text));
        }
    }

    #[test]
    fn sessions_times_and_clients_are_kept() {
        let line = parse("2024-01-05 12:34:56 9284 3 Response: 220 x");
        assert_eq!((line.time, line.session), (Some(45296.0), Some("3")));
        let line = parse("Sat Jan 25 10:00:00 2020 [pid 12] FTP command: Client \"::ffff:192.0.2.1\", \"PASV\"");
        assert_eq!((line.session, line.client), (Some("12"), Some("192.0.2.1")));
        let line = parse("(000007)1/2/2020 10:00:00 AM - (bob) (192.0.2.1)> PASV");
        assert_eq!((line.session, line.client), (Some("000007"), Some("192.0.2.1")));
    }
}
