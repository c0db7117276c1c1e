//! The contract's object, indented for reading.

use super::Format;
use crate::report::escape;

pub static FORMAT: Format = Format {
    id: "json",
    help: "one JSON object, indented (its schema: ftpmode schema)",
    stands_alone: false,
    together: None,
    // A report holds nothing that JSON can't: string keys, numbers, text.
    render: |report, _| escape::json(&serde_json::to_string_pretty(report).unwrap_or_default()) + "\n",
};
