//! Where a text names somebody or something by its form: users as clients and servers tell of them, the files that a reply
//! is about, the lines of listings, and whose log it is.

use std::ops::Range;

use super::names::Kind;

/// A name in a text.
pub struct Place {
    pub at: Range<usize>,
    pub kind: Kind,
    /// Nothing but a name stands there; elsewhere a sentence may go on with a word of everybody's.
    pub certain: bool,
}

/// What stands before a user's name, and how it goes on behind it.
const OF_USERS: &[(&str, Behind, bool)] = &[
    // 331 and 230 of IIS, ProFTPD and BSD's ftpd; 331 of Pure-FTPd.
    ("assword required for ", Behind::End, false),
    (
        "User ",
        Behind::Words(&[
            " logged in",
            " OK",
            " ok",
            " cannot log",
            " not logged",
            " access denied",
            " unknown",
            " is logged",
            " authenticated",
            " accepted",
        ]),
        false,
    ),
    ("ogged in as ", Behind::Anything, false),
    // Wget.
    ("Logging in as ", Behind::Anything, true),
    // Commands in the middle of a line, and ProFTPD's log: "USER bob: Login successful.", "USER bob (Login failed): ...".
    ("USER ", Behind::Words(&[": ", " (Login failed", "\"", "'"]), false),
    ("USER ", Behind::End, false),
    ("user '", Behind::Words(&["'"]), true),
    ("user `", Behind::Words(&["'"]), true),
    ("user \"", Behind::Words(&["\""]), true),
    ("user \u{2018}", Behind::Words(&["\u{2019}"]), true),
    ("user=", Behind::Anything, true),
    ("User name: ", Behind::Anything, true),
    ("Username: ", Behind::Anything, true),
    // The prompts of ftp: "User (192.0.2.1:(none)): bob", "Name (192.0.2.1:bob): ".
    (":(none)): ", Behind::End, true),
];

enum Behind {
    Anything,
    /// The end of the line, or of the sentence.
    End,
    Words(&'static [&'static str]),
}

/// Words that are in a name's place in sentences about nobody.
const NO_NAMES: &[&str] = &["already", "has", "is", "now", "successfully", "was"];

/// What systems say of a file, behind its name.
const OF_FILES: &[&str] = &[
    ": no such file",
    ": permission denied",
    ": not a directory",
    ": not a regular file",
    ": not a plain file",
    ": is a directory",
    ": file exists",
    ": access is denied",
    ": the system cannot find",
];

/// How a sentence begins that names its file at its end.
const COMPLAINTS: &[&str] = &["can't ", "cannot ", "could ", "couldn't ", "error ", "failed ", "unable "];

/// Servers that write to the system's log, which puts the computer's name before theirs.
const WRITERS: &[&str] = &[" proftpd[", " pure-ftpd: ", " pure-ftpd[", " vsftpd: ", " vsftpd[", " ftpd["];

/// The names in a text, in their order, none within another.
pub fn places(text: &str) -> Vec<Place> {
    let mut found: Vec<Place> = Vec::new();
    found.extend(users(text).chain(ahead(text)).chain(writers_computer(text)));
    found.extend(of_reply(text).into_iter().chain(of_transfer(text)));
    found.extend(in_listing(text));
    found.retain(|place| !place.at.is_empty() && (place.certain || !NO_NAMES.contains(&&text[place.at.clone()])));
    found.sort_by_key(|place| place.at.start);
    let mut end = 0;
    found.retain(|place| {
        let apart = place.at.start >= end;
        end = end.max(place.at.end);
        apart
    });
    found
}

fn users(text: &str) -> impl Iterator<Item = Place> {
    OF_USERS.iter().flat_map(move |(before, behind, certain)| {
        text.match_indices(before).filter_map(move |(at, _)| {
            let from = at + before.len();
            let word = text[from..].split(ends_name).next().unwrap_or_default();
            let name = word.trim_end_matches('.');
            let rest = &text[from + name.len()..];
            let fits = match behind {
                Behind::Anything => true,
                Behind::End => {
                    rest.trim_start_matches('.').trim_start_matches(' ').chars().next().is_none_or(|c| c == '\n')
                }
                Behind::Words(words) => words.iter().any(|words| rest.starts_with(words)),
            };
            let begins = !text[..at].ends_with(char::is_alphanumeric) || before.starts_with(char::is_lowercase);
            (fits && begins).then(|| Place { at: from..from + name.len(), kind: Kind::User, certain: *certain })
        })
    })
}

fn ends_name(c: char) -> bool {
    c.is_whitespace() || matches!(c, ',' | ';' | ':' | '"' | '\'' | '\u{2019}' | '(' | ')' | '[' | ']')
}

/// vsftpd's log: `[pid 1] [bob] OK LOGIN`; "bob is now logged in" of Pure-FTPd's; and "230 bob logged in".
fn ahead(text: &str) -> impl Iterator<Item = Place> {
    let bracket = || {
        let from = text.find("[pid ")?;
        let from = from + text[from..].find("] [")? + 3;
        Some(from..from + text[from..].find(']')?)
    };
    let now = || {
        let end = text.find(" is now logged in")?;
        let name = text[..end].rsplit(ends_name).next()?;
        Some(end - name.len()..end)
    };
    let first = || {
        let end = text.find(" logged in")?;
        let from = text[..end].rfind(' ')? + 1;
        text[..from].ends_with("230 ").then_some(from..end)
    };
    let place = |certain: bool| move |at: Range<usize>| Place { at, kind: Kind::User, certain };
    [bracket().map(place(true)), now().map(place(false)), first().map(place(false))].into_iter().flatten()
}

fn writers_computer(text: &str) -> Option<Place> {
    let end = WRITERS.iter().find_map(|writer| text.find(writer))?;
    let from = text[..end].rfind(' ').map_or(0, |at| at + 1);
    let name = &text[from..end];
    // Not the time.
    let is_name = name.starts_with(char::is_alphabetic) && !name.contains(':');
    is_name.then_some(Place { at: from..end, kind: Kind::Called, certain: false })
}

/// `550 NAME: No such file or directory`.
fn of_reply(text: &str) -> Option<Place> {
    let lower = text.to_ascii_lowercase();
    let end = OF_FILES.iter().filter_map(|words| lower.find(words)).min()?;
    let is_code = |at: usize| {
        let code = lower.get(at..at + 4).unwrap_or_default();
        let begins = !lower[..at].ends_with(|c: char| c.is_ascii_alphanumeric());
        begins
            && code.ends_with([' ', '-'])
            && matches!(code.as_bytes(), [b'4' | b'5', second, third, _] if second.is_ascii_digit() && third.is_ascii_digit())
    };
    let lead = lower[..end].char_indices().map(|(at, _)| at).find(|at| is_code(*at))? + 4;
    let complains = COMPLAINTS.iter().any(|begin| lower[lead..end].starts_with(begin));
    let from = if complains { lower[..end].rfind(' ').map_or(lead, |at| at + 1) } else { lead };
    let quote = |c: char| matches!(c, '"' | '\'' | '`');
    let from = from + (end - from - text.get(from..end)?.trim_start_matches(quote).len());
    let end = from + text[from..end].trim_end_matches(quote).len();
    Some(Place { at: from..end, kind: Kind::Path, certain: !complains })
}

/// `150 Opening BINARY mode data connection for NAME (17 bytes).`
fn of_transfer(text: &str) -> Option<Place> {
    let from = text.find("data connection for ")? + "data connection for ".len();
    let line = text[from..].lines().next().unwrap_or_default();
    let counted = line.split_once(" (").filter(|(_, count)| count.starts_with(|c: char| c.is_ascii_digit()));
    let name = counted.map_or_else(|| line.trim_end_matches(['.', '"']), |(name, _)| name);
    (counted.is_some() || !name.contains(' ')).then(|| Place {
        at: from..from + name.len(),
        kind: Kind::Path,
        certain: false,
    })
}

/// `-rw-r--r--    1 bob      sales        1024 Nov 27 10:00 prices`: who owns it, his group, and its name.
fn in_listing(text: &str) -> Vec<Place> {
    let start = |line: &str| line.as_ptr() as usize - text.as_ptr() as usize;
    let mut found = Vec::new();
    for line in text.lines() {
        let words: Vec<&str> = line.split_ascii_whitespace().collect();
        let Some(mode) = words.iter().position(|word| is_mode(word)) else { continue };
        let [_, links, owner, group, size, _, _, _, first, ..] = words[mode..] else { continue };
        if [links, size].iter().any(|count| !count.bytes().all(|byte| byte.is_ascii_digit())) {
            continue;
        }
        for name in [owner, group].into_iter().filter(|name| !name.bytes().all(|byte| byte.is_ascii_digit())) {
            found.push(Place { at: start(name)..start(name) + name.len(), kind: Kind::User, certain: false });
        }
        let name = &line[start(first) - start(line)..];
        let name = name.split(" -> ").next().unwrap_or(name).trim_end();
        found.push(Place { at: start(name)..start(name) + name.len(), kind: Kind::Path, certain: true });
    }
    found
}

fn is_mode(word: &str) -> bool {
    word.len() >= 10
        && word.starts_with(['-', 'd', 'l'])
        && word.bytes().skip(1).take(9).all(|byte| b"rwxsStT-".contains(&byte))
}

/// A telephone's number in a reply: behind a plus, or behind the word for it.
pub fn telephones(text: &str) -> Vec<&str> {
    let words = [
        "+",
        "tel ",
        "tel. ",
        "tel: ",
        "tel.: ",
        "telefon ",
        "telefon: ",
        "phone ",
        "phone: ",
        "call ",
        "fax ",
        "fax: ",
    ];
    let lower = text.to_ascii_lowercase();
    let of_word = |word: &'static str| {
        lower.match_indices(word).filter_map(move |(at, _)| {
            let from = if word == "+" { at } else { at + word.len() };
            let number = text[from..].split(|c: char| !(c.is_ascii_digit() || " +-/().".contains(c))).next()?;
            let number = number.trim_end_matches(|c: char| !c.is_ascii_digit());
            let digits = number.bytes().filter(u8::is_ascii_digit).count();
            (digits >= 7).then_some(number)
        })
    };
    words.into_iter().flat_map(of_word).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(text: &str) -> Vec<&str> {
        places(text).into_iter().map(|place| &text[place.at]).collect()
    }

    #[test]
    fn names_are_found_where_the_form_has_them() {
        for (text, names) in [
            ("331 Password required for bob.", vec!["bob"]),
            ("230-User bob logged in\n230 ok", vec!["bob"]),
            ("550 price list: No such file or directory", vec!["price list"]),
            ("< 550 Can't open prices: Permission denied", vec!["prices"]),
            ("4\u{20ac} prices: No such file", vec![]),
            ("150 Opening data connection for price list (17 bytes).", vec!["price list"]),
            ("drwxr-xr-x 2 1000 sales 17 Nov 27 10:00 price list", vec!["sales", "price list"]),
            ("lrwxrwxrwx 1 bob sales 17 Nov 27 10:00 now -> then", vec!["bob", "sales", "now"]),
            ("230 User is already logged in", vec![]),
            ("\u{2019} is now logged in", vec![]),
        ] {
            assert_eq!(named(text), names, "{text}");
        }
        assert_eq!(telephones("call us at +49 30 5550 100, or tel: 030/5550100."), ["+49 30 5550 100", "030/5550100"]);
        assert_eq!(telephones("+1 of 2026-11-27"), Vec::<&str>::new());
    }
}
