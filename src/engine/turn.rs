//! One data connection, from PASV or PORT to the closing 226.
//!
//! The transfer command goes out without waiting for the data connection, and the next method's command behind it.
//! After a refused PORT no transfer command is sent: some servers then dial the default port.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use super::data::{Data, Step};
use super::negotiation::{Company, Counter, Negotiation};
use super::net::Dialled;
use super::recorder::Story;
use super::session::{Came, Pace, Session};
use super::turns::{Manner, Plan, Planned, StallMark, secure};
use crate::evidence::attempt::Mode;
use crate::evidence::security::Protection;
use crate::evidence::timeline::{Awaited, What};
use crate::protocol::reply::Reply;
pub(super) use agreement::address_to_dial;
use careful::Joining;

mod again;
mod agreement;
mod callback;
mod careful;
mod company;
mod handshake;
mod locate;
mod mark;
mod told;
mod unserved;

/// A data connection's turn under way.
pub struct Turn<'p, 'q, 's> {
    plan: &'p Plan<'q>,
    session: &'s mut Session,
    number: usize,
    planned: Planned,
    data: Data,
    /// The negotiation that travels behind the transfer command.
    next: Option<Negotiation>,
    /// Whether any command went out together with another, be that given back since.
    in_company: bool,
    /// What its own command, PASV or PORT, went out together with.
    asked_with: Option<Company>,
    /// The transfer command is on its way.
    transfer_sent: bool,
    /// The callback is here, and the next method's command was sent.
    followed: bool,
    /// It stalled in company, and was given back to be made alone.
    superseded: bool,
    completion: Option<Reply>,
    received: u64,
    /// The count last put on record.
    told: Option<u64>,
    /// When something last moved.
    progress: Instant,
    /// Stands while nothing moves.
    stalled: Option<StallMark<'p, 'q>>,
    joined: bool,
    /// It takes a ticket of the session, and may bring new ones.
    counts_tickets: bool,
    /// When the handshake begins, though no 1xx came by then.
    handshake_due: Option<Instant>,
    counter: Counter,
    /// The data connection can't be had any more.
    failed: bool,
}

/// What the next thing is that happens in a turn.
enum Next {
    Data(Step),
    Control(Came),
    Silence,
}

impl<'p, 'q, 's> Turn<'p, 'q, 's> {
    pub fn new(plan: &'p Plan<'q>, session: &'s mut Session, negotiation: Negotiation) -> Self {
        let Negotiation { number, planned, data, company, transfer_sent } = negotiation;
        Self {
            plan,
            session,
            number,
            planned,
            data,
            next: None,
            in_company: company.is_some(),
            asked_with: company,
            transfer_sent,
            followed: false,
            superseded: false,
            completion: None,
            received: 0,
            told: None,
            progress: Instant::now(),
            stalled: None,
            joined: false,
            counts_tickets: false,
            handshake_due: None,
            counter: Counter::now(),
            failed: false,
        }
    }

    /// Takes it to its end. Returns the negotiation that travelled behind the transfer command: the next turn.
    pub async fn run(mut self) -> Option<Negotiation> {
        let begun = Instant::now();
        let reply = self.await_agreement(begun).await;
        self.note_protection();
        if self.planned.manner == Manner::Locate {
            self.locate(reply).await;
            return self.conclude();
        }
        let agreed = reply.is_some_and(|reply| self.act_on(&reply));
        if !agreed {
            return self.conclude();
        }
        let dialled = Instant::now();
        match self.join_carefully(dialled).await {
            Joining::TransferMayGo => {}
            Joining::Failed => {
                self.locate_here().await;
                return self.conclude();
            }
            Joining::Left => return None,
        }
        self.send_transfer().await;
        self.transfer(dialled).await;
        self.dial_again().await;
        self.locate_here().await;
        self.find_told_router().await;
        self.conclude()
    }

    fn mode(&self) -> Mode {
        self.planned.attempt.verb.mode()
    }

    fn story(&self) -> Story {
        Story::Attempt(self.number)
    }

    fn record(&self, what: What) {
        self.plan.tools.recorder.record(self.story(), what);
    }

    fn silence(&self) -> Duration {
        let (budget, rtt) = (self.plan.tools.budget, self.session.rtt());
        if self.is_second_opinion() {
            return budget.second_opinion(rtt);
        }
        match self.mode() {
            Mode::Passive => budget.silence(Some(rtt)),
            Mode::Active => budget.callback(rtt, self.plan.standing.borrow().slowest),
        }
    }

    /// From the transfer command to the closing reply and the end of the data.
    async fn transfer(&mut self, since: Instant) {
        loop {
            self.follow_the_callback().await;
            let (until, awaited) = self.clock(since);
            match self.next_event(until).await {
                Next::Data(step) => self.failed |= !self.on_step(step),
                Next::Control(Came::Reply { reply, story, .. }) if story == self.story() => {
                    if self.in_company && reply.is_completion() && !matches!(reply.code, 225 | 226 | 250) {
                        // The next command's answer in the place of this one's.
                        self.session.set_out_of_step();
                        self.plan.standing.borrow_mut().pace = Pace::OneAtATime;
                        return self.end_of_control();
                    }
                    if !reply.is_preliminary() {
                        self.completion = Some(reply);
                    } else if self.handshake_due.take().is_some() {
                        self.secure();
                    }
                }
                Next::Control(Came::Lost) => return self.end_of_control(),
                // What comes of this one in plain is of no interest any more.
                Next::Control(_) if secure::is_offered_after_all(self.plan, self.session) => return,
                Next::Control(_) => {}
                Next::Silence if self.handshake_due.take().is_some() => self.secure(),
                // The server was seen to be slow meanwhile.
                Next::Silence if self.clock(since).0 > Instant::now() => {}
                Next::Silence => {
                    if let Some(awaited) = awaited {
                        self.record_silence(awaited, since);
                    }
                    self.note_given_up(awaited, since);
                    return;
                }
            }
            let refused = self.completion.as_ref().is_some_and(|reply| !reply.is_completion());
            if refused {
                self.end_of_handshake().await;
                self.end_of_unserved().await;
            }
            if refused || (self.completion.is_some() && self.data.has_ended()) {
                return;
            }
        }
    }

    /// Until when the next thing may take, and what it is that would be missed.
    fn clock(&self, since: Instant) -> (Instant, Option<Awaited>) {
        let budget = self.plan.tools.budget;
        if let Some(due) = self.handshake_due {
            return (due, None);
        }
        match (&self.completion, self.data.has_ended(), self.joined) {
            // The server may have refused the transfer and closed its port: then its reply is on the way.
            (None, ..) if self.failed => (self.progress + budget.first_answer(self.session.rtt()), None),
            // Confirmed, and no data connection was seen: it may be a moment behind.
            (Some(_), false, false) => (self.progress + budget.first_answer(self.session.rtt()), None),
            (_, false, true) if self.data.is_securing() => (self.progress + self.silence(), Some(Awaited::Handshake)),
            (_, false, true) => (self.progress + budget.reply, Some(Awaited::Bytes)),
            (_, true, _) => (self.progress + budget.reply, Some(Awaited::Reply)),
            (None, false, false) => {
                let awaited = if self.mode() == Mode::Passive { Awaited::Connect } else { Awaited::Callback };
                (since + self.silence(), Some(awaited))
            }
        }
    }

    fn record_silence(&mut self, awaited: Awaited, since: Instant) {
        let from = if awaited == Awaited::Connect || awaited == Awaited::Callback { since } else { self.progress };
        match awaited {
            Awaited::Connect => self.plan.suspect_passive(),
            Awaited::Bytes | Awaited::Handshake | Awaited::Reply
                if self.received == 0 && self.mode() == Mode::Passive =>
            {
                self.plan.look_for_the_place()
            }
            _ => {}
        }
        if awaited == Awaited::Bytes && self.received > 0 {
            self.record_received();
        }
        if awaited == Awaited::Connect {
            self.counter.record_growth(self.plan.tools.recorder, self.story());
        }
        self.record(What::Silent { awaited, ms: millis(from) });
    }

    /// The next thing on either connection, or silence. A stall on the way lets others begin.
    async fn next_event(&mut self, until: Instant) -> Next {
        loop {
            let stall = self.progress + self.plan.tools.budget.stall(self.session.rtt());
            let listens = self.completion.is_none();
            let next = tokio::select! {
                biased;
                step = self.data.step() => Next::Data(step),
                came = self.session.next(), if listens => Next::Control(came),
                () = sleep_until(until) => Next::Silence,
                () = sleep_until(stall), if self.stalled.is_none() => {
                    self.on_stall();
                    continue;
                }
            };
            if !matches!(next, Next::Silence) {
                if self.joined || matches!(self.data, Data::None) {
                    self.plan.note_slowness(self.progress.elapsed());
                }
                self.progress = Instant::now();
                self.stalled = None;
            }
            return next;
        }
    }

    /// Nothing has moved for a while: what travels behind this one is given back, and another may begin it.
    fn on_stall(&mut self) {
        match self.mode() {
            // Somebody took it, and ended it.
            Mode::Passive if self.data.has_ended() && self.received == 0 && !self.failed => {
                self.plan.look_for_the_place()
            }
            Mode::Passive if !self.joined => {
                self.session.set_waits_in_vain(self.transfer_sent);
                self.plan.suspect_passive();
            }
            Mode::Active if !self.joined => self.plan.suspect_active(),
            Mode::Passive | Mode::Active => {}
        }
        self.give_back_next();
        // In active mode the silence is the callback's, whatever its command went out with.
        if self.mode() == Mode::Passive && self.may_go_alone() && !self.superseded {
            self.superseded = true;
            self.plan.give_back_alone(self.alone());
        }
        self.stalled = Some(self.plan.note_stall());
    }

    /// Puts a step on record. `false` ends the turn: the data connection failed and the server may wait for long.
    fn on_step(&mut self, step: Step) -> bool {
        match step {
            Step::Joined { local, peer } => {
                self.joined = true;
                self.session.set_waits_in_vain(false);
                self.record(match self.mode() {
                    Mode::Passive => What::Connected { local, peer },
                    Mode::Active => What::Accepted { local, peer },
                });
                self.on_joined();
                true
            }
            Step::Secured { version, session } => {
                self.counts_tickets = version == "TLSv1.3" && self.planned.attempt.protection == Protection::Private;
                self.record(What::Secured { version, session });
                true
            }
            Step::TlsFailed { how, words } => {
                if self.mode() == Mode::Passive && self.received == 0 {
                    self.plan.look_for_the_place();
                }
                self.record_received();
                self.record(What::TlsFailed { how, words });
                false
            }
            Step::Stranger(peer) => {
                self.record(What::Stranger(peer));
                true
            }
            Step::Bytes(count) => {
                let first = self.received == 0;
                self.received += count as u64;
                self.keep(count);
                if self.received >= self.most_bytes() {
                    self.record_received();
                    self.record(What::Enough);
                    self.data = Data::Ended;
                } else if first {
                    self.record_received();
                }
                self.plan.tools.recorder.count(self.story(), What::Received(self.received));
                true
            }
            Step::EndOfFile => {
                self.record_received();
                self.record_tickets();
                self.record(What::EndOfFile);
                true
            }
            Step::Reset => {
                self.record_received();
                self.record(What::Reset);
                true
            }
            Step::Refused => self.fail(What::Refused),
            Step::Unreachable(Dialled::Unreachable { icmp, from }) => self.fail(What::Unreachable { icmp, from }),
            Step::Unreachable(_) => false,
            Step::Failed(why) => self.fail(What::Failed(why)),
        }
    }

    /// Bytes after which the transfer is stopped.
    pub(super) fn most_bytes(&self) -> u64 {
        let settings = self.plan.tools.settings;
        let large = settings.transfer_size.filter(|_| !self.planned.attempt.load.names_no_large_file());
        large.unwrap_or(settings.max_bytes)
    }

    /// The count is worth a line at the first byte and at the end.
    fn record_received(&mut self) {
        if self.told != Some(self.received) {
            self.told = Some(self.received);
            self.record(What::Received(self.received));
        }
    }

    fn fail(&mut self, what: What) -> bool {
        if self.mode() == Mode::Passive {
            self.session.set_waits_in_vain(self.transfer_sent);
            self.plan.suspect_passive();
        }
        self.record(what);
        false
    }

    fn end_of_control(&mut self) {
        self.give_back_next();
    }
}

fn with_port(mut endpoint: SocketAddr, port: u16) -> SocketAddr {
    endpoint.set_port(port);
    endpoint
}

/// Milliseconds since then.
pub fn millis(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1000.0
}
