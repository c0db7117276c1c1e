//! Which texts of 227 and 229 clients can read, and which addresses they put right. Texts stand behind the code.

use std::net::{IpAddr, Ipv4Addr};

/// Six numbers with commas between and no blanks, wherever they stand.
pub fn six_numbers(text: &str) -> bool {
    let starts = text.char_indices().filter(|(_, c)| c.is_ascii_digit()).map(|(at, _)| at);
    starts.into_iter().any(|at| begins_with_six(&text[at..]))
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

/// Six numbers directly behind the first parenthesis.
pub fn six_in_parentheses(text: &str) -> bool {
    text.find('(').is_some_and(|at| begins_with_six(&text[at + 1..]))
}

/// Six numbers between the first parenthesis and the last one.
pub fn six_enclosed(text: &str) -> bool {
    six_in_parentheses(text) && text.contains(')')
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
