//! Ruby's Net::FTP: its exceptions, and the functions in which they were met, as its source names them.

use crate::evidence::import::Program;
use crate::evidence::import::words::{How, Tells, Which, phrase};
use crate::evidence::log::Writer;

pub static PROGRAM: Program = Program {
    id: "ruby-net-ftp",
    name: "Ruby's Net::FTP",
    writer: Writer::Client,
    signs: &["net/ftp.rb", "net::ftp", "net-ftp-"],
    phrases: &[
        phrase("net::opentimeout", Tells::Failed(Which::Either, How::TimedOut)),
        phrase("net::readtimeout", Tells::Unanswered(How::TimedOut)),
        phrase("errno::etimedout", Tells::Failed(Which::Either, How::TimedOut)),
        phrase("errno::econnrefused", Tells::Failed(Which::Either, How::Refused)),
        phrase("errno::ehostunreach", Tells::Failed(Which::Either, How::HostUnreachable)),
        phrase("in `transfercmd'", Tells::OfData),
        phrase("ftp#transfercmd'", Tells::OfData),
    ],
};
