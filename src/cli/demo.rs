//! `ftpmode demo`: the built-in server on loopback, checked healthy and in three failures. Needs no network.

use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use tokio::sync::watch;

use super::output::{self, OutputArgs};
use crate::check::{Request, check};
use crate::engine::Settings;
use crate::evidence::target::Target;
use crate::report::Report;
use crate::serve::{self, FAULTS, Fault};

/// Show four reports, from a server started for them on this computer
#[derive(Args, Debug)]
pub struct DemoArgs {
    #[command(flatten)]
    output: OutputArgs,
}

/// What is shown, and the faults that make it so.
static SCENES: &[(&str, &[Fault])] = &[
    ("1. A healthy server", &[]),
    (
        "2. A server behind NAT that names its private address, and refuses PORT",
        &[Fault::PrivateAddress, Fault::PortRefused],
    ),
    ("3. A passive port that nobody forwards", &[Fault::PassiveRefused]),
    ("4. Nothing gets through in either direction", &[Fault::PassiveRefused, Fault::NoCallback]),
];

pub async fn run(args: &DemoArgs) -> ExitCode {
    for (title, faults) in SCENES {
        if let Err(error) = show(args, title, faults).await {
            return output::fail_with("the demo's server can't be started", &error);
        }
    }
    ExitCode::SUCCESS
}

async fn show(args: &DemoArgs, title: &str, faults: &[Fault]) -> std::io::Result<()> {
    let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let server =
        serve::start(serve::Settings { listen, faults: faults.to_vec(), ..serve::Settings::default() }).await?;
    let address = server.address();
    let (progress, _) = watch::channel(String::new());
    let report = Report::of(&check(request(address), std::future::pending(), progress).await);
    let played = FAULTS.iter().filter(|entry| faults.contains(&entry.fault));
    let named: Vec<String> = played.map(|entry| format!("--fault {}", entry.name)).collect();
    let mut out = std::io::stdout();
    let _ = writeln!(out, "{title}\n$ ftpmode serve {}   and   $ ftpmode check {address}\n", named.join(" "));
    output::print(&args.output, &report);
    output::status(&args.output, [&report]);
    let _ = writeln!(out);
    server.stop().await;
    Ok(())
}

fn request(address: SocketAddr) -> Request {
    let settings = Settings::usual(Target::endpoint(address));
    Request { settings, methods: Vec::new(), deadline: Duration::from_secs(30) }
}
