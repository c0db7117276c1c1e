//! What `--redact` must hold: nothing of the customer is left in any format, and the diagnosis stays what it was.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use ftpmode::evidence::Evidence;
use ftpmode::evidence::address::{Reach, reach};
use ftpmode::evidence::case::Case;
use ftpmode::evidence::import;
use ftpmode::evidence::redact::redact;
use ftpmode::report::{Report, Style, formats};

/// What was concluded, without the words that name addresses.
fn concluded(report: &Report) -> Vec<String> {
    let findings = report.findings.iter().map(|f| format!("{} {:?} {:?} {:?}", f.id, f.severity, f.side, f.confidence));
    let ruled_out = report.ruled_out.iter().map(|cause| format!("ruled out {}", cause.id));
    let not_tested = report.not_tested.iter().map(|cause| format!("not tested {}", cause.id));
    let attempts = report.attempts.iter().map(|a| format!("{:?} {:?} {:?}", a.method, a.stage, a.cause));
    let verdict = &report.verdict;
    let answer = format!("{:?} {:?} {:?}", verdict.recommendation, verdict.confidence, report.directions);
    let path = format!(
        "{:?} {:?} {:?} {:?} {:?} {:?} {:?}",
        report.path.client_nat,
        report.path.server_nat,
        report.path.helper,
        report.path.blocked_between,
        report.path.callback_between,
        report.path.helper_between,
        report.path.control_distance
    );
    let letter = format!("{:?}", verdict.handover.as_ref().map(|letter| (letter.to, letter.addressee.clone())));
    findings.chain(ruled_out).chain(not_tested).chain(attempts).chain([answer, path, letter]).collect()
}

#[test]
fn every_case_is_diagnosed_alike_with_and_without_its_names() {
    for (path, case) in cases() {
        let redacted = redact(&case.evidence);
        let before = concluded(&Report::of(&case.evidence));
        assert_eq!(before, concluded(&Report::of(&redacted)), "{}", path.display());
        let saved = Case { evidence: redacted.clone(), expect: None }.to_toml().expect("TOML");
        assert_eq!(Case::from_toml(&saved).expect("a case").evidence, redacted, "{}", path.display());
    }
}

#[test]
fn no_case_leaves_an_address_a_host_a_user_or_a_path_in_any_format() {
    let mut looked_for = BTreeSet::new();
    for (path, case) in cases() {
        let names = named_in(&case.evidence);
        let shown = everything_shown(&redact(&case.evidence));
        for name in &names {
            let left = shown.lines().find(|line| stands_in(line, name));
            assert_eq!(left, None, "{name} of {}", path.display());
        }
        looked_for.extend(names);
    }
    // The test looks for something.
    for name in ["198.18.0.20", "198,18,0,20", "2001:db8:2::20", "ftp.example.com", "bob", "large.bin", "ftp.test"] {
        assert!(looked_for.contains(name), "{name}: {looked_for:?}");
    }
}

/// One check of a customer's, with everything that names him in every form.
#[test]
fn a_customer_is_not_known_again() {
    let text = r#"
        [target]
        input = "ftp://hmeier:****@FTP.Brauerei-Huber.de:2121/kunden/huber%20gmbh"
        host = "ftp.brauerei-huber.de"
        port = 2121
        [asked]
        user = "hmeier"
        path = "kunden/huber gmbh"
        retrieve = "Umsatz-2026.xlsx"
        active_address = "93.184.216.34"
        [resolution]
        addresses = ["85.214.132.117", "2a01:238:20a:202::1"]
        error = "ftp.brauerei-huber.de: no route to 85.214.132.117"
        [[controls]]
        local = "192.168.178.23:40000"
        peer = "85.214.132.117:2121"
        events = [
            "1 < 220-Welcome to Brauerei-Huber and M\u00fcnchner Bierkontor\n220-Sudhaus, local time is 10:54\n220 ProFTPD Server (HuberNAS) [::ffff:85.214.132.117]",
            "2 > USER hmeier",
            "3 > PASS ****",
            "4 < 230 User hmeier logged in from p5dcc1.dip0.t-ipconnect.de [93.184.216.34]; mail postmaster@brauerei-huber.de",
            "5 > CWD kunden/huber gmbh",
            "6 < 550 kunden/huber gmbh: No such file or directory",
            "7 < 257 \"/srv/daten/hmeier\" is the current directory",
            "8 > STAT",
            "9 < 211-Status of 'HuberNAS'\n Connected from 93.184.216.34 (93.184.216.34)\n Logged in as hmeier\n211 End",
            "10 > PORT 192,168,178,23,200,10",
            "11 > EPRT |1|192.168.178.23|51211|",
            "12 < 227 Entering Passive Mode ( 85, 214, 132, 117, 195, 81 ).",
            "13 < 227 =85,214,132,117,195,81",
            "14 < 500 OOPS: cannot change directory:/home/hmeier",
            "15 < 200 PORT accepted. In letters: jdkbiekcbgkdelfbcbb.",
            "16 < 500 I won't open a connection to 192.168.178.23 (only to 93.184.216.34)",
            "17 < 220 See https://intern.brauerei-huber.de/wiki/ftp or C:\\Users\\hmeier\\ftp.",
            "18 failed could not reach [2a01:238:20a:202::1]:2121 from 2A01:0238:020A:0202:0000:0000:0000:0001",
            "19 < 228 Entering Long Passive Mode (4,4,85,214,132,117,2,195,81)",
            "20 < 226 1,000,000,000 bytes, vsFTPd 3.0.3, TLSv1.3",
        ]
        [controls.certificate]
        subject = "CN=Huber GmbH"
        issuer = "CN=Huber GmbH"
        names = ["*.brauerei-huber.de", "85.214.132.117"]
        not_before = "2026-01-01T00:00:00Z"
        not_after = "2027-01-01T00:00:00Z"
    "#;
    let case = Case::from_toml(text).expect("a case");
    let redacted = redact(&case.evidence);
    let shown = everything_shown(&redacted).to_lowercase();
    for name in [
        "huber",
        "hmeier",
        "kunden",
        "umsatz",
        "bierkontor",
        "sudhaus",
        "m\u{fc}nchner",
        "93.184",
        "85.214",
        "85, 214",
        "85,214",
        "192.168.178",
        "192,168,178",
        "2a01",
        "t-ipconnect",
        "daten",
        "jdkbiekcbgkdelfbcbb",
        "wiki",
        "/home",
        "/srv",
    ] {
        let left = shown.lines().find(|line| line.contains(name));
        assert_eq!(left, None, "{name}");
    }
    // What is everybody's stays, and the same thing has the same name.
    let events: Vec<String> = redacted.controls.iter().flat_map(|c| &c.events).map(|e| e.what.to_string()).collect();
    let all = events.join("\n");
    assert!(all.contains("226 1,000,000,000 bytes, vsFTPd 3.0.3, TLSv1.3"), "{all}");
    assert!(all.contains("> USER user-1\n"), "{all}");
    assert!(all.contains("230 User user-1 logged in from host-"), "{all}");
    assert!(all.contains("Logged in as user-1"), "{all}");
    assert!(all.contains("(198,51,100,1,195,81)") || all.contains("( 198, 51, 100, 1, 195, 81 )"), "{all}");
    assert!(all.contains("[::ffff:198.51.100.1]"), "{all}");
    assert!(all.contains("Connected from 203.0.113.1 (203.0.113.1)"), "{all}");
    assert!(all.contains("(4,4,198,51,100,1,2,195,81)"), "{all}");
    assert_eq!(redacted.target.input, "ftp://user-1@server-1.example:2121/path-1");
    assert_eq!(redacted.asked.path.as_deref(), Some("path-1"));
    let certificate = redacted.controls.first().and_then(|control| control.certificate.clone()).expect("a certificate");
    assert_eq!(certificate.subject, certificate.issuer);
    assert_eq!(certificate.names.get(1).map(String::as_str), Some("198.51.100.1"));
}

/// Every format, as talkative as it can be, and the file that `--save` writes.
fn everything_shown(evidence: &Evidence) -> String {
    let report = Report::of(evidence);
    let style = Style { width: 160, verbose: 2, ..Style::default() };
    let mut shown: String = formats::ALL.iter().map(|format| formats::render(format, &report, &style)).collect();
    shown.push_str(&Case { evidence: evidence.clone(), expect: None }.to_toml().expect("TOML"));
    shown
}

/// Written down apart from the code under test: what a case's own text names.
fn named_in(evidence: &Evidence) -> BTreeSet<String> {
    let text = Case { evidence: evidence.clone(), expect: None }.to_toml().expect("TOML");
    let mut names = BTreeSet::new();
    let words = |of: &'static str| text.split(move |c: char| !(c.is_ascii_alphanumeric() || of.contains(c)));
    for word in words(".:") {
        let word = word.trim_end_matches(['.', ':']);
        let address = word.parse::<IpAddr>().ok().or_else(|| word.split(':').next()?.parse().ok());
        let address = address.map(|address| address.to_canonical()).filter(|address| !is_everybodys(*address));
        names.extend(address.into_iter().flat_map(|address| {
            let dotted = address.to_string();
            [dotted.replace('.', ","), dotted]
        }));
    }
    for word in words(",") {
        let octets: Vec<&str> = word.split(',').collect();
        let named = octets.get(..4).filter(|_| octets.len() == 6).map(|octets| octets.join("."));
        let address: Option<IpAddr> = named.and_then(|named| named.parse().ok());
        names.extend(address.filter(|ip| !is_everybodys(*ip)).map(|address| address.to_string().replace('.', ",")));
    }
    let certificates = evidence.controls.iter().filter_map(|control| control.certificate.as_ref());
    for certificate in certificates {
        names.extend([certificate.subject.clone(), certificate.issuer.clone()]);
        names.extend(certificate.names.clone());
    }
    let asked = &evidence.asked;
    let is_name = evidence.target.host.parse::<IpAddr>().map_or(true, |address| !is_everybodys(address));
    let host = (!evidence.target.host.is_empty() && is_name).then(|| evidence.target.host.clone());
    names.extend(host.into_iter().chain(asked.user.clone()).chain(asked.path.clone()).chain(asked.retrieve.clone()));
    for line in text.lines() {
        for command in ["> LIST ", "> RETR ", "> CWD ", "> USER "] {
            let argument = line.split_once(command).and_then(|(_, rest)| rest.split('"').next());
            names.extend(argument.filter(|name| *name != "anonymous").map(str::to_owned));
        }
    }
    names
}

fn is_everybodys(address: IpAddr) -> bool {
    matches!(reach(address), Reach::Loopback | Reach::Unspecified | Reach::NoHost)
}

/// As a whole: `pub` is not in "public".
fn stands_in(line: &str, name: &str) -> bool {
    let is_word = |c: char| c.is_alphanumeric();
    line.match_indices(name).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + name.len()..].chars().next();
        !before.is_some_and(is_word) && !after.is_some_and(is_word)
    })
}

fn cases() -> Vec<(PathBuf, Case)> {
    let mut found = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/cases")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("the folder of cases") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "toml") {
                let text = std::fs::read_to_string(&path).expect("a case");
                let case = Case::from_toml(&text).unwrap_or_else(|why| panic!("{}: {why:?}", path.display()));
                found.push((path, case));
            }
        }
    }
    assert!(found.len() > 100, "the cases were not found");
    found
}

fn read_log(mut bytes: &[u8]) -> Vec<Evidence> {
    import::read(&mut bytes, "log").expect("memory can be read").evidence
}

/// Greetings need not write a name with a capital.
#[test]
fn a_greeting_in_small_letters_names_nobody() {
    let all = read_log(
        b"220-welcome to hopfenkeller & sons, you are connected to the file service\n\
          220 no anonymous login, all activity is logged\nUSER bob\n331 ok\nPASS x\n230 User bob logged in\n",
    );
    let redacted = redact(all.first().expect("a dialogue"));
    let events: Vec<String> = redacted.controls.iter().flat_map(|c| &c.events).map(|e| e.what.to_string()).collect();
    let text = events.join("\n");
    assert!(!text.contains("hopfenkeller"), "{text}");
    assert!(text.contains("welcome to name-") && text.contains("no anonymous login, all activity is logged"), "{text}");
}

/// Logs name people and machines in forms of their own, also where no command or reply does.
#[test]
fn no_form_of_a_log_names_anybody() {
    let logs = [
        // Windows' ftp.exe shows no commands.
        "C:\\>ftp 192.0.2.70\nConnected to 192.0.2.70.\n220 lager07 Microsoft FTP Service\nUser (192.0.2.70:(none)): mhopfen\n\
         331 Password required for mhopfen.\nPassword:\n230 User mhopfen logged in.\nftp> get sudpfanne.txt\n\
         200 PORT command successful.\n550 sudpfanne.txt: The system cannot find the file specified.\n\
         ftp> put gerste\n200 PORT command successful.\n150 Opening ASCII mode data connection for gerste.\n425 Cannot open data connection.\n",
        "Fri Nov 27 10:00:00 2026 [pid 1] [mhopfen] OK LOGIN: Client \"::ffff:192.0.2.9\"\n\
         Fri Nov 27 10:00:00 2026 [pid 1] [mhopfen] FTP command: Client \"::ffff:192.0.2.9\", \"PORT 192,168,7,23,200,1\"\n\
         Fri Nov 27 10:00:00 2026 [pid 1] [mhopfen] FTP response: Client \"::ffff:192.0.2.9\", \"500 Illegal PORT command.\"\n",
        "2026-11-27 10:00:01,123 lager07 proftpd[9] lager07.hopfen.example (192-0-2-9.dsl.example[192.0.2.9]): FTP session opened.\n\
         2026-11-27 10:00:01,123 lager07 proftpd[9] lager07.hopfen.example (192-0-2-9.dsl.example[192.0.2.9]): USER mhopfen: Login successful.\n\
         2026-11-27 10:00:02,123 lager07 proftpd[9] lager07.hopfen.example (192-0-2-9.dsl.example[192.0.2.9]): Entering Passive Mode (10,77,3,4,195,80).\n",
        "Nov 27 10:00:00 lager07 pure-ftpd: (?@192.0.2.9) [INFO] New connection from 192.0.2.9\n\
         Nov 27 10:00:00 lager07 pure-ftpd: (mhopfen@192.0.2.9) [INFO] mhopfen is now logged in\n",
        "--2026-11-27 10:40:01--  ftp://192.0.2.70/sudpfanne.txt\n           => 'sudpfanne.txt'\nConnecting to 192.0.2.70:21... connected.\n\
         Logging in as mhopfen ... Logged in!\n==> SYST ... done.    ==> PWD ... done.\n==> TYPE I ... done.  ==> CWD not needed.\n\
         ==> PASV ... couldn't connect to 192.0.2.70 port 50001: Connection timed out\n",
        "Connecting to 2001:db8:7::5:21\nftp: connect to `2001:db8:7::5:21': Connection timed out\n220 hi\n---> EPSV\n\
         229 Entering Extended Passive Mode (|||50002|)\nftp: connect to `2001:db8:7::5:50002': Connection timed out\n\
         ftp: connect to `2001:db8:7:0::5.50002': Connection timed out\n",
        "< 220-Welcome to lager07 (ip-192-0-2-70), call +49 30 5550 100 or tel. 030/5550100\n< 220 SUDHAUS12 ready, UTF8, RFC959\n\
         > USER mhopfen\n< 331 ok\n> PASS x\n< 230 ok\n> STAT .\n< 213-Status follows:\n\
         < -rw-r--r--    1 mhopfen  brauer       1024 Nov 27 10:00 sudpfanne plan\n< 213 End\n\
         > PASV\n< 227 ok (192,0,2,70,4,1)\n> LIST\n< 425 no\n",
        "Connected to 192.0.2.70.\n220 hi\n331 Please specify the password.\n230 mhopfen logged in\nftp> ls\n\
         200 PORT command successful\n425 Failed to establish connection.\n",
        "220 hi\nUSER test\n331 Password required for test.\nPASS x\n530 User test cannot log in.\n",
    ];
    for log in logs {
        let all = read_log(log.as_bytes());
        assert_eq!(all.len(), 1, "{log}");
        for evidence in &all {
            let redacted = redact(evidence);
            assert_eq!(concluded(&Report::of(evidence)), concluded(&Report::of(&redacted)), "{log}");
            let shown = everything_shown(&redacted);
            for name in [
                "hopfen",
                "lager07",
                "sudpfanne",
                "gerste",
                "192.0.2.9",
                "192.0.2.70",
                "192-0-2",
                "192,168,7",
                "10,77,3",
                "2001:db8:7",
                "5550",
                "brauer",
                "SUDHAUS",
                "for test",
                "User test",
                "USER test",
            ] {
                let left = shown.lines().find(|line| line.contains(name));
                assert_eq!(left, None, "{name} of {log}");
            }
        }
    }
}

/// Their words are of more kinds than those of cases.
#[test]
fn logs_are_diagnosed_alike_with_and_without_their_names() {
    let mut paths = Vec::new();
    for folder in std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/logs")).expect("the logs") {
        for entry in std::fs::read_dir(folder.expect("an entry").path()).expect("the logs of a client") {
            paths.push(entry.expect("an entry").path());
        }
    }
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "log"));
    paths.sort();
    assert!(paths.len() > 100, "the logs were not found");
    for path in paths.iter().step_by(5) {
        for evidence in read_log(&std::fs::read(path).expect("a log")) {
            let redacted = redact(&evidence);
            assert_eq!(concluded(&Report::of(&evidence)), concluded(&Report::of(&redacted)), "{}", path.display());
        }
    }
}
