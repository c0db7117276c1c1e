//! What the findings on an unanswered control port have in common.

use crate::diagnosis::rule::{Confidence, Fix, Match, Side};
use crate::diagnosis::rules::listed;
use crate::evidence::facts::{Beyond, Cite, DialEnd, Dialled, End, Facts, LoneEnd};
use crate::evidence::import::UNKNOWN_HOST;

/// The dials that ended as `mine` says, where no control connection was joined; else what a rule has to say at once.
/// That this computer has no route to one address counts only where it has none to any.
pub fn ended(facts: &Facts, mine: fn(&DialEnd) -> bool) -> Result<Vec<Dialled>, Match> {
    if let Some(joined) = facts.joined_control() {
        return Err(Match::RuledOut(vec![joined]));
    }
    let mut dials = facts.dials();
    let no_route = |dial: &Dialled| matches!(dial.end, DialEnd::Unreachable(icmp) if icmp.no_route);
    if !dials.iter().all(no_route) {
        dials.retain(|dial| !no_route(dial));
    }
    dials.retain(|dial| dial.end != DialEnd::Unfinished);
    if dials.is_empty() {
        return Err(Match::Undecided("no address was dialled to an end"));
    }
    let (ended, others): (Vec<_>, Vec<_>) = dials.into_iter().partition(|dial| mine(&dial.end));
    if ended.is_empty() {
        return Err(Match::RuledOut(facts.cites(others.iter().map(|dial| dial.place))));
    }
    Ok(ended)
}

/// On whose part of the way the control port ends, in words.
pub struct Place {
    pub side: Side,
    pub confidence: Confidence,
    pub words: String,
    pub cites: Vec<Cite>,
}

/// The place where these dials end, where it was looked for at their address, ended alike and tells more than nothing.
pub fn place(facts: &Facts, dials: &[Dialled]) -> Option<Place> {
    let LoneEnd { address, end, beyond, hops, own } = facts.lone_end()?;
    // Whoever refuses what lives long and lets what lives short vanish, where datagrams go on: the server does neither, yet
    // it may be what refuses.
    let short_lived_vanish =
        dials.iter().all(|dial| dial.end == DialEnd::Refused) && matches!(beyond, Beyond::Router(_));
    let alike = |dial: &Dialled| {
        let kind = match end {
            End::Silence { .. } => short_lived_vanish || matches!(dial.end, DialEnd::Silent { .. }),
            End::Refused { .. } => dial.end == DialEnd::Refused,
            // A router that answers in its own name is judged by that.
            End::Unreachable { from, .. } => {
                let from = from.map(|from| from.to_canonical());
                from == Some(address) && matches!(dial.end, DialEnd::Unreachable(icmp) if icmp.router == from)
            }
            End::Open { .. } => false,
        };
        kind && dial.address.ip().to_canonical() == address
    };
    if !dials.iter().all(alike) {
        return None;
    }
    let hop = |number: u8| match (number, hops.get(&number)) {
        (0, _) => "this computer".to_owned(),
        (number, Some(router)) => format!("hop {number} ({router})"),
        (number, None) => format!("hop {number}"),
    };
    // The last that passed packets on, and the first that may not have: one of them ended them, or somebody between.
    let (last, next, does) = match end {
        End::Silence { passed, .. } => (passed, passed + 1, "drops them"),
        End::Refused { passed, at } | End::Unreachable { passed, at, .. } => (passed, at, "turns them away"),
        End::Open { .. } => return None,
    };
    let exact = next <= last + 1;
    let at_hop = if exact { format!("hop {next}") } else { format!("hop {next} or nearer") };
    let ends = match (last, exact) {
        (0, true) => format!("Packets to this port do not get past {}: it or this computer {does}", hop(next)),
        (_, true) => format!(
            "Packets to this port get past no router beyond {}: it or the front of {} {does}",
            hop(last),
            hop(next)
        ),
        (0, false) => format!(
            "Packets to this port do not get past {}: it, this computer or somebody between the two {does}",
            hop(next)
        ),
        (_, false) => format!(
            "Packets to this port get past no router beyond {}: it, {} or somebody between the two {does}",
            hop(last),
            hop(next)
        ),
    };
    let (side, confidence, words) = match beyond {
        Beyond::Router(_) if matches!(end, End::Silence { .. }) && short_lived_vanish => (
            Side::Unknown,
            Confidence::Low,
            format!(
                "Packets to this port that live short vanish beyond {}, where others go on: a firewall there treats this \
                 port in its own way, and whether it refuses the connection or the server does can't be seen.",
                hop(last)
            ),
        ),
        Beyond::Router(_) if next <= own + 1 => (
            Side::Client,
            if next <= own { Confidence::High } else { Confidence::Medium },
            format!("{ends}, while others go on. The server is not to blame: nothing arrives there."),
        ),
        Beyond::Router(_) if last <= own => {
            (Side::Unknown, Confidence::Low, format!("{ends}, while others go on. Whose it is can't be seen."))
        }
        Beyond::Router(_) => (
            Side::Unknown,
            Confidence::Medium,
            format!(
                "{ends}, while others go on. It is none of this side's own; whether it is the server's can't be seen."
            ),
        ),
        // An ICMP error in the server's name is as good as another's where packets that live less don't come as far.
        Beyond::Server(at) if last > own && at == next && (exact || !matches!(end, End::Unreachable { .. })) => (
            Side::Server,
            match end {
                // Whom a firewall has blocked for a while meets silence as well.
                End::Refused { .. } if exact => Confidence::High,
                _ => Confidence::Medium,
            },
            match end {
                End::Silence { .. } => format!(
                    "Packets to this port come as far as {}, and the server's machine behind it answers otherwise: its own \
                     firewall or that router drops them. This side's routers let them out.",
                    hop(last)
                ),
                End::Unreachable { .. } => format!(
                    "The server's machine is there, at {at_hop}, and answers otherwise: its own firewall turns the \
                     connection away, or one that stands before it and answers in its name. This side's routers let it \
                     through."
                ),
                _ => format!(
                    "The server's machine is there, at {at_hop}: nothing listens at this port, or its firewall turns the \
                     connection away. This side's routers let it through."
                ),
            },
        ),
        Beyond::Unknown if last > own => (
            Side::Server,
            Confidence::Low,
            format!(
                "Packets to this port come as far as {}, beyond this side's routers, which are not to blame: most likely \
                 it is the server or its own firewall.",
                hop(last)
            ),
        ),
        Beyond::Server(_) | Beyond::Unknown => return None,
    };
    let told = match end {
        End::Silence { .. } => {
            format!("packets to the control port came as far as {}, and nothing came from beyond", hop(last))
        }
        _ => {
            format!("a packet to the control port that lives {next} hops was turned away, one that lives less was not")
        }
    };
    let mut cites = vec![Cite::of(told)];
    cites.extend(match beyond {
        Beyond::Router(ttl) => Some(Cite::of(format!("a datagram found a router at hop {ttl}"))),
        Beyond::Server(_) => Some(Cite::of("a datagram found the server itself".to_owned())),
        Beyond::Unknown => None,
    });
    Some(Place { side, confidence, words, cites })
}

/// What a rule makes of it: the place's side first, its own guess without.
pub fn fixes(side: Side, server: Fix, client: Fix, other: Fix) -> Vec<Fix> {
    match side {
        Side::Client => vec![client, other],
        Side::Server => vec![server, other],
        Side::Network | Side::Unknown => vec![server, client, other],
    }
}

/// Where nothing tells a port that nobody gets in at from one that this computer does not.
pub const MAY_BE_BLOCKED: &str = "A firewall that has blocked this computer's address for a while, such as after many \
                                  connections or failed logins, looks the same.";

/// What mends that.
pub fn unblock() -> Fix {
    Fix::server(
        "See whether the firewall has blocked this client's address, and unblock it",
        "fail2ban, CSF and LFD, ufw limit and connection limits in iptables or nft keep lists of such addresses. Where it worked \
         a short while ago, wait some minutes without another attempt: such a block ends by itself, mostly within an hour.",
    )
}

/// `192.0.2.1:21 and [2001:db8::1]:21`; the port alone where a log does not tell the address.
pub fn addresses(dials: &[Dialled]) -> String {
    let name = |dial: &Dialled| match dial.address {
        address if address.ip().is_unspecified() => format!("its port {}", address.port()),
        address => address.to_string(),
    };
    let mut names: Vec<String> = dials.iter().map(name).collect();
    names.dedup();
    listed(&names)
}

pub fn let_out(facts: &Facts) -> Fix {
    let port = facts.evidence().target.port;
    Fix::client(
        "Check that this network lets FTP out",
        format!("Outgoing TCP to port {port}. Another network, such as a phone's, tells which side it is."),
    )
}

pub fn check_host_and_port(facts: &Facts) -> Fix {
    let target = &facts.evidence().target;
    if target.host == UNKNOWN_HOST {
        return Fix::client(
            "Check the host name and the port",
            "The log does not name the host. FTP listens at port 21 unless its operator says otherwise, FTP with \
             implicit TLS at 990; SFTP (port 22) is another protocol.",
        );
    }
    Fix::client(
        "Check the host name and the port",
        format!(
            "{} port {} was tried. FTP listens at port 21 unless its operator says otherwise, FTP with implicit TLS at \
             990; SFTP (port 22) is another protocol.",
            target.host, target.port
        ),
    )
}
