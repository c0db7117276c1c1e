//! Codes of replies, as servers really use them: one markdown file a code. This table is the only list.

use crate::protocol::reply::{Class, Reply};

/// What is known of a code.
#[derive(Debug)]
pub struct Known {
    pub code: u16,
    /// What it says, in a few words.
    pub title: &'static str,
    pub article: &'static str,
}

pub static ALL: &[Known] = &[
    Known { code: 110, title: "a restart marker: so far the file has come", article: include_str!("replies/110.md") },
    Known { code: 120, title: "the server is not ready yet, and says when", article: include_str!("replies/120.md") },
    Known {
        code: 125,
        title: "the data connection is there already; the transfer starts",
        article: include_str!("replies/125.md"),
    },
    Known {
        code: 150,
        title: "the data connection is being opened, or stands; the transfer starts",
        article: include_str!("replies/150.md"),
    },
    Known { code: 200, title: "the command is done", article: include_str!("replies/200.md") },
    Known { code: 202, title: "the command is not needed here", article: include_str!("replies/202.md") },
    Known { code: 211, title: "the server's state, or its list of features", article: include_str!("replies/211.md") },
    Known { code: 212, title: "the state of a folder", article: include_str!("replies/212.md") },
    Known { code: 213, title: "the size, date or state of a file", article: include_str!("replies/213.md") },
    Known { code: 214, title: "help", article: include_str!("replies/214.md") },
    Known { code: 215, title: "the kind of system", article: include_str!("replies/215.md") },
    Known { code: 220, title: "the greeting: ready for a login", article: include_str!("replies/220.md") },
    Known {
        code: 221,
        title: "goodbye: the server closes the control connection",
        article: include_str!("replies/221.md"),
    },
    Known {
        code: 225,
        title: "the data connection is open, or there was nothing to abort",
        article: include_str!("replies/225.md"),
    },
    Known { code: 226, title: "the transfer is complete", article: include_str!("replies/226.md") },
    Known {
        code: 227,
        title: "passive mode: the address and port to connect to",
        article: include_str!("replies/227.md"),
    },
    Known {
        code: 228,
        title: "long passive mode: a form of 227 that hardly anybody uses",
        article: include_str!("replies/228.md"),
    },
    Known {
        code: 229,
        title: "extended passive mode: the port to connect to",
        article: include_str!("replies/229.md"),
    },
    Known { code: 230, title: "logged in", article: include_str!("replies/230.md") },
    Known { code: 231, title: "logged out, or logging out", article: include_str!("replies/231.md") },
    Known {
        code: 232,
        title: "logged in by what TLS has shown of the client",
        article: include_str!("replies/232.md"),
    },
    Known { code: 234, title: "TLS may begin", article: include_str!("replies/234.md") },
    Known {
        code: 250,
        title: "done: the folder is changed, the file deleted or renamed",
        article: include_str!("replies/250.md"),
    },
    Known {
        code: 257,
        title: "the name of a folder: the present one, or a new one",
        article: include_str!("replies/257.md"),
    },
    Known { code: 331, title: "the name is taken; the password, please", article: include_str!("replies/331.md") },
    Known { code: 332, title: "an account name is wanted, too", article: include_str!("replies/332.md") },
    Known { code: 334, title: "security data is wanted", article: include_str!("replies/334.md") },
    Known { code: 335, title: "more security data is wanted", article: include_str!("replies/335.md") },
    Known { code: 336, title: "a challenge: the password is to answer it", article: include_str!("replies/336.md") },
    Known { code: 350, title: "one more command is needed", article: include_str!("replies/350.md") },
    Known { code: 421, title: "the server ends the session", article: include_str!("replies/421.md") },
    Known { code: 425, title: "no data connection", article: include_str!("replies/425.md") },
    Known {
        code: 426,
        title: "the data connection broke during the transfer",
        article: include_str!("replies/426.md"),
    },
    Known { code: 430, title: "wrong name or password", article: include_str!("replies/430.md") },
    Known { code: 431, title: "what is needed for TLS is missing", article: include_str!("replies/431.md") },
    Known { code: 434, title: "the host is not to be had", article: include_str!("replies/434.md") },
    Known { code: 450, title: "not now: the file is busy, or cannot be had", article: include_str!("replies/450.md") },
    Known { code: 451, title: "an error within the server", article: include_str!("replies/451.md") },
    Known { code: 452, title: "no space left", article: include_str!("replies/452.md") },
    Known { code: 500, title: "the command is not understood, or refused", article: include_str!("replies/500.md") },
    Known {
        code: 501,
        title: "something is wrong with the command's argument",
        article: include_str!("replies/501.md"),
    },
    Known { code: 502, title: "the command is not there", article: include_str!("replies/502.md") },
    Known { code: 503, title: "the command comes at the wrong moment", article: include_str!("replies/503.md") },
    Known { code: 504, title: "the command is there, not with this argument", article: include_str!("replies/504.md") },
    Known {
        code: 520,
        title: "no data connection of that kind stands (Pure-FTPd)",
        article: include_str!("replies/520.md"),
    },
    Known {
        code: 521,
        title: "data connections are not made at this protection",
        article: include_str!("replies/521.md"),
    },
    Known {
        code: 522,
        title: "the protocol is not supported, or TLS on the data connection is wanted otherwise",
        article: include_str!("replies/522.md"),
    },
    Known { code: 530, title: "not logged in", article: include_str!("replies/530.md") },
    Known { code: 532, title: "an account is wanted for storing files", article: include_str!("replies/532.md") },
    Known { code: 533, title: "the command must come encrypted", article: include_str!("replies/533.md") },
    Known { code: 534, title: "refused by the server's policy on encryption", article: include_str!("replies/534.md") },
    Known { code: 535, title: "the security check failed", article: include_str!("replies/535.md") },
    Known {
        code: 536,
        title: "this protection of data connections is not supported",
        article: include_str!("replies/536.md"),
    },
    Known {
        code: 550,
        title: "refused: the file, the folder, or the right to it is missing",
        article: include_str!("replies/550.md"),
    },
    Known {
        code: 551,
        title: "aborted: the kind of page is unknown, or not to be written here",
        article: include_str!("replies/551.md"),
    },
    Known { code: 552, title: "over the limit of space", article: include_str!("replies/552.md") },
    Known { code: 553, title: "the name of the file is not allowed", article: include_str!("replies/553.md") },
    Known { code: 554, title: "the place to resume at cannot be taken", article: include_str!("replies/554.md") },
];

pub fn with_code(code: u16) -> Option<&'static Known> {
    ALL.iter().find(|known| known.code == code)
}

/// What the digits of any code say (RFC 959 section 4.2.1), in two sentences.
pub fn digits(code: u16) -> String {
    let reply = Reply { code, text: String::new() };
    let first = match reply.class() {
        Class::Preliminary => "The first digit, 1, says that the command is begun and another reply will follow.",
        Class::Completion => "The first digit, 2, says that the command is done.",
        Class::Intermediate => "The first digit, 3, says that the server waits for a further command.",
        Class::TransientRefusal => "The first digit, 4, says that it did not work, and that the same may work later.",
        Class::PermanentRefusal => {
            "The first digit, 5, says that it did not work, and will not work if repeated as it is."
        }
    };
    let second = match code / 10 % 10 {
        0 => "The second, 0, says that it is about the command's form.",
        1 => "The second, 1, says that it is information that was asked for.",
        2 => "The second, 2, says that it is about the control or the data connection.",
        3 => "The second, 3, says that it is about the login or about encryption.",
        5 => "The second, 5, says that it is about files on the server.",
        _ => "The second digit has no agreed meaning.",
    };
    format!("{first} {second}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_in_order_and_each_is_there_once() {
        assert!(ALL.windows(2).all(|pair| pair[0].code < pair[1].code));
    }

    #[test]
    fn any_code_says_something() {
        assert!(digits(425).starts_with("The first digit, 4") && digits(425).contains("data connection"));
        assert!(digits(599).contains("no agreed meaning"));
    }
}
