//! Logs in columns (W3C's extended form, as IIS writes it): a line that begins with `#Fields:` names them.

/// Where the columns stand that tell of a dialogue.
#[derive(Debug)]
pub struct Columns {
    /// Date and time, or the time alone.
    time: [Option<usize>; 2],
    method: usize,
    argument: Option<usize>,
    status: usize,
    session: Option<usize>,
    client: Option<usize>,
    /// The time of the line before: a line is written when its command is answered.
    before: String,
}

impl Columns {
    /// The columns that this line names, where they are of FTP.
    pub fn named(text: &str) -> Option<Self> {
        let names: Vec<&str> = text.trim().strip_prefix("#Fields:")?.split_whitespace().collect();
        let at = |name| names.iter().position(|known| *known == name);
        let (method, status) = (at("cs-method")?, at("sc-status")?);
        Some(Self {
            time: [at("date"), at("time")],
            method,
            argument: at("cs-uri-stem"),
            status,
            session: at("x-session"),
            client: at("c-ip"),
            before: String::new(),
        })
    }

    /// Those of IIS from 7 on, where a line has their form and the log was pasted without its head.
    pub fn guessed(line: &str) -> Option<Self> {
        let mut fields = line.split_whitespace();
        let date = fields.next()?;
        let is_ip = |field: Option<&str>| field.is_some_and(|field| field.parse::<std::net::IpAddr>().is_ok());
        let form = date.len() == 10 && date.as_bytes()[4] == b'-' && is_ip(fields.nth(1)) && is_ip(fields.nth(1));
        form.then(|| Self::named(IIS)).flatten()
    }

    /// Whether a line tells that IIS opened or closed a channel. Their replies tell it too, and a command that ends with its
    /// data channel was asked before.
    pub fn is_of_channel(&self, text: &str) -> bool {
        text.split_whitespace().nth(self.method).is_some_and(|method| method.contains("Channel"))
    }

    /// A command and its reply as two lines in the form that servers write them.
    pub fn dialogue(&mut self, text: &str) -> Option<[String; 2]> {
        let fields: Vec<&str> = text.split_whitespace().collect();
        let field = |at: Option<usize>| at.and_then(|at| fields.get(at)).copied().filter(|field| *field != "-");
        let (method, status) = (field(Some(self.method))?, field(Some(self.status))?);
        // IIS up to 6 writes the session before the method: "[135]USER".
        let (number, method) = match method.strip_prefix('[').and_then(|method| method.split_once(']')) {
            Some((number, method)) => (Some(number), method),
            None => (None, method),
        };
        let is_verb = (3..=4).contains(&method.len()) && method.bytes().all(|byte| byte.is_ascii_uppercase());
        let is_code = status.len() == 3 && status.bytes().all(|byte| byte.is_ascii_digit());
        if !is_verb || !is_code {
            return None;
        }
        let time = self.time.iter().filter_map(|at| field(*at)).collect::<Vec<_>>().join(" ");
        let asked = std::mem::replace(&mut self.before, time.clone());
        let asked = if asked.is_empty() { time.clone() } else { asked };
        let session = number.or_else(|| field(self.session)).unwrap_or("1");
        let session = format!("[FTP Session {session} {}]", field(self.client).unwrap_or(""));
        let command = match field(self.argument) {
            Some(argument) => format!("{asked} {session} {method} {argument}"),
            None => format!("{asked} {session} {method}"),
        };
        Some([command, format!("{time} {session} {status}")])
    }
}

/// A command in quotation marks with the code of its reply, as Apache's log of FTP-like form and ProFTPD's ExtendedLog
/// have it: `192.0.2.7 UNKNOWN bob [15/Aug/2014:19:03:22 +0000] "PASV" 227 -`.
pub fn quoted(text: &str) -> Option<[String; 2]> {
    let (before, behind) = text.split_at(text.rfind("\" ")?);
    let code = behind[2..].split_whitespace().next()?;
    let (before, command) = before.split_at(before.rfind('"')?);
    let verb = command[1..].split(' ').next()?;
    // HTTP's, which its oldest form asks with no word more.
    let of_http = ["GET", "PUT", "HEAD", "POST"].contains(&verb);
    let is_verb = (3..=4).contains(&verb.len()) && verb.bytes().all(|byte| byte.is_ascii_uppercase()) && !of_http;
    let is_code = code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_digit());
    if !is_verb || !(is_code || code == "-") || command.contains("HTTP/") {
        return None;
    }
    let time = before.rfind('[').map_or("", |at| &before[at..]);
    let reply = if is_code { format!("{} {code}", time.trim()) } else { String::new() };
    Some([format!("{} {}", time.trim(), &command[1..]), reply])
}

/// One line of a server's list of transfers, and whether that one came to its end: xferlog, as wu-ftpd began it and vsftpd and
/// ProFTPD write it, and the form of web servers, as Pure-FTPd writes it.
pub fn listed_transfer(text: &str) -> Option<bool> {
    // Few lines end so.
    let text = text.trim_end();
    match text.as_bytes() {
        [.., b' ', b'c' | b'i'] => of_xferlog(text),
        [.., b'0'..=b'9'] => like_a_web_server(text),
        _ => None,
    }
}

/// `Tue Mar  5 10:00:02 2024 1 192.0.2.7 1024 /a.txt b _ o r bob ftp 0 * c`; a name may hold blanks.
fn of_xferlog(text: &str) -> Option<bool> {
    let fields: Vec<&str> = text.split_whitespace().collect();
    let [.., kind, _, direction, access, _, service, _, _, end] = fields[..] else { return None };
    let form = matches!(kind, "a" | "b")
        && matches!(direction, "i" | "o" | "d")
        && matches!(access, "a" | "g" | "r")
        && service.contains("ftp");
    // A date of five words, the seconds, the host, the size and the name stand before.
    (form && fields.len() >= 18).then_some(end == "c")
}

/// `192.0.2.7 - bob [05/Mar/2024:10:00:02 +0100] "GET /a.txt" 200 1024`: somebody is logged in, and it is not HTTP's.
fn like_a_web_server(text: &str) -> Option<bool> {
    // From its end, which few lines share.
    let (rest, _) = text.rsplit_once(' ')?;
    let (rest, code) = rest.rsplit_once(' ')?;
    let (before, request) = rest.strip_suffix('"')?.split_once("] \"")?;
    let user = before.split(' ').nth(2)?;
    let moves = ["GET /", "PUT /"].iter().any(|verb| request.starts_with(verb));
    (moves && user != "-" && !request.contains(" HTTP/")).then_some(code == "200")
}

const IIS: &str = "#Fields: date time c-ip cs-username s-ip s-port cs-method cs-uri-stem sc-status sc-win32-status \
                   sc-substatus x-session x-fullpath";

#[cfg(test)]
mod tests {
    use super::{Columns, listed_transfer};

    #[test]
    fn a_line_becomes_a_command_and_a_reply() {
        let head = "#Fields: date time c-ip cs-username cs-method cs-uri-stem sc-status x-session";
        let mut columns = Columns::named(head).expect("columns of FTP");
        let line = "2021-03-15 10:00:02 192.0.2.7 bob USER bob 331 aa-bb";
        let want = [
            "2021-03-15 10:00:02 [FTP Session aa-bb 192.0.2.7] USER bob".to_owned(),
            "2021-03-15 10:00:02 [FTP Session aa-bb 192.0.2.7] 331".to_owned(),
        ];
        assert_eq!(columns.dialogue(line), Some(want));
        assert_eq!(columns.dialogue("2021-03-15 10:00:02 192.0.2.7 - ControlChannelOpened - 0 aa-bb"), None);
        assert!(Columns::named("#Fields: date time cs-uri-stem").is_none());
    }

    #[test]
    fn older_forms_and_logs_without_a_head_are_read_too() {
        let mut old =
            Columns::named("#Fields: time c-ip cs-username s-port cs-method cs-uri-stem sc-status").expect("of FTP");
        let want = ["17:40:30 [FTP Session 139 192.0.2.4] PASS IEUser@", "17:40:30 [FTP Session 139 192.0.2.4] 530"];
        assert_eq!(
            old.dialogue("17:40:30 192.0.2.4 - 21 [139]PASS IEUser@ 530")
                .as_ref()
                .map(|l| l.each_ref().map(String::as_str)),
            Some(want)
        );
        let line = "2016-06-25 16:26:30 192.0.2.48 HOST\\bob 198.51.100.4 21 PASV - 227 0 0 aa-bb -";
        let mut guessed = Columns::guessed(line).expect("its form");
        assert_eq!(
            guessed.dialogue(line).map(|[command, _]| command).as_deref(),
            Some("2016-06-25 16:26:30 [FTP Session aa-bb 192.0.2.48] PASV")
        );
        let line = "192.0.2.7 UNKNOWN bob [15/Aug/2014:19:03:22 +0000] \"PASV\" 227 -";
        let want = ["[15/Aug/2014:19:03:22 +0000] PASV".to_owned(), "[15/Aug/2014:19:03:22 +0000] 227".to_owned()];
        assert_eq!(super::quoted(line), Some(want));
        assert_eq!(super::quoted("192.0.2.7 - - [15/Aug/2014:19:03:22 +0000] \"GET / HTTP/1.1\" 200 12"), None);
        assert_eq!(listed_transfer("192.0.2.7 - bob [05/Mar/2024:10:00:02 +0100] \"GET /a b.txt\" 200 12"), Some(true));
        assert_eq!(super::quoted("192.0.2.7 - - [15/Aug/2014:19:03:22 +0000] \"GET /\" 200 12"), None);
        assert_eq!(listed_transfer("192.0.2.7 - - [05/Mar/2024:10:00:02 +0100] \"GET /\" 200 12"), None);
        assert_eq!(listed_transfer("192.0.2.7 - b [05/Mar/2024:10:00:02 +0100] \"GET / HTTP/1.1\" 200 12"), None);
        let listed = "Tue Mar  5 10:00:02 2024 1 192.0.2.7 12 /a b.txt b _ o r bob ftp 0 * ";
        assert_eq!(
            [listed_transfer(&format!("{listed}c")), listed_transfer(&format!("{listed}i"))],
            [Some(true), Some(false)]
        );
        assert_eq!(listed_transfer("what one would write in c"), None);
        assert!(Columns::guessed("2016-06-25 16:26:30 host sshd[12]: Accepted password").is_none());
    }
}
