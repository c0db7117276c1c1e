//! rclone, built on Go's `jlaffaye/ftp`; options from `backend/ftp/ftp.go`.

use super::rules::{
    Dials, Listing, Rules, Sessions, Setback, Setting, Stays, Step, Tls, Unasked, Vouching, Way, WithoutPrivacy,
};
use super::{Client, Recipe, UNKNOWN, wire};

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
        way: Way {
            ipv4: &[Step::epsv(EPSV_FAILED).reading(wire::loose_229), PASV],
            ipv6: &[Step::epsv(&[]).reading(wire::loose_229)],
        },
        settings: &[Setting { text: "--ftp-disable-epsv", way: Way { ipv4: &[PASV], ipv6: &[] } }],
        earlier: None,
        tls: Tls {
            explicit: Some("--ftp-explicit-tls"),
            implicit: Some("--ftp-tls"),
            vouching: Vouching::Refuses("--ftp-no-check-certificate"),
            sessions: Sessions::Resumes,
            without_privacy: WithoutPrivacy::Unknown,
            unasked: Unasked::Never,
        },
        listing: Listing::Machine,
        stays: Stays::Never,
    }),
};

/// Any answer but a readable 229.
const EPSV_FAILED: &[Setback] = &[Setback::Refused, Setback::RefusedForNow, Setback::Unreadable];
const PASV: Step = Step::pasv(Dials::Mended(wire::go_mends), &[]).reading(wire::six_enclosed);
