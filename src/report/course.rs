//! How far each connection came, as an arrow shows it: one for the control connection, one for each mode. What the two
//! ends are called, and what is known to stand between them. The drawings of all formats are made from this.

use super::model::{Between, ControlStage, DataConnection, Known};
use super::{Report, answer, words};
use crate::diagnosis::verdict::verbs_of;
use crate::evidence::address::{Reach, reach};
use crate::evidence::attempt::{Address, DataVerb, Load, Mode};
use crate::evidence::facts::{Cause, Stage};
use crate::evidence::import::UNKNOWN_HOST;

/// One line of the drawing.
pub struct Arrow {
    pub name: &'static str,
    pub heading: Heading,
    pub course: Course,
    pub tone: Tone,
    /// What to write on it, the longest first: the first that fits is taken.
    pub labels: Vec<String>,
    pub client_port: Option<String>,
    pub server_port: Option<String>,
    /// Where on the way it ends, where that is known.
    pub wall: Option<Wall>,
}

/// Whether it is good news. Colour never says what the words don't.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    Good,
    Bad,
    Warn,
    Dim,
}

/// The place where connections end: from this hop to that, of so many to the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wall {
    pub from: u8,
    pub to: u8,
    pub of: u8,
    /// Whether the server may be nearer.
    pub of_at_most: bool,
}

/// Who opens the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heading {
    ToServer,
    ToClient,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Course {
    /// It arrived.
    Through,
    /// Somebody at the far end, or in front of it, turned it away.
    TurnedAway,
    /// It came as far as this computer, whose own firewall stopped it.
    AtTheDoor,
    /// A router on the way, or this computer, says that there is no way.
    Stopped,
    /// It got lost: where, nobody can see.
    Lost,
    /// It never set out.
    Absent,
}

pub fn arrows(report: &Report) -> [Arrow; 3] {
    [control(report), data(report, Mode::Passive), data(report, Mode::Active)]
}

fn control(report: &Report) -> Arrow {
    let control = &report.control;
    let (course, tone, label) = match (control.stage, control.cause) {
        (ControlStage::Complete, _) => (Course::Through, Tone::Good, "works"),
        (ControlStage::Resolve, _) => (Course::Absent, Tone::Bad, "name not found"),
        (ControlStage::Connect, Some(Cause::Refused)) => (Course::TurnedAway, Tone::Bad, "refused"),
        (ControlStage::Connect, Some(Cause::Dropped)) => (Course::Lost, Tone::Bad, "no answer"),
        (ControlStage::Connect, Some(Cause::Unreachable)) => (Course::Stopped, Tone::Bad, "unreachable"),
        (ControlStage::Connect, _) => (Course::Absent, Tone::Dim, "not connected"),
        (ControlStage::Greet | ControlStage::Login, None) if answer::log_ends(report) => {
            (Course::Through, Tone::Dim, "the log ends")
        }
        (ControlStage::Greet, Some(Cause::Rejected)) => (Course::Through, Tone::Bad, "turned away"),
        (ControlStage::Greet | ControlStage::Login, Some(Cause::Tls)) => (Course::Through, Tone::Bad, "TLS failed"),
        (ControlStage::Greet, _) => (Course::Through, Tone::Bad, "no greeting"),
        (ControlStage::Login, Some(Cause::Rejected)) => (Course::Through, Tone::Bad, "login refused"),
        (ControlStage::Login, Some(Cause::NotTried)) => (Course::Through, Tone::Warn, "login not tried"),
        (ControlStage::Login, _) => (Course::Through, Tone::Bad, "login failed"),
    };
    Arrow {
        name: "control",
        heading: Heading::ToServer,
        course,
        tone,
        labels: vec![label.to_owned()],
        client_port: None,
        server_port: Some(report.target.port.to_string()),
        wall: None,
    }
}

/// The arrow of the attempt that stands for its mode: one that works, else the first that came to an end.
fn data(report: &Report, mode: Mode) -> Arrow {
    let heading = match mode {
        Mode::Passive => Heading::ToServer,
        Mode::Active => Heading::ToClient,
    };
    // As a client would make them.
    let unaided =
        |attempt: &&DataConnection| attempt.address != Address::Mapped && attempt.load != Load::UsualInSmallSegments;
    let of_mode: Vec<&DataConnection> =
        report.judged().filter(|attempt| attempt.mode == mode).filter(unaided).collect();
    let tried = || of_mode.iter().filter(|attempt| attempt.cause != Some(Cause::NotTried));
    let shown = tried().find(|attempt| attempt.works).or_else(|| tried().next());
    let Some(attempt) = shown else {
        let labels = vec![if report.evidence.log.is_some() { "not in the log" } else { "not tried" }.to_owned()];
        return Arrow {
            name: mode.name(),
            heading,
            course: Course::Absent,
            tone: Tone::Dim,
            labels,
            client_port: None,
            server_port: None,
            wall: None,
        };
    };
    let tone = if attempt.works { Tone::Good } else { Tone::Bad };
    let far_port = || attempt.dialled.as_deref().or(attempt.advertised.as_deref()).and_then(port);
    let (client_port, server_port) = match mode {
        Mode::Passive => (None, far_port()),
        Mode::Active => {
            (attempt.advertised.as_deref().and_then(port), attempt.connected.as_ref().and_then(|ends| port(&ends.peer)))
        }
    };
    let mut labels = labels(attempt);
    if attempt.works && tried().any(|attempt| fails_for_itself(attempt)) {
        let short = if only_listings(&of_mode).is_some() { "only a listing works" } else { "works in part" };
        labels.splice(0..0, [works_in_part(&of_mode, mode), short.to_owned()]);
    }
    let wall = wall(report, attempt);
    if let Some(wall) = wall {
        labels.splice(0..0, wall_labels(attempt, wall));
    }
    Arrow { name: mode.name(), heading, course: course(attempt), tone, labels, client_port, server_port, wall }
}

/// A transfer that the server refuses is not the method's fault.
fn fails_for_itself(attempt: &DataConnection) -> bool {
    let transfer_refused = attempt.connected.is_some() && attempt.cause == Some(Cause::Rejected);
    !attempt.works && !transfer_refused
}

/// Known for passive connections that never arrived, and for the server's own where it told how far they come.
fn wall(report: &Report, attempt: &DataConnection) -> Option<Wall> {
    let stopped = matches!(course(attempt), Course::Lost | Course::TurnedAway | Course::Stopped);
    let between = match attempt.mode {
        Mode::Passive => report.path.blocked_between,
        Mode::Active => report.path.callback_between,
    };
    // What comes as far as this computer passes every router.
    let between = between.filter(|_| stopped && !attempt.stopped_here && !attempt.answered_here)?;
    let path = &report.path;
    let of_at_most = path.control_distance_exact == Some(false);
    let wall = Wall { from: between.from, to: between.to, of: path.control_distance?, of_at_most };
    // Anywhere is no place.
    let anywhere = wall.from == 0 && wall.to >= wall.of && wall.of > 1;
    (!anywhere).then_some(wall)
}

fn wall_labels(attempt: &DataConnection, wall: Wall) -> [String; 2] {
    let Wall { from, to, of, of_at_most } = wall;
    let of_all = if of_at_most { format!("of at most {of}") } else { format!("of {of}") };
    let what = match attempt.cause {
        Some(Cause::Dropped) => "dropped",
        Some(Cause::Refused) => "refused",
        _ => "turned away",
    };
    if attempt.mode == Mode::Active {
        let place = match (from, to) {
            (0, to) => format!("between hop {to} and here"),
            (from, to) if to >= of => format!("before hop {from}"),
            (from, to) => format!("between hops {to} and {from}"),
        };
        return [format!("{what} {place}"), place];
    }
    let place = match (from, to) {
        (0, 0) => return [format!("{what} by this computer"), "this computer".to_owned()],
        (0, 1) => "before hop 1".to_owned(),
        (0, to) => return [format!("{what}, not past hop {to} {of_all}"), format!("not past hop {to}")],
        (from, _) if from >= of => return [format!("{what} by the server"), what.to_owned()],
        (from, to) if from == to => format!("at hop {from}"),
        (from, to) if to - from == 1 || to >= of => format!("after hop {from}"),
        (from, to) => format!("between hops {from} and {to}"),
    };
    [format!("{what} {place} {of_all}"), place]
}

fn course(attempt: &DataConnection) -> Course {
    if attempt.works || attempt.connected.is_some() {
        return Course::Through;
    }
    // How it ended is not told where there is no cause: where it ended is not, either.
    let Some(cause) = attempt.cause else { return Course::Absent };
    match cause {
        Cause::Refused | Cause::Dropped | Cause::Unreachable if attempt.stopped_here => match attempt.mode {
            Mode::Active => Course::AtTheDoor,
            // What is stopped is the answer.
            Mode::Passive => Course::TurnedAway,
        },
        Cause::Refused => Course::TurnedAway,
        Cause::Dropped => Course::Lost,
        Cause::Stalled if attempt.stage > Stage::Negotiate => Course::Lost,
        Cause::Unreachable => Course::Stopped,
        Cause::Rejected | Cause::Closed | Cause::Stalled | Cause::Tls | Cause::Protocol | Cause::NotTried => {
            Course::Absent
        }
    }
}

fn labels(attempt: &DataConnection) -> Vec<String> {
    let short = words::result(attempt).to_owned();
    let long = match (attempt.cause, attempt.silent_ms) {
        (Some(Cause::Refused | Cause::Dropped | Cause::Unreachable), _) if attempt.stopped_here => {
            Some("stopped by this computer's own firewall".to_owned())
        }
        (Some(Cause::Rejected), _) => {
            let said = attempt.replies.iter().rev().find(|reply| reply.code >= 400);
            said.map(|reply| format!("{short}: {} {}", reply.code, reply.text))
        }
        (Some(Cause::Refused), _) => Some("refused (RST)".to_owned()),
        (Some(Cause::Dropped), Some(ms)) => {
            let what = match attempt.mode {
                Mode::Passive => "no answer",
                Mode::Active if attempt.answered_here => "answered here, and no more came",
                Mode::Active => "nothing came",
            };
            Some(format!("{what} for {}", words::duration(ms)))
        }
        _ => None,
    };
    let medium = match (attempt.cause, attempt.replies.iter().rev().find(|reply| reply.code >= 400)) {
        (Some(Cause::Rejected), Some(reply)) => Some(format!("{short}: {}", reply.code)),
        _ => None,
    };
    long.into_iter().chain(medium).chain([short]).collect()
}

/// Which of the mode's methods works where not all goes well: one of them, each with one address and not another, or each
/// only at times.
fn works_in_part(attempts: &[&DataConnection], mode: Mode) -> String {
    if let Some(larger) = only_listings(attempts) {
        return larger.to_owned();
    }
    let works_with = |address: &Address| attempts.iter().any(|a| a.works && a.address == *address);
    let fails_with = |address: &Address| attempts.iter().any(|a| fails_for_itself(a) && a.address == *address);
    let all = [Address::Local, Address::Given, Address::ServerSeen, Address::ControlPeer, Address::Advertised];
    let good: Vec<Address> = all.into_iter().filter(works_with).collect();
    if let [address] = good[..]
        && !fails_with(&address)
    {
        return format!("works with {}", words::address(address));
    }
    let works = |verb: &DataVerb| attempts.iter().any(|a| a.works && a.method == *verb);
    let working: Vec<DataVerb> = verbs_of(mode).into_iter().filter(works).collect();
    // With another address it may fail every time.
    let same = |a: &DataConnection| good.contains(&a.address);
    let fails = |verb: &DataVerb| attempts.iter().any(|a| fails_for_itself(a) && same(a) && a.method == *verb);
    match working[..] {
        [one] if !fails(&one) => format!("only {} works", one.name()),
        _ => "works, but not every time".to_owned(),
    }
}

/// What fails where every listing works and more than that does not.
fn only_listings(attempts: &[&DataConnection]) -> Option<&'static str> {
    let failed: Vec<Load> = attempts.iter().filter(|a| fails_for_itself(a)).map(|a| a.load).collect();
    match () {
        () if failed.is_empty() || failed.iter().any(|load| load.names_no_large_file()) => None,
        () if failed.iter().all(|load| load.is_upload()) => Some("listings work, an upload does not"),
        () => Some("listings work, a large transfer does not"),
    }
}

/// The port of `address:port`.
fn port(endpoint: &str) -> Option<String> {
    endpoint.rsplit_once(':').map(|(_, port)| port.to_owned())
}

/// The lines in the client's box: its address, the one that it is seen at, and the NAT where no box of its own shows it.
pub fn client_lines(report: &Report, nat: Shown) -> Vec<String> {
    let control = &report.control;
    let local = control.local_address.clone();
    let seen = control.seen_by_server.clone().filter(|seen| Some(seen) != local.as_ref());
    let mut lines = vec![local.unwrap_or_else(|| "address not known".to_owned())];
    lines.extend(seen.map(|seen| format!("seen as {seen}")));
    lines.extend((nat == Shown::InWords).then(|| "behind a NAT".to_owned()));
    lines
}

/// The lines in the server's box.
pub fn server_lines(report: &Report, nat: Shown) -> Vec<String> {
    let host = || match report.target.host.as_str() {
        UNKNOWN_HOST => "address not known".to_owned(),
        host => host.to_owned(),
    };
    let mut lines = vec![answer::server_address(report).unwrap_or_else(host)];
    lines.extend(report.control.server.as_deref().map(|id| words::product(id).to_owned()));
    lines.extend(report.path.server_inside.as_ref().map(|inside| format!("names {inside}")));
    lines.extend((nat == Shown::InWords).then(|| "behind a NAT".to_owned()));
    lines
}

/// How a NAT is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// In a box of its own, or it is not there.
    AsBox,
    /// There is no room for a box.
    InWords,
}

/// The client's NAT and the server's, as far as they were seen.
pub fn nats(report: &Report) -> [bool; 2] {
    [report.path.client_nat, report.path.server_nat].map(|nat| nat == Known::Yes)
}

/// In which of the two NATs a helper was seen: at the first hop or one with a private address it serves the client's, and
/// so does one whose place is not known.
pub fn helpers(report: &Report) -> [bool; 2] {
    let path = &report.path;
    let Some(between) = path.helper_between else { return [path.helper == Known::Yes, false] };
    let address = || path.hops.iter().find(|hop| hop.ttl == between.from)?.address.parse().ok();
    let private = || address().is_some_and(|address| reach(address) != Reach::Public);
    let far = between.from > 1 && path.control_distance.is_some_and(|server| between.from + 1 >= server);
    let near = !far && (between.from == 1 || private());
    [path.helper == Known::Yes && near, path.helper == Known::Yes && far]
}

/// A helper that stands in none of the NATs that are drawn, as words beside the way, the longest first.
pub fn helper_beside(report: &Report) -> Vec<String> {
    let in_box = nats(report).into_iter().zip(helpers(report)).any(|(nat, helper)| nat && helper);
    if report.path.helper != Known::Yes || in_box {
        return Vec::new();
    }
    let place = match report.path.helper_between {
        Some(Between { from, to }) if from == to => format!(" at hop {from}"),
        Some(Between { from, to }) if from + 1 == to => format!(" at hop {from} or {to}"),
        Some(Between { from, to: u8::MAX }) => format!(" from hop {from} on"),
        Some(Between { from, to }) => format!(" at hop {from} to {to}"),
        None => String::new(),
    };
    vec![format!("FTP helper{place}"), format!("ALG{place}"), "ALG".to_owned()]
}

impl Wall {
    /// Where on the way it stands, of so many parts between what stands next to the client and next to the server. A
    /// NAT's box is the router next to its end. Twice the hops, since the wall may stand between two.
    pub fn place(self, nats: [bool; 2]) -> (usize, usize) {
        let [client_nat, server_nat] = nats.map(usize::from);
        let first = 2 * client_nat;
        let last = (2 * usize::from(self.of)).saturating_sub(2 * server_nat).max(first + 1);
        let middle = (usize::from(self.from) + usize::from(self.to)).clamp(first, last) - first;
        (middle, last - first)
    }
}
