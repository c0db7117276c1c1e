//! Probes beside data connections: one file each. They record what they see, and conclude nothing.

pub mod handshake;
pub mod helper;
pub mod hops;
pub mod port_mapping;
pub mod quiet;
pub mod size;
pub mod upload;
