//! Where on the way passive connections end, as far as routers tell: the last that passed a packet on, the first that
//! answered it, and how far the server is.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use super::suspects::{Way, end_of, first_end, zone};
use super::{Cite, Facts};
use crate::evidence::Outcome;
use crate::evidence::address::{Reach, reach};
use crate::evidence::attempt::{DataVerb, Mode};
use crate::evidence::observed::Observed;
use crate::evidence::sweep::{Answer, Sweep, Swept};
use crate::evidence::timeline::{Icmp, What};
use crate::protocol::arrival::Arrival;

/// What the sweeps show of the way. Hops are counted from this computer, 1 for its router; 0 is this computer.
#[derive(Clone, Debug, PartialEq)]
pub struct Location {
    /// The routers that answered, by their distance.
    pub hops: BTreeMap<u8, IpAddr>,
    /// The distance at which the control port answers.
    pub server: Option<u8>,
    pub end: End,
    /// Who may have ended it: from this hop to that, both included. `server` or beyond is the server.
    pub between: Option<(u8, u8)>,
    pub zone: Zone,
    /// The address that the ICMP error bears, where who has it did not send it.
    pub in_anothers_name: Option<IpAddr>,
    pub cites: Vec<Cite>,
}

/// What became of the packets to the passive port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Beyond hop `passed` nothing came back; `next` is the nearest hop beyond that shows for the control port.
    Silence { passed: u8, next: Option<u8> },
    /// An RST came from `at` hops on.
    Refused { passed: u8, at: u8 },
    /// An ICMP error came from `at` hops on.
    Unreachable { passed: u8, at: u8, icmp: Icmp, from: Option<IpAddr> },
    /// This port was joined: others may not be.
    Open { at: u8 },
}

/// On whose part of the way it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Zone {
    /// This computer, its router, and further routers with private addresses next to it.
    Client,
    /// Between the two sides' routers.
    Network,
    /// Beyond this side's routers: the network between, or the router before the server.
    NotClient,
    /// Before the router before the server: this side's, or the network between.
    NotServer,
    /// The router before the server, or the server.
    Server,
    Unknown,
}

impl End {
    /// The furthest router that reported that the time of a packet to the passive port was exceeded there.
    pub fn passed(self) -> Option<u8> {
        match self {
            End::Silence { passed, .. } | End::Refused { passed, .. } | End::Unreachable { passed, .. } => Some(passed),
            End::Open { .. } => None,
        }
    }

    /// The distance at which an RST or an ICMP refusal came.
    pub fn answered(self) -> Option<u8> {
        match self {
            End::Refused { at, .. } | End::Unreachable { at, .. } => Some(at),
            End::Silence { .. } | End::Open { .. } => None,
        }
    }
}

impl Location {
    /// How far the server is, or at least, where that tells whose part of the way it is.
    pub fn nearest_server(&self) -> Option<u8> {
        nearest_server(self.server, &self.hops).filter(|_| self.server.is_some() || self.zone != Zone::Unknown)
    }
}

fn nearest_server(server: Option<u8>, hops: &BTreeMap<u8, IpAddr>) -> Option<u8> {
    server.or_else(|| hops.keys().next_back().map(|furthest| furthest.saturating_add(1)))
}

impl Facts<'_> {
    /// Where on the way passive connections end. Not seen: the port that was swept is open.
    pub fn location(&self) -> Observed<Location> {
        let evidence = self.evidence();
        if evidence.not_located.is_some() && evidence.sweeps.is_empty() {
            return Observed::NotTested("the place on the way could not be looked for");
        }
        let (Some(data), Some(control)) = (self.passive_sweep(), self.control_sweep()) else {
            return Observed::NotTested("no passive port was swept");
        };
        // The one that lives longest reaches the server, if anybody lets it.
        let longest = data.probes.iter().max_by_key(|probe| probe.ttl);
        if longest.is_some_and(|probe| matches!(probe.answer, Answer::Icmp { icmp: Icmp::NoRoute, .. })) {
            return Observed::NotTested("this system does not tell who turned the passive connection away");
        }
        let server = self.server_distance();
        let mut hops = self.hops();
        let end = end_of(data, control, server);
        if let End::Open { .. } = end {
            return Observed::NotSeen;
        }
        let translator = self.translator();
        let edge_is_plain = self.edge_is_plain();
        let came_past = self.resets_way().map(|(past, _)| past);
        let way = Way { hops: &hops, server, peer: self.peer(), translator, edge_is_plain, came_past };
        let own = self.own_hops(&hops);
        let beyond = match end {
            // Nothing shows who comes next, nor how far the server is: not this side's routers, which were passed.
            End::Silence { passed, next: None } if server.is_none() && passed > own => Some((passed, passed + 1)),
            _ => None,
        };
        let between = way.suspects(end).or(beyond);
        let in_anothers_name = way.in_anothers_name(end);
        // Not past the first router, and not even sent: this computer itself.
        let unsent = self.tried_in(Mode::Passive).all(|tried| tried.joined().is_some() || tried.unsent().is_some());
        let here = between == Some((0, 1)) && unsent || matches!(self.answer_stopped_here(), Observed::Seen(_));
        // What arrived was not stopped on its way: its answer was, and no sweep shows where.
        let arrived = self.arrival_told().is_some_and(|(told, _)| told.arrival != Arrival::Nothing);
        let between = match () {
            // How far the server is then nobody knows.
            () if self.passes(data.of) || self.interposed().is_some() => None,
            // Who stops some packets and not others need not be where the last one passed.
            () if self.works(Mode::Passive) && self.sweep_is_doubtful() => None,
            () if here => Some((0, 0)),
            () => between.filter(|_| !arrived),
        };
        if let (Some((at, to)), End::Unreachable { from: Some(from), .. }) = (between, end)
            && at == to
            && in_anothers_name.is_none()
        {
            hops.entry(at).or_insert(from.to_canonical());
        }
        let zone = match (server, zone(end, between, nearest_server(server, &hops), own, translator)) {
            // Beyond the place a router shows for the control port, and the server is further still.
            (None, zone @ (Zone::Client | Zone::Network | Zone::NotServer)) | (Some(_), zone) => zone,
            (None, Zone::NotClient | Zone::Server) if beyond.is_some() => Zone::NotClient,
            (None, Zone::NotClient | Zone::Server | Zone::Unknown) => Zone::Unknown,
        };
        let cites = self.cites_of_location(data, end, server, &hops, edge_is_plain);
        Observed::Seen(Location { hops, server, end, between, zone, in_anothers_name, cites })
    }

    /// Whether every data connection of the verb that was swept came about: then the port that was swept failed for another
    /// reason than the place of the others, such as a firewall's helper that lets each port in for one packet alone.
    fn passes(&self, of: Swept) -> bool {
        let mut dialled = self.tried_in(Mode::Passive).filter(|tried| Swept::passive(tried.verb()) == of).peekable();
        dialled.peek().is_some() && dialled.all(|tried| tried.joined().is_some())
    }

    /// The first router that has the address which the server is reached at: an address translation, where the server's side
    /// begins.
    pub fn translator(&self) -> Option<u8> {
        let distance = self.distance()?;
        let hops = self.hops();
        let has_its_address = |ttl: &u8| *ttl <= distance && hops.get(ttl).copied() == self.peer();
        let by_udp = || self.edge_has_servers_address() == Some(true);
        hops.keys().copied().find(has_its_address).or_else(|| distance.checked_sub(1).filter(|_| by_udp()))
    }

    /// What shows that router, and whether it is the one before the server.
    pub fn translator_seen(&self) -> Option<(Cite, bool)> {
        let at = self.translator()?;
        let before = self.distance() == Some(at + 1);
        Some((
            Cite::of(match before {
                true => "the router before the server has the address that the server is reached at".to_owned(),
                false => format!("hop {at} has the address that the server is reached at"),
            }),
            before,
        ))
    }

    /// Whether the port that was swept with this verb let a connection in, and what shows it.
    pub fn swept_open(&self, verb: DataVerb) -> Option<Cite> {
        let mut swept = self.evidence().sweeps.iter().filter(|sweep| sweep.of == Swept::passive(verb));
        let (swept, ttl) = swept.find_map(|sweep| Some((sweep, let_in(sweep)?)))?;
        let port = swept.port.port();
        Some(Cite::of(format!("port {port} let in a packet that lives {ttl} hops")))
    }

    /// The passive port that was searched: where that was open, and another since failed, the other.
    pub fn passive_sweep(&self) -> Option<&Sweep> {
        self.evidence().sweeps.iter().rfind(|sweep| sweep.of.is_passive())
    }

    /// The control port's sweep beside that one: routers that ration their answers may have told more to an earlier.
    fn control_sweep(&self) -> Option<&Sweep> {
        let sweeps = &self.evidence().sweeps;
        let passive = sweeps.iter().rposition(|sweep| sweep.of.is_passive()).unwrap_or(0);
        let control = |sweep: &&Sweep| sweep.of == Swept::Control;
        sweeps.iter().skip(passive).find(control).or_else(|| sweeps.iter().find(control))
    }

    /// Whether the passive port that was searched lets one connection in and not another, or one packet: where a limit counts
    /// new connections, or one of several ways loses them, no place can be read from where single packets end.
    fn sweep_is_doubtful(&self) -> bool {
        let Some(sweep) = self.passive_sweep() else { return false };
        let passed = sweep.probes.iter().filter(|probe| is_passed(probe.answer)).map(|probe| probe.ttl).max();
        let uneven = sweep.probes.iter().any(|probe| probe.answer == Answer::Silent && Some(probe.ttl) <= passed);
        let port = sweep.port.port();
        let same = |outcome: &&Outcome| {
            outcome.events.iter().any(|event| matches!(event.what, What::Dialled(end) if end.port() == port))
        };
        let joined =
            |outcome: &Outcome| outcome.events.iter().any(|event| matches!(event.what, What::Connected { .. }));
        uneven || self.evidence().attempts.iter().filter(same).any(joined)
    }

    /// Whether the place was looked for with a port that let nobody in.
    pub fn is_located(&self) -> bool {
        self.passive_sweep().is_some_and(|sweep| let_in(sweep).is_none())
    }

    /// The routers on the way that answered, by their distance.
    pub fn hops(&self) -> BTreeMap<u8, IpAddr> {
        let tcp = || self.evidence().sweeps.iter().filter(|sweep| sweep.of == Swept::Control || sweep.of.is_passive());
        let (control, data): (Vec<&Sweep>, Vec<&Sweep>) = tcp().partition(|sweep| sweep.of == Swept::Control);
        let mut hops = BTreeMap::new();
        for (ttl, router) in control.into_iter().chain(data).flat_map(passed_by) {
            hops.entry(ttl).or_insert(router);
        }
        hops
    }

    /// Who answered each packet, to whatever port, that expired at the first router.
    pub(super) fn expired_at_first_router(&self) -> impl Iterator<Item = IpAddr> {
        let sweeps = self.evidence().sweeps.iter().filter(|sweep| sweep.of != Swept::ToldRouter);
        sweeps.flat_map(passed_by).filter(|(ttl, _)| *ttl == 1).map(|(_, router)| router)
    }

    /// The passive ports that the server named, in order.
    pub fn passive_ports(&self) -> BTreeSet<u16> {
        let passive = self.evidence().attempts.iter().filter(|outcome| outcome.verb.mode() == Mode::Passive);
        let events = passive.flat_map(|outcome| &outcome.events);
        events
            .filter_map(|event| match event.what {
                What::Named(endpoint) => Some(endpoint.port()),
                _ => None,
            })
            .collect()
    }

    /// How many hops away the server is: the shortest life at which its control port answers.
    pub fn distance(&self) -> Option<u8> {
        let control = self.evidence().sweeps.iter().find(|sweep| sweep.of == Swept::Control)?;
        first_end(control).filter(|(_, answer)| *answer == Answer::Connected).map(|(ttl, _)| ttl)
    }

    /// Whether the server is just so far, since the router before it was seen, or an RST's TTL tells that it came past as
    /// many. Behind one that keeps silent, or that drops what lives short, the server may be nearer.
    pub fn distance_is_exact(&self) -> bool {
        let Some(before) = self.distance().and_then(|at| at.checked_sub(1)) else { return false };
        let came_past = self.resets_way().map_or(0, |((least, _), _)| least);
        before == 0 || self.hops().contains_key(&before) || came_past >= before
    }

    /// The verb whose port was swept.
    pub fn located_with(&self) -> Option<DataVerb> {
        match self.passive_sweep()?.of {
            Swept::Pasv => Some(DataVerb::Pasv),
            Swept::Epsv => Some(DataVerb::Epsv),
            Swept::Control | Swept::Udp | Swept::ResetTtl | Swept::ToldRouter => None,
        }
    }

    /// Routers that are this side's own: the first, and those with private addresses next to it. Between two private
    /// networks nobody can tell whose a private address is.
    pub(super) fn own_hops(&self, hops: &BTreeMap<u8, IpAddr>) -> u8 {
        let dialled = || self.evidence().dials.first().map(|dial| dial.address.ip().to_canonical());
        let server_is_public = self.peer().or_else(dialled).is_some_and(|peer| reach(peer) == Reach::Public);
        let private = (1..).take_while(|ttl| {
            hops.get(ttl).is_some_and(|router| matches!(reach(*router), Reach::Private | Reach::Shared))
        });
        let private = if server_is_public { private.count() } else { 0 };
        u8::try_from(private).unwrap_or(u8::MAX).max(1)
    }

    /// Whether a router is this side's own, and not the one before the server as well.
    pub fn is_of_this_side(&self, router: IpAddr) -> bool {
        let hops = self.hops();
        let own = self.own_hops(&hops);
        let at = hops.iter().find(|(_, other)| **other == router).map(|(ttl, _)| *ttl);
        at.is_some_and(|at| at <= own && self.server_distance().is_none_or(|server| at + 1 < server))
    }

    /// Who turned packets to the passive port away though every router before the server is known and it is none of them, nor
    /// has it the server's address. Where a router lets packets live anew, those beyond it are hidden and the server is further
    /// than it seems.
    pub fn router_out_of_sight(&self, end: End) -> Option<IpAddr> {
        let End::Unreachable { from: Some(from), .. } = end else { return None };
        let (from, hops) = (from.to_canonical(), self.hops());
        let all_known = (1..self.server_distance()?).all(|hop| hops.contains_key(&hop));
        let one_of_them = Some(from) == self.peer() || hops.values().any(|router| *router == from);
        // A router that translates has addresses on both its sides.
        (all_known && !one_of_them && self.translator().is_none()).then_some(from)
    }

    /// Whether the router before the server is known not to have its address: it has nothing to forward.
    pub fn edge_is_plain(&self) -> bool {
        self.translator().is_none() && self.edge_has_servers_address() == Some(false)
    }

    /// Whether the router that UDP was sent to at the edge answers in the server's name: it translates addresses. Where the
    /// control port's packet got no answer from there, it may have been lost, and the server be so near.
    fn edge_has_servers_address(&self) -> Option<bool> {
        let probe = self.evidence().sweeps.iter().find(|sweep| sweep.of == Swept::Udp)?.probes.first()?;
        match probe.answer {
            Answer::Icmp { icmp: Icmp::TimeExceeded, .. } => Some(false),
            Answer::Icmp { from: Some(from), .. } if Some(from.to_canonical()) != self.peer() => Some(false),
            Answer::Icmp { from: Some(_), .. } => {
                let at_edge = self.control_sweep()?.probes.iter().find(|other| other.ttl == probe.ttl)?;
                (at_edge.answer != Answer::Silent).then_some(true)
            }
            _ => None,
        }
    }

    fn cites_of_location(
        &self,
        data: &Sweep,
        end: End,
        server: Option<u8>,
        hops: &BTreeMap<u8, IpAddr>,
        edge_is_plain: bool,
    ) -> Vec<Cite> {
        let port = data.port.port();
        let hop = |ttl: u8| match hops.get(&ttl) {
            Some(router) => format!("hop {ttl} ({router})"),
            None => format!("hop {ttl}"),
        };
        let passed = |passed: u8| match passed {
            0 => format!("no router answered for packets to port {port}"),
            one => format!("packets to port {port} came as far as {}", hop(one)),
        };
        let mut texts = vec![match end {
            End::Silence { passed: last, .. } => format!("{}, and nothing came from beyond", passed(last)),
            End::Refused { at, .. } => {
                format!(
                    "a packet to port {port} that lives {at} hops was answered with RST, one that lives less was not"
                )
            }
            End::Unreachable { at, from, icmp, .. } => {
                let who = from.map_or_else(|| "somebody".to_owned(), |from| from.to_string());
                format!(
                    "{who} answered a packet to port {port} that lives {at} hops with an ICMP error ({})",
                    icmp.name()
                )
            }
            End::Open { at } => format!("port {port} was joined at {at} hops"),
        }];
        texts.extend(server.map(|server| format!("the control port answers from {server} hops on")));
        texts.extend(self.translator_seen().map(|(cite, _)| cite.text));
        texts.extend(
            edge_is_plain.then(|| "the router before the server does not have the server's address".to_owned()),
        );
        texts.into_iter().map(Cite::of).collect()
    }
}

/// The least life of a packet that this port let in.
fn let_in(sweep: &Sweep) -> Option<u8> {
    first_end(sweep).filter(|(_, answer)| *answer == Answer::Connected).map(|(ttl, _)| ttl)
}

/// The routers that reported that a packet's time was exceeded with them.
fn passed_by(sweep: &Sweep) -> impl Iterator<Item = (u8, IpAddr)> {
    sweep.probes.iter().filter_map(|probe| match probe.answer {
        Answer::Icmp { icmp: Icmp::TimeExceeded, from: Some(from) } => Some((probe.ttl, from.to_canonical())),
        _ => None,
    })
}

pub(super) fn is_passed(answer: Answer) -> bool {
    matches!(answer, Answer::Icmp { icmp: Icmp::TimeExceeded, .. })
}
