//! The answer: a short table over the modes' outcomes.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Finding;
use super::rule::{Confidence, Fix, Severity, Side};
use super::rules;
use crate::evidence::attempt::{Address, DataVerb, Mode};
use crate::evidence::facts::{Facts, Failure, Tried};
use crate::evidence::observed::Observed;
use crate::protocol::dialect::Says;
use crate::servers;
use reasons::{another_lets_in, reason};

mod reasons;

/// Which mode to use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Recommendation {
    Passive,
    Active,
    /// Both move data; passive is the one to prefer.
    Either,
    /// The login works and no mode moves data.
    None,
    /// It never came to a data connection, or one mode moves no data and the other could not be tried.
    Unknown,
}

/// The answer and what would make it better.
#[derive(Clone, Debug)]
pub struct Verdict {
    pub recommendation: Recommendation,
    /// The mode to set in a client now: of two that move data the one that did so each time.
    pub use_now: Option<Mode>,
    pub confidence: Confidence,
    /// One sentence a customer understands.
    pub summary: String,
    /// The most useful first.
    pub fixes: Vec<Fix>,
    /// How to check again to learn what this check left open.
    pub again: Option<&'static str>,
    /// Recipes that have these fixes step by step.
    pub recipes: Vec<&'static str>,
}

/// Concludes from the outcomes alone; the findings add the reason and the fixes.
pub fn conclude(facts: &Facts, findings: &[Finding]) -> Verdict {
    let recommendation = recommend(facts);
    let fixes = fixes(findings, recommendation);
    // A mode that lists a folder and loses what is larger does not work as a customer understands it.
    let stalls = findings.iter().any(|finding| finding.rule.id == "transfer-stalled");
    let works = !matches!(recommendation, Recommendation::None | Recommendation::Unknown);
    let use_now = use_now(facts, recommendation, findings);
    let makeshift = recommendation == Recommendation::Either && use_now == Some(Mode::Active);
    // Another port may let a connection in.
    let shut_out = facts.tried().iter().any(|tried| facts.fails_shut_out(tried));
    let unsure = stalls && works || makeshift || partly_open(findings) || shut_out;
    let confidence = confidence(facts, recommendation);
    let summary = summary(facts, recommendation, findings);
    let recipes = recipes(facts, findings, &fixes);
    Verdict {
        recommendation,
        use_now,
        confidence: if unsure { confidence.min(Confidence::Medium) } else { confidence },
        summary: if stalls && works {
            format!("One transfer came through and another stalled. {summary}")
        } else {
            summary
        },
        fixes,
        again: rules::active_callback_dropped::again(facts).or_else(|| rules::transfer_stalled::again(facts)),
        recipes,
    }
}

/// Passive and active across, as seen: a mode that moved no data is never recommended.
fn recommend(facts: &Facts) -> Recommendation {
    let tested = Mode::BOTH.into_iter().any(|mode| look(facts, mode) == Look::Tested)
        || rules::listing_refused::is_all_that_was_seen(facts);
    match (facts.works(Mode::Passive), facts.works(Mode::Active)) {
        (true, true) => Recommendation::Either,
        (true, false) => Recommendation::Passive,
        (false, true) => Recommendation::Active,
        (false, false) if facts.control_works() && tested && turned_away(facts).is_none() => Recommendation::None,
        (false, false) => Recommendation::Unknown,
    }
}

/// Passive mode, unless it fails at times and active mode never did.
fn use_now(facts: &Facts, recommendation: Recommendation, findings: &[Finding]) -> Option<Mode> {
    match recommendation {
        Recommendation::Either if fails_at_times(facts, findings) && works_each_time(facts, Mode::Active) => {
            Some(Mode::Active)
        }
        Recommendation::Passive | Recommendation::Either => Some(Mode::Passive),
        Recommendation::Active => Some(Mode::Active),
        Recommendation::None | Recommendation::Unknown => None,
    }
}

/// Whether the next passive transfer may fail, by whichever port it gets.
fn fails_at_times(facts: &Facts, findings: &[Finding]) -> bool {
    partly_open(findings) || is_fickle(facts, Mode::Passive) || rules::taken::takes_a_part(facts)
}

fn partly_open(findings: &[Finding]) -> bool {
    let is_so = |finding: &Finding| {
        finding.rule.id == "passive-range-partly-open" && finding.conclusion.severity > Severity::Info
    };
    findings.iter().any(is_so)
}

fn works_each_time(facts: &Facts, mode: Mode) -> bool {
    let mut usual = usual(facts, mode).peekable();
    usual.peek().is_some() && usual.all(Tried::works)
}

/// A mode that was to be tried and never begun, and why: whether it moves data is not known.
fn turned_away<'f>(facts: &'f Facts<'f>) -> Option<(Mode, &'f str)> {
    let skipped = facts.evidence().not_tried.iter();
    let usual = skipped.filter(|skipped| skipped.load.is_usual() && skipped.protection.is_usual());
    let mut never_begun = usual.filter(|skipped| look(facts, skipped.verb.mode()) == Look::NotTried);
    never_begun.next().map(|skipped| (skipped.verb.mode(), skipped.because.as_str()))
}

/// How far a mode was looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Look {
    /// At least one data connection came to an end that says something of the path or the server.
    Tested,
    /// It was begun, and this computer could not do its part, or the check ended first.
    NotToItsEnd,
    NotTried,
}

fn look(facts: &Facts, mode: Mode) -> Look {
    let mut tried = facts.tried_in(mode).peekable();
    if tried.peek().is_none() {
        return Look::NotTried;
    }
    // A listing that is refused ahead of its data connection tells nothing of the mode, nor does one that is refused
    // wherever it was asked for.
    let tells = |tried: &Tried| {
        let of_no_mode = tried.joined().is_none() || !facts.moves_data();
        let refused = of_no_mode && rules::listing_refused::is_refused_listing(tried);
        tried.failure() != Some(Failure::NotTried) && !refused
    };
    if tried.any(tells) { Look::Tested } else { Look::NotToItsEnd }
}

/// High where each mode was tried to its end and its methods agree; medium where they disagree; low where a mode that
/// is not recommended was not looked at, or the check was cut short.
fn confidence(facts: &Facts, recommendation: Recommendation) -> Confidence {
    let guesses = recommendation == Recommendation::None && facts.tried().iter().all(Tried::is_guess);
    if facts.evidence().cut_short.is_some() || recommendation == Recommendation::Unknown || guesses {
        return Confidence::Low;
    }
    if Mode::BOTH.into_iter().any(|mode| look(facts, mode) != Look::Tested) {
        return match recommendation {
            Recommendation::None => Confidence::Low,
            _ => Confidence::Medium,
        };
    }
    let agree = |mode| {
        let mut usual = usual(facts, mode).map(|tried| tried.works());
        let first = usual.next();
        usual.all(|works| Some(works) == first)
    };
    // What failed beside, and is not judged, leaves a doubt.
    let beside = facts.works(Mode::Passive) && !facts.passive_failures_aside().is_empty();
    // Nothing then tells the server from what is on the way.
    let hangs = !facts.hangs().is_empty() || rules::active_callback_dropped::may_be_slow(facts);
    // Some clients are content with that.
    let reset =
        Mode::BOTH.into_iter().any(|mode| usual(facts, mode).any(|tried| tried.confirmed_though_reset().is_some()));
    if Mode::BOTH.into_iter().all(agree) && !beside && !hangs && !reset { Confidence::High } else { Confidence::Medium }
}

/// The data connections that every check makes, as far as they came to an end that tells something.
fn usual<'f>(facts: &'f Facts<'f>, mode: Mode) -> impl Iterator<Item = &'f Tried<'f>> {
    // What failed shut out tells nothing of a mode that works.
    let shut_out = move |tried: &Tried| facts.fails_shut_out(tried) && facts.works(mode);
    let told = move |tried: &&Tried| tried.failure() != Some(Failure::NotTried) && !shut_out(tried);
    let besides = |tried: &&Tried| {
        let second =
            tried.attempt().address == Address::Advertised || rules::callbacks::is_with_outer_address(facts, tried);
        second || !tried.attempt().load.is_usual()
    };
    facts.tried_in(mode).filter(told).filter(move |tried| !besides(tried))
}

fn summary(facts: &Facts, recommendation: Recommendation, findings: &[Finding]) -> String {
    match recommendation {
        Recommendation::Either if use_now(facts, recommendation, findings) == Some(Mode::Active) => format!(
            "Both modes work here, passive mode not every time: use {} for now, which worked each time, and passive mode once \
             that is mended, since it asks nothing of this computer's firewall.",
            how(facts, Mode::Active)
        ),
        Recommendation::Either if is_fickle(facts, Mode::Passive) && !is_fickle(facts, Mode::Active) => format!(
            "Both modes work here, passive mode not every time; use {}, which asks nothing of this computer's firewall, and \
             active mode where that fails.",
            how(facts, Mode::Passive)
        ),
        Recommendation::Either => format!(
            "Both modes work here; use {}, which asks nothing of this computer's firewall.",
            how(facts, Mode::Passive)
        ),
        Recommendation::Passive => recommended(facts, Mode::Passive, Mode::Active),
        Recommendation::Active => recommended(facts, Mode::Active, Mode::Passive),
        Recommendation::None if rules::listing_refused::is_all_that_was_seen(facts) => {
            rules::listing_refused::in_short(facts)
        }
        Recommendation::None => none_works(facts),
        Recommendation::Unknown if facts.control_works() && handed_over(facts).is_some() => format!(
            "The login works, and the log is of a transfer between two servers (FXP): line {} hands one server's address to the \
             other. It tells nothing of data connections between a server and the client, so no mode can be recommended.",
            handed_over(facts).unwrap_or_default()
        ),
        Recommendation::Unknown if facts.control_works() && got(facts).is_some() => format!(
            "The login works, and a listing or a file came through, says line {}; the log does not show in which mode.",
            got(facts).unwrap_or_default()
        ),
        Recommendation::Unknown if facts.control_works() && turned_away(facts).is_some() => half_known(facts),
        Recommendation::Unknown if facts.control_works() && facts.evidence().log_cuts_off() => {
            "The login works, and the log ends before a data connection does: whether data came is not in it, so no mode can \
             be recommended."
                .to_owned()
        }
        Recommendation::Unknown if facts.control_works() => {
            "The login works, but no data connection was tried to its end, so no mode can be recommended.".to_owned()
        }
        Recommendation::Unknown => match findings.iter().find(|finding| finding.conclusion.severity == Severity::Error)
        {
            Some(finding) => format!("No mode could be tried. {}", finding.conclusion.summary),
            None => "No mode could be tried: the check did not come as far as a data connection.".to_owned(),
        },
    }
}

/// The line of a log that tells of data, where it tells nothing of their connection.
fn got(facts: &Facts) -> Option<u32> {
    facts.log()?.got
}

/// The line of a log that makes it one of a transfer between two servers.
fn handed_over(facts: &Facts) -> Option<u32> {
    facts.log()?.between_servers
}

fn recommended(facts: &Facts, works: Mode, other: Mode) -> String {
    let begin = format!("Use {}: it works", how(facts, works));
    let other_name = other.name();
    match look(facts, other) {
        // Another port may work.
        Look::Tested if other == Mode::Passive && another_lets_in(facts) => {
            format!("{begin}, and passive mode did not: {}.", reason(facts, other))
        }
        Look::Tested => format!("{begin}, and {other_name} mode does not because {}.", reason(facts, other)),
        Look::NotToItsEnd => format!("{begin}. Whether {other_name} mode does was not found out."),
        Look::NotTried => format!("{begin}. {} mode was not tried.", capital(other)),
    }
}

/// The mode, and what it takes to work where not every way of using it does.
fn how(facts: &Facts, mode: Mode) -> String {
    let works = |verb| usual(facts, mode).any(|tried| tried.verb() == verb && tried.works());
    let fails = |verb| usual(facts, mode).any(|tried| tried.verb() == verb && fails_for_itself(facts, tried));
    let [older, newer] = verbs_of(mode);
    let name = mode.name();
    match (works(older), works(newer)) {
        (true, _) | (_, true) if mode == Mode::Passive && goes_by_port(facts) => format!("{name} mode"),
        (true, false) if fails(newer) && !fails(older) => format!("{name} mode with {}", older.name()),
        (false, true) if fails(older) && !fails(newer) => format!("{name} mode with {}", newer.name()),
        (false, false) if mode == Mode::Passive => format!("{name} mode, at the address that the server names in 227"),
        (false, false) => format!("{name} mode, with the outer address entered in the client"),
        _ => format!("{name} mode"),
    }
}

/// Whether it is for their ports that one passive verb failed and the other did not: hardly a firewall knows EPSV and not
/// PASV, and who takes a part of the range goes by no verb at all.
fn goes_by_port(facts: &Facts) -> bool {
    let pasv_fails = !facts.samples(DataVerb::Pasv).only_joined();
    pasv_fails && facts.passive_ports_differ() || rules::taken::takes_a_part(facts)
}

/// Whether one and the same method of it works and fails.
fn is_fickle(facts: &Facts, mode: Mode) -> bool {
    let works = |verb| usual(facts, mode).any(|tried| tried.verb() == verb && tried.works());
    let fails = |verb| usual(facts, mode).any(|tried| tried.verb() == verb && fails_for_itself(facts, tried));
    verbs_of(mode).into_iter().any(|verb| works(verb) && fails(verb))
}

/// A session that was used up, or that broke down for want of a passive port, fails the next data connection, whatever its
/// method.
fn fails_for_itself(facts: &Facts, tried: &Tried) -> bool {
    let used_up = match tried.failure() {
        Some(Failure::TransferRefused(Some(Says::SessionReuseRequired))) => true,
        Some(Failure::Rejected(Some(Says::Misconfigured))) => {
            facts.said_to_be_broken(tried.outcome().control, &[Says::PortsExhausted])
        }
        _ => false,
    };
    !tried.works() && !used_up
}

/// One mode moves no data, and the other could not be tried.
fn half_known(facts: &Facts) -> String {
    let Some((untried, because)) = turned_away(facts) else { return String::new() };
    let other = if untried == Mode::Passive { Mode::Active } else { Mode::Passive };
    match look(facts, other) {
        Look::Tested => format!(
            "The login works, but {} mode moves no data: {}. Whether {} mode does was not found out: {because}.",
            other.name(),
            reason(facts, other),
            untried.name()
        ),
        _ => format!("The login works, but no data connection could be tried: {because}."),
    }
}

fn none_works(facts: &Facts) -> String {
    let also = |mode: Mode| match look(facts, mode) {
        Look::NotToItsEnd => format!("Whether {} mode would was not found out.", mode.name()),
        _ => format!("{} mode was not tried.", capital(mode)),
    };
    match (look(facts, Mode::Passive), look(facts, Mode::Active)) {
        (Look::Tested, Look::Tested) if Mode::BOTH.iter().any(|mode| breaks_off(facts, *mode)) => format!(
            "The login works, but no mode brings a transfer to its end: in passive mode {}; in active mode {}.",
            reason(facts, Mode::Passive),
            reason(facts, Mode::Active)
        ),
        (Look::Tested, Look::Tested) => format!(
            "The login works, but no mode moves data: in passive mode {}; in active mode {}.",
            reason(facts, Mode::Passive),
            reason(facts, Mode::Active)
        ),
        (Look::Tested, _) => format!(
            "The login works, but passive mode {}: {}. {}",
            lack(facts, Mode::Passive),
            reason(facts, Mode::Passive),
            also(Mode::Active)
        ),
        _ => format!(
            "The login works, but active mode {}: {}. {}",
            lack(facts, Mode::Active),
            reason(facts, Mode::Active),
            also(Mode::Passive)
        ),
    }
}

/// What a mode that fails does not do.
fn lack(facts: &Facts, mode: Mode) -> &'static str {
    if breaks_off(facts, mode) { "brings no transfer to its end" } else { "moves no data" }
}

/// Whether all that fails in a mode is that connections which stood break off: data may have come.
pub fn breaks_off(facts: &Facts, mode: Mode) -> bool {
    let mut failures = usual(facts, mode).filter_map(Tried::failure).filter(|failure| *failure != Failure::NotTried);
    failures.next() == Some(Failure::Cut) && failures.all(|failure| failure == Failure::Cut)
}

/// The mode's name at the beginning of a sentence.
fn capital(mode: Mode) -> &'static str {
    match mode {
        Mode::Passive => "Passive",
        Mode::Active => "Active",
    }
}

/// The fixes of what needs mending, errors' first, each once; of mere remarks only where there is nothing else to do
/// about a mode that fails.
fn fixes(findings: &[Finding], recommendation: Recommendation) -> Vec<Fix> {
    let mut all: Vec<Fix> = Vec::new();
    let fails = matches!(recommendation, Recommendation::None | Recommendation::Unknown);
    let serious = findings.iter().any(|finding| finding.conclusion.severity > Severity::Info);
    // Before anybody mends a mode, a folder that can be listed may show that the other one works.
    let refused = |finding: &&Finding| fails && finding.rule.id == rules::listing_refused::RULE.id;
    let counts = |finding: &&Finding| finding.conclusion.severity > Severity::Info || (fails && !serious);
    let ordered = findings.iter().filter(refused).chain(findings.iter().filter(counts));
    for fix in ordered.flat_map(|finding| &finding.conclusion.fixes) {
        if !all.iter().any(|known| known.side == fix.side && known.action == fix.action) {
            all.push(fix.clone());
        }
    }
    all
}

/// The recognised server's recipe where a fix is on its side. Which firewall stands before it can't be seen from here;
/// this computer's own, where packets were watched, is Linux's.
fn recipes(facts: &Facts, findings: &[Finding], fixes: &[Fix]) -> Vec<&'static str> {
    let on_the_server = fixes.iter().any(|fix| fix.side == Side::Server);
    let server = facts.product().filter(|_| on_the_server).and_then(servers::with_id);
    let local = findings.iter().any(|finding| {
        finding.rule.id == "local-firewall-drops-callback" && finding.conclusion.severity > Severity::Info
    });
    let local = local || matches!(facts.answer_stopped_here(), Observed::Seen(_));
    let firewall = servers::with_id("nftables").filter(|_| local);
    server.into_iter().chain(firewall).map(|product| product.id).collect()
}

/// The verbs of a mode, for a sentence.
pub fn verbs_of(mode: Mode) -> [DataVerb; 2] {
    match mode {
        Mode::Passive => [DataVerb::Pasv, DataVerb::Epsv],
        Mode::Active => [DataVerb::Port, DataVerb::Eprt],
    }
}
