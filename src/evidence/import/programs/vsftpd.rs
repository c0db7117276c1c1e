//! vsftpd's own log with log_ftp_protocol, from logs that users published.

use crate::evidence::import::Program;
use crate::evidence::import::words::{Tells, phrase};
use crate::evidence::log::Writer;

pub static PROGRAM: Program = Program {
    id: "vsftpd",
    name: "vsftpd",
    writer: Writer::Server,
    signs: &["ftp command: client \"", "ftp response: client \"", " connect: client \""],
    phrases: &[
        phrase("connection refused: too many sessions", Tells::Refused(421)),
        phrase("] ok upload: client", Tells::Got),
        phrase("] ok download: client", Tells::Got),
        phrase("] fail login: client", Tells::Refused(530)),
        phrase("] ok login: client", Tells::LoggedIn),
    ],
};
