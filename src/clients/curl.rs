//! curl; options from its manual page, rules from `lib/ftp.c`.

use super::rules::{
    DataHandshake, Dials, Earlier, Lines, Listing, Manner, REFUSED, Rules, Sessions, Setback, Setting, Step, Tls,
    Unasked, Vouching, Way, WithoutPrivacy,
};
use super::{Client, Recipe, wire};

pub static CLIENT: Client = Client {
    id: "curl",
    name: "curl",
    aliases: &[],
    checked_with: "7.88.1 (Debian 12), run against the diagnosis server, 2026-11",
    recipe: Recipe {
        passive: Some(
            "Passive mode is what curl does by itself: `curl ftp://{host}/`. (--ftp-pasv takes back an earlier --ftp-port.)",
        ),
        active: Some("`curl --ftp-port - ftp://{host}/`: the minus sign stands for this computer's own address."),
        active_ports: Some(
            "`curl --ftp-port :{low}-{high} ftp://{host}/`: nothing stands before the colon, where a minus sign would be taken for a host's name.",
        ),
        active_address: Some(
            "`curl --ftp-port {address} ftp://{host}/`; with ports: `curl --ftp-port {address}:{low}-{high} ftp://{host}/`.",
        ),
        control_peer: Some("From 7.74.0 on curl ignores the address in 227 by itself; before: --ftp-skip-pasv-ip."),
        without_extended: Some("--disable-epsv in passive mode, --disable-eprt in active mode."),
        tls: Some(
            "`curl --ssl-reqd ftp://{host}/` for AUTH TLS with encrypted data connections, `curl ftps://{host}/` for implicit TLS. A certificate that nobody vouches for is named with --cacert FILE; --insecure takes any.",
        ),
        log: Some("`curl -v ftp://{host}/ 2> curl.log`."),
        mind: Some(
            "Under TLS, 7.88.1 lists nothing in active mode, nor in passive mode with pyftpdlib: it begins TLS on the data connection ahead of the listing.",
        ),
    },
    rules: Some(Rules {
        used_as: "curl ftp://{host}/",
        source: "curl 7.88.1, lib/ftp.c; a dial that fails takes EPSV back, and so does any other code than 229; an unreadable 229 does not",
        way: Way { ipv4: &[EPSV, PASV], ipv6: &[Step::epsv(&[])] },
        settings: &[
            Setting { text: "--disable-epsv", way: Way { ipv4: &[PASV], ipv6: &[] } },
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
        earlier: &[
            // "ftp: replace sscanf for PASV parsing"
            Earlier { before: "8.0.0", way: Way { ipv4: &[EPSV, SPACED_PASV], ipv6: &[Step::epsv(&[])] } },
            Earlier { before: "7.74.0", way: Way { ipv4: &[EPSV, OLD_PASV], ipv6: &[Step::epsv(&[])] } },
        ],
        tls: Tls {
            explicit: Some("--ssl-reqd"),
            implicit: Some("ftps://"),
            vouching: Vouching::Refuses("--insecure"),
            sessions: Sessions::Resumes,
            without_privacy: WithoutPrivacy::Fails,
            unasked: Unasked::Never,
            data: DataHandshake::AheadOfIt,
        },
        listing: Listing::List,
        manner: Manner::Plain,
    }),
};

const EPSV: Step = Step::epsv(&[
    Setback::Refused,
    Setback::RefusedForNow,
    Setback::OtherCode,
    Setback::ConnectRefused,
    Setback::ConnectSilent,
]);
const PASV: Step = Step::pasv(Dials::Peer, &[]).line(Lines::Last);
const SPACED_PASV: Step = PASV.reading(wire::six_numbers_spaced);
const OLD_PASV: Step = Step::pasv(Dials::Told, &[]).line(Lines::Last).reading(wire::six_numbers_spaced);
