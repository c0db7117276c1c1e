//! SmartFTP; its boxes are named from memory: nothing public of its makers that shows them was found.

use super::{Client, Recipe, UNKNOWN};

pub static CLIENT: Client = Client {
    id: "smartftp",
    name: "SmartFTP",
    aliases: &[],
    checked_with: "not checked: from memory, since no public documentation was found, 2026-11",
    recipe: Recipe {
        passive: Some(
            "The favourite's Properties > Connection > Mode: Passive Mode (PASV). For all of them: Tools > Settings > Connection.",
        ),
        active: Some("The favourite's Properties > Connection > Mode: Active Mode (PORT)."),
        mind: Some(
            "This is from memory: no public document of its makers was found, so the names of boxes and menus may differ. The names of the modes are those of its own log, which in 2007 also showed that it goes over to PORT where PASV fails.",
        ),
        ..UNKNOWN
    },
    rules: None,
};
