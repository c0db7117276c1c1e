//! How control connections were reached, greeted and lost.

use std::net::{IpAddr, SocketAddr};

use super::{Cite, Facts, Failure, Login, Place, Placed, events_of, is_reply};
use crate::evidence::attempt::Mode;
use crate::evidence::timeline::{Awaited, Event, Icmp, What};
use crate::protocol::dialect::{self, Says};
use crate::protocol::reply::Reply;

/// A control connection that was dialled and not joined in time to be used.
#[derive(Clone, Debug, PartialEq)]
pub struct Dialled {
    pub address: SocketAddr,
    pub end: DialEnd,
    pub place: Place,
}

/// How a dial ended.
#[derive(Clone, Debug, PartialEq)]
pub enum DialEnd {
    /// It was answered after another address had been.
    Joined,
    /// RST.
    Refused,
    Silent {
        ms: f64,
    },
    Unreachable(IcmpAnswer),
    /// This computer could not dial, or the check ended first.
    Unfinished,
}

/// An ICMP error in answer to a dial.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IcmpAnswer {
    /// Who sent it, where the system told.
    pub router: Option<IpAddr>,
    /// It says that a rule forbids the connection.
    pub by_rule: bool,
    /// It says that the machine or its network can't be reached, which no rule says by itself.
    pub no_machine: bool,
    /// No ICMP came: this computer has no route, or its neighbour does not answer.
    pub no_route: bool,
}

/// The first thing that a joined control connection brought.
#[derive(Clone, Debug, PartialEq)]
pub enum FirstWords<'a> {
    Reply(&'a Reply, Place),
    /// What is no FTP reply.
    Nonsense(&'a str, Place),
    /// Nothing within the time given.
    Silence(Place),
    /// The end of the connection.
    End(Place),
}

/// How a control connection was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ControlEnd {
    Closed,
    Reset,
    /// A command was never answered.
    Silent,
}

impl IcmpAnswer {
    pub(super) fn of(what: &What) -> Option<Self> {
        match what {
            What::Unreachable { icmp, from } => Some(Self {
                router: from.map(|router| router.to_canonical()),
                by_rule: *icmp == Icmp::AdminProhibited,
                no_machine: matches!(icmp, Icmp::Host | Icmp::Net) && from.is_some(),
                no_route: *icmp == Icmp::NoRoute,
            }),
            _ => None,
        }
    }
}

impl<'a> Facts<'a> {
    /// Every address that was dialled for a control connection and did not become one, with how it ended.
    pub fn dials(&self) -> Vec<Dialled> {
        let numbered = self.evidence().dials.iter().enumerate();
        numbered
            .filter_map(|(number, dial)| {
                let (index, event) = dial.events.iter().enumerate().next_back()?;
                let end = match &event.what {
                    What::Refused => DialEnd::Refused,
                    What::Silent { ms, .. } => DialEnd::Silent { ms: *ms },
                    What::Connected { .. } => DialEnd::Joined,
                    other => IcmpAnswer::of(other).map_or(DialEnd::Unfinished, DialEnd::Unreachable),
                };
                Some(Dialled { address: dial.address, end, place: Place::Dial(number, index) })
            })
            .collect()
    }

    /// What the first control connection brought first. A line that is no reply counts before the silence or the end
    /// that it stands beside: it says more.
    pub fn first_words(&self) -> Option<FirstWords<'a>> {
        if let Some((reply, place)) = self.greeting() {
            return Some(FirstWords::Reply(reply, place));
        }
        let control = self.control()?;
        // A log may begin behind the greeting.
        let talked = control.events.iter().any(|event| matches!(event.what, What::Sent(_) | What::Replied(_)));
        if self.log().is_some() && (talked || self.control_works()) {
            return None;
        }
        let nonsense = events_of(control, self.first()).find_map(|(event, place)| match &event.what {
            What::Nonsense { text, .. } => Some(FirstWords::Nonsense(text, place)),
            _ => None,
        });
        nonsense.or_else(|| {
            events_of(control, self.first()).find_map(|(event, place)| match event.what {
                // In a log the handshake's beginning shows that a greeting was there.
                What::Silent { awaited: Awaited::Handshake, .. } if self.log().is_some() => None,
                What::Silent { .. } => Some(FirstWords::Silence(place)),
                What::ControlClosed | What::ControlReset => Some(FirstWords::End(place)),
                _ => None,
            })
        })
    }

    /// Control connections that a reply came on before anything was asked; and those on which none did for as long as a
    /// greeting may take, each with where that stands.
    pub fn greeted(&self) -> (usize, Vec<Place>) {
        let numbered = self.numbers().filter_map(|number| Some((number, self.evidence().controls.get(number)?)));
        let firsts = numbered.filter_map(|(number, control)| {
            events_of(control, number).find(|(event, _)| !matches!(event.what, What::Secured { .. }))
        });
        let (mut greeted, mut silent) = (0, Vec::new());
        for (event, place) in firsts {
            match event.what {
                What::Replied(_) => greeted += 1,
                What::Silent { awaited: Awaited::Reply, .. } => silent.push(place),
                _ => {}
            }
        }
        (greeted, silent)
    }

    /// The control connection was joined: a citation for rules that this excludes.
    pub fn joined_control(&self) -> Option<Cite> {
        let control = self.control()?;
        if self.log().is_some() {
            let first = events_of(control, self.first()).next().map(|(_, place)| place);
            let of_data = || self.tried().first().and_then(|tried| tried.named_at().or(tried.ended_by()));
            return first.or_else(of_data).map(|place| self.cite(place));
        }
        Some(Cite::of(format!(
            "the control connection from {} to {} was joined after {:.0} ms",
            control.local, control.peer, control.connect_ms
        )))
    }

    /// The reply that let us in, on the first control connection that got so far.
    pub fn login_reply(&self) -> Option<Placed<'a>> {
        let number = self.numbers().find(|number| self.login_on(*number) == Login::LoggedIn)?;
        let answers = [self.answer_on(number, "PASS"), self.answer_on(number, "USER")];
        answers.into_iter().flatten().find(|(reply, _)| reply.is_completion())
    }

    /// The reply that kept us out; `None` where any control connection got in.
    pub fn login_refusal(&self) -> Option<Placed<'a>> {
        if self.control_works() {
            return None;
        }
        self.numbers().find_map(|number| match self.login_on(number) {
            Login::Refused(reply, place) => Some((reply, place)),
            _ => None,
        })
    }

    /// Whether `place` is a greeting: nobody had named a user yet.
    pub fn is_greeting(&self, place: Place) -> bool {
        self.greetings().iter().any(|(_, greeting)| *greeting == place)
    }

    /// The first reply of every control connection.
    pub fn greetings(&self) -> Vec<Placed<'a>> {
        let numbered = self.evidence().controls.iter().enumerate();
        numbered
            .filter_map(|(number, control)| {
                let is_greeting = |reply: &Reply| self.log().is_none() || reply.code == 220;
                let (reply, place) = events_of(control, number).find_map(|(event, place)| match &event.what {
                    What::Replied(reply) if !reply.is_preliminary() => Some((reply, place)),
                    _ => None,
                })?;
                is_greeting(reply).then_some((reply, place))
            })
            .collect()
    }

    /// Control connections that a reply turned away although another was let in.
    pub fn turned_away_beside_others(&self) -> Vec<Placed<'a>> {
        if !self.control_works() {
            return Vec::new();
        }
        self.numbers()
            .filter_map(|number| match self.login_on(number) {
                Login::Refused(reply, place) => Some((reply, place)),
                _ => None,
            })
            .collect()
    }

    /// A measured transfer was broken off here when enough had come, and the server did not answer to that any more: some
    /// end the session then (ProFTPD under TLS, now and then).
    fn is_cut_by_us(&self, number: usize) -> bool {
        self.log().is_none()
            && self.tried.iter().any(|tried| {
                let enough = tried.outcome().events.iter().any(|event| matches!(event.what, What::Enough));
                tried.outcome().control == number
                    && enough
                    && tried.completion().is_none_or(|(r, _)| r.is_preliminary())
            })
    }

    /// Control connections that were greeted and then lost without a word of farewell, each with how. Silence counts
    /// only where the login was never answered: later it belongs to a data connection's story. And not where commands
    /// that were sent together went unanswered while another control connection, asked one at a time, got in.
    pub fn lost_controls(&self) -> Vec<(ControlEnd, Place)> {
        let works = self.control_works();
        let experiments: Vec<usize> = self.experiments().iter().map(|tried| tried.outcome().control).collect();
        let numbered = self.evidence().controls.iter().enumerate();
        numbered
            .filter(|(number, _)| !experiments.contains(number))
            .filter_map(|(number, control)| {
                let login = self.login_on(number);
                if self.said_to_be_broken(number, &[Says::Misconfigured, Says::PortsExhausted]) {
                    return None;
                }
                // A log may begin behind the greeting.
                let talked = || events_of(control, number).any(|(event, _)| matches!(event.what, What::Sent(_)));
                let greeted = self.greeting_of(control).is_some() || (self.log().is_some() && talked());
                if matches!(login, Login::Refused(..)) || !greeted {
                    return None;
                }
                if events_of(control, number).any(|(event, _)| is_reply(event, 421)) {
                    return None;
                }
                // Who answers the farewell is not lost.
                let stands = || self.quiet().is_some_and(|quiet| quiet.control == number && quiet.farewell.is_some());
                if self.is_cut_by_us(number) || self.ended_over_a_refusal(number) || stands() {
                    return None;
                }
                let unfinished = matches!(login, Login::Unfinished(_));
                // After it was left quiet, silence is its own.
                let quiet = events_of(control, number).any(|(event, _)| matches!(event.what, What::Quiet(_)));
                // What ends after QUIT ends as it was asked to.
                let until_quit = events_of(control, number)
                    .take_while(|(event, _)| !matches!(&event.what, What::Sent(line) if line == "QUIT"));
                let found = until_quit.filter_map(|(event, place)| Some((lost(event)?, place))).next();
                found.filter(|(end, _)| !(works && unfinished) && (unfinished || quiet || *end != ControlEnd::Silent))
            })
            .collect()
    }

    fn greeting_of(&self, control: &'a crate::evidence::Control) -> Option<&'a Reply> {
        control.events.iter().find_map(|event| match &event.what {
            What::Replied(reply) if reply.is_completion() => Some(reply),
            _ => None,
        })
    }

    /// What SYST said.
    pub fn system(&self) -> Option<Placed<'a>> {
        self.answer("SYST")
    }

    pub(super) fn read_refusals(&self) -> Vec<(Placed<'a>, Option<Says>)> {
        let on_data = self.tried().iter().flat_map(super::Tried::replies);
        let active: Vec<usize> = self.tried_in(Mode::Active).map(super::Tried::index).collect();
        let meant = |says: Option<Says>, place: Place| match (says, place) {
            (Some(says @ Says::PortsExhausted), Place::Attempt(index, _)) if active.contains(&index) => {
                Some(meant_in(Mode::Active, says))
            }
            (Some(says), Place::Attempt(index, _)) => {
                let tried = self.tried().iter().find(|tried| tried.index() == index);
                Some(tried.map_or(says, |tried| tried.meant(says)))
            }
            _ => says,
        };
        let on_control = self.control_events().filter_map(|(event, place)| match &event.what {
            What::Replied(reply) => Some((reply, place)),
            _ => None,
        });
        let refusals = on_control.chain(on_data).filter(|(reply, _)| reply.is_refusal());
        refusals.map(|(reply, place)| ((reply, place), meant(dialect::says(reply), place))).collect()
    }

    /// The control connection that an event belongs to.
    pub fn control_of(&self, place: Place) -> Option<usize> {
        match place {
            Place::Control(number, _) => Some(number),
            Place::Attempt(index, _) => self.evidence().attempts.get(index).map(|outcome| outcome.control),
            Place::Dial(..) => None,
        }
    }

    /// When an event was seen, in milliseconds.
    pub fn time_of(&self, place: Place) -> Option<f64> {
        let evidence = self.evidence();
        let event = match place {
            Place::Dial(number, at) => evidence.dials.get(number)?.events.get(at),
            Place::Control(number, at) => evidence.controls.get(number)?.events.get(at),
            Place::Attempt(number, at) => evidence.attempts.get(number)?.events.get(at),
        };
        event.map(|event| event.at_ms)
    }

    /// Whether the server said on this control connection that something of its own failed: what it does afterwards
    /// comes of that, be the data connection judged that it said so of or not.
    pub fn said_to_be_broken(&self, control: usize, says: &[Says]) -> bool {
        let said = says.iter().flat_map(|says| self.refusals_saying(*says));
        let told = |mode: Mode, reply: &Reply| {
            reply.is_refusal() && dialect::says(reply).is_some_and(|told| says.contains(&meant_in(mode, told)))
        };
        let aside = self.evidence().attempts.iter().filter(|outcome| outcome.set_aside && outcome.control == control);
        said.into_iter().any(|(_, place)| self.control_of(place) == Some(control))
            || aside.into_iter().any(|outcome| {
                let mode = outcome.verb.mode();
                outcome.events.iter().any(|event| matches!(&event.what, What::Replied(reply) if told(mode, reply)))
            })
    }

    /// Where data connections went unanswered or lost their control connection after such words.
    pub fn aftermath(&self, says: &[Says]) -> Vec<Place> {
        let lost = |tried: &&super::Tried| {
            let lost = matches!(
                tried.failure(),
                Some(
                    Failure::Unanswered
                        | Failure::CutAtNegotiation
                        | Failure::ControlLost
                        | Failure::Unconfirmed
                        | Failure::NeverServed
                )
            );
            lost && self.said_to_be_broken(tried.outcome().control, says)
        };
        self.tried().iter().filter(lost).filter_map(super::Tried::ended_by).collect()
    }

    /// This client's address as the server named it, each with the control connection that it was named on.
    pub fn seen_by_server_on(&self) -> Vec<(usize, IpAddr, Place)> {
        let mut all: Vec<(usize, IpAddr, Place)> = Vec::new();
        for (address, place) in self.all_seen_by_server() {
            let number = match place {
                Place::Control(number, _) => number,
                Place::Attempt(index, _) => match self.evidence().attempts.get(index) {
                    Some(outcome) => outcome.control,
                    None => continue,
                },
                Place::Dial(..) => continue,
            };
            all.push((number, address, place));
        }
        all.sort_by_key(|(number, ..)| *number);
        all
    }
}

/// In active mode a server that can't bind has no use for its passive range.
fn meant_in(mode: Mode, says: Says) -> Says {
    match (mode, says) {
        (Mode::Active, Says::PortsExhausted) => Says::Misconfigured,
        _ => says,
    }
}

pub(super) fn lost(event: &Event) -> Option<ControlEnd> {
    match event.what {
        What::ControlClosed => Some(ControlEnd::Closed),
        What::ControlReset => Some(ControlEnd::Reset),
        What::Silent { awaited: Awaited::Reply, .. } => Some(ControlEnd::Silent),
        _ => None,
    }
}
