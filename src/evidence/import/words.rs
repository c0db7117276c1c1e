//! What a program's own words tell: each client says the same thing in its own way.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use super::{PROGRAMS, Program};
use crate::evidence::security::Distrust;

/// What one line in a program's own words tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tells {
    /// A connection is dialled; the words name where to.
    Dials(Which),
    /// A connection stands.
    Joined(Which),
    /// A connection failed.
    Failed(Which, How),
    /// The address in 227 was not believed, and the control connection's was dialled.
    MendsAddress,
    /// The address in 227 was not believed, and the client gave up for it.
    RefusesAddress,
    /// The same, and the client says that nobody can route to it.
    Unroutable,
    /// The client could not read the 227 or 229.
    Unparsed,
    /// A data connection is being made, as the functions show in which an exception was met.
    Transfers,
    /// A data connection stood, as the functions show in which an exception was met.
    Stands,
    /// This command was sent before, as the functions show in which an exception was met.
    HadSent(&'static str),
    /// The control connection stands and a reply is awaited, as the functions show in which an exception was met.
    Awaits,
    /// The same, and the first line of the reply had come.
    AwaitsMore,
    /// The control connection stands, and what was awaited on it did not come.
    Unanswered(How),
    /// Nothing, though a part of it would elsewhere.
    Nothing,
    /// The name is looked up.
    LooksUp,
    /// The name led to no address.
    NoAddress,
    /// A TLS handshake begins on a connection that was greeted.
    Securing,
    /// A server was connected to; the address is the client's.
    Accepted,
    /// Nobody called at the port that was opened for it: the client's in active mode, or the server's in passive mode.
    AwaitsCallback,
    /// The listing or the file did not come: of a session of which nothing else is known it tells neither mode nor reason.
    Unlisted,
    /// What was told of before was the data connection, as the functions show in which the exception was met.
    OfData,
    /// The same, and it was the server's to make.
    OfActiveData,
    /// A connection came to the client's port, and the client did not take it for the server's.
    Foreign,
    /// The client turns to active mode.
    FallsBack,
    /// Somebody ended the transfer by hand, when so much had come that nothing held it up.
    Interrupted,
    /// A data connection stood, and broke.
    Breaks(How),
    /// The client leaves what it was about.
    GivesUp,
    /// TLS stands.
    Secured,
    /// The client does not trust the server's certificate, for this reason.
    Untrusted(Distrust),
    /// A reply whose code the program does not show.
    Refused(u16),
    /// The words of the last reply with this code, behind which nothing came.
    Stopped(u16),
    /// The refusals that came last were of PASV or EPSV.
    PassiveRefused,
    /// The login was taken.
    LoggedIn,
    /// The listing or the file came.
    Got,
    /// The same, in a server's list of transfers, which need tell of nothing else.
    Moved,
    /// What a client's trace shows of its own functions, where it shows no dialogue.
    InTrace(&'static Tells),
}

/// Which connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    Control,
    Data,
    /// The words fit both; what was under way decides.
    Either,
}

/// How it failed, as the words tell it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    TimedOut,
    Refused,
    HostUnreachable,
    NetUnreachable,
    Closed,
    Reset,
    Tls,
    /// The client's own computer would not do it.
    Here,
    /// The words tell only that it did.
    Unsaid,
}

/// Words (in lower case) and what they tell.
#[derive(Debug)]
pub struct Phrase {
    pub text: &'static str,
    pub tells: Tells,
}

pub const fn phrase(text: &'static str, tells: Tells) -> Phrase {
    Phrase { text, tells }
}

/// All phrases and signs of all programs in one machine, which reads a line once.
struct Known {
    machine: AhoCorasick,
    means: Vec<Meaning>,
}

/// The same words may tell something and give their program away.
#[derive(Clone, Copy, Default)]
struct Meaning {
    tells: Option<Tells>,
    sign_of: Option<&'static Program>,
}

static KNOWN: LazyLock<Option<Known>> = LazyLock::new(|| {
    let mut all: BTreeMap<&str, Meaning> = BTreeMap::new();
    for program in PROGRAMS {
        for sign in program.signs {
            all.entry(sign).or_default().sign_of.get_or_insert(program);
        }
        for phrase in program.phrases {
            all.entry(phrase.text).or_default().tells.get_or_insert(phrase.tells);
        }
    }
    // A sign within a phrase gives its program away as well.
    let signs: Vec<(&str, &'static Program)> =
        PROGRAMS.iter().flat_map(|program| program.signs.iter().map(|sign| (*sign, *program))).collect();
    for (text, meaning) in all.iter_mut().filter(|(_, meaning)| meaning.sign_of.is_none()) {
        meaning.sign_of = signs.iter().find(|(sign, _)| text.contains(sign)).map(|(_, program)| *program);
    }
    let (texts, means): (Vec<&str>, Vec<Meaning>) = all.into_iter().unzip();
    let mut builder = AhoCorasick::builder();
    // A larger machine, and a faster one.
    let builder = builder.kind(Some(AhoCorasickKind::DFA));
    let machine = builder.ascii_case_insensitive(true).match_kind(MatchKind::LeftmostLongest).build(texts).ok()?;
    Some(Known { machine, means })
});

/// What a line's words tell, and the program that gives itself away in them, with where its sign ends.
pub type Heard = (Option<Tells>, Option<(&'static Program, usize)>);

/// What a line's words tell, and the program that gives itself away in them, with what follows its sign.
pub fn read(text: &str) -> (Option<Tells>, Option<(&'static Program, &str)>) {
    let (told, sign) = hear(text);
    (told, sign.map(|(program, end)| (program, text.get(end..).unwrap_or_default())))
}

pub fn hear(text: &str) -> Heard {
    let Some(known) = KNOWN.as_ref() else { return (None, None) };
    let mut told: Option<Tells> = None;
    let mut sign = None;
    for found in known.machine.find_iter(text) {
        let Some(meaning) = known.means.get(found.pattern().as_usize()) else { continue };
        // Windows' numbers of errors, and not a part of a size.
        let is_digit = |at: Option<usize>| at.and_then(|at| text.as_bytes().get(at)).is_some_and(u8::is_ascii_digit);
        let number = text.as_bytes().get(found.start()).is_some_and(u8::is_ascii_digit);
        if number && (is_digit(Some(found.end())) || !names_an_error(&text[..found.start()])) {
            continue;
        }
        if let Some(program) = meaning.sign_of {
            sign = sign.or(Some((program, found.end())));
        }
        if let Some(tells) = meaning.tells {
            told = Some(told.map_or(tells, |before| together(before, tells)));
        }
    }
    (told, sign)
}

/// Whether what stands before a number makes it an error's: a size, a port and a column of a table are none.
fn names_an_error(before: &str) -> bool {
    let before = before.trim_end_matches([' ', '=']);
    let lower = before.get(before.len().saturating_sub(8)..).unwrap_or("").to_ascii_lowercase();
    before.ends_with(['(', '#', '['])
        || ["error", "error:", "errno", "code", "code:"].iter().any(|word| lower.ends_with(word))
}

/// Two phrases of one line: "connection attempt failed" tells which, "ECONNREFUSED" tells how.
pub fn together(one: Tells, other: Tells) -> Tells {
    match (one, other) {
        (Tells::Failed(which, how), Tells::Failed(other_which, other_how)) => Tells::Failed(
            if which == Which::Either { other_which } else { which },
            if how == How::Unsaid { other_how } else { how },
        ),
        (Tells::Breaks(How::Unsaid), Tells::Failed(_, how)) => Tells::Breaks(how),
        (Tells::Unlisted, particular) | (particular, Tells::Unlisted) => particular,
        // A function's name and the exception that came out of it.
        (Tells::Transfers | Tells::Stands, failed @ Tells::Failed(..)) => failed,
        (Tells::Untrusted(Distrust::Other), particular @ Tells::Untrusted(_)) => particular,
        // "Connecting to x ... failed: Connection refused."
        (Tells::Dials(which), Tells::Failed(Which::Either, how)) => Tells::Failed(which, how),
        (Tells::Dials(_), failed @ Tells::Failed(..)) => failed,
        (_, Tells::NoAddress) => Tells::NoAddress,
        // What stands behind a key's echo.
        (Tells::GivesUp, particular) => particular,
        // "trying to" is in many sentences.
        (Tells::Dials(_), particular) if !matches!(particular, Tells::LooksUp | Tells::Dials(_)) => particular,
        (first, _) => first,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_may_tell_which_connection_and_how() {
        let told = |text| read(text).0;
        assert_eq!(
            told("Connection attempt failed with \"ECONNREFUSED - Connection refused by server\"."),
            Some(Tells::Failed(Which::Control, How::Refused))
        );
        assert_eq!(
            told("The data connection could not be established: ETIMEDOUT - Connection attempt timed out"),
            Some(Tells::Failed(Which::Data, How::TimedOut))
        );
        assert_eq!(
            told("Connecting to ftp.test|192.0.2.1|:21... failed: Connection refused."),
            Some(Tells::Failed(Which::Either, How::Refused))
        );
        assert_eq!(told("The quick brown fox"), None);
    }
}
