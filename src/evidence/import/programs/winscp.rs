//! WinSCP's log and its messages, from logs that users published; some words for transfers have been met in no log yet.

use crate::evidence::import::Program;
use crate::evidence::import::words::{How, Tells, Which, phrase};
use crate::evidence::log::Writer;

pub static PROGRAM: Program = Program {
    id: "winscp",
    name: "WinSCP",
    writer: Writer::Client,
    signs: &["winscp version ", "winscp session log", "timeout detected. (", "error listing directory '"],
    phrases: &[
        phrase("timeout detected. (data connection)", Tells::Failed(Which::Data, How::TimedOut)),
        phrase("connection failed.", Tells::Failed(Which::Control, How::Unsaid)),
        phrase("lost connection.", Tells::Failed(Which::Control, How::Closed)),
        phrase("error listing directory '", Tells::Unlisted),
        phrase("copying files from remote side failed", Tells::Failed(Which::Data, How::Unsaid)),
        phrase("copying files to remote side failed", Tells::Failed(Which::Data, How::Unsaid)),
        phrase("retrieving directory listing failed", Tells::Unlisted),
        phrase("timeout detected. (control connection)", Tells::Failed(Which::Either, How::TimedOut)),
    ],
};
