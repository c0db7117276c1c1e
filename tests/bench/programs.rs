//! The programs that are compared, what each is asked, and how long it takes.

use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::network::Network;
use crate::servers::{Kind, Server};
use crate::tls::Tls;

/// Nobody is waited for longer.
pub const CAP: Duration = Duration::from_secs(20);
/// The server of every path.
pub const SERVER: &str = "198.18.0.20";
pub const FTPMODE: &str = env!("CARGO_BIN_EXE_ftpmode");

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Program {
    Ftpmode,
    /// With AUTH TLS, by a server that offers it.
    FtpmodeTls,
    CurlPassive,
    CurlActive,
    LftpPassive,
    LftpActive,
}

pub const IN_PLAIN: [Program; 5] =
    [Program::Ftpmode, Program::CurlPassive, Program::CurlActive, Program::LftpPassive, Program::LftpActive];
/// A program's active mode comes behind its passive one.
pub const ALL: [Program; 6] = [
    Program::Ftpmode,
    Program::FtpmodeTls,
    Program::CurlPassive,
    Program::CurlActive,
    Program::LftpPassive,
    Program::LftpActive,
];

/// How a program ended.
pub enum Ended {
    /// ftpmode's recommendation, how many methods moved data, and over how many control connections.
    Verdict {
        recommendation: String,
        working: usize,
        controls: usize,
        report: String,
    },
    Listed,
    Failed(String),
    OutOfTime,
}

pub struct Run {
    pub took: Duration,
    pub ended: Ended,
}

impl Program {
    pub fn name(self) -> &'static str {
        match self {
            Self::Ftpmode => "ftpmode, four methods",
            Self::FtpmodeTls => "ftpmode, explicit TLS",
            Self::CurlPassive => "curl, passive",
            Self::CurlActive => "curl, active",
            Self::LftpPassive => "lftp, passive",
            Self::LftpActive => "lftp, active",
        }
    }

    /// The program and its arguments, for a server at `host`, which may name a port. No program reads a file of its user's.
    pub fn line(self, host: &str) -> Vec<String> {
        let url = format!("ftp://{host}/");
        let lftp = |passive: &str| {
            let script = format!(
                "set ftp:passive-mode {passive}; set net:max-retries 1; set cmd:fail-exit true; open {url}; ls; exit"
            );
            vec!["lftp".to_owned(), "--norc".to_owned(), "-e".to_owned(), script]
        };
        let plain = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        match self {
            Self::Ftpmode => plain(&[FTPMODE, "check", host, "--format", "json"]),
            Self::FtpmodeTls => plain(&[FTPMODE, "check", host, "--format", "json", "--tls", "explicit", "--insecure"]),
            Self::CurlPassive => plain(&["curl", "-q", "-sS", &url]),
            Self::CurlActive => plain(&["curl", "-q", "-sS", "--ftp-port", "-", &url]),
            Self::LftpPassive => lftp("true"),
            Self::LftpActive => lftp("false"),
        }
    }

    /// Runs it on the client's host, from its start to its end.
    pub fn run(self, network: &Network) -> Result<Run, String> {
        let mut command = network.command("c", "timeout");
        command.args(["-s", "KILL", &CAP.as_secs().to_string()]).args(self.line(SERVER));
        let begun = Instant::now();
        let output = bare(&mut command).stdin(Stdio::null()).output().map_err(|error| error.to_string())?;
        let took = begun.elapsed();
        let said = String::from_utf8_lossy(&output.stdout);
        let killed = output.status.code() == Some(137) || output.status.signal() == Some(libc::SIGKILL);
        let ended = match self {
            _ if killed => Ended::OutOfTime,
            Self::Ftpmode | Self::FtpmodeTls => {
                verdict(&output.stdout).map_err(|why| format!("ftpmode's report: {why}"))?
            }
            _ if output.status.success() && said.contains("hello.txt") => Ended::Listed,
            _ => Ended::Failed(String::from_utf8_lossy(&output.stderr).trim().to_owned()),
        };
        Ok(Run { took, ended })
    }
}

/// Writes ftpmode's report into a folder, where one is given.
pub fn save(run: &Run, folder: Option<&Path>, name: &str) -> Result<(), String> {
    let (Some(folder), Ended::Verdict { report, .. }) = (folder, &run.ended) else { return Ok(()) };
    let written = std::fs::create_dir_all(folder).and_then(|()| std::fs::write(folder.join(name), report));
    written.map_err(|error| format!("{}: {error}", folder.display()))
}

/// A server that leaves nobody behind: vsftpd's sessions would live on in network namespaces of their own.
pub fn server(kind: Kind) -> Server {
    let settings = if kind == Kind::Vsftpd { "isolate_network=NO" } else { "" };
    Server { kind, port: 21, settings, empty: false, tls: None }
}

/// The same, offering TLS.
pub fn server_with_tls(kind: Kind) -> Server {
    Server { tls: Some(Tls::OFFERED), ..server(kind) }
}

/// Ends what runs on a host, and returns when it is gone: a session that lives on holds its server's port.
pub fn end_all(network: &Network, host: &str) -> Result<(), String> {
    let begun = Instant::now();
    loop {
        let mut list = Command::new("ip");
        let output =
            list.args(["netns", "pids", &network.namespace(host)]).output().map_err(|error| error.to_string())?;
        let running = String::from_utf8_lossy(&output.stdout);
        let mut running = running.lines().filter_map(|line| line.trim().parse().ok()).peekable();
        if running.peek().is_none() {
            return Ok(());
        }
        if begun.elapsed() > CAP {
            return Err("an earlier server does not end".to_owned());
        }
        for pid in running {
            // SAFETY: kill takes any pid; these run in a namespace that only this bench made.
            unsafe { libc::kill(pid, libc::SIGKILL) };
        }
    }
}

/// Takes this user's settings from a command: proxies, configuration, language.
pub fn bare(command: &mut Command) -> &mut Command {
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default()).env("HOME", "/nonexistent")
}

fn verdict(json: &[u8]) -> serde_json::Result<Ended> {
    let report: serde_json::Value = serde_json::from_slice(json)?;
    let attempts = report["attempts"].as_array().map(Vec::as_slice).unwrap_or_default();
    Ok(Ended::Verdict {
        recommendation: report["verdict"]["recommendation"].as_str().unwrap_or("nothing").to_owned(),
        // Whether a session has to be resumed is found out besides.
        working: attempts
            .iter()
            .filter(|attempt| attempt["works"] == true && attempt["protection"] != "new-session")
            .count(),
        controls: report["evidence"]["controls"].as_array().map_or(0, Vec::len),
        report: format!("{report:#}\n"),
    })
}
