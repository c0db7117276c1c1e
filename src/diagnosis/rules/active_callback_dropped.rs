#![doc = include_str!("active_callback_dropped.md")]

use crate::diagnosis::rule::{Conclusion, Confidence, Fix, Match, Rule, Severity, Side, asks_nothing};
use crate::diagnosis::rules::callbacks::{self, Nat};
use crate::diagnosis::rules::{ends, joins, loss, ruled_out_by, verbs};
use crate::diagnosis::rules::{local_firewall_drops_callback, transfer_stalled};
use crate::evidence::attempt::Mode;
use crate::evidence::facts::{Cite, Facts, Failure, Place, Tried};
use crate::evidence::observed::Observed;

pub static RULE: Rule = Rule {
    id: "active-callback-dropped",
    title: "the server's connection never arrives",
    article: include_str!("active_callback_dropped.md"),
    neighbours: &[
        "active-callback-refused",
        "active-address-rejected",
        "active-callback-foreign",
        "client-behind-nat",
        "local-firewall-drops-callback",
    ],
    test,
    asks: asks_nothing,
};

fn test(facts: &Facts) -> Match {
    let counts = |tried: &&Tried| !callbacks::is_with_outer_address(facts, tried);
    let dropped: Vec<&Tried> = facts.failed(Failure::CallbackDropped).into_iter().filter(counts).collect();

    let joined = joins(facts.joined_in(Mode::Active));
    if dropped.is_empty() {
        let otherwise = if joined.is_empty() { ends(callbacks::turned_away(facts)) } else { joined };
        return ruled_out_by(facts, otherwise, callbacks::unseen(facts));
    }
    let verbs = verbs(dropped.iter().copied());
    let agreed = if dropped.iter().any(|tried| tried.negotiated()) {
        "the server agrees to"
    } else {
        "the server gives no answer to"
    };
    if let Some(seen) = local_firewall_drops_callback::seen_and_stopped(facts) {
        return Match::RuledOut(facts.cites(seen));
    }
    let answered = callbacks::answered(facts);
    let nat = Nat::of(facts);
    let partly = !joined.is_empty();
    let wall = callbacks::wall(facts, &nat).filter(|_| !partly && answered.is_none());
    let (firewalls, whose) = callbacks::whose_firewall(facts, &dropped);
    let hangs = facts.hangs();
    let behind = callbacks::behind_translation(facts, &dropped, nat.words());
    let on_its_way_back = answered.as_ref().map(|answered| (Side::Unknown, answered.words.to_owned()));
    let late: Vec<Place> = came_late(facts).filter(|_| answered.is_none()).collect();
    let (side, why) = on_its_way_back.unwrap_or_else(|| match (&nat, &wall) {
        _ if !late.is_empty() => (Side::Unknown, LATE.to_owned()),
        _ if !hangs.is_empty() => (
            Side::Unknown,
            "In passive mode it sends nothing over a connection that stands, so it may hang before it connects at all; a \
             firewall or router that drops its connection looks the same from here"
                .to_owned(),
        ),
        (Nat::Seen(words), Some(wall)) if wall.side == Side::Client => (wall.side, format!("{words}. {}", wall.words)),
        (_, Some(wall)) => (wall.side, wall.words.clone()),
        (Nat::Seen(words), None) if callbacks::is_helped(facts) => {
            (firewalls, format!("{words}, and a router's FTP support reads {verbs}. A firewall drops it: {whose}"))
        }
        (Nat::Seen(_), None) => (behind.0, behind.2.clone()),
        (Nat::None, None) => {
            (firewalls, format!("No address translation is in the way, so a firewall drops it: {whose}"))
        }
        (Nat::Unknown, None) => (firewalls, format!("A firewall or router drops it: {whose}")),
    });
    let why = why.trim_end_matches('.');
    let hung_anyhow = !hangs.is_empty();
    let hung = hung_anyhow.then(transfer_stalled::see_the_server);
    let guessed = dropped.iter().all(|tried| tried.is_guess());
    // Where the other end tells of the way, it tells the same each time.
    let most = if wall.is_some() { 1 } else { usize::MAX };
    let mut cites = facts.cites(ends(dropped.iter().copied()).into_iter().take(most));
    let watched = callbacks::is_kept_out(facts, &dropped);
    cites.extend(facts.cites(answered.iter().flat_map(|answered| answered.places.clone())));
    cites.extend(facts.cites(late.iter().copied()));
    cites.extend(watched.then(|| Cite::of("packets were watched, and the server's SYN did not reach this computer")));
    cites.extend(nat.cites(facts));
    cites.extend(wall.iter().flat_map(|wall| wall.cites.clone()));
    cites.extend(facts.cites(joined));
    cites.extend(facts.cites(ends(hangs.iter().copied())));
    let counted = local_firewall_drops_callback::counted(facts).is_some();
    let end = match () {
        () if partly => " Another connection did arrive, so it fails only now and then.",
        () if !late.is_empty() => " --timeout 15s waits longer.",
        () if again(facts).is_some() => {
            " A server that hangs at the listing command, or takes its time before it connects, looks the same: --timeout \
             15s waits longer."
        }
        () if hangs.is_empty() && may_be_slow(facts) && !counted => {
            " A server that hangs at the listing command and never connects looks the same."
        }
        () => "",
    };
    Match::Fires(Conclusion {
        severity: if partly { Severity::Warning } else { loss(facts) },
        side,
        confidence: match &wall {
            _ if partly || hung_anyhow || !late.is_empty() => Confidence::Low,
            _ if answered.is_some() => Confidence::Medium,
            Some(wall) => wall.confidence,
            // Counters only hint at it.
            None if guessed || counted => Confidence::Low,
            None if matches!(nat, Nat::Seen(_)) && !callbacks::is_helped(facts) => behind.1,
            None if matches!(nat, Nat::Seen(_)) && side == Side::Client => Confidence::Medium,
            None => Confidence::Low,
        },
        summary: if guessed {
            format!(
                "In active mode {agreed} {verbs}, but no data connection comes about; whether the server's connection is \
                 dropped or refused on its way is not told. {why}.{end}"
            )
        } else {
            let lost = match watched {
                _ if answered.is_some() => "its connection, which reaches this computer, does not come about",
                _ if !late.is_empty() => "its connection comes late",
                true if !hung_anyhow => "its connection never reaches this computer",
                _ if hung_anyhow => "no connection from it arrives",
                _ => "no connection from it gets through to the client",
            };
            format!("In active mode {agreed} {verbs}, but {lost}. {why}.{end}")
        },
        cites,
        fixes: match late.is_empty() {
            true => hung.into_iter().chain(callbacks::fixes(facts, &nat, wall.as_ref())).collect(),
            false => {
                facts.works(Mode::Passive).then(callbacks::use_passive).into_iter().chain([see_the_delay()]).collect()
            }
        },
    })
}

const LATE: &str = "It reached this computer when it was not waited for any more. The server may take its time before it \
                    connects, or a firewall or a busy line drop what it sends first";

fn see_the_delay() -> Fix {
    Fix::server(
        "See what the server does before it connects",
        "It may look up the client's name first, or read a large folder. A capture at the server shows when its first packet \
         leaves: where that is at once, it is lost on the way.",
    )
}

/// The server's connections that reached this computer when it had given them up.
fn came_late<'f>(facts: &'f Facts<'f>) -> impl Iterator<Item = Place> + 'f {
    facts.failed(Failure::CallbackDropped).into_iter().filter_map(Tried::came_late)
}

/// How long (milliseconds) a server is waited for that is thought to be slow.
const PATIENT_MS: f64 = 15_000.0;

/// What tells a server that connects late from a firewall that lets nobody in, where both are possible and it was not waited
/// for so long.
pub fn again(facts: &Facts) -> Option<&'static str> {
    let counted = local_firewall_drops_callback::counted(facts).is_some();
    let dropped = facts.failed(Failure::CallbackDropped);
    let waited = dropped.iter().any(|tried| tried.silent_ms().is_some_and(|ms| ms >= PATIENT_MS));
    let slow = came_late(facts).next().is_some() || may_be_slow(facts) && !counted;
    let wanted = facts.log().is_none() && facts.hangs().is_empty() && slow && !waited;
    wanted.then_some(
        "Check again with --timeout 15s as well: a server that takes its time before it connects to the client looks like a \
         firewall that drops its connection.",
    )
}

/// Whether a server that hangs, or connects later than it was waited for, would look the same: it was never seen to act on
/// a transfer command, and no translation keeps its connection out anyway.
pub fn may_be_slow(facts: &Facts) -> bool {
    let translated = matches!(facts.client_nat(), Observed::Seen(_));
    !translated && !facts.acts_on_transfers() && !facts.failed(Failure::CallbackDropped).is_empty()
}
