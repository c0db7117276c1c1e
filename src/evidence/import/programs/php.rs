//! PHP's ftp functions and its ftp:// wrapper, which show a refusal's words without its code. Seen in runs of 8.2: the
//! warnings of ftp_login, ftp_nlist and ftp_get; behind the functions' names stand the words of servers, as their
//! sources have them.

use crate::evidence::import::Program;
use crate::evidence::import::words::{How, Tells, Which, phrase};
use crate::evidence::log::Writer;

pub static PROGRAM: Program = Program {
    id: "php",
    name: "PHP",
    writer: Writer::Client,
    signs: &[
        ".php on line ",
        "php warning: ",
        "ftp_connect",
        "ftp_login(): ",
        "ftp_nlist",
        "ftp_rawlist",
        "ftp_mlsd",
        "ftp_get",
        "ftp_put",
        "ftp_fget",
        "ftp_fput",
        "ftp_nb_",
        "ftp_chdir",
        "ftp_pasv",
    ],
    phrases: &[
        phrase("(): port command successful", Tells::Stopped(200)),
        phrase("(): 200 port command successful", Tells::Stopped(200)),
        phrase("(): entering passive mode", Tells::Stopped(227)),
        phrase("ftp_login(): ", Tells::Refused(530)),
        phrase("ftp_close(): ", Tells::Nothing),
        phrase("ftp_connect(): unable to connect", Tells::Failed(Which::Control, How::Unsaid)),
        phrase("unable to connect to ", Tells::Failed(Which::Control, How::Unsaid)),
        phrase("php_network_getaddresses", Tells::NoAddress),
        phrase("(): illegal port command", Tells::Refused(500)),
        phrase("(): login incorrect", Tells::Refused(530)),
        phrase("(): login authentication failed", Tells::Refused(530)),
        phrase("(): failed to establish connection", Tells::Refused(425)),
        phrase("(): unable to build data connection", Tells::Refused(425)),
        phrase("(): can't open data connection", Tells::Refused(425)),
        phrase("(): cannot open data connection", Tells::Refused(425)),
        phrase("(): i won't open a connection to", Tells::Refused(500)),
        phrase("(): rejected data connection to foreign address", Tells::Refused(501)),
        phrase("(): no data connection", Tells::Refused(425)),
        phrase("(): permission denied.", Tells::Refused(550)),
        phrase("(): use port or pasv first", Tells::Refused(425)),
        phrase("(): security: bad ip connecting", Tells::Refused(425)),
        phrase("(): non-anonymous sessions must use encryption", Tells::Refused(530)),
        phrase("(): failed to change directory", Tells::Refused(550)),
        phrase("(): no such file or directory", Tells::Refused(550)),
        phrase("(): ssl read failed", Tells::Failed(Which::Data, How::Tls)),
        phrase("accept() failed", Tells::AwaitsCallback),
        phrase("php_connect_nonb() failed", Tells::Failed(Which::Data, How::Unsaid)),
        phrase("(): connection timed out", Tells::Nothing),
        phrase("ftp_login(): oops", Tells::Refused(500)),
        phrase("ftp_connect(): connection timed out", Tells::Failed(Which::Control, How::TimedOut)),
        phrase("connect() failed: connection timed out", Tells::Nothing),
    ],
};
