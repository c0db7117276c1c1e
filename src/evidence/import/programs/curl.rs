//! curl -v. Seen in runs of 7.88.1; the words of older versions and of rarer ends have been met in no log yet.

use crate::evidence::import::Program;
use crate::evidence::import::words::{How, Tells, Which, phrase};
use crate::evidence::log::Writer;
use crate::evidence::security::Distrust;

pub static PROGRAM: Program = Program {
    id: "curl",
    name: "curl",
    writer: Writer::Client,
    signs: &["curl: (", "curl/", "getting file with size", "* connection #", "* ftp_perform ends"],
    phrases: &[
        phrase("  trying ", Tells::Dials(Which::Either)),
        phrase("trying ", Tells::Dials(Which::Either)),
        phrase("connected to ", Tells::Joined(Which::Either)),
        phrase("connected 2nd connection to ", Tells::Joined(Which::Data)),
        phrase("connection accepted from server", Tells::Joined(Which::Data)),
        phrase("getting file with size", Tells::Joined(Which::Data)),
        phrase("for data connection, re-use ", Tells::MendsAddress),
        phrase("for data connection, uses ", Tells::MendsAddress),
        phrase("couldn't connect to server", Tells::Failed(Which::Either, How::Unsaid)),
        phrase("failed to connect to ", Tells::Failed(Which::Either, How::Unsaid)),
        phrase("accept timeout occurred", Tells::Failed(Which::Data, How::TimedOut)),
        phrase("timeout was reached", Tells::Failed(Which::Either, How::TimedOut)),
        phrase("operation timed out", Tells::Failed(Which::Either, How::TimedOut)),
        phrase("ftp response timeout", Tells::Failed(Which::Either, How::TimedOut)),
        phrase("response reading failed", Tells::Failed(Which::Control, How::Closed)),
        phrase("connection time-out", Tells::Failed(Which::Either, How::TimedOut)),
        phrase("transfer closed with ", Tells::Breaks(How::Closed)),
        phrase("could not resolve host", Tells::NoAddress),
        phrase("couldn't resolve host", Tells::NoAddress),
        phrase("ssl certificate problem", Tells::Untrusted(Distrust::Other)),
        phrase("ssl connection using", Tells::Secured),
        phrase("ssl_error_syscall", Tells::Failed(Which::Either, How::Tls)),
        phrase("ssl connect error", Tells::Failed(Which::Either, How::Tls)),
        phrase("ssl routines", Tells::Failed(Which::Either, How::Tls)),
    ],
};
