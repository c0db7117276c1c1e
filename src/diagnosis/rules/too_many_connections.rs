#![doc = include_str!("too_many_connections.md")]

use crate::diagnosis::rule::{Conclusion, Confidence, Fix, Match, Rule, Severity, Side, asks_nothing};
use crate::diagnosis::rules::logins::{self, Trouble};
use crate::diagnosis::rules::{loss, setting};
use crate::evidence::facts::{Facts, Failure, Place, ShutOut, Tried};
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
    if let Some(shut) = facts.shut_out() {
        return shut_out(facts, &shut);
    }
    match logins::otherwise(facts) {
        Match::RuledOut(_) if facts.login_reply().is_some() && is_lost_later(facts) => {
            Match::Undecided("the login was taken, and whether a limit was reached later is not told")
        }
        otherwise => otherwise,
    }
}

/// Whether a session ended behind its login for a reason that nobody told: it may be a limit.
fn is_lost_later(facts: &Facts) -> bool {
    let lost = [Failure::Unanswered, Failure::CutAtNegotiation, Failure::ControlLost];
    !facts.lost_controls().is_empty() || lost.into_iter().any(|failure| !facts.failed(failure).is_empty())
}

/// The control port let this computer in, and does not any more.
fn shut_out(facts: &Facts, shut: &ShutOut) -> Match {
    let port = facts.evidence().target.port;
    let does = if shut.refused { "refuses further connections" } else { "does not answer any more" };
    let fails = |tried: &&Tried| facts.fails_shut_out(tried);
    let spoilt = facts.tried().iter().any(|tried| fails(&tried)) || !facts.evidence().not_tried.is_empty();
    let after = if spoilt { " What this check tried after that says nothing of passive and active mode." } else { "" };
    Match::Fires(Conclusion {
        severity: if spoilt { loss(facts) } else { Severity::Info },
        side: Side::Unknown,
        confidence: Confidence::Low,
        summary: format!(
            "Port {port} of the server let this computer in at first and {does}: a firewall that counts connections may have \
             blocked this computer for a while, because of this check, or allow no more at one time. A server that went down \
             meanwhile looks the same.{after}"
        ),
        cites: shut.cites.clone(),
        fixes: vec![
            Fix::client(
                "Wait some minutes before the next check or login",
                "Such a block ends by itself, often after five minutes to an hour; each further attempt may make it longer. \
                 --locate never opens fewer connections, and so does a check without --thorough and --samples.",
            ),
            Fix::server(
                "See whether the firewall has blocked this client's address, and unblock it",
                "fail2ban, CSF and LFD, ufw limit and connection limits in iptables or nft keep lists of such addresses. Allow \
                 an FTP client more connections: it opens several within seconds.",
            ),
        ],
    })
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

#[cfg(test)]
mod tests {
    use crate::diagnosis::diagnose;
    use crate::diagnosis::rule::{Confidence, Side};
    use crate::evidence::case::Case;
    use crate::evidence::facts::Facts;

    const BANNED: &str = include_str!("../../../fixtures/cases/too-many-connections/banned_behind_a_wall.toml");

    #[test]
    fn what_fails_once_the_control_port_lets_nobody_in_is_no_reason_to_blame_anybody() {
        let evidence = Case::from_toml(BANNED).expect("a case").evidence;
        let found = diagnose(&Facts::of(&evidence));
        assert!(found.findings.iter().all(|finding| finding.conclusion.confidence == Confidence::Low));
        assert!(found.findings.iter().all(|finding| finding.conclusion.side == Side::Unknown));
        let dropped = found.findings.iter().find(|finding| finding.rule.id == "passive-port-dropped").expect("it");
        assert!(!dropped.conclusion.summary.contains("works"), "{}", dropped.conclusion.summary);
        let first = &found.verdict.fixes[0].action;
        assert!(first.starts_with("Wait some minutes"), "{first}");
        assert!(found.verdict.summary.contains("the control port did not answer"), "{}", found.verdict.summary);
    }

    #[test]
    fn what_was_dropped_while_the_server_was_still_heard_was_dropped() {
        // A reply came long after the last dial that met silence had begun.
        let heard = BANNED.replacen("\"423.245 < 220", "\"5000.0 < 220", 1);
        assert_ne!(heard, BANNED.to_owned(), "the greeting is there");
        let evidence = Case::from_toml(&heard).expect("a case").evidence;
        let facts = Facts::of(&evidence);
        assert!(facts.shut_out().is_some_and(|shut| !shut.is_entire()));
    }
}
