#![doc = include_str!("tls_blinds_ftp_helper.md")]

use crate::diagnosis::rule::{Conclusion, Confidence, Fix, Match, Rule, Side, asks_nothing};
use crate::diagnosis::rules::{ANY_RANGE, ends, joins, loss, outer_address_setting, peer, setting};
use crate::evidence::attempt::{DataVerb, Mode};
use crate::evidence::facts::{Cite, Facts, Failure, Place, Tried};
use crate::evidence::observed::Observed;
use crate::protocol::dialect::Says;
use crate::protocol::features;

pub static RULE: Rule = Rule {
    id: "tls-blinds-ftp-helper",
    title: "a firewall's FTP helper can't read the encrypted control connection",
    article: include_str!("tls_blinds_ftp_helper.md"),
    neighbours: &["ftp-helper-on-path", "server-behind-nat", "client-behind-nat"],
    test,
    asks: asks_nothing,
};

fn test(facts: &Facts) -> Match {
    if !facts.is_encrypted() {
        return Match::Undecided("the control connection was not encrypted");
    }
    let Some(plain) = facts.in_plain() else { return by_the_helper_alone(facts) };
    let lost = |mode| plain.works(mode) && !facts.works(mode) && failed_on_the_way(facts, mode);
    if lost(Mode::Passive) {
        return Match::Fires(passive(facts, &plain));
    }
    if lost(Mode::Active) {
        return Match::Fires(active(facts, &plain));
    }
    let same = Mode::BOTH.into_iter().all(|mode| plain.works(mode) == facts.works(mode));
    if same && plain.control_works() {
        let mut cites = facts.cites(joins(facts.tried()));
        cites.push(Cite::of("each mode does in plain what it does under TLS"));
        return Match::RuledOut(cites);
    }
    Match::Undecided("what differs between plain and TLS is not the way to the data connection")
}

/// Every data connection of this mode failed before it was joined, and not for the server's mere refusal.
fn failed_on_the_way(facts: &Facts, mode: Mode) -> bool {
    let on_the_way = |tried: &Tried| {
        matches!(
            tried.failure(),
            Some(
                Failure::DialDropped
                    | Failure::DialRefused
                    | Failure::DialUnreachable
                    | Failure::CallbackDropped
                    | Failure::CallbackRefused
                    | Failure::CallbackUnreachable
                    | Failure::Rejected(None | Some(Says::AddressRejected))
            )
        )
    };
    let mut tried = facts.tried_in(mode).peekable();
    tried.peek().is_some() && tried.all(on_the_way)
}

fn passive(facts: &Facts, plain: &Facts) -> Conclusion {
    let named = |facts: &Facts| {
        facts
            .tried_with(DataVerb::Pasv)
            .find_map(|tried| Some((tried.named()?.ip().to_canonical(), tried.negotiation()?.1)))
    };
    let (in_plain, under_tls) = (named(plain), named(facts));
    let differ = match (in_plain, under_tls) {
        (Some((one, _)), Some((other, _))) if one != other => Some((one, other)),
        _ => None,
    };
    let what = match differ {
        Some((one, other)) => format!(
            "in plain its 227 arrives with {one}, under TLS with {other}, since the firewall can't rewrite it any more"
        ),
        None => "in plain its ports are opened as they are named, under TLS they are not".to_owned(),
    };
    let reply = |named: Option<(_, Place)>| facts.cites(named.map(|(_, place)| place));
    let under_tls = [reply(under_tls), facts.cites(ends(facts.tried_in(Mode::Passive)))].concat();
    Conclusion {
        severity: loss(facts),
        side: Side::Server,
        confidence: if differ.is_some() { Confidence::High } else { Confidence::Medium },
        summary: format!(
            "Passive mode works in plain and not under TLS: a firewall before the server reads PASV and helps it along, \
             and {what}."
        ),
        cites: told("in plain", reply(in_plain)).chain(told("under TLS", under_tls)).collect(),
        fixes: vec![
            Fix::server(
                "Give passive mode a fixed range of ports",
                setting(facts, |settings| settings.passive_range, ANY_RANGE),
            ),
            Fix::server(
                "Forward that range to the server, and let it in",
                "In the firewall before the server, as port 21 is.",
            ),
            Fix::server("Name the outer address in 227", outer_address_setting(facts, &peer(facts))),
        ]
        .into_iter()
        .chain(ccc(facts))
        .collect(),
    }
}

fn active(facts: &Facts, plain: &Facts) -> Conclusion {
    let in_plain = facts.cites(joins(plain.tried_in(Mode::Active)));
    let under_tls = facts.cites(ends(facts.tried_in(Mode::Active)));
    Conclusion {
        severity: loss(facts),
        side: Side::Client,
        confidence: Confidence::High,
        summary:
            "Active mode works in plain and not under TLS: a router on this side reads PORT and helps it along, and \
                  can't read it any more."
                .to_owned(),
        cites: told("in plain", in_plain).chain(told("under TLS", under_tls)).collect(),
        fixes: client_side(facts),
    }
}

/// The same, each with where it was seen.
fn told(how: &'static str, cites: Vec<Cite>) -> impl Iterator<Item = Cite> {
    cites.into_iter().map(move |cite| Cite { text: format!("{how}, {}", cite.text), ..cite })
}

/// No comparison was made, but a helper shows, and active mode fails as it does without one.
fn by_the_helper_alone(facts: &Facts) -> Match {
    let Observed::Seen(mut cites) = facts.helper() else {
        let lost = Mode::BOTH.into_iter().any(|mode| facts.joined_in(mode).next().is_none());
        return match lost {
            true => Match::Undecided("nothing was tried in plain to compare with"),
            false => Match::RuledOut(facts.cites(joins(facts.tried()))),
        };
    };
    if !failed_on_the_way(facts, Mode::Active) {
        return Match::Undecided("nothing was tried in plain to compare with");
    }
    cites.extend(facts.cites(ends(facts.tried_in(Mode::Active))));
    Match::Fires(Conclusion {
        severity: loss(facts),
        side: Side::Client,
        confidence: Confidence::Medium,
        summary: "Active mode fails under TLS, and a router on the way has FTP support, which works only on what it can read: \
                  in plain, active mode would most likely get through."
            .to_owned(),
        cites,
        fixes: client_side(facts),
    })
}

fn client_side(facts: &Facts) -> Vec<Fix> {
    let passive_fails = facts.tried_in(Mode::Passive).next().is_some() && !facts.works(Mode::Passive);
    let passive = Fix::client("Use passive mode under TLS", "It asks nothing of the router on this side.");
    let fixes = [Fix::client(
        "Where active mode has to be, forward a range of ports to this computer",
        "And set that range, and the outer address, in the client.",
    )];
    (!passive_fails).then_some(passive).into_iter().chain(fixes).chain(ccc(facts)).collect()
}

/// Where the server offers it, somebody will think of it.
fn ccc(facts: &Facts) -> Option<Fix> {
    let offered = facts.features().seen().is_some_and(|list| features::lists(&list, "CCC"));
    offered.then(|| {
        Fix::client(
            "Do not use CCC to make the helper see again, though the server offers it",
            "It takes the encryption off the control connection: file names and commands travel in the clear.",
        )
    })
}
