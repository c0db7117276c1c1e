//! What was seen, never why.
//!
//! Invariants: pure (no clock, socket or environment), and without opinion: an event says that nothing came for
//! 3.6 s, not that something was blocked. [`Evidence`] has one serde form, which is the case files' TOML, the
//! report's `evidence` and what `check --save` writes.

#![deny(clippy::disallowed_types, clippy::disallowed_methods)]

use std::fmt::Write;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub mod address;
pub mod attempt;
pub mod case;
pub mod facts;
pub mod fragment;
pub mod import;
pub mod log;
pub mod mapping;
pub mod observed;
pub mod redact;
pub mod security;
pub mod sweep;
pub mod target;
pub mod timeline;

use attempt::{Address, Attempt, DataVerb, Load};
use fragment::Fragment;
use log::Log;
use mapping::Mapping;
use security::{Certificate, Protection, Security, Wanted};
use sweep::Sweep;
use timeline::Event;

/// Everything that was seen of one target.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    #[serde(default)]
    pub source: Source,
    /// RFC 3339, UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<String>,
    #[serde(default)]
    pub duration_ms: f64,
    pub target: TargetAsked,
    #[serde(default)]
    pub asked: Asked,
    #[serde(default)]
    pub resolution: Resolution,
    /// Control connections that were dialled and not joined.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dials: Vec<Dial>,
    /// Control connections in the order they were opened.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub controls: Vec<Control>,
    /// Data connections in the order they were begun.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attempts: Vec<Outcome>,
    /// Connections with a limited time to live, in the order they were begun.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sweeps: Vec<Sweep>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_tried: Vec<NotTried>,
    /// Beginnings of commands, sent alone to see whether they are acknowledged.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fragments: Vec<Fragment>,
    /// A file that was uploaded, or begun, and could not be deleted for sure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left_behind: Option<String>,
    /// Ports that the router was asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mappings: Vec<Mapping>,
    /// Why the router was asked for none where that was wanted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_mapped: Option<String>,
    /// Whether packets were watched at this computer's network interface.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub watched: bool,
    /// What the checking computer's system gives no program a way to do.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_possible: Vec<NotPossible>,
    /// Whether placeholders stand for addresses, hosts, users and paths.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub redacted: bool,
    /// Why no sweep was made where one was wanted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_located: Option<String>,
    /// Why no further passive port was tried where one was wanted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_sampled: Option<String>,
    /// Why the check ended before its plan did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cut_short: Option<CutShort>,
    /// The log that it was read from; null where it was measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log: Option<Log>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// Measured by this tool.
    #[default]
    Probe,
    /// Read from a client's log.
    Log,
}

/// The target as it was asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TargetAsked {
    /// As typed, a password in it masked.
    pub input: String,
    pub host: String,
    pub port: u16,
}

/// The settings that the outcome depends on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Asked {
    /// The user name; null is anonymous.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// The methods asked for; empty stands for all that fit the address family.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub methods: Vec<DataVerb>,
    /// When the control connection is to be encrypted.
    #[serde(skip_serializing_if = "Wanted::is_auto")]
    pub tls: Wanted,
    /// Data connections are not to be encrypted (PROT C).
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub clear_data: bool,
    /// A password may go to a server that nobody vouches for.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub insecure: bool,
    /// Whether a private address in 227 may be dialled.
    pub trust_pasv_address: bool,
    /// So many passive ports are to be tried; as many as the diagnosis wants without.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub samples: Option<u8>,
    /// Bytes of the large transfer that is to be tried.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transfer_size: Option<u64>,
    /// Whether a file may be uploaded and deleted.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub upload: bool,
    /// How long the control connection was to be kept quiet, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idle_ms: Option<f64>,
    /// Whether the router may be asked for a port.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub port_mapping: bool,
    /// Also probes that would not change the recommendation.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub thorough: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retrieve: Option<String>,
    /// The address that PORT and EPRT name instead of our own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub active_address: Option<IpAddr>,
}

/// What the name led to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Resolution {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub addresses: Vec<IpAddr>,
    /// The resolver's words where it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// The line of the log that tells of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
}

/// A control connection that was dialled and not joined.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Dial {
    #[schemars(with = "String")]
    pub address: SocketAddr,
    pub events: Vec<Event>,
}

/// A control connection.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Control {
    #[schemars(with = "String")]
    pub local: SocketAddr,
    #[schemars(with = "String")]
    pub peer: SocketAddr,
    /// How long the TCP handshake took: a round trip.
    #[serde(default)]
    pub connect_ms: f64,
    /// What it ended up with.
    #[serde(default, skip_serializing_if = "Security::is_plain")]
    pub security: Security,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<Certificate>,
    /// The client's address as a server's log names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<IpAddr>,
    /// The greeting, the login, and all that belongs to no data connection.
    pub events: Vec<Event>,
}

/// One data connection's story.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    pub verb: DataVerb,
    #[serde(default)]
    pub address: Address,
    #[serde(default, skip_serializing_if = "Load::is_usual")]
    pub load: Load,
    #[serde(default, skip_serializing_if = "Protection::is_plain")]
    pub protection: Protection,
    /// The control connection it was negotiated on: an index into `controls`.
    #[serde(default)]
    pub control: usize,
    /// Not to be judged: its command went out together with others and it was made again alone, it never had its turn, or
    /// it only lent its port to a sweep.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub set_aside: bool,
    pub events: Vec<Event>,
}

/// A data connection that was planned and not begun.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NotTried {
    pub verb: DataVerb,
    #[serde(default)]
    pub address: Address,
    #[serde(default, skip_serializing_if = "Load::is_usual")]
    pub load: Load,
    #[serde(default, skip_serializing_if = "Protection::is_plain")]
    pub protection: Protection,
    pub because: String,
}

/// What a system may give no program a way to do, so that what it would show stays open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum NotPossible {
    /// To watch packets at the network interface.
    WatchingPackets,
    /// To see which bytes of a connection were acknowledged: the search for a firewall's FTP helper.
    SeeingAcknowledgements,
}

/// What ended a check early.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CutShort {
    Deadline,
    Interrupted,
}

impl Evidence {
    /// The moment so many milliseconds after the beginning, by the checking computer's clock:
    /// `2026-11-24T03:26:14.337Z`. Unknown where the beginning is.
    pub fn instant(&self, at_ms: f64) -> Option<String> {
        let begun = humantime::parse_rfc3339(self.started_at.as_deref()?).ok()?;
        let later = begun.checked_add(Duration::try_from_secs_f64(at_ms / 1000.0).ok()?)?;
        let mut text = String::new();
        // Beyond the year 9999 there is no such form.
        write!(text, "{}", humantime::format_rfc3339_millis(later)).ok()?;
        Some(text)
    }

    /// Whether a log ends in the middle of a data connection: the last thing it tells of is that one was asked for.
    pub fn log_cuts_off(&self) -> bool {
        let Some(last) = self.attempts.last().filter(|_| self.log.is_some()) else { return false };
        let Some(end) = last.events.last().filter(|event| matches!(event.what, timeline::What::CutShort)) else {
            return false;
        };
        let control = self.controls.get(last.control).into_iter().flat_map(|control| &control.events);
        end.line.is_some() && control.filter_map(|event| event.line).max() <= end.line
    }
}

impl Outcome {
    pub fn attempt(&self) -> Attempt {
        Attempt { verb: self.verb, address: self.address, load: self.load, protection: self.protection }
    }
}

impl NotTried {
    pub fn attempt(&self) -> Attempt {
        Attempt { verb: self.verb, address: self.address, load: self.load, protection: self.protection }
    }
}
