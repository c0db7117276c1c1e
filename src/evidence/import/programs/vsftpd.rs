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
        "] ok login: client \"",
        "] fail download: client \"",
        "] fail upload: client \"",
        "] ok delete: client \"",
        "] ok mkdir: client \"",
        "] ok rename: client \"",
    ],
    phrases: &[
        phrase("connection refused: too many sessions", Tells::Refused(421)),
        phrase("] ok upload: client \"", Tells::Moved),
        phrase("] ok download: client \"", Tells::Moved),
        phrase("] fail login: client \"", Tells::Refused(530)),
        phrase("] ok login: client", Tells::LoggedIn),
        // Who moves or changes files has logged in. How far a file came that fails is told of no mode.
        phrase("] fail download: client \"", Tells::LoggedIn),
        phrase("] fail upload: client \"", Tells::LoggedIn),
        phrase("] ok delete: client \"", Tells::LoggedIn),
        phrase("] ok mkdir: client \"", Tells::LoggedIn),
        phrase("] ok rename: client \"", Tells::LoggedIn),
    ],
};
