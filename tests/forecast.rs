//! What clients would do: over every case without a panic and within what the evidence shows, and each rule by hand.

use std::fs;
use std::path::{Path, PathBuf};

use ftpmode::clients::{self, Outlook};
use ftpmode::diagnosis::diagnose;
use ftpmode::evidence::case::Case;
use ftpmode::evidence::facts::{Facts, Tried};
use ftpmode::report::formats;
use ftpmode::report::{Report, Style};

const PUBLIC: &str = "198.18.0.20";

/// The longest that two sentences may be together.
const LONGEST: usize = 200;

#[test]
fn every_forecast_stays_within_the_evidence() {
    let mut wrong = Vec::new();
    for (path, case) in cases() {
        let facts = Facts::of(&case.evidence);
        let plain = facts.in_plain();
        let moved = |facts: &Facts| facts.tried().iter().any(Tried::works);
        let any_data = moved(&facts) || plain.as_ref().is_some_and(moved);
        for (client, outlook) in clients::outlooks(&facts) {
            let at = || format!("{}: {}: {outlook:?}", path.display(), client.id);
            if outlook.works == Some(true) && !any_data {
                wrong.push(format!("it works where no data moved: {}", at()));
            }
            if outlook.setting.is_some() && (outlook.works != Some(false) || !any_data) {
                wrong.push(format!("a setting where none is wanted or none helps: {}", at()));
            }
            let begins = match outlook.works {
                Some(true) => "Works",
                Some(false) => "Fails",
                None => "Not known",
            };
            if !outlook.why.starts_with(begins) || !outlook.why.ends_with('.') || outlook.why.len() > LONGEST {
                wrong.push(format!("no sentence: {}", at()));
            }
            if outlook.setting.as_deref().is_some_and(|setting| setting.contains("{address}")) {
                wrong.push(format!("a setting that is not filled in: {}", at()));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

/// The next port is a matter of luck, with whatever verb it is asked for: a passive client that is said to work, or to
/// fail, is contradicted by its next transfer.
#[test]
fn where_passive_ports_differ_nothing_is_foretold_of_passive_mode() {
    let differ = |case: &Case| diagnose(&Facts::of(&case.evidence)).fires("passive-range-partly-open");
    let chosen: Vec<(PathBuf, Case)> = cases().into_iter().filter(|(_, case)| differ(case)).collect();
    assert!(chosen.len() >= 5, "{}", chosen.len());
    for (path, case) in chosen {
        for (client, outlook) in clients::outlooks(&Facts::of(&case.evidence)) {
            // What is known of active mode stays known.
            let of_active = ["active mode", "PORT", "EPRT"].iter().any(|word| outlook.why.contains(word));
            assert!(outlook.works.is_none() || of_active, "{}: {}: {outlook:?}", path.display(), client.id);
        }
    }
}

#[test]
fn each_outcome_is_met_by_some_client_in_some_case() {
    let all: Vec<Option<bool>> = cases()
        .iter()
        .flat_map(|(_, case)| {
            let facts = Facts::of(&case.evidence);
            clients::outlooks(&facts).map(|(_, outlook)| outlook.works).collect::<Vec<_>>()
        })
        .collect();
    for wanted in [Some(true), Some(false), None] {
        assert!(all.contains(&wanted), "{wanted:?}");
    }
}

#[test]
fn where_all_moves_data_each_goes_its_usual_way() {
    let case = check(PUBLIC, &[pasv(PUBLIC, OPEN), epsv(OPEN), port(ARRIVES), eprt(ARRIVES)]);
    for (id, why) in [
        ("curl", "Works: it asks for EPSV first, which moves data here."),
        ("tnftp", "Works: it asks for EPSV first, which moves data here."),
        ("node-basic-ftp", "Works: it asks for EPSV first, which moves data here."),
        ("wget", "Works: it uses PASV, which moves data here."),
        ("lftp", "Works: it uses PASV, which moves data here."),
        ("filezilla", "Works: it uses PASV, which moves data here."),
        ("windows-ftp", "Works: it uses PORT, which moves data here."),
        ("java-commons-net", "Works: it uses PORT, which moves data here."),
    ] {
        assert_eq!(outlook(&case, id), works(why), "{id}");
    }
}

#[test]
fn a_private_address_in_227_is_dialled_mended_or_left_alone() {
    let case = check(PUBLIC, &[pasv("10.0.0.20", OPEN), port(ARRIVES), eprt(ARRIVES)]);
    let dials = "Fails: it dials 10.0.0.20, the address in 227, which can't be reached from outside.";
    let leaves = "Works: it dials the server's own address and not 10.0.0.20, the one in 227.";
    assert_eq!(outlook(&case, "wget"), fails(dials, Some("--no-passive-ftp")));
    assert_eq!(outlook(&case, "wordpress"), fails(dials, None));
    assert_eq!(
        outlook(&case, "php"),
        fails(dials, Some("ftp_set_option($ftp, FTP_USEPASVADDRESS, false), ahead of ftp_pasv"))
    );
    for id in ["lftp", "ncftp", "filezilla", "winscp", "dotnet"] {
        assert_eq!(outlook(&case, id), works(leaves), "{id}");
    }
    let older = "it dials 10.0.0.20, the address in 227, which can't be reached from outside.";
    assert_eq!(
        outlook(&case, "python-ftplib"),
        works(&format!("{leaves} Before 3.9.3 (3.6.14, 3.7.11, 3.8.9) it fails: {older}"))
    );
    assert_eq!(outlook(&case, "cyberduck").works, None, "which address it dials is not known");
}

#[test]
fn epsv_gets_around_a_private_address_and_versions_that_trust_it_are_told_apart() {
    let case = check(PUBLIC, &[pasv("10.0.0.20", OPEN), epsv("> 500 EPSV not understood."), port(ARRIVES)]);
    assert_eq!(
        outlook(&case, "curl"),
        works(
            "Works: it goes on from EPSV to PASV, which moves data here. Before 7.74.0 it fails: it dials 10.0.0.20, \
             the address in 227, which can't be reached from outside."
        )
    );
    let case = check(PUBLIC, &[pasv("10.0.0.20", OPEN), epsv(OPEN), port(ARRIVES)]);
    assert_eq!(outlook(&case, "curl"), works("Works: it asks for EPSV first, which moves data here."));
}

#[test]
fn another_address_between_private_ones_is_unknown_until_it_is_tried() {
    let peer = "192.168.7.20";
    let case = check(peer, &[pasv("10.0.0.20", OPEN)]);
    for id in ["wget", "php", "filezilla", "lftp"] {
        assert_eq!(outlook(&case, id).works, None, "{id}");
    }
    // libncftp takes the server's own address where the two are of different private networks.
    assert_eq!(outlook(&case, "ncftp").works, Some(true));
    let case = check(peer, &[pasv("10.0.0.20", OPEN), advertised("10.0.0.20", OPEN)]);
    assert_eq!(outlook(&case, "wget"), works("Works: it dials 10.0.0.20, the address in 227, which moves data here."));
    let case = check(peer, &[pasv("10.0.0.20", OPEN), advertised("10.0.0.20", DROPPED)]);
    assert_eq!(outlook(&case, "wget").works, Some(false));
    assert_eq!(outlook(&case, "filezilla").works, Some(false), "it mends what a public peer names alone");
}

#[test]
fn a_near_private_address_is_not_called_out_of_reach() {
    let near = check_from("10.0.0.7", PUBLIC, &[pasv("10.0.0.20", OPEN)]);
    assert_eq!(outlook(&near, "wget").works, None);
    let far = check_from("192.168.1.7", PUBLIC, &[pasv("10.0.0.20", OPEN)]);
    assert_eq!(outlook(&far, "wget").works, Some(false));
}

#[test]
fn a_refused_pasv_sends_some_to_active_mode_and_ends_others() {
    let case = check(PUBLIC, &[pasv(PUBLIC, "> 500 PASV not understood."), epsv(OPEN), port(ARRIVES)]);
    let goes_on = "Works: it goes on from PASV to PORT, which moves data here.";
    for id in ["lftp", "ncftp", "filezilla", "winscp"] {
        assert_eq!(outlook(&case, id), works(goes_on), "{id}");
    }
    assert_eq!(outlook(&case, "php"), works(&with_ftp_pasv(goes_on)));
    let refused = "Fails: the server refuses PASV.";
    assert_eq!(outlook(&case, "wget"), fails(refused, Some("--no-passive-ftp")));
    assert_eq!(outlook(&case, "python-ftplib"), fails(refused, Some("ftp.set_pasv(False)")));
    // lftp asks again where the refusal is but for now.
    let case = check(PUBLIC, &[pasv(PUBLIC, "> 425 No port is free."), port(ARRIVES)]);
    assert_eq!(outlook(&case, "lftp").works, Some(false));
    assert_eq!(outlook(&case, "ncftp").works, Some(true));
}

#[test]
fn a_closed_passive_port_takes_back_epsv_in_curl_and_passive_mode_in_tnftp() {
    let once = [pasv(PUBLIC, OPEN), epsv(REFUSED)];
    let active = [port(ARRIVES), eprt(ARRIVES)];
    // A closed port, or a verb that a firewall does not know: once each does not tell.
    assert_eq!(outlook(&check(PUBLIC, &[&once[..], &active].concat()), "curl").works, None);
    let case = check(PUBLIC, &[&once[..], &once, &once, &active].concat());
    assert_eq!(outlook(&case, "curl"), works("Works: it goes on from EPSV to PASV, which moves data here."));
    assert_eq!(outlook(&case, "tnftp"), works("Works: it goes on from EPSV to EPRT, which moves data here."));
    let case = check(PUBLIC, &[pasv(PUBLIC, DROPPED), epsv(DROPPED), port(ARRIVES), eprt(ARRIVES)]);
    assert_eq!(
        outlook(&case, "ncftp"),
        works("Works: it goes on from PASV to PORT after a long wait, and that moves data here.")
    );
    assert_eq!(outlook(&case, "curl").setting.as_deref(), Some("--ftp-port -"));
    // What lftp put in the place of the address in 227 sends it to active mode where it fails; the server's own does not.
    assert_eq!(outlook(&case, "lftp").works, Some(false));
    let mended = check(PUBLIC, &[pasv("10.0.0.20", DROPPED), port(ARRIVES)]);
    assert_eq!(outlook(&mended, "lftp").works, Some(true));
}

/// A failure that is not judged for itself, as its command went out beside others, takes nothing from those that are.
#[test]
fn where_no_passive_port_lets_anybody_in_passive_clients_fail() {
    let beside = pasv(PUBLIC, DROPPED).replace("address =", "set_aside = true\naddress =");
    assert!(beside.contains("set_aside"));
    let case = check(PUBLIC, &[beside, pasv(PUBLIC, DROPPED), epsv(DROPPED), port(ARRIVES), eprt(ARRIVES)]);
    assert_eq!(outlook(&case, "curl").setting.as_deref(), Some("--ftp-port -"));
    assert_eq!(outlook(&case, "wget").works, Some(false));
}

#[test]
fn ncftp_stays_in_passive_mode_where_feat_lists_pasv() {
    let case = check(PUBLIC, &[pasv(PUBLIC, DROPPED), port(ARRIVES)]);
    assert_eq!(outlook(&case, "ncftp").works, Some(true));
    let listed = "\"6 < 230 Login successful.\", \"7 > FEAT\", \"8 < 211-Features:\\n EPSV\\n PASV\\n211 End\"]";
    let case = case.replace("\"6 < 230 Login successful.\"]", listed);
    assert_eq!(outlook(&case, "ncftp").works, Some(false));
    assert_eq!(outlook(&case, "ncftp").setting.as_deref(), Some("ncftpls -E"));
}

#[test]
fn a_server_that_breaks_down_leaves_open_what_comes_next() {
    let oops = "> 500 OOPS: vsf_sysutil_bind";
    let case = check(PUBLIC, &[epsv(oops), pasv(PUBLIC, oops), port(ARRIVES)]);
    assert_eq!(outlook(&case, "tnftp").works, None);
    assert_eq!(outlook(&case, "wget").works, Some(false), "it has nothing to go on to");
}

#[test]
fn a_client_with_one_mode_alone_says_so() {
    let case = check(PUBLIC, &[pasv(PUBLIC, DROPPED), epsv(DROPPED), port(ARRIVES), eprt(ARRIVES)]);
    let no_active = "Fails: it can do no active mode, and passive mode moves no data here.";
    for id in ["rclone", "go-jlaffaye", "node-basic-ftp", "wordpress"] {
        let found = outlook(&case, id);
        // PHP's functions have active mode, and WordPress no way to choose it.
        let wanted = if id == "wordpress" { Some(false) } else { found.works.filter(|_| found.why == no_active) };
        assert_eq!((found.works, found.setting.clone()), (wanted, None), "{id}: {found:?}");
    }
    let case = check(PUBLIC, &[pasv(PUBLIC, OPEN), epsv(OPEN), port(NEVER_ARRIVES), eprt(NEVER_ARRIVES)]);
    assert_eq!(
        outlook(&case, "windows-ftp"),
        fails("Fails: it can do no passive mode, and active mode moves no data here.", None)
    );
    assert_eq!(outlook(&case, "inetutils-ftp").setting.as_deref(), Some("-p"));
    assert_eq!(
        outlook(&case, "java-commons-net").setting.as_deref(),
        Some("client.enterLocalPassiveMode(), from 3.9.0 on")
    );
}

#[test]
fn a_227_without_numbers_is_read_by_nobody_and_odd_ones_by_some() {
    let silent = pasv(PUBLIC, "> 227 Entering Passive Mode.");
    let case = check(PUBLIC, &[silent, epsv(OPEN), port(ARRIVES)]);
    assert_eq!(outlook(&case, "wget").works, Some(false));
    assert_eq!(outlook(&case, "ncftp").works, Some(false), "it dials the control port");
    assert_eq!(outlook(&case, "lftp").works, Some(true), "active mode");
    assert_eq!(outlook(&case, "curl").works, Some(true), "EPSV");
    let bare = named_pasv("227 =198,18,0,20,156,74", OPEN);
    let case = check(PUBLIC, &[bare]);
    assert_eq!(outlook(&case, "wget").works, Some(true));
    assert_eq!(outlook(&case, "rust-suppaftp").works, Some(false), "it wants parentheses");
    let spoken = named_pasv("227 Mode 2 (198,18,0,20,156,74)", OPEN);
    let case = check(PUBLIC, &[spoken]);
    assert_eq!(outlook(&case, "python-ftplib").works, Some(true));
    assert_eq!(outlook(&case, "wget").works, Some(false), "the first digit is taken for the address");
}

/// As the clients of Debian 12 did, each asked by itself.
#[test]
fn blanks_another_code_and_several_lines_are_read_by_some() {
    let answered = |reply: &str| {
        let case =
            check(PUBLIC, &[epsv("> 500 EPSV not understood."), pasv(PUBLIC, OPEN), port(ARRIVES), eprt(ARRIVES)]);
        case.replace("227 Entering Passive Mode (198,18,0,20,156,74).", reply)
    };
    let read_by = |reply: &str, passive: &[&str], others: &[&str]| {
        let case = answered(reply);
        for id in passive {
            let found = outlook(&case, id);
            assert!(found.works == Some(true) && found.why.contains("PASV, which moves"), "{reply}: {id}: {found:?}");
        }
        for id in others {
            let found = outlook(&case, id);
            assert!(found.works == Some(false) || found.why.contains("PORT, which moves"), "{reply}: {id}: {found:?}");
        }
    };
    let blanks = "227 Entering Passive Mode (198, 18, 0, 20,156, 74)";
    read_by(blanks, &["lftp", "ncftp", "tnftp", "php"], &["curl", "wget", "python-ftplib", "rclone"]);
    let curl = "Fails with EPSV and PASV: it can't read the server's answer to PASV. Before 8.0.0 it works.";
    assert_eq!(outlook(&answered(blanks), "curl").why, curl);
    let before = "227 Entering Passive Mode (198 ,18 ,0 ,20 ,156 ,74)";
    read_by(before, &[], &["lftp", "ncftp", "tnftp", "php", "curl", "wget", "python-ftplib", "rclone"]);
    let other_code = "200 Entering Passive Mode (198,18,0,20,156,74)";
    read_by(other_code, &["lftp", "wget", "ncftp"], &["curl", "tnftp", "python-ftplib", "rclone", "php"]);
    assert_eq!(
        outlook(&answered(other_code), "python-ftplib").why,
        "Fails: the server answers PASV with 200, and it takes 227 alone."
    );
    assert_eq!(outlook(&answered(other_code), "cuteftp").works, None, "nobody knows");
    let last = "227-Hello\\n227 Entering Passive Mode (198,18,0,20,156,74)";
    read_by(last, &["curl", "lftp", "wget", "tnftp", "php", "python-ftplib", "rclone"], &["ncftp", "java-commons-net"]);
    let first = "227-Entering Passive Mode (198,18,0,20,156,74)\\n227 End";
    read_by(first, &["ncftp", "tnftp", "python-ftplib", "rclone"], &["curl", "lftp", "wget", "php"]);
}

#[test]
fn the_next_step_does_not_contradict_the_forecast() {
    let all_work = check(PUBLIC, &[pasv(PUBLIC, OPEN), epsv(OPEN), port(ARRIVES), eprt(ARRIVES)]);
    let usual = "227 Entering Passive Mode (198,18,0,20,156,74).";
    for (reply, says) in [
        (usual, "Nothing needs mending."),
        ("227-Hello\\n227 Entering Passive Mode (198,18,0,20,156,74).", "unless it is among the clients that fail."),
        ("227 Entering Passive Mode (198, 18, 0, 20, 156, 74).", "Update the server"),
    ] {
        let report = Report::of(&read(&all_work.replace(usual, reply)).evidence);
        let text = formats::render(formats::with_id("text").expect("a format"), &report, &Style::default());
        let (_, next) = text.split_once("Next step").expect("a next step");
        let next = next.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(next.contains(says), "{reply}: {next}");
        assert_eq!(next.contains("Nothing needs mending."), reply == usual, "{next}");
    }
}

#[test]
fn an_epsv_agreed_to_with_another_code_sends_curl_to_pasv_and_stops_tnftp() {
    let case = check(PUBLIC, &[epsv(OPEN), pasv(PUBLIC, OPEN), port(ARRIVES), eprt(ARRIVES)]);
    let case = case.replace("229 Entering", "200 Entering");
    assert_eq!(outlook(&case, "curl"), works("Works: it goes on from EPSV to PASV, which moves data here."));
    assert_eq!(outlook(&case, "rclone"), works("Works: it goes on from EPSV to PASV, which moves data here."));
    let tnftp = outlook(&case, "tnftp");
    assert_eq!(tnftp, fails("Fails: the server answers EPSV with 200, and it takes 229 alone.", Some("epsv4 off")));
}

#[test]
fn a_server_that_took_a_login_in_plain_demands_no_tls_with_its_421() {
    let case = include_str!("../fixtures/cases/too-many-connections/one_session_and_tls.toml");
    for client in ["ncftp", "tnftp"] {
        let found = outlook(case, client);
        assert!(!found.why.contains("demands encryption"), "{client}: {}", found.why);
    }
}

#[test]
fn inetutils_refuses_another_address_than_the_servers() {
    let case = check(PUBLIC, &[pasv("203.0.113.99", OPEN), epsv(OPEN), port(NEVER_ARRIVES)]);
    assert_eq!(outlook(&case, "inetutils-ftp").setting.as_deref(), Some("-p, and the command epsv4"));
}

#[test]
fn tnftp_stops_at_another_address_than_the_servers() {
    for named in ["10.0.0.20", "0.0.0.0", "203.0.113.99"] {
        let case =
            check(PUBLIC, &[epsv("> 500 EPSV not understood."), pasv(named, OPEN), port(ARRIVES), eprt(ARRIVES)]);
        let found = outlook(&case, "tnftp");
        let refuses = format!(
            "Fails with EPSV and PASV: 227 names {named}, another address than the server's, which it refuses to dial."
        );
        assert!(found.why.starts_with(&refuses), "{found:?}");
        assert_eq!((found.works, found.setting.as_deref()), (Some(false), Some("-A")), "{named}");
    }
    let case = check(PUBLIC, &[epsv("> 500 EPSV not understood."), pasv("10.0.0.20", OPEN), eprt(ARRIVES)]);
    assert!(outlook(&case, "tnftp").why.ends_with(" Before 20210827 it works."), "it goes on to EPRT");
}

#[test]
fn the_outer_address_in_port_is_named_where_it_works() {
    let given = active("port", "server-seen", "203.0.113.2", ARRIVES);
    let case = check(PUBLIC, &[pasv(PUBLIC, DROPPED), epsv(DROPPED), port(NEVER_ARRIVES), eprt(NEVER_ARRIVES), given]);
    assert_eq!(
        outlook(&case, "lftp").setting.as_deref(),
        Some("set ftp:passive-mode no; set ftp:port-ipv4 203.0.113.2")
    );
    assert_eq!(outlook(&case, "wget").setting, None);
}

#[test]
fn the_client_asked_for_comes_first_and_in_full() {
    let case = check(PUBLIC, &[pasv("10.0.0.20", OPEN), port(ARRIVES)]);
    let report = Report::of(&read(&case).evidence).for_client("wget");
    assert_eq!(report.forecast[0].client, "wget");
    assert_eq!(report.forecast.iter().filter(|forecast| forecast.client == "wget").count(), 1);
    let text = formats::render(formats::with_id("text").expect("a format"), &report, &Style::default());
    for line in ["Wget: Fails: it dials 10.0.0.20", "set it  --no-passive-ftp", "ftpmode recipe wget"] {
        assert!(text.contains(line), "{line}: {text}");
    }
}

#[test]
fn what_was_not_tried_is_not_known() {
    let case = check(PUBLIC, &[epsv(OPEN)]);
    let not_tried = "Not known: it would use PASV, which was not tried here to its end.";
    assert_eq!(outlook(&case, "wget"), Outlook { works: None, why: not_tried.to_owned(), setting: None });
    assert_eq!(outlook(&case, "curl").works, Some(true));
    let now_and_then = check(PUBLIC, &[pasv(PUBLIC, OPEN), pasv(PUBLIC, DROPPED)]);
    assert_eq!(outlook(&now_and_then, "wget").works, None);
}

#[test]
fn over_ipv6_there_is_no_pasv_and_ncftp_has_nothing() {
    let case = check("2001:db8::20", &[epsv6(OPEN), active("eprt", "local", "2001:db8::7", ARRIVES)]);
    for id in ["curl", "wget", "lftp", "tnftp", "python-ftplib", "filezilla"] {
        assert_eq!(outlook(&case, id), works("Works: it asks for EPSV first, which moves data here."), "{id}");
    }
    assert_eq!(outlook(&case, "ncftp"), fails("Fails: it can't do this over IPv6.", None));
    assert_eq!(outlook(&case, "windows-explorer").works, None);
}

#[test]
fn a_refused_login_is_everybodys() {
    let text = check(PUBLIC, &[]).replace("230 Login successful.", "530 Login incorrect.");
    for (client, outlook) in clients::outlooks(&Facts::of(&read(&text).evidence)) {
        assert_eq!(outlook, fails("Fails: the server refuses this login, whatever the client.", None), "{}", client.id);
    }
}

#[test]
fn recipes_are_whole_dated_and_in_order() {
    let mut before = String::new();
    for client in clients::ALL {
        let (id, recipe) = (client.id, &client.recipe);
        assert!(id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'), "{id}");
        assert_eq!(clients::ALL.iter().filter(|other| other.id == id).count(), 1, "{id}");
        assert!(before < client.name.to_lowercase(), "{id} stands after {before}");
        before = client.name.to_lowercase();
        assert!(recipe.passive.is_some() || recipe.mind.is_some_and(says_why), "{id}");
        let (_, date) = client.checked_with.rsplit_once(", ").unwrap_or_default();
        let dated = matches!(date.split_once('-'), Some((year, month)) if year.len() == 4 && month.len() == 2);
        assert!(dated && date.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-'), "{id}: {date}");
        let proof = ["run against", "from its source", "documentation", "from reports on", "from Microsoft's"];
        assert!(proof.iter().any(|proof| client.checked_with.contains(proof)), "{id}: {}", client.checked_with);
        for (heading, text) in recipe.settings() {
            assert!(!text.is_empty() && text.ends_with(['.', ')', '`']), "{id}: {heading}: {text}");
            for (at, _) in text.match_indices('{') {
                let known = ["{address}", "{low}", "{high}", "{host}", "{port}"];
                let literal = text[at..].starts_with("{ ");
                assert!(literal || known.iter().any(|name| text[at..].starts_with(name)), "{id}: {heading}: {text}");
            }
        }
    }
}

/// Why there is no word on passive mode.
fn says_why(mind: &str) -> bool {
    mind.contains("no passive mode") || mind.contains("No public document")
}

#[test]
fn every_rule_names_its_source_and_how_the_client_is_used() {
    for client in clients::ALL {
        let Some(rules) = &client.rules else { continue };
        assert!(!rules.source.is_empty() && !rules.used_as.is_empty(), "{}", client.id);
    }
}

/// PHP's functions are in active mode until that call.
fn with_ftp_pasv(why: &str) -> String {
    why.replacen("Works:", "Works with ftp_pasv($ftp, true):", 1)
}

fn works(why: &str) -> Outlook {
    Outlook { works: Some(true), why: why.to_owned(), setting: None }
}

fn fails(why: &str, setting: Option<&str>) -> Outlook {
    Outlook { works: Some(false), why: why.to_owned(), setting: setting.map(str::to_owned) }
}

fn outlook(case: &str, id: &str) -> Outlook {
    let case = read(case);
    let facts = Facts::of(&case.evidence);
    let client = clients::with_id(id).expect("a client");
    client.outlook(&facts).expect("rules")
}

fn read(text: &str) -> Case {
    Case::from_toml(text).unwrap_or_else(|why| panic!("{why:?}\n{text}"))
}

/// How a data connection goes on when its port was named.
const OPEN: &str = "open";
const REFUSED: &str = "refused";
const DROPPED: &str = "dropped";
const ARRIVES: &str = "arrives";
const NEVER_ARRIVES: &str = "never arrives";

fn check(peer: &str, attempts: &[String]) -> String {
    let local = if peer.contains(':') { "2001:db8::7" } else { "203.0.113.2" };
    check_from(local, peer, attempts)
}

fn check_from(local: &str, peer: &str, attempts: &[String]) -> String {
    let (local, server) = (endpoint(local, 51_000), endpoint(peer, 21));
    let text = format!(
        "[target]\ninput = \"ftp.example.com\"\nhost = \"ftp.example.com\"\nport = 21\n\
         [[controls]]\nlocal = \"{local}\"\npeer = \"{server}\"\nconnect_ms = 1.0\n\
         events = [\"2 < 220 Hello.\", \"3 > USER anonymous\", \"4 < 331 Password, please.\", \"5 > PASS ****\", \
         \"6 < 230 Login successful.\"]\n"
    );
    text + &attempts.join("").replace("PEER", &endpoint(peer, 40_010))
}

fn endpoint(address: &str, port: u16) -> String {
    if address.contains(':') { format!("[{address}]:{port}") } else { format!("{address}:{port}") }
}

fn pasv(named: &str, outcome: &str) -> String {
    named_pasv(&format!("227 Entering Passive Mode ({},156,74).", named.replace('.', ",")), outcome)
}

fn advertised(named: &str, outcome: &str) -> String {
    let attempt = pasv(named, outcome).replace("address = \"control-peer\"", "address = \"advertised\"");
    attempt.replace("PEER", &endpoint(named, 40_010))
}

/// PASV with this answer, or refused with the reply behind `> `.
fn named_pasv(reply: &str, outcome: &str) -> String {
    let digits: String = reply.chars().map(|c| if c.is_ascii_digit() || c == ',' { c } else { ' ' }).collect();
    let numbers = digits.split(' ').find(|word| word.matches(',').count() == 5).unwrap_or("0,0,0,0,156,74");
    let address: Vec<&str> = numbers.split(',').take(4).collect();
    passive("pasv", "PASV", reply, &endpoint(&address.join("."), 40_010), outcome)
}

fn epsv(outcome: &str) -> String {
    passive("epsv", "EPSV", "229 Entering Extended Passive Mode (|||40010|)", "PEER", outcome)
}

fn epsv6(outcome: &str) -> String {
    epsv(outcome)
}

fn passive(verb: &str, command: &str, reply: &str, named: &str, outcome: &str) -> String {
    let mut events = vec![format!("10 > {command}")];
    match outcome.strip_prefix("> ") {
        Some(unreadable) if unreadable.starts_with("227") => {
            events.push(format!("11 < {unreadable}"));
            events.push("11 unreadable it has no six numbers separated by commas".to_owned());
        }
        Some(refusal) => events.push(format!("11 < {refusal}")),
        None => {
            events.extend([format!("11 < {reply}"), format!("11 named {named}"), "12 dialled PEER".to_owned()]);
            events.push("12 > LIST".to_owned());
            events.extend(end(outcome, "13 connected LOCAL PEER"));
        }
    }
    attempt(verb, "control-peer", &events)
}

fn port(outcome: &str) -> String {
    active("port", "local", "203.0.113.2", outcome)
}

fn eprt(outcome: &str) -> String {
    active("eprt", "local", "203.0.113.2", outcome)
}

fn active(verb: &str, address: &str, named: &str, outcome: &str) -> String {
    let named = endpoint(named, 51_210);
    let command = verb.to_uppercase();
    let mut events = vec![format!("20 named {named}"), format!("20 > {command} here")];
    events.extend(["21 < 200 PORT command successful.".to_owned(), "21 > LIST".to_owned()]);
    events.extend(end(outcome, &format!("22 accepted {named} PEER")));
    attempt(verb, address, &events)
}

fn end(outcome: &str, joined: &str) -> Vec<String> {
    let all: &[&str] = match outcome {
        OPEN | ARRIVES => &[joined, "24 < 150 Here it comes.", "25 received 134", "26 end-of-file", "27 < 226 Done."],
        REFUSED => &["13 refused"],
        DROPPED => &["3600 silent connect 3500"],
        NEVER_ARRIVES => &["3600 silent callback 3500"],
        other => panic!("{other} is no outcome"),
    };
    all.iter().map(|event| event.replace("LOCAL", "203.0.113.2:40021")).collect()
}

fn attempt(verb: &str, address: &str, events: &[String]) -> String {
    let events: Vec<String> = events.iter().map(|event| format!("    {event:?},\n")).collect();
    format!("[[attempts]]\nverb = {verb:?}\naddress = {address:?}\nevents = [\n{}]\n", events.concat())
}

fn cases() -> Vec<(PathBuf, Case)> {
    let mut all = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/cases")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a readable folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "toml") {
                let text = fs::read_to_string(&path).expect("a readable case");
                all.push((path, read(&text)));
            }
        }
    }
    assert!(all.len() > 100, "{} cases", all.len());
    all.sort_by(|(one, _), (other, _)| one.cmp(other));
    all
}
