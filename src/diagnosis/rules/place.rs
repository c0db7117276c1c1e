//! Where on the way passive connections end, in words, and whose part of the way that is.

use std::net::IpAddr;

use crate::diagnosis::rule::{Confidence, Fix, Side};
use crate::diagnosis::rules::{ANY_RANGE, peer, setting};
use crate::evidence::attempt::Mode;
use crate::evidence::facts::{self, Cite, End, Facts, Failure, Location, Tried, Zone};
use crate::evidence::observed::Observed;
use crate::protocol::arrival::Arrival;

/// What the place tells of a failing passive port.
pub struct Place {
    pub side: Side,
    pub confidence: Confidence,
    /// One or two sentences.
    pub words: String,
    pub cites: Vec<Cite>,
    /// What it leaves of the server's part.
    pub servers: Servers,
}

/// Whether what passive connections meet tells anything of the server, and of the router before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Servers {
    /// They end there, or may.
    Suspect,
    /// They come so far, and what fails comes after it.
    Reached,
    /// They end before, so that nothing is seen of it.
    NotReached,
}

impl Place {
    /// Whether they may end at the server's own router, and nothing tells yet that they do.
    pub fn leaves_it_to_the_server(&self) -> bool {
        self.servers == Servers::Suspect && matches!(self.side, Side::Network | Side::Unknown)
    }

    /// What it tells where every passive port fails, and what the server's side has to do besides.
    pub fn tells(&self, facts: &Facts) -> String {
        let besides = self.side == Side::Network && self.servers == Servers::NotReached;
        match facts.server_nat() {
            Observed::Seen(_) if besides => format!("{} {FORWARD_AS_WELL}", self.words),
            _ => self.words.clone(),
        }
    }
}

const FORWARD_AS_WELL: &str = "Beyond that place the server stands behind an address translation: its passive ports have to \
                               be forwarded to it as well.";

/// Whether what is known of passive connections that fail in the one way tells of these. Where they fail in several ways,
/// several firewalls may stand on several parts of the way; else the one port that was swept speaks for all, however it
/// ended: a firewall's helper lets in what it has seen named.
fn tells_of(facts: &Facts, way: Failure, failed: &[&Tried]) -> bool {
    !facts.passive_failures_differ() || failed.iter().all(|tried| tried.failure() == Some(way))
}

/// How dials of passive ports fail that end so.
fn failure(end: End) -> Option<Failure> {
    match end {
        End::Silence { .. } => Some(Failure::DialDropped),
        End::Refused { .. } => Some(Failure::DialRefused),
        End::Unreachable { .. } => Some(Failure::DialUnreachable),
        End::Open { .. } => None,
    }
}

/// The place where these connections end, where it was looked for and tells whose part of the way it is on, or at least
/// where.
pub fn of(facts: &Facts, failed: &[&Tried]) -> Option<Place> {
    let of_silence = tells_of(facts, Failure::DialDropped, failed);
    if let Observed::Seen(answer) = facts.answer_stopped_here() {
        if !of_silence {
            return None;
        }
        let (words, cites) = (ANSWER_STOPPED.to_owned(), facts.cites([answer]));
        let servers = Servers::Reached;
        return Some(Place { side: Side::Client, confidence: Confidence::High, words, cites, servers });
    }
    if let Some(here) = turned_away_here(facts, failed).filter(|_| tells_of(facts, Failure::DialUnreachable, failed)) {
        let (words, cites) = (TURNED_AWAY_HERE.to_owned(), facts.cites([here]));
        let servers = Servers::NotReached;
        return Some(Place { side: Side::Client, confidence: Confidence::High, words, cites, servers });
    }
    let located = match facts.arrival_told() {
        Some((told, cite)) if of_silence && told.arrival != Arrival::Nothing => {
            let (words, cites) = (ANSWER_LOST.to_owned(), vec![cite]);
            let servers = Servers::Reached;
            Some(Place { side: Side::Unknown, confidence: Confidence::Medium, words, cites, servers })
        }
        _ => on_the_way(facts, failed),
    };
    // Where packets get past this side's routers, or nobody looked: else no answer can have come.
    let open = located.as_ref().is_none_or(|place| {
        place.servers != Servers::NotReached && !matches!(place.side, Side::Client | Side::Network)
    });
    let watched = matches!(facts.answer_stopped_here(), Observed::NotSeen);
    let counted = if open && of_silence && !watched { facts.counted(Mode::Passive) } else { Vec::new() };
    if counted.is_empty() {
        return located;
    }
    let servers = located.as_ref().map_or(Servers::Suspect, |place| place.servers);
    let (words, mut cites) = located.map_or((String::new(), Vec::new()), |place| (place.words + " ", place.cites));
    cites.extend(facts.cites(counted));
    let words = format!("{words}{ANSWERS_COUNTED}");
    Some(Place { side: Side::Unknown, confidence: Confidence::Low, words, cites, servers })
}

const ANSWER_LOST: &str = "By the other end's word this computer's packets arrive there and are answered: the answers are \
                           lost on their way back, and whose firewall drops them can't be seen. The way to the server is \
                           open.";
const ANSWER_STOPPED: &str = "The server's answers reach this computer, and its own firewall stops them before the client \
                              sees them: neither the server nor a router on the way is to blame.";
const TURNED_AWAY_HERE: &str = "That address is this computer's: its own firewall turns the connections away before they \
                                leave. Neither the server nor a router on the way is to blame.";
const ANSWERS_COUNTED: &str = "By this computer's counters, packets came meanwhile that were given to nobody: its own \
                               firewall may stop the server's answers.";

const TTL_TELLS: &str = "Run this check as root, or with the capability CAP_NET_RAW: then the TTL of the reset tells how far \
                         away its sender is.";

/// As the sweeps tell.
fn on_the_way(facts: &Facts, failed: &[&Tried]) -> Option<Place> {
    let location = located(facts, failed)?;
    let (low, high) = location.between?;
    let server = location.nearest_server()?;
    // Between this computer and its router nobody else stands.
    let exact = high.saturating_sub(low.max(1)) <= 1;
    let named = matches!(location.end, End::Unreachable { .. }) || low == high;
    let nothing_came = facts.arrival_told().filter(|(told, _)| told.arrival == Arrival::Nothing);
    // Silence from the server on may be the answer's, lost on its way back.
    let silent = answer_may_be_lost(facts, &location);
    let (side, confidence) = match location.zone {
        Zone::Server if silent && (exact || named) => (Side::Server, Confidence::Medium),
        Zone::Client | Zone::Server if named || high <= 1 => (side(location.zone), Confidence::High),
        // What a router does and what the front of the next does look alike.
        Zone::Server if exact => (Side::Server, Confidence::High),
        Zone::Client | Zone::Server | Zone::Network if exact => (side(location.zone), Confidence::Medium),
        // Who answers in another's name stands before the next router as often as behind the last, and one that has the
        // server's address turns away whatever it does not forward: the one before it passes on all the same.
        Zone::NotClient if exact && location.in_anothers_name.is_none() && facts.edge_is_plain() => {
            (Side::Network, Confidence::Low)
        }
        Zone::Client | Zone::Server | Zone::Network => (side(location.zone), Confidence::Low),
        Zone::NotClient | Zone::NotServer | Zone::Unknown => (Side::Unknown, Confidence::Low),
    };
    let confidence = if location.server.is_some() { confidence } else { Confidence::Low };
    let out_of_sight = facts.router_out_of_sight(location.end).filter(|_| location.zone == Zone::Server);
    let (side, confidence) = if out_of_sight.is_some() { (Side::Unknown, Confidence::Low) } else { (side, confidence) };
    // The port that was swept may have ended otherwise than the others: a firewall's helper lets in what it has seen named.
    let alike = ended_alike(facts, location.end);
    let confidence = if alike { confidence } else { confidence.min(Confidence::Medium) };
    let mut cites = location.cites.clone();
    let unsent = facts.tried_in(Mode::Passive).filter_map(|tried| tried.unsent());
    cites.extend(facts.cites(unsent.filter(|_| high == 0)));
    let rst = facts.resets_way().map(|(_, cite)| cite);
    cites.extend(rst.clone());
    let does = match location.end {
        _ if !alike => "stops them",
        End::Silence { .. } => "drops them",
        End::Refused { .. } | End::Unreachable { .. } | End::Open { .. } => "turns them away",
    };
    let searched = searched_alone(facts, failed);
    let to = searched.map_or_else(|| "the passive port".to_owned(), |port| format!("passive port {port}"));
    let ends = ends_where(facts, &location, (low, high), server, (&to, does));
    let excluded = match (searched, location.zone) {
        (Some(_), Zone::Client) => excludes_for_one(location.end).to_owned(),
        _ => out_of_sight.map_or_else(|| excludes(&location, server, silent).to_owned(), no_hop_that_was_seen),
    };
    let others = if searched.is_some() { OTHERS_NOT_SEARCHED } else { "" };
    let words = format!("{ends} {excluded}");
    let words = format!("{} {others}", words.trim_end());
    let words = format!("{} {}", words.trim_end(), in_anothers_name(facts, &location, (high, server)));
    let unseen = matches!(location.end, End::Refused { .. }) && !exact && rst.is_none();
    let words = format!("{} {}", words.trim_end(), if unseen { TTL_TELLS } else { "" });
    cites.extend(nothing_came.map(|(_, cite)| cite));
    let servers = match location.zone {
        Zone::Client | Zone::Network | Zone::NotServer => Servers::NotReached,
        Zone::NotClient | Zone::Server | Zone::Unknown => Servers::Suspect,
    };
    Some(Place { side, confidence, words: words.trim_end().to_owned(), cites, servers })
}

/// Where all that were reported unreachable were so by this computer itself.
fn turned_away_here(facts: &Facts, failed: &[&Tried]) -> Option<facts::Place> {
    let unreachable = failed.iter().filter(|tried| tried.failure() == Some(Failure::DialUnreachable));
    unreachable.map(|tried| facts.never_left(tried)).collect::<Option<Vec<facts::Place>>>()?.first().copied()
}

/// What the sweeps show, where that tells of these: those that another router turned away end elsewhere.
fn located(facts: &Facts, failed: &[&Tried]) -> Option<Location> {
    let location = facts.location().seen()?;
    if let End::Unreachable { from: Some(from), .. } = location.end
        && failed.iter().filter_map(|tried| tried.icmp()?.router).any(|router| router != from.to_canonical())
    {
        return None;
    }
    failure(location.end).is_none_or(|way| tells_of(facts, way, failed)).then_some(location)
}

/// Whether nothing tells silence at the server from an answer that is lost on its way back.
fn answer_may_be_lost(facts: &Facts, location: &Location) -> bool {
    let nothing_came = facts.arrival_told().is_some_and(|(told, _)| told.arrival == Arrival::Nothing);
    matches!(location.end, End::Silence { .. }) && !nothing_came
}

/// Whether a passive connection ended as the one whose place was looked for.
fn ended_alike(facts: &Facts, end: End) -> bool {
    let Some(failure) = failure(end) else { return true };
    let others = [Failure::DialDropped, Failure::DialRefused, Failure::DialUnreachable];
    !facts.failed(failure).is_empty() || others.iter().all(|other| facts.failed(*other).is_empty())
}

fn side(zone: Zone) -> Side {
    match zone {
        Zone::Client => Side::Client,
        Zone::Server => Side::Server,
        Zone::Network => Side::Network,
        Zone::NotClient | Zone::NotServer | Zone::Unknown => Side::Unknown,
    }
}

/// `hop 2 (203.0.113.1)`; this computer is hop 0, and whoever is as far as the server the server.
fn hop(location: &Location, number: u8, server: u8) -> String {
    match (number, location.hops.get(&number)) {
        (0, _) => "this computer".to_owned(),
        (number, _) if number >= server => "the server".to_owned(),
        (number, Some(router)) => format!("hop {number} ({router})"),
        (number, None) => format!("hop {number}"),
    }
}

/// The hop, or the two, where passive connections end: `hop 2 (203.0.113.1)`.
pub fn hops_in_words(facts: &Facts, failed: &[&Tried]) -> Option<String> {
    let location = located(facts, failed)?;
    let ((low, high), server) = (location.between?, location.nearest_server()?);
    let name = |number| hop(&location, number, server);
    Some(match high.saturating_sub(low) {
        0 => name(low),
        1 => format!("{} or {}", name(low), name(high)),
        _ => format!("a router from {} to {}", name(low), name(high)),
    })
}

fn ends_where(
    facts: &Facts,
    location: &Location,
    (low, high): (u8, u8),
    server: u8,
    (to, does): (&str, &str),
) -> String {
    let name = |number| hop(location, number, server);
    let of = match location.server {
        Some(server) if facts.distance_is_exact() => format!("the server is hop {server}"),
        Some(server) => format!("the server is hop {server} or nearer"),
        None => format!("the server is beyond hop {}", server.saturating_sub(1)),
    };
    if high == 0 {
        return format!(
            "Packets to {to} do not come as far as the first router, and by its counters this computer did \
             not send them all: most likely its own firewall drops them ({of})."
        );
    }
    if low == high {
        let who = if facts.translator() == Some(low) {
            format!("{}, the router that has the server's outer address, {does} itself", name(low))
        } else {
            format!("{} {does}", name(low))
        };
        return format!("Packets to {to} end on the way: {who} ({of}).");
    }
    match (low, high) {
        (0, 1) => {
            return format!("Packets to {to} do not get past {}: it or this computer {does} ({of}).", name(high));
        }
        (0, high) if high >= server => {
            return format!(
                "No router on the way tells how far packets to {to} come: somebody from this computer to the \
                 server {does} ({of})."
            );
        }
        (0, high) => {
            return format!(
                "Packets to {to} do not get past {}: it, this computer or somebody between the two {does} \
                 ({of}).",
                name(high)
            );
        }
        _ => {}
    }
    let who = match high.saturating_sub(low) {
        _ if high >= server && location.server.is_none() => "it or somebody beyond".to_owned(),
        0 | 1 => format!("it or the front of {}", name(high)),
        _ => format!("it, {} or somebody between the two", name(high)),
    };
    format!("Packets to {to} get past no router beyond {}: {who} {does} ({of}).", name(low))
}

/// That the ICMP error does not name who sent it.
fn in_anothers_name(facts: &Facts, location: &Location, (high, server): (u8, u8)) -> String {
    match location.in_anothers_name {
        None => String::new(),
        Some(named) if Some(named) != facts.peer() => {
            format!(
                "The ICMP error bears the address {named}, which is not where they end: somebody else answers in its name."
            )
        }
        Some(_) if high < server => {
            "The ICMP error bears the server's address and comes from nearer: a firewall on the \
                                     way answers in the server's name."
                .to_owned()
        }
        Some(_) => "The ICMP error bears the server's address, which a firewall on the way can use as well.".to_owned(),
    }
}

/// That whoever turns packets away need not be where they seem to end.
fn no_hop_that_was_seen(from: IpAddr) -> String {
    format!(
        "The ICMP error comes from {from}, which is none of the routers that were seen: another address of the server's, or a \
         router that another one hides by letting packets live anew, so that the server is further than it seems."
    )
}

/// What can't be to blame, since the packets did not get so far, or came past it.
fn excludes(location: &Location, server: u8, answer_may_be_lost: bool) -> &'static str {
    match (location.zone, location.end) {
        (Zone::Client, End::Silence { .. }) => {
            "The server's firewall and port forwarding are not to blame: nothing arrives there."
        }
        (Zone::Client, _) => {
            "It is no missing port forward at the server: then the answer would come from the server's own router."
        }
        (Zone::Server, _) if server <= 1 => "",
        (Zone::Server, End::Silence { .. }) if !answer_may_be_lost => {
            "This side's routers let them out, and by the other end's word nothing arrives there."
        }
        (Zone::Server, End::Silence { .. }) => {
            "This side's routers let them out; an answer that is lost on its way back would look the same."
        }
        (Zone::Server, _) => "This side's routers let them out, so they are not to blame.",
        (Zone::Network, _) => "This side's routers let them out, and they do not come as far as the server.",
        (Zone::NotClient, _) => {
            "This side's routers let them out; whether a router between or the server's own is to blame is open."
        }
        (Zone::NotServer, _) => {
            "They do not come as far as the server and its router; whether a router of this side or one between is to \
             blame is open."
        }
        (Zone::Unknown, _) if server <= 2 => "With so few routers on the way nobody can tell whose it is.",
        (Zone::Unknown, _) => "",
    }
}

/// As [`excludes`] on this side of the way, where other ports failed besides the one that was searched.
fn excludes_for_one(end: End) -> &'static str {
    match end {
        End::Silence { .. } => {
            "For this port the server's firewall and port forwarding are not to blame: nothing arrives there."
        }
        _ => {
            "For this port it is no missing port forward at the server: then the answer would come from the server's own \
             router."
        }
    }
}

const OTHERS_NOT_SEARCHED: &str = "The way to the other ports that failed was not searched.";

/// The port whose way was searched, where others failed as well: a firewall on another part of the way may stop those.
fn searched_alone(facts: &Facts, failed: &[&Tried]) -> Option<u16> {
    let searched = facts.passive_sweep()?.port.port();
    let mut ports = failed.iter().filter_map(|tried| tried.dialled()).map(|end| end.port());
    ports.any(|port| port != searched).then_some(searched)
}

/// How to learn what this check can't see. A letter to both sides says it in its own words.
pub const WHICH_SIDE: &str = " To learn which side stops them, check the same server from another network: what works there \
                              is stopped on this side.";

/// What lets connections to the passive ports through, the side that has to act first.
pub fn fixes(facts: &Facts, failed: &[&Tried], side: Side, at_server: (&str, &str)) -> Vec<Fix> {
    let (action, how) = at_server;
    let server = Fix::server(action, format!("{} {how}", setting(facts, |settings| settings.passive_range, ANY_RANGE)));
    let ports: Vec<u16> = facts.passive_ports().into_iter().collect();
    let seen = match ports[..] {
        [low, _, .., high] => format!(" (ports from about {low} to {high} were seen)"),
        _ => String::new(),
    };
    let mut out = format!(
        "Allow outgoing TCP to {}, to the server's passive range{seen} or to ports 1024 to 65535.",
        peer(facts)
    );
    if side == Side::Unknown {
        out.push_str(WHICH_SIDE);
    }
    let of_silence = tells_of(facts, Failure::DialDropped, failed);
    if of_silence && matches!(facts.answer_stopped_here(), Observed::Seen(_)) {
        return vec![let_answers_in(facts, "Let the answers to its own connections in at this computer's firewall")];
    }
    if of_silence && facts.arrival_told().is_some_and(|(told, _)| told.arrival != Arrival::Nothing) {
        let out = "In the server's firewall allow outgoing TCP from the passive ports that belongs to a connection made to \
                   them, and mind that it goes out the way that the connection came in.";
        return vec![
            let_answers_in(facts, "Let the answers to its own connections in at this side's firewalls"),
            Fix::server("Let the answers of the passive ports out", out),
        ];
    }
    let counted = side == Side::Unknown && of_silence && !facts.counted(Mode::Passive).is_empty();
    if counted {
        let look = "Run this check as root, or with the capability CAP_NET_RAW: it sees whether they arrive.";
        return vec![server, Fix::client("See whether this computer's own firewall stops the server's answers", look)];
    }
    let client = Fix::client("Let this network connect to the server's passive ports", out);
    let network = Fix::network(
        "Ask the network's operator about the router that stops the passive ports",
        format!("Give him the hop and the port above, {} and the time of this check.", peer(facts)),
    );
    let not_reached = of(facts, failed).is_some_and(|place| place.servers == Servers::NotReached);
    let let_out =
        located(facts, failed).is_some_and(|location| matches!(location.zone, Zone::NotClient | Zone::Server));
    match side {
        Side::Client => vec![client],
        Side::Server => match located(facts, failed) {
            // What was turned away was answered.
            Some(location)
                if location.zone == Zone::Server
                    && answer_may_be_lost(facts, &location)
                    && ended_alike(facts, location.end) =>
            {
                vec![server, look_for_the_answers(facts)]
            }
            _ => vec![server],
        },
        // The server's own firewall can't let in what does not come as far.
        Side::Network if not_reached => vec![network],
        Side::Network => vec![network, server],
        Side::Unknown if not_reached => vec![client, network],
        Side::Unknown if let_out => vec![server, network],
        Side::Unknown => vec![server, client],
    }
}

/// Where the answers to what the server lets in may be lost: a firewall here that did not see a connection go out drops them.
fn look_for_the_answers(facts: &Facts) -> Fix {
    let watched = matches!(facts.answer_stopped_here(), Observed::NotSeen);
    let how = if watched { "" } else { "; run as root, this check sees whether they reach this computer" };
    Fix::client(
        "If the server lets them in already, see whether this side's firewalls drop its answers",
        format!(
            "A firewall that tracks connections drops answers from {} that come back another way than the connection went \
             out, such as over a second uplink. What arrives at the server tells the two apart (tcpdump there, or ftpmode \
             serve in the server's place{how}).",
            peer(facts)
        ),
    )
}

fn let_answers_in(facts: &Facts, action: &str) -> Fix {
    Fix::client(
        action,
        format!(
            "Allow incoming TCP from {} that belongs to a connection made from here, whatever port it comes from (nft: ct \
             state established,related accept; iptables: -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT).",
            peer(facts)
        ),
    )
}
