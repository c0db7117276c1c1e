//! A program's words in other languages than its own, as a file beside it lists them under names that have a meaning.

use std::collections::BTreeMap;

use aho_corasick::{AhoCorasick, MatchKind};

use crate::evidence::import::words::Tells;

/// So much of each sentence as tells it from the others, by the name of what it says.
pub type Texts = BTreeMap<String, Vec<String>>;

/// Texts that are looked for all at once.
pub struct Translations {
    machine: AhoCorasick,
    /// Of each pattern.
    tells: Vec<Tells>,
}

impl Translations {
    /// Of the texts whose names are among `meanings`; `None` where there are too many to be looked for.
    pub fn new(texts: &Texts, meanings: &[(&str, Tells)]) -> Option<Self> {
        let known = meanings.iter().filter_map(|(name, tells)| Some((*tells, texts.get(*name)?)));
        let (tells, words): (Vec<Tells>, Vec<&String>) =
            known.flat_map(|(tells, words)| words.iter().map(move |word| (tells, word))).unzip();
        let machine = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(words).ok()?;
        Some(Self { machine, tells })
    }

    /// What the first of them in `text` says.
    pub fn told(&self, text: &str) -> Option<Tells> {
        self.tells.get(self.machine.find(text)?.pattern().as_usize()).copied()
    }
}
