//! What the findings on the server's connection to this computer have in common: the translation that may be in its
//! way, and what lets it through.

use crate::diagnosis::rule::Fix;
use crate::diagnosis::rules::peer;
use crate::evidence::attempt::Mode;
use crate::evidence::facts::{Cite, Facts, Failure, Tried};
use crate::evidence::observed::Observed;

/// Whether an address translation lies before this computer.
pub enum Nat {
    /// And what it is, as the beginning of a sentence.
    Seen(String),
    None,
    Unknown,
}

impl Nat {
    pub fn of(facts: &Facts) -> Self {
        match facts.client_nat() {
            Observed::Seen(sign) => Nat::Seen(match sign.outside {
                Some(outside) => {
                    format!(
                        "This computer ({}) stands behind an address translation: the server sees {outside}",
                        sign.inside
                    )
                }
                None => format!(
                    "This computer has the private address {} and so stands behind an address translation",
                    sign.inside
                ),
            }),
            Observed::NotSeen => Nat::None,
            Observed::NotTested(_) => Nat::Unknown,
        }
    }

    pub fn cites(&self, facts: &Facts) -> Vec<Cite> {
        match (self, facts.client_nat()) {
            (Nat::Seen(_), Observed::Seen(sign)) => sign.cites,
            _ => Vec::new(),
        }
    }
}

/// Connections of the server that an RST or an ICMP error answered.
pub fn turned_away<'f>(facts: &'f Facts<'f>) -> Vec<&'f Tried<'f>> {
    [Failure::CallbackRefused, Failure::CallbackUnreachable].map(|failure| facts.failed(failure)).concat()
}

/// Passive mode where it works, then a way through for the server's connection.
pub fn fixes(facts: &Facts, nat: &Nat) -> Vec<Fix> {
    let mut fixes = Vec::new();
    if facts.works(Mode::Passive) {
        fixes.push(use_passive());
    }
    let local = facts.local().map_or_else(|| "this computer".to_owned(), |local| local.to_string());
    let peer = peer(facts);
    if matches!(nat, Nat::Seen(_)) {
        fixes.push(forward(facts));
        return fixes;
    }
    fixes.push(Fix::client(
        "Let the server's connections in",
        format!(
            "In the firewall of this computer, and in one before it, allow incoming TCP from {peer} (from port 20, or \
             from any) to {local}, to the ports that the client listens at."
        ),
    ));
    fixes.push(Fix::server(
        "Let the server connect out to its clients",
        format!("In the server's firewall allow outgoing TCP from {peer}, port 20 and above 1023, to any address."),
    ));
    fixes
}

pub fn use_passive() -> Fix {
    Fix::client("Use passive mode", "It works here, and needs nothing to be let in on this side.")
}

/// A way through an address translation.
pub fn forward(facts: &Facts) -> Fix {
    let local = facts.local().map_or_else(|| "this computer".to_owned(), |local| local.to_string());
    let outside = match facts.client_nat() {
        Observed::Seen(sign) => {
            sign.outside.map_or_else(|| "its outer address".to_owned(), |outside| outside.to_string())
        }
        Observed::NotSeen | Observed::NotTested(_) => "its outer address".to_owned(),
    };
    Fix::client(
        "Let active mode through the router on this side",
        format!(
            "Either switch on the router's FTP support (on Linux the conntrack helper \"ftp\" for port {}), or forward \
             a few ports to {local}, have the client listen at these alone, and have it name {outside} (here: \
             --active-ports and --active-address).",
            facts.evidence().target.port
        ),
    )
}
