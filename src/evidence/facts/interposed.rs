//! Somebody on the way, or on this computer, who answers the control port in the server's place (RFC 3040 section 2.5): packets to another port
//! of the same address go on where the control port's are answered.
//!
//! Two signs: the distances that the sweeps show, and, where none was made, handshakes that take far longer at the passive
//! ports than at the control port, while commands take as long as they. An answer in a router's name that is the server's
//! own address is none: there the server's side begins. A 227 that names the router which answers is a third.

use std::net::IpAddr;

use super::location::is_passed;
use super::{Cite, Facts, Tried};
use crate::evidence::address::{Reach, reach};
use crate::evidence::attempt::{DataVerb, Mode};
use crate::evidence::sweep::{Answer, Swept, TtlProbe};

/// Who answers the control port in the server's place.
#[derive(Clone, Debug, PartialEq)]
pub struct Interposed {
    /// How many hops away, where that was looked for.
    pub at: Option<u8>,
    pub router: Option<IpAddr>,
    pub whose: Standing,
    /// Whether it is the router at that hop, a program on this computer, or either.
    pub kind: Kind,
    pub cites: Vec<Cite>,
}

/// What it is. A program on this computer, such as a virus scanner, answers packets that live one hop as the first router
/// does, and as soon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    OnTheWay,
    HereOrOnTheWay,
}

/// On whose part of the way that one stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// A router of this side, and others stand beyond it.
    ThisSide,
    /// A router of this side, which may be the one before the server as well.
    ThisSideMaybe,
    /// On the way, or a balancer before the server.
    Unknown,
}

/// Handshakes that differ by less may do so for many reasons.
const LEAST_LONGER_MS: f64 = 20.0;
const LEAST_TIMES: f64 = 5.0;
/// So many passive handshakes at least: one may have been held up.
const ENOUGH_HANDSHAKES: usize = 2;

impl Facts<'_> {
    /// Who answers the control port in the server's place, if that shows.
    pub fn interposed(&self) -> Option<Interposed> {
        if self.log().is_some() {
            return None;
        }
        match self.distance() {
            Some(distance) => self.answers_nearer(distance),
            None => self.answers_sooner(),
        }
    }

    /// How many hops away the server is, where it answers the control port itself.
    pub fn server_distance(&self) -> Option<u8> {
        self.distance().filter(|_| self.interposed().is_none())
    }

    /// Packets to another port of the address were passed on at the hop that answers the control port.
    fn answers_nearer(&self, at: u8) -> Option<Interposed> {
        let peer = self.peer()?;
        let hops = self.hops();
        let passed = self.data_passed();
        let beyond = self.data_answered().into_iter().chain(passed).max()?;
        let router = hops.get(&at).copied();
        if beyond < at || router == Some(peer) {
            return None;
        }
        // The router before the server may pass on to it what it does not answer itself: one more stands between then.
        let others_beyond = passed.is_some_and(|passed| passed > at);
        let public = reach(peer) == Reach::Public;
        let private = router.is_some_and(|router| matches!(reach(router), Reach::Private | Reach::Shared));
        let names_itself = |tried: &&Tried| {
            let named = tried.named().map(|named| named.ip().to_canonical());
            named.is_some() && named == router
        };
        let named = self.tried_with(DataVerb::Pasv).find(names_itself).and_then(Tried::negotiation);
        let whose = match at <= self.own_hops(&hops) && public {
            true if others_beyond && (private || named.is_some()) => Standing::ThisSide,
            true if private || others_beyond => Standing::ThisSideMaybe,
            false if others_beyond => Standing::Unknown,
            _ => return None,
        };
        let name = router.map_or_else(|| format!("hop {at}"), |router| format!("hop {at} ({router})"));
        let mut cites = vec![
            Cite::of(format!("the control port answers from hop {at} on")),
            Cite::of(format!(
                "packets to a passive port of the same address pass {name} and come as far as hop {beyond}"
            )),
        ];
        cites.extend(named.map(|(_, place)| self.cite(place)));
        // A program here would not name the router in 227.
        let kind = if at <= 1 && named.is_none() { Kind::HereOrOnTheWay } else { Kind::OnTheWay };
        Some(Interposed { at: Some(at), router, whose, kind, cites })
    }

    fn data_probes(&self) -> impl Iterator<Item = &TtlProbe> {
        self.evidence().sweeps.iter().filter(|sweep| sweep.of.is_passive()).flat_map(|sweep| &sweep.probes)
    }

    /// The furthest router that let packets to a passive port expire.
    fn data_passed(&self) -> Option<u8> {
        self.data_probes().filter(|probe| is_passed(probe.answer)).map(|probe| probe.ttl).max()
    }

    /// How far those went that somebody answered for good. An RST and an ICMP error may be of the router one hop before.
    fn data_answered(&self) -> Option<u8> {
        let answered = self.data_probes().filter(|probe| !is_passed(probe.answer));
        let far = answered.filter_map(|probe| match probe.answer {
            Answer::Connected => Some(probe.ttl),
            Answer::Refused | Answer::Icmp { from: Some(_), .. } => probe.ttl.checked_sub(1),
            Answer::Silent | Answer::Icmp { from: None, .. } => None,
        });
        far.min()
    }

    /// Passive ports of the same address take far longer to join than the control port, and commands as long as they.
    fn answers_sooner(&self) -> Option<Interposed> {
        let peer = self.peer().filter(|peer| reach(*peer) == Reach::Public)?;
        let swept = self.evidence().sweeps.iter().any(|sweep| sweep.of != Swept::ToldRouter);
        // This computer's own work under TLS makes handshakes look long.
        let secured = self.evidence().controls.iter().any(|control| !control.security.is_plain());
        let least = |all: &mut dyn Iterator<Item = f64>| all.reduce(f64::min);
        let control = least(&mut self.evidence().controls.iter().map(|control| control.connect_ms))?;
        let at_peer = || self.joined_in(Mode::Passive).filter(|tried| self.dialled_at_peer(tried));
        let passive = least(&mut at_peer().filter_map(Tried::connect_ms))?;
        let reply = least(&mut self.tried().iter().filter_map(Tried::negotiate_ms))?;
        let enough = at_peer().filter_map(Tried::connect_ms).count() >= ENOUGH_HANDSHAKES;
        let longer = passive - control >= LEAST_LONGER_MS && passive >= control * LEAST_TIMES;
        // A firewall that thinks a new port over holds up no commands.
        let as_commands = reply >= passive * 0.8;
        if swept || secured || !enough || !longer || !as_commands {
            return None;
        }
        let cites = vec![
            Cite::of(format!("{peer} answered the control connection's handshake within {control:.1} ms")),
            Cite::of(format!("its passive ports took {passive:.1} ms at least, and its replies {reply:.1} ms")),
        ];
        Some(Interposed { at: None, router: None, whose: Standing::Unknown, kind: Kind::HereOrOnTheWay, cites })
    }
}

#[cfg(test)]
mod tests {
    use super::Facts;
    use crate::evidence::case::Case;

    /// The handshake of the control port took 0.4 ms, those of the passive ports 31 ms and the replies as long.
    const SOONER: &str =
        include_str!("../../../fixtures/cases/transparent-proxy/answers_sooner_than_the_passive_ports.toml");

    fn is_seen(changes: &[(&str, &str)]) -> bool {
        let text = changes.iter().fold(SOONER.to_owned(), |text, (from, to)| text.replace(from, to));
        let case: Case = Case::from_toml(&text).expect("a case");
        Facts::of(&case.evidence).interposed().is_some()
    }

    #[test]
    fn a_slow_server_and_a_firewall_that_thinks_a_port_over_are_nobody_in_its_place() {
        assert!(is_seen(&[]));
        let joined_at_once = [("158.7 connected", "128.1 connected"), ("223.9 connected", "193.2 connected")];
        assert!(!is_seen(&joined_at_once), "a slow server");
        let replies_at_once = [("127.4 < 227", "96.4 < 227"), ("192.6 < 229", "161.4 < 229")];
        assert!(!is_seen(&replies_at_once), "a firewall");
        assert!(!is_seen(&[("connect_ms = 0.4", "connect_ms = 30.4")]), "the same way");
        let secured = [("connect_ms = 0.4", "connect_ms = 0.4\nsecurity = \"explicit-tls\"")];
        assert!(!is_seen(&secured), "this computer's own work");
        assert!(!is_seen(&[("203.0.113.200", "192.168.7.99"), ("203,0,113,200", "192,168,7,99")]), "two private ends");
    }
}
