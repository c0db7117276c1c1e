//! curl; options from its manual page, rules from `lib/ftp.c`.

use super::rules::{
    Dials, Earlier, Listing, REFUSED, REFUSED_OR_CLOSED, Rules, Sessions, Setting, Step, Tls, Vouching, Way,
};
use super::{Client, Recipe, UNKNOWN};

pub static CLIENT: Client = Client {
    id: "curl",
    name: "curl",
    checked_with: "7.88.1 (Debian 12), run in the lab, 2026-11",
    recipe: Recipe {
        passive: Some(
            "Passive mode is what curl does by itself: `curl ftp://{host}/`. (--ftp-pasv takes back an earlier --ftp-port.)",
        ),
        active: Some("`curl --ftp-port - ftp://{host}/`: the minus sign stands for this computer's own address."),
        ..UNKNOWN
    },
    rules: Some(Rules {
        used_as: "curl ftp://{host}/",
        source: "curl 7.88.1, lib/ftp.c; a dial that fails takes EPSV back, an unreadable 229 does not",
        way: Way { ipv4: &[EPSV, Step::pasv(Dials::Peer, &[])], ipv6: &[Step::epsv(&[])] },
        settings: &[
            Setting { text: "--disable-epsv", way: Way { ipv4: &[Step::pasv(Dials::Peer, &[])], ipv6: &[] } },
            Setting {
                text: "--ftp-port -",
                way: Way { ipv4: &[Step::eprt(REFUSED), Step::port(&[])], ipv6: &[Step::eprt(&[])] },
            },
            Setting {
                text: "--ftp-port {address}",
                way: Way {
                    ipv4: &[Step::eprt(REFUSED).given(), Step::port(&[]).given()],
                    ipv6: &[Step::eprt(&[]).given()],
                },
            },
        ],
        // CVE-2020-8284: --ftp-skip-pasv-ip became the default.
        earlier: Some(Earlier {
            before: "7.74.0",
            way: Way { ipv4: &[EPSV, Step::pasv(Dials::Told, &[])], ipv6: &[Step::epsv(&[])] },
        }),
        tls: Tls {
            explicit: Some("--ssl-reqd"),
            implicit: Some("ftps://"),
            vouching: Vouching::Refuses("--insecure"),
            sessions: Sessions::Resumes,
        },
        listing: Listing::List,
    }),
};

const EPSV: Step = Step::epsv(REFUSED_OR_CLOSED);
