//! pyftpdlib's log, from logs that users published, by its form alone.

use crate::evidence::import::Program;
use crate::evidence::log::Writer;

pub static PROGRAM: Program = Program {
    id: "pyftpdlib",
    name: "pyftpdlib",
    writer: Writer::Server,
    signs: &[">>> starting ftp server", "ftp session opened (connect)"],
    phrases: &[],
};
