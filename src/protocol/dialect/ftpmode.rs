//! `ftpmode serve`.

use super::{Dialect, Phrase, RefusedAddress, Says, address_after, no_client};

pub static DIALECT: Dialect = Dialect {
    id: "ftpmode",
    signs: &["ftpmode serve"],
    phrases: &[
        Phrase { text: "the address in it is not yours", says: Says::AddressRejected },
        Phrase { text: "data connection not opened: connection refused", says: Says::CallbackRefused },
        Phrase { text: "data connection not opened: timed out", says: Says::CallbackTimedOut },
        Phrase { text: "data connection not opened: unreachable", says: Says::CallbackUnreachable },
        Phrase { text: "data connection not opened: another address", says: Says::ForeignDataSource },
        Phrase { text: "data connection not opened", says: Says::CallbackFailed },
    ],
    // Its STAT says "Connected from", as ProFTPD's does.
    client_in_stat: no_client,
    addresses_in_refusal: |text| {
        if !text.contains("the address in it is not yours") {
            return RefusedAddress::default();
        }
        RefusedAddress { arrived: address_after(text, "it names "), client: address_after(text, "you are ") }
    },
};
