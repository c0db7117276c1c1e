//! The house: which room may use which, no file too long to be one room, no arrow back.

use std::fs;
use std::path::{Path, PathBuf};

/// Each room, and the rooms it may use.
const MAY_USE: &[(&str, &[&str])] = &[
    ("protocol", &[]),
    ("servers", &[]),
    ("evidence", &["protocol"]),
    ("clients", &["evidence", "protocol"]),
    ("diagnosis", &["evidence", "protocol", "servers"]),
    ("knowledge", &["diagnosis", "protocol", "servers"]),
    ("report", &["clients", "diagnosis", "evidence", "protocol", "servers"]),
    ("engine", &["evidence", "protocol"]),
    ("serve", &["engine", "protocol"]),
    ("check", &["diagnosis", "engine", "evidence"]),
    (
        "cli",
        &["check", "clients", "diagnosis", "engine", "evidence", "knowledge", "protocol", "report", "serve", "servers"],
    ),
];

/// Above this a file is asked whether two rooms live in it.
const LONGEST_FILE: usize = 500;

#[test]
fn rooms_use_only_what_they_may() {
    let mut wrong = Vec::new();
    for file in sources() {
        let room = room_of(&file);
        let Some((_, may_use)) = MAY_USE.iter().find(|(name, _)| *name == room) else { continue };
        let text = fs::read_to_string(&file).expect("a readable source");
        for (number, line) in text.lines().enumerate() {
            // What only tests use is no arrow of the house; tests stand last.
            if line.starts_with("#[cfg(test)]") {
                break;
            }
            let code = line.split("//").next().unwrap_or("");
            for used in code.split("crate::").skip(1) {
                let used: String = used.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
                let is_room = MAY_USE.iter().any(|(name, _)| *name == used);
                if is_room && used != room && !may_use.contains(&used.as_str()) {
                    wrong.push(format!("{}:{}: '{room}' must not use 'crate::{used}'", file.display(), number + 1));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_source_belongs_to_a_room() {
    let known = |file: &PathBuf| MAY_USE.iter().any(|(name, _)| *name == room_of(file));
    let outside: Vec<_> = sources().into_iter().filter(|file| !known(file)).collect();
    let names: Vec<_> = outside.iter().filter_map(|file| file.file_name()).collect();
    assert_eq!(names.len(), 2, "only lib.rs and main.rs stand outside the rooms: {outside:?}");
}

#[test]
fn only_the_socket_files_hold_unsafe_code() {
    let unsafe_files: Vec<_> = sources()
        .into_iter()
        .filter(|file| fs::read_to_string(file).expect("a readable source").contains("unsafe {"))
        .collect();
    let in_net =
        |file: &PathBuf| file.ends_with("engine/net.rs") || file.parent().is_some_and(|p| p.ends_with("engine/net"));
    assert!(unsafe_files.iter().all(in_net), "{unsafe_files:?}");
}

/// Words that one kind of system alone has: std's and tokio's, of libc, and socket2's where it offers them only there.
const ONE_SYSTEMS: &[&str] = &[
    "os::unix",
    "os::fd",
    "os::linux",
    "os::windows",
    "io::unix",
    "signal::unix",
    "signal::windows",
    "libc::",
    "tcp_mss(",
    "set_tcp_quickack(",
    "SockFilter",
    "Domain::PACKET",
    "set_virtual_terminal",
];

/// The other systems have no compiler in every workshop: a line that would not build there stands below a `cfg`.
#[test]
fn what_one_system_has_is_built_there_alone() {
    let mut wrong = Vec::new();
    for file in sources() {
        let text = fs::read_to_string(&file).expect("a readable source");
        let lines: Vec<&str> = text.lines().collect();
        for (number, line) in lines.iter().enumerate() {
            let code = line.split("//").next().unwrap_or("");
            if ONE_SYSTEMS.iter().any(|word| code.contains(word)) && !is_for_one_system(&lines[..=number]) {
                wrong.push(format!("{}:{}: {}", file.display(), number + 1, line.trim()));
            }
        }
    }
    assert!(wrong.is_empty(), "no #[cfg(...)] of a system above:\n{}", wrong.join("\n"));
}

/// Whether such an attribute stands above the last of these lines, or above one that it is indented below.
fn is_for_one_system(lines: &[&str]) -> bool {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let mut level = usize::MAX;
    let mut attributed = false;
    for line in lines.iter().rev().filter(|line| !line.trim().is_empty()) {
        let code = line.trim_start();
        let of_a_system = ["target_os", "unix", "windows"].iter().any(|system| code.contains(system));
        if attributed && code.starts_with("#[cfg(") && of_a_system {
            return true;
        }
        // The attributes of an item stand directly above it, among its comments.
        attributed = indent(line) < level || (attributed && (code.starts_with("#[") || code.starts_with("//")));
        level = level.min(indent(line));
    }
    false
}

#[test]
fn no_file_is_too_long_and_none_is_called_mod() {
    for file in sources() {
        let lines = fs::read_to_string(&file).expect("a readable source").lines().count();
        assert!(lines <= LONGEST_FILE, "{} has {lines} lines", file.display());
        assert_ne!(file.file_name().and_then(|name| name.to_str()), Some("mod.rs"), "{}", file.display());
    }
}

fn sources() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a readable folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// The first part of the path below src, without its ending.
fn room_of(file: &Path) -> String {
    let below = file.strip_prefix(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).expect("below src");
    let first = below.iter().next().and_then(|part| part.to_str()).unwrap_or("");
    first.trim_end_matches(".rs").to_owned()
}
