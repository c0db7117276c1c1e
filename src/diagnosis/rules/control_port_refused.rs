#![doc = include_str!("control_port_refused.md")]

use crate::diagnosis::rule::{Conclusion, Confidence, Fix, Match, Rule, Severity, Side, asks_nothing};
use crate::diagnosis::rules::dials;
use crate::evidence::facts::{DialEnd, Facts};

pub static RULE: Rule = Rule {
    id: "control-port-refused",
    title: "the control port refuses connections",
    article: include_str!("control_port_refused.md"),
    neighbours: &["control-port-dropped", "control-unreachable", "name-resolution-failed"],
    test,
    asks: asks_nothing,
};

fn test(facts: &Facts) -> Match {
    let refused = match dials::ended(facts, |end| *end == DialEnd::Refused) {
        Ok(refused) => refused,
        Err(otherwise) => return otherwise,
    };
    let place = dials::place(facts, &refused);
    let (side, confidence) = place.as_ref().map_or((Side::Server, Confidence::Medium), |p| (p.side, p.confidence));
    let addresses = dials::addresses(&refused);
    let summary = match &place {
        Some(place) => {
            format!("FTP connections are refused: {addresses} answered with a reset at once. {}", place.words)
        }
        None => format!(
            "Nothing takes FTP connections there: {addresses} answered with a reset at once, so no FTP server listens at this \
             port, or a firewall turns the connection away."
        ),
    };
    let mut cites = facts.cites(refused.iter().map(|dial| dial.place));
    cites.extend(place.into_iter().flat_map(|place| place.cites));
    Match::Fires(Conclusion {
        severity: Severity::Error,
        side,
        confidence,
        summary,
        cites,
        fixes: dials::fixes(
            side,
            Fix::server(
                "Start the FTP server, or have it listen at this port",
                format!(
                    "Something has to listen at port {} and at this address, and the firewall has to let it in; a router \
                     before the server has to forward the port.",
                    facts.evidence().target.port
                ),
            ),
            dials::let_out(facts),
            dials::check_host_and_port(facts),
        ),
    })
}
