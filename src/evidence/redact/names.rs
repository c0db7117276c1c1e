//! Placeholders for names: hosts, users, paths, and what somebody calls himself in a certificate or a greeting.

use std::collections::BTreeMap;

use crate::evidence::import::UNKNOWN_HOST;
use crate::protocol::dialect;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The host that was asked for.
    Server,
    /// Another host.
    Host,
    User,
    Path,
    /// In a certificate.
    Certified,
    /// What a server, or a company, calls itself.
    Called,
}

#[derive(Default)]
pub struct Names {
    /// Every name that occurs, each for itself or in a text.
    found: BTreeMap<String, Kind>,
    given: BTreeMap<String, String>,
    counts: BTreeMap<Kind, usize>,
    /// All text there is: a placeholder stands nowhere in it.
    all: String,
}

/// Users that are everybody.
const EVERYBODY: &[&str] = &["anonymous", "ftp"];

/// Words that replies and host names are made of. A user, a folder or a company of such a name is recognised where it is
/// quoted, and not in the middle of a sentence, which would tell something else without it.
const COMMON: &[&str] = &[
    "access",
    "active",
    "address",
    "admin",
    "all",
    "allowed",
    "and",
    "anonymous",
    "ascii",
    "binary",
    "bytes",
    "cannot",
    "closed",
    "command",
    "connected",
    "connection",
    "data",
    "directory",
    "end",
    "entering",
    "error",
    "example",
    "failed",
    "file",
    "files",
    "find",
    "for",
    "from",
    "ftp",
    "ftps",
    "home",
    "host",
    "illegal",
    "incoming",
    "invalid",
    "large",
    "list",
    "listing",
    "local",
    "localhost",
    "logged",
    "login",
    "mail",
    "mode",
    "name",
    "network",
    "not",
    "off",
    "open",
    "passive",
    "password",
    "path",
    "please",
    "port",
    "private",
    "pub",
    "public",
    "ready",
    "refused",
    "remote",
    "root",
    "secure",
    "send",
    "server",
    "service",
    "session",
    "sftp",
    "site",
    "size",
    "ssl",
    "status",
    "system",
    "test",
    "the",
    "timeout",
    "tls",
    "tmp",
    "transfer",
    "type",
    "unix",
    "upload",
    "user",
    "users",
    "welcome",
    "with",
    "www",
    "you",
    "your",
];

/// Words that greetings begin with a capital, whoever greets.
const OF_GREETINGS: &[&str] = &[
    "activity",
    "apr",
    "april",
    "attention",
    "aug",
    "august",
    "authorized",
    "bienvenue",
    "bienvenido",
    "benvenuto",
    "bsd",
    "current",
    "debian",
    "dec",
    "december",
    "esmtp",
    "exim",
    "feb",
    "february",
    "filezilla",
    "freebsd",
    "fri",
    "friday",
    "gmt",
    "gnu",
    "guest",
    "hello",
    "inactivity",
    "ipv",
    "jan",
    "january",
    "jul",
    "july",
    "jun",
    "june",
    "linux",
    "logging",
    "mar",
    "march",
    "maximum",
    "may",
    "microsoft",
    "mon",
    "monday",
    "notice",
    "nov",
    "november",
    "oct",
    "october",
    "only",
    "sat",
    "saturday",
    "sep",
    "september",
    "postfix",
    "sendmail",
    "serv",
    "smtp",
    "sun",
    "sunday",
    "thank",
    "thanks",
    "there",
    "this",
    "thu",
    "thursday",
    "time",
    "tue",
    "tuesday",
    "ubuntu",
    "unauthorized",
    "utc",
    "utf",
    "version",
    "warning",
    "wed",
    "wednesday",
    "willkommen",
    "windows",
    "written",
];

/// Words that greetings are made of, as one text: what else a greeting says in small letters may be somebody's name. Price:
/// a greeting in another language, or about other things, loses words that are nobody's.
const PLAIN: &str = "\
    about abuse also diagnosis privsep quiet accept accepted account accounts after again agree always any are area auf aux available been \
    before bei beim being below between beyond bienvenido bienvenue bitte bonjour both bugs but can change che \
    ciao clear client clients close comments complain complete computer con connect connecting connections consent \
    contact content copyright current currently customer customers daemon daily das date day days del dem den der \
    des desired details die directories disconnect disconnected dla does done down download downloads each email \
    encryption ends english enjoy enter every explicit failure feel first folder folders following free general \
    get given goodbye greetings had hallo has have help here hola hosted hosting hour hours how idle immediately \
    implicit information interface internal internet into its keep kept kind know las last later latest law leave \
    legal les less level like limit limited limits line lines load log logging logs los machine made maintenance \
    make many max maximum may message messages minute minutes mirror monitor monitored more most must need never \
    new news next node none note now number numbers one online only operation option options other our out over \
    own owner page para per permission permitted personal point policies policy por powered problem problems \
    prohibited project protected protocol provide provided questions reach read real recorded registered reload \
    report reports required requires reserved restricted right rights rules run running seconds secured security \
    see server serveur serveurs services servidor set should sign since slow soon source space speed standard \
    start started state statistics stay stop storage store support sur sure tape team terms than that their them \
    then there these they this those through time times today too transfers try type una unauthorized und under \
    uno until updates uploads usage use used uses using valid version very via violation visit wait want was way \
    web week were what when where which while who whole will willkommen within without work world would write year \
    years yes yet zone";

/// The names of computers in a greeting: letters, and a number at their end. "UTF8" and "server2" are nobody's.
pub fn numbered(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '_'))).filter(|word| {
        let letters = word.trim_end_matches(|c: char| c.is_ascii_digit());
        let of_name = letters.len() > 2 && letters.len() < word.len() && letters.starts_with(char::is_alphabetic);
        of_name
            && letters.chars().all(|c| c.is_alphabetic() || matches!(c, '-' | '_'))
            && !NUMBERED.contains(&letters.to_ascii_lowercase().as_str())
            && !is_everybodys_word(letters.trim_end_matches(['-', '_']))
    })
}

/// What stands before a number in the names of standards and of versions.
const NUMBERED: &[&str] =
    &["aes", "alpha", "beta", "build", "crc", "iso-", "php", "rfc", "sha", "sha-", "sslv", "tlsv", "utf-", "win"];

/// The words of a greeting that can be somebody's name: neither servers nor greetings in general say them.
pub fn of_somebody(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_alphabetic() || c == '-'))
        .map(|word| word.trim_matches('-'))
        .filter(|word| word.chars().count() > 2)
        .filter(|word| {
            let lower = word.to_lowercase();
            let small = word.chars().next().is_some_and(char::is_lowercase);
            let plain = small && PLAIN.split(' ').any(|plain| plain == lower);
            // A part of an IPv6 address.
            let of_address = small && lower.len() <= 4 && lower.bytes().all(|byte| byte.is_ascii_hexdigit());
            !plain
                && !of_address
                && !is_common(word)
                && !OF_GREETINGS.contains(&lower.as_str())
                && !dialect::uses(&lower)
        })
}

impl Kind {
    fn placeholder(self, number: usize, name: &str) -> String {
        match self {
            Kind::Server => format!("server-{number}.example"),
            Kind::Host => format!("host-{number}.example"),
            Kind::User => format!("user-{number}"),
            Kind::Path if name.starts_with(['/', '\\']) || name.get(1..2) == Some(":") => format!("/path-{number}"),
            Kind::Path => format!("path-{number}"),
            Kind::Certified => format!("certificate-name-{number}"),
            Kind::Called => format!("name-{number}"),
        }
    }
}

impl Names {
    pub fn learn(&mut self, kind: Kind, name: &str) {
        self.learn_text(name);
        if !is_everybodys(kind, name) {
            let key = key(kind, name);
            let known = self.found.entry(key).or_insert(kind);
            *known = kind.min(*known);
        }
        match kind {
            // A company's name stands in its host's, and often in its greeting.
            Kind::Server | Kind::Host => {
                let labels: Vec<&str> = name.split('.').collect();
                let inner = labels.split_last().map_or(&[][..], |(_, inner)| inner);
                let telling = inner.iter().filter(|label| label.len() > 3 && !is_common(label));
                telling.for_each(|label| {
                    self.found.entry(label.to_ascii_lowercase()).or_insert(Kind::Called);
                });
            }
            Kind::Path => {
                let parts = name.split(['/', '\\']).filter(|part| *part != name && part.len() > 2 && !is_common(part));
                parts.for_each(|part| {
                    self.found.entry(part.to_owned()).or_insert(Kind::Called);
                });
            }
            Kind::User | Kind::Certified | Kind::Called => {}
        }
    }

    pub fn learn_text(&mut self, text: &str) {
        self.all.push_str(text);
        self.all.push('\n');
    }

    /// The name that stands for this one.
    pub fn placeholder(&mut self, kind: Kind, name: &str) -> String {
        if is_everybodys(kind, name) || self.is_placeholder(name) {
            return name.to_owned();
        }
        let key = key(kind, name);
        if let Some(given) = self.given.get(&key) {
            return given.clone();
        }
        let kind = self.found.get(&key).copied().unwrap_or(kind);
        loop {
            let count = self.counts.entry(kind).or_insert(0);
            *count += 1;
            let given = kind.placeholder(*count, name);
            if !self.all.contains(&given) {
                self.given.insert(key, given.clone());
                return given;
            }
        }
    }

    pub fn knows(&self, kind: Kind, name: &str) -> bool {
        self.found.get(name) == Some(&kind)
    }

    pub fn is_placeholder(&self, name: &str) -> bool {
        self.given.values().any(|given| given == name)
    }

    /// The names to look for in a text, the longest first.
    pub fn known(&self) -> Vec<(String, Kind)> {
        let mut all: Vec<(String, Kind)> = self.found.iter().map(|(name, kind)| (name.clone(), *kind)).collect();
        all.retain(|(name, _)| name.len() > 1);
        all.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
        all
    }
}

/// Hosts are the same in capitals.
fn key(kind: Kind, name: &str) -> String {
    match kind {
        Kind::Server | Kind::Host => name.to_lowercase(),
        Kind::User | Kind::Path | Kind::Certified | Kind::Called => name.to_owned(),
    }
}

fn is_everybodys(kind: Kind, name: &str) -> bool {
    match kind {
        Kind::User => EVERYBODY.contains(&name.to_ascii_lowercase().as_str()) || name.is_empty(),
        Kind::Path => name.chars().all(|c| matches!(c, '/' | '.' | '\\' | '*')) || name.starts_with('-'),
        Kind::Server | Kind::Host => name.is_empty() || name.eq_ignore_ascii_case("localhost") || name == UNKNOWN_HOST,
        Kind::Certified | Kind::Called => name.is_empty(),
    }
}

/// A word that is in what servers and greetings say, and so gives nobody away.
pub fn is_everybodys_word(word: &str) -> bool {
    let lower = word.to_lowercase();
    is_common(word)
        || PLAIN.split(' ').any(|plain| plain == lower)
        || OF_GREETINGS.contains(&lower.as_str())
        || dialect::uses(&lower)
}

pub fn is_common(word: &str) -> bool {
    COMMON.contains(&word.to_ascii_lowercase().as_str()) || word.to_ascii_lowercase().contains("ftp")
}
