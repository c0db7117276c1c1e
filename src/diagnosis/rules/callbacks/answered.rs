//! Connections of the server that this computer took and answered, and that came to nothing all the same.

use crate::diagnosis::rule::Fix;
use crate::diagnosis::rules::{callbacks, peer};
use crate::evidence::attempt::Mode;
use crate::evidence::facts::{Facts, Place, Then, Tried};

/// What was seen of the first that was answered in vain.
pub struct Answered {
    pub words: &'static str,
    pub then: Then,
    pub places: Vec<Place>,
}

pub fn answered<'f>(facts: &'f Facts<'f>) -> Option<Answered> {
    let dead = |tried: &&'f Tried<'f>| tried.joined().is_none();
    let seen: Vec<_> = facts.tried_in(Mode::Active).filter(dead).filter_map(Tried::answered_here).collect();
    let answered = seen.iter().find(|answered| answered.then == Then::AskedAgain).or(seen.first())?;
    let words = match answered.then {
        Then::AskedAgain => ANSWER_LOST,
        Then::Silent => NO_END,
        Then::Untold { left: true } => NOT_CONFIRMED,
        Then::Untold { left: false } => NOT_SEEN_LEAVING,
    };
    Some(Answered { words, then: answered.then, places: answered.places.clone() })
}

const ANSWER_LOST: &str = "This computer's own firewall let it in, and let the answer (SYN-ACK) out. The server asks again \
                           all the same: a firewall or router on the way back drops the answer, and whose it is can't be \
                           seen from here";
const NO_END: &str = "This computer's own firewall let it in, and let the answer (SYN-ACK) out. The server does not ask \
                      again: most likely it has the answer, and a firewall or router drops what it says next. Whose it is \
                      can't be seen from here";
const NOT_CONFIRMED: &str = "This computer's own firewall let it in, and let the answer (SYN-ACK) out, more than once, and \
                             nothing came back to that: a firewall or router drops the answer on its way, or what the \
                             server says next. Whose it is can't be seen from here";
const NOT_SEEN_LEAVING: &str = "This computer's own firewall let it in, and this computer answered (SYN-ACK). A firewall or \
                                router drops the answer, or what the server says next: this computer's own firewall on the \
                                way out, or one further on, which can't be seen from here";

/// Where the server's connections may be let in, and the answers to them lost.
pub fn look_for_the_answers() -> Fix {
    Fix::server(
        "If the client's side lets the server's connections in already, see whether the answers to them are dropped",
        LET_ANSWERS_IN,
    )
}

const LET_ANSWERS_IN: &str = "In the server's firewall allow incoming TCP to port 20 and above 1023 that belongs to a \
                              connection made from there (nft: ct state established,related accept; iptables: -m conntrack \
                              --ctstate ESTABLISHED,RELATED -j ACCEPT).";

/// Passive mode where it works, then a way through for what belongs to the server's connection.
pub fn fixes(facts: &Facts) -> Vec<Fix> {
    let passive = facts.works(Mode::Passive).then(callbacks::use_passive);
    let peer = peer(facts);
    let client = Fix::client(
        "Let both directions of the server's connections pass this side's firewalls",
        format!(
            "Allow outgoing TCP to {peer} that belongs to a connection made from there, and mind that it goes out the way \
             that the connection came in: a firewall that saw only one direction drops the other, such as with a second \
             uplink."
        ),
    );
    let server = Fix::server("Let the answers to the server's own connections in", LET_ANSWERS_IN);
    passive.into_iter().chain([client, server]).collect()
}
