//! ProFTPD's debug log, by its form alone.

use crate::evidence::import::Program;
use crate::evidence::log::Writer;

pub static PROGRAM: Program = Program {
    id: "proftpd",
    name: "ProFTPD",
    writer: Writer::Server,
    signs: &["proftpd[", "dispatching cmd command"],
    phrases: &[],
};
