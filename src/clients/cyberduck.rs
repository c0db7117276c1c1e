//! Cyberduck; rules from `DataConnectionActionExecutor.java`, `FTPSession.java` and Apache Commons Net, which it is built on.

use super::rules::{Dials, Lines, Listing, Manner, NO_TLS, Rules, Setting, Step, Tls, Vouching, Way};
use super::{Client, Recipe, UNKNOWN};

pub static CLIENT: Client = Client {
    id: "cyberduck",
    name: "Cyberduck",
    aliases: &[],
    checked_with: "from its source on GitHub, 2026-11",
    recipe: Recipe {
        passive: Some(
            "Passive mode is what Cyberduck does by itself. For one bookmark: Edit Bookmark > Connect Mode: Passive.",
        ),
        active: Some("Edit Bookmark > Connect Mode: Active."),
        without_extended: Some("Over IPv4 Cyberduck uses neither EPSV nor EPRT."),
        tls: Some("Open Connection or Edit Bookmark: FTP-SSL (Explicit AUTH TLS)."),
        log: Some("View > Toggle Log Drawer shows the dialogue, to be copied."),
        ..UNKNOWN
    },
    rules: Some(Rules {
        used_as: "Cyberduck, with its settings as installed",
        source: "Cyberduck, FTPSession.java and DefaultPreferences (ftp.connectmode.fallback is false), with Apache Commons Net's FTPClient.java",
        way: Way { ipv4: &[Step::pasv(Dials::Unsure, &[]).line(Lines::First)], ipv6: &[Step::epsv(&[])] },
        settings: &[Setting {
            text: "Edit Bookmark > Connect Mode: Active",
            way: Way { ipv4: &[Step::port(&[])], ipv6: &[Step::eprt(&[])] },
        }],
        earlier: &[],
        tls: Tls { explicit: Some("FTP-SSL (Explicit AUTH TLS)"), vouching: Vouching::Asks, ..NO_TLS },
        listing: Listing::Machine,
        manner: Manner::Plain,
    }),
};
