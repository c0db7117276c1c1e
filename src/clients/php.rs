//! PHP's FTP functions; calls from its manual, rules from `ext/ftp/ftp.c`.

use super::rules::{Dials, Listing, Rules, Sessions, Setback, Setting, Step, Tls, Vouching, Way};
use super::{Client, UNKNOWN, wire};

pub static CLIENT: Client = Client {
    id: "php",
    name: "PHP",
    checked_with: "8.2 (Debian 12), run in the lab, 2026-11",
    recipe: UNKNOWN,
    rules: Some(Rules {
        used_as: "ftp_pasv($ftp, true); ftp_rawlist($ftp, '/')",
        source: "PHP 8.2, ext/ftp/ftp.c: where PASV is refused or unreadable, ftp_pasv returns false and active mode \
                 stays",
        way: Way {
            ipv4: &[
                Step::pasv(Dials::Told, REFUSED_OR_UNREADABLE).reading(wire::six_from_first_digit),
                Step::port(&[]),
            ],
            ipv6: &[Step::epsv(REFUSED_OR_UNREADABLE), Step::eprt(&[])],
        },
        settings: &[
            Setting {
                text: "ftp_set_option($ftp, FTP_USEPASVADDRESS, false), ahead of ftp_pasv",
                way: Way { ipv4: &[Step::pasv(Dials::Peer, &[]).reading(wire::six_from_first_digit)], ipv6: &[] },
            },
            Setting { text: "ftp_pasv($ftp, false)", way: Way { ipv4: &[Step::port(&[])], ipv6: &[Step::eprt(&[])] } },
        ],
        earlier: None,
        tls: Tls {
            explicit: Some("ftp_ssl_connect"),
            implicit: None,
            vouching: Vouching::Ignores,
            sessions: Sessions::Resumes,
        },
        listing: Listing::List,
    }),
};

const REFUSED_OR_UNREADABLE: &[Setback] = &[Setback::Refused, Setback::RefusedForNow, Setback::Unreadable];
