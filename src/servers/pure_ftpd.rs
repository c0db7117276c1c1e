//! Pure-FTPd; names from pure-ftpd(8). Debian keeps one file an option in /etc/pure-ftpd/conf.

use super::{Server, Settings, UNKNOWN};

pub static SERVER: Server = Server {
    id: "pure-ftpd",
    name: "Pure-FTPd",
    checked_with: "documentation of 1.0.50",
    settings: Settings {
        passive_range: Some("PassivePortRange 40000 40100 (option -p 40000:40100)"),
        external_address: Some("ForcePassiveIP {address} (option -P; a name will do)"),
        allow_passive: Some("NATmode no (leave out option -N)"),
        allow_anonymous: Some("NoAnonymous no (leave out option -E)"),
        connection_limit: Some("MaxClientsNumber 50 and MaxClientsPerIP 8 (options -c and -C)"),
        allow_plain: Some("TLS 1 (option -Y 1), which takes both plain and encrypted sessions"),
        idle_timeout: Some("MaxIdleTime 15, in minutes (option -I)"),
        ..UNKNOWN
    },
};
