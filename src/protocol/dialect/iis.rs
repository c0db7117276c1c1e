//! Microsoft IIS FTP (from documentation; not run here).

use super::{Dialect, InTransfer, Phrase, Says, no_address, no_client};

pub static DIALECT: Dialect = Dialect {
    id: "iis",
    signs: &["microsoft ftp service"],
    in_transfer: InTransfer::Obeyed,
    closes_foreign_data: false,
    phrases: &[
        Phrase { text: "cannot open data connection", says: Says::CallbackFailed },
        Phrase { text: "policy requires ssl", says: Says::TlsRequired },
        Phrase { text: "maximum session limit", says: Says::TooManyConnections },
    ],
    client_in_stat: no_client,
    addresses_in_refusal: no_address,
};
