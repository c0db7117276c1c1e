#![doc = include_str!("ftp_helper_on_path.md")]

use crate::diagnosis::rule::{Conclusion, Confidence, Fix, Match, Rule, Severity, Side};
use crate::diagnosis::rules::{callbacks, ends, refused_for_address};
use crate::evidence::attempt::{Mode, Probe};
use crate::evidence::facts::{Facts, Tried};
use crate::evidence::observed::Observed;
use crate::evidence::security::Security;
use crate::protocol::dialect::Says;

pub static RULE: Rule = Rule {
    id: "ftp-helper-on-path",
    title: "something on the way reads PORT and rewrites it",
    article: include_str!("ftp_helper_on_path.md"),
    neighbours: &["client-behind-nat", "control-connection-altered", "active-address-rejected"],
    test,
    asks,
};

fn test(facts: &Facts) -> Match {
    let why = match facts.helper() {
        Observed::Seen(cites) => {
            return Match::Fires(Conclusion {
                severity: Severity::Info,
                side: Side::Network,
                confidence: Confidence::High,
                summary: summary(facts),
                cites,
                fixes: vec![Fix::client(
                    "Use passive mode where TLS is wanted",
                    if facts.is_encrypted() {
                        "Under TLS the router can't read PORT, and does not help."
                    } else {
                        "Under TLS the router can't read PORT any more, and active mode ends. Do not enter an outer address \
                         in the client: the helper mends this computer's own address alone."
                    },
                )],
            });
        }
        Observed::NotSeen => "none shows, and one of another kind than Linux's may still be there",
        Observed::NotTested(why) => why,
    };
    if let Some(place) = facts.port_arrived_unchanged() {
        return Match::RuledOut(facts.cites([place]));
    }
    // Rewritten, the address would have been the one that the server sees, and taken: where that is this side's.
    let translated = matches!(facts.client_nat(), Observed::Seen(_)) && facts.stand_in().is_none();
    let for_address: Vec<&Tried> = facts
        .tried_in(Mode::Active)
        .filter(|tried| refused_for_address(facts, tried) && tried.refusal_says() == Some(Says::AddressRejected))
        .collect();
    if translated && !for_address.is_empty() {
        return Match::RuledOut(facts.cites(ends(for_address)));
    }
    Match::Undecided(why)
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
    let does = if works {
        "it rewrites the address that this computer names in PORT and lets the server's connection in"
    } else if facts.is_encrypted() {
        "it reads PORT, and under TLS there is nothing that it could read"
    } else {
        "it reads PORT, but does not let active mode through here"
    };
    format!(
        "A router on the way has FTP support ({place}): {does}.{outer} It can do so only while the control connection is \
         not encrypted."
    )
}
