//! `ftpmode serve`.

use super::{Server, Settings, UNKNOWN};

pub static SERVER: Server = Server {
    id: "ftpmode",
    name: "ftpmode serve",
    checked_with: env!("CARGO_PKG_VERSION"),
    settings: Settings {
        passive_range: Some("the option --passive-ports 40000-40100"),
        external_address: Some("the option --advertise {address}"),
        ..UNKNOWN
    },
};
