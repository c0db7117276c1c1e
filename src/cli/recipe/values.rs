//! What is put in the place of a recipe's placeholders: examples, or what a saved check knows.
//!
//! Invariant: a value says where it is from. What a report does not know stays an example, and says why.

use std::net::IpAddr;

use super::entry::Kind;
use crate::evidence::address::{Reach, reach};
use crate::evidence::facts::Facts;
use crate::report::Report;
use crate::report::model::Known;

/// A placeholder, and what is put in its place.
#[derive(Clone, Debug)]
pub struct Value {
    /// Without its braces.
    pub name: &'static str,
    pub text: String,
    /// What it stands for.
    pub of: &'static str,
    pub origin: Origin,
}

/// Where a value is from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    Example,
    /// The report does not know it, and why: a sentence.
    StillExample(String),
    /// From the report, with a sentence on how far it may be trusted.
    Report(String),
}

/// Everything that is put in.
#[derive(Clone, Debug)]
pub struct Values(Vec<Value>);

/// Below this there is no range to speak of.
const ENOUGH_PORTS: usize = 2;

/// Ports farther apart are what systems give out to a server that has no range set; Linux takes 32768 to 60999.
const WIDEST: u16 = 4000;

/// The name of each placeholder, its example, and what it stands for.
const EXAMPLES: &[(&str, &str, &str)] = &[
    ("host", "ftp.example.com", "the server's name"),
    ("port", "21", "the port of the control connection"),
    ("address", "203.0.113.20", "the server's outer address"),
    ("inside", "10.0.0.20", "the server's own address behind the translation"),
    ("low", "40000", "the lowest port of the server's passive range"),
    ("high", "40100", "the highest port of the server's passive range"),
    ("client", "192.168.1.10", "the client's own address"),
    ("client_address", "198.51.100.7", "the client's outer address"),
    ("client_low", "50000", "the lowest port that the client listens at in active mode"),
    ("client_high", "50010", "the highest port that the client listens at in active mode"),
];

/// In a client's recipe these mean the client's own.
const OF_CLIENTS: &[(&str, &str)] = &[("address", "client_address"), ("low", "client_low"), ("high", "client_high")];

impl Values {
    pub fn examples() -> Self {
        let all = EXAMPLES.iter().map(|(name, text, of)| Value {
            name,
            text: (*text).to_owned(),
            of,
            origin: Origin::Example,
        });
        Self(all.collect())
    }

    /// What the report knows, and examples for the rest.
    pub fn of(report: &Report) -> Self {
        let mut values = Self::examples();
        values.host(report);
        values.set("port", report.target.port.to_string(), "This is the port that was checked.");
        values.server_address(report);
        values.passive_range(report);
        values.client(report);
        for name in ["client_low", "client_high"] {
            values.keep(name, "No report knows the ports that are to be used for it.");
        }
        values
    }

    /// The text with every placeholder filled.
    pub fn fill(&self, text: &str, kind: Kind) -> String {
        self.usual(kind).fold(text.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), &value.text))
    }

    /// The values that a text has a placeholder for.
    pub fn used<'v>(&'v self, text: &'v str, kind: Kind) -> impl Iterator<Item = &'v Value> {
        self.usual(kind).filter(move |(name, _)| text.contains(&format!("{{{name}}}"))).map(|(_, value)| value)
    }

    /// Each placeholder with its value, as this kind of recipe means it.
    fn usual(&self, kind: Kind) -> impl Iterator<Item = (&'static str, &Value)> {
        self.0.iter().map(move |value| {
            let own = OF_CLIENTS.iter().find(|(name, _)| kind == Kind::Client && *name == value.name);
            let meant = own.and_then(|(_, meant)| self.0.iter().find(|value| value.name == *meant));
            (value.name, meant.unwrap_or(value))
        })
    }

    fn host(&mut self, report: &Report) {
        // A file from elsewhere is pasted into shells: nothing but what a name or an address is made of goes in.
        let host = &report.target.host;
        let harmless = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':');
        if host.is_empty() || host.starts_with('-') || !host.chars().all(harmless) {
            self.keep("host", "The host in the report is no name or address that can be put into a command.");
            return;
        }
        let host = if host.contains(':') { format!("[{host}]") } else { host.clone() };
        self.set("host", host, "This is the host that was checked.");
    }

    fn server_address(&mut self, report: &Report) {
        match report.target.address.as_deref().and_then(|address| address.parse::<IpAddr>().ok()) {
            None => self.keep("address", "The check came to no address of the server."),
            Some(IpAddr::V6(_)) => {
                self.keep("address", "The server was checked over IPv6, where PASV and its address play no part.");
            }
            Some(address) if reach(address) != Reach::Public => self.keep(
                "address",
                &format!("The server was checked at {address}, which is not an address that the Internet can reach."),
            ),
            Some(address) => self.set("address", address.to_string(), "The check reached the server at this address."),
        }
        match report.path.server_inside.as_deref().and_then(|address| address.parse::<IpAddr>().ok()) {
            Some(IpAddr::V4(inside)) => {
                self.set("inside", inside.to_string(), "The server names this address as its own.");
            }
            _ => self.keep("inside", "The server did not show it."),
        }
    }

    fn passive_range(&mut self, report: &Report) {
        let ports = &report.passive_ports;
        match (ports.lowest, ports.highest) {
            (Some(low), Some(high)) if ports.seen.len() >= ENOUGH_PORTS => {
                let seen = ports.seen.len();
                let about = if high - low > WIDEST {
                    format!(
                        "This is about the range: {seen} ports of it were seen, from {low} to {high}. So far apart they look \
                         like no range at all: choose a short one at the server, such as 40000 to 40100, and use that in the \
                         place of these."
                    )
                } else {
                    format!(
                        "This is about the range: {seen} ports of it were seen, from {low} to {high}. The server's own setting \
                         may be wider, and is the one that counts."
                    )
                };
                self.set("low", low.to_string(), &about);
                self.set("high", high.to_string(), &about);
            }
            (Some(only), _) => {
                let why =
                    format!("One passive port was seen, {only}, which is no range. Take in the server's own setting.");
                self.keep("low", &why);
                self.keep("high", &why);
            }
            _ => {
                let why = "No passive port was seen.";
                self.keep("low", why);
                self.keep("high", why);
            }
        }
    }

    fn client(&mut self, report: &Report) {
        let parsed = |address: &Option<String>| address.as_deref().and_then(|address| address.parse::<IpAddr>().ok());
        let local = parsed(&report.control.local_address);
        match local {
            Some(IpAddr::V6(_)) => self.keep("client", "The check was made over IPv6, where no port is forwarded."),
            Some(address) => self.set("client", address.to_string(), "The check was made from this address."),
            None => self.keep("client", "No connection was made that would show it."),
        }
        // What the server sees may be an address of its own side.
        let outer = Facts::of(&report.evidence).outer_address().seen().map(|(outer, _)| outer);
        match (outer, report.path.client_nat, local) {
            (Some(seen), ..) => {
                self.set("client_address", seen.to_string(), "The server sees the client at this address.")
            }
            (None, Known::No, Some(local)) => {
                self.set("client_address", local.to_string(), "Nothing translates the client's own address.");
            }
            _ => self.keep("client_address", "The server did not tell at which address it sees the client."),
        }
    }

    fn set(&mut self, name: &str, text: String, how: &str) {
        for value in self.0.iter_mut().filter(|value| value.name == name) {
            value.text.clone_from(&text);
            value.origin = Origin::Report(how.to_owned());
        }
    }

    fn keep(&mut self, name: &str, why: &str) {
        for value in self.0.iter_mut().filter(|value| value.name == name) {
            value.origin = Origin::StillExample(why.to_owned());
        }
    }
}
