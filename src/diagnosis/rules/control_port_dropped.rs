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
    Match::Fires(Conclusion {
        severity: Severity::Error,
        side: Side::Unknown,
        confidence: Confidence::Medium,
        summary: format!(
            "The server does not answer: {} stayed silent. It is off, it has another address, or a firewall on its side \
             or on this one drops the connection; from here these look alike.",
            dials::addresses(&dropped)
        ),
        cites: facts.cites(dropped.iter().map(|dial| dial.place)),
        fixes: vec![
            Fix::server(
                "Make sure that the server runs and its firewall lets FTP in",
                format!("Incoming TCP to port {port} from any address; a router before the server has to forward it."),
            ),
            Fix::client(
                "Check that this network lets FTP out",
                format!("Outgoing TCP to port {port}. Another network, such as a phone's, tells which side it is."),
            ),
            dials::check_host_and_port(facts),
        ],
    })
}
