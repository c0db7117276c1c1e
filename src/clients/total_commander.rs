//! Total Commander; its box is named from memory: nothing public of its makers that shows it was found.

use super::{Client, Recipe, UNKNOWN};

pub static CLIENT: Client = Client {
    id: "total-commander",
    name: "Total Commander",
    aliases: &[],
    checked_with: "not checked: from memory, since no public documentation was found, 2026-11",
    recipe: Recipe {
        passive: Some(
            "Net > FTP Connect > Edit: the box for passive mode ticked (\"Use passive mode for transfers (like a WWW browser)\").",
        ),
        active: Some(
            "Net > FTP Connect > Edit: the box for passive mode not ticked. In wcx_ftp.ini, under the connection's name: `pasvmode=0` (`pasvmode=1` for passive).",
        ),
        mind: Some(
            "This is from memory: no public document of its makers was found, so the names of boxes and menus may differ. The line in wcx_ftp.ini is as other programs write it.",
        ),
        ..UNKNOWN
    },
    rules: None,
};
