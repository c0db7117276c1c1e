//! An endpoint in letters, which no FTP helper takes for one: what a firewall can't recognise it can't rewrite.
//!
//! `ftpmode serve` says in letters what PORT or EPRT named when it arrived, and `ftpmode check` compares that with what
//! it sent. Digits are a to j, a dot is k, a colon l, and the hexadecimal digits a to f are p to u.

use std::net::SocketAddr;

const DIGITS: &str = "0123456789.:abcdef[]";
const LETTERS: &str = "abcdefghijklpqrstuvw";

pub fn encode(endpoint: SocketAddr) -> String {
    let letter = |c: char| DIGITS.chars().zip(LETTERS.chars()).find(|(digit, _)| *digit == c).map(|(_, letter)| letter);
    endpoint.to_string().chars().filter_map(letter).collect()
}

/// `None` for what [`encode`] did not make.
pub fn decode(letters: &str) -> Option<SocketAddr> {
    let digit = |c: char| DIGITS.chars().zip(LETTERS.chars()).find(|(_, letter)| *letter == c).map(|(digit, _)| digit);
    letters.chars().map(digit).collect::<Option<String>>()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_read_back_and_hold_no_digit() {
        for text in ["203.0.113.2:50021", "[2001:db8:abcd::ef]:65535"] {
            let endpoint: SocketAddr = text.parse().expect("an endpoint");
            let letters = encode(endpoint);
            assert!(letters.chars().all(|c| c.is_ascii_lowercase()), "{letters}");
            assert_eq!(decode(&letters), Some(endpoint));
        }
        for odd in ["", "zzz", "abc", "1.2.3.4:5"] {
            assert_eq!(decode(odd), None, "{odd}");
        }
    }
}
