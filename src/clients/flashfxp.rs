//! FlashFXP; its boxes are named from memory: nothing public of its makers that shows them was found.

use super::{Client, Recipe, UNKNOWN};

pub static CLIENT: Client = Client {
    id: "flashfxp",
    name: "FlashFXP",
    aliases: &[],
    checked_with: "not checked: from memory, since no public documentation was found, 2026-11",
    recipe: Recipe {
        passive: Some(
            "Sites > Site Manager > the site > Options: passive mode on. For all sites: Options > Preferences > Connection.",
        ),
        active: Some("Sites > Site Manager > the site > Options: passive mode off."),
        mind: Some(
            "This is from memory: no public document of its makers was found, so the names of boxes and menus may differ. In logs of 2006 to 2013 it sends PASV also where the server offers EPSV.",
        ),
        ..UNKNOWN
    },
    rules: None,
};
