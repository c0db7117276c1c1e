//! FileZilla; menus from its source and its help, rules from `src/engine/ftp/rawtransfer.cpp`.

use super::rules::{
    DataHandshake, Dials, Lines, Listing, Manner, Rules, Sessions, Setback, Setting, Step, Tls, Unasked, Vouching, Way,
    WithoutPrivacy,
};
use super::{Client, Recipe, UNKNOWN, wire};

pub static CLIENT: Client = Client {
    id: "filezilla",
    name: "FileZilla",
    aliases: &[],
    checked_with: "3.63 (Debian 12), from its source, 2026-11",
    recipe: Recipe {
        passive: Some(
            "Edit > Settings > Connection > FTP > Transfer Mode: Passive (recommended). For one site: File > Site Manager > Transfer Settings > Transfer mode: Passive.",
        ),
        active: Some(
            "Edit > Settings > Connection > FTP > Transfer Mode: Active. For one site: File > Site Manager > Transfer Settings > Transfer mode: Active.",
        ),
        active_ports: Some(
            "Edit > Settings > Connection > FTP > Active mode: Limit local ports used by FileZilla, with {low} as the lowest and {high} as the highest available port.",
        ),
        active_address: Some(
            "Edit > Settings > Connection > FTP > Active mode > Active mode IP: Use the following IP address: {address}.",
        ),
        control_peer: Some(
            "Edit > Settings > Connection > FTP > Passive mode: Use the server's external IP address instead. That is how it is set up; it helps against private addresses only.",
        ),
        without_extended: Some("Over IPv4 FileZilla uses neither EPSV nor EPRT."),
        tls: Some(
            "File > Site Manager > General > Encryption: Require explicit FTP over TLS, or Require implicit FTP over TLS. By itself FileZilla uses AUTH TLS where the server offers it.",
        ),
        log: Some(
            "Select all in the message log above the file lists and copy it. Edit > Settings > Debug: 3 - Verbose tells more; Edit > Settings > Logging: Log to file keeps it.",
        ),
        ..UNKNOWN
    },
    rules: Some(Rules {
        used_as: "FileZilla, with its settings as installed",
        source: "FileZilla 3.63, src/engine/ftp/rawtransfer.cpp: a refusal and an unreadable reply go on to the other mode, a dial that fails does not",
        way: Way {
            ipv4: &[
                Step::pasv(Dials::Mended(wire::unroutable_from_routable), NO_PASV)
                    .any_code()
                    .line(Lines::Last)
                    .reading(wire::six_set_off),
                Step::port(&[]),
            ],
            ipv6: &[Step::epsv(NO_PASV).any_code().reading(wire::barred_229), Step::eprt(&[])],
        },
        settings: &[
            Setting {
                text: "Site Manager > Transfer Settings: Active",
                way: Way { ipv4: &[Step::port(&[])], ipv6: &[Step::eprt(&[])] },
            },
            Setting {
                text: "Site Manager > Transfer Settings: Active, and Settings > Active mode > Use the following IP address: {address}",
                way: Way { ipv4: &[Step::port(&[]).given()], ipv6: &[] },
            },
        ],
        earlier: &[],
        tls: Tls {
            explicit: Some("Encryption: Require explicit FTP over TLS"),
            implicit: Some("Encryption: Require implicit FTP over TLS"),
            vouching: Vouching::Asks,
            sessions: Sessions::Demands,
            without_privacy: WithoutPrivacy::Unknown,
            unasked: Unasked::WhereOffered,
            data: DataHandshake::WithTheTransfer,
        },
        listing: Listing::Machine,
        manner: Manner::Plain,
    }),
};

const NO_PASV: &[Setback] = &[Setback::Refused, Setback::RefusedForNow, Setback::Unreadable];
