//! pyftpdlib's log, from logs that users published.

use crate::evidence::import::Program;
use crate::evidence::import::words::{Tells, phrase};
use crate::evidence::log::Writer;

pub static PROGRAM: Program = Program {
    id: "pyftpdlib",
    name: "pyftpdlib",
    writer: Writer::Server,
    signs: &[">>> starting ftp server", "ftp session opened (connect)"],
    phrases: &[
        phrase("' failed login.", Tells::Refused(530)),
        phrase("] rejected data connection to foreign address", Tells::Refused(501)),
        phrase("] rejected data connection from foreign address", Tells::Refused(425)),
    ],
};
