//! Runs a check against a server of the test's own and hands back what was seen.

#![allow(dead_code)]

use std::net::SocketAddr;
use std::time::Duration;

use ftpmode::check::{Request, check};
use ftpmode::engine::Settings;
use ftpmode::evidence::Evidence;
use ftpmode::evidence::target::Target;
use tokio::sync::watch;

/// A request with the usual settings, for the test to change.
pub fn request(address: SocketAddr) -> Request {
    let settings = Settings::usual(Target::endpoint(address));
    Request { settings, methods: Vec::new(), deadline: Duration::from_secs(30) }
}

/// Runs it to its end.
pub fn checked(request: Request) -> Evidence {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let (progress, _) = watch::channel(String::new());
    runtime.block_on(check(request, std::future::pending(), progress))
}

/// The usual check of a server.
pub fn check_of(address: SocketAddr) -> Evidence {
    checked(request(address))
}
