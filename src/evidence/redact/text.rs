//! What a text names: addresses in every form that FTP writes them, hosts, users and paths.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use super::forms::{self, Place};
use super::names::{self, Kind, is_common, is_everybodys_word};
use super::places::Role;
use super::{Pass, Redactor};
use crate::protocol::letters;

/// Makers of servers, whose names are in their greetings: they tell the product and nothing of the customer.
const MAKERS: &[&str] = &[
    "apache.org",
    "cerberusftp.com",
    "crushftp.com",
    "filezilla-project.org",
    "microsoft.com",
    "openssl.org",
    "proftpd.org",
    "pureftpd.org",
    "security.appspot.com",
    "serv-u.com",
    "vsftpd.beasts.org",
];

/// Endings of files that no domain has, or few.
const FILES: &[&str] = &[
    "bin", "cfg", "conf", "crt", "csv", "dll", "doc", "docx", "exe", "gz", "htm", "html", "ini", "jpg", "json", "log",
    "pdf", "pem", "php", "png", "tar", "txt", "xls", "xlsx", "xml", "zip",
];

/// Commands whose argument is a path.
const WITH_PATH: &[&str] = &[
    "APPE", "CWD", "DELE", "LIST", "MDTM", "MKD", "MLSD", "MLST", "NLST", "RETR", "RMD", "RNFR", "RNTO", "SIZE",
    "SMNT", "STAT", "STOR", "STOU", "XCWD", "XMKD", "XRMD",
];

/// A host's name with at least two labels, the last one of letters.
pub fn is_host(word: &str) -> bool {
    let labels: Vec<&str> = word.split('.').collect();
    let letters = |label: &str| label.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_');
    let last = labels.last().copied().unwrap_or_default();
    let one_case = last.chars().all(char::is_lowercase) || last.chars().all(char::is_uppercase);
    labels.len() > 1
        && labels.iter().all(|label| !label.is_empty() && letters(label))
        && last.chars().count() > 1
        && (last.chars().all(char::is_alphabetic) && one_case || last.starts_with("xn--"))
        && !FILES.contains(&last.to_ascii_lowercase().as_str())
        && !is_makers(word)
}

/// A file's name that is somebody's: "vsftpd.conf" and "index.html" are not.
fn is_file(word: &str) -> bool {
    let Some((stem, ending)) = word.rsplit_once('.') else { return false };
    let first = stem.split('.').next().unwrap_or(stem);
    FILES.contains(&ending.to_ascii_lowercase().as_str()) && !first.is_empty() && !is_everybodys_word(first)
}

fn is_makers(host: &str) -> bool {
    let host = host.to_ascii_lowercase();
    MAKERS.iter().any(|maker| host == *maker || host.strip_suffix(maker).is_some_and(|before| before.ends_with('.')))
}

/// What ends a path in a sentence.
fn ends_path(c: char) -> bool {
    c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>' | '(' | ')' | ',' | ';' | '\u{201c}' | '\u{201d}')
}

fn is_quote(c: char) -> bool {
    matches!(c, '"' | '\'' | '`' | '\u{201c}' | '\u{201d}' | '\u{2018}' | '\u{2019}' | '/' | '\\' | '<' | '>')
}

impl Redactor {
    /// A command with its argument.
    pub fn command(&mut self, command: String) -> String {
        let Some((verb, argument)) = command.split_once(' ') else { return command };
        let upper = verb.to_ascii_uppercase();
        match upper.as_str() {
            "USER" => format!("{verb} {}", self.name(Kind::User, argument.to_owned())),
            "PASS" => command,
            _ if WITH_PATH.contains(&upper.as_str()) => {
                format!("{verb} {}", self.name(Kind::Path, argument.to_owned()))
            }
            _ => self.text(command),
        }
    }

    /// What a greeting tells of whose server it is, and what servers call themselves in forms that are known: "ProFTPD Server (NAME)" and "Status of 'NAME'", and the host
    /// in "220 HOST FTP server", as BSD's ftpd greets.
    pub fn names_in_reply(&mut self, text: &str) {
        if self.pass != Pass::Collect {
            return;
        }
        let between = |from: &str, to: char| {
            let (_, rest) = text.split_once(from)?;
            rest.split_once(to).map(|(name, _)| name.to_owned())
        };
        if text.starts_with("220") || text.starts_with("230") {
            // What a server says once somebody is in is less various than how it greets.
            let small = text.starts_with("220");
            let begins_small = |word: &&str| word.chars().next().is_some_and(char::is_lowercase);
            for word in names::of_somebody(text).filter(|word| small || !begins_small(word)) {
                self.name(Kind::Called, word.to_owned());
            }
        }
        for word in names::numbered(text).filter(|_| text.starts_with("220")) {
            self.name(Kind::Called, word.to_owned());
        }
        for number in forms::telephones(text) {
            self.name(Kind::Called, number.to_owned());
        }
        let called = [between("Server (", ')'), between("Status of '", '\'')];
        let greeted = text.get(4..).filter(|_| text.starts_with("220"));
        let host = greeted.and_then(|rest| rest.split_once(" FTP server")).map(|(host, _)| host.to_owned());
        for name in called.into_iter().flatten().chain(host.filter(|host| !host.contains(' '))) {
            if name.len() > 2 && name != "Debian" && !is_common(&name) && !is_host(&name) {
                self.name(Kind::Called, name);
            }
        }
    }

    pub fn text(&mut self, text: String) -> String {
        if self.pass == Pass::Collect {
            self.names.learn_text(&text);
        }
        let text = self.in_forms(text);
        let text = self.known_names(text);
        self.scan(&text)
    }

    /// Names that the form of the words gives away, be they words of everybody's.
    fn in_forms(&mut self, text: String) -> String {
        let mut done = String::new();
        let mut copied = 0;
        for Place { at, kind, certain } in forms::places(&text) {
            let name = &text[at.clone()];
            if !certain && is_everybodys_word(name) && !self.names.knows(kind, name) {
                continue;
            }
            done.push_str(&text[copied..at.start]);
            done.push_str(&self.name(kind, name.to_owned()));
            copied = at.end;
        }
        done.push_str(&text[copied..]);
        done
    }

    /// Names that are known from elsewhere, as whole words.
    fn known_names(&mut self, text: String) -> String {
        let mut text = text;
        if self.pass == Pass::Collect {
            return text;
        }
        for (name, kind) in self.names.known() {
            let mut done = String::new();
            let mut rest = text.as_str();
            while let Some(at) = find(rest, &name, kind) {
                let end = at + name.len();
                let (before, found, after) = (&rest[..at], &rest[at..end], &rest[end..]);
                let previous = before.chars().next_back().or_else(|| done.chars().next_back());
                let next = after.chars().next();
                let is_word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '-' || c == '_');
                let quoted = previous.is_some_and(is_quote) || next.is_some_and(is_quote);
                // "550 data: No such file".
                let leads = done.is_empty() && at == 4 && next == Some(':');
                // "220-Name": the hyphen is the reply's.
                let code = before.len().checked_sub(4).and_then(|at| before.get(at..before.len() - 1));
                let begins = before.ends_with('-') && code.is_some_and(is_code);
                let whole = (begins || !is_word(previous)) && !is_word(next);
                done.push_str(before);
                if whole && (!is_common(&name) || quoted || leads) {
                    done.push_str(&self.names.placeholder(kind, found));
                } else {
                    done.push_str(found);
                }
                rest = after;
            }
            done.push_str(rest);
            text = done;
        }
        text
    }

    /// Addresses, hosts and paths that a text names, known or not.
    fn scan(&mut self, text: &str) -> String {
        let mut done = String::with_capacity(text.len());
        let mut rest = text;
        // Within a URL a path begins behind the host.
        let mut url = Url::No;
        while let Some(c) = rest.chars().next() {
            let previous = done.chars().next_back();
            let inside_word = previous.is_some_and(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | ':'));
            if c.is_whitespace() {
                url = Url::No;
            }
            if let Some(after) = rest.strip_prefix("://") {
                done.push_str("://");
                url = Url::Host;
                rest = after;
            } else if let Some((numbers, length)) =
                numbers(rest).filter(|_| !previous.is_some_and(char::is_alphanumeric))
            {
                done.push_str(&self.numbers(&numbers, &rest[..length]));
                rest = &rest[length..];
            } else if (c.is_alphanumeric() || c == ':') && (!inside_word || url == Url::Host) {
                let length = rest
                    .find(|c: char| !(c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | ':')))
                    .unwrap_or(rest.len());
                let (word, after) = rest.split_at(length);
                if url == Url::Host {
                    url = if is_makers(word.split(':').next().unwrap_or(word)) { Url::Maker } else { Url::Path };
                }
                done.push_str(&self.word(word, after));
                rest = after;
            } else if begins_path(rest, previous, url) {
                let length = rest.find(ends_path).unwrap_or(rest.len());
                let length = rest[..length].trim_end_matches(['.', ':', ']', '!', '?']).len().max(1);
                done.push_str(&self.name(Kind::Path, rest[..length].to_owned()));
                rest = &rest[length..];
            } else {
                done.push(c);
                rest = &rest[c.len_utf8()..];
            }
        }
        done
    }

    /// `h1,h2,h3,h4,p1,p2` (RFC 959), `4,4,h1,h2,h3,h4,...` (RFC 1639), as it was spaced. Hops that are
    /// counted (`1, 2, 3, 5`) are no address.
    fn numbers(&mut self, numbers: &[Number], text: &str) -> String {
        let values: Vec<u16> = numbers.iter().map(|number| number.value).collect();
        let counted = values.is_sorted_by(|one, next| one < next) && values.iter().all(|hop| *hop <= 30);
        if text.contains(", ") && counted {
            return text.to_owned();
        }
        let first = if values.len() > 8 && values.starts_with(&[4, 4]) { 2 } else { 0 };
        let octets: Vec<u8> = values.iter().skip(first).take(4).filter_map(|value| u8::try_from(*value).ok()).collect();
        let Ok(octets) = <[u8; 4]>::try_from(octets) else { return text.to_owned() };
        let IpAddr::V4(given) = self.address(IpAddr::V4(Ipv4Addr::from(octets)), Role::Between) else {
            return text.to_owned();
        };
        let mut done = String::new();
        let mut copied = 0;
        for (Number { from, to, .. }, octet) in numbers.iter().skip(first).zip(given.octets()) {
            done.push_str(text.get(copied..*from).unwrap_or_default());
            done.push_str(&octet.to_string());
            copied = *to;
        }
        done.push_str(text.get(copied..).unwrap_or_default());
        done
    }

    /// A run of letters, digits, dots, colons and dashes.
    fn word(&mut self, word: &str, after: &str) -> String {
        let bare = word.trim_end_matches(['.', ':', '-']);
        let end = &word[bare.len()..];
        if let Some((address, port)) = self.bare_endpoint(bare) {
            return format!("{}{port}{end}", self.address(IpAddr::V6(address), Role::Between));
        }
        // "::" alone and the like keep their colons.
        if let Some(address) = [word, bare].iter().find_map(|text| text.parse::<IpAddr>().ok()) {
            let end = if word.parse::<IpAddr>().is_ok() { "" } else { end };
            return format!("{}{end}", self.address(address, Role::Between));
        }
        if let Some(endpoint) = letters::decode(bare) {
            let given = SocketAddr::new(self.address(endpoint.ip(), Role::Client), endpoint.port());
            return format!("{}{end}", letters::encode(given));
        }
        let parts: Vec<String> = word.split(':').map(|part| self.part(part, after)).collect();
        parts.join(":")
    }

    /// An IPv6 address with its port behind it, without brackets: `2001:db8::5:50002` and `2001:db8::5.50002`. Where all
    /// of it is an address, too, it is one unless the address without its end is known.
    fn bare_endpoint<'a>(&self, word: &'a str) -> Option<(Ipv6Addr, &'a str)> {
        let at = word.rfind([':', '.'])?;
        let (head, port) = word.split_at(at);
        let address: Ipv6Addr = head.parse().ok()?;
        let is_port = port[1..].parse::<u16>().is_ok_and(|port| port >= 1000);
        let known = word.parse::<Ipv6Addr>().is_err() || self.places.knows(IpAddr::V6(address));
        (is_port && known).then_some((address, port))
    }

    /// An address in a host's name: `ip-192-0-2-70`.
    fn dashed(&mut self, word: &str) -> Option<String> {
        let numbers: Vec<&str> = word.split('-').collect();
        let octet = |text: &&str| text.parse::<u8>().ok().filter(|octet| octet.to_string() == **text);
        let (first, octets) = numbers.windows(4).enumerate().find_map(|(first, four)| {
            let octets: Vec<u8> = four.iter().filter_map(octet).collect();
            Some((first, <[u8; 4]>::try_from(octets).ok()?))
        })?;
        let address = self.address(IpAddr::V4(octets.into()), Role::Between).to_string().replace('.', "-");
        let (before, behind) = (&numbers[..first], &numbers[first + 4..]);
        Some([before, &[address.as_str()], behind].concat().join("-"))
    }

    fn part(&mut self, part: &str, after: &str) -> String {
        let bare = part.trim_end_matches(['.', '-']);
        let end = &part[bare.len()..];
        if let Ok(address) = bare.parse::<IpAddr>() {
            return format!("{}{end}", self.address(address, Role::Between));
        }
        let of_address = after.strip_prefix('@').is_some_and(|host| host.starts_with(char::is_alphanumeric));
        match () {
            () if self.names.is_placeholder(bare) => part.to_owned(),
            () if of_address && !bare.is_empty() => format!("{}{end}", self.name(Kind::User, bare.to_owned())),
            () if is_host(bare) => format!("{}{end}", self.name(Kind::Host, bare.to_owned())),
            () if is_file(bare) => format!("{}{end}", self.name(Kind::Path, bare.to_owned())),
            () => self.dashed(bare).map_or_else(|| part.to_owned(), |dashed| format!("{dashed}{end}")),
        }
    }
}

/// Where in a URL the scanner is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Url {
    No,
    Host,
    Path,
    /// A maker's pages are no customer's paths.
    Maker,
}

fn begins_path(rest: &str, previous: Option<char>, url: Url) -> bool {
    let mut letters = rest.chars();
    let (first, second) = (letters.next(), letters.next());
    let named = |c: Option<char>| {
        c.is_some_and(|c| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '~' | '/' | '$' | '%'))
    };
    let free = previous.is_none_or(|c| c.is_whitespace() || ends_path(c) || matches!(c, '=' | ':' | '['));
    match first {
        Some('/') => named(second) && (free && url != Url::Maker || url == Url::Path),
        Some('\\') => previous == Some(':') && named(second) || second == Some('\\') && free,
        Some('~') => second == Some('/') && free,
        _ => false,
    }
}

/// A number, and from where to where it stands.
struct Number {
    from: usize,
    to: usize,
    value: u16,
}

/// Four numbers or more with commas between, each with where it begins and ends; and where all of it ends.
fn numbers(text: &str) -> Option<(Vec<Number>, usize)> {
    let mut found = Vec::new();
    let mut at = 0;
    loop {
        let length = text[at..].bytes().take_while(u8::is_ascii_digit).count();
        // "1,000,000" is a count.
        if length == 0 || length > 5 || length > 1 && text[at..].starts_with('0') {
            break;
        }
        found.push(Number { from: at, to: at + length, value: text[at..at + length].parse().ok()? });
        let rest = text[at + length..].trim_start_matches(' ');
        let Some(next) = rest.strip_prefix(',') else { break };
        at = text.len() - next.trim_start_matches(' ').len();
    }
    let end = found.last()?.to;
    (found.len() >= 4).then_some((found, end))
}

fn is_code(text: &str) -> bool {
    text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Hosts and companies are the same in capitals. ASCII alone is folded, so that places in one are places in the other.
fn find(text: &str, name: &str, kind: Kind) -> Option<usize> {
    match kind {
        Kind::Server | Kind::Host | Kind::Called => text.to_ascii_lowercase().find(&name.to_ascii_lowercase()),
        Kind::User | Kind::Path | Kind::Certified => text.find(name),
    }
}
