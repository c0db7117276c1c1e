//! Apache FtpServer's log and exceptions, from logs that users published.

use crate::evidence::import::Program;
use crate::evidence::log::Writer;

pub static PROGRAM: Program = Program {
    id: "apache-ftpserver",
    name: "Apache FtpServer",
    writer: Writer::Server,
    signs: &["org.apache.ftpserver"],
    phrases: &[],
};
