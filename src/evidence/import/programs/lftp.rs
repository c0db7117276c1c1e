//! lftp -d. Seen in runs of 4.9.2; the Spanish words in a log that a user published, the German and the Russian have
//! been met in no log yet.

use crate::evidence::import::Program;
use crate::evidence::import::words::{How, Tells, Which, phrase};
use crate::evidence::log::Writer;
use crate::evidence::security::Distrust;

pub static PROGRAM: Program = Program {
    id: "lftp",
    name: "lftp",
    writer: Writer::Client,
    signs: &[
        "lftp | version ",
        "fatal error: certificate verification",
        "lftp/",
        "lftp -u ",
        "lftp -c ",
        "lftp -e ",
        "---- connecting data socket to",
        "max-retries exceeded",
        "---- closing control socket",
    ],
    phrases: &[
        phrase("making data connection", Tells::Dials(Which::Data)),
        phrase("conectándose a", Tells::Dials(Which::Either)),
        phrase("verbinde mit", Tells::Dials(Which::Either)),
        phrase("оединение с", Tells::Dials(Which::Either)),
        phrase("---- connecting to ", Tells::Dials(Which::Control)),
        phrase("---- connecting data socket to", Tells::Dials(Which::Data)),
        phrase("---- data connection established", Tells::Joined(Which::Data)),
        phrase("accepted data connection from", Tells::Joined(Which::Data)),
        phrase("timeout - reconnecting", Tells::Failed(Which::Either, How::TimedOut)),
        phrase("data socket error", Tells::Failed(Which::Data, How::Unsaid)),
        phrase("socket error", Tells::Failed(Which::Either, How::Unsaid)),
        phrase("peer closed connection", Tells::Failed(Which::Control, How::Closed)),
        phrase("remote end closes connection", Tells::Failed(Which::Control, How::Closed)),
        phrase("seemed to be incorrect and has been fixed", Tells::MendsAddress),
        phrase("copy-peer: eof", Tells::Nothing),
        phrase("not connected", Tells::Failed(Which::Control, How::Unsaid)),
        phrase("certificate verification", Tells::Untrusted(Distrust::Other)),
        phrase("data connection from a foreign", Tells::Foreign),
        phrase("data connection peer has mismatching", Tells::Foreign),
        phrase("data connection peer has wrong", Tells::Foreign),
        phrase("fatal error: max-retries exceeded", Tells::Failed(Which::Either, How::Unsaid)),
        phrase("gnutls_handshake", Tells::Failed(Which::Either, How::Tls)),
        phrase("host name resolve timeout", Tells::NoAddress),
        phrase("resolving host address", Tells::LooksUp),
        phrase("certificate verification: hostname checking disabled", Tells::Nothing),
        phrase("---- closing control socket", Tells::GivesUp),
        phrase("conectando socket de datos a", Tells::Dials(Which::Data)),
        phrase("conexión de datos establecida", Tells::Joined(Which::Data)),
        phrase("certificate common name doesn't match", Tells::Untrusted(Distrust::WrongName)),
    ],
};
