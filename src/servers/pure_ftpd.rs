//! Pure-FTPd; names from pure-ftpd(8). Debian keeps one file an option in /etc/pure-ftpd/conf.

use super::{Group, LET_THE_RANGE_IN, LOOK_FROM_OUTSIDE, NO_STEPS, Product, Recipe, Settings, Step, UNKNOWN};

pub static PRODUCT: Product = Product {
    id: "pure-ftpd",
    name: "Pure-FTPd",
    aliases: &["pureftp"],
    group: Group::Server,
    about: "passive range, outer address, active mode, TLS",
    checked_with: "1.0.50 (Debian 12), options and configuration file run in the lab, 2026-11",
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
    recipe: Recipe {
        passive: &[
            Step::Put { file: "pure-ftpd.conf", lines: "PassivePortRange {low} {high}" },
            Step::Say("Debian and Ubuntu have a file for each option in the place of pure-ftpd.conf. As root:"),
            Step::Run("echo '{low} {high}' > /etc/pure-ftpd/conf/PassivePortRange"),
            LET_THE_RANGE_IN,
        ],
        address: &[
            Step::Say("Only where the server stands behind an address translation (a name will do, too):"),
            Step::Put { file: "pure-ftpd.conf", lines: "ForcePassiveIP {address}" },
            Step::Say("On Debian and Ubuntu:"),
            Step::Run("echo '{address}' > /etc/pure-ftpd/conf/ForcePassiveIP"),
        ],
        active: &[Step::Say(
            "Active mode is always on; the server's own firewall must let connections out to the clients. PORT may name no \
             address but the client's as the server sees it: a client behind NAT has to name its outer one.",
        )],
        tls: &[
            Step::Put { file: "pure-ftpd.conf", lines: "TLS 1\nCertFile /etc/ssl/private/pure-ftpd.pem" },
            Step::Say("On Debian and Ubuntu, where the certificate is looked for in the same place:"),
            Step::Run("echo 1 > /etc/pure-ftpd/conf/TLS"),
            Step::Say(
                "The file has the key and the certificate one after the other. Under TLS no firewall can read PASV and \
                 PORT any more: the range must be open and the address set as above.",
            ),
        ],
        reload: &[Step::Run("systemctl restart pure-ftpd")],
        check: &[
            Step::Say("On the server, the options must show in its command line:"),
            Step::Run("ps -C pure-ftpd -o args="),
            Step::Say("From outside, where the passive ports named must lie from {low} to {high}:"),
            LOOK_FROM_OUTSIDE,
        ],
        ..NO_STEPS
    },
    mends: &[
        "passive-port-dropped",
        "passive-port-refused",
        "passive-address-unroutable",
        "passive-address-foreign",
        "passive-range-partly-open",
        "passive-ports-exhausted",
        "passive-rejected",
        "too-many-connections",
        "tls-blinds-ftp-helper",
    ],
};
