//! What the scripted server does where no rule says otherwise.

use std::net::SocketAddr;

use super::{Step, say};

/// What a healthy server does in answer to `verb`.
pub fn healthy(verb: &str, client: SocketAddr) -> Vec<Step> {
    let line = |text: &str| vec![say(format!("{text}\r\n"))];
    match verb {
        "USER" => line("331 Any password will do."),
        "PASS" => line("230 Logged in."),
        "SYST" => line("215 UNIX Type: L8"),
        "FEAT" => line("211-Features:\r\n EPRT\r\n EPSV\r\n211 End"),
        "STAT" => line(&format!("211-Status\r\n Connected from {}\r\n211 End", client.ip())),
        "PWD" => line("257 \"/\""),
        "TYPE" | "MODE" | "STRU" | "NOOP" | "OPTS" => line("200 Fine."),
        "CWD" | "CDUP" => line("250 Fine."),
        "PASV" => line("227 Entering Passive Mode ({host-port})."),
        "EPSV" => line("229 Entering Extended Passive Mode (|||{port}|)"),
        "PORT" | "EPRT" => line("200 Fine."),
        "LIST" | "NLST" | "MLSD" | "RETR" => vec![
            Step::Join,
            say("150 Here it comes.\r\n"),
            Step::Send(b"-rw-r--r-- 1 ftp ftp 5 Jan 01 2024 hello.txt\r\n".to_vec()),
            Step::CloseData,
            say("226 Done.\r\n"),
        ],
        "ABOR" => line("226 Fine."),
        "QUIT" => vec![say("221 Goodbye.\r\n"), Step::Close],
        _ => line("502 Not implemented."),
    }
}
