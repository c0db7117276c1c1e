//! What a rule is.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::evidence::attempt::Probe;
use crate::evidence::facts::{Cite, Facts};

/// One cause that a check can find: a line of the contract, and how it is concluded.
#[derive(Debug)]
pub struct Rule {
    /// The finding's id, kebab-case. Never renamed.
    pub id: &'static str,
    /// The condition in a few words: "the passive port is dropped".
    pub title: &'static str,
    /// What it means, what it looks like, what it is told apart from, how it is mended: `ftpmode explain ID`.
    pub article: &'static str,
    /// Ids of causes that look alike from the client; a report says which of them are ruled out.
    pub neighbours: &'static [&'static str],
    pub test: fn(&Facts) -> Match,
    /// What would settle the rule, or make it surer, while it is not ruled out; empty where nothing would. Called again
    /// after each, so a rule that wants three tries asks while it has seen fewer.
    pub asks: fn(&Facts) -> Vec<Probe>,
}

/// What a rule says of the evidence.
#[derive(Clone, Debug)]
pub enum Match {
    Fires(Conclusion),
    /// Excluded, and by what.
    RuledOut(Vec<Cite>),
    /// The evidence tells neither, and why.
    Undecided(&'static str),
}

/// What a firing rule concludes.
#[derive(Clone, Debug)]
pub struct Conclusion {
    pub severity: Severity,
    pub side: Side,
    pub confidence: Confidence,
    /// One sentence, with the addresses and ports of this case in it.
    pub summary: String,
    pub cites: Vec<Cite>,
    pub fixes: Vec<Fix>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Nothing needs mending.
    Info,
    Warning,
    Error,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Side {
    Client,
    Server,
    Network,
    Unknown,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Confidence {
    Low,
    Medium,
    High,
}

/// What would make it better.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Fix {
    pub side: Side,
    /// What to do, in one short sentence.
    pub action: String,
    /// The exact setting, port or address.
    pub detail: String,
}

impl Side {
    /// Where to mend it, at the beginning of a sentence.
    pub fn place(self) -> &'static str {
        match self {
            Side::Client => "On the client's side",
            Side::Server => "On the server's side",
            Side::Network => "In the network",
            Side::Unknown => "On either side",
        }
    }
}

impl Fix {
    /// A sentence or two: a detail is either a phrase or a sentence of its own.
    pub fn sentence(&self) -> String {
        let (action, detail) = (self.action.trim_end_matches('.'), self.detail.trim_end_matches('.'));
        match detail.chars().next() {
            None => format!("{action}."),
            Some(first) if first.is_uppercase() => format!("{action}. {detail}."),
            Some(_) => format!("{action}: {detail}."),
        }
    }

    pub fn client(action: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { side: Side::Client, action: action.into(), detail: detail.into() }
    }

    pub fn server(action: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { side: Side::Server, action: action.into(), detail: detail.into() }
    }

    pub fn network(action: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { side: Side::Network, action: action.into(), detail: detail.into() }
    }
}

/// For rules that no further probe would settle.
pub fn asks_nothing(_: &Facts) -> Vec<Probe> {
    Vec::new()
}
