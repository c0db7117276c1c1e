//! lftp; settings from its manual page, rules from `src/ftpclass.cc`.

use super::rules::{
    DataHandshake, Dials, Lines, Listing, Manner, Rules, Sessions, Setback, Setting, Step, Tls, Unasked, Vouching, Way,
    WithoutPrivacy,
};
use super::{Client, Recipe, wire};

pub static CLIENT: Client = Client {
    id: "lftp",
    name: "lftp",
    aliases: &[],
    checked_with: "4.9.2 (Debian 12), run against the diagnosis server, 2026-11",
    recipe: Recipe {
        passive: Some("Passive mode is what lftp does by itself; `set ftp:passive-mode yes` brings it back."),
        active: Some("`set ftp:passive-mode no`."),
        active_ports: Some("`set ftp:port-range {low}-{high}`."),
        active_address: Some("`set ftp:port-ipv4 {address}`."),
        control_peer: Some(
            "`set ftp:ignore-pasv-address yes`. By itself lftp dials the server's own address where the one in 227 is private and the server's is not, or the other way round (ftp:fix-pasv-address).",
        ),
        without_extended: Some(
            "lftp uses EPSV and EPRT over IPv6 only, unless ftp:prefer-epsv is set: `set ftp:prefer-epsv no`.",
        ),
        tls: Some(
            "With a user name lftp uses AUTH TLS where the server offers it. `set ftp:ssl-force yes` demands it, `set ftp:ssl-allow-anonymous yes` uses it without a user name too, `open ftps://{host}` is implicit TLS. A certificate that nobody vouches for is named with `set ssl:ca-file FILE`; `set ssl:verify-certificate no` takes any.",
        ),
        log: Some("`lftp -d ftp://{host}` shows the dialogue; `debug -o lftp.log 9` writes it to a file."),
        mind: Some(
            "Settings come before `open`: lftp connects as soon as it is given a URL with a folder. `set net:max-retries 2` keeps it from trying again a thousand times.",
        ),
    },
    rules: Some(Rules {
        used_as: "lftp -e ls ftp://{host}/",
        source: "lftp 4.9.2, src/ftpclass.cc and src/network.cc: 5yz and an unreadable reply switch to active mode, 4yz is asked again; over IPv6 its EPRT names ::",
        way: Way { ipv4: &[PASV, Step::port(&[])], ipv6: &[Step::epsv(&[]).reading(wire::any_229).any_code()] },
        settings: &[
            Setting { text: "set ftp:ignore-pasv-address yes", way: Way { ipv4: &[PEER, Step::port(&[])], ipv6: &[] } },
            Setting {
                text: "set ftp:prefer-epsv yes",
                way: Way { ipv4: &[Step::epsv(PERMANENT).reading(wire::any_229).any_code()], ipv6: &[] },
            },
            Setting { text: "set ftp:passive-mode no", way: Way { ipv4: &[Step::port(&[])], ipv6: &[] } },
            Setting {
                text: "set ftp:passive-mode no; set ftp:port-ipv4 {address}",
                way: Way { ipv4: &[Step::port(&[]).given()], ipv6: &[] },
            },
        ],
        earlier: &[],
        tls: Tls {
            explicit: Some("set ftp:ssl-force yes; set ftp:ssl-allow-anonymous yes"),
            implicit: Some("ftps://"),
            vouching: Vouching::Refuses("set ssl:verify-certificate no"),
            sessions: Sessions::Resumes,
            without_privacy: WithoutPrivacy::GoesOn,
            unasked: Unasked::WhereDemanded,
            data: DataHandshake::WithTheTransfer,
        },
        listing: Listing::List,
        manner: Manner::BeginsAnew,
    }),
};

const PERMANENT: &[Setback] = &[Setback::Refused, Setback::Unreadable];
const PASV: Step =
    Step::pasv(Dials::Mended(wire::lftp_mends), &[Setback::Refused, Setback::Unreadable, Setback::MendedConnect])
        .any_code()
        .line(Lines::Last)
        .reading(wire::six_numbers_spaced);
const PEER: Step = Step::pasv(Dials::Peer, PERMANENT).any_code().line(Lines::Last).reading(wire::six_numbers_spaced);
