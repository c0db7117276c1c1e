//! What somebody tells of beside a dialogue: the error above the pasted log, the summary below it.

use super::session::Session;
use crate::evidence::Outcome;
use crate::evidence::timeline::{Awaited, Event, What};

/// Where the log shows commands, what is told beside them is told a second time, or tells how they ended.
pub fn settle(sessions: &mut Vec<Session>) {
    if !sessions.iter().any(|session| session.attempts.iter().any(is_asked)) {
        return;
    }
    let ending = ending(sessions);
    let mut used = false;
    if let Some((ending, quote)) = &ending {
        for session in sessions.iter_mut() {
            for outcome in session.attempts.iter_mut().filter(|outcome| is_asked(outcome)) {
                let dialled = outcome.events.iter().find_map(|event| match event.what {
                    What::Dialled(to) => Some(to),
                    _ => None,
                });
                let Some(last) = outcome.events.last_mut() else { continue };
                // The log ends with the dial, and does not tell what became of it.
                if matches!(last.what, What::Abandoned(Awaited::Connect))
                    || (matches!(last.what, What::CutShort) && dialled.is_some())
                {
                    *last = Event { at_ms: last.at_ms, ..ending.clone() };
                    used = true;
                }
            }
            if used {
                session.quotes.extend(quote.clone());
            }
        }
    }
    for session in sessions.iter_mut() {
        let dialogue = session.attempts.iter().any(is_asked) || session.shows_commands() || session.shows_greeting();
        session.attempts.retain(|outcome| {
            is_asked(outcome) || (is_particular(outcome) && !used) || (dialogue && is_answered(outcome))
        });
        if used {
            session.forget_dials_to_nowhere();
        }
    }
    sessions.retain(Session::tells);
}

/// How a data connection ended, in words that stand beside the dialogue, with the line they are on; none where the words
/// tell different things.
fn ending(sessions: &[Session]) -> Option<(Event, Option<(u32, String)>)> {
    let beside = sessions.iter().flat_map(|session| {
        let attempts = session.attempts.iter().filter(|outcome| !is_asked(outcome)).flat_map(|outcome| &outcome.events);
        attempts.chain(session.dials_to_nowhere()).map(move |event| (session, event))
    });
    let mut found: Option<(&Session, &Event)> = None;
    for (session, event) in beside {
        if !matches!(
            event.what,
            What::Refused | What::Unreachable { .. } | What::Silent { awaited: Awaited::Connect, .. }
        ) {
            continue;
        }
        match found {
            Some((_, known)) if std::mem::discriminant(&known.what) != std::mem::discriminant(&event.what) => {
                return None;
            }
            Some(_) => {}
            None => found = Some((session, event)),
        }
    }
    let (session, event) = found?;
    let quote = session.quotes.iter().find(|(line, _)| Some(*line) == event.line).cloned();
    Some((event.clone(), quote))
}

/// The log shows the command.
fn is_asked(outcome: &Outcome) -> bool {
    outcome.events.iter().any(|event| event.line.is_some() && matches!(event.what, What::Sent(_)))
}

fn is_answered(outcome: &Outcome) -> bool {
    outcome.events.iter().any(|event| matches!(event.what, What::Replied(_)))
}

/// Where to is more than a dialogue tells.
fn is_particular(outcome: &Outcome) -> bool {
    outcome.events.iter().any(|event| matches!(event.what, What::Dialled(to) if to.port() != 0))
        && !is_answered(outcome)
}
