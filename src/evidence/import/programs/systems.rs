//! What the GNU C library calls errors in other languages than English (`systems.toml`): whatever client passes them on.

use std::sync::LazyLock;

use crate::evidence::import::translations::Translations;
use crate::evidence::import::words::{How, Tells, Which};

/// What a line says in a system's words.
pub fn translated(text: &str) -> Option<Tells> {
    TRANSLATIONS.as_ref()?.told(text)
}

static TRANSLATIONS: LazyLock<Option<Translations>> =
    LazyLock::new(|| Translations::new(&toml::from_str(include_str!("systems.toml")).ok()?, MEANINGS));

/// The names in `systems.toml`.
const MEANINGS: &[(&str, Tells)] = &[
    ("refused", Tells::Failed(Which::Either, How::Refused)),
    ("timed_out", Tells::Failed(Which::Either, How::TimedOut)),
    ("no_route", Tells::Failed(Which::Either, How::HostUnreachable)),
    ("net_unreachable", Tells::Failed(Which::Either, How::NetUnreachable)),
    ("reset", Tells::Failed(Which::Either, How::Reset)),
    ("no_address", Tells::NoAddress),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::import::translations::Texts;

    #[test]
    fn every_name_in_the_translations_has_a_meaning() {
        let texts: Texts = toml::from_str(include_str!("systems.toml")).expect("a valid file");
        let known: Vec<&str> = MEANINGS.iter().map(|(name, _)| *name).collect();
        assert!(texts.keys().all(|name| known.contains(&name.as_str())) && texts.len() == known.len(), "{known:?}");
    }

    #[test]
    fn errors_are_understood_in_other_languages() {
        for (text, tells) in [
            ("curl: (7) Failed to connect to x.test port 21: Verbindungsaufbau abgelehnt", How::Refused),
            ("connect: Connexion refus\u{e9}e", How::Refused),
            (
                "\u{63a5}\u{7d9a}\u{304c}\u{30bf}\u{30a4}\u{30e0}\u{30a2}\u{30a6}\u{30c8}\u{3057}\u{307e}\u{3057}\u{305f}",
                How::TimedOut,
            ),
        ] {
            assert_eq!(translated(text), Some(Tells::Failed(Which::Either, tells)), "{text}");
        }
        assert_eq!(translated("Connection refused"), None);
    }
}
