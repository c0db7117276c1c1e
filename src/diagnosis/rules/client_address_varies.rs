#![doc = include_str!("client_address_varies.md")]

use std::net::IpAddr;

use crate::diagnosis::rule::{Conclusion, Confidence, Fix, Match, Rule, Side, asks_nothing};
use crate::diagnosis::rules::{callbacks, harm_where_data_fails, listed};
use crate::evidence::facts::{Facts, Failure};
use crate::protocol::dialect::Says;

pub static RULE: Rule = Rule {
    id: "client-address-varies",
    title: "the server sees another address of this client from connection to connection",
    article: include_str!("client_address_varies.md"),
    neighbours: &["client-behind-nat", "data-source-address-differs", "active-address-rejected"],
    test,
    asks: asks_nothing,
};

fn test(facts: &Facts) -> Match {
    let seen = facts.seen_by_server_on();
    let addresses = addresses(facts);
    let cites = seen.iter().map(|(_, address, place)| facts.cite_naming(*address, *place)).collect();
    let several_controls = seen.first().map(|(number, ..)| *number) != seen.last().map(|(number, ..)| *number);
    match addresses.len() {
        0 => return Match::Undecided("the server does not name the address it sees this client at"),
        1 if several_controls => return Match::RuledOut(cites),
        1 => return Match::Undecided("only one control connection was looked at"),
        _ => {}
    }
    let fails = !facts.failed(Failure::TransferRefused(Some(Says::ForeignDataSource))).is_empty()
        || facts.may_be_closed_as_foreign();
    let names: Vec<String> = addresses.iter().map(ToString::to_string).collect();
    if facts.stand_in().is_some() {
        return Match::Fires(Conclusion {
            severity: harm_where_data_fails(facts, fails),
            side: Side::Server,
            confidence: Confidence::High,
            summary: format!(
                "The server sees this client at {}, addresses of the server's own side: what stands before the server gives \
                 each connection another one, and servers refuse data connections that do not come from the control \
                 connection's.",
                listed(&names)
            ),
            cites,
            fixes: vec![callbacks::keep_client_addresses()],
        });
    }
    Match::Fires(Conclusion {
        severity: harm_where_data_fails(facts, fails),
        side: Side::Client,
        confidence: Confidence::High,
        summary: format!(
            "The server sees this client at {}: the translation on this side gives each connection another outer \
             address, and servers refuse data connections that do not come from the control connection's.",
            listed(&names)
        ),
        cites,
        fixes: vec![
            Fix::client(
                "Send all connections to one server out through one address",
                "On the router or load balancer of this side: sticky or source-based choice of the outgoing address.",
            ),
            Fix::server(
                "Let data connections come from other addresses, if that can't be mended",
                crate::diagnosis::rules::setting(
                    facts,
                    |settings| settings.allow_foreign_data,
                    "It gives up a protection against theft of transfers.",
                ),
            ),
        ],
    })
}

/// Every address that the server sees this client at, once.
pub fn addresses(facts: &Facts) -> Vec<IpAddr> {
    let mut addresses: Vec<IpAddr> = Vec::new();
    for (_, address, _) in facts.seen_by_server_on() {
        if !addresses.contains(&address) {
            addresses.push(address);
        }
    }
    addresses
}
