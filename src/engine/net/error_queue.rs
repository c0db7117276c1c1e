//! ICMP errors of a socket (`IP_RECVERR`, `MSG_ERRQUEUE`; TCP sockets have it since Linux 5.8).

/// Whether ICMP errors are queued.
#[derive(Clone, Copy)]
pub enum Queue {
    Off = 0,
    On = 1,
}

pub use system::{read, set};

#[cfg(target_os = "linux")]
mod system {
    use std::mem::{MaybeUninit, size_of, size_of_val, zeroed};
    use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
    use std::os::fd::AsRawFd;

    use socket2::Socket;

    use super::Queue;
    use crate::evidence::timeline::Icmp;

    /// Asks the kernel to queue ICMP errors, or no more. A kernel that can't leaves the errno, which is less exact.
    #[allow(unsafe_code)]
    pub fn set(socket: &Socket, peer: SocketAddr, queue: Queue) {
        let (level, option) = match peer {
            SocketAddr::V4(_) => (libc::IPPROTO_IP, libc::IP_RECVERR),
            SocketAddr::V6(_) => (libc::IPPROTO_IPV6, libc::IPV6_RECVERR),
        };
        let on = queue as libc::c_int;
        // SAFETY: the descriptor is open for the call, and the pointer and length describe `on`.
        unsafe {
            libc::setsockopt(
                socket.as_raw_fd(),
                level,
                option,
                (&raw const on).cast(),
                size_of_val(&on) as libc::socklen_t,
            );
        }
    }

    /// The first ICMP error that waits, and who sent it.
    #[allow(unsafe_code)]
    pub fn read(socket: &Socket) -> Option<(Icmp, Option<IpAddr>)> {
        let mut control = [0u64; 64];
        let mut payload = [0u8; 64];
        let mut vector = libc::iovec { iov_base: payload.as_mut_ptr().cast(), iov_len: payload.len() };
        // SAFETY: an all-zero msghdr is a valid empty one; the pointers set below outlive the call.
        let mut message: libc::msghdr = unsafe { zeroed() };
        message.msg_iov = &raw mut vector;
        message.msg_iovlen = 1;
        message.msg_control = control.as_mut_ptr().cast();
        message.msg_controllen = size_of_val(&control);
        // SAFETY: the message describes buffers of this frame, each with its true length.
        let got =
            unsafe { libc::recvmsg(socket.as_raw_fd(), &raw mut message, libc::MSG_ERRQUEUE | libc::MSG_DONTWAIT) };
        if got < 0 {
            return None;
        }
        // SAFETY: CMSG_FIRSTHDR and CMSG_NXTHDR walk the control buffer within msg_controllen, which the kernel set;
        // each header's data is read unaligned and only where its length covers the struct read.
        unsafe {
            let mut header = libc::CMSG_FIRSTHDR(&raw const message);
            while !header.is_null() {
                let (level, kind) = ((*header).cmsg_level, (*header).cmsg_type);
                let is_error = matches!(
                    (level, kind),
                    (libc::IPPROTO_IP, libc::IP_RECVERR) | (libc::IPPROTO_IPV6, libc::IPV6_RECVERR)
                );
                let wanted =
                    libc::CMSG_LEN((size_of::<libc::sock_extended_err>() + size_of::<libc::sockaddr_in6>()) as u32);
                let wanted_v4 =
                    libc::CMSG_LEN((size_of::<libc::sock_extended_err>() + size_of::<libc::sockaddr_in>()) as u32);
                if is_error && (*header).cmsg_len as u64 >= u64::from(wanted_v4.min(wanted)) {
                    let data = libc::CMSG_DATA(header);
                    let error: libc::sock_extended_err = data.cast::<libc::sock_extended_err>().read_unaligned();
                    let offender = data.add(size_of::<libc::sock_extended_err>());
                    let room = (*header).cmsg_len as usize
                        - libc::CMSG_LEN(size_of::<libc::sock_extended_err>() as u32) as usize;
                    return kind_of(&error).map(|icmp| (icmp, offender_address(offender, room)));
                }
                header = libc::CMSG_NXTHDR(&raw const message, header);
            }
        }
        None
    }

    /// SAFETY: `data` points at `room` readable bytes.
    #[allow(unsafe_code)]
    unsafe fn offender_address(data: *const u8, room: usize) -> Option<IpAddr> {
        if room < size_of::<libc::sockaddr_in>() {
            return None;
        }
        let mut v6 = MaybeUninit::<libc::sockaddr_in6>::zeroed();
        // SAFETY: no more is copied than either side holds; an all-zero sockaddr_in6 is valid.
        let v6 = unsafe {
            std::ptr::copy_nonoverlapping(
                data,
                v6.as_mut_ptr().cast::<u8>(),
                room.min(size_of::<libc::sockaddr_in6>()),
            );
            v6.assume_init()
        };
        match libc::c_int::from(v6.sin6_family) {
            libc::AF_INET => {
                // SAFETY: `room` covers a sockaddr_in.
                let v4 = unsafe { data.cast::<libc::sockaddr_in>().read_unaligned() };
                Some(IpAddr::V4(Ipv4Addr::from(u32::from_be(v4.sin_addr.s_addr))))
            }
            libc::AF_INET6 => Some(IpAddr::V6(Ipv6Addr::from(v6.sin6_addr.s6_addr)).to_canonical()),
            _ => None,
        }
    }

    /// RFC 792, RFC 1122 section 3.2.2.1, RFC 1812 section 5.2.7.1; RFC 4443 sections 3.1 and 3.3.
    fn kind_of(error: &libc::sock_extended_err) -> Option<Icmp> {
        const FROM_ICMP: u8 = 2;
        const FROM_ICMP6: u8 = 3;
        Some(match (error.ee_origin, error.ee_type, error.ee_code) {
            (FROM_ICMP, 11, _) | (FROM_ICMP6, 3, _) => Icmp::TimeExceeded,
            (FROM_ICMP, 3, 0 | 6 | 11) | (FROM_ICMP6, 1, 0) => Icmp::Net,
            (FROM_ICMP, 3, 1 | 7 | 12) | (FROM_ICMP6, 1, 3) => Icmp::Host,
            (FROM_ICMP, 3, 2) => Icmp::Protocol,
            (FROM_ICMP, 3, 3) | (FROM_ICMP6, 1, 4) => Icmp::Port,
            (FROM_ICMP, 3, 9 | 10 | 13) | (FROM_ICMP6, 1, 1 | 5 | 6) => Icmp::AdminProhibited,
            (FROM_ICMP, 3, _) | (FROM_ICMP6, 1, _) => Icmp::Other,
            _ => return None,
        })
    }
}

/// Elsewhere the errno has to do.
#[cfg(not(target_os = "linux"))]
mod system {
    use std::net::{IpAddr, SocketAddr};

    use socket2::Socket;

    use super::Queue;
    use crate::evidence::timeline::Icmp;

    pub fn set(_: &Socket, _: SocketAddr, _: Queue) {}

    pub fn read(_: &Socket) -> Option<(Icmp, Option<IpAddr>)> {
        None
    }
}
