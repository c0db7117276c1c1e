//! What the kernel knows of bytes that were written and not acknowledged yet (`TCP_INFO`, Linux).

use tokio::net::TcpStream;

/// Of one connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Segments sent and not acknowledged.
    pub unacknowledged: u32,
    /// How often in a row the oldest was sent again.
    pub repeated: u8,
}

/// Whether this system tells.
pub const DELIVERY_IS_TOLD: bool = cfg!(target_os = "linux");

/// `None` where the system does not tell, or the connection is over: nothing waits for an acknowledgement on it any more.
#[cfg(target_os = "linux")]
#[allow(unsafe_code)]
pub fn delivery(stream: &TcpStream) -> Option<Delivery> {
    use std::mem::{size_of, zeroed};
    use std::os::fd::AsRawFd;

    // SAFETY: an all-zero tcp_info is valid, and the kernel writes no more than the length says.
    let (status, info) = unsafe {
        let mut info: libc::tcp_info = zeroed();
        let mut length = size_of::<libc::tcp_info>() as libc::socklen_t;
        let status = libc::getsockopt(
            stream.as_raw_fd(),
            libc::IPPROTO_TCP,
            libc::TCP_INFO,
            (&raw mut info).cast(),
            &raw mut length,
        );
        (status, info)
    };
    /// `TCP_CLOSE` of the kernel's tcp_states.h.
    const OVER: u8 = 7;
    (status == 0 && info.tcpi_state != OVER)
        .then_some(Delivery { unacknowledged: info.tcpi_unacked, repeated: info.tcpi_retransmits })
}

#[cfg(not(target_os = "linux"))]
pub fn delivery(_: &TcpStream) -> Option<Delivery> {
    None
}
