//! The program as its users run it, against `ftpmode serve` on loopback.

#[path = "support/raw.rs"]
mod raw;

use std::io::Write;
use std::process::Command;

use assert_cmd::cargo::CommandCargoExt;
use ftpmode::report::formats;
use ftpmode::serve::{Fault, Settings};
use raw::playing;
use serde_json::Value;

struct Ran {
    status: i32,
    out: String,
    err: String,
}

/// Runs ftpmode in an environment of its own.
fn ftpmode(arguments: &[&str]) -> Ran {
    ftpmode_with(arguments, &[])
}

fn ftpmode_with(arguments: &[&str], environment: &[(&str, &str)]) -> Ran {
    let mut command = Command::cargo_bin("ftpmode").expect("the program is built");
    command.args(arguments).env_clear().env("HOME", "/nonexistent").env("LANG", "C.UTF-8");
    command.envs(environment.iter().copied()).stdin(std::process::Stdio::null());
    let output = command.output().expect("the program runs");
    Ran {
        status: output.status.code().expect("it ends by itself"),
        out: String::from_utf8(output.stdout).expect("UTF-8"),
        err: String::from_utf8(output.stderr).expect("UTF-8"),
    }
}

fn json(arguments: &[&str]) -> (Value, i32) {
    let ran = ftpmode(&[arguments, &["--format", "json"]].concat());
    (serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {}{}", ran.out, ran.err)), ran.status)
}

#[test]
fn a_healthy_server_is_status_0_and_valid_json() {
    let server = playing(&[]);
    let (report, status) = json(&["check", &server.address.to_string()]);
    assert_eq!(status, 0);
    assert_eq!(report["verdict"]["recommendation"], "either");
    assert_eq!(report["control"]["server"], "ftpmode");
    assert_eq!(report["attempts"].as_array().map(Vec::len), Some(4));
    let schema: Value = serde_json::from_str(&ftpmode(&["schema"]).out).expect("JSON");
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    jsonschema::validate(&schema, &report).unwrap_or_else(|error| panic!("{error}"));
}

/// The deadline is all the time that a check takes, with what was asked for in it.
#[test]
fn a_quiet_time_goes_into_the_deadline_or_is_refused_at_once() {
    let ran = ftpmode(&["check", "192.0.2.1", "--idle", "20s", "--deadline", "4s"]);
    assert_eq!(ran.status, 3, "{}", ran.err);
    assert!(ran.err.contains("longer --deadline or a shorter --idle"), "{}", ran.err);

    let server = playing(&[Fault::Slow]);
    let address = server.address.to_string();
    let (report, status) = json(&["check", &address, "--method", "pasv", "--idle", "2s", "--deadline", "2100ms"]);
    assert_eq!(status, 0);
    assert_eq!(report["evidence"]["cut_short"], "deadline");
    assert!(report["duration_ms"].as_f64().is_some_and(|ms| ms < 2_600.0), "{}", report["duration_ms"]);
    let open = report["not_tested"].as_array().expect("a list");
    assert!(open.iter().any(|open| open["id"] == "idle"), "{open:?}");
}

#[test]
fn the_exit_status_tells_how_it_went() {
    let healthy = playing(&[]);
    let refused = playing(&[Fault::PortRefused]);
    let nothing = playing(&[Fault::PassiveRefused, Fault::PortRefused]);
    let rejected = playing(&[Fault::LoginRequired]);
    let [healthy, refused, nothing, rejected] =
        [&healthy, &refused, &nothing, &rejected].map(|s| s.address.to_string());
    for (arguments, status) in [
        (vec!["check", &healthy], 0),
        (vec!["check", &healthy, "--require", "both", "--strict"], 0),
        (vec!["check", &refused], 0),
        (vec!["check", &refused, "--strict"], 1),
        (vec!["check", &refused, "--format", "nagios"], 1),
        (vec!["check", &refused, "--require", "passive"], 0),
        (vec!["check", &refused, "--require", "active"], 2),
        (vec!["check", &nothing], 2),
        (vec!["check", &rejected], 3),
        (vec!["check", "127.0.0.1:1"], 3),
        (vec!["check", &healthy, &rejected, "--format", "ndjson"], 3),
        (vec!["check", &rejected, &nothing, "--format", "ndjson"], 2),
    ] {
        assert_eq!(ftpmode(&arguments).status, status, "{arguments:?}");
    }
}

/// Monitoring reads standard output alone, and one status for a service.
#[test]
fn a_monitoring_plugin_answers_whatever_happens() {
    let (healthy, refused) = (playing(&[]), playing(&[Fault::PortRefused]));
    let saved = tempfile::tempdir().expect("a folder");
    let nowhere = saved.path().join("nowhere").display().to_string();
    let (healthy, refused) = (healthy.address.to_string(), refused.address.to_string());
    for (arguments, begin) in [
        (vec!["check", &healthy], "FTPMODE OK - "),
        (vec!["check", &healthy, &refused], "FTPMODE WARNING - the worst of 2 targets is "),
        (
            vec!["check", &refused, "--require", "active"],
            "FTPMODE CRITICAL - The mode that is required moves no data. ",
        ),
        (vec!["check", "not a target"], "FTPMODE UNKNOWN - 'not a target' is no target"),
        (vec!["triage", &nowhere], "FTPMODE UNKNOWN - "),
        (vec!["report", &nowhere], "FTPMODE UNKNOWN - "),
        (vec!["compare", &nowhere, &nowhere], "FTPMODE UNKNOWN - "),
    ] {
        let ran = ftpmode(&[&arguments[..], &["--format", "nagios"]].concat());
        assert!(ran.out.starts_with(begin), "{arguments:?}: {}{}", ran.out, ran.err);
        let word = begin.split(' ').nth(1).unwrap_or_default();
        let status = ["OK", "WARNING", "CRITICAL", "UNKNOWN"].iter().position(|known| *known == word);
        assert_eq!(status, usize::try_from(ran.status).ok(), "{arguments:?}");
        assert_eq!(ran.out.matches("FTPMODE ").count(), 1, "{arguments:?}: {}", ran.out);
    }
}

#[test]
fn several_targets_are_one_line_of_json_each() {
    let (first, second) = (playing(&[]), playing(&[Fault::PortRefused]));
    let ran = ftpmode(&["check", &first.address.to_string(), &second.address.to_string(), "--format", "ndjson"]);
    let reports: Vec<Value> = ran.out.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let mut recommended: Vec<_> =
        reports.iter().map(|report| report["verdict"]["recommendation"].to_string()).collect();
    recommended.sort();
    assert_eq!(recommended, ["\"either\"", "\"passive\""]);
}

#[test]
fn what_was_saved_is_reported_again_alike() {
    let server = playing(&[Fault::PrivateAddress]);
    let folder = tempfile::tempdir().expect("a folder");
    let saved = folder.path().join("case.toml").display().to_string();
    let checked = ftpmode(&["check", &server.address.to_string(), "--save", &saved, "-v"]);
    let reported = ftpmode(&["report", &saved, "-v"]);
    assert_eq!((reported.out, reported.status), (checked.out, checked.status));
    // A JSON report is as good a source as the saved case.
    let as_json = ftpmode(&["report", &saved, "--format", "json"]).out;
    let path = folder.path().join("report.json");
    std::fs::write(&path, &as_json).expect("a writable folder");
    assert_eq!(ftpmode(&["report", &path.display().to_string(), "--format", "json"]).out, as_json);
}

/// Every format from a saved check, with and without the names in it.
#[test]
fn a_saved_check_is_handed_over_in_every_form() {
    let server = playing(&[]);
    let address = server.address.to_string();
    let folder = tempfile::tempdir().expect("a folder");
    let saved = folder.path().join("saved.toml").display().to_string();
    let checked = ftpmode(&["check", &address, "--save", &saved, "--path", "kunden", "--format", "html"]);
    assert!(checked.out.starts_with("<!DOCTYPE html>") && checked.out.ends_with("</html>\n"));
    for (format, begin) in [("html", "<!DOCTYPE html>"), ("markdown", "## FTP check of "), ("text", "ftpmode  ")] {
        let ran = ftpmode(&["report", &saved, "-v", "--format", format]);
        assert_eq!(ran.status, checked.status, "{format}");
        assert!(ran.out.starts_with(begin) && ran.out.contains("kunden"), "{format}: {}", ran.out);
        let redacted = ftpmode(&["report", &saved, "-v", "--format", format, "--redact"]);
        assert_eq!(redacted.status, checked.status, "{format}");
        assert!(redacted.out.starts_with(begin) && redacted.out.contains("path-1"), "{format}: {}", redacted.out);
        assert!(!redacted.out.contains("kunden"), "{format}: {}", redacted.out);
    }
    let kept = folder.path().join("redacted.toml").display().to_string();
    ftpmode(&["check", &address, "--save", &kept, "--path", "kunden", "--redact"]);
    assert!(!std::fs::read_to_string(&kept).expect("a saved check").contains("kunden"));
    let several = ftpmode(&["check", &address, &address, "--format", "html"]);
    assert_eq!((several.status, several.out.as_str()), (3, ""));
}

#[test]
fn bad_calls_are_one_clear_line_and_status_3() {
    for arguments in [
        &["check", "http://host/"][..],
        &["check", "host:0"],
        &["check", "host:port"],
        &["check", "two words"],
        &["check", "127.0.0.1", "--path", "a\r\nDELE b"],
        &["check", "127.0.0.1", "--retrieve", "a\nb"],
        &["check", "127.0.0.1", "--active-ports", "9-1"],
        &["check", "127.0.0.1", "--timeout", "soon"],
        &["check", "127.0.0.1", "--user", "bob"],
        &["check", "127.0.0.1", "--user", "a\r\nb", "--password-file", "/dev/null"],
        &["check", "127.0.0.1", "--format", "xml"],
        &["check", "127.0.0.1", "--password-file", "/nonexistent", "--user", "bob"],
        &["report", "/nonexistent"],
        &["explain", "no-such-finding"],
        &["frobnicate"],
        &["check"],
    ] {
        let ran = ftpmode(arguments);
        assert_eq!((ran.status, ran.out.as_str()), (3, ""), "{arguments:?}: {}", ran.err);
        assert!(!ran.err.is_empty() && !ran.err.contains("panicked"), "{arguments:?}: {}", ran.err);
        assert!(!ran.err.contains(['\r', '\x1b']), "{arguments:?}: {:?}", ran.err);
    }
}

#[test]
fn a_password_appears_in_no_output() {
    let server = playing(&[]);
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::File::create(&path).and_then(|mut file| file.write_all(text.as_bytes())).expect("a writable folder");
        path.display().to_string()
    };
    let secret = "hunter2-XYZZY";
    let address = server.address.to_string();
    let password_file = write("password", &format!("{secret}\n"));
    let netrc = write("netrc", &format!("machine 127.0.0.1 login bob password {secret}\n"));
    let url = format!("ftp://bob:{secret}@{address}/");
    let saved = folder.path().join("saved").display().to_string();
    type Call<'a> = (&'a [&'a str], &'a [(&'a str, &'a str)]);
    let calls: [Call; 4] = [
        (&["check", &address, "--user", "bob", "--password-file", &password_file], &[]),
        (&["check", &address, "--user", "bob"], &[("FTPMODE_PASSWORD", secret)]),
        (&["check", &address], &[("NETRC", &netrc)]),
        (&["check", &url], &[]),
    ];
    for (arguments, environment) in calls {
        for format in ["text", "json"] {
            let ran = ftpmode_with(&[arguments, &["-vv", "--save", &saved, "--format", format]].concat(), environment);
            let file = std::fs::read_to_string(&saved).expect("it was saved");
            // Bob was refused (the server is anonymous), so the password was sent.
            assert_eq!(ran.status, 3, "{arguments:?}: {}", ran.out);
            assert!(file.contains("PASS ****") || file.contains("> USER bob"), "{file}");
            for output in [&ran.out, &ran.err, &file] {
                assert!(!output.contains(secret), "{arguments:?} {format}");
            }
        }
    }
}

#[test]
fn a_pipe_gets_no_escape_codes_and_a_terminals_wish_is_heard() {
    let server = playing(&[]);
    let address = server.address.to_string();
    let plain = ftpmode(&["check", &address, "-v"]);
    assert!(!plain.out.contains('\x1b') && plain.err.is_empty(), "{}", plain.err);
    assert!(ftpmode(&["check", &address, "--color", "always"]).out.contains('\x1b'));
    let forced = ftpmode_with(&["check", &address], &[("CLICOLOR_FORCE", "1")]);
    assert!(forced.out.contains('\x1b'));
    let refused = ftpmode_with(&["check", &address], &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]);
    assert!(!refused.out.contains('\x1b'));
    assert!(ftpmode(&["check", &address, "--ascii"]).out.is_ascii());
    assert!(ftpmode_with(&["check", &address], &[("LC_ALL", "C")]).out.is_ascii());
}

#[test]
fn the_demo_shows_four_reports_and_succeeds() {
    let ran = ftpmode(&["demo", "--width", "80"]);
    assert_eq!(ran.status, 0, "{}", ran.err);
    for words in
        ["1. ", "2. ", "3. ", "4. ", "BOTH MODES WORK", "USE PASSIVE MODE", "USE ACTIVE MODE", "NO MODE MOVES DATA"]
    {
        assert!(ran.out.contains(words), "{words}: {}", ran.out);
    }
}

#[test]
#[cfg(unix)]
fn ctrl_c_ends_with_the_report_so_far() {
    let (log, mut lines) = tokio::sync::mpsc::channel(1000);
    let server = raw::serving(Settings { faults: vec![Fault::Stall], log: Some(log), ..Settings::default() });
    let mut command = Command::cargo_bin("ftpmode").expect("the program is built");
    command.args(["check", &server.address.to_string(), "--format", "json", "--save"]);
    let folder = tempfile::tempdir().expect("a folder");
    command.arg(folder.path().join("case")).env("HOME", "/nonexistent").stdout(std::process::Stdio::piped());
    let child = command.spawn().expect("the program runs");
    // A transfer that will stall has begun: the check is in its midst.
    while lines.blocking_recv().is_some_and(|line| !line.contains("LIST")) {}
    Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill runs");
    let output = child.wait_with_output().expect("it ends");
    let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(report["evidence"]["cut_short"], "interrupted");
    assert_eq!(report["control"]["works"], true);
    let said = report["evidence"]["controls"].as_array().expect("a list").iter();
    assert!(said.map(|control| control["events"].to_string()).all(|events| events.contains("> QUIT")));
}

#[test]
fn the_user_says_where_active_mode_listens_and_connections_begin() {
    let server = playing(&[]);
    let address = server.address.to_string();
    // A free port of the moment: the range is that one and what follows it.
    let free = std::net::TcpListener::bind("127.0.0.2:0").and_then(|l| l.local_addr()).expect("a free port").port();
    let low = free.min(65_000);
    let ports = format!("{low}-{}", low + 100);
    let (report, _) = json(&["check", &address, "--bind", "127.0.0.2", "--active-ports", &ports]);
    assert_eq!(report["control"]["local_address"], "127.0.0.2");
    let named: Vec<&str> = report["attempts"]
        .as_array()
        .expect("a list")
        .iter()
        .filter(|attempt| attempt["mode"] == "active")
        .filter_map(|attempt| attempt["advertised"].as_str())
        .collect();
    assert_eq!(named.len(), 2, "{report:#}");
    for endpoint in named {
        let (ip, port) = endpoint.rsplit_once(':').expect("an endpoint");
        assert_eq!(ip, "127.0.0.2");
        assert!((low..=low + 100).contains(&port.parse().expect("a port")), "{endpoint}");
    }
    // Named as the user says; `serve` refuses an address that is not its client's, so nothing is dialled.
    let (report, _) = json(&["check", &address, "--active-address", "192.0.2.9", "--method", "port"]);
    assert_eq!(report["attempts"][0]["advertised"].as_str().and_then(|end| end.split(':').next()), Some("192.0.2.9"));
    assert_eq!(report["attempts"][0]["cause"], "rejected");
}

#[test]
fn the_help_tells_every_format() {
    let ran = ftpmode(&["check", "--help"]);
    let told = ran.out.split_whitespace().collect::<Vec<_>>().join(" ");
    for format in formats::ALL {
        assert!(told.contains(&format!("- {}: {}", format.id, format.help)), "{}", format.id);
    }
    assert!(ftpmode(&["check", "--format", "yaml", "127.0.0.1"]).err.contains("nagios"));
}
