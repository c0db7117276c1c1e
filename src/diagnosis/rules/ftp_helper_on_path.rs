#![doc = include_str!("ftp_helper_on_path.md")]

use crate::diagnosis::rule::{Conclusion, Confidence, Fix, Match, Rule, Severity, Side};
use crate::diagnosis::rules::{callbacks, peer, refused_for_address};
use crate::evidence::attempt::{Mode, Probe};
use crate::evidence::facts::Facts;
use crate::evidence::observed::Observed;
use crate::evidence::security::Security;
use crate::protocol::dialect::Says;

pub static RULE: Rule = Rule {
    id: "ftp-helper-on-path",
    title: "something on the way reads PORT and may rewrite it",
    article: include_str!("ftp_helper_on_path.md"),
    neighbours: &["client-behind-nat", "control-connection-altered", "active-address-rejected"],
    test,
    asks,
};

/// Fires, or stays open: a helper that was not seen may still be there, and no evidence rules it out.
fn test(facts: &Facts) -> Match {
    match facts.helper() {
        Observed::Seen(cites) => Match::Fires(Conclusion {
            severity: Severity::Info,
            side: Side::Network,
            confidence: Confidence::High,
            summary: summary(facts),
            cites,
            fixes: vec![Fix::client(
                "Use passive mode where TLS is wanted",
                if facts.is_encrypted() {
                    "Under TLS the router can't read PORT, and does not help."
                } else if callbacks::helper_mends_our_address(facts) {
                    "Under TLS the router can't read PORT any more, and active mode ends. Do not enter an outer address \
                         in the client: the helper mends this computer's own address alone."
                } else {
                    "Under TLS the router can't read PORT and PASV any more, and what it does for them ends."
                },
            )],
        }),
        Observed::NotSeen => {
            Match::Undecided("no helper of Linux's kind was seen, which does not prove that there is none")
        }
        Observed::NotTested(_) if arrives_unchanged(facts) && !facts.helper_probe_lost() => Match::Undecided(
            "the address in PORT arrives as it was sent; a helper before the server may still be there",
        ),
        Observed::NotTested(why) => Match::Undecided(why),
    }
}

/// Whether the server quoted what PORT named, or minded it: rewritten, the address would have been the one that the server
/// sees, and taken.
pub fn arrives_unchanged(facts: &Facts) -> bool {
    let translated = matches!(facts.client_nat(), Observed::Seen(_)) && facts.stand_in().is_none();
    let for_address = facts
        .tried_in(Mode::Active)
        .any(|tried| refused_for_address(facts, tried) && tried.refusal_says() == Some(Says::AddressRejected));
    facts.port_arrived_unchanged().is_some() || (translated && for_address)
}

/// Where the helper does its part and the server's connection does not come.
pub fn see_the_connection(facts: &Facts) -> Fix {
    let local = facts.local().map_or_else(|| "this computer".to_owned(), |local| local.to_string());
    let peer = peer(facts);
    Fix::client(
        "See whether the server's connection comes as far as the router on this side",
        format!(
            "That router's FTP support is on and rewrites the address in PORT, and so has to let in the connection from {peer}: its \
             log or its list of connections shows whether one comes. Where one does, allow incoming TCP from {peer} to {local} in \
             every firewall from the router on, this computer's own included."
        ),
    )
}

/// Only where something fails that a helper has to do with, or an active connection works that one may have let in.
fn asks(facts: &Facts) -> Vec<Probe> {
    let translated = matches!(facts.client_nat(), Observed::Seen(_));
    let fails = facts.tried_in(Mode::Active).any(|tried| !tried.works() && !tried.cut_short());
    let looked = !facts.evidence().fragments.is_empty();
    let seen = matches!(facts.helper(), Observed::Seen(_));
    let wanted = facts.evidence().asked.thorough || (translated && !seen && (fails || facts.works(Mode::Active)));
    // A port where TLS begins at once is none that a helper reads.
    let readable = facts.security() != Security::ImplicitTls;
    if wanted && readable && !looked { vec![Probe::Helper] } else { callbacks::asks_for_own_address(facts) }
}

/// What it does here, and where it stands, as far as that was seen.
fn summary(facts: &Facts) -> String {
    let server = facts.distance().unwrap_or(u8::MAX);
    let place = match facts.helper_between() {
        Some((1, 1)) => "at the first router of this side (hop 1)".to_owned(),
        Some((low, high)) if low == high => format!("at hop {low}"),
        Some((low, u8::MAX)) => format!("at hop {low} or further on"),
        Some((low, _)) if low.saturating_add(1) >= server => {
            format!("at hop {low}, before the server, or at the server")
        }
        Some((low, high)) => format!("between hop {low} and hop {high}"),
        None => "most likely on this side".to_owned(),
    };
    let works = facts.works(Mode::Active) || facts.in_plain().is_some_and(|plain| plain.works(Mode::Active));
    let outer = match callbacks::with_outer_address(facts) {
        // Under TLS the helper had no part in that.
        Some((_, false)) if works && !facts.is_encrypted() => " With the outer address in PORT it does not.",
        _ => "",
    };
    let does = if works && callbacks::helper_mends_our_address(facts) {
        "it rewrites the address that this computer names in PORT and lets the server's connection in"
    } else if works && matches!(facts.client_nat(), Observed::NotSeen) {
        "it reads PORT, and has no address to rewrite there, since no address translation stands before this computer"
    } else if works {
        "it reads PORT, and active mode works"
    } else if facts.is_encrypted() {
        "it reads PORT, and under TLS there is nothing that it could read"
    } else if facts.port_arrived_rewritten().is_some() {
        "it rewrites the address that this computer names in PORT. No connection of active mode came about here, which need \
         not be its doing"
    } else {
        "it reads PORT. No connection of active mode came about here, which need not be its doing"
    };
    format!(
        "A router on the way has FTP support ({place}): {does}.{outer} It can do so only while the control connection is \
         not encrypted."
    )
}
