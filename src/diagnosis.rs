//! Why it is so: rules over facts, the verdict, and the planner that asks for the next probe.
//!
//! Invariants: pure; reads [`Facts`] and never raw events; the same evidence gives the same diagnosis. A mode that
//! moved no data is never recommended. A finding that is no `info` has evidence, a side and a fix.

#![deny(clippy::disallowed_types, clippy::disallowed_methods)]

mod afar;
pub mod comparison;
pub mod handover;
pub mod planner;
pub mod rule;
pub mod rules;
mod undone;
pub mod verdict;

use std::cmp::Reverse;

use crate::evidence::Evidence;
use crate::evidence::facts::{Cite, Facts, Failure};
use crate::evidence::observed::Observed;
use handover::Handover;
use rule::{Conclusion, Confidence, Fix, Match, Rule, Severity, Side};
use rules::{
    active_callback_dropped, callbacks, local_firewall_drops_callback, too_many_connections, transfer_stalled,
    transparent_proxy,
};
use verdict::Verdict;

/// Everything that was concluded.
#[derive(Debug)]
pub struct Diagnosis {
    /// The rules that fire: errors first, then warnings, then info; within these what spoils a mode that works, then in the
    /// table's order.
    pub findings: Vec<Finding>,
    /// Neighbours of a firing rule that the evidence excludes.
    pub ruled_out: Vec<Excluded>,
    /// What nobody looked at: neighbours of a firing rule that stay undecided, and what else was asked for or is usual.
    pub not_tested: Vec<Open>,
    pub verdict: Verdict,
    /// What to send to whoever must act.
    pub handover: Option<Handover>,
}

/// A rule that fires.
#[derive(Debug)]
pub struct Finding {
    pub rule: &'static Rule,
    pub conclusion: Conclusion,
}

/// A rule that is ruled out, and by what.
#[derive(Debug)]
pub struct Excluded {
    pub id: &'static str,
    pub because: Vec<Cite>,
}

/// What stays open, and why.
#[derive(Debug)]
pub struct Open {
    pub id: String,
    pub because: String,
}

/// Judges the evidence.
pub fn diagnose(facts: &Facts) -> Diagnosis {
    let judged: Vec<(&'static Rule, Match)> = rules::ALL.iter().map(|rule| (*rule, (rule.test)(facts))).collect();
    let firing = judged.iter().filter(|(_, found)| matches!(found, Match::Fires(_)));
    let near: Vec<&str> = firing.flat_map(|(rule, _)| rule.neighbours.iter().copied()).collect();

    let interposed = facts.interposed();
    let mut findings = Vec::new();
    let mut ruled_out = Vec::new();
    let mut not_tested = Vec::new();
    for (rule, found) in &judged {
        match found {
            Match::Fires(conclusion) => {
                let mut conclusion = conclusion.clone();
                if let Some(interposed) = interposed.as_ref().filter(|_| rule.id != transparent_proxy::RULE.id) {
                    leave_open_whose(&mut conclusion, transparent_proxy::take_out(facts, interposed));
                }
                if rule.id != too_many_connections::RULE.id {
                    doubt_what_failed_shut_out(facts, &mut conclusion);
                }
                // One event may show two things.
                let mut told: Vec<Cite> = Vec::new();
                for cite in std::mem::take(&mut conclusion.cites) {
                    if !told.contains(&cite) {
                        told.push(cite);
                    }
                }
                conclusion.cites = told;
                findings.push(Finding { rule, conclusion });
            }
            Match::RuledOut(because) if near.contains(&rule.id) => {
                ruled_out.push(Excluded { id: rule.id, because: because.clone() });
            }
            Match::Undecided(because) if near.contains(&rule.id) => {
                not_tested.push(Open { id: rule.id.to_owned(), because: (*because).to_owned() });
            }
            Match::RuledOut(_) | Match::Undecided(_) => {}
        }
    }
    mend_past_the_router(facts, &mut findings);
    findings.sort_by_key(|finding| (Reverse(finding.conclusion.severity), !spoils_what_works(facts, finding)));
    let undone = undone::all(facts);
    not_tested.retain(|open| !undone.iter().any(|other| other.id == open.id));
    not_tested.extend(undone);
    let verdict = verdict::conclude(facts, &findings);
    let handover = handover::write(facts, &findings);
    let diagnosis = Diagnosis { findings, ruled_out, not_tested, verdict, handover };
    if facts.log().is_some() { afar::seen_from_afar(diagnosis) } else { diagnosis }
}

/// Whether it tells of transfers that stall in a mode that works: who uses that mode is left with it, and not with what keeps
/// the other mode from working.
fn spoils_what_works(facts: &Facts, finding: &Finding) -> bool {
    let in_such_a_mode = || facts.failed(Failure::Stalled).iter().any(|tried| facts.works(tried.verb().mode()));
    finding.rule.id == transfer_stalled::RULE.id && in_such_a_mode()
}

/// Where the router's FTP support lets the server's connection through, and this computer counts packets that nobody was
/// given, there is nothing to mend at the router: its place takes what mends this computer's own firewall.
fn mend_past_the_router(facts: &Facts, findings: &mut [Finding]) {
    let own = findings.iter().find(|finding| finding.rule.id == local_firewall_drops_callback::RULE.id);
    let Some(own) = own.filter(|_| callbacks::is_helped(facts)) else { return };
    let Some(mend) = own.conclusion.fixes.last().cloned() else { return };
    let router = callbacks::forward(facts).action;
    for finding in findings.iter_mut().filter(|finding| finding.rule.id == active_callback_dropped::RULE.id) {
        for fix in finding.conclusion.fixes.iter_mut().filter(|fix| fix.action == router) {
            *fix = mend.clone();
        }
    }
}

/// What came to nothing when the control port let nobody in any more may have come to nothing for that alone; where a search
/// found the place all the same, that stands.
fn doubt_what_failed_shut_out(facts: &Facts, conclusion: &mut Conclusion) {
    let places = conclusion.cites.iter().filter_map(|cite| cite.place);
    if conclusion.severity == Severity::Info || !places.into_iter().any(|place| facts.is_shut_out_at(place)) {
        return;
    }
    let placed = facts.distance().is_some() && matches!(facts.location(), Observed::Seen(_));
    if !placed {
        conclusion.side = Side::Unknown;
    }
    conclusion.confidence = conclusion.confidence.min(if placed { Confidence::Medium } else { Confidence::Low });
    conclusion.summary.push_str(
        " By then the server's control port let nobody in any more, and what stops that may stop these connections as well: \
         check again once it does.",
    );
}

/// Whoever answers in the server's place may have said or done what the server seems to: that has to go first.
fn leave_open_whose(conclusion: &mut Conclusion, take_out: Fix) {
    if conclusion.side != Side::Server {
        return;
    }
    conclusion.side = Side::Unknown;
    conclusion.confidence = conclusion.confidence.min(Confidence::Medium);
    conclusion.summary.push_str(" Whether the server does so or who answers in its place is open.");
    if take_out.side == Side::Client {
        conclusion.fixes.retain(|fix| fix.side != Side::Server);
    }
    conclusion.fixes.insert(0, take_out);
}

/// What a rule finds, in a few words: what the evidence does not tell is not said in them.
fn title_in(facts: &Facts, rule: &Rule) -> &'static str {
    let untold = rule.id == rules::passive_port_dropped::RULE.id && rules::passive_port_dropped::is_untold(facts);
    if untold { "connections to the server's passive port come to nothing, and how is not told" } else { rule.title }
}

/// What a rule finds, in a few words, as its reader sees it.
pub fn title(evidence: &Evidence, id: &str) -> Option<String> {
    let rule = rules::with_id(id)?;
    // To ask the evidence for that is work, and only a log keeps how a connection ended to itself.
    let untold = evidence.log.is_some() && id == rules::passive_port_dropped::RULE.id;
    let title = if untold { title_in(&Facts::of(evidence), rule) } else { rule.title };
    Some(if evidence.log.is_some() { afar::title_from_afar(title) } else { title.to_owned() })
}

impl Diagnosis {
    pub fn fires(&self, id: &str) -> bool {
        self.findings.iter().any(|finding| finding.rule.id == id)
    }
}
