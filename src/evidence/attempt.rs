//! A planned data connection.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::security::Protection;

/// The command that negotiates a data connection. The verb, since "active" flips with the viewpoint;
/// [`DataVerb::mode`] gives the user's word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DataVerb {
    Pasv,
    Epsv,
    Port,
    Eprt,
}

/// Who opens the data connection, as the user says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// The client connects to the server.
    Passive,
    /// The server connects to the client.
    Active,
}

/// Which address the data connection is dialled at (passive), or which one PORT or EPRT names (active).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Address {
    /// Passive: the control connection's peer, whatever 227 says.
    #[default]
    ControlPeer,
    /// Passive: the address in 227.
    Advertised,
    /// Active: the control connection's own end.
    Local,
    /// Active: an address that the user gave.
    Given,
    /// Active: the address that the server sees this computer at.
    ServerSeen,
    /// Active: the same, with a port that the router passes on because it was asked to.
    Mapped,
}

/// What a data connection carries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Load {
    /// The listing, or the file that the user named.
    #[default]
    Usual,
    /// A large file.
    Large,
    /// A large file in segments of [`SMALL_SEGMENT`] bytes, which nearly every link takes.
    LargeInSmallSegments,
    /// The listing once more, in such segments, where its first data connection stood and its bytes did not come.
    UsualInSmallSegments,
    /// A file that is written, measured and deleted.
    Upload,
    /// The same in such segments.
    UploadInSmallSegments,
}

/// The segment size in bytes that every IPv4 host must take (RFC 9293 section 3.7.1).
pub const SMALL_SEGMENT: u32 = 536;

/// One data connection to try.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Attempt {
    pub verb: DataVerb,
    #[serde(default)]
    pub address: Address,
    #[serde(default)]
    pub load: Load,
    #[serde(default)]
    pub protection: Protection,
}

impl Load {
    pub fn is_usual(&self) -> bool {
        *self == Load::Usual
    }

    /// Whether it is written to the server.
    pub fn is_upload(self) -> bool {
        matches!(self, Load::Upload | Load::UploadInSmallSegments)
    }

    /// Whether it is what every client moves: a listing or a file, as it comes.
    pub fn names_no_large_file(self) -> bool {
        matches!(self, Load::Usual | Load::UsualInSmallSegments)
    }

    /// The same in small segments.
    pub fn in_small_segments(self) -> Self {
        match self {
            Load::Usual | Load::UsualInSmallSegments => Load::UsualInSmallSegments,
            Load::Large | Load::LargeInSmallSegments => Load::LargeInSmallSegments,
            Load::Upload | Load::UploadInSmallSegments => Load::UploadInSmallSegments,
        }
    }

    /// The bytes that its segments are limited to.
    pub fn segment(self) -> Option<u32> {
        (self.in_small_segments() == self).then_some(SMALL_SEGMENT)
    }
}

/// What a check can do to learn more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Probe {
    Data(Attempt),
    /// The search for an FTP helper on the way, on a connection of its own.
    Helper,
    /// The router is asked for a port, and active mode tried through it.
    PortMapping,
}

impl From<Attempt> for Probe {
    fn from(attempt: Attempt) -> Self {
        Probe::Data(attempt)
    }
}

impl DataVerb {
    /// The order they are tried in.
    pub const ALL: [DataVerb; 4] = [DataVerb::Pasv, DataVerb::Epsv, DataVerb::Port, DataVerb::Eprt];

    pub fn mode(self) -> Mode {
        match self {
            DataVerb::Pasv | DataVerb::Epsv => Mode::Passive,
            DataVerb::Port | DataVerb::Eprt => Mode::Active,
        }
    }

    /// As on the wire: `PASV`.
    pub fn name(self) -> &'static str {
        match self {
            DataVerb::Pasv => "PASV",
            DataVerb::Epsv => "EPSV",
            DataVerb::Port => "PORT",
            DataVerb::Eprt => "EPRT",
        }
    }

    /// Whether its argument and reply can hold an IPv6 address: PASV and PORT can't (RFC 2428 section 1).
    pub fn fits_ipv6(self) -> bool {
        matches!(self, DataVerb::Epsv | DataVerb::Eprt)
    }
}

impl Mode {
    pub const BOTH: [Mode; 2] = [Mode::Passive, Mode::Active];

    pub fn name(self) -> &'static str {
        match self {
            Mode::Passive => "passive",
            Mode::Active => "active",
        }
    }
}

impl Attempt {
    /// The verb with its usual address.
    pub fn usual(verb: DataVerb) -> Self {
        let address = match verb.mode() {
            Mode::Passive => Address::ControlPeer,
            Mode::Active => Address::Local,
        };
        Self::at(verb, address)
    }

    /// The verb with this address, the usual load, and nothing encrypted.
    pub const fn at(verb: DataVerb, address: Address) -> Self {
        Self { verb, address, load: Load::Usual, protection: Protection::Plain }
    }

    /// The same under this protection.
    pub const fn under(self, protection: Protection) -> Self {
        Self { protection, ..self }
    }
}
