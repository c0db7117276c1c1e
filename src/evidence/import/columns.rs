//! Logs in columns (W3C's extended form, as IIS writes it): a line that begins with `#Fields:` names them.

/// Where the columns stand that tell of a dialogue.
#[derive(Debug)]
pub struct Columns {
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
            method,
            argument: at("cs-uri-stem"),
            status,
            session: at("x-session"),
            client: at("c-ip"),
            before: String::new(),
        })
    }

    /// A command and its reply as two lines in the form that servers write them.
    pub fn dialogue(&mut self, text: &str) -> Option<[String; 2]> {
        let fields: Vec<&str> = text.split_whitespace().collect();
        let field = |at: Option<usize>| at.and_then(|at| fields.get(at)).copied().filter(|field| *field != "-");
        let (method, status) = (field(Some(self.method))?, field(Some(self.status))?);
        let is_verb = (3..=4).contains(&method.len()) && method.bytes().all(|byte| byte.is_ascii_uppercase());
        let is_code = status.len() == 3 && status.bytes().all(|byte| byte.is_ascii_digit());
        if !is_verb || !is_code {
            return None;
        }
        let time = format!("{} {}", fields.first()?, fields.get(1)?);
        let asked = std::mem::replace(&mut self.before, time.clone());
        let asked = if asked.is_empty() { time.clone() } else { asked };
        let session =
            format!("[FTP Session {} {}]", field(self.session).unwrap_or("1"), field(self.client).unwrap_or(""));
        let command = match field(self.argument) {
            Some(argument) => format!("{asked} {session} {method} {argument}"),
            None => format!("{asked} {session} {method}"),
        };
        Some([command, format!("{time} {session} {status}")])
    }
}

#[cfg(test)]
mod tests {
    use super::Columns;

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
}
