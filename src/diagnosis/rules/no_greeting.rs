#![doc = include_str!("no_greeting.md")]

use crate::diagnosis::rule::{Conclusion, Confidence, Fix, Match, Rule, Severity, Side, asks_nothing};
use crate::diagnosis::rules::{dials, peer_port};
use crate::evidence::facts::{Facts, FirstWords};

pub static RULE: Rule = Rule {
    id: "no-greeting",
    title: "connected, and nothing is said",
    article: include_str!("no_greeting.md"),
    neighbours: &["not-ftp", "control-port-dropped", "too-many-connections"],
    test,
    asks: asks_nothing,
};

fn test(facts: &Facts) -> Match {
    let (place, closed) = match facts.first_words() {
        Some(FirstWords::Reply(_, place) | FirstWords::Nonsense(_, place)) => {
            return Match::RuledOut(facts.cites([place]));
        }
        Some(FirstWords::Silence(place)) => (place, false),
        Some(FirstWords::End(place)) => (place, true),
        None => return Match::Undecided("no control connection was joined, or the check ended before a greeting"),
    };
    let server = peer_port(facts);
    let implicit = facts.evidence().target.port == 990 && !closed;
    let summary = match (implicit, closed) {
        (true, _) => format!("{server} takes the connection and waits: at this port clients begin with TLS at once."),
        (false, true) => format!(
            "{server} takes the connection and ends it without a word. The server does not want this client, or there is \
             no FTP server behind this port, or a firewall or proxy in between answers for it."
        ),
        (false, false) => format!(
            "{server} takes the connection and says nothing. An FTP server greets first: this one hangs, or something \
             else listens there, such as a port for implicit TLS, or a firewall or proxy in between answers for it."
        ),
    };
    // What takes a connection may stand anywhere before the server (a proxy, a firewall against floods).
    let side = if implicit { Side::Client } else { Side::Unknown };
    let mut fixes = vec![Fix::server(
        "See why the server does not greet",
        "Its log, its limits and access lists, and whether it waits for a name service or an ident lookup that does not \
         answer.",
    )];
    let tls = Fix::client(
        "Use implicit TLS if this port is meant for it",
        "In a client choose FTPS (implicit), as in ftps://host.",
    );
    if implicit {
        fixes.insert(0, tls);
    } else if !closed {
        fixes.push(tls);
    }
    fixes.push(dials::check_host_and_port(facts));
    Match::Fires(Conclusion {
        severity: Severity::Error,
        side,
        confidence: Confidence::Medium,
        summary,
        cites: facts.joined_control().into_iter().chain(facts.cites([place])).collect(),
        fixes,
    })
}
