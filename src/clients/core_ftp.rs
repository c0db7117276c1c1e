//! Core FTP; its box is named from memory: nothing public of its makers that shows it was found.

use super::{Client, Recipe, UNKNOWN};

pub static CLIENT: Client = Client {
    id: "core-ftp",
    name: "Core FTP",
    aliases: &[],
    checked_with: "not checked: from memory, since no public documentation was found, 2026-11",
    recipe: Recipe {
        passive: Some("Site Manager > the site: the box PASV ticked."),
        active: Some("Site Manager > the site: the box PASV not ticked."),
        mind: Some(
            "This is from memory: no public document of its makers was found, so the names of boxes and menus may differ. In logs of 2007 it sends PASV first, and PORT where that is refused or not answered.",
        ),
        ..UNKNOWN
    },
    rules: None,
};
