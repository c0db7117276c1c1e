//! What to check: `host`, `host:port`, `[v6]:port`, `ftp://user@host:port/dir`, `ftps://host`, `ftpes://host`.
//!
//! Invariant: a password given in a URL is held in a [`Secret`], which can be sent and can't be shown.

use std::net::{Ipv6Addr, SocketAddr};

use percent_encoding::percent_decode_str;
use thiserror::Error;
use url::{Host, Url};

use super::security::Security;

/// A parsed target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// As typed, a password in it masked.
    pub input: String,
    /// A name in ASCII (IDNA) or an address without brackets; an IPv6 zone is kept.
    pub host: String,
    pub port: u16,
    pub security: Security,
    pub user: Option<String>,
    pub password: Option<Secret>,
    /// The folder in the URL, decoded.
    pub path: Option<String>,
}

impl Target {
    /// This endpoint, in plain.
    pub fn endpoint(address: SocketAddr) -> Self {
        Self {
            input: address.to_string(),
            host: address.ip().to_string(),
            port: address.port(),
            security: Security::Plain,
            user: None,
            password: None,
            path: None,
        }
    }
}

/// A text that goes to the server and nowhere else.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself, to be sent.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("****")
    }
}

/// Why a text is no target.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum BadTarget {
    #[error("a target is wanted: host, host:port, [v6]:port or ftp://host/")]
    Empty,
    #[error("it holds a line break or another control character")]
    ControlCharacter,
    #[error("'{0}' is no scheme of FTP: ftp, ftps and ftpes are")]
    Scheme(String),
    #[error("'{0}' is no port: 1 to 65535 are")]
    Port(String),
    #[error("its host is missing")]
    NoHost,
    #[error("'{0}' is no host name and no address")]
    Host(String),
    #[error("an IPv6 address with a port wants brackets: [{0}]:21")]
    Brackets(String),
}

/// Reads a target; its port is 21 where it names none and its scheme has no other.
pub fn parse(input: &str) -> Result<Target, BadTarget> {
    parse_with(input, 21)
}

/// As [`parse`], with another usual port.
pub fn parse_with(input: &str, usual_port: u16) -> Result<Target, BadTarget> {
    let input = input.trim();
    if input.is_empty() {
        return Err(BadTarget::Empty);
    }
    if input.contains(|c: char| c.is_control()) {
        return Err(BadTarget::ControlCharacter);
    }
    match input.split_once("://") {
        Some((scheme, rest)) => parse_url(input, scheme, rest, usual_port),
        None => parse_host_port(input, usual_port),
    }
}

fn parse_host_port(input: &str, usual_port: u16) -> Result<Target, BadTarget> {
    let (host, port) = if let Some(rest) = input.strip_prefix('[') {
        let (host, rest) = rest.split_once(']').ok_or_else(|| BadTarget::Host(input.to_owned()))?;
        match rest.strip_prefix(':') {
            Some(port) => (host, Some(port)),
            None if rest.is_empty() => (host, None),
            None => return Err(BadTarget::Host(input.to_owned())),
        }
    } else {
        match input.matches(':').count() {
            0 => (input, None),
            1 => input.split_once(':').map_or((input, None), |(host, port)| (host, Some(port))),
            _ if is_ipv6(input) => (input, None),
            _ => return Err(BadTarget::Host(input.to_owned())),
        }
    };
    let port = port.map(parse_port).transpose()?;
    let security = if port == Some(990) { Security::ImplicitTls } else { Security::Plain };
    Ok(Target {
        input: input.to_owned(),
        host: parse_host(host)?,
        port: port.unwrap_or(usual_port),
        security,
        user: None,
        password: None,
        path: None,
    })
}

fn parse_url(input: &str, scheme: &str, rest: &str, usual_port: u16) -> Result<Target, BadTarget> {
    let (security, usual_port) = match scheme.to_ascii_lowercase().as_str() {
        "ftp" => (Security::Plain, usual_port),
        "ftps" => (Security::ImplicitTls, 990),
        "ftpes" => (Security::ExplicitTls, 21),
        _ => return Err(BadTarget::Scheme(scheme.to_owned())),
    };
    // The authority is cut off by hand for the port's sake, so that a bad one is named; `url` then knows only "ftp".
    let authority = rest.split('/').next().unwrap_or("");
    let host_port = authority.rsplit_once('@').map_or(authority, |(_, h)| h);
    if host_port.is_empty() || host_port.starts_with(':') {
        return Err(BadTarget::NoHost);
    }
    if let Some((_, port)) = host_port.rsplit_once(':').filter(|_| !host_port.ends_with(']')) {
        parse_port(port)?;
    }
    let url = Url::parse(&format!("ftp://{rest}")).map_err(|_| BadTarget::Host(host_port.to_owned()))?;
    let host = match url.host() {
        Some(Host::Ipv6(address)) => address.to_string(),
        Some(host) => host.to_string(),
        None => return Err(BadTarget::NoHost),
    };
    // Url leaves out the usual port of its own scheme.
    let port = url.port().unwrap_or(if host_port.ends_with(":21") { 21 } else { usual_port });
    let decode = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let path = url.path().split(";type=").next().map(|p| p.strip_prefix('/').unwrap_or(p)).unwrap_or("");
    Ok(Target {
        input: masked(input, &url),
        host,
        port,
        security: if port == 990 && security == Security::Plain { Security::ImplicitTls } else { security },
        user: Some(decode(url.username())).filter(|user| !user.is_empty()),
        password: url.password().map(|password| Secret::new(decode(password))),
        path: Some(decode(path)).filter(|path| !path.is_empty()),
    })
}

/// The input with the password between the first colon of the user part and its last `@` masked.
fn masked(input: &str, url: &Url) -> String {
    if url.password().is_none() {
        return input.to_owned();
    }
    let (scheme, rest) = input.split_once("://").unwrap_or(("", input));
    let (user_part, host_part) = rest.rsplit_once('@').unwrap_or(("", rest));
    let user = user_part.split(':').next().unwrap_or("");
    format!("{scheme}://{user}:****@{host_part}")
}

fn parse_port(text: &str) -> Result<u16, BadTarget> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|&port: &u16| digits && port != 0).ok_or_else(|| BadTarget::Port(text.to_owned()))
}

fn parse_host(text: &str) -> Result<String, BadTarget> {
    if text.is_empty() {
        return Err(BadTarget::NoHost);
    }
    if is_ipv6(text) {
        return Ok(text.to_owned());
    }
    if text.contains(':') {
        return Err(BadTarget::Brackets(text.to_owned()));
    }
    match Host::parse(text) {
        Ok(host) => Ok(host.to_string()),
        Err(_) => Err(BadTarget::Host(text.to_owned())),
    }
}

/// An IPv6 address, with a zone (RFC 4007 section 11) or without.
fn is_ipv6(text: &str) -> bool {
    let address = text.split_once('%').map_or(text, |(address, _)| address);
    address.parse::<Ipv6Addr>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_the_contract_is_read() {
        for (text, host, port, security) in [
            ("ftp.example.com", "ftp.example.com", 21, Security::Plain),
            ("ftp.example.com:2121", "ftp.example.com", 2121, Security::Plain),
            ("192.0.2.1:21", "192.0.2.1", 21, Security::Plain),
            ("2001:db8::1", "2001:db8::1", 21, Security::Plain),
            ("[2001:db8::1]:2121", "2001:db8::1", 2121, Security::Plain),
            ("[fe80::1%eth0]", "fe80::1%eth0", 21, Security::Plain),
            ("ftp://example.com", "example.com", 21, Security::Plain),
            ("FTP://example.com:2121/pub", "example.com", 2121, Security::Plain),
            ("ftps://example.com", "example.com", 990, Security::ImplicitTls),
            ("ftps://example.com:21", "example.com", 21, Security::ImplicitTls),
            ("ftpes://example.com", "example.com", 21, Security::ExplicitTls),
            ("ftp://[2001:db8::1]:2121/", "2001:db8::1", 2121, Security::Plain),
            ("example.com:990", "example.com", 990, Security::ImplicitTls),
            ("bücher.example", "xn--bcher-kva.example", 21, Security::Plain),
        ] {
            let target = parse(text).unwrap_or_else(|why| panic!("{text}: {why}"));
            assert_eq!((target.host.as_str(), target.port, target.security), (host, port, security), "{text}");
        }
    }

    #[test]
    fn another_usual_port_stands_where_none_is_named() {
        for (text, port) in
            [("host", 990), ("ftp://host/", 990), ("host:21", 21), ("ftp://host:21/", 21), ("[::1]", 990)]
        {
            assert_eq!(parse_with(text, 990).map(|target| target.port), Ok(port), "{text}");
        }
    }

    #[test]
    fn user_password_and_folder_come_out_of_a_url_decoded() {
        let target = parse("ftp://bob%40x:se%3Acret@example.com/pub/a%20b;type=a").expect("a target");
        assert_eq!(target.user.as_deref(), Some("bob@x"));
        assert_eq!(target.password.as_ref().map(Secret::reveal), Some("se:cret"));
        assert_eq!(target.path.as_deref(), Some("pub/a b"));
    }

    #[test]
    fn a_password_appears_in_nothing_that_is_shown() {
        let target = parse("ftp://bob:hunter2@example.com/").expect("a target");
        assert_eq!(target.input, "ftp://bob:****@example.com/");
        assert!(!format!("{target:?}").contains("hunter2"));
    }

    #[test]
    fn what_is_no_target_says_why() {
        assert_eq!(parse("  "), Err(BadTarget::Empty));
        assert_eq!(parse("host:0"), Err(BadTarget::Port("0".into())));
        assert_eq!(parse("host:70000"), Err(BadTarget::Port("70000".into())));
        assert_eq!(parse("host:ftp"), Err(BadTarget::Port("ftp".into())));
        assert_eq!(parse("http://host"), Err(BadTarget::Scheme("http".into())));
        assert_eq!(parse("ftp://:21/"), Err(BadTarget::NoHost));
        assert_eq!(parse("ftp://host:x/"), Err(BadTarget::Port("x".into())));
        assert_eq!(parse("a\r\nb"), Err(BadTarget::ControlCharacter));
        assert!(parse("two words").is_err());
    }
}
