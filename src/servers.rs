//! How each FTP server, and each firewall or cloud before one, is set right: one file each.
//!
//! Invariant: pure, and below diagnosis: uses nothing but core. A setting that a server does not have is `None`, and
//! the advice then stays general.
//!
//! **Two lengths.** [`Settings`] are phrases for a finding's advice, [`Recipe`] is what a person follows step by step,
//! with configuration to paste. A recipe does not repeat the phrases: those that no step covers are printed below it, from
//! [`Settings::others`].
//!
//! **Placeholders.** In a recipe `{host}` and `{port}` stand for the server as clients dial it, `{address}` for its outer
//! address, `{inside}` for its own one behind a translation, `{low}` and `{high}` for its passive range; on the client's
//! side `{client}` is the client's own address, and `{client_low}` and `{client_high}` are the ports it listens at in active
//! mode.

#![deny(clippy::disallowed_types, clippy::disallowed_methods)]

mod aws;
mod azure;
mod docker;
mod filezilla_server;
mod firewalld;
mod ftpmode;
mod gcp;
mod home_router;
mod iis;
mod iptables;
mod kubernetes;
mod nftables;
mod opnsense;
mod pfsense;
mod proftpd;
mod pure_ftpd;
mod pyftpdlib;
mod serv_u;
mod ufw;
mod vsftpd;
mod windows_firewall;

/// An FTP server, or what filters or translates before one.
#[derive(Debug)]
pub struct Product {
    /// As the recognition of greetings names a server.
    pub id: &'static str,
    /// As its makers write it.
    pub name: &'static str,
    /// What else people call it.
    pub aliases: &'static [&'static str],
    pub group: Group,
    /// What its recipe is about, in one line of a list.
    pub about: &'static str,
    /// The version, whether it was run or read about, and when: `3.0.3 (Debian 12), run in the lab, 2026-11`.
    pub checked_with: &'static str,
    pub settings: Settings,
    pub recipe: Recipe,
    /// Ids of findings that it mends.
    pub mends: &'static [&'static str],
}

/// What a product is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    Server,
    Firewall,
    /// Clouds and containers: what translates addresses and filters by rules of its own.
    Cloud,
}

/// How it is mended, step by step. A topic without a step is none of this product's.
#[derive(Debug)]
pub struct Recipe {
    /// The passive range, set and opened.
    pub passive: &'static [Step],
    /// The outer address, and who names it.
    pub address: &'static [Step],
    /// Active mode: a server's own, and before a client what lets it in.
    pub active: &'static [Step],
    /// The FTP helper, switched on and off.
    pub helper: &'static [Step],
    pub tls: &'static [Step],
    /// How a change takes effect.
    pub reload: &'static [Step],
    /// How to see that it did.
    pub check: &'static [Step],
    /// What else a person must know.
    pub mind: &'static [Step],
}

/// One thing to read, to type or to write down.
#[derive(Clone, Copy, Debug)]
pub enum Step {
    /// A paragraph; what stands in backticks is kept on one line.
    Say(&'static str),
    /// Lines to type at a shell, as they are.
    Run(&'static str),
    /// Lines of a file, as they are.
    Put { file: &'static str, lines: &'static str },
}

/// A recipe without a step: what an entry starts from.
pub const NO_STEPS: Recipe =
    Recipe { passive: &[], address: &[], active: &[], helper: &[], tls: &[], reload: &[], check: &[], mind: &[] };

/// What a server's own setting is worth nothing without.
pub const LET_THE_RANGE_IN: Step = Step::Say(
    "Then let TCP ports {low} to {high} in at every firewall before the server, its own included, and forward them to it where \
     an address is translated. `ftpmode recipe` lists firewalls, routers and clouds.",
);

/// What a cloud's network says of helpers.
pub const NO_HELPER: Step = Step::Say("It has none: nothing reads or mends PORT and PASV here, in plain or under TLS.");
/// And what that means under TLS.
pub const NO_HELPER_TO_BLIND: Step = Step::Say("Nothing to mind, since there is no helper to blind.");

/// Why a firewall's FTP helper is no cure under TLS.
pub const HELPER_AND_TLS: Step = Step::Say(
    "Under TLS a helper is blind: it can't read PORT and PASV, opens nothing and mends no address. What worked in plain by its \
     help then fails, and only open or forwarded ports, and the right address at the client or the server, do.",
);

/// How active mode over fixed ports is tried from the client's computer.
pub const TRY_ACTIVE: Step = Step::Run(
    "ftpmode check {host}:{port} --method port --active-ports {client_low}-{client_high} --active-address {client_address}",
);

/// How a passive range is looked at from outside, whatever the server and the firewall.
pub const LOOK_FROM_OUTSIDE: Step = Step::Run("ftpmode check {host}:{port} --samples 6");

impl Recipe {
    /// Each topic that has a step, under its heading, in the order a person goes.
    pub fn topics(&self) -> impl Iterator<Item = (&'static str, &'static [Step])> {
        [
            ("Passive mode: the range of ports", self.passive),
            ("Behind NAT: the outer address", self.address),
            ("Active mode", self.active),
            ("FTP helper", self.helper),
            ("TLS", self.tls),
            ("To put it into effect", self.reload),
            ("To see that it took", self.check),
            ("Mind", self.mind),
        ]
        .into_iter()
        .filter(|(_, steps)| !steps.is_empty())
    }
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

impl Settings {
    /// The settings that no topic of a recipe covers, each under a heading.
    pub fn others(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        [
            ("Passive mode allowed", self.allow_passive),
            ("Active mode allowed", self.allow_active),
            ("Anonymous logins", self.allow_anonymous),
            ("Logins without TLS", self.allow_plain),
            ("Clients that can't resume TLS sessions", self.session_reuse),
            ("Data connections from another address", self.allow_foreign_data),
            ("A limit on connections", self.connection_limit),
            ("Idle sessions", self.idle_timeout),
        ]
        .into_iter()
        .filter_map(|(heading, setting)| Some((heading, setting?)))
    }
}

pub static ALL: &[&Product] = &[
    &vsftpd::PRODUCT,
    &proftpd::PRODUCT,
    &pure_ftpd::PRODUCT,
    &pyftpdlib::PRODUCT,
    &filezilla_server::PRODUCT,
    &iis::PRODUCT,
    &serv_u::PRODUCT,
    &ftpmode::PRODUCT,
    &nftables::PRODUCT,
    &iptables::PRODUCT,
    &firewalld::PRODUCT,
    &ufw::PRODUCT,
    &windows_firewall::PRODUCT,
    &pfsense::PRODUCT,
    &opnsense::PRODUCT,
    &home_router::PRODUCT,
    &aws::PRODUCT,
    &azure::PRODUCT,
    &gcp::PRODUCT,
    &docker::PRODUCT,
    &kubernetes::PRODUCT,
];

/// The product with this id.
pub fn with_id(id: &str) -> Option<&'static Product> {
    ALL.iter().find(|product| product.id == id).copied()
}

/// The product as its makers write it; the id where nothing is known of it.
pub fn name(id: &'static str) -> &'static str {
    with_id(id).map_or(id, |server| server.name)
}

/// The setting as a sentence: the product's own where it is known and has one, else `general`.
pub fn advice(product: Option<&str>, pick: fn(&Settings) -> Option<&'static str>, general: &str) -> String {
    let known = product.and_then(with_id).and_then(|product| Some((product.name, pick(&product.settings)?)));
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
