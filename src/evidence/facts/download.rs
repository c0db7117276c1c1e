//! Whether all of a file came that was downloaded: its size as the listing or SIZE (RFC 3659 section 4) told it.

use super::{Facts, Place, Tried};
use crate::evidence::observed::Observed;
use crate::evidence::timeline::What;

/// One file, measured on either side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Download {
    pub name: String,
    /// Bytes that came until the server ended the data connection.
    pub came: u64,
    /// Bytes that the server gave it before, and where it said so.
    pub held: (u64, Place),
    /// The same afterwards, where it was asked once more.
    pub held_after: Option<(u64, Place)>,
    /// The reply that confirmed the download.
    pub confirmed_at: Place,
}

impl Download {
    /// Whether less came than the file held, then and afterwards.
    pub fn is_short(&self) -> bool {
        let (before, _) = self.held;
        self.came < before && self.held_after.is_none_or(|(after, _)| self.came < after)
    }
}

impl Facts<'_> {
    /// The downloads that the server confirmed and ended by itself, with their files' sizes. In the ASCII type sizes need not
    /// be those of what comes. (A log's bytes are what its client chose to count.)
    pub fn measured_downloads(&self) -> Observed<Vec<Download>> {
        if self.log().is_some() {
            return Observed::NotTested("a log does not show how many bytes came");
        }
        let all: Vec<Download> = self.tried().iter().filter_map(|tried| self.measured_download(tried)).collect();
        match all.is_empty() {
            true => Observed::NotTested("no file came to its end whose size the server tells"),
            false => Observed::Seen(all),
        }
    }

    /// Those of which less came than the server says that the file holds.
    pub fn short_downloads(&self) -> Vec<Download> {
        let mut all = self.measured_downloads().seen().unwrap_or_default();
        all.retain(Download::is_short);
        all
    }

    fn measured_download(&self, tried: &Tried) -> Option<Download> {
        let asked = tried.find(|what| match what {
            What::Sent(command) => command.strip_prefix("RETR ").map(str::to_owned),
            _ => None,
        });
        let (name, asked_at) = asked.filter(|_| tried.works() && self.in_image_type(tried))?;
        // What was broken off here is no whole file.
        tried.find(|what| matches!(what, What::EndOfFile).then_some(()))?;
        let (_, confirmed_at) = tried.completion()?;
        let listed = tried.find(|what| match what {
            What::Listed(size) => Some(*size),
            _ => None,
        });
        let begun = self.time_of(asked_at)?;
        let sizes: Vec<(f64, u64, Place)> = (0..self.evidence().controls.len())
            .flat_map(|number| self.commands_answered(number))
            .filter(|(command, (reply, _))| command.strip_prefix("SIZE ") == Some(&name) && reply.code == 213)
            .filter_map(|(_, (reply, place))| Some((self.time_of(place)?, reply.message().trim().parse().ok()?, place)))
            .collect();
        let told = |is: &dyn Fn(f64) -> bool| {
            sizes.iter().rev().find(|(at, ..)| is(*at)).map(|(_, size, place)| (*size, *place))
        };
        let held = listed.or_else(|| told(&|at| at < begun))?;
        let ended = self.time_of(confirmed_at)?;
        Some(Download { name, came: tried.bytes(), held, held_after: told(&|at| at > ended), confirmed_at })
    }
}
