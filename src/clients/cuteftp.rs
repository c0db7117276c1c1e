//! CuteFTP; menus from its help.

use super::{Client, Recipe, UNKNOWN};

pub static CLIENT: Client = Client {
    id: "cuteftp",
    name: "CuteFTP",
    checked_with: "9, from Globalscape's documentation, 2026-11",
    recipe: Recipe {
        passive: Some(
            "Tools > Global Options > Transfer > Data mode: PASV. With Auto it tries PASV first and PORT where that fails.",
        ),
        active: Some("Tools > Global Options > Transfer > Data mode: PORT."),
        active_ports: Some("Tools > Global Options > Transfer: Limit local port range, from {low} to {high}."),
        without_extended: Some("Tools > Global Options > Transfer > Data mode: PASV or PORT, and not EPSV or EPRT."),
        ..UNKNOWN
    },
    rules: None,
};
