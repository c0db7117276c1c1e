//! Every rule: one file each, named after its finding's id, beside its article. This table is the only list.

use std::collections::BTreeSet;

use super::rule::{Match, Rule, Severity, Side};
use crate::evidence::address::{Reach, reach};
use crate::evidence::attempt::Mode;
use crate::evidence::facts::{Cite, Facts, Failure, IcmpAnswer, Place, Tried};
use crate::evidence::import::UNKNOWN_HOST;
use crate::evidence::observed::Observed;
use crate::evidence::timeline::What;
use crate::protocol::dialect::Says;
use crate::servers::{self, Settings};

pub(super) mod callbacks;
mod dials;
mod logins;
pub(super) mod place;
mod samples;
pub(super) mod taken;

mod active_address_rejected;
pub(super) mod active_callback_dropped;
mod active_callback_foreign;
mod active_callback_refused;
mod active_rejected;
mod certificate_untrusted;
mod client_address_varies;
mod client_behind_nat;
mod control_connection_altered;
mod control_idle_dropped;
mod control_port_dropped;
mod control_port_refused;
mod control_unreachable;
mod data_protection_required;
mod data_session_reuse_required;
mod data_source_address_differs;
mod data_tls_failed;
mod download_incomplete;
mod epsv_blocked;
mod epsv_rejected;
pub(super) mod ftp_helper_on_path;
mod ipv6_unanswered;
pub(super) mod listing_refused;
pub(super) mod local_firewall_drops_callback;
mod login_rejected;
mod name_resolution_failed;
mod nat_hairpin;
mod no_greeting;
mod not_ftp;
mod one_method_rejected;
mod passive_address_foreign;
mod passive_address_unroutable;
pub(super) mod passive_port_dropped;
mod passive_port_refused;
mod passive_port_unreachable;
mod passive_ports_exhausted;
pub(super) mod passive_range_partly_open;
mod passive_rejected;
mod pasv_malformed;
mod port_mapping_helps;
mod port_mapping_in_vain;
mod pret_required;
mod server_address_varies;
mod server_behind_nat;
mod server_misconfigured;
mod tls_blinds_ftp_helper;
mod tls_failed;
mod tls_required;
mod tls_unsupported;
pub(super) mod too_many_connections;
mod transfer_failed;
pub(super) mod transfer_stalled;
pub(super) mod transparent_proxy;
pub(super) mod upload_incomplete;
mod upload_left_behind;

/// In the contract's order: the control connection, the two ends, passive, active, the data connection.
pub static ALL: &[&Rule] = &[
    &name_resolution_failed::RULE,
    &control_port_refused::RULE,
    &control_port_dropped::RULE,
    &control_unreachable::RULE,
    &ipv6_unanswered::RULE,
    &no_greeting::RULE,
    &not_ftp::RULE,
    &too_many_connections::RULE,
    // What the control connection says may be its word.
    &transparent_proxy::RULE,
    // Whoever says so of himself says it first.
    &server_misconfigured::RULE,
    &login_rejected::RULE,
    &tls_required::RULE,
    &tls_unsupported::RULE,
    &tls_failed::RULE,
    &certificate_untrusted::RULE,
    &control_connection_altered::RULE,
    &client_behind_nat::RULE,
    &server_behind_nat::RULE,
    &ftp_helper_on_path::RULE,
    // What else fails then comes of it.
    &tls_blinds_ftp_helper::RULE,
    &client_address_varies::RULE,
    &server_address_varies::RULE,
    &nat_hairpin::RULE,
    // What becomes of a dial of that address comes of it.
    &passive_address_unroutable::RULE,
    &passive_port_dropped::RULE,
    &passive_port_refused::RULE,
    &passive_port_unreachable::RULE,
    &passive_address_foreign::RULE,
    &passive_range_partly_open::RULE,
    &passive_rejected::RULE,
    &epsv_rejected::RULE,
    &epsv_blocked::RULE,
    &one_method_rejected::RULE,
    &pasv_malformed::RULE,
    &passive_ports_exhausted::RULE,
    &pret_required::RULE,
    &active_callback_dropped::RULE,
    &active_callback_refused::RULE,
    &active_address_rejected::RULE,
    &active_rejected::RULE,
    &active_callback_foreign::RULE,
    &local_firewall_drops_callback::RULE,
    &port_mapping_helps::RULE,
    &port_mapping_in_vain::RULE,
    &data_source_address_differs::RULE,
    &data_session_reuse_required::RULE,
    &data_protection_required::RULE,
    &data_tls_failed::RULE,
    &transfer_stalled::RULE,
    &transfer_failed::RULE,
    &download_incomplete::RULE,
    &upload_incomplete::RULE,
    &control_idle_dropped::RULE,
    &listing_refused::RULE,
    &upload_left_behind::RULE,
];

/// The rule with this id.
pub fn with_id(id: &str) -> Option<&'static Rule> {
    ALL.iter().find(|rule| rule.id == id).copied()
}

/// What takes a method away weighs a warning where another moves data, and an error where none does.
fn loss(facts: &Facts) -> Severity {
    if facts.moves_data() { Severity::Warning } else { Severity::Error }
}

/// What does harm only where data connections fail weighs nothing while one works.
fn harm_where_data_fails(facts: &Facts, fails: bool) -> Severity {
    if fails { loss(facts) } else { Severity::Info }
}

/// Ruled out by these events; undecided where there are none.
fn ruled_out_by(facts: &Facts, places: impl IntoIterator<Item = Place>, otherwise: &'static str) -> Match {
    let cites = facts.cites(places);
    if cites.is_empty() { Match::Undecided(otherwise) } else { Match::RuledOut(cites) }
}

/// The passive data connections that failed in this way at the control connection's peer.
fn failed_at_peer<'f>(facts: &'f Facts<'f>, failure: Failure) -> Vec<&'f Tried<'f>> {
    let mut failed = facts.failed(failure);
    failed.retain(|tried| facts.dialled_at_peer(tried));
    failed
}

/// The passive data connections that failed in these ways at the control connection's peer, as far as it was told how: a
/// client that gave up without a word rules no way out.
fn told_at_peer<'f>(facts: &'f Facts<'f>, failures: [Failure; 2]) -> Vec<&'f Tried<'f>> {
    let mut failed = failures.map(|failure| failed_at_peer(facts, failure)).concat();
    failed.retain(|tried| !tried.is_guess());
    failed
}

/// What is wanting where every failure in [`told_at_peer`] is left out.
fn untold(facts: &Facts) -> &'static str {
    if failed_at_peer(facts, Failure::DialDropped).iter().any(|tried| tried.is_guess()) {
        "the log does not say how the passive data connection failed"
    } else {
        "no passive data connection was dialled"
    }
}

/// Whether the address in 227 is known: in a log it may be masked, and 0.0.0.0 stands for it then.
fn shows_address(facts: &Facts, tried: &Tried) -> bool {
    let dialled_so = || {
        tried
            .outcome()
            .events
            .iter()
            .any(|event| matches!(&event.what, What::Failed(words) if words.contains(" to 0.0.0.0 ")))
    };
    let named_so = || tried.negotiation().is_some_and(|(reply, _)| reply.text.contains("0,0,0,0")) || dialled_so();
    tried.named().is_some_and(|end| facts.log().is_none() || !end.ip().is_unspecified() || named_so())
}

/// Whether a reply turned the command itself away, for no reason that another finding names.
fn refused_verb(facts: &Facts, tried: &Tried) -> bool {
    let Some(Failure::Rejected(says)) = tried.failure() else { return false };
    let told_elsewhere = matches!(
        says,
        Some(
            Says::TooManyConnections
                | Says::TlsRequired
                | Says::ProtectionRequired
                | Says::Misconfigured
                | Says::PortsExhausted
                | Says::PretRequired
        )
    );
    !told_elsewhere && !refused_for_address(facts, tried) && !refused_for_want_of_a_port(tried)
}

/// Whether PORT or EPRT was turned away for the address in it: the reply says so, or it is a plain refusal of a command
/// that names an address which the server does not see this client at.
pub(super) fn refused_for_address(facts: &Facts, tried: &Tried) -> bool {
    if tried.verb().mode() == Mode::Passive {
        return false;
    }
    match tried.failure() {
        Some(Failure::Rejected(Some(Says::AddressRejected))) => true,
        Some(Failure::Rejected(_)) if tried.refused_for_ipv6() => true,
        Some(Failure::Rejected(None)) => {
            let translated = match facts.client_nat() {
                Observed::Seen(sign) => tried.named().is_some_and(|named| named.ip().to_canonical() == sign.inside),
                Observed::NotSeen | Observed::NotTested(_) => facts.stand_in().is_some(),
            };
            // Nobody's server can dial its client's own loopback.
            let own = tried.named().is_some_and(|named| reach(named.ip()) == Reach::Loopback)
                && facts.peer().is_none_or(|peer| reach(peer) != Reach::Loopback);
            (translated || own) && tried.refusal().is_some_and(|(reply, _)| matches!(reply.code, 500 | 501 | 504))
        }
        _ => false,
    }
}

/// 425 in answer to PASV itself is "can't open data connection" before there is one to open.
fn refused_for_want_of_a_port(tried: &Tried) -> bool {
    let unsaid = matches!(tried.failure(), Some(Failure::Rejected(None | Some(Says::CallbackFailed))));
    unsaid && tried.verb().mode() == Mode::Passive && tried.refusal().is_some_and(|(reply, _)| reply.code == 425)
}

/// The events that ended these data connections.
fn ends<'t>(tried: impl IntoIterator<Item = &'t Tried<'t>>) -> Vec<Place> {
    tried.into_iter().filter_map(Tried::ended_by).collect()
}

/// What ended these data connections, in a log each behind the reply that named its port: what a client says of the
/// failure need not hold the port.
fn named_and_ended<'t>(facts: &Facts, tried: impl IntoIterator<Item = &'t Tried<'t>>) -> Vec<Place> {
    let of_log = facts.log().is_some();
    let named = |tried: &Tried| tried.negotiation().filter(|_| of_log).map(|(_, place)| place);
    tried.into_iter().flat_map(|tried| named(tried).into_iter().chain(tried.ended_by())).collect()
}

/// The events at which these data connections were joined.
fn joins<'t>(tried: impl IntoIterator<Item = &'t Tried<'t>>) -> Vec<Place> {
    tried.into_iter().filter_map(Tried::joined_at).collect()
}

/// What shows that a passive port let a connection in, be it one that carried no transfer: then not every port fails.
fn passive_let_in(facts: &Facts) -> Vec<Cite> {
    let joined = joins(facts.joined_in(Mode::Passive));
    if joined.is_empty() { passive_range_partly_open::let_in_besides(facts) } else { facts.cites(joined) }
}

/// `PORT`, `PORT and EPRT`: each verb once, in the order tried.
fn verbs<'t>(tried: impl IntoIterator<Item = &'t Tried<'t>>) -> String {
    let mut names: Vec<&str> = Vec::new();
    for one in tried {
        if !names.contains(&one.verb().name()) {
            names.push(one.verb().name());
        }
    }
    listed(&names)
}

/// Whether they are of more than one verb: a sentence that begins with [`verbs`] has its plural then.
fn are_several(tried: &[&Tried]) -> bool {
    tried.windows(2).any(|two| two[0].verb() != two[1].verb())
}

/// `a`, `a and b`, `a, b and c`.
pub fn listed(words: &[impl AsRef<str>]) -> String {
    match words {
        [] => String::new(),
        [one] => one.as_ref().to_owned(),
        [most @ .., last] => {
            let most: Vec<&str> = most.iter().map(AsRef::as_ref).collect();
            format!("{} and {}", most.join(", "), last.as_ref())
        }
    }
}

/// The endpoints that were dialled in vain.
fn endpoints<'t>(tried: impl IntoIterator<Item = &'t Tried<'t>>) -> String {
    let shown = |end: std::net::SocketAddr| match (end.ip().is_unspecified(), end.port()) {
        (false, port) if port != 0 => end.to_string(),
        (true, port) if port != 0 => format!("port {port}"),
        (false, _) => end.ip().to_string(),
        (true, _) => "the port that it named".to_owned(),
    };
    let mut all: Vec<String> = Vec::new();
    for endpoint in tried.into_iter().filter_map(Tried::dialled).map(shown) {
        if !all.contains(&endpoint) {
            all.push(endpoint);
        }
    }
    listed(&all)
}

/// As a sentence, that the finding rests on one port: it says nothing of the others.
fn one_port_alone(facts: &Facts) -> &'static str {
    match facts.passive_ports_closed().len() {
        1 => " Only one port was tried; others may let connections in.",
        _ => "",
    }
}

/// The one port that failed, as a sentence, where firewalls take it for something else.
fn taken_for<'t>(failed: impl IntoIterator<Item = &'t Tried<'t>>) -> String {
    let ports: BTreeSet<u16> = failed.into_iter().filter_map(|tried| Some(tried.dialled()?.port())).collect();
    let service = ports.first().filter(|_| ports.len() == 1).and_then(|port| Some((port, other_service(*port)?)));
    service.map_or_else(String::new, |(port, service)| format!(" Firewalls take port {port} for {service}."))
}

/// What firewalls take the port for, where they meddle with it.
fn other_service(port: u16) -> Option<&'static str> {
    Some(match port {
        1720 => "H.323",
        1723 => "PPTP",
        2000 => "SCCP (IP telephones)",
        3128 | 8080 => "a web proxy",
        5060 | 5061 => "SIP (IP telephony)",
        6000 => "X11",
        6667 => "IRC",
        _ => return None,
    })
}

/// The setting in the recognised server's own words, else in general ones.
fn setting(facts: &Facts, pick: fn(&Settings) -> Option<&'static str>, general: &str) -> String {
    servers::advice(facts.product(), pick, general)
}

/// The setting for the address that 227 names, with this address in it.
fn outer_address_setting(facts: &Facts, address: &str) -> String {
    let general =
        "Set the address for passive mode (often called external, public or masquerade address) to {address}.";
    setting(facts, |settings| settings.external_address, general).replace("{address}", address)
}

/// Advice on the passive port range that fits every server.
const ANY_RANGE: &str = "In the server's settings choose a range for passive mode, such as 40000 to 40100.";

/// What is most likely where such a server's passive ports do not answer.
const NOT_FORWARDED: &str = "The server stands behind an address translation that it does not know of, so most likely its \
                             passive ports are not forwarded to it.";

/// The server's address on the control connection, in words.
fn peer(facts: &Facts) -> String {
    known_peer(facts).unwrap_or_else(|| "the server".to_owned())
}

/// The server's address, or the name that a log has for it.
fn known_peer(facts: &Facts) -> Option<String> {
    let host = &facts.evidence().target.host;
    let named = || Some(host.clone()).filter(|host| facts.log().is_some() && host != UNKNOWN_HOST);
    facts.peer().map(|peer| peer.to_string()).or_else(named)
}

/// The server and its control port at a sentence's beginning.
fn peer_port(facts: &Facts) -> String {
    let port = facts.evidence().target.port;
    known_peer(facts).map_or_else(|| format!("The server's port {port}"), |peer| format!("{peer} port {port}"))
}

/// On whose side the router stands that answered with an ICMP error. An address of this computer's own network tells;
/// anything between does not, nor does the server's own address: firewalls on the way answer in its name.
fn side_of(facts: &Facts, icmp: IcmpAnswer, server: Option<std::net::IpAddr>) -> Side {
    let Some(router) = icmp.router.filter(|router| Some(*router) != server) else { return Side::Unknown };
    match facts.local() {
        Some(local) if router == local || in_one_private_network(local, router) => Side::Client,
        _ if facts.is_of_this_side(router) => Side::Client,
        _ => Side::Unknown,
    }
}

/// Two private IPv4 addresses that share their first 24 bits.
fn in_one_private_network(a: std::net::IpAddr, b: std::net::IpAddr) -> bool {
    let private = |ip| matches!(reach(ip), Reach::Private | Reach::Shared);
    match (a, b) {
        (std::net::IpAddr::V4(x), std::net::IpAddr::V4(y)) => {
            private(a) && private(b) && x.octets()[..3] == y.octets()[..3]
        }
        _ => false,
    }
}
