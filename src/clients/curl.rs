//! curl; options from its manual page.

use super::{Client, Recipe, UNKNOWN};

pub static CLIENT: Client = Client {
    id: "curl",
    name: "curl",
    checked_with: "7.88.1 (Debian 12), run in the lab, 2026-11",
    recipe: Recipe {
        passive: Some(
            "Passive mode is what curl does by itself: `curl ftp://{host}/`. (--ftp-pasv takes back an earlier --ftp-port.)",
        ),
        active: Some("`curl --ftp-port - ftp://{host}/`: the minus sign stands for this computer's own address."),
        ..UNKNOWN
    },
    forecast: None,
};
