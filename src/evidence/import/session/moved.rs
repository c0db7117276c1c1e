//! Data that came, where the log shows little of how.

use super::super::draft::Draft;
use super::super::named;
use super::replies::last_sent;
use super::{Of, Seen, Session};
use crate::evidence::timeline::{Event, What};
use crate::protocol::reply::Reply;

/// A data connection that was agreed on and not used, and the command that asked for another transfer since.
pub(super) type Spare = (Draft, Option<Event>);

/// What comes before a transfer that large packets hold up stalls is less, in bytes.
const MORE_THAN_A_START: u64 = 65_536;

impl Session {
    /// A transfer came to its end, and the log does not show what it came through: whoever moves data was let in.
    pub(super) fn came(&mut self, at: &Event) {
        if let Some(reply) = Reply::from_text("230").filter(|_| !self.let_in && !self.turned_away) {
            self.push(Event { at_ms: at.at_ms, line: None, what: What::Sent("USER".to_owned()) });
            self.push(Event { what: What::Replied(reply), ..at.clone() });
        }
        self.let_in = true;
        self.greeted = true;
        self.joined = true;
        self.got = self.got.or(at.line);
    }

    /// Somebody ended a transfer by hand. So much of a download as cannot have waited in a buffer came; of an upload it may
    /// all lie in one.
    pub(super) fn interrupted_by_hand(&mut self, at: &Event, seen: &Seen) {
        let around = self.around();
        let came = named::bytes_moved(seen.text).filter(|bytes| *bytes >= MORE_THAN_A_START);
        let of_upload = |sent: &str| ["STOR", "APPE", "STOU"].iter().any(|verb| sent.starts_with(verb));
        let of_download =
            |draft: &mut Draft| draft.agreed && draft.transfer && !last_sent(&draft.events).is_some_and(of_upload);
        let Some(bytes) = came else { return };
        let Some(mut draft) = self.draft.take_if(of_download) else { return };
        draft.got(Some(bytes), around, at);
        self.pending.retain(|pending| pending.of == Of::Control);
        self.keep(draft);
    }

    /// Whether a transfer goes through the port that was agreed on for one which the server refused: it begins or is over.
    pub(super) fn takes_spare(&mut self, verb: &str, reply: &Reply) -> bool {
        let goes = super::commands::moves(verb) && (reply.is_preliminary() || reply.code == 226);
        let Some((mut draft, Some(again))) = self.spare.take_if(|_| goes && self.draft.is_none()) else { return false };
        draft.events.pop_if(|event| matches!(event.what, What::Sent(_)));
        draft.ask(again);
        self.draft = Some(draft);
        // What is over was taken from it already.
        if let Some(front) = self.pending.front_mut().filter(|_| reply.is_preliminary()) {
            front.of = super::Of::Transfer;
        }
        true
    }
}
