//! The forecast in words. Each sentence is whole; a reason stands as a clause behind its colon.

use std::net::IpAddr;

use super::forecast::{Course, Success};
use super::rules::Dials;
use crate::evidence::address::{Reach, reach};
use crate::evidence::attempt::{DataVerb, Mode};
use crate::evidence::facts::{Failure, Tried};
use crate::protocol::dialect::Says;

pub const LISTS_ALONE: &str =
    "Not known: a listing works here, and a larger transfer stalled, which may happen to this client as well.";
pub const DISTRUSTS: &str = "Fails: it refuses the server's certificate, which nobody vouches for.";
pub const WITHHELD: &str =
    "Not known: the check kept the password back, since nobody vouches for the server's certificate.";
pub const TURNED_AWAY: &str = "Fails: the server turns new connections away at the greeting.";
pub const LOGIN_REFUSED: &str = "Fails: the server refuses this login, whatever the client.";
pub const NO_LOGIN_SEEN: &str = "Not known: it can't be seen here whether a login came about.";
pub const TLS_BROKE: &str =
    "Not known: TLS did not come about in the check, and another client may speak it otherwise.";
pub const NO_SESSION: &str = "Fails: no FTP session with the server comes about, whatever the client.";
pub const CLEAR_DATA: &str = "Not known: the check's own data connections were not encrypted.";
pub const TLS_NOT_TRIED: &str =
    "Not known: the server demands TLS, which it uses by itself, and the check did not try.";
pub const AUTH_REFUSED: &str = "Not known: the server refuses AUTH TLS, and the check did not go on without.";
pub const ADDRESSES: &str =
    "Not known: the name leads to several addresses, and one of them does not answer; it may wait there for long.";
pub const UNANSWERED: &str =
    "Not known: a connection to the server got no answer before one came about, and it may meet the same.";
pub const BY_CHANCE: &str =
    "Not known: the server's passive ports let some connections in and turn others away, so it is a matter of luck.";
pub const NOT_EVERY_PORT: &str =
    "Not known: some of the server's passive ports let connections in and some do not, so it is a matter of luck.";
pub const NO_ACTIVE: &str = "Fails: it can do no active mode, and passive mode moves no data here.";
pub const NO_PASSIVE: &str = "Fails: it can do no passive mode, and active mode moves no data here.";
pub const PRIVACY_REFUSED: &str = "Fails: the server refuses PROT P, and it demands encrypted data connections.";
pub const NOTHING_RESUMED: &str = "Not known: it fails where the server lets no TLS session be resumed, and the check's data connections began new ones.";
pub const FAMILY_UNKNOWN: &str = "Not known: what it does over IPv6 is not known.";
pub const CERTIFICATE_UNKNOWN: &str = "Not known: what it makes of this certificate depends on how it is set up.";
pub const NO_PEER: &str = "Not known: the server's address on the control connection was not seen.";
pub const SESSION_USED_UP: &str =
    "Not known: the check's TLS session was used up by its earlier data connections; a client begins afresh.";
pub const MLSD_NOT_TRIED: &str = "Not known: it asks with MLSD, and the check asked with LIST, which is refused here.";
pub const MLSD_IS_LARGER: &str =
    "Not known: it asks with MLSD, whose answer is larger than LIST's, and larger transfers stop here on the way.";
pub const STRANGER: &str = "Not known: a connection came from another address than the server's, and the check took it \
                            for a stranger's.";
pub const NEW_SESSION_NOT_TRIED: &str =
    "Not known: it begins a TLS session of its own on data connections, which was not tried here.";
pub const RESUMPTION_UNKNOWN: &str = "Not known: data connections with a TLS session of their own failed in the check, and whether it makes such is open.";
pub const OTHER_PORTS: &str =
    "Not known: a port of the check's was let in through a NAT, and whether the ports that it takes are was not tried.";
pub const BEGINS_ANEW: &str = "Not known: it begins anew when bytes stop coming, and what comes of that was not tried.";
pub const RESET_AT_THE_END: &str =
    "Not known: it takes some data connections that are reset for whole ones, and begins anew with others.";
pub const EARLY_HANDSHAKE: &str =
    "it begins TLS on the data connection ahead of LIST, which pyftpdlib answers with a reset";
pub const WANTS_RESUMPTION: &str =
    "the server wants the control connection's TLS session on data connections, and it begins new ones";

pub fn no_tls(name: &str) -> String {
    format!("Not known: it can't do {name}, and it was not tried without.")
}

pub fn no_tls_but_demanded(name: &str) -> String {
    format!("Fails: the server demands encryption, and it can't do {name}.")
}

pub fn wants_tls(how: &str) -> String {
    format!("Fails: the server demands TLS, which it uses only when told to: {how}.")
}

/// Two settings that are needed together.
pub fn both_settings(one: &str, other: &str) -> String {
    format!("{one} and {other}")
}

pub fn no_family(peer: IpAddr) -> String {
    let family = if peer.is_ipv6() { "IPv6" } else { "IPv4" };
    format!("it can't do this over {family}")
}

pub fn not_tried(verb: DataVerb) -> String {
    format!("Not known: it would use {}, which was not tried here to its end.", verb.name())
}

pub fn breakdown(verb: DataVerb) -> String {
    format!(
        "Not known: the server breaks down at {}, and what it does with a further command was not tried.",
        verb.name()
    )
}

pub fn now_and_then(verb: DataVerb) -> String {
    format!("Not known: it would use {}, which moved data here at one time and not at another.", verb.name())
}

pub fn told_not_tried(told: IpAddr) -> String {
    format!("Not known: it would dial {told}, the address in 227, which was not tried.")
}

pub fn told_unsure(told: IpAddr) -> String {
    format!("Not known: 227 names {told}, and whether it dials that or the server's own address is not known.")
}

pub fn unreadable(verb: DataVerb) -> String {
    format!("it can't read the server's answer to {}", verb.name())
}

pub fn other_code(verb: DataVerb, code: u16) -> String {
    let own = if verb == DataVerb::Epsv { 229 } else { 227 };
    format!("the server answers {} with {code}, and it takes {own} alone", verb.name())
}

pub fn code_unsure(verb: DataVerb, code: u16) -> String {
    format!("Not known: the server answers {} with {code}, and whether it takes that is not known.", verb.name())
}

pub fn another_address(told: IpAddr) -> String {
    format!("227 names {told}, another address than the server's, which it refuses to dial")
}

pub fn out_of_reach(told: IpAddr) -> String {
    match reach(told) {
        Reach::Loopback | Reach::Unspecified => {
            format!("it dials {told}, the address in 227, which leads back to this computer")
        }
        Reach::NoHost => format!("it dials {told}, the address in 227, which no host can have"),
        _ => format!("it dials {told}, the address in 227, which can't be reached from outside"),
    }
}

/// Why an attempt moved no data.
pub fn clause(tried: &Tried, failure: Failure) -> String {
    let verb = tried.verb().name();
    match failure {
        Failure::Rejected(Some(Says::PortsExhausted)) => format!("the server has no free port for {verb}"),
        Failure::Rejected(Some(Says::PretRequired)) => format!("the server wants PRET before {verb}"),
        Failure::Rejected(Some(Says::AddressRejected)) => {
            format!("the server refuses to connect to the address that {verb} names")
        }
        Failure::Rejected(_) => format!("the server refuses {verb}"),
        Failure::SessionEnded(_) => format!("the server ends the session at {verb}"),
        Failure::Unreadable => format!("the server's answer to {verb} can't be read"),
        Failure::AddressRefused => format!("the address that the server names for {verb} is not dialled"),
        Failure::Unanswered => format!("the server does not answer {verb}"),
        Failure::CutAtNegotiation => format!("the control connection is cut off at {verb}"),
        Failure::DialRefused => format!("the port that the server names for {verb} refuses the connection"),
        Failure::DialDropped if tried.ended_untold() => {
            format!("the connection to the port that the server names for {verb} does not come about")
        }
        Failure::DialDropped => format!("nothing answers at the port that the server names for {verb}"),
        Failure::DialUnreachable => format!("the port that the server names for {verb} is reported unreachable"),
        Failure::CallbackRefused | Failure::CallbackDropped | Failure::CallbackUnreachable if tried.stopped_here() => {
            format!("the server's connection after {verb} reaches this computer, whose own firewall stops it")
        }
        Failure::CallbackDropped if tried.answered_here().is_some() => {
            format!(
                "the server's connection after {verb} reaches this computer, which answers it, and does not come about"
            )
        }
        Failure::CallbackRefused => format!("the server's connection after {verb} is turned away on its way here"),
        Failure::CallbackDropped if tried.ended_untold() => {
            format!("the server's connection after {verb} does not come about")
        }
        Failure::CallbackDropped => format!("the server's connection after {verb} never arrives here"),
        Failure::CallbackUnreachable => format!("the server finds no way here after {verb}"),
        Failure::CallbackForeign => format!("the connection after {verb} comes from another address than the server's"),
        Failure::TransferRefused(Some(Says::ForeignDataSource)) => {
            "the server refuses the data connection for the address it comes from".to_owned()
        }
        Failure::TransferRefused(Some(Says::SessionReuseRequired)) => WANTS_RESUMPTION.to_owned(),
        Failure::TransferRefused(Some(Says::TlsRequired | Says::ProtectionRequired)) => {
            "the server wants data connections encrypted".to_owned()
        }
        Failure::TransferRefused(_) => format!("the server refuses the listing after {verb}"),
        Failure::TlsBroken => format!("TLS on the data connection after {verb} does not come about"),
        Failure::Stalled => format!("bytes stop coming on the data connection after {verb}"),
        Failure::Unconfirmed => format!("the listing comes after {verb}, and the server never confirms it"),
        Failure::NeverServed if tried.refusal().is_some() => {
            format!("nothing comes over the connection after {verb}, and the server gives the listing up after seconds")
        }
        Failure::NeverServed => {
            format!("nothing comes over the connection after {verb}, and the server never speaks of the listing")
        }
        Failure::ControlLost => format!("the control connection is cut off at the listing after {verb}"),
        Failure::Cut if tried.confirmed_though_reset().is_some() => {
            format!("the data connection after {verb} is reset, and it wants it closed")
        }
        Failure::Cut => format!("the data connection after {verb} is cut off"),
        Failure::Contradiction => format!("the server's answers after {verb} make no sense"),
        Failure::NotTried => format!("{verb} was not tried to its end"),
    }
}

/// The forecast's sentences: what happens, with what it has to be told for TLS or this way, and what older versions do
/// otherwise.
pub(super) fn why(course: &Course, told: Option<&str>, earlier: &[(&str, Course)]) -> String {
    let now = match (course, told) {
        (Course::Works(success), None) => format!("Works: {}.", works(success)),
        (Course::Works(success), Some(how)) => format!("Works with {how}: {}.", works(success)),
        (Course::Fails(verbs, clause), _) if verbs.len() > 1 => format!("Fails with {}: {clause}.", names(verbs)),
        (Course::Fails(verbs, clause), _) if verbs.iter().any(|verb| verb.mode() == Mode::Active) => {
            format!("Fails in active mode, its usual one: {clause}.")
        }
        (Course::Fails(_, clause), _) => format!("Fails: {clause}."),
        (Course::Unknown(why), _) => why.clone(),
    };
    let otherwise = earlier.iter().find_map(|(before, then)| match (course, then) {
        (Course::Works(_), Course::Fails(_, clause)) => Some(format!(" Before {before} it fails: {clause}.")),
        (Course::Fails(..), Course::Works(_)) => Some(format!(" Before {before} it works.")),
        _ => None,
    });
    now + &otherwise.unwrap_or_default()
}

fn works(success: &Success) -> String {
    let verb = success.verb.name();
    match (&success.failed[..], success.differing, success.waited) {
        ([], Some(told), _) if matches!(success.dials, Dials::Told) => {
            format!("it dials {told}, the address in 227, which moves data here")
        }
        ([], Some(told), _) => format!("it dials the server's own address and not {told}, the one in 227"),
        ([], None, _) if success.verb == DataVerb::Epsv => "it asks for EPSV first, which moves data here".to_owned(),
        ([], None, _) => format!("it uses {verb}, which moves data here"),
        (failed, _, false) => format!("it goes on from {} to {verb}, which moves data here", names(failed)),
        (failed, _, true) => {
            format!("it goes on from {} to {verb} after a long wait, and that moves data here", names(failed))
        }
    }
}

/// `EPSV, PASV and PORT`.
fn names(verbs: &[DataVerb]) -> String {
    let names: Vec<&str> = verbs.iter().map(|verb| verb.name()).collect();
    match &names[..] {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
