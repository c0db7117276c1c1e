//! The bench: `ftpmode` beside curl and lftp, held against what it promises. One run prints it all.
//!
//!     cargo test --release --test bench                  fails where a promise is missed
//!     cargo test --release --test bench -- --no-fail     only prints
//!     cargo test --release --test bench -- --save DIR    ftpmode's reports too: where did the time go?
//!
//! Paths are the lab's, stretched by [`wire`]. It runs as root on Linux.

#![allow(unsafe_code, clippy::print_stdout)]

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

mod dropped;
#[path = "../lab/network.rs"]
#[allow(dead_code, reason = "the lab has more kinds of gateways")]
mod network;
mod open;
mod programs;
#[path = "../lab/servers.rs"]
#[allow(dead_code, reason = "the lab has more kinds of servers")]
mod servers;
mod start;
#[path = "../lab/stub.rs"]
#[allow(dead_code, reason = "the lab's servers name it")]
mod stub;
mod table;
#[path = "../lab/tls.rs"]
#[allow(dead_code, reason = "the lab's servers name it")]
mod tls;
mod wire;

use table::Promise;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let outcome = wire::program(&arguments).unwrap_or_else(|| bench(&options(&arguments)));
    match outcome {
        Ok(code) => code,
        Err(why) => {
            println!("the bench cannot run: {why}");
            ExitCode::FAILURE
        }
    }
}

struct Options {
    only_print: bool,
    save: Option<PathBuf>,
}

fn options(arguments: &[String]) -> Options {
    let save = arguments.iter().skip_while(|argument| *argument != "--save").nth(1);
    Options { only_print: arguments.iter().any(|argument| argument == "--no-fail"), save: save.map(PathBuf::from) }
}

fn bench(options: &Options) -> Result<ExitCode, Box<dyn Error>> {
    if let Some(why) = network::why_not_here() {
        return Err(why.into());
    }
    network::sweep_on_signals();
    network::sweep_leftovers();
    let kit = servers::Kit::unpack()?;
    let save = options.save.as_deref();
    let [open, tls] = open::measure(&kit, save)?;
    let promises = [start::measure()?, open, tls, dropped::measure(&kit, save)?];
    promises.iter().for_each(Promise::print);
    let missed = promises.iter().filter(|promise| promise.missed.is_some()).count();
    println!("{} passed, {missed} failed", promises.len() - missed);
    Ok(if missed == 0 || options.only_print { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
