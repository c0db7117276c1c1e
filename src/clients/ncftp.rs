//! NcFTP; options from its manual pages, rules from `libncftp/ftp.c`.

use super::rules::{Dials, Listing, NO_TLS, REFUSED_OR_CLOSED, Rules, Setting, Step, Way};
use super::{Client, UNKNOWN, wire};

pub static CLIENT: Client = Client {
    id: "ncftp",
    name: "NcFTP",
    checked_with: "3.2.6 (Debian 12), run in the lab, 2026-11",
    recipe: UNKNOWN,
    rules: Some(Rules {
        used_as: "ncftpls ftp://{host}/",
        source: "NcFTP 3.2.6, libncftp/ftp.c; a 227 that it can't read has it dial the control port",
        way: Way {
            ipv4: &[
                Step::pasv(Dials::Mended(wire::ncftp_mends), REFUSED_OR_CLOSED).reading(wire::six_from_first_digit),
                Step::port(&[]),
            ],
            ipv6: &[],
        },
        settings: &[Setting { text: "ncftpls -E", way: Way { ipv4: &[Step::port(&[])], ipv6: &[] } }],
        earlier: None,
        tls: NO_TLS,
        listing: Listing::List,
    }),
};
