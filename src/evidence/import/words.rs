//! What a program's own words tell: each client says the same thing in its own way.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use super::{PROGRAMS, Program};
use crate::evidence::security::Distrust;

/// What one line in a program's own words tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tells {
    /// A connection is dialled; the words name where to.
    Dials(Which),
    /// A connection stands.
    Joined(Which),
    /// A connection failed.
    Failed(Which, How),
    /// The address in 227 was not believed, and the control connection's was dialled.
    MendsAddress,
    /// The address in 227 was not believed, and the client gave up for it.
    RefusesAddress,
    /// The same, and the client says that nobody can route to it.
    Unroutable,
    /// The client could not read the 227 or 229.
    Unparsed,
    /// A data connection is being made, as the functions show in which an exception was met.
    Transfers,
    /// A data connection stood, as the functions show in which an exception was met.
    Stands,
    /// The control connection stands and a reply is awaited, as the functions show in which an exception was met.
    Awaits,
    /// The same, and the first line of the reply had come.
    AwaitsMore,
    /// The control connection stands, and what was awaited on it did not come.
    Unanswered(How),
    /// Nothing, though a part of it would elsewhere.
    Nothing,
    /// The name is looked up.
    LooksUp,
    /// The name led to no address.
    NoAddress,
    /// A TLS handshake begins on a connection that was greeted.
    Securing,
    /// A server was connected to; the address is the client's.
    Accepted,
    /// Nobody called at the port that was opened for it: the client's in active mode, or the server's in passive mode.
    AwaitsCallback,
    /// The listing or the file did not come: of a session of which nothing else is known it tells neither mode nor reason.
    Unlisted,
    /// What was told of before was the data connection, as the functions show in which the exception was met.
    OfData,
    /// The same, and it was the server's to make.
    OfActiveData,
    /// A data connection stood, and broke.
    Breaks(How),
    /// The client leaves what it was about.
    GivesUp,
    /// TLS stands.
    Secured,
    /// The client does not trust the server's certificate, for this reason.
    Untrusted(Distrust),
    /// A reply whose code the program does not show.
    Refused(u16),
    /// The words of the last reply with this code, behind which nothing came.
    Stopped(u16),
    /// The refusals that came last were of PASV or EPSV.
    PassiveRefused,
    /// The login was taken.
    LoggedIn,
    /// The listing or the file came.
    Got,
}

/// Which connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    Control,
    Data,
    /// The words fit both; what was under way decides.
    Either,
}

/// How it failed, as the words tell it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    TimedOut,
    Refused,
    HostUnreachable,
    NetUnreachable,
    Closed,
    Reset,
    Tls,
    /// The client's own computer would not do it.
    Here,
    /// The words tell only that it did.
    Unsaid,
}

/// Words (in lower case) and what they tell.
#[derive(Debug)]
pub struct Phrase {
    pub text: &'static str,
    pub tells: Tells,
}

pub const fn phrase(text: &'static str, tells: Tells) -> Phrase {
    Phrase { text, tells }
}

/// All phrases and signs of all programs in one machine, which reads a line once.
struct Known {
    machine: AhoCorasick,
    means: Vec<Meaning>,
}

/// The same words may tell something and give their program away.
#[derive(Clone, Copy, Default)]
struct Meaning {
    tells: Option<Tells>,
    sign_of: Option<&'static Program>,
}

static KNOWN: LazyLock<Option<Known>> = LazyLock::new(|| {
    let mut all: BTreeMap<&str, Meaning> = BTreeMap::new();
    for program in PROGRAMS {
        for sign in program.signs {
            all.entry(sign).or_default().sign_of.get_or_insert(program);
        }
        for phrase in program.phrases {
            all.entry(phrase.text).or_default().tells.get_or_insert(phrase.tells);
        }
    }
    // A sign within a phrase gives its program away as well.
    let signs: Vec<(&str, &'static Program)> =
        PROGRAMS.iter().flat_map(|program| program.signs.iter().map(|sign| (*sign, *program))).collect();
    for (text, meaning) in all.iter_mut().filter(|(_, meaning)| meaning.sign_of.is_none()) {
        meaning.sign_of = signs.iter().find(|(sign, _)| text.contains(sign)).map(|(_, program)| *program);
    }
    let (texts, means): (Vec<&str>, Vec<Meaning>) = all.into_iter().unzip();
    let mut builder = AhoCorasick::builder();
    // A larger machine, and a faster one.
    let builder = builder.kind(Some(AhoCorasickKind::DFA));
    let machine = builder.ascii_case_insensitive(true).match_kind(MatchKind::LeftmostLongest).build(texts).ok()?;
    Some(Known { machine, means })
});

/// What a line's words tell, and the program that gives itself away in them, with where its sign ends.
pub type Heard = (Option<Tells>, Option<(&'static Program, usize)>);

/// What a line's words tell, and the program that gives itself away in them, with what follows its sign.
pub fn read(text: &str) -> (Option<Tells>, Option<(&'static Program, &str)>) {
    let (told, sign) = hear(text);
    (told, sign.map(|(program, end)| (program, text.get(end..).unwrap_or_default())))
}

pub fn hear(text: &str) -> Heard {
    let Some(known) = KNOWN.as_ref() else { return (None, None) };
    let mut told: Option<Tells> = None;
    let mut sign = None;
    for found in known.machine.find_iter(text) {
        let Some(meaning) = known.means.get(found.pattern().as_usize()) else { continue };
        // Windows' numbers of errors, and not a part of a size.
        let is_digit = |at: Option<usize>| at.and_then(|at| text.as_bytes().get(at)).is_some_and(u8::is_ascii_digit);
        let number = text.as_bytes().get(found.start()).is_some_and(u8::is_ascii_digit);
        if number && (is_digit(Some(found.end())) || !names_an_error(&text[..found.start()])) {
            continue;
        }
        if let Some(program) = meaning.sign_of {
            sign = sign.or(Some((program, found.end())));
        }
        if let Some(tells) = meaning.tells {
            told = Some(told.map_or(tells, |before| together(before, tells)));
        }
    }
    (told, sign)
}

/// Whether what stands before a number makes it an error's: a size, a port and a column of a table are none.
fn names_an_error(before: &str) -> bool {
    let before = before.trim_end_matches([' ', '=']);
    let lower = before.get(before.len().saturating_sub(8)..).unwrap_or("").to_ascii_lowercase();
    before.ends_with(['(', '#', '['])
        || ["error", "error:", "errno", "code", "code:"].iter().any(|word| lower.ends_with(word))
}

/// Two phrases of one line: "connection attempt failed" tells which, "ECONNREFUSED" tells how.
pub fn together(one: Tells, other: Tells) -> Tells {
    match (one, other) {
        (Tells::Failed(which, how), Tells::Failed(other_which, other_how)) => Tells::Failed(
            if which == Which::Either { other_which } else { which },
            if how == How::Unsaid { other_how } else { how },
        ),
        (Tells::Breaks(How::Unsaid), Tells::Failed(_, how)) => Tells::Breaks(how),
        (Tells::Unlisted, particular) | (particular, Tells::Unlisted) => particular,
        // A function's name and the exception that came out of it.
        (Tells::Transfers | Tells::Stands, failed @ Tells::Failed(..)) => failed,
        (Tells::Untrusted(Distrust::Other), particular @ Tells::Untrusted(_)) => particular,
        // "Connecting to x ... failed: Connection refused."
        (Tells::Dials(which), Tells::Failed(Which::Either, how)) => Tells::Failed(which, how),
        (Tells::Dials(_), failed @ Tells::Failed(..)) => failed,
        (_, Tells::NoAddress) => Tells::NoAddress,
        // "trying to" is in many sentences.
        (Tells::Dials(_), particular) if !matches!(particular, Tells::LooksUp | Tells::Dials(_)) => particular,
        (first, _) => first,
    }
}

/// The endpoint that words name: `192.0.2.1:21`, `192.0.2.1 port 21`, `(192.0.2.1) port 21`, `|192.0.2.1|:21`,
/// `IP: 192.0.2.1 PORT: 21`, `[2001:db8::1]:21`. The port is 0 where none is named.
pub fn endpoint(text: &str) -> Option<SocketAddr> {
    // Go's sockets are named with both ends: "192.0.2.1:50000->198.51.100.1:21".
    let text = text
        .split_once("->")
        .filter(|(near, _)| near.ends_with(|c: char| c.is_ascii_digit()))
        .map_or(text, |(_, far)| far);
    let is_part = |c: char| c.is_ascii_hexdigit() || matches!(c, '.' | ':');
    let mut without_port = None;
    let mut rest = text;
    let mut base = 0;
    while let Some(at) = rest.find(is_part) {
        let word = &rest[at..at + rest[at..].find(|c| !is_part(c)).unwrap_or(rest.len() - at)];
        let before = text[..base + at].chars().next_back();
        if !before.is_some_and(|c| c.is_alphanumeric() || c == '-')
            && let Some((ip, port)) = address(word).filter(|(ip, _)| !is_mask(*ip))
        {
            match port.or_else(|| port_behind(&rest[at + word.len()..])) {
                Some(port) => return Some(SocketAddr::new(ip, port)),
                None => without_port = without_port.or(Some(SocketAddr::new(ip, 0))),
            }
        }
        base += at + word.len();
        rest = &rest[at + word.len()..];
    }
    without_port
}

/// What people write over an address before they paste a log.
pub fn is_mask(ip: IpAddr) -> bool {
    matches!(ip, IpAddr::V4(ip) if ip.is_broadcast() || ip.is_unspecified())
}

/// Whether somebody tells of himself, as no program does.
pub fn is_persons(text: &str) -> bool {
    const HIS: [&str; 10] = ["my", "we", "i'm", "i've", "i\u{2019}m", "i\u{2019}ve", "ich", "mein", "meine", "je"];
    let mut words =
        text.split_whitespace().map(|word| word.trim_matches(|c: char| c.is_ascii_punctuation())).peekable();
    let mut count = 0;
    let mut his = false;
    while let Some(word) = words.next() {
        count += 1;
        let acts = word == "I" && words.peek().is_some_and(|next| next.starts_with(|c: char| c.is_ascii_lowercase()));
        his |= acts || HIS.iter().any(|own| own.eq_ignore_ascii_case(word));
    }
    his && count >= FEWEST_WORDS
}

/// A sentence of fewer words may be a program's, whatever they are.
const FEWEST_WORDS: usize = 12;

/// Whether somebody wrote over the server's name or address: "Connecting to xxx.xxx.xxx.xxx:21", "Connected with *****".
pub fn masks_host(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let named = ["connecting to ", "connected to ", "connected with "].iter().find_map(|lead| lower.split_once(lead));
    let name = named.and_then(|(_, behind)| behind.split([' ', ':']).next()).unwrap_or_default();
    name.len() > 2
        && name.contains(['x', '*', '#', '?'])
        && name.chars().all(|c| matches!(c, 'x' | '*' | '#' | '?' | '.' | '-' | '[' | ']'))
}

/// A line of a listing: what stands in it is nobody's words.
pub fn is_entry(text: &str) -> bool {
    let text = text.trim_start();
    let bytes = text.as_bytes();
    let unix = bytes.len() > 10
        && matches!(bytes[0], b'-' | b'd' | b'l')
        && bytes[1..10].iter().all(|byte| matches!(byte, b'r' | b'w' | b'x' | b's' | b'S' | b't' | b'T' | b'-'));
    let dos = bytes.len() > 17
        && bytes[2] == b'-'
        && bytes[5] == b'-'
        && text.get(6..20).is_some_and(|rest| rest.contains("M "));
    unix || dos || (text.contains(';') && text.contains("type=") && text.contains("modify="))
}

/// An address and perhaps a port in one word; dots and colons of the sentence are passed over.
fn address(word: &str) -> Option<(IpAddr, Option<u16>)> {
    let word = word.trim_end_matches(['.', ':']);
    if !word.contains(['.', ':']) {
        return None;
    }
    if let Ok(ip) = word.parse::<IpAddr>() {
        return (word.contains('.') || word.matches(':').count() > 1).then(|| (ip.to_canonical(), None));
    }
    let (ip, port) = word.rsplit_once(':')?;
    let ip: IpAddr = ip.parse().ok()?;
    Some((ip.to_canonical(), port.parse().ok()))
}

/// The port named soon behind an address.
fn port_behind(text: &str) -> Option<u16> {
    let text = text.trim_start_matches([')', '|', ']', '\'', '`', '"', ' ', ',', ';']);
    let behind = ["port", "PORT", "Port"].iter().find_map(|word| text.strip_prefix(word));
    let digits =
        behind.map_or_else(|| text.strip_prefix(':'), |text| Some(text.trim_start_matches([':', '=', ' '])))?;
    let length = digits.bytes().take_while(u8::is_ascii_digit).count();
    digits[..length].parse().ok()
}

/// The name of a host behind "Connecting to ": the next word, without what is no part of a name.
pub fn host(text: &str) -> Option<&str> {
    let lower = text.to_ascii_lowercase();
    LEADS.iter().find_map(|lead| {
        let behind = text.get(lower.find(lead)? + lead.len()..)?;
        let word = behind.trim_start_matches("ftp://").trim_start_matches('"');
        let end = word.find(|c: char| !(c.is_alphanumeric() || matches!(c, '.' | '-' | '_'))).unwrap_or(word.len());
        let name = word[..end].trim_end_matches('.');
        let is_name = name.contains('.') && name.bytes().any(|byte| byte.is_ascii_alphabetic()) && !name.contains("..");
        is_name.then_some(name)
    })
}

/// The name in a line that tells that it leads nowhere: the word that has the form of a host's.
pub fn looked_up(text: &str) -> Option<&str> {
    let is_name = |word: &&str| {
        let last = word.rsplit('.').next().unwrap_or_default();
        word.contains('.')
            && !word.contains("..")
            && word
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'-'))
            && last.len() > 1
            && last.bytes().all(|byte| byte.is_ascii_lowercase())
            && !["error", "exception", "py", "js", "php", "c", "java"].iter().any(|end| last.ends_with(end))
    };
    text.split(|c: char| !(c.is_alphanumeric() || matches!(c, '.' | '-')))
        .map(|word| word.trim_matches('.'))
        .rfind(is_name)
}

/// What stands before the name of a host, the particular before the general.
const LEADS: &[&str] = &[
    "address of ",
    "connecting to ftp server ",
    "connecting to ",
    "connected to ",
    "connect to host ",
    "looking up ",
    "hostname=",
    "finding host ",
    "resolving ",
    "ftp://",
    "trying ",
    "open ",
];

/// Who logs in, as clients tell or ask it, and servers write it down: "Logging in as bob ...", "Name (192.0.2.1:root): bob",
/// "USER bob (Login failed)", `[bob] FAIL LOGIN`.
pub fn user(text: &str) -> Option<&str> {
    let text = text.trim();
    let asked =
        || text.strip_prefix("Name (").or_else(|| text.strip_prefix("User (")).and_then(|rest| rest.split_once("): "));
    let named = text
        .strip_prefix("Logging in as ")
        .or_else(|| asked().map(|(_, name)| name))
        .or_else(|| text.strip_prefix("ftp> user "))
        .or_else(|| {
            text.split_once("] FAIL LOGIN: ").and_then(|(before, _)| before.rsplit_once('[')).map(|(_, name)| name)
        })
        .or_else(|| {
            text.split_once("USER ")
                .filter(|(_, name)| name.contains("(Login failed)") || name.contains(": no such user"))
                .map(|(_, name)| name)
        })?;
    let name = named.trim_start().split([' ', ':']).next()?;
    (!name.is_empty() && name.chars().any(char::is_alphanumeric)).then_some(name)
}

/// The host that somebody at a console calls: `$ ftp -p 192.0.2.1 2121`. Nothing may stand before it but a prompt, and
/// nothing behind it but a port.
pub fn console_target(text: &str) -> Option<(&str, u16)> {
    let at = text.find("ftp ")?;
    let (before, behind) = text.split_at(at);
    let before = before.trim_end_matches(['t', 'n', 'k']).trim_end();
    if !(before.is_empty() || before.ends_with(['$', '#', '%', '>'])) || before.ends_with("ftp>") {
        return None;
    }
    let mut words = behind.split_whitespace().skip(1).skip_while(|word| word.starts_with('-'));
    let host = words.next()?;
    let port = words.next().map_or(Some(21), |word| word.parse().ok())?;
    let is_host = host.contains('.') && host.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-'));
    (is_host && words.next().is_none() && !host.ends_with('.')).then_some((host, port))
}

/// So many seconds as the words tell: "after 20 seconds", "Timeout (60s)", "15001 ms".
pub fn seconds(text: &str) -> Option<f64> {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if !bytes[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let length = bytes[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let behind = text[at + length..].trim_start();
        if behind.starts_with('s') || behind.starts_with("Sek") || behind.starts_with("сек") || behind.starts_with('秒')
        {
            return text[at..at + length].parse().ok();
        }
        if behind.starts_with("ms") || behind.starts_with("milliseconds") {
            return text[at..at + length].parse::<f64>().ok().map(|ms| ms / 1000.0);
        }
        at += length;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_are_found_in_the_forms_that_programs_write() {
        for (text, want) in [
            ("Connecting to 192.0.2.1:21...", "192.0.2.1:21"),
            ("Connected to ftp.test (192.0.2.1) port 21 (#0)", "192.0.2.1:21"),
            ("---- Connecting data socket to (192.0.2.1) port 57633", "192.0.2.1:57633"),
            ("Connecting to ftp.test (ftp.test)|192.0.2.1|:21... connected.", "192.0.2.1:21"),
            ("Opening data connection IP: 192.0.2.1 PORT: 1234", "192.0.2.1:1234"),
            ("Can't connect to `192.0.2.1:41807': Connection refused", "192.0.2.1:41807"),
            ("Trying [2001:db8::1]:21 ...", "[2001:db8::1]:21"),
            ("dial tcp 192.0.2.1:50000: i/o timeout", "192.0.2.1:50000"),
            ("Connecting to host DNS=ftp.test IP=192.0.2.1 PORT=21", "192.0.2.1:21"),
            ("Connected to 192.0.2.1.", "192.0.2.1:0"),
            ("read tcp 192.0.2.9:50000->192.0.2.1:21: i/o timeout", "192.0.2.1:21"),
        ] {
            assert_eq!(endpoint(text).map(|end| end.to_string()).as_deref(), Some(want), "{text}");
        }
        for text in ["Connecting to ftp.test:21", "vsFTPd 3.0.3", "at 10:00:00", "libcurl/7.88.1"] {
            assert_eq!(endpoint(text), None, "{text}");
        }
    }

    #[test]
    fn one_line_may_tell_which_connection_and_how() {
        let told = |text| read(text).0;
        assert_eq!(
            told("Connection attempt failed with \"ECONNREFUSED - Connection refused by server\"."),
            Some(Tells::Failed(Which::Control, How::Refused))
        );
        assert_eq!(
            told("The data connection could not be established: ETIMEDOUT - Connection attempt timed out"),
            Some(Tells::Failed(Which::Data, How::TimedOut))
        );
        assert_eq!(
            told("Connecting to ftp.test|192.0.2.1|:21... failed: Connection refused."),
            Some(Tells::Failed(Which::Either, How::Refused))
        );
        assert_eq!(told("The quick brown fox"), None);
    }

    #[test]
    fn names_and_waits_are_read() {
        assert_eq!(host("Resolving address of ftp.example.com"), Some("ftp.example.com"));
        assert_eq!(host("Connecting to ftp.example.com:21"), Some("ftp.example.com"));
        assert_eq!(host("Connecting to 192.0.2.1:21"), None);
        assert_eq!(seconds("Connection timed out after 20 seconds of inactivity"), Some(20.0));
        assert_eq!(seconds("Connection timed out after 5001 milliseconds"), Some(5.001));
        assert_eq!(seconds("Timeout (60s)"), Some(60.0));
        assert_eq!(seconds("no number"), None);
        assert_eq!(console_target("root@x:~# ftp -p 192.0.2.1"), Some(("192.0.2.1", 21)));
        assert_eq!(console_target("$ ftp ftp.example.com 2121"), Some(("ftp.example.com", 2121)));
        for text in ["we use ftp to 192.0.2.1", "ftp is slow.", "# ftp over tls. See below", "ftp> open x"] {
            assert_eq!(console_target(text), None, "{text}");
        }
    }
}
