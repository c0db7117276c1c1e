//! Joomla's JFTP and the messages of its back end, from messages that users published.

use crate::evidence::import::Program;
use crate::evidence::import::words::{Tells, phrase};
use crate::evidence::log::Writer;

pub static PROGRAM: Program = Program {
    id: "joomla",
    name: "Joomla",
    writer: Writer::Client,
    signs: &["jftp::", "jftp: :"],
    phrases: &[
        phrase("jftp::login: unable to login", Tells::Refused(530)),
        phrase("jftp: :login: unable to login", Tells::Refused(530)),
    ],
};
