//! Holds the reader of logs against logs of real clients, each with what was true when it was written
//! (`fixtures/logs`): what it says of them may be less than the truth, and never something else.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use ftpmode::diagnosis::diagnose;
use ftpmode::diagnosis::rule::{Confidence, Severity};
use ftpmode::evidence::Evidence;
use ftpmode::evidence::attempt::Mode;
use ftpmode::evidence::facts::Facts;
use ftpmode::evidence::import::Reader;
use serde::Deserialize;

/// What was true of a log.
#[derive(Deserialize)]
struct Sidecar {
    mode: String,
    /// The client showed the listing.
    listed: bool,
    case: Case,
    truth: Truth,
}

#[derive(Deserialize)]
struct Case {
    id: String,
}

#[derive(Deserialize)]
struct Truth {
    fires: Vec<String>,
    not: Vec<String>,
    #[serde(default)]
    methods: BTreeMap<String, bool>,
}

/// A log with its truth.
struct Fixture {
    name: String,
    client: String,
    bytes: Vec<u8>,
    side: Sidecar,
}

/// Findings that may be made beside the truth, and why. Each is a limit of what the log tells, not of how it is read.
const ALLOWED: &[Allowance] = &[
    Allowance {
        finding: "active-callback-dropped",
        truth: "active-callback-refused",
        why: "a 425 without times tells no refusal from a silence; the report says so",
    },
    Allowance {
        finding: "passive-port-dropped",
        truth: "passive-port-refused",
        why: "PHP prints the same words however its dial ended; it is told as a guess",
    },
    Allowance {
        finding: "passive-port-dropped",
        truth: "passive-port-unreachable",
        why: "PHP and tnftp print the same words however their dial ended; it is told as a guess",
    },
    Allowance {
        finding: "passive-port-dropped",
        truth: "passive-address-unroutable",
        why: "PHP does not show what 227 named; it is told as a guess",
    },
    Allowance {
        finding: "passive-port-dropped",
        truth: "passive-address-foreign",
        why: "PHP does not show what 227 named; it is told as a guess",
    },
    Allowance {
        finding: "login-rejected",
        truth: "tls-unsupported",
        why: "PHP shows the refusal of the login alone, and not the one of AUTH before it",
    },
    Allowance {
        finding: "control-port-dropped",
        truth: "no-greeting",
        why: "the client does not tell a connection that stands and is silent from one that does not stand",
    },
    Allowance {
        finding: "control-port-dropped",
        truth: "not-ftp",
        why: "the client does not tell a connection that stands and is silent from one that does not stand",
    },
    Allowance {
        finding: "control-port-dropped",
        truth: "ipv6-unanswered",
        why: "the log ends before the other address is tried",
    },
    Allowance {
        finding: "passive-address-unroutable",
        truth: "tls-blinds-ftp-helper",
        why: "that TLS is the reason shows only beside a try without it",
    },
    Allowance {
        finding: "active-rejected",
        truth: "active-address-rejected",
        why: "wget says that the command was refused, and not with which words",
    },
    Allowance {
        finding: "passive-port-unreachable",
        truth: "passive-address-foreign",
        why: "the client never dials the control connection's address, so only how its own dial ended is told",
    },
    Allowance {
        finding: "server-misconfigured",
        truth: "passive-ports-exhausted",
        why: "vsftpd says it in words that do not name the ports, and the client does not show what it had asked for",
    },
];

struct Allowance {
    finding: &'static str,
    /// What was true.
    truth: &'static str,
    why: &'static str,
}

/// Cases in which something else than what they are about went wrong with some clients.
const ODD_CASES: &[(&str, &[&str], &str)] = &[
    (
        "listing-lost",
        &["passive-ports-exhausted"],
        "the server's one passive port was not yet free again when the client tried a second time",
    ),
    ("open-pyftpdlib", &["transfer-stalled"], "the first listing stalled, and the client came a second time"),
    (
        "tls-pyftpdlib",
        &["data-tls-failed", "control-idle-dropped"],
        "pyftpdlib cuts the data connection of a client that asks for TLS on it before the transfer",
    ),
    (
        "tls-demanded-in-plain-pyftpdlib",
        &["data-tls-failed", "control-idle-dropped"],
        "pyftpdlib cuts the data connection of a client that asks for TLS on it before the transfer",
    ),
    ("tls-vsftpd", &["certificate-untrusted"], "the client was not given the authority that the check was given"),
];

/// Clients whose log may say nothing of what became of the mode, and why.
const SILENT: &[(&str, &str)] = &[
    ("php", "its functions return true or false"),
    ("inetutils-ftp", "it shows no commands, and was ended while it waited"),
    ("tnftp", "it shows no commands, and was ended while it waited"),
    ("ncftp", "it ends without a word of why"),
    ("lftp", "it says nothing of an empty listing"),
    ("python-ftplib", "an empty listing looks like a missing folder"),
];

#[test]
fn logs_of_real_clients_are_read_for_what_was_true() {
    let mut wrong = Vec::new();
    let mut used = std::collections::BTreeSet::new();
    let fixtures = fixtures();
    assert!(fixtures.len() > 100, "the fixtures are there");
    for fixture in &fixtures {
        let all = read(&fixture.bytes);
        let mut say = |what: String| wrong.push(format!("{}: {what}", fixture.name));
        let silent = SILENT.iter().any(|(client, _)| *client == fixture.client);
        let Some(evidence) = all.first() else {
            if !silent && fixture.side.truth.fires != ["no-greeting"] {
                say(format!("nothing is read, though {:?} was true", fixture.side.truth.fires));
            }
            continue;
        };
        let facts = Facts::of(evidence);
        let found = diagnose(&facts);
        let works = Mode::BOTH.into_iter().any(|mode| facts.works(mode));
        let mode = if fixture.side.mode == "active" { Mode::Active } else { Mode::Passive };
        if fixture.side.listed && !works {
            say("it listed, and no mode is seen to work".to_owned());
        }
        let truth = &fixture.side.truth;
        let none_works = !truth.methods.is_empty() && !truth.methods.values().any(|works| *works);
        if !fixture.side.listed && none_works && facts.works(mode) {
            say("it did not list, and the mode is seen to work".to_owned());
        }
        for finding in &found.findings {
            let (id, severity) = (finding.rule.id, finding.conclusion.severity);
            let true_of_it = truth.fires.iter().any(|fires| fires == id);
            let forbidden = truth.not.iter().any(|not| not == id);
            if true_of_it || (severity == Severity::Info && !forbidden) {
                continue;
            }
            let allowed = ALLOWED.iter().position(|allowance| {
                allowance.finding == id && truth.fires.iter().any(|fires| fires == allowance.truth)
            });
            // What is allowed as a guess has to be told as one.
            let guess = id != "passive-port-dropped" || finding.conclusion.confidence == Confidence::Low;
            let odd = ODD_CASES.iter().any(|(case, findings, _)| fixture.side.case.id == *case && findings.contains(&id));
            match allowed.filter(|_| guess) {
                Some(at) => _ = used.insert(at),
                None if odd => {}
                None => say(format!("{id} is found ({severity:?}), and {:?} was true", truth.fires)),
            }
        }
        if fixture.side.listed && found.findings.iter().any(|f| f.conclusion.severity == Severity::Error) && works {
            let ids: Vec<&str> = found.findings.iter().map(|finding| finding.rule.id).collect();
            say(format!("it listed, and there is an error among {ids:?}"));
        }
        let hit = found.findings.iter().any(|finding| {
            let id = finding.rule.id;
            let allowed = |allowance: &Allowance| allowance.finding == id && truth.fires.iter().any(|f| f == allowance.truth);
            truth.fires.iter().any(|fires| fires == id) || ALLOWED.iter().any(allowed)
        });
        if !fixture.side.listed && !hit && !silent && !truth.fires.is_empty() {
            say(format!("nothing of what was true is found: {:?}", truth.fires));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}\n", wrong.len(), fixtures.len(), wrong.join("\n"));
    let idle: Vec<&str> =
        ALLOWED.iter().enumerate().filter(|(at, _)| !used.contains(at)).map(|(_, allowance)| allowance.why).collect();
    assert!(idle.is_empty(), "allowances that no log needs: {idle:?}");
}

fn read(bytes: &[u8]) -> Vec<Evidence> {
    let mut reader = Reader::new();
    reader.feed(bytes);
    reader.finish("log")
}

fn fixtures() -> Vec<Fixture> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/logs");
    let mut all = Vec::new();
    for folder in entries(&root) {
        for path in entries(&folder).into_iter().filter(|path| path.extension().is_some_and(|ext| ext == "log")) {
            let side = fs::read_to_string(path.with_extension("toml")).expect("a sidecar beside each log");
            let client = folder.file_name().expect("a client").to_string_lossy().into_owned();
            all.push(Fixture {
                name: format!("{client}/{}", path.file_stem().expect("a name").to_string_lossy()),
                client,
                bytes: fs::read(&path).expect("a readable log"),
                side: toml::from_str(&side).unwrap_or_else(|error| panic!("{}: {error}", path.display())),
            });
        }
    }
    all
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut all: Vec<PathBuf> =
        fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    all.sort();
    all
}
