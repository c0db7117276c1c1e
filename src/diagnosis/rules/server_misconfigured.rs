#![doc = include_str!("server_misconfigured.md")]

use crate::diagnosis::rule::{Conclusion, Confidence, Fix, Match, Rule, Severity, Side, asks_nothing};
use crate::diagnosis::rules::logins;
use crate::diagnosis::rules::loss;
use crate::evidence::facts::{Facts, Place};
use crate::protocol::dialect::Says;

pub static RULE: Rule = Rule {
    id: "server-misconfigured",
    title: "the server says that it is not set up right",
    article: include_str!("server_misconfigured.md"),
    neighbours: &["login-rejected", "too-many-connections", "tls-required"],
    test,
    asks: asks_nothing,
};

fn test(facts: &Facts) -> Match {
    // What comes after "no port is free" comes of that.
    let for_itself = |place: &Place| {
        facts.control_of(*place).is_none_or(|control| !facts.said_to_be_broken(control, &[Says::PortsExhausted]))
    };
    let said = facts.refusals_saying(Says::Misconfigured).into_iter().map(|(_, place)| place);
    let mut places: Vec<Place> = said.filter(for_itself).collect();
    if places.is_empty() {
        return logins::otherwise(facts);
    }
    places.extend(facts.aftermath(&[Says::Misconfigured]));
    let stops = !facts.control_works();
    let end = if stops { " and lets nobody in" } else { "" };
    Match::Fires(Conclusion {
        severity: if stops { Severity::Error } else { loss(facts) },
        side: Side::Server,
        confidence: Confidence::High,
        summary: match facts.interposed() {
            Some(_) => format!("What answers on the control connection reports a fault in its own setup{end}."),
            None => format!("The server reports a fault in its own setup{end}; nothing on this side can mend it."),
        },
        cites: facts.cites(places),
        fixes: vec![Fix::server(
            "Mend what the server complains of",
            "Its words are in the evidence; common ones are a home directory that is missing or can't be entered, a \
             writable root of a chroot (vsftpd: allow_writeable_chroot=YES), and an address in quotes (vsftpd: \
             pasv_address).",
        )],
    })
}
