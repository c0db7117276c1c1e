//! What is kept of the bytes that data connections brought.

use super::Plan;
use crate::evidence::attempt::Load;
use crate::protocol::listing;

/// Bytes of listings that are kept: some hundred files.
const MOST_OF_A_LISTING: usize = 64 * 1024;
/// Bytes of a listing's beginning that are searched for a mark; every line of it holds one.
const MOST_OF_A_BEGINNING: usize = 4 * 1024;

impl Plan<'_> {
    /// Keeps what a listing brings, where a large file will be chosen from it.
    pub fn keep_listing(&self, load: Load, bytes: &[u8]) {
        let settings = self.tools.settings;
        if settings.transfer_size.is_none() || settings.retrieve.is_some() || !load.is_usual() {
            return;
        }
        let listing = &mut self.standing.borrow_mut().listing;
        let room = MOST_OF_A_LISTING.saturating_sub(listing.len());
        listing.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }

    /// The size and the name of the listing's largest file; none where the user named one.
    pub fn largest_file(&self) -> Option<(u64, String)> {
        let wanted = self.tools.settings.retrieve.is_none();
        wanted.then(|| listing::largest(&self.standing.borrow().listing)).flatten()
    }

    /// Keeps the beginning of what this attempt brings.
    pub fn keep_beginning(&self, attempt: usize, bytes: &[u8]) {
        let mut standing = self.standing.borrow_mut();
        let beginning = standing.beginnings.entry(attempt).or_default();
        let room = MOST_OF_A_BEGINNING.saturating_sub(beginning.len());
        beginning.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }

    /// Whether the beginning that was kept of this attempt holds `mark`.
    pub fn began_with(&self, attempt: usize, mark: &str) -> bool {
        let standing = self.standing.borrow();
        let beginning = standing.beginnings.get(&attempt);
        beginning.is_some_and(|bytes| bytes.windows(mark.len()).any(|window| window == mark.as_bytes()))
    }
}
