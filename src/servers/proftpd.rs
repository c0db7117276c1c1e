//! ProFTPD; names from its directive reference.

use super::{Group, LET_THE_RANGE_IN, LOOK_FROM_OUTSIDE, NO_STEPS, Product, Recipe, Settings, Step};

pub static PRODUCT: Product = Product {
    id: "proftpd",
    name: "ProFTPD",
    aliases: &["ProFTP"],
    group: Group::Server,
    about: "passive range, outer address, active mode, TLS",
    checked_with: "1.3.8 (Debian 12), the configuration run in the lab, 2026-11",
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
    recipe: Recipe {
        passive: &[
            Step::Put {
                file: "/etc/proftpd/proftpd.conf, or on Debian /etc/proftpd/conf.d/passive.conf",
                lines: "PassivePorts {low} {high}",
            },
            Step::Say(
                "A <VirtualHost> takes the line for itself; a <Global> section has it for all. ProFTPD falls back to any \
                 free port where the whole range is in use, and a firewall then drops what comes.",
            ),
            LET_THE_RANGE_IN,
        ],
        address: &[
            Step::Say("Only where the server stands behind an address translation:"),
            Step::Put { file: "the same file", lines: "MasqueradeAddress {address}" },
            Step::Say(
                "A name will do in its place; it is looked up when ProFTPD starts or reloads, and not later. A \
                 <VirtualHost> needs the line, too.",
            ),
        ],
        active: &[
            Step::Say(
                "Active mode is on unless a <Limit PORT EPRT> section denies it. The server's own firewall must let \
                 connections out to the clients, from port 20 (as RFC 959 has it) or any.",
            ),
            Step::Say(
                "ProFTPD dials the address that it sees the client at where PORT names a private one, so that clients \
                 behind NAT need no more than a forwarded port.",
            ),
        ],
        tls: &[
            Step::Put {
                file: "/etc/proftpd/tls.conf, included by proftpd.conf (Debian: package proftpd-mod-crypto)",
                lines: "\
<IfModule mod_tls.c>
  TLSEngine on
  TLSRSACertificateFile /etc/ssl/certs/ftp.pem
  TLSRSACertificateKeyFile /etc/ssl/private/ftp.key
  TLSRequired off
</IfModule>",
            },
            Step::Say(
                "A certificate with an elliptic curve's key goes into TLSECCertificateFile and TLSECCertificateKeyFile. Under \
                 TLS no firewall can read PASV and PORT any more: the range must be open and the address set as above. Where a firewall's FTP helper mends the address of plain sessions already, TLSMasqueradeAddress \
                 names it for sessions under TLS alone.",
            ),
        ],
        reload: &[
            Step::Say("After a look at the whole configuration:"),
            Step::Run("proftpd -t && systemctl reload proftpd"),
        ],
        check: &[
            Step::Say("From outside, where the passive ports named must lie from {low} to {high}:"),
            LOOK_FROM_OUTSIDE,
        ],
        mind: &[Step::Say(
            "Of two PassivePorts lines for the same server the first one counts: mend the line that is there rather than \
             adding one at the end.",
        )],
        ..NO_STEPS
    },
    mends: &[
        "passive-port-dropped",
        "passive-port-refused",
        "passive-address-unroutable",
        "passive-address-foreign",
        "passive-range-partly-open",
        "passive-rejected",
        "active-rejected",
        "data-session-reuse-required",
        "tls-blinds-ftp-helper",
    ],
};
