//! NcFTP; options from its manual pages, rules from `libncftp/ftp.c`.

use super::rules::{Dials, Lines, Listing, Manner, NO_TLS, REFUSED_OR_CLOSED, Rules, Setting, Step, Way};
use super::{Client, Recipe, UNKNOWN, wire};

pub static CLIENT: Client = Client {
    id: "ncftp",
    name: "NcFTP",
    aliases: &[],
    checked_with: "3.2.6 (Debian 12), run against the diagnosis server, 2026-11",
    recipe: Recipe {
        passive: Some(
            "Passive mode comes first by itself, and active mode where the server refuses PASV. `ncftpls -F ftp://{host}/` (ncftpget, ncftpput alike) uses passive mode only; in ncftp: `set passive on`.",
        ),
        active: Some("`ncftpls -E ftp://{host}/` (ncftpget, ncftpput alike); in ncftp: `set passive off`."),
        control_peer: Some(
            "NcFTP does so by itself where the address in 227 is a private one of another network than the server's.",
        ),
        without_extended: Some("NcFTP knows neither EPSV nor EPRT."),
        log: Some("`ncftpls -d stdout ftp://{host}/`; ncftpget and ncftpput take -d alike."),
        mind: Some(
            "NcFTP can do neither TLS nor IPv6. Where FEAT lists PASV and the passive port does not answer, it hangs instead of going on to active mode: -E.",
        ),
        ..UNKNOWN
    },
    rules: Some(Rules {
        used_as: "ncftpls ftp://{host}/",
        source: "NcFTP 3.2.6, libncftp/ftp.c; a 227 that it can't read has it dial the control port, and where FEAT lists PASV it goes on to LIST without a data connection when its dials fail",
        way: Way { ipv4: &[PASV, Step::port(&[])], ipv6: &[] },
        settings: &[Setting { text: "ncftpls -E", way: Way { ipv4: &[Step::port(&[])], ipv6: &[] } }],
        earlier: &[],
        tls: NO_TLS,
        listing: Listing::List,
        manner: Manner::StaysWherePasvIsListed,
    }),
};

/// It looks at the first digit of the code, and at the first line of the reply.
const PASV: Step = Step::pasv(Dials::Mended(wire::ncftp_mends), REFUSED_OR_CLOSED)
    .any_code()
    .line(Lines::First)
    .reading(wire::six_spaced_from_first_digit);
