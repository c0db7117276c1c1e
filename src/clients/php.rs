//! PHP's FTP functions; calls from its manual, rules from `ext/ftp/ftp.c`.

use super::rules::{
    DataHandshake, Dials, Lines, Listing, Manner, Rules, Sessions, Setback, Setting, Step, Tls, Unasked, Vouching, Way,
    WithoutPrivacy,
};
use super::{Client, Recipe, UNKNOWN, wire};

pub static CLIENT: Client = Client {
    id: "php",
    name: "PHP",
    aliases: &[],
    checked_with: "8.2 (Debian 12), run against the diagnosis server, 2026-11",
    recipe: Recipe {
        passive: Some("`ftp_pasv($ftp, true)` after ftp_login."),
        active: Some("Active mode is what PHP does by itself; `ftp_pasv($ftp, false)` brings it back."),
        control_peer: Some("`ftp_set_option($ftp, FTP_USEPASVADDRESS, false)`, after ftp_login and ahead of ftp_pasv."),
        without_extended: Some("Over IPv4 the FTP functions use neither; `fopen('ftp://...')` asks for EPSV first."),
        tls: Some(
            "`ftp_ssl_connect('{host}')` for AUTH TLS with encrypted data connections; the certificate is not checked. There is no implicit TLS.",
        ),
        mind: Some(
            "The FTP functions keep no log of the dialogue; their warnings name the last reply. Where PASV is refused, ftp_pasv returns false and transfers go on in active mode unless the script looks.",
        ),
        ..UNKNOWN
    },
    rules: Some(Rules {
        used_as: "ftp_pasv($ftp, true); ftp_rawlist($ftp, '/')",
        source: "PHP 8.2, ext/ftp/ftp.c: where PASV is refused or unreadable, ftp_pasv returns false and active mode stays; without a TLS session to resume a data connection fails",
        way: WAY,
        settings: &[
            Setting {
                text: "ftp_set_option($ftp, FTP_USEPASVADDRESS, false), ahead of ftp_pasv",
                way: Way {
                    ipv4: &[Step::pasv(Dials::Peer, &[]).line(Lines::Last).reading(wire::six_spaced_from_first_digit)],
                    ipv6: &[],
                },
            },
            Setting { text: "ftp_pasv($ftp, false)", way: Way { ipv4: &[Step::port(&[])], ipv6: &[Step::eprt(&[])] } },
        ],
        earlier: &[],
        tls: TLS,
        listing: Listing::List,
        manner: Manner::OnceAsked("ftp_pasv($ftp, true)"),
    }),
};

/// After `ftp_pasv($ftp, true)`.
pub const WAY: Way = Way {
    ipv4: &[
        Step::pasv(Dials::Told, NO_PASV).line(Lines::Last).reading(wire::six_spaced_from_first_digit),
        Step::port(&[]),
    ],
    ipv6: &[Step::epsv(NO_PASV), Step::eprt(&[])],
};

pub const TLS: Tls = Tls {
    explicit: Some("ftp_ssl_connect"),
    implicit: None,
    vouching: Vouching::Ignores,
    sessions: Sessions::Demands,
    without_privacy: WithoutPrivacy::GoesOn,
    unasked: Unasked::Never,
    data: DataHandshake::WithTheTransfer,
};

/// ftp_pasv returns false then, and the connection stays in active mode.
const NO_PASV: &[Setback] = &[Setback::Refused, Setback::RefusedForNow, Setback::OtherCode, Setback::Unreadable];
