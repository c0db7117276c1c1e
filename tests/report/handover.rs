//! The letter to whoever must act: there when something needs mending, short, and with nothing in it that was not seen.

use std::net::IpAddr;

use ftpmode::diagnosis::rule::{Severity, Side};
use ftpmode::report::formats;

/// Lines of a mail.
const WIDTH: usize = 100;
/// Without the empty ones.
const MOST_LINES: usize = 26;

#[test]
fn there_is_a_letter_where_something_needs_mending_and_nowhere_else() {
    let mut addressees = std::collections::BTreeSet::new();
    for (path, report) in super::reports_under(&super::cases()) {
        let main = report.findings.iter().find(|finding| finding.severity > Severity::Info);
        let letter = report.verdict.handover.as_ref();
        assert_eq!(main.map(|finding| finding.side), letter.map(|letter| letter.to), "{}", path.display());
        addressees.extend(letter.map(|letter| letter.addressee.clone()));
    }
    assert!(addressees.len() >= 5, "{addressees:?}");
}

#[test]
fn a_letter_is_short_and_names_the_server_and_the_time() {
    for (path, report) in super::reports_under(&super::cases()) {
        let Some(letter) = &report.verdict.handover else { continue };
        let lines: usize =
            letter.text.lines().filter(|line| !line.is_empty()).map(|l| l.chars().count().div_ceil(WIDTH)).sum();
        assert!(lines <= MOST_LINES, "{}: {lines} lines\n{}", path.display(), letter.text);
        assert!(letter.text.contains(&report.target.host), "{}", path.display());
        assert!(letter.text.contains(&format!("port {}", report.target.port)), "{}", path.display());
        if let Some(started) = &report.started_at {
            assert!(letter.text.contains(&started[..10]) && letter.text.contains("UTC"), "{}", path.display());
        }
        if letter.to == Side::Unknown {
            assert!(letter.addressee.contains(" and "), "{}: {}", path.display(), letter.addressee);
        }
        assert!(letter.text.ends_with("Thank you."), "{}", path.display());
    }
}

/// Where the client is and how the server sees it is known, and no time is.
#[test]
fn the_first_sentence_of_a_log_ends_as_a_sentence() {
    let text = super::letter_about(
        "Status:\tConnecting to 203.0.113.20:21...\nResponse:\t220 Ready\nCommand:\tUSER bob\nResponse:\t331 Go on\n\
         Command:\tPASS ****\nResponse:\t230 Logged in\nCommand:\tPORT 192,168,7,5,195,80\n\
         Response:\t500 I won't open a connection to 192.168.7.5 (only to 198.51.100.4)\n\
         Error:\tFailed to retrieve directory listing\n",
    );
    assert!(text.contains("from 192.168.7.5 (the server sees 198.51.100.4). The login works."), "{text}");
}

#[test]
fn every_address_in_a_letter_was_seen() {
    let mut checked = 0;
    for (path, report) in super::reports_under(&super::cases()) {
        let Some(letter) = &report.verdict.handover else { continue };
        let seen = serde_json::to_string(&report.evidence).expect("JSON");
        for word in letter.text.split(|c: char| !(c.is_ascii_hexdigit() || matches!(c, '.' | ':'))) {
            let word = word.trim_matches(['.', ':']);
            let address = word.parse::<IpAddr>().ok().or_else(|| word.rsplit_once(':')?.0.parse().ok());
            let Some(address) = address.map(|address| address.to_string()) else { continue };
            let known = seen.contains(&address) || seen.contains(&address.replace('.', ","));
            assert!(known, "{}: {address}", path.display());
            checked += 1;
        }
    }
    assert!(checked > 200, "{checked} addresses");
}

/// Some clients say that they waited, and not for how long.
#[test]
fn a_silence_of_unknown_length_is_told_without_a_length() {
    let mut read = 0;
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/logs");
    for client in ["java-commons-net", "lftp", "ncftp", "node-basic-ftp", "rclone", "tnftp", "wget"] {
        for name in ["listing-lost.log", "listing-lost-debug.log", "both-dropped.log", "open-pyftpdlib.log"] {
            let Ok(log) = std::fs::read(folder.join(client).join(name)) else { continue };
            let text = formats::render(super::format("text"), &super::of_log(&log), &super::PLAIN);
            assert!(!text.contains(" 0 s") && !text.contains(" 0 ms"), "{client} {name}: {text}");
            read += 1;
        }
    }
    assert!(read > 15, "{read} logs");
}

/// The client took the server's own address already, and the port there is shut as well.
const PRIVATE_AND_SHUT: &str = "Status:\tConnecting to 203.0.113.20:21...\nResponse:\t220 Ready\nCommand:\tUSER bob\n\
    Response:\t331 Go on\nCommand:\tPASS ****\nResponse:\t230 Logged in\nCommand:\tPASV\n\
    Response:\t227 Entering Passive Mode (10,7,7,7,195,80)\n\
    Status:\tServer sent passive reply with unroutable address. Using server address instead.\nCommand:\tLIST\n\
    Error:\tThe data connection could not be established: ETIMEDOUT - Connection attempt timed out\n";

#[test]
fn a_letter_names_the_second_fault_of_its_side_too() {
    let text = super::letter_about(PRIVATE_AND_SHUT);
    for words in
        ["Tell the server its outer address.", "Open the passive port range", "203.0.113.20:50000 stayed silent"]
    {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert_eq!(text.matches("(10,7,7,7,195,80)").count(), 1, "{text}");
}

#[test]
fn nobody_is_told_to_do_what_the_client_did_in_vain() {
    let report = super::of_log(PRIVATE_AND_SHUT.as_bytes());
    assert!(report.findings.iter().any(|finding| finding.id == "passive-address-unroutable"));
    let vain = report.verdict.fixes.iter().find(|fix| fix.action.contains("ignore the address in 227"));
    assert_eq!(vain, None);
}

/// curl tells of a data connection's end by the port of the control connection.
#[test]
fn the_reply_that_names_the_port_is_quoted_before_what_the_client_says_of_it() {
    let text = super::letter_about(
        "*   Trying 203.0.113.20:21...\n* Connected to 203.0.113.20 (203.0.113.20) port 21\n< 220 Ready\n> USER bob\n\
         < 331 Go on\n> PASS ****\n< 230 Logged in\n> EPSV\n< 229 Entering Extended Passive Mode (|||50123|)\n\
         *   Trying 203.0.113.20:50123...\n* Connecting to 203.0.113.20 (203.0.113.20) port 50123\n\
         * Failed to connect to 203.0.113.20 port 21 after 8001 ms: Couldn't connect to server\n",
    );
    let named = text.find("(|||50123|)").expect("the reply is quoted");
    let failed = text.find("Failed to connect").expect("the failure is quoted");
    assert!(named < failed && text.contains("(of the data connection, though"), "{text}");
}

#[test]
fn who_gets_a_letter_is_told_no_option_of_this_tool() {
    let refused = "< 220 Ready\n> USER anonymous\n< 331 Go on\n> PASS ****\n< 530 Login incorrect.\n";
    let of_log = super::of_log(refused.as_bytes());
    let log = of_log.verdict.handover.iter().map(|letter| letter.text.clone());
    let fixes = of_log.verdict.fixes.iter().map(|fix| fix.detail.clone());
    let cases = super::reports_under(&super::cases());
    let letters = cases.iter().filter_map(|(_, report)| Some(report.verdict.handover.as_ref()?.text.clone()));
    for text in log.chain(fixes).chain(letters) {
        for option in ["ftpmode check", "Here: ", "--user", "--active-ports", "--insecure", "--prot"] {
            assert!(!text.contains(option), "{option}: {text}");
        }
    }
}

#[test]
fn headings_of_a_log_do_not_speak_of_this_computer() {
    let report = super::of_log(
        b"Status:\tConnecting to 203.0.113.20:21...\nResponse:\t220 Ready\nCommand:\tUSER bob\nResponse:\t331 Go on\n\
          Command:\tPASS ****\nResponse:\t230 Logged in\nCommand:\tPORT 192,168,7,5,195,80\n\
          Response:\t500 I won't open a connection to 192.168.7.5 (only to 198.51.100.4)\n",
    );
    assert!(report.findings.iter().any(|finding| finding.id == "client-behind-nat"));
    for format in ["markdown", "html", "text"] {
        let text = formats::render(super::format(format), &report, &super::PLAIN);
        assert!(!text.to_lowercase().contains("this computer"), "{format}: {text}");
    }
}

#[test]
fn a_mail_server_is_no_login_that_failed() {
    let report =
        super::of_log(b"< 220 mail.example.org ESMTP\n> USER bob\n< 502 5.5.2 Error: command not recognized\n");
    let text = formats::render(super::format("text"), &report, &super::PLAIN);
    assert!(text.contains("WHAT ANSWERS IS NO FTP SERVER") && !text.contains("LOGIN FAILED"), "{text}");
    assert!(text.contains("What answers at the server, port 21, speaks SMTP (mail) and not FTP."), "{text}");
}

#[test]
fn the_operator_in_between_is_told_which_hop_it_is() {
    for (case, says) in [
        ("active-callback-refused/other-end-between.toml", "pass at hop 1 or hop 2 (203.0.113.5)"),
        ("passive-port-refused/wall-between.toml", "pass at hop 2 (203.0.113.1), to its"),
    ] {
        let text = std::fs::read_to_string(super::cases().join(case)).expect("a case");
        let report =
            ftpmode::report::Report::of(&ftpmode::evidence::case::Case::from_toml(&text).expect("a case").evidence);
        let letter = report.verdict.handover.expect("a letter");
        assert_eq!(letter.to, Side::Network, "{case}");
        assert!(letter.text.contains(says), "{case}\n{}", letter.text);
    }
}
