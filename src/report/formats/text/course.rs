//! How far each connection came, as an arrow shows it: one for the control connection, one for each mode.

use super::page::Ink;
use super::words;
use crate::diagnosis::verdict::verbs_of;
use crate::evidence::attempt::{Address, Mode};
use crate::evidence::facts::{Cause, Stage};
use crate::report::Report;
use crate::report::model::{ControlStage, DataConnection};

/// One line of the drawing.
pub struct Arrow {
    pub name: &'static str,
    pub heading: Heading,
    pub course: Course,
    pub ink: Ink,
    /// What to write on it, the longest first: the first that fits is taken.
    pub labels: Vec<String>,
    pub client_port: Option<String>,
    pub server_port: Option<String>,
    /// Where on the way it ends, where that is known.
    pub wall: Option<Wall>,
}

/// The place where connections end: from this hop to that, of so many to the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wall {
    pub from: u8,
    pub to: u8,
    pub of: u8,
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
    let (course, ink, label) = match (control.stage, control.cause) {
        (ControlStage::Complete, _) => (Course::Through, Ink::Good, "works"),
        (ControlStage::Resolve, _) => (Course::Absent, Ink::Bad, "name not found"),
        (ControlStage::Connect, Some(Cause::Refused)) => (Course::TurnedAway, Ink::Bad, "refused"),
        (ControlStage::Connect, Some(Cause::Dropped)) => (Course::Lost, Ink::Bad, "no answer"),
        (ControlStage::Connect, Some(Cause::Unreachable)) => (Course::Stopped, Ink::Bad, "unreachable"),
        (ControlStage::Connect, _) => (Course::Absent, Ink::Dim, "not connected"),
        (ControlStage::Greet | ControlStage::Login, None) if super::log_ends(report) => {
            (Course::Through, Ink::Dim, "the log ends")
        }
        (ControlStage::Greet, Some(Cause::Rejected)) => (Course::Through, Ink::Bad, "turned away"),
        (ControlStage::Greet | ControlStage::Login, Some(Cause::Tls)) => (Course::Through, Ink::Bad, "TLS failed"),
        (ControlStage::Greet, _) => (Course::Through, Ink::Bad, "no greeting"),
        (ControlStage::Login, Some(Cause::Rejected)) => (Course::Through, Ink::Bad, "login refused"),
        (ControlStage::Login, Some(Cause::NotTried)) => (Course::Through, Ink::Warn, "login not tried"),
        (ControlStage::Login, _) => (Course::Through, Ink::Bad, "login failed"),
    };
    Arrow {
        name: "control",
        heading: Heading::ToServer,
        course,
        ink,
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
    let of_mode: Vec<&DataConnection> =
        report.judged().filter(|attempt| attempt.mode == mode && attempt.address != Address::Mapped).collect();
    let tried = || of_mode.iter().filter(|attempt| attempt.cause != Some(Cause::NotTried));
    let shown = tried().find(|attempt| attempt.works).or_else(|| tried().next());
    let Some(attempt) = shown else {
        let labels = vec!["not tried".to_owned()];
        return Arrow {
            name: mode.name(),
            heading,
            course: Course::Absent,
            ink: Ink::Dim,
            labels,
            client_port: None,
            server_port: None,
            wall: None,
        };
    };
    let ink = if attempt.works { Ink::Good } else { Ink::Bad };
    let far_port = || attempt.dialled.as_deref().or(attempt.advertised.as_deref()).and_then(port);
    let (client_port, server_port) = match mode {
        Mode::Passive => (None, far_port()),
        Mode::Active => {
            (attempt.advertised.as_deref().and_then(port), attempt.connected.as_ref().and_then(|ends| port(&ends.peer)))
        }
    };
    let mut labels = labels(attempt);
    if attempt.works && tried().any(|attempt| fails_for_itself(attempt)) {
        labels.insert(0, format!("only {} works", works_with(&of_mode, mode)));
    }
    let wall = wall(report, attempt);
    if let Some(wall) = wall {
        labels.splice(0..0, wall_labels(attempt, wall));
    }
    Arrow { name: mode.name(), heading, course: course(attempt), ink, labels, client_port, server_port, wall }
}

/// A transfer that the server refuses is not the method's fault.
fn fails_for_itself(attempt: &DataConnection) -> bool {
    let transfer_refused = attempt.connected.is_some() && attempt.cause == Some(Cause::Rejected);
    !attempt.works && !transfer_refused
}

/// Known for passive connections that never arrived.
fn wall(report: &Report, attempt: &DataConnection) -> Option<Wall> {
    let stopped = matches!(course(attempt), Course::Lost | Course::TurnedAway | Course::Stopped);
    let between = report.path.blocked_between.filter(|_| stopped && attempt.mode == Mode::Passive)?;
    Some(Wall { from: between.from, to: between.to, of: report.path.control_distance? })
}

fn wall_labels(attempt: &DataConnection, wall: Wall) -> [String; 2] {
    let Wall { from, to, of } = wall;
    let what = match attempt.cause {
        Some(Cause::Dropped) => "dropped",
        Some(Cause::Refused) => "refused",
        _ => "turned away",
    };
    let place = match (from, to) {
        (0, _) => format!("before hop {}", to.max(1)),
        (from, _) if from >= of => return [format!("{what} by the server"), what.to_owned()],
        (from, to) if from == to => format!("at hop {from}"),
        (from, to) if to - from == 1 || to >= of => format!("after hop {from}"),
        (from, to) => format!("between hops {from} and {to}"),
    };
    [format!("{what} {place} of {of}"), place]
}

fn course(attempt: &DataConnection) -> Course {
    let Some(cause) = attempt.cause else { return Course::Through };
    if attempt.connected.is_some() {
        return Course::Through;
    }
    match cause {
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
        (Some(Cause::Rejected), _) => {
            let said = attempt.replies.iter().rev().find(|reply| reply.code >= 400);
            said.map(|reply| format!("{short}: {} {}", reply.code, reply.text))
        }
        (Some(Cause::Refused), _) => Some("refused (RST)".to_owned()),
        (Some(Cause::Dropped), Some(ms)) => {
            let what = match attempt.mode {
                Mode::Passive => "no answer",
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

fn works_with(attempts: &[&DataConnection], mode: Mode) -> &'static str {
    let verbs = verbs_of(mode);
    let works = verbs.into_iter().find(|verb| attempts.iter().any(|a| a.works && a.method == *verb));
    works.map_or("", |verb| verb.name())
}

/// The port of `address:port`.
fn port(endpoint: &str) -> Option<String> {
    endpoint.rsplit_once(':').map(|(_, port)| port.to_owned())
}
