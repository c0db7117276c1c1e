//! Runs one case: the check, its witnesses, and what all must say.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;

use serde_json::Value;

use crate::agreement::{self, Clients, Tally};
use crate::cases::{AUTHORITY, Case};
use crate::clients;
use crate::dialogue;
use crate::network::{self, Network};
use crate::servers::{Kit, Running};
use crate::witness;

/// Folders for what is to be kept of the runs.
#[derive(Default)]
pub struct Keep {
    pub cases: Option<PathBuf>,
    pub dialogues: Option<PathBuf>,
}

/// Who is asked about a case.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// The tool, and its witnesses.
    Both,
    /// The witnesses alone: is the case what it says?
    Witness,
}

/// What a case came to.
#[derive(Default)]
pub struct Outcome {
    /// What is not as it must be.
    pub complaints: Vec<String>,
    recommendation: String,
    findings: Vec<String>,
    report: String,
    pub witnesses: Vec<String>,
    /// The JSON; null where there was no check.
    json: Value,
    pub tally: Tally,
}

impl Outcome {
    pub fn broken(why: impl Into<String>) -> Self {
        Self { complaints: vec![why.into()], ..Self::default() }
    }

    /// For the case's line.
    pub fn line(&self) -> String {
        if self.recommendation.is_empty() {
            return self.witnesses.join(", ");
        }
        format!("{:8} {}", self.recommendation, self.findings.join(" "))
    }

    /// For a failure.
    pub fn details(&self) -> String {
        let complaints: Vec<String> = self.complaints.iter().map(|complaint| format!("  * {complaint}\n")).collect();
        format!("{}{}\n{}", complaints.concat(), self.report, self.witnesses.join("\n"))
    }
}

pub fn judge(case: &Case, kit: &Kit, asked: Asked, keep: &Keep) -> Outcome {
    let stage = match Stage::set(case, kit) {
        Ok(stage) => stage,
        Err(why) => return Outcome::broken(why),
    };
    let mut outcome = match asked {
        Asked::Both => check(case, &stage.network, kit, keep),
        Asked::Witness => Outcome::default(),
    };
    let tally: Mutex<Tally> = Mutex::default();
    let report = std::mem::take(&mut outcome.json);
    let hold = || agreement::hold(case, &report, &stage.network, &kit.certificates.authority(), &tally);
    if case.by_both && asked == Asked::Both {
        outcome.complaints.extend(other_user(case, &stage.network, kit, &report));
    }
    let ask = |outcome: &mut Outcome| witness::ask(case, &stage.network, &kit.certificates, asked, outcome);
    let held = std::thread::scope(|scope| match Clients::of(case) {
        // All of them wait more than they compute.
        Clients::SideBySide => {
            let held = scope.spawn(hold);
            ask(&mut outcome);
            held.join().unwrap_or(Err("a thread panicked".to_owned()))
        }
        Clients::OneByOne | Clients::NotCompared(_) => {
            ask(&mut outcome);
            hold()
        }
    });
    outcome.complaints.extend(held.unwrap_or_else(|why| vec![why]));
    outcome.complaints.extend((case.besides)(&stage.network));
    outcome.tally.add(tally.into_inner().expect("no holder panics"));
    outcome
}

/// What the clients of Debian print in this case, and nothing else.
pub fn write_logs(case: &Case, kit: &Kit, clients: &clients::Clients, folder: &Path) -> Outcome {
    let written = Stage::set(case, kit)
        .and_then(|stage| clients.write_logs(case, &stage.network, &kit.certificates.authority(), folder));
    match written {
        Ok(count) => Outcome { witnesses: vec![format!("{count} logs")], ..Outcome::default() },
        Err(why) => Outcome::broken(why),
    }
}

/// A case's hosts, and whoever runs on them already. What is named first goes first.
struct Stage {
    _held: Held,
    _router: Option<Running>,
    _between: Option<Running>,
    _servers: (Running, Option<Running>),
    network: Network,
}

impl Stage {
    fn set(case: &Case, kit: &Kit) -> Result<Self, String> {
        let network = Network::build(case.client, case.server_side, &case.rules)
            .map_err(|why| format!("the network can't be built: {why}"))?;
        network.etc("c", "hosts", HOSTS)?;
        let second = || case.second.as_ref().map(|server| kit.start_on(&network, network::SECOND, server)).transpose();
        let servers = (kit.start(&network, &case.server)?, second()?);
        let router = match case.router {
            "" => None,
            protocols => Some(kit.start_router(&network, protocols)?),
        };
        let between = match case.between {
            "" => None,
            mode => Some(kit.start_between(&network, mode)?),
        };
        let mut held = Held(Vec::new());
        for _ in 0..case.connections_held {
            held.0.push(hold(&network)?);
        }
        Ok(Self { _held: held, _router: router, _between: between, _servers: servers, network })
    }
}

/// Clients that only stay connected.
struct Held(Vec<Child>);

impl Drop for Held {
    fn drop(&mut self) {
        for child in &mut self.0 {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Nobody, without any capability.
pub const UNPRIVILEGED: [&str; 5] =
    ["--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all", "--bounding-set=-all"];

const HOSTS: &str = "127.0.0.1 localhost\n198.18.0.20 ftp.test both.test\n2001:db8:4::20 ftp6.test both.test\n";

/// A client that only stays connected. Returns when the server has greeted it.
fn hold(network: &Network) -> Result<Child, String> {
    let mut command = network.command("c", "bash");
    command.args(["-c", "exec 3<>/dev/tcp/198.18.0.20/21; read -r line <&3; echo greeted; exec cat <&3 >/dev/null"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().map_err(|error| error.to_string())?;
    let mut line = [0; 7];
    let output = child.stdout.as_mut().ok_or("no output")?;
    std::io::Read::read_exact(output, &mut line)
        .map_err(|error| format!("a held connection was not greeted: {error}"))?;
    Ok(child)
}

/// The check, by root or by nobody, with its report in JSON.
fn command(case: &Case, network: &Network, kit: &Kit, as_root: bool) -> Command {
    let mut command = match as_root {
        true => network.command("c", env!("CARGO_BIN_EXE_ftpmode")),
        false => {
            let mut command = network.command("c", "setpriv");
            command.args(UNPRIVILEGED).arg(env!("CARGO_BIN_EXE_ftpmode"));
            command
        }
    };
    let authority = kit.certificates.authority().display().to_string();
    let arguments = case.arguments.iter().map(|word| if *word == AUTHORITY { &authority } else { *word });
    command.args(["check", case.target, "--format", "json"]).args(arguments);
    command.env("HOME", "/nonexistent").envs(case.environment.iter().copied()).stdin(Stdio::null());
    command
}

/// What the other of root and nobody concludes otherwise: the recommendation, a finding or its side.
fn other_user(case: &Case, network: &Network, kit: &Kit, report: &Value) -> Vec<String> {
    let output = command(case, network, kit, !case.as_root).output();
    let other = output.ok().and_then(|output| serde_json::from_slice::<Value>(&output.stdout).ok());
    let Some(other) = other else { return vec!["the other user's check gave no JSON".to_owned()] };
    let said = |report: &Value| {
        let findings =
            list(&report["findings"]).map(|finding| ["id", "severity", "side"].map(|key| text(&finding[key])));
        (text(&report["verdict"]["recommendation"]), findings.collect::<Vec<_>>())
    };
    let (one, other) = (said(report), said(&other));
    let users = if case.as_root { ["root", "nobody"] } else { ["nobody", "root"] };
    if one == other { Vec::new() } else { vec![format!("{users:?} do not say the same: {one:?}, {other:?}")] }
}

fn check(case: &Case, network: &Network, kit: &Kit, keep: &Keep) -> Outcome {
    let folder = network::scratch().expect("a temporary folder");
    let open_to_all = std::os::unix::fs::PermissionsExt::from_mode(0o777);
    std::fs::set_permissions(folder.path(), open_to_all).expect("our own folder");
    let saved = folder.path().join("case.toml");
    let mut command = command(case, network, kit, case.as_root);
    let output = match command.arg("--save").arg(&saved).output() {
        Ok(output) => output,
        Err(error) => return Outcome::broken(error.to_string()),
    };
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    let Ok(report) = serde_json::from_slice::<Value>(&output.stdout) else {
        return Outcome::broken(format!("no JSON came, but: {} {errors}", String::from_utf8_lossy(&output.stdout)));
    };
    if let Some(folder) = &keep.cases
        && let Err(why) = std::fs::copy(&saved, folder.join(format!("{}.toml", case.id)))
    {
        return Outcome::broken(format!("the case can't be kept: {why}"));
    }
    if let Some(folder) = &keep.dialogues
        && let Err(why) = dialogue::write(case, &saved, folder)
    {
        return Outcome::broken(format!("the dialogue can't be kept: {why}"));
    }
    let mut outcome = Outcome {
        recommendation: text(&report["verdict"]["recommendation"]),
        findings: list(&report["findings"]).map(|finding| text(&finding["id"])).collect(),
        ..Outcome::default()
    };
    compare(case, &report, output.status.code(), &mut outcome);
    if !outcome.complaints.is_empty() {
        // The same evidence, as a person reads it.
        let mut command = Command::new(env!("CARGO_BIN_EXE_ftpmode"));
        let rendered = command.args(["report", "-v", "--width", "140"]).arg(&saved).output();
        outcome.report =
            rendered.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    }
    outcome.witnesses.push(errors);
    outcome.works(&report);
    outcome.json = report;
    outcome
}

fn compare(case: &Case, report: &Value, status: Option<i32>, outcome: &mut Outcome) {
    let expect = &case.expect;
    let complaints = &mut outcome.complaints;
    if !expect.recommendation.is_empty() && outcome.recommendation != expect.recommendation {
        complaints.push(format!("recommends {}, not {}", outcome.recommendation, expect.recommendation));
    }
    for id in expect.fires {
        if !outcome.findings.iter().any(|found| found == id) {
            complaints.push(format!("{id} is missing"));
        }
    }
    for id in expect.not {
        if outcome.findings.iter().any(|found| found == id) {
            complaints.push(format!("{id} must not be there"));
        }
    }
    for id in expect.not_tested {
        if !list(&report["not_tested"]).any(|open| open["id"] == *id) {
            complaints.push(format!("{id} is not told as not tested"));
        }
    }
    let main = list(&report["findings"]).find(|finding| finding["severity"] != "info");
    let side = main.map_or("none".to_owned(), |finding| text(&finding["side"]));
    if !expect.side.is_empty() && expect.side != side {
        complaints.push(format!("the main finding's side is {side}, not {}", expect.side));
    }
    let sure = main.map_or("none".to_owned(), |finding| text(&finding["confidence"]));
    let rank = |confidence: &str| ["low", "medium", "high"].iter().position(|known| *known == confidence);
    if rank(&sure) < rank(expect.certain) {
        complaints.push(format!("the main finding's confidence is {sure}, not {}", expect.certain));
    }
    if let "client" | "server" | "network" = expect.side {
        for finding in list(&report["findings"]).filter(|finding| finding["severity"] != "info") {
            let blamed = text(&finding["side"]);
            if blamed != "unknown" && blamed != expect.side {
                complaints.push(format!("{} blames the {blamed}", text(&finding["id"])));
            }
        }
    }
    for (field, wanted) in [("blocked_between", expect.wall), ("helper_between", expect.helper)] {
        let Some((from, to)) = wanted else { continue };
        let found = &report["path"][field];
        if (found["from"].as_u64(), found["to"].as_u64()) != (Some(from), Some(to)) {
            complaints.push(format!("{field} is {found}, not from {from} to {to}"));
        }
    }
    if status != Some(i32::from(expect.exit)) {
        complaints.push(format!("exits with {status:?}, not {}", expect.exit));
    }
    let security = text(&report["target"]["security"]);
    if !expect.security.is_empty() && expect.security != security {
        complaints.push(format!("the control connection is {security}, not {}", expect.security));
    }
    for (verb, works) in expect.works {
        let found = list(&report["attempts"]).any(|attempt| attempt["method"] == *verb && attempt["works"] == true);
        if found != *works {
            complaints.push(format!("{verb} works: {found}, not {works}"));
        }
    }
}

impl Outcome {
    /// The tool must find that the mode works where the witness did, and nowhere else.
    pub fn agree(&mut self, witness: &str, mode: &str, truth: bool) {
        if !self.witnesses.contains(&format!("ftpmode {mode}: {truth}")) {
            self.complaints.push(format!("{witness} in {mode} mode works: {truth}, and the tool says otherwise"));
        }
    }

    /// Keeps which modes work beside the witnesses' lines.
    fn works(&mut self, report: &Value) {
        for mode in ["passive", "active"] {
            let security = &report["target"]["security"];
            let ours = |attempt: &&Value| {
                let protection = &attempt["protection"];
                if security == "plain" { protection == "plain" } else { protection == "private" }
            };
            let works = list(&report["attempts"])
                .filter(ours)
                .any(|attempt| attempt["mode"] == mode && attempt["works"] == true);
            self.witnesses.push(format!("ftpmode {mode}: {works}"));
        }
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or("null").to_owned()
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}
