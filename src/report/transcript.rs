//! Every event of every connection, merged by time: who said what to whom, and when.

use super::Report;
use crate::evidence::attempt::DataVerb;
use crate::evidence::facts::{Facts, Place};
use crate::evidence::timeline::{Event, What};

/// One event.
pub struct Line {
    pub at_ms: f64,
    /// The control connection's number and the command it is about: `1 PASV`.
    pub connection: String,
    pub said: Said,
    /// Server text is as it came, line breaks included: escape before showing.
    pub text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    Client,
    Server,
    /// Nobody said it: it happened.
    Nobody,
}

impl Said {
    /// The sign that stands before its text.
    pub fn sign(self) -> &'static str {
        match self {
            Said::Client => "> ",
            Said::Server => "< ",
            Said::Nobody => "  ",
        }
    }
}

pub fn of(report: &Report) -> Vec<Line> {
    let evidence = &report.evidence;
    let facts = Facts::of(evidence);
    let mut all: Vec<(&Event, Place, String)> = Vec::new();
    for (number, dial) in evidence.dials.iter().enumerate() {
        let events = dial.events.iter().enumerate();
        all.extend(events.map(|(at, event)| (event, Place::Dial(number, at), "dial".to_owned())));
    }
    for (number, control) in evidence.controls.iter().enumerate() {
        let events = control.events.iter().enumerate();
        all.extend(events.map(|(at, event)| (event, Place::Control(number, at), format!("{} control", number + 1))));
    }
    for (number, outcome) in evidence.attempts.iter().enumerate() {
        let name = format!("{} {}", outcome.control + 1, outcome.verb.name());
        let events = outcome.events.iter().enumerate();
        all.extend(events.map(|(at, event)| (event, Place::Attempt(number, at), name.clone())));
    }
    // Stable: events of one moment stay in their connection's order.
    all.sort_by(|(one, ..), (other, ..)| one.at_ms.total_cmp(&other.at_ms));
    let lines = all.into_iter().map(|(event, place, connection)| {
        let (said, text) = match &event.what {
            What::Sent(command) => (Said::Client, command.clone()),
            What::Replied(reply) => (Said::Server, reply.text.clone()),
            What::Nonsense { text, .. } => (Said::Server, text.clone()),
            _ => (Said::Nobody, without_verb(&facts.cite(place).text).to_owned()),
        };
        Line { at_ms: event.at_ms, connection, said, text }
    });
    lines.collect()
}

/// A citation without the verb that the line names already.
fn without_verb(text: &str) -> &str {
    let verbs = DataVerb::ALL.iter().find_map(|verb| text.strip_prefix(verb.name())?.strip_prefix(": "));
    verbs.unwrap_or(text)
}
