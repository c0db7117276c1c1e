//! The mark that a listing of `ftpmode serve` carries: a word that is never used again, and the client's end of the data
//! connection in letters. Its 150 says it beforehand, so that the client knows what the data must hold, whoever stands
//! between.

use std::net::SocketAddr;

use super::letters;
use super::reply::Reply;

/// What goes before it in the 150.
const LEAD: &str = "marked ";

/// The mark of one transfer to `client`. `once` is a number that is not used again.
pub fn of(once: u64, client: SocketAddr) -> String {
    let nibble = |at: u32| char::from(b"abcdefghijklmnop"[(once >> (4 * at) & 15) as usize]);
    let word: String = (0..16).map(nibble).collect();
    format!("{word}_{}", letters::encode(client))
}

/// The words for the 150.
pub fn announcement(mark: &str) -> String {
    format!("{LEAD}{mark}")
}

/// The mark that a 150 announces.
pub fn announced(reply: &Reply) -> Option<String> {
    if !reply.is_preliminary() {
        return None;
    }
    let (_, rest) = reply.text.split_once(LEAD)?;
    let mark: String = rest.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect();
    mark.contains('_').then_some(mark)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_that_is_announced_is_read_back() {
        let client: SocketAddr = "203.0.113.2:50021".parse().expect("an endpoint");
        let mark = of(0xfedc_ba98_7654_3210, client);
        assert!(mark.starts_with("abcdefghijklmnop_"), "{mark}");
        let reply = |text: &str| Reply::from_text(text).expect("a reply");
        let said = reply(&format!("150 Data connection open (5 bytes, {}).", announcement(&mark)));
        assert_eq!(announced(&said), Some(mark));
        for other in ["150 Here comes the directory listing.", "226 marked abc_def", "150 marked by nobody"] {
            assert_eq!(announced(&reply(other)), None, "{other}");
        }
    }
}
