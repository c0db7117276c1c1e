//! Total Commander's ftp log. One phrase is from a published log; the others have been met in no log yet.

use crate::evidence::import::Program;
use crate::evidence::import::words::{How, Tells, Which, phrase};
use crate::evidence::log::Writer;

pub static PROGRAM: Program = Program {
    id: "total-commander",
    name: "Total Commander",
    writer: Writer::Client,
    signs: &["total commander", "connect to: ("],
    phrases: &[
        phrase("connect to: (", Tells::Dials(Which::Control)),
        phrase("port command failed", Tells::Failed(Which::Data, How::Unsaid)),
        phrase("waiting for server...", Tells::Nothing),
        phrase("could not retrieve directory", Tells::Unlisted),
        phrase("connect ok!", Tells::Joined(Which::Control)),
    ],
};
