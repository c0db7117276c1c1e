//! Transmit; menus from its help.

use super::{Client, Recipe, UNKNOWN};

pub static CLIENT: Client = Client {
    id: "transmit",
    name: "Transmit",
    aliases: &[],
    checked_with: "5, from Panic's documentation, 2026-11",
    recipe: Recipe {
        passive: Some(
            "Transmit > Settings > Transfers: Use passive (PASV) mode for transfers. For one favourite: edit it, Use passive mode. It is on unless switched off.",
        ),
        active: Some(
            "Transmit > Settings > Transfers: Use passive (PASV) mode for transfers off. For one favourite: edit it, Use passive mode off.",
        ),
        ..UNKNOWN
    },
    rules: None,
};
