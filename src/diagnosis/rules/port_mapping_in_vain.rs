#![doc = include_str!("port_mapping_in_vain.md")]

use crate::diagnosis::rule::{Conclusion, Confidence, Match, Rule, Severity, Side, asks_nothing};
use crate::diagnosis::rules::callbacks;
use crate::evidence::attempt::Address;
use crate::evidence::facts::{Cite, Facts, Failure, Tried};
use crate::evidence::mapping::Mapping;

pub static RULE: Rule = Rule {
    id: "port-mapping-in-vain",
    title: "a port that the router on this side opened leads nowhere",
    article: include_str!("port_mapping_in_vain.md"),
    neighbours: &["port-mapping-helps", "active-callback-dropped", "active-callback-refused"],
    test,
    asks: asks_nothing,
};

fn test(facts: &Facts) -> Match {
    match (granted(facts), through_it(facts)) {
        (Some(mapping), Some(tried)) if came_to_nothing(tried) => in_vain(facts, mapping, tried),
        (Some(_), Some(tried)) if tried.works() => Match::RuledOut(facts.cites(tried.joined_at())),
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

/// The router whose port was granted and led nowhere; `None` where none was, or the connection came.
pub fn granted_in_vain<'f>(facts: &'f Facts<'f>) -> Option<&'f Mapping> {
    granted(facts).filter(|_| through_it(facts).is_some_and(came_to_nothing))
}

fn in_vain(facts: &Facts, mapping: &Mapping, tried: &Tried) -> Match {
    let router = mapping.router;
    let seen = tried.named().map(|named| named.ip().to_canonical());
    let other = mapping.outside_address.filter(|outside| Some(*outside) != seen);
    let why = match (other, seen) {
        (Some(outside), Some(seen)) => format!(
            "That router's own outer address is {outside} and the server sees {seen}: a second translation stands before it, \
             which knows nothing of the port."
        ),
        _ => "A second translation or a firewall before that router most likely stops it.".to_owned(),
    };
    let mut cites = vec![Cite::of(format!(
        "the router {router} opened a port for {} when asked ({})",
        mapping.inside, mapping.protocol
    ))];
    cites
        .extend(other.map(|outside| Cite::of(format!("the router {router} says that its outer address is {outside}"))));
    cites.extend(facts.cites(tried.ended_by()));
    Match::Fires(Conclusion {
        severity: Severity::Info,
        side: Side::Client,
        confidence: if other.is_some() { Confidence::High } else { Confidence::Medium },
        summary: format!(
            "The router {router} on this side opens a port when asked, and the server's connection does not come through it \
             all the same. {why}"
        ),
        cites,
        fixes: vec![callbacks::forward(facts)],
    })
}
