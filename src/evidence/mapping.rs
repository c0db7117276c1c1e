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
    /// Whether the router took it away again when asked.
    #[serde(default)]
    pub removed: bool,
}
