//! ProFTPD's debug log and its lines in the system log, from logs that users published.

use crate::evidence::import::Program;
use crate::evidence::import::words::{How, Tells, Which, phrase};
use crate::evidence::log::Writer;

pub static PROGRAM: Program = Program {
    id: "proftpd",
    name: "ProFTPD",
    writer: Writer::Server,
    signs: &["proftpd[", "ftp session opened.", "dispatching cmd command", "mod_tls/"],
    phrases: &[
        phrase("no such user found from", Tells::Refused(530)),
        phrase("(address mismatch)", Tells::Refused(500)),
        phrase("(login failed)", Tells::Refused(530)),
        phrase(": login successful.", Tells::LoggedIn),
        phrase("ftp session opened.", Tells::Accepted),
        phrase("ftp session closed.", Tells::Failed(Which::Control, How::Closed)),
        phrase("passive data connection opened - local", Tells::Joined(Which::Data)),
        phrase("active data connection opened - local", Tells::Joined(Which::Data)),
        phrase("dispatching log_cmd command 'list", Tells::Got),
        phrase("dispatching log_cmd command 'nlst", Tells::Got),
        phrase("dispatching log_cmd command 'mlsd", Tells::Got),
        phrase("dispatching log_cmd command 'retr", Tells::Got),
        phrase("dispatching log_cmd command 'stor", Tells::Got),
        phrase("data transfer stall timeout", Tells::Breaks(How::TimedOut)),
        phrase(
            "passive data transfer failed, possibly due to network issues",
            Tells::Failed(Which::Data, How::TimedOut),
        ),
        // What was to be encrypted is named in the line behind it.
        phrase("unable to accept tls connection", Tells::Nothing),
        phrase("panic: ssl_error", Tells::Nothing),
        phrase("unable to open data connection: tls negotiation failed", Tells::Failed(Which::Data, How::Tls)),
        phrase("client did not reuse ssl session from control channel", Tells::Refused(522)),
        phrase("client did not reuse ssl session, rejecting data connection", Tells::Refused(522)),
    ],
};
