//! The recipes: complete, dated, without dead ids, printed fit to be sent and pasted, with a report's values in them.

use std::path::Path;
use std::process::{Command, Output};

use ftpmode::clients;
use ftpmode::diagnosis::rules;
use ftpmode::protocol::dialect::DIALECTS;
use ftpmode::servers::{self, Group, Product, Step};
use unicode_width::UnicodeWidthStr;

#[test]
fn every_product_has_all_that_its_kind_needs() {
    for product in servers::ALL {
        let recipe = &product.recipe;
        let mut wanted = vec![
            ("passive", recipe.passive),
            ("address", recipe.address),
            ("active", recipe.active),
            ("tls", recipe.tls),
            ("reload", recipe.reload),
            ("check", recipe.check),
        ];
        if product.group != Group::Server {
            wanted.push(("helper", recipe.helper));
        }
        for (topic, steps) in wanted {
            assert!(!steps.is_empty(), "{} has no {topic}", product.id);
        }
        let commands = recipe.check.iter().filter(|step| matches!(step, Step::Run(_)));
        assert!(commands.count() >= 1, "{} has no command to check with", product.id);
        assert!(!product.about.is_empty() && !product.mends.is_empty(), "{}", product.id);
        if product.group == Group::Server {
            let short = &product.settings;
            assert!(short.passive_range.is_some() && short.external_address.is_some(), "{}", product.id);
        }
    }
}

/// The short form and the long one speak of the same setting.
#[test]
fn a_short_setting_is_one_that_the_steps_set() {
    let long = |steps: &[Step]| steps.iter().map(text_of).collect::<Vec<_>>().join("\n");
    for (id, range, address) in [
        ("vsftpd", "pasv_min_port", "pasv_address"),
        ("proftpd", "PassivePorts", "MasqueradeAddress"),
        ("pure-ftpd", "PassivePortRange", "ForcePassiveIP"),
        ("pyftpdlib", "handler.passive_ports", "handler.masquerade_address"),
        ("filezilla-server", "\"Use custom port range\"", "\"Use the following host\""),
        ("iis", "Data Channel Port Range", "External IP Address of"),
        ("serv-u", "PASV Port Range", "PASV IP Address"),
        ("ftpmode", "--passive-ports", "--advertise"),
    ] {
        let product = product(id);
        let (short_range, short_address) = (product.settings.passive_range, product.settings.external_address);
        assert!(short_range.is_some_and(|short| short.contains(range)), "{id}: {short_range:?}");
        assert!(short_address.is_some_and(|short| short.contains(address)), "{id}: {short_address:?}");
        assert!(long(product.recipe.passive).contains(range), "{id}");
        assert!(long(product.recipe.address).contains(address), "{id}");
    }
    assert_eq!(servers::ALL.iter().filter(|product| product.group == Group::Server).count(), 8, "one is not looked at");
}

#[test]
fn every_entry_says_what_it_was_checked_with_and_when() {
    let products = servers::ALL.iter().map(|product| (product.id, product.checked_with));
    for (id, checked_with) in products.chain(clients::ALL.iter().map(|client| (client.id, client.checked_with))) {
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let month = checked_with
            .split([' ', ','])
            .find_map(|word| word.split_once('-').filter(|(y, m)| digits(y) && digits(m)));
        assert!(month.is_some_and(|(year, month)| year.len() == 4 && month.len() == 2), "{id}: {checked_with}");
    }
}

#[test]
fn no_id_is_dead() {
    for dialect in DIALECTS.iter().filter(|dialect| !dialect.id.is_empty()) {
        let server = servers::with_id(dialect.id);
        assert!(server.is_some_and(|server| server.group == Group::Server), "{} has no recipe", dialect.id);
    }
    for product in servers::ALL {
        for id in product.mends {
            assert!(rules::with_id(id).is_some(), "{}: no finding is called {id}", product.id);
        }
        for (_, steps) in product.recipe.topics() {
            for named in steps.iter().flat_map(|step| text_of(step).split("ftpmode recipe ").skip(1)) {
                let id: String = named.chars().take_while(|c| c.is_ascii_lowercase() || *c == '-').collect();
                assert!(id.is_empty() || servers::with_id(&id).is_some(), "{}: no recipe is called {id}", product.id);
            }
        }
    }
}

#[test]
fn the_list_has_every_entry_once_and_a_line_for_each() {
    let output = recipe(&[]);
    assert!(output.status.success());
    let list = text(&output.stdout);
    for id in ids() {
        let lines =
            list.lines().filter(|line| line.strip_prefix("  ").is_some_and(|line| line.split(' ').next() == Some(id)));
        assert_eq!(lines.count(), 1, "{id}\n{list}");
    }
    assert!(list.lines().all(|line| line.width() <= 80), "{list}");
    let entries = list.lines().filter(|line| line.starts_with(' '));
    assert_eq!(entries.count(), ids().count(), "an entry takes more than its line: {list}");
}

#[test]
fn every_recipe_is_printed_filled_and_fits_80_columns() {
    for id in ids() {
        for report in [None, Some(saved("report/server_nat_private_227"))] {
            let mut arguments = vec![id];
            if let Some(path) = &report {
                arguments.extend(["--report", path.as_str()]);
            }
            let output = recipe(&arguments);
            assert!(output.status.success(), "{id}: {}", text(&output.stderr));
            let printed = text(&output.stdout);
            assert_eq!(unfilled(&printed), None, "{id}: {printed}");
            assert!(printed.ends_with('\n') && !printed.ends_with("\n\n"), "{id}");
            arguments.extend(["--format", "markdown"]);
            let markdown = text(&recipe(&arguments).stdout);
            let pasted: Vec<&str> = markdown.split("```").skip(1).step_by(2).flat_map(str::lines).collect();
            for line in printed.lines().filter(|line| line.width() > 80) {
                // A command in backticks is not broken either.
                assert!(pasted.contains(&line) || line.trim_start().starts_with('`'), "{id}: {line}");
            }
        }
    }
}

/// What is to be pasted comes out line by line as it stands in the recipe.
#[test]
fn lines_to_paste_are_whole_in_both_formats() {
    for product in servers::ALL {
        let printed = text(&recipe(&[product.id]).stdout);
        let markdown = text(&recipe(&[product.id, "--format", "markdown"]).stdout);
        for (_, steps) in product.recipe.topics() {
            for step in steps {
                let (Step::Run(lines) | Step::Put { lines, .. }) = step else { continue };
                let lines = with_examples(lines);
                assert!(printed.contains(&format!("\n{lines}\n")), "{}: {lines}", product.id);
                assert!(markdown.contains(&format!("```\n{lines}\n```\n")), "{}: {lines}", product.id);
            }
        }
        assert!(markdown.starts_with(&format!("# {}\n", product.name)));
        assert_eq!(markdown.matches("```").count() % 2, 0, "{}", product.id);
    }
}

#[test]
fn names_are_found_whatever_their_case_and_an_unknown_one_brings_the_nearest() {
    for (name, title) in
        [("VsFTPd", "vsftpd (server)"), ("ec2", "AWS security groups (cloud)"), ("NFT", "nftables (firewall)")]
    {
        let output = recipe(&[name]);
        assert!(output.status.success() && text(&output.stdout).starts_with(title), "{name}: {}", text(&output.stdout));
    }
    let output = recipe(&["vsfptd"]);
    assert_eq!(output.status.code(), Some(3));
    assert!(output.stdout.is_empty());
    let said = text(&output.stderr);
    assert!(said.contains("the nearest are vsftpd") && said.lines().count() == 1, "{said}");
    assert_eq!(recipe(&["\x1b[31mx"]).status.code(), Some(3));
    assert!(!text(&recipe(&["\x1b[31mx"]).stderr).contains('\x1b'));
}

#[test]
fn firewallds_own_service_is_shown_for_port_21_and_dotnets_trace_is_whole() {
    let firewalld = text(&recipe(&["firewalld"]).stdout);
    assert!(firewalld.contains("\nfirewall-cmd --permanent --add-service=ftp\n"), "{firewalld}");
    let dotnet = text(&recipe(&["dotnet"]).stdout);
    let (_, log) = dotnet.split_once("A log for ftpmode triage\n").expect("its section");
    let trace = log.split('`').find(|piece| piece.starts_with("<system.diagnostics>")).expect("the trace");
    for element in ["system.diagnostics", "sources", "source", "listeners", "switches", "sharedListeners"] {
        let opened = trace.matches(&format!("<{element}>")).count() + trace.matches(&format!("<{element} ")).count();
        assert_eq!((opened, trace.matches(&format!("</{element}>")).count()), (1, 1), "{element}: {trace}");
    }
}

#[test]
fn examples_are_called_so() {
    let printed = text(&recipe(&["vsftpd"]).stdout);
    assert!(printed.contains("These are examples"), "{printed}");
    assert!(printed.contains("pasv_min_port=40000\npasv_max_port=40100\n"), "{printed}");
    assert!(printed.contains("pasv_address=203.0.113.20\n"), "{printed}");
}

/// The server's address as dialled, the range as seen with the number of ports that it rests on, and examples where the
/// report knows nothing.
#[test]
fn a_report_fills_in_what_it_knows_and_says_where_it_is_from() {
    let path = &saved("report/server_nat_private_227");
    let server = text(&recipe(&["vsftpd", "--report", path]).stdout);
    assert!(server.contains("pasv_address=198.18.0.20\n"), "{server}");
    assert!(server.contains("pasv_min_port=36690\npasv_max_port=51935\n"), "{server}");
    assert!(
        words(&server).contains(
            "about the range: 2 ports of it were seen, from 36690 to 51935. So far apart they look like no range"
        ),
        "{server}"
    );
    let narrow = text(&recipe(&["vsftpd", "--report", &saved("tls-blinds-ftp-helper/before-the-server")]).stdout);
    assert!(
        words(&narrow).contains("4 ports of it were seen, from 50002 to 50009. The server's own setting may be wider"),
        "{narrow}"
    );
    assert!(!words(&server).contains("These are examples"), "{server}");

    let firewall = text(&recipe(&["iptables", "--report", path]).stdout);
    assert!(firewall.contains("--dports 21,36690:51935 -j DNAT --to-destination 10.0.0.20"), "{firewall}");
    assert!(
        firewall.contains("-s 198.18.0.20 -p tcp --dport 50000:50010 -j DNAT --to-destination 192.168.1.10"),
        "{firewall}"
    );
    assert!(firewall.contains("--active-address 203.0.113.2\n"), "the server sees the client there: {firewall}");
    assert!(words(&firewall).contains("active mode: still an example. No report knows"), "{firewall}");
}

#[test]
fn a_report_over_ipv6_leaves_what_ipv4_is_set_by() {
    let printed = text(&recipe(&["vsftpd", "--report", &saved("report/ipv6")]).stdout);
    assert!(printed.contains("pasv_address=203.0.113.20\n"), "{printed}");
    assert!(words(&printed).contains("still an example. The server was checked over IPv6"), "{printed}");
    assert!(printed.contains("ftpmode check [2001:db8:2::20]:21 --samples 6"), "{printed}");
    assert!(words(&printed).contains("One passive port was seen, 51935, which is no range."), "{printed}");
}

#[test]
fn an_address_that_nobody_outside_reaches_is_no_outer_address() {
    let path = saved("passive-address-unroutable/reached_where_trusted");
    let printed = text(&recipe(&["proftpd", "--report", &path]).stdout);
    assert!(printed.contains("MasqueradeAddress 203.0.113.20\n"), "{printed}");
    assert!(
        words(&printed).contains("checked at 10.9.0.1, which is not an address that the Internet can reach"),
        "{printed}"
    );
}

#[test]
fn a_report_without_ports_leaves_the_examples_and_says_so() {
    let printed = text(&recipe(&["proftpd", "--report", &saved("report/control_refused")]).stdout);
    assert!(printed.contains("PassivePorts 40000 40100\n"), "{printed}");
    assert!(words(&printed).contains("still an example. No passive port was seen."), "{printed}");
}

/// What a stranger's file says goes into lines that people paste into a shell.
#[test]
fn a_hostile_host_never_reaches_a_command() {
    let case = std::fs::read_to_string(saved("report/server_nat_private_227")).expect("a case");
    let hostile = case.replace("host = \"ftp.example.com\"", "host = \"a.example;reboot\"");
    assert_ne!(case, hostile);
    let file = tempfile::NamedTempFile::new().expect("a temporary file");
    std::fs::write(file.path(), hostile).expect("our own file");
    let output = recipe(&["vsftpd", "--report", file.path().to_str().expect("a path")]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let printed = text(&output.stdout);
    assert!(!printed.contains("reboot") && printed.contains("ftpmode check ftp.example.com:21 "), "{printed}");
}

#[test]
fn what_is_no_report_is_told_in_a_line() {
    let file = tempfile::NamedTempFile::new().expect("a temporary file");
    std::fs::write(file.path(), "hello").expect("our own file");
    let output = recipe(&["vsftpd", "--report", file.path().to_str().expect("a path")]);
    assert_eq!(output.status.code(), Some(3));
    assert!(text(&output.stderr).contains("is no saved check"));
}

/// A case of the fixtures, by its path without the ending.
fn saved(case: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("fixtures/cases/{case}.toml"));
    path.to_str().expect("a path").to_owned()
}

/// The printed text as one line.
fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn recipe(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ftpmode"));
    command.arg("recipe").args(arguments).output().expect("the program runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn product(id: &str) -> &'static Product {
    servers::with_id(id).unwrap_or_else(|| panic!("no recipe is called {id}"))
}

fn text_of(step: &Step) -> &'static str {
    match step {
        Step::Say(text) | Step::Run(text) | Step::Put { lines: text, .. } => text,
    }
}

fn ids() -> impl Iterator<Item = &'static str> {
    servers::ALL.iter().map(|product| product.id).chain(clients::ALL.iter().map(|client| client.id))
}

/// The first placeholder that nothing was put in for.
fn unfilled(text: &str) -> Option<&str> {
    text.split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}'))
        .map(|(name, _)| name)
        .find(|name| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'))
}

fn with_examples(lines: &str) -> String {
    [
        ("{host}", "ftp.example.com"),
        ("{port}", "21"),
        ("{address}", "203.0.113.20"),
        ("{inside}", "10.0.0.20"),
        ("{low}", "40000"),
        ("{high}", "40100"),
        ("{client}", "192.168.1.10"),
        ("{client_address}", "198.51.100.7"),
        ("{client_low}", "50000"),
        ("{client_high}", "50010"),
    ]
    .iter()
    .fold(lines.to_owned(), |lines, (name, value)| lines.replace(name, value))
}

/// Where a fix is on the recognised server's side, its recipe is named, once; nowhere else is one.
#[test]
fn a_report_names_the_recipe_of_the_server_that_it_recognised() {
    for (case, named) in [
        ("report/passive_dropped_active_open", "  Step by step: ftpmode recipe pure-ftpd\n"),
        ("local-firewall-drops-callback/counted", "  Step by step: ftpmode recipe vsftpd, ftpmode recipe nftables\n"),
        ("report/all_open", ""),
        ("report/control_refused", ""),
        ("report/client_nat_port_rejected", ""),
    ] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ftpmode"));
        let printed = text(&command.args(["report", &saved(case)]).output().expect("the program runs").stdout);
        assert_eq!(
            printed.matches("ftpmode recipe").count(),
            named.matches("ftpmode recipe").count(),
            "{case}: {printed}"
        );
        assert!(printed.contains(named), "{case}: {printed}");
    }
}
