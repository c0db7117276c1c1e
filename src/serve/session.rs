//! One client's session: its commands carried out one after the other (RFC 959 sections 4.1 and 5.4).

use std::hash::{BuildHasher, RandomState};
use std::net::{IpAddr, SocketAddr, SocketAddrV4};
use std::sync::Arc;
use std::time::Instant;

use tokio::net::TcpStream;

use super::content::{self, Body, Folder, Listing, Node};
use super::control::{Attended, Control, Gone, Line};
use super::data::{self, Ends, Offer};
use super::fault::{Ending, Greeting, Instead};
use super::stream::Stream;
use super::tls::{Begin, Demand};
use super::{Shared, shown};
use crate::protocol::{extended, host_port, letters, mark};

mod status;

/// Talks with one client until it goes.
pub async fn run(stream: TcpStream, shared: Arc<Shared>) {
    let (Ok(local), Ok(peer)) = (stream.local_addr(), stream.peer_addr()) else { return };
    let ends = Ends { local: canonical(local), peer: canonical(peer) };
    shared.log(ends.peer, format_args!("connected to {}", ends.local));
    // Without it, a reply waits for the acknowledgement of the one before.
    let _ = stream.set_nodelay(true);
    let control = Control::new(stream, shared.settings.idle, shared.faults.reply_delay());
    let mut session = Session {
        shared,
        control,
        ends,
        login: Login::Nobody,
        folder: Folder::Root,
        offer: None,
        setup: Setup::AnyVerb,
        level: Level::Unset,
        arrivals_told: 0,
    };
    let ended = session.begin().await;
    let reason = match &ended {
        Ok(()) => "closed".to_owned(),
        Err(gone) => gone.to_string(),
    };
    if let Err(Gone::Idle) = ended {
        let _ = session.control.reply("421 Nothing was said for too long.").await;
    }
    session.shared.log(ends.peer, format_args!("{reason}"));
    session.control.close().await;
}

struct Session {
    shared: Arc<Shared>,
    control: Control,
    ends: Ends,
    login: Login,
    folder: Folder,
    offer: Option<Offer>,
    setup: Setup,
    level: Level,
    /// How often it was told what came to the passive port.
    arrivals_told: u8,
}

/// What was agreed to guard data connections (RFC 4217 sections 8 and 9).
#[derive(Clone, Copy, PartialEq, Eq)]
enum Level {
    /// No PBSZ yet.
    Unset,
    Clear,
    Private,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Login {
    Nobody,
    Named,
    Done,
}

/// Which verbs may set up data connections.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Setup {
    AnyVerb,
    /// EPSV ALL was said (RFC 2428 section 4).
    EpsvOnly,
}

/// What a transfer command asks for.
enum Wanted {
    File(Body),
    Listing(Node, Listing),
}

/// Whether the session goes on.
enum Next {
    Command,
    Close,
}

impl Session {
    async fn begin(&mut self) -> Result<(), Gone> {
        let shared = Arc::clone(&self.shared);
        if let Some(tls) = shared.tls.as_ref().filter(|tls| tls.begin == Begin::Implicit) {
            self.control.secure(tls).await?;
        }
        self.talk().await
    }

    async fn talk(&mut self) -> Result<(), Gone> {
        match self.shared.faults.greeting() {
            Greeting::Welcome => {
                self.reply("220 ftpmode serve: one end of a diagnosis, anonymous and read-only.").await?
            }
            Greeting::Dismiss(line) => return self.reply(line).await,
            Greeting::Babble(line) => {
                self.reply(line).await?;
                return self.control.ignore_everything().await;
            }
            Greeting::Silence => return self.control.ignore_everything().await,
        }
        loop {
            let (verb, argument) = match self.control.next().await? {
                Line::Command { verb, argument } => (verb, argument),
                Line::TooLong => {
                    self.reply("500 Line too long.").await?;
                    continue;
                }
            };
            let told = if matches!(verb.as_str(), "PASS" | "ACCT") { "****" } else { &argument };
            self.shared.log(self.ends.peer, format_args!("> {} {}", shown(&verb), shown(told)));
            match self.carry_out(&verb, &argument).await? {
                Next::Command => {}
                Next::Close => return Ok(()),
            }
        }
    }

    async fn carry_out(&mut self, verb: &str, argument: &str) -> Result<Next, Gone> {
        match self.shared.faults.instead_of(verb) {
            Some(Instead::Reply(text)) => return self.reply(&text).await.map(|()| Next::Command),
            Some(Instead::Close) => return Ok(Next::Close),
            None => {}
        }
        let open_to_all = [
            "USER", "PASS", "QUIT", "NOOP", "FEAT", "SYST", "HELP", "STAT", "OPTS", "AUTH", "PBSZ", "PROT", "CCC",
            "ABOR",
        ];
        let guarded = self.demands_encryption() && self.control.tls_version().is_none();
        if guarded && matches!(verb, "USER" | "PASS") {
            self.reply("530 TLS is required here: send AUTH TLS first.").await?;
            return Ok(Next::Command);
        }
        if self.login != Login::Done && !open_to_all.contains(&verb) {
            self.reply("530 Log in as anonymous first.").await?;
            return Ok(Next::Command);
        }
        match verb {
            "QUIT" => {
                self.reply("221 Goodbye.").await?;
                return Ok(Next::Close);
            }
            "AUTH" => self.auth(argument).await?,
            "STAT" if argument.is_empty() => {
                let status = self.status().await;
                self.reply(&status).await?;
            }
            "PASV" => self.pasv().await?,
            "EPSV" => self.epsv(argument).await?,
            "PORT" => self.active(verb, host_port::parse(argument).map(SocketAddr::V4)).await?,
            "EPRT" => self.active(verb, extended::parse_eprt(argument)).await?,
            "LIST" => self.list(argument, Listing::Long).await?,
            "NLST" => self.list(argument, Listing::Names).await?,
            "MLSD" => self.list(argument, Listing::Facts).await?,
            "RETR" => match content::find(self.folder, argument) {
                Some(Node::File { body, .. }) => self.transfer(Wanted::File(body)).await?,
                _ => self.reply("550 No such file; try 5MiB.bin.").await?,
            },
            _ => {
                let reply = self.answer(verb, argument);
                self.reply(&reply).await?;
            }
        }
        Ok(Next::Command)
    }

    /// Commands whose answer needs nothing but the session's state.
    fn answer(&mut self, verb: &str, argument: &str) -> String {
        match verb {
            "USER" if matches!(argument.to_ascii_lowercase().as_str(), "anonymous" | "ftp") => {
                self.login = Login::Named;
                "331 Any password will do.".to_owned()
            }
            "USER" => {
                self.login = Login::Nobody;
                "530 Only anonymous has an account here.".to_owned()
            }
            "PASS" if self.login == Login::Nobody => "503 USER first.".to_owned(),
            "PASS" => {
                self.login = Login::Done;
                "230 Logged in.".to_owned()
            }
            "SYST" => "215 UNIX Type: L8".to_owned(),
            "FEAT" => {
                let tls = if self.shared.tls.is_some() { " AUTH TLS\n PBSZ\n PROT\n" } else { "" };
                format!(
                    "211-Features:\n{tls} EPRT\n EPSV\n FTPMODE 1\n MLST type*;size*;modify*;\n SIZE\n UTF8\n211 End"
                )
            }
            "HELP" => "214 Run `ftpmode check` on the other end.".to_owned(),
            "NOOP" => "200 Still here.".to_owned(),
            "OPTS" if argument.to_ascii_uppercase().starts_with("UTF8") => "200 UTF-8 it is.".to_owned(),
            "OPTS" => "501 No such option.".to_owned(),
            "TYPE" => match argument.to_ascii_uppercase().as_str() {
                "A" | "A N" | "I" | "L 8" => format!("200 Type set to {}.", argument.to_ascii_uppercase()),
                _ => "504 Only types A and I.".to_owned(),
            },
            "MODE" if argument.eq_ignore_ascii_case("S") => "200 Mode set to S.".to_owned(),
            "STRU" if argument.eq_ignore_ascii_case("F") => "200 Structure set to F.".to_owned(),
            "MODE" | "STRU" => "504 Only mode S and structure F.".to_owned(),
            "ABOR" => {
                self.offer = None;
                "226 There was nothing to abort.".to_owned()
            }
            "PWD" | "XPWD" => format!("257 \"{}\" is the current folder.", self.folder.path()),
            "CWD" | "XCWD" => self.enter(argument),
            "CDUP" | "XCUP" => self.enter(".."),
            "SIZE" => match content::find(self.folder, argument) {
                Some(Node::File { body, .. }) => format!("213 {}", body.length()),
                _ => "550 No such file.".to_owned(),
            },
            "MLST" => match content::find(self.folder, argument) {
                Some(node) => format!("250-Listing\n {}\n250 End", content::entry(&node)),
                None => "550 No such file or folder.".to_owned(),
            },
            "STAT" => match content::find(self.folder, path_in(argument)) {
                Some(node) => {
                    let lines = content::list(&node, Listing::Long, content::GROUP);
                    format!("213-Listing\n{}213 End", String::from_utf8_lossy(&lines))
                }
                None => "450 No such file or folder.".to_owned(),
            },
            "STOR" | "STOU" | "APPE" | "DELE" | "MKD" | "XMKD" | "RMD" | "XRMD" | "RNFR" => {
                "550 Nothing can be written here.".to_owned()
            }
            "PROT" | "PBSZ" | "CCC" if self.shared.tls.is_none() => "502 No TLS here.".to_owned(),
            "PROT" | "PBSZ" | "CCC" if self.control.tls_version().is_none() => "503 AUTH TLS first.".to_owned(),
            "PBSZ" => {
                self.level = Level::Clear;
                "200 PBSZ=0".to_owned()
            }
            "PROT" => self.prot(&argument.to_ascii_uppercase()),
            "CCC" => "534 The control connection stays encrypted.".to_owned(),
            _ => format!("502 {} is not implemented.", shown(verb)),
        }
    }

    /// AUTH TLS and the handshake (RFC 4217 section 4); the login begins anew.
    async fn auth(&mut self, mechanism: &str) -> Result<(), Gone> {
        let shared = Arc::clone(&self.shared);
        let Some(tls) = &shared.tls else { return self.reply("502 No TLS here.").await };
        if self.control.tls_version().is_some() {
            return self.reply("503 TLS stands already.").await;
        }
        if !matches!(mechanism.to_ascii_uppercase().as_str(), "TLS" | "TLS-C" | "SSL") {
            return self.reply("504 AUTH takes TLS.").await;
        }
        self.reply("234 Begin the handshake.").await?;
        self.control.secure(tls).await?;
        (self.login, self.offer, self.level) = (Login::Nobody, None, Level::Unset);
        Ok(())
    }

    fn prot(&mut self, level: &str) -> String {
        if self.level == Level::Unset {
            return "503 PBSZ first.".to_owned();
        }
        if let Some(refusal) = self.shared.faults.refusal_of_level(level) {
            return refusal.to_owned();
        }
        self.level = match level {
            "P" => Level::Private,
            "C" => Level::Clear,
            "S" | "E" => return "536 Only C and P.".to_owned(),
            _ => return "504 Only C and P.".to_owned(),
        };
        format!("200 Data connections are {}.", if level == "P" { "encrypted" } else { "in the clear" })
    }

    fn demands_encryption(&self) -> bool {
        self.shared.tls.as_ref().is_some_and(|tls| tls.demand == Demand::Everything)
    }

    fn enter(&mut self, path: &str) -> String {
        match content::find(self.folder, path) {
            Some(Node::Folder(folder)) => {
                self.folder = folder;
                format!("250 Now in {}.", folder.path())
            }
            _ => "550 No such folder.".to_owned(),
        }
    }

    async fn pasv(&mut self) -> Result<(), Gone> {
        let IpAddr::V4(own) = self.ends.local.ip() else {
            return self.reply("522 PASV is only for IPv4, and this connection is IPv6: use EPSV.").await;
        };
        if self.setup == Setup::EpsvOnly {
            return self.reply("503 EPSV ALL stands.").await;
        }
        match self.open_passive().await {
            Ok(port) => {
                let named = self.shared.settings.advertise.unwrap_or(own);
                self.reply(&self.shared.faults.reply_227(SocketAddrV4::new(named, port))).await
            }
            Err(error) => self.reply(&format!("425 PASV: {error} in the passive range.")).await,
        }
    }

    async fn epsv(&mut self, argument: &str) -> Result<(), Gone> {
        let family = if self.ends.local.is_ipv4() { "1" } else { "2" };
        match argument {
            "" => {}
            _ if argument == family => {}
            "1" | "2" => return self.reply(&format!("522 Network protocol not supported, use ({family}).")).await,
            _ if argument.eq_ignore_ascii_case("ALL") => {
                self.setup = Setup::EpsvOnly;
                return self.reply("200 EPSV ALL: no other verb sets up data connections now.").await;
            }
            _ => return self.reply("501 EPSV takes 1, 2, ALL or nothing.").await,
        }
        match self.open_passive().await {
            Ok(port) => self.reply(&format!("229 Entering Extended Passive Mode (|||{port}|)")).await,
            Err(error) => self.reply(&format!("425 EPSV: {error} in the passive range.")).await,
        }
    }

    async fn open_passive(&mut self) -> Result<u16, data::NoFreePort> {
        // The port of an earlier PASV is given back first: it may be the only one there is.
        self.offer = None;
        let (offer, port) = self.shared.ports.open(self.ends.local.ip(), self.shared.faults.passive_port()).await?;
        self.offer = Some(offer);
        self.arrivals_told = 0;
        Ok(port)
    }

    /// PORT and EPRT. Only the client's own address is accepted (RFC 2577 section 3), and no port of a well-known service.
    async fn active(&mut self, verb: &str, named: Result<SocketAddr, host_port::Malformed>) -> Result<(), Gone> {
        self.offer = None;
        if self.setup == Setup::EpsvOnly {
            return self.reply("503 EPSV ALL stands.").await;
        }
        let named = match named {
            Ok(named) => canonical(named),
            Err(error) => return self.reply(&format!("501 {verb} refused: {error}.")).await,
        };
        let client = self.client_as_told();
        if named.ip() != client {
            let arrived = named.ip();
            let text = format!(
                "501 {verb} refused: it names {arrived} (you are {client}); the address in it is not yours. In letters: {}.",
                letters::encode(named)
            );
            return self.reply(&text).await;
        }
        if named.port() < 1024 {
            return self.reply(&format!("501 {verb} refused: ports below 1024 are not dialled.")).await;
        }
        self.offer = Some(Offer::active(named.port(), self.shared.faults.callback()));
        let text = format!(
            "200 {verb} accepted: {named} will be dialled at the transfer command. In letters: {}.",
            letters::encode(named)
        );
        self.reply(&text).await
    }

    async fn list(&mut self, argument: &str, listing: Listing) -> Result<(), Gone> {
        match content::find(self.folder, path_in(argument)) {
            Some(Node::File { .. }) if listing == Listing::Facts => self.reply("501 MLSD lists folders.").await,
            Some(node) => self.transfer(Wanted::Listing(node, listing)).await,
            None => self.reply("550 No such file or folder.").await,
        }
    }

    /// Joins the data connection, and only then says 150: whoever reads it knows how far things came.
    async fn transfer(&mut self, wanted: Wanted) -> Result<(), Gone> {
        let Some(offer) = self.offer.take() else {
            return self.reply("425 No PORT or PASV stands: use PORT or PASV first.").await;
        };
        let shared = Arc::clone(&self.shared);
        if self.level != Level::Private && (self.demands_encryption() || shared.faults.want_private_data()) {
            return self.reply("522 Data connections must be encrypted: PROT P first.").await;
        }
        let begun = Instant::now();
        let joining = offer.join(self.ends, shared.faults.claimed_origin(), shared.settings.patience);
        let stream = match self.control.attend(joining).await? {
            Attended::Aborted => return self.aborted().await,
            Attended::Done(Err(error)) => {
                let ms = begun.elapsed().as_millis();
                let way = error.way.as_ref().map_or_else(String::new, |way| format!(" {way}."));
                return self.reply(&format!("425 Data connection not opened: {error} after {ms} ms.{way}")).await;
            }
            Attended::Done(Ok(stream)) => stream,
        };
        if let (Ok(local), Ok(peer)) = (stream.local_addr(), stream.peer_addr()) {
            shared.log(self.ends.peer, format_args!("data connection {local} - {peer}"));
        }
        let (body, words) = self.body(wanted, stream.peer_addr().map_or(self.ends.peer, canonical));
        self.reply(&format!("150 Data connection open ({} bytes{words}).", body.length())).await?;
        let Some(stream) = self.guard(stream).await? else { return Ok(()) };
        let sending = data::send(stream, &body, shared.faults.flow(), shared.settings.idle);
        match self.control.attend(sending).await? {
            Attended::Aborted => self.aborted().await,
            Attended::Done(Err(error)) => self.reply(&format!("426 Data connection broken: {error}.")).await,
            Attended::Done(Ok(sent)) => match shared.faults.ending() {
                Ending::Confirm => self.reply(&format!("226 {sent} bytes sent.")).await,
                Ending::Silence => Ok(()),
            },
        }
    }

    /// What is sent to `client`, and what the 150 says of it besides. A long listing carries a mark, for the client to see
    /// whether it came as it was sent.
    fn body(&self, wanted: Wanted, client: SocketAddr) -> (Body, String) {
        match wanted {
            Wanted::File(body) => (body, String::new()),
            Wanted::Listing(node, Listing::Long) if node != Node::Folder(Folder::Empty) => {
                let announced = mark::of(RandomState::new().hash_one(client), client);
                let sent = if self.shared.faults.lists_from_memory() { content::GROUP } else { &announced };
                let body = Body::Text(content::list(&node, Listing::Long, sent));
                (body, format!(", {}", mark::announcement(&announced)))
            }
            Wanted::Listing(node, listing) => {
                (Body::Text(content::list(&node, listing, content::GROUP)), String::new())
            }
        }
    }

    /// The data connection as it was agreed to be guarded; `None` where that did not come about, and a reply said so.
    async fn guard(&mut self, stream: TcpStream) -> Result<Option<Stream>, Gone> {
        let shared = Arc::clone(&self.shared);
        let Some(tls) = shared.tls.as_ref().filter(|_| self.level == Level::Private) else {
            return Ok(Some(Stream::Plain(stream)));
        };
        let secured = match self.control.attend(tls.secure_data(stream, shared.settings.patience)).await? {
            Attended::Aborted => return self.aborted().await.map(|()| None),
            Attended::Done(secured) => secured,
        };
        let refusal = match secured {
            Ok((stream, resumed)) => match shared.faults.refuses(resumed) {
                None => return Ok(Some(stream)),
                Some(refusal) => refusal.to_owned(),
            },
            Err(error) => format!("425 TLS on the data connection failed: {}.", shown(&error.to_string())),
        };
        self.reply(&refusal).await.map(|()| None)
    }

    async fn aborted(&mut self) -> Result<(), Gone> {
        self.reply("426 Transfer aborted.").await?;
        self.reply("226 ABOR done.").await
    }

    fn client_as_told(&self) -> IpAddr {
        self.shared.faults.claimed_client().map_or(self.ends.peer.ip(), IpAddr::V4)
    }

    async fn reply(&mut self, text: &str) -> Result<(), Gone> {
        self.shared.log(self.ends.peer, format_args!("< {}", shown(text)));
        self.control.reply(text).await
    }
}

/// The path in an argument of LIST: clients put options of `ls` before it.
fn path_in(argument: &str) -> &str {
    let mut rest = argument.trim_start();
    while rest.starts_with('-') {
        rest = rest.split_once(' ').map_or("", |(_, path)| path.trim_start());
    }
    rest
}

/// An IPv4 client of an IPv6 socket is an IPv4 client.
fn canonical(address: SocketAddr) -> SocketAddr {
    match address.ip().to_canonical() {
        IpAddr::V4(ip) => SocketAddr::from((ip, address.port())),
        IpAddr::V6(_) => address,
    }
}
