//! vsftpd's own log, with log_ftp_protocol and without, from logs that users published.

use crate::evidence::import::Program;
use crate::evidence::import::words::{Tells, phrase};
use crate::evidence::log::Writer;

pub static PROGRAM: Program = Program {
    id: "vsftpd",
    name: "vsftpd",
    writer: Writer::Server,
    signs: &[
        "ftp command: client \"",
        "ftp response: client \"",
        " connect: client \"",
        "] ok download: client \"",
        "] ok upload: client \"",
        "] fail login: client \"",
    ],
    phrases: &[
        phrase("connection refused: too many sessions", Tells::Refused(421)),
        phrase("] ok upload: client \"", Tells::Moved),
        phrase("] ok download: client \"", Tells::Moved),
        phrase("] fail login: client \"", Tells::Refused(530)),
        phrase("] ok login: client", Tells::LoggedIn),
    ],
};
