//! CuteFTP, from logs that users published; some of the words for listings that failed have been met in no log yet.

use crate::evidence::import::Program;
use crate::evidence::import::words::{How, Tells, Which, phrase};
use crate::evidence::log::Writer;

pub static PROGRAM: Program = Program {
    id: "cuteftp",
    name: "CuteFTP",
    writer: Writer::Client,
    signs: &["*** cuteftp", "status:>", "command:>", "socket connected. waiting for welcome message"],
    phrases: &[
        phrase("connecting ftp data socket", Tells::Dials(Which::Data)),
        phrase("failed to establish data socket", Tells::Failed(Which::Data, How::Unsaid)),
        phrase("connecting to ftp server", Tells::Dials(Which::Control)),
        phrase("socket connected. waiting for welcome message", Tells::Joined(Which::Control)),
        phrase("can't connect to remote server", Tells::Failed(Which::Either, How::Unsaid)),
        phrase("can't establish data connection", Tells::Failed(Which::Data, How::Unsaid)),
        phrase("cannot establish data connection", Tells::Failed(Which::Data, How::Unsaid)),
        phrase("directory listing completed", Tells::Got),
        phrase("getting listing \"\" failed", Tells::Failed(Which::Data, How::Unsaid)),
        phrase("substituting received pasv address", Tells::MendsAddress),
        phrase("the connection failed due to an error or timeout", Tells::Failed(Which::Either, How::Unsaid)),
        phrase("pasv failed, trying port", Tells::Failed(Which::Data, How::Unsaid)),
        phrase("increase the connection timeout threshold", Tells::Nothing),
        phrase("occurred on receiving server response", Tells::Failed(Which::Either, How::TimedOut)),
        phrase("can't write to data socket", Tells::Breaks(How::Unsaid)),
        phrase("can't read from data socket", Tells::Breaks(How::Unsaid)),
        phrase("can't get list of remote", Tells::Failed(Which::Data, How::Unsaid)),
    ],
};
