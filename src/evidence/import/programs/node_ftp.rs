//! Node's ftp, and jsftp, from their sources and from logs that users published.

use crate::evidence::import::Program;
use crate::evidence::import::words::{How, Tells, Which, phrase};
use crate::evidence::log::Writer;

pub static PROGRAM: Program = Program {
    id: "node-ftp",
    name: "Node's ftp",
    writer: Writer::Client,
    signs: &["timed out while making data connection", "bad passive host/port combination"],
    phrases: &[
        phrase("timed out while making data connection", Tells::Failed(Which::Data, How::TimedOut)),
        phrase("bad passive host/port combination", Tells::Unparsed),
    ],
};
