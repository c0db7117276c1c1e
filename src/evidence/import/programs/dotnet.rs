//! .NET's trace and its exceptions. Seen in published logs: the time-out, the refusal, and the error that quotes a 227;
//! the others are named as .NET's documentation names them.

use crate::evidence::import::Program;
use crate::evidence::import::words::{How, Tells, Which, phrase};
use crate::evidence::log::Writer;
use crate::evidence::security::Distrust;

pub static PROGRAM: Program = Program {
    id: "dotnet",
    name: ".NET FtpWebRequest",
    writer: Writer::Client,
    signs: &[
        "ftpwebrequest",
        "fluentftp.",
        "system.net.ftpclient.",
        "system.net information",
        "the remote server returned an error: 227",
    ],
    phrases: &[
        phrase("unable to connect to the remote server", Tells::Failed(Which::Either, How::Unsaid)),
        phrase("created connection from ", Tells::Joined(Which::Control)),
        phrase("the operation has timed out", Tells::Failed(Which::Either, How::TimedOut)),
        phrase("the operation timed out", Tells::Failed(Which::Either, How::TimedOut)),
        phrase("remote name could not be resolved", Tells::NoAddress),
        phrase("different than the address to which the ftp connection was made", Tells::RefusesAddress),
        phrase("remote certificate is invalid", Tells::Untrusted(Distrust::Other)),
        phrase("connected party did not properly respond", Tells::Failed(Which::Either, How::TimedOut)),
        phrase("the underlying connection was closed", Tells::Failed(Which::Either, How::Unsaid)),
        phrase("the remote server returned an error: 227", Tells::Stopped(227)),
        phrase("ftps authentication failed", Tells::Failed(Which::Either, How::Tls)),
        phrase("authentication failed because the remote party", Tells::Failed(Which::Either, How::Tls)),
        phrase("a call to sspi failed", Tells::Failed(Which::Either, How::Tls)),
        phrase("unexpected eof or 0 bytes from the transport stream", Tells::Failed(Which::Either, How::Tls)),
        phrase("(530) not logged in", Tells::Refused(530)),
    ],
};
