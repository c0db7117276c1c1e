//! Pure-FTPd's log, from logs that users published.

use crate::evidence::import::Program;
use crate::evidence::import::words::{How, Tells, Which, phrase};
use crate::evidence::log::Writer;

pub static PROGRAM: Program = Program {
    id: "pure-ftpd",
    name: "Pure-FTPd",
    writer: Writer::Server,
    signs: &[
        "pure-ftpd:",
        "pure-ftpd[",
        "[debug] command [",
        "[info] new connection from ",
        "[warning] can't login as [",
    ],
    phrases: &[
        phrase("new connection from ", Tells::Accepted),
        phrase("[warning] can't login as [", Tells::Refused(530)),
        phrase("timeout - try typing a little faster", Tells::Failed(Which::Either, How::TimedOut)),
        phrase("is now logged in", Tells::LoggedIn),
        phrase(" downloaded  (", Tells::Moved),
        phrase(" uploaded  (", Tells::Moved),
        phrase("[warning] authentication failed for user", Tells::Refused(530)),
        phrase("tls: enabled", Tells::Nothing),
        phrase("[info] logout.", Tells::Failed(Which::Control, How::Closed)),
    ],
};
