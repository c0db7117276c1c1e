//! ftp.exe of Windows, which knows PORT and nothing else.

use super::rules::{Listing, Manner, NO_TLS, Rules, Step, UNSURE, Way};
use super::{Client, Recipe, UNKNOWN};

pub static CLIENT: Client = Client {
    id: "windows-ftp",
    name: "Windows ftp.exe",
    aliases: &["ftp.exe", "Windows ftp"],
    checked_with: "Windows 7 to 11, from reports on GitHub (fineftp-server 61, mooftpserv 2), 2026-11",
    recipe: Recipe {
        active: Some("Active mode is all that ftp.exe can do: `ftp {host}`."),
        log: Some("`ftp -d {host}` shows the commands beside the replies, to be copied."),
        mind: Some(
            "It has no passive mode: `quote PASV` only changes what the server expects, and breaks the next transfer. It can't do TLS. Where active mode fails, use `curl.exe`, which comes with Windows 10 and later and uses passive mode.",
        ),
        ..UNKNOWN
    },
    rules: Some(Rules {
        used_as: "ftp {host}",
        source: "Reports on GitHub (fineftp-server issue 61, mooftpserv issue 2): ftp.exe sends PORT and has no passive mode",
        way: Way { ipv4: &[Step::port(&[])], ipv6: UNSURE },
        settings: &[],
        earlier: &[],
        tls: NO_TLS,
        listing: Listing::List,
        manner: Manner::Plain,
    }),
};
