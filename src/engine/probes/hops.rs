//! Where on the way: the control port and a passive port that does not answer, each dialled with a growing time to live.
//!
//! Question: sweep both ports with all of 1 to 30 at once? Choice: the passive port at once, the control port in as small
//! steps beyond the last router that answered as the time allows, [`STEP`] at most, and not again where an earlier search
//! of the check found it. Reason: whoever reaches the control port opens a connection there, and firewalls that count
//! them block a guest who opens six. Price: a round trip for every hop or few that the passive port's packets did not
//! pass, and one packet of a long life where a step meets silence: is it let in at all?
//!
//! Kernels before Linux 5.8 tell of an ICMP error on a TCP connection that is being made only that there was one. There a
//! datagram is sent with the same life: it ends at the same router, and the kernel tells with whom and why.
//!
//! A router that drops what lives short makes all beyond it look further away, itself too where it refuses. So where routers
//! keep silent before who refuses, the port is dialled again with sockets that take no RST with less left of its own life than
//! one from there has.
//!
//! Bounds: at most [`MOST`] packets, within 1.8 s (`Budget::location`); sockets are closed before a SYN is sent again.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::pin::Pin;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::time::{Instant, sleep_until};

use crate::engine::net::{self, Dialled, Limits};
use crate::engine::turns::Tools;
use crate::evidence::attempt::Mode;
use crate::evidence::facts::Facts;
use crate::evidence::sweep::{Answer, Sweep, Swept, TtlProbe};
use crate::evidence::timeline::Icmp;

/// Further than this no host is.
const FURTHEST: u8 = 30;
/// How many hops further the control port is dialled at a time, at most.
const STEP: u8 = 4;
/// Silent probes that are sent again: the packet or the router's answer may have been lost, or routers may ration
/// their answers.
const MOST_AGAIN: usize = 3;
/// The same of the control port's last before it answers: one that got lost would make the server look further away.
const CONTROL_AGAIN: usize = 2;
/// How many hops further than a known distance the passive port is dialled: some ways lose one connection and not another,
/// and one packet alone would not show that.
const BEYOND: u8 = 5;
/// Packets in all, those by UDP among them.
const MOST: usize = 64;
/// What of these is left once the data port was dialled and the last rounds have their own: [`MOST_AGAIN`],
/// [`CONTROL_AGAIN`], one by UDP, and the last that was passed on.
const LEFT: usize = MOST - FURTHEST as usize - MOST_AGAIN - CONTROL_AGAIN - 2;
/// Routers that are asked for by UDP, one packet each: so many that the control port can still be dialled [`STEP`] hops
/// beyond the last of them.
const MOST_BY_UDP: usize = (LEFT - STEP as usize) / 2;
/// So many hops in a row tell nothing of themselves where a lone sweep ends: a single router may keep silent.
const SILENT_IN_A_ROW: u8 = 2;

/// What an RST has left that begins with 64 or 128, before the distance is taken off at which packets are refused: what it has
/// from there or one hop nearer lies from the first of two to below the second.
const LEAST: [u8; 4] = [64 + 1, 64 + 3, 128 + 1, 128 + 3];
/// It is asked twice: one RST may get lost, or be rationed.
const RESET_ROUNDS: [(); 2] = [(); 2];

type Waiting = FuturesUnordered<Pin<Box<dyn Future<Output = (u8, Answer)>>>>;

/// Sweeps `port`, and the control port at `control` to compare it with. `rtt` is a round trip to the server.
///
/// Where other ports let connections in, the last packet that was passed on is sent again at the end: a limit on new
/// connections passes one on and not the next, and both are told.
pub async fn sweep(tools: Tools<'_>, control: SocketAddr, port: SocketAddr, of: Swept, rtt: Duration) {
    let of_a_part = Facts::of(&tools.recorder.evidence()).works(Mode::Passive);
    let give_up = Instant::now() + tools.budget.location();
    let patience = tools.budget.hop(rtt);
    let within = || give_up.min(Instant::now() + patience);

    let mut data = Series::new(of, port);
    // Known from an earlier search: so few packets are enough.
    let known = Facts::of(&tools.recorder.evidence()).server_distance();
    data.send(tools, 1..=known.map_or(FURTHEST, |distance| distance.saturating_add(BEYOND).min(FURTHEST)));
    data.gather(within(), Series::is_settled).await;
    data.stop_waiting();
    let mut routers = Series::new(Swept::Udp, SocketAddr::new(control.ip(), net::NOBODY_LISTENS));
    routers.name_those_of(&mut data, LEFT, tools, within()).await;

    let earlier = Series::recorded(tools, control);
    let searched = earlier.is_some();
    let mut to_control = earlier.unwrap_or_else(|| Series::new(Swept::Control, control));
    // Lives as long as any: where that is not let in either, nothing further is sent there.
    let mut whole = Series::new(Swept::Control, control);
    let left = |to_control: &Series, routers: &Series| {
        LEFT.saturating_sub(to_control.begun.len() + routers.begun.len()).saturating_sub(1)
    };
    let (mut sent, mut took) = (0, rtt);
    while !searched && sent < FURTHEST && left(&to_control, &routers) > 0 && to_control.first_end().is_none() {
        let begun = Instant::now();
        let Some(remains) = give_up.checked_duration_since(begun).filter(|remains| !remains.is_zero()) else { break };
        let seen = data.last_passed().max(to_control.last_passed());
        let silent = sent.saturating_sub(seen);
        let step = step(took * u32::from(FURTHEST - sent.max(seen)), remains, silent);
        let most = u8::try_from(left(&to_control, &routers)).unwrap_or(FURTHEST);
        let next = (seen.max(sent) + step).min(FURTHEST).min(sent.saturating_add(most));
        to_control.send(tools, sent + 1..=next);
        if silent > 0 && whole.begun.is_empty() {
            whole.send(tools, [FURTHEST]);
        }
        sent = next;
        let until = within();
        tokio::join!(
            to_control.gather(until, Series::is_settled_or_passed),
            whole.gather(until, Series::is_all_answered)
        );
        to_control.stop_waiting();
        let room = left(&to_control, &routers);
        routers.name_those_of(&mut to_control, room, tools, within()).await;
        if !whole.begun.is_empty() && !whole.is_let_in() {
            break;
        }
        took = begun.elapsed();
    }

    if let Some((distance, Answer::Connected)) = to_control.first_end().filter(|_| !searched) {
        let lost = (to_control.last_passed() + 1..distance).rev().filter(|ttl| to_control.is_silent(*ttl));
        let lost: Vec<u8> = lost.take(CONTROL_AGAIN).collect();
        if !lost.is_empty() {
            to_control.send(tools, lost);
            to_control.gather(within(), Series::is_all_answered).await;
            to_control.stop_waiting();
        }
    }

    let mut passed_again = Series::new(of, port);
    if of_a_part && data.last_passed() > 0 {
        passed_again.send(tools, [data.last_passed()]);
        passed_again.gather(within(), Series::is_all_answered).await;
    }
    let mut by_udp = Series::new(Swept::Udp, SocketAddr::new(control.ip(), net::NOBODY_LISTENS));
    let mut resets = RESET_ROUNDS.map(|()| Series::new(Swept::ResetTtl, port));
    if let Some((distance, Answer::Connected)) = to_control.first_end() {
        let lost = (1..distance).filter(|&ttl| data.is_silent(ttl) && !to_control.is_silent(ttl));
        let again: Vec<u8> = lost.filter(|&ttl| ttl > data.last_passed()).take(MOST_AGAIN).collect();
        // The router before the server, or one before that: who of the two is it that ends it there?
        let edge = distance.saturating_sub(1);
        if edge >= 2 && data.first_end().map_or(data.last_passed() + 1, |(ttl, _)| ttl) == edge {
            by_udp.knock(tools, edge);
        }
        data.send(tools, again);
        // Routers that keep silent before who refuses: his RST tells by its own TTL how far away he is.
        let unseen = |at: u8| at > 1 && !data.has_passed(at - 1) && !to_control.has_passed(at - 1);
        if let Some((at, _)) = data.first_end().filter(|(at, answer)| *answer == Answer::Refused && unseen(*at))
            && left(&to_control, &routers) >= RESET_ROUNDS.len() * LEAST.len()
        {
            resets.iter_mut().for_each(|series| series.ask_resets(tools, at));
        }
        let until = within();
        let [first, second] = &mut resets;
        tokio::join!(
            data.gather(until, Series::is_all_answered),
            by_udp.gather(until, Series::is_all_answered),
            first.gather(until, Series::is_all_answered),
            second.gather(until, Series::is_all_answered)
        );
    }
    // Beyond the server's distance a long life makes no difference.
    let furthest = to_control.first_end().map_or(FURTHEST, |(ttl, _)| ttl.max(data.last_passed() + 1));
    let doubts = passed_again.begun.keys().filter(|ttl| passed_again.is_silent(**ttl));
    data.doubts = doubts
        .map(|&ttl| TtlProbe { ttl, ms: (patience.as_secs_f64() * 1e3).round(), answer: Answer::Silent })
        .collect();
    if to_control.first_end().is_none() && !whole.is_let_in() {
        to_control.begun.append(&mut whole.begun);
        to_control.answers.append(&mut whole.answers);
    }
    for series in [Some(data), Some(to_control).filter(|_| !searched), Some(by_udp)].into_iter().flatten() {
        series.record(tools, furthest);
    }
    for series in resets {
        series.record(tools, u8::MAX);
    }
}

/// How many hops further the control port is dialled at once: as few as the time allows, where one after the other would take
/// `one_by_one`, since all that live longer than the way is long open a connection; more where so many were `silent`.
fn step(one_by_one: Duration, remains: Duration, silent: u8) -> u8 {
    let hasty = one_by_one.as_micros().div_ceil(remains.as_micros().max(1));
    u8::try_from(hasty).unwrap_or(STEP).max(silent).clamp(1, STEP)
}

/// Sweeps a control port that nobody answered at, or that was turned away. There is no other port to compare it with:
/// datagrams of the same lives tell whether the way goes on where its packets end.
pub async fn sweep_alone(tools: Tools<'_>, control: SocketAddr) {
    let give_up = Instant::now() + tools.budget.location();
    let patience = tools.budget.hop(tools.budget.unknown_rtt());
    let mut packets = Series::new(Swept::Control, control);
    let mut datagrams = Series::new(Swept::Udp, SocketAddr::new(control.ip(), net::NOBODY_LISTENS));
    let mut sent = 0;
    while sent < FURTHEST && Instant::now() < give_up {
        let next = (sent + STEP).min(FURTHEST);
        packets.send(tools, sent + 1..=next);
        (sent + 1..=next).for_each(|ttl| datagrams.knock(tools, ttl));
        sent = next;
        let until = give_up.min(Instant::now() + patience);
        tokio::join!(
            packets.gather(until, Series::is_settled_or_passed),
            datagrams.gather(until, Series::is_settled_or_passed)
        );
        packets.stop_waiting();
        packets.take_names_from(&datagrams);
        let furthest = packets.last_passed().max(datagrams.last_passed());
        let nothing_further = furthest + SILENT_IN_A_ROW <= sent;
        let settled = packets.first_end().is_some_and(|(ttl, _)| ttl < sent) || datagrams.first_end().is_some();
        if settled || nothing_further {
            break;
        }
    }
    for series in [packets, datagrams] {
        series.record(tools, sent);
    }
}

/// The probes of one port.
struct Series {
    of: Swept,
    port: SocketAddr,
    waiting: Waiting,
    begun: BTreeMap<u8, Instant>,
    answers: BTreeMap<u8, TtlProbe>,
    /// What was answered before, and not again.
    doubts: Vec<TtlProbe>,
}

impl Series {
    fn new(of: Swept, port: SocketAddr) -> Self {
        Self { of, port, waiting: Waiting::new(), begun: BTreeMap::new(), answers: BTreeMap::new(), doubts: Vec::new() }
    }

    /// What an earlier search of this check found of the port, where it was let in.
    fn recorded(tools: Tools<'_>, port: SocketAddr) -> Option<Self> {
        let evidence = tools.recorder.evidence();
        let known = |sweep: &&Sweep| sweep.of == Swept::Control && sweep.port == port;
        let sweep = evidence
            .sweeps
            .iter()
            .filter(known)
            .find(|sweep| sweep.probes.iter().any(|probe| probe.answer == Answer::Connected))?;
        let mut series = Self::new(Swept::Control, port);
        for probe in &sweep.probes {
            series.begun.insert(probe.ttl, Instant::now());
            if probe.answer != Answer::Silent {
                series.answers.insert(probe.ttl, *probe);
            }
        }
        Some(series)
    }

    fn send(&mut self, tools: Tools<'_>, ttls: impl IntoIterator<Item = u8>) {
        for ttl in ttls {
            self.begun.insert(ttl, Instant::now());
            let dial =
                net::connect_with(tools.settings.bind, self.port, Limits { ttl: Some(ttl), ..Limits::default() });
            self.waiting.push(Box::pin(async move { (ttl, answer(dial.await)) }));
        }
    }

    /// Dials with the longest life, and takes RSTs alone that may come from `at` hops on or one hop before, and such as come
    /// from nearer.
    fn ask_resets(&mut self, tools: Tools<'_>, at: u8) {
        for least in LEAST.map(|least| least.saturating_sub(at)) {
            self.begun.insert(least, Instant::now());
            let limits = Limits { least_ttl: Some(least), ..Limits::default() };
            let dial = net::connect_with(tools.settings.bind, self.port, limits);
            self.waiting.push(Box::pin(async move { (least, answer(dial.await)) }));
        }
    }

    fn has_passed(&self, ttl: u8) -> bool {
        self.answers.get(&ttl).is_some_and(|probe| is_passed(probe.answer))
    }

    fn knock(&mut self, tools: Tools<'_>, ttl: u8) {
        self.begun.insert(ttl, Instant::now());
        let knock = net::knock(tools.settings.bind, self.port, ttl);
        self.waiting.push(Box::pin(async move {
            let answered = knock.await.map_or(Answer::Silent, |(icmp, from)| Answer::Icmp { icmp, from });
            (ttl, answered)
        }));
    }

    /// Sends a datagram for each answer of `series` that names nobody, `most` at most, and puts the router in its place
    /// that let its time run out. Where the longest-lived probe is answered so as well, it was turned away and did not live
    /// too short, and nobody can say which of the others were.
    async fn name_those_of(&mut self, series: &mut Series, most: usize, tools: Tools<'_>, until: Instant) {
        if series.answers.get(&FURTHEST).is_some_and(|probe| is_nameless(probe.answer)) {
            return;
        }
        let room = MOST_BY_UDP.saturating_sub(self.begun.len()).min(most);
        let nameless = series.answers.values().filter(|probe| is_nameless(probe.answer)).map(|probe| probe.ttl);
        let unasked: Vec<u8> = nameless.filter(|ttl| !self.begun.contains_key(ttl)).take(room).collect();
        unasked.into_iter().for_each(|ttl| self.knock(tools, ttl));
        self.gather(until, Series::is_all_answered).await;
        series.take_names_from(self);
    }

    /// Puts the router that let a datagram's time run out in the place of an answer that names nobody.
    fn take_names_from(&mut self, routers: &Series) {
        for probe in self.answers.values_mut().filter(|probe| is_nameless(probe.answer)) {
            if let Some(router) = routers.answers.get(&probe.ttl).filter(|router| is_passed(router.answer)) {
                probe.answer = router.answer;
            }
        }
    }

    /// Collects answers until the time, or until they are enough.
    async fn gather(&mut self, until: Instant, enough: fn(&Self) -> bool) {
        while !self.waiting.is_empty() && !enough(self) {
            tokio::select! {
                Some((ttl, answer)) = self.waiting.next() => self.note(ttl, answer),
                () = sleep_until(until) => return,
            }
        }
    }

    fn note(&mut self, ttl: u8, answer: Answer) {
        if let Some(begun) = self.begun.get(&ttl).filter(|_| answer != Answer::Silent) {
            let ms = (begun.elapsed().as_secs_f64() * 1e6).round() / 1e3;
            self.answers.insert(ttl, TtlProbe { ttl, ms, answer });
        }
    }

    /// What has not come by now is silent; the sockets close before the kernel sends again.
    fn stop_waiting(&mut self) {
        self.waiting = Waiting::new();
    }

    fn is_let_in(&self) -> bool {
        self.answers.values().any(|probe| probe.answer == Answer::Connected)
    }

    fn is_silent(&self, ttl: u8) -> bool {
        !self.answers.contains_key(&ttl)
    }

    /// The furthest router that reported that a probe's time was exceeded there; 0 without.
    fn last_passed(&self) -> u8 {
        let passed = self.answers.values().filter(|probe| is_passed(probe.answer));
        passed.map(|probe| probe.ttl).max().unwrap_or(0)
    }

    /// The shortest life at which another answer came.
    fn first_end(&self) -> Option<(u8, Answer)> {
        let mut ends = self.answers.values().filter(|probe| !is_passed(probe.answer) && !is_nameless(probe.answer));
        ends.next().map(|probe| (probe.ttl, probe.answer))
    }

    /// Somebody answered for good, and every router before him.
    fn is_settled(&self) -> bool {
        self.first_end().is_some_and(|(end, _)| (1..end).all(|ttl| !self.is_silent(ttl)))
    }

    /// As [`Series::is_settled`], or nothing is left to come.
    fn is_settled_or_passed(&self) -> bool {
        self.is_settled() || self.is_all_answered()
    }

    fn is_all_answered(&self) -> bool {
        self.begun.keys().all(|&ttl| !self.is_silent(ttl))
    }

    /// What came, as far as the first that answered for good, and no further than `furthest`.
    fn record(self, tools: Tools<'_>, furthest: u8) {
        let end = self.first_end().filter(|_| self.of != Swept::ResetTtl).map_or(furthest, |(ttl, _)| ttl);
        let silent = |ttl: u8, begun: &Instant| {
            let ms = (begun.elapsed().as_secs_f64() * 1e3).round();
            TtlProbe { ttl, ms, answer: Answer::Silent }
        };
        let told = self.begun.iter().filter(|(ttl, _)| **ttl <= end);
        let mut probes: Vec<TtlProbe> =
            told.map(|(ttl, begun)| self.answers.get(ttl).copied().unwrap_or_else(|| silent(*ttl, begun))).collect();
        probes.extend(self.doubts);
        if !probes.is_empty() {
            tools.recorder.sweep(Sweep { of: self.of, port: self.port, probes });
        }
    }
}

fn is_passed(answer: Answer) -> bool {
    matches!(answer, Answer::Icmp { icmp: Icmp::TimeExceeded, .. })
}

/// An ICMP error of which no more is known, or no route: it says nothing by itself.
fn is_nameless(answer: Answer) -> bool {
    matches!(answer, Answer::Icmp { icmp: Icmp::NoRoute, from: None })
}

fn answer(dialled: Dialled) -> Answer {
    match dialled {
        Dialled::Connected(stream) => {
            net::reset(stream);
            Answer::Connected
        }
        Dialled::Refused => Answer::Refused,
        Dialled::Unreachable { icmp, from } => Answer::Icmp { icmp, from },
        Dialled::Failed(_) => Answer::Silent,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn probes(of: Swept, answers: &[(u8, Answer)]) -> Series {
        let mut series = Series::new(of, SocketAddr::from(([127, 0, 0, 1], 1)));
        for (ttl, answer) in answers {
            series.begun.insert(*ttl, Instant::now());
            series.answers.insert(*ttl, TtlProbe { ttl: *ttl, ms: 1.0, answer: *answer });
        }
        series
    }

    #[test]
    fn no_more_hops_are_dialled_at_once_than_the_time_asks_for() {
        let ms = Duration::from_millis;
        assert_eq!(step(ms(20 * 28), ms(1_600), 0), 1);
        assert_eq!(step(ms(100 * 28), ms(1_500), 0), 2);
        assert_eq!(step(ms(300 * 28), ms(1_200), 0), STEP);
        assert_eq!(step(ms(20 * 28), Duration::ZERO, 0), STEP);
        // Where routers keep silent.
        assert_eq!([1, 2, 9].map(|silent| step(ms(20), ms(1_600), silent)), [1, 2, STEP]);
    }

    #[test]
    fn an_answer_that_names_nobody_ends_nothing() {
        let nameless = Answer::Icmp { icmp: Icmp::NoRoute, from: None };
        let series = probes(Swept::Control, &[(1, nameless), (2, nameless), (3, Answer::Connected)]);
        assert_eq!(series.first_end(), Some((3, Answer::Connected)));
        assert_eq!(series.last_passed(), 0);
        assert!(series.is_settled());
    }
}
