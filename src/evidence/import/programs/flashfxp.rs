//! FlashFXP, from logs that users published.

use crate::evidence::import::Program;
use crate::evidence::import::words::{How, Tells, Which, phrase};
use crate::evidence::log::Writer;

pub static PROGRAM: Program = Program {
    id: "flashfxp",
    name: "FlashFXP",
    writer: Writer::Client,
    signs: &["flashfxp ", "[r] "],
    phrases: &[
        phrase("opening data connection", Tells::Dials(Which::Data)),
        phrase("list error", Tells::Failed(Which::Data, How::Unsaid)),
        phrase("connection lost", Tells::Failed(Which::Control, How::Closed)),
        phrase("connection failed (", Tells::Failed(Which::Control, How::Unsaid)),
        phrase("list complete", Tells::Got),
    ],
};
