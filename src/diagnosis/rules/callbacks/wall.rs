//! Where on the way the server's connections to this computer end, in words, and whose part of the way that is.

use super::{Nat, is_helped, names_given};
use crate::diagnosis::rule::{Confidence, Side};
use crate::evidence::attempt::Mode;
use crate::evidence::facts::{CallbackEnd, Cite, Facts, Failure};
use crate::evidence::observed::Observed;

/// The hop, or the two, where the server's connections end, as both ends saw.
pub fn hops_in_words(facts: &Facts) -> Option<String> {
    let end = facts.callback_end()?;
    let (low, high) = end.between;
    if !end.is_counted_from_here() {
        return end.last.map(|router| router.to_string());
    }
    let last = end.last.map_or_else(|| format!("hop {high}"), |router| format!("hop {high} ({router})"));
    Some(if low == high { last } else { format!("hop {low} or {last}") })
}

/// On whose part of the way the server's connections end, in words.
pub struct Wall {
    pub side: Side,
    pub confidence: Confidence,
    pub words: String,
    pub cites: Vec<Cite>,
    /// Whether an answer of this computer's that gets lost would look the same.
    pub answer_may_be_lost: bool,
    /// Whether they end before they come to this side.
    pub is_beyond: bool,
}

/// Where the other end looked how far its packets come. `None` where that says nothing.
pub fn wall(facts: &Facts, nat: &Nat) -> Option<Wall> {
    let end = facts.callback_end()?;
    let CallbackEnd { server, between: (low, high), own, translation, .. } = end;
    let edge = server.saturating_sub(1);
    let translated = matches!(nat, Nat::Seen(_));
    // What the server's packets meet at this side's end: the translation, where that may pass nothing on.
    let base = translation.unwrap_or(0);
    let own = if end.is_counted_from_here() { own } else { 0 };
    let one_place = high.saturating_sub(low) <= 1;
    // Who turns packets away as a router does stands before the next, and that is not the one. A translation turns away in
    // its own name what it does not pass on.
    let low = if end.turned_away && low > base { high } else { low };
    let sure = if end.measured { Confidence::High } else { Confidence::Medium };
    let passes_on = passes_on(facts);
    let (side, confidence) = match () {
        // One router between the two, or none: nobody can tell whose it is.
        () if edge <= base + 1 => return None,
        () if high <= own => (Side::Client, sure),
        // A translation that forwards nothing is the end of the way itself, whoever else is.
        () if translated && !passes_on && low <= base && one_place => (Side::Client, sure),
        () if low >= edge && low > own + 1 => (Side::Server, sure),
        // Where the translation stands is not known: only the server's own router is beyond doubt.
        () if translated && base == 0 => return None,
        () if high >= edge && one_place && low > own => (Side::Server, Confidence::Medium),
        () if low > own && high < edge && one_place => (Side::Network, Confidence::Medium),
        () if translated && !passes_on => return None,
        () => (Side::Unknown, Confidence::Low),
    };
    let watched = facts.tried_in(Mode::Active).any(|tried| matches!(facts.syn_arrived(tried), Observed::NotSeen));
    // What the other end sees of the way is how far its packets come, and silence follows a lost answer as well.
    let silent = !facts.failed(Failure::CallbackDropped).is_empty();
    // An answer under way stands in this computer's table of sockets.
    let unanswered = facts.tried_in(Mode::Active).any(|tried| tried.unanswered_here().is_some());
    let answer_may_be_lost = low == 0 && end.is_counted_from_here() && silent && !watched && !unanswered;
    // Nobody can tell then whose the place is.
    let (side, confidence) = match answer_may_be_lost {
        true => (Side::Unknown, confidence.min(Confidence::Medium)),
        false => (side, confidence),
    };
    let does = match end.turned_away {
        true if silent => "stops them",
        true => "turns them away",
        false => "drops them",
    };
    let hop = |number: u8| match number {
        0 if translation == Some(0) => "the address translation before this computer".to_owned(),
        0 => "this computer".to_owned(),
        number if translation == Some(number) => format!("the address translation before this computer (hop {number})"),
        number if number >= server => "the server".to_owned(),
        number => format!("hop {number}"),
    };
    let last = match end.last {
        Some(router) if translation == Some(high) => format!("hop {high} ({router}), the address translation"),
        Some(router) => format!("{} ({router})", hop(high)),
        None => hop(high),
    };
    let who = match low {
        low if low == high => "it".to_owned(),
        0 if !one_place && watched => "it or somebody between it and this computer".to_owned(),
        0 if !one_place => "it, this computer's own firewall or somebody between the two".to_owned(),
        low if !one_place => format!("it, {} or somebody between the two", hop(low)),
        low if translation == Some(low) => format!("it or {}", hop(low)),
        // Its own packets were watched, and none came.
        0 if watched => "it".to_owned(),
        0 => "it or this computer's own firewall".to_owned(),
        low => format!("it or the front of {}", hop(low)),
    };
    let excludes = match side {
        _ if answer_may_be_lost => {
            " Whose it is can't be seen; this computer's answer, lost on its way back, would look the same."
        }
        Side::Client => " The server and its network let them out.",
        Side::Server => " They do not come as far as this side.",
        Side::Network => " The server's side lets them out, and they do not come as far as this side.",
        Side::Unknown => " Whose it is can't be seen.",
    };
    let as_well = match side {
        Side::Server | Side::Network if translated && !passes_on => LET_IN_AS_WELL,
        _ => "",
    };
    let mut cites = vec![Cite::of(match (end.measured, translation) {
        (true, Some(base)) => format!(
            "the address translation is {} hops from the other end, by its datagrams",
            server.saturating_sub(base)
        ),
        (true, None) => format!("this side is {server} hops from the other end, by its datagrams or our own router"),
        (false, _) => format!("the control port answers from {server} hops on, and the way back is taken for as long"),
    })];
    cites.extend(
        end.last.map(|router| Cite::of(format!("by the other end's word {router} passes its packets on last"))),
    );
    let or_nearer = if end.measured || facts.distance_is_exact() { "" } else { " or nearer" };
    let words = format!(
        "By the other end's word its packets come past no router beyond {last}: {who} {does} (the server is hop \
         {server}{or_nearer} from {}).{excludes}{as_well}",
        if end.is_counted_from_here() { "here" } else { "the translation" }
    );
    Some(Wall { side, confidence, words, cites, answer_may_be_lost, is_beyond: low > own.max(base) })
}

const LET_IN_AS_WELL: &str = " Beyond that place this computer stands behind an address translation, which has to let them in \
                              as well.";

/// Whether a translation before this computer may pass the server's connections on: a helper reads PORT there, or ports are
/// forwarded by the user's word.
pub fn passes_on(facts: &Facts) -> bool {
    is_helped(facts) || names_given(facts)
}
