//! Typed questions to the evidence. Diagnosis asks here and never reads raw events.

use std::net::IpAddr;

use super::attempt::{Address, Attempt, DataVerb, Load, Mode};
use super::log::{Log, Writer};
use super::observed::Observed;
use super::timeline::{Awaited, Event, What};
use super::{Control, Evidence, Outcome};
use crate::protocol::dialect::{self, Says};
use crate::protocol::features;
use crate::protocol::reply::Reply;

mod arrivals;
mod callback;
mod cite;
mod control;
mod counted;
mod course;
mod download;
mod families;
mod hairpin;
mod hang;
mod interposed;
mod location;
mod lone_end;
mod passive;
mod path;
mod quiet;
mod shut_out;
mod suspects;
mod taken;
mod tls;
mod tried;
mod upload;

pub use arrivals::Then;
pub use callback::CallbackEnd;
pub use cite::{Cite, Place};
pub use control::{ControlEnd, DialEnd, Dialled, FirstWords, IcmpAnswer};
pub use course::{AfterStop, StopEnd};
pub use families::FamiliesTranslated;
pub use hairpin::TurnedAround;
pub use hang::SmallBecause;
pub use interposed::{Interposed, Kind, Standing};
pub use location::{End, Location, Zone};
pub use lone_end::{Beyond, LoneEnd};
pub use passive::{Doubt, ENOUGH};
pub use path::{Direction, Whose};
pub use quiet::Quiet;
pub use shut_out::ShutOut;
pub use taken::Taker;
pub use tried::{Cause, Failure, OddForm, Stage, Tried};
use tried::{Known, Times};

/// The evidence with its data connections read once.
pub struct Facts<'a> {
    evidence: &'a Evidence,
    tried: Vec<Tried<'a>>,
    /// Those that a client would not make by itself.
    experiments: Vec<Tried<'a>>,
    product: Option<&'static str>,
    realm: Realm,
    /// Every refusal, with what its words say.
    refusals: Vec<(Placed<'a>, Option<Says>)>,
}

/// Which part of the evidence is read: a check that tried both is judged by what went under TLS, and what went in plain
/// is there to compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Realm {
    Plain,
    Tls,
}

/// A reply and where it stands.
pub type Placed<'a> = (&'a Reply, Place);

/// How the control connection went.
#[derive(Clone, Debug, PartialEq)]
pub enum Login<'a> {
    LoggedIn,
    /// A reply turned the login, or the connection, away.
    Refused(&'a Reply, Place),
    /// The connection ended, went silent or spoke nonsense before the login was answered.
    Unfinished(Place),
    /// No control connection was joined.
    NoConnection,
}

impl<'a> Facts<'a> {
    pub fn of(evidence: &'a Evidence) -> Self {
        let mut judged = evidence.attempts.iter().filter(|outcome| !outcome.set_aside).peekable();
        let secured = evidence.controls.iter().any(|control| !control.security.is_plain());
        let in_plain_alone = judged.peek().is_some() && judged.all(|outcome| outcome.protection.is_plain());
        Self::within(evidence, if secured && !in_plain_alone { Realm::Tls } else { Realm::Plain })
    }

    /// What went in plain, where this is what went under TLS.
    pub fn in_plain(&self) -> Option<Self> {
        let judged = |outcome: &Outcome| !outcome.set_aside && outcome.protection.is_plain();
        let compared = self.realm == Realm::Tls && self.evidence.attempts.iter().any(judged);
        compared.then(|| Self::within(self.evidence, Realm::Plain))
    }

    fn within(evidence: &'a Evidence, realm: Realm) -> Self {
        let mut facts =
            Self { evidence, tried: Vec::new(), experiments: Vec::new(), product: None, realm, refusals: Vec::new() };
        facts.product = facts.recognised();
        let known = Known {
            answers_port_first: facts.product.is_some_and(|product| product != "pyftpdlib"),
            times: facts.times(),
        };
        let numbered = evidence.attempts.iter().enumerate();
        let ours = |outcome: &Outcome| outcome.protection.is_plain() == (realm == Realm::Plain);
        let judged = numbered.filter(|(_, outcome)| !outcome.set_aside && ours(outcome));
        let all = judged.map(|(index, outcome)| Tried::of(index, outcome, known));
        (facts.tried, facts.experiments) = all.partition(|tried| tried.attempt().protection.is_usual());
        facts.refusals = facts.read_refusals();
        facts
    }

    pub fn evidence(&self) -> &'a Evidence {
        self.evidence
    }

    /// The log that it was read from.
    pub fn log(&self) -> Option<&'a Log> {
        self.evidence.log.as_ref()
    }

    fn times(&self) -> Times {
        match self.log() {
            None => Times::Measured,
            Some(log) if log.timed => Times::Logged,
            Some(_) => Times::Untold,
        }
    }

    /// Data connections that do not resume the control connection's session, or are kept to TLS 1.2, in order.
    pub fn experiments(&self) -> &[Tried<'a>] {
        &self.experiments
    }

    /// Every data connection tried and to be judged, in order.
    pub fn tried(&self) -> &[Tried<'a>] {
        &self.tried
    }

    pub fn tried_with(&self, verb: DataVerb) -> impl Iterator<Item = &Tried<'a>> {
        self.tried.iter().filter(move |tried| tried.verb() == verb)
    }

    /// Those of one mode, as a client would make them: without the one through a port that the router was asked for, and
    /// without a listing in small segments.
    pub fn tried_in(&self, mode: Mode) -> impl Iterator<Item = &Tried<'a>> {
        let unaided = |tried: &&Tried| {
            let attempt = tried.attempt();
            attempt.address != Address::Mapped && attempt.load != Load::UsualInSmallSegments
        };
        self.tried.iter().filter(move |tried| tried.verb().mode() == mode).filter(unaided)
    }

    /// An attempt that names no protection stands for the usual one.
    pub fn times_tried(&self, attempt: Attempt) -> usize {
        let attempt = self.guarded(attempt);
        self.tried.iter().chain(&self.experiments).filter(|tried| tried.attempt() == attempt).count()
    }

    /// Whether a data connection of this mode moved its data and was confirmed.
    pub fn works(&self, mode: Mode) -> bool {
        self.tried_in(mode).any(Tried::works)
    }

    /// Whether any data connection moved its data.
    pub fn moves_data(&self) -> bool {
        Mode::BOTH.into_iter().any(|mode| self.works(mode))
    }

    /// The data connection that further transfers are modelled on: the first that works, in passive mode where that does.
    pub fn working(&self) -> Option<&Tried<'a>> {
        let working = |mode| {
            let mut all = self.tried_in(mode);
            all.find(|tried| tried.works() && tried.attempt().load.is_usual())
        };
        Mode::BOTH.into_iter().find_map(working)
    }

    /// The bytes of a large transfer that came to the file's end before the size asked for, and that size.
    pub fn too_small_file(&self) -> Option<(u64, u64)> {
        let asked = self.evidence.asked.transfer_size?;
        let large = self.tried.iter().find(|tried| tried.attempt().load == Load::Large && tried.works())?;
        let whole = self.short_downloads().is_empty();
        (whole && large.bytes() < asked).then(|| (large.bytes(), asked))
    }

    /// The data connections of this mode that were joined, whatever became of them then.
    pub fn joined_in(&self, mode: Mode) -> impl Iterator<Item = &Tried<'a>> {
        self.tried_in(mode).filter(|tried| tried.joined().is_some())
    }

    /// Whether this command went unanswered on a control connection whose server was still at a transfer before it: one that
    /// stalled, or one that it began over a connection which never came about here. It comes to the command later.
    pub fn waits_behind_a_stall(&self, tried: &Tried) -> bool {
        let control = tried.outcome().control;
        let stalled = |other: &Tried| other.failure() == Some(Failure::Stalled);
        let before = |other: &&Tried| other.index() < tried.index() && other.outcome().control == control;
        let under_way = |outcome: &Outcome| {
            let joined = |what: &What| matches!(what, What::Connected { .. } | What::Accepted { .. });
            let begun = |what: &What| matches!(what, What::Replied(reply) if (100..200).contains(&reply.code));
            let hung = |what: &What| matches!(what, What::Silent { awaited: Awaited::Bytes, .. });
            let has = |sign: &dyn Fn(&What) -> bool| outcome.events.iter().any(|event| sign(&event.what));
            let begun_unseen = || outcome.verb.mode() == Mode::Active && has(&begun) && !has(&joined);
            // Of one that is not judged, too; a server says 226 before the last of its bytes has arrived.
            outcome.control == control && (has(&hung) || begun_unseen())
        };
        let mut earlier = self.evidence.attempts.iter().take(tried.index());
        tried.failure() == Some(Failure::Unanswered)
            && (self.tried.iter().filter(before).any(stalled) || earlier.any(under_way))
    }

    /// The data connections that failed in this way, in order.
    pub fn failed(&self, failure: Failure) -> Vec<&Tried<'a>> {
        self.tried.iter().filter(|tried| tried.failure() == Some(failure)).collect()
    }

    /// The first control connection, which the greeting and the login are read from.
    pub fn control(&self) -> Option<&'a Control> {
        self.evidence.controls.get(self.first())
    }

    /// The number of the first control connection that is looked at: the first encrypted one where there is any.
    fn first(&self) -> usize {
        self.numbers().next().unwrap_or(0)
    }

    /// The numbers of the control connections that are looked at.
    fn numbers(&self) -> impl Iterator<Item = usize> + use<'a> {
        let realm = self.realm;
        let ours = move |control: &Control| realm == Realm::Plain || !control.security.is_plain();
        self.evidence.controls.iter().enumerate().filter(move |(_, control)| ours(control)).map(|(number, _)| number)
    }

    /// The server's address on the control connection.
    pub fn peer(&self) -> Option<IpAddr> {
        self.control().map(|control| control.peer.ip().to_canonical()).filter(|address| !address.is_unspecified())
    }

    /// This computer's address on the control connection.
    pub fn local(&self) -> Option<IpAddr> {
        self.control().map(|control| control.local.ip().to_canonical()).filter(|address| !address.is_unspecified())
    }

    /// One round trip, in milliseconds: the shortest exchange seen. A first handshake alone may have waited for a
    /// neighbour's address or a busy computer, and would make every later answer look early.
    pub fn rtt_ms(&self) -> Option<f64> {
        // A log's times are a program's, and often whole seconds.
        if self.log().is_some() {
            return None;
        }
        let handshakes = self.evidence.controls.iter().map(|control| control.connect_ms);
        let negotiations = self.tried.iter().filter_map(Tried::negotiate_ms);
        handshakes.chain(negotiations).reduce(f64::min)
    }

    /// Every event of every control connection, in order.
    pub fn control_events(&self) -> impl Iterator<Item = (&'a Event, Place)> {
        self.evidence.controls.iter().enumerate().flat_map(|(number, control)| events_of(control, number))
    }

    /// The greeting: the first reply of the first control connection, whatever its code.
    pub fn greeting(&self) -> Option<Placed<'a>> {
        let control = self.control()?;
        let first_sent = control.events.iter().position(|event| matches!(event.what, What::Sent(_)));
        let before = first_sent.unwrap_or(control.events.len());
        events_of(control, self.first()).take(before).find_map(|(event, place)| match &event.what {
            What::Replied(reply) if !reply.is_preliminary() => Some((reply, place)),
            _ => None,
        })
    }

    /// The reply to the last command of this verb on control connection `number`.
    pub fn answer_on(&self, number: usize, verb: &str) -> Option<Placed<'a>> {
        self.answers_on(number, verb).pop()
    }

    /// The replies to every command of this verb on control connection `number`.
    pub fn answers_on(&self, number: usize, verb: &str) -> Vec<Placed<'a>> {
        let all = self.commands_answered(number).into_iter();
        all.filter(|(command, _)| command.split(' ').next() == Some(verb)).map(|(_, placed)| placed).collect()
    }

    /// Every command on control connection `number` that was answered. Replies come in the commands' order, which pipelining
    /// leaves as it is.
    fn commands_answered(&self, number: usize) -> Vec<(&'a str, Placed<'a>)> {
        let Some(control) = self.evidence.controls.get(number) else { return Vec::new() };
        let mut asked: Vec<&str> = Vec::new();
        let mut answered = 0;
        let mut found = Vec::new();
        for (event, place) in events_of(control, number) {
            match &event.what {
                What::Sent(command) => asked.push(command),
                What::Replied(reply) if !reply.is_preliminary() && !asked.is_empty() => {
                    found.extend(asked.get(answered).map(|command| (*command, (reply, place))));
                    answered += 1;
                }
                _ => {}
            }
        }
        found
    }

    /// The reply to a command on the first control connection.
    pub fn answer(&self, verb: &str) -> Option<Placed<'a>> {
        self.answer_on(self.first(), verb)
    }

    /// How the login on control connection `number` went.
    pub fn login_on(&self, number: usize) -> Login<'a> {
        let Some(control) = self.evidence.controls.get(number) else { return Login::NoConnection };
        let end = Place::Control(number, control.events.len().saturating_sub(1));
        let greeting = events_of(control, number).find_map(|(event, place)| match &event.what {
            What::Replied(reply) if !reply.is_preliminary() => Some((reply, place)),
            _ => None,
        });
        match greeting {
            Some((reply, place)) if reply.is_refusal() && self.may_turn_away(control, reply) => {
                return Login::Refused(reply, place);
            }
            None => return Login::Unfinished(end),
            Some(_) => {}
        }
        match (self.answer_on(number, "USER"), self.answer_on(number, "PASS")) {
            (Some((user, _)), _) if user.is_completion() => Login::LoggedIn,
            (Some((user, place)), _) if user.is_refusal() => Login::Refused(user, place),
            (_, Some((pass, _))) if pass.is_completion() => Login::LoggedIn,
            (_, Some((pass, place))) => Login::Refused(pass, place),
            _ => match events_of(control, number).find(|(event, _)| is_reply(event, 421)) {
                Some((event, place)) => reply_in(event).map_or(Login::Unfinished(place), |r| Login::Refused(r, place)),
                None => Login::Unfinished(end),
            },
        }
    }

    /// Whether a refusal that came first stands in the place of a greeting: a log may begin in the middle.
    fn may_turn_away(&self, control: &Control, reply: &Reply) -> bool {
        let first =
            control.events.iter().find(|event| !matches!(event.what, What::Distrusted(_) | What::Secured { .. }));
        let unasked = first.is_some_and(|event| matches!(event.what, What::Replied(_)));
        self.log().is_none() || (unasked && (matches!(reply.code, 421 | 530) || reply.text.contains("OOPS")))
    }

    pub fn login(&self) -> Login<'a> {
        self.login_on(self.first())
    }

    /// Greeted and logged in, on any of the control connections.
    pub fn control_works(&self) -> bool {
        self.numbers().any(|number| self.login_on(number) == Login::LoggedIn || self.is_past_the_login(number))
    }

    /// A log may begin behind the login: what the server agreed to then shows that it was there.
    fn is_past_the_login(&self, number: usize) -> bool {
        let let_in = self
            .evidence
            .controls
            .get(number)
            .is_some_and(|control| control.events.iter().any(|event| is_reply(event, 230)));
        let on_it = |tried: &&Tried| tried.outcome().control == number;
        let answered = |tried: &Tried| tried.negotiation().is_some_and(|(reply, _)| !matches!(reply.code, 421 | 530));
        let told = |verb| self.answer_on(number, verb).is_some_and(|(reply, _)| reply.is_completion());
        let unread = |tried: &Tried| tried.failure() == Some(Failure::Unreadable);
        let tried = |tried: &Tried| tried.negotiated() || tried.dialled().is_some() || answered(tried) || unread(tried);
        self.log().is_some()
            && (let_in || self.tried.iter().filter(on_it).any(tried) || ["PWD", "TYPE", "CWD"].into_iter().any(told))
    }

    /// What FEAT listed.
    pub fn features(&self) -> Observed<Vec<String>> {
        match self.answer("FEAT") {
            Some((reply, _)) if reply.is_completion() => Observed::Seen(features::parse(reply)),
            Some(_) => Observed::NotSeen,
            None => Observed::NotTested("FEAT was not answered"),
        }
    }

    /// Whether the other end is `ftpmode serve`, which tells what it received and how its own connections went.
    pub fn other_end_tells(&self) -> bool {
        self.product() == Some("ftpmode")
    }

    /// The product that answers, as its greeting, STAT or SYST gives it away.
    pub fn product(&self) -> Option<&'static str> {
        self.product
    }

    fn recognised(&self) -> Option<&'static str> {
        let placed = [self.greeting(), self.answer("STAT"), self.answer("SYST")];
        let told = placed.into_iter().flatten().find_map(|(reply, _)| dialect::recognise(reply));
        // A server's own log need not hold its greeting.
        let wrote = self.log().filter(|log| log.writer == Writer::Server).and_then(|log| log.program.as_deref());
        told.or_else(|| dialect::DIALECTS.iter().map(|known| known.id).find(|id| Some(*id) == wrote))
    }

    /// Every refusal on any connection whose words tell `says`.
    pub fn refusals_saying(&self, says: Says) -> Vec<Placed<'a>> {
        self.refusals.iter().filter(|(_, said)| *said == Some(says)).map(|(placed, _)| *placed).collect()
    }

    /// Where data connections came from that the server refused for that, as far as it names it.
    pub fn data_sources(&self) -> Vec<IpAddr> {
        let refused = self.refusals_saying(Says::ForeignDataSource).into_iter();
        refused
            .filter_map(|(reply, _)| dialect::addresses_in_refusal(reply).source)
            .filter(|source| self.may_be_ours(*source))
            .collect()
    }

    /// This client's address as the server named it, and where: in STAT, or in a refusal of PORT.
    pub fn seen_by_server(&self) -> Observed<(IpAddr, Place)> {
        match self.all_seen_by_server().into_iter().next() {
            Some(seen) => Observed::Seen(seen),
            None if self.control_works() => Observed::NotSeen,
            None => Observed::NotTested("it never came to a login"),
        }
    }

    /// Every address that the server named as ours, in order, each control connection's own.
    pub fn all_seen_by_server(&self) -> Vec<(IpAddr, Place)> {
        let mut named = self.named_as_client();
        named.retain(|(address, _)| self.may_be_ours(*address));
        named
    }

    /// The same by the server's word alone.
    fn named_as_client(&self) -> Vec<(IpAddr, Place)> {
        let in_stat = self.numbers().filter_map(|number| {
            let (reply, place) = self.answer_on(number, "STAT")?;
            Some((dialect::client_in_stat(reply)?, place))
        });
        let in_log = self.numbers().filter_map(|number| {
            let control = self.evidence.controls.get(number)?;
            Some((control.client?, Place::Control(number, 0)))
        });
        let in_refusals = self
            .tried_in(Mode::Active)
            .filter_map(|tried| {
                let (reply, place) = tried.negotiation()?;
                Some((dialect::addresses_in_refusal(reply).client?, place))
            })
            .collect::<Vec<_>>();
        in_stat.chain(in_log).chain(in_refusals).collect()
    }
}

fn events_of(control: &Control, number: usize) -> impl Iterator<Item = (&Event, Place)> {
    control.events.iter().enumerate().map(move |(index, event)| (event, Place::Control(number, index)))
}

fn reply_in(event: &Event) -> Option<&Reply> {
    match &event.what {
        What::Replied(reply) => Some(reply),
        _ => None,
    }
}

fn is_reply(event: &Event, code: u16) -> bool {
    reply_in(event).is_some_and(|reply| reply.code == code)
}
