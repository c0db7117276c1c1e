//! What a log tells of the connection that the other end was to make.

use std::net::SocketAddr;

use super::super::draft::Draft;
use super::super::words::{How, Which};
use super::super::{draft::UNSEEN, named};
use super::{Seen, Session, words};
use crate::evidence::attempt::{DataVerb, Mode};
use crate::evidence::timeline::{Awaited, Event, What};

impl Session {
    /// What was told of before was the server's to make.
    pub(super) fn active_data_failed(&mut self, seen: &Seen) {
        let nowhere = self.dials.pop_if(|dial| dial.address.ip().is_unspecified());
        if nowhere.is_none() || !self.attempts.is_empty() || self.joined {
            return;
        }
        self.infer(DataVerb::Port, seen);
        self.fail(Which::Data, How::TimedOut, seen);
    }

    /// Nobody called at the port that was opened for it.
    pub(super) fn nobody_called(&mut self, seen: &Seen) {
        self.infer(if seen.of_server { DataVerb::Pasv } else { DataVerb::Port }, seen);
        self.fail(Which::Data, How::TimedOut, seen);
    }

    /// Somebody called, whom the client did not take for the server. lftp keeps to itself who.
    pub(super) fn stranger_called(&mut self, seen: &Seen) {
        self.infer(DataVerb::Port, seen);
        let Some(mut draft) = self.draft.take_if(|draft| draft.mode() == Mode::Active) else {
            return self.fail(Which::Data, How::Unsaid, seen);
        };
        // "Host attempting data connection 192.0.2.7 is not same as server 192.0.2.1".
        let server = seen.text.split_once("as server ").and_then(|(_, server)| named::endpoint(server));
        self.peer = self.peer.or(server.map(words::with_control_port));
        // lftp can be told to take none but from the server's port for data.
        let from_server =
            self.peer.filter(|_| seen.text.contains("wrong port")).map(|peer| SocketAddr::new(peer.ip(), 0));
        let who = named::endpoint(seen.text).or(from_server).unwrap_or(UNSEEN);
        draft.events.push(seen.event(What::Stranger(who)));
        draft.events.push(seen.event(What::Abandoned(Awaited::Callback)));
        self.keep(draft);
    }

    /// The client could not make a data connection, and has the server make one. Where commands are shown, PORT is.
    pub(super) fn falls_back_to_active(&mut self, seen: &Seen) {
        self.fail(Which::Data, How::Unsaid, seen);
        if self.shows_commands() || self.ended || self.draft.is_some() {
            return;
        }
        let inferred = |line: &str| Event { at_ms: seen.at_ms, line: None, what: What::Sent(line.to_owned()) };
        let mut draft = Draft::agreed(DataVerb::Port, inferred("PORT"), self.around());
        draft.ask(inferred("LIST"));
        self.draft = Some(draft);
    }

    /// The data connection that the log does not show the beginning of.
    fn infer(&mut self, verb: DataVerb, seen: &Seen) {
        if self.draft.is_some() || !self.attempts.is_empty() || self.ended {
            return;
        }
        let sent = Event { at_ms: seen.at_ms, line: None, what: What::Sent(verb.name().to_owned()) };
        self.draft = Some(Draft::agreed(verb, sent, self.around()));
        self.joined = true;
    }
}
