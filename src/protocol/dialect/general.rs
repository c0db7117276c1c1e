//! Phrases that many servers share. Asked last, so that a particular meaning wins.

use super::{Dialect, Phrase, Says, no_address, no_client};

pub static DIALECT: Dialect = Dialect {
    id: "",
    signs: &[],
    phrases: &[
        Phrase { text: "too many connections", says: Says::TooManyConnections },
        Phrase { text: "too many users", says: Says::TooManyConnections },
        Phrase { text: "connection limit", says: Says::TooManyConnections },
        Phrase { text: "must use encryption", says: Says::TlsRequired },
        Phrase { text: "use auth tls", says: Says::TlsRequired },
        Phrase { text: "tls required", says: Says::TlsRequired },
        Phrase { text: "tls is required", says: Says::TlsRequired },
        Phrase { text: "ssl is required", says: Says::TlsRequired },
        Phrase { text: "pret first", says: Says::PretRequired },
        Phrase { text: "issue pret", says: Says::PretRequired },
        Phrase { text: "use pret", says: Says::PretRequired },
        Phrase { text: "pret command first", says: Says::PretRequired },
        Phrase { text: "does not match control connection", says: Says::ForeignDataSource },
        Phrase { text: "home directory", says: Says::Misconfigured },
        Phrase { text: "cannot open passive connection", says: Says::PortsExhausted },
        Phrase { text: "no free port", says: Says::PortsExhausted },
        Phrase { text: "ports are busy", says: Says::PortsExhausted },
        Phrase { text: "address already in use", says: Says::PortsExhausted },
        Phrase { text: "connection refused", says: Says::CallbackRefused },
        Phrase { text: "connection timed out", says: Says::CallbackTimedOut },
        Phrase { text: "no route to host", says: Says::CallbackUnreachable },
        Phrase { text: "can't open data connection", says: Says::CallbackFailed },
        Phrase { text: "can't build data connection", says: Says::CallbackFailed },
        Phrase { text: "not understood", says: Says::NotImplemented },
        Phrase { text: "unknown command", says: Says::NotImplemented },
        Phrase { text: "not implemented", says: Says::NotImplemented },
        Phrase { text: "not supported", says: Says::NotImplemented },
    ],
    client_in_stat: no_client,
    addresses_in_refusal: no_address,
};
