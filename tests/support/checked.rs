//! Runs a check against a server of the test's own and hands back what was seen.

#![allow(dead_code)]

use std::net::SocketAddr;
use std::time::Duration;

use ftpmode::check::{Request, check};
use ftpmode::engine::{Family, Login, Settings};
use ftpmode::evidence::Evidence;
use ftpmode::evidence::target::{Security, Target};
use tokio::sync::watch;

/// A request with the usual settings, for the test to change.
pub fn request(address: SocketAddr) -> Request {
    let target = Target {
        input: address.to_string(),
        host: address.ip().to_string(),
        port: address.port(),
        security: Security::Plain,
        user: None,
        password: None,
        path: None,
    };
    let settings = Settings {
        target,
        login: Login::Anonymous,
        family: Family::Any,
        bind: None,
        active_address: None,
        active_ports: None,
        trust_pasv_address: false,
        path: None,
        retrieve: None,
        max_bytes: 1024 * 1024,
        timeout: None,
    };
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
