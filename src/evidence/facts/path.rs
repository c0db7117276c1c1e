//! What lies between the two ends, as far as plain FTP shows it.

use std::net::{IpAddr, SocketAddr};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Cite, Facts, Failure, Place};
use crate::evidence::NotPossible;
use crate::evidence::address::{self, Reach, reach};
use crate::evidence::attempt::{DataVerb, Mode};
use crate::evidence::fragment::Fate;
use crate::evidence::observed::Observed;
use crate::evidence::timeline::{Awaited, What};
use crate::protocol::dialect;

/// A sign of address translation, and what it is read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NatSign {
    /// The address on the outer side, where it is known.
    pub outside: Option<IpAddr>,
    pub inside: IpAddr,
    pub cites: Vec<Cite>,
    /// Whether both addresses were named, or one of them is inferred.
    pub named: bool,
}

/// Whose an address is that the server sees this client at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// This computer's, or that of a translation before it.
    Ours,
    /// That of something before the server, which puts its own address in its clients' place.
    TheServersSide,
    Unknown,
}

/// What became of data connections in one direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    Open,
    Refused,
    Dropped,
    Unreachable,
    /// Blocked, cause not known.
    Blocked,
    Untested,
}

impl Facts<'_> {
    /// Why the two ends can't be told apart.
    fn unseen_ends(&self) -> &'static str {
        match self.log() {
            Some(_) => "the log does not show the addresses of both ends",
            None => "no control connection was joined",
        }
    }

    /// Whether an address translation lies on this client's side.
    pub fn client_nat(&self) -> Observed<NatSign> {
        let (Some(local), Some(peer)) = (self.local(), self.peer()) else {
            return Observed::NotTested(self.unseen_ends());
        };
        // Whoever answers in the server's place is the one that the server sees.
        let in_between = self.interposed().is_some();
        let seen = self.seen_by_server().seen().filter(|_| !in_between);
        if let Some((outside, place)) = seen.filter(|(seen, _)| self.whose(*seen) == Whose::Ours) {
            if outside == local {
                return Observed::NotSeen;
            }
            let cites = vec![Cite::of(format!("this computer's address is {local}")), self.cite_naming(outside, place)];
            return Observed::Seen(NatSign { outside: Some(outside), inside: local, cites, named: true });
        }
        match (reach(local), reach(peer)) {
            (Reach::Private | Reach::Shared, Reach::Public) => {
                let text =
                    format!("this computer's address is {local}, {}; the server's is public", reach(local).words());
                let cites = vec![Cite::of(text)];
                Observed::Seen(NatSign { outside: None, inside: local, cites, named: false })
            }
            (Reach::Loopback, _) => Observed::NotSeen,
            // A connection that arrived at the very address that PORT named met no translation.
            _ if self.arrived_at_our_address().is_some() => Observed::NotSeen,
            _ if in_between => Observed::NotTested("the server sees who answers on the way in this client's place"),
            _ if seen.is_some() => {
                Observed::NotTested("the server names an address that need not be this side's in this client's place")
            }
            _ => Observed::NotTested("the server does not name the address it sees this client at"),
        }
    }

    /// Whether a client can be seen at this address at all. A server's word is no more than that.
    pub(super) fn may_be_ours(&self, seen: IpAddr) -> bool {
        let seen = seen.to_canonical();
        let nobodys = match seen {
            IpAddr::V4(v4) => v4.is_unspecified() || v4.is_multicast() || v4.is_broadcast(),
            IpAddr::V6(v6) => v6.is_unspecified() || v6.is_multicast(),
        };
        // Translation from IPv6 to IPv4 has its clients seen in the other family.
        let translated = self.peer().is_some_and(address::stands_for_ipv4);
        let other_family = self.peer().is_some_and(|peer| peer.is_ipv4() != seen.is_ipv4());
        !nobodys && (translated || !other_family)
    }

    /// Whose this address is, in the place of this client's. A private one can't be that of a client which has a public
    /// one, nor come from one network to another by way of a public one.
    pub fn whose(&self, seen: IpAddr) -> Whose {
        let (Some(local), Some(peer)) = (self.local(), self.peer()) else { return Whose::Ours };
        let inner = matches!(reach(seen), Reach::Private | Reach::Shared | Reach::Loopback | Reach::LinkLocal);
        let comparable = local.is_ipv4() == seen.is_ipv4() && reach(local) != Reach::Loopback;
        if !inner || !comparable || address::are_neighbours(local, seen) {
            return Whose::Ours;
        }
        match (reach(local), reach(peer)) {
            (Reach::Public, _) => Whose::TheServersSide,
            // A carrier may know its customers at such an address.
            (_, Reach::Public) if reach(seen) == Reach::Shared => Whose::Unknown,
            (_, Reach::Public) => Whose::TheServersSide,
            _ if [local, peer].into_iter().any(|end| address::are_of_one_block(end, seen)) => Whose::Ours,
            _ => Whose::Unknown,
        }
    }

    /// This client's outer address, as the server names it: an address that is this side's for sure, and may be named to
    /// the server.
    pub fn outer_address(&self) -> Observed<(IpAddr, Place)> {
        match self.seen_by_server() {
            Observed::Seen(_) if self.interposed().is_some() => {
                Observed::NotTested("the server sees who answers on the way in this client's place")
            }
            Observed::Seen((seen, _)) if self.whose(seen) != Whose::Ours => {
                Observed::NotTested("the server sees this client at an address that need not be this side's")
            }
            other => other,
        }
    }

    /// The address of the server's own side that the server sees in the place of this client's. Where this client is of
    /// that side as well, it is its own router's.
    pub fn stand_in(&self) -> Option<(IpAddr, Place)> {
        let seen = self.seen_by_server().seen().filter(|(seen, _)| self.whose(*seen) == Whose::TheServersSide);
        seen.filter(|_| self.turned_around().is_none())
    }

    /// The server's connection that arrived at this computer's own address, which PORT or EPRT named.
    pub fn arrived_at_our_address(&self) -> Option<Place> {
        let local = self.local()?;
        let mut joined = self.joined_in(Mode::Active);
        joined.find(|tried| tried.named().is_some_and(|named| named.ip().to_canonical() == local))?.joined_at()
    }

    /// Whether the server names an address of its own that it is not reached at: `outside` is the control peer,
    /// `inside` what it names.
    pub fn server_nat(&self) -> Observed<NatSign> {
        let Some(peer) = self.peer() else { return Observed::NotTested(self.unseen_ends()) };
        // Who answers on the way may name itself.
        let in_between = self.interposed().and_then(|interposed| interposed.router);
        // Another public address may be another machine's, or right; loopback and the like are nobody's.
        let named = self.tried_with(DataVerb::Pasv).find_map(|tried| {
            let address = tried.named()?.ip().to_canonical();
            let (_, place) = tried.negotiation()?;
            let inner = matches!(reach(address), Reach::Private | Reach::Shared);
            (address != peer && inner && Some(address) != in_between).then_some((address, place))
        });
        // One of the other family tells that the way changes it, and not whether the server has further addresses.
        let own = self.own_address_of_server().filter(|(own, _)| own.is_ipv4() == peer.is_ipv4());
        let sign = |(inside, place), named| {
            let cites = vec![self.cite(place), Cite::of(format!("the control connection goes to {peer}"))];
            Observed::Seen(NatSign { outside: Some(peer), inside, cites, named })
        };
        // What the server is set up to call itself need not be its own, least of all where it is public.
        let greeting = self
            .address_in_greeting()
            .filter(|(address, _)| *address != peer && matches!(reach(*address), Reach::Private | Reach::Shared));
        match (named.or(own.filter(|(address, _)| *address != peer)), greeting) {
            (Some(own), _) => sign(own, true),
            (None, Some(greeting)) => sign(greeting, false),
            (None, None) if own.is_some() || reach(peer) == Reach::Loopback => Observed::NotSeen,
            // A server that names the right address may still stand behind a translation that it knows of.
            (None, None) => Observed::NotTested("a server that knows its outer address looks the same"),
        }
    }

    /// Whether 227 names the address that the server is reached at while the server itself has another: it was told its outer
    /// address. A router that mends 227 on its way looks the same.
    pub fn told_its_outer_address(&self) -> Observed<Cite> {
        let named = |tried: &&super::Tried| tried.named().map(|named| named.ip().to_canonical()) == self.peer();
        let Some((_, place)) = self.tried_with(DataVerb::Pasv).find(named).and_then(|tried| tried.negotiation()) else {
            return Observed::NotSeen;
        };
        let own = self.own_address_of_server().map(|(own, _)| Some(own) == self.peer());
        match own {
            Some(false) => Observed::Seen(self.cite(place)),
            None if self.translator().is_some() => Observed::Seen(self.cite(place)),
            None if !self.edge_is_plain() => {
                Observed::NotTested("a server that has that address itself looks the same")
            }
            Some(true) | None => Observed::NotSeen,
        }
    }

    /// The server's own end of the control connection, where the server names it: what it sees on its own socket,
    /// whatever its settings say.
    pub fn own_address_of_server(&self) -> Option<(IpAddr, Place)> {
        let (reply, place) = self.answer("STAT")?;
        Some((own_address_in_stat(&reply.text)?, place))
    }

    /// The address that the server's greeting names: its own, or what it is set up to name in its place (ProFTPD's
    /// MasqueradeAddress).
    fn address_in_greeting(&self) -> Option<(IpAddr, Place)> {
        let (reply, place) = self.greeting()?;
        Some((address_in_greeting(&reply.text)?, place))
    }

    /// A reply that shows PORT or EPRT as it reached the server: unchanged. Behind a translation nobody rewrites any other
    /// address than this computer's own.
    pub fn port_arrived_unchanged(&self) -> Option<Place> {
        let nat = self.client_nat().seen();
        let to_be_rewritten =
            |named: &SocketAddr| nat.as_ref().is_none_or(|sign| sign.inside == named.ip().to_canonical());
        self.tried_in(Mode::Active).find_map(|tried| {
            let named = tried.named().filter(to_be_rewritten)?;
            let (reply, place) = tried.negotiation()?;
            let told = dialect::addresses_in_refusal(reply);
            let same_port = told.port.is_none_or(|port| port == named.port());
            (told.arrived == Some(named.ip().to_canonical()) && same_port).then_some(place)
        })
    }

    /// A reply that agrees to PORT or EPRT and shows that another address than this computer's own reached the server.
    pub fn port_arrived_rewritten(&self) -> Option<Place> {
        let sign = self.client_nat().seen()?;
        self.tried_in(Mode::Active).filter(|tried| tried.negotiated()).find_map(|tried| {
            let own = tried.named()?.ip().to_canonical() == sign.inside;
            let (reply, place) = tried.negotiation()?;
            let arrived = dialect::addresses_in_refusal(reply).arrived?;
            (own && arrived != sign.inside).then_some(place)
        })
    }

    /// Whether the system that checked has a way to look for a helper.
    pub fn can_look_for_helper(&self) -> bool {
        !self.evidence().not_possible.contains(&NotPossible::SeeingAcknowledgements)
    }

    /// Whether the search for a helper came to nothing, as its connection was not to be had or ended first.
    pub fn helper_probe_lost(&self) -> bool {
        let mut whole = self.evidence().fragments.iter().filter(|fragment| fragment.ttl.is_none());
        whole.next_back().is_some_and(|last| last.fate == Fate::Lost)
    }

    /// Whether something on the way reads and rewrites PORT. What was not seen may still be there.
    pub fn helper(&self) -> Observed<Vec<Cite>> {
        let Some(peer) = self.peer() else { return Observed::NotTested(self.unseen_ends()) };
        let fragments = &self.evidence().fragments;
        // What was lost is made again: the last counts.
        let last_first = fragments.iter().rev().filter(|fragment| fragment.ttl.is_none());
        let fate = |text: &str| last_first.clone().find(|f| f.text == text).map(|f| (f.fate, f.ms));
        if let (Some((Fate::Acknowledged, plain)), Some((Fate::Unacknowledged, ms))) = (fate("NOO"), fate("POR")) {
            return Observed::Seen(vec![Cite::of(format!(
                "the beginning of a PORT command, sent alone, was not acknowledged within {ms:.0} ms, that of a NOOP \
                 after {plain:.0} ms"
            ))]);
        }
        for tried in self.tried_in(Mode::Active) {
            let Some(endpoint) = tried.named() else { continue };
            let named = endpoint.ip().to_canonical();
            if let Some((reply, place)) = tried.negotiation() {
                let told = dialect::addresses_in_refusal(reply);
                let other_port = told.port.is_some_and(|port| port != endpoint.port());
                if other_port || told.arrived.is_some_and(|arrived| arrived != named) {
                    let words = if other_port { endpoint.to_string() } else { named.to_string() };
                    return Observed::Seen(vec![
                        Cite::of(format!("{} named {words}", tried.verb().name())),
                        self.cite(place),
                    ]);
                }
            }
            let private = !matches!(reach(named), Reach::Public | Reach::Loopback);
            let translated = match self.client_nat() {
                Observed::Seen(sign) => sign.inside == named,
                Observed::NotSeen | Observed::NotTested(_) => false,
            };
            // ProFTPD puts our outer address in the place of a private one by itself: no proof there, nor
            // where the product is not known.
            let strict = self.product().is_some_and(|product| product != "proftpd");
            if let (true, true, true, Some(joined)) = (private, translated, strict, tried.joined_at()) {
                let text = format!("{} named {named}, which {peer} can't reach", tried.verb().name());
                return Observed::Seen(vec![Cite::of(text), self.cite(joined)]);
            }
        }
        if !self.can_look_for_helper() {
            return Observed::NotTested(
                "this system does not tell a program which of its packets arrived, so that a firewall's FTP helper could \
                 not be looked for: run the check on a Linux computer in the same network",
            );
        }
        if self.helper_probe_lost() {
            return Observed::NotTested("the connections that were to show it were turned away or cut off");
        }
        if matches!(fate("POR"), Some((Fate::Acknowledged, _))) {
            return Observed::NotSeen;
        }
        Observed::NotTested("a firewall's FTP helper that changes nothing here looks like none")
    }

    /// From which hop to which the FTP helper stands, where the search tells.
    pub fn helper_between(&self) -> Option<(u8, u8)> {
        let searched = || self.evidence().fragments.iter().filter_map(|fragment| Some((fragment.ttl?, fragment.fate)));
        let passed = searched().filter(|(_, fate)| *fate == Fate::TimeExceeded).map(|(ttl, _)| ttl).max();
        let lost = searched().filter(|(_, fate)| *fate == Fate::Unacknowledged).map(|(ttl, _)| ttl).min();
        let low = passed.unwrap_or(1);
        let high = lost.map(|ttl| ttl.saturating_sub(1)).or(self.distance().filter(|_| passed.is_some()));
        match (high, passed) {
            (Some(high), _) => (low <= high).then_some((low, high)),
            // Further than that nobody looked.
            (None, Some(passed)) => Some((passed, u8::MAX)),
            (None, None) => None,
        }
    }

    /// What became of the data connections of one mode.
    pub fn direction(&self, mode: Mode) -> Direction {
        let mut worst = Direction::Untested;
        for tried in self.tried_in(mode) {
            // Who took the one or made the other is not the server.
            let astray = matches!(tried.failure(), Some(Failure::NeverServed | Failure::CallbackForeign))
                || self.is_taken(tried);
            if tried.joined().is_some() && !astray {
                return Direction::Open;
            }
            let ended = match tried.ended_by() {
                Some(place) => self.what(place),
                None => None,
            };
            let found = match (tried.cause(), ended) {
                _ if astray || tried.ended_untold() => Direction::Blocked,
                (Some(super::Cause::Refused), _) => Direction::Refused,
                (Some(super::Cause::Dropped), _) => Direction::Dropped,
                (Some(super::Cause::Unreachable), _) => Direction::Unreachable,
                (Some(super::Cause::Stalled), Some(What::Silent { awaited: Awaited::Reply, .. }))
                    if tried.negotiated() =>
                {
                    Direction::Blocked
                }
                _ => Direction::Untested,
            };
            // What is told of one is more than that another came to nothing.
            if worst == Direction::Untested || (worst == Direction::Blocked && found != Direction::Untested) {
                worst = found;
            }
        }
        worst
    }

    fn what(&self, place: Place) -> Option<&What> {
        match place {
            Place::Attempt(number, index) => {
                self.evidence().attempts.get(number)?.events.get(index).map(|event| &event.what)
            }
            Place::Dial(..) | Place::Control(..) => None,
        }
    }
}

/// ProFTPD's greeting ends in its address in brackets, an IPv4 one often mapped into IPv6.
fn address_in_greeting(text: &str) -> Option<IpAddr> {
    if !text.contains("ProFTPD") {
        return None;
    }
    let inside = &text[text.rfind('[')? + 1..];
    let address: IpAddr = inside.get(..inside.find(']')?)?.parse().ok()?;
    let address = address.to_canonical();
    (!matches!(reach(address), Reach::Unspecified | Reach::Loopback)).then_some(address)
}

/// pyftpdlib and `ftpmode serve` name their own end in STAT.
fn own_address_in_stat(text: &str) -> Option<IpAddr> {
    let line = text.lines().map(str::trim).find_map(|line| {
        let pyftpdlib = line.strip_prefix("Connected to: ");
        pyftpdlib.or_else(|| line.strip_prefix("Server's own end "))
    })?;
    // pyftpdlib puts no brackets around an IPv6 address, or an IPv4 one mapped into it.
    let (address, _) = line.trim().rsplit_once(':')?;
    let address: IpAddr = address.trim_matches(['[', ']']).parse().ok()?;
    Some(address.to_canonical())
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, SocketAddr};

    use super::{Facts, Whose};
    use crate::evidence::security::Security;
    use crate::evidence::{Control, Evidence};

    #[test]
    fn the_servers_own_end_is_read_with_brackets_and_without() {
        for (end, want) in [
            ("203.0.113.20:21", "203.0.113.20"),
            ("::ffff:203.0.113.20:21", "203.0.113.20"),
            ("[2001:db8::20]:21", "2001:db8::20"),
            ("2001:db8::20:21", "2001:db8::20"),
        ] {
            let text = format!("211-FTP server status:\n Connected to: {end}\n211 End");
            assert_eq!(super::own_address_in_stat(&text), want.parse().ok(), "{end}");
        }
    }

    #[test]
    fn a_private_address_is_ours_only_where_it_can_be() {
        for (local, peer, seen, want) in [
            ("192.168.1.10", "198.18.0.20", "203.0.113.2", Whose::Ours),
            ("198.51.100.10", "203.0.113.200", "198.51.100.77", Whose::Ours),
            ("198.51.100.10", "203.0.113.200", "172.31.0.1", Whose::TheServersSide),
            ("198.51.100.10", "172.31.0.50", "172.31.0.1", Whose::TheServersSide),
            ("198.51.100.10", "203.0.113.200", "127.0.0.1", Whose::TheServersSide),
            ("192.168.1.10", "203.0.113.200", "10.244.0.1", Whose::TheServersSide),
            ("192.168.1.10", "203.0.113.200", "100.64.3.9", Whose::Unknown),
            // The router that turns a connection around.
            ("192.168.1.10", "203.0.113.200", "192.168.1.1", Whose::Ours),
            // A container on a computer of the server's network, and of a company's.
            ("172.17.0.2", "192.168.1.20", "192.168.1.10", Whose::Ours),
            ("10.3.0.9", "192.168.1.20", "10.1.0.1", Whose::Ours),
            ("172.17.0.2", "192.168.1.20", "10.1.0.1", Whose::Unknown),
            ("2001:db8:1::10", "2001:db8:4::20", "fd00::1", Whose::TheServersSide),
        ] {
            let end = |address: &str| SocketAddr::new(address.parse().expect("an address"), 21);
            let control = Control {
                local: end(local),
                peer: end(peer),
                connect_ms: 1.0,
                security: Security::Plain,
                certificate: None,
                client: None,
                events: Vec::new(),
            };
            let evidence = Evidence { controls: vec![control], ..Evidence::default() };
            let seen: IpAddr = seen.parse().expect("an address");
            assert_eq!(Facts::of(&evidence).whose(seen), want, "{local} {peer} {seen}");
        }
    }
}
