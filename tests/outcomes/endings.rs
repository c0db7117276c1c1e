//! The endings that a data connection can have, each with the timeline that the engine writes of it, and the evidence of a
//! check that met some of them.

use ftpmode::evidence::attempt::{Attempt, DataVerb, Load, Mode};
use ftpmode::evidence::security::{Protection, Security};
use ftpmode::evidence::timeline::Event;
use ftpmode::evidence::{Control, Evidence, Outcome, TargetAsked};

const LOCAL: &str = "192.168.1.10";
pub const SERVER: &str = "198.18.0.20";

/// How a passive data connection ends: a name, and the events behind the command. `works` begins those that work.
const PASSIVE: &[(&str, &[&str])] = &[
    ("works", &["AGREED", "> LIST", "JOINED", "< 150 Here it comes.", "received 134", "end-of-file", "< 226 Done."]),
    (
        "works, empty",
        &["AGREED", "> LIST", "JOINED", "< 150 Here it comes.", "received 0", "end-of-file", "< 226 Done."],
    ),
    ("works, enough", &["AGREED", "> LIST", "JOINED", "< 150 Here it comes.", "received 2000000", "enough"]),
    ("refused", &["AGREED", "refused"]),
    ("refused, and lets the next in", &["AGREED", "refused", "let-in 2"]),
    ("refused again", &["AGREED", "refused", "refused-again 4"]),
    ("dropped", &["AGREED", "silent connect 3600"]),
    ("dropped, and the server speaks first", &["AGREED", "> LIST", "LATE < 425 Failed to establish connection."]),
    ("unreachable by a router", &["AGREED", "unreachable admin-prohibited 203.0.113.1"]),
    ("unreachable by the server", &["AGREED", "unreachable port-unreachable 198.18.0.20"]),
    ("no route", &["AGREED", "unreachable no-route"]),
    ("rejected", &["< 500 What?"]),
    ("disabled", &["< 550 Permission denied."]),
    ("wants TLS", &["< 550 SSL/TLS required on the control channel"]),
    ("no port", &["< 425 All reserved TCP ports are busy"]),
    ("no port, unsaid", &["< 425 Can't open data connection."]),
    ("wants PRET", &["< 500 Use PRET first"]),
    ("session ended", &["< 421 Timeout."]),
    ("unreadable", &["< 227 Hello.", "unreadable it has no six numbers separated by commas"]),
    ("nonsense", &["? a line without a reply code | hello", "silent reply 10000"]),
    ("odd code", &["< 300 Hm."]),
    ("unanswered", &["silent reply 10000"]),
    ("cut at the command", &["control-reset"]),
    ("foreign source", &["AGREED", "> LIST", "JOINED", "< 425 Security: Bad IP connecting."]),
    ("wants PROT P", &["AGREED", "> LIST", "JOINED", "< 522 Data connections must be encrypted."]),
    ("listing refused", &["AGREED", "> LIST", "JOINED", "< 550 No such file."]),
    ("transfer refused", &["AGREED", "> LIST", "JOINED", "< 426 No."]),
    ("stalled", &["AGREED", "> LIST", "JOINED", "< 150 Here it comes.", "silent bytes 10000"]),
    ("unconfirmed", &["AGREED", "> LIST", "JOINED", "received 134", "end-of-file", "silent reply 10000"]),
    ("taken by another", &["AGREED", "> LIST", "JOINED", "received 0", "end-of-file", "silent reply 10000"]),
    ("reset by another", &["AGREED", "> LIST", "received 0", "reset", "silent reply 10000"]),
    ("taken by another, said late", &["AGREED", "> LIST", "JOINED", "received 0", "end-of-file", "LATE < 425 No."]),
    ("announced", &["AGREED", "> LIST", "JOINED", "< 150 Go.", "received 0", "end-of-file", "LATE < 425 No."]),
    ("announced and held", &["AGREED", "> LIST", "JOINED", "< 150 Go.", "LATE < 425 No."]),
    ("given up with its connection", &["AGREED", "> LIST", "JOINED", "< 150 Go.", "LATE < 425 No.", "end-of-file"]),
    ("announced, and no more", &["AGREED", "> LIST", "JOINED", "< 150 Go.", "end-of-file", "silent reply 10000"]),
    ("control lost", &["AGREED", "> LIST", "JOINED", "received 134", "control-closed"]),
    ("reset", &["AGREED", "> LIST", "JOINED", "received 20", "reset"]),
    ("226 and no connection", &["AGREED", "> LIST", "< 226 Done."]),
    ("failed here", &["AGREED", "failed no port is free"]),
    ("cut short", &["AGREED", "cut-short"]),
    ("nothing came of it", &[]),
];

const ACTIVE: &[(&str, &[&str])] = &[
    ("works", &["< 200 Ok.", "> LIST", "JOINED", "< 150 Here it comes.", "received 134", "end-of-file", "< 226 Done."]),
    (
        "works, joined first",
        &["JOINED", "< 200 Ok.", "> LIST", "< 125 Go.", "received 134", "end-of-file", "< 226 Done."],
    ),
    ("works, empty", &["< 200 Ok.", "> LIST", "JOINED", "received 0", "end-of-file", "< 226 Done."]),
    ("no callback", &["< 200 Ok.", "> LIST", "silent callback 3600"]),
    ("no callback and no answer", &["silent reply 3600", "silent callback 3600"]),
    ("a stranger", &["< 200 Ok.", "> LIST", "stranger 198.18.0.77:20", "silent callback 3600"]),
    ("a stranger, and 425", &["< 200 Ok.", "> LIST", "stranger 198.18.0.77:20", "< 425 Connection reset by peer"]),
    ("a stranger, and 226", &["< 200 Ok.", "> LIST", "stranger 198.18.0.77:20", "< 150 Here.", "< 226 Done."]),
    (
        "a stranger, then the server",
        &["< 200 Ok.", "> LIST", "stranger 198.18.0.77:20", "JOINED", "received 9", "end-of-file", "< 226 Done."],
    ),
    ("refused", &["< 200 Ok.", "> LIST", "< 425 Unable to build data connection: Connection refused"]),
    ("timed out", &["< 200 Ok.", "> LIST", "< 425 Unable to build data connection: Connection timed out"]),
    ("no route", &["< 200 Ok.", "> LIST", "< 425 Unable to build data connection: No route to host"]),
    ("425 at once", &["< 200 Ok.", "> LIST", "< 425 Failed to establish connection."]),
    ("425 late", &["< 200 Ok.", "> LIST", "LATE < 425 Failed to establish connection."]),
    ("425 to PORT", &["< 425 Can't open data connection."]),
    ("pyftpdlib's 425", &["< 425 Can't connect to specified address."]),
    ("address rejected", &["< 500 Illegal PORT command."]),
    ("address rejected, ours named", &["< 500 I won't open a connection to 192.168.1.10 (only to 203.0.113.2)"]),
    ("address rejected, another named", &["< 500 I won't open a connection to 203.0.113.9 (only to 203.0.113.2)"]),
    ("rejected", &["< 500 What?"]),
    ("disabled", &["< 550 Permission denied."]),
    ("disabled with 220", &["< 220 Active mode is disabled"]),
    ("session ended", &["< 421 Too many connections."]),
    ("cut at the command", &["control-closed"]),
    ("wants PROT P", &["< 200 Ok.", "> LIST", "< 522 Data connections must be encrypted."]),
    ("listing refused", &["< 200 Ok.", "> LIST", "< 450 No such file."]),
    ("stalled", &["< 200 Ok.", "> LIST", "JOINED", "silent bytes 10000"]),
    ("unconfirmed", &["< 200 Ok.", "> LIST", "JOINED", "received 134", "end-of-file", "silent reply 10000"]),
    ("reset", &["< 200 Ok.", "> LIST", "JOINED", "reset"]),
    ("given up", &["< 200 Ok.", "> LIST", "JOINED", "< 150 Go.", "LATE < 425 No."]),
    ("226 and no connection", &["< 200 Ok.", "> LIST", "< 226 Done."]),
    ("odd code", &["< 300 Hm."]),
    ("failed here", &["failed listen: no port is free"]),
];

/// How a data connection ends under TLS, in either mode, behind the server's agreement.
pub const UNDER_TLS: &[(&str, &[&str])] = &[
    (
        "works under TLS",
        &["JOINED", "secured TLSv1.3 resumed", "< 150 Go.", "received 134", "end-of-file", "< 226 Done."],
    ),
    ("TLS broken, and said", &["JOINED", "tls-failed alert HandshakeFailure", "< 425 TLS failed."]),
    ("TLS cut off", &["JOINED", "tls-failed closed "]),
    ("TLS cut off, confirmed all the same", &["JOINED", "tls-failed reset ", "< 226 Done."]),
    ("no handshake", &["JOINED", "silent handshake 10000"]),
    ("cut in a record", &["JOINED", "secured TLSv1.3 resumed", "received 10", "tls-failed cut-record "]),
    ("plain in the place of TLS", &["JOINED", "tls-failed not-tls 500 OOPS: no", "control-closed"]),
    (
        "session wanted",
        &[
            "JOINED",
            "secured TLSv1.3 new",
            "received 0",
            "end-of-file",
            "< 425 Unable to build data connection: Operation not permitted",
        ],
    ),
    (
        "session wanted, vsftpd",
        &["JOINED", "secured TLSv1.3 new", "end-of-file", "< 522 SSL connection failed: session reuse required"],
    ),
];

/// Endings that stand for the others, beside which all others are tried.
pub const FEW: &[&str] = &["works", "refused", "rejected", "no callback", "dropped", "stalled", "failed here"];

/// What 227 names: the server's own address, a private one, another public one.
const NAMED: &[&str] = &[SERVER, "10.0.0.20", "203.0.113.99"];

/// The greeting, and what STAT says, for each kind of control connection.
pub const SERVERS: &[(&str, &str)] = &[
    ("220 (vsFTPd 3.0.3)", "211-Status\n Connected to 203.0.113.2\n vsFTPd 3.0.3 - secure\n211 End"),
    ("220 (vsFTPd 3.0.3)", "211-Status\n Connected to 192.168.1.10\n vsFTPd 3.0.3 - secure\n211 End"),
    ("220 ProFTPD Server (x) [10.0.0.20]", "211-Status\n Connected from 203.0.113.2 (203.0.113.2)\n211 End"),
    ("220 pyftpdlib 1.5.7 ready.", "211-Status\n Connected to: 198.18.0.20:21\n211 End"),
    ("220 Welcome.", "500 What?"),
];

/// An ending of one method.
pub struct Ending {
    pub name: String,
    pub named: &'static str,
    pub works: bool,
    pub outcome: Outcome,
}

impl Ending {
    pub fn is_one_of(&self, names: &[&str]) -> bool {
        self.named == SERVER && names.iter().any(|name| self.name.ends_with(&format!(": {name}")))
    }
}

/// The endings of each verb, in the order PASV, EPSV, PORT, EPRT.
pub struct Endings {
    pub of: [Vec<Ending>; 4],
}

impl Endings {
    pub fn all() -> Self {
        let of = DataVerb::ALL.map(|verb| {
            let (table, named) = match verb {
                DataVerb::Pasv => (PASSIVE, NAMED),
                DataVerb::Epsv => (PASSIVE, &NAMED[..1]),
                DataVerb::Port | DataVerb::Eprt => (ACTIVE, &NAMED[..1]),
            };
            let endings =
                named.iter().flat_map(|named| table.iter().map(|(name, events)| ending(verb, named, name, events)));
            // What never names an address is the same whatever would have been named.
            endings.filter(|ending| ending.named == SERVER || ending.outcome.events.len() > 3).collect()
        });
        Self { of }
    }
}

pub fn ending(verb: DataVerb, named: &'static str, name: &str, events: &[&str]) -> Ending {
    let mut at = 0.0;
    let mut lines: Vec<String> = Vec::new();
    let mut add = |line: &str, took: f64| {
        at += took;
        lines.push(format!("{at:.1} {line}"));
    };
    match verb.mode() {
        Mode::Passive => add(&format!("> {}", verb.name()), 0.4),
        Mode::Active => {
            add(&format!("listening {LOCAL}:51210"), 0.1);
            add(&format!("named {LOCAL}:51210"), 0.0);
            let argument = if verb == DataVerb::Port { "192,168,1,10,200,10" } else { "|1|192.168.1.10|51210|" };
            add(&format!("> {} {argument}", verb.name()), 0.1);
        }
    }
    for event in events {
        match *event {
            "AGREED" if verb == DataVerb::Pasv => {
                add(&format!("< 227 Entering Passive Mode ({},156,74).", named.replace('.', ",")), 0.4);
                add(&format!("named {named}:40010"), 0.0);
                add(&format!("dialled {SERVER}:40010"), 0.1);
            }
            "AGREED" => {
                add("< 229 Entering Extended Passive Mode (|||40020|)", 0.4);
                add(&format!("named {SERVER}:40020"), 0.0);
                add(&format!("dialled {SERVER}:40020"), 0.1);
            }
            "JOINED" if verb.mode() == Mode::Passive => add(&format!("connected {LOCAL}:40777 {SERVER}:40010"), 0.5),
            "JOINED" => add(&format!("accepted {LOCAL}:51210 {SERVER}:20"), 0.5),
            line => match line.strip_prefix("LATE ") {
                Some(late) => add(late, 20_000.0),
                None => add(line, if line.starts_with("silent") { 3600.0 } else { 0.4 }),
            },
        }
    }
    let events = lines.iter().map(|line| line.parse::<Event>().unwrap_or_else(|why| panic!("{why}"))).collect();
    let outcome = Outcome {
        verb,
        address: Attempt::usual(verb).address,
        load: Load::Usual,
        protection: Protection::Plain,
        control: 0,
        set_aside: false,
        events,
    };
    let works = name.starts_with("works") || name == "a stranger, then the server";
    Ending { name: format!("{} naming {named}: {name}", verb.name()), named, works, outcome }
}

pub fn evidence(server: usize, endings: &[&Ending]) -> Evidence {
    let (greeting, status) = SERVERS[server];
    let lines = [
        format!("2.0 < {greeting}"),
        "2.1 > USER anonymous".into(),
        "2.2 > PASS ****".into(),
        "2.2 > STAT".into(),
        "2.5 < 331 Password, please.".into(),
        "2.7 < 230 Welcome.".into(),
        format!("2.9 < {status}"),
    ];
    let control = Control {
        local: format!("{LOCAL}:51000").parse().expect("an endpoint"),
        peer: format!("{SERVER}:21").parse().expect("an endpoint"),
        connect_ms: 1.0,
        security: Security::Plain,
        certificate: None,
        client: None,
        events: lines.iter().map(|line| line.parse().unwrap_or_else(|why| panic!("{why}"))).collect(),
    };
    Evidence {
        target: TargetAsked { input: "ftp.example.com".into(), host: "ftp.example.com".into(), port: 21 },
        controls: vec![control],
        attempts: endings.iter().map(|ending| ending.outcome.clone()).collect(),
        ..Evidence::default()
    }
}

/// The same, encrypted.
pub fn under_tls(mut evidence: Evidence) -> Evidence {
    for control in &mut evidence.controls {
        control.security = Security::ExplicitTls;
        let handshake = ["2.03 > AUTH TLS", "2.04 < 234 Go on.", "2.05 secured TLSv1.3 new"];
        control.events.splice(1..1, handshake.map(|line| line.parse().expect("an event")));
    }
    evidence.attempts.iter_mut().for_each(|outcome| outcome.protection = Protection::Private);
    evidence
}
