//! Where somebody else than the server was at the other end: he took our connection to a passive port, or came in active
//! mode in the server's place.

use super::ending::WAITED_IN_VAIN_MS;
use super::{Times, Tried};
use crate::evidence::attempt::Mode;
use crate::evidence::facts::Place;
use crate::evidence::timeline::{Awaited, What};
use crate::protocol::dialect::Says;
use crate::protocol::reply::Reply;

impl Tried<'_> {
    /// Whether the server said that the transfer begins. "150 File status okay; about to open data connection" (RFC 959
    /// section 4.2) says that it is still to come: pyftpdlib has 125 for what it has.
    pub fn is_begun(&self) -> bool {
        self.begun_at().is_some()
    }

    /// Whether what the server said of a passive transfer may have been ahead of its data connection. 125 says that it has
    /// that, and a handshake that fails after seconds is the server's own trouble.
    pub fn may_be_announced(&self) -> bool {
        let has_it = self.replies().any(|(reply, _)| reply.code == 125);
        let passive = self.verb().mode() == Mode::Passive && !self.attempt().load.is_upload();
        passive && !has_it && !self.attempt().protection.encrypts_data()
    }

    fn begun_at(&self) -> Option<Place> {
        let yet_to_come = |reply: &Reply| reply.text.to_ascii_lowercase().contains("about to open data connection");
        let mut begun = self.replies().filter(|(reply, _)| reply.is_preliminary() && !yet_to_come(reply));
        begun.next().map(|(_, place)| place)
    }

    /// Whether nobody ended the data connection while it was looked at.
    pub fn is_held(&self) -> bool {
        self.joined().is_some() && !self.has(|what| matches!(what, What::EndOfFile | What::Reset))
    }

    /// Where our connection to a passive port came to nothing that somebody else had taken: it stood without a byte,
    /// or ended so, while the server said nothing of a transfer, or only after seconds that none came about. A server that
    /// has the connection says at once that it begins, or why not.
    ///
    /// Some (IIS, FileZilla Server) say 150 before they have it. Where they say seconds later that none came about, that was
    /// no more than an announcement, unless they fail by themselves: see [`Facts::taken`](super::super::Facts::taken).
    pub fn never_served(&self) -> Option<Place> {
        let asked = self.transfer.is_some() && !self.attempt().load.is_upload();
        // A log tells neither every byte nor every end.
        let measured = self.times == Times::Measured && self.verb().mode() == Mode::Passive;
        if !asked || !measured || self.bytes() > 0 || self.secured().is_some() {
            return None;
        }
        let begun = self.begun_at();
        if begun.is_some() && !self.may_be_announced() {
            return None;
        }
        let end = self.place_of(|what| matches!(what, What::EndOfFile | What::Reset));
        // A reset that leaves no time to ask for the two ends follows a handshake, too: before it, it is a refusal.
        let stood = self.joined_at().or(end)?;
        let waited = |place: Place, since: Place| {
            let times = (self.time_of_place(since), self.time_of_place(place));
            matches!(times, (Some(since), Some(at)) if at - since >= WAITED_IN_VAIN_MS)
        };
        if let Some((reply, place)) = self.completion() {
            // Where it announced the transfer, that is long ago as well.
            let said_since = |since: Place| waited(place, since) && begun.is_none_or(|begun| waited(place, begun));
            let fits = match (reply.code, end) {
                // It ends what it has with its word.
                (_, Some(end)) if super::is_before(place, end) => false,
                // It had one, by its own word or by that of before: not this one, where that is long over.
                (426, Some(end)) => said_since(end),
                (425, Some(end)) if begun.is_some() => said_since(end),
                (425, _) => said_since(stood),
                (421, _) => begun.is_none() && waited(place, stood),
                _ => false,
            };
            let unsaid = matches!(
                self.refusal_says(),
                None | Some(Says::CallbackFailed | Says::CallbackTimedOut | Says::NoDataConnection)
            );
            return (fits && unsaid).then(|| end.unwrap_or(place));
        }
        let end = end.filter(|_| begun.is_none())?;
        let silent = self.has(|what| matches!(what, What::Silent { awaited: Awaited::Reply, .. }));
        let lost = self.place_of(|what| matches!(what, What::ControlClosed | What::ControlReset));
        (silent || lost.is_some_and(|lost| waited(lost, end))).then_some(end)
    }

    /// Where a connection that was not the server's was turned away while its own never came. What the server says
    /// afterwards may answer that, if it came from another address of the server's.
    pub(super) fn stranger_turned_away(&self) -> Option<Place> {
        let to_its_end = !self.has(|what| matches!(what, What::CutShort | What::Failed(_)));
        if self.verb().mode() == Mode::Passive || self.joined().is_some() || !to_its_end {
            return None;
        }
        let (_, stranger) = self.strangers().into_iter().next()?;
        let refused_before = self.refusal().is_some_and(|(_, refusal)| super::is_before(refusal, stranger));
        (!refused_before).then_some(stranger)
    }
}
