//! pyftpdlib 1.5.7. It dials an active client in answer to PORT itself, before any transfer command.

use std::net::IpAddr;

use super::{Dialect, InTransfer, Phrase, RefusedAddress, Says, no_client};

pub static DIALECT: Dialect = Dialect {
    id: "pyftpdlib",
    signs: &["pyftpdlib"],
    in_transfer: InTransfer::Obeyed,
    closes_foreign_data: false,
    phrases: &[
        Phrase { text: "rejected data connection to foreign address", says: Says::AddressRejected },
        Phrase { text: "rejected data connection from foreign address", says: Says::ForeignDataSource },
        Phrase { text: "can't connect to specified address", says: Says::CallbackRefused },
        Phrase { text: "control connection timed out", says: Says::IdleTimeout },
        Phrase { text: "active data channel timed out", says: Says::CallbackTimedOut },
        Phrase { text: "maximum number of connections", says: Says::TooManyConnections },
        Phrase { text: "too many connections", says: Says::TooManyConnections },
        Phrase { text: "passive data channel timed out", says: Says::NoDataConnection },
        Phrase { text: "ssl/tls required", says: Says::TlsRequired },
    ],
    client_in_stat: no_client,
    addresses_in_refusal: |text| RefusedAddress {
        arrived: host_after(text, "to foreign address "),
        source: host_after(text, "from foreign address "),
        ..RefusedAddress::default()
    },
};

/// The address that follows `lead`, with a port behind its last colon whatever its family.
fn host_after(text: &str, lead: &str) -> Option<IpAddr> {
    let (_, rest) = text.split_once(lead)?;
    let (host, _) = rest.split_whitespace().next()?.rsplit_once(':')?;
    host.parse().ok().map(|ip: IpAddr| ip.to_canonical())
}
