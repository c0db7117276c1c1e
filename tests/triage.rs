//! Holds the reader of logs against logs of real clients, each with what was true when it was written
//! (`fixtures/logs`): what it says of them may be less than the truth, and never something else.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use ftpmode::clients;
use ftpmode::diagnosis::diagnose;
use ftpmode::diagnosis::rule::{Confidence, Severity, Side};
use ftpmode::evidence::Evidence;
use ftpmode::evidence::attempt::Mode;
use ftpmode::evidence::facts::Facts;
use ftpmode::evidence::import;
use ftpmode::report::formats;
use ftpmode::report::{Report, Style, schema};
use proptest::prelude::*;
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
        finding: "transfer-failed",
        truth: "listing-refused",
        why: "basic-ftp ends where the data connection is cut, and does not show the 550 behind it",
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

/// Clients whose log may say nothing of what became of the mode, in which cases (the beginning of their ids), and why.
const SILENT: &[(&str, &str, &str)] = &[
    ("php", "", "its functions return true or false"),
    ("inetutils-ftp", "", "it shows no commands, and was ended while it waited"),
    ("tnftp", "", "it shows no commands, and was ended while it waited"),
    ("ncftp", "", "it ends without a word of why"),
    ("lftp", "name-unknown", "it was ended while it looked the name up"),
    ("lftp", "open-missing-folder", "it says nothing of an empty listing"),
    ("python-ftplib", "open-missing-folder", "an empty listing looks like a missing folder"),
    ("java-commons-net", "open-missing-folder", "an empty listing looks like a missing folder"),
    ("node-basic-ftp", "open-missing-folder", "an empty listing looks like a missing folder"),
    ("rclone", "ipv6-", "told to use PASV over IPv6, it dials its own computer"),
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
        let silent =
            SILENT.iter().any(|(client, case, _)| *client == fixture.client && fixture.side.case.id.starts_with(case));
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
            let odd =
                ODD_CASES.iter().any(|(case, findings, _)| fixture.side.case.id == *case && findings.contains(&id));
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
            let allowed =
                |allowance: &Allowance| allowance.finding == id && truth.fires.iter().any(|f| f == allowance.truth);
            let odd =
                |(case, findings, _): &(&str, &[&str], &str)| fixture.side.case.id == *case && findings.contains(&id);
            truth.fires.iter().any(|fires| fires == id) || ALLOWED.iter().any(allowed) || ODD_CASES.iter().any(odd)
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

/// What is told of a log, without its lines.
fn told(bytes: &[u8]) -> Vec<String> {
    let one = |evidence: &Evidence| {
        let facts = Facts::of(evidence);
        let mut findings: Vec<String> = diagnose(&facts)
            .findings
            .iter()
            .map(|finding| format!("{} {:?}", finding.rule.id, finding.conclusion.severity))
            .collect();
        findings.sort();
        let works: Vec<bool> = Mode::BOTH.into_iter().map(|mode| facts.works(mode)).collect();
        format!("{} {works:?} {findings:?}", evidence.target.host)
    };
    read(bytes).iter().map(one).collect()
}

/// A log as somebody else would have pasted it.
type Pasting = (&'static str, fn(&str) -> Vec<u8>);

const PASTINGS: &[Pasting] = &[
    ("CR LF", |log| log.replace('\n', "\r\n").into_bytes()),
    ("CR", |log| log.replace('\n', "\r").into_bytes()),
    ("quoted in a mail", |log| each_line(log, |line| format!("> {line}"))),
    ("quoted twice", |log| each_line(log, |line| format!("> > {line}"))),
    ("indented", |log| each_line(log, |line| format!("    {line}"))),
    ("behind a tab", |log| each_line(log, |line| format!("\t{line}"))),
    ("with blanks at the ends", |log| each_line(log, |line| format!("{line}  \t"))),
    ("with empty lines between", |log| each_line(log, |line| format!("{line}\n"))),
    ("numbered", |log| {
        let mut number = 0;
        each_line(log, |line| {
            number += 1;
            format!("{number}: {line}")
        })
    }),
    ("escaped for HTML", |log| escaped(log).into_bytes()),
    ("as a page of HTML", |log| {
        let lines: Vec<String> = escaped(log).lines().map(|line| format!("<p>{line}</p>")).collect();
        format!("<html><body>{}</body></html>", lines.join("")).into_bytes()
    }),
    ("in a forum's code block", |log| format!("[code]{log}[/code]\nIt does not work!\n").into_bytes()),
    ("in Markdown", |log| format!("Hello, it does not work:\n```\n{log}```\n").into_bytes()),
    ("in colours", |log| each_line(log, |line| format!("\u{1b}[32m{line}\u{1b}[0m"))),
    ("in UTF-16", |log| {
        let units = "\u{feff}".encode_utf16().chain(log.encode_utf16());
        units.flat_map(u16::to_le_bytes).collect()
    }),
    ("in UTF-16, the high byte first", |log| {
        let units = "\u{feff}".encode_utf16().chain(log.encode_utf16());
        units.flat_map(u16::to_be_bytes).collect()
    }),
    ("in UTF-16 without its mark", |log| log.encode_utf16().flat_map(u16::to_le_bytes).collect()),
    ("with its lines numbered", |log| {
        let mut number = 0;
        each_line(log, |line| {
            number += 1;
            format!("{number:5}  {line}")
        })
    }),
    ("with typeset blanks", |log| log.replace(": ", ":\u{a0}").into_bytes()),
];

fn each_line(log: &str, mut turn: impl FnMut(&str) -> String) -> Vec<u8> {
    log.lines().map(|line| turn(line) + "\n").collect::<String>().into_bytes()
}

fn escaped(log: &str) -> String {
    log.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#x27;")
}

#[test]
fn however_a_log_was_pasted_the_same_is_told() {
    let mut wrong = Vec::new();
    let shown = |fixture: &Fixture| fixture.client != "php";
    for fixture in fixtures().iter().filter(|fixture| shown(fixture)).step_by(17) {
        let log = String::from_utf8_lossy(&fixture.bytes).into_owned();
        let plain = told(log.as_bytes());
        for (how, paste) in PASTINGS {
            let pasted = told(&paste(&log));
            if pasted != plain {
                wrong.push(format!("{} {how}: {pasted:?}, not {plain:?}", fixture.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{}:\n{}\n", wrong.len(), wrong.join("\n"));
}

/// A few bytes at a time.
struct Drops<'a>(&'a [u8]);

impl Read for Drops<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let few = buffer.len().min(7);
        self.0.read(&mut buffer[..few])
    }
}

#[test]
fn however_it_comes_it_is_the_same_log() {
    let all: Vec<u8> = fixtures().iter().step_by(9).flat_map(|fixture| fixture.bytes.clone()).collect();
    // A program's version stands behind its name, wherever on the line that is.
    let numbered = b"1\t220 Welcome\n2\tUser-Agent: Wget/1.25.7\n3\tUSER bob\n4\t530 No\n".to_vec();
    let mut versions = Vec::new();
    for all in [all, numbered] {
        let piecemeal = import::read(&mut Drops(&all), "log").expect("memory can be read").evidence;
        let at_once = import::read(&mut all.as_slice(), "log").expect("memory can be read").evidence;
        assert!(!piecemeal.is_empty());
        assert!(piecemeal == at_once, "it is not the same");
        versions.extend(at_once.into_iter().filter_map(|evidence| evidence.log?.version));
    }
    assert_eq!(versions.last().map(String::as_str), Some("1.25.7"));
}

#[test]
fn a_time_before_each_line_takes_nothing_away() {
    for fixture in fixtures().iter().filter(|fixture| fixture.side.listed && fixture.client != "php").step_by(9) {
        let log = String::from_utf8_lossy(&fixture.bytes).into_owned();
        for stamp in ["10:00:05 ", "2024-01-05 10:00:05,123 ", "[10:00:05] ", "2024-01-05T10:00:05Z "] {
            let stamped = each_line(&log, |line| format!("{stamp}{line}"));
            assert_eq!(told(&stamped), told(log.as_bytes()), "{} with {stamp}", fixture.name);
        }
    }
}

/// A log without times that stops at LIST was cut there, as far as anybody can tell.
#[test]
fn where_the_log_ends_nothing_failed() {
    const LOGIN: &str = "220 Welcome\nUSER bob\n331 Password\nPASS ****\n230 Login successful.\n";
    for transfer in [
        "PASV\n227 Entering Passive Mode (192,0,2,20,114,242)\nLIST\n",
        "PASV\n227 Entering Passive Mode (192,0,2,20,114,242)\nLIST\n150 Opening data connection.\n",
        "PORT 192,0,2,9,100,1\n200 PORT command successful.\nLIST\n",
        "ftp> ls\n200 PORT command successful.\n150 Opening ASCII mode data connection.\n",
    ] {
        let all = read(format!("{LOGIN}{transfer}").as_bytes());
        let report = Report::of(&all[0]);
        assert!(report.findings.is_empty(), "{transfer}: {:?}", report.findings);
        assert!(report.verdict.summary.contains("the log ends before"), "{transfer}: {}", report.verdict.summary);
        let page = formats::render(formats::with_id("text").expect("a format"), &report, &Style::default());
        assert!(page.contains("NOT TESTED: THE LOG ENDS TOO EARLY"), "{page}");
    }
}

/// Somebody had enough of waiting, and the addresses are masked: a silent port is the likeliest of several causes, and no
/// more.
#[test]
fn what_the_log_leaves_open_rules_nothing_out() {
    let log = "220 Welcome\nUSER bob\n331 Password\nPASS ****\n230 Login successful.\nPASV\n\
               227 Entering Passive Mode (X,X,X,X,114,242)\nLIST\n^C\n";
    let all = read(log.as_bytes());
    let diagnosis = diagnose(&Facts::of(&all[0]));
    let found: Vec<_> = diagnosis.findings.iter().map(|found| (found.rule.id, found.conclusion.confidence)).collect();
    assert_eq!(found, [("passive-port-dropped", Confidence::Low)]);
    let excluded: Vec<&str> = diagnosis.ruled_out.iter().map(|excluded| excluded.id).collect();
    for open in
        ["passive-port-refused", "passive-port-unreachable", "passive-address-unroutable", "passive-address-foreign"]
    {
        assert!(!excluded.contains(&open), "{excluded:?}");
        assert!(diagnosis.not_tested.iter().any(|left| left.id == open), "{open}");
    }
}

/// What ends at USER or PASS was neither idle nor in a transfer: it is told as it was seen, and nobody is blamed.
#[test]
fn a_connection_that_ends_at_the_login_did_not_fall_asleep() {
    for (log, words) in [
        ("220 Welcome\nUSER bob\nConnection closed by remote host.\n", "closed before the login was over"),
        (
            "220 Welcome\nUSER bob\n331 Password\nPASS ****\nConnection reset by peer\n",
            "reset before the login was over",
        ),
        ("220 Welcome\nUSER bob\n331 Password\nPASS ****\nConnection timed out\n", "The login was never answered"),
    ] {
        let all = read(log.as_bytes());
        let found = diagnose(&Facts::of(&all[0])).findings;
        let told = found.iter().find(|finding| finding.rule.id == "control-idle-dropped").expect(words);
        let conclusion = &told.conclusion;
        assert!(conclusion.summary.contains(words) && !conclusion.summary.contains("quiet"), "{}", conclusion.summary);
        assert!(conclusion.side == Side::Unknown && conclusion.confidence == Confidence::Low, "{conclusion:?}");
        assert!(!conclusion.fixes.iter().any(|fix| fix.action.contains("alive")), "{conclusion:?}");
    }
}

/// FileZilla tries again by itself where the first connection got no answer.
#[test]
fn an_address_that_was_tried_twice_is_one_address() {
    let log = "Status:\tConnecting to 198.51.100.20:21...\nError:\tConnection timed out\n\
        Error:\tCould not connect to server\nStatus:\tWaiting to retry...\n\
        Status:\tConnecting to 198.51.100.20:21...\nResponse:\t220 Hello\nCommand:\tUSER anna\n\
        Response:\t331 Password\nCommand:\tPASS ***\nResponse:\t230 Welcome\nCommand:\tPASV\n\
        Response:\t227 Entering Passive Mode (198,51,100,20,160,1)\nCommand:\tLIST\n\
        Response:\t150 Here\nResponse:\t226 Done\nStatus:\tDirectory listing successful\n";
    let all = read(log.as_bytes());
    let facts = Facts::of(all.first().expect("a session"));
    let outlook = clients::with_id("winscp").and_then(|client| client.outlook(&facts)).expect("rules");
    assert!(outlook.works.is_none() && outlook.why.contains("got no answer before one came about"), "{outlook:?}");
}

/// Where it was reached by a name, that may have been in its own network, and IIS takes no name for its outer address.
#[test]
fn a_name_proves_no_other_network_and_is_no_outer_address() {
    let log = "Connected to ftp.example.com.\n220 Microsoft FTP Service\n331 Password required\n230 User logged in.\n\
        ftp> quote PASV\n227 Entering Passive Mode (10,1,2,3,200,12).\nftp> ls\n200 PORT command successful.\n\
        150 Opening ASCII mode data connection.\nreadme.txt\n226 Transfer complete.\n";
    let all = read(log.as_bytes());
    let found = diagnose(&Facts::of(all.first().expect("a session")));
    let told = found.findings.iter().find(|finding| finding.rule.id == "passive-address-unroutable");
    let told = &told.unwrap_or_else(|| panic!("{:?}", found.verdict)).conclusion;
    assert!(told.summary.contains("ftp.example.com, and not the address that it is reached at"), "{}", told.summary);
    let setting = told.fixes.iter().find(|fix| fix.detail.contains("externalIp4Address")).expect("IIS's setting");
    assert!(setting.detail.contains("<its outer address>"), "{}", setting.detail);
    assert!(!setting.detail.contains("ftp.example.com"), "{}", setting.detail);
}

#[test]
fn no_password_comes_out() {
    let log = "\
> curl -v -u alice:geheim1 ftp://alice:geheim2@198.18.0.20/
curl: user alice --user alice:geheim3
* Connected to 198.18.0.20 (198.18.0.20) port 21
< 220 ready
> USER alice
< 331 Password required
> PASS geheim4
*cmd* 'PASS geheim5'
*put* 'PASS geheim6\\r\\n'
Command: pass geheim7
FTP command: Client \"198.18.0.30\", \"PASS geheim8\"
< 530 Login incorrect for PASS geheim9
> PASV
< 227 Entering Passive Mode (198,18,0,20,195,88).
* connect to ftp://bob:geheim10@198.18.0.20:50008 failed: Connection refused
";
    let all = read(log.as_bytes());
    assert!(!all.is_empty());
    for evidence in &all {
        let shown = format!("{evidence:?}{:?}", diagnose(&Facts::of(evidence)));
        let at = shown.find("geheim").map(|at| &shown[at.saturating_sub(60)..(at + 20).min(shown.len())]);
        assert_eq!(at, None);
    }
}

#[test]
fn a_log_that_says_too_little_is_told_from_prose() {
    let thin = |text: &str| {
        let reading = import::read(&mut text.as_bytes(), "log").expect("memory can be read");
        assert!(reading.evidence.is_empty(), "{text}");
        reading.thin
    };
    for log in ["Connected to 198.18.0.20.\n", "bool(true)\nbool(false)\n", "---- Resolving host address...\n"] {
        assert!(thin(log), "{log}");
    }
    for prose in ["We use FTP here, and connecting to it fails.\n", "Is port 21 open?\n", ""] {
        assert!(!thin(prose), "{prose}");
    }
}

/// Lines of every client, for mixing.
fn lines() -> Vec<String> {
    let all = fixtures();
    let some = all
        .iter()
        .step_by(23)
        .flat_map(|fixture| String::from_utf8_lossy(&fixture.bytes).lines().map(str::to_owned).collect::<Vec<_>>());
    some.collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(128) })]

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..4000)) {
        told(&bytes);
    }

    #[test]
    fn nor_any_text_in_the_form_of_a_log(text in "([0-9:\\[\\]<> *'\"(),A-Z-]{0,12}(220|227|PASV|PORT|LIST|425|USER|==>|:)[^\\n]{0,30}\\n){0,40}") {
        told(text.as_bytes());
    }

    #[test]
    fn nor_lines_of_clients_mixed_and_cut(picks in prop::collection::vec((any::<prop::sample::Index>(), 0usize..200), 0..120)) {
        static LINES: std::sync::LazyLock<Vec<String>> = std::sync::LazyLock::new(lines);
        let mut log = String::new();
        for (pick, length) in picks {
            let line = pick.get(&LINES);
            log.extend(line.chars().take(length));
            log.push('\n');
        }
        told(log.as_bytes());
    }
}

fn read(mut bytes: &[u8]) -> Vec<Evidence> {
    import::read(&mut bytes, "log").expect("memory can be read").evidence
}

/// Their events tell the lines that they were read from.
#[test]
fn what_a_log_tells_fits_the_schema() {
    let validator = jsonschema::draft202012::new(&schema()).expect("a schema");
    let json = formats::with_id("ndjson").expect("a format");
    let mut seen = 0;
    for fixture in fixtures().iter().step_by(4) {
        for evidence in read(&fixture.bytes) {
            let text = formats::render(json, &Report::of(&evidence), &Style::default());
            let report = serde_json::from_str(&text).expect("JSON");
            let errors: Vec<String> = validator.iter_errors(&report).map(|error| error.to_string()).collect();
            assert!(errors.is_empty(), "{}: {errors:?}", fixture.name);
            seen += 1;
        }
    }
    assert!(seen > 100, "the fixtures are there");
}

/// Servers and clients say again what they were told.
#[test]
fn a_password_is_quoted_nowhere() {
    for log in [
        "220 hi\n>>USER bob\n331 pw\n>>PASS Zaunk0nig\n230 ok\n>>pasv\n227 ok (192,0,2,1,4,1)\n>>PASS\tZaunk0nig\n503 eh\n",
        "<--- 220 hi\n---> USER bob\n<--- 331 pw\n---> PASS x\nls: 530 No. (ftp://bob:Zaunk0nig@192.0.2.1)\n",
        "< 220 hi\n> USER bob\n< 331 pw\n> PASS Zaunk0nig\n< 530 Login 'Zaunk0nig' incorrect.\n",
        "< 220 hi\n> USER bob\n< 331 pw\n> PASSS Zaunk0nig\n< 500 PASSS Zaunk0nig?\n> PASS Zaunk0nig\n< 230 ok\n\
         > CWD /Zaunk0nig\n< 550 /Zaunk0nig: no\n> PASV\n< 227 ok (192,0,2,1,4,1)\n> LIST\n< 425 no\n",
        "$ curl -v -u bob:Zaunk0nig ftp://192.0.2.1/\n*   Trying 192.0.2.1:21...\n\
         curl: (7) Failed to connect to bob:Zaunk0nig@192.0.2.1 port 21: Connection refused\n",
    ] {
        let all = read(log.as_bytes());
        assert_eq!(all.len(), 1, "{log}");
        for evidence in all {
            let report = Report::of(&evidence);
            let style = Style { verbose: 2, ..Style::default() };
            let shown: String = formats::ALL.iter().map(|format| formats::render(format, &report, &style)).collect();
            assert!(shown.contains("bob") || shown.contains("192.0.2.1"), "{shown}");
            let left = shown.lines().find(|line| line.contains("Zaunk0nig"));
            assert_eq!(left, None, "{log}");
        }
    }
}

/// However people, programs and scripts write it, and wherever the line that has it is met.
#[test]
fn a_password_shows_in_no_spelling() {
    let forms = include_str!("../fixtures/passwords.txt").lines().filter(|line| !line.starts_with('#'));
    let mut left = Vec::new();
    for form in forms {
        let quotes = [
            format!("{form}\nPASV\n227 ok (192,0,2,1,4,1)\nLIST\nError: connect to 192.0.2.1: Connection refused"),
            format!("XYZ\n500 unknown: {form}\nPASV\n227 ok (192,0,2,1,4,1)\nLIST\n425 no"),
            format!("PASV\n227 ok (192,0,2,1,4,1)\nLIST\nError: connect to 192.0.2.1: Connection refused ({form})"),
            format!("PASV\n227 ok (192,0,2,1,4,1)\nLIST\n{form} Error: connect to 192.0.2.1: Connection refused"),
        ];
        for quote in quotes {
            for evidence in read(format!("220 hi\nUSER bob\n331 ok\nPASS ***\n230 ok\n{quote}\n").as_bytes()) {
                let report = Report::of(&evidence);
                let json = formats::ALL.iter().filter(|format| format.id == "json");
                let mut shown: String =
                    json.map(|format| formats::render(format, &report, &Style::default())).collect();
                shown += &ftpmode::evidence::case::Case { evidence, expect: None }.to_toml().expect("TOML");
                if shown.contains("Zaunk0nig") {
                    left.push(quote);
                    break;
                }
            }
        }
    }
    assert!(left.is_empty(), "{}", left.join("\n\n"));
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
