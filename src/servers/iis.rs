//! Microsoft IIS; names of the IIS Manager and of its configuration reference.

use super::{Group, LET_THE_RANGE_IN, LOOK_FROM_OUTSIDE, Product, Recipe, Settings, Step, UNKNOWN};

pub static PRODUCT: Product = Product {
    id: "iis",
    name: "IIS",
    aliases: &["Microsoft IIS", "Microsoft FTP Service", "Internet Information Services", "ftpsvc"],
    group: Group::Server,
    about: "range of the server, address of the site, Windows' firewall",
    checked_with: "not run here; names and commands read in Microsoft's configuration reference of IIS 10.0, 2026-11",
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
    recipe: Recipe {
        passive: &[
            Step::Say(
                "In IIS Manager: select the server itself (not a site), open FTP Firewall Support, enter the Data Channel \
                 Port Range {low}-{high}, Apply. Ports may be 1025 to 65535; 0-0 stands for whatever Windows gives out. Or at \
                 a command prompt as administrator:",
            ),
            Step::Run(
                "%windir%\\system32\\inetsrv\\appcmd set config /section:system.ftpServer/firewallSupport /lowDataChannelPort:{low} /highDataChannelPort:{high} /commit:apphost",
            ),
            Step::Say("And at Windows' own firewall (`ftpmode recipe windows-firewall` tells more):"),
            Step::Run(
                "netsh advfirewall firewall add rule name=\"FTP passive ports\" dir=in action=allow protocol=TCP localport={low}-{high}",
            ),
            LET_THE_RANGE_IN,
        ],
        address: &[
            Step::Say(
                "In IIS Manager: select the site, open FTP Firewall Support, enter {address} as External IP Address of \
                 Firewall, Apply. Or for all sites that have none of their own:",
            ),
            Step::Run(
                "%windir%\\system32\\inetsrv\\appcmd set config /section:system.applicationHost/sites /siteDefaults.ftpServer.firewallSupport.externalIp4Address:{address} /commit:apphost",
            ),
        ],
        active: &[
            Step::Say(
                "Active mode has no setting. Where Windows' firewall also filters what goes out, let the service out from \
                 port 20:",
            ),
            Step::Run(
                "netsh advfirewall firewall add rule name=\"FTP active mode\" dir=out action=allow protocol=TCP localport=20",
            ),
        ],
        helper: &[Step::Say(
            "Windows' own firewall has one, StatefulFtp: `ftpmode recipe windows-firewall` tells how it is switched.",
        )],
        tls: &[Step::Say(
            "FTP SSL Settings of the site: choose the certificate. Under TLS no firewall can read PASV and PORT any more: \
             then the external address is needed whatever the firewall could do before, and the range must be open.",
        )],
        reload: &[
            Step::Say("The range belongs to the service, and counts when that has started anew; at PowerShell:"),
            Step::Run("Restart-Service ftpsvc"),
        ],
        check: &[
            Step::Run("%windir%\\system32\\inetsrv\\appcmd list config /section:system.ftpServer/firewallSupport"),
            Step::Say("From outside, where the passive ports named must lie from {low} to {high}:"),
            LOOK_FROM_OUTSIDE,
        ],
        mind: &[Step::Say(
            "The range is greyed out at a site, because all sites share it. Leave port 3389 and what else listens on the \
             computer out of it.",
        )],
    },
    mends: &[
        "passive-port-dropped",
        "passive-port-refused",
        "passive-address-unroutable",
        "passive-address-foreign",
        "passive-range-partly-open",
        "tls-required",
        "tls-blinds-ftp-helper",
    ],
};
