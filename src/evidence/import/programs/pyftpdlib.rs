//! pyftpdlib's log, from logs that users published.

use crate::evidence::import::Program;
use crate::evidence::import::words::{Tells, phrase};
use crate::evidence::log::Writer;

pub static PROGRAM: Program = Program {
    id: "pyftpdlib",
    name: "pyftpdlib",
    writer: Writer::Server,
    signs: &[
        ">>> starting ftp server",
        "ftp session opened (connect)",
        "] user '",
        " completed=1 bytes=",
        " completed=0 bytes=",
    ],
    phrases: &[
        phrase("' logged in.", Tells::LoggedIn),
        phrase(" completed=1 bytes=", Tells::Moved),
        phrase(" completed=0 bytes=", Tells::LoggedIn),
        phrase("' failed login.", Tells::Refused(530)),
        phrase("] rejected data connection to foreign address", Tells::Refused(501)),
        phrase("] rejected data connection from foreign address", Tells::Refused(425)),
    ],
};
