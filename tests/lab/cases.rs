//! The cases: what stands between, who answers, and what is true.

use crate::agreement::Clients;
use crate::network::{ClientSide, Network, Rules, ServerSide};
use crate::servers::{Kind, Server};

mod active;
mod balanced;
mod control;
mod large;
mod mapping;
mod nat;
mod open;
mod passive;
mod path;
mod place;
mod tls;
mod two_ends;
mod uneven;

/// One case.
pub struct Case {
    pub id: &'static str,
    /// What it shows, in a few words.
    pub shows: &'static str,
    pub client: ClientSide,
    pub server_side: ServerSide,
    pub rules: Rules,
    pub server: Server,
    /// Another server behind the same address.
    pub second: Option<Server>,
    pub target: &'static str,
    pub arguments: &'static [&'static str],
    pub environment: &'static [(&'static str, &'static str)],
    /// Other control connections that stand while the check runs.
    pub connections_held: usize,
    /// The stub's mode that runs on the client's gateway; none without.
    pub between: &'static str,
    /// Settings of miniupnpd on the client's gateway; none without.
    pub router: &'static str,
    /// Who runs the check: nobody, without any capability, where root is not wanted.
    pub as_root: bool,
    /// Whether the other of the two must say the same.
    pub by_both: bool,
    pub expect: Expect,
    pub curl: Curl,
    pub lftp: Lftp,
    /// What else must hold in its network: complaints.
    pub besides: fn(&Network) -> Vec<String>,
    /// How the clients that the report forecasts are run.
    pub clients: Clients,
}

/// Stands in a case's arguments for the file of the lab's authority.
pub const AUTHORITY: &str = "AUTHORITY";

/// What the tool must say.
pub struct Expect {
    /// What the control connection ends up with; not asked where empty.
    pub security: &'static str,
    /// Empty where chance has a say in it.
    pub recommendation: &'static str,
    pub fires: &'static [&'static str],
    pub not: &'static [&'static str],
    /// What the report must say that nobody looked at.
    pub not_tested: &'static [&'static str],
    /// The main finding's side; empty where no one side is to blame; "none" where nothing is wrong.
    pub side: &'static str,
    /// The least confidence of the main finding; not asked where empty.
    pub certain: &'static str,
    pub exit: u8,
    /// From which hop to which the tool must see passive connections end; 0 is the client.
    pub wall: Option<(u64, u64)>,
    /// The same of the FTP helper.
    pub helper: Option<(u64, u64)>,
    /// Methods whose outcome is certain.
    pub works: &'static [(&'static str, bool)],
}

/// What curl manages.
pub struct Curl {
    pub url: &'static str,
    pub arguments: &'static [&'static str],
    pub passive: Truth,
    pub active: Truth,
    /// Where curl goes by rules of its own, the case says why and expects no agreement.
    pub agrees: bool,
}

/// What lftp manages under TLS.
pub struct Lftp {
    pub url: &'static str,
    pub passive: Truth,
    pub active: Truth,
    /// As curl's.
    pub agrees: bool,
}

#[derive(Clone, Copy)]
pub enum Truth {
    Is(bool),
    NotAsked,
}

pub const YES: Truth = Truth::Is(true);
pub const NO: Truth = Truth::Is(false);

const NO_RULES: Rules =
    Rules { client: "", gateway1: "", transit: "", gateway2: "", server: "", gateway1_script: "", gateway2_script: "" };
const VSFTPD: Server = server(Kind::Vsftpd);
/// vsftpd listens to one family, and its 227 on a socket for both names 0.0.0.0.
const OVER_IPV6: Server = Server { settings: "listen=NO\nlisten_ipv6=YES", ..VSFTPD };
const PROFTPD: Server = server(Kind::Proftpd);
const PUREFTPD: Server = server(Kind::PureFtpd);
const PYFTPDLIB: Server = server(Kind::Pyftpdlib);
const SERVE: Server = server(Kind::Serve);

/// A public client, a public vsftpd, nothing between, all open: cases name what differs.
const OPEN: Case = Case {
    id: "",
    shows: "",
    client: ClientSide::Public,
    server_side: ServerSide::Public,
    rules: NO_RULES,
    server: VSFTPD,
    second: None,
    target: "198.18.0.20",
    arguments: &[],
    environment: &[],
    connections_held: 0,
    between: "",
    router: "",
    as_root: false,
    by_both: false,
    expect: EITHER,
    curl: CURL,
    lftp: NO_LFTP,
    besides: |_| Vec::new(),
    clients: Clients::SideBySide,
};
const NO_LFTP: Lftp =
    Lftp { url: "ftp://198.18.0.20/", passive: Truth::NotAsked, active: Truth::NotAsked, agrees: true };
const CURL: Curl = Curl { url: "ftp://198.18.0.20/", arguments: &[], passive: YES, active: YES, agrees: true };
const ONLY_PASSIVE: Curl = Curl { active: NO, ..CURL };
const ONLY_ACTIVE: Curl = Curl { passive: NO, ..CURL };
const NEITHER: Curl = Curl { passive: NO, active: NO, ..CURL };
const EITHER: Expect = Expect {
    recommendation: "either",
    fires: &[],
    not: &[],
    not_tested: &[],
    side: "",
    certain: "",
    exit: 0,
    wall: None,
    helper: None,
    works: &[],
    security: "",
};
const PASSIVE: Expect = Expect { recommendation: "passive", ..EITHER };
const ACTIVE: Expect = Expect { recommendation: "active", ..EITHER };
const NONE: Expect = Expect { recommendation: "none", exit: 2, ..EITHER };
const UNKNOWN: Expect = Expect { recommendation: "unknown", exit: 3, ..EITHER };

const fn server(kind: Kind) -> Server {
    Server { kind, port: 21, settings: "", empty: false, tls: None }
}

/// Every case.
pub fn all() -> Vec<&'static Case> {
    [
        open::CASES,
        nat::CASES,
        active::CASES,
        passive::CASES,
        place::CASES,
        path::CASES,
        balanced::CASES,
        two_ends::CASES,
        uneven::CASES,
        large::CASES,
        mapping::CASES,
        control::CASES,
        tls::CASES,
    ]
    .into_iter()
    .flatten()
    .chain(place::walls())
    .collect()
}
