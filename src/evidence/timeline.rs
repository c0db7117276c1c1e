//! Events with their times.

use std::net::{IpAddr, SocketAddr};

use serde::{Deserialize, Serialize};

use super::security::{Broken, Distrust};
use crate::protocol::reply::Reply;

mod handshake;
mod icmp;
mod packet;
mod written;

pub use handshake::HandshakeAgain;
pub use icmp::Icmp;
pub use packet::{Packet, PacketKind};

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Event {
    /// Since the check began.
    pub at_ms: f64,
    /// The line of the log that it is read from, counted from 1; `None` where it was measured, or is inferred.
    pub line: Option<u32>,
    pub what: What,
}

/// What can happen. End of file, reset, refused, unreachable and silence are five things.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// A command went out; the argument of PASS is masked.
    Sent(String),
    Replied(Reply),
    /// The server wrote what is no reply.
    Nonsense {
        why: String,
        text: String,
    },
    /// The endpoint that a 227 or 229 named, or that our PORT or EPRT names.
    Named(SocketAddr),
    /// The 227 or 229 could not be read, and why.
    Unreadable(String),
    Listening(SocketAddr),
    Dialled(SocketAddr),
    /// Our connection was answered.
    Connected {
        local: SocketAddr,
        peer: SocketAddr,
    },
    /// The server's connection arrived.
    Accepted {
        local: SocketAddr,
        peer: SocketAddr,
    },
    /// A connection arrived from somebody else than the server; it was closed.
    Stranger(SocketAddr),
    /// An RST answered our connection.
    Refused,
    /// The port that refused was dialled so many times more, one after the other, and refused each.
    RefusedAgain(u64),
    /// The port that refused let the connection in when it was dialled for the so-manieth time more; it was reset.
    LetIn(u64),
    /// An ICMP error answered our connection, or this computer has no route.
    Unreachable {
        icmp: Icmp,
        from: Option<IpAddr>,
    },
    /// The handshake is done: `TLSv1.3`, and whether it resumed an earlier session.
    Secured {
        version: String,
        session: Session,
    },
    /// TLS broke, and the words of the alert or of our own side.
    TlsFailed {
        how: Broken,
        words: String,
    },
    /// The handshake that met silence was made again, on a connection of its own.
    HandshakeAgain(HandshakeAgain),
    /// So many tickets were left then for further data connections (RFC 8446 section 4.6.1).
    Tickets(u64),
    /// The password was not sent: nobody vouches for the server.
    Withheld,
    /// A client said that it does not trust the certificate, and why.
    Distrusted(Distrust),
    /// Nothing came for so long.
    Silent {
        awaited: Awaited,
        ms: f64,
    },
    /// The listing that a file was chosen from gives it so many bytes.
    Listed(u64),
    /// So many bytes have come over the data connection in all.
    Received(u64),
    /// So many bytes were written to the data connection in all.
    Uploaded(u64),
    /// The server ended the data connection in good order.
    EndOfFile,
    /// The listing held the mark that the server announced.
    Marked,
    /// The listing came to its end without the mark that the server announced.
    Unmarked,
    /// An RST ended the data connection.
    Reset,
    /// As much came as was wanted; the rest was not waited for.
    Enough,
    /// Nothing was sent on the control connection for so long (milliseconds), on purpose.
    Quiet(f64),
    /// The server ended the control connection.
    ControlClosed,
    /// An RST ended the control connection.
    ControlReset,
    /// A packet was seen at this computer's network interface, before its own firewall.
    Packet(Packet),
    /// So many packets came to this computer within a moment, and were delivered to nobody in it, as its counters say;
    /// and their bytes, where no other came then.
    Undelivered {
        count: u64,
        bytes: Option<u64>,
    },
    /// The server's connection to the port that was listened at, as this computer's table of sockets shows it: answered,
    /// the answer sent again so often, and never confirmed. `None`: nothing of it is there, and none was reset.
    HalfOpen(Option<u64>),
    /// So many packets could not be sent again while the connection was awaited, as this computer's counters say.
    Unsent(u64),
    /// This computer could not do its part.
    Failed(String),
    /// The check ended while this was under way.
    CutShort,
    /// The client gave up while this was waited for, or its log ends there; how long it waited is not told.
    Abandoned(Awaited),
}

/// What was waited for in vain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Awaited {
    /// An answer to our SYN.
    Connect,
    /// The server's connection.
    Callback,
    /// A reply on the control connection.
    Reply,
    /// Bytes, or the end, on the data connection.
    Bytes,
    /// The other side's part of a TLS handshake.
    Handshake,
}

/// Whether a handshake resumed an earlier session (RFC 8446 section 2.2, RFC 5246 section 7.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Session {
    Resumed,
    New,
}
