//! A data connection's command, PASV or PORT, before its turn: prepared, sent, perhaps given up again.

use std::net::{IpAddr, SocketAddr};

use tokio::time::{Instant, sleep_until};

use super::data::{Data, Step};
use super::net;
use super::recorder::{Recorder, Story};
use super::session::Session;
use super::turn::{Turn, millis};
use super::turns::{Manner, Plan, Planned, Tools};
use crate::evidence::attempt::{Address, DataVerb, Mode};
use crate::evidence::facts::Facts;
use crate::evidence::timeline::{Awaited, What};
use crate::protocol::command::Command;
use crate::protocol::{extended, host_port};

/// A data connection whose command is on its way.
pub struct Negotiation {
    pub(super) number: usize,
    pub(super) planned: Planned,
    pub(super) data: Data,
    /// What its command went out together with.
    pub(super) company: Option<Company>,
    /// Whether its transfer command is on its way already.
    pub(super) transfer_sent: bool,
}

/// What a data connection's command went out together with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Company {
    /// The login.
    Login,
    /// The transfer command of the one before.
    Transfer,
}

/// A passive connection that is still unanswered.
pub struct Left {
    pub(super) number: usize,
    pub(super) planned: Planned,
    pub(super) data: Data,
    pub(super) until: Instant,
    pub(super) since: Instant,
    pub(super) counter: Counter,
}

/// This computer's counters, as they stood when a data connection's turn began.
#[derive(Clone, Copy)]
pub(super) struct Counter(Option<net::Tcp>);

impl Counter {
    pub(super) fn now() -> Self {
        Self(net::tcp())
    }

    /// Puts on record how many packets could not be sent again since, where nothing answered the dial.
    pub(super) fn record_growth(self, recorder: &Recorder, story: Story) {
        let grown = self.grown(|counted| counted.unsent).unwrap_or(0);
        if grown > 0 {
            recorder.record(story, What::Unsent(grown));
        }
    }

    /// Whether no connection to this computer was reset since before it stood.
    pub(super) fn saw_no_reset(self) -> bool {
        self.grown(|counted| counted.reset_unconfirmed) == Some(0)
    }

    fn grown(self, count: fn(net::Tcp) -> u64) -> Option<u64> {
        Some(count(net::tcp()?).saturating_sub(count(self.0?)))
    }
}

impl Negotiation {
    /// Makes the command, with a listener behind it in active mode. `None` where this computer can't listen: on record.
    pub fn prepare(plan: &Plan, session: &Session, planned: Planned) -> Option<(Self, (Command, Story))> {
        let recorder = plan.tools.recorder;
        let named = plan.tools.settings.retrieve.is_some();
        if !planned.attempt.load.names_no_large_file() && !named && plan.largest_file().is_none() {
            recorder.not_tried(planned.attempt, "the listing names no file that could be transferred");
            return None;
        }
        let number = recorder.begin_attempt(planned.attempt, session.number());
        if planned.manner == Manner::Locate {
            // It only lends its port.
            recorder.set_aside(number);
        }
        let story = Story::Attempt(number);
        match prepare(plan, session, planned, story) {
            Ok((command, data)) => {
                Some((Self { number, planned, data, company: None, transfer_sent: false }, (command, story)))
            }
            Err(why) => {
                recorder.record(story, What::Failed(why));
                recorder.end_attempt(number);
                None
            }
        }
    }

    /// Its command goes out together with others.
    pub fn with_company(self, company: Company) -> Self {
        Self { company: Some(company), ..self }
    }

    /// Its transfer command goes out behind its own.
    pub fn with_transfer(self) -> Self {
        Self { transfer_sent: true, ..self }
    }

    pub fn story(&self) -> Story {
        Story::Attempt(self.number)
    }

    pub fn is_active(&self) -> bool {
        self.planned.attempt.verb.mode() == Mode::Active
    }

    /// It never had its turn.
    pub fn set_aside(self, plan: &Plan) {
        plan.tools.recorder.set_aside(self.number);
    }

    /// Takes it to its end. Returns the negotiation that travelled behind its transfer command: the next turn.
    pub async fn run(self, plan: &Plan<'_>, session: &mut Session) -> Option<Negotiation> {
        let verb = self.planned.attempt.verb;
        if self.planned.manner != Manner::Locate {
            plan.tools.recorder.say(format!("Trying {} mode ({})", verb.mode().name(), verb.name()));
        }
        Turn::new(plan, session, self).run().await
    }
}

impl Left {
    /// Waits for the answer until its clock ends. Returns what is to be tried again.
    pub async fn wait(mut self, plan: &Plan<'_>) -> Option<Planned> {
        let recorder = plan.tools.recorder;
        tokio::select! {
            biased;
            step = self.data.step() => {
                if let Step::Joined { local, peer } = step {
                    recorder.record(Story::Attempt(self.number), What::Connected { local, peer });
                }
                recorder.set_aside(self.number);
                Some(Planned { manner: Manner::Patient, ..self.planned })
            }
            () = sleep_until(self.until) => {
                let ms = millis(self.since);
                self.counter.record_growth(recorder, Story::Attempt(self.number));
                recorder.record(Story::Attempt(self.number), What::Silent { awaited: Awaited::Connect, ms });
                recorder.end_attempt(self.number);
                None
            }
        }
    }
}

fn prepare(plan: &Plan, session: &Session, planned: Planned, story: Story) -> Result<(Command, Data), String> {
    let settings = plan.tools.settings;
    let verb = planned.attempt.verb;
    if verb.mode() == Mode::Passive {
        return Ok((Command::bare(verb.name()), Data::None));
    }
    let ip = session.local().ip();
    let mapped = match planned.attempt.address {
        Address::Mapped => Some(plan.standing.borrow_mut().mapped.take().ok_or("the router gave no port")?),
        _ => None,
    };
    let (listener, outside) = match mapped {
        Some(mapped) => (mapped.listener, Some(mapped.named)),
        None => {
            let listener = net::listen(ip, settings.active_ports.as_ref(), planned.attempt.load.segment());
            (listener.map_err(|error| format!("listen at {ip}: {error}"))?, None)
        }
    };
    let bound = listener.local_addr().map_err(|error| error.to_string())?;
    plan.tools.recorder.record(story, What::Listening(bound));
    let address = address_to_name(plan.tools, planned.attempt.address, ip)?;
    let named = outside.unwrap_or(SocketAddr::new(address.to_canonical(), bound.port()));
    let command = active_command(verb, named)?;
    plan.tools.recorder.record(story, What::Named(named));
    Ok((command, Data::Listening { listener, server: session.peer().ip().to_canonical() }))
}

/// The address that PORT or EPRT shall name, where this end of the control connection is `own`.
pub(super) fn address_to_name(tools: Tools, address: Address, own: IpAddr) -> Result<IpAddr, String> {
    match address {
        Address::Given => Ok(tools.settings.active_address.unwrap_or(own)),
        Address::ServerSeen => {
            let evidence = tools.recorder.evidence();
            let seen = Facts::of(&evidence).outer_address().seen();
            Ok(seen.ok_or("the server names no outer address of this client's")?.0)
        }
        _ => Ok(own),
    }
}

/// PORT or EPRT with this endpoint.
pub(super) fn active_command(verb: DataVerb, named: SocketAddr) -> Result<Command, String> {
    let argument = match (verb, named) {
        (DataVerb::Port, SocketAddr::V4(v4)) => host_port::format(v4),
        (DataVerb::Port, SocketAddr::V6(_)) => return Err("PORT can't name an IPv6 address".to_owned()),
        _ => extended::format(named),
    };
    Command::with(verb.name(), argument).map_err(|error| error.to_string())
}
