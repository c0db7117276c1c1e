#![doc = include_str!("passive_ports_exhausted.md")]

use crate::diagnosis::rule::{Conclusion, Confidence, Fix, Match, Rule, Severity, Side, asks_nothing};
use crate::diagnosis::rules::{ends, loss, refused_for_want_of_a_port, ruled_out_by, setting};
use crate::evidence::attempt::Mode;
use crate::evidence::facts::{Facts, Failure, Place, Tried};
use crate::protocol::dialect::Says;

pub static RULE: Rule = Rule {
    id: "passive-ports-exhausted",
    title: "the server has no free passive port",
    article: include_str!("passive_ports_exhausted.md"),
    neighbours: &["passive-rejected", "too-many-connections"],
    test,
    asks: asks_nothing,
};

fn test(facts: &Facts) -> Match {
    let mut said: Vec<Place> =
        facts.refusals_saying(Says::PortsExhausted).into_iter().map(|(_, place)| place).collect();
    said.extend(what_followed(facts));
    let hinted: Vec<Place> = facts
        .tried_in(Mode::Passive)
        .filter(|tried| refused_for_want_of_a_port(tried))
        .filter_map(Tried::ended_by)
        .collect();
    let (places, confidence) = match (said.is_empty(), hinted.is_empty()) {
        (false, _) => ([said, hinted].concat(), Confidence::High),
        (true, false) => (hinted, Confidence::Low),
        (true, true) => {
            let mut tried = facts.tried_in(Mode::Passive).peekable();
            if tried.peek().is_none() {
                return Match::Undecided("passive mode was not tried");
            }
            let named = tried.filter(|tried| tried.named().is_some()).filter_map(Tried::named_at);
            return ruled_out_by(facts, named, "the server opened no passive port, and says nothing of its range");
        }
    };
    let words = if confidence == Confidence::High { "says that it has" } else { "seems to have" };
    // A server keeps the port of a connection that never reaches it: then the range is small, and that is not what fails.
    let held = if facts.log().is_none() { held_before(facts, &places) } else { Vec::new() };
    let (severity, why) = match held.is_empty() {
        true => {
            (loss(facts), " Who holds them can't be seen from here: other transfers, or a check right before this one.")
        }
        false => (
            Severity::Info,
            " It still held one for a connection of this check that came to nothing, so its range is small.",
        ),
    };
    Match::Fires(Conclusion {
        severity,
        side: Side::Server,
        confidence,
        summary: format!("The server {words} no free port left for passive mode.{why}"),
        cites: facts.cites(places.into_iter().chain(held)),
        fixes: vec![
            Fix::server(
                "Widen the passive port range",
                format!(
                    "{} A port stays taken for some minutes after its transfer: allow several for each transfer a \
                     minute, and open the whole range in the firewall.",
                    setting(
                        facts,
                        |settings| settings.passive_range,
                        "Choose a wider range in the server's settings, such as 40000 to 41000."
                    )
                ),
            ),
            Fix::client(
                "Run fewer transfers at a time",
                "Fewer parallel connections in the client's settings; try again in some minutes.",
            ),
        ],
    })
}

/// Where passive connections of this check came to nothing that were dialled before the server said so, judged or not: it
/// waits for them, and their ports stay taken.
fn held_before(facts: &Facts, said: &[Place]) -> Vec<Place> {
    let Some(said) = said.iter().filter_map(|place| facts.time_of(*place)).reduce(f64::min) else { return Vec::new() };
    let aside = facts.passive_dials_aside();
    let before = |tried: &&Tried| tried.named_at().and_then(|place| facts.time_of(place)).is_some_and(|ms| ms < said);
    let all = facts.tried_in(Mode::Passive).chain(&aside);
    let awaited = |tried: &&Tried| {
        matches!(tried.failure(), Some(Failure::DialDropped | Failure::NeverServed)) || tried.is_left_alone()
    };
    ends(all.filter(awaited).filter(before))
}

/// Servers that fail for want of a port (vsftpd does) fail at what comes next, too.
fn what_followed(facts: &Facts) -> Vec<Place> {
    let broken = |place: &Place| {
        facts.control_of(*place).is_some_and(|control| facts.said_to_be_broken(control, &[Says::PortsExhausted]))
    };
    let faults = facts.refusals_saying(Says::Misconfigured).into_iter().map(|(_, place)| place).filter(broken);
    faults.chain(facts.aftermath(&[Says::PortsExhausted])).collect()
}
