//! A path of any length: a TUN device in the transit router that holds every packet for half a round trip.
//!
//! Question: netem? Choice: a TUN device and this program. Reason: not every kernel has netem, and every machine that
//! can build the lab has TUN. Price: packets cross user space, which costs some tens of microseconds each way.
//!
//! What enters the router from either side is routed into the device, and what the device gives back is routed as
//! usual: no packet meets it twice. Dropping the [`Wire`] ends the program, the device goes with it, and routing falls
//! back to the direct way.

mod tun;

use std::error::Error;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use crate::network::Network;
use crate::table::median;

/// The hidden arguments that make this binary the program in the middle, and one that dials.
const HOLD: &str = "--hold-packets";
const DIAL: &str = "--dial";
const DIALS: usize = 5;
const DEVICE: &str = "wire";
const TABLE: &str = "100";
const READY: &str = "ready\n";
/// The router's interfaces.
const SIDES: [&str; 2] = ["lan", "wan"];

/// A path with a round trip of its own, for as long as this lives.
pub struct Wire {
    program: Child,
}

impl Wire {
    /// Stretches the way through the network's transit router to `round_trip`.
    pub fn stretch(network: &Network, round_trip: Duration) -> Result<Self, Box<dyn Error>> {
        let hold = (round_trip / 2).as_micros().to_string();
        let own = std::env::current_exe()?;
        let mut command = network.command("t", own.to_str().ok_or("this program's path is no text")?);
        let command = command.args([HOLD, &hold]).args(SIDES).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut wire = Self { program: command.spawn()? };
        let mut ready = String::new();
        let said = wire.program.stdout.take().ok_or("the wire has no output")?;
        BufReader::new(said).read_line(&mut ready)?;
        if ready == READY { Ok(wire) } else { Err(format!("the wire did not come up: {ready}").into()) }
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        // The program ends when its input does; that also happens when this process is killed.
        drop(self.program.stdin.take());
        let _ = self.program.wait();
    }
}

/// How long it takes from the client's host to join a connection to port 21, which is a round trip: the median of some.
pub fn round_trip(network: &Network, host: &str) -> Result<Duration, Box<dyn Error>> {
    let own = std::env::current_exe()?;
    let mut command = network.command("c", own.to_str().ok_or("this program's path is no text")?);
    let output = command.args([DIAL, host]).output()?;
    Ok(Duration::from_micros(String::from_utf8(output.stdout)?.trim().parse()?))
}

/// Becomes one of the hidden programs where the arguments ask for it; `None` where they do not.
pub fn program(arguments: &[String]) -> Option<Result<ExitCode, Box<dyn Error>>> {
    let done = match arguments {
        [hidden, hold, sides @ ..] if hidden == HOLD => hold_packets(hold, sides),
        [hidden, host] if hidden == DIAL => dial(host),
        _ => return None,
    };
    Some(done.map(|()| ExitCode::SUCCESS))
}

fn dial(host: &str) -> Result<(), Box<dyn Error>> {
    let mut times = Vec::new();
    for _ in 0..DIALS {
        let begun = Instant::now();
        let joined = TcpStream::connect((host, 21))?;
        times.push(begun.elapsed());
        drop(joined);
    }
    println!("{}", median(times).as_micros());
    Ok(())
}

fn hold_packets(hold: &str, sides: &[String]) -> Result<(), Box<dyn Error>> {
    let hold = Duration::from_micros(hold.parse()?);
    let device = tun::Tun::open(DEVICE)?;
    ip(&["link", "set", DEVICE, "up"])?;
    // A packet comes back from the device although the way to its sender leads elsewhere.
    for interface in [DEVICE, "all"] {
        std::fs::write(format!("/proc/sys/net/ipv4/conf/{interface}/rp_filter"), "0")?;
    }
    for family in ["-4", "-6"] {
        ip(&[family, "route", "replace", "default", "dev", DEVICE, "table", TABLE])?;
        for side in sides {
            ip_unless_there(&[family, "rule", "add", "iif", side, "lookup", TABLE])?;
        }
    }
    print!("{READY}");
    std::io::stdout().flush()?;
    tun::hold(&device, hold)?;
    Ok(())
}

fn ip(arguments: &[&str]) -> Result<(), Box<dyn Error>> {
    let done = Command::new("ip").args(arguments).output()?;
    let said = String::from_utf8_lossy(&done.stderr);
    if done.status.success() { Ok(()) } else { Err(format!("ip {}: {said}", arguments.join(" ")).into()) }
}

/// The rules of an earlier wire stay behind, and serve this one.
fn ip_unless_there(arguments: &[&str]) -> Result<(), Box<dyn Error>> {
    ip(arguments).or_else(|failed| if failed.to_string().contains("File exists") { Ok(()) } else { Err(failed) })
}
