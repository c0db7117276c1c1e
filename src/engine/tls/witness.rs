//! Looks at the server's certificate, lets it pass, and remembers what a client would say of it.

use std::sync::{Arc, Mutex};
use std::time::{Duration, UNIX_EPOCH};

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use x509_parser::prelude::{FromDer, GeneralName, ParsedExtension, X509Certificate, X509Name};

use crate::evidence::security::{Certificate, Distrust};

/// Takes every certificate, and keeps the verdict on it.
#[derive(Debug)]
pub struct Witness {
    /// None where this computer has no list of authorities.
    verifier: Option<Arc<dyn ServerCertVerifier>>,
    /// The certificates that the user vouches for.
    given: Vec<CertificateDer<'static>>,
    algorithms: WebPkiSupportedAlgorithms,
    seen: Arc<Mutex<Option<Certificate>>>,
}

impl Witness {
    /// Trusts `authorities`, or the system's where none are given.
    pub fn new(
        authorities: Option<Vec<CertificateDer<'static>>>,
        provider: &Arc<CryptoProvider>,
        seen: Arc<Mutex<Option<Certificate>>>,
    ) -> Self {
        let algorithms = provider.signature_verification_algorithms;
        let given = authorities.clone().unwrap_or_default();
        let verifier: Option<Arc<dyn ServerCertVerifier>> = match authorities {
            Some(authorities) => {
                let mut roots = RootCertStore::empty();
                roots.add_parsable_certificates(authorities);
                let built = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider)).build();
                built.ok().map(|verifier| verifier as Arc<dyn ServerCertVerifier>)
            }
            None => rustls_platform_verifier::Verifier::new(Arc::clone(provider))
                .ok()
                .map(|verifier| Arc::new(verifier) as Arc<dyn ServerCertVerifier>),
        };
        Self { verifier, given, algorithms, seen }
    }

    fn judge(
        &self,
        shown: &CertificateDer<'_>,
        between: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        stapled: &[u8],
        now: UnixTime,
    ) -> Option<Distrust> {
        let Some(verifier) = &self.verifier else { return Some(Distrust::NoAuthorities) };
        match verifier.verify_server_cert(shown, between, name, stapled, now) {
            Ok(_) => None,
            // The user vouches for this very certificate, which a verifier takes for an authority's alone.
            Err(_) if self.given.iter().any(|given| given.as_ref() == shown.as_ref()) => own_faults(shown, name, now),
            Err(error) => Some(distrust(&error, shown)),
        }
    }
}

impl ServerCertVerifier for Witness {
    fn verify_server_cert(
        &self,
        shown: &CertificateDer<'_>,
        between: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        stapled: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let distrust = self.judge(shown, between, name, stapled, now);
        let mut certificate = read(shown);
        certificate.chain = between.iter().map(|above| read(above).subject).collect();
        certificate.distrust = distrust;
        if let Ok(mut seen) = self.seen.lock() {
            *seen = Some(certificate);
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signed, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signed, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

/// What is wrong with a certificate that needs no authority: its days and its names.
fn own_faults(shown: &CertificateDer<'_>, name: &ServerName<'_>, now: UnixTime) -> Option<Distrust> {
    let Ok((_, parsed)) = X509Certificate::from_der(shown) else { return Some(Distrust::Other) };
    let now = i64::try_from(now.as_secs()).unwrap_or(i64::MAX);
    if now > parsed.validity().not_after.timestamp() {
        return Some(Distrust::Expired);
    }
    if now < parsed.validity().not_before.timestamp() {
        return Some(Distrust::NotYetValid);
    }
    let named = ParsedCertificate::try_from(shown)
        .is_ok_and(|parsed| rustls::client::verify_server_name(&parsed, name).is_ok());
    (!named).then_some(Distrust::WrongName)
}

fn distrust(error: &Error, shown: &CertificateDer<'_>) -> Distrust {
    let Error::InvalidCertificate(why) = error else { return Distrust::Other };
    match why {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => Distrust::Expired,
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => Distrust::NotYetValid,
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => Distrust::WrongName,
        CertificateError::Revoked => Distrust::Revoked,
        // A certificate that is its own authority is refused as CaUsedAsEndEntity, not for its issuer.
        CertificateError::UnknownIssuer | CertificateError::Other(_) if signed_itself(shown) => Distrust::SelfSigned,
        CertificateError::UnknownIssuer => Distrust::UnknownIssuer,
        _ => Distrust::Other,
    }
}

fn signed_itself(shown: &CertificateDer<'_>) -> bool {
    X509Certificate::from_der(shown).is_ok_and(|(_, parsed)| parsed.subject().as_raw() == parsed.issuer().as_raw())
}

/// What the certificate says of itself; empty where it can't be read.
fn read(shown: &CertificateDer<'_>) -> Certificate {
    let Ok((_, parsed)) = X509Certificate::from_der(shown) else { return Certificate::default() };
    let names = parsed.extensions().iter().find_map(|extension| match extension.parsed_extension() {
        ParsedExtension::SubjectAlternativeName(names) => Some(names.general_names.iter().filter_map(name).collect()),
        _ => None,
    });
    Certificate {
        subject: called(parsed.subject()),
        issuer: called(parsed.issuer()),
        names: names.unwrap_or_default(),
        not_before: time(parsed.validity().not_before.timestamp()),
        not_after: time(parsed.validity().not_after.timestamp()),
        chain: Vec::new(),
        distrust: None,
    }
}

/// The common name where there is one, else the whole name.
fn called(name: &X509Name<'_>) -> String {
    let common = name.iter_common_name().find_map(|part| part.as_str().ok());
    common.map_or_else(|| name.to_string(), str::to_owned)
}

fn name(name: &GeneralName<'_>) -> Option<String> {
    match name {
        GeneralName::DNSName(name) => Some((*name).to_owned()),
        GeneralName::IPAddress(bytes) => match **bytes {
            [a, b, c, d] => Some(std::net::Ipv4Addr::new(a, b, c, d).to_string()),
            ref other => {
                let octets: [u8; 16] = other.try_into().ok()?;
                Some(std::net::Ipv6Addr::from(octets).to_string())
            }
        },
        _ => None,
    }
}

/// RFC 3339, UTC; empty before 1970 and after 9999.
fn time(seconds: i64) -> String {
    const END_OF_9999: u64 = 253_402_300_799;
    let since = u64::try_from(seconds).ok().filter(|seconds| *seconds <= END_OF_9999);
    let at = since.and_then(|since| UNIX_EPOCH.checked_add(Duration::from_secs(since)));
    at.map_or_else(String::new, |at| humantime::format_rfc3339_seconds(at).to_string())
}
