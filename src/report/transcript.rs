//! Every event of every connection, merged by time: who said what to whom, and when.

use std::collections::BTreeSet;

use super::{Report, words};
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

/// Lines of one reply that are shown.
const MOST_LINES: usize = 40;

impl Line {
    /// What stands before its text: when, on which connection, and who said it. The time is UTC where that is known,
    /// else the milliseconds since the check began.
    pub fn lead(&self, report: &Report) -> String {
        let instant = report.evidence.instant(self.at_ms);
        let time = instant.as_deref().map(words::time_of_day);
        let time = time.map_or_else(|| format!("{:10.1}", self.at_ms), str::to_owned);
        format!("{time}  {:<9}  {}", self.connection, self.said.sign())
    }

    /// The lines of its text; of a long reply the first ones, and how many more there are.
    pub fn lines(&self) -> Vec<String> {
        if self.said == Said::Nobody {
            return vec![self.text.replace('\n', " ")];
        }
        let count = self.text.split('\n').count();
        let mut lines: Vec<String> = self.text.split('\n').take(MOST_LINES).map(str::to_owned).collect();
        if count > MOST_LINES {
            lines.push(format!("({} more lines)", count - MOST_LINES));
        }
        lines
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
    // Several events may rest on one line of a log; it is shown once, and as what was said where somebody said it.
    let mut told: BTreeSet<u32> =
        all.iter().filter(|(event, ..)| is_said(event)).filter_map(|(e, ..)| e.line).collect();
    all.retain(|(event, ..)| is_said(event) || event.line.is_none_or(|line| told.insert(line)));
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

fn is_said(event: &Event) -> bool {
    matches!(event.what, What::Sent(_) | What::Replied(_) | What::Nonsense { .. })
}

/// A citation without the verb that the line names already.
fn without_verb(text: &str) -> &str {
    let verbs = DataVerb::ALL.iter().find_map(|verb| text.strip_prefix(verb.name())?.strip_prefix(": "));
    verbs.unwrap_or(text)
}
