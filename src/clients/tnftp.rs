//! tnftp (NetBSD's ftp); commands from its manual page, rules from `src/ftp.c`.

use super::rules::{
    Dials, Earlier, Listing, Manner, NO_TLS, REFUSED, REFUSED_OR_CLOSED, Rules, Setback, Setting, Step, Way,
};
use super::{Client, Recipe, UNKNOWN, wire};

pub static CLIENT: Client = Client {
    id: "tnftp",
    name: "tnftp",
    aliases: &["NetBSD ftp", "macOS ftp"],
    checked_with: "20210827 (Debian 12), run against the diagnosis server, 2026-11",
    recipe: Recipe {
        passive: Some(
            "Passive mode comes first by itself, and active mode where it fails. `tnftp -p {host}` uses passive mode only; the command `passive` switches.",
        ),
        active: Some("`tnftp -A {host}`, or the command `passive off`."),
        without_extended: Some("The command `epsv4 off`."),
        log: Some("`tnftp -d {host}` shows the dialogue, or the command `debug`."),
        mind: Some(
            "tnftp can't do TLS. From 20210827 on it stops with `Passive mode address mismatch.` where 227 names another address than the server's, and does not go on to active mode: `tnftp -A {host}`. Before that it dials whatever 227 names. EPSV, which it asks for first, names no address.",
        ),
        ..UNKNOWN
    },
    rules: Some(Rules {
        used_as: "tnftp {host}",
        source: "tnftp 20210827, src/ftp.c: from a dial that fails it goes straight to active mode, and from another address in 227 than the server's nowhere (ChangeLog: from this version on); where EPSV is refused over IPv6, it asks for LPSV and LPRT (RFC 1639)",
        way: Way { ipv4: &[EPSV, PASV.to_active(REFUSED_OR_CLOSED), Step::eprt(REFUSED), Step::port(&[])], ipv6: IPV6 },
        settings: &[
            Setting { text: "epsv4 off", way: Way { ipv4: &[PASV], ipv6: &[] } },
            Setting {
                text: "-A",
                way: Way { ipv4: &[Step::eprt(REFUSED), Step::port(&[])], ipv6: &[Step::eprt(&[])] },
            },
        ],
        earlier: &[Earlier {
            before: "20210827",
            way: Way {
                ipv4: &[EPSV, OLD_PASV.to_active(REFUSED_OR_CLOSED), Step::eprt(REFUSED), Step::port(&[])],
                ipv6: IPV6,
            },
        }],
        tls: NO_TLS,
        listing: Listing::List,
        manner: Manner::Plain,
    }),
};

const CLOSED: &[Setback] = &[Setback::ConnectRefused, Setback::ConnectSilent];
const EPSV: Step = Step::epsv(REFUSED).to_active(CLOSED);
const PASV: Step = Step::pasv(Dials::SameOnly, &[]).reading(wire::six_spaced_from_first_digit);
const OLD_PASV: Step = Step::pasv(Dials::Told, &[]).reading(wire::six_spaced_from_first_digit);
const IPV6: &[Step] = &[Step::epsv(&[]).to_active(CLOSED), Step::eprt(&[])];
