#![doc = include_str!("data_source_address_differs.md")]

use crate::diagnosis::rule::{Conclusion, Confidence, Fix, Match, Rule, Side, asks_nothing};
use crate::diagnosis::rules::{client_address_varies, loss, ruled_out_by, setting};
use crate::evidence::attempt::Mode;
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
        if facts.may_be_closed_as_foreign() {
            return Match::Undecided("the server may close them without a word, which looks as what was seen does");
        }
        // The translation gives some the control connection's address, and others not.
        if client_address_varies::addresses(facts).len() > 1 {
            return Match::Undecided(
                "the server sees this client at several addresses, so one that works tells of no other",
            );
        }
        // The other way round the server connects to an address that it was told.
        let working = facts.tried_in(Mode::Passive).filter(|tried| tried.works()).filter_map(Tried::joined_at);
        return ruled_out_by(facts, working, "no passive data connection was joined and confirmed");
    }
    let (side, confidence, who) = whose_doing(facts);
    let at_the_server = keep_the_clients_address(facts);
    Match::Fires(Conclusion {
        severity: loss(facts),
        side,
        confidence,
        summary: format!(
            "The data connection reaches the server and is refused there, because it comes from another address than the \
             control connection. {who}"
        ),
        cites: facts.cites(places),
        fixes: if side == Side::Server { vec![at_the_server] } else { vec![through_one_address(), at_the_server] },
    })
}

/// Who gives the two connections different addresses, and how sure that is; as a sentence, what tells.
fn whose_doing(facts: &Facts) -> (Side, Confidence, String) {
    if let Some((seen, _)) = facts.stand_in() {
        let words = format!(
            "The server sees this client at {seen}, an address of its own side: what stands before it puts that in the \
             place of clients' addresses, and not in every connection the same."
        );
        return (Side::Server, Confidence::Medium, words);
    }
    if facts.interposed().is_some() {
        let words = "The control connection is made by who answers in the server's place, and the data connection by this \
                     computer.";
        return (Side::Unknown, Confidence::Medium, words.to_owned());
    }
    let mut ours: Vec<_> = facts.all_seen_by_server().into_iter().map(|(address, _)| address).collect();
    ours.retain(|address| facts.whose(*address) == Whose::Ours);
    ours.dedup();
    if ours.len() >= 2 {
        let words = "The server sees this client at more than one address: a translation on this side gives its connections \
                     different ones.";
        return (Side::Client, Confidence::High, words.to_owned());
    }
    let sources = facts.data_sources();
    if let Some(source) = sources.iter().find(|source| facts.whose(**source) == Whose::TheServersSide) {
        let words = format!(
            "The server sees it come from {source}, an address of its own side: what stands before its passive ports puts \
             that in the place of clients' addresses."
        );
        return (Side::Server, Confidence::Medium, words);
    }
    let words = match sources.first() {
        Some(own) if Some(*own) == facts.local() => format!(
            "The server sees it come from {own}, which is this computer's own address: a translation or a proxy gives the \
             control connection another one; whether it stands on this side or before the server can't be seen from here."
        ),
        Some(source) => format!(
            "The server sees it come from {source}: a translation or a proxy gives the two different addresses; whether it \
             stands on this side or before the server can't be seen from here."
        ),
        None => {
            "A translation or a proxy gives the two different addresses; whether it stands on this side or before the \
                 server can't be seen from here."
                .to_owned()
        }
    };
    (Side::Unknown, Confidence::Medium, words)
}

/// What mends it on this side.
pub fn through_one_address() -> Fix {
    Fix::client(
        "Send both connections out through one address",
        "Routers with several lines, VPNs that take only part of the traffic, and large NATs choose per connection; bind \
         the client to one, or make the choice depend on the source address.",
    )
}

/// And on the server's.
pub fn keep_the_clients_address(facts: &Facts) -> Fix {
    Fix::server(
        "Keep the client's address on the way to the server",
        format!(
            "Load balancers, Docker's userland proxy and Kubernetes (externalTrafficPolicy: Local) replace it. Last resort: {}",
            setting(
                facts,
                |settings| settings.allow_foreign_data,
                "let data connections come from other addresses, which gives up a protection."
            )
        ),
    )
}
