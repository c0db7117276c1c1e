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
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::Duration;

use crate::network::Network;

/// The hidden argument that makes this binary the program in the middle.
const HIDDEN: &str = "--hold-packets";
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
        let command = command.args([HIDDEN, &hold]).args(SIDES).stdin(Stdio::piped()).stdout(Stdio::piped());
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

/// Becomes the program in the middle where the arguments ask for it; `None` where they do not.
pub fn program(arguments: &[String]) -> Option<Result<ExitCode, Box<dyn Error>>> {
    match arguments {
        [hidden, hold, sides @ ..] if hidden == HIDDEN => Some(hold_packets(hold, sides).map(|()| ExitCode::SUCCESS)),
        _ => None,
    }
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
