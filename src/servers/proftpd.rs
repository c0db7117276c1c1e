//! ProFTPD; names from its directive reference.

use super::{Server, Settings};

pub static SERVER: Server = Server {
    id: "proftpd",
    name: "ProFTPD",
    checked_with: "documentation of 1.3.8",
    settings: Settings {
        passive_range: Some("PassivePorts 40000 40100 in proftpd.conf"),
        external_address: Some("MasqueradeAddress {address} in proftpd.conf (a name will do)"),
        allow_passive: Some("no <Limit PASV EPSV> section with DenyAll in proftpd.conf"),
        allow_active: Some("no <Limit PORT EPRT> section with DenyAll in proftpd.conf"),
        allow_anonymous: Some("an <Anonymous ~ftp> section with User ftp and UserAlias anonymous ftp in proftpd.conf"),
        connection_limit: Some("MaxInstances, MaxClients and MaxClientsPerHost in proftpd.conf"),
        allow_plain: Some("TLSRequired off in the mod_tls section of proftpd.conf"),
        session_reuse: Some(
            "TLSOptions NoSessionReuseRequired in proftpd.conf, which gives up a protection against theft of transfers",
        ),
        idle_timeout: Some(
            "TimeoutIdle 600, TimeoutNoTransfer 900 and TimeoutStalled 3600, in seconds, in proftpd.conf",
        ),
        allow_foreign_data: Some(
            "AllowForeignAddress on in proftpd.conf, which gives up a protection against theft of transfers",
        ),
    },
};
