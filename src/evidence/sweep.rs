//! Connections with a limited time to live: which router answers for each, and who answers in the end (RFC 1812
//! section 4.3.2.8).
//!
//! A sweep has one line a probe, `TTL MILLISECONDS ANSWER [SENDER]`:
//!
//! ```text
//! 1 0.4 time-exceeded 192.168.1.1
//! 2 0.9 time-exceeded 203.0.113.1
//! 3 300.0 silent
//! 4 1.2 connected
//! ```

use std::borrow::Cow;
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::attempt::DataVerb;
use super::timeline::Icmp;

/// Probes of one port, each with another time to live.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Sweep {
    pub of: Swept,
    #[schemars(with = "String")]
    pub port: SocketAddr,
    pub probes: Vec<TtlProbe>,
}

/// What was swept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Swept {
    /// The control port.
    Control,
    /// A fresh passive port that PASV named, held open meanwhile.
    Pasv,
    /// A fresh passive port that EPSV named, held open meanwhile.
    Epsv,
    /// UDP to a port where nobody listens: who has the server's address says so.
    Udp,
    /// A passive port that refuses, once more: each probe lives as long as any, and takes no answer with less left of its
    /// own life than its TTL.
    ResetTtl,
    /// UDP, as above, to a router that the other end told of, with a life of one hop: is it this computer's own?
    ToldRouter,
}

impl Swept {
    /// The passive port that this verb named.
    pub fn passive(verb: DataVerb) -> Self {
        if verb == DataVerb::Epsv { Swept::Epsv } else { Swept::Pasv }
    }

    pub fn is_passive(self) -> bool {
        matches!(self, Swept::Pasv | Swept::Epsv)
    }
}

/// One probe and its answer.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct TtlProbe {
    /// 1 to 30; what the answer has to have left, for [`Swept::ResetTtl`].
    pub ttl: u8,
    /// From the probe to its answer, or to the end of the waiting.
    pub ms: f64,
    pub answer: Answer,
}

/// What came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    Connected,
    /// An RST.
    Refused,
    Silent,
    Icmp {
        icmp: Icmp,
        from: Option<IpAddr>,
    },
}

impl fmt::Display for TtlProbe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} ", self.ttl, self.ms)?;
        match self.answer {
            Answer::Connected => f.write_str("connected"),
            Answer::Refused => f.write_str("refused"),
            Answer::Silent => f.write_str("silent"),
            Answer::Icmp { icmp, from: None } => f.write_str(icmp.name()),
            Answer::Icmp { icmp, from: Some(router) } => write!(f, "{} {router}", icmp.name()),
        }
    }
}

/// A line that is no probe.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is no probe: it wants a TTL, milliseconds, an answer, and the sender of an ICMP error")]
pub struct BadProbe(String);

impl FromStr for TtlProbe {
    type Err = BadProbe;

    fn from_str(line: &str) -> Result<Self, BadProbe> {
        parse(line).ok_or_else(|| BadProbe(line.to_owned()))
    }
}

fn parse(line: &str) -> Option<TtlProbe> {
    let mut words = line.split(' ');
    let ttl = words.next()?.parse().ok()?;
    let ms = words.next()?.parse().ok().filter(|ms: &f64| ms.is_finite() && *ms >= 0.0)?;
    let answer = match (words.next()?, words.next()) {
        ("connected", None) => Answer::Connected,
        ("refused", None) => Answer::Refused,
        ("silent", None) => Answer::Silent,
        (kind, from) => {
            let from = match from {
                Some(address) => Some(address.parse().ok()?),
                None => None,
            };
            Answer::Icmp { icmp: Icmp::named(kind)?, from }
        }
    };
    words.next().is_none().then_some(TtlProbe { ttl, ms, answer })
}

impl From<TtlProbe> for String {
    fn from(probe: TtlProbe) -> String {
        probe.to_string()
    }
}

impl TryFrom<String> for TtlProbe {
    type Error = BadProbe;

    fn try_from(line: String) -> Result<Self, BadProbe> {
        line.parse()
    }
}

impl JsonSchema for TtlProbe {
    fn schema_name() -> Cow<'static, str> {
        "TtlProbe".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "description": "a TTL, milliseconds until the answer, the answer, and the sender of an ICMP error: '2 0.9 time-exceeded 203.0.113.1'",
            "pattern": "^[0-9]+ [0-9.]+ [a-z-]+( \\S+)?$"
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_probe_reads_back_as_it_was_written() {
        let router = "203.0.113.1".parse().ok();
        for answer in [
            Answer::Connected,
            Answer::Refused,
            Answer::Silent,
            Answer::Icmp { icmp: Icmp::TimeExceeded, from: router },
            Answer::Icmp { icmp: Icmp::AdminProhibited, from: None },
        ] {
            let probe = TtlProbe { ttl: 3, ms: 0.9, answer };
            assert_eq!(probe.to_string().parse(), Ok(probe));
        }
    }

    #[test]
    fn what_is_no_probe_is_refused() {
        for line in ["", "1", "1 2", "x 1 silent", "1 -2 silent", "1 2 exploded", "1 2 silent 3", "300 1 silent"] {
            assert!(line.parse::<TtlProbe>().is_err(), "{line}");
        }
    }
}
