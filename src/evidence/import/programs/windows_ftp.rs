//! Windows' ftp.exe. Its form is from logs that users published; these words have been met in no log yet.

use crate::evidence::import::Program;
use crate::evidence::import::words::{How, Tells, Which, phrase};
use crate::evidence::log::Writer;

pub static PROGRAM: Program = Program {
    id: "windows-ftp",
    name: "ftp.exe of Windows",
    writer: Writer::Client,
    signs: &["ftp: connect :", "user (", "aborting any active data connections"],
    phrases: &[
        phrase("> ftp: connect :", Tells::Failed(Which::Control, How::Unsaid)),
        phrase("aborting any active data connections", Tells::Failed(Which::Data, How::Unsaid)),
        phrase("unknown host ", Tells::NoAddress),
    ],
};
