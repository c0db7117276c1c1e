//! apt's FTP method, from its source and from logs that users published.

use crate::evidence::import::Program;
use crate::evidence::import::words::{How, Tells, Which, phrase};
use crate::evidence::log::Writer;

pub static PROGRAM: Program = Program {
    id: "apt",
    name: "apt",
    writer: Writer::Client,
    signs: &["could not connect passive socket", "could not connect data socket, connection timed out"],
    phrases: &[
        phrase("could not connect passive socket", Tells::Failed(Which::Data, How::Unsaid)),
        phrase("could not connect data socket, connection timed out", Tells::Failed(Which::Data, How::TimedOut)),
        phrase("data socket connect timed out", Tells::AwaitsCallback),
        phrase("unable to accept connection", Tells::AwaitsCallback),
    ],
};
