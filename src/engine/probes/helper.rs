//! Whether a firewall's FTP helper reads the control connection, and which hop holds it: on connections of their own,
//! without a login, reset afterwards.
//!
//! After one whole line, `NOO` is written alone, to see that fragments as such are acknowledged, then `POR`: Linux's
//! helper drops a segment that begins PORT and ends within it. With a limited time to live, `POR` is answered with an
//! ICMP error by every router up to the one with the helper, and beyond that by nobody.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::{Instant, interval, timeout};

use crate::engine::net::{self, TcpStream};
use crate::engine::reach;
use crate::engine::turns::Tools;
use crate::evidence::NotPossible;
use crate::evidence::facts::Facts;
use crate::evidence::fragment::{Fate, Fragment};
use crate::protocol::reply::{Item, Reader};

/// Sent again so often in vain, a segment is dropped and not lost.
const REPEATED_IN_VAIN: u8 = 2;
/// Connections for the search for the hop.
const MOST_SEARCHES: usize = 4;

/// Looks for a helper, and where one shows, for its hop.
pub async fn look(tools: Tools<'_>) {
    if !net::DELIVERY_IS_TOLD {
        return tools.recorder.not_possible(NotPossible::SeeingAcknowledgements);
    }
    let Some(peer) = tools.recorder.first_peer() else { return };
    if Facts::of(&tools.recorder.evidence()).shut_out().is_some() {
        return note(tools, "NOO", None, 0.0, Fate::Lost);
    }
    tools.recorder.say("Looking for a firewall's FTP helper");
    let (seen, rtt) = compare(tools, peer).await;
    if !seen {
        return;
    }
    let distance = Facts::of(&tools.recorder.evidence()).distance();
    // The helper stands at a hop from `low` to `high`; the server itself counts as one.
    let (mut low, mut high) = (0, distance.unwrap_or(u8::MAX));
    let mut next = 2;
    for search in 0..MOST_SEARCHES {
        match drops_by(tools, peer, next, rtt).await {
            Some(true) => high = next - 1,
            Some(false) => low = next,
            None => return,
        }
        // Most stand at the first router or at the last.
        next = match distance {
            Some(distance) if search == 0 && low > 0 && distance > 3 => distance - 1,
            // The last router and the server behind it look the same.
            Some(distance) if low > 0 && low + 1 < high.min(distance) => low + (high.min(distance) - low).div_ceil(2),
            None if low == next => next + 1,
            _ => return,
        };
    }
}

/// Sends `NOO` and `POR`, each alone. `true` where the one is acknowledged and the other is not; and a round trip.
async fn compare(tools: Tools<'_>, peer: SocketAddr) -> (bool, Duration) {
    let Some((mut stream, rtt)) = begin(tools, peer).await else {
        note(tools, "NOO", None, 0.0, Fate::Lost);
        return (false, Duration::ZERO);
    };
    let plain = send(tools, &mut stream, "NOO").await;
    let seen = plain == Fate::Acknowledged && begins_port(tools, &mut stream).await == Fate::Unacknowledged;
    net::reset(stream);
    (seen, rtt)
}

/// Ends the line that `NOO` began, and sends `POR`.
async fn begins_port(tools: Tools<'_>, stream: &mut TcpStream) -> Fate {
    if deliver(stream, "P\r\n").await == Fate::Acknowledged {
        return send(tools, stream, "POR").await;
    }
    note(tools, "POR", None, 0.0, Fate::Lost);
    Fate::Lost
}

/// Whether `POR` with this life is lost before the hop that far away. `None` where it can't be told.
async fn drops_by(tools: Tools<'_>, peer: SocketAddr, ttl: u8, rtt: Duration) -> Option<bool> {
    let (mut stream, _) = begin(tools, peer).await?;
    // With the greeting and the reply to NOOP here, nothing of ours is on the way but what is written now: the error
    // that a router reports tells not what for.
    timeout(tools.budget.pipelined_reply, hear(&mut stream, 2)).await.ok()??;
    net::limit_life(&stream, peer, ttl).ok()?;
    let begun = Instant::now();
    stream.write_all(b"POR").await.ok()?;
    let answer = timeout(tools.budget.hop_of_joined(rtt), net::life_exceeded(&stream)).await;
    net::reset(stream);
    let ms = millis(begun);
    match answer {
        Ok(Ok(())) => {
            note(tools, "POR", Some(ttl), ms, Fate::TimeExceeded);
            Some(false)
        }
        Ok(_) => None,
        Err(_) => {
            note(tools, "POR", Some(ttl), ms, Fate::Unacknowledged);
            Some(true)
        }
    }
}

/// Reads so many whole replies.
async fn hear(stream: &mut TcpStream, replies: usize) -> Option<()> {
    let mut reader = Reader::new();
    let mut buffer = [0; 2048];
    let mut heard = 0;
    while heard < replies {
        match reader.next_item() {
            Some(Item::Reply(_)) => heard += 1,
            Some(Item::Nonsense { .. }) => return None,
            None => match stream.read(&mut buffer).await {
                Ok(count) if count > 0 => reader.feed(&buffer[..count]),
                _ => return None,
            },
        }
    }
    Some(())
}

/// A connection on which one whole line was delivered, and its round trip.
async fn begin(tools: Tools<'_>, peer: SocketAddr) -> Option<(TcpStream, Duration)> {
    let (mut stream, rtt) = reach::dial(tools, peer, tools.budget.silence(None)).await?;
    (deliver(&mut stream, "NOOP\r\n").await == Fate::Acknowledged).then_some((stream, rtt))
}

async fn send(tools: Tools<'_>, stream: &mut TcpStream, text: &str) -> Fate {
    let begun = Instant::now();
    let fate = deliver(stream, text).await;
    note(tools, text, None, millis(begun), fate);
    fate
}

/// Writes, and waits until it is acknowledged or sent again in vain.
async fn deliver(stream: &mut TcpStream, text: &str) -> Fate {
    if stream.write_all(text.as_bytes()).await.is_err() {
        return Fate::Lost;
    }
    // No event tells of an acknowledgement.
    let mut look_again = interval(Duration::from_millis(2));
    loop {
        look_again.tick().await;
        match net::delivery(stream) {
            Some(delivery) if delivery.unacknowledged == 0 => return Fate::Acknowledged,
            Some(delivery) if delivery.repeated >= REPEATED_IN_VAIN => return Fate::Unacknowledged,
            Some(_) => {}
            None => return Fate::Lost,
        }
    }
}

fn note(tools: Tools<'_>, text: &str, ttl: Option<u8>, ms: f64, fate: Fate) {
    tools.recorder.fragment(Fragment { text: text.to_owned(), ttl, ms, fate });
}

fn millis(begun: Instant) -> f64 {
    (begun.elapsed().as_secs_f64() * 1e4).round() / 10.0
}
