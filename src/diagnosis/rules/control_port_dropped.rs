#![doc = include_str!("control_port_dropped.md")]

use crate::diagnosis::rule::{Conclusion, Confidence, Fix, Match, Rule, Severity, Side, asks_nothing};
use crate::diagnosis::rules::dials;
use crate::evidence::facts::{DialEnd, Facts};

pub static RULE: Rule = Rule {
    id: "control-port-dropped",
    title: "the control port does not answer",
    article: include_str!("control_port_dropped.md"),
    neighbours: &["control-port-refused", "control-unreachable", "name-resolution-failed", "no-greeting"],
    test,
    asks: asks_nothing,
};

fn test(facts: &Facts) -> Match {
    let dropped = match dials::ended(facts, |end| matches!(end, DialEnd::Silent { .. })) {
        Ok(dropped) => dropped,
        Err(otherwise) => return otherwise,
    };
    let port = facts.evidence().target.port;
    let place = dials::place(facts, &dropped);
    let (side, confidence) = place.as_ref().map_or((Side::Unknown, Confidence::Medium), |p| (p.side, p.confidence));
    let addresses = dials::addresses(&dropped);
    let mut cites = facts.cites(dropped.iter().map(|dial| dial.place));
    let this_sides = side == Side::Client;
    let summary = match &place {
        Some(place) if this_sides => format!("The server does not answer: {addresses} stayed silent. {}", place.words),
        Some(place) => {
            format!("The server does not answer: {addresses} stayed silent. {} {}", place.words, dials::MAY_BE_BLOCKED)
        }
        None => format!(
            "The server does not answer: {addresses} stayed silent. It is off, it has another address, or a firewall on its \
             side or on this one drops the connection; from here these look alike. {}",
            dials::MAY_BE_BLOCKED
        ),
    };
    cites.extend(place.into_iter().flat_map(|place| place.cites));
    let mut fixes = dials::fixes(
        side,
        Fix::server(
            "Make sure that the server runs and its firewall lets FTP in",
            format!("Incoming TCP to port {port} from any address; a router before the server has to forward it."),
        ),
        dials::let_out(facts),
        dials::check_host_and_port(facts),
    );
    fixes.extend((!this_sides).then(dials::unblock));
    Match::Fires(Conclusion { severity: Severity::Error, side, confidence, summary, cites, fixes })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::case::Case;

    #[test]
    fn who_may_have_been_blocked_is_told_so_and_nobody_is_blamed_for_certain() {
        let found = |case: &str| match test(&Facts::of(&Case::from_toml(case).expect("a case").evidence)) {
            Match::Fires(Conclusion { side, confidence, summary, fixes, .. }) => {
                let told = summary.contains(dials::MAY_BE_BLOCKED);
                Some((side, confidence, told, fixes.contains(&dials::unblock())))
            }
            Match::RuledOut(_) | Match::Undecided(_) => None,
        };
        let at_the_server = include_str!("../../../fixtures/cases/control-port-dropped/at-the-server.toml");
        assert_eq!(found(at_the_server), Some((Side::Server, Confidence::Medium, true, true)));
        let nowhere = include_str!("../../../fixtures/cases/control-port-dropped/a_firewall_drops_port_21.toml");
        assert_eq!(found(nowhere), Some((Side::Unknown, Confidence::Medium, true, true)));
        // Nothing leaves this side.
        let here = include_str!("../../../fixtures/cases/control-port-dropped/at-the-clients-gateway.toml");
        assert!(matches!(found(here), Some((Side::Client, _, false, false))));
    }
}
