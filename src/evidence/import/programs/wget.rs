//! GNU Wget. Seen in runs of 1.21.3 and in logs that users published.

use crate::evidence::import::Program;
use crate::evidence::import::words::{How, Tells, Which, phrase};
use crate::evidence::log::Writer;

pub static PROGRAM: Program = Program {
    id: "wget",
    name: "GNU Wget",
    writer: Writer::Client,
    signs: &["created by wget ", "gnu wget ", "user-agent: wget/", "==> syst ...", "logging in as "],
    phrases: &[
        phrase("resolving ", Tells::LooksUp),
        phrase("logged in!", Tells::LoggedIn),
        phrase(" connected.", Tells::Joined(Which::Control)),
        phrase("couldn't connect to ", Tells::Failed(Which::Data, How::Unsaid)),
        phrase("trying to connect to ", Tells::Dials(Which::Data)),
        phrase("error in server response", Tells::Failed(Which::Either, How::Unsaid)),
        phrase("no such file ", Tells::Refused(550)),
        phrase("no such directory ", Tells::Refused(550)),
        phrase("cannot initiate pasv transfer", Tells::Refused(502)),
        phrase("cannot initiate port transfer", Tells::Refused(502)),
        phrase("unable to resolve host address", Tells::NoAddress),
        phrase("invalid port", Tells::Refused(500)),
        phrase("retrying.", Tells::Failed(Which::Either, How::Unsaid)),
        phrase("giving up.", Tells::Failed(Which::Either, How::Unsaid)),
        phrase("written to stdout [", Tells::Got),
        phrase(" saved [", Tells::Got),
        phrase("data transfer aborted", Tells::Failed(Which::Data, How::Closed)),
        phrase("control connection closed", Tells::Failed(Which::Control, How::Closed)),
        phrase("cannot parse pasv response", Tells::Unparsed),
        phrase("login incorrect.", Tells::Refused(530)),
    ],
};
