//! The uploaded file's size, as the server tells it (RFC 3659 section 4).

use super::{Facts, Place, Tried};
use crate::evidence::observed::Observed;
use crate::evidence::timeline::{Awaited, Event, What};

/// One file, measured on either side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Measured {
    /// Bytes that were written to the data connection.
    pub written: u64,
    /// Bytes that the file holds, as SIZE says.
    pub held: u64,
    /// The reply that confirmed the upload.
    pub confirmed_at: Place,
    /// The reply to SIZE.
    pub size_at: Place,
}

impl Facts<'_> {
    /// The upload that the server confirmed, with its size. In the ASCII type a size counts the line ends as the server
    /// keeps them, and on some systems a record's padding: it is compared in the image type alone.
    pub fn measured_upload(&self) -> Observed<Measured> {
        let mut uploads = self.tried().iter().filter(|tried| tried.attempt().load.is_upload());
        let Some((upload, (_, confirmed_at))) =
            uploads.find(|upload| upload.works()).and_then(|upload| Some((upload, upload.completion()?)))
        else {
            return Observed::NotTested("no upload was confirmed");
        };
        if !self.in_image_type(upload) {
            return Observed::NotTested(
                "the server did not agree to the image type, and sizes in the ASCII type need not be the same",
            );
        }
        let Some((held, size_at)) = self.size_told(upload) else {
            return Observed::NotTested("the server does not tell the size of the uploaded file");
        };
        Observed::Seen(Measured { written: upload.bytes(), held, confirmed_at, size_at })
    }

    /// The bytes that the file of an upload held when it was asked for, and the reply that says so.
    pub fn size_told(&self, upload: &Tried) -> Option<(u64, Place)> {
        let number = upload.outcome().control;
        let begun = upload.outcome().events.first()?.at_ms;
        let next = self.tried().iter().find(|tried| tried.index() > upload.index());
        let until = next.and_then(|next| Some(next.outcome().events.first()?.at_ms)).unwrap_or(f64::INFINITY);
        let (reply, place) = self
            .answers_on(number, "SIZE")
            .into_iter()
            .find(|(_, place)| self.time_of(*place).is_some_and(|at| begun < at && at < until))?;
        (reply.code == 213 && self.in_image_type(upload)).then_some(())?;
        Some((reply.message().trim().parse().ok()?, place))
    }

    /// The silence in the place of an answer to DELE, on the upload's control connection.
    pub fn removal_unanswered(&self, upload: &Tried) -> Option<Place> {
        let number = upload.outcome().control;
        let events = &self.evidence().controls.get(number)?.events;
        let asked =
            events.iter().rposition(|event| matches!(&event.what, What::Sent(line) if line.starts_with("DELE ")))?;
        let waited = |event: &&Event| matches!(event.what, What::Silent { awaited: Awaited::Reply, .. });
        let silent = events.iter().enumerate().skip(asked).find(|(_, event)| waited(event));
        silent.map(|(index, _)| Place::Control(number, index))
    }

    /// Whether the last TYPE on its control connection was agreed to: all that this tool sends is TYPE I.
    pub(super) fn in_image_type(&self, tried: &Tried) -> bool {
        self.answer_on(tried.outcome().control, "TYPE").is_some_and(|(reply, _)| reply.is_completion())
    }
}
