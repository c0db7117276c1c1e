//! FireFTP, from logs that users published.

use crate::evidence::import::Program;
use crate::evidence::import::words::{How, Tells, Which, phrase};
use crate::evidence::log::Writer;

pub static PROGRAM: Program = Program {
    id: "fireftp",
    name: "FireFTP",
    writer: Writer::Client,
    signs: &["fireftp"],
    phrases: &[
        phrase("data connection could not be", Tells::Failed(Which::Data, How::Unsaid)),
        phrase("fireftp cannot", Tells::Failed(Which::Data, How::Unsaid)),
    ],
};
