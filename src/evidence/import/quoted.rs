//! Replies and commands in the middle of other sentences: in exceptions, tracebacks, and in one library's own words.

/// What stands in a line that quotes something.
pub const LEADS: &[&str] = &[
    ": 4",
    ": 5",
    "[4",
    "[5",
    "(4",
    "(5",
    "('4",
    "('5",
    "got 4",
    "got 5",
    "[code=",
    "dcmd('",
    "goftp: ",
    "code = ",
    ": dial(\"tcp\",\"",
    "> dial: ",
    " - Entering Passive Mode (",
];

/// What a line that holds one of them quotes, written as a line of its own.
pub fn line(text: &str) -> Option<String> {
    // ProFTPD's debug log shows this one without its code.
    if let Some((_, words)) = text.split_once(" - Entering Passive Mode (") {
        return Some(format!("227 Entering Passive Mode ({words}"));
    }
    if let Some(dial) = of_rclone(text) {
        return Some(dial);
    }
    in_exception(text).or_else(|| in_traceback(text)).or_else(|| of_goftp(text)).or_else(|| code_and_text(text))
}

/// rclone names the server before each of its own lines: `ftp://192.0.2.1:21: dial("tcp","192.0.2.1:50003")`, and then
/// `> dial: conn=..., err=<nil>`.
fn of_rclone(text: &str) -> Option<String> {
    if let Some((_, end)) = text.split_once(": dial(\"tcp\",\"") {
        return Some(format!("dial tcp {}", end.trim_end_matches([')', '"'])));
    }
    let (_, end) = text.split_once(": > dial: ")?;
    let (_, error) = end.split_once("err=")?;
    Some(if error == "<nil>" { "dialled and connected".to_owned() } else { error.to_owned() })
}

/// Node's ftp of old: "Response: code = 220; text = 'FTP Server'".
fn code_and_text(text: &str) -> Option<String> {
    let (code, said) = text.split_once("code = ")?.1.split_once("; text = ")?;
    let said = said.trim().trim_matches('\'').split("\\n").next().unwrap_or_default();
    (code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_digit())).then(|| format!("{code} {said}"))
}

/// "[code=425, message= Unable to build data connection]", "failed: 425 Can't open", "Server message: [522 SSL/TLS required",
/// "but got 502 [' not implemented.']", "Response: (550 x)".
fn in_exception(text: &str) -> Option<String> {
    if let Some((_, behind)) = text.split_once("[code=") {
        let (code, behind) = behind.split_once(',')?;
        let code: u16 = code.trim().parse().ok()?;
        let message = behind.split_once("message=")?.1.trim().trim_end_matches(']').trim();
        let said = message.strip_prefix(&code.to_string()).unwrap_or(message).trim();
        return Some(format!("{code} {said}"));
    }
    // .NET tells a reply's code in brackets, and says its meaning in the system's language. Those of HTTP are others.
    if let Some((_, behind)) = text.split_once(": (")
        && let Some((code, meaning)) = behind.split_once(')')
        && ["425", "426", "450", "452", "530", "532", "534", "550", "551", "552", "553"].contains(&code)
        && text[..text.len() - behind.len()].contains(' ')
    {
        return Some(format!("{code}{meaning}"));
    }
    const BEFORE: [&str; 5] = [": ", "essage: [", "esponse: (", "got ", "ftplib.error_perm('"];
    let (before, lead, behind) = BEFORE.iter().find_map(|lead| {
        text.match_indices(lead).find_map(|(at, _)| {
            let behind = &text[at + lead.len()..];
            let code: u16 = behind.get(..3)?.parse().ok()?;
            let ends = behind.as_bytes().get(3).is_none_or(|byte| *byte == b' ');
            ((400..600).contains(&code) && ends).then_some((&text[..at], *lead, behind))
        })
    })?;
    let failed =
        ["ERROR", "Error", "error ", "ftplib.error_", "ailed", "xception", "not report OK", " but ", "`getresp'"]
            .iter()
            .any(|word| before.contains(word));
    match lead {
        ": " | "got " if !failed => None,
        // A list of lines, in Python's way.
        "got " => {
            let (code, words) = behind.split_at(3);
            let words = words.trim_start_matches([' ', '[', '\'', '"']);
            Some(format!("{code} {}", words.trim_end_matches(['>', ')', ',', ']', '\'', '"', ' '])))
        }
        _ => Some(behind.split(" (Net::FTP").next()?.trim_end_matches([']', ')', '"', '\'']).to_owned()),
    }
}

/// ftplib's own lines in a traceback name the command that the exception was met at: `resp = self.voidcmd('AUTH TLS')`.
fn in_traceback(text: &str) -> Option<String> {
    let (_, behind) = text.split_once("dcmd('")?;
    let command = behind.split('\'').next()?.trim();
    Some(format!("{TRACEBACK}: {command}"))
}

/// What stands before a command out of a traceback: its answer is what was met.
pub const TRACEBACK: &str = "sendcmd";

/// Go's goftp: "goftp: 0.046 #1 sending command PASV", "goftp: 0.050 #1 got 500-'FEAT': command not understood."
fn of_goftp(text: &str) -> Option<String> {
    let (_, words) = text.split_once("goftp: ")?;
    if let Some((_, command)) = words.split_once(" sending command ") {
        return Some(command.to_owned());
    }
    let (_, reply) = words.split_once(" got ")?;
    let (code, said) = reply.split_once('-')?;
    (code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_digit())).then(|| format!("{code} {said}"))
}

#[cfg(test)]
mod tests {
    use super::line;

    #[test]
    fn replies_and_commands_are_found_in_sentences() {
        for (text, want) in [
            ("x: code=1 [code=425, message= Unable to build data connection]", "425 Unable to build data connection"),
            ("2020/01/01 ERROR : copy failed: 425 Can't open", "425 Can't open"),
            (
                "Could not write file. Server message: [522 SSL/TLS required on the data channel",
                "522 SSL/TLS required on the data channel",
            ),
            (
                "Error(\"Waiting for ('227',) but got 502 [' PASV command not implemented.']\",)>",
                "502 PASV command not implemented.",
            ),
            ("[-] Failed to download. Response: (550 Could not get file size.)", "550 Could not get file size."),
            ("curl: (18) server did not report OK, got 450", "450 "),
            (
                "Net::FTPPermError: 501 Syntax error in 'PORT 10,0,0,1,226,4'",
                "501 Syntax error in 'PORT 10,0,0,1,226,4",
            ),
            ("    resp = self.voidcmd('AUTH TLS')", "sendcmd: AUTH TLS"),
            ("    resp = self.sendcmd('PASS ' + passwd)", "sendcmd: PASS"),
            (
                "goftp: 0.057 #1 got 227-Entering Passive Mode (192,0,2,1,15,155)",
                "227 Entering Passive Mode (192,0,2,1,15,155)",
            ),
            ("ftp://192.0.2.1:21: dial(\"tcp\",\"192.0.2.1:50003\")", "dial tcp 192.0.2.1:50003"),
            ("ftp://192.0.2.1:21: > dial: conn=*fshttp.timeoutConn, err=<nil>", "dialled and connected"),
            ("goftp: 0.053 #1 sending command EPSV", "EPSV"),
            ("Response: code = 211; text = 'Features:\\n EPRT\\nEnd'", "211 Features:"),
        ] {
            assert_eq!(line(text).as_deref(), Some(want), "{text}");
        }
        assert_eq!(
            line("- `ftplib.error_perm('500 OOPS: failed to open vsftpd log file')` occurs").as_deref(),
            Some("500 OOPS: failed to open vsftpd log file')` occurs")
        );
        for text in
            ["Response: 425 Can't open data connection", "took 4: 500 files", "226-Options: 500 matches", "at (450 m)"]
        {
            assert_eq!(line(text), None, "{text}");
        }
    }
}
