//! The lab: real FTP servers behind real NAT and firewalls, in network namespaces, each case held against its truth and
//! against curl, and lftp under TLS; what the report forecasts of Debian's FTP clients, against those clients; and the
//! recipes, followed to the letter.
//!
//!     cargo test --test lab                     all cases
//!     cargo test --test lab -- helper           those whose id holds "helper"
//!     cargo test --test lab -- --list           their ids and what they show
//!     cargo test --test lab -- --witness-only   the witnesses alone: whether the cases are what they say
//!     cargo test --test lab -- --save DIR       what each check saw, as case files
//!     cargo test --test lab -- --dialogues DIR  what was said on the control connections, as fixtures/dialogues has it
//!     cargo test --test lab -- --logs DIR       what Debian's FTP clients print in each case, as fixtures/logs has it
//!
//! More than one word chooses the cases whose id holds any of them; `=word` those that are called so.
//!
//! It runs as root on Linux; elsewhere it says why it is skipped.

#![allow(unsafe_code, clippy::print_stdout)]

use std::io::Write;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

mod agreement;
mod cases;
mod clients;
mod dialogue;
mod judge;
mod network;
mod programs;
mod recipes;
mod servers;
mod stub;
mod terminal;
mod tls;
mod witness;

use cases::Case;
use judge::{Asked, Outcome};

/// Cases wait more than they compute: more of them than processors.
const SIDE_BY_SIDE: usize = 10;
/// Where each brings many clients with it, of which some open windows.
const SIDE_BY_SIDE_WITH_CLIENTS: usize = 4;

/// So many cases are of every kind.
const MANY: usize = 100;

struct Options {
    filters: Vec<String>,
    list: bool,
    asked: Asked,
    keep: judge::Keep,
    /// Where what clients print is to be written, in the place of the check.
    logs: Option<PathBuf>,
}

impl Options {
    fn chooses(&self, id: &str) -> bool {
        let chosen = |filter: &String| match filter.strip_prefix('=') {
            Some(whole) => id == whole,
            None => id.contains(filter.as_str()),
        };
        self.filters.is_empty() || self.filters.iter().any(chosen)
    }
}

fn main() {
    let mut arguments = std::env::args().skip(1).peekable();
    if arguments.peek().is_some_and(|first| first == stub::ARGUMENT) {
        return stub::run(&arguments.nth(1).unwrap_or_default());
    }
    let options = options(arguments);
    let chosen: Vec<&Case> = cases::all().into_iter().filter(|case| options.chooses(case.id)).collect();
    let promises: Vec<&recipes::Promise> =
        recipes::ALL.iter().filter(|promise| options.logs.is_none() && options.chooses(promise.id)).collect();
    if options.list {
        chosen.iter().for_each(|case| println!("{:34} {}", case.id, case.shows));
        promises.iter().for_each(|promise| println!("{:34} {}", promise.id, promise.shows));
        return;
    }
    if let Some(why) = network::why_not_here() {
        println!("the lab is skipped: {why}");
        println!("0 passed, 0 failed, {} skipped", chosen.len() + promises.len());
        return;
    }
    network::sweep_on_signals();
    network::sweep_leftovers();
    let kit = match servers::Kit::unpack() {
        Ok(kit) => kit,
        Err(why) => {
            println!("the servers can't be had: {why}");
            println!("0 passed, {} failed", chosen.len() + promises.len());
            std::process::exit(1);
        }
    };
    let clients = match options.logs.as_ref().map(|_| clients::Clients::find()).transpose() {
        Ok(clients) => clients,
        Err(why) => {
            println!("the clients can't be had: {why}");
            println!("on Debian: make tools, and apt-get install filezilla xvfb");
            std::process::exit(1);
        }
    };
    let side_by_side = if clients.is_some() { SIDE_BY_SIDE_WITH_CLIENTS } else { SIDE_BY_SIDE };
    let failed = run(&chosen, side_by_side, |case| match (&clients, &options.logs) {
        (Some(clients), Some(folder)) => judge::write_logs(case, &kit, clients, folder),
        _ => judge::judge(case, &kit, options.asked, &options.keep),
    });
    drop(clients);
    let failed = failed + recipes::run(&promises, &kit);
    // exit drops nothing, and the certificates lie in a temporary folder.
    drop(kit);
    std::process::exit(i32::from(failed > 0));
}

fn run(
    chosen: &[&Case],
    side_by_side: usize,
    one: impl Fn(&Case) -> Outcome + Sync + std::panic::RefUnwindSafe,
) -> usize {
    let begun = Instant::now();
    let next = AtomicUsize::new(0);
    let failures: Mutex<Vec<String>> = Mutex::default();
    let tally: Mutex<agreement::Tally> = Mutex::default();
    std::thread::scope(|scope| {
        for _ in 0..side_by_side.min(chosen.len()) {
            scope.spawn(|| {
                while let Some(case) = chosen.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let begun = Instant::now();
                    let outcome = std::panic::catch_unwind(|| one(case))
                        .unwrap_or_else(|_| Outcome::broken("the lab itself panicked"));
                    tell(case, &outcome, begun.elapsed());
                    tally.lock().expect("no holder panics").add(outcome.tally);
                    if !outcome.complaints.is_empty() {
                        let text = format!("--- {}: {}\n{}\n", case.id, case.shows, outcome.details());
                        failures.lock().expect("no holder panics").push(text);
                    }
                }
            });
        }
    });
    let failures = failures.into_inner().expect("no holder panics");
    for failure in &failures {
        print!("\n{failure}");
    }
    println!("\n{} cases in {:.1} s", chosen.len(), begun.elapsed().as_secs_f64());
    let tally = tally.into_inner().expect("no holder panics");
    if tally.agreed + tally.unknown + tally.not_compared > 0 {
        println!("{}", tally.line());
    }
    println!("{} passed, {} failed", chosen.len() - failures.len(), failures.len());
    // A few cases may be of luck alone.
    let mute = chosen.len() > MANY && !tally.tells();
    if mute {
        println!("too many forecasts say that it is not known");
    }
    failures.len() + usize::from(mute)
}

fn tell(case: &Case, outcome: &Outcome, took: Duration) {
    let word = if outcome.complaints.is_empty() { "ok" } else { "FAILED" };
    let mut out = std::io::stdout().lock();
    let mut line = format!("{word:6} {:34} {:5.1} s  {}", case.id, took.as_secs_f64(), outcome.line());
    if let (agreement::Clients::NotCompared(why), true) = (case.clients, outcome.tally.not_compared > 0) {
        line += &format!(" (no client is held against its forecast: {why})");
    }
    writeln!(out, "{line}").and_then(|()| out.flush()).expect("standard output is open");
}

fn options(mut arguments: impl Iterator<Item = String>) -> Options {
    let mut options =
        Options { filters: Vec::new(), list: false, asked: Asked::Both, keep: judge::Keep::default(), logs: None };
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--list" => options.list = true,
            "--witness-only" => options.asked = Asked::Witness,
            "--save" => options.keep.cases = arguments.next().map(PathBuf::from),
            "--logs" => options.logs = arguments.next().map(PathBuf::from),
            "--dialogues" => options.keep.dialogues = arguments.next().map(PathBuf::from),
            // What test runners hand to every test program.
            "--test-threads" | "--format" | "--color" => drop(arguments.next()),
            flag if flag.starts_with('-') => {}
            word => options.filters.push(word.to_owned()),
        }
    }
    options
}
