//! What STAT tells (RFC 959 section 4.1.3): who the client is seen to be, and what came to the port that it was given.

use tokio::task;

use super::{Level, Login, Session};
use crate::engine::net;
use crate::protocol::arrival;
use crate::serve::data::{self, Offer};

/// So often it is told what came to one port.
const MOST_ARRIVALS: u8 = 4;

impl Session {
    /// Both ends as the server sees them: what a client behind NAT can't find out alone.
    pub(super) async fn status(&mut self) -> String {
        let client = self.client_as_told();
        let login = if self.login == Login::Done { "logged in as anonymous" } else { "not logged in" };
        let offer = match &self.offer {
            None => "none asked for",
            Some(Offer::Active(_) | Offer::Refused | Offer::Void(data::Held::Nothing)) => "active, to be dialled",
            Some(Offer::Passive(_) | Offer::Void(_)) => "passive, awaited",
        };
        let control = self.control.tls_version().unwrap_or_else(|| "not encrypted".to_owned());
        let arrival = self.arrival().await.map(|told| format!(" {told}\n"));
        let data = if self.level == Level::Private { "encrypted" } else { "in the clear" };
        format!(
            "211-ftpmode {}\n Connected from {client}\n Client's port {}\n Server's own end {}\n Session {login}\n Control connection {control}\n Data connection {offer}, {data}\n{}211 End",
            env!("CARGO_PKG_VERSION"),
            self.ends.peer.port(),
            self.ends.local,
            arrival.unwrap_or_default(),
        )
    }

    /// What came to the client's passive port. The system's table is read in a thread of its own, and not for whoever asks
    /// again and again.
    async fn arrival(&mut self) -> Option<arrival::Told> {
        let port = self.offer.as_ref().and_then(Offer::passive_port).filter(|_| self.arrivals_told < MOST_ARRIVALS)?;
        self.arrivals_told += 1;
        let client = self.ends.peer.ip();
        let arrival = task::spawn_blocking(move || net::arrival(port, client)).await.ok()??;
        Some(arrival::Told { port, arrival })
    }
}
