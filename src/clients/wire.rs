//! Which texts of 227 and 229 clients can read, and which addresses they put right. Texts stand behind the code.

use std::net::{IpAddr, Ipv4Addr};

/// Six numbers with commas between and no blanks, wherever they stand.
pub fn six_numbers(text: &str) -> bool {
    let starts = text.char_indices().filter(|(_, c)| c.is_ascii_digit()).map(|(at, _)| at);
    starts.into_iter().any(|at| begins_with_six(&text[at..]))
}

/// The same, with blanks allowed behind the commas, as C's sscanf takes them.
pub fn six_numbers_spaced(text: &str) -> bool {
    six_numbers(&without_blanks(text))
}

/// Six numbers from the first digit on, with blanks allowed behind the commas.
pub fn six_spaced_from_first_digit(text: &str) -> bool {
    six_from_first_digit(&without_blanks(text))
}

/// Blanks behind commas taken away.
fn without_blanks(text: &str) -> String {
    let mut kept = String::new();
    for c in text.chars() {
        if !(c == ' ' && kept.ends_with(',')) {
            kept.push(c);
        }
    }
    kept
}

/// Six numbers from the first digit on: a number before them is taken for the address.
pub fn six_from_first_digit(text: &str) -> bool {
    text.find(|c: char| c.is_ascii_digit()).is_some_and(|at| begins_with_six(&text[at..]))
}

/// Six numbers behind a blank or a parenthesis, and before one or the end.
pub fn six_set_off(text: &str) -> bool {
    let mut words = text.split([' ', '(', ')']);
    words.any(|word| {
        begins_with_six(word) && word.split(',').count() == 6 && word.ends_with(|c: char| c.is_ascii_digit())
    })
}

/// Six numbers and nothing else between the first parenthesis and the last one.
pub fn six_enclosed(text: &str) -> bool {
    let inside = text.split_once('(').and_then(|(_, rest)| rest.rsplit_once(')'));
    inside.is_some_and(|(inside, _)| {
        let mut numbers = inside.split(',');
        numbers.clone().count() == 6 && numbers.all(|number| number.parse::<u16>().is_ok())
    })
}

/// A port between four equal delimiters, directly behind a parenthesis: `(|||50000|`.
pub fn bracketed_229(text: &str) -> bool {
    text.find('(').is_some_and(|at| delimited(&text[at + 1..]))
}

/// `(|||50000|)` and no other delimiter.
pub fn barred_229(text: &str) -> bool {
    let inside = || text.split_once("(|||")?.1.split_once("|)");
    inside().is_some_and(|(port, _)| port.parse::<u16>().is_ok_and(|port| port != 0))
}

/// Whatever comes.
pub fn anything(_: &str) -> bool {
    true
}

fn begins_with_six(text: &str) -> bool {
    let mut numbers = text.splitn(6, ',');
    let whole = |number: &str| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    let first_five = numbers.by_ref().take(5).filter(|number| whole(number)).count() == 5;
    first_five && numbers.next().is_some_and(|last| last.starts_with(|c: char| c.is_ascii_digit()))
}

fn delimited(text: &str) -> bool {
    let Some(delimiter) = text.chars().next() else { return false };
    let fields: Vec<&str> = text.split(delimiter).collect();
    fields.len() >= 5 && fields[1].is_empty() && fields[2].is_empty() && fields[3].parse::<u16>().is_ok()
}

/// lftp 4.9 (`network.cc`): reserved and multicast addresses are nobody's; else one of the two is private or loopback,
/// and the other is not.
pub fn lftp_mends(told: IpAddr, peer: IpAddr) -> bool {
    let (IpAddr::V4(told), IpAddr::V4(peer)) = (told, peer) else { return false };
    let nobodys =
        told.octets()[0] == 0 || told.octets()[0] >= 224 || (told.is_loopback() && told != Ipv4Addr::LOCALHOST);
    nobodys || home(told) != home(peer) || told.is_loopback() != peer.is_loopback()
}

/// RFC 1918 and self-assigned addresses.
fn home(address: Ipv4Addr) -> bool {
    address.is_private() || address.is_link_local()
}

/// Private by the three ranges of RFC 1918, where the peer lies in another: `192.168.`, `10.` and each `172.16.` to
/// `172.31.` count as one network (libncftp 3.2.6, `ftp.c`).
pub fn ncftp_mends(told: IpAddr, peer: IpAddr) -> bool {
    let (IpAddr::V4(told), IpAddr::V4(peer)) = (told, peer) else { return false };
    let network = |address: Ipv4Addr| match address.octets() {
        [10, ..] => Some((10, 0)),
        [192, 168, ..] => Some((192, 168)),
        [172, b @ 16..=31, ..] => Some((172, b)),
        _ => None,
    };
    told != peer && network(told).is_some() && network(told) != network(peer)
}

/// Go's `ftp` package (`ftp.go`): multicast, or one of the two is private or loopback and the other is not.
pub fn go_mends(told: IpAddr, peer: IpAddr) -> bool {
    let (IpAddr::V4(told), IpAddr::V4(peer)) = (told, peer) else { return false };
    told.is_multicast() || told.is_private() != peer.is_private() || told.is_loopback() != peer.is_loopback()
}

/// Not to be routed on the Internet, where the peer is (libfilezilla, `iputils.cpp`).
pub fn unroutable_from_routable(told: IpAddr, peer: IpAddr) -> bool {
    let (IpAddr::V4(told), IpAddr::V4(peer)) = (told, peer) else { return false };
    !routable(told) && routable(peer)
}

fn routable(address: Ipv4Addr) -> bool {
    !(address.is_private() || address.is_loopback() || address.is_link_local())
}

/// A port between four equal delimiters, behind a parenthesis or from the beginning.
pub fn any_229(text: &str) -> bool {
    bracketed_229(text) || delimited(text)
}

/// A port between bars or exclamation marks, wherever it stands.
pub fn loose_229(text: &str) -> bool {
    text.contains("|||") || text.contains("!!!")
}

/// basic-ftp before 6.0 (`transfer.ts`): a private address, or 127.0.0.1, where the peer's is neither.
pub fn basic_ftp_mends(told: IpAddr, peer: IpAddr) -> bool {
    let (IpAddr::V4(told), IpAddr::V4(peer)) = (told, peer) else { return false };
    let near = |address: Ipv4Addr| address.is_private() || address == Ipv4Addr::LOCALHOST;
    near(told) && !near(peer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reader_takes_the_forms_that_its_clients_take() {
        let usual = "Entering Passive Mode (198,18,0,20,156,74).";
        let bare = "=198,18,0,20,156,74";
        let spoken = "Mode 2 (198,18,0,20,156,74)";
        let blank = "Entering Passive Mode (198, 18, 0, 20, 156, 74)";
        for (text, anywhere, first_digit, set_off, enclosed) in [
            (usual, true, true, true, true),
            (bare, true, true, false, false),
            (spoken, true, false, true, true),
            (blank, false, false, false, false),
            ("Entering Passive Mode.", false, false, false, false),
        ] {
            assert_eq!(six_numbers(text), anywhere, "{text}");
            assert_eq!(six_from_first_digit(text), first_digit, "{text}");
            assert_eq!(six_set_off(text), set_off, "{text}");
            assert_eq!(six_enclosed(text), enclosed, "{text}");
        }
        for (text, behind) in
            [(blank, true), (usual, true), ("(198 ,18 ,0 ,20 ,156 ,74)", false), ("(198,18,0,20,156,74 )", true)]
        {
            assert_eq!(six_numbers_spaced(text), behind, "{text}");
            assert_eq!(six_spaced_from_first_digit(text), behind, "{text}");
        }
        assert!(!six_enclosed("(198,18,0,20,156,74 )"), "nothing else stands between");
    }

    #[test]
    fn each_229_reader_takes_the_forms_that_its_clients_take() {
        for (text, bracketed, barred, any, loose) in [
            ("Entering Extended Passive Mode (|||40010|)", true, true, true, true),
            ("ok (!!!40010!)", true, false, true, true),
            ("|||40010|", false, false, true, true),
            ("(|1|10.0.0.20|40010|)", false, false, false, false),
            ("Entering Extended Passive Mode.", false, false, false, false),
        ] {
            assert_eq!(bracketed_229(text), bracketed, "{text}");
            assert_eq!(barred_229(text), barred, "{text}");
            assert_eq!(any_229(text), any, "{text}");
            assert_eq!(loose_229(text), loose, "{text}");
        }
    }

    #[test]
    fn each_client_mends_what_it_takes_for_wrong() {
        let address = |text: &str| text.parse::<IpAddr>().expect("an address");
        for (told, peer, lftp, ncftp, routable, go, basic_ftp) in [
            ("10.0.0.20", "198.18.0.20", true, true, true, true, true),
            ("10.0.0.20", "192.168.7.20", false, true, false, false, false),
            ("10.1.0.20", "10.2.0.20", false, false, false, false, false),
            ("127.0.0.1", "198.18.0.20", true, false, true, true, true),
            ("169.254.1.1", "198.18.0.20", true, false, true, false, false),
            ("0.0.0.0", "198.18.0.20", true, false, false, false, false),
            ("224.0.0.1", "198.18.0.20", true, false, false, true, false),
            ("203.0.113.9", "198.18.0.20", false, false, false, false, false),
            ("203.0.113.9", "10.0.0.20", true, false, false, true, false),
        ] {
            let (told, peer) = (address(told), address(peer));
            assert_eq!(lftp_mends(told, peer), lftp, "lftp: {told} {peer}");
            assert_eq!(ncftp_mends(told, peer), ncftp, "NcFTP: {told} {peer}");
            assert_eq!(unroutable_from_routable(told, peer), routable, "FileZilla: {told} {peer}");
            assert_eq!(go_mends(told, peer), go, "Go: {told} {peer}");
            assert_eq!(basic_ftp_mends(told, peer), basic_ftp, "basic-ftp: {told} {peer}");
        }
    }
}
