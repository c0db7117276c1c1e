//! From the start of the process to what it first sends, on this host's loopback. The clock starts before fork and exec.

use std::error::Error;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::programs::{Program, bare};
use crate::table::{self, Promise, median, milliseconds};

const TIMES: usize = 20;
const TARGET: Duration = Duration::from_millis(5);
const PATIENCE: Duration = Duration::from_secs(10);

/// Whoever connects is timed, then greeted, and timed again when the first byte comes.
pub fn measure() -> Result<Promise, Box<dyn Error>> {
    let mut rows = Vec::new();
    let mut missed = Vec::new();
    for program in [Program::Ftpmode, Program::CurlPassive, Program::LftpPassive] {
        // The first brings the program from the disk, and does not count.
        once(program)?;
        let times = (0..TIMES).map(|_| once(program)).collect::<Result<Vec<_>, _>>()?;
        let [connected, first_byte] = [0, 1].map(|which| median(times.iter().map(|both| both[which]).collect()));
        if program == Program::Ftpmode && first_byte >= TARGET {
            missed.push(milliseconds(first_byte));
        }
        let name = program.name().split(',').next().unwrap_or_default().to_owned();
        rows.push(vec![name, milliseconds(connected), milliseconds(first_byte)]);
    }
    table::print(
        &format!("Process start to the first byte sent; fork and exec included, median of {TIMES}"),
        &["", "connection", "first byte"],
        &rows,
    );
    Ok(Promise::new("process start to first byte sent: under 5 ms", &missed))
}

fn once(program: Program) -> Result<[Duration; 2], Box<dyn Error>> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    // Linux bounds accept by the same option as read.
    socket2::SockRef::from(&listener).set_read_timeout(Some(PATIENCE))?;
    let line = program.line(&listener.local_addr()?.to_string());
    let mut command = Command::new(&line[0]);
    bare(&mut command).args(&line[1..]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let begun = Instant::now();
    let mut child = command.spawn()?;
    let timed = first_byte(&listener, begun);
    child.kill()?;
    child.wait()?;
    Ok(timed.map_err(|why| format!("{} sent nothing: {why}", line[0]))?)
}

fn first_byte(listener: &TcpListener, begun: Instant) -> std::io::Result<[Duration; 2]> {
    let (mut stream, _) = listener.accept()?;
    let connected = begun.elapsed();
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(b"220 ready\r\n")?;
    stream.read_exact(&mut [0])?;
    Ok([connected, begun.elapsed()])
}
