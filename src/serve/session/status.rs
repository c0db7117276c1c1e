//! What STAT tells (RFC 959 section 4.1.3): who the client is seen to be, and what came to the port that it was given.

use super::{Level, Login, Session};
use crate::engine::net;
use crate::protocol::arrival;
use crate::serve::data::{self, Offer};

impl Session {
    /// Both ends as the server sees them: what a client behind NAT can't find out alone.
    pub(super) fn status(&self) -> String {
        let client = self.client_as_told();
        let login = if self.login == Login::Done { "logged in as anonymous" } else { "not logged in" };
        let offer = match &self.offer {
            None => "none asked for",
            Some(Offer::Active(_) | Offer::Refused | Offer::Void(data::Held::Nothing)) => "active, to be dialled",
            Some(Offer::Passive(_) | Offer::Void(_)) => "passive, awaited",
        };
        let control = self.control.tls_version().unwrap_or_else(|| "not encrypted".to_owned());
        let arrival = self.offer.as_ref().and_then(Offer::passive_port).and_then(|port| {
            let arrival = net::arrival(port, self.ends.peer.ip())?;
            Some(format!(" {}\n", arrival::Told { port, arrival }))
        });
        let data = if self.level == Level::Private { "encrypted" } else { "in the clear" };
        format!(
            "211-ftpmode {}\n Connected from {client}\n Client's port {}\n Server's own end {}\n Session {login}\n Control connection {control}\n Data connection {offer}, {data}\n{}211 End",
            env!("CARGO_PKG_VERSION"),
            self.ends.peer.port(),
            self.ends.local,
            arrival.unwrap_or_default(),
        )
    }
}
