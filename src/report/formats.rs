//! Every form a report can take: one file each. This table is the only list; `--format` and `--help` read it.

use super::{Report, Style};

mod html;
mod json;
mod letter;
mod markdown;
pub mod nagios;
mod ndjson;
mod text;

pub use text::{columns, wrap};

/// One form of a report.
#[derive(Debug)]
pub struct Format {
    /// The word after `--format`.
    pub id: &'static str,
    /// One line for `--help`.
    pub help: &'static str,
    /// Two after one another are no longer of this form.
    pub stands_alone: bool,
    /// The whole output for one target, its last line ended.
    pub render: fn(&Report, &Style) -> String,
    /// A monitoring plugin's: one output for all targets, made when the last is finished, with the exit status of each; a
    /// warning counts there.
    pub together: Option<Together>,
}

/// All reports, each with its exit status.
pub type Together = fn(&[(&Report, u8)], &Style) -> String;

/// The first is the default.
pub static ALL: &[&Format] = &[
    &text::FORMAT,
    &markdown::FORMAT,
    &html::FORMAT,
    &letter::FORMAT,
    &json::FORMAT,
    &ndjson::FORMAT,
    &nagios::FORMAT,
];

/// The format with this id.
pub fn with_id(id: &str) -> Option<&'static Format> {
    ALL.iter().find(|format| format.id == id).copied()
}

/// The report in this form.
pub fn render(format: &Format, report: &Report, style: &Style) -> String {
    (format.render)(report, style)
}
