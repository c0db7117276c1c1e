//! The lab: real FTP servers behind real NAT and firewalls, in network namespaces, each case held against its truth and
//! against curl, and lftp under TLS; and the recipes, followed to the letter.
//!
//!     cargo test --test lab                     all cases
//!     cargo test --test lab -- helper           those whose id holds "helper"
//!     cargo test --test lab -- --list           their ids and what they show
//!     cargo test --test lab -- --witness-only   the witnesses alone: whether the cases are what they say
//!     cargo test --test lab -- --save DIR       what each check saw, as case files
//!     cargo test --test lab -- --dialogues DIR  what was said on the control connections, as fixtures/dialogues has it
//!
//! It runs as root on Linux; elsewhere it says why it is skipped.

#![allow(unsafe_code, clippy::print_stdout)]

use std::io::Write;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

mod cases;
mod dialogue;
mod judge;
mod network;
mod recipes;
mod servers;
mod stub;
mod tls;
mod witness;

use cases::Case;
use judge::{Asked, Outcome};

/// Cases wait more than they compute: more of them than processors.
const SIDE_BY_SIDE: usize = 10;

struct Options {
    filter: Option<String>,
    list: bool,
    asked: Asked,
    keep: judge::Keep,
}

fn main() {
    let mut arguments = std::env::args().skip(1).peekable();
    if arguments.peek().is_some_and(|first| first == stub::ARGUMENT) {
        return stub::run(&arguments.nth(1).unwrap_or_default());
    }
    let options = options(arguments);
    let chosen: Vec<&Case> = cases::all()
        .into_iter()
        .filter(|case| options.filter.as_ref().is_none_or(|filter| case.id.contains(filter.as_str())))
        .collect();
    let promises: Vec<&recipes::Promise> = recipes::ALL
        .iter()
        .filter(|promise| options.filter.as_ref().is_none_or(|filter| promise.id.contains(filter.as_str())))
        .collect();
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
    let failed = run(&chosen, &kit, &options) + recipes::run(&promises, &kit);
    // exit drops nothing, and the certificates lie in a temporary folder.
    drop(kit);
    std::process::exit(i32::from(failed > 0));
}

fn run(chosen: &[&Case], kit: &servers::Kit, options: &Options) -> usize {
    let begun = Instant::now();
    let next = AtomicUsize::new(0);
    let failures: Mutex<Vec<String>> = Mutex::default();
    std::thread::scope(|scope| {
        for _ in 0..SIDE_BY_SIDE.min(chosen.len()) {
            scope.spawn(|| {
                while let Some(case) = chosen.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let begun = Instant::now();
                    let outcome = std::panic::catch_unwind(|| judge::judge(case, kit, options.asked, &options.keep))
                        .unwrap_or_else(|_| Outcome::broken("the lab itself panicked"));
                    tell(case, &outcome, begun.elapsed());
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
    println!("{} passed, {} failed", chosen.len() - failures.len(), failures.len());
    failures.len()
}

fn tell(case: &Case, outcome: &Outcome, took: Duration) {
    let word = if outcome.complaints.is_empty() { "ok" } else { "FAILED" };
    let mut out = std::io::stdout().lock();
    let line = format!("{word:6} {:34} {:5.1} s  {}", case.id, took.as_secs_f64(), outcome.line());
    writeln!(out, "{line}").and_then(|()| out.flush()).expect("standard output is open");
}

fn options(mut arguments: impl Iterator<Item = String>) -> Options {
    let mut options = Options { filter: None, list: false, asked: Asked::Both, keep: judge::Keep::default() };
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--list" => options.list = true,
            "--witness-only" => options.asked = Asked::Witness,
            "--save" => options.keep.cases = arguments.next().map(PathBuf::from),
            "--dialogues" => options.keep.dialogues = arguments.next().map(PathBuf::from),
            // What test runners hand to every test program.
            "--test-threads" | "--format" | "--color" => drop(arguments.next()),
            flag if flag.starts_with('-') => {}
            word => options.filter = Some(word.to_owned()),
        }
    }
    options
}
