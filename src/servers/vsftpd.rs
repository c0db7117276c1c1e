//! vsftpd; names from vsftpd.conf(5).

use super::{Group, LET_THE_RANGE_IN, LOOK_FROM_OUTSIDE, NO_STEPS, Product, Recipe, Settings, Step};

pub static PRODUCT: Product = Product {
    id: "vsftpd",
    name: "vsftpd",
    aliases: &["Very Secure FTP Daemon"],
    group: Group::Server,
    about: "passive range, outer address, active mode, TLS",
    checked_with: "3.0.3 (Debian 12), the configuration run in the lab, 2026-11",
    settings: Settings {
        passive_range: Some("pasv_min_port=40000 and pasv_max_port=40100 in vsftpd.conf"),
        external_address: Some(
            "pasv_address={address} in vsftpd.conf (a name in its place needs pasv_addr_resolve=YES too)",
        ),
        allow_passive: Some("pasv_enable=YES in vsftpd.conf, and PASV and EPSV not listed in cmds_denied"),
        allow_active: Some("port_enable=YES in vsftpd.conf, and PORT and EPRT not listed in cmds_denied"),
        allow_anonymous: Some("anonymous_enable=YES in vsftpd.conf"),
        connection_limit: Some("max_clients=0 and max_per_ip=0 in vsftpd.conf stand for no limit"),
        allow_plain: Some(
            "force_local_logins_ssl=NO and force_local_data_ssl=NO in vsftpd.conf (for anonymous users force_anon_logins_ssl=NO and force_anon_data_ssl=NO)",
        ),
        session_reuse: Some(
            "require_ssl_reuse=NO in vsftpd.conf, which gives up a protection against theft of transfers",
        ),
        idle_timeout: Some("idle_session_timeout=300 and data_connection_timeout=300, in seconds, in vsftpd.conf"),
        allow_foreign_data: Some(
            "pasv_promiscuous=YES in vsftpd.conf, which gives up a protection against theft of transfers",
        ),
    },
    recipe: Recipe {
        passive: &[
            Step::Put {
                file: "/etc/vsftpd.conf (Red Hat and kin: /etc/vsftpd/vsftpd.conf)",
                lines: "\
pasv_enable=YES
pasv_min_port={low}
pasv_max_port={high}",
            },
            LET_THE_RANGE_IN,
        ],
        address: &[
            Step::Say(
                "Only where the server stands behind an address translation. The address is named right on an IPv4 socket \
                 alone: with listen_ipv6=YES, which Debian sets, vsftpd 3.0.3 names 0.0.0.0 in its place.",
            ),
            Step::Put { file: "the same file", lines: "listen=YES\nlisten_ipv6=NO\npasv_address={address}" },
            Step::Say("Where the address changes, a name that leads to it takes its place:"),
            Step::Put {
                file: "the same file",
                lines: "listen=YES\nlisten_ipv6=NO\npasv_address={host}\npasv_addr_resolve=YES",
            },
        ],
        active: &[
            Step::Put { file: "the same file", lines: "port_enable=YES\nconnect_from_port_20=YES" },
            Step::Say(
                "The server's own firewall must let connections out to the clients. PORT may name no address but the \
                 client's as the server sees it: a client behind NAT has to name its outer one.",
            ),
        ],
        tls: &[
            Step::Put {
                file: "the same file",
                lines: "\
ssl_enable=YES
allow_anon_ssl=YES
rsa_cert_file=/etc/ssl/certs/ftp.pem
rsa_private_key_file=/etc/ssl/private/ftp.key
ssl_ciphers=HIGH",
            },
            Step::Say(
                "Without ssl_ciphers=HIGH version 3.0.3 takes RSA certificates alone. Under TLS no firewall can read PASV and \
                 PORT any more: the range must be open and the address set as above, whatever a firewall's FTP helper did \
                 before.",
            ),
        ],
        reload: &[Step::Run("systemctl restart vsftpd")],
        check: &[
            Step::Say("vsftpd ends at once where it can't read a line; what it says is in the journal:"),
            Step::Run("systemctl status vsftpd --no-pager -n 20"),
            Step::Say("And from outside, where the passive ports named must lie from {low} to {high}:"),
            LOOK_FROM_OUTSIDE,
        ],
        mind: &[Step::Say(
            "Lines have no space beside the equals sign. Of two lines for one setting the last one counts.",
        )],
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
        "active-rejected",
        "data-session-reuse-required",
        "tls-blinds-ftp-helper",
    ],
};
