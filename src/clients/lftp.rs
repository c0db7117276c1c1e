//! lftp; settings from its manual page, rules from `src/ftpclass.cc`.

use super::rules::{Dials, Listing, Rules, Sessions, Setback, Setting, Step, Tls, Vouching, Way};
use super::{Client, UNKNOWN, wire};

pub static CLIENT: Client = Client {
    id: "lftp",
    name: "lftp",
    checked_with: "4.9.2 (Debian 12), run in the lab, 2026-11",
    recipe: UNKNOWN,
    rules: Some(Rules {
        used_as: "lftp -e ls ftp://{host}/",
        source: "lftp 4.9.2, src/ftpclass.cc and src/network.cc: 5yz and an unreadable reply switch to active mode, 4yz \
                 is asked again",
        way: Way { ipv4: &[PASV, Step::port(&[])], ipv6: &[EPSV, Step::eprt(&[])] },
        settings: &[
            Setting {
                text: "set ftp:ignore-pasv-address yes",
                way: Way { ipv4: &[Step::pasv(Dials::Peer, PERMANENT), Step::port(&[])], ipv6: &[] },
            },
            Setting { text: "set ftp:prefer-epsv yes", way: Way { ipv4: &[EPSV], ipv6: &[] } },
            Setting {
                text: "set ftp:passive-mode no",
                way: Way { ipv4: &[Step::port(&[])], ipv6: &[Step::eprt(&[])] },
            },
            Setting {
                text: "set ftp:passive-mode no; set ftp:port-ipv4 {address}",
                way: Way { ipv4: &[Step::port(&[]).given()], ipv6: &[] },
            },
        ],
        earlier: None,
        tls: Tls {
            explicit: Some("set ftp:ssl-force yes; set ftp:ssl-allow-anonymous yes"),
            implicit: Some("ftps://"),
            vouching: Vouching::Refuses("set ssl:verify-certificate no"),
            sessions: Sessions::Resumes,
        },
        listing: Listing::List,
    }),
};

const PERMANENT: &[Setback] = &[Setback::Refused, Setback::Unreadable];
const PASV: Step =
    Step::pasv(Dials::Mended(wire::lftp_mends), &[Setback::Refused, Setback::Unreadable, Setback::MendedConnect]);
const EPSV: Step = Step::epsv(PERMANENT).reading(wire::any_229);
