#![doc = include_str!("data_source_address_differs.md")]

use crate::diagnosis::rule::{Conclusion, Confidence, Fix, Match, Rule, Side, asks_nothing};
use crate::diagnosis::rules::{loss, ruled_out_by, setting};
use crate::evidence::facts::{Facts, Place, Tried};
use crate::protocol::dialect::Says;

pub static RULE: Rule = Rule {
    id: "data-source-address-differs",
    title: "the server refuses data connections for the address they come from",
    article: include_str!("data_source_address_differs.md"),
    neighbours: &["client-address-varies", "active-callback-foreign", "passive-port-dropped", "transfer-failed"],
    test,
    asks: asks_nothing,
};

fn test(facts: &Facts) -> Match {
    let places: Vec<Place> =
        facts.refusals_saying(Says::ForeignDataSource).into_iter().map(|(_, place)| place).collect();
    if places.is_empty() {
        let working = facts.tried().iter().filter(|tried| tried.works()).filter_map(Tried::joined_at);
        return ruled_out_by(facts, working, "no data connection was joined and confirmed");
    }
    let varies = {
        let mut seen: Vec<_> = facts.all_seen_by_server().into_iter().map(|(address, _)| address).collect();
        seen.dedup();
        seen.len() > 1
    };
    Match::Fires(Conclusion {
        severity: loss(facts),
        side: match (facts.stand_in(), varies) {
            (Some(_), _) => Side::Server,
            (None, true) => Side::Client,
            (None, false) => Side::Unknown,
        },
        confidence: if varies { Confidence::High } else { Confidence::Medium },
        summary: "The data connection reaches the server and is refused there, because it comes from another address \
                  than the control connection: a translation on the way, on this side or before the server, gives the \
                  two different addresses."
            .to_owned(),
        cites: facts.cites(places),
        fixes: vec![
            Fix::client(
                "Send both connections out through one address",
                "Routers with several lines, VPNs that take only part of the traffic, and large NATs choose per \
                 connection; bind the client to one, or make the choice depend on the source address.",
            ),
            Fix::server(
                "Keep the client's address on the way to the server",
                format!(
                    "Load balancers, Docker's userland proxy and Kubernetes (externalTrafficPolicy: Local) replace it. \
                     Last resort: {}",
                    setting(
                        facts,
                        |settings| settings.allow_foreign_data,
                        "let data connections come from other addresses, which gives up a protection."
                    )
                ),
            ),
        ],
    })
}
