//! Cyberduck's log drawer and its transcript, from logs that users published; two of its own phrases have been met in
//! no log yet.

use crate::evidence::import::Program;
use crate::evidence::import::words::{How, Tells, Which, phrase};
use crate::evidence::log::Writer;

pub static PROGRAM: Program = Program {
    id: "cyberduck",
    name: "Cyberduck",
    writer: Writer::Client,
    signs: &["cyberduck/", "cyberduck version"],
    phrases: &[
        phrase("listing directory / failed", Tells::Unlisted),
        phrase("listing directory failed", Tells::Unlisted),
        phrase("connection failed", Tells::Failed(Which::Control, How::Unsaid)),
        phrase("opening ftp connection to ", Tells::Dials(Which::Control)),
    ],
};
