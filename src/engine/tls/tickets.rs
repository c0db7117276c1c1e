//! The sessions that a control connection and its data connections leave to be resumed, and how many tickets there are:
//! TLS 1.3 uses each once (RFC 8446 appendix C.4), so a server that gives no new ones runs out of them.

use std::sync::atomic::{AtomicUsize, Ordering};

use rustls::NamedGroup;
use rustls::client::{ClientSessionMemoryCache, ClientSessionStore, Tls12ClientSessionValue, Tls13ClientSessionValue};
use rustls::pki_types::ServerName;

/// Tickets that are kept at most; the cache keeps no more a server.
const MOST: usize = 8;

#[derive(Debug)]
pub struct Tickets {
    cache: ClientSessionMemoryCache,
    left: AtomicUsize,
}

impl Tickets {
    pub fn new() -> Self {
        Self { cache: ClientSessionMemoryCache::new(1), left: AtomicUsize::new(0) }
    }

    /// Tickets of TLS 1.3 that no connection has used.
    pub fn left(&self) -> usize {
        self.left.load(Ordering::Relaxed)
    }
}

impl ClientSessionStore for Tickets {
    fn set_kx_hint(&self, server: ServerName<'static>, group: NamedGroup) {
        self.cache.set_kx_hint(server, group);
    }

    fn kx_hint(&self, server: &ServerName<'_>) -> Option<NamedGroup> {
        self.cache.kx_hint(server)
    }

    fn set_tls12_session(&self, server: ServerName<'static>, session: Tls12ClientSessionValue) {
        self.cache.set_tls12_session(server, session);
    }

    fn tls12_session(&self, server: &ServerName<'_>) -> Option<Tls12ClientSessionValue> {
        self.cache.tls12_session(server)
    }

    fn remove_tls12_session(&self, server: &ServerName<'static>) {
        self.cache.remove_tls12_session(server);
    }

    fn insert_tls13_ticket(&self, server: ServerName<'static>, ticket: Tls13ClientSessionValue) {
        self.cache.insert_tls13_ticket(server, ticket);
        self.left.store((self.left() + 1).min(MOST), Ordering::Relaxed);
    }

    fn take_tls13_ticket(&self, server: &ServerName<'static>) -> Option<Tls13ClientSessionValue> {
        let ticket = self.cache.take_tls13_ticket(server)?;
        self.left.store(self.left().saturating_sub(1), Ordering::Relaxed);
        Some(ticket)
    }
}
