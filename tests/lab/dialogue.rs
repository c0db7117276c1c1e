//! Writes what a check and a real server said to each other as a fixture: commands and replies in their order, without
//! times and addresses of data connections, and what each method came to.

use std::fmt::Write as _;
use std::path::Path;

use ftpmode::evidence::case::Case as Saved;
use ftpmode::evidence::facts::Facts;
use ftpmode::evidence::timeline::{Event, What};

use crate::cases::Case;

/// Reads a saved check and writes its dialogue to `folder`.
pub fn write(case: &Case, saved: &Path, folder: &Path) -> Result<(), String> {
    let text = std::fs::read_to_string(saved).map_err(|error| error.to_string())?;
    let evidence = Saved::from_toml(&text).map_err(|error| error.to_string())?.evidence;
    let mut out =
        format!("# {}. Server: {:?}. Recorded by the lab's case {}.\n", case.shows, case.server.kind, case.id);
    for tried in Facts::of(&evidence).tried() {
        let cause = tried.cause().map_or("works".to_owned(), |cause| format!("{cause:?}").to_lowercase());
        writeln!(out, "# {}: {cause}", tried.verb().name()).map_err(|error| error.to_string())?;
    }
    for (number, control) in evidence.controls.iter().enumerate() {
        let on_data =
            evidence.attempts.iter().filter(|attempt| attempt.control == number).flat_map(|attempt| &attempt.events);
        let mut events: Vec<&Event> = control.events.iter().chain(on_data).collect();
        events.sort_by(|a, b| a.at_ms.total_cmp(&b.at_ms));
        writeln!(out, "== control connection").map_err(|error| error.to_string())?;
        for event in events {
            match &event.what {
                What::Sent(command) => writeln!(out, "> {command}"),
                What::Replied(reply) => reply.text.lines().try_for_each(|line| writeln!(out, "< {line}")),
                _ => Ok(()),
            }
            .map_err(|error| error.to_string())?;
        }
    }
    std::fs::write(folder.join(format!("{}.txt", case.id)), out).map_err(|error| error.to_string())
}
