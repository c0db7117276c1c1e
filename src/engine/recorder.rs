//! Writes down what is seen. One recorder a check, shared by all that runs in it.

use std::cell::RefCell;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Instant, SystemTime};

use tokio::sync::watch;

use super::{Certificates, Login, Settings};
use crate::evidence::attempt::{Attempt, DataVerb, Mode};
use crate::evidence::fragment::Fragment;
use crate::evidence::mapping::Mapping;
use crate::evidence::security::{Certificate, Protection, Security};
use crate::evidence::sweep::Sweep;
use crate::evidence::target::Secret;
use crate::evidence::timeline::{Event, Packet, What};
use crate::evidence::{
    Asked, Control, CutShort, Dial, Evidence, NotPossible, NotTried, Outcome, Resolution, TargetAsked,
};
use crate::protocol::mask;
use filing::{add_counted, add_packets, before_another_listened};

mod filing;

/// Where an event belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Story {
    Dial(usize),
    Control(usize),
    Attempt(usize),
}

/// A handle on the one record of a check.
#[derive(Clone)]
pub struct Recorder {
    begun: Instant,
    /// What is sent to the server and must not come back in its words.
    password: Option<Secret>,
    state: Rc<RefCell<State>>,
    progress: watch::Sender<String>,
}

struct State {
    evidence: Evidence,
    dials: Vec<Dial>,
    /// Dials that became the control connection, or are still open: not part of the evidence.
    dials_left_out: Vec<usize>,
    attempts: Vec<Draft>,
    packets: Vec<Event>,
    /// What the counters told, while nobody could watch packets.
    counted: Vec<Event>,
    last_ms: f64,
}

/// More are not kept: a handful belongs to every data connection.
const MOST_PACKETS: usize = 1_000;
/// The same of the counters: by then they tell of somebody else's packets.
const MOST_COUNTED: usize = 200;

struct Draft {
    outcome: Outcome,
    /// The port that its data connection was dialled from.
    dialled_from: Option<u16>,
    ended: bool,
    /// The count of bytes so far, of which no event tells yet.
    count: Option<What>,
}

impl Recorder {
    pub fn new(settings: &Settings, methods: &[DataVerb], progress: watch::Sender<String>) -> Self {
        let target = &settings.target;
        let (user, password) = match &settings.login {
            Login::Anonymous => (None, None),
            Login::User { name, password } => (Some(name.clone()), Some(password.clone())),
        };
        let evidence = Evidence {
            started_at: Some(humantime::format_rfc3339_millis(SystemTime::now()).to_string()),
            target: TargetAsked { input: target.input.clone(), host: target.host.clone(), port: target.port },
            asked: Asked {
                user,
                methods: methods.to_vec(),
                tls: settings.tls,
                clear_data: settings.data == Protection::Clear,
                insecure: settings.certificates == Certificates::Any,
                trust_pasv_address: settings.trust_pasv_address,
                samples: settings.samples,
                thorough: settings.thorough,
                port_mapping: settings.port_mapping,
                transfer_size: settings.transfer_size,
                upload: settings.upload,
                idle_ms: settings.idle.map(|quiet| quiet.as_secs_f64() * 1000.0),
                path: settings.path.clone(),
                retrieve: settings.retrieve.clone(),
                active_address: settings.active_address,
            },
            ..Evidence::default()
        };
        let state = State {
            evidence,
            dials: Vec::new(),
            dials_left_out: Vec::new(),
            attempts: Vec::new(),
            packets: Vec::new(),
            counted: Vec::new(),
            last_ms: 0.0,
        };
        Self { begun: Instant::now(), password, state: Rc::new(RefCell::new(state)), progress }
    }

    /// Tells a waiting person what is being tried.
    pub fn say(&self, words: impl Into<String>) {
        self.progress.send_replace(words.into());
    }

    /// What a server says that was told the password: without it.
    pub fn without_password(&self, text: String) -> String {
        match &self.password {
            Some(password) => mask::mask(&text, password.reveal()),
            None => text,
        }
    }

    pub fn resolution(&self, resolution: Resolution) {
        self.state.borrow_mut().evidence.resolution = resolution;
    }

    pub fn begin_dial(&self, address: SocketAddr) -> Story {
        let mut state = self.state.borrow_mut();
        state.dials.push(Dial { address, events: Vec::new() });
        Story::Dial(state.dials.len() - 1)
    }

    /// The dial led to a control connection: its story goes on there.
    pub fn dial_succeeded(&self, dial: Story) {
        if let Story::Dial(number) = dial {
            self.state.borrow_mut().dials_left_out.push(number);
        }
    }

    pub fn begin_control(&self, local: SocketAddr, peer: SocketAddr, connect_ms: f64) -> usize {
        let mut state = self.state.borrow_mut();
        state.evidence.controls.push(Control {
            local,
            peer,
            connect_ms,
            security: Security::Plain,
            certificate: None,
            client: None,
            events: Vec::new(),
        });
        state.evidence.controls.len() - 1
    }

    /// TLS stands on this control connection.
    pub fn secured(&self, control: usize, security: Security, certificate: Option<Certificate>) {
        if let Some(control) = self.state.borrow_mut().evidence.controls.get_mut(control) {
            control.security = security;
            control.certificate = certificate;
        }
    }

    pub fn begin_attempt(&self, attempt: Attempt, control: usize) -> usize {
        let mut state = self.state.borrow_mut();
        let Attempt { verb, address, load, protection } = attempt;
        let outcome = Outcome { verb, address, load, protection, control, set_aside: false, events: Vec::new() };
        state.attempts.push(Draft { outcome, dialled_from: None, ended: false, count: None });
        state.attempts.len() - 1
    }

    /// The data connection is not guarded as it was planned to be.
    pub fn guarded_by(&self, number: usize, protection: Protection) {
        if let Some(draft) = self.state.borrow_mut().attempts.get_mut(number) {
            draft.outcome.protection = protection;
        }
    }

    /// Its data connection is dialled from this port: what goes to another one is no packet of it.
    pub fn dialled_from(&self, story: Story, port: Option<u16>) {
        if let Story::Attempt(number) = story
            && let Some(draft) = self.state.borrow_mut().attempts.get_mut(number)
        {
            draft.dialled_from = port;
        }
    }

    /// So many bytes have come or were written so far: worth an event should the check be ended now.
    pub fn count(&self, story: Story, count: What) {
        if let Story::Attempt(number) = story
            && let Some(draft) = self.state.borrow_mut().attempts.get_mut(number)
        {
            draft.count = Some(count);
        }
    }

    /// The data connection's story is complete.
    pub fn end_attempt(&self, number: usize) {
        if let Some(draft) = self.state.borrow_mut().attempts.get_mut(number) {
            draft.ended = true;
        }
    }

    /// The attempt is not to be judged: it is made again, or never had its turn.
    pub fn set_aside(&self, number: usize) {
        if let Some(draft) = self.state.borrow_mut().attempts.get_mut(number) {
            draft.outcome.set_aside = true;
        }
    }

    /// As [`Recorder::set_aside`], where another of the same kind was made and ended since; in passive mode with a port of
    /// its own, since a server that had none left says nothing of the port before.
    pub fn set_aside_if_repeated(&self, number: usize) {
        let repeated = {
            let state = self.state.borrow();
            let attempt = state.attempts.get(number).map(|draft| draft.outcome.attempt());
            let mut later = state.attempts.iter().skip(number + 1);
            later.any(|draft| {
                let outcome = &draft.outcome;
                let named = || outcome.events.iter().any(|event| matches!(event.what, What::Named(_)));
                let tells = outcome.verb.mode() == Mode::Active || named();
                !outcome.set_aside && draft.ended && tells && Some(outcome.attempt()) == attempt
            })
        };
        if repeated {
            self.set_aside(number);
        }
    }

    pub fn not_tried(&self, attempt: Attempt, because: impl Into<String>) {
        let Attempt { verb, address, load, protection } = attempt;
        let because = because.into();
        self.state.borrow_mut().evidence.not_tried.push(NotTried { verb, address, load, protection, because });
    }

    pub fn sweep(&self, sweep: Sweep) {
        self.state.borrow_mut().evidence.sweeps.push(sweep);
    }

    /// A request for a mapping; its number.
    pub fn mapping(&self, mapping: Mapping) -> usize {
        let mappings = &mut self.state.borrow_mut().evidence.mappings;
        mappings.push(mapping);
        mappings.len() - 1
    }

    /// What became of it.
    pub fn mapping_is(&self, number: usize, mapping: Mapping) {
        if let Some(kept) = self.state.borrow_mut().evidence.mappings.get_mut(number) {
            *kept = mapping;
        }
    }

    /// The mapping was taken away again.
    pub fn mapping_removed(&self, number: usize) {
        if let Some(mapping) = self.state.borrow_mut().evidence.mappings.get_mut(number) {
            mapping.removed = true;
        }
    }

    /// A file of ours may still be on the server.
    pub fn left_behind(&self, name: &str) {
        self.state.borrow_mut().evidence.left_behind.get_or_insert(name.to_owned());
    }

    /// The file is gone for sure, or was never there.
    pub fn nothing_left_behind(&self) {
        self.state.borrow_mut().evidence.left_behind = None;
    }

    /// Packets are watched.
    pub fn watched(&self) {
        self.state.borrow_mut().evidence.watched = true;
    }

    /// The system has no way for it.
    pub fn not_possible(&self, what: NotPossible) {
        let mut state = self.state.borrow_mut();
        if !state.evidence.not_possible.contains(&what) {
            state.evidence.not_possible.push(what);
        }
    }

    /// A packet was seen. It goes into the story of the data connection it is of, where that is never joined.
    pub fn packet(&self, packet: Packet) {
        let at_ms = self.now_ms();
        let mut state = self.state.borrow_mut();
        if state.packets.len() < MOST_PACKETS {
            state.packets.push(Event { at_ms, line: None, what: What::Packet(packet) });
        }
    }

    /// Packets came that nobody was given. They go into the stories of the data connections that were waited for in vain
    /// meanwhile.
    pub fn undelivered(&self, count: u64, bytes: Option<u64>) {
        let at_ms = self.now_ms();
        let mut state = self.state.borrow_mut();
        if state.counted.len() < MOST_COUNTED {
            state.counted.push(Event { at_ms, line: None, what: What::Undelivered { count, bytes } });
        }
    }

    pub fn fragment(&self, fragment: Fragment) {
        self.state.borrow_mut().evidence.fragments.push(fragment);
    }

    /// The router was asked for no port, and why.
    pub fn not_mapped(&self, because: impl Into<String>) {
        self.state.borrow_mut().evidence.not_mapped.get_or_insert(because.into());
    }

    /// No further passive port was tried, and why.
    pub fn not_sampled(&self, because: impl Into<String>) {
        self.state.borrow_mut().evidence.not_sampled.get_or_insert(because.into());
    }

    /// No sweep was made, and why.
    pub fn not_located(&self, because: impl Into<String>) {
        self.state.borrow_mut().evidence.not_located.get_or_insert(because.into());
    }

    pub fn record(&self, story: Story, what: What) {
        let mut state = self.state.borrow_mut();
        // No two events share a time, so that their order survives in whichever story they end up.
        let at_ms = thousandths(self.now_ms().max(state.last_ms + 0.001));
        state.last_ms = at_ms;
        let event = Event { at_ms, line: None, what };
        let events = match story {
            Story::Dial(number) => state.dials.get_mut(number).map(|dial| &mut dial.events),
            Story::Control(number) => state.evidence.controls.get_mut(number).map(|control| &mut control.events),
            Story::Attempt(number) => state.attempts.get_mut(number).map(|draft| &mut draft.outcome.events),
        };
        if let Some(events) = events {
            events.push(event);
        }
    }

    /// The peer of the first control connection.
    pub fn first_peer(&self) -> Option<SocketAddr> {
        self.state.borrow().evidence.controls.first().map(|control| control.peer)
    }

    /// The code of the last refusal on a control connection.
    pub fn last_refusal(&self, control: usize) -> Option<u16> {
        let state = self.state.borrow();
        let events = &state.evidence.controls.get(control)?.events;
        events.iter().rev().find_map(|event| match &event.what {
            What::Replied(reply) if reply.is_refusal() => Some(reply.code),
            _ => None,
        })
    }

    /// What was seen so far.
    pub fn evidence(&self) -> Evidence {
        let state = self.state.borrow();
        let mut evidence = state.evidence.clone();
        evidence.duration_ms = self.now_ms();
        let numbered = state.dials.iter().enumerate();
        evidence.dials =
            numbered.filter(|(n, _)| !state.dials_left_out.contains(n)).map(|(_, dial)| dial.clone()).collect();
        let told = |draft: &Draft| {
            let mut outcome = draft.outcome.clone();
            let packets = before_another_listened(&outcome, &state.attempts, &state.packets);
            add_packets(&mut outcome, draft.dialled_from, packets);
            add_counted(&mut outcome, &state.counted);
            outcome
        };
        evidence.attempts = state.attempts.iter().map(told).collect();
        evidence
    }

    /// What was seen in all; what was still under way is marked as cut short.
    pub fn finish(&self, cut_short: Option<CutShort>) -> Evidence {
        let open: Vec<(usize, Option<What>)> = {
            let state = self.state.borrow();
            let drafts = state.attempts.iter().enumerate();
            let untold = |draft: &Draft| {
                let told = |count: &What| draft.outcome.events.iter().any(|event| event.what == *count);
                draft.count.clone().filter(|count| !told(count))
            };
            let open = drafts.filter(|(_, draft)| !draft.outcome.set_aside && !draft.ended);
            open.map(|(number, draft)| (number, untold(draft))).collect()
        };
        for (number, count) in open {
            for what in count.into_iter().chain([What::CutShort]) {
                self.record(Story::Attempt(number), what);
            }
        }
        let mut evidence = self.evidence();
        evidence.cut_short = cut_short;
        evidence
    }

    fn now_ms(&self) -> f64 {
        thousandths(self.begun.elapsed().as_secs_f64() * 1_000.0)
    }
}

/// Microseconds are as fine as anything here is measured, and keep saved cases readable.
fn thousandths(ms: f64) -> f64 {
    (ms * 1_000.0).round() / 1_000.0
}
