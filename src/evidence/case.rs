//! The file form of evidence: TOML, with an optional `[expect]` that turns it into a test.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::Evidence;

/// A saved check, and what a diagnosis of it must say.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    pub evidence: Evidence,
    pub expect: Option<Expect>,
}

/// What a diagnosis must say of a case. Lists hold finding ids.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Expect {
    pub fires: Vec<String>,
    pub ruled_out: Vec<String>,
    pub undecided: Vec<String>,
    pub recommendation: String,
    /// The side of the first finding that is no info, where one side is to blame.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub side: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exit: Option<u8>,
}

/// Why a file is no case.
#[derive(Debug, Error)]
pub enum BadCase {
    #[error("it is not TOML of the form that --save writes")]
    Toml(#[source] toml::de::Error),
    #[error("it is not a JSON report of ftpmode")]
    Json(#[source] serde_json::Error),
    #[error("it can't be written as TOML")]
    Write(#[source] toml::ser::Error),
}

impl Case {
    /// Reads what [`Case::to_toml`] wrote, or what was written by hand in its form.
    pub fn from_toml(text: &str) -> Result<Self, BadCase> {
        let mut table: toml::Table = toml::from_str(text).map_err(BadCase::Toml)?;
        let expect = table.remove("expect").map(toml::Value::try_into).transpose().map_err(BadCase::Toml)?;
        let evidence = table.try_into().map_err(BadCase::Toml)?;
        Ok(Self { evidence, expect })
    }

    /// The evidence in a JSON report.
    fn from_json_report(text: &str) -> Result<Self, BadCase> {
        #[derive(Deserialize)]
        struct Report {
            evidence: Evidence,
        }
        let report: Report = serde_json::from_str(text).map_err(BadCase::Json)?;
        Ok(Self { evidence: report.evidence, expect: None })
    }

    /// Reads either form: a JSON report begins with a brace, TOML never does.
    pub fn from_text(text: &str) -> Result<Self, BadCase> {
        if text.trim_start().starts_with('{') { Self::from_json_report(text) } else { Self::from_toml(text) }
    }

    pub fn to_toml(&self) -> Result<String, BadCase> {
        let mut text = toml::to_string_pretty(&self.evidence).map_err(BadCase::Write)?;
        if let Some(expect) = &self.expect {
            let expect = toml::to_string_pretty(expect).map_err(BadCase::Write)?;
            text = format!("{text}\n[expect]\n{expect}");
        }
        Ok(text)
    }
}
