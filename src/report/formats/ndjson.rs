//! The contract's object on one line, for many targets.

use super::Format;
use crate::report::escape;

pub static FORMAT: Format = Format {
    id: "ndjson",
    help: "one JSON object a line, each as soon as its target is finished",
    stands_alone: false,
    together: None,
    render: |report, _| escape::json(&serde_json::to_string(report).unwrap_or_default()) + "\n",
};
