//! The router that this computer sends to by default.

use std::io::read_to_string;
use std::net::Ipv4Addr;

use super::told_in;

/// From Linux' table of routes (proc(5), /proc/net/route); `None` where the system does not tell so.
pub fn gateway() -> Option<Ipv4Addr> {
    let table = read_to_string(told_in("route")?).ok()?;
    table.lines().skip(1).find_map(|line| {
        let mut columns = line.split_whitespace().skip(1);
        let (destination, gateway) = (columns.next()?, columns.next()?);
        // In the order of bytes in memory.
        let address = u32::from_str_radix(gateway, 16).ok()?.to_ne_bytes();
        (destination == "00000000" && address != [0; 4]).then(|| Ipv4Addr::from(address))
    })
}
