//! WinSCP; menus from its documentation and its source, rules from `source/filezilla/FtpControlSocket.cpp`.

use super::rules::{
    DataHandshake, Dials, Listing, Manner, Rules, Sessions, Setback, Setting, Step, Tls, Unasked, Vouching, Way,
    WithoutPrivacy,
};
use super::{Client, Recipe, UNKNOWN, wire};

pub static CLIENT: Client = Client {
    id: "winscp",
    name: "WinSCP",
    aliases: &[],
    checked_with: "6, from its documentation and source, 2026-11",
    recipe: Recipe {
        passive: Some(
            "Login dialog > Advanced > Connection: Passive mode. In scripts: `open ftp://{host}/ -passive=on`.",
        ),
        active: Some(
            "Login dialog > Advanced > Connection: Passive mode off. In scripts: `open ftp://{host}/ -passive=off`.",
        ),
        active_ports: Some("Preferences > Network: Limit listening ports to {low} - {high}."),
        active_address: Some(
            "Preferences > Network > External IP address: Use the following external IP address: {address}.",
        ),
        control_peer: Some(
            "Login dialog > Advanced > FTP: Force IP address for passive mode connections: On. With Auto, as it is set up, it helps against private addresses only.",
        ),
        without_extended: Some("Over IPv4 WinSCP uses neither EPSV nor EPRT."),
        tls: Some("Login dialog > Encryption: TLS/SSL Explicit encryption, or TLS/SSL Implicit encryption."),
        log: Some(
            "Preferences > Logging: Enable session logging on level: Normal, with a log path. In scripts: `winscp.com /log=winscp.log`.",
        ),
        ..UNKNOWN
    },
    rules: Some(Rules {
        used_as: "WinSCP, with its settings as installed",
        source: "WinSCP 6, source/filezilla/FtpControlSocket.cpp: a refusal and an unreadable reply go on to the other mode, once",
        way: Way {
            ipv4: &[
                Step::pasv(Dials::Mended(wire::unroutable_from_routable), NO_PASV)
                    .any_code()
                    .reading(wire::six_from_first_digit),
                Step::port(&[]),
            ],
            ipv6: &[Step::epsv(NO_PASV).any_code(), Step::eprt(&[])],
        },
        settings: &[
            Setting {
                text: "Advanced > FTP > Force IP address for passive mode connections: On",
                way: Way {
                    ipv4: &[Step::pasv(Dials::Peer, &[]).any_code().reading(wire::six_from_first_digit)],
                    ipv6: &[],
                },
            },
            Setting {
                text: "Advanced > Connection > Passive mode off",
                way: Way { ipv4: &[Step::port(&[])], ipv6: &[Step::eprt(&[])] },
            },
            Setting {
                text: "Advanced > Connection > Passive mode off, and Preferences > Network > Use the following external IP address: {address}",
                way: Way { ipv4: &[Step::port(&[]).given()], ipv6: &[] },
            },
        ],
        earlier: &[],
        tls: Tls {
            explicit: Some("Encryption: TLS/SSL Explicit encryption"),
            implicit: Some("Encryption: TLS/SSL Implicit encryption"),
            vouching: Vouching::Asks,
            sessions: Sessions::Resumes,
            without_privacy: WithoutPrivacy::Unknown,
            unasked: Unasked::Never,
            data: DataHandshake::WithTheTransfer,
        },
        listing: Listing::Machine,
        manner: Manner::Plain,
    }),
};

const NO_PASV: &[Setback] = &[Setback::Refused, Setback::RefusedForNow, Setback::Unreadable];
