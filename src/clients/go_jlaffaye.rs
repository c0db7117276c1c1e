//! Go's `jlaffaye/ftp`; options and rules from `ftp.go`.

use super::rules::{Dials, Listing, Manner, NO_TLS, Rules, Setback, Setting, Step, Tls, Way};
use super::{Client, Recipe, UNKNOWN, wire};

pub static CLIENT: Client = Client {
    id: "go-jlaffaye",
    name: "jlaffaye/ftp (Go)",
    aliases: &["Go", "Golang"],
    checked_with: "0.2.1, from its source, 2026-11",
    recipe: Recipe {
        passive: Some("Passive mode is all that it can do."),
        control_peer: Some(
            "It does so by itself where one of the two addresses is private or loopback and the other is not.",
        ),
        without_extended: Some("`ftp.Dial(addr, ftp.DialWithDisabledEPSV(true))`."),
        tls: Some(
            "`ftp.DialWithExplicitTLS(config)` for AUTH TLS, `ftp.DialWithTLS(config)` for implicit TLS. A ClientSessionCache in the config lets data connections resume the session.",
        ),
        log: Some("`ftp.DialWithDebugOutput(os.Stderr)`."),
        mind: Some("It has no active mode (its issue 29)."),
        ..UNKNOWN
    },
    rules: Some(Rules {
        used_as: "ftp.Dial(addr); c.Login(user, password); c.List(\"\")",
        source: "jlaffaye/ftp 0.2.1, ftp.go",
        way: WAY,
        settings: &[Setting { text: "ftp.DialWithDisabledEPSV(true)", way: WITHOUT_EPSV }],
        earlier: &[],
        tls: Tls { explicit: Some("ftp.DialWithExplicitTLS"), implicit: Some("ftp.DialWithTLS"), ..NO_TLS },
        listing: Listing::Machine,
        manner: Manner::Plain,
    }),
};

/// Any answer but a readable 229.
const EPSV_FAILED: &[Setback] = &[Setback::Refused, Setback::RefusedForNow, Setback::OtherCode, Setback::Unreadable];
const PASV: Step = Step::pasv(Dials::Mended(wire::go_mends), &[]).reading(wire::six_enclosed);

/// Its way of opening data connections, and that of the programs built on it.
pub const WAY: Way = Way {
    ipv4: &[Step::epsv(EPSV_FAILED).reading(wire::loose_229), PASV],
    ipv6: &[Step::epsv(&[]).reading(wire::loose_229)],
};
/// That with EPSV turned off: PASV alone, and so nothing over IPv6.
pub const WITHOUT_EPSV: Way = Way { ipv4: &[PASV], ipv6: &[] };
