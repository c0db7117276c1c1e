//! What a line may hold that few lines do. Every line is read once for all of it, and what asks closely asks only then.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};

use super::{passwords, quoted};

/// What stands in a line, in capitals or not: each is a reason to look, and nothing more.
#[derive(Clone, Copy, Default)]
pub struct Signs {
    /// Of a password, with or without an option before it.
    pub password: bool,
    /// An option that a password stands behind.
    pub option: bool,
    /// A reply or a command in a sentence.
    pub quotation: bool,
}

impl Signs {
    pub fn of(text: &str) -> Self {
        let mut signs = Self::default();
        let Some(machine) = MACHINE.as_ref() else { return signs };
        for found in machine.find_overlapping_iter(text) {
            match found.pattern().as_usize() {
                at if at < OPTIONS_FROM => signs.password = true,
                at if at < QUOTATIONS_FROM => (signs.password, signs.option) = (true, true),
                _ => signs.quotation = true,
            }
        }
        signs
    }
}

const OPTIONS_FROM: usize = passwords::LEADS.len();
const QUOTATIONS_FROM: usize = OPTIONS_FROM + passwords::OPTIONS.len();

static MACHINE: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let options = passwords::OPTIONS.iter().map(|(option, _)| option);
    let all = passwords::LEADS.iter().chain(options).chain(quoted::LEADS);
    AhoCorasick::builder().ascii_case_insensitive(true).kind(Some(AhoCorasickKind::DFA)).build(all).ok()
});
