//! NcFTP's tools. Seen in runs of 3.2.6; some words for a data connection that failed have been met in no log yet.

use crate::evidence::import::Program;
use crate::evidence::import::words::{How, Tells, Which, phrase};
use crate::evidence::log::Writer;

pub static PROGRAM: Program = Program {
    id: "ncftp",
    name: "NcFTP",
    writer: Writer::Client,
    signs: &["libncftp ", "ncftp "],
    phrases: &[
        phrase("falling back to port", Tells::FallsBack),
        phrase("retrying pasv mode", Tells::Failed(Which::Data, How::Unsaid)),
        phrase("connect to ", Tells::Dials(Which::Either)),
        phrase("failed: ", Tells::Failed(Which::Either, How::Unsaid)),
        phrase("could not open data connection", Tells::Failed(Which::Data, How::Unsaid)),
        phrase("data connection timed out", Tells::Failed(Which::Data, How::TimedOut)),
        phrase("remote host has closed the connection", Tells::Failed(Which::Control, How::Closed)),
        phrase("lost control connection", Tells::Failed(Which::Control, How::Closed)),
        phrase("timed-out waiting", Tells::Failed(Which::Either, How::TimedOut)),
        phrase("could not accept a data connection", Tells::Failed(Which::Data, How::Unsaid)),
        phrase("could not read reply from control connection", Tells::Unanswered(How::Closed)),
        phrase("could not read reply from control connection -- timed out", Tells::Unanswered(How::TimedOut)),
        phrase("malformed url", Tells::Nothing),
    ],
};
