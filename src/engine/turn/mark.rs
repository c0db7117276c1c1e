//! The mark that the other end, where it is `ftpmode serve`, puts into its listing: whether it came.

use super::Turn;
use crate::evidence::facts::{Facts, Tried};
use crate::evidence::timeline::What;

impl Turn<'_, '_, '_> {
    /// Keeps of what the data connection brought as much as is asked for later.
    pub(super) fn keep(&self, count: usize) {
        let bytes = self.data.brought(count);
        self.plan.keep_listing(self.planned.attempt.load, bytes);
        if self.session.product() == Some("ftpmode") {
            self.plan.keep_beginning(self.number, bytes);
        }
    }

    /// Where the 150 announced a mark and the listing was confirmed and came to its end.
    pub(super) fn note_mark(&self) {
        if self.session.product() != Some("ftpmode") {
            return;
        }
        let announced = {
            let evidence = self.plan.tools.recorder.evidence();
            let facts = Facts::of(&evidence);
            let ours = facts.tried().iter().find(|tried| tried.index() == self.number);
            ours.filter(|tried| tried.works()).and_then(Tried::announced_mark)
        };
        if let Some(mark) = announced {
            let came = self.plan.began_with(self.number, &mark);
            self.record(if came { What::Marked } else { What::Unmarked });
        }
    }
}
