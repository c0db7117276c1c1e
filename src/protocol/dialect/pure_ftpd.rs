//! Pure-FTPd 1.0.50.

use super::{Dialect, InTransfer, Phrase, RefusedAddress, Says, address_after, no_client};

pub static DIALECT: Dialect = Dialect {
    id: "pure-ftpd",
    signs: &["pure-ftpd", "pureftpd.org"],
    in_transfer: InTransfer::Kept,
    closes_foreign_data: true,
    phrases: &[
        Phrase { text: "i won't open a connection to", says: Says::AddressRejected },
        Phrase { text: "active mode is disabled", says: Says::MethodDisabled },
        Phrase { text: "all reserved tcp ports are busy", says: Says::PortsExhausted },
        Phrase { text: "you cannot use pasv on ipv6", says: Says::WrongFamily },
        Phrase { text: "only ipv4 is supported", says: Says::WrongFamily },
        Phrase { text: "data connection cannot be opened with this prot setting", says: Says::ProtectionRequired },
        Phrase { text: "sorry, cleartext sessions", says: Says::TlsRequired },
        Phrase { text: "421 can't change directory to", says: Says::Misconfigured },
        Phrase { text: "timeout - try typing a little faster next time", says: Says::IdleTimeout },
        Phrase { text: "too many connections", says: Says::TooManyConnections },
        Phrase { text: "users (the maximum) are already logged in", says: Says::TooManyConnections },
        Phrase { text: "sorry, we were unable to read", says: Says::ListingRefused },
        Phrase { text: "no data connection", says: Says::NoDataConnection },
        Phrase { text: "could not connect to port", says: Says::CallbackFailed },
    ],
    client_in_stat: no_client,
    addresses_in_refusal: |text| {
        if !text.contains("I won't open a connection to") {
            return RefusedAddress::default();
        }
        let (arrived, client) = (address_after(text, "connection to "), address_after(text, "(only to "));
        RefusedAddress { arrived, client, ..RefusedAddress::default() }
    },
};
