//! Runs a program before a pipe or a terminal of its own, answers its prompts, and keeps what it printed in its order.

use std::ffi::{CStr, OsStr};
use std::fs::File;
use std::io::{Error, Read, Result, Write};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// What a run left.
pub struct Ran {
    pub printed: Vec<u8>,
    /// The exit status, where the program came to one.
    pub status: Option<i32>,
    pub killed: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Output and errors go to the same pipe, and nobody types.
    Pipe,
    /// Both go to a terminal, and what is typed is seen too.
    Terminal,
}

/// How long what a killed program has printed may take to be read.
const AFTERWARDS: Duration = Duration::from_millis(200);

/// Runs until the program ends, or kills it when its time is up. An answer is typed when its prompt stands at the end;
/// those before it, whose prompt never came, are passed over.
pub fn run(mut command: Command, answers: &[(&str, String)], kind: Kind, patience: Duration) -> Result<Ran> {
    let mut screen = match kind {
        Kind::Pipe => pipe(&mut command)?,
        Kind::Terminal => terminal(&mut command)?,
    };
    let mut child = command.spawn()?;
    // Else this process would hold the other end open, and never see the end.
    drop(command);
    let deadline = Instant::now() + patience;
    let mut answers = answers.iter();
    let (mut printed, mut looked_at) = (Vec::new(), 0);
    let mut killed = false;
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            let _ = child.kill();
            killed = true;
        }
        // A killed program may leave another that holds its screen open.
        match readable(&screen, if killed { AFTERWARDS } else { left })? {
            true => {}
            false if killed => break,
            false => continue,
        }
        let mut buffer = [0; 4096];
        match screen.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => printed.extend_from_slice(&buffer[..count]),
            // How a terminal says that nobody is left on its other side.
            Err(error) if error.raw_os_error() == Some(libc::EIO) => break,
            Err(error) => return Err(error),
        }
        let mut later = answers.clone();
        if let Some((_, answer)) = later.find(|(prompt, _)| printed[looked_at..].ends_with(prompt.as_bytes())) {
            screen.write_all(format!("{answer}\n").as_bytes())?;
            looked_at = printed.len();
            answers = later;
        }
    }
    let status = child.wait()?;
    Ok(Ran { printed, status: status.code(), killed: killed || status.signal() == Some(libc::SIGKILL) })
}

fn pipe(command: &mut Command) -> Result<File> {
    let (reader, writer) = std::io::pipe()?;
    command.stdin(Stdio::null()).stdout(writer.try_clone()?).stderr(writer);
    Ok(File::from(OwnedFd::from(reader)))
}

fn terminal(command: &mut Command) -> Result<File> {
    // Programs that start at the same moment elsewhere must get neither end, or this one would seem never to end.
    let mut name = [0; 64];
    // SAFETY: the first three only take numbers; the last fills an array of this frame, whose length it is told.
    let (ours, opened) = unsafe {
        let ours = libc::posix_openpt(libc::O_RDWR | libc::O_NOCTTY | libc::O_CLOEXEC);
        let opened = ours >= 0
            && libc::grantpt(ours) == 0
            && libc::unlockpt(ours) == 0
            && libc::ptsname_r(ours, name.as_mut_ptr(), name.len()) == 0;
        (ours, opened)
    };
    if !opened {
        return Err(Error::last_os_error());
    }
    // SAFETY: posix_openpt has just given it, and nobody else has it; the name ends with a zero.
    let (ours, name) = unsafe { (File::from_raw_fd(ours), CStr::from_ptr(name.as_ptr())) };
    let mut options = File::options();
    let theirs =
        options.read(true).write(true).custom_flags(libc::O_NOCTTY).open(OsStr::from_bytes(name.to_bytes()))?;
    // SAFETY: the terminal is open, termios is plain data that tcgetattr fills; between fork and exec there are two
    // system calls and nothing else.
    unsafe {
        let mut settings: libc::termios = std::mem::zeroed();
        libc::tcgetattr(theirs.as_raw_fd(), &raw mut settings);
        // People copy lines, not carriage returns.
        settings.c_oflag &= !libc::ONLCR;
        libc::tcsetattr(theirs.as_raw_fd(), libc::TCSANOW, &raw const settings);
        // A session of its own, since a password is read from the controlling terminal.
        command.pre_exec(|| {
            libc::setsid();
            libc::ioctl(0, libc::TIOCSCTTY, 0);
            Ok(())
        });
    }
    command.stdin(theirs.try_clone()?).stdout(theirs.try_clone()?).stderr(theirs);
    Ok(ours)
}

/// Waits until there is something to read, or for this long.
fn readable(file: &File, at_most: Duration) -> Result<bool> {
    let mut asked = libc::pollfd { fd: file.as_raw_fd(), events: libc::POLLIN, revents: 0 };
    let milliseconds = i32::try_from(at_most.as_millis() + 1).unwrap_or(i32::MAX);
    // SAFETY: one structure of this frame is passed, and its count.
    match unsafe { libc::poll(&raw mut asked, 1, milliseconds) } {
        -1 => Err(Error::last_os_error()),
        ready => Ok(ready > 0),
    }
}
