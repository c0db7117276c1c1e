//! FileZilla Server 1.x; names of its administration interface.

use super::{Server, Settings, UNKNOWN};

pub static SERVER: Server = Server {
    id: "filezilla-server",
    name: "FileZilla Server",
    checked_with: "documentation of 1.x",
    settings: Settings {
        passive_range: Some(
            "Settings, Protocols settings, FTP and FTP over TLS (FTPS), Passive mode: \"Use custom port range\", 40000 to 40100",
        ),
        external_address: Some(
            "Settings, Protocols settings, FTP and FTP over TLS (FTPS), Passive mode: \"Use the following host\" {address}, and \"Use default host for local connections\" ticked",
        ),
        allow_plain: Some(
            "Settings, FTP and FTP over TLS (FTPS), the listener's Protocol: \"Explicit FTP over TLS and insecure plain FTP\"",
        ),
        ..UNKNOWN
    },
};
