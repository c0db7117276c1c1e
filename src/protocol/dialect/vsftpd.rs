//! vsftpd 3.0.3.

use super::{Dialect, InTransfer, Phrase, Says, address_after, no_address};

pub static DIALECT: Dialect = Dialect {
    id: "vsftpd",
    signs: &["vsftpd"],
    in_transfer: InTransfer::Kept,
    closes_foreign_data: false,
    phrases: &[
        // Also for a port below 1024, which ftpmode never names.
        Phrase { text: "illegal port command", says: Says::AddressRejected },
        Phrase { text: "illegal eprt command", says: Says::AddressRejected },
        Phrase { text: "security: bad ip connecting", says: Says::ForeignDataSource },
        Phrase { text: "failed to establish connection", says: Says::CallbackFailed },
        Phrase { text: "use port or pasv first", says: Says::NoDataConnection },
        Phrase { text: "there are too many connect", says: Says::TooManyConnections },
        // It found no free port in its range.
        Phrase { text: "oops: vsf_sysutil_bind", says: Says::PortsExhausted },
        // implicit_ssl=YES, and the client spoke in plain.
        Phrase { text: "ssl routines::wrong version number", says: Says::TlsRequired },
        Phrase { text: "500 oops", says: Says::Misconfigured },
        Phrase { text: "anonymous sessions must use encryption", says: Says::TlsRequired },
        Phrase { text: "anonymous sessions may not use encryption", says: Says::MethodDisabled },
        Phrase { text: "data connections must be encrypted", says: Says::ProtectionRequired },
        Phrase { text: "550 permission denied", says: Says::MethodDisabled },
        Phrase { text: "bad network protocol", says: Says::WrongFamily },
        // IPv6 in EPRT, over IPv4.
        Phrase { text: "bad eprt protocol", says: Says::WrongFamily },
    ],
    // "Connected to" names the client here and the server's own end in others: only vsftpd signs its STAT with its name.
    client_in_stat: |text| text.contains("vsFTPd").then(|| address_after(text, "Connected to "))?,
    addresses_in_refusal: no_address,
};
