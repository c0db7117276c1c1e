#![doc = include_str!("local_firewall_drops_callback.md")]

use crate::diagnosis::rule::{Conclusion, Confidence, Fix, Match, Rule, Side, asks_nothing};
use crate::diagnosis::rules::callbacks;
use crate::diagnosis::rules::{joins, loss, peer};
use crate::evidence::attempt::Mode;
use crate::evidence::facts::{Facts, Failure, Place, Then, Tried};
use crate::evidence::observed::Observed;

pub static RULE: Rule = Rule {
    id: "local-firewall-drops-callback",
    title: "this computer's own firewall stops the server's connection",
    article: include_str!("local_firewall_drops_callback.md"),
    neighbours: &["active-callback-dropped", "active-callback-refused"],
    test,
    asks: asks_nothing,
};

fn test(facts: &Facts) -> Match {
    let joined = joins(facts.joined_in(Mode::Active));
    if !joined.is_empty() {
        return Match::RuledOut(facts.cites(joined));
    }
    let (failed, elsewhere) = (missed(facts), turned_away(facts));
    let Some(first) = failed.first().or(elsewhere.first()) else {
        return Match::Undecided("no connection of the server was awaited in vain");
    };
    if let Some(seen) = seen_and_stopped(facts) {
        return fires(facts, Confidence::High, seen);
    }
    match callbacks::answered(facts) {
        None => {}
        Some(answered) => {
            return match answered.then {
                Then::AskedAgain => Match::RuledOut(facts.cites(answered.places)),
                Then::Silent | Then::Untold { left: true } => {
                    Match::Undecided("what the server says to this computer's SYN-ACK was not watched")
                }
                Then::Untold { left: false } => Match::Undecided(
                    "it lets the server's connection in, and whether this computer's SYN-ACK gets out was not watched: run \
                     as root, or with the capability CAP_NET_RAW",
                ),
            };
        }
    }
    if let Observed::NotSeen = facts.syn_arrived(first) {
        return Match::RuledOut(vec![crate::evidence::facts::Cite::of(
            "packets were watched, and the server's connection did not reach this computer",
        )]);
    }
    if let Some(counted) = counted(facts) {
        return fires(facts, Confidence::Low, counted);
    }
    match facts.syn_arrived(first) {
        Observed::NotTested(why) => Match::Undecided(why),
        Observed::Seen(_) | Observed::NotSeen => Match::Undecided("nothing shows it"),
    }
}

/// The server's connections that never came to this program. What a router turns away at a port that it does not forward
/// is none.
fn missed<'f>(facts: &'f Facts<'f>) -> Vec<&'f Tried<'f>> {
    let arrived = |tried: &Tried| facts.syn_arrived(tried).seen().is_some();
    let here = |tried: &&Tried| arrived(tried) || !callbacks::is_with_outer_address(facts, tried);
    let turned_away = turned_away(facts).into_iter().filter(here);
    facts.failed(Failure::CallbackDropped).into_iter().chain(turned_away).collect()
}

fn turned_away<'f>(facts: &'f Facts<'f>) -> Vec<&'f Tried<'f>> {
    [Failure::CallbackRefused, Failure::CallbackUnreachable].map(|failure| facts.failed(failure)).concat()
}

/// The SYN that was seen at the network interface, and the RST that went out for it: of a connection that this program
/// was listening for and never got. What was answered with SYN-ACK was let in.
pub fn seen_and_stopped(facts: &Facts) -> Option<Vec<Place>> {
    let of = |tried: &&Tried| {
        tried.stopped_here().then_some(())?;
        let arrived = facts.syn_arrived(tried).seen()?;
        Some([Some(arrived), facts.rst_sent(tried), tried.ended_by()].into_iter().flatten().collect::<Vec<_>>())
    };
    missed(facts).iter().find_map(of)
}

/// The counts of packets that came and were given to nobody, where they came as the server's connections would.
pub fn counted(facts: &Facts) -> Option<Vec<Place>> {
    let of_all = missed(facts).iter().all(|tried| tried.undelivered().is_some());
    of_all.then(|| facts.counted(Mode::Active)).filter(|counted| !counted.is_empty())
}

fn fires(facts: &Facts, confidence: Confidence, places: Vec<Place>) -> Match {
    let summary = match confidence {
        Confidence::High => {
            "The server's connection reaches this computer, and this computer's own firewall stops it before the client \
             sees it. Routers on the way let it through."
        }
        _ => {
            "The server's connection may reach this computer and be stopped by its own firewall: by the system's \
             counters, packets that nobody was given came when the server's would have come, and at no other time. To \
             be sure, run the check as root or with the capability CAP_NET_RAW."
        }
    };
    let mut fixes = Vec::new();
    if facts.works(Mode::Passive) {
        fixes.push(callbacks::use_passive());
    }
    fixes.push(let_in(facts));
    Match::Fires(Conclusion {
        severity: loss(facts),
        side: Side::Client,
        confidence,
        summary: summary.to_owned(),
        cites: facts.cites(places),
        fixes,
    })
}

pub fn let_in(facts: &Facts) -> Fix {
    Fix::client(
        "Let the server's connections in at this computer's own firewall",
        format!(
            "Allow incoming TCP from {} to the ports that the client listens at. Linux: nft or iptables input rules, ufw, \
             firewalld, and output rules that keep the answer in; Windows: an inbound rule for the client program; or a few \
             fixed ports (in ftpmode check: --active-ports). Linux also drops what comes in by another interface than the \
             answer goes out by (reverse-path filtering: net.ipv4.conf.all.rp_filter).",
            peer(facts)
        ),
    )
}
