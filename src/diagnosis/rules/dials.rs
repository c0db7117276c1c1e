//! What the findings on an unanswered control port have in common.

use crate::diagnosis::rule::{Fix, Match};
use crate::diagnosis::rules::listed;
use crate::evidence::facts::{DialEnd, Dialled, Facts};
use crate::evidence::import::UNKNOWN_HOST;

/// The dials that ended as `mine` says, where no control connection was joined; else what a rule has to say at once.
/// That this computer has no route to one address counts only where it has none to any.
pub fn ended(facts: &Facts, mine: fn(&DialEnd) -> bool) -> Result<Vec<Dialled>, Match> {
    if let Some(joined) = facts.joined_control() {
        return Err(Match::RuledOut(vec![joined]));
    }
    let mut dials = facts.dials();
    let no_route = |dial: &Dialled| matches!(dial.end, DialEnd::Unreachable(icmp) if icmp.no_route);
    if !dials.iter().all(no_route) {
        dials.retain(|dial| !no_route(dial));
    }
    dials.retain(|dial| dial.end != DialEnd::Unfinished);
    if dials.is_empty() {
        return Err(Match::Undecided("no address was dialled to an end"));
    }
    let (ended, others): (Vec<_>, Vec<_>) = dials.into_iter().partition(|dial| mine(&dial.end));
    if ended.is_empty() {
        return Err(Match::RuledOut(facts.cites(others.iter().map(|dial| dial.place))));
    }
    Ok(ended)
}

/// `192.0.2.1:21 and [2001:db8::1]:21`; the port alone where a log does not tell the address.
pub fn addresses(dials: &[Dialled]) -> String {
    let name = |dial: &Dialled| match dial.address {
        address if address.ip().is_unspecified() => format!("its port {}", address.port()),
        address => address.to_string(),
    };
    listed(&dials.iter().map(name).collect::<Vec<_>>())
}

pub fn check_host_and_port(facts: &Facts) -> Fix {
    let target = &facts.evidence().target;
    if target.host == UNKNOWN_HOST {
        return Fix::client(
            "Check the host name and the port",
            "The log does not name the host. FTP listens at port 21 unless its operator says otherwise, FTP with \
             implicit TLS at 990; SFTP (port 22) is another protocol.",
        );
    }
    Fix::client(
        "Check the host name and the port",
        format!(
            "{} port {} was tried. FTP listens at port 21 unless its operator says otherwise, FTP with implicit TLS at \
             990; SFTP (port 22) is another protocol.",
            target.host, target.port
        ),
    )
}
