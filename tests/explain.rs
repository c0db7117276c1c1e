//! `ftpmode explain`, as its users run it, and what its articles promise: that what they call seen was seen, that the
//! findings they name exist, and that the commands they show are commands.

use std::collections::BTreeSet;
use std::io::Write;
use std::process::{Command, Stdio};

use assert_cmd::cargo::CommandCargoExt;
use ftpmode::diagnosis::rules;
use ftpmode::knowledge::{replies, topics};
use ftpmode::report::formats::columns;

struct Ran {
    status: i32,
    out: String,
    err: String,
}

fn explain(arguments: &[&str]) -> Ran {
    explain_given(arguments, "")
}

fn explain_given(arguments: &[&str], input: &str) -> Ran {
    let mut command = Command::cargo_bin("ftpmode").expect("the program is built");
    command.arg("explain").args(arguments).env_clear().env("LANG", "C.UTF-8");
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program runs");
    child.stdin.take().expect("a pipe").write_all(input.as_bytes()).expect("it reads, or its pipe holds the little");
    let output = child.wait_with_output().expect("it ends");
    Ran {
        status: output.status.code().expect("it ends by itself"),
        out: String::from_utf8(output.stdout).expect("UTF-8"),
        err: String::from_utf8(output.stderr).expect("UTF-8"),
    }
}

/// Every word that has an article, and the article's own markdown.
fn articles() -> Vec<(String, &'static str)> {
    let topics = topics::ALL.iter().map(|topic| (topic.id.to_owned(), topic.article));
    let codes = replies::ALL.iter().map(|known| (known.code.to_string(), known.article));
    let findings = rules::ALL.iter().map(|rule| (rule.id.to_owned(), rule.article));
    topics.chain(codes).chain(findings).collect()
}

/// What stands in backticks.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// The headings of the second depth, in order.
fn headings(article: &str) -> Vec<&str> {
    article.lines().filter_map(|line| line.strip_prefix("## ")).collect()
}

/// The text below a heading.
fn section<'a>(article: &'a str, heading: &str) -> &'a str {
    let (_, rest) = article.split_once(&format!("## {heading}\n")).unwrap_or_else(|| panic!("no '{heading}'"));
    rest.split("\n## ").next().unwrap_or(rest)
}

/// The items of a list, each with its further lines.
fn items(section: &str) -> Vec<String> {
    let list = section.trim().split("\n- ").map(|item| item.trim_start_matches("- "));
    list.map(|item| item.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}

#[test]
fn every_article_fits_a_terminal_of_80_columns() {
    for (word, _) in articles() {
        let shown = explain(&[&word]);
        assert_eq!((shown.status, shown.err.as_str()), (0, ""), "{word}");
        assert!(!shown.out.contains('\x1b'), "{word}");
        for line in shown.out.lines() {
            assert!(columns(line) <= 80, "{word}: {} columns: {line}", columns(line));
            assert_eq!(line.trim_end(), line, "{word}");
        }
        assert!(shown.out.lines().count() > 8 && !shown.out.contains("\n\n\n"), "{word}: {}", shown.out);
        for mark in ["```", "**", "##", "|---"] {
            assert!(!shown.out.contains(mark), "{word}: {mark}");
        }
    }
}

#[test]
fn every_article_has_its_form_in_ascii() {
    for (word, _) in articles() {
        let shown = explain(&[&word, "--ascii"]).out;
        assert!(shown.is_ascii() && !shown.contains("\\u{"), "{word}: {shown}");
    }
    let unspoken = Command::cargo_bin("ftpmode").expect("built").args(["explain", "active"]).env_clear().output();
    assert!(unspoken.expect("it runs").stdout.is_ascii(), "a locale without UTF-8");
}

#[test]
fn colour_comes_when_asked_for_and_in_no_markdown() {
    let painted = explain(&["425", "--color", "always"]).out;
    assert!(painted.contains("\x1b[1mWhat it means\x1b[0m"), "{painted:?}");
    assert!(!explain(&["425", "--color", "always", "--format", "markdown"]).out.contains('\x1b'));
}

#[test]
fn a_narrower_width_is_kept_by_all_but_drawings() {
    for (word, article) in articles() {
        let drawing = article.split("\n```").nth(1).unwrap_or("");
        for line in explain(&[&word, "--width", "60"]).out.lines() {
            assert!(columns(line) <= 60 || drawing.contains(line.trim()), "{word}: {line}");
        }
    }
}

#[test]
fn markdown_is_the_article_itself() {
    for (word, article) in articles() {
        let markdown = explain(&[&word, "--format", "markdown"]).out;
        assert!(markdown.starts_with("# "), "{word}");
        assert!(markdown.contains(article.trim_end()), "{word}");
    }
}

#[test]
fn what_is_listed_is_explained() {
    let listed = explain(&[]);
    assert_eq!(listed.status, 0);
    let words: BTreeSet<&str> =
        listed.out.lines().filter_map(|line| line.strip_prefix("  ")?.split("  ").next()).collect();
    for (word, _) in articles() {
        assert!(words.contains(word.as_str()), "{word} is not listed: {}", listed.out);
    }
    assert!(listed.out.lines().all(|line| columns(line) <= 80), "{}", listed.out);
    for topic in topics::ALL {
        for alias in topic.aliases {
            assert_eq!(explain(&[alias]).out, explain(&[topic.id]).out, "{alias}");
        }
    }
}

#[test]
fn a_whole_reply_is_recognised_and_its_speaker_named() {
    let expected = explain(&["425 Failed to establish connection."]).out;
    for line in ["425 Failed to establish connection.", "known from vsftpd", "passive-port-dropped", "What it means"] {
        assert!(expected.contains(line), "{line}: {expected}");
    }
    assert_eq!(explain(&["425", "Failed", "to", "establish", "connection."]).out, expected, "without quotation marks");
    for log in [
        "425 Failed to establish connection.\n",
        "Response:\t425 Failed to establish connection.\r\n",
        "Command:\tLIST\nResponse:\t150 Here comes the directory listing.\nResponse:\t425 Failed to establish connection.\n",
        "< 230 Login successful.\n> LIST\n< 425 Failed to establish connection.\n",
    ] {
        assert_eq!(explain_given(&["-"], log).out, expected, "{log}");
    }
    let markdown = explain(&["--format", "markdown", "425 Failed to establish connection."]).out;
    assert!(markdown.contains("> 425 Failed to establish connection.\n"), "{markdown}");
    assert!(explain(&["550", "--format", "text"]).out.starts_with("550: "), "a code alone has no words to explain");
    let hostile = explain(&["425 \x1b[2J\u{202e}`x` # y"]).out;
    assert!(!hostile.contains(['\x1b', '\u{202e}']), "{hostile:?}");
    let hostile = explain(&["--format", "markdown", "425 \x1b[2J"]).out;
    assert!(!hostile.contains('\x1b'), "{hostile:?}");
}

#[test]
fn the_readme_shows_what_is_shown() {
    let readme = include_str!("../README.md");
    let (_, after) = readme.split_once("$ ftpmode explain \"").expect("an excerpt");
    let (reply, after) = after.split_once("\"\n").expect("a reply in quotation marks");
    let excerpt = after.split("```").next().expect("its end");
    let shown = explain(&[reply]).out;
    for piece in excerpt.split("...\n") {
        assert!(shown.contains(piece), "{piece}");
    }
}

#[test]
fn a_code_without_an_article_is_told_by_its_digits() {
    let shown = explain(&["459 Whatever"]).out;
    assert!(shown.contains("The first digit, 4,") && shown.contains("about files on the server"), "{shown}");
}

#[test]
fn what_is_not_known_is_one_line_with_what_was_perhaps_meant() {
    for (words, offered) in [
        (&["stalled"][..], "'transfer-stalled'"),
        (&["pasive"], "'passive'"),
        (&["passive-port-droped"], "'passive-port-dropped'"),
        (&["securty"], "'security'"),
        (&["xyzzy"], "ftpmode explain lists"),
        (&["9999"], "ftpmode explain lists"),
        (&["\x1b[2J"], "ftpmode explain lists"),
    ] {
        let ran = explain(words);
        assert_eq!((ran.status, ran.out.as_str()), (3, ""), "{words:?}");
        assert!(ran.err.contains(offered) && ran.err.lines().count() == 1, "{words:?}: {}", ran.err);
        assert!(!ran.err.contains('\x1b'), "{words:?}");
    }
    assert_eq!(explain_given(&["-"], "").status, 3);
}

#[test]
fn what_is_called_seen_was_recorded() {
    let recorded = recorded();
    for known in replies::ALL {
        for item in items(section(known.article, "Who says it")) {
            let mut parts = item.split("(seen)");
            let before = parts.next().unwrap_or("");
            assert!(
                ["(seen)", "(source)", "(reported"].iter().any(|mark| item.contains(mark)) || !item.contains('`'),
                "{}: nobody's word: {item}",
                known.code
            );
            // What follows a mark is its word, up to the next mark; before the first stands who speaks.
            for seen in parts.map(|part| part.split("(source)").next().unwrap_or(part)) {
                for reply in quoted(seen).filter(|words| is_reply(words)) {
                    let mut named = PRODUCTS.iter().filter(|product| item.contains(**product));
                    let heard = named.any(|who| {
                        recorded
                            .iter()
                            .any(|file| file.to_lowercase().contains(&who.to_lowercase()) && file.contains(reply))
                    });
                    assert!(heard, "{}: not recorded of whom it names: {reply}", known.code);
                }
            }
            assert!(!quoted(before).any(is_reply) || !item.contains("(seen)"), "{}: {item}", known.code);
        }
    }
}

/// The servers that were run, as articles and their own greetings write them.
const PRODUCTS: &[&str] = &["vsftpd", "ProFTPD", "Pure-FTPd", "pyftpdlib"];

/// Code, then words.
fn is_reply(words: &str) -> bool {
    words.len() > 4 && words.is_char_boundary(3) && words[..3].bytes().all(|byte| byte.is_ascii_digit())
}

/// All that real servers said, a file each: the recorded replies, dialogues, and the cases that were not made up.
fn recorded() -> Vec<String> {
    let mut files = Vec::new();
    let mut folders = vec![std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")];
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder).expect("a readable folder").flatten().map(|entry| entry.path()) {
            let kind = path.extension().and_then(|extension| extension.to_str());
            match kind {
                _ if path.is_dir() => folders.push(path),
                Some("txt" | "toml") => {
                    let file = std::fs::read_to_string(&path).expect("readable");
                    let made_up = file
                        .lines()
                        .take_while(|line| line.starts_with('#'))
                        .any(|line| line.contains("ade up") || line.contains("Hand-written"));
                    // TOML keeps quotation marks behind a backslash.
                    if !made_up {
                        files.push(file.replace("\\\"", "\""));
                    }
                }
                _ => {}
            }
        }
    }
    files
}

#[test]
fn articles_on_replies_have_one_form() {
    for known in replies::ALL {
        let expected = ["What it means", "Who says it", "What to do next", "Findings", "References"];
        assert_eq!(headings(known.article), expected, "{}", known.code);
        assert!(section(known.article, "References").contains("RFC"), "{}", known.code);
        let findings = section(known.article, "Findings");
        if findings.trim() == "It points to none." {
            continue;
        }
        for item in items(findings) {
            let (ids, _) = item.split_once(": ").unwrap_or_else(|| panic!("{}: {item}", known.code));
            assert!(quoted(ids).count() > 0, "{}: {item}", known.code);
            for id in quoted(ids) {
                assert!(rules::with_id(id).is_some(), "{}: no finding is called {id}", known.code);
            }
        }
    }
}

#[test]
fn articles_on_topics_answer_first_draw_and_lead_on() {
    for topic in topics::ALL {
        let mut lines = topic.article.lines();
        assert!(lines.next().is_some_and(|line| line.starts_with("# ")), "{}", topic.id);
        let answer: Vec<&str> = lines.skip(1).take_while(|line| !line.is_empty()).collect();
        assert!((2..=4).contains(&answer.len()) && !answer[0].starts_with(['#', '`', '|']), "{}: {answer:?}", topic.id);
        assert_eq!(topic.article.matches("\n```").count(), 2, "{}: one drawing", topic.id);
        let last = headings(topic.article);
        assert!(last.ends_with(&["Next", "References"]), "{}: {last:?}", topic.id);
        assert!(section(topic.article, "Next").contains("`ftpmode "), "{}", topic.id);
    }
}

#[test]
fn articles_on_findings_have_one_form() {
    for rule in rules::ALL {
        let found = headings(rule.article);
        let expected = ["What it means", "What it looks like", "Told apart from", "Mending it", "References"];
        assert_eq!(found, expected, "{}", rule.id);
        assert!(!section(rule.article, "References").trim().is_empty(), "{}", rule.id);
        for item in items(section(rule.article, "Told apart from")).iter().filter(|item| item.contains(": ")) {
            let (ids, _) = item.split_once(": ").expect("a colon");
            for id in ids.split([' ', ',']).filter(|word| word.contains('-') && word.len() > 4) {
                assert!(rules::with_id(id.trim_matches('`')).is_some(), "{}: no finding is called {id}", rule.id);
            }
        }
    }
}

#[test]
fn no_article_names_a_word_that_nothing_explains() {
    for (word, article) in articles() {
        for name in quoted(&drawn_out(article)).filter(|name| looks_like_an_id(name)) {
            assert!(explains(name), "{word}: {name}");
        }
        for command in quoted(&drawn_out(article)).filter_map(|words| words.strip_prefix("ftpmode explain ")) {
            let placeholder = matches!(command, "ID" | "WORD");
            assert!(placeholder || explain(&[command.trim_matches('"')]).status == 0, "{word}: explain {command}");
        }
    }
}

fn explains(name: &str) -> bool {
    rules::with_id(name).is_some() || topics::named(name).is_some()
}

/// Small letters with hyphens, as findings are called.
fn looks_like_an_id(name: &str) -> bool {
    let small = |c: char| c.is_ascii_lowercase() || c == '-';
    name.contains('-') && !name.starts_with('-') && name.chars().all(small)
}

#[test]
fn every_command_that_an_article_shows_is_one() {
    let mut shown = 0;
    for (word, article) in articles() {
        for command in quoted(&drawn_out(article)).filter(|words| words.starts_with("ftpmode ")) {
            let parsed = ftpmode::cli::command().try_get_matches_from(words_of(command));
            assert!(parsed.is_ok(), "{word}: {command}: {}", parsed.err().map_or(String::new(), |why| why.to_string()));
            shown += 1;
        }
        for option in quoted(&drawn_out(article)).filter(|words| words.starts_with("--")) {
            let name = option.trim_start_matches('-').split([' ', '=']).next().unwrap_or("");
            assert!(is_an_option(name), "{word}: {option}");
        }
    }
    assert!(shown > 50, "{shown}");
}

fn is_an_option(name: &str) -> bool {
    let command = ftpmode::cli::command();
    command.get_subcommands().any(|sub| sub.get_arguments().any(|argument| argument.get_long() == Some(name)))
}

/// Split at blanks as a shell does; quotation marks hold words together.
fn words_of(command: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (number, piece) in command.split('"').enumerate() {
        match number % 2 {
            1 => words.push(piece.to_owned()),
            _ => words.extend(piece.split_whitespace().map(str::to_owned)),
        }
    }
    words
}

/// The article without its drawings and with its lines joined, so that what stands in backticks is whole.
fn drawn_out(article: &str) -> String {
    let outside = article.split("\n```").step_by(2).collect::<Vec<_>>();
    outside.join("\n").lines().map(str::trim).collect::<Vec<_>>().join(" ")
}
