//! Node's basic-ftp and the programs built on it. The words for a failed data connection are from logs that users
//! published; those that name the socket were seen in runs of basic-ftp too.

use crate::evidence::import::Program;
use crate::evidence::import::words::{How, Tells, Which, phrase};
use crate::evidence::log::Writer;
use crate::evidence::security::Distrust;

pub static PROGRAM: Program = Program {
    id: "node-basic-ftp",
    name: "basic-ftp",
    writer: Writer::Client,
    signs: &["can't open data connection in passive mode", "(control socket)", "(data socket)"],
    phrases: &[
        phrase("can't open data connection in passive mode", Tells::Failed(Which::Data, How::Unsaid)),
        phrase("unable to make data connection", Tells::Failed(Which::Data, How::Unsaid)),
        phrase("none of the available transfer strategies work", Tells::Failed(Which::Data, How::Unsaid)),
        phrase("can't parse response to 'epsv'", Tells::Unparsed),
        phrase("can't parse response to 'pasv'", Tells::Unparsed),
        phrase("server sent fin packet unexpectedly", Tells::Failed(Which::Control, How::Closed)),
        phrase("trying to find optimal transfer strategy", Tells::Nothing),
        phrase("downloading from ", Tells::Joined(Which::Data)),
        phrase("uploading to ", Tells::Joined(Which::Data)),
        phrase("read econnreset (data socket)", Tells::Breaks(How::Reset)),
        phrase("does not match certificate's altnames", Tells::Untrusted(Distrust::WrongName)),
        phrase("timeout (data socket)", Tells::Failed(Which::Data, How::TimedOut)),
        phrase("timeout (control socket)", Tells::Failed(Which::Control, How::TimedOut)),
    ],
};
