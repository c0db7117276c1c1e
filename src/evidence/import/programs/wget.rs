//! GNU Wget. Seen in runs of 1.21.3 and in logs that users published; other languages from its translations (`wget.toml`).

use std::sync::LazyLock;

use crate::evidence::import::Program;
use crate::evidence::import::translations::{Texts, Translations};
use crate::evidence::import::words::{How, Tells, Which, phrase};
use crate::evidence::log::Writer;

pub static PROGRAM: Program = Program {
    id: "wget",
    name: "GNU Wget",
    writer: Writer::Client,
    signs: &[
        "created by wget ",
        "gnu wget ",
        "user-agent: wget/",
        "==> syst ...",
        "logging in as ",
        "--  ftp://",
        "-- ftp://",
    ],
    phrases: &[
        phrase("resolving ", Tells::LooksUp),
        phrase("logged in!", Tells::LoggedIn),
        phrase(" connected.", Tells::Joined(Which::Control)),
        phrase("couldn't connect to ", Tells::Failed(Which::Data, How::Unsaid)),
        phrase("trying to connect to ", Tells::Dials(Which::Data)),
        phrase("error in server response", Tells::Failed(Which::Either, How::Unsaid)),
        phrase("no such file ", Tells::Refused(550)),
        phrase("no such directory ", Tells::Refused(550)),
        phrase("cannot initiate pasv transfer", Tells::Refused(502)),
        phrase("cannot initiate port transfer", Tells::Refused(502)),
        phrase("unable to resolve host address", Tells::NoAddress),
        phrase("invalid port", Tells::Refused(500)),
        phrase("retrying.", Tells::Failed(Which::Either, How::Unsaid)),
        phrase("giving up.", Tells::Failed(Which::Either, How::Unsaid)),
        phrase("written to stdout [", Tells::Got),
        phrase(" saved [", Tells::Got),
        phrase("data transfer aborted", Tells::Failed(Which::Data, How::Closed)),
        phrase("control connection closed", Tells::Failed(Which::Control, How::Closed)),
        phrase("cannot parse pasv response", Tells::Unparsed),
        phrase("login incorrect.", Tells::Refused(530)),
    ],
};

/// What a step of its begins with.
pub const STEP: &str = "==> ";

/// Whether a step of its went well: `==> PASV ... done.`, in any language.
pub fn is_done(outcome: &str) -> bool {
    let texts = TEXTS.as_ref().and_then(|texts| texts.get("done"));
    outcome.starts_with("done")
        || texts.is_some_and(|texts| texts.iter().any(|done| outcome.starts_with(done.as_str())))
}

/// What a line of Wget tells in another language than English.
pub fn translated(text: &str) -> Option<Tells> {
    TRANSLATIONS.as_ref()?.told(text)
}

static TEXTS: LazyLock<Option<Texts>> = LazyLock::new(|| toml::from_str(include_str!("wget.toml")).ok());

static TRANSLATIONS: LazyLock<Option<Translations>> = LazyLock::new(|| Translations::new(TEXTS.as_ref()?, MEANINGS));

/// The names in `wget.toml`, but for `done`.
const MEANINGS: &[(&str, Tells)] = &[
    ("connected", Tells::Joined(Which::Control)),
    ("logged_in", Tells::LoggedIn),
    ("got", Tells::Got),
    ("no_such", Tells::Refused(550)),
    ("no_address", Tells::NoAddress),
    ("not_joined", Tells::Failed(Which::Data, How::Unsaid)),
    ("incorrect", Tells::Refused(530)),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_in_the_translations_has_a_meaning() {
        let texts = TEXTS.as_ref().expect("a valid file");
        let known: Vec<&str> = MEANINGS.iter().map(|(name, _)| *name).chain(["done"]).collect();
        assert!(texts.keys().all(|name| known.contains(&name.as_str())) && texts.len() == known.len(), "{known:?}");
        assert!(texts.values().flatten().all(|text| !text.is_empty()));
    }

    #[test]
    fn its_steps_and_its_words_are_understood_in_other_languages() {
        assert!(is_done("done.") && is_done("fertig.") && is_done("hecho.") && !is_done("No such file"));
        for (text, tells) in [
            ("2010-04-15 16:54:40 (1,20 KB/s) - \u{bb}.listing\u{ab} gespeichert [10699]", Tells::Got),
            ("Verbindungsaufbau mit 192.0.2.1:21 ... verbunden.", Tells::Joined(Which::Control)),
            ("Die Datei \u{bb}x\u{ab} gibt es nicht.", Tells::Refused(550)),
        ] {
            assert_eq!(translated(text), Some(tells), "{text}");
        }
    }
}
