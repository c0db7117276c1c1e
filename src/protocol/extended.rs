//! EPRT's argument and the 229 reply (RFC 2428): `<d><net-prt><d><net-addr><d><tcp-port><d>`.

use std::net::{IpAddr, SocketAddr};

pub use super::host_port::Malformed;

/// The endpoint as EPRT's argument.
pub fn format(endpoint: SocketAddr) -> String {
    let net_prt = if endpoint.is_ipv4() { 1 } else { 2 };
    format!("|{net_prt}|{}|{}|", endpoint.ip(), endpoint.port())
}

/// The endpoint in EPRT's argument, as a server reads it.
pub fn parse_eprt(argument: &str) -> Result<SocketAddr, Malformed> {
    let (fields, _) = delimited(argument).ok_or(Malformed::NoPort)?;
    let ip: IpAddr = fields[1].parse().map_err(|_| Malformed::BadAddress)?;
    let agrees = matches!((fields[0], ip), ("1", IpAddr::V4(_)) | ("2", IpAddr::V6(_)));
    if !agrees {
        return Err(Malformed::BadAddress);
    }
    Ok(SocketAddr::new(ip, port(fields[2])?))
}

/// What a 229 reply names: the port, and an address where the server fills in what RFC 2428 section 3 wants empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExtendedPassive {
    pub port: u16,
    pub address: Option<IpAddr>,
}

/// Reads a 229 reply's text (behind its code): the first thing in it that looks like `(|||50000|)`; the parentheses may be missing.
pub fn parse_229(text: &str) -> Result<ExtendedPassive, Malformed> {
    let inside = text.find('(').map(|at| &text[at + 1..]);
    let bare = text.find("|||").map(|at| &text[at..]);
    let (fields, _) = inside.and_then(delimited).or_else(|| bare.and_then(delimited)).ok_or(Malformed::NoPort)?;
    Ok(ExtendedPassive { port: port(fields[2])?, address: fields[1].parse().ok() })
}

/// The three fields between four delimiters, and what follows. Any printable ASCII may delimit; servers and firewalls use `|` and `!`.
fn delimited(text: &str) -> Option<([&str; 3], &str)> {
    let delimiter = text.chars().next().filter(|c| ('!'..='~').contains(c) && !c.is_ascii_digit())?;
    let mut parts = text[1..].splitn(4, delimiter);
    let fields = [parts.next()?, parts.next()?, parts.next()?];
    parts.next().map(|rest| (fields, rest))
}

fn port(text: &str) -> Result<u16, Malformed> {
    match text.trim().parse::<u32>() {
        Ok(number) => u16::try_from(number).ok().filter(|&p| p != 0).ok_or(Malformed::BadPort),
        Err(_) => Err(Malformed::NoPort),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_forms_that_servers_send_are_read() {
        for text in [
            "Entering Extended Passive Mode (|||51935|)",
            "Extended Passive mode OK (|||51935|)",
            "Entering extended passive mode (|||51935|).",
            "ok (!!!51935!)",
            "ok |||51935|",
        ] {
            assert_eq!(parse_229(text), Ok(ExtendedPassive { port: 51935, address: None }), "{text}");
        }
        let filled = parse_229("(|1|10.0.0.20|51935|)").expect("filled in");
        assert_eq!((filled.port, filled.address), (51935, "10.0.0.20".parse().ok()));
    }

    #[test]
    fn what_cannot_be_read_says_why() {
        assert_eq!(parse_229("Entering Extended Passive Mode"), Err(Malformed::NoPort));
        assert_eq!(parse_229("(|||0|)"), Err(Malformed::BadPort));
        assert_eq!(parse_229("(|||70000|)"), Err(Malformed::BadPort));
        assert_eq!(parse_229("(|||51935)"), Err(Malformed::NoPort));
        assert_eq!(parse_229("(|"), Err(Malformed::NoPort));
    }

    #[test]
    fn eprt_is_written_and_read() {
        for text in ["192.168.1.10:51210", "[2001:db8::10]:51210"] {
            let endpoint: SocketAddr = text.parse().expect("an endpoint");
            assert_eq!(parse_eprt(&format(endpoint)), Ok(endpoint));
        }
        assert_eq!(parse_eprt("|2|192.168.1.10|51210|"), Err(Malformed::BadAddress));
    }
}
