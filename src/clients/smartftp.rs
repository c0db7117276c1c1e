//! SmartFTP; its boxes are named from memory: nothing public of its makers that shows them was found.

use super::{Client, Recipe, UNKNOWN};

pub static CLIENT: Client = Client {
    id: "smartftp",
    name: "SmartFTP",
    checked_with: "not checked: from memory, since no public documentation was found, 2026-11",
    recipe: Recipe {
        passive: Some(
            "The favourite's Properties > Connection > Mode: Passive. For all of them: Tools > Settings > Connection.",
        ),
        active: Some("The favourite's Properties > Connection > Mode: Active."),
        mind: Some(
            "This is from memory: no public document of its makers was found, so the names of boxes and menus may differ.",
        ),
        ..UNKNOWN
    },
    rules: None,
};
