#![doc = include_str!("active_callback_refused.md")]

use crate::diagnosis::rule::{Conclusion, Confidence, Match, Rule, Severity, Side, asks_nothing};
use crate::diagnosis::rules::callbacks::{self, Nat};
use crate::diagnosis::rules::local_firewall_drops_callback;
use crate::diagnosis::rules::{ends, joins, loss, ruled_out_by};
use crate::evidence::attempt::Mode;
use crate::evidence::facts::{Facts, Failure};

pub static RULE: Rule = Rule {
    id: "active-callback-refused",
    title: "the server's connection is turned away",
    article: include_str!("active_callback_refused.md"),
    neighbours: &[
        "active-callback-dropped",
        "active-address-rejected",
        "client-behind-nat",
        "local-firewall-drops-callback",
    ],
    test,
    asks: asks_nothing,
};

fn test(facts: &Facts) -> Match {
    let turned_away = callbacks::turned_away(facts);
    let joined = joins(facts.joined_in(Mode::Active));
    if turned_away.is_empty() {
        // What came to nothing without a word may have been turned away.
        let silent = facts.failed(Failure::CallbackDropped).into_iter().filter(|tried| !tried.is_guess());
        let otherwise = if joined.is_empty() { ends(silent) } else { joined };
        return ruled_out_by(facts, otherwise, callbacks::unseen(facts));
    }
    if let Some(seen) = local_firewall_drops_callback::seen_and_stopped(facts) {
        return Match::RuledOut(facts.cites(seen));
    }
    let nat = Nat::of(facts);
    let named = turned_away.iter().find_map(|tried| tried.named());
    let named = named.map_or_else(|| "this computer".to_owned(), |end| end.to_string());
    let no_way = turned_away.iter().all(|tried| tried.failure() == Some(Failure::CallbackUnreachable));
    let what = if no_way { "finds no way there" } else { "is refused at once" };
    let partly = !joined.is_empty();
    let wall = callbacks::wall(facts, &nat).filter(|_| !partly);
    let (firewalls, whose) = callbacks::whose_firewall(facts, &turned_away);
    let behind = callbacks::behind_translation(facts, &turned_away, nat.words());
    let (side, why) = match (&nat, &wall) {
        (Nat::Seen(words), Some(wall)) if wall.side == Side::Client => (wall.side, format!("{words}. {}", wall.words)),
        (_, Some(wall)) => (wall.side, wall.words.clone()),
        (Nat::Seen(words), None) if callbacks::is_helped(facts) => (
            firewalls,
            format!("{words}, and a router's FTP support reads PORT and EPRT. A firewall turns it away: {whose}"),
        ),
        (Nat::Seen(_), None) => (behind.0, behind.2.clone()),
        (Nat::None | Nat::Unknown, None) => {
            (firewalls, format!("This computer was listening, so a firewall on the way turns it away: {whose}"))
        }
    };
    // Where the other end tells of the way, it tells the same each time.
    let most = if wall.is_some() { 1 } else { usize::MAX };
    let mut cites = facts.cites(ends(turned_away).into_iter().take(most));
    cites.extend(nat.cites(facts));
    cites.extend(wall.iter().flat_map(|wall| wall.cites.clone()));
    cites.extend(facts.cites(joined));
    Match::Fires(Conclusion {
        severity: if partly { Severity::Warning } else { loss(facts) },
        side,
        confidence: match &wall {
            _ if partly => Confidence::Low,
            Some(wall) => wall.confidence,
            None if matches!(nat, Nat::Seen(_)) && !callbacks::is_helped(facts) => behind.1,
            None if side == Side::Client => Confidence::Medium,
            None => Confidence::Low,
        },
        summary: format!(
            "In active mode the server tries to connect to this computer, named as {named}, and {what}. {}.",
            why.trim_end_matches('.')
        ),
        cites,
        fixes: callbacks::fixes(facts, &nat, wall.as_ref()),
    })
}
