//! How each FTP server is set right: the exact names of its settings, one file a server.
//!
//! Invariant: pure, and below diagnosis: uses nothing but core. A setting that a server does not have is `None`, and
//! the advice then stays general.

#![deny(clippy::disallowed_types, clippy::disallowed_methods)]

mod filezilla_server;
mod ftpmode;
mod iis;
mod proftpd;
mod pure_ftpd;
mod pyftpdlib;
mod vsftpd;

/// A server product.
#[derive(Debug)]
pub struct Server {
    /// As the recognition of greetings names it.
    pub id: &'static str,
    /// As its makers write it.
    pub name: &'static str,
    /// The version that the settings were tried with, or where they are taken from.
    pub checked_with: &'static str,
    pub settings: Settings,
}

/// Settings in the server's own words, each with an example, fit to follow "In vsftpd: ".
#[derive(Debug)]
pub struct Settings {
    /// The range of ports that passive mode draws from.
    pub passive_range: Option<&'static str>,
    /// The address that 227 names; `{address}` stands for it.
    pub external_address: Option<&'static str>,
    /// Passive mode switched on.
    pub allow_passive: Option<&'static str>,
    /// Active mode switched on.
    pub allow_active: Option<&'static str>,
    /// Anonymous logins switched on.
    pub allow_anonymous: Option<&'static str>,
    /// How many connections are let in, in all and from one address.
    pub connection_limit: Option<&'static str>,
    /// Logins and transfers without TLS let in.
    pub allow_plain: Option<&'static str>,
    /// Data connections that need not resume the control connection's TLS session.
    pub session_reuse: Option<&'static str>,
    /// How long a session may be idle.
    pub idle_timeout: Option<&'static str>,
    /// Data connections from another address than the control connection's let in.
    pub allow_foreign_data: Option<&'static str>,
}

/// Nothing known: what a server's entry starts from.
pub const UNKNOWN: Settings = Settings {
    passive_range: None,
    external_address: None,
    allow_passive: None,
    allow_active: None,
    allow_anonymous: None,
    connection_limit: None,
    allow_plain: None,
    session_reuse: None,
    idle_timeout: None,
    allow_foreign_data: None,
};

pub static ALL: &[&Server] = &[
    &vsftpd::SERVER,
    &proftpd::SERVER,
    &pure_ftpd::SERVER,
    &pyftpdlib::SERVER,
    &filezilla_server::SERVER,
    &iis::SERVER,
    &ftpmode::SERVER,
];

/// The server with this id.
pub fn with_id(id: &str) -> Option<&'static Server> {
    ALL.iter().find(|server| server.id == id).copied()
}

/// The product as its makers write it; the id where nothing is known of it.
pub fn name(id: &'static str) -> &'static str {
    with_id(id).map_or(id, |server| server.name)
}

/// The setting as a sentence: the product's own where it is known and has one, else `general`.
pub fn advice(product: Option<&str>, pick: fn(&Settings) -> Option<&'static str>, general: &str) -> String {
    let known = product.and_then(with_id).and_then(|server| Some((server.name, pick(&server.settings)?)));
    match known {
        Some((name, setting)) => format!("In {name}: {setting}."),
        None => general.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn advice_is_the_products_own_where_it_has_one() {
        let range = |product| advice(product, |settings| settings.passive_range, "in general");
        assert!(range(Some("vsftpd")).contains("pasv_min_port"));
        assert_eq!(range(Some("no such server")), "in general");
        assert_eq!(range(None), "in general");
    }

    #[test]
    fn every_server_that_is_recognised_has_its_entry() {
        for dialect in crate::protocol::dialect::DIALECTS.iter().filter(|dialect| !dialect.id.is_empty()) {
            assert!(with_id(dialect.id).is_some(), "{}", dialect.id);
        }
    }
}
