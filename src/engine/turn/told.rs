//! What the other end told of its packets' way, looked at from this one: is the router that passed them on last our own?

use std::net::SocketAddr;

use tokio::time::{Instant, timeout};

use super::{Turn, millis};
use crate::engine::net;
use crate::evidence::attempt::Mode;
use crate::evidence::facts::Facts;
use crate::evidence::sweep::{Answer, Sweep, Swept, TtlProbe};

impl Turn<'_, '_, '_> {
    /// Sends one datagram to it that lives a single hop: no further than the first router, whatever address was told.
    pub(super) async fn find_told_router(&self) {
        if self.mode() == Mode::Passive || self.session.product() != Some("ftpmode") {
            return;
        }
        let tools = self.plan.tools;
        let router = {
            let evidence = tools.recorder.evidence();
            let asked = evidence.sweeps.iter().any(|sweep| sweep.of == Swept::ToldRouter);
            Facts::of(&evidence).told_router().filter(|_| !asked && net::why_no_hops().is_none())
        };
        let Some(router) = router else { return };
        let port = SocketAddr::new(router, net::NOBODY_LISTENS);
        let begun = Instant::now();
        let knock = timeout(tools.budget.hop(self.session.rtt()), net::knock(tools.settings.bind, port, 1));
        let answer = match knock.await {
            Ok(Ok((icmp, from))) => Answer::Icmp { icmp, from },
            Ok(Err(_)) | Err(_) => Answer::Silent,
        };
        let probes = vec![TtlProbe { ttl: 1, ms: millis(begun).round(), answer }];
        tools.recorder.sweep(Sweep { of: Swept::ToldRouter, port, probes });
    }
}
