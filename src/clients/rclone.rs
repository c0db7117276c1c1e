//! rclone, built on Go's `jlaffaye/ftp`; options from `backend/ftp/ftp.go`.

use super::go_jlaffaye::{WAY, WITHOUT_EPSV};
use super::rules::{DataHandshake, Listing, Manner, Rules, Sessions, Setting, Tls, Unasked, Vouching, WithoutPrivacy};
use super::{Client, Recipe, UNKNOWN};

pub static CLIENT: Client = Client {
    id: "rclone",
    name: "rclone",
    checked_with: "1.71, from its source, 2026-11",
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
        mind: Some("rclone has no active mode."),
        ..UNKNOWN
    },
    rules: Some(Rules {
        used_as: "rclone lsf remote:",
        source: "rclone 1.71, backend/ftp/ftp.go; jlaffaye/ftp, ftp.go",
        way: WAY,
        settings: &[Setting { text: "--ftp-disable-epsv", way: WITHOUT_EPSV }],
        earlier: None,
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
