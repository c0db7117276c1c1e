//! What ftpmode knows without a network: an article for each finding, each reply code and each topic, in markdown.
//!
//! Question: articles in the program, or pages in the web? Choice: in the program, one markdown file each, beside the
//! table that names it. Reason: support staff read them where they type, tests hold them against the tables they speak
//! of, and they are of the version that made the report. Price: the program grows by their length.
//!
//! Invariants: pure. Every article says where each claim comes from: seen (recorded in `fixtures/`), read in a server's
//! source, or reported by its makers or in public logs. What a person or a server wrote is never interpreted as markdown
//! that leads somewhere else: it stands in a quotation.

#![deny(clippy::disallowed_types, clippy::disallowed_methods)]

use crate::diagnosis::rule::Rule;
use crate::diagnosis::rules;
use crate::protocol::dialect;
use crate::protocol::reply::Reply;

pub mod pasted;
pub mod replies;
pub mod topics;

/// Where each group of findings begins, in the order of the rules.
const GROUPS: &[(&str, &str)] = &[
    ("name-resolution-failed", "Findings about the control connection"),
    ("client-behind-nat", "Findings about where the two ends are"),
    ("passive-port-dropped", "Findings about passive mode"),
    ("active-callback-dropped", "Findings about active mode"),
    ("data-source-address-differs", "Findings about the data connection"),
];

/// Below each article on a reply.
const WHOSE_WORD: &str = "\n## Whose word this is\n\n\
    Seen: recorded from the running server by this project. Source: read in the server's public source. Reported: from its \
    makers' documentation or from public logs, and not seen here. Servers can be told to use other words.\n";

/// How alike two words must be for one to be offered in the other's place.
const ALIKE: f64 = 0.8;
/// So many words are offered at most.
const MOST_OFFERED: usize = 3;

/// What there is no article about.
#[derive(Debug, PartialEq, Eq)]
pub struct Unknown {
    /// The words that come nearest, the nearest first; often none.
    pub nearest: Vec<&'static str>,
}

/// The article about a finding's id, a topic, a reply code, or a whole reply as a client shows it.
pub fn article(words: &str) -> Result<String, Unknown> {
    let word = words.trim().to_lowercase();
    let joined = word.split_whitespace().collect::<Vec<_>>().join("-");
    if let Some(rule) = rules::with_id(&joined) {
        return Ok(of_finding(rule));
    }
    if let Some(topic) = topics::named(&joined) {
        return Ok(topic.article.to_owned());
    }
    if let Some(reply) = pasted::reply_in(words) {
        return Ok(of_reply(&reply));
    }
    Err(Unknown { nearest: nearest(&joined) })
}

/// All there is to read, by group.
pub fn contents() -> String {
    let mut text =
        "# What ftpmode explains\n\n`ftpmode explain WORD` shows an article: WORD is a topic, the code of a \
                    server's reply, or a finding of a report. A whole reply may be pasted, too.\n\n\
                    ## Topics\n\n| topic | |\n|---|---|\n"
            .to_owned();
    for topic in topics::ALL {
        text.push_str(&format!("| {} | {} |\n", topic.id, topic.title));
    }
    text.push_str("\n## Codes of replies\n\n| code | |\n|---|---|\n");
    for known in replies::ALL {
        text.push_str(&format!("| {} | {} |\n", known.code, known.title));
    }
    for rule in rules::ALL {
        if let Some((_, group)) = GROUPS.iter().find(|(first, _)| *first == rule.id) {
            text.push_str(&format!("\n## {group}\n\n| finding | |\n|---|---|\n"));
        }
        text.push_str(&format!("| {} | {} |\n", rule.id, rule.title));
    }
    text
}

fn of_finding(rule: &Rule) -> String {
    format!("# {}: {}\n\n{}", rule.id, rule.title, rule.article)
}

/// What the words of this very reply tell, then what is known of its code.
fn of_reply(reply: &Reply) -> String {
    let known = replies::with_code(reply.code);
    let mut text = String::new();
    if !reply.message().is_empty() {
        text.push_str(&pasted::words_of(reply, known.map_or("", |known| known.article)));
    }
    match known {
        Some(known) => text.push_str(&format!("# {}: {}\n\n{}{WHOSE_WORD}", known.code, known.title, known.article)),
        None => {
            let digits = replies::digits(reply.code);
            text.push_str(&format!("# {}: a code without an article\n\n{digits}\n\n", reply.code));
            text.push_str("`ftpmode explain replies` tells how codes are built, and `ftpmode explain` lists those with an article.\n");
        }
    }
    text
}

/// Words that hold this one, else words that are spelt alike.
fn nearest(word: &str) -> Vec<&'static str> {
    let topics = topics::ALL.iter().flat_map(|topic| std::iter::once(&topic.id).chain(topic.aliases)).copied();
    let known: Vec<&'static str> = topics.chain(rules::ALL.iter().map(|rule| rule.id)).collect();
    let holding: Vec<&str> = known.iter().filter(|id| word.len() > 2 && id.contains(word)).copied().collect();
    if !holding.is_empty() {
        return holding.into_iter().take(MOST_OFFERED).collect();
    }
    let likeness = |id: &str| strsim::jaro_winkler(word, id);
    let mut alike: Vec<&str> = known.into_iter().filter(|id| likeness(id) >= ALIKE).collect();
    alike.sort_by(|a, b| likeness(b).total_cmp(&likeness(a)));
    alike.truncate(MOST_OFFERED);
    alike
}

/// The products whose words these are, as their makers write them; empty where nobody is known to say so.
fn speakers(reply: &Reply) -> Vec<&'static str> {
    dialect::speakers(reply).into_iter().map(crate::servers::name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_finding_stands_in_a_group() {
        let firsts: Vec<_> = rules::ALL.iter().filter(|rule| GROUPS.iter().any(|(id, _)| *id == rule.id)).collect();
        let in_order: Vec<_> = GROUPS.iter().map(|(id, _)| *id).collect();
        assert_eq!(firsts.iter().map(|rule| rule.id).collect::<Vec<_>>(), in_order);
        assert_eq!(rules::ALL[0].id, in_order[0]);
    }

    #[test]
    fn one_word_means_one_thing() {
        let topics = topics::ALL.iter().flat_map(|topic| std::iter::once(&topic.id).chain(topic.aliases)).copied();
        let mut words: Vec<&str> = topics.chain(rules::ALL.iter().map(|rule| rule.id)).collect();
        let count = words.len();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), count);
    }

    #[test]
    fn a_word_half_remembered_is_offered() {
        assert_eq!(nearest("stalled"), ["transfer-stalled"]);
        assert_eq!(nearest("pasive")[0], "passive");
        assert_eq!(nearest("wich-mode")[0], "which-mode");
        assert_eq!(nearest("xyzzy"), [""; 0]);
    }
}
