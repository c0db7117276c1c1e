//! WS_FTP Professional; menus from its help.

use super::{Client, Recipe, UNKNOWN};

pub static CLIENT: Client = Client {
    id: "ws-ftp",
    name: "WS_FTP",
    aliases: &[],
    checked_with: "13.0, from Progress' documentation, 2026-11",
    recipe: Recipe {
        passive: Some(
            "Connect > Site Manager > the site > Edit > Advanced: Use passive mode for data connections. It is on unless switched off.",
        ),
        active: Some("Connect > Site Manager > the site > Edit > Advanced: Use passive mode for data connections off."),
        ..UNKNOWN
    },
    rules: None,
};
