//! Whether a client's packets have arrived at a port that is listened at, from Linux' table of TCP sockets (proc(5),
//! /proc/net/tcp and tcp6), for everybody to read.

use std::io::{BufRead, BufReader};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::told_in;
use crate::protocol::arrival::Arrival;

/// States in the table.
const ESTABLISHED: &str = "01";
const SYN_RECEIVED: &str = "03";
/// A busy computer's table is longer: then the end of it is not looked at.
const MOST_LINES: usize = 20_000;

/// What came from `client` to `port` so far; `None` where the system does not tell.
pub fn arrival(port: u16, client: IpAddr) -> Option<Arrival> {
    let tables = ["tcp", "tcp6"].map(told_in).into_iter().flatten();
    let found = tables.map(|table| in_table(BufReader::new(table), port, client)).collect::<Vec<_>>();
    found.into_iter().reduce(furthest)
}

fn furthest(one: Arrival, other: Arrival) -> Arrival {
    let rank =
        |arrival: Arrival| [Arrival::Nothing, Arrival::HalfOpen, Arrival::Joined].iter().position(|a| *a == arrival);
    if rank(one) >= rank(other) { one } else { other }
}

/// A line at a time, as far as [`MOST_LINES`].
fn in_table(table: impl BufRead, port: u16, client: IpAddr) -> Arrival {
    let state = |line: &str| {
        let mut columns = line.split_whitespace().skip(1);
        let (local, remote, state) = (columns.next()?, columns.next()?, columns.next()?);
        let ours = u16::from_str_radix(local.rsplit(':').next()?, 16) == Ok(port);
        let is_clients = ours && address(remote.split(':').next()?) == Some(client);
        match state {
            ESTABLISHED if is_clients => Some(Arrival::Joined),
            SYN_RECEIVED if is_clients => Some(Arrival::HalfOpen),
            _ => None,
        }
    };
    let lines = table.lines().take(MOST_LINES).map_while(Result::ok);
    lines.filter_map(|line| state(&line)).fold(Arrival::Nothing, furthest)
}

/// Words of 32 bits, each in the order of bytes in memory.
fn address(hex: &str) -> Option<IpAddr> {
    let word = |at: usize| Some(u32::from_str_radix(hex.get(at * 8..at * 8 + 8)?, 16).ok()?.to_ne_bytes());
    match hex.len() {
        8 => Some(Ipv4Addr::from(word(0)?).into()),
        32 => {
            let mut bytes = [0; 16];
            for (at, four) in bytes.chunks_mut(4).enumerate() {
                four.copy_from_slice(&word(at)?);
            }
            Some(IpAddr::from(Ipv6Addr::from(bytes)).to_canonical())
        }
        _ => None,
    }
}

#[cfg(all(test, target_endian = "little"))]
mod tests {
    use super::*;

    const TABLES: &str = "\
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 140012C6:C353 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1058 1
   1: 140012C6:C353 827100CB:B2C4 03 00000000:00000000 01:00000064 00000000     0        0 0
   2: 140012C6:C354 827100CB:B2C5 01 00000000:00000000 00:00000000 00000000     0        0 0
   3: B80D0120000004000000000020000000:C355 B80D0120000001000000000010000000:B2C6 03 00000000:00000000
";

    #[test]
    fn a_connection_that_has_begun_is_told_from_one_that_stands_and_from_none() {
        let client: IpAddr = "203.0.113.130".parse().expect("an address");
        let over_ipv6: IpAddr = "2001:db8:1::10".parse().expect("an address");
        for (port, from, expected) in [
            (0xc353, client, Arrival::HalfOpen),
            (0xc354, client, Arrival::Joined),
            (0xc356, client, Arrival::Nothing),
            (0xc353, over_ipv6, Arrival::Nothing),
            (0xc355, over_ipv6, Arrival::HalfOpen),
        ] {
            assert_eq!(in_table(TABLES.as_bytes(), port, from), expected, "{port:x} {from}");
        }
    }
}
