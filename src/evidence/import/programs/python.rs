//! Python's ftplib with set_debuglevel, and its exceptions; MicroPython's as well. Seen in runs of 3.11; those of older versions have been met
//! in no log yet.

use crate::evidence::import::Program;
use crate::evidence::import::words::{How, Tells, Which, phrase};
use crate::evidence::log::Writer;
use crate::evidence::security::Distrust;

pub static PROGRAM: Program = Program {
    id: "python-ftplib",
    name: "Python ftplib",
    writer: Writer::Client,
    signs: &[
        "ftplib.py",
        "urlopen error ftp error",
        ".ftplib in ",
        "ftpsync",
        "ftplib.error",
        "*resp* ",
        "*get* ",
        "*cmd* ",
        "uftp.py",
        "uftplib",
    ],
    phrases: &[
        phrase("connectionrefusederror", Tells::Failed(Which::Either, How::Refused)),
        phrase("timeouterror", Tells::Failed(Which::Either, How::TimedOut)),
        phrase("socket.timeout", Tells::Failed(Which::Either, How::TimedOut)),
        phrase("eoferror", Tells::Failed(Which::Control, How::Closed)),
        phrase("connectionreseterror", Tells::Failed(Which::Either, How::Reset)),
        phrase("socket.gaierror", Tells::NoAddress),
        phrase("brokenpipeerror", Tells::Failed(Which::Either, How::Closed)),
        phrase("ssl.sslcertverificationerror", Tells::Untrusted(Distrust::Other)),
        phrase("certificate verify failed", Tells::Untrusted(Distrust::Other)),
        phrase("ssl.sslerror", Tells::Failed(Which::Either, How::Tls)),
        phrase("ssl.ssleoferror", Tells::Failed(Which::Either, How::Tls)),
        phrase("[ssl:", Tells::Failed(Which::Either, How::Tls)),
        phrase("in ntransfercmd", Tells::Transfers),
        phrase("= ftp.makepasv()", Tells::Transfers),
        phrase("in getresp", Tells::Awaits),
        phrase("nextline = self.getline()", Tells::AwaitsMore),
        phrase("= conn.recv(", Tells::Stands),
        phrase("conn.sendall(", Tells::Stands),
        phrase("conn.unwrap()", Tells::Failed(Which::Data, How::Tls)),
        phrase("command retrlines timed out", Tells::Failed(Which::Data, How::TimedOut)),
        // MicroPython's numbers; 116 is the one of small systems for a wait that ended.
        phrase("oserror: [errno 104]", Tells::Failed(Which::Either, How::Reset)),
        phrase("oserror: [errno 111]", Tells::Failed(Which::Either, How::Refused)),
        phrase("oserror: [errno 113]", Tells::Failed(Which::Either, How::HostUnreachable)),
        phrase("oserror: [errno 116]", Tells::Failed(Which::Either, How::TimedOut)),
        phrase("in parse227", Tells::Unparsed),
        phrase("in parse229", Tells::Unparsed),
    ],
};
