//! `ftpmode serve`: starts the diagnosis server, says where it is, and runs until Ctrl-C.

use std::io::{self, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::ops::RangeInclusive;
use std::path::PathBuf;

use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use thiserror::Error;
use tokio::sync::mpsc;

use crate::serve::tls::{self, Begin, Demand, Identity};
use crate::serve::{self, FAULTS, Fault, Settings};

/// Run a small FTP server: the known-good other end for a diagnosis.
///
/// It is anonymous and read-only, lists and sends computed files, and dials nobody but its own clients.
#[derive(Args, Debug)]
pub struct ServeArgs {
    /// Where to listen.
    #[arg(long, help = "Where to listen: ADDRESS:PORT, or a PORT on every IPv4 address; [::]:PORT takes IPv6 and IPv4", value_name = "ADDRESS:PORT", default_value = "0.0.0.0:2121", value_parser = listen)]
    listen: SocketAddr,
    /// The ports for passive data connections, as a firewall in front lets them through [default: any].
    #[arg(long, value_name = "LO-HI", value_parser = port_range)]
    passive_ports: Option<RangeInclusive<u16>>,
    /// The address that replies to PASV name: the outer one, where the server is behind NAT [default: the connection's own].
    #[arg(long, value_name = "ADDRESS")]
    advertise: Option<Ipv4Addr>,
    /// Offer TLS: explicit with AUTH TLS (the usual), implicit from the first byte on.
    #[arg(long, value_name = "HOW", value_enum, num_args = 0..=1, default_missing_value = "explicit")]
    tls: Option<How>,
    /// The certificate, with those of the authorities above it (PEM) [default: one made for this run, self-signed].
    #[arg(long, value_name = "FILE", requires = "key")]
    cert: Option<PathBuf>,
    /// The certificate's key (PEM).
    #[arg(long, value_name = "FILE", requires = "cert")]
    key: Option<PathBuf>,
    /// Refuse logins and data connections that are not encrypted.
    #[arg(long)]
    require_tls: bool,
    /// Play a failure; may be given several times. Those that begin with tls- offer TLS, too.
    #[arg(long = "fault", value_name = "NAME", value_parser = fault_names())]
    faults: Vec<Fault>,
    /// Log no connections, commands and replies on stderr.
    #[arg(short, long)]
    quiet: bool,
}

#[derive(clap::ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
enum How {
    Explicit,
    Implicit,
}

/// Why the server can't run.
#[derive(Debug, Error)]
pub enum ServeError {
    #[error("can't listen on {address}{}", hint(source))]
    Listen { address: SocketAddr, source: io::Error },
    #[error("{} can't be read as PEM: {why}", .path.display())]
    Pem { path: PathBuf, why: rustls::pki_types::pem::Error },
    #[error("can't wait for Ctrl-C")]
    Signal(#[source] io::Error),
}

/// Serves until Ctrl-C.
pub async fn run(args: ServeArgs) -> Result<(), ServeError> {
    let (log, mut lines) = mpsc::channel(256);
    let tls = tls(&args)?;
    let settings = Settings {
        listen: args.listen,
        passive_ports: args.passive_ports,
        advertise: args.advertise,
        tls,
        faults: args.faults,
        log: (!args.quiet).then_some(log),
        ..Settings::default()
    };
    let faults = settings.faults.clone();
    let mut server =
        serve::start(settings).await.map_err(|source| ServeError::Listen { address: args.listen, source })?;
    announce(server.address(), server.begins_tls(), &faults);
    let logging = async {
        while let Some(line) = lines.recv().await {
            // Nobody reads stderr any more: the server goes on without.
            let _ = writeln!(io::stderr(), "{line}");
        }
        std::future::pending::<()>().await;
    };
    tokio::select! {
        () = server.wait() => {}
        () = logging => {}
        interrupted = tokio::signal::ctrl_c() => interrupted.map_err(ServeError::Signal)?,
    }
    server.stop().await;
    Ok(())
}

/// Says where the server is and what to type on the other end.
fn announce(address: SocketAddr, tls: Option<Begin>, faults: &[Fault]) {
    let (what, scheme) = match tls {
        None => ("FTP", ""),
        Some(Begin::Explicit) => ("FTP with explicit TLS", "ftpes://"),
        Some(Begin::Implicit) => ("FTP with implicit TLS", "ftps://"),
    };
    let mut text = format!("Serving {what} on {address}, anonymous and read-only. Ctrl-C ends it.\n");
    for entry in FAULTS.iter().filter(|entry| faults.contains(&entry.fault)) {
        text += &format!("Playing {}: {}.\n", entry.name, entry.does);
    }
    let host = match address.ip() {
        ip if !ip.is_unspecified() => in_target(ip),
        _ => own_address().map_or_else(|| "HOST".to_owned(), in_target),
    };
    text += &format!("On the other end: ftpmode check {scheme}{host}:{}\n", address.port());
    let mut out = io::stdout().lock();
    // With stdout closed there is nobody to tell.
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// How TLS is to be spoken, if it is.
fn tls(args: &ServeArgs) -> Result<Option<tls::Settings>, ServeError> {
    let wanted = args.tls.is_some() || args.cert.is_some() || args.require_tls;
    let identity = match (&args.cert, &args.key) {
        (Some(cert), Some(key)) => {
            let bad = |path: &PathBuf| {
                let path = path.clone();
                move |why| ServeError::Pem { path, why }
            };
            let chain = CertificateDer::pem_file_iter(cert).and_then(Iterator::collect).map_err(bad(cert))?;
            Some(Identity { chain, key: PrivateKeyDer::from_pem_file(key).map_err(bad(key))? })
        }
        _ => None,
    };
    let begin = if args.tls == Some(How::Implicit) { Begin::Implicit } else { Begin::Explicit };
    let demand = if args.require_tls { Demand::Everything } else { Demand::Nothing };
    Ok(wanted.then_some(tls::Settings { begin, demand, identity }))
}

fn in_target(ip: IpAddr) -> String {
    if ip.is_ipv6() { format!("[{ip}]") } else { ip.to_string() }
}

/// The address that this computer would use towards the outside. Connecting a UDP socket sends nothing.
fn own_address() -> Option<IpAddr> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    socket.connect((Ipv4Addr::new(192, 0, 2, 1), 9)).ok()?;
    Some(socket.local_addr().ok()?.ip())
}

fn hint(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::PermissionDenied => " (ports below 1024 need root; try --listen 2121)",
        _ => "",
    }
}

fn listen(text: &str) -> Result<SocketAddr, &'static str> {
    let port = text.parse().map(|port: u16| SocketAddr::from((Ipv4Addr::UNSPECIFIED, port)));
    text.parse().or(port).map_err(|_| "want ADDRESS:PORT, as in 0.0.0.0:2121 or [::]:2121, or a port")
}

fn port_range(text: &str) -> Result<RangeInclusive<u16>, &'static str> {
    let (low, high) = text.split_once('-').unwrap_or((text, text));
    match (low.trim().parse::<u16>(), high.trim().parse::<u16>()) {
        (Ok(low), Ok(high)) if 0 < low && low <= high => Ok(low..=high),
        _ => Err("want two ports, the lower first, as in 40000-40100"),
    }
}

/// The names and their help come from the server's own table.
fn fault_names() -> impl TypedValueParser<Value = Fault> {
    let names = FAULTS.iter().map(|entry| PossibleValue::new(entry.name).help(entry.does));
    PossibleValuesParser::new(names).try_map(|name| name.parse::<Fault>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_alone_means_every_ipv4_address() {
        assert_eq!(listen("21"), Ok(SocketAddr::from(([0, 0, 0, 0], 21))));
        assert_eq!(listen("[::]:21").map(|address| address.is_ipv6()), Ok(true));
        assert!(listen("host:21").is_err());
    }

    #[test]
    fn a_port_range_has_two_ends_in_order() {
        assert_eq!(port_range("40000-40100"), Ok(40000..=40100));
        assert_eq!(port_range("40000"), Ok(40000..=40000));
        for text in ["", "-", "0-9", "9-8", "1-70000", "a-b"] {
            assert!(port_range(text).is_err(), "{text}");
        }
    }
}
