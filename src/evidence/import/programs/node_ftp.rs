//! Node's ftp, jsftp and the editors' plug-ins that are built on them, from their sources and from logs that users published.

use crate::evidence::import::Program;
use crate::evidence::import::words::{How, Tells, Which, phrase};
use crate::evidence::log::Writer;

pub static PROGRAM: Program = Program {
    id: "node-ftp",
    name: "Node's ftp",
    writer: Writer::Client,
    signs: &[
        "timed out while making data connection",
        "bad passive host/port combination",
        "error: login incorrect",
        "error: login authentication failed",
        "node_modules/ftp/lib",
        "ftpfilesystem",
    ],
    phrases: &[
        phrase("timed out while making data connection", Tells::Failed(Which::Data, How::TimedOut)),
        phrase("bad passive host/port combination", Tells::Unparsed),
        phrase("error: login incorrect", Tells::Refused(530)),
        phrase("error: login authentication failed", Tells::Refused(530)),
        phrase("error: not logged in", Tells::Refused(530)),
    ],
};
