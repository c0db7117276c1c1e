//! FileZilla Server's log, of 0.9 and 1, from logs that users published.

use crate::evidence::import::Program;
use crate::evidence::import::words::{How, Tells, Which, phrase};
use crate::evidence::log::Writer;

pub static PROGRAM: Program = Program {
    id: "filezilla-server",
    name: "FileZilla Server",
    writer: Writer::Server,
    signs: &["ftp server [", "[ftp session ", "> ftp session ", "(not logged in)"],
    phrases: &[
        phrase("client did not properly shut down tls connection", Tells::Failed(Which::Data, How::Tls)),
        phrase("disconnected.", Tells::Failed(Which::Control, How::Closed)),
    ],
};
