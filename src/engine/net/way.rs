//! How far packets come on their way to a port, as `ftpmode serve` asks for its client's: the port dialled with every time
//! to live at once (see [`super::connect_with`]), and datagrams of the same lives beside it.
//!
//! Bound: two looks at a time in this process, of two sockets for each hop; who comes third is told nothing.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep_until, timeout};

use super::{Dialled, Limits, NOBODY_LISTENS, connect_with, knock, reset};
use crate::evidence::timeline::Icmp;
use crate::protocol::way::Way;

/// Further than this no host is.
const FURTHEST: u8 = 30;
static LOOKS: Semaphore = Semaphore::const_new(2);

/// What one probe came to.
enum Probed {
    Packet(u8, Dialled),
    Datagram(u8, Icmp, Option<IpAddr>),
    Nothing,
}

/// The way from `local` to `port`, within `patience`. `None` where others are looking, this computer could not or its
/// system tells nothing of it, the port was joined after all, or nobody on the way answers anything.
pub async fn way(local: IpAddr, port: SocketAddr, patience: Duration) -> Option<Way> {
    if super::why_no_hops().is_some() {
        return None;
    }
    let _one_of_few = LOOKS.try_acquire().ok()?;
    let until = Instant::now() + patience;
    let nobody = SocketAddr::new(port.ip(), NOBODY_LISTENS);
    let mut waiting = FuturesUnordered::new();
    for ttl in 1..=FURTHEST {
        let dial = connect_with(Some(local), port, Limits { ttl: Some(ttl), ..Limits::default() });
        let packet = async move { Probed::Packet(ttl, dial.await) };
        let datagram = async move {
            match knock(Some(local), nobody, ttl).await {
                Ok((icmp, from)) => Probed::Datagram(ttl, icmp, from),
                Err(_) => Probed::Nothing,
            }
        };
        waiting.push(futures_util::future::Either::Left(packet));
        waiting.push(futures_util::future::Either::Right(datagram));
    }
    let mut way = Way::default();
    let mut passed = BTreeMap::new();
    // Somebody turned a packet away, every router before him told of itself, and so did the client.
    let is_settled = |way: &Way, passed: &BTreeMap<u8, IpAddr>| {
        way.client.is_some() && way.turned_away.is_some_and(|at| (1..at).all(|ttl| passed.contains_key(&ttl)))
    };
    while !is_settled(&way, &passed) {
        let probed = tokio::select! {
            Some(probed) = waiting.next() => probed,
            () = sleep_until(until) => break,
            else => break,
        };
        match probed {
            Probed::Packet(ttl, Dialled::Unreachable { icmp: Icmp::TimeExceeded, from: Some(router) }) => {
                passed.insert(ttl, router.to_canonical());
            }
            Probed::Packet(ttl, Dialled::Refused | Dialled::Unreachable { from: Some(_), .. }) => {
                way.turned_away = Some(way.turned_away.map_or(ttl, |at| at.min(ttl)));
            }
            Probed::Packet(_, Dialled::Connected(stream)) => {
                reset(stream);
                return None;
            }
            // No more than that there was an error: kernels before Linux 5.8; or this computer could not dial.
            Probed::Packet(_, Dialled::Unreachable { from: None, .. } | Dialled::Failed(_)) => return None,
            Probed::Datagram(ttl, Icmp::TimeExceeded, _) => way.datagrams.push(ttl),
            Probed::Datagram(ttl, _, Some(from)) if from.to_canonical() == port.ip().to_canonical() => {
                way.client = Some(way.client.map_or(ttl, |at| at.min(ttl)));
            }
            Probed::Datagram(..) | Probed::Nothing => {}
        }
    }
    way.datagrams.sort_unstable();
    // A router behind the one who turns packets away can't have passed them on.
    way.passed = passed.into_iter().filter(|(ttl, _)| way.turned_away.is_none_or(|at| *ttl < at)).collect();
    way.tells().then_some(way)
}

/// The same way for packets from this port of `local`, which a firewall may let through where it stops others: it is gone on
/// from where those ended, a hop at a time, each within `patience`. As it was, where the port can't be had.
pub async fn way_from(local: SocketAddr, port: SocketAddr, mut way: Way, patience: Duration) -> Option<Way> {
    let mut ttl = way.turned_away.unwrap_or(way.furthest() + 1);
    while ttl <= FURTHEST {
        let limits = Limits { ttl: Some(ttl), source: Some(local.port()), ..Limits::default() };
        match timeout(patience, connect_with(Some(local.ip()), port, limits)).await {
            Ok(Dialled::Unreachable { icmp: Icmp::TimeExceeded, from: Some(router) }) => {
                way.turned_away = None;
                way.passed.push((ttl, router.to_canonical()));
                ttl += 1;
            }
            Ok(Dialled::Refused | Dialled::Unreachable { from: Some(_), .. }) => {
                way.turned_away = Some(ttl);
                break;
            }
            Ok(Dialled::Connected(stream)) => {
                reset(stream);
                return None;
            }
            Ok(Dialled::Unreachable { from: None, .. } | Dialled::Failed(_)) => break,
            Err(_) => {
                way.turned_away = None;
                break;
            }
        }
    }
    Some(way)
}
