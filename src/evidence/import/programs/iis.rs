//! The log of FTP in Microsoft's Internet Information Services: one line a command, with the code of its reply. Its form is
//! from its documentation and from logs that users published.

use crate::evidence::import::Program;
use crate::evidence::log::Writer;

pub static PROGRAM: Program = Program {
    id: "iis",
    name: "IIS",
    writer: Writer::Server,
    signs: &["microsoft internet information services"],
    phrases: &[],
};
