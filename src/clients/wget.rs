//! GNU Wget; options from its manual, rules from `src/ftp.c` and `src/ftp-basic.c`.

use super::rules::{
    DataHandshake, Dials, Lines, Listing, Manner, Rules, Sessions, Setting, Step, Tls, Unasked, Vouching, Way,
    WithoutPrivacy,
};
use super::{Client, Recipe, UNKNOWN, wire};

pub static CLIENT: Client = Client {
    id: "wget",
    name: "Wget",
    aliases: &[],
    checked_with: "1.21.3 (Debian 12), run against the diagnosis server, 2026-11",
    recipe: Recipe {
        passive: Some("Passive mode is what Wget does by itself: `wget ftp://{host}/`."),
        active: Some("`wget --no-passive-ftp ftp://{host}/`."),
        tls: Some(
            "`wget ftps://{host}/` for AUTH TLS, with --ftps-implicit for implicit TLS. A certificate that nobody vouches for is named with --ca-certificate=FILE; --no-check-certificate takes any.",
        ),
        log: Some("`wget -d -o wget.log ftp://{host}/`."),
        mind: Some(
            "Wget dials the address in 227 whatever it is, and never goes on from passive to active mode. Over IPv4 it does not use EPSV.",
        ),
        ..UNKNOWN
    },
    rules: Some(Rules {
        used_as: "wget ftp://{host}/",
        source: "Wget 1.21.3, src/ftp.c, which says why it does not go on from PASV to PORT, and src/ftp-basic.c",
        way: Way { ipv4: &[PASV], ipv6: &[Step::epsv(&[]).any_code()] },
        settings: &[Setting {
            text: "--no-passive-ftp",
            way: Way { ipv4: &[Step::port(&[])], ipv6: &[Step::eprt(&[])] },
        }],
        earlier: &[],
        tls: Tls {
            explicit: Some("ftps://"),
            implicit: Some("ftps:// and --ftps-implicit"),
            vouching: Vouching::Refuses("--no-check-certificate"),
            sessions: Sessions::Resumes,
            without_privacy: WithoutPrivacy::Fails,
            unasked: Unasked::Never,
            data: DataHandshake::WithTheTransfer,
        },
        listing: Listing::List,
        manner: Manner::Plain,
    }),
};

/// It looks at the first digit of the code alone.
const PASV: Step = Step::pasv(Dials::Told, &[]).any_code().line(Lines::Last).reading(wire::six_from_first_digit);
