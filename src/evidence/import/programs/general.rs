//! What the systems say that clients run on, and what many clients share.

use crate::evidence::import::Program;
use crate::evidence::import::words::{How, Tells, Which, phrase};
use crate::evidence::log::Writer;
use crate::evidence::security::Distrust;

pub static PROGRAM: Program = Program {
    id: "",
    name: "",
    writer: Writer::Client,
    signs: &[],
    phrases: &[
        phrase("connection timed out", Tells::Failed(Which::Either, How::TimedOut)),
        phrase("timed out", Tells::Failed(Which::Either, How::TimedOut)),
        phrase("etimedout", Tells::Failed(Which::Either, How::TimedOut)),
        phrase("10060", Tells::Failed(Which::Either, How::TimedOut)),
        phrase("connection timeout", Tells::Failed(Which::Either, How::TimedOut)),
        phrase("connection refused", Tells::Failed(Which::Either, How::Refused)),
        phrase("econnrefused", Tells::Failed(Which::Either, How::Refused)),
        phrase("10061", Tells::Failed(Which::Either, How::Refused)),
        phrase("no route to host", Tells::Failed(Which::Either, How::HostUnreachable)),
        phrase("host is unreachable", Tells::Failed(Which::Either, How::HostUnreachable)),
        phrase("host unreachable", Tells::Failed(Which::Either, How::HostUnreachable)),
        phrase("ehostunreach", Tells::Failed(Which::Either, How::HostUnreachable)),
        phrase("10065", Tells::Failed(Which::Either, How::HostUnreachable)),
        phrase("network is unreachable", Tells::Failed(Which::Either, How::NetUnreachable)),
        phrase("enetunreach", Tells::Failed(Which::Either, How::NetUnreachable)),
        phrase("10051", Tells::Failed(Which::Either, How::NetUnreachable)),
        phrase("connection reset", Tells::Failed(Which::Either, How::Reset)),
        phrase("econnreset", Tells::Failed(Which::Either, How::Reset)),
        phrase("10054", Tells::Failed(Which::Either, How::Reset)),
        phrase("econnaborted", Tells::Failed(Which::Either, How::Closed)),
        phrase("10053", Tells::Failed(Which::Either, How::Closed)),
        phrase("forcibly closed by the remote host", Tells::Failed(Which::Either, How::Reset)),
        phrase("name or service not known", Tells::NoAddress),
        phrase("temporary failure in name resolution", Tells::NoAddress),
        phrase("nodename nor servname", Tells::NoAddress),
        phrase("unknown host", Tells::NoAddress),
        phrase("host not found", Tells::NoAddress),
        phrase("no address associated", Tells::NoAddress),
        phrase("11001", Tells::NoAddress),
        phrase("eai_noname", Tells::NoAddress),
        phrase("certificate expired", Tells::Untrusted(Distrust::Expired)),
        phrase("self signed certificate", Tells::Untrusted(Distrust::SelfSigned)),
        phrase("does not match target host name", Tells::Untrusted(Distrust::WrongName)),
        phrase("hostname mismatch", Tells::Untrusted(Distrust::WrongName)),
        phrase("unable to get local issuer", Tells::Untrusted(Distrust::UnknownIssuer)),
        phrase("self-signed certificate", Tells::Untrusted(Distrust::SelfSigned)),
        phrase("certificate is not trusted", Tells::Untrusted(Distrust::Other)),
        phrase("certificate has expired", Tells::Untrusted(Distrust::Expired)),
    ],
};
