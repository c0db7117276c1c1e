//! The recipes, followed to the letter: what `ftpmode recipe` says is pasted into real servers and real firewalls, with
//! nothing but this network's names and numbers put in, and `ftpmode check` must then see what was promised.

use std::process::{Command, Stdio};
use std::time::Instant;

use ftpmode::servers::{self, Product, Step};
use serde_json::Value;

use crate::network::{ClientSide, Network, Rules, ServerSide, feed};
use crate::servers::{Kind, Kit, Server};

/// A promise of a recipe.
pub struct Promise {
    pub id: &'static str,
    pub shows: &'static str,
    /// A program that it wants beside the lab's.
    wants: Option<&'static str>,
    keep: fn(&Kit) -> Result<(), String>,
}

/// What is put in the place of the placeholders.
const VALUES: &[(&str, &str)] = &[
    ("{host}", OUTER),
    ("{port}", "21"),
    ("{address}", OUTER),
    ("{inside}", "10.0.0.20"),
    ("{low}", "40000"),
    ("{high}", "40019"),
    ("{client}", "192.168.1.10"),
    ("{client_address}", "203.0.113.2"),
    ("{client_low}", "41000"),
    ("{client_high}", "41009"),
];
const OUTER: &str = "198.18.0.20";
const RANGE: std::ops::RangeInclusive<u64> = 40000..=40019;

pub static ALL: &[Promise] = &[
    Promise {
        id: "recipe-vsftpd-nftables",
        shows: "vsftpd behind a forwarding nftables gateway, both by their recipes",
        wants: None,
        keep: |kit| serves(kit, Kind::Vsftpd, &lines(server("vsftpd")), forward_by_nftables),
    },
    Promise {
        id: "recipe-proftpd-nftables",
        shows: "ProFTPD behind a forwarding nftables gateway, both by their recipes",
        wants: None,
        keep: |kit| serves(kit, Kind::Proftpd, &lines(server("proftpd")), forward_by_nftables),
    },
    Promise {
        id: "recipe-pureftpd-nftables",
        shows: "Pure-FTPd with its configuration file behind a forwarding nftables gateway",
        wants: None,
        keep: |kit| serves(kit, Kind::PureFtpdFile, &lines(server("pure-ftpd")), forward_by_nftables),
    },
    Promise {
        id: "recipe-pyftpdlib-nftables",
        shows: "pyftpdlib behind a forwarding nftables gateway, both by their recipes",
        wants: None,
        keep: |kit| {
            // The lab's script has the rest of the recipe's already.
            let own = |line: &&str| {
                line.starts_with("handler.passive_ports") || line.starts_with("handler.masquerade_address =")
            };
            let lines = lines(server("pyftpdlib"));
            let lines: Vec<&str> = lines.lines().filter(own).collect();
            serves(kit, Kind::Pyftpdlib, &lines.join("\n"), forward_by_nftables)
        },
    },
    Promise {
        id: "recipe-vsftpd-iptables",
        shows: "vsftpd behind a forwarding iptables gateway, both by their recipes",
        wants: Some("iptables"),
        keep: |kit| serves(kit, Kind::Vsftpd, &lines(server("vsftpd")), forward_by_iptables),
    },
    Promise {
        id: "recipe-vsftpd-tls",
        shows: "vsftpd with the range, the address and TLS by its recipe",
        wants: None,
        keep: |kit| encrypts(kit, Kind::Vsftpd, server("vsftpd")),
    },
    Promise {
        id: "recipe-pureftpd-tls",
        shows: "Pure-FTPd with the range, the address and TLS by its recipe",
        wants: None,
        keep: |kit| encrypts(kit, Kind::PureFtpdFile, server("pure-ftpd")),
    },
    Promise {
        id: "recipe-nftables-active",
        shows: "active ports let in and forwarded to a client behind NAT by nftables' recipe",
        wants: None,
        keep: |kit| {
            active(kit, |network| {
                let nftables = server("nftables");
                load(network, "g1", "nft -f -", &puts(nftables.recipe.active)[0])?;
                load(network, "c", "nft -f -", DROPS_ALL_IN)?;
                load(network, "g1", "nft -f -", DROPS_WHAT_COMES)?;
                let commands = runs(nftables.recipe.active);
                load(network, "c", "sh -e", &commands[0])?;
                load(network, "g1", "sh -e", &commands[1])
            })
        },
    },
    Promise {
        id: "recipe-iptables-active",
        shows: "active ports let in and forwarded to a client behind NAT by iptables' recipe",
        wants: Some("iptables"),
        keep: |kit| {
            active(kit, |network| {
                let iptables = runs(server("iptables").recipe.active);
                load(
                    network,
                    "g1",
                    "sh -e",
                    "iptables -A FORWARD -i lan -j ACCEPT\niptables -A FORWARD -m conntrack --ctstate ESTABLISHED -j ACCEPT\niptables -P FORWARD DROP",
                )?;
                load(network, "g1", "sh -e", &iptables[1])?;
                load(
                    network,
                    "c",
                    "sh -e",
                    "iptables -A INPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT\niptables -P INPUT DROP",
                )?;
                load(network, "c", "sh -e", &iptables[0])
            })
        },
    },
    Promise {
        id: "recipe-nftables-helper",
        shows: "the FTP helper switched on and off again by nftables' recipe",
        wants: None,
        keep: |kit| {
            let recipe = &server("nftables").recipe;
            let off = runs(recipe.helper).into_iter().find(|line| line.contains("delete")).ok_or("no way off")?;
            helper(kit, ("nft -f -", &puts(recipe.helper)[0]), &off)
        },
    },
    Promise {
        id: "recipe-iptables-helper",
        shows: "the FTP helper switched on and off again by iptables' recipe",
        wants: Some("iptables"),
        keep: |kit| {
            let recipe = &server("iptables").recipe;
            let off = runs(recipe.helper).into_iter().find(|line| line.contains("-D")).ok_or("no way off")?;
            helper(kit, ("iptables-restore --noflush", &puts(recipe.helper)[0]), &off)
        },
    },
    Promise {
        id: "recipe-ufw-before-rules",
        shows: "the sections that ufw's recipe puts into before.rules are taken by iptables-restore",
        wants: Some("iptables"),
        keep: |_| {
            let network = Network::build(ClientSide::Public, ServerSide::Public, &Rules::default())?;
            let recipe = &server("ufw").recipe;
            for section in
                puts(recipe.passive).iter().chain(puts(recipe.helper).iter()).filter(|text| text.starts_with('*'))
            {
                load(&network, "g1", "iptables-restore --test", section)?;
            }
            Ok(())
        },
    },
];

const DROPS_ALL_IN: &str = "table inet filter { chain input { type filter hook input priority filter; policy drop; \
    ct state established accept; }; }";
const DROPS_WHAT_COMES: &str = "table inet filter { chain forward { type filter hook forward priority filter; policy drop; \
    ct state established accept; iifname lan accept; }; }";
const DROPS_ALL_THROUGH: &str = "flush ruleset; table inet filter { chain forward { type filter hook forward priority filter; \
    policy drop; ct state established,related accept; }; }";

/// Runs those whose id holds the filter; the number that failed.
pub fn run(chosen: &[&Promise], kit: &Kit) -> usize {
    let (mut failed, mut skipped) = (0, 0);
    for promise in chosen {
        let begun = Instant::now();
        let (word, why) = match promise.wants.filter(|program| !is_there(program)) {
            Some(program) => ("skipped", format!("{program} is wanted: make test installs it on Debian")),
            None => match (promise.keep)(kit) {
                Ok(()) => ("ok", String::new()),
                Err(why) => ("FAILED", why),
            },
        };
        failed += usize::from(word == "FAILED");
        skipped += usize::from(word == "skipped");
        println!("{word:6} {:34} {:5.1} s  {why}", promise.id, begun.elapsed().as_secs_f64());
    }
    println!("recipes: {} passed, {failed} failed, {skipped} skipped", chosen.len() - failed - skipped);
    failed
}

/// The server set by its recipe, behind a gateway and a firewall set by theirs: passive mode works, over ports of the
/// range alone, and PASV names the outer address.
fn serves(kit: &Kit, kind: Kind, settings: &str, forward: fn(&Network) -> Result<(), String>) -> Result<(), String> {
    let network = Network::build(ClientSide::Public, ServerSide::Nat, &Rules::default())?;
    forward(&network)?;
    let _server =
        kit.start(&network, &Server { kind, port: 21, settings: settings.to_owned().leak(), empty: false, tls: None })?;
    let report = check(&network, servers::LOOK_FROM_OUTSIDE)?;
    let ports = report["passive_ports"]["seen"].as_array().cloned().unwrap_or_default();
    if ports.len() < 3 || !ports.iter().filter_map(Value::as_u64).all(|port| RANGE.contains(&port)) {
        return Err(format!("the passive ports are {ports:?}"));
    }
    for method in ["pasv", "epsv"] {
        if !works(&report, method) {
            return Err(format!("{method} does not work: {}", report["attempts"]));
        }
    }
    let named = list(&report["attempts"]).filter(|attempt| attempt["method"] == "pasv");
    let mut named = named.filter_map(|attempt| attempt["advertised"].as_str());
    named
        .all(|end| end.starts_with(OUTER))
        .then_some(())
        .ok_or_else(|| format!("PASV names no outer address: {}", report["attempts"]))?;
    let wrong: Vec<&str> = findings(&report).filter(|id| id.starts_with("passive-")).collect();
    if wrong.is_empty() { Ok(()) } else { Err(format!("found: {wrong:?}")) }
}

/// The server set by its recipe, with TLS: both passive methods work under it.
fn encrypts(kit: &Kit, kind: Kind, product: &Product) -> Result<(), String> {
    let network = Network::build(ClientSide::Public, ServerSide::Public, &Rules::default())?;
    let own = kit.certificates.signed().display().to_string();
    let tls = puts(product.recipe.tls).into_iter().next().ok_or("no lines for TLS")?;
    // The lab's certificate lies elsewhere, in one file with its key.
    let named = ["/etc/ssl/certs/ftp.pem", "/etc/ssl/private/ftp.key", "/etc/ssl/private/pure-ftpd.pem"];
    let tls = named.iter().fold(tls, |lines, path| lines.replace(path, &own));
    let settings = format!("{}\n{tls}", lines(product)).leak();
    let _server = kit.start(&network, &Server { kind, port: 21, settings, empty: false, tls: None })?;
    let report = check(&network, Step::Run("ftpmode check {host}:{port} --tls explicit"))?;
    let encrypted = report["target"]["security"] == "explicit-tls";
    if encrypted && works(&report, "pasv") && works(&report, "epsv") {
        Ok(())
    } else {
        Err(format!("{} {}", report["target"]["security"], report["attempts"]))
    }
}

fn forward_by_nftables(network: &Network) -> Result<(), String> {
    let recipe = &server("nftables").recipe;
    let files = puts(recipe.passive);
    load(network, "s", "nft -f -", &files[0])?;
    // The lab calls the outer interface of this gateway otherwise.
    load(network, "g2", "nft -f -", DROPS_ALL_THROUGH)?;
    load(network, "g2", "nft -f -", &files[1].replace("\"wan\"", "\"lan\""))?;
    load(network, "g2", "nft -f -", runs(recipe.passive)[0].strip_prefix("nft ").ok_or("no nft command")?)
}

fn forward_by_iptables(network: &Network) -> Result<(), String> {
    let files = puts(server("iptables").recipe.passive);
    load(network, "s", "iptables-restore --test", &files[0])?;
    load(network, "s", "iptables-restore", &files[0])?;
    load(network, "g2", "nft -f -", "flush ruleset")?;
    load(network, "g2", "iptables-restore", &files[1].replace("-i wan", "-i lan"))
}

/// Active mode over fixed ports: dropped before the recipe, works after it.
fn active(kit: &Kit, follow: fn(&Network) -> Result<(), String>) -> Result<(), String> {
    let network = Network::build(ClientSide::Nat, ServerSide::Public, &Rules::default())?;
    let _server = kit.start(&network, &VSFTPD)?;
    if works(&check(&network, servers::TRY_ACTIVE)?, "port") {
        return Err("active mode works without the recipe".to_owned());
    }
    follow(&network)?;
    let report = check(&network, servers::TRY_ACTIVE)?;
    if works(&report, "port") { Ok(()) } else { Err(format!("active mode does not work: {}", report["attempts"])) }
}

/// Active mode through a NAT: with the helper it works, without it does not.
fn helper(kit: &Kit, (loader, on): (&str, &str), off: &str) -> Result<(), String> {
    let network = Network::build(ClientSide::Nat, ServerSide::Public, &Rules::default())?;
    let _server = kit.start(&network, &VSFTPD)?;
    let active = |when: &str, wanted: bool| {
        let found = works(&check(&network, Step::Run("ftpmode check {host}:{port}"))?, "port");
        if found == wanted { Ok(()) } else { Err(format!("{when}, active mode works: {found}")) }
    };
    active("before", false)?;
    load(&network, "g1", loader, on)?;
    active("with the helper", true)?;
    load(&network, "g1", "sh -e", off)?;
    active("after it was switched off", false)
}

const VSFTPD: Server = Server { kind: Kind::Vsftpd, port: 21, settings: "", empty: false, tls: None };

/// A command of ours as the recipe has it, run on the client's host.
fn check(network: &Network, step: Step) -> Result<Value, String> {
    let Step::Run(line) = step else { return Err("no command".to_owned()) };
    let line = filled(line);
    let mut command = network.command("c", env!("CARGO_BIN_EXE_ftpmode"));
    command.args(line.split(' ').skip(1)).args(["--format", "json"]).env("HOME", "/nonexistent").stdin(Stdio::null());
    let output = command.output().map_err(|error| error.to_string())?;
    serde_json::from_slice(&output.stdout)
        .map_err(|_| format!("no JSON came of {line}: {}", String::from_utf8_lossy(&output.stderr)))
}

fn load(network: &Network, host: &str, program: &str, text: &str) -> Result<(), String> {
    let mut words = program.split(' ');
    let mut command = network.command(host, words.next().unwrap_or_default());
    command.args(words);
    feed(&mut command, &format!("{text}\n")).map_err(|why| format!("{program} on {host}: {why}\n{text}"))
}

fn server(id: &str) -> &'static Product {
    servers::with_id(id).unwrap_or_else(|| panic!("no recipe is called {id}"))
}

/// What a server's recipe has for its configuration: the range, and the first way to name the outer address.
fn lines(product: &Product) -> String {
    let passive = puts(product.recipe.passive).into_iter().take(1);
    passive.chain(puts(product.recipe.address).into_iter().take(1)).collect::<Vec<_>>().join("\n")
}

fn puts(steps: &[Step]) -> Vec<String> {
    let files = steps.iter().filter_map(|step| match step {
        Step::Put { lines, .. } => Some(filled(lines)),
        Step::Say(_) | Step::Run(_) => None,
    });
    files.collect()
}

fn runs(steps: &[Step]) -> Vec<String> {
    let commands = steps.iter().filter_map(|step| match step {
        Step::Run(lines) => Some(filled(lines)),
        Step::Say(_) | Step::Put { .. } => None,
    });
    commands.collect()
}

fn filled(text: &str) -> String {
    VALUES.iter().fold(text.to_owned(), |text, (name, value)| text.replace(name, value))
}

fn works(report: &Value, method: &str) -> bool {
    list(&report["attempts"]).any(|attempt| attempt["method"] == method && attempt["works"] == true)
}

fn findings(report: &Value) -> impl Iterator<Item = &str> {
    list(&report["findings"]).filter_map(|finding| finding["id"].as_str())
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn is_there(program: &str) -> bool {
    Command::new(program).arg("-V").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
}
