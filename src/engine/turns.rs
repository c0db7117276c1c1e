//! The order of data connections: one control connection, one method after the other, while all goes well. When one
//! stalls, the next starts on another control connection and the stalled one keeps its own clock, so that dead
//! directions cost one wait and not their sum.
//!
//! A server that turns a further control connection away gets strictly one at a time; one that does so even then is
//! left in peace, and what was not tried says why.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::sync::Notify;
use tokio::time::Instant;

use super::budget::Budget;
use super::login::{LoggedIn, Questions, log_in};
use super::milestones::Milestones;
use super::negotiation::{Company, Left, Negotiation};
use super::recorder::Recorder;
use super::session::{Leaving, Pace, Session};
use super::tls;
use super::{Locate, Settings};
use crate::evidence::attempt::{Attempt, Mode};
use crate::evidence::facts::Facts;
use crate::evidence::security::Protection;
use crate::protocol::command::Command;
use secure::Secure;

mod given_back;
mod kept;
mod opened;
mod place;
pub mod secure;
mod standing;

pub use given_back::{GivenUp, Superseded};
use place::LOCATION;
pub use standing::Standing;

/// Control connections at one time: when everything stalls, one a method.
const MOST_AT_ONCE: usize = 4;
/// Control connections under TLS while all goes well: a handshake and a farewell make each data connection longer by
/// two to three round trips, and three make up for that.
const MOST_SIDE_BY_SIDE: usize = 3;
/// Of these, so many go on while others have stalled.
const GOING_ON_BESIDE: usize = 2;
/// Control connections in one check: a guest does not knock more often.
const MOST_IN_ALL: usize = 12;

/// What a turn works with.
#[derive(Clone, Copy)]
pub struct Tools<'a> {
    pub settings: &'a Settings,
    pub budget: &'a Budget,
    pub recorder: &'a Recorder,
    pub tls: &'a tls::Lazy,
    pub milestones: &'a Milestones,
}

/// A data connection to try, and how.
#[derive(Clone, Copy, Debug)]
pub struct Planned {
    pub attempt: Attempt,
    pub manner: Manner,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// As fast as it goes.
    Usual,
    /// Again, with no other command before or behind. Firewalls' FTP helpers read a PORT or 227 only where a segment
    /// begins with it, and some servers are confused by company: what failed in company proves nothing.
    Alone,
    /// Again, with the passive port kept open until it is answered.
    Patient,
    /// No data connection: its passive port is swept for the place on the way where connections end.
    Locate,
}

/// One plan under way.
pub struct Plan<'a> {
    pub tools: Tools<'a>,
    pub standing: RefCell<&'a mut Standing>,
    peer: SocketAddr,
    queue: RefCell<VecDeque<Planned>>,
    /// Attempts that stalled in company and are made again alone: the later one counts, once it has ended.
    superseded: RefCell<Vec<Superseded>>,
    /// Callbacks that did not come in time.
    given_up: RefCell<Vec<GivenUp>>,
    /// Passive ports that did not answer at once.
    left: RefCell<Vec<Left>>,
    /// Sessions that this plan has ended, and the server perhaps not yet.
    leaving: RefCell<Vec<Leaving>>,
    /// Somebody stalled or left a port behind: another may have something to do.
    changed: Notify,
    workers: Cell<usize>,
    /// Further control connections that nobody has answered yet, each since when.
    dialling: RefCell<Vec<Instant>>,
    dial_settled: Notify,
    /// Somebody is at the first login.
    logging_in: Cell<bool>,
    login_settled: Notify,
    /// Workers whose data connection makes no progress.
    stalled: Cell<usize>,
}

/// Tries all of `attempts`. `idle` is a control connection to begin with, and afterwards one to go on with.
pub async fn run(tools: Tools<'_>, standing: &mut Standing, idle: &mut Option<Session>, attempts: Vec<Attempt>) {
    let Some(peer) = idle.as_ref().map(Session::peer).or_else(|| tools.recorder.first_peer()) else { return };
    let mut queue: VecDeque<Planned> =
        attempts.into_iter().map(|attempt| Planned { attempt, manner: Manner::Usual }).collect();
    if !standing.usual.is_plain() {
        // The modes go side by side: the first of either is to be begun before the second of one.
        let passive = |planned: &Planned| planned.attempt.verb.mode() == Mode::Passive;
        let first = queue.iter().position(passive).and_then(|at| queue.remove(at));
        queue.make_contiguous().sort_by_key(passive);
        first.into_iter().for_each(|planned| queue.push_front(planned));
    }
    if tools.settings.locate == Locate::Always && !std::mem::replace(&mut standing.location_asked, true) {
        queue.push_back(LOCATION);
    }
    let plan = Plan {
        tools,
        standing: RefCell::new(standing),
        peer,
        queue: RefCell::new(queue),
        superseded: RefCell::default(),
        given_up: RefCell::default(),
        left: RefCell::default(),
        leaving: RefCell::default(),
        changed: Notify::new(),
        workers: Cell::new(0),
        dialling: RefCell::default(),
        dial_settled: Notify::new(),
        logging_in: Cell::new(false),
        login_settled: Notify::new(),
        stalled: Cell::new(0),
    };
    let mut spare: Vec<Session> = idle.take().into_iter().collect();
    let mut workers = FuturesUnordered::new();
    let mut unanswered = FuturesUnordered::new();
    while !(workers.is_empty() && unanswered.is_empty() && plan.left.borrow().is_empty() && plan.is_done()) {
        unanswered.extend(plan.left.take().into_iter().map(|left| left.wait(&plan)));
        while workers.is_empty() && !plan.is_done() || plan.wants_another(spare.len()) {
            // Counted here, before it is first polled.
            plan.workers.set(plan.workers.get() + 1);
            workers.push(plan.work(peer, spare.pop()));
        }
        tokio::select! {
            Some(session) = workers.next() => spare.extend(session.filter(Session::is_free)),
            // A late answer came while the server may have closed the port already: that attempt is made again.
            Some(again) = unanswered.next() => again.into_iter().for_each(|planned| plan.give_back_alone(planned)),
            () = plan.changed.notified() => {}
        }
    }
    drop(unanswered);
    plan.set_superseded_aside();
    drop(workers);
    plan.give_up();
    *idle = spare.pop();
}

impl<'a> Plan<'a> {
    /// The next attempt, to travel behind a transfer command or to be begun.
    pub fn take(&self) -> Option<Planned> {
        if self.standing.borrow().stop.is_some() {
            return None;
        }
        loop {
            let next = self.queue.borrow_mut().pop_front()?;
            if next.manner != Manner::Locate {
                return Some(self.guarded(next));
            }
            if let Some(wanted) = self.location_wanted() {
                return Some(self.guarded(wanted));
            }
            self.standing.borrow_mut().location_asked = false;
        }
    }

    /// With the protection that is usual now, where the plan does not say which.
    fn guarded(&self, planned: Planned) -> Planned {
        match planned.attempt.protection {
            Protection::Plain => Planned { attempt: planned.attempt.under(self.standing.borrow().usual), ..planned },
            _ => planned,
        }
    }

    /// As [`Plan::take`], where it opens a data connection.
    pub fn take_data_connection(&self) -> Option<Planned> {
        let is_next = self.queue.borrow().front().is_some_and(|next| next.manner != Manner::Locate);
        if is_next { self.take() } else { None }
    }

    /// A data connection makes no progress, as long as the mark lives: somebody else may begin the next.
    pub fn note_stall<'p>(&'p self) -> StallMark<'p, 'a> {
        self.stalled.set(self.stalled.get() + 1);
        self.changed.notify_one();
        StallMark { plan: self }
    }

    /// A passive port did not answer at once: it is waited for beside all else.
    pub fn leave(&self, left: Left) {
        self.left.borrow_mut().push(left);
        self.changed.notify_one();
    }

    /// The server took so long over something: as long it may take before it connects. What was given up sooner is made
    /// again.
    pub fn note_slowness(&self, took: Duration) {
        let slowest = self.standing.borrow().slowest.max(took);
        self.standing.borrow_mut().slowest = slowest;
        let budget = self.tools.budget;
        let too_soon = |given_up: &mut GivenUp| {
            let GivenUp { waited, rtt, .. } = *given_up;
            waited < took + budget.stall(rtt) && took < budget.callback(rtt, slowest)
        };
        for GivenUp { number, planned, .. } in self.given_up.borrow_mut().extract_if(.., too_soon) {
            self.supersede(Superseded { number, blamed: None });
            self.give_back(planned);
        }
    }

    /// The server did not connect in time.
    pub fn give_up_on(&self, given_up: GivenUp) {
        self.given_up.borrow_mut().push(given_up);
        self.changed.notify_one();
    }

    /// The server wants to be left alone, and why: nothing new is begun.
    pub fn stop(&self, why: impl Into<String>) {
        self.standing.borrow_mut().stop.get_or_insert(why.into());
    }

    fn is_done(&self) -> bool {
        self.queue.borrow().is_empty() || self.standing.borrow().stop.is_some()
    }

    /// Whether something has stalled while more is queued, and the server bears one more: then two go on beside it,
    /// one for either direction.
    fn wants_another(&self, spare: usize) -> bool {
        let standing = self.standing.borrow();
        let may_open = !standing.one_connection_only && standing.opened < MOST_IN_ALL;
        let (workers, stalled) = (self.workers.get(), self.stalled.get());
        let too_few = stalled > 0 && workers - stalled < GOING_ON_BESIDE;
        let side_by_side = standing.side_by_side
            && !standing.usual.is_plain()
            && self.tools.milestones.is_secured()
            && workers < MOST_SIDE_BY_SIDE;
        !self.is_done() && (too_few || side_by_side) && workers < MOST_AT_ONCE && (spare > 0 || may_open)
    }

    /// What is still queued was not tried. After a login that never worked there is nothing to say of single methods.
    fn give_up(&self) {
        let standing = self.standing.borrow();
        let why =
            standing.stop.clone().unwrap_or_else(|| "the server allowed no further control connection".to_owned());
        let evidence = self.tools.recorder.evidence();
        let facts = Facts::of(&evidence);
        for planned in self.queue.borrow_mut().drain(..).filter(|_| standing.logged_in) {
            match planned.manner {
                // A further port of a method that was tried: that stands.
                Manner::Usual if facts.times_tried(planned.attempt) > 0 => self.tools.recorder.not_sampled(why.clone()),
                Manner::Usual => self.tools.recorder.not_tried(planned.attempt, why.clone()),
                Manner::Locate => self.tools.recorder.not_located(why.clone()),
                // What would have been made again was tried once: that stands.
                Manner::Alone | Manner::Patient => {}
            }
        }
    }

    /// Takes attempts from the queue until none is left, on one control connection while it stays free.
    async fn work(&self, peer: SocketAddr, mut session: Option<Session>) -> Option<Session> {
        let mut carried: Option<Negotiation> = None;
        loop {
            let negotiation = match carried.take() {
                Some(negotiation) => Some(negotiation),
                None => match self.take() {
                    Some(planned) => self.begin(peer, &mut session, planned).await,
                    None => break,
                },
            };
            let (Some(negotiation), Some(open)) = (negotiation, session.as_mut()) else {
                if self.is_done() || self.standing.borrow().one_connection_only {
                    break;
                }
                continue;
            };
            let (number, planned) = (negotiation.number, negotiation.planned);
            carried = negotiation.run(self, open).await;
            if secure::is_offered_after_all(self, open) {
                // All begins anew under TLS.
                self.tools.recorder.set_aside(number);
                let next = carried.take().map(|next| {
                    let planned = next.planned;
                    next.set_aside(self);
                    planned
                });
                self.take_back(planned.attempt);
                next.into_iter().chain([planned]).for_each(|planned| self.give_back(planned));
                self.standing.borrow_mut().begin_anew_under(self.tools.settings.data);
                session.take().into_iter().for_each(|ended| self.see_off(ended));
            }
        }
        self.workers.set(self.workers.get() - 1);
        session
    }

    /// Sends the attempt's command, on a control connection that is opened for it where none is free. `None` where it
    /// could not be begun.
    async fn begin(&self, peer: SocketAddr, session: &mut Option<Session>, planned: Planned) -> Option<Negotiation> {
        let protection = planned.attempt.protection;
        if let Some(open) = session.as_mut().filter(|open| open.fits(protection)) {
            // One that only owes answers to questions is waited for: another costs more, and may be one too many.
            open.read_own_answers(self.tools.budget.pipelined_reply).await;
        }
        if session.as_ref().is_some_and(|session| !session.is_free() || !session.fits(protection)) {
            // Ended first: its QUIT makes room where the server counts connections.
            session.take().into_iter().for_each(|ended| self.see_off(ended));
        }
        let carries_a_file = !planned.attempt.load.names_no_large_file();
        if let Some(open) = session.as_mut().filter(|open| open.is_logged_in()) {
            if carries_a_file {
                open.ask_for_image_type(self.tools.budget.pipelined_reply).await;
            }
            let (negotiation, command) = Negotiation::prepare(self, open, planned)?;
            let own = open.story();
            let level = open.commands_for(protection).into_iter().map(|command| (command, own));
            let commands: Vec<_> = level.chain([command]).collect();
            open.send(&commands).await;
            return Some(negotiation);
        }
        let mut planned = planned;
        loop {
            let mut open = match session.take() {
                Some(greeted) => greeted,
                None => self.open(peer, planned).await?,
            };
            match secure::before_login(self, &mut open, planned.attempt.protection).await {
                Secure::Done => {}
                Secure::InPlain => {
                    planned = self.in_plain(planned);
                    // AUTH refused leaves it as it was.
                    *session = Some(open).filter(Session::is_free);
                    continue;
                }
                Secure::Over(why) => {
                    self.give_back(planned);
                    self.stop(why);
                    return None;
                }
            }
            // One login first: where that is turned away, a second would only count against us.
            while !self.may_log_in() {
                self.login_settled.notified().await;
            }
            if self.standing.borrow().stop.is_some() {
                self.give_back(planned);
                return None;
            }
            planned = self.guarded(planned);
            let (negotiation, command) = Negotiation::prepare(self, &open, planned)?;
            let (pace, first) = {
                let standing = self.standing.borrow();
                (standing.pace, !standing.logged_in)
            };
            let questions = if first { Questions::All } else { Questions::OnlyStat };
            let together = pace == Pace::Together && planned.manner == Manner::Usual;
            let (behind, after) = if together { (Some(command), None) } else { (None, Some(command)) };
            self.tools.recorder.say("Logging in");
            let mut level = open.commands_for(planned.attempt.protection);
            level.extend(Command::with("TYPE", "I").ok().filter(|_| carries_a_file));
            self.logging_in.set(true);
            let begun = Instant::now();
            let logged_in = log_in(&mut open, self.tools, pace, questions, level, behind).await;
            self.note_slowness(begun.elapsed());
            self.logging_in.set(false);
            if logged_in == LoggedIn::Yes && !open.secured().is_plain() {
                self.tools.milestones.set_logged_in();
            }
            self.login_settled.notify_waiters();
            if secure::is_demanded_after_all(self, &open, &logged_in) {
                negotiation.set_aside(self);
                self.standing.borrow_mut().usual = self.tools.settings.data;
                planned.attempt.protection = self.tools.settings.data;
                continue;
            }
            match logged_in {
                LoggedIn::Yes => {
                    open.set_logged_in();
                    self.standing.borrow_mut().logged_in = true;
                    self.login_settled.notify_waiters();
                    if let Some(command) = after {
                        open.send(&[command]).await;
                    }
                    *session = Some(open);
                    return Some(if together { negotiation.with_company(Company::Login) } else { negotiation });
                }
                LoggedIn::OutOfStep if pace == Pace::Together => {
                    negotiation.set_aside(self);
                    self.standing.borrow_mut().pace = Pace::OneAtATime;
                    self.see_off(open);
                }
                LoggedIn::OutOfStep | LoggedIn::Lost | LoggedIn::Refused(_) => {
                    negotiation.set_aside(self);
                    drop(open);
                    let code = if let LoggedIn::Refused(code) = logged_in { Some(code) } else { None };
                    self.turned_away(planned, code);
                    return None;
                }
            }
        }
    }

    /// Whether a login can go out now: one was taken, or nobody else waits for the first to be taken.
    fn may_log_in(&self) -> bool {
        let standing = self.standing.borrow();
        standing.logged_in || standing.stop.is_some() || !self.logging_in.get()
    }

    /// TLS is given up, and the attempt goes in plain.
    fn in_plain(&self, planned: Planned) -> Planned {
        let mut standing = self.standing.borrow_mut();
        standing.tls_given_up = true;
        standing.usual = Protection::Plain;
        Planned { attempt: planned.attempt.under(Protection::Plain), ..planned }
    }
}

/// Says that a worker's data connection makes no progress, until it is dropped.
pub struct StallMark<'p, 'a> {
    plan: &'p Plan<'a>,
}

impl Drop for StallMark<'_, '_> {
    fn drop(&mut self) {
        self.plan.stalled.set(self.plan.stalled.get() - 1);
    }
}
