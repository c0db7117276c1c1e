#![doc = include_str!("data_source_address_differs.md")]

use crate::diagnosis::rule::{Conclusion, Confidence, Fix, Match, Rule, Side, asks_nothing};
use crate::diagnosis::rules::{loss, ruled_out_by, setting};
use crate::evidence::facts::{Facts, Place, Tried, Whose};
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
    let mut ours: Vec<_> = facts.all_seen_by_server().into_iter().map(|(address, _)| address).collect();
    ours.retain(|address| facts.whose(*address) == Whose::Ours);
    ours.dedup();
    let (side, confidence, who) = match (facts.stand_in(), facts.interposed(), ours.len()) {
        (Some((seen, _)), ..) => (
            Side::Server,
            Confidence::Medium,
            format!(
                "The server sees this client at {seen}, an address of its own side: what stands before it puts that in the \
                 place of clients' addresses, and not in every connection the same."
            ),
        ),
        (None, Some(_), _) => (
            Side::Unknown,
            Confidence::Medium,
            "The control connection is made by who answers in the server's place, and the data connection by \
             this computer."
                .to_owned(),
        ),
        (None, None, 2..) => (
            Side::Client,
            Confidence::High,
            "The server sees this client at more than one address: a translation on this side gives its connections \
             different ones."
                .to_owned(),
        ),
        (None, None, _) => (
            Side::Unknown,
            Confidence::Medium,
            "A translation or a proxy gives the two different addresses; whether it stands on this side or before the \
             server can't be seen from here."
                .to_owned(),
        ),
    };
    Match::Fires(Conclusion {
        severity: loss(facts),
        side,
        confidence,
        summary: format!(
            "The data connection reaches the server and is refused there, because it comes from another address than the \
             control connection. {who}"
        ),
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
