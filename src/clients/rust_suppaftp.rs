//! Rust's suppaftp; calls and rules from `sync_ftp.rs`.

use super::rules::{Dials, Listing, Manner, NO_TLS, Rules, Setting, Step, Tls, Way};
use super::{Client, Recipe, UNKNOWN, wire};

pub static CLIENT: Client = Client {
    id: "rust-suppaftp",
    name: "suppaftp (Rust)",
    aliases: &["Rust"],
    checked_with: "6, from its source, 2026-11",
    recipe: Recipe {
        passive: Some("Passive mode is what it does by itself; `stream.set_mode(Mode::Passive)` brings it back."),
        active: Some("`stream.active_mode(timeout)`, or `stream.set_mode(Mode::Active)`."),
        control_peer: Some("`stream.set_passive_nat_workaround(true)`."),
        without_extended: Some("It uses EPSV only in `Mode::ExtendedPassive`."),
        tls: Some("`stream.into_secure(connector, domain)` for AUTH TLS with encrypted data connections."),
        mind: Some(
            "It takes a mode as it is told and goes on to no other; over IPv6 that has to be `Mode::ExtendedPassive`.",
        ),
        ..UNKNOWN
    },
    rules: Some(Rules {
        used_as: "FtpStream::connect(addr); stream.login(user, password); stream.list(None)",
        source: "suppaftp, sync_ftp.rs and regex.rs",
        way: Way {
            ipv4: &[Step::pasv(Dials::Told, &[]).reading(wire::six_enclosed)],
            ipv6: &[Step::pasv(Dials::Told, &[]).reading(wire::six_enclosed)],
        },
        settings: &[
            Setting {
                text: "stream.set_passive_nat_workaround(true)",
                way: Way { ipv4: &[Step::pasv(Dials::Peer, &[]).reading(wire::six_enclosed)], ipv6: &[] },
            },
            Setting {
                text: "stream.set_mode(Mode::ExtendedPassive)",
                way: Way {
                    ipv4: &[Step::epsv(&[]).reading(wire::barred_229)],
                    ipv6: &[Step::epsv(&[]).reading(wire::barred_229)],
                },
            },
            Setting {
                text: "stream.set_mode(Mode::Active)",
                way: Way { ipv4: &[Step::port(&[])], ipv6: &[Step::eprt(&[])] },
            },
        ],
        earlier: &[],
        tls: Tls { explicit: Some("into_secure"), ..NO_TLS },
        listing: Listing::List,
        manner: Manner::Plain,
    }),
};
