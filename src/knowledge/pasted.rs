//! A reply as people paste it: with a client's words before it, over several lines, or within a piece of a log.

use super::speakers;
use crate::diagnosis::rules;
use crate::protocol::dialect::{self, Says};
use crate::protocol::reply::{Item, Reader, Reply};

/// The reply in a pasted text: the last refusal, else the last reply. A code alone is one.
pub fn reply_in(text: &str) -> Option<Reply> {
    let mut reader = Reader::new();
    for line in text.lines().map(from_code) {
        reader.feed(line.as_bytes());
        reader.feed(b"\r\n");
    }
    reader.finish();
    let items = std::iter::from_fn(|| reader.next_item());
    let mut replies: Vec<Reply> = items
        .filter_map(|item| match item {
            Item::Reply(reply) => Some(reply),
            // A multi-line reply of which only the beginning was pasted.
            Item::Nonsense { text, .. } => Reply::from_text(text),
        })
        .collect();
    match replies.iter().rposition(Reply::is_refusal) {
        Some(refusal) => Some(replies.swap_remove(refusal)),
        None => replies.pop(),
    }
}

/// The line from its reply code on: lines of a log begin with a time, an arrow, or a word in the user's language.
fn from_code(line: &str) -> &str {
    let mut start = 0;
    for word in line.split_inclusive([' ', '\t', '"', ':', '>']) {
        let rest = &line[start..];
        if Reply::from_text(rest.trim_end_matches('"')).is_some() {
            return rest.trim_end_matches(['"', ' ', '\t']);
        }
        start += word.len();
    }
    line
}

/// The reply itself, whose words these are, what they tell, and where that leads. `article` is the one on its code.
pub fn words_of(reply: &Reply, article: &str) -> String {
    let quoted: Vec<String> = reply.text.lines().map(|line| format!("> {line}\n")).collect();
    let mut text = format!("# What this reply says\n\n{}\n", quoted.join(">\n"));
    let Some(says) = dialect::says(reply) else {
        match quoted_by(reply, article).as_slice() {
            [] => {
                text.push_str("The words are not among those that ftpmode knows; what follows is about the code.\n\n")
            }
            who => text.push_str(&format!(
                "The words are known from {}; what follows has them, and what else the code may mean.\n\n",
                rules::listed(who)
            )),
        }
        return text;
    };
    let (meaning, findings) = meaning(says);
    match speakers(reply).as_slice() {
        [] => text.push_str(&format!("Several servers use such words: {meaning}.\n")),
        names => text.push_str(&format!("The words are known from {}: {meaning}.\n", rules::listed(names))),
    }
    if !findings.is_empty() {
        text.push_str("\nIt may point to:\n\n");
    }
    for id in findings {
        text.push_str(&format!("- `ftpmode explain {id}`\n"));
    }
    text.push('\n');
    text
}

/// Whose words the article says these are.
fn quoted_by(reply: &Reply, article: &str) -> Vec<String> {
    let words = bare(&reply.text);
    let (_, list) = article.split_once("## Who says it").unwrap_or_default();
    let list = list.split("\n## ").next().unwrap_or(list);
    let items = list.split("\n- ").map(|item| item.split_whitespace().collect::<Vec<_>>().join(" "));
    let says_so = |item: &String| item.split('`').skip(1).step_by(2).any(|quoted| bare(quoted) == words);
    // "vsftpd 3.0.3 (seen): ..."; what begins otherwise tells of several, or of nobody.
    let speaker = |item: String| {
        item.split_once(" (")
            .map(|(who, _)| who.to_owned())
            .filter(|who| who.split(' ').count() <= MOST_WORDS_OF_A_NAME)
    };
    items.filter(says_so).filter_map(speaker).collect()
}

/// FileZilla Server 1.7.3.
const MOST_WORDS_OF_A_NAME: usize = 3;

/// Some servers end their replies with a full stop, and some people lose it.
fn bare(words: &str) -> String {
    words.trim_end_matches(['.', ' ']).to_lowercase()
}

/// What the words tell, to follow a colon, and the findings that they may point to.
fn meaning(says: Says) -> (&'static str, &'static [&'static str]) {
    match says {
        Says::TooManyConnections => ("a limit on connections is reached", &["too-many-connections"]),
        Says::TlsRequired => ("the server wants the control connection encrypted", &["tls-required"]),
        Says::ProtectionRequired => ("the server wants data connections encrypted", &["data-protection-required"]),
        Says::SessionReuseRequired => (
            "the server wants the control connection's TLS session on the data connection",
            &["data-session-reuse-required"],
        ),
        Says::Misconfigured => ("the server itself is not set up right", &["server-misconfigured"]),
        Says::AddressRejected => (
            "the server will not connect to the address, or the port, that PORT or EPRT named",
            &["active-address-rejected", "client-behind-nat"],
        ),
        Says::MethodDisabled => (
            "what was asked for is switched off or not allowed",
            &["passive-rejected", "active-rejected", "one-method-rejected"],
        ),
        Says::NotImplemented => ("the server does not know the command", &["epsv-rejected", "one-method-rejected"]),
        Says::WrongFamily => ("the command does not fit IPv4, or IPv6, whichever is in use", &["one-method-rejected"]),
        Says::CallbackRefused => {
            ("somebody turned the server's data connection to the client away at once", &["active-callback-refused"])
        }
        Says::CallbackTimedOut => (
            "nobody answered the server's data connection to the client",
            &["active-callback-dropped", "local-firewall-drops-callback"],
        ),
        Says::CallbackUnreachable => (
            "the server's data connection found no way to the client, or a firewall said so",
            &["active-callback-refused"],
        ),
        Says::CallbackFailed => (
            "the server has no data connection, and does not say why",
            &["passive-port-dropped", "active-callback-dropped", "active-callback-refused"],
        ),
        Says::ForeignDataSource => (
            "the data connection came from another address than the control connection",
            &["data-source-address-differs", "client-address-varies"],
        ),
        Says::PortsExhausted => ("the server has no free port for passive mode", &["passive-ports-exhausted"]),
        Says::PretRequired => ("the server wants the command PRET before PASV", &["pret-required"]),
        Says::IdleTimeout => ("nothing happened for longer than the server allows", &["control-idle-dropped"]),
        Says::ListingRefused => ("the server may not read the folder itself", &["listing-refused"]),
        Says::NoDataConnection => (
            "no data connection was there: the client asked for none, or none was made in time",
            &["passive-port-dropped", "active-rejected"],
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_is_found_however_it_is_pasted() {
        for (pasted, code, message) in [
            ("425", 425, ""),
            ("425 Failed to establish connection.", 425, "Failed to establish connection."),
            ("Response:\t425 Failed to establish connection.", 425, "Failed to establish connection."),
            ("Antwort:425 Kann keine Verbindung aufbauen", 425, "Kann keine Verbindung aufbauen"),
            ("< 530 Login incorrect.", 530, "Login incorrect."),
            ("<--- 227 Entering Passive Mode (10,0,0,20,1,2).", 227, "Entering Passive Mode (10,0,0,20,1,2)."),
            ("11:02:31 21 FTP response: \"550 Permission denied.\"", 550, "Permission denied."),
            (
                "150 Here comes it.\n425 Failed to establish connection.\n221 Goodbye.",
                425,
                "Failed to establish connection.",
            ),
            ("220-Welcome\n220 Ready", 220, "Welcome Ready"),
            ("< 421-Sorry, cleartext sessions are not accepted.", 421, "Sorry, cleartext sessions are not accepted."),
        ] {
            let reply = reply_in(pasted).unwrap_or_else(|| panic!("{pasted}"));
            assert_eq!((reply.code, reply.message().as_str()), (code, message), "{pasted}");
        }
        for nothing in ["", "passive", "port 21", "600 No such class", "12345", "198.51.100.7"] {
            assert_eq!(reply_in(nothing), None, "{nothing}");
        }
    }

    #[test]
    fn a_dialect_is_named_where_its_words_are_known() {
        let article =
            "## Who says it\n\n- One server 1.0 (seen): `530 Nobody here.`, and\n  `530 Go\n  away`\n\n## Next\n";
        let of = |text: &str| words_of(&Reply::from_text(text).expect("a reply"), article);
        assert!(of("530 nobody here").contains("known from One server 1.0;"));
        assert!(of("530 Go away.").contains("known from One server 1.0;"));
        assert!(of("425 Failed to establish connection.").contains("known from vsftpd"));
        assert!(of("421 Too many connections (2) from this IP").contains("known from Pure-FTPd and pyftpdlib"));
        assert!(of("530 Must use encryption, please").contains("Several servers"));
        assert!(of("425 Quite another thing").contains("not among those"));
    }

    #[test]
    fn meanings_name_findings_that_exist() {
        for phrase in dialect::DIALECTS.iter().flat_map(|dialect| dialect.phrases) {
            for id in meaning(phrase.says).1 {
                assert!(rules::with_id(id).is_some(), "{id}");
            }
        }
    }
}
