//! GNU inetutils' ftp; options from its manual, rules from `ftp/ftp.c`.

use super::rules::{Dials, Listing, Manner, NO_TLS, REFUSED, Rules, Setting, Step, Way};
use super::{Client, Recipe, UNKNOWN, wire};

pub static CLIENT: Client = Client {
    id: "inetutils-ftp",
    name: "inetutils ftp",
    aliases: &["GNU ftp", "GNU inetutils"],
    checked_with: "2.4 (Debian 12), run against the diagnosis server, 2026-11",
    recipe: Recipe {
        passive: Some(
            "`inetutils-ftp -p {host}` (`ftp -p` or `pftp` where it is the system's ftp), or the command `passive`.",
        ),
        active: Some("Active mode is what it does by itself; the command `passive` switches."),
        without_extended: Some(
            "Over IPv4 it uses neither by itself; the command `epsv4` switches EPSV and EPRT on and off.",
        ),
        log: Some("`inetutils-ftp -d -v {host}` shows the dialogue."),
        mind: Some(
            "It can't do TLS, and refuses a 227 that names another address than the server's; `epsv4` gets around that.",
        ),
        ..UNKNOWN
    },
    rules: Some(Rules {
        used_as: "inetutils-ftp {host}",
        source: "GNU inetutils 2.4, ftp/ftp.c and ftp/main.c: active unless called as pftp; another address in 227 than the server's is refused",
        way: Way { ipv4: &[Step::port(&[])], ipv6: &[Step::eprt(&[])] },
        settings: &[
            Setting { text: "-p", way: Way { ipv4: &[PASV], ipv6: &[Step::epsv(&[])] } },
            Setting { text: "-p, and the command epsv4", way: Way { ipv4: &[Step::epsv(REFUSED), PASV], ipv6: &[] } },
        ],
        earlier: &[],
        tls: NO_TLS,
        listing: Listing::List,
        manner: Manner::Plain,
    }),
};

const PASV: Step = Step::pasv(Dials::SameOnly, &[]).reading(wire::six_spaced_from_first_digit);
