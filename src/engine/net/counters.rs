//! What the kernel counts of packets, for everybody to read (Linux: /proc/net/snmp and snmp6).

use std::net::IpAddr;

/// Packets that came to this computer so far and were neither delivered in it nor passed on: what its own firewall drops
/// counts among them. Other programs' packets do, too. `None` where the system does not tell.
pub fn undelivered(family_of: IpAddr) -> Option<u64> {
    let (received, delivered, forwarded) = match family_of {
        IpAddr::V4(_) => {
            let text = std::fs::read_to_string("/proc/net/snmp").ok()?;
            let mut lines = text.lines().filter(|line| line.starts_with("Ip:"));
            let (names, values) = (lines.next()?, lines.next()?);
            let value = |name: &str| {
                let at = names.split_whitespace().position(|column| column == name)?;
                values.split_whitespace().nth(at)?.parse::<u64>().ok()
            };
            (value("InReceives")?, value("InDelivers")?, value("ForwDatagrams")?)
        }
        IpAddr::V6(_) => {
            let text = std::fs::read_to_string("/proc/net/snmp6").ok()?;
            let value = |name: &str| {
                let line = text.lines().find(|line| line.split_whitespace().next() == Some(name))?;
                line.split_whitespace().nth(1)?.parse::<u64>().ok()
            };
            (value("Ip6InReceives")?, value("Ip6InDelivers")?, value("Ip6OutForwDatagrams")?)
        }
    };
    Some(received.saturating_sub(delivered).saturating_sub(forwarded))
}

/// TCP packets so far that could not be sent again, of all programs: what this computer's own firewall drops on its way
/// out counts among them (TCPRetransFail). `None` where the system does not tell.
pub fn unsent() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/net/netstat").ok()?;
    let mut lines = text.lines().filter(|line| line.starts_with("TcpExt:"));
    let (names, values) = (lines.next()?, lines.next()?);
    let at = names.split_whitespace().position(|column| column == "TCPRetransFail")?;
    values.split_whitespace().nth(at)?.parse().ok()
}
