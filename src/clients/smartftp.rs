//! SmartFTP; nothing public of its makers that names its menus was found.

use super::{Client, Recipe, UNKNOWN};

pub static CLIENT: Client = Client {
    id: "smartftp",
    name: "SmartFTP",
    checked_with: "not checked: no public documentation was found, 2026-11",
    recipe: Recipe {
        mind: Some(
            "No public document of its makers that names the menu was found. Look in the settings of the site or the connection for a box that names passive mode or PASV.",
        ),
        ..UNKNOWN
    },
    rules: None,
};
