//! rclone, and what else is written in Go, from logs that users published; a lookup that failed was seen in runs of 1.60.
//! The words for TLS and `no such host` have been met in no log yet.

use crate::evidence::import::Program;
use crate::evidence::import::words::{How, Tells, Which, phrase};
use crate::evidence::log::Writer;
use crate::evidence::security::Distrust;

pub static PROGRAM: Program = Program {
    id: "rclone",
    name: "rclone",
    writer: Writer::Client,
    signs: &["rclone: version", "rclone v", "ftp rx: ", "ftp tx: ", "dial tcp "],
    phrases: &[
        phrase("dialled and connected", Tells::Joined(Which::Either)),
        phrase("dial tcp: lookup ", Tells::NoAddress),
        phrase("timeout when waiting for list", Tells::Failed(Which::Data, How::TimedOut)),
        phrase("i/o timeout", Tells::Failed(Which::Either, How::TimedOut)),
        phrase("dial tcp ", Tells::Dials(Which::Either)),
        phrase("no such host", Tells::NoAddress),
        phrase("x509: ", Tells::Untrusted(Distrust::Other)),
        phrase("tls: ", Tells::Failed(Which::Either, How::Tls)),
        phrase(": eof", Tells::Failed(Which::Either, How::Closed)),
    ],
};
