//! `ftpmode serve`.

use crate::protocol::letters;

use super::{Dialect, InTransfer, Phrase, RefusedAddress, Says, address_after, no_client};

pub static DIALECT: Dialect = Dialect {
    id: "ftpmode",
    signs: &["ftpmode serve"],
    in_transfer: InTransfer::Kept,
    closes_foreign_data: false,
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
        // In letters it says the same when it agrees.
        let in_letters = text.split_once("In letters: ").and_then(|(_, rest)| {
            let word: String = rest.chars().take_while(char::is_ascii_lowercase).collect();
            letters::decode(&word)
        });
        let port = in_letters.map(|endpoint| endpoint.port());
        let arrived = in_letters.map(|endpoint| endpoint.ip().to_canonical());
        if !text.contains("the address in it is not yours") {
            let source = address_after(text, "another address, ");
            return RefusedAddress { arrived, port, client: None, source };
        }
        let arrived = arrived.or_else(|| address_after(text, "it names "));
        RefusedAddress { arrived, port, client: address_after(text, "you are "), source: None }
    },
};

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, SocketAddr};

    use super::super::{Reply, addresses_in_refusal, client_in_stat, says};
    use super::*;

    fn reply(text: &str) -> Reply {
        Reply::from_text(text).expect("a reply")
    }

    #[test]
    fn a_refused_port_names_what_arrived_and_who_the_client_is() {
        for (arrived, client) in [("192.168.1.10", "203.0.113.2"), ("2001:db8::10", "2001:db8::2")] {
            let refused = reply(&format!(
                "501 PORT refused: it names {arrived} (you are {client}); the address in it is not yours."
            ));
            assert_eq!(says(&refused), Some(Says::AddressRejected));
            let named = addresses_in_refusal(&refused);
            assert_eq!((named.arrived, named.client), (arrived.parse().ok(), client.parse().ok()));
        }
    }

    #[test]
    fn what_arrived_counts_in_letters_too() {
        let endpoint: SocketAddr = "203.0.113.2:50021".parse().expect("an endpoint");
        let agreed = reply(&format!("200 PORT accepted. In letters: {}.", letters::encode(endpoint)));
        let named = addresses_in_refusal(&agreed);
        assert_eq!((named.arrived, named.port), (Some(endpoint.ip()), Some(endpoint.port())));
        assert_eq!(addresses_in_refusal(&reply("200 PORT accepted. In letters: zz.")).arrived, None);
    }

    #[test]
    fn why_there_is_no_data_connection_is_understood() {
        for (why, says_what) in [
            ("connection refused (ECONNREFUSED)", Says::CallbackRefused),
            ("timed out (ETIMEDOUT)", Says::CallbackTimedOut),
            ("unreachable (EHOSTUNREACH)", Says::CallbackUnreachable),
            ("another address, 203.0.113.2, connected", Says::ForeignDataSource),
            ("operation not permitted", Says::CallbackFailed),
        ] {
            assert_eq!(says(&reply(&format!("425 Data connection not opened: {why}."))), Some(says_what), "{why}");
        }
    }

    #[test]
    fn its_stat_names_the_client() {
        for client in ["203.0.113.2", "2001:db8::2"] {
            let status = format!("211-ftpmode 1\n Connected from {client}\n Server's own end 198.18.0.20:21\n211 End");
            assert_eq!(client_in_stat(&reply(&status)), client.parse::<IpAddr>().ok());
        }
    }
}
