//! ProFTPD 1.3.8. Its 425 carries the server's own errno, in words.

use super::{Dialect, InTransfer, Phrase, Says, address_after, no_address};

pub static DIALECT: Dialect = Dialect {
    id: "proftpd",
    signs: &["proftpd"],
    in_transfer: InTransfer::RefusedLate,
    closes_foreign_data: false,
    phrases: &[
        Phrase { text: "unable to build data connection: connection refused", says: Says::CallbackRefused },
        Phrase { text: "unable to build data connection: connection timed out", says: Says::CallbackTimedOut },
        Phrase { text: "unable to build data connection: no route to host", says: Says::CallbackUnreachable },
        Phrase { text: "unable to build data connection: network is unreachable", says: Says::CallbackUnreachable },
        // mod_tls, where the data connection did not resume the control connection's session.
        Phrase { text: "unable to build data connection: operation not permitted", says: Says::SessionReuseRequired },
        Phrase { text: "maximum number of clients", says: Says::TooManyConnections },
        Phrase { text: "the maximum number of", says: Says::TooManyConnections },
        Phrase { text: "unable to set anonymous privileges", says: Says::Misconfigured },
        Phrase { text: "ssl/tls required on the control channel", says: Says::TlsRequired },
        Phrase { text: "ssl/tls required on the data channel", says: Says::ProtectionRequired },
        Phrase { text: "network protocol not supported", says: Says::WrongFamily },
    ],
    client_in_stat: |text| {
        // "Connected from name (address)"; the name may be an address too.
        let line = text.lines().find(|line| line.contains("Connected from "))?;
        address_after(line, "(").or_else(|| address_after(line, "Connected from "))
    },
    addresses_in_refusal: no_address,
};
