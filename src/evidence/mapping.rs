//! A port that this side's router was asked to pass on (PCP RFC 6887, NAT-PMP RFC 6886, UPnP IGD).

use std::net::SocketAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One request for a mapping.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// `pcp or nat-pmp`, `upnp`.
    pub protocol: String,
    #[schemars(with = "String")]
    pub router: std::net::IpAddr,
    /// Where we listen.
    #[schemars(with = "String")]
    pub inside: SocketAddr,
    /// The router's port that leads there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outside_port: Option<u16>,
    /// The router's own address outside, as it tells it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub outside_address: Option<std::net::IpAddr>,
    /// Why there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
    /// Seconds that the port stays open where nobody takes it away; null where the router opened none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lifetime_s: Option<u32>,
    /// Whether the router took it away again when asked.
    #[serde(default)]
    pub removed: bool,
}

impl Mapping {
    /// For how many seconds at most the port may stay open; `None` where the router opened none, or closed it again.
    pub fn left_open_s(&self) -> Option<u32> {
        self.lifetime_s.filter(|_| !self.removed)
    }
}
