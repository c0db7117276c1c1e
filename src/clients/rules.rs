//! What a client does by its own rules, as data: which commands it sends in which order, which address it dials, and
//! what makes it go on. One evaluator reads them all (`forecast`).

use std::net::IpAddr;

use crate::evidence::attempt::DataVerb;
use crate::evidence::security::Distrust;
use crate::protocol::reply::Reply;

/// A client's rules, and where they were read.
#[derive(Debug)]
pub struct Rules {
    /// What the forecast is of: the program or the calls, with nothing set but this.
    pub used_as: &'static str,
    /// The source file, the document or the run that the rules were read from, with its version.
    pub source: &'static str,
    /// With nothing set.
    pub way: Way,
    /// Settings that take another way, the first to be recommended first.
    pub settings: &'static [Setting],
    /// What older versions do otherwise, the newest first.
    pub earlier: &'static [Earlier],
    pub tls: Tls,
    pub listing: Listing,
    pub manner: Manner,
}

/// What sets a client apart beside its steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    Plain,
    /// Where FEAT lists PASV, it does not go on when its dial fails.
    StaysWherePasvIsListed,
    /// When bytes stop coming, it begins anew.
    BeginsAnew,
    /// It takes this way only once the calling program asks for it with this call.
    OnceAsked(&'static str),
}

/// The steps of a listing, for either address family; none where the client can't do it.
#[derive(Clone, Copy, Debug)]
pub struct Way {
    pub ipv4: &'static [Step],
    pub ipv6: &'static [Step],
}

/// One data connection that the client tries.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    pub verb: DataVerb,
    pub dials: Dials,
    /// What makes it go on to the next step.
    pub onward: &'static [Setback],
    /// What makes it go on to its first active step. Whatever else goes wrong ends it.
    pub to_active: &'static [Setback],
    /// Which codes it takes for an agreement to PASV or EPSV.
    pub codes: Codes,
    /// Which lines of the reply it reads.
    pub lines: Lines,
    /// Which reply texts it can read.
    pub reads: Reads,
}

/// Which codes a client takes for an agreement to PASV or EPSV.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Codes {
    /// 227 or 229 alone.
    Its,
    /// Any 2yz.
    Any,
    /// Whether it takes others than its own is not known.
    Unsure,
}

/// Which lines of a reply of several a client reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lines {
    All,
    First,
    Last,
}

/// Which address is dialled, or named in PORT and EPRT.
#[derive(Clone, Copy, Debug)]
pub enum Dials {
    /// Passive: the control connection's peer, whatever the reply says.
    Peer,
    /// Passive: the address in 227.
    Told,
    /// Passive: the address in 227, unless the client finds it wrong: told, peer.
    Mended(Mends),
    /// Passive: the address in 227, and none where it is another than the control connection's peer.
    SameOnly,
    /// Not known: where 227 names another address than the peer's, or over IPv6.
    Unsure,
    /// Active: its own end of the control connection.
    Own,
    /// Active: the outer address, which the user gives.
    Given,
}

/// Whether a client puts the peer in the place of the address that it is told: told, peer.
pub type Mends = fn(IpAddr, IpAddr) -> bool;

/// Whether a client can read the text of a 227 or 229 (behind the code).
pub type Reads = fn(&str) -> bool;

/// What goes wrong with a step, as far as clients tell it apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setback {
    /// 5yz in answer to PASV, EPSV, PORT or EPRT.
    Refused,
    /// 4yz in answer to it.
    RefusedForNow,
    /// 2yz in the place of 227 or 229, where the client does not take it.
    OtherCode,
    /// The 227 or 229 can't be read, or names an address that the client does not dial.
    Unreadable,
    /// The dial is refused, or reported unreachable.
    ConnectRefused,
    /// Nothing answers the dial.
    ConnectSilent,
    /// The dial to the peer fails, which the client put in the place of the address in 227.
    MendedConnect,
    /// The server breaks down at it: what comes of a further command in this session is not known.
    Breakdown,
    /// What no client goes on from.
    Final,
}

/// A setting and the way that the client takes with it.
#[derive(Debug)]
pub struct Setting {
    /// As the user types or clicks it; `{address}` stands for the outer address.
    pub text: &'static str,
    pub way: Way,
}

/// What versions before `before` did otherwise.
#[derive(Debug)]
pub struct Earlier {
    pub before: &'static str,
    pub way: Way,
}

/// What a client does about TLS (RFC 4217).
#[derive(Debug)]
pub struct Tls {
    /// How AUTH TLS with encrypted data connections is chosen; `None` where the client can't.
    pub explicit: Option<&'static str>,
    /// How implicit TLS is chosen.
    pub implicit: Option<&'static str>,
    pub vouching: Vouching,
    pub sessions: Sessions,
    pub without_privacy: WithoutPrivacy,
    pub unasked: Unasked,
    pub data: DataHandshake,
}

/// When a client begins TLS on its data connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DataHandshake {
    /// When the server has answered the transfer command.
    WithTheTransfer,
    /// In passive mode ahead of it, and in active mode, where the client has one, in a way that servers wait for in vain
    /// (curl 7.88.1, in the lab with four servers).
    AheadOfIt,
}

/// When a client uses AUTH TLS without being told to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unasked {
    Never,
    /// Where FEAT or the first answer offers it.
    WhereOffered,
    /// Where the login is refused without.
    WhereDemanded,
}

/// What a client does where the server refuses PROT P.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WithoutPrivacy {
    Fails,
    /// Its data connections stay in the clear.
    GoesOn,
    Unknown,
}

/// What a client does about a certificate that nobody vouches for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Vouching {
    /// It refuses; the setting that has it go on.
    Refuses(&'static str),
    /// It looks at the dates alone; the setting that has it go on with any.
    Dates(&'static str),
    /// It asks the user.
    Asks,
    /// It does not look.
    Ignores,
    /// Depends on the calling program.
    Unknown,
}

impl Vouching {
    /// Whether it refuses such a certificate, and the setting that has it go on; `None` where that is not known.
    pub fn refuses(self, distrust: Distrust) -> Option<Result<(), &'static str>> {
        let dates = matches!(distrust, Distrust::Expired | Distrust::NotYetValid);
        match self {
            Self::Asks | Self::Ignores => Some(Ok(())),
            Self::Unknown => None,
            Self::Refuses(_) | Self::Dates(_) if distrust == Distrust::NoAuthorities => None,
            Self::Refuses(unless) => Some(Err(unless)),
            Self::Dates(unless) if dates => Some(Err(unless)),
            Self::Dates(_) => Some(Ok(())),
        }
    }
}

/// Whether data connections offer to resume the control connection's session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sessions {
    Resumes,
    /// It fails where the server gives it nothing to resume.
    Demands,
    New,
    Unknown,
}

/// How a client asks for a listing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listing {
    /// LIST, as the check does.
    List,
    /// MLSD where FEAT offers it.
    Machine,
}

/// Any refusing reply.
pub const REFUSED: &[Setback] = &[Setback::Refused, Setback::RefusedForNow];

/// Any refusing reply, and a dial that fails.
pub const REFUSED_OR_CLOSED: &[Setback] = &[
    Setback::Refused,
    Setback::RefusedForNow,
    Setback::ConnectRefused,
    Setback::ConnectSilent,
    Setback::MendedConnect,
];

/// The client can do no TLS: what the entry of one starts from that can, and of which no more is known.
pub const NO_TLS: Tls = Tls {
    explicit: None,
    implicit: None,
    vouching: Vouching::Unknown,
    sessions: Sessions::Unknown,
    without_privacy: WithoutPrivacy::Unknown,
    unasked: Unasked::Never,
    data: DataHandshake::WithTheTransfer,
};

/// The client does it over this address family, and how is not known.
pub const UNSURE: &[Step] = &[Step::new(DataVerb::Epsv, Dials::Unsure, &[], super::wire::anything).unsure_of_codes()];

impl Step {
    const fn new(verb: DataVerb, dials: Dials, onward: &'static [Setback], reads: Reads) -> Self {
        Self { verb, dials, onward, to_active: &[], codes: Codes::Its, lines: Lines::All, reads }
    }

    pub const fn epsv(onward: &'static [Setback]) -> Self {
        Self::new(DataVerb::Epsv, Dials::Peer, onward, super::wire::bracketed_229)
    }

    pub const fn pasv(dials: Dials, onward: &'static [Setback]) -> Self {
        Self::new(DataVerb::Pasv, dials, onward, super::wire::six_numbers)
    }

    pub const fn port(onward: &'static [Setback]) -> Self {
        Self::new(DataVerb::Port, Dials::Own, onward, super::wire::anything)
    }

    pub const fn eprt(onward: &'static [Setback]) -> Self {
        Self::new(DataVerb::Eprt, Dials::Own, onward, super::wire::anything)
    }

    pub const fn to_active(self, to_active: &'static [Setback]) -> Self {
        Self { to_active, ..self }
    }

    pub const fn reading(self, reads: Reads) -> Self {
        Self { reads, ..self }
    }

    /// The same, reading this line alone.
    pub const fn line(self, lines: Lines) -> Self {
        Self { lines, ..self }
    }

    /// The same, where it is not known what it makes of another code.
    pub const fn unsure_of_codes(self) -> Self {
        Self { codes: Codes::Unsure, ..self }
    }

    /// The same, taking any 2yz for an agreement.
    pub const fn any_code(self) -> Self {
        Self { codes: Codes::Any, ..self }
    }

    /// Whether it takes this reply's code for an agreement; `None` where that is not known.
    pub fn takes(&self, reply: &Reply) -> Option<bool> {
        let own = match self.verb {
            DataVerb::Pasv => reply.code == 227,
            DataVerb::Epsv => reply.code == 229,
            DataVerb::Port | DataVerb::Eprt => true,
        };
        match self.codes {
            Codes::Its => Some(own),
            Codes::Any => Some(true),
            Codes::Unsure => own.then_some(true),
        }
    }

    /// Whether it can read what the reply says.
    pub fn can_read(&self, reply: &Reply) -> bool {
        let line = match self.lines {
            Lines::All => None,
            Lines::First => reply.text.lines().next(),
            Lines::Last => reply.text.lines().last(),
        };
        let alone = line.and_then(Reply::from_text);
        (self.reads)(&alone.as_ref().unwrap_or(reply).message())
    }

    /// The same, naming the outer address that the user gives.
    pub const fn given(self) -> Self {
        Self { dials: Dials::Given, ..self }
    }
}
