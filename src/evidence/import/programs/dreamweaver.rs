//! Dreamweaver's file activity, from logs that users published.

use crate::evidence::import::Program;
use crate::evidence::import::words::{Tells, phrase};
use crate::evidence::log::Writer;

pub static PROGRAM: Program = Program {
    id: "dreamweaver",
    name: "Dreamweaver",
    writer: Writer::Client,
    signs: &["an ftp error occurred - cannot "],
    phrases: &[
        phrase("an ftp error occurred - cannot put ", Tells::Refused(550)),
        phrase("an ftp error occurred - cannot get ", Tells::Refused(550)),
    ],
};
