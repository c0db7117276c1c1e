#![doc = include_str!("active_address_rejected.md")]

use crate::diagnosis::rule::{Conclusion, Confidence, Fix, Match, Rule, Severity, Side};
use crate::diagnosis::rules::callbacks::{self, Nat};
use crate::diagnosis::rules::{active_rejected, nat_hairpin, transparent_proxy};
use crate::diagnosis::rules::{ends, loss, refused_for_address, refused_verb, ruled_out_by, verbs};
use crate::evidence::address::{Reach, reach};
use crate::evidence::attempt::{Address, Mode, Probe};
use crate::evidence::facts::{Facts, Tried};
use crate::protocol::dialect::Says;

pub static RULE: Rule = Rule {
    id: "active-address-rejected",
    title: "the server refuses the address in PORT or EPRT",
    article: include_str!("active_address_rejected.md"),
    neighbours: &["active-rejected", "active-callback-dropped", "active-callback-refused", "client-behind-nat"],
    test,
    asks,
};

fn test(facts: &Facts) -> Match {
    let rejected: Vec<&Tried> =
        facts.tried_in(Mode::Active).filter(|tried| refused_for_address(facts, tried)).collect();
    if rejected.is_empty() {
        let agreed = facts.tried_in(Mode::Active).filter(|tried| tried.negotiated());
        let answered: Vec<_> = agreed.filter_map(|tried| Some(tried.negotiation()?.1)).collect();
        let switched_off: Vec<&Tried> =
            facts.tried_in(Mode::Active).filter(|tried| refused_verb(facts, tried)).collect();
        if answered.is_empty() && active_rejected::is_untold(facts, &switched_off) {
            return Match::Undecided("the server's reply does not say why it turns the command away");
        }
        let otherwise = if answered.is_empty() { ends(switched_off) } else { answered };
        return ruled_out_by(facts, otherwise, "neither PORT nor EPRT was answered");
    }
    // A log may hide it.
    let named = rejected.iter().find_map(|tried| tried.named()).map_or_else(
        || "the address that this computer names".to_owned(),
        |named| format!("{}, the address that this computer names", named.ip().to_canonical()),
    );
    let given = rejected.iter().all(|tried| tried.attempt().address == Address::Given);
    let said = rejected.iter().any(|tried| tried.refusal_says() == Some(Says::AddressRejected));
    let nat = Nat::of(facts);
    let stand_in = facts.stand_in().filter(|_| !given);
    let interposed = facts.interposed().filter(|_| !given && stand_in.is_none());
    let translated = facts.families_translated().filter(|_| !given);
    // A public address may be this computer's outer one as well, and is the less likely to be translated.
    let public = rejected.iter().any(|tried| tried.named().is_some_and(|named| reach(named.ip()) == Reach::Public));
    let either = public
        && !given
        && matches!(nat, Nat::Unknown)
        && stand_in.is_none()
        && interposed.is_none()
        && translated.is_none();
    let data_comes_from_here = facts.local().is_some_and(|local| facts.data_sources().contains(&local));
    let (side, confidence, why) = match (&nat, given, stand_in) {
        _ if translated.as_ref().is_some_and(|translated| translated.on_this_side) => {
            (Side::Client, Confidence::High, TRANSLATED.to_owned())
        }
        _ if translated.is_some() => (Side::Unknown, Confidence::Medium, TRANSLATED.to_owned()),
        _ if interposed.is_some() => (
            Side::Unknown,
            Confidence::Medium,
            "Servers refuse an address that is not the one they see the client at, and this one sees whoever answers in its \
             place on the way"
                .to_owned(),
        ),
        (_, false, Some((seen, _))) => {
            let too = match nat {
                Nat::Seen(_) => " An address translation stands before this computer, too",
                Nat::None | Nat::Unknown => "",
            };
            let (who, sure) = match facts.may_be_turned_around(seen) {
                true => ("A balancer or gateway before the server, or a router that both have in common,", false),
                false => ("A balancer or gateway before the server", said),
            };
            let words = format!(
                "{who} puts its own address in its clients' place: the server sees {seen} and takes this computer's own \
                 address for somebody else's. No address that a client could name brings active mode through it.{too}"
            );
            (Side::Server, if sure { Confidence::High } else { Confidence::Medium }, words)
        }
        (_, true, _) => (
            Side::Client,
            Confidence::Medium,
            "It is the address that was asked for, and not the one the server sees this client at".to_owned(),
        ),
        (Nat::Seen(words), false, None) => {
            let sure = said && facts.turned_around().is_none_or(|around| around.by_first_router);
            (Side::Client, if sure { Confidence::High } else { Confidence::Medium }, words.clone())
        }
        (Nat::None, false, None) => (
            Side::Unknown,
            Confidence::Low,
            "It is this computer's own address, so something on the way changes the command, or the server takes no \
             address at all"
                .to_owned(),
        ),
        (Nat::Unknown, false, None) if either => (
            Side::Unknown,
            Confidence::Medium,
            format!(
                "Servers refuse an address that is not the one they see the client at, and this one does not name that: either an \
                 address translation stands before this computer, or what stands before the server (a proxy, balancer or \
                 gateway) puts its own address in its clients' place.{}",
                if data_comes_from_here { OWN_SOURCE } else { "" }
            ),
        ),
        (Nat::Unknown, false, None) => (
            Side::Client,
            Confidence::Medium,
            "Servers refuse an address that is not the one they see the client at: most likely an address translation \
             stands before this computer"
                .to_owned(),
        ),
    };
    let works =
        facts.tried_in(Mode::Active).any(|tried| tried.works() && !callbacks::is_with_outer_address(facts, tried));
    let outer = callbacks::with_outer_address(facts);
    let forwarded = matches!(outer, Some((_, true)));
    let mut fixes = Vec::new();
    if facts.works(Mode::Passive) {
        fixes.push(callbacks::use_passive());
    }
    let maybe_inside = stand_in.is_some_and(|(seen, _)| facts.may_be_turned_around(seen));
    fixes.extend(maybe_inside.then(nat_hairpin::use_inner_address));
    fixes.push(if let Some(interposed) = &interposed {
        transparent_proxy::take_out(facts, interposed)
    } else if stand_in.is_some() {
        callbacks::keep_client_addresses()
    } else if forwarded {
        callbacks::name_outer_address(facts)
    } else if given {
        Fix::client(
            "Name the address that the server sees",
            "Here: leave out --active-address, or give it this client's outer address.",
        )
    } else {
        callbacks::forward(facts)
    });
    fixes.extend(either.then(callbacks::keep_client_addresses));
    fixes.extend(outer.is_some().then(|| callbacks::before_this_side(facts, &nat)).flatten());
    let mut cites = facts.cites(ends(rejected.iter().copied()));
    cites.extend(stand_in.map(|(seen, place)| facts.cite_naming(seen, place)));
    cites.extend(translated.map(|translated| translated.cite));
    cites.extend(nat.cites(facts));
    let second = facts.tried_in(Mode::Active).filter(|tried| callbacks::is_with_outer_address(facts, tried));
    cites.extend(facts.cites(second.filter_map(|tried| tried.joined_at().or(tried.ended_by()))));
    Match::Fires(Conclusion {
        severity: if works { Severity::Info } else { loss(facts) },
        side,
        confidence,
        summary: format!(
            "The server refuses to connect to {named} in {}. {}.{}",
            verbs(rejected.iter().copied()),
            why.trim_end_matches('.'),
            outer.map_or_else(String::new, |(sentence, _)| format!(" {sentence}"))
        ),
        cites,
        fixes,
    })
}

const TRANSLATED: &str = "This computer's end of the control connection is IPv6 and the server's is IPv4, so something between \
                          translates one to the other (NAT64): the server can't connect to an IPv6 address, whatever its \
                          settings are. Passive mode with EPSV needs none";
/// Where the server names where a data connection came from, as a sentence.
const OWN_SOURCE: &str = " Data connections reach the server from this computer's own address, as it says, so it is done to \
                          the control connection alone.";

/// Whether a helper is there that does not serve this client, or none at all.
fn asks(facts: &Facts) -> Vec<Probe> {
    let translated = matches!(Nat::of(facts), Nat::Seen(_));
    let rejected = facts.tried_in(Mode::Active).any(|tried| refused_for_address(facts, tried));
    let wanted = translated && rejected && facts.evidence().fragments.is_empty() && !facts.works(Mode::Active);
    if wanted { vec![Probe::Helper] } else { Vec::new() }
}
