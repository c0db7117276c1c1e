//! The TUN device, and the queue behind it. All packets are held for the same time, so the queue keeps their order.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{ErrorKind, Read, Result, Write};
use std::os::fd::{AsRawFd, RawFd};
use std::os::unix::fs::OpenOptionsExt;
use std::ptr;
use std::time::{Duration, Instant};

/// The largest IP packet.
const LARGEST: usize = 65_535;

/// A device that packets are routed into, and that gives them back.
pub struct Tun {
    file: File,
}

impl Tun {
    /// Makes the device in the network namespace of this process; it goes when this is dropped.
    pub fn open(name: &str) -> Result<Self> {
        let file = File::options().read(true).write(true).custom_flags(libc::O_NONBLOCK).open("/dev/net/tun")?;
        // SAFETY: all bytes zero is a valid ifreq.
        let mut request: libc::ifreq = unsafe { std::mem::zeroed() };
        for (to, from) in request.ifr_name.iter_mut().zip(name.bytes()).take(libc::IFNAMSIZ - 1) {
            *to = from.cast_signed();
        }
        request.ifr_ifru.ifru_flags = (libc::IFF_TUN | libc::IFF_NO_PI) as libc::c_short;
        // SAFETY: the descriptor is open, and TUNSETIFF takes a pointer to an ifreq.
        let made = unsafe { libc::ioctl(file.as_raw_fd(), libc::TUNSETIFF, &raw mut request) };
        if made == 0 { Ok(Self { file }) } else { Err(std::io::Error::last_os_error()) }
    }
}

/// Gives every packet back `time` after it came, until the standard input ends.
pub fn hold(device: &Tun, time: Duration) -> Result<()> {
    be_punctual();
    let mut device = &device.file;
    let mut held: VecDeque<(Instant, Box<[u8]>)> = VecDeque::new();
    let mut packet = vec![0; LARGEST];
    loop {
        let next = held.front().map(|(due, _)| due.saturating_duration_since(Instant::now()));
        let [arrived, ended] = wait(device.as_raw_fd(), next)?;
        if ended {
            return Ok(());
        }
        if arrived {
            take(device, &mut packet, |packet| held.push_back((Instant::now() + time, packet.into())))?;
        }
        while held.front().is_some_and(|(due, _)| *due <= Instant::now()) {
            let Some((_, due)) = held.pop_front() else { break };
            // A packet that the kernel does not want back is lost, as on any wire.
            let _ = device.write(&due);
        }
    }
}

/// Reads all that waits at the device.
fn take(mut device: &File, packet: &mut [u8], mut each: impl FnMut(&[u8])) -> Result<()> {
    loop {
        match device.read(packet) {
            Ok(length) => each(&packet[..length]),
            Err(none) if none.kind() == ErrorKind::WouldBlock => return Ok(()),
            Err(failed) => return Err(failed),
        }
    }
}

/// Whether a packet waits at the device, and whether the standard input ended; at the latest after `time`.
fn wait(device: RawFd, time: Option<Duration>) -> Result<[bool; 2]> {
    let mut watched = [device, libc::STDIN_FILENO].map(|fd| libc::pollfd { fd, events: libc::POLLIN, revents: 0 });
    let time =
        time.map(|time| libc::timespec { tv_sec: time.as_secs() as libc::time_t, tv_nsec: time.subsec_nanos().into() });
    let time = time.as_ref().map_or(ptr::null(), ptr::from_ref);
    // SAFETY: both pointers are to values that live until the call returns, and the count is the array's.
    let ready = unsafe { libc::ppoll(watched.as_mut_ptr(), watched.len() as libc::nfds_t, time, ptr::null()) };
    if ready < 0 { Err(std::io::Error::last_os_error()) } else { Ok(watched.map(|one| one.revents != 0)) }
}

/// Asks the kernel for timers to the microsecond and for a processor when they ring. Without leave the wire is less
/// exact, no more.
fn be_punctual() {
    // SAFETY: neither call takes a pointer.
    unsafe {
        libc::prctl(libc::PR_SET_TIMERSLACK, 1_000);
        libc::setpriority(libc::PRIO_PROCESS, 0, -20);
    }
}
