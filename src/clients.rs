//! FTP clients: how each is set right, and what it would do here by its own rules. One file a client.
//!
//! Invariant: pure; reads facts, never raw events. A forecast says only what the facts and the client's known rules
//! give: where a data connection that the client would make was not tried, it is unknown.

#![deny(clippy::disallowed_types, clippy::disallowed_methods)]

use crate::evidence::facts::Facts;

mod core_ftp;
mod curl;
mod cuteftp;
mod cyberduck;
mod dotnet;
mod dreamweaver;
mod filezilla;
mod flashfxp;
mod forecast;
mod go_jlaffaye;
mod inetutils_ftp;
mod java_commons_net;
mod lftp;
mod ncftp;
mod node_basic_ftp;
mod php;
mod python_ftplib;
mod rclone;
mod rules;
mod rust_suppaftp;
mod sentences;
mod smartftp;
mod tnftp;
mod total_commander;
mod transmit;
mod wget;
mod windows_explorer;
mod windows_ftp;
mod winscp;
mod wire;
mod wordpress;
mod ws_ftp;

pub use rules::Rules;

/// A client that people transfer files with.
#[derive(Debug)]
pub struct Client {
    /// Kebab-case; what `--client`, `--for` and `recipe` take.
    pub id: &'static str,
    /// As its makers write it.
    pub name: &'static str,
    /// Other names that people use for it.
    pub aliases: &'static [&'static str],
    /// The versions that this was checked with, how and when: `8.14 (Debian), run in the lab, 2026-11`.
    pub checked_with: &'static str,
    pub recipe: Recipe,
    /// What it would do by its own rules; `None` where its rules are not known.
    pub rules: Option<Rules>,
}

/// How the client is set, in its own words, each fit to stand alone as a paragraph. `{address}`, `{low}`, `{high}`,
/// `{host}` and `{port}` stand for the outer address, the active ports and the server.
#[derive(Debug)]
pub struct Recipe {
    /// Passive mode chosen.
    pub passive: Option<&'static str>,
    /// Active mode chosen; `None` where it has none.
    pub active: Option<&'static str>,
    /// The ports it listens at in active mode.
    pub active_ports: Option<&'static str>,
    /// The address that it names in PORT and EPRT.
    pub active_address: Option<&'static str>,
    /// The control connection's address dialled in the place of the one in 227.
    pub control_peer: Option<&'static str>,
    /// EPSV and EPRT left out.
    pub without_extended: Option<&'static str>,
    /// TLS switched on, and what it needs.
    pub tls: Option<&'static str>,
    /// How a log is had that `ftpmode triage` reads.
    pub log: Option<&'static str>,
    /// What else a person must know of it.
    pub mind: Option<&'static str>,
}

/// Nothing known: what a client's entry starts from.
pub const UNKNOWN: Recipe = Recipe {
    passive: None,
    active: None,
    active_ports: None,
    active_address: None,
    control_peer: None,
    without_extended: None,
    tls: None,
    log: None,
    mind: None,
};

/// What a client would come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outlook {
    /// Whether it lists; unknown where the evidence does not reach.
    pub works: Option<bool>,
    /// A sentence: what it would do, and what comes of it.
    pub why: String,
    /// The setting that makes it work, where it does not and one would.
    pub setting: Option<String>,
}

/// In alphabetical order of the names, capital letters or not.
pub static ALL: &[&Client] = &[
    &java_commons_net::CLIENT,
    &node_basic_ftp::CLIENT,
    &core_ftp::CLIENT,
    &curl::CLIENT,
    &cuteftp::CLIENT,
    &cyberduck::CLIENT,
    &dreamweaver::CLIENT,
    &filezilla::CLIENT,
    &flashfxp::CLIENT,
    &dotnet::CLIENT,
    &inetutils_ftp::CLIENT,
    &go_jlaffaye::CLIENT,
    &lftp::CLIENT,
    &ncftp::CLIENT,
    &php::CLIENT,
    &python_ftplib::CLIENT,
    &rclone::CLIENT,
    &smartftp::CLIENT,
    &rust_suppaftp::CLIENT,
    &tnftp::CLIENT,
    &total_commander::CLIENT,
    &transmit::CLIENT,
    &wget::CLIENT,
    &windows_explorer::CLIENT,
    &windows_ftp::CLIENT,
    &winscp::CLIENT,
    &wordpress::CLIENT,
    &ws_ftp::CLIENT,
];

/// The client with this id.
pub fn with_id(id: &str) -> Option<&'static Client> {
    ALL.iter().find(|client| client.id == id).copied()
}

/// What each client with known rules would do here.
pub fn outlooks<'f>(facts: &'f Facts<'f>) -> impl Iterator<Item = (&'static Client, Outlook)> + 'f {
    ALL.iter().filter_map(|client| Some((*client, client.outlook(facts)?)))
}

impl Client {
    /// What it would come to here; `None` where its rules are not known.
    pub fn outlook(&self, facts: &Facts) -> Option<Outlook> {
        let outlook = forecast::outlook(facts, self.rules.as_ref()?);
        let stalled = outlook.works == Some(true) && forecast::more_stalls(facts);
        Some(match stalled {
            true => Outlook { works: None, why: sentences::LISTS_ALONE.to_owned(), ..outlook },
            false => outlook,
        })
    }
}

impl Recipe {
    /// Each setting that it has under its heading, in the order a person asks.
    pub fn settings(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        [
            ("Passive mode", self.passive),
            ("Active mode", self.active),
            ("The ports of active mode", self.active_ports),
            ("The address of active mode", self.active_address),
            ("A wrong address in 227", self.control_peer),
            ("Without EPSV and EPRT", self.without_extended),
            ("TLS", self.tls),
            ("A log for ftpmode triage", self.log),
            ("Mind", self.mind),
        ]
        .into_iter()
        .filter_map(|(heading, text)| Some((heading, text?)))
    }
}
