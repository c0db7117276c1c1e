//! Apache Commons Net and Java's exceptions. Seen in runs of Commons Net 3.9; what those did not say is named as Java's
//! documentation names it.

use crate::evidence::import::Program;
use crate::evidence::import::words::{How, Tells, Which, phrase};
use crate::evidence::log::Writer;
use crate::evidence::security::Distrust;

pub static PROGRAM: Program = Program {
    id: "java-commons-net",
    name: "Apache Commons Net",
    writer: Writer::Client,
    signs: &["org.apache.commons.net", "malformedserverreplyexception"],
    phrases: &[
        phrase("connectexception", Tells::Failed(Which::Either, How::Unsaid)),
        phrase("sockettimeoutexception: accept", Tells::AwaitsCallback),
        phrase("sockettimeoutexception: connect", Tells::Failed(Which::Either, How::TimedOut)),
        phrase("sockettimeoutexception: read", Tells::Failed(Which::Either, How::TimedOut)),
        phrase("sockettimeoutexception", Tells::Failed(Which::Either, How::TimedOut)),
        phrase("ftpconnectionclosedexception", Tells::Unanswered(How::Closed)),
        phrase("ftpconnectionclosedexception: ftp response 421 received", Tells::Refused(421)),
        phrase("ftp.user(", Tells::HadSent("USER")),
        phrase("ftp.pass(", Tells::HadSent("PASS ****")),
        phrase("ftp.quit(", Tells::HadSent("QUIT")),
        phrase("timed out waiting for initial connect reply", Tells::Unanswered(How::TimedOut)),
        phrase("sslhandshakeexception: notafter", Tells::Untrusted(Distrust::Expired)),
        phrase("malformedserverreplyexception", Tells::Joined(Which::Control)),
        phrase("._opendataconnection_", Tells::OfData),
        phrase("unknownhostexception", Tells::NoAddress),
        phrase("host attempting data connection", Tells::Foreign),
        phrase("sslhandshakeexception", Tells::Failed(Which::Either, How::Tls)),
        phrase("unable to find valid certification path", Tells::Untrusted(Distrust::UnknownIssuer)),
        phrase("noroutetohostexception", Tells::Failed(Which::Either, How::HostUnreachable)),
        phrase("copystreamexception", Tells::Breaks(How::Unsaid)),
    ],
};
