//! The log that evidence was read from.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a log was, and those of its lines that events rest on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Log {
    /// Which program wrote it, by its id, where its words give it away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub program: Option<String>,
    /// That program's version, as it names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    #[serde(default)]
    pub writer: Writer,
    /// Whether its lines tell their times, so that a wait can be told from an answer at once.
    #[serde(default)]
    pub timed: bool,
    /// How many lines it has.
    pub lines: u32,
    /// How many data connections were left out, since so many others went the same way.
    #[serde(default)]
    pub left_out: u32,
    /// The line in which the client says that nobody can route to the address in 227, which its log need not show.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unroutable: Option<u32>,
    /// The server's address was written over before the log was pasted: it is none that anybody may see.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub masked: bool,
    /// The line in which the client says that a listing or a file came, where the log shows no data connection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub got: Option<u32>,
    /// The line in which one server's passive address is handed to another: a transfer between two servers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub between_servers: Option<u32>,
    /// The lines that events rest on; passwords in them are masked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub quotes: Vec<Quote>,
}

/// Whose log it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Writer {
    #[default]
    Client,
    Server,
}

/// One line of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Quote {
    /// Counted from 1.
    pub line: u32,
    pub text: String,
}

impl Log {
    /// The line with this number, where an event rests on it.
    pub fn quote(&self, line: u32) -> Option<&str> {
        let at = self.quotes.binary_search_by_key(&line, |quote| quote.line).ok()?;
        self.quotes.get(at).map(|quote| quote.text.as_str())
    }
}
