//! rclone, built on Go's `jlaffaye/ftp`; options from `backend/ftp/ftp.go`, versions from its changelog and the lab.

use super::go_jlaffaye::{WAY, WITHOUT_EPSV};
use super::rules::{DataHandshake, Listing, Manner, Rules, Sessions, Setting, Tls, Unasked, Vouching, WithoutPrivacy};
use super::{Client, Recipe, UNKNOWN};

pub static CLIENT: Client = Client {
    id: "rclone",
    name: "rclone",
    aliases: &[],
    checked_with: "1.60, run against four servers; 1.75, from its source, 2026-11",
    recipe: Recipe {
        passive: Some("Passive mode is all that rclone can do."),
        control_peer: Some(
            "It does so by itself where one of the two addresses is private or loopback and the other is not.",
        ),
        without_extended: Some("`--ftp-disable-epsv`."),
        tls: Some(
            "`--ftp-explicit-tls` for AUTH TLS, `--ftp-tls` for implicit TLS. --ftp-no-check-certificate takes any certificate; --ftp-disable-tls13 helps against servers whose TLS 1.3 sessions can't be resumed.",
        ),
        log: Some("`rclone lsf remote: -vv --dump headers,bodies 2> rclone.log`."),
        mind: Some(
            "rclone has no active mode. An IPv6 address as host is written in brackets. Before 1.64, data connections under TLS fail where the server demands the control connection's session, and with vsftpd over TLS 1.3 in any case.",
        ),
        ..UNKNOWN
    },
    rules: Some(Rules {
        used_as: "rclone lsf remote:",
        source: "rclone 1.60 in the lab, in plain; rclone 1.75, backend/ftp/ftp.go; jlaffaye/ftp, ftp.go",
        way: WAY,
        settings: &[Setting { text: "--ftp-disable-epsv", way: WITHOUT_EPSV }],
        earlier: &[],
        tls: Tls {
            explicit: Some("--ftp-explicit-tls"),
            implicit: Some("--ftp-tls"),
            vouching: Vouching::Refuses("--ftp-no-check-certificate"),
            sessions: Sessions::Resumes,
            without_privacy: WithoutPrivacy::Unknown,
            unasked: Unasked::Never,
            data: DataHandshake::WithTheTransfer,
        },
        listing: Listing::Machine,
        manner: Manner::Plain,
    }),
};
