//! WS_FTP. Its form is from logs that users published; most of these words have been met in no log yet.

use crate::evidence::import::Program;
use crate::evidence::import::words::{How, Tells, Which, phrase};
use crate::evidence::log::Writer;

pub static PROGRAM: Program = Program {
    id: "ws-ftp",
    name: "WS_FTP",
    writer: Writer::Client,
    signs: &["ws_ftp ", "winsock.dll:", "finding host "],
    phrases: &[
        phrase("connecting data channel to ", Tells::Dials(Which::Data)),
        phrase("data channel connected", Tells::Joined(Which::Data)),
        phrase("failed data channel connection", Tells::Failed(Which::Data, How::Unsaid)),
        phrase("failed to connect data channel", Tells::Failed(Which::Data, How::Unsaid)),
        phrase("data channel connection failed", Tells::Failed(Which::Data, How::Unsaid)),
        phrase("waiting for server response", Tells::Joined(Which::Control)),
        phrase("connection failed. ", Tells::Failed(Which::Control, How::Unsaid)),
        phrase("! connection failed", Tells::Failed(Which::Control, How::Unsaid)),
        phrase("! can't get ", Tells::Failed(Which::Data, How::Unsaid)),
        phrase("! retrieve of folder listing failed", Tells::Failed(Which::Data, How::Unsaid)),
        phrase("accept error", Tells::Failed(Which::Data, How::Unsaid)),
        phrase("! receive error", Tells::Failed(Which::Either, How::Unsaid)),
        phrase("blocking call cancelled", Tells::Failed(Which::Either, How::TimedOut)),
        phrase("finding host ", Tells::LooksUp),
    ],
};
