//! `ftpmode check`: arguments into requests, requests into reports.

use std::cell::RefCell;
use std::net::IpAddr;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use futures_util::StreamExt;
use futures_util::stream;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use tokio::sync::watch;

use super::login::{self, LoginArgs};
use super::output::{self, OutputArgs};
use super::progress;
use crate::check::{Request, check};
use crate::engine::{Capture, Certificates, Family, Locate, Settings, USUAL_MAX_BYTES};
use crate::evidence::Evidence;
use crate::evidence::attempt::DataVerb;
use crate::evidence::case::Case;
use crate::evidence::security::{Protection, Security, Wanted};
use crate::evidence::target;
use crate::protocol::command::Command;
use crate::report::Report;

/// Targets checked side by side; each is another server.
const MOST_AT_ONCE: usize = 16;

/// Log in, try passive and active data connections in turn, and recommend a mode with the evidence for it
///
/// Says which directions get through the firewalls and NAT on the way, whose setting is wrong where one does not, and
/// what to do next on either side.
#[derive(Args, Debug)]
pub struct CheckArgs {
    /// What to check.
    #[arg(
        value_name = "TARGET",
        required = true,
        help = "host, host:port, [v6]:port, ftp://user@host:port/dir, ftpes://host (AUTH TLS) or ftps://host (implicit TLS)"
    )]
    targets: Vec<String>,
    /// Dial IPv4 addresses only
    #[arg(short = '4', long, conflicts_with = "ipv6")]
    ipv4: bool,
    /// Dial IPv6 addresses only
    #[arg(short = '6', long)]
    ipv6: bool,
    #[command(flatten)]
    login: LoginArgs,
    /// Encrypt the control connection; auto: where the server offers it or demands it, and at once at port 990
    #[arg(long, value_name = "WHEN", value_enum)]
    tls: Option<When>,
    /// Encrypt data connections under TLS (P), or not (C)
    #[arg(long, value_name = "LEVEL", value_enum, ignore_case = true, default_value_t = Level::P)]
    prot: Level,
    /// Trust the authorities in this file (PEM), instead of the system's
    #[arg(long, value_name = "FILE")]
    ca_file: Option<PathBuf>,
    /// Send the password even where nobody vouches for the server's certificate
    #[arg(long)]
    insecure: bool,
    /// List this folder instead of the one the login leads to
    #[arg(long, value_name = "FOLDER", value_parser = on_the_wire)]
    path: Option<String>,
    /// Download this file instead of a listing
    #[arg(long, value_name = "FILE", value_parser = on_the_wire)]
    retrieve: Option<String>,
    /// Stop a transfer after so many bytes, and count it as working
    #[arg(long, value_name = "BYTES", default_value_t = USUAL_MAX_BYTES, value_parser = clap::value_parser!(u64).range(1..))]
    max_bytes: u64,
    /// Try this method only (pasv, epsv, port, eprt); may be given several times
    #[arg(long = "method", value_name = "METHOD", value_parser = method)]
    methods: Vec<DataVerb>,
    /// Connect to a private address that 227 names, too
    #[arg(long)]
    trust_pasv_address: bool,
    /// The address that PORT and EPRT name, instead of this computer's own
    #[arg(long, value_name = "ADDRESS")]
    active_address: Option<IpAddr>,
    /// Listen at these ports in active mode
    #[arg(long, value_name = "LO-HI", value_parser = port_range)]
    active_ports: Option<RangeInclusive<u16>>,
    /// Start every connection from this address of this computer
    #[arg(long, value_name = "ADDRESS")]
    bind: Option<IpAddr>,
    /// Look for the place on the way where passive connections end; auto: where one is refused, dropped or unreachable
    #[arg(long, value_name = "WHEN", value_enum, default_value_t = LocateWhen::Auto)]
    locate: LocateWhen,
    /// Watch packets before this computer's own firewall, to tell what that drops; auto: where the rights allow it
    #[arg(long, value_name = "WHEN", value_enum, default_value_t = CaptureWhen::Auto)]
    capture: CaptureWhen,
    /// Try so many passive ports and no more (2 to 20), to learn the server's range and whether all of it is open
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(2..=20))]
    samples: Option<u8>,
    /// Transfer so many bytes, too, of the largest file listed or of --retrieve: 4MiB, 500kB, 1000000
    #[arg(long, value_name = "SIZE", value_parser = size)]
    transfer_size: Option<u64>,
    /// Ask the router on this side for a port (PCP, NAT-PMP, UPnP), and try active mode through it
    #[arg(long)]
    port_mapping: bool,
    /// Upload a file of --transfer-size (64 KiB without), read its size back and delete it
    #[arg(long)]
    upload: bool,
    /// Keep the control connection quiet for so long at the end, to see whether it survives; a --deadline must leave room
    /// for it
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration)]
    idle: Option<Duration>,
    /// Make the probes, too, that would not change the recommendation: six passive ports, the way, FTP helpers
    #[arg(long)]
    thorough: bool,
    /// How long a connection may stay unanswered before it counts as dropped [default: 3.5 s and a round trip]
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration)]
    timeout: Option<Duration>,
    /// The longest that a whole check may take, --idle included [default: 60s, and the time of --idle]
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration)]
    deadline: Option<Duration>,
    /// Write what was seen to this file, for `ftpmode report`
    #[arg(long, value_name = "FILE")]
    save: Option<PathBuf>,
    #[command(flatten)]
    output: OutputArgs,
}

#[derive(clap::ValueEnum, Clone, Copy, Debug)]
enum When {
    Auto,
    Off,
    /// AUTH TLS, as ftpes:// does
    Explicit,
    /// From the first byte on, as ftps:// does
    Implicit,
    /// In plain first, then with AUTH TLS, and compare
    Both,
}

#[derive(clap::ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
enum Level {
    #[value(name = "P")]
    P,
    #[value(name = "C")]
    C,
}

#[derive(clap::ValueEnum, Clone, Copy, Debug)]
enum CaptureWhen {
    Auto,
    Never,
}

/// The longest that a check takes where nobody says otherwise, but for a quiet time that was asked for.
const USUAL_DEADLINE: Duration = Duration::from_secs(60);

/// Passive ports that a thorough check tries.
const THOROUGH_SAMPLES: u8 = 6;

#[derive(clap::ValueEnum, Clone, Copy, Debug)]
enum LocateWhen {
    Auto,
    Always,
    Never,
}

pub async fn run(args: CheckArgs) -> ExitCode {
    let mut requests = Vec::new();
    for input in &args.targets {
        match request(&args, input) {
            Ok(request) => requests.push(request),
            Err(why) => return output::give_up(&args.output, &why),
        }
    }
    if args.save.is_some() && requests.len() > 1 {
        return output::give_up(&args.output, "--save takes one target");
    }
    if let Some(why) = output::no_room_for_several(&args.output).filter(|_| requests.len() > 1) {
        return output::give_up(&args.output, &why);
    }
    let (interrupted, watched) = watch::channel(());
    let progress = progress::Line::begin(requests.len());
    let reports = RefCell::new(Vec::new());
    let all = stream::iter(requests)
        .map(|request| one(request, watched.clone(), progress.sender()))
        .buffer_unordered(MOST_AT_ONCE);
    let saved = all.for_each(|evidence| {
        progress.clear();
        let evidence = output::shown_as_asked(&args.output, evidence);
        if let Some(failed) = save(&args, &evidence) {
            output::warn(&failed);
        }
        let report = Report::of(&evidence);
        output::print(&args.output, &report);
        reports.borrow_mut().push(report);
        std::future::ready(())
    });
    tokio::pin!(saved);
    tokio::select! {
        () = &mut saved => {}
        () = output::ended_by_signal() => {
            // Every check ends with what it has seen so far, and says QUIT.
            interrupted.send_replace(());
            saved.await;
        }
    }
    output::status(&args.output, reports.borrow().iter())
}

async fn one(request: Request, mut interrupted: watch::Receiver<()>, progress: watch::Sender<String>) -> Evidence {
    let interrupted = async move {
        if interrupted.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    check(request, interrupted, progress).await
}

/// Writes the evidence where asked. Returns what went wrong.
fn save(args: &CheckArgs, evidence: &Evidence) -> Option<String> {
    let path = args.save.as_ref()?;
    let text = match (Case { evidence: evidence.clone(), expect: None }).to_toml() {
        Ok(text) => text,
        Err(error) => return Some(error.to_string()),
    };
    std::fs::write(path, text).err().map(|error| format!("{} can't be written: {error}", path.display()))
}

fn request(args: &CheckArgs, input: &str) -> Result<Request, String> {
    // Port 990 is implicit TLS's own.
    let usual_port = if matches!(args.tls, Some(When::Implicit)) { 990 } else { 21 };
    let target = target::parse_with(input, usual_port)
        .map_err(|why| format!("'{}' is no target: {why}", output::shown(input)))?;
    let tls = match (args.tls, target.security) {
        (Some(When::Auto) | None, Security::ExplicitTls) => Wanted::Explicit,
        (Some(When::Auto) | None, Security::ImplicitTls) => Wanted::Implicit,
        (Some(When::Auto) | None, Security::Plain) => Wanted::Auto,
        (Some(When::Off), _) => Wanted::Off,
        (Some(When::Explicit), _) => Wanted::Explicit,
        (Some(When::Implicit), _) => Wanted::Implicit,
        (Some(When::Both), _) => Wanted::Both,
    };
    let login = login::decide(&args.login, &target).map_err(|error| output::chain(&error))?;
    let path = args.path.clone().or_else(|| target.path.clone());
    if let Some(path) = &path {
        Command::with("CWD", path.clone()).map_err(|why| format!("the folder can't be sent: {why}"))?;
    }
    let family = match (args.ipv4, args.ipv6) {
        (true, _) => Family::Ipv4,
        (_, true) => Family::Ipv6,
        _ => Family::Any,
    };
    Ok(Request {
        methods: args.methods.clone(),
        deadline: deadline(args)?,
        settings: Settings {
            target,
            login,
            tls,
            data: if args.prot == Level::C { Protection::Clear } else { Protection::Private },
            certificates: if args.insecure { Certificates::Any } else { Certificates::Trusted },
            authorities: args.ca_file.as_deref().map(authorities).transpose()?,
            family,
            bind: args.bind,
            active_address: args.active_address,
            active_ports: args.active_ports.clone(),
            trust_pasv_address: args.trust_pasv_address,
            path,
            retrieve: args.retrieve.clone(),
            max_bytes: args.max_bytes,
            capture: match args.capture {
                CaptureWhen::Auto => Capture::Auto,
                CaptureWhen::Never => Capture::Never,
            },
            samples: args.samples.or(args.thorough.then_some(THOROUGH_SAMPLES)),
            thorough: args.thorough,
            transfer_size: args.transfer_size,
            upload: args.upload,
            port_mapping: args.port_mapping,
            idle: args.idle,
            locate: match args.locate {
                LocateWhen::Auto if args.thorough => Locate::Always,
                LocateWhen::Auto => Locate::Auto,
                LocateWhen::Always => Locate::Always,
                LocateWhen::Never => Locate::Never,
            },
            timeout: args.timeout,
        },
    })
}

/// How long the check may take: what was asked for is all of it.
fn deadline(args: &CheckArgs) -> Result<Duration, String> {
    let idle = args.idle.unwrap_or_default();
    match args.deadline {
        None => Ok(USUAL_DEADLINE.saturating_add(idle)),
        Some(deadline) if args.idle.is_some() && idle >= deadline => Err(format!(
            "the deadline of {} leaves no room to keep the control connection quiet for {}: choose a longer --deadline or a \
             shorter --idle",
            humantime::format_duration(deadline),
            humantime::format_duration(idle)
        )),
        Some(deadline) => Ok(deadline),
    }
}

/// The certificates (DER) in a file in PEM.
fn authorities(path: &Path) -> Result<Vec<Vec<u8>>, String> {
    let shown = path.display();
    let read = CertificateDer::pem_file_iter(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let all = read.map_err(|error| format!("{shown} can't be read as PEM: {error}"))?;
    if all.is_empty() {
        return Err(format!("{shown} holds no certificate in PEM"));
    }
    Ok(all.into_iter().map(|der| der.to_vec()).collect())
}

/// An argument of a command: what could end its line early is refused.
fn on_the_wire(text: &str) -> Result<String, String> {
    Command::with("RETR", text).map_err(|why| why.to_string())?;
    Ok(text.to_owned())
}

fn method(name: &str) -> Result<DataVerb, String> {
    let known = DataVerb::ALL.into_iter().find(|verb| verb.name().eq_ignore_ascii_case(name));
    known.ok_or_else(|| format!("the methods are {}", DataVerb::ALL.map(DataVerb::name).join(", ").to_lowercase()))
}

/// `4MiB`, `500kB`, `1000000`: a number of bytes and its unit (IEC 80000-13).
fn size(text: &str) -> Result<u64, String> {
    let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
    let factor = match text[digits.len()..].trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "kb" | "k" => 1_000,
        "kib" => 1 << 10,
        "mb" | "m" => 1_000_000,
        "mib" => 1 << 20,
        "gb" | "g" => 1_000_000_000,
        "gib" => 1 << 30,
        _ => return Err("the units are B, kB, KiB, MB, MiB, GB and GiB".to_owned()),
    };
    let number: u64 = digits.parse().map_err(|_| "a size is wanted, as 4MiB".to_owned())?;
    number.checked_mul(factor).filter(|bytes| *bytes > 0).ok_or_else(|| "a size above 0 is wanted, as 4MiB".to_owned())
}

/// `50000-50100`, or one port.
fn port_range(text: &str) -> Result<RangeInclusive<u16>, String> {
    let (low, high) = text.split_once('-').unwrap_or((text, text));
    let port = |text: &str| text.trim().parse::<u16>().ok().filter(|&port| port != 0);
    match (port(low), port(high)) {
        (Some(low), Some(high)) if low <= high => Ok(low..=high),
        _ => Err("a range of ports is wanted, as 50000-50100".to_owned()),
    }
}
