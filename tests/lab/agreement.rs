//! Each forecast against its client: what the report says that a client comes to is what it comes to in the same
//! network, with nothing set but little patience; and the setting that the report names makes it list.

use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::Value;

use crate::cases::{AUTHORITY, Case};
use crate::clients::{Target, at_home};
use crate::network::{self, Network};
use crate::programs;
use crate::servers::Kind;
use crate::terminal::{self, Kind as Screen};

mod ways;

/// How the clients of a case are run after the check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clients {
    SideBySide,
    /// The server counts connections, or has few ports.
    OneByOne,
    /// And why a run would say nothing of the forecast.
    NotCompared(&'static str),
}

impl Clients {
    pub fn of(case: &Case) -> Self {
        match case.clients {
            other @ (Self::OneByOne | Self::NotCompared(_)) => other,
            Self::SideBySide => match case.server.kind {
                // Pure-FTPd lets in half as many clients as it has passive ports, whatever it is told; pyftpdlib 1.5.7
                // now and then forgets one of several connections.
                Kind::PureFtpd | Kind::Pyftpdlib => Self::OneByOne,
                _ => Self::SideBySide,
            },
        }
    }
}

/// Clients that run at once, beside the witnesses: fewer than the passive range has ports.
const AT_ONCE: usize = 6;
/// Seconds for a step; and where the others may have been in the way.
const PATIENCE: u64 = 3;
const PATIENCE_ALONE: u64 = 8;

/// How forecasts came out.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tally {
    pub agreed: usize,
    pub unknown: usize,
    /// Settings that the report names, and that made the client list.
    pub settings: usize,
    /// Settings that are not said in words for a machine.
    pub untried: usize,
    pub not_compared: usize,
    /// Runs that came out otherwise only while others ran.
    pub again: usize,
}

impl Tally {
    pub fn add(&mut self, other: Self) {
        self.agreed += other.agreed;
        self.unknown += other.unknown;
        self.settings += other.settings;
        self.untried += other.untried;
        self.not_compared += other.not_compared;
        self.again += other.again;
    }

    /// Whether most of what is foretold is foretold: who says of all that it is not known is never contradicted.
    pub fn tells(&self) -> bool {
        self.unknown * 4 <= self.agreed
    }

    pub fn line(&self) -> String {
        format!(
            "forecasts: {} agreed, {} unknown, {} not compared; settings: {} helped, {} not tried; {} runs were made again alone",
            self.agreed, self.unknown, self.not_compared, self.settings, self.untried, self.again
        )
    }
}

/// One thing that the report says.
#[derive(Clone, Debug)]
struct Claim {
    client: String,
    works: bool,
    /// With this set, where it is a setting that is claimed to help.
    setting: Option<ways::Setting>,
    said: String,
}

/// Runs the clients that the report forecasts. Returns what disagrees.
pub fn hold(
    case: &Case,
    report: &Value,
    network: &Network,
    authority: &Path,
    tally: &Mutex<Tally>,
) -> Result<Vec<String>, String> {
    let target = target(case, report)?;
    let claims = claims(report, &target, tally);
    let at_once = match Clients::of(case) {
        Clients::SideBySide => AT_ONCE,
        Clients::OneByOne => 1,
        Clients::NotCompared(_) => {
            tally.lock().expect("no holder panics").not_compared += claims.len();
            return Ok(Vec::new());
        }
    };
    let authority = case.arguments.contains(&AUTHORITY).then_some(authority);
    let next = AtomicUsize::new(0);
    let doubtful = Mutex::new(Vec::new());
    let one = || {
        while let Some(claim) = claims.get(next.fetch_add(1, Ordering::Relaxed)) {
            let (listed, _) = run(case, &target, claim, network, authority, PATIENCE)?;
            if listed == claim.works {
                agreed(claim, tally);
            } else {
                doubtful.lock().expect("no holder panics").push(claim);
            }
        }
        Ok(())
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..at_once).map(|_| scope.spawn(one)).collect();
        threads.into_iter().try_for_each(|thread| thread.join().unwrap_or(Err("a thread panicked".to_owned())))
    })?;
    let mut disagreements = Vec::new();
    for claim in doubtful.into_inner().expect("no holder panics") {
        tally.lock().expect("no holder panics").again += 1;
        let (listed, said) = run(case, &target, claim, network, authority, PATIENCE_ALONE)?;
        if listed == claim.works {
            agreed(claim, tally);
        } else {
            let with = claim.setting.as_ref().map_or(String::new(), |setting| format!(" with '{}'", setting.text));
            let excerpt: Vec<&str> = said.lines().collect();
            let excerpt = excerpt[excerpt.len().saturating_sub(14)..].join("\n      | ");
            disagreements.push(format!(
                "{}{with} lists: {listed}, and the forecast says {}: {}\n      | {excerpt}",
                claim.client, claim.works, claim.said
            ));
        }
    }
    Ok(disagreements)
}

fn agreed(claim: &Claim, tally: &Mutex<Tally>) {
    let mut tally = tally.lock().expect("no holder panics");
    if claim.setting.is_some() {
        tally.settings += 1;
    } else {
        tally.agreed += 1;
    }
}

fn claims(report: &Value, target: &Target, tally: &Mutex<Tally>) -> Vec<Claim> {
    let mut claims = Vec::new();
    let mut tally = tally.lock().expect("no holder panics");
    for forecast in report["forecast"].as_array().into_iter().flatten() {
        let client = forecast["client"].as_str().unwrap_or_default().to_owned();
        if !ways::knows(&client) {
            continue;
        }
        if ways::is_too_old(&client, target) {
            tally.not_compared += 1;
            continue;
        }
        let said = forecast["why"].as_str().unwrap_or_default().to_owned();
        match forecast["works"].as_bool() {
            Some(works) => {
                claims.push(Claim { client: client.clone(), works, setting: None, said: said.clone() });
            }
            None => tally.unknown += 1,
        }
        match forecast["setting"].as_str().map(|text| ways::Setting::read(&client, text)) {
            Some(Some(setting)) => claims.push(Claim { client, works: true, setting: Some(setting), said }),
            Some(None) => tally.untried += 1,
            None => {}
        }
    }
    claims
}

/// Where the check went, and as whom.
fn target(case: &Case, report: &Value) -> Result<Target, String> {
    let found = &report["target"];
    let port = found["port"].as_u64().and_then(|port| u16::try_from(port).ok()).ok_or("the report has no port")?;
    let told = |way: &str| case.arguments.windows(2).any(|words| words == ["--tls", way]);
    Ok(Target {
        host: found["host"].as_str().unwrap_or_default().trim_matches(['[', ']']).to_owned(),
        port,
        implicit: found["security"] == "implicit-tls" || told("implicit"),
        encrypted: found["security"] != "plain" || told("explicit") || told("implicit"),
        ..Target::of(case)?
    })
}

/// Whether the client lists, and what it printed.
fn run(
    case: &Case,
    target: &Target,
    claim: &Claim,
    network: &Network,
    authority: Option<&Path>,
    patience: u64,
) -> Result<(bool, String), String> {
    let home = network::scratch().map_err(|error| error.to_string())?;
    if let Some(authority) = authority {
        std::fs::copy(authority, home.path().join("ca.pem")).map_err(|error| error.to_string())?;
    }
    let setting = claim.setting.clone().unwrap_or_default();
    let trust = if authority.is_some() { ways::Trust::Authority } else { ways::Trust::System };
    let way = ways::way(&claim.client, target, &setting, trust, patience);
    for (name, text) in way.file.iter().chain(&programs::file(&claim.client)?) {
        std::fs::write(home.path().join(name), text).map_err(|error| error.to_string())?;
    }
    let kind = if way.answers.is_empty() { Screen::Pipe } else { Screen::Terminal };
    let command = at_home(network, home.path(), &way.command);
    let ran = terminal::run(command, &way.answers, kind, Duration::from_secs(way.seconds))
        .map_err(|error| format!("{}: {error}", claim.client))?;
    let said = String::from_utf8_lossy(&ran.printed).into_owned();
    // Who talks to a person ends well whatever came of it.
    let well = ran.status == Some(0) && (kind == Screen::Pipe || said.contains("\n226"));
    let file = if case.server.kind == Kind::Serve { "readme.txt" } else { "hello.txt" };
    Ok((if case.server.empty { well } else { said.contains(file) }, said))
}
