//! What a line may hold that few lines do. Every line is read once for all of it, and what asks closely asks only then.

use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};

use super::passwords::places::{self, Lead};
use super::quoted;

/// What stands in a line, in capitals or not: each is a reason to look, and nothing more.
#[derive(Clone, Copy, Default)]
pub struct Signs {
    /// Of a password.
    pub password: bool,
    /// A reply or a command in a sentence.
    pub quotation: bool,
}

impl Signs {
    pub fn of(text: &str) -> Self {
        let mut signs = Self::default();
        let Some(machine) = MACHINE.as_ref() else { return signs };
        for found in machine.find_overlapping_iter(text) {
            match found.pattern().as_usize() {
                at if at < QUOTATIONS_FROM => signs.password = true,
                _ => signs.quotation = true,
            }
        }
        signs
    }
}

/// What passwords stand behind in a text, and where.
pub fn leads(text: &str) -> impl Iterator<Item = (Lead, Range<usize>)> {
    let found = MACHINE.as_ref().map(|machine| machine.find_overlapping_iter(text));
    found.into_iter().flatten().filter_map(|found| {
        let (_, lead) = places::LEADS.get(found.pattern().as_usize())?;
        Some((*lead, found.range()))
    })
}

const QUOTATIONS_FROM: usize = places::LEADS.len();

static MACHINE: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let all = places::LEADS.iter().map(|(lead, _)| lead).chain(quoted::LEADS);
    AhoCorasick::builder().ascii_case_insensitive(true).kind(Some(AhoCorasickKind::DFA)).build(all).ok()
});
