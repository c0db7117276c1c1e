//! Go's ftpserverlib and the servers built on it, from logs that users published.

use crate::evidence::import::Program;
use crate::evidence::import::words::{Tells, phrase};
use crate::evidence::log::Writer;

pub static PROGRAM: Program = Program {
    id: "ftpserverlib",
    name: "ftpserverlib (Go)",
    writer: Writer::Server,
    signs: &["event=\"client connected\"", "event=\"unable to open transfer\""],
    phrases: &[
        phrase("event=\"client connected\"", Tells::Accepted),
        phrase("i/o timeout\" event=\"unable to open transfer\"", Tells::AwaitsCallback),
    ],
};
