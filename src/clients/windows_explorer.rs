//! Explorer of Windows, whose FTP is Internet Explorer's (WinINet).

use super::rules::{Dials, Listing, Manner, NO_TLS, Rules, Setting, Step, UNSURE, Way};
use super::{Client, Recipe, UNKNOWN, wire};

pub static CLIENT: Client = Client {
    id: "windows-explorer",
    name: "Windows Explorer",
    aliases: &["File Explorer"],
    checked_with: "Windows, from Microsoft's KB 323446, 2026-11",
    recipe: Recipe {
        passive: Some(
            "Control Panel > Internet Options > Advanced > Browsing: Use Passive FTP (for firewall and DSL modem compatibility).",
        ),
        active: Some("Control Panel > Internet Options > Advanced > Browsing: Use Passive FTP off."),
        mind: Some("Explorer keeps no log and can't do TLS: try `curl.exe -v ftp://{host}/` beside it."),
        ..UNKNOWN
    },
    rules: Some(Rules {
        used_as: "Windows Explorer with Use Passive FTP on",
        source: "Microsoft KB 323446; which address it dials is not documented",
        way: Way { ipv4: &[Step::pasv(Dials::Unsure, &[]).unsure_of_codes().reading(wire::anything)], ipv6: UNSURE },
        settings: &[Setting {
            text: "Internet Options > Advanced > Use Passive FTP off",
            way: Way { ipv4: &[Step::port(&[])], ipv6: &[] },
        }],
        earlier: &[],
        tls: NO_TLS,
        listing: Listing::List,
        manner: Manner::Plain,
    }),
};
