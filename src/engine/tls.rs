//! TLS on either connection (RFC 4217): one client configuration and one server name for a control connection and its
//! data connections, so that these can resume its session. Another control connection has sessions of its own: vsftpd and
//! ProFTPD take no other's.
//!
//! Question: refuse certificates that nobody vouches for? Choice: take every one, and keep the verdict. Reason: a
//! diagnosis is wanted most where the certificate is wrong. Price: whoever holds a password must ask for the verdict
//! first ([`Client::certificate`]).

use std::cell::OnceCell;
use std::io::{self, Write};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use rustls::client::{ClientSessionStore, Resumption};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{AlertDescription, ClientConfig, HandshakeKind, NamedGroup, ProtocolVersion};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::Settings;
use super::net::{self, TcpStream};
use crate::evidence::security::{Broken, Certificate, Protection};
use crate::evidence::timeline::{Session, What};
use records::Records;
use tickets::Tickets;
use witness::Witness;

mod records;
mod tickets;
mod witness;

/// This side of TLS, made when it is first wanted: reading the system's authorities takes milliseconds that a check in
/// plain need not spend.
#[derive(Default)]
pub struct Lazy(OnceCell<Result<Base, String>>);

impl Lazy {
    /// This side of TLS for a new control connection, or why it can't be had.
    pub fn client(&self, settings: &Settings) -> Result<Rc<Client>, String> {
        let base = self.0.get_or_init(|| Base::new(settings)).as_ref().map_err(String::clone)?;
        Ok(Rc::new(base.client()))
    }
}

/// What all control connections to one server have in common.
struct Base {
    any_version: ClientConfig,
    tls12: ClientConfig,
    name: ServerName<'static>,
    seen: Arc<Mutex<Option<Certificate>>>,
}

/// This side of TLS for one control connection and its data connections.
pub struct Client {
    usual: Arc<ClientConfig>,
    /// Never resumes a session.
    forgetful: Arc<ClientConfig>,
    tls12: Arc<ClientConfig>,
    tickets: Arc<Tickets>,
    name: ServerName<'static>,
    seen: Arc<Mutex<Option<Certificate>>>,
}

/// A connection, encrypted or not.
pub enum Wire {
    Plain(TcpStream),
    Tls(Box<TlsStream<Tapped>>),
    /// Taken away for a handshake.
    Gone,
}

/// What ended a connection other than its end of file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    Reset,
    Tls { how: Broken, words: String },
}

/// A handshake that is done.
pub struct Secured {
    pub wire: Wire,
    pub version: String,
    pub session: Session,
}

impl Base {
    fn new(settings: &Settings) -> Result<Self, String> {
        let host = settings.target.host.split_once('%').map_or(settings.target.host.as_str(), |(address, _)| address);
        let name = ServerName::try_from(host.to_owned()).map_err(|why| format!("speak TLS with {host}: {why}"))?;
        let mut provider = rustls::crypto::ring::default_provider();
        // The group that every server takes comes first: vsftpd 3.0.3 takes no other, and a wrong guess costs a round
        // trip (RFC 8446 section 4.1.4).
        provider.kx_groups.sort_by_key(|group| group.name() != NamedGroup::secp256r1);
        let provider = Arc::new(provider);
        let seen = Arc::new(Mutex::new(None));
        let authorities: Option<Vec<CertificateDer<'static>>> =
            settings.authorities.as_ref().map(|all| all.iter().cloned().map(CertificateDer::from).collect());
        let witness = Arc::new(Witness::new(authorities, &provider, Arc::clone(&seen)));
        let with = |versions: &[&'static rustls::SupportedProtocolVersion]| config(&provider, versions, &witness);
        let (any_version, tls12) = (with(rustls::ALL_VERSIONS)?, with(&[&rustls::version::TLS12])?);
        Ok(Self { any_version, tls12, name, seen })
    }

    fn client(&self) -> Client {
        let with = |config: &ClientConfig, resumption| {
            let mut config = config.clone();
            config.resumption = resumption;
            Arc::new(config)
        };
        let tickets = Arc::new(Tickets::new());
        let kept = || Resumption::store(Arc::clone(&tickets) as Arc<dyn ClientSessionStore>);
        Client {
            usual: with(&self.any_version, kept()),
            forgetful: with(&self.any_version, Resumption::disabled()),
            tls12: with(&self.tls12, kept()),
            tickets: Arc::clone(&tickets),
            name: self.name.clone(),
            seen: Arc::clone(&self.seen),
        }
    }
}

impl Client {
    /// The certificate that the last full handshake showed, and whether it is trusted.
    pub fn certificate(&self) -> Option<Certificate> {
        self.seen.lock().map_or(None, |seen| seen.clone())
    }

    /// Tickets of TLS 1.3 that are left for further connections.
    pub fn tickets_left(&self) -> usize {
        self.tickets.left()
    }

    /// Shakes hands over a joined connection. Whoever waits has the clock.
    pub async fn handshake(&self, stream: TcpStream, protection: Protection) -> Result<Secured, Fault> {
        let config = match protection {
            Protection::NewSession => &self.forgetful,
            Protection::Tls12 => &self.tls12,
            Protection::Plain | Protection::Clear | Protection::Private => &self.usual,
        };
        let tapped = Tapped { stream, records: Records::default() };
        let connecting = TlsConnector::from(Arc::clone(config)).connect(self.name.clone(), tapped);
        match connecting.into_fallible().await {
            Ok(stream) => {
                let (_, connection) = stream.get_ref();
                let version = match connection.protocol_version() {
                    Some(ProtocolVersion::TLSv1_2) => "TLSv1.2".to_owned(),
                    Some(ProtocolVersion::TLSv1_3) => "TLSv1.3".to_owned(),
                    other => other.and_then(|version| version.as_str()).unwrap_or("TLS").replace('_', "."),
                };
                let session = match connection.handshake_kind() {
                    Some(HandshakeKind::Resumed) => Session::Resumed,
                    _ => Session::New,
                };
                Ok(Secured { wire: Wire::Tls(Box::new(stream)), version, session })
            }
            Err((error, tapped)) => Err(fault(&error, &tapped.records, During::Handshake)),
        }
    }
}

fn config(
    provider: &Arc<CryptoProvider>,
    versions: &[&'static rustls::SupportedProtocolVersion],
    witness: &Arc<Witness>,
) -> Result<ClientConfig, String> {
    let versions = ClientConfig::builder_with_provider(Arc::clone(provider)).with_protocol_versions(versions);
    let verifier = Arc::clone(witness) as Arc<dyn rustls::client::danger::ServerCertVerifier>;
    Ok(versions
        .map_err(|why| format!("speak TLS: {why}"))?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth())
}

impl Wire {
    /// Reads what is there; 0 bytes are the end of file, also where no close_notify announced it: many servers send
    /// none. Dropping the future loses nothing.
    pub async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Fault> {
        match self {
            Wire::Plain(stream) => stream.read(buffer).await.map_err(|_| Fault::Reset),
            Wire::Tls(stream) => match stream.read(buffer).await {
                Ok(count) => Ok(count),
                Err(error) => {
                    let records = &stream.get_ref().0.records;
                    if error.kind() == io::ErrorKind::UnexpectedEof && !records.is_cut() {
                        return Ok(0);
                    }
                    Err(fault(&error, records, During::Connection))
                }
            },
            Wire::Gone => Ok(0),
        }
    }

    pub async fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Wire::Plain(stream) => stream.write_all(bytes).await,
            Wire::Tls(stream) => {
                stream.write_all(bytes).await?;
                stream.flush().await
            }
            Wire::Gone => Err(io::ErrorKind::NotConnected.into()),
        }
    }

    /// Writes what the kernel takes at once.
    pub fn try_write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Wire::Plain(stream) => stream.try_write(bytes).map(|_| ()),
            Wire::Tls(stream) => {
                let (tapped, connection) = stream.get_mut();
                connection.writer().write_all(bytes)?;
                connection.write_tls(&mut AtOnce(&tapped.stream)).map(|_| ())
            }
            Wire::Gone => Err(io::ErrorKind::NotConnected.into()),
        }
    }

    /// Announces the end (close_notify), where the kernel takes it at once.
    pub fn announce_end(&mut self) {
        if let Wire::Tls(stream) = self {
            let (tapped, connection) = stream.get_mut();
            connection.send_close_notify();
            // Who is gone already needs no announcement.
            let _ = connection.write_tls(&mut AtOnce(&tapped.stream));
        }
    }

    /// Ends our direction in good order.
    pub async fn shutdown(&mut self) -> io::Result<()> {
        match self {
            Wire::Plain(stream) => stream.shutdown().await,
            Wire::Tls(stream) => stream.shutdown().await,
            Wire::Gone => Ok(()),
        }
    }

    /// Ends the connection with RST.
    pub fn reset(self) {
        match self {
            Wire::Plain(stream) => net::reset(stream),
            Wire::Tls(stream) => net::reset(stream.into_inner().0.stream),
            Wire::Gone => {}
        }
    }

    /// What came in the clear where TLS was spoken.
    pub fn plain_text(&self) -> &[u8] {
        match self {
            Wire::Tls(stream) => stream.get_ref().0.records.plain(),
            Wire::Plain(_) | Wire::Gone => &[],
        }
    }
}

impl Fault {
    /// As an event of a data connection.
    pub fn event(self) -> What {
        match self {
            Fault::Reset => What::Reset,
            Fault::Tls { how, words } => What::TlsFailed { how, words },
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum During {
    Handshake,
    Connection,
}

fn fault(error: &io::Error, records: &Records, during: During) -> Fault {
    let tls = |how, words: String| Fault::Tls { how, words };
    if !records.plain().is_empty() {
        return tls(Broken::NotTls, first_line(records.plain()));
    }
    match error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        Some(rustls::Error::AlertReceived(alert)) => tls(Broken::Alert, alert_words(*alert)),
        Some(rustls::Error::PeerIncompatible(why)) => tls(Broken::Incompatible, format!("{why:?}")),
        Some(other) => tls(Broken::Invalid, other.to_string()),
        None if error.kind() == io::ErrorKind::UnexpectedEof && records.is_cut() => {
            tls(Broken::CutRecord, String::new())
        }
        None if error.kind() == io::ErrorKind::UnexpectedEof => tls(Broken::Closed, String::new()),
        None if during == During::Handshake => tls(Broken::Reset, String::new()),
        None => Fault::Reset,
    }
}

/// An alert by its name in RFC 8446 section 6.
fn alert_words(alert: AlertDescription) -> String {
    alert.as_str().map_or_else(|| format!("alert {}", u8::from(alert)), str::to_owned)
}

/// The first line of bytes that are no TLS; bytes above ASCII as Latin-1.
fn first_line(bytes: &[u8]) -> String {
    bytes.iter().take_while(|byte| !matches!(byte, b'\r' | b'\n')).map(|&byte| char::from(byte)).collect()
}

/// A connection that keeps an eye on the records that come.
pub struct Tapped {
    stream: TcpStream,
    records: Records,
}

impl AsyncRead for Tapped {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let this = &mut *self;
        let polled = Pin::new(&mut this.stream).poll_read(cx, buffer);
        if let Some(came) = buffer.filled().get(before..) {
            this.records.take(came);
        }
        polled
    }
}

impl AsyncWrite for Tapped {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

/// Writes without waiting.
struct AtOnce<'a>(&'a TcpStream);

impl Write for AtOnce<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.try_write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
