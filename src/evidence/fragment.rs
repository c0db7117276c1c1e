//! The beginning of a command, sent in a segment of its own.
//!
//! Linux's FTP helper drops a segment that begins PORT and ends within it (nf_conntrack_ftp, since 2.6), so that it is
//! never acknowledged, while any other fragment is in a round trip.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One fragment and what became of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Fragment {
    /// What was sent: `POR`, or `NOO` to compare it with.
    pub text: String,
    /// How far it was allowed to go; all the way without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ttl: Option<u8>,
    /// From sending to the answer, or to the end of the waiting.
    pub ms: f64,
    pub fate: Fate,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Fate {
    Acknowledged,
    /// Sent again, twice and more, in vain.
    Unacknowledged,
    /// A router reported that its time was exceeded there.
    TimeExceeded,
    /// The connection was not to be had, or ended first.
    Lost,
}
