#![doc = include_str!("transparent_proxy.md")]

use crate::diagnosis::rule::{Conclusion, Confidence, Fix, Match, Rule, Severity, Side, asks_nothing};
use crate::diagnosis::rules::{harm_where_data_fails, peer, ruled_out_by, taken, verbs};
use crate::evidence::facts::{Facts, Interposed, Kind, Standing, Tried};
use crate::evidence::observed::Observed;

pub static RULE: Rule = Rule {
    id: "transparent-proxy",
    title: "something between answers in the server's place",
    article: include_str!("transparent_proxy.md"),
    neighbours: &["data-source-address-differs", "control-connection-altered", "ftp-helper-on-path"],
    test,
    asks: asks_nothing,
};

fn test(facts: &Facts) -> Match {
    let changed: Vec<&Tried> =
        facts.tried().iter().filter(|tried| matches!(tried.came_as_sent(), Observed::NotSeen)).collect();
    match facts.interposed() {
        _ if !changed.is_empty() => changes_listings(facts, &changed),
        Some(interposed) => answers_in_its_place(facts, interposed),
        None if let Some(conclusion) = taken::instead_of_the_server(facts) => Match::Fires(conclusion),
        None => {
            let as_sent = facts.tried().iter().filter_map(|tried| tried.came_as_sent().seen());
            let otherwise = "only a listing of `ftpmode serve` tells whether it came as it was sent";
            ruled_out_by(facts, as_sent, otherwise)
        }
    }
}

fn changes_listings(facts: &Facts, changed: &[&Tried]) -> Match {
    let places = changed.iter().flat_map(|tried| [tried.announced_at(), tried.unmarked_at()]).flatten();
    Match::Fires(Conclusion {
        severity: Severity::Warning,
        side: Side::Network,
        confidence: Confidence::High,
        summary: format!(
            "What came over the data connection ({}) is not what the server sent: it lacks the mark that the server put \
             into this very listing. A proxy or a scanner on the way answers in the server's place, from its memory or \
             with what it rewrote.",
            verbs(changed.iter().copied())
        ),
        cites: facts.cites(places),
        fixes: vec![
            Fix::network(
                "Take FTP out of the proxy or scanner on the way",
                "Web proxies, virus scanners and caches that take FTP connections over without being asked.",
            ),
            over_tls(),
        ],
    })
}

/// As the distances show, or the times.
fn answers_in_its_place(facts: &Facts, interposed: Interposed) -> Match {
    let (peer, port, who) = (peer(facts), facts.evidence().target.port, who(&interposed));
    let (side, confidence, is) = match (interposed.whose, interposed.kind) {
        (Standing::ThisSide, Kind::OnTheWay) => {
            (Side::Client, Confidence::High, "a transparent FTP proxy on this side's router")
        }
        (Standing::ThisSide, Kind::HereOrOnTheWay) => (
            Side::Client,
            Confidence::Medium,
            "a virus scanner or proxy on this computer, or a transparent FTP proxy on this side's router",
        ),
        (Standing::ThisSideMaybe, Kind::OnTheWay) => {
            (Side::Client, Confidence::Medium, "most likely a transparent FTP proxy on this side's router")
        }
        (Standing::ThisSideMaybe, Kind::HereOrOnTheWay) => (
            Side::Client,
            Confidence::Medium,
            "most likely a virus scanner or proxy on this computer, or a transparent FTP proxy on this side's router",
        ),
        (Standing::Unknown, Kind::OnTheWay) => {
            (Side::Unknown, Confidence::Low, "a transparent proxy on the way, or a balancer before the server")
        }
        (Standing::Unknown, Kind::HereOrOnTheWay) => (
            Side::Unknown,
            Confidence::Low,
            "a virus scanner or proxy on this computer, a transparent proxy on the way, or a balancer before the server",
        ),
    };
    let fails = facts.tried().iter().any(|tried| tried.cause().is_some());
    Match::Fires(Conclusion {
        severity: harm_where_data_fails(facts, fails),
        side,
        confidence,
        summary: format!(
            "Port {port} of {peer} is answered by {who}, and packets to other ports of the same address go further: it is \
             {is}. What the control connection says may be its word, and the server sees it in this client's place."
        ),
        fixes: [take_out(facts, &interposed)]
            .into_iter()
            .chain(take_out_here(&interposed))
            .chain([over_tls()])
            .collect(),
        cites: interposed.cites,
    })
}

fn who(interposed: &Interposed) -> String {
    let here = interposed.kind == Kind::HereOrOnTheWay;
    match (interposed.at, interposed.router) {
        (Some(at), Some(router)) if here => format!("this computer itself or hop {at} ({router})"),
        (Some(at), None) if here => format!("this computer itself or hop {at}"),
        (Some(at), Some(router)) => format!("hop {at} ({router})"),
        (Some(at), None) => format!("hop {at}"),
        (None, _) => "somebody nearer than the server".to_owned(),
    }
}

/// What ends it, for whoever runs it.
pub fn take_out(facts: &Facts, interposed: &Interposed) -> Fix {
    let action = match (interposed.kind, interposed.whose) {
        (Kind::OnTheWay, _) | (_, Standing::Unknown) => "Take FTP out of the proxy on the way, and check again",
        (Kind::HereOrOnTheWay, Standing::ThisSide | Standing::ThisSideMaybe) => {
            "Take FTP out of the virus scanner or proxy on this side, and check again"
        }
    };
    let (peer, port) = (peer(facts), facts.evidence().target.port);
    let detail = match interposed.at {
        Some(at) if interposed.kind == Kind::HereOrOnTheWay => format!(
            "Virus scanners, web filters and proxies on this computer, and the router at hop {at}: connections to {peer} port \
             {port} are to be passed on as they are. Another computer behind the same router tells which of them it is: \
             where the check finds no proxy, it was on this computer."
        ),
        Some(at) => format!("The router at hop {at} is to pass connections to {peer} port {port} on as they are."),
        None => format!("Connections to {peer} port {port} are to be passed on as they are."),
    };
    match interposed.whose {
        Standing::ThisSide | Standing::ThisSideMaybe => Fix::client(action, detail),
        Standing::Unknown => Fix::network(action, detail),
    }
}

/// What ends it where it may be on this computer, and the other fix is for those on the way.
fn take_out_here(interposed: &Interposed) -> Option<Fix> {
    let here = interposed.kind == Kind::HereOrOnTheWay && interposed.whose == Standing::Unknown;
    here.then(|| {
        Fix::client(
            "Switch off what inspects FTP on this computer, and check again",
            "Virus scanners, web filters and proxies. What changes then was their doing.",
        )
    })
}

fn over_tls() -> Fix {
    Fix::client("Use FTP over TLS", "What is encrypted can't be read, kept or changed on the way.")
}
