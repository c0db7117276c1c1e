//! FTP on the wire, without a socket: bytes in, replies out; values in, command lines out.
//!
//! Invariant: nothing in here reads a clock, a socket or the environment. What a server sends wrong is a value
//! ([`reply::Item::Nonsense`], [`host_port::Malformed`]), never a panic.

#![deny(clippy::disallowed_types, clippy::disallowed_methods)]

pub mod arrival;
pub mod command;
pub mod dialect;
pub mod extended;
pub mod features;
pub mod host_port;
pub mod letters;
pub mod listing;
pub mod mark;
pub mod mask;
pub mod reply;
pub mod way;
