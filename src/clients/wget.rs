//! GNU Wget; options from its manual, rules from `src/ftp.c` and `src/ftp-basic.c`.

use super::rules::{Dials, Listing, Rules, Sessions, Setting, Step, Tls, Vouching, Way};
use super::{Client, UNKNOWN, wire};

pub static CLIENT: Client = Client {
    id: "wget",
    name: "Wget",
    checked_with: "1.21.3 (Debian 12), run in the lab, 2026-11",
    recipe: UNKNOWN,
    rules: Some(Rules {
        used_as: "wget ftp://{host}/",
        source: "Wget 1.21.3, src/ftp.c, which says why it does not go on from PASV to PORT, and src/ftp-basic.c",
        way: Way {
            ipv4: &[Step::pasv(Dials::Told, &[]).reading(wire::six_from_first_digit)],
            ipv6: &[Step::epsv(&[])],
        },
        settings: &[Setting {
            text: "--no-passive-ftp",
            way: Way { ipv4: &[Step::port(&[])], ipv6: &[Step::eprt(&[])] },
        }],
        earlier: None,
        tls: Tls {
            explicit: Some("ftps://"),
            implicit: Some("ftps:// and --ftps-implicit"),
            vouching: Vouching::Refuses("--no-check-certificate"),
            sessions: Sessions::Resumes,
        },
        listing: Listing::List,
    }),
};
