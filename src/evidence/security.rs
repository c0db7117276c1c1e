//! What guards the two connections (RFC 4217), and the certificate that the server showed.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What the control connection is, or shall be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Security {
    #[default]
    Plain,
    /// AUTH TLS (RFC 4217).
    ExplicitTls,
    /// TLS from the first byte, port 990.
    ImplicitTls,
}

/// When the control connection is to be encrypted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Wanted {
    /// Where the server offers it or demands it.
    #[default]
    Auto,
    Off,
    Explicit,
    Implicit,
    /// In plain first, then with AUTH TLS.
    Both,
}

/// What guards one data connection, and the control connection it is negotiated on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Protection {
    /// Neither is encrypted.
    #[default]
    Plain,
    /// The control connection alone (PROT C).
    Clear,
    /// Both (PROT P), and the data connection offers to resume the control connection's session.
    Private,
    /// Both, and the data connection begins a session of its own.
    NewSession,
    /// Both, with TLS 1.2 and nothing newer.
    Tls12,
}

/// How a handshake or an encrypted connection broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Broken {
    /// The other side sent an alert, and which.
    Alert,
    /// The two sides have no version, cipher or signature in common.
    Incompatible,
    /// What came is no TLS.
    NotTls,
    /// The other side ended the connection in the middle of the handshake.
    Closed,
    /// An RST.
    Reset,
    /// The connection ended in the middle of a record.
    CutRecord,
    /// What came breaks the rules of TLS.
    Invalid,
}

/// What the server showed for itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Certificate {
    pub subject: String,
    pub issuer: String,
    /// The names and addresses it is for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<String>,
    /// RFC 3339, UTC.
    pub not_before: String,
    pub not_after: String,
    /// The subjects of the certificates that came behind it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub chain: Vec<String>,
    /// Why this computer does not trust it, if it does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub distrust: Option<Distrust>,
}

/// Why a certificate is not trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Distrust {
    /// The server signed it itself.
    SelfSigned,
    /// No authority that this computer knows signed it, or a certificate between is missing.
    UnknownIssuer,
    Expired,
    NotYetValid,
    /// It is for other names than the one asked for.
    WrongName,
    Revoked,
    /// This computer has no list of authorities.
    NoAuthorities,
    /// Another fault in it.
    Other,
}

const BROKEN: &[(Broken, &str)] = &[
    (Broken::Alert, "alert"),
    (Broken::Incompatible, "incompatible"),
    (Broken::NotTls, "not-tls"),
    (Broken::Closed, "closed"),
    (Broken::Reset, "reset"),
    (Broken::CutRecord, "cut-record"),
    (Broken::Invalid, "invalid"),
];

impl Broken {
    pub fn named(name: &str) -> Option<Self> {
        BROKEN.iter().find(|(_, known)| *known == name).map(|(broken, _)| *broken)
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(BROKEN.iter().find(|(broken, _)| broken == self).map_or("", |(_, name)| name))
    }
}

impl Security {
    pub fn is_plain(&self) -> bool {
        *self == Security::Plain
    }
}

impl Wanted {
    pub fn is_auto(&self) -> bool {
        *self == Wanted::Auto
    }
}

impl Protection {
    pub fn is_plain(&self) -> bool {
        *self == Protection::Plain
    }

    /// Whether it is what a client would have by itself, and no experiment.
    pub fn is_usual(self) -> bool {
        !matches!(self, Protection::NewSession | Protection::Tls12)
    }

    /// Whether the data connection is encrypted.
    pub fn encrypts_data(self) -> bool {
        matches!(self, Protection::Private | Protection::NewSession | Protection::Tls12)
    }
}
