//! A TCP packet that was seen at this computer's network interface (RFC 9293 section 3.1).

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::str::FromStr;

/// One SYN, SYN-ACK or RST.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packet {
    pub kind: PacketKind,
    pub from: SocketAddr,
    pub to: SocketAddr,
    /// What was left of its life: 64, 128 or 255 and less one for every router that it came past.
    pub ttl: u8,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PacketKind {
    /// Somebody asks for a connection.
    Syn,
    /// Somebody agrees to one.
    SynAck,
    /// Somebody turns one away.
    Rst,
}

const TCP: u8 = 6;
const SYN: u8 = 0x02;
const RST: u8 = 0x04;
const ACK: u8 = 0x10;

impl Packet {
    /// Reads an IP packet; `None` for all but SYN, SYN-ACK and RST. (No IPv6 extension headers: TCP has none.)
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let (from, to, ttl, tcp) = match bytes.first()? >> 4 {
            4 => {
                let header = usize::from(bytes[0] & 0x0f) * 4;
                let ip =
                    |at: usize| Some(IpAddr::from(Ipv4Addr::from(<[u8; 4]>::try_from(bytes.get(at..at + 4)?).ok()?)));
                (*bytes.get(9)? == TCP).then_some(())?;
                (ip(12)?, ip(16)?, *bytes.get(8)?, bytes.get(header..)?)
            }
            6 => {
                let ip =
                    |at: usize| Some(IpAddr::from(Ipv6Addr::from(<[u8; 16]>::try_from(bytes.get(at..at + 16)?).ok()?)));
                (*bytes.get(6)? == TCP).then_some(())?;
                (ip(8)?, ip(24)?, *bytes.get(7)?, bytes.get(40..)?)
            }
            _ => return None,
        };
        let port = |at: usize| Some(u16::from_be_bytes([*tcp.get(at)?, *tcp.get(at + 1)?]));
        let flags = *tcp.get(13)?;
        let kind = match () {
            () if flags & RST != 0 => PacketKind::Rst,
            () if flags & (SYN | ACK) == SYN => PacketKind::Syn,
            () if flags & (SYN | ACK) == SYN | ACK => PacketKind::SynAck,
            () => return None,
        };
        Some(Self { kind, from: SocketAddr::new(from, port(0)?), to: SocketAddr::new(to, port(2)?), ttl })
    }
}

impl fmt::Display for Packet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            PacketKind::Syn => "syn",
            PacketKind::SynAck => "syn-ack",
            PacketKind::Rst => "rst",
        };
        write!(f, "{kind} {} {} {}", self.from, self.to, self.ttl)
    }
}

impl FromStr for Packet {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        let words: Vec<&str> = text.split(' ').collect();
        let [kind, from, to, ttl] = words[..] else {
            return Err("it wants syn, syn-ack or rst, two endpoints and a TTL");
        };
        let endpoint = |text: &str| text.parse().map_err(|_| "it wants two endpoints");
        Ok(Self {
            kind: match kind {
                "syn" => PacketKind::Syn,
                "syn-ack" => PacketKind::SynAck,
                "rst" => PacketKind::Rst,
                _ => return Err("it wants syn, syn-ack or rst"),
            },
            from: endpoint(from)?,
            to: endpoint(to)?,
            ttl: ttl.parse().map_err(|_| "it wants a TTL")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A SYN from 198.18.0.20:20 to 192.168.1.10:50021 that came past three routers, as the kernel shows it.
    const SYN_V4: [u8; 40] = [
        0x45, 0, 0, 40, 0, 1, 0x40, 0, 61, 6, 0, 0, 198, 18, 0, 20, 192, 168, 1, 10, 0, 20, 0xc3, 0x65, 0, 0, 0, 1, 0,
        0, 0, 0, 0x50, 0x02, 0xff, 0xff, 0, 0, 0, 0,
    ];

    #[test]
    fn a_syn_is_read_and_what_is_cut_short_is_not() {
        let packet = Packet::parse(&SYN_V4).expect("a packet");
        assert_eq!(packet.to_string(), "syn 198.18.0.20:20 192.168.1.10:50021 61");
        assert_eq!(packet.to_string().parse(), Ok(packet));
        for length in 0..34 {
            assert_eq!(Packet::parse(&SYN_V4[..length]), None, "{length} bytes");
        }
    }

    #[test]
    fn answers_are_told_apart_and_the_rest_is_none_of_ours() {
        let mut answer = SYN_V4;
        for (flags, kind) in
            [(0x12, Some(PacketKind::SynAck)), (0x14, Some(PacketKind::Rst)), (0x10, None), (0x18, None)]
        {
            answer[33] = flags;
            let packet = Packet::parse(&answer);
            assert_eq!(packet.map(|packet| packet.kind), kind, "flags {flags:#x}");
            assert_eq!(packet.map(|packet| packet.to_string().parse()), packet.map(Ok));
        }
        answer[33] = 0x12;
        answer[9] = 17;
        assert_eq!(Packet::parse(&answer), None);
    }
}
