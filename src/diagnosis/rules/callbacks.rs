//! What the findings on the server's connection to this computer have in common: the translation that may be in its
//! way, and what lets it through.

use crate::diagnosis::rule::{Confidence, Fix, Side};
use crate::diagnosis::rules::{
    ftp_helper_on_path, local_firewall_drops_callback, nat_hairpin, peer, port_mapping_in_vain, verbs,
};
use crate::evidence::attempt::{Address, Attempt, DataVerb, Mode, Probe};
use crate::evidence::facts::{Cite, Facts, Failure, Tried, Zone};
use crate::evidence::observed::Observed;

mod answered;
mod wall;

pub use answered::answered;
pub use wall::{Wall, hops_in_words, wall};

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
            Observed::Seen(_) if facts.turned_around().is_some() => Nat::Seen(nat_hairpin::in_our_place(facts)),
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

    /// What it is, as the beginning of a sentence; empty where none was seen.
    pub fn words(&self) -> &str {
        match self {
            Nat::Seen(words) => words,
            Nat::None | Nat::Unknown => "",
        }
    }

    pub fn cites(&self, facts: &Facts) -> Vec<Cite> {
        match (self, facts.client_nat()) {
            (Nat::Seen(_), Observed::Seen(sign)) => sign.cites,
            _ => Vec::new(),
        }
    }
}

/// Whose firewall ends the server's connections where no translation does and the other end tells nothing, and a sentence's
/// end on it. One before either end looks the same from here.
pub fn whose_firewall(facts: &Facts, failed: &[&Tried]) -> (Side, &'static str) {
    if !is_kept_out(facts, failed) && local_firewall_drops_callback::counted(facts).is_some() {
        return (
            Side::Client,
            "most likely this computer's own, as its counters say; one at the server that forbids it to connect out looks \
             the same",
        );
    }
    // That is another wall as often as not.
    let ends_passive_ones = facts.location().seen().is_some_and(|location| location.zone == Zone::Client);
    if ends_passive_ones {
        return (
            Side::Unknown,
            "the one on this side where passive connections end may drop it as well; one in between, or one at the server that \
             forbids it to connect out, looks the same",
        );
    }
    if is_kept_out(facts, failed) {
        return (
            Side::Unknown,
            "it is not this computer's own, which was watched. Whether it stands before this computer, in between, or at \
             the server and forbids it to connect out, can't be seen from here",
        );
    }
    (
        Side::Unknown,
        "whether it is on this side, in between, or at the server and forbids it to connect out, can't be seen from here",
    )
}

/// Who stops the server's connections behind a translation where no helper was seen and the other end tells no place, and
/// a sentence. A router that forwards nothing, a firewall behind one that does, and one at the server look the same.
pub fn behind_translation(facts: &Facts, failed: &[&Tried], translation: &str) -> (Side, Confidence, String) {
    let verbs = verbs(failed.iter().copied());
    if !is_kept_out(facts, failed) && local_firewall_drops_callback::counted(facts).is_some() {
        let words = format!(
            "{translation}, and packets came to this computer meanwhile that were given to nobody, as its counters say. So \
             the router in between may forward the connection, and this computer's own firewall stop it; a router that does \
             not forward it looks the same"
        );
        return (Side::Client, Confidence::Low, words);
    }
    // The other end saw its packets get past its own router.
    let left = facts.callback_left_server();
    let sure = if left { Confidence::High } else { Confidence::Medium };
    let forwarded = failed.iter().any(|tried| tried.attempt().address == Address::Given);
    match (forwarded, left) {
        (true, true) => {
            let told = match facts.callback_end().and_then(|end| end.last) {
                Some(router) => format!("By the other end's word its packets come past {router} and no router beyond."),
                None => "By the other end's word the server's side lets its packets out.".to_owned(),
            };
            let words = format!(
                "{translation}, and {verbs} named the address and the ports that were asked for. {told} Where the router here \
                 forwards these ports, a firewall on either side of it stops the connection, be it the provider's; where it \
                 does not, the router does. From here that looks the same"
            );
            (Side::Unknown, Confidence::Low, words)
        }
        (true, false) => {
            let words = format!(
                "{translation}, and {verbs} named the address and the ports that were asked for. Where the router forwards \
                 these ports, a firewall stops the connection, on this side or at the server, which has to let its own \
                 connections out; where it does not, the router does. From here that looks the same"
            );
            (Side::Unknown, Confidence::Low, words)
        }
        (false, true) => {
            let words = format!(
                "{translation}, and the router in between neither forwards the connection nor rewrites {verbs}"
            );
            (Side::Client, sure, words)
        }
        (false, false) => {
            let words = format!(
                "{translation}, and most likely the router in between neither forwards the connection nor rewrites {verbs}. A \
                 firewall at the server looks the same"
            );
            (Side::Client, sure, words)
        }
    }
}

/// Packets were watched, and none of these connections came to this computer.
pub fn is_kept_out(facts: &Facts, failed: &[&Tried]) -> bool {
    failed.iter().all(|tried| matches!(facts.syn_arrived(tried), Observed::NotSeen))
}

/// A helper on the way, which reads PORT here, lets the server's connection through a translation.
pub fn is_helped(facts: &Facts) -> bool {
    facts.helper().seen().is_some() && !facts.is_encrypted()
}

/// Connections of the server that an RST or an ICMP error answered.
pub fn turned_away<'f>(facts: &'f Facts<'f>) -> Vec<&'f Tried<'f>> {
    let all = [Failure::CallbackRefused, Failure::CallbackUnreachable].map(|failure| facts.failed(failure)).concat();
    all.into_iter().filter(|tried| !is_with_outer_address(facts, tried)).collect()
}

/// Why nothing is known of a connection to this computer's own address.
pub fn unseen(facts: &Facts) -> &'static str {
    let (outer, own): (Vec<&Tried>, Vec<&Tried>) =
        facts.tried_in(Mode::Active).partition(|tried| is_with_outer_address(facts, tried));
    let refused = own.iter().any(|tried| tried.refusal().is_some()) && !own.iter().any(|tried| tried.negotiated());
    match (refused, outer.is_empty()) {
        _ if !facts.failed(Failure::CallbackForeign).is_empty() => {
            "a connection came from another address than the server's, which may be the server's own"
        }
        (true, false) => "the server agrees to neither PORT nor EPRT with this computer's own address in it",
        (true, true) => "the server agreed to neither PORT nor EPRT",
        (false, _) => "the server was not seen to connect",
    }
}

/// Whether PORT or EPRT named another address than this computer's own: a second try, which shows what the router
/// forwards, or what the user asked for where the own address does.
pub fn is_with_outer_address(facts: &Facts, tried: &Tried) -> bool {
    match tried.attempt().address {
        Address::ServerSeen | Address::Mapped => true,
        Address::Given => own_address_works(facts),
        _ => false,
    }
}

/// Whether active mode works with this computer's own address in PORT or EPRT.
pub fn own_address_works(facts: &Facts) -> bool {
    facts.tried_in(Mode::Active).any(|tried| tried.attempt().address == Address::Local && tried.works())
}

/// Whether the FTP helper that was seen rewrites this computer's own address: the server tells so, or, unable to reach that
/// address, came all the same. Under TLS it is seen in the plain data connections made to compare with.
pub fn helper_mends_our_address(facts: &Facts) -> bool {
    let mends = |facts: &Facts| {
        let comes = matches!(facts.client_nat(), Observed::Seen(_)) && own_address_works(facts);
        comes || facts.port_arrived_rewritten().is_some()
    };
    facts.helper().seen().is_some() && (mends(facts) || facts.in_plain().is_some_and(|plain| mends(&plain)))
}

/// What became of the try with the outer address, as a sentence.
pub fn with_outer_address(facts: &Facts) -> Option<(String, bool)> {
    let tried = facts.tried_in(Mode::Active).find(|tried| is_with_outer_address(facts, tried))?;
    let named = tried.named()?;
    let (verb, address) = (tried.verb().name(), named.ip());
    if tried.works() {
        return Some((
            format!(
                "With {address} in its place in {verb} it works: port {} is forwarded to this computer.",
                named.port()
            ),
            true,
        ));
    }
    if tried.answered_here().is_some() {
        return Some((
            format!(
                "With {address} in its place in {verb} the server's connection reaches this computer: port {} is forwarded to it, \
                 and the answer is lost, or what the server says to that.",
                named.port()
            ),
            true,
        ));
    }
    if tried.stopped_here() {
        return Some((
            format!(
                "With {address} in its place in {verb} the server's connection reaches this computer: port {} is forwarded to it, \
                 and its own firewall stops the connection.",
                named.port()
            ),
            true,
        ));
    }
    if port_mapping_in_vain::ends_alike(facts, tried) {
        let whose = match port_mapping_in_vain::ends_on_the_way(facts) {
            Some(hops) => format!("by the other end's word it ends at {hops}"),
            None => {
                "whether the router forwards none or a firewall stops it, on this side, in between or at the server, \
                     can't be seen"
                    .to_owned()
            }
        };
        return Some((
            format!(
                "With {address} in its place in {verb} the server agrees, and its connection does not come, no more than at a port \
                 that the router opened: {whose}."
            ),
            false,
        ));
    }
    let what = match tried.failure()? {
        Failure::CallbackRefused | Failure::CallbackUnreachable => "its connection is turned away",
        Failure::CallbackDropped => "its connection never arrives",
        _ => return None,
    };
    if let Some(hops) = port_mapping_in_vain::ends_on_the_way(facts) {
        return Some((
            format!(
                "With {address} in its place in {verb} the server agrees, and its connection does not come as far as the address \
                 translation: by the other end's word it ends at {hops}."
            ),
            false,
        ));
    }
    Some((
        format!(
            "With {address} in its place in {verb} the server agrees, and {what}: most likely port {} is not forwarded to this \
             computer.",
            named.port()
        ),
        false,
    ))
}

/// The outer address may be tried where the own one does not do.
pub fn asks_for_outer_address(facts: &Facts) -> Vec<Probe> {
    let Observed::Seen(sign) = facts.client_nat() else { return Vec::new() };
    let given = facts.evidence().asked.active_address.is_some();
    let tried = facts.tried_in(Mode::Active).any(|tried| is_with_outer_address(facts, tried));
    let fails = facts.tried_in(Mode::Active).next().is_some() && !facts.works(Mode::Active);
    // ProFTPD put it in the place of ours by itself.
    let mended = facts.product() == Some("proftpd");
    let thorough = facts.evidence().asked.thorough;
    // Such an address leads to a router that would not know whom to pass the connection on to.
    let around = facts.turned_around().is_some() || facts.families_translated().is_some();
    if given || tried || mended || around || sign.outside.is_none() || !(fails || thorough) {
        return Vec::new();
    }
    let asked = &facts.evidence().asked.methods;
    let over_ipv6 = sign.inside.is_ipv6();
    let usable = |verb: &DataVerb| (asked.is_empty() || asked.contains(verb)) && (!over_ipv6 || verb.fits_ipv6());
    let verbs = [DataVerb::Port, DataVerb::Eprt].into_iter().filter(usable);
    let most = if thorough { 2 } else { 1 };
    verbs.take(most).map(|verb| Attempt::at(verb, Address::ServerSeen).into()).collect()
}

/// The own address may be tried where the one that was asked for does not do and a helper is there, which mends no other.
pub fn asks_for_own_address(facts: &Facts) -> Vec<Probe> {
    let given = facts.tried_in(Mode::Active).filter(|tried| tried.attempt().address == Address::Given);
    let own = facts.tried_in(Mode::Active).any(|tried| tried.attempt().address == Address::Local);
    let helps = facts.helper().seen().is_some() && !facts.is_encrypted();
    if own || facts.works(Mode::Active) || !helps {
        return Vec::new();
    }
    given.map(|tried| Attempt::usual(tried.verb()).into()).collect()
}

/// Passive mode where it works, then a way through for the server's connection, on the side where it ends if that is known.
pub fn fixes(facts: &Facts, nat: &Nat, wall: Option<&Wall>) -> Vec<Fix> {
    if answered(facts).is_some() {
        return answered::fixes(facts);
    }
    let mut fixes = Vec::new();
    if facts.works(Mode::Passive) {
        fixes.push(use_passive());
    }
    let local = facts.local().map_or_else(|| "this computer".to_owned(), |local| local.to_string());
    let peer = peer(facts);
    let client = Fix::client(
        "Let the server's connections in",
        format!(
            "{}, allow incoming TCP from {peer} (from port 20, or from any) to {local}, to the ports that the client listens \
             at.",
            // This computer's own was watched, and not to blame.
            if facts.evidence().watched {
                "In a firewall before this computer"
            } else {
                "In the firewall of this computer, and in one before it"
            }
        ),
    );
    let server = let_out(facts);
    match (wall.map(|wall| wall.side), nat) {
        (Some(Side::Server), Nat::Seen(_)) if !wall::passes_on(facts) => fixes.extend([server, forward(facts)]),
        (Some(Side::Server), _) => fixes.push(server),
        (Some(Side::Network), _) => fixes.push(ask_the_operator(facts)),
        (Some(Side::Unknown), _) if wall.is_some_and(|wall| wall.is_beyond) => {
            fixes.extend([server, ask_the_operator(facts)])
        }
        (None, Nat::Seen(_)) if is_helped(facts) => fixes.extend([forward(facts), server]),
        (None | Some(Side::Unknown), Nat::Seen(_)) if names_given(facts) => {
            fixes.extend([see_the_forward(facts), client]);
            fixes.extend((!facts.callback_left_server()).then_some(server));
        }
        (None, Nat::Seen(_)) => fixes.extend([forward(facts), server]),
        (_, Nat::Seen(_)) if !wall::passes_on(facts) => fixes.push(forward(facts)),
        (Some(Side::Client), _) => fixes.push(client),
        // What it sends comes as far as the router before this computer.
        (Some(Side::Unknown), _) if wall.is_some_and(|wall| wall.answer_may_be_lost) => fixes.push(client),
        (None | Some(Side::Unknown), _) => fixes.extend([client, server]),
    }
    let lost = wall.is_some_and(|wall| wall.answer_may_be_lost);
    fixes.extend(lost.then(answered::look_for_the_answers));
    fixes
}

/// What has to let the server's connections pass before anything on this side can, where the other end tells that they end
/// there.
pub fn before_this_side(facts: &Facts, nat: &Nat) -> Option<Fix> {
    match wall(facts, nat)?.side {
        Side::Server => Some(let_out(facts)),
        Side::Network => Some(ask_the_operator(facts)),
        Side::Client | Side::Unknown => None,
    }
}

fn ask_the_operator(facts: &Facts) -> Fix {
    let local = facts.local().map_or_else(|| "this computer".to_owned(), |local| local.to_string());
    Fix::network(
        "Ask the network's operator about the router that stops the server's connections",
        format!("Give him the hop above, {} and {local}, and the time of this check.", peer(facts)),
    )
}

pub fn let_out(facts: &Facts) -> Fix {
    Fix::server(
        "Let the server connect out to its clients",
        format!(
            "In the server's firewall allow outgoing TCP from {}, port 20 and above 1023, to any address.",
            peer(facts)
        ),
    )
}

pub fn use_passive() -> Fix {
    Fix::client("Use passive mode", "It works here, and needs nothing to be let in on this side.")
}

/// What the server sees in its clients' place is on its own side.
pub fn keep_client_addresses() -> Fix {
    Fix::server(
        "Have what stands before the server leave its clients' addresses as they are",
        "Kubernetes: externalTrafficPolicy: Local. A load balancer: its mode that keeps the source address. iptables, \
         nftables: no masquerade and no SNAT for what comes in to the server. The server's own connections must get out \
         through it, too.",
    )
}

/// A way through an address translation.
pub fn forward(facts: &Facts) -> Fix {
    if facts.families_translated().is_some() {
        return Fix::client(
            "For active mode connect from a network that has IPv4 itself",
            "EPRT names this computer's IPv6 address, which the translation would have to rewrite (RFC 6384). Few do, and under TLS \
             none can.",
        );
    }
    if facts.turned_around().is_some() {
        return nat_hairpin::use_inner_address();
    }
    if let Some(mapping) = port_mapping_in_vain::behind_another(facts) {
        return Fix::client(
            "Let active mode through every translation on this side",
            format!(
                "Ports that are forwarded on the router {} alone lead nowhere: what stands before it has to forward them, too. Where \
                 that is the provider's (CGNAT), ask it for a public address.",
                mapping.router
            ),
        );
    }
    if is_helped(facts) && facts.port_arrived_rewritten().is_some() && !facts.works(Mode::Active) {
        return ftp_helper_on_path::see_the_connection(facts);
    }
    let local = facts.local().map_or_else(|| "this computer".to_owned(), |local| local.to_string());
    let outside = match facts.client_nat() {
        Observed::Seen(sign) => {
            sign.outside.map_or_else(|| "its outer address".to_owned(), |outside| outside.to_string())
        }
        Observed::NotSeen | Observed::NotTested(_) => "its outer address".to_owned(),
    };
    if facts.is_encrypted() {
        return Fix::client(
            "Let active mode through the router on this side",
            format!(
                "Forward a few ports to {local}, have the client listen at these alone, and have it name {outside} (in ftpmode check: \
                 --active-ports and --active-address). A router's FTP support can't read what is encrypted."
            ),
        );
    }
    Fix::client(
        "Let active mode through the router on this side",
        format!(
            "Either switch on the router's FTP support (on Linux the conntrack helper \"ftp\" for port {}), or forward \
             a few ports to {local}, have the client listen at these alone, and have it name {outside} (in ftpmode check: \
             --active-ports and --active-address).",
            facts.evidence().target.port
        ),
    )
}

/// Whether PORT or EPRT named the address that was asked for.
fn names_given(facts: &Facts) -> bool {
    facts.tried_in(Mode::Active).any(|tried| tried.attempt().address == Address::Given)
}

/// Ports are forwarded, by the user's word.
fn see_the_forward(facts: &Facts) -> Fix {
    let local = facts.local().map_or_else(|| "this computer".to_owned(), |local| local.to_string());
    let how = if facts.can_watch() { " (the check run as root)" } else { "" };
    Fix::client(
        "See that the router forwards the ports that the client names",
        format!(
            "Each port to the same number at {local}, TCP. The router's own list of connections, or a capture at this computer{how}, \
             shows whether the server's connection comes."
        ),
    )
}

/// The way through is there: the client has only to name the right address.
pub fn name_outer_address(facts: &Facts) -> Fix {
    let tried = facts.tried_in(Mode::Active).find(|tried| is_with_outer_address(facts, tried));
    let named = tried.and_then(Tried::named);
    let detail = match named {
        Some(named) => format!(
            "In the client's settings for active mode enter the outer address {} and the ports that the router forwards \
             (port {} is one of them; in ftpmode check: --active-address {} --active-ports).",
            named.ip(),
            named.port(),
            named.ip()
        ),
        None => "In the client's settings for active mode enter the outer address and the forwarded ports.".to_owned(),
    };
    Fix::client("Enter the outer address in the client's settings for active mode", detail)
}
