//! TLS as the lab's servers speak it (RFC 4217): their certificates, and each server's own words for what it demands.

use std::path::{Path, PathBuf};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, KeyUsagePurpose, date_time_ymd,
};

use crate::servers::Kind;

/// How a server speaks TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tls {
    pub certificate: Certificate,
    pub reuse: Reuse,
    pub versions: Versions,
    pub demanded: Demanded,
    /// From the first byte on, on a port of its own; without, after AUTH TLS. vsftpd and ProFTPD alone can.
    pub implicit: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Certificate {
    /// By the lab's authority, for the server's addresses and names.
    Signed,
    SelfSigned,
    /// By the lab's authority, and its days are over.
    Expired,
}

/// Whether a data connection must resume the control connection's session. Only vsftpd and ProFTPD know the demand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reuse {
    Required,
    NotRequired,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Versions {
    Any,
    Only12,
    Only13,
}

/// What the server refuses in plain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Demanded {
    Optional,
    Control,
    ControlAndData,
}

impl Tls {
    pub const OFFERED: Self = Self {
        certificate: Certificate::Signed,
        reuse: Reuse::NotRequired,
        versions: Versions::Any,
        demanded: Demanded::Optional,
        implicit: false,
    };

    /// What goes into the server's settings before those of the case; for Pure-FTPd, options.
    pub fn settings(&self, kind: Kind, certificates: &Certificates) -> Result<String, String> {
        let certificate = certificates.of(self.certificate).display().to_string();
        let control = self.demanded != Demanded::Optional;
        let data = self.demanded == Demanded::ControlAndData;
        match kind {
            // The demands for local users and for anonymous are separate; 3.0.3's default ciphers are for RSA alone.
            // strict_ssl_* stay as they are by default: such a server ends a connection without close_notify.
            Kind::Vsftpd => Ok(format!(
                "ssl_enable=YES\nallow_anon_ssl=YES\nrsa_cert_file={certificate}\nssl_ciphers=HIGH\n\
                 require_ssl_reuse={}\nforce_local_logins_ssl={control}\nforce_anon_logins_ssl={control}\n\
                 force_local_data_ssl={data}\nforce_anon_data_ssl={data}\nimplicit_ssl={}\n",
                yes(self.reuse == Reuse::Required),
                yes(self.implicit),
                control = yes(control),
                data = yes(data),
            )),
            Kind::Proftpd => {
                let required = match self.demanded {
                    Demanded::Optional => "off",
                    Demanded::Control => "ctrl",
                    Demanded::ControlAndData => "on",
                };
                let versions = match self.versions {
                    Versions::Any => "TLSv1.2 TLSv1.3",
                    Versions::Only12 => "TLSv1.2",
                    Versions::Only13 => "TLSv1.3",
                };
                let mut options = String::new();
                if self.reuse == Reuse::NotRequired {
                    options += " NoSessionReuseRequired";
                }
                if self.implicit {
                    options += " UseImplicitSSL";
                }
                if !options.is_empty() {
                    options.insert_str(0, "TLSOptions");
                }
                Ok(format!(
                    "LoadModule mod_tls.c\nTLSEngine on\nTLSECCertificateFile {certificate}\n\
                     TLSECCertificateKeyFile {certificate}\nTLSRequired {required}\nTLSProtocol {versions}\n{options}\n"
                ))
            }
            Kind::PureFtpd => {
                let level = match self.demanded {
                    Demanded::Optional => 1,
                    Demanded::Control => 2,
                    Demanded::ControlAndData => 3,
                };
                Ok(format!("-Y {level} --certfile {certificate} "))
            }
            Kind::Pyftpdlib => Ok(format!(
                "from pyftpdlib.handlers import TLS_FTPHandler\n\
                 handler = server.handler = TLS_FTPHandler\nhandler.certfile = '{certificate}'\n\
                 handler.tls_control_required = {}\nhandler.tls_data_required = {}\n",
                python(control),
                python(data),
            )),
            other => Err(format!("{other:?} has no TLS here")),
        }
    }

    /// OpenSSL's own file, for servers that cannot name one version.
    pub fn openssl_config(&self) -> String {
        let bounds = match self.versions {
            Versions::Any => "MinProtocol = TLSv1.2\n",
            Versions::Only12 => "MinProtocol = TLSv1.2\nMaxProtocol = TLSv1.2\n",
            Versions::Only13 => "MinProtocol = TLSv1.3\n",
        };
        format!("openssl_conf = a\n[a]\nssl_conf = b\n[b]\nsystem_default = c\n[c]\n{bounds}")
    }
}

fn yes(on: bool) -> &'static str {
    if on { "YES" } else { "NO" }
}

fn python(on: bool) -> &'static str {
    if on { "True" } else { "False" }
}

/// The lab's certificates, made anew for each run; each file holds its key too, as Pure-FTPd wants it.
pub struct Certificates {
    folder: tempfile::TempDir,
}

/// The server's names and addresses as clients of the lab reach it.
const NAMES: [&str; 5] = ["ftp.test", "both.test", "198.18.0.20", "10.0.0.20", "2001:db8:4::20"];

impl Certificates {
    pub fn make() -> Result<Self, String> {
        let folder = crate::network::scratch().map_err(|error| error.to_string())?;
        // Who runs the check as nobody reads the authority too.
        let open = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        std::fs::set_permissions(folder.path(), open).map_err(|error| error.to_string())?;
        write(folder.path()).map_err(|why| format!("no certificates: {why}"))?;
        Ok(Self { folder })
    }

    /// The authority's certificate.
    pub fn authority(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// The server's, by the authority.
    pub fn signed(&self) -> PathBuf {
        self.of(Certificate::Signed)
    }

    fn of(&self, certificate: Certificate) -> PathBuf {
        self.folder.path().join(match certificate {
            Certificate::Signed => "signed.pem",
            Certificate::SelfSigned => "self-signed.pem",
            Certificate::Expired => "expired.pem",
        })
    }
}

fn write(folder: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let named = |name: &str, names: &[&str]| {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        CertificateParams::new(names).map(|mut params| {
            params.distinguished_name.push(DnType::CommonName, name);
            params
        })
    };
    let mut params = named("lab authority", &[])?;
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate()?)?;
    std::fs::write(folder.join("ca.pem"), authority.pem())?;
    let key = KeyPair::generate()?;
    let keep = |name: &str, certificate: &str| std::fs::write(folder.join(name), key.serialize_pem() + certificate);

    let mut params = named("ftp.test", &NAMES)?;
    keep("signed.pem", &params.signed_by(&key, &authority)?.pem())?;
    keep("self-signed.pem", &params.self_signed(&key)?.pem())?;
    (params.not_before, params.not_after) = (date_time_ymd(2020, 1, 1), date_time_ymd(2021, 1, 1));
    keep("expired.pem", &params.signed_by(&key, &authority)?.pem())?;
    Ok(())
}
