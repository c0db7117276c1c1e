//! What real servers said, recorded by the lab (fixtures/dialogues), replayed without a network: to the reply reader,
//! however the bytes are cut, and to the engine, whose outcomes must be those of the recording.

#[path = "support/checked.rs"]
mod checked;
#[path = "support/scripted.rs"]
mod scripted;

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use checked::{checked, request};
use ftpmode::engine::Login;
use ftpmode::evidence::facts::Facts;
use ftpmode::evidence::target::Secret;
use ftpmode::protocol::dialect;
use ftpmode::protocol::reply::{Item, Reader, Reply};
use ftpmode::protocol::{extended, host_port};
use scripted::{Scripted, Step, Step::*, say};

/// One recorded file.
struct Dialogue {
    name: String,
    /// Verb and what it came to, as the first lines have it.
    outcomes: Vec<(String, String)>,
    connections: Vec<Vec<Line>>,
}

enum Line {
    Sent(String),
    Came(String),
}

#[test]
fn every_reply_is_read_alike_however_it_is_cut() {
    for dialogue in dialogues() {
        for connection in &dialogue.connections {
            let lines = connection.iter().filter_map(|line| match line {
                Line::Came(text) => Some(format!("{text}\r\n")),
                Line::Sent(_) => None,
            });
            let bytes = lines.collect::<String>().into_bytes();
            let whole = read(&[&bytes]);
            assert!(whole.iter().all(|item| matches!(item, Item::Reply(_))), "{}: {whole:?}", dialogue.name);
            let singles: Vec<&[u8]> = bytes.chunks(1).collect();
            assert_eq!(read(&singles), whole, "{}", dialogue.name);
            let bare: Vec<u8> = bytes.iter().copied().filter(|&byte| byte != b'\r').collect();
            assert_eq!(read(&[&bare]), whole, "{}: without CR", dialogue.name);
        }
    }
}

#[test]
fn every_endpoint_is_read_and_every_refusal_understood() {
    let (mut endpoints, mut refusals) = (0, 0);
    for dialogue in dialogues() {
        for (verb, replies) in dialogue.connections.iter().flat_map(|connection| exchanges(connection)) {
            for reply in replies.iter().map(|text| Reply::from_text(text.clone()).expect("a reply")) {
                match reply.code {
                    227 => {
                        host_port::parse(&reply.message()).unwrap_or_else(|why| panic!("{}: {why}", reply.text));
                        endpoints += 1;
                    }
                    229 => {
                        extended::parse_229(&reply.message()).unwrap_or_else(|why| panic!("{}: {why}", reply.text));
                        endpoints += 1;
                    }
                    _ if reply.is_refusal() && matches!(verb.as_str(), "PASV" | "EPSV" | "PORT" | "EPRT") => {
                        assert!(dialect::says(&reply).is_some(), "{}: {verb}: {}", dialogue.name, reply.text);
                        refusals += 1;
                    }
                    _ => {}
                }
            }
        }
    }
    assert!(endpoints > 20 && refusals > 5, "{endpoints} endpoints, {refusals} refusals: fixtures are missing");
}

#[test]
fn the_engine_comes_to_what_was_recorded() {
    for dialogue in dialogues() {
        let server = play(&dialogue).start();
        let mut wanted = request(server.address());
        if dialogue.sent("USER bob") {
            wanted.settings.login = Login::User { name: "bob".into(), password: Secret::new("hunter2") };
        }
        if let Some(file) = dialogue.argument_of("RETR") {
            wanted.settings.retrieve = Some(file);
        }
        wanted.settings.path = dialogue.argument_of("CWD");
        let evidence = checked(wanted);
        drop(server);
        // Over IPv6 the recording has two methods; loopback here is IPv4, where all four are tried.
        let recorded: HashMap<_, _> = dialogue.outcomes.iter().cloned().collect();
        let facts = Facts::of(&evidence);
        for tried in facts.tried() {
            let cause = tried.cause().map_or("works".to_owned(), |cause| format!("{cause:?}").to_lowercase());
            if let Some(expected) = recorded.get(tried.verb().name()) {
                assert_eq!(&cause, expected, "{}: {}\n{evidence:#?}", dialogue.name, tried.verb().name());
            }
        }
        assert_eq!(facts.tried().is_empty(), recorded.is_empty(), "{}: {evidence:#?}", dialogue.name);
    }
}

/// A server that answers each verb as the recording did, in its order; the last answer stays.
fn play(dialogue: &Dialogue) -> Scripted {
    let mut script = Scripted::new();
    for (number, connection) in dialogue.connections.iter().enumerate() {
        let greeting: Vec<String> = connection
            .iter()
            .map_while(|line| match line {
                Line::Came(text) => Some(format!("{text}\r\n")),
                Line::Sent(_) => None,
            })
            .collect();
        // A second connection was the network's doing, which is not here.
        if number == 0 {
            script = script.greet([say(greeting.concat())]);
        }
        for (verb, replies) in exchanges(connection).into_iter().filter(|(_, replies)| !replies.is_empty()) {
            if let Some(verb) = KNOWN.iter().find(|known| **known == verb) {
                script = script.may(verb, steps(verb, &replies));
            }
        }
    }
    script
}

const KNOWN: &[&str] =
    &["USER", "PASS", "SYST", "FEAT", "STAT", "CWD", "TYPE", "PASV", "EPSV", "PORT", "EPRT", "LIST", "RETR"];

fn steps(verb: &str, replies: &[String]) -> Vec<Step> {
    let refused = replies.last().is_some_and(|reply| reply.starts_with(['4', '5']));
    let lines = |replies: &[String]| {
        let text: String = replies.iter().map(|reply| reply.replace('\n', "\r\n") + "\r\n").collect();
        say(with_own_port(&text))
    };
    match verb {
        "LIST" | "RETR" if replies.iter().any(|reply| reply.contains("Bad IP connecting")) => {
            vec![Accept, lines(replies)]
        }
        "LIST" | "RETR" if refused => vec![lines(replies)],
        "LIST" | "RETR" => {
            vec![Join, Send(b"-rw-r--r-- 1 ftp ftp 7 hello.txt\r\n".to_vec()), CloseData, lines(replies)]
        }
        _ => vec![lines(replies)],
    }
}

/// The recorded endpoint replaced by the scripted server's own.
fn with_own_port(text: &str) -> String {
    let cut = |open: &str, close: char, own: &str| {
        let begin = text.find(open)? + open.len();
        let end = begin + text[begin..].find(close)?;
        Some(format!("{}{own}{}", &text[..begin], &text[end..]))
    };
    match text.get(..3) {
        Some("227") => cut("(", ')', "{host-port}"),
        Some("229") => cut("(|||", '|', "{port}"),
        _ => None,
    }
    .unwrap_or_else(|| text.to_owned())
}

impl Dialogue {
    fn sent(&self, command: &str) -> bool {
        self.connections.iter().flatten().any(|line| matches!(line, Line::Sent(text) if text == command))
    }

    fn argument_of(&self, verb: &str) -> Option<String> {
        self.connections.iter().flatten().find_map(|line| match line {
            Line::Sent(text) => text.strip_prefix(verb)?.strip_prefix(' ').map(str::to_owned),
            Line::Came(_) => None,
        })
    }
}

/// Each command with its replies: they come in the commands' order, which pipelining leaves as it is.
fn exchanges(connection: &[Line]) -> Vec<(String, Vec<String>)> {
    let mut commands: Vec<(String, Vec<String>)> = Vec::new();
    let mut reader = Reader::new();
    let mut answered = 0;
    for line in connection.iter().skip_while(|line| matches!(line, Line::Came(_))) {
        match line {
            Line::Sent(text) => commands.push((text.split(' ').next().unwrap_or("").to_owned(), Vec::new())),
            Line::Came(text) => reader.feed(format!("{text}\n").as_bytes()),
        }
        while let Some(Item::Reply(reply)) = reader.next_item() {
            if let Some((_, replies)) = commands.get_mut(answered) {
                replies.push(reply.text.clone());
            }
            answered += usize::from(!reply.is_preliminary());
        }
    }
    commands
}

fn read(pieces: &[&[u8]]) -> Vec<Item> {
    let mut reader = Reader::new();
    pieces.iter().for_each(|piece| reader.feed(piece));
    reader.finish();
    std::iter::from_fn(|| reader.next_item()).collect()
}

fn dialogues() -> Vec<Dialogue> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/dialogues");
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).expect("the fixtures").flatten().map(|entry| entry.path()).collect();
    files.sort();
    files
        .iter()
        .filter(|path| path.extension().is_some_and(|extension| extension == "txt"))
        .map(|path| parse(path))
        .collect()
}

fn parse(path: &Path) -> Dialogue {
    let text = std::fs::read_to_string(path).expect("a readable fixture");
    let mut dialogue = Dialogue { name: path.display().to_string(), outcomes: Vec::new(), connections: Vec::new() };
    for line in text.lines() {
        if let Some(note) = line.strip_prefix("# ") {
            if let Some((verb, outcome)) = note.split_once(": ").filter(|(verb, _)| verb.len() == 4) {
                dialogue.outcomes.push((verb.to_owned(), outcome.to_owned()));
            }
        } else if line.starts_with("== ") {
            dialogue.connections.push(Vec::new());
        } else if let Some(connection) = dialogue.connections.last_mut() {
            match line.split_at(2) {
                ("> ", sent) => connection.push(Line::Sent(sent.to_owned())),
                (_, came) => connection.push(Line::Came(came.to_owned())),
            }
        }
    }
    dialogue
}
