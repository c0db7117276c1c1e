//! One line of a log: what stands before the words (time, session, label), and whether the words are a command, a line
//! of a reply, or the program's own.
//!
//! Labels are not looked up: «Response:», «Antwort:» and «Réponse :» stand before the same replies, so the words decide.

mod prefix;

use memchr::memchr;
use prefix::prefix;

/// A line taken apart.
#[derive(Debug, PartialEq)]
pub struct Line<'a> {
    /// Seconds of the day.
    pub time: Option<f64>,
    /// What tells this session's lines from another's.
    pub session: Option<&'a str>,
    /// What stands before the words, as a mark or a label: `<`, `--->`, `Response`.
    pub label: &'a str,
    /// The first of several labels, as far as it is a word.
    pub speaker: &'a str,
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
const MOST_PREFIXES: usize = 10;

pub fn parse(text: &str) -> Line<'_> {
    let mut line = Line {
        time: None,
        session: None,
        label: "",
        speaker: "",
        client: None,
        outcome: None,
        indented: text.starts_with([' ', '\t']),
        words: Words::Other(""),
    };
    // Marks of Markdown around a line.
    // Or of a comment.
    let mut rest = text.trim();
    if let Some(inside) = rest.strip_prefix("//") {
        rest = inside.trim_start();
    }
    if rest.starts_with(['`', '_']) || rest.starts_with("**") || rest.ends_with(['`', '_']) {
        rest = rest.trim_matches('`').trim_start_matches("**").trim_matches('_').trim();
    }
    for _ in 0..MOST_PREFIXES {
        if let Some(step) = rest.strip_prefix("==> ")
            && let Some((words, outcome)) = step_of_wget(step)
        {
            (line.label, line.words, line.outcome) = ("==>", words, Some(outcome));
            return line;
        }
        if let Some(words) = command_of_pure_ftpd(rest) {
            line.words = words;
            return line;
        }
        // What a server's mark stands before is no command: the middle of its list of features.
        if let Some(words) = reply(rest).or_else(|| command(rest).filter(|_| !is_of_server(line.label))) {
            line.words = words;
            return line;
        }
        let Some(behind) = prefix(rest, &mut line) else { break };
        // The middle of a reply, behind a time or in a mail.
        if behind.starts_with("   ") {
            line.indented = true;
            if line.label.bytes().all(|byte| byte == b'>') {
                line.label = "";
            }
        }
        rest = behind.trim_start();
    }
    line.words = behind_logger(rest).unwrap_or(Words::Other(rest));
    line
}

/// What logging libraries write before a message: a time, a level, a name, in whatever order. The message begins where the
/// first command or reply is read behind one of their separators. Prose begins like none of them.
fn behind_logger(text: &str) -> Option<Words<'_>> {
    const LEVELS: &[&str] = &[
        "DEBUG",
        "INFO",
        "TRACE",
        "WARN",
        "ERROR",
        "VERBOSE",
        "info:",
        "dbug:",
        "I (",
        "D (",
        "Net::FTP=",
        "time=",
        "##[",
        "(send) ",
        "(recv) ",
        "(send)",
        "(recv)",
    ];
    const SEPARATORS: &[&str] = &[" -", ":", "|", ">", "<", "]", ")", "\"", "\u{2192}", "\u{2190}", " F"];
    let begins =
        |first: u8| matches!(first, b'D' | b'I' | b'T' | b'W' | b'E' | b'V' | b'i' | b'd' | b'N' | b't' | b'#' | b'(');
    let logs = text.starts_with(['{', '\u{2192}', '\u{2190}'])
        || (text.bytes().next().is_some_and(begins) && LEVELS.iter().any(|level| text.starts_with(level)))
        || (memchr(b'|', text.as_bytes()).is_some()
            && text.split_once(" | ").is_some_and(|(name, _)| name.len() < 24 && !name.trim().contains(' ')));
    if !logs || text.len() > 400 {
        return None;
    }
    // Every separator ends in one of these, and every message begins with a digit or a capital.
    let bytes = text.as_bytes();
    let starts = (1..bytes.len()).filter(|&at| {
        matches!(bytes[at - 1], b' ' | b':' | b'|' | b'"')
            && (bytes[at].is_ascii_digit() || bytes[at].is_ascii_uppercase())
            && SEPARATORS.iter().any(|mark| text[..at].trim_end_matches(' ').ends_with(mark))
    });
    starts.into_iter().find_map(|at| {
        let message = text[at..].trim_end_matches(['"', '}', '\'']);
        // A number behind a colon is most often none of a reply.
        let certain = |words: &Words| !matches!(words, Words::Reply { line, .. } if !line.as_bytes().get(3).is_some_and(|b| matches!(b, b' ' | b'-')));
        reply(message).filter(certain).or_else(|| command(message))
    })
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
    // "100 36.0M": the part of a file that has come.
    if digits[0] == b'1' && digits[1] == b'0' {
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
    let known = BARE.iter().chain(&WITH_ARGUMENT).any(|known| *known == verb);
    known.then_some((Words::Command { verb, argument }, outcome.trim()))
}

/// Pure-FTPd's `Command [stor] [a.txt]`: in lower case, its argument in brackets behind it.
fn command_of_pure_ftpd(text: &str) -> Option<Words<'_>> {
    let (verb, argument) = text.strip_prefix("Command [")?.split_once("] [")?;
    let argument = argument.trim_end().strip_suffix(']')?;
    let known = |verbs: &[&'static str]| verbs.iter().copied().find(|known| known.eq_ignore_ascii_case(verb));
    let verb = if argument.is_empty() { known(&BARE) } else { known(&WITH_ARGUMENT) }?;
    Some(Words::Command { verb, argument })
}

/// Commands that take no argument, or may go without one.
const BARE: [&str; 24] = [
    "PASV", "EPSV", "SYST", "FEAT", "PWD", "XPWD", "QUIT", "NOOP", "CDUP", "XCUP", "STAT", "ABOR", "LIST", "NLST",
    "MLSD", "MLST", "REIN", "CCC", "HELP", "STOU", "CPSV", "LPSV", "ACCT", "PASS",
];
/// Commands with an argument.
const WITH_ARGUMENT: [&str; 50] = [
    "USER", "PASS", "ACCT", "PORT", "EPRT", "LPRT", "TYPE", "MODE", "STRU", "CWD", "XCWD", "RETR", "STOR", "APPE",
    "REST", "LIST", "NLST", "MLSD", "MLST", "SIZE", "MDTM", "MFMT", "DELE", "RNFR", "RNTO", "MKD", "XMKD", "RMD",
    "XRMD", "SITE", "OPTS", "CLNT", "AUTH", "PBSZ", "PROT", "EPSV", "PRET", "ALLO", "HOST", "LANG", "STAT", "HELP",
    "ADAT", "CSID", "AVBL", "XCRC", "XMD5", "HASH", "STOU", "PASV",
];

/// The same as numbers, which are found faster: every line is asked.
const BARE_KEYS: [u32; BARE.len()] = keys(BARE);
const WITH_ARGUMENT_KEYS: [u32; WITH_ARGUMENT.len()] = keys(WITH_ARGUMENT);

const fn keys<const N: usize>(verbs: [&str; N]) -> [u32; N] {
    let mut all = [0; N];
    let mut at = 0;
    while at < N {
        all[at] = key(verbs[at].as_bytes());
        at += 1;
    }
    all
}

/// A verb of at most four letters.
const fn key(verb: &[u8]) -> u32 {
    let mut key = 0;
    let mut at = 0;
    while at < verb.len() && at < 4 {
        key = (key << 8) | verb[at] as u32;
        at += 1;
    }
    key
}

fn command(text: &str) -> Option<Words<'_>> {
    let length = text.bytes().take_while(u8::is_ascii_uppercase).count();
    if !(3..=4).contains(&length) {
        return None;
    }
    let (verb, rest) = text.split_at(length);
    let argument = rest.trim();
    if argument.is_empty() {
        return BARE_KEYS.contains(&key(verb.as_bytes())).then_some(Words::Command { verb, argument });
    }
    if !rest.starts_with([' ', '\t']) || !WITH_ARGUMENT_KEYS.contains(&key(verb.as_bytes())) || !fits(verb, argument) {
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
        // Servers write down so what became of a login.
        "USER" => !["failed login.", ": no such user found", "(Login failed)", ": Login successful"]
            .iter()
            .any(|end| argument.contains(end)),
        "EPSV" => argument.eq_ignore_ascii_case("ALL") || argument.len() == 1,
        "AUTH" => ["TLS", "SSL", "GSSAPI", "TLS-C", "TLS-P", "KERBEROS_V4"].contains(&argument),
        "PBSZ" | "REST" | "ALLO" => argument.starts_with(|c: char| c.is_ascii_digit()),
        _ => true,
    }
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
            "12: Response: 220 Welcome",
            "21:44 220 Welcome",
            "02/04/2025 11:11:10: Info >> Response: 220 Welcome",
            "2012-11-11 14:24:29,899 - DEBUG - 192.0.2.1:65087 ==> 220 Welcome",
            "2026-03-17 12:03:58,454 [Thread-90] INFO  audit.transcript - 220 Welcome",
            "2019/11/20 [12:46] (00588) Anonymous> 220 Welcome",
            "[10-25 21:20:12] [debug] < '220 Welcome",
        ] {
            assert_eq!(says(text), "220", "{text}");
        }
        assert_eq!(says("Response:\t211-Features:"), "211-");
    }

    #[test]
    fn a_logging_library_writes_what_it_likes_before_the_words() {
        for text in [
            "DEBUG:ftp.client:USER bob",
            "I (1234) ftp: USER bob",
            "(send) USER bob",
            "web-1  | > USER bob",
            "{\"level\":\"debug\",\"msg\":\"USER bob\"}",
        ] {
            assert_eq!(says(text), "USER|bob", "{text}");
        }
        for text in ["INFO: pass 220 euros on to the user", "ERROR: the user was told to list them"] {
            assert!(says(text).starts_with('?'), "{text}: {}", says(text));
        }
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
        for text in ["Response: PASV", "<---  PASV", "Status: Waiting for response to: PASV"] {
            assert!(says(text).starts_with('?'), "the middle of a list of features: {text}");
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
        assert_eq!((line.session, line.client), (Some("192.0.2.1"), Some("192.0.2.1")));
        let line = parse("(000007)1/2/2020 10:00:00 AM - (bob) (192.0.2.1)> PASV");
        assert_eq!((line.session, line.client), (Some("000007"), Some("192.0.2.1")));
    }
}
