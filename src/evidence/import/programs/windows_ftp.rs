//! Windows' ftp.exe. Its form is from logs that users published; most of these words, and all in German, French and Spanish,
//! have been met in no log yet.

use crate::evidence::import::Program;
use crate::evidence::import::words::{How, Tells, Which, phrase};
use crate::evidence::log::Writer;

pub static PROGRAM: Program = Program {
    id: "windows-ftp",
    name: "ftp.exe of Windows",
    writer: Writer::Client,
    // The prompt for a name is the same in every language behind its first word.
    signs: &["ftp: connect :", "user (", ":(none))", "aborting any active data connections"],
    phrases: &[
        phrase("> ftp: connect :", Tells::Failed(Which::Control, How::Unsaid)),
        phrase("aborting any active data connections", Tells::Failed(Which::Data, How::Unsaid)),
        phrase("unknown host ", Tells::NoAddress),
        phrase("unbekannter host ", Tells::NoAddress),
        phrase("hôte inconnu ", Tells::NoAddress),
        phrase("host desconocido ", Tells::NoAddress),
        phrase("> ftp: connect :verbindung verweigert", Tells::Failed(Which::Control, How::Refused)),
        phrase("> ftp: connect :die verbindung wurde verweigert", Tells::Failed(Which::Control, How::Refused)),
        phrase("> ftp: connect :die verbindung wurde abgelehnt", Tells::Failed(Which::Control, How::Refused)),
        phrase("> ftp: connect :conexión rechazada", Tells::Failed(Which::Control, How::Refused)),
        phrase("> ftp: connect :se rechazó la conexión", Tells::Failed(Which::Control, How::Refused)),
        phrase("verbindung beendet durch remotehost", Tells::Failed(Which::Control, How::Closed)),
        phrase("verbindung vom remotehost getrennt", Tells::Failed(Which::Control, How::Closed)),
        phrase("verbindung wurde vom remotehost getrennt", Tells::Failed(Which::Control, How::Closed)),
        phrase("verbindung wurde vom remotehost geschlossen", Tells::Failed(Which::Control, How::Closed)),
        phrase("connexion fermée par l'hôte distant", Tells::Failed(Which::Control, How::Closed)),
        phrase("conexión cerrada por el host remoto", Tells::Failed(Which::Control, How::Closed)),
        phrase("el host remoto cerró la conexión", Tells::Failed(Which::Control, How::Closed)),
    ],
};
