//! Microsoft IIS; names of the IIS Manager and of its configuration reference.

use super::{Server, Settings, UNKNOWN};

pub static SERVER: Server = Server {
    id: "iis",
    name: "IIS",
    checked_with: "documentation of 10.0",
    settings: Settings {
        passive_range: Some(
            "FTP Firewall Support of the server (not of the site): Data Channel Port Range 40000-40100, then restart the Microsoft FTP Service",
        ),
        external_address: Some(
            "FTP Firewall Support of the site: External IP Address of Firewall (externalIp4Address) {address}",
        ),
        allow_anonymous: Some(
            "FTP Authentication: Anonymous Authentication enabled, and a rule for it in FTP Authorization Rules",
        ),
        connection_limit: Some("the site's Advanced Settings, Connections: Maximum Connections (maxConnections)"),
        allow_plain: Some("FTP SSL Settings: \"Allow SSL connections\" in the place of \"Require SSL connections\""),
        idle_timeout: Some(
            "the site's Advanced Settings, Connections: Control Channel Time-out and Data Channel Time-out",
        ),
        ..UNKNOWN
    },
};
