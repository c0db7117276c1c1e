//! `.netrc`, as ftp(1) describes it: machine, default, login, password, account, macdef; quotes and comments as curl
//! and GNU inetutils read them.
//!
//! By hand: the crates for it are unkept since 2015 or drag an HTTP client along.

use crate::evidence::target::Secret;

/// One machine's entry.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// `None` is the `default` entry.
    pub machine: Option<String>,
    pub login: Option<String>,
    pub password: Option<Secret>,
}

/// The entry for `host` (and `user`, where one is given): the first machine that fits, else the default, which is
/// taken for its own login only.
pub fn find(text: &str, host: &str, user: Option<&str>) -> Option<Entry> {
    let fits_user = |entry: &Entry| user.is_none_or(|user| entry.login.as_deref().is_none_or(|login| login == user));
    let mut entries = parse(text).into_iter().filter(fits_user);
    entries.find(|entry| match &entry.machine {
        Some(machine) => machine.eq_ignore_ascii_case(host),
        None => entry.login.is_some(),
    })
}

/// Every entry in order. Text that fits nothing is passed over, as ftp does.
fn parse(text: &str) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    let mut words = Words { rest: text };
    while let Some(word) = words.next() {
        match word.as_str() {
            "machine" => entries.push(Entry { machine: words.next(), ..Entry::default() }),
            "default" => entries.push(Entry::default()),
            "login" => set(&mut entries, words.next(), |entry, value| entry.login = Some(value)),
            "password" => set(&mut entries, words.next(), |entry, value| entry.password = Some(Secret::new(value))),
            "account" => drop(words.next()),
            "macdef" => words.skip_macro(),
            _ => {}
        }
    }
    entries
}

fn set(entries: &mut [Entry], value: Option<String>, put: impl FnOnce(&mut Entry, String)) {
    if let (Some(entry), Some(value)) = (entries.last_mut(), value) {
        put(entry, value);
    }
}

struct Words<'a> {
    rest: &'a str,
}

impl Words<'_> {
    fn next(&mut self) -> Option<String> {
        loop {
            self.rest = self.rest.trim_start();
            if !self.rest.starts_with('#') {
                break;
            }
            self.rest = self.rest.split_once('\n').map_or("", |(_, rest)| rest);
        }
        let mut chars = self.rest.char_indices();
        let quoted = self.rest.starts_with('"');
        if quoted {
            chars.next();
        }
        let mut word = String::new();
        let mut escaped = false;
        for (at, c) in chars {
            let ends = if quoted { c == '"' } else { c.is_whitespace() };
            match (escaped, c) {
                (false, '\\') if quoted => escaped = true,
                (false, _) if ends => {
                    self.rest = &self.rest[at + c.len_utf8()..];
                    return Some(word);
                }
                _ => {
                    escaped = false;
                    word.push(c);
                }
            }
        }
        self.rest = "";
        (!word.is_empty()).then_some(word)
    }

    /// A macro ends at an empty line.
    fn skip_macro(&mut self) {
        while let Some((line, rest)) = self.rest.split_once('\n') {
            self.rest = rest;
            if line.trim_end_matches('\r').is_empty() {
                return;
            }
        }
        self.rest = "";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "# ours\nmachine ftp.example.com login bob password \"two words\"\nmacdef init\ncd /pub\nmachine trap\n\nmachine FTP.example.org\n  login eve\n  password x#1 account y\ndefault login anonymous password me@example.com\n";

    fn of(host: &str, user: Option<&str>) -> Option<(Option<String>, Option<String>)> {
        let found = find(FILE, host, user);
        // As Windows' editors write it.
        assert_eq!(find(&FILE.replace('\n', "\r\n"), host, user), found, "{host}");
        found.map(|e| (e.login, e.password.map(|p| p.reveal().to_owned())))
    }

    #[test]
    fn the_machine_is_found_and_the_default_is_the_last_resort() {
        let both = |login: &str, password: &str| Some((Some(login.to_owned()), Some(password.to_owned())));
        assert_eq!(of("ftp.example.com", None), both("bob", "two words"));
        assert_eq!(of("ftp.example.org", Some("eve")), both("eve", "x#1"));
        assert_eq!(of("other", None), both("anonymous", "me@example.com"));
        assert_eq!(of("trap", Some("bob")), None, "a macro's text is no entry");
        assert_eq!(of("ftp.example.com", Some("carol")), None, "another user's password is not taken");
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_to_its_end(text in ".{0,200}") {
            parse(&text);
        }
    }
}
