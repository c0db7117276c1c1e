//! GNU inetutils' ftp; options from its manual, rules from `ftp/ftp.c`.

use super::rules::{Dials, Listing, NO_TLS, REFUSED, Rules, Setting, Step, Way};
use super::{Client, UNKNOWN, wire};

pub static CLIENT: Client = Client {
    id: "inetutils-ftp",
    name: "inetutils ftp",
    checked_with: "2.4 (Debian 12), run in the lab, 2026-11",
    recipe: UNKNOWN,
    rules: Some(Rules {
        used_as: "inetutils-ftp {host}",
        source: "GNU inetutils 2.4, ftp/ftp.c and ftp/main.c: active unless called as pftp; another address in 227 than \
                 the server's is refused",
        way: Way { ipv4: &[Step::port(&[])], ipv6: &[Step::eprt(&[])] },
        settings: &[
            Setting { text: "-p", way: Way { ipv4: &[PASV], ipv6: &[Step::epsv(&[])] } },
            Setting { text: "-p, and the command epsv4", way: Way { ipv4: &[Step::epsv(REFUSED), PASV], ipv6: &[] } },
        ],
        earlier: None,
        tls: NO_TLS,
        listing: Listing::List,
    }),
};

const PASV: Step = Step::pasv(Dials::SameOnly, &[]).reading(wire::six_from_first_digit);
