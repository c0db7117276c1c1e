//! tnftp (NetBSD's ftp); commands from its manual page, rules from `src/ftp.c`.

use super::rules::{Dials, Listing, NO_TLS, REFUSED, Rules, Setback, Setting, Step, Way};
use super::{Client, UNKNOWN, wire};

pub static CLIENT: Client = Client {
    id: "tnftp",
    name: "tnftp",
    checked_with: "20210827 (Debian 12), run in the lab, 2026-11",
    recipe: UNKNOWN,
    rules: Some(Rules {
        used_as: "tnftp {host}",
        source: "tnftp 20210827, src/ftp.c: from a dial that fails it goes straight to active mode",
        way: Way {
            ipv4: &[
                Step::epsv(REFUSED).to_active(CLOSED),
                Step::pasv(Dials::Told, &[]).to_active(REFUSED_OR_CLOSED).reading(wire::six_from_first_digit),
                Step::eprt(REFUSED),
                Step::port(&[]),
            ],
            ipv6: &[Step::epsv(&[]).to_active(REFUSED_OR_CLOSED), Step::eprt(&[])],
        },
        settings: &[
            Setting {
                text: "epsv4 off",
                way: Way { ipv4: &[Step::pasv(Dials::Told, &[]).reading(wire::six_from_first_digit)], ipv6: &[] },
            },
            Setting {
                text: "-A",
                way: Way { ipv4: &[Step::eprt(REFUSED), Step::port(&[])], ipv6: &[Step::eprt(&[])] },
            },
        ],
        earlier: None,
        tls: NO_TLS,
        listing: Listing::List,
    }),
};

const CLOSED: &[Setback] = &[Setback::ConnectRefused, Setback::ConnectSilent];
const REFUSED_OR_CLOSED: &[Setback] = super::rules::REFUSED_OR_CLOSED;
