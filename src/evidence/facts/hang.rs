//! Whether the server does anything once it is asked for a transfer. One that hangs there looks like a firewall in active
//! mode, and like lost packets in passive mode, where its system joins the data connection by itself.

use super::{Facts, Failure, Tried};
use crate::evidence::attempt::{Mode, SMALL_SEGMENT};
use crate::evidence::observed::Observed;

/// Servers write less at a time only where there is less; what they write in small pieces waits until a packet is full
/// (RFC 9293 section 3.7.4).
const LARGE_PACKETS_BY: u64 = 16 * 1024;

impl Facts<'_> {
    /// Whether the server was seen to act on a transfer command: it sent bytes, connected, or said a last word.
    pub fn acts_on_transfers(&self) -> bool {
        let acted = |tried: &Tried| {
            let connected = tried.verb().mode() == Mode::Active
                && (tried.joined().is_some()
                    || !tried.strangers().is_empty()
                    || matches!(self.syn_arrived(tried), Observed::Seen(_)));
            connected || tried.works() || tried.bytes() > 0 || tried.completion().is_some()
        };
        self.other_end_tells() || self.tried().iter().any(acted)
    }

    /// Data connections that stood and brought nothing, where the server was never seen to act on a transfer command. Those
    /// that somebody else took tell nothing of the server.
    pub fn hangs(&self) -> Vec<&Tried<'_>> {
        let stalled = if self.acts_on_transfers() { Vec::new() } else { self.failed(Failure::Stalled) };
        stalled.into_iter().filter(|tried| !tried.attempt().load.is_upload() && !self.is_taken(tried)).collect()
    }

    /// A download whose bytes came in packets as large as the way was thought to take, as far as they did: so many do not come
    /// without one of those.
    pub fn large_packets_came(&self) -> Option<&Tried<'_>> {
        let usual = |tried: &&Tried| {
            let load = tried.attempt().load;
            !load.is_upload() && load.segment().is_none() && tried.bytes() >= LARGE_PACKETS_BY
        };
        self.tried().iter().filter(usual).max_by_key(|tried| tried.bytes())
    }

    /// Why the size of packets can't be what stalled this download: the server did not even begin it in words, or the
    /// same listing fits one packet of any link, as it did elsewhere.
    pub fn packets_are_small(&self, stalled: &Tried) -> Option<SmallBecause> {
        let measured = self.log().is_none();
        if measured && stalled.bytes() == 0 && !stalled.is_begun() {
            return Some(SmallBecause::NothingWasSaid);
        }
        let fits = |tried: &Tried| {
            let load = tried.attempt().load;
            tried.works() && load.is_usual() && tried.bytes() <= u64::from(SMALL_SEGMENT)
        };
        let one_packet = stalled.attempt().load.is_usual() && self.tried().iter().any(fits);
        (measured && one_packet).then_some(SmallBecause::OnePacket)
    }
}

/// See [`Facts::packets_are_small`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SmallBecause {
    NothingWasSaid,
    OnePacket,
}
