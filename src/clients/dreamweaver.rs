//! Dreamweaver; its box is named from memory: nothing public of its makers that shows it was found.

use super::{Client, Recipe, UNKNOWN};

pub static CLIENT: Client = Client {
    id: "dreamweaver",
    name: "Dreamweaver",
    aliases: &[],
    checked_with: "not checked: from memory, since no public documentation was found, 2026-11",
    recipe: Recipe {
        passive: Some("Site > Manage Sites > the site > Servers > the server > More Options: Use Passive FTP ticked."),
        active: Some(
            "Site > Manage Sites > the site > Servers > the server > More Options: Use Passive FTP not ticked.",
        ),
        mind: Some(
            "This is from memory: no public document of its makers was found, so the names of boxes and menus may differ. In a site file (.ste) it is the attribute `usepasv`.",
        ),
        ..UNKNOWN
    },
    rules: None,
};
