//! Where on the way the server's connections to this computer end, in words, and whose part of the way that is.

use super::Nat;
use crate::diagnosis::rule::{Confidence, Side};
use crate::evidence::attempt::Mode;
use crate::evidence::facts::{CallbackEnd, Cite, Facts};
use crate::evidence::observed::Observed;

/// The hop, or the two, where the server's connections end, as both ends saw.
pub fn hops_in_words(facts: &Facts) -> Option<String> {
    let CallbackEnd { between: (low, high), last, .. } = facts.callback_end()?;
    let last = last.map_or_else(|| format!("hop {high}"), |router| format!("hop {high} ({router})"));
    Some(if low == high { last } else { format!("hop {low} or {last}") })
}

/// On whose part of the way the server's connections end, in words.
pub struct Wall {
    pub side: Side,
    pub confidence: Confidence,
    pub words: String,
    pub cites: Vec<Cite>,
}

/// Where the other end looked how far its packets come. `None` where that says nothing.
pub fn wall(facts: &Facts, nat: &Nat) -> Option<Wall> {
    let end = facts.callback_end()?;
    let CallbackEnd { server, between: (low, high), own, .. } = end;
    let edge = server.saturating_sub(1);
    let translated = matches!(nat, Nat::Seen(_));
    // Routers behind a translation are not on the way that the other end sees.
    let own = if translated { 0 } else { own };
    let one_place = high.saturating_sub(low) <= 1;
    // Who turns packets away as a router does stands before the next, and that is not the one.
    let low = if end.turned_away && low > 0 && !translated { high } else { low };
    let sure = if end.measured { Confidence::High } else { Confidence::Medium };
    let (side, confidence) = match () {
        // One router between the two, or none: nobody can tell whose it is.
        () if edge <= 1 => return None,
        () if high <= own => (Side::Client, sure),
        // A translation that forwards nothing is the end of the way itself, and passes nothing on.
        () if translated && low == 0 && one_place => (Side::Client, sure),
        () if low >= edge && low > own + 1 => (Side::Server, sure),
        // What stands behind the translation that is seen may be another: only the server's own router is beyond doubt.
        () if translated => return None,
        () if high >= edge && one_place && low > own => (Side::Server, Confidence::Medium),
        () if low > own && high < edge && one_place => (Side::Network, Confidence::Medium),
        () => (Side::Unknown, Confidence::Low),
    };
    let does = if end.turned_away { "turns them away" } else { "drops them" };
    let hop = |number: u8| match number {
        0 if translated => "the address translation before this computer".to_owned(),
        0 => "this computer".to_owned(),
        number if number >= server => "the server".to_owned(),
        number => format!("hop {number}"),
    };
    let last = match end.last {
        Some(router) => format!("{} ({router})", hop(high)),
        None => hop(high),
    };
    let watched = facts.tried_in(Mode::Active).any(|tried| matches!(facts.syn_arrived(tried), Observed::NotSeen));
    let who = match low {
        0 if translated => format!("it or {}", hop(0)),
        // Its own packets were watched, and none came.
        0 if watched => "it".to_owned(),
        0 => "it or this computer's own firewall".to_owned(),
        low if low == high => "it".to_owned(),
        low => format!("it or the front of {}", hop(low)),
    };
    let excludes = match side {
        Side::Client => " The server and its network let them out.",
        Side::Server => " They do not come as far as this side.",
        Side::Network => " The server's side lets them out, and they do not come as far as this side.",
        Side::Unknown => " Whose it is can't be seen.",
    };
    let mut cites = vec![Cite::of(match end.measured {
        true => format!("this side is {server} hops from the other end, by its datagrams or our own router"),
        false => format!("the control port answers from {server} hops on, and the way back is taken for as long"),
    })];
    cites.extend(
        end.last.map(|router| Cite::of(format!("by the other end's word {router} passes its packets on last"))),
    );
    let or_nearer = if end.measured || facts.distance_is_exact() { "" } else { " or nearer" };
    let words = format!(
        "By the other end's word its packets come past no router beyond {last}: {who} {does} (the server is hop \
         {server}{or_nearer} from {}).{excludes}",
        if translated { "the translation" } else { "here" }
    );
    Some(Wall { side, confidence, words, cites })
}
