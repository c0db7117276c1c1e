//! FileZilla Server 1.x (from its source; not run here).

use super::{Dialect, InTransfer, Phrase, Says, no_address, no_client};

pub static DIALECT: Dialect = Dialect {
    id: "filezilla-server",
    signs: &["filezilla server"],
    in_transfer: InTransfer::Obeyed,
    closes_foreign_data: false,
    phrases: &[
        Phrase { text: "unable to build data connection: econnrefused", says: Says::CallbackRefused },
        Phrase { text: "unable to build data connection: etimedout", says: Says::CallbackTimedOut },
        Phrase { text: "unable to build data connection: ehostunreach", says: Says::CallbackUnreachable },
        // The data connection's peer is not the control connection's.
        Phrase { text: "unable to build data connection: einval", says: Says::ForeignDataSource },
        Phrase { text: "use auth first", says: Says::TlsRequired },
        Phrase { text: "does not allow plain ftp", says: Says::TlsRequired },
        Phrase { text: "prot c is not allowed", says: Says::ProtectionRequired },
        Phrase { text: "pasv is only for ipv4", says: Says::WrongFamily },
    ],
    client_in_stat: no_client,
    addresses_in_refusal: no_address,
};
