//! What travels together with a turn's own commands, and what its failure in that company is worth.
//!
//! Helpers expect one data connection at a time and read PORT only where a segment begins with it; some servers read on
//! in mid-transfer. So company is kept where it can do no harm, and what fails in it is made again alone.

use tokio::time::Instant;

use super::Turn;
use crate::engine::data::Data;
use crate::engine::negotiation::{Company, Negotiation};
use crate::engine::recorder::Story;
use crate::engine::session::Pace;
use crate::engine::turns::{Manner, Planned, Superseded};
use crate::evidence::attempt::Mode;
use crate::evidence::facts::Facts;
use crate::evidence::timeline::What;
use crate::protocol::command::Command;
use crate::protocol::dialect::{InTransfer, Says, says};
use crate::protocol::features;
use crate::protocol::reply::Reply;

impl Turn<'_, '_, '_> {
    /// Sends the transfer command; in passive mode with the next method's behind it.
    pub(super) async fn send_transfer(&mut self) {
        let mut commands = Vec::new();
        if !std::mem::replace(&mut self.transfer_sent, true) {
            if let Some((size, _)) = self.large_file() {
                self.record(What::Listed(size));
            }
            commands.push((self.transfer_command(), self.story()));
        }
        self.progress = Instant::now();
        // The SYN has left already, so that the next method's command can't overtake it.
        let company = self.mode() == Mode::Passive && self.session.in_transfer() != InTransfer::Obeyed;
        self.send_with_next(commands, company).await;
    }

    /// In active mode the next method's command follows once the callback is here: an FTP helper expects one data
    /// connection at a time, and would forget this one.
    pub(super) async fn follow_the_callback(&mut self) {
        if self.mode() == Mode::Active && self.joined && !self.followed && self.completion.is_none() {
            self.followed = true;
            let company = self.session.in_transfer() == InTransfer::Kept;
            self.send_with_next(Vec::new(), company).await;
        }
    }

    /// Sends commands, and the next method's behind them where that is wanted and the server keeps its place.
    async fn send_with_next(&mut self, mut commands: Vec<(Command, Story)>, company: bool) {
        let together = self.plan.standing.borrow().pace == Pace::Together && self.planned.manner == Manner::Usual;
        let mut own_segment = Vec::new();
        if company
            && together
            && self.plan.tools.settings.retrieve.is_none()
            && let Some(planned) = self.plan.take_data_connection()
            && let Some((mut negotiation, command)) = Negotiation::prepare(self.plan, self.session, planned)
        {
            if negotiation.is_active() {
                // Helpers see PORT and EPRT only where a segment begins with them.
                own_segment.push(command);
                if self.agrees_for_sure() {
                    own_segment.push((self.transfer_command(), negotiation.story()));
                    negotiation = negotiation.with_transfer();
                }
            } else {
                commands.push(command);
            }
            self.next = Some(negotiation.with_company(Company::Transfer));
            self.in_company = true;
        }
        self.session.send(&commands).await;
        self.session.send(&own_segment).await;
    }

    /// The file from the listing that this data connection is to carry.
    fn large_file(&self) -> Option<(u64, String)> {
        (!self.planned.attempt.load.names_no_large_file()).then(|| self.plan.largest_file()).flatten()
    }

    fn transfer_command(&self) -> Command {
        let large = self.large_file().map(|(_, name)| name);
        match large.as_ref().or(self.plan.tools.settings.retrieve.as_ref()) {
            Some(file) => Command::with("RETR", file.clone()).unwrap_or_else(|_| Command::bare("LIST")),
            None => Command::bare("LIST"),
        }
    }

    /// Whether PORT and EPRT can't but be agreed to, so that the transfer command need not wait for it: the server sees
    /// us at the very address that they name, and its features list EPRT. After a refused PORT none may be sent.
    fn agrees_for_sure(&self) -> bool {
        let evidence = self.plan.tools.recorder.evidence();
        let facts = Facts::of(&evidence);
        let own_address = self.session.local().ip().to_canonical();
        let seen_here = facts.seen_by_server().seen().is_some_and(|(seen, _)| seen == own_address);
        let listed = facts.features().seen().is_some_and(|list| features::lists(&list, "EPRT"));
        let refused = facts.tried_in(Mode::Active).any(|tried| tried.refusal().is_some());
        let kept = self.session.in_transfer() == InTransfer::Kept;
        kept && seen_here && listed && !refused && self.plan.tools.settings.active_address.is_none()
    }

    /// What travels behind the transfer command is given back for another to begin.
    pub(super) fn give_back_next(&mut self) {
        if let Some(next) = self.next.take() {
            let planned = next.planned;
            next.set_aside(self.plan);
            self.plan.give_back(planned);
        }
    }

    /// Whether a failure may be the company's fault.
    pub(super) fn may_go_alone(&self) -> bool {
        let told_to_stop = self.completion.as_ref().is_some_and(|reply| reply.code == 421);
        // An experiment may fail, and is not made again for its company.
        let usual = self.planned.manner == Manner::Usual && self.planned.attempt.protection.is_usual();
        self.in_company && usual && !told_to_stop && !self.port_failed_by_itself()
    }

    /// Whether the session was over before the command was read, for the refusal of the data connection before.
    fn came_too_late(&self) -> bool {
        if self.completion.is_some() || self.session.is_open() || self.planned.manner != Manner::Usual {
            return false;
        }
        let evidence = self.plan.tools.recorder.evidence();
        let facts = Facts::of(&evidence);
        facts.tried().iter().any(|tried| tried.index() == self.number && facts.came_too_late(tried))
    }

    /// Whether a passive port failed that was named in no company, or in one that another port was named in and let us in:
    /// what travelled later than the SYN has nothing to do with it.
    fn port_failed_by_itself(&self) -> bool {
        let harmless = |company| self.plan.standing.borrow().harmless.contains(&company);
        self.port_failed() && self.asked_with.is_none_or(harmless)
    }

    /// Whether the data connection stands, the server said that it begins, and nothing more came: what makes a stall so late
    /// is no company.
    fn stalled_begun(&self) -> bool {
        let stands = self.joined && !self.data.has_ended() && self.completion.is_none() && self.session.is_open();
        let evidence = self.plan.tools.recorder.evidence();
        let facts = Facts::of(&evidence);
        stands && facts.tried().iter().any(|tried| tried.index() == self.number && tried.is_begun())
    }

    /// Whether a passive port was dialled and lets nobody in, so far.
    fn port_failed(&self) -> bool {
        self.mode() == Mode::Passive && !self.joined && !matches!(self.data, Data::None)
    }

    pub(super) fn alone(&self) -> Planned {
        Planned { manner: Manner::Alone, ..self.planned }
    }

    /// Ends the turn: what travelled behind is the next turn where this one was answered, else it is given back.
    /// What failed in company is made again alone.
    pub(super) fn conclude(mut self) -> Option<Negotiation> {
        let recorder = self.plan.tools.recorder;
        let answered = self.completion.as_ref();
        if self.mode() == Mode::Active && !self.joined {
            self.record_half_open();
            self.plan.suspect_active();
        }
        self.look_for_the_taker();
        if answered.is_some_and(|reply| reply.code == 421) {
            self.plan.stop("the server ended the session with 421");
        }
        let enough = self.received >= self.most_bytes();
        let confirmed = answered.is_some_and(Reply::is_completion);
        if let Some(company) = self.asked_with.filter(|_| self.mode() == Mode::Passive && self.joined) {
            self.plan.standing.borrow_mut().harmless.push(company);
        }
        let works = self.joined && self.data.has_ended() && (confirmed || enough);
        match (works, self.superseded) {
            (true, true) => self.plan.take_back(self.planned.attempt),
            (true, false) if self.planned.manner == Manner::Alone => {
                self.plan.standing.borrow_mut().pace = Pace::OneAtATime;
            }
            (true, false) => {}
            (false, again) => {
                // The server's own word that it waited in vain is no other silence.
                let waited = answered.is_none_or(|reply| says(reply) == Some(Says::CallbackTimedOut));
                let silent = self.mode() == Mode::Active && waited && self.session.is_open();
                let too_late = self.came_too_late();
                if !again && (self.may_go_alone() || too_late) && !silent {
                    self.plan.give_back_alone(self.alone());
                }
                if (self.in_company || too_late) && !silent && !self.port_failed_by_itself() && !self.stalled_begun() {
                    let blamed = self.asked_with.filter(|_| self.port_failed());
                    self.plan.supersede(Superseded { number: self.number, blamed });
                }
            }
        }
        if self.completion.is_none() {
            self.give_back_next();
        }
        self.note_mark();
        recorder.end_attempt(self.number);
        self.next.take()
    }
}
