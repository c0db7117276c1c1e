#![doc = include_str!("port_mapping_in_vain.md")]

use std::net::IpAddr;

use crate::diagnosis::rule::{Conclusion, Confidence, Fix, Match, Rule, Severity, Side, asks_nothing};
use crate::diagnosis::rules::callbacks::{self, Nat};
use crate::diagnosis::rules::local_firewall_drops_callback;
use crate::evidence::attempt::{Address, Mode};
use crate::evidence::facts::{CallbackEnd, Cite, Facts, Failure, Tried};
use crate::evidence::mapping::Mapping;
use crate::evidence::observed::Observed;

pub static RULE: Rule = Rule {
    id: "port-mapping-in-vain",
    title: "a port that the router on this side opened leads nowhere",
    article: include_str!("port_mapping_in_vain.md"),
    neighbours: &[
        "port-mapping-helps",
        "local-firewall-drops-callback",
        "active-callback-dropped",
        "active-callback-refused",
    ],
    test,
    asks: asks_nothing,
};

fn test(facts: &Facts) -> Match {
    let (Some(mapping), Some(tried)) = (granted(facts), through_it(facts)) else {
        return Match::Undecided("no connection was awaited through a port of the router");
    };
    match facts.syn_arrived(tried) {
        _ if tried.works() => Match::RuledOut(facts.cites(tried.joined_at())),
        // What ended it then is no fault of the router's.
        Observed::Seen(arrived) if came_to_nothing(tried) => Match::RuledOut(facts.cites([arrived])),
        _ if came_to_nothing(tried) => in_vain(facts, mapping, tried),
        _ => Match::Undecided("no connection was awaited through a port of the router"),
    }
}

/// The router's answer that opened a port.
fn granted<'f>(facts: &'f Facts<'f>) -> Option<&'f Mapping> {
    facts.evidence().mappings.iter().find(|mapping| mapping.outside_port.is_some())
}

/// The data connection that was to come through it.
fn through_it<'f>(facts: &'f Facts<'f>) -> Option<&'f Tried<'f>> {
    facts.tried().iter().find(|tried| tried.attempt().address == Address::Mapped)
}

/// The server's connection was on its way and did not arrive.
fn came_to_nothing(tried: &Tried) -> bool {
    use Failure::{CallbackDropped, CallbackRefused, CallbackUnreachable};
    matches!(tried.failure(), Some(CallbackDropped | CallbackRefused | CallbackUnreachable))
}

/// The router's own outer address. One that has none tells zeros (UPnP WANIPConnection section 2.4.18).
fn outside(mapping: &Mapping) -> Option<IpAddr> {
    mapping.outside_address.filter(|outside| !outside.is_unspecified())
}

/// The router's own outer address and the one that the server sees, where they differ.
fn translated_again(mapping: &Mapping, tried: &Tried) -> Option<(IpAddr, IpAddr)> {
    let seen = tried.named()?.ip().to_canonical();
    outside(mapping).filter(|outside| *outside != seen).map(|outside| (outside, seen))
}

/// The router whose port led nowhere since a second translation stands before it.
pub fn behind_another<'f>(facts: &'f Facts<'f>) -> Option<&'f Mapping> {
    let (mapping, tried) = (granted(facts)?, through_it(facts)?);
    let fires = came_to_nothing(tried) && facts.syn_arrived(tried).seen().is_none();
    (fires && translated_again(mapping, tried).is_some()).then_some(mapping)
}

/// Whether a port that was not opened, named just as well, met something else than the one that was: the router does pass
/// on what comes to the latter, and the server's connections come as far.
fn makes_a_difference(facts: &Facts, tried: &Tried) -> bool {
    let unmapped = facts.tried_in(Mode::Active).filter(|tried| tried.attempt().address == Address::ServerSeen);
    let told = |tried: &Tried| came_to_nothing(tried) && !tried.is_guess();
    let mut unmapped = unmapped.filter(|unmapped| told(unmapped)).peekable();
    told(tried) && unmapped.peek().is_some() && unmapped.all(|unmapped| unmapped.failure() != tried.failure())
}

/// Whether this connection, to a port that was not opened, ends as the one to the port that was, and no second translation
/// is known to be the reason.
pub fn ends_alike(facts: &Facts, unmapped: &Tried) -> bool {
    let stopped = |tried: &Tried| came_to_nothing(tried) && facts.syn_arrived(tried).seen().is_none();
    let mapped = through_it(facts).filter(|tried| granted(facts).is_some() && stopped(tried));
    mapped.is_some_and(|mapped| mapped.failure() == unmapped.failure()) && behind_another(facts).is_none()
}

/// What may have stopped it, what is to be done then, and whose part of the way it is on.
struct Suspects {
    side: Side,
    confidence: Confidence,
    words: String,
    fixes: Vec<Fix>,
}

fn suspects(facts: &Facts, mapping: &Mapping, tried: &Tried) -> Suspects {
    if let Some((outside, seen)) = translated_again(mapping, tried) {
        return Suspects {
            side: Side::Client,
            confidence: Confidence::High,
            words: format!(
                "That router's own outer address is {outside} and the server sees {seen}: a second translation stands before it, \
                 which knows nothing of the port."
            ),
            fixes: vec![callbacks::forward(facts)],
        };
    }
    let watched = matches!(facts.syn_arrived(tried), Observed::NotSeen);
    if makes_a_difference(facts, tried) {
        let (words, fix) = match watched {
            true => (ROUTER_OR_BEHIND, see_the_router()),
            false => (OWN_FIREWALL, local_firewall_drops_callback::let_in(facts)),
        };
        let words = format!("{DIFFERENT} {words}");
        return Suspects { side: Side::Client, confidence: Confidence::Medium, words, fixes: vec![fix] };
    }
    let translation = match outside(mapping) {
        Some(_) => "Its outer address is the one that the server sees, so that no second translation is in the way.",
        None => "It does not tell its outer address: a second translation may stand before it.",
    };
    let wall = callbacks::wall(facts, &Nat::of(facts));
    if let Some(wall) = wall.filter(|wall| wall.side == Side::Server) {
        return Suspects {
            side: wall.side,
            confidence: wall.confidence,
            words: format!("{translation} {}", wall.words),
            fixes: vec![callbacks::let_out(facts)],
        };
    }
    let left = facts.callback_left_server();
    if let Some(hops) = ends_on_the_way(facts) {
        let fixes = if left { Vec::new() } else { vec![callbacks::let_out(facts)] };
        let words = format!(
            "{translation} By the other end's word its connection does not come as far as that router: it ends at {hops}."
        );
        return Suspects { side: Side::Unknown, confidence: Confidence::Low, words, fixes };
    }
    let own = match watched {
        true => "Packets were watched, and the server's did not reach this computer.",
        false => "This computer's own firewall may stop the connection.",
    };
    let mut words = vec![translation, "The router may not do what it said.", own];
    let mut fixes = vec![see_the_router()];
    if !watched {
        fixes.push(local_firewall_drops_callback::let_in(facts));
    }
    // By the other end's word it comes as far as the translation; the router before that one may be the provider's.
    let before = |end: CallbackEnd| end.between.1 > end.translation.unwrap_or(0);
    if left && !facts.callback_end().is_some_and(before) {
        return Suspects { side: Side::Client, confidence: Confidence::Medium, words: words.join(" "), fixes };
    }
    words.push(if left { IN_BETWEEN } else { IN_BETWEEN_OR_AT_THE_SERVER });
    if !left {
        fixes.push(callbacks::let_out(facts));
    }
    Suspects { side: Side::Unknown, confidence: Confidence::Low, words: words.join(" "), fixes }
}

/// The hops where the server's connection ends by the other end's word, where that is before the translation.
pub fn ends_on_the_way(facts: &Facts) -> Option<String> {
    let end = facts.callback_end().filter(|end| end.between.0 > end.translation.unwrap_or(0))?;
    let from = if end.is_counted_from_here() { "" } else { ", counted from the translation" };
    callbacks::hops_in_words(facts).map(|hops| format!("{hops}{from}"))
}

const IN_BETWEEN: &str = "A firewall in between looks the same.";
const IN_BETWEEN_OR_AT_THE_SERVER: &str =
    "A firewall in between, or one at the server that forbids it to connect out, looks the same.";
const DIFFERENT: &str = "A connection to a port that was not opened ends in another way: so the server's connections come \
                         as far as that router, which passes on what comes to the port that it opened.";
const OWN_FIREWALL: &str = "Most likely this computer's own firewall stops them.";
const ROUTER_OR_BEHIND: &str = "Packets were watched, and none reached this computer: that router, or a firewall between it \
                                and this computer, stops them.";

fn see_the_router() -> Fix {
    Fix::client(
        "See whether the router forwards the port that it opens",
        "Its list of open ports (UPnP, PCP, NAT-PMP) has to show one while the check runs. Where it shows none, or does not \
         pass on what comes there, forward a few ports by hand (in ftpmode check: --active-ports and --active-address).",
    )
}

fn in_vain(facts: &Facts, mapping: &Mapping, tried: &Tried) -> Match {
    let router = mapping.router;
    let Suspects { side, confidence, words, fixes } = suspects(facts, mapping, tried);
    let mut cites = vec![Cite::of(format!(
        "the router {router} opened a port for {} when asked ({})",
        mapping.inside, mapping.protocol
    ))];
    cites.extend(
        outside(mapping)
            .map(|outside| Cite::of(format!("the router {router} says that its outer address is {outside}"))),
    );
    cites.extend(facts.cites(tried.ended_by()));
    Match::Fires(Conclusion {
        severity: Severity::Info,
        side,
        confidence,
        summary: format!(
            "The router {router} on this side opens a port when asked, and the server's connection does not come through it \
             all the same. {words}"
        ),
        cites,
        fixes,
    })
}
