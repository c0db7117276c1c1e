//! What the kernel counts of packets, for everybody to read (Linux: /proc/net/snmp, snmp6 and netstat).

use std::net::IpAddr;

use super::told_in;

/// What came to this computer so far, of all programs and from everywhere.
#[derive(Clone, Copy)]
pub struct Received {
    packets: u64,
    bytes: u64,
    /// Neither delivered in it nor passed on: what its own firewall drops counts among them.
    undelivered: u64,
}

impl Received {
    /// How many packets were given to nobody since then, and their bytes where nothing else came meanwhile.
    pub fn undelivered_since(self, then: Self) -> (u64, Option<u64>) {
        let grown = |count: fn(Self) -> u64| count(self).saturating_sub(count(then));
        let undelivered = grown(|received| received.undelivered);
        let alone = undelivered == grown(|received| received.packets);
        (undelivered, alone.then_some(grown(|received| received.bytes)))
    }
}

/// `None` where the system does not tell.
pub fn received(family_of: IpAddr) -> Option<Received> {
    let (packets, bytes, delivered, forwarded) = match family_of {
        IpAddr::V4(_) => {
            let (snmp, netstat) = (read("snmp")?, read("netstat")?);
            let value = |name| in_columns(&snmp, "Ip:", name);
            let bytes = in_columns(&netstat, "IpExt:", "InOctets")?;
            (value("InReceives")?, bytes, value("InDelivers")?, value("ForwDatagrams")?)
        }
        IpAddr::V6(_) => {
            let text = read("snmp6")?;
            let value = |name: &str| {
                let line = text.lines().find(|line| line.split_whitespace().next() == Some(name))?;
                line.split_whitespace().nth(1)?.parse::<u64>().ok()
            };
            (value("Ip6InReceives")?, value("Ip6InOctets")?, value("Ip6InDelivers")?, value("Ip6OutForwDatagrams")?)
        }
    };
    Some(Received { packets, bytes, undelivered: packets.saturating_sub(delivered).saturating_sub(forwarded) })
}

/// What TCP counted so far, of all programs.
#[derive(Clone, Copy)]
pub struct Tcp {
    /// Packets that could not be sent again: what this computer's own firewall drops on its way out counts among them.
    pub unsent: u64,
    /// Connections to this computer that an RST ended before they stood.
    pub reset_unconfirmed: u64,
}

/// `None` where the system does not tell.
pub fn tcp() -> Option<Tcp> {
    let text = read("netstat")?;
    let value = |name| in_columns(&text, "TcpExt:", name);
    Some(Tcp { unsent: value("TCPRetransFail")?, reset_unconfirmed: value("EmbryonicRsts")? })
}

fn read(name: &str) -> Option<String> {
    std::io::read_to_string(told_in(name)?).ok()
}

/// The value below the name, in the two lines that begin with `section`.
fn in_columns(text: &str, section: &str, name: &str) -> Option<u64> {
    let mut lines = text.lines().filter(|line| line.starts_with(section));
    let (names, values) = (lines.next()?, lines.next()?);
    let at = names.split_whitespace().position(|column| column == name)?;
    values.split_whitespace().nth(at)?.parse().ok()
}
