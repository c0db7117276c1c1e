//! tnftp, the ftp of NetBSD and macOS. Seen in runs of 20210827.

use crate::evidence::import::Program;
use crate::evidence::import::words::{How, Tells, Which, phrase};
use crate::evidence::log::Writer;

pub static PROGRAM: Program = Program {
    id: "tnftp",
    name: "tnftp",
    writer: Writer::Client,
    signs: &["tnftp: ", "tnftp "],
    phrases: &[
        phrase("can't connect to ", Tells::Failed(Which::Either, How::Unsaid)),
        phrase("remote server has closed connection", Tells::Failed(Which::Control, How::Closed)),
        phrase("service not available, remote server", Tells::Failed(Which::Control, How::Closed)),
        phrase("passive mode refused", Tells::PassiveRefused),
        // What Linux makes of an ICMPv6 error that says "administratively prohibited".
        phrase("': permission denied", Tells::Failed(Which::Either, How::HostUnreachable)),
        phrase("passive mode address scan failure", Tells::Unparsed),
        phrase("parse error!", Tells::Unparsed),
        phrase("receive aborted. waiting for remote", Tells::Failed(Which::Data, How::Unsaid)),
        phrase("passive mode address mismatch", Tells::RefusesAddress),
        phrase("login failed", Tells::Refused(530)),
    ],
};
