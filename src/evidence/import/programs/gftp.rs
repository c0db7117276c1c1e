//! gFTP. Its form is from logs that users published; none of these words was met in one yet.

use crate::evidence::import::Program;
use crate::evidence::import::words::{How, Tells, Which, phrase};
use crate::evidence::log::Writer;

pub static PROGRAM: Program = Program {
    id: "gftp",
    name: "gFTP",
    writer: Writer::Client,
    signs: &["gftp "],
    phrases: &[
        phrase("cannot create a data connection", Tells::Failed(Which::Data, How::Unsaid)),
        phrase("cannot connect to ", Tells::Failed(Which::Control, How::Unsaid)),
        phrase("looking up ", Tells::LooksUp),
        phrase("invalid response", Tells::Failed(Which::Data, How::Unsaid)),
        phrase("could not write to socket", Tells::Breaks(How::Unsaid)),
    ],
};
