//! The report on a terminal.

use super::Format;
use crate::report::{Report, Style, escape};

pub static FORMAT: Format = Format { id: "text", help: "a report to read, for a terminal", render };

fn render(report: &Report, style: &Style) -> String {
    escape::visible(&report.verdict.summary, style) + "\n"
}
