//! What a line names in whatever program's words: addresses, hosts, users and waits; and whether it is a program's at all.

use std::net::{IpAddr, SocketAddr};

use memchr::{memchr_iter, memchr2};

/// The endpoint that words name: `192.0.2.1:21`, `192.0.2.1 port 21`, `(192.0.2.1) port 21`, `|192.0.2.1|:21`,
/// `IP: 192.0.2.1 PORT: 21`, `[2001:db8::1]:21`. The port is 0 where none is named.
pub fn endpoint(text: &str) -> Option<SocketAddr> {
    // Go's sockets are named with both ends: "192.0.2.1:50000->198.51.100.1:21".
    let text =
        rare(text, "->").filter(|(near, _)| near.ends_with(|c: char| c.is_ascii_digit())).map_or(text, |(_, far)| far);
    // .NET's, too: "Created connection from 192.0.2.1:50000 to 198.51.100.1:21".
    let text = rare(text, "onnection from ").and_then(|(_, ends)| ends.split_once(" to ")).map_or(text, |(_, far)| far);
    let is_part = |byte: &u8| byte.is_ascii_hexdigit() || matches!(byte, b'.' | b':');
    let mut without_port = None;
    let mut from = 0;
    while let Some(at) = text.as_bytes()[from..].iter().position(is_part).map(|at| from + at) {
        let end = at + text.as_bytes()[at..].iter().take_while(|byte| is_part(byte)).count();
        let before = || text[..at].chars().next_back();
        if let Some((ip, port)) = address(&text[at..end]).filter(|(ip, _)| !is_mask(*ip))
            && !before().is_some_and(|c| c.is_alphanumeric() || c == '-')
        {
            match port.or_else(|| port_behind(&text[end..])) {
                Some(port) => return Some(SocketAddr::new(ip, port)),
                None => without_port = without_port.or(Some(SocketAddr::new(ip, 0))),
            }
        }
        from = end;
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
    // Most lines that tell something are shorter.
    if text.split_whitespace().nth(FEWEST_WORDS - 1).is_none() {
        return false;
    }
    let mut words =
        text.split_whitespace().map(|word| word.trim_matches(|c: char| c.is_ascii_punctuation())).peekable();
    let mut his = false;
    let mut before = "";
    while let Some(word) = words.next() {
        let acts = word == "I"
            && before != "TYPE"
            && words.peek().is_some_and(|next| next.starts_with(|c: char| c.is_ascii_lowercase()));
        his |= acts || HIS.iter().any(|own| own.eq_ignore_ascii_case(word));
        before = word;
    }
    his
}

/// A sentence of fewer words may be a program's, whatever they are.
const FEWEST_WORDS: usize = 12;

/// Whether a line tells of an error in a program's way, and that it is of FTP and of nothing else. A person's sentence takes
/// longer to come to it.
pub fn is_error_of_ftp(text: &str) -> bool {
    const MARKS: [&str; 6] = ["error:", "error connecting", "exception:", "fatal:", "failed:", "failed connect to"];
    const OTHERS: [&str; 9] = ["http", "ssh", "smtp", "imap", "sql", "git", "redis", "ldap", "elastic"];
    const OTHER_PORTS: [u16; 16] = [22, 25, 80, 110, 143, 389, 443, 465, 587, 993, 995, 1433, 3306, 5432, 6379, 8080];
    let lower = text.to_ascii_lowercase();
    let names = || lower.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| matches!(word, "ftp" | "ftps"));
    let mark = MARKS.iter().filter_map(|mark| lower.find(mark)).min();
    let others = || OTHERS.iter().any(|other| lower.contains(other));
    // A port of another service behind a host's name.
    let port = |part: &str| part.split(|c: char| !c.is_ascii_digit()).next().and_then(|digits| digits.parse().ok());
    let elsewhere = || lower.split(':').skip(1).filter_map(port).any(|port: u16| OTHER_PORTS.contains(&port));
    let first = mark.is_some_and(|at| lower[..at].split_whitespace().count() <= 4) || lower.starts_with("ftp://");
    first && names() && !others() && !elsewhere()
}

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
    memchr2(b'.', b':', word.as_bytes())?;
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
    // Windows asks in its own language.
    let prompts = ["Name (", "User (", "Benutzer (", "Utilisateur (", "Usuario ("];
    let asked = || {
        let rest = prompts.iter().find_map(|prompt| text.strip_prefix(prompt))?;
        rest.split_once("): ").or_else(|| rest.split_once(") : "))
    };
    let named = text
        .strip_prefix("Logging in as ")
        .or_else(|| asked().map(|(_, name)| name))
        .or_else(|| text.strip_prefix("ftp> user "))
        .or_else(|| rare(text, "] FAIL LOGIN: ").and_then(|(before, _)| before.rsplit_once('[')).map(|(_, name)| name))
        .or_else(|| {
            rare(text, "USER ")
                .filter(|(_, name)| name.contains("(Login failed)") || name.contains(": no such user"))
                .map(|(_, name)| name)
        })?;
    let name = named.trim_start().split([' ', ':']).next()?;
    (!name.is_empty() && name.chars().any(char::is_alphanumeric)).then_some(name)
}

/// What stands before and behind words that few texts hold: to look for them first is faster than to split.
fn rare<'a>(text: &'a str, words: &str) -> Option<(&'a str, &'a str)> {
    text.contains(words).then(|| text.split_once(words)).flatten()
}

/// The host that somebody at a console calls: `$ ftp -p 192.0.2.1 2121`. Nothing may stand before it but a prompt, and
/// nothing behind it but a port.
pub fn console_target(text: &str) -> Option<(&str, u16)> {
    let at = memchr_iter(b'f', text.as_bytes()).find(|at| text[*at..].starts_with("ftp "))?;
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

/// So many bytes as a client says that it moved: "after transferring 52,428,800 bytes", where a larger unit is rounded down.
pub fn bytes_moved(text: &str) -> Option<u64> {
    let (_, behind) = text.split_once("transferring ")?;
    let is_part = |c: char| c.is_ascii_digit() || matches!(c, ',' | '.' | '\u{a0}' | '\u{202f}' | '\'');
    let (number, unit) = behind.split_at(behind.find(|c| !is_part(c))?);
    let unit = unit.trim_start().split([' ', '.']).next().unwrap_or_default();
    let digits = |number: &str| number.chars().filter(char::is_ascii_digit).collect::<String>().parse::<u64>().ok();
    // With a larger unit a fraction may follow.
    let whole = || digits(number.split(['.', ',']).next().unwrap_or(number));
    match unit.chars().next()? {
        'b' | 'B' => digits(number),
        'k' | 'K' => whole()?.checked_mul(1_000),
        'm' | 'M' => whole()?.checked_mul(1_000_000),
        'g' | 'G' => whole()?.checked_mul(1_000_000_000),
        _ => None,
    }
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
            ("Created connection from 192.0.2.9:50000 to 192.0.2.1:21.", "192.0.2.1:21"),
        ] {
            assert_eq!(endpoint(text).map(|end| end.to_string()).as_deref(), Some(want), "{text}");
        }
        for text in ["Connecting to ftp.test:21", "vsFTPd 3.0.3", "at 10:00:00", "libcurl/7.88.1"] {
            assert_eq!(endpoint(text), None, "{text}");
        }
    }

    #[test]
    fn names_and_waits_are_read() {
        assert_eq!(bytes_moved("aborted after transferring 52,428,800 bytes in 14 seconds"), Some(52_428_800));
        assert_eq!(bytes_moved("aborted after transferring 3.5 MiB in 2 seconds"), Some(3_000_000));
        assert_eq!(bytes_moved("aborted after transferring nothing"), None);
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

    #[test]
    fn who_logs_in_is_read() {
        for text in [
            "Logging in as bob ... Logged in!",
            "Name (192.0.2.1:root): bob",
            "User (192.0.2.1:(none)): bob",
            "Utilisateur (192.0.2.1:(none)) : bob",
            "ftp> user bob",
            "Sat Feb  3 13:30:20 2024 [pid 7] [bob] FAIL LOGIN: Client \"192.0.2.50\"",
            "host (192.0.2.50[192.0.2.50]) - USER bob (Login failed): Incorrect password.",
        ] {
            assert_eq!(user(text), Some("bob"), "{text}");
        }
        assert_eq!(user("Name (192.0.2.1:root): "), None);
    }

    #[test]
    fn a_name_that_leads_nowhere_is_read() {
        for text in [
            "curl: (6) Could not resolve host: ftp.example.com",
            "java.net.UnknownHostException: ftp.example.com: Temporary failure in name resolution",
            "Error: getaddrinfo EAI_AGAIN ftp.example.com (control socket)",
        ] {
            assert_eq!(looked_up(text), Some("ftp.example.com"), "{text}");
        }
        assert_eq!(looked_up("socket.gaierror: [Errno -3] Temporary failure in name resolution"), None);
    }

    #[test]
    fn what_is_written_over_and_what_a_person_says_is_known() {
        assert!(masks_host("Connecting to xxx.xxx.xxx.xxx:21...") && masks_host("Status: Connected with *****:****."));
        assert!(!masks_host("Connecting to 192.0.2.1:21...") && !masks_host("Connecting to xx.example.com:21"));
        assert!(is_persons("Although I typed my password three times, the server said that the login failed again."));
        assert!(!is_persons("Error: TYPE I was refused and the listing of the directory on the server has failed"));
    }
}
