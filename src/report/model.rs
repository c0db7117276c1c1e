//! The contract's object: what `--format json` prints, and what every other format is made from.
//!
//! Invariants: unknown is `null`, never an empty string. Times are milliseconds, with the unit in the name. Names are
//! never changed, only added to.

use schemars::JsonSchema;
use serde::Serialize;

use crate::diagnosis::comparison::Comparison;
use crate::diagnosis::handover::Handover;
use crate::diagnosis::rule::{Confidence, Fix, Severity, Side};
use crate::diagnosis::verdict::Recommendation;
use crate::evidence::attempt::{Address, DataVerb, Load, Mode};
use crate::evidence::facts::{Cause, Direction, Stage};
use crate::evidence::security::{Certificate, Protection, Security};
use crate::evidence::{Evidence, Source};

/// Everything that was seen of one target, and what was concluded.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Report {
    pub schema_version: String,
    pub tool: Tool,
    pub source: Source,
    pub target: Target,
    /// RFC 3339, UTC.
    pub started_at: Option<String>,
    pub duration_ms: f64,
    pub control: ControlConnection,
    pub directions: Directions,
    pub path: Path,
    /// The passive ports that the server named: what its range is about.
    pub passive_ports: PassivePorts,
    /// Every data connection tried, in order, and after them those that were not.
    pub attempts: Vec<DataConnection>,
    pub findings: Vec<Finding>,
    /// Neighbouring causes that the evidence excludes.
    pub ruled_out: Vec<Open>,
    /// What nobody looked at.
    pub not_tested: Vec<Open>,
    /// What well-known clients would do here.
    pub forecast: Vec<Forecast>,
    /// The id of the client that was asked for, which stands first among the forecasts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub for_client: Option<String>,
    pub verdict: Verdict,
    /// What it is held against, by `compare`; null elsewhere.
    pub comparison: Option<Comparison>,
    /// Everything that was seen, in the form of the case files.
    pub evidence: Evidence,
}

impl Report {
    /// The same for whoever asks for one client: its forecast comes first.
    pub fn for_client(mut self, id: &str) -> Self {
        if let Some(at) = self.forecast.iter().position(|forecast| forecast.client == id) {
            self.forecast[..=at].rotate_right(1);
        }
        self.for_client = Some(id.to_owned());
        self
    }

    /// The data connections that the verdict rests on: what went in plain beside TLS is there to compare, and an
    /// experiment is nothing that a client would do.
    pub fn judged(&self) -> impl Iterator<Item = &DataConnection> {
        let plain = self.target.security.is_plain();
        self.attempts
            .iter()
            .filter(move |attempt| attempt.protection.is_plain() == plain && attempt.protection.is_usual())
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Tool {
    pub name: String,
    pub version: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Target {
    /// As typed, a password in it masked.
    pub input: String,
    pub host: String,
    pub port: u16,
    /// The address that answered.
    pub address: Option<String>,
    /// What the control connection ended up with.
    pub security: Security,
}

#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ControlConnection {
    /// Greeted and logged in.
    pub works: bool,
    /// How far it came.
    pub stage: ControlStage,
    /// What ended it there; null where it works, and where a log does not tell it.
    pub cause: Option<Cause>,
    /// The text of the 220 greeting.
    pub banner: Option<String>,
    /// The recognised product.
    pub server: Option<String>,
    pub local_address: Option<String>,
    pub peer_address: Option<String>,
    /// This client's address as the server reports it.
    pub seen_by_server: Option<String>,
    pub connect_ms: Option<f64>,
    pub rtt_ms: Option<f64>,
    /// `TLSv1.3`; null in plain.
    pub tls_version: Option<String>,
    /// What the server showed for itself; null in plain.
    pub certificate: Option<Certificate>,
}

/// How far the control connection came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ControlStage {
    /// The name had not led to an address.
    Resolve,
    Connect,
    /// Connected, and not greeted.
    Greet,
    Login,
    Complete,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Directions {
    /// Data connections from here to the server (passive).
    pub outbound: Direction,
    /// Data connections from the server to here (active).
    pub inbound: Direction,
}

/// What lies between the two ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Path {
    pub client_nat: Known,
    pub server_nat: Known,
    /// Whether something on the way reads and rewrites PORT; one that was not seen is unknown, never "no".
    pub helper: Known,
    pub hops: Vec<Hop>,
    /// The smallest TTL at which the control port answers.
    pub control_distance: Option<u8>,
    /// Whether the server is just so far; false where it may be nearer, as no router right before it was seen.
    pub control_distance_exact: Option<bool>,
    /// The largest TTL at which a router still reported time-exceeded for the failing data port.
    pub blocked_after: Option<u8>,
    /// The smallest TTL at which an RST or an ICMP refusal came for it.
    pub answered_by: Option<u8>,
    /// The hops that the FTP helper stands at one of; 0 is this computer.
    pub helper_between: Option<Between>,
    /// The hops at one of which passive connections end; 0 is this computer.
    pub blocked_between: Option<Between>,
    /// The same of the server's connections to this computer, where the other end told how far its packets come.
    pub callback_between: Option<Between>,
    /// The address that the server names as its own, where it is another than it is reached at.
    pub server_inside: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Known {
    Yes,
    No,
    Unknown,
}

/// From this hop to that, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Between {
    pub from: u8,
    pub to: u8,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Hop {
    pub ttl: u8,
    pub address: String,
}

/// Passive ports.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PassivePorts {
    pub seen: Vec<u16>,
    pub lowest: Option<u16>,
    pub highest: Option<u16>,
}

/// One data connection.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "Attempt")]
pub struct DataConnection {
    pub method: DataVerb,
    /// Which address was dialled, or named in PORT and EPRT.
    pub address: Address,
    pub mode: Mode,
    /// What it carries; left out where that is the listing or the file that the user named, as it comes.
    #[serde(default, skip_serializing_if = "Load::is_usual")]
    pub load: Load,
    /// What guards it, and the control connection it is negotiated on.
    pub protection: Protection,
    /// True only when bytes arrived, or an empty listing was completed, and the server confirmed with 2xx.
    pub works: bool,
    /// How far it came.
    pub stage: Stage,
    /// What ended it there; null where it works.
    pub cause: Option<Cause>,
    /// The event that ended it, in words; for one that was not tried, the reason.
    pub ended_by: Option<String>,
    /// The endpoint that PASV, EPSV, PORT or EPRT named.
    pub advertised: Option<String>,
    /// Passive: the endpoint that was tried.
    pub dialled: Option<String>,
    pub connected: Option<Ends>,
    /// RFC 3339, UTC: when its command was sent.
    pub started_at: Option<String>,
    pub replies: Vec<Reply>,
    pub bytes: u64,
    pub negotiate_ms: Option<f64>,
    pub connect_ms: Option<f64>,
    pub transfer_ms: Option<f64>,
    /// How long nothing came, where silence ended it.
    pub silent_ms: Option<f64>,
    /// Active: the server's connection was seen to reach this computer, and its own firewall stopped it.
    #[serde(skip_serializing_if = "is_false")]
    #[schemars(default)]
    pub stopped_here: bool,
    /// Active: the server's connection was seen to reach this computer, which answered it, and did not come about.
    #[serde(skip_serializing_if = "is_false")]
    #[schemars(default)]
    pub answered_here: bool,
    /// Active: the server's connection was seen to reach this computer when it was not waited for any more.
    #[serde(skip_serializing_if = "is_false")]
    #[schemars(default)]
    pub came_late: bool,
    /// The check itself stopped the transfer, since enough had come: what the server says afterwards answers that.
    #[serde(skip_serializing_if = "is_false")]
    #[schemars(default)]
    pub stopped_by_check: bool,
    /// The check was ended while it was under way.
    #[serde(skip_serializing_if = "is_false")]
    #[schemars(default)]
    pub cut_short: bool,
}

impl DataConnection {
    /// Whether it was begun and anything is told of it, be that how far it came when the check was ended.
    pub fn was_begun(&self) -> bool {
        self.cause != Some(Cause::NotTried) || self.cut_short
    }
}

fn is_false(value: &bool) -> bool {
    !value
}

/// The endpoints of a connection that was joined.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Ends {
    pub local: String,
    pub peer: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Reply {
    pub code: u16,
    /// Without the code; the lines of a long reply joined by a blank.
    pub text: String,
}

/// What was concluded.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Finding {
    pub id: String,
    pub severity: Severity,
    pub side: Side,
    pub confidence: Confidence,
    pub summary: String,
    /// Each a thing that was seen: a reply, an address, a time.
    pub evidence: Vec<String>,
    pub fixes: Vec<Fix>,
}

/// A cause that is excluded, or that nobody looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "Cause")]
pub struct Open {
    pub id: String,
    /// The cause in a few words, where it is one that ftpmode can find.
    pub title: Option<String>,
    pub because: String,
}

/// What a client would do here by its own rules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Forecast {
    /// Its id.
    pub client: String,
    /// Whether it lists; null where what it would do was not tried.
    pub works: Option<bool>,
    pub why: String,
    /// The setting that makes it work.
    pub setting: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Verdict {
    pub recommendation: Recommendation,
    /// The mode to set in a client now: of two that move data the one that did so each time; null where none does.
    pub use_now: Option<Mode>,
    pub confidence: Confidence,
    /// One sentence a customer understands.
    pub summary: String,
    /// What would make it better, the most useful first.
    pub fixes: Vec<Fix>,
    /// How to check again to learn what this check left open; null where nothing would.
    pub again: Option<String>,
    /// What to send to whoever must act; null where nothing needs mending.
    pub handover: Option<Handover>,
    /// What `ftpmode recipe` takes for the steps of these fixes.
    pub recipes: Vec<String>,
}
