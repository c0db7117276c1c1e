//! Words of a log without the passwords in them: where one stands by its form, and where one that is known so is said
//! again, as servers do with what they don't understand.

use std::ops::Range;

use super::signs;
use crate::evidence::Evidence;
use crate::evidence::redact::is_everybodys_word;
use crate::evidence::timeline::{Event, What};
use places::Lead;

pub mod places;

/// Passwords remembered of one log.
const MOST_KNOWN: usize = 50;
/// What is shorter stands in too many words.
const SHORTEST: usize = 4;
const MASK: &str = "****";

/// So many characters of somebody's words at most, without a password.
pub fn shown(text: &str, most: usize) -> String {
    masked(text).trim().chars().take(most).map(|c| if c == '\t' { ' ' } else { c }).collect()
}

/// A text without the passwords in it, whatever gives them away by its form.
pub fn masked(text: &str) -> String {
    without(text, places::of(text, signs::leads(text)))
}

/// The passwords that a log tells.
#[derive(Default)]
pub struct Passwords {
    known: Vec<String>,
    /// Words met in a password's place that everybody says.
    common: Vec<String>,
}

impl Passwords {
    /// Remembers the passwords of a line that may hold one, as its signs say.
    pub fn learn(&mut self, line: &str) {
        if self.known.len() >= MOST_KNOWN {
            return;
        }
        // A bare -p is many things; who logs in names himself beside it.
        let login = line.contains("-u");
        let telling = signs::leads(line).filter(|(lead, _)| login || *lead != Lead::Option);
        for secret in places::of(line, telling).into_iter().filter(|secret| !is_prose(line, secret)) {
            let word = line[secret].split_whitespace().next().unwrap_or_default();
            let word = word.trim_matches(['"', '\'', '`', ']', ')', '}', ',', '\u{2018}', '\u{2019}']);
            // Most are said again and again.
            if self.known.iter().chain(&self.common).any(|met| met == word) {
                continue;
            }
            if is_telling(word) {
                self.known.push(word.to_owned());
            } else if self.common.len() < MOST_KNOWN {
                self.common.push(word.to_owned());
            }
        }
    }

    /// Takes them out of everything that was read, wherever they were said again.
    pub fn leave_out(&self, evidence: &mut Evidence) {
        let mut known = self.known.clone();
        // Who takes his name for a password would lose the name, and show by it that it is the password.
        known.retain(|secret| evidence.asked.user.as_ref() != Some(secret));
        // "USER bob:X".
        if let Some((name, _)) = evidence.asked.user.as_ref().and_then(|user| user.split_once(':')) {
            evidence.asked.user = Some(format!("{name}:{MASK}"));
        }
        // The longest first: one may be a part of another.
        known.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        let mend = |text: &mut String| {
            *text = known.iter().fold(masked(text), |text, secret| without(&text, places_of(secret, &text)));
        };
        let controls = evidence.controls.iter_mut().flat_map(|control| &mut control.events);
        let attempts = evidence.attempts.iter_mut().flat_map(|attempt| &mut attempt.events);
        let dials = evidence.dials.iter_mut().flat_map(|dial| &mut dial.events);
        controls.chain(attempts).chain(dials).filter_map(words_of).for_each(mend);
        evidence.resolution.error.iter_mut().chain(&mut evidence.asked.user).for_each(mend);
        evidence.log.iter_mut().flat_map(|log| &mut log.quotes).for_each(|quote| mend(&mut quote.text));
    }
}

/// The words of an event that are somebody's.
fn words_of(event: &mut Event) -> Option<&mut String> {
    match &mut event.what {
        What::Replied(reply) => Some(&mut reply.text),
        What::Sent(words)
        | What::Nonsense { text: words, .. }
        | What::Unreadable(words)
        | What::TlsFailed { words, .. }
        | What::Failed(words) => Some(words),
        _ => None,
    }
}

fn without(text: &str, secrets: Vec<Range<usize>>) -> String {
    let mut text = text.to_owned();
    // From behind, so that what stands before keeps its place.
    for secret in secrets.into_iter().rev() {
        text.replace_range(secret, MASK);
    }
    text
}

/// A sentence in which a thing passes, or PASS is talked about: nothing to remember.
fn is_prose(line: &str, secret: &Range<usize>) -> bool {
    let before = line[..secret.start].trim_end();
    let is_verb = |verb: &&&str| {
        before.len() >= verb.len()
            && before.is_char_boundary(before.len() - verb.len())
            && before[before.len() - verb.len()..].eq_ignore_ascii_case(verb)
    };
    let Some(verb) = ["PASS", "ACCT"].iter().find(is_verb) else { return false };
    let shouted = before.ends_with(*verb);
    let alone =
        before.chars().filter(|c| c.is_alphanumeric()).count() == 4 && !line[secret.clone()].trim().contains(' ');
    !shouted && !alone
}

/// Whether a word can be looked for wherever it stands: what everybody says is no secret, nor are the signs that stand in
/// a password's place.
fn is_telling(word: &str) -> bool {
    let digits = word.bytes().all(|byte| byte.is_ascii_digit());
    let first = word.chars().next();
    word.chars().count() >= if digits { 6 } else { SHORTEST }
        && first.is_some_and(|first| !matches!(first, '*' | '<' | '(' | '[') && word.chars().any(|c| c != first))
        && !["hidden", "removed", "omitted"].contains(&word.to_ascii_lowercase().as_str())
        && !is_everybodys_word(word)
}

/// Where a password stands by itself.
fn places_of(secret: &str, text: &str) -> Vec<Range<usize>> {
    let inside = |edge: Option<char>, beside: Option<char>| {
        edge.is_some_and(char::is_alphanumeric) && beside.is_some_and(char::is_alphanumeric)
    };
    let places = text.match_indices(secret).map(|(at, _)| at..at + secret.len());
    let whole = |place: &Range<usize>| {
        !inside(secret.chars().next(), text[..place.start].chars().next_back())
            && !inside(secret.chars().next_back(), text[place.end..].chars().next())
    };
    places.filter(whole).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_masked_whatever_stands_before_it() {
        for (line, without) in [
            (">>PASS Zaunk0nig", ">>PASS ****"),
            (">>PASS\tZaunk0nig", ">>PASS\t****"),
            ("[c1] pass Zaunk0nig", "[c1] pass ****"),
            ("530 Log in with USER and PASS first.", "530 Log in with USER and PASS first."),
            (
                "ls: 530 (ftp://bob:Zaunk0nig@192.0.2.1) ftp://eve:x@192.0.2.2/",
                "ls: 530 (ftp://bob:****@192.0.2.1) ftp://eve:****@192.0.2.2/",
            ),
            ("ftp://bob:Zaun@k0nig@192.0.2.1/", "ftp://bob:****@192.0.2.1/"),
            (
                "see http://192.0.2.1:80/a@b or ask: me@example.com",
                "see http://192.0.2.1:80/a@b or ask: me@example.com",
            ),
            ("curl -u bob:Zaunk0nig ftp://192.0.2.1", "curl -u bob:**** ftp://192.0.2.1"),
            ("curl -u bob ftp://192.0.2.1", "curl -u bob ftp://192.0.2.1"),
        ] {
            assert_eq!(masked(line), without);
        }
    }

    #[test]
    fn words_of_everybody_are_no_passwords_to_look_for() {
        let mut passwords = Passwords::default();
        for line in [
            "PASS ****",
            "PASS XXXXXXXX",
            "PASS (hidden)",
            "PASS 1234",
            "PASS ftp",
            "> PASS passive",
            "all of them pass Zaunkoenig by",
            "503 PASS command not allowed",
        ] {
            passwords.learn(line);
        }
        assert_eq!(passwords.known, Vec::<String>::new());
        for line in ["*cmd* 'PASS Zaunk0nig'", "machine h login bob password Rotkeh1chen", "pass Blaum3ise"] {
            passwords.learn(line);
        }
        assert_eq!(passwords.known, ["Zaunk0nig", "Rotkeh1chen", "Blaum3ise"]);
    }
}
