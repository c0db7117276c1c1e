//! How far the server's packets come on their way to a client's port, as `ftpmode serve` tells it in a 425: the routers
//! that passed them on, counted from the server, whether somebody turned them away, and how far datagrams come.

use std::fmt;
use std::net::IpAddr;

use super::reply::Reply;

/// What goes before it in the reply.
const LEAD: &str = "The way here: ";
const SILENCE: &str = "then silence";
const TURNED_AWAY: &str = "turned away at ";
const DATAGRAMS: &str = "; datagrams: ";
const CLIENT: &str = "you at ";

/// The way, as far as routers tell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Way {
    /// Routers that said that the time of a packet was exceeded with them, each with its distance from the server.
    pub passed: Vec<(u8, IpAddr)>,
    /// The shortest life at which an RST or an ICMP refusal came.
    pub turned_away: Option<u8>,
    /// Where routers said the same of datagrams.
    pub datagrams: Vec<u8>,
    /// The shortest life at which the client's address itself answered a datagram.
    pub client: Option<u8>,
}

impl Way {
    /// The furthest router that passed on packets which live longer; 0 is the server itself.
    pub fn furthest(&self) -> u8 {
        self.passed.iter().map(|(distance, _)| *distance).max().unwrap_or(0)
    }

    /// Whether anybody on the way answers at all: who hears nothing knows nothing.
    pub fn tells(&self) -> bool {
        self.furthest() > 0 || self.turned_away.is_some() || !self.datagrams.is_empty() || self.client.is_some()
    }

    /// What a reply tells of it.
    pub fn told(reply: &Reply) -> Option<Self> {
        let (_, rest) = reply.text.split_once(LEAD)?;
        let (packets, datagrams) = rest.trim_end_matches('.').split_once(DATAGRAMS)?;
        let mut way = Self::default();
        let mut ends = false;
        for part in packets.split(", ") {
            if part == SILENCE {
                ends = true;
            } else if let Some(at) = part.strip_prefix(TURNED_AWAY) {
                way.turned_away = Some(at.parse().ok()?);
                ends = true;
            } else {
                let (distance, router) = part.split_once(' ')?;
                way.passed.push((distance.parse().ok()?, router.parse().ok()?));
            }
        }
        for part in datagrams.split(", ").filter(|part| !part.is_empty()) {
            match part.strip_prefix(CLIENT) {
                Some(at) => way.client = Some(at.parse().ok()?),
                None => way.datagrams.push(part.parse().ok()?),
            }
        }
        ends.then_some(way)
    }
}

/// The words for the reply, without a full stop.
impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(LEAD)?;
        for (distance, router) in &self.passed {
            write!(f, "{distance} {router}, ")?;
        }
        match self.turned_away {
            Some(at) => write!(f, "{TURNED_AWAY}{at}")?,
            None => f.write_str(SILENCE)?,
        }
        let found = self.datagrams.iter().map(u8::to_string).chain(self.client.map(|at| format!("{CLIENT}{at}")));
        write!(f, "{DATAGRAMS}{}", found.collect::<Vec<_>>().join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_way_that_is_told_is_read_back() {
        let router = |text: &str| text.parse().expect("an address");
        let passed = vec![(1, router("198.18.0.1")), (3, router("2001:db8::1"))];
        for way in [
            Way { passed: passed.clone(), datagrams: vec![1, 2, 3], client: Some(4), ..Way::default() },
            Way { passed, turned_away: Some(4), ..Way::default() },
            Way { datagrams: vec![1], ..Way::default() },
        ] {
            let reply = Reply::from_text(format!("425 Not opened: timed out after 3000 ms. {way}.")).expect("a reply");
            assert!(way.tells());
            assert_eq!(Way::told(&reply), Some(way));
        }
        assert!(!Way::default().tells());
        for odd in [
            "425 Not opened.",
            "425 The way here: 1",
            "425 The way here: x y, then silence; datagrams: .",
            "425 The way here: then silence; datagrams: x.",
            "425 The way here: ; datagrams: 1",
        ] {
            assert_eq!(Way::told(&Reply::from_text(odd).expect("a reply")), None, "{odd}");
        }
    }
}
