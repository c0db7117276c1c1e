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
    let summary = match &place {
        Some(place) => format!("The server does not answer: {addresses} stayed silent. {}", place.words),
        None => format!(
            "The server does not answer: {addresses} stayed silent. It is off, it has another address, or a firewall on its \
             side or on this one drops the connection; from here these look alike."
        ),
    };
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
                "Make sure that the server runs and its firewall lets FTP in",
                format!("Incoming TCP to port {port} from any address; a router before the server has to forward it."),
            ),
            dials::let_out(facts),
            dials::check_host_and_port(facts),
        ),
    })
}
