//! The failures that the server plays on request, so that a client, a firewall rule or a diagnosis can be tried against each.
//!
//! A fault is its line in [`FAULTS`] and the few lines below that play it; the rest of the server asks the questions
//! that [`Faults`] answers and knows no fault by name.

use std::net::{Ipv4Addr, SocketAddrV4};
use std::str::FromStr;
use std::time::Duration;

use thiserror::Error;

use super::tls::{Days, Resumed};
use crate::protocol::host_port;

/// A failure to play.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    PrivateAddress,
    Malformed227,
    PasvRejected,
    EpsvRejected,
    PassiveRefused,
    PassiveSilent,
    PortsExhausted,
    PretRequired,
    PortRefused,
    PortNotYours,
    NoCallback,
    Callback425,
    DataSourceDiffers,
    Stall,
    Slow,
    ResetTransfer,
    NoCompletion,
    List550,
    ListFromMemory,
    CloseOnList,
    SlowReplies,
    LoginRequired,
    Misconfigured,
    TooMany,
    OneConnection,
    NoGreeting,
    NotFtp,
    TlsNoResumption,
    TlsReuseRequired,
    TlsOneTicket,
    TlsProtClearOnly,
    TlsProtPrivateOnly,
    TlsAuthRefused,
    TlsExpiredCertificate,
}

/// A fault, its name on the command line, and what it does.
#[derive(Debug)]
pub struct Entry {
    pub fault: Fault,
    pub name: &'static str,
    pub does: &'static str,
}

/// Every fault. The names are stable.
pub static FAULTS: &[Entry] = &[
    entry(Fault::PrivateAddress, "private-address", "227 names 10.0.0.20, as a server behind NAT does; 229 is right"),
    entry(Fault::Malformed227, "malformed-227", "227 names no address and no port; 229 is right"),
    entry(Fault::PasvRejected, "pasv-rejected", "500 to PASV"),
    entry(Fault::EpsvRejected, "epsv-rejected", "500 to EPSV"),
    entry(
        Fault::PassiveRefused,
        "passive-refused",
        "nobody listens at the port that 227 and 229 name: it answers with RST",
    ),
    entry(
        Fault::PassiveSilent,
        "passive-silent",
        "the port that 227 and 229 name does not answer (a full backlog; Linux only)",
    ),
    entry(Fault::PortsExhausted, "ports-exhausted", "425 to PASV and EPSV: no free port"),
    entry(Fault::PretRequired, "pret-required", "500 to PASV and EPSV: PRET first"),
    entry(Fault::PortRefused, "port-refused", "500 to PORT and EPRT"),
    entry(
        Fault::PortNotYours,
        "port-not-yours",
        "sees the client at 203.0.113.2 and refuses PORT and EPRT naming anything else, as behind NAT",
    ),
    entry(Fault::NoCallback, "no-callback", "accepts PORT and EPRT and never dials, as if a firewall dropped it"),
    entry(Fault::Callback425, "callback-425", "accepts PORT and EPRT, then says that its connection was refused"),
    entry(
        Fault::DataSourceDiffers,
        "data-source-differs",
        "takes the data connection, then says that it came from another address",
    ),
    entry(Fault::Stall, "stall", "a data connection carries half of its bytes and then nothing"),
    entry(Fault::Slow, "slow", "a data connection carries 1 KiB/s"),
    entry(Fault::ResetTransfer, "reset-transfer", "a data connection carries half of its bytes and is reset"),
    entry(Fault::NoCompletion, "no-completion", "never says 226 after a transfer"),
    entry(Fault::List550, "list-550", "550 to listings"),
    entry(
        Fault::ListFromMemory,
        "list-from-memory",
        "LIST lacks the mark that 150 announces, as where a proxy answers from its memory",
    ),
    entry(Fault::CloseOnList, "close-on-list", "closes the control connection in answer to a listing"),
    entry(Fault::SlowReplies, "slow-replies", "each reply comes one second late"),
    entry(Fault::LoginRequired, "login-required", "530 to anonymous"),
    entry(Fault::Misconfigured, "misconfigured", "500 OOPS to the login"),
    entry(Fault::TooMany, "too-many", "421 in place of the greeting"),
    entry(Fault::OneConnection, "one-connection", "421 to a client's second control connection"),
    entry(Fault::NoGreeting, "no-greeting", "says nothing"),
    entry(Fault::NotFtp, "not-ftp", "greets as an SSH server"),
    entry(Fault::TlsNoResumption, "tls-no-resumption", "TLS that never resumes a session"),
    entry(
        Fault::TlsReuseRequired,
        "tls-reuse-required",
        "522 to data connections that do not resume the control connection's TLS session",
    ),
    entry(
        Fault::TlsOneTicket,
        "tls-one-ticket",
        "the same, and one TLS 1.3 ticket for all of them: the second data connection fails",
    ),
    entry(Fault::TlsProtClearOnly, "tls-prot-clear-only", "536 to PROT P"),
    entry(Fault::TlsProtPrivateOnly, "tls-prot-private-only", "534 to PROT C, and 522 to transfers without PROT P"),
    entry(Fault::TlsAuthRefused, "tls-auth-refused", "FEAT lists AUTH TLS, and 431 to it"),
    entry(Fault::TlsExpiredCertificate, "tls-expired-certificate", "a certificate whose days are over"),
];

/// The address that the server claims to see where a fault has it see another than the client's.
const CLAIMED: Ipv4Addr = Ipv4Addr::new(203, 0, 113, 2);

const fn entry(fault: Fault, name: &'static str, does: &'static str) -> Entry {
    Entry { fault, name, does }
}

/// A name that no fault has.
#[derive(Debug, Error)]
#[error("there is no fault of this name")]
pub struct UnknownFault;

impl FromStr for Fault {
    type Err = UnknownFault;

    fn from_str(name: &str) -> Result<Self, UnknownFault> {
        FAULTS.iter().find(|entry| entry.name == name).map(|entry| entry.fault).ok_or(UnknownFault)
    }
}

/// The faults being played.
#[derive(Debug)]
pub(super) struct Faults(pub Vec<Fault>);

/// What a TLS session leaves to be resumed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tickets {
    None,
    /// One of TLS 1.3 a control connection, for one data connection.
    One,
    Renewed,
}

/// How a connection begins.
pub(super) enum Greeting {
    Welcome,
    /// This line, and then the connection ends.
    Dismiss(&'static str),
    /// This line, and then nothing is understood.
    Babble(&'static str),
    Silence,
}

/// What happens in place of carrying a command out.
pub(super) enum Instead {
    Reply(String),
    Close,
}

/// What stands behind a port that 227 or 229 names.
pub(super) enum PassivePort {
    Listening,
    /// Taken, and nobody listens.
    Deaf,
    /// Listening, with no room for another connection.
    Full,
}

/// What becomes of an accepted PORT.
pub(super) enum Callback {
    Dial,
    Never,
    Refused,
}

/// What becomes of a data connection's bytes.
#[derive(Clone, Copy)]
pub(super) enum Flow {
    Full,
    Slow,
    StallHalfway,
    ResetHalfway,
}

/// What happens when all bytes are sent.
pub(super) enum Ending {
    Confirm,
    Silence,
}

impl Faults {
    fn has(&self, fault: Fault) -> bool {
        self.0.contains(&fault)
    }

    /// Whether TLS is needed to play them: those that their names say it of.
    pub fn need_tls(&self) -> bool {
        FAULTS.iter().any(|entry| entry.name.starts_with("tls-") && self.has(entry.fault))
    }

    pub fn tickets(&self) -> Tickets {
        if self.has(Fault::TlsNoResumption) {
            Tickets::None
        } else if self.has(Fault::TlsOneTicket) {
            Tickets::One
        } else {
            Tickets::Renewed
        }
    }

    pub fn days(&self) -> Days {
        if self.has(Fault::TlsExpiredCertificate) { Days::Over } else { Days::Now }
    }

    /// Why this data connection's session is not taken, if it is not.
    pub fn refuses(&self, resumed: Resumed) -> Option<&'static str> {
        let required = self.has(Fault::TlsReuseRequired) || self.has(Fault::TlsOneTicket);
        (required && resumed == Resumed::No).then_some("522 TLS connection failed: session reuse required.")
    }

    /// Whether transfers want PROT P.
    pub fn want_private_data(&self) -> bool {
        self.has(Fault::TlsProtPrivateOnly)
    }

    /// The refusal of a protection level, where a fault has one.
    pub fn refusal_of_level(&self, level: &str) -> Option<&'static str> {
        match level {
            "P" if self.has(Fault::TlsProtClearOnly) => Some("536 Data connections are not encrypted here."),
            "C" if self.has(Fault::TlsProtPrivateOnly) => Some("534 Data connections have to be encrypted: PROT P."),
            _ => None,
        }
    }

    pub fn greeting(&self) -> Greeting {
        if self.has(Fault::TooMany) {
            Greeting::Dismiss("421 Too many connections from your address, try again later.")
        } else if self.has(Fault::NotFtp) {
            Greeting::Babble("SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3")
        } else if self.has(Fault::NoGreeting) {
            Greeting::Silence
        } else {
            Greeting::Welcome
        }
    }

    /// What happens in place of `verb`, if a fault forbids it.
    pub fn instead_of(&self, verb: &str) -> Option<Instead> {
        let reply = |text: &str| Some(Instead::Reply(text.to_owned()));
        match verb {
            "PASS" if self.has(Fault::LoginRequired) => reply("530 Login incorrect: anonymous has no access here."),
            "PASS" if self.has(Fault::Misconfigured) => reply("500 OOPS: cannot change directory:/srv/ftp"),
            "AUTH" if self.has(Fault::TlsAuthRefused) => {
                reply("431 The certificate can't be read, so there is no TLS.")
            }
            "PASV" if self.has(Fault::PasvRejected) => reply("500 PASV not understood."),
            "EPSV" if self.has(Fault::EpsvRejected) => reply("500 EPSV not understood."),
            "PASV" | "EPSV" if self.has(Fault::PortsExhausted) => reply("425 No free port in the passive range."),
            "PASV" | "EPSV" if self.has(Fault::PretRequired) => reply("500 Issue PRET before PASV or EPSV."),
            "PORT" | "EPRT" if self.has(Fault::PortRefused) => reply("500 Active mode is disabled."),
            "LIST" | "NLST" | "MLSD" if self.has(Fault::List550) => reply("550 No listing here."),
            "LIST" | "NLST" | "MLSD" if self.has(Fault::CloseOnList) => Some(Instead::Close),
            _ => None,
        }
    }

    /// The 227 reply for a port held open at `endpoint`.
    pub fn reply_227(&self, endpoint: SocketAddrV4) -> String {
        if self.has(Fault::Malformed227) {
            return "227 Entering Passive Mode.".to_owned();
        }
        let private = SocketAddrV4::new(Ipv4Addr::new(10, 0, 0, 20), endpoint.port());
        let named = if self.has(Fault::PrivateAddress) { private } else { endpoint };
        format!("227 Entering Passive Mode ({}).", host_port::format(named))
    }

    pub fn passive_port(&self) -> PassivePort {
        if self.has(Fault::PassiveRefused) {
            PassivePort::Deaf
        } else if self.has(Fault::PassiveSilent) {
            PassivePort::Full
        } else {
            PassivePort::Listening
        }
    }

    /// The client's address where it is not to be told truly.
    pub fn claimed_client(&self) -> Option<Ipv4Addr> {
        self.has(Fault::PortNotYours).then_some(CLAIMED)
    }

    pub fn callback(&self) -> Callback {
        if self.has(Fault::NoCallback) {
            Callback::Never
        } else if self.has(Fault::Callback425) || self.has(Fault::PortNotYours) {
            // Behind the claimed address there is nobody: its NAT would refuse.
            Callback::Refused
        } else {
            Callback::Dial
        }
    }

    /// Where a passive data connection is said to come from, whatever its true origin.
    pub fn claimed_origin(&self) -> Option<Ipv4Addr> {
        self.has(Fault::DataSourceDiffers).then_some(CLAIMED)
    }

    pub fn flow(&self) -> Flow {
        if self.has(Fault::Stall) {
            Flow::StallHalfway
        } else if self.has(Fault::ResetTransfer) {
            Flow::ResetHalfway
        } else if self.has(Fault::Slow) {
            Flow::Slow
        } else {
            Flow::Full
        }
    }

    pub fn lists_from_memory(&self) -> bool {
        self.has(Fault::ListFromMemory)
    }

    pub fn ending(&self) -> Ending {
        if self.has(Fault::NoCompletion) { Ending::Silence } else { Ending::Confirm }
    }

    pub fn reply_delay(&self) -> Duration {
        if self.has(Fault::SlowReplies) { Duration::from_secs(1) } else { Duration::ZERO }
    }

    pub fn most_per_client(&self, most: usize) -> usize {
        if self.has(Fault::OneConnection) { 1 } else { most }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_is_kebab_case_unique_and_names_its_fault() {
        for (index, entry) in FAULTS.iter().enumerate() {
            assert!(
                entry.name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'),
                "{}",
                entry.name
            );
            assert_eq!(entry.name.parse::<Fault>().ok(), Some(entry.fault));
            assert!(FAULTS[..index].iter().all(|other| other.fault != entry.fault), "{} comes twice", entry.name);
            assert!(!entry.does.is_empty());
        }
        assert!("no-such".parse::<Fault>().is_err());
    }
}
