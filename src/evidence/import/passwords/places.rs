//! Where a password stands in a line, by what stands before it: a command, a key or a prompt in somebody's language, an
//! option, a call, a URL.
//!
//! Invariant: rather a harmless word too many than a password too few.

use std::ops::Range;

/// What a password may stand behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lead {
    /// `ftp://bob:PASSWORD@host/`.
    Url,
    /// A word for it, with a sign between the two: `password=X`, `"pass" => "X"`, `Kennwort: X`, `--password X`.
    Key,
    /// The same, where the word is a part of others.
    Word,
    /// A command whose argument it is, to the end of its line.
    Command,
    /// `USER bob:X`, and what clients take at their prompt: `user bob X`.
    User,
    /// `-u bob:X`, `-u bob,X`.
    UserOption,
    /// The same among other letters: `curl -sSu bob:X`.
    Curl,
    /// `-p X`.
    Option,
    /// A call, whose password is this argument or a later one.
    Call(usize),
}

/// Where the passwords of a text stand, in their order; none overlaps another.
pub fn of(text: &str, leads: impl Iterator<Item = (Lead, Range<usize>)>) -> Vec<Range<usize>> {
    let mut places = Vec::new();
    for (lead, at) in leads {
        match lead {
            Lead::Url => places.extend(in_url(text, at.end)),
            Lead::Key => places.extend(behind_key(text, &at)),
            Lead::Word if begins_word(text, at.start) => places.extend(behind_key(text, &at)),
            Lead::Command => places.extend(argument(text, &at)),
            Lead::User if begins_word(text, at.start) => places.extend(of_user(text, &at)),
            Lead::UserOption if begins_option(text, at.start) => {
                places.extend(behind_name(text, at.end));
            }
            Lead::Curl => {
                let options = text[at.end..line_end(text, at.end)].match_indices('-').filter_map(|(dash, _)| {
                    let dash = at.end + dash;
                    let letters = text[dash + 1..].find(|c: char| !c.is_ascii_alphabetic() || c == 'u')?;
                    let letter = dash + 1 + letters;
                    (begins_option(text, dash) && text[letter..].starts_with('u')).then_some(letter + 1)
                });
                places.extend(options.filter_map(|from| behind_name(text, from)));
            }
            // curl's -P is another.
            Lead::Option if text[at.clone()].ends_with('p') => {
                places.extend(value(text, at.end, BEFORE_VALUES));
            }
            Lead::Call(argument) if begins_word(text, at.start) => places.extend(in_call(text, at.end, argument)),
            Lead::Word | Lead::User | Lead::UserOption | Lead::Option | Lead::Call(_) => {}
        }
    }
    places.retain(|place| !place.is_empty());
    places.sort_by_key(|place| (place.start, place.end));
    let mut apart: Vec<Range<usize>> = Vec::new();
    for place in places {
        match apart.last_mut() {
            Some(last) if place.start < last.end => last.end = last.end.max(place.end),
            _ => apart.push(place),
        }
    }
    apart
}

fn begins_word(text: &str, at: usize) -> bool {
    !text[..at].ends_with(char::is_alphanumeric)
}

fn begins_option(text: &str, at: usize) -> bool {
    !text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '-')
}

fn line_end(text: &str, from: usize) -> usize {
    text[from..].find('\n').map_or(text.len(), |end| from + end)
}

/// What follows a command, whatever a program writes before it.
fn argument(text: &str, at: &Range<usize>) -> Option<Range<usize>> {
    // "Log in with USER and PASS first."
    let before = text[..at.start].to_ascii_uppercase();
    // A blank before it may be spelt as in URLs.
    let alone = begins_word(text, at.start) || before.ends_with("%20");
    let behind = text[at.end..].trim_start_matches([' ', '\t']);
    (alone && !before.ends_with("USER AND ")).then(|| text.len() - behind.len()..line_end(text, at.end))
}

/// All up to the last @, as people type passwords with one in it.
fn in_url(text: &str, from: usize) -> Option<Range<usize>> {
    let ends = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>' | '\u{2018}' | '\u{2019}');
    let url = &text[from..];
    let url = &url[..url.find(ends).unwrap_or(url.len())];
    let (user, _) = url.rsplit_once('@')?;
    let (name, secret) = user.split_once(':')?;
    // "host:2121/a@b" and "host/a:b@c" name nobody.
    let is_port = secret.split_once('/').is_some_and(|(port, _)| port.bytes().all(|byte| byte.is_ascii_digit()));
    let from = from + name.len() + 1;
    (!name.contains('/') && !is_port).then(|| from..from + secret.len())
}

/// `USER bob:X` and `user bob X`, where nothing else is said.
fn of_user(text: &str, at: &Range<usize>) -> Option<Range<usize>> {
    let line = &text[at.end..line_end(text, at.end)];
    let mut words = line.split_whitespace();
    let place = |word: &str| word.as_ptr() as usize - text.as_ptr() as usize;
    let name = words.next()?;
    if let Some((known, secret)) = name.split_once(':') {
        let from = place(name) + known.len() + 1;
        return Some(from..from + secret.len());
    }
    let before = text[..at.start].trim_end();
    let typed = text[at.clone()].starts_with('u') && !before.ends_with(char::is_alphanumeric);
    let at_prompt = before.is_empty() || before.ends_with('>');
    let secret = words.next().filter(|_| typed && (at_prompt || words.next().is_none()))?;
    Some(place(secret)..place(secret) + secret.len())
}

/// `password=X`, `'pass' => 'X'`, `Mot de passe : X`, `Password for bob: X`, `<password>X<`, `--ftp-password X`.
fn behind_key(text: &str, key: &Range<usize>) -> Option<Range<usize>> {
    // A lead may have the sign behind it, for its own rarity.
    let end = key.start + text[key.clone()].trim_end_matches(|c: char| c.is_ascii() && !c.is_alphanumeric()).len();
    let behind = &text[end..];
    if text[..key.start].ends_with('<') {
        let from = end + behind.find('>')? + 1;
        return Some(from..from + text[from..].find('<').unwrap_or(text.len() - from));
    }
    let before = text[..key.start].trim_end_matches(|c: char| c.is_alphanumeric() || matches!(c, '-' | '_'));
    // An option of DOS begins with another sign.
    let word = before.len() - usize::from(before.ends_with('/'));
    let is_option = text[word..].starts_with(['-', '/']);
    // `login bob password X`, as in a .netrc.
    let mut before = text[..word].split_whitespace().rev().skip(1);
    let of_login = before.next().is_some_and(|word| {
        let word = word.trim_start_matches(|c: char| !c.is_alphanumeric());
        ["login", "user", "userid", "username"].contains(&word)
    });
    let rest = behind.trim_start_matches(['"', '\'', '`', ']', ')', '\\']);
    let quoted = rest.len() < behind.len();
    let rest = rest.trim_start_matches([' ', '\t', '\u{a0}']);
    // "Password for bob: X", in any language.
    let mut words = rest.split(' ');
    let rest = match (words.next(), words.next()) {
        (Some(of), Some(name))
            if of.chars().count() <= 4 && of.chars().all(char::is_alphabetic) && name.ends_with(':') =>
        {
            &rest[of.len() + name.len()..]
        }
        _ => rest,
    };
    let mut begin = rest;
    let mut told = is_option || of_login;
    let mut prompts = false;
    let sign =
        |text: &str| SIGNS.iter().find(|sign| text.get(..sign.len()).is_some_and(|is| is.eq_ignore_ascii_case(sign)));
    while let Some(sign) = sign(begin) {
        told |= !matches!(*sign, " " | "\t" | "\u{a0}" | ",") || (*sign == "," && quoted);
        prompts = matches!(*sign, ":" | "\u{ff1a}") || (prompts && sign.trim().is_empty());
        begin = &begin[sign.len()..];
    }
    if !told {
        return None;
    }
    let from = text.len() - begin.len();
    // What is typed at a prompt may have blanks in it.
    if prompts && !begin.starts_with(['"', '\'', '\\']) {
        return Some(from..line_end(text, from));
    }
    value(text, from, &[])
}

/// What may stand between an option and its value.
const BEFORE_VALUES: &[char] = &[' ', ',', '=', '\t'];

/// What may stand between a key and its value.
const SIGNS: &[&str] = &[" ", "\t", "\u{a0}", "=", ":", "\u{ff1a}", ">", ",", "%3d", "%3a", "%20", "value="];

/// A value, in quotes or up to the next blank; before it may stand what is skipped.
fn value(text: &str, from: usize, skipped: &[char]) -> Option<Range<usize>> {
    let behind = text[from..].trim_start_matches(['"', '\'']);
    // A quote that closes the option is none that opens its value.
    let behind = if behind.starts_with(skipped) { behind } else { &text[from..] };
    let begin = behind.trim_start_matches(skipped).trim_start_matches('\\');
    let from = text.len() - begin.len();
    let quote = begin.chars().next().filter(|first| matches!(first, '"' | '\'' | '`'));
    let (from, inside) = quote.map_or((from, begin), |_| (from + 1, &begin[1..]));
    let end = match quote {
        Some(quote) => inside.find([quote, '\n']),
        None => inside.find(char::is_whitespace),
    };
    let value = from..end.map_or(text.len(), |end| from + end);
    let is_option = !skipped.is_empty() && text[value.clone()].starts_with('-');
    (!is_option).then_some(value)
}

/// What follows a name and a sign in an option's value.
fn behind_name(text: &str, from: usize) -> Option<Range<usize>> {
    let value = value(text, from, BEFORE_VALUES)?;
    let name = text[value.clone()].find([':', ','])?;
    Some(value.start + name + 1..value.end)
}

/// From this argument of a call on, counted from 1: `ftp_login($ftp, 'bob', 'X')`, and Ruby's `login 'bob', 'X'`.
fn in_call(text: &str, from: usize, argument: usize) -> Option<Range<usize>> {
    let behind = text[from..].trim_start();
    let open = behind.starts_with('(');
    if !open && !behind.starts_with(['"', '\'']) {
        return None;
    }
    let from = text.len() - behind.len() + usize::from(open);
    let (mut begins, mut met, mut quote) = ((argument == 1).then_some(from), 1, None);
    for (at, c) in text[from..line_end(text, from)].char_indices() {
        match (quote, c) {
            (Some(opened), _) if c == opened => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, ')') if open => return begins.map(|begins| begins..from + at),
            (None, ',') => {
                met += 1;
                if met == argument {
                    begins = Some(from + at + 1);
                }
            }
            _ => {}
        }
    }
    let begins = begins?;
    Some(begins + (text[begins..].len() - text[begins..].trim_start().len())..line_end(text, begins))
}

/// What stands before passwords, in capitals or not. What begins with a letter that has a capital outside ASCII is written
/// without it.
pub const LEADS: &[(&str, Lead)] = &[
    ("://", Lead::Url),
    ("pass ", Lead::Command),
    ("pass\t", Lead::Command),
    ("pass%20", Lead::Command),
    ("pass+", Lead::Command),
    ("acct ", Lead::Command),
    ("acct\t", Lead::Command),
    ("acct%20", Lead::Command),
    ("adat ", Lead::Command),
    ("adat%20", Lead::Command),
    ("pswd ", Lead::Command),
    ("pswd%20", Lead::Command),
    ("chpass ", Lead::Command),
    ("chpass%20", Lead::Command),
    ("xpas ", Lead::Command),
    ("site passwd ", Lead::Command),
    ("authorization:", Lead::Command),
    ("user ", Lead::User),
    ("user\t", Lead::User),
    ("user%20", Lead::User),
    ("-u", Lead::UserOption),
    ("curl", Lead::Curl),
    ("--user ", Lead::UserOption),
    ("--user=", Lead::UserOption),
    ("--user'", Lead::UserOption),
    ("--user\"", Lead::UserOption),
    ("userpwd", Lead::UserOption),
    (" -p", Lead::Option),
    ("'-p", Lead::Option),
    ("\"-p", Lead::Option),
    ("ftp_login", Lead::Call(3)),
    ("ftp(", Lead::Call(3)),
    ("ftp_tls(", Lead::Call(3)),
    ("ftp.new(", Lead::Call(3)),
    ("ftp.open(", Lead::Call(3)),
    ("login", Lead::Call(2)),
    ("networkcredential", Lead::Call(2)),
    ("ftplogin", Lead::Call(3)),
    ("pass=", Lead::Key),
    ("pass:", Lead::Word),
    ("pass'", Lead::Key),
    ("pass\"", Lead::Key),
    ("pass>", Lead::Key),
    ("pw=", Lead::Word),
    ("pw:", Lead::Word),
    ("pw ", Lead::Word),
    ("pw'", Lead::Word),
    ("pw\"", Lead::Word),
    ("pwd=", Lead::Key),
    ("pwd'", Lead::Key),
    ("pwd\"", Lead::Key),
    ("passwd", Lead::Key),
    ("password", Lead::Key),
    ("passphrase", Lead::Key),
    ("passwort", Lead::Key),
    ("kennwort", Lead::Key),
    ("mot de passe", Lead::Key),
    ("contrase\u{f1}a", Lead::Key),
    ("contrasena", Lead::Key),
    ("clave", Lead::Word),
    ("contrasenya", Lead::Key),
    ("contrasinal", Lead::Key),
    ("senha", Lead::Word),
    ("palavra-passe", Lead::Key),
    ("parola", Lead::Word),
    ("parol\u{103}", Lead::Word),
    ("parole", Lead::Word),
    ("parol", Lead::Word),
    ("wachtwoord", Lead::Key),
    ("has\u{142}o", Lead::Word),
    ("l\u{f6}senord", Lead::Key),
    ("adgangskode", Lead::Key),
    ("kodeord", Lead::Key),
    ("passord", Lead::Key),
    ("salasana", Lead::Key),
    ("lykilor\u{f0}", Lead::Key),
    ("heslo", Lead::Word),
    ("geslo", Lead::Word),
    ("jelsz\u{f3}", Lead::Key),
    ("lozinka", Lead::Key),
    ("\u{15f}ifre", Lead::Key),
    ("\u{15e}ifre", Lead::Key),
    ("\u{15f}ifr\u{259}", Lead::Key),
    ("parool", Lead::Word),
    ("salas\u{f5}na", Lead::Key),
    ("slapta\u{17e}odis", Lead::Key),
    ("fjal\u{eb}kalimi", Lead::Key),
    ("pasahitza", Lead::Key),
    ("cyfrinair", Lead::Key),
    ("pasfhocal", Lead::Key),
    ("m\u{1ead}t kh\u{1ea9}u", Lead::Key),
    ("kata sandi", Lead::Key),
    ("kata laluan", Lead::Key),
    ("ароль", Lead::Key),
    ("АРОЛЬ", Lead::Key),
    ("арола", Lead::Key),
    ("озинка", Lead::Key),
    ("ұпия сөз", Lead::Key),
    ("ұпиясөз", Lead::Key),
    ("ырсөз", Lead::Key),
    ("ωδικός", Lead::Key),
    ("ωδικός πρόσβασης", Lead::Key),
    ("υνθηματικό", Lead::Key),
    ("աղտնաբառ", Lead::Key),
    ("პაროლი", Lead::Key),
    ("סיסמה", Lead::Key),
    ("ססמה", Lead::Key),
    ("كلمة المرور", Lead::Key),
    ("كلمة السر", Lead::Key),
    ("گذرواژه", Lead::Key),
    ("رمز عبور", Lead::Key),
    ("पासवर्ड", Lead::Key),
    ("পাসওয়ার্ড", Lead::Key),
    ("கடவுச்சொல்", Lead::Key),
    ("รหัสผ่าน", Lead::Key),
    ("ពាក្យសម្ងាត់", Lead::Key),
    ("ລະຫັດຜ່ານ", Lead::Key),
    ("비밀번호", Lead::Key),
    ("암호", Lead::Key),
    ("パスワード", Lead::Key),
    ("密码", Lead::Key),
    ("密碼", Lead::Key),
    ("口令", Lead::Key),
];
