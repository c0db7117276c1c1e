#![doc = include_str!("no_greeting.md")]

use crate::diagnosis::rule::{Conclusion, Confidence, Fix, Match, Rule, Severity, Side, asks_nothing};
use crate::diagnosis::rules::{dials, peer_port, transfer_stalled};
use crate::evidence::facts::{Facts, FirstWords, Place};

pub static RULE: Rule = Rule {
    id: "no-greeting",
    title: "connected, and nothing is said",
    article: include_str!("no_greeting.md"),
    neighbours: &["not-ftp", "control-port-dropped", "too-many-connections"],
    test,
    asks: asks_nothing,
};

fn test(facts: &Facts) -> Match {
    let (greeted, silent) = facts.greeted();
    if greeted > 0 && !silent.is_empty() && facts.log().is_none() && facts.control_works() {
        return not_each_time(facts, greeted, &silent);
    }
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

/// Other sessions were greeted and let in: whoever greets those is there, and is the server. One that keeps a second session
/// waiting does no harm to clients that open one.
fn not_each_time(facts: &Facts, greeted: usize, silent: &[Place]) -> Match {
    let first = matches!(facts.first_words(), Some(FirstWords::Silence(_)));
    let why = if first {
        "The server is slow at times, or packets are lost on the way; from here these look alike."
    } else {
        "The server serves only so many sessions at one time, or is slow at times, or packets are lost on the way; from \
         here these look alike."
    };
    Match::Fires(Conclusion {
        severity: if first { Severity::Warning } else { Severity::Info },
        side: Side::Unknown,
        confidence: Confidence::Low,
        summary: format!(
            "{} does not greet each time: of {} sessions it greeted {greeted} in time. {why}",
            peer_port(facts),
            greeted + silent.len()
        ),
        cites: facts.cites(silent.iter().copied()),
        fixes: vec![
            transfer_stalled::check_often(),
            Fix::server(
                "See whether the server is slow to greet at times",
                "Its load and its log, and whether it waits for a name service or an ident lookup.",
            ),
        ],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::case::Case;

    #[test]
    fn a_server_that_greeted_other_sessions_is_there() {
        let text = include_str!("../../../fixtures/cases/no-greeting/the_first_of_several.toml");
        let found = |text: &str| match test(&Facts::of(&Case::from_toml(text).expect("a case").evidence)) {
            Match::Fires(Conclusion { severity, confidence, summary, .. }) => Some((severity, confidence, summary)),
            _ => None,
        };
        let (severity, confidence, summary) = found(text).expect("the first was not greeted");
        assert_eq!((severity, confidence), (Severity::Warning, Confidence::Low));
        assert!(summary.contains("of 4 sessions it greeted 3 in time. The server is slow"), "{summary}");

        let greeted = text.replace("13068.713 silent reply 10001", "13068.713 < 220 (vsFTPd 3.0.3)");
        assert_eq!(found(&greeted), None);
        let second = greeted.replace("13072.507 < 220 (vsFTPd 3.0.3)", "13072.507 silent reply 10000");
        let (severity, _, summary) = found(&second).expect("the second was not greeted");
        assert_eq!(severity, Severity::Info);
        assert!(summary.contains("only so many sessions at one time"), "{summary}");
    }
}
