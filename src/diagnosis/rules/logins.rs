//! Why a login was turned away: one reply, and the one finding that explains it.

use crate::diagnosis::rule::Match;
use crate::diagnosis::rules::{not_ftp, ruled_out_by};
use crate::evidence::facts::{Facts, Placed};
use crate::protocol::dialect::{self, Says};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    TooManyConnections,
    /// A 421 that does not say why.
    Perhaps421,
    TlsRequired,
    Misconfigured,
    /// It is no FTP server.
    NotFtp,
    /// The name or the password, or the anonymous user, is not taken.
    Rejected,
}

/// The reply that kept us out and what it is about.
pub fn trouble<'a>(facts: &Facts<'a>) -> Option<(Trouble, Placed<'a>)> {
    let (reply, place) = facts.login_refusal()?;
    let trouble = match dialect::says(reply) {
        _ if not_ftp::protocol(facts).is_some() => Trouble::NotFtp,
        Some(Says::TooManyConnections) => Trouble::TooManyConnections,
        Some(Says::TlsRequired | Says::ProtectionRequired) => Trouble::TlsRequired,
        Some(Says::Misconfigured) => Trouble::Misconfigured,
        // A log may begin behind the login, and end with the server's own clock.
        Some(Says::IdleTimeout) if facts.log().is_some() => return None,
        _ if reply.code == 421 => Trouble::Perhaps421,
        _ => Trouble::Rejected,
    };
    Some((trouble, (reply, place)))
}

/// What a rule says of a login that its own trouble did not stop: the login worked, or another trouble explains it.
pub fn otherwise(facts: &Facts) -> Match {
    if let Some((_, place)) = facts.login_reply() {
        return Match::RuledOut(facts.cites([place]));
    }
    let other = trouble(facts).filter(|(trouble, _)| *trouble != Trouble::Perhaps421).map(|(_, (_, place))| place);
    ruled_out_by(facts, other, "it did not come to an answer to the login")
}
