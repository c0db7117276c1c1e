//! Whether a client's packets have arrived at a port that is listened at, from Linux' table of TCP sockets (proc(5),
//! /proc/net/tcp and tcp6), for everybody to read.

use std::io::{BufRead, BufReader};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use super::{set_to, told_in};
use crate::protocol::arrival::Arrival;

/// States in the table.
const ESTABLISHED: &str = "01";
const SYN_RECEIVED: &str = "03";
/// A busy computer's table is longer: then it is not looked at.
const MOST_LINES: usize = 20_000;

/// What came from `client` to `port` so far; `None` where the system does not tell.
pub fn arrival(port: u16, client: IpAddr) -> Option<Arrival> {
    entries(port, client).map(|entries| furthest(&entries))
}

/// A connection that this computer answered and that nobody has confirmed yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HalfOpen {
    /// The client's port.
    pub from: u16,
    /// How often the answer was sent again. Where this computer's own firewall keeps the answer in, it never is: the
    /// kernel forgets such a connection instead.
    pub repeated: u64,
}

/// Those from `client` to `port`; `None` where the system does not tell.
pub fn half_open(port: u16, client: IpAddr) -> Option<Vec<HalfOpen>> {
    let half_open = |entry: Entry| match entry {
        Entry::HalfOpen(half_open) => Some(half_open),
        Entry::Joined => None,
    };
    Some(entries(port, client)?.into_iter().filter_map(half_open).collect())
}

/// How long one that nobody confirms stays there (tcp(7)); `None` where the system keeps none or does not tell.
pub fn half_open_for() -> Option<Duration> {
    let value = |name: &str| set_to(name)?.trim().parse::<u32>().ok();
    // Then what would be kept is put into the answer instead.
    let always_cookies = value("tcp_syncookies")? > 1;
    value("tcp_synack_retries").filter(|_| !always_cookies).map(patience)
}

/// The answer is sent again after a second, and each time after twice as long.
fn patience(repeated: u32) -> Duration {
    Duration::from_secs((2 << repeated.min(30)) - 1)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Entry {
    HalfOpen(HalfOpen),
    Joined,
}

fn furthest(entries: &[Entry]) -> Arrival {
    match entries {
        [] => Arrival::Nothing,
        entries if entries.contains(&Entry::Joined) => Arrival::Joined,
        _ => Arrival::HalfOpen,
    }
}

/// Of both families' tables, where one can be read and none is too long.
fn entries(port: u16, client: IpAddr) -> Option<Vec<Entry>> {
    let tables = ["tcp", "tcp6"].map(told_in).into_iter().flatten();
    let found = tables.map(|table| in_table(BufReader::new(table), port, client)).collect::<Option<Vec<_>>>()?;
    (!found.is_empty()).then(|| found.concat())
}

/// A line at a time; `None` where there are more than [`MOST_LINES`].
fn in_table(table: impl BufRead, port: u16, client: IpAddr) -> Option<Vec<Entry>> {
    let entry = |line: &str| {
        let mut columns = line.split_whitespace().skip(1);
        let (local, remote, state) = (columns.next()?, columns.next()?, columns.next()?);
        let ours = u16::from_str_radix(local.rsplit(':').next()?, 16) == Ok(port);
        let (host, from) = remote.split_once(':')?;
        match state {
            _ if !ours || address(host) != Some(client) => None,
            ESTABLISHED => Some(Entry::Joined),
            SYN_RECEIVED => Some(Entry::HalfOpen(HalfOpen {
                from: u16::from_str_radix(from, 16).ok()?,
                repeated: u64::from_str_radix(columns.nth(2)?, 16).ok()?,
            })),
            _ => None,
        }
    };
    // Whoever reads on at the end of a table that changes meanwhile may find more.
    let mut lines = table.lines().map_while(Result::ok).fuse();
    let found = lines.by_ref().take(MOST_LINES).filter_map(|line| entry(&line)).collect();
    lines.next().is_none().then_some(found)
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
   1: 140012C6:C353 827100CB:B2C4 03 00000000:00000000 01:00000064 00000002     0        0 0
   2: 140012C6:C354 827100CB:B2C5 01 00000000:00000000 00:00000000 00000000     0        0 0
   3: B80D0120000004000000000020000000:C355 B80D0120000001000000000010000000:B2C6 03 00000000:00000000 01:00000064 00000000     0        0 0
";

    #[test]
    fn what_nobody_confirms_is_kept_until_the_last_answer_was_waited_for() {
        assert_eq!([0, 1, 2, 5].map(|repeated| patience(repeated).as_secs()), [1, 3, 7, 63]);
    }

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
            let found = in_table(TABLES.as_bytes(), port, from).expect("a short table");
            assert_eq!(furthest(&found), expected, "{port:x} {from}");
        }
        let answered = [Entry::HalfOpen(HalfOpen { from: 0xb2c4, repeated: 2 })];
        assert_eq!(in_table(TABLES.as_bytes(), 0xc353, client).as_deref(), Some(&answered[..]));
        let long = TABLES.repeat(MOST_LINES / TABLES.lines().count() + 1);
        assert_eq!(in_table(long.as_bytes(), 0xc356, client), None, "it was not read to its end");
    }
}
