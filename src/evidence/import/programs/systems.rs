//! What the GNU C library calls errors in other languages than English (`systems.toml`): whatever client passes them on.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};

use crate::evidence::import::words::{How, Tells, Which};

/// What a line says in a system's words.
pub fn translated(text: &str) -> Option<Tells> {
    let (machine, tells) = MACHINE.as_ref()?;
    tells.get(machine.find(text)?.pattern().as_usize()).copied()
}

static MACHINE: LazyLock<Option<(AhoCorasick, Vec<Tells>)>> = LazyLock::new(|| {
    let texts: BTreeMap<String, Vec<String>> = toml::from_str(include_str!("systems.toml")).ok()?;
    let known = MEANINGS.iter().filter_map(|(name, tells)| Some((*tells, texts.get(*name)?)));
    let (tells, words): (Vec<Tells>, Vec<String>) =
        known.flat_map(|(tells, words)| words.iter().map(move |word| (tells, word.clone()))).unzip();
    let machine = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(words).ok()?;
    Some((machine, tells))
});

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

    #[test]
    fn every_name_in_the_translations_has_a_meaning() {
        let texts: BTreeMap<String, Vec<String>> = toml::from_str(include_str!("systems.toml")).expect("a valid file");
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
