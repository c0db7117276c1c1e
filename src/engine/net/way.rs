//! How far packets come on their way to a port, as `ftpmode serve` asks for its client's: the port dialled with every time
//! to live at once (see [`super::connect_with`]).

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::time::{Instant, sleep_until};

use super::{Dialled, Limits, connect_with, reset};
use crate::evidence::timeline::Icmp;
use crate::protocol::way::Way;

/// Further than this no host is.
const FURTHEST: u8 = 30;

/// The way from `local` to `port`, within `patience`. Sockets are closed by then; one that is joined after all is reset.
pub async fn way(local: IpAddr, port: SocketAddr, patience: Duration) -> Way {
    let until = Instant::now() + patience;
    let dial = |ttl| {
        let dial = connect_with(Some(local), port, Limits { ttl: Some(ttl), segment: None });
        async move { (ttl, dial.await) }
    };
    let mut waiting: FuturesUnordered<_> = (1..=FURTHEST).map(dial).collect();
    let mut passed = BTreeMap::new();
    let mut turned_away: Option<u8> = None;
    // Somebody turned a packet away, and every router before him told of itself.
    let is_settled = |passed: &BTreeMap<u8, IpAddr>, at: Option<u8>| {
        at.is_some_and(|at| (1..at).all(|ttl| passed.contains_key(&ttl)))
    };
    while !is_settled(&passed, turned_away) {
        let ended = tokio::select! {
            ended = waiting.next() => ended,
            () = sleep_until(until) => None,
        };
        match ended {
            Some((ttl, Dialled::Unreachable { icmp: Icmp::TimeExceeded, from: Some(router) })) => {
                passed.insert(ttl, router.to_canonical());
            }
            Some((ttl, Dialled::Refused | Dialled::Unreachable { from: Some(_), .. })) => {
                turned_away = Some(turned_away.map_or(ttl, |at| at.min(ttl)));
            }
            Some((_, Dialled::Connected(stream))) => reset(stream),
            Some((_, Dialled::Unreachable { .. } | Dialled::Failed(_))) => {}
            None => break,
        }
    }
    // A router behind the one who turns packets away can't have passed them on.
    let passed = passed.into_iter().filter(|(ttl, _)| turned_away.is_none_or(|at| *ttl < at)).collect();
    Way { passed, turned_away }
}
