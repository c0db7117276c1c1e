#![doc = include_str!("too_many_connections.md")]

use crate::diagnosis::rule::{Conclusion, Confidence, Fix, Match, Rule, Severity, Side, asks_nothing};
use crate::diagnosis::rules::logins::{self, Trouble};
use crate::diagnosis::rules::setting;
use crate::evidence::facts::{Facts, Place};
use crate::protocol::dialect::Says;

pub static RULE: Rule = Rule {
    id: "too-many-connections",
    title: "the server has reached a limit on connections",
    article: include_str!("too_many_connections.md"),
    neighbours: &["login-rejected", "tls-required", "server-misconfigured", "no-greeting"],
    test,
    asks: asks_nothing,
};

fn test(facts: &Facts) -> Match {
    match logins::trouble(facts) {
        Some((Trouble::TooManyConnections, (_, place))) => {
            let summary = "The server turns this client away because a limit on connections is reached, and says so.";
            return fires(facts, Severity::Error, Confidence::High, summary, vec![place]);
        }
        Some((Trouble::Perhaps421, (_, place))) => {
            let summary = "The server turns this client away with 421, without saying why; most servers do so when a \
                           limit on connections is reached.";
            return fires(facts, Severity::Error, Confidence::Low, summary, vec![place]);
        }
        _ => {}
    }
    let mut said: Vec<Place> =
        facts.refusals_saying(Says::TooManyConnections).into_iter().map(|(_, place)| place).collect();
    let turned_away = facts.turned_away_beside_others();
    // A log may begin behind the login: whose data connections are in it was let in, and its 421 ends a session.
    let was_in = |place: &Place| {
        let number = match place {
            Place::Control(number, _) => Some(*number),
            _ => None,
        };
        facts.log().is_some() && facts.tried().iter().any(|tried| Some(tried.outcome().control) == number)
    };
    said.extend(
        turned_away.iter().filter(|(reply, place)| reply.code == 421 && !was_in(place)).map(|(_, place)| *place),
    );
    said.dedup();
    if !said.is_empty() {
        // Nobody but this check asked for a further control connection: that is nothing that needs mending.
        let own = facts.log().is_none() && said.iter().all(|place| matches!(place, Place::Control(..)));
        let (severity, summary) = match (facts.moves_data(), own) {
            (false, false) => {
                (Severity::Warning, "The server lets no further connection of this client in while one stands.")
            }
            (false, true) if !facts.evidence().not_tried.is_empty() => (
                Severity::Info,
                "The server lets no further connection of this client in while one stands: what the check wanted one for is \
                 not tested.",
            ),
            _ if facts.log().is_some() => {
                (Severity::Info, "The server lets no further connection of this client in while one stands.")
            }
            _ => (
                Severity::Info,
                "The server lets no further connection of this client in while one stands; the check went on with one \
                 at a time.",
            ),
        };
        return fires(facts, severity, Confidence::High, summary, said);
    }
    logins::otherwise(facts)
}

fn fires(facts: &Facts, severity: Severity, confidence: Confidence, summary: &str, places: Vec<Place>) -> Match {
    Match::Fires(Conclusion {
        severity,
        side: Side::Server,
        confidence,
        summary: summary.to_owned(),
        cites: facts.cites(places),
        fixes: vec![
            Fix::server(
                "Raise the limit on connections",
                setting(
                    facts,
                    |settings| settings.connection_limit,
                    "The number of sessions in all and from one address, in the server's settings; many clients behind \
                     one address count as one.",
                ),
            ),
            Fix::client(
                "Close other sessions to this server, and wait",
                "A session whose server waits for a data connection stands for a minute and more after its client has \
                 gone, be it an earlier check's. Or set the client to use one connection at a time.",
            ),
        ],
    })
}
