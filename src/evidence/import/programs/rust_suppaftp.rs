//! Rust's suppaftp, and the ftp crate that it grew out of: their errors, as their sources and the standard library write
//! them.

use crate::evidence::import::Program;
use crate::evidence::import::words::{How, Tells, Which, phrase};
use crate::evidence::log::Writer;

pub static PROGRAM: Program = Program {
    id: "rust-suppaftp",
    name: "suppaftp",
    writer: Writer::Client,
    signs: &["suppaftp", "ftpstream", "ftperror"],
    phrases: &[
        phrase("kind: connectionrefused", Tells::Failed(Which::Either, How::Refused)),
        phrase("kind: timedout", Tells::Failed(Which::Either, How::TimedOut)),
        phrase("kind: hostunreachable", Tells::Failed(Which::Either, How::HostUnreachable)),
        phrase("kind: networkunreachable", Tells::Failed(Which::Either, How::NetUnreachable)),
        phrase("failed to lookup address information", Tells::NoAddress),
    ],
};
