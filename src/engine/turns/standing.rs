//! What a check has learned of the server so far, as far as the next data connections depend on it.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::engine::negotiation::Company;
use crate::engine::probes::port_mapping::{Held, Mapped};
use crate::engine::session::Pace;
use crate::evidence::security::Protection;

/// What was learned of the server, from one plan to the next.
#[derive(Default)]
pub struct Standing {
    pub pace: Pace,
    /// A passive connection was not answered: the next ones send no transfer command before they are joined, so that
    /// their control connection stays free.
    pub passive_suspect: bool,
    /// Company in which a passive port was named that let us in: it loses none.
    pub harmless: Vec<Company>,
    /// The search for the place on the way is queued, done or given up.
    pub(super) location_asked: bool,
    pub(super) located_again: bool,
    /// The port that failed was searched, where others let connections in.
    pub(super) located_here: bool,
    /// A port that the router passes on, for the attempt that names it.
    pub mapped: Option<Mapped>,
    /// What the router was asked for and may hold open.
    pub held: Vec<Held>,
    /// The beginning of the first listing, where a large file is wanted from it.
    pub(super) listing: Vec<u8>,
    /// The beginning of what each attempt brought, where it may hold a mark.
    pub(super) beginnings: BTreeMap<usize, Vec<u8>>,
    /// The longest that the server took over a login, or over a listing that nothing held up.
    pub slowest: Duration,
    pub(super) one_connection_only: bool,
    pub(super) opened: usize,
    /// A session was ended whose server waited for a data connection: it may stand there still.
    pub(super) left_waiting: bool,
    pub(super) logged_in: bool,
    /// What guards data connections where their plan does not say otherwise.
    pub(super) usual: Protection,
    /// TLS was tried, and did not come about: the rest goes in plain.
    pub(super) tls_given_up: bool,
    /// Under TLS the modes go side by side; what is asked for behind them, one after the other in one session.
    pub side_by_side: bool,
    pub(super) stop: Option<String>,
}

impl Standing {
    /// Of a check that begins with this protection.
    pub fn under(usual: Protection) -> Self {
        Self { usual, ..Self::default() }
    }

    /// For what is tried beside, on other control connections.
    pub fn beside(&self) -> Self {
        Self {
            pace: self.pace,
            passive_suspect: self.passive_suspect,
            location_asked: true,
            logged_in: self.logged_in,
            usual: self.usual,
            tls_given_up: self.tls_given_up,
            slowest: self.slowest,
            ..Self::default()
        }
    }

    /// A login was taken under TLS, and data connections are to have this protection.
    pub fn logged_in_under(&mut self, usual: Protection) {
        (self.logged_in, self.usual) = (true, usual);
    }

    /// As if nothing were known of the server, with this protection.
    pub fn begin_anew_under(&mut self, usual: Protection) {
        *self = Self {
            usual,
            opened: self.opened,
            left_waiting: self.left_waiting,
            side_by_side: self.side_by_side,
            slowest: self.slowest,
            ..Self::default()
        };
    }
}
