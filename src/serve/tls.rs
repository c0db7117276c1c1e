//! TLS as this server speaks it (RFC 4217): its certificate, and which sessions a data connection may resume.

use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use rcgen::{CertificateParams, KeyPair, date_time_ymd};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{NoServerSessionStorage, ServerSessionMemoryCache, StoresServerSessions};
use rustls::{HandshakeKind, ServerConfig};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

use super::fault::Tickets;
use super::stream::Stream;

/// How TLS begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Begin {
    /// With AUTH TLS.
    #[default]
    Explicit,
    /// With the first byte.
    Implicit,
}

/// What must be encrypted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Demand {
    #[default]
    Nothing,
    /// Logins, and data connections (PROT P).
    Everything,
}

/// How the server speaks TLS.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    pub begin: Begin,
    pub demand: Demand,
    /// The certificate with those of the authorities above it, and its key (both DER); made anew where `None`.
    pub identity: Option<Identity>,
}

/// A certificate chain and its key.
#[derive(Debug)]
pub struct Identity {
    pub chain: Vec<CertificateDer<'static>>,
    pub key: PrivateKeyDer<'static>,
}

impl Clone for Identity {
    fn clone(&self) -> Self {
        Self { chain: self.chain.clone(), key: self.key.clone_key() }
    }
}

/// Ready to shake hands.
pub(super) struct Tls {
    pub begin: Begin,
    pub demand: Demand,
    control: TlsAcceptor,
    data: TlsAcceptor,
}

/// Which days the certificate that is made here is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Days {
    Now,
    Over,
}

/// Whether a handshake resumed a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Resumed {
    Yes,
    No,
}

impl Tls {
    pub(super) fn new(settings: &Settings, at: IpAddr, days: Days, tickets: Tickets) -> io::Result<Self> {
        let identity = match &settings.identity {
            Some(identity) => identity.clone(),
            None => self_signed(at, days).map_err(io::Error::other)?,
        };
        let storage: Arc<dyn StoresServerSessions> = match tickets {
            Tickets::None => Arc::new(NoServerSessionStorage {}),
            Tickets::Renewed | Tickets::One => ServerSessionMemoryCache::new(1024),
        };
        // The tickets of TLS 1.3 after a handshake on the control connection, and on a data connection.
        let (on_control, on_data) = match tickets {
            Tickets::None => (0, 0),
            Tickets::One => (1, 0),
            Tickets::Renewed => (2, 1),
        };
        let acceptor = |count| -> io::Result<TlsAcceptor> {
            let provider = Arc::new(rustls::crypto::ring::default_provider());
            let versions = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
            let builder = versions.map_err(io::Error::other)?.with_no_client_auth();
            let Identity { chain, key } = identity.clone();
            let mut config = builder.with_single_cert(chain, key).map_err(io::Error::other)?;
            config.session_storage = Arc::clone(&storage);
            config.send_tls13_tickets = count;
            Ok(TlsAcceptor::from(Arc::new(config)))
        };
        let (begin, demand) = (settings.begin, settings.demand);
        Ok(Self { begin, demand, control: acceptor(on_control)?, data: acceptor(on_data)? })
    }

    /// Shakes hands on a control connection.
    pub async fn secure_control(&self, stream: TcpStream, patience: Duration) -> io::Result<Stream> {
        shake_hands(&self.control, stream, patience).await.map(|(stream, _)| stream)
    }

    /// Shakes hands on a data connection.
    pub async fn secure_data(&self, stream: TcpStream, patience: Duration) -> io::Result<(Stream, Resumed)> {
        shake_hands(&self.data, stream, patience).await
    }
}

async fn shake_hands(acceptor: &TlsAcceptor, stream: TcpStream, patience: Duration) -> io::Result<(Stream, Resumed)> {
    let stream =
        timeout(patience, acceptor.accept(stream)).await.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))??;
    let resumed = match stream.get_ref().1.handshake_kind() {
        Some(HandshakeKind::Resumed) => Resumed::Yes,
        _ => Resumed::No,
    };
    Ok((Stream::Tls(Box::new(stream)), resumed))
}

/// A certificate that nobody vouches for, for this computer's usual names.
fn self_signed(at: IpAddr, days: Days) -> Result<Identity, rcgen::Error> {
    let mut names = vec!["localhost".to_owned(), "127.0.0.1".to_owned(), "::1".to_owned()];
    if !at.is_unspecified() && !at.is_loopback() {
        names.push(at.to_string());
    }
    let mut params = CertificateParams::new(names)?;
    params.distinguished_name.push(rcgen::DnType::CommonName, "ftpmode serve");
    if days == Days::Over {
        (params.not_before, params.not_after) = (date_time_ymd(2020, 1, 1), date_time_ymd(2021, 1, 1));
    }
    let key = KeyPair::generate()?;
    let certificate = params.self_signed(&key)?;
    let der = key.serialize_der();
    Ok(Identity { chain: vec![certificate.der().clone()], key: PrivateKeyDer::Pkcs8(der.into()) })
}
