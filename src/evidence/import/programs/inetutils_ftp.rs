//! The ftp commands of inetutils and netkit, and of the BSDs before. Seen in runs of inetutils 2.4; those of netkit in
//! logs that users published.

use crate::evidence::import::Program;
use crate::evidence::import::words::{How, Tells, Which, phrase};
use crate::evidence::log::Writer;

pub static PROGRAM: Program = Program {
    id: "inetutils-ftp",
    name: "ftp (inetutils, netkit)",
    writer: Writer::Client,
    signs: &["ftp: connect", "inetutils-ftp"],
    phrases: &[
        phrase("ftp: connect", Tells::Failed(Which::Either, How::Unsaid)),
        phrase("ftp: accept", Tells::Failed(Which::Data, How::Unsaid)),
        phrase("service not available, user interrupt", Tells::Failed(Which::Either, How::Unsaid)),
        phrase("netout: ", Tells::Breaks(How::Unsaid)),
        phrase("netin: ", Tells::Failed(Which::Control, How::Unsaid)),
        phrase("ftp: bind", Tells::Failed(Which::Data, How::Unsaid)),
        phrase("connection closed by remote host", Tells::Failed(Which::Control, How::Closed)),
        phrase("bytes received in ", Tells::Got),
        phrase("bytes sent in ", Tells::Got),
        phrase("bytes received in", Tells::Got),
    ],
};
