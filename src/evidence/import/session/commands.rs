//! What the client asked for.

use super::super::draft::{Draft, Leaving};
use super::super::programs::wget;
use super::super::words::{self, How};
use super::{MOST_ALIKE, Of, Pending, Seen, Session, way_of};
use crate::evidence::attempt::{DataVerb, Mode};
use crate::evidence::timeline::{Event, What};

impl Session {
    pub(super) fn command(&mut self, verb: &str, argument: &str, seen: &Seen) {
        if let Some(open) = self.reply.take() {
            self.complete(open);
        }
        self.quote(seen);
        self.just_greeted = false;
        self.securing = false;
        let shown = match (verb, argument) {
            ("PASS" | "ACCT", _) => format!("{verb} ****"),
            (_, "") => verb.to_owned(),
            _ => format!("{verb} {argument}"),
        };
        let sent = seen.event(What::Sent(shown));
        if let Some(data) = DataVerb::ALL.into_iter().find(|known| known.name() == verb && argument != "ALL") {
            // What was concluded from a function's name is this.
            self.draft.take_if(|draft| draft.is_guess());
            // wget tells of what goes wrong, and of nothing that goes well but the next.
            if self.steps
                && let Some(mut draft) = self.draft.take_if(|draft| draft.is_under_way())
            {
                draft.got(None, self.around(), &Event { what: What::CutShort, ..sent.clone() });
                self.keep(draft);
            }
            // A client turns from EPSV to PASV where the connection to EPSV's port did not come about.
            if data == DataVerb::Pasv
                && let Some(mut draft) =
                    self.draft.take_if(|draft| draft.verb == DataVerb::Epsv && draft.waits_untold())
            {
                draft.leave(Leaving::Turns, &Event { what: What::CutShort, ..sent.clone() });
                self.keep(draft);
            }
            self.leave(&sent);
            self.spare = None;
            self.draft = Some(Draft::new(data, sent, self.around()));
            self.pending.push_back(Pending { verb: verb.to_owned(), of: Of::Negotiation });
            return;
        }
        let moves = moves(verb);
        let alone = self.draft.as_ref().is_some_and(|draft| !draft.transfer);
        if moves && alone {
            if let Some(draft) = &mut self.draft {
                draft.ask(sent);
            }
            self.pending.push_back(Pending { verb: verb.to_owned(), of: Of::Transfer });
            return;
        }
        if let Some((_, again)) = self.spare.as_mut().filter(|_| moves) {
            *again = Some(sent.clone());
        }
        // A log that begins with the transfer shows nothing of how its data connection was agreed on.
        if moves && self.last_code == 0 && self.attempts.is_empty() && self.events.is_empty() {
            self.alone = Some(sent.clone());
        }
        match verb {
            // Node's ftp asks for the transfer only when the data connection stands.
            "ABOR" if self.draft.as_ref().is_some_and(|draft| draft.agreed && !draft.transfer) => {
                let around = self.around();
                if let Some(mut draft) = self.draft.take() {
                    draft.fail(How::Unsaid, None, seen.text, around, &seen.event(What::CutShort));
                    self.keep(draft);
                }
            }
            "USER" => self.user = Some(argument.chars().take(100).collect()),
            "QUIT" => {
                self.owed = self.draft.is_some() || !self.greeted || !self.pending.is_empty();
                self.ended = true;
            }
            _ => {}
        }
        // A transfer that no data connection was negotiated for says nothing here, nor does what keeps a session alive.
        // Nor does a goodbye to who has not said a word.
        let farewell = verb == "QUIT" && !self.greeted && !self.let_in;
        if !moves && verb != "NOOP" && !farewell {
            self.record(sent, seen);
        }
        self.pending.push_back(Pending { verb: verb.to_owned(), of: Of::Control });
        if self.pending.len() > 40 {
            self.pending.pop_front();
        }
    }

    /// A command and what became of it, in wget's words. It connects before it says that PASV is done.
    pub(super) fn step(&mut self, verb: &str, argument: &str, outcome: &str, seen: &Seen) {
        self.steps = true;
        if outcome.is_empty() {
            self.step = Some((verb.to_owned(), argument.to_owned(), seen.line, seen.text.to_owned()));
            return;
        }
        self.step = None;
        self.command(verb, argument, seen);
        let done = wget::is_done(outcome);
        let around = self.around();
        let at = seen.event(What::CutShort);
        if let Some(draft) = &mut self.draft {
            draft.agreed = true;
            if done && (draft.transfer || draft.mode() == Mode::Passive) {
                draft.join(None, around, &at);
            }
        }
        self.step_done();
        if !done && let Some(tells) = words::read(outcome).0.or_else(|| wget::translated(outcome)) {
            self.words(tells, seen);
        }
    }

    /// The command whose outcome did not come on its line.
    pub(super) fn take_step(&mut self, at_ms: f64) {
        if let Some((verb, argument, line, text)) = self.step.take() {
            self.command(
                &verb,
                &argument,
                &Seen { at_ms, line, text: &text, whole: &text, timed: self.timed, of_server: false },
            );
            self.step_done();
        }
    }

    /// No reply will be shown.
    fn step_done(&mut self) {
        self.pending.pop_back();
    }

    /// A client that shows no commands says that the replies before were to PASV or EPSV.
    pub(super) fn passive_refused(&mut self) {
        if self.draft.is_some() || self.turned_away || self.shows_commands() {
            return;
        }
        let is_refusal = |event: &Event| matches!(&event.what, What::Replied(reply) if reply.is_refusal());
        let from = self.events.iter().rposition(|event| !is_refusal(event)).map_or(0, |at| at + 1);
        let Some(event) = self.events.drain(from..).next() else { return };
        let What::Replied(reply) = &event.what else { return };
        let sent = Event { at_ms: event.at_ms, line: None, what: What::Sent("PASV".to_owned()) };
        let mut draft = Draft::new(DataVerb::Pasv, sent, self.around());
        draft.answer(reply, &event, self.around());
        self.keep(draft);
    }

    /// The data connection under way is left for something else.
    pub(super) fn leave(&mut self, at: &Event) {
        if let Some(draft) = self.draft.take() {
            self.close(draft, Leaving::Superseded, at);
        }
        self.pending.retain(|pending| pending.of == Of::Control);
    }

    pub(super) fn close(&mut self, mut draft: Draft, leaving: Leaving, at: &Event) {
        draft.leave(leaving, &Event { at_ms: at.at_ms, line: at.line, what: What::CutShort });
        self.keep(draft);
    }

    pub(super) fn keep(&mut self, draft: Draft) {
        let outcome = draft.outcome(0, self.peer);
        let alike = self.ways.entry(way_of(&outcome)).or_default();
        *alike += 1;
        if *alike > MOST_ALIKE {
            self.left_out += 1;
            return;
        }
        self.attempts.push(outcome);
    }
}

/// Whether a command moves data.
pub(super) fn moves(verb: &str) -> bool {
    matches!(verb, "LIST" | "NLST" | "MLSD" | "RETR" | "STOR" | "APPE" | "STOU")
}
