//! What the user asked for, or a check does by itself, and what nobody did: it must not look as if it were fine.

use super::Open;
use super::rule::Match;
use super::rules::{ftp_helper_on_path, local_firewall_drops_callback, place, upload_incomplete};
use crate::evidence::attempt::{Address, Attempt, DataVerb, Load, Mode};
use crate::evidence::facts::{Facts, Failure, Tried};
use crate::evidence::mapping::Mapping;
use crate::evidence::observed::Observed;

/// All of it, each with the reason.
pub fn all(facts: &Facts) -> Vec<Open> {
    let evidence = facts.evidence();
    let attempts = evidence.not_tried.iter().map(|skipped| open(&id_of(skipped.attempt()), skipped.because.clone()));
    attempts
        .chain(broken_off(facts))
        .chain(never_begun(facts))
        .chain(ports(facts))
        .chain(place(facts))
        .chain(mapping(facts))
        .chain(left_open(facts))
        .chain(watching(facts))
        .chain(helper(facts))
        .chain(upload(facts))
        .chain(size_of_upload(facts))
        .chain(large(facts))
        .chain(other_mode(facts))
        .chain(quiet(facts))
        .collect()
}

/// The id of a data connection that was planned.
fn id_of(attempt: Attempt) -> String {
    match (attempt.protection.is_usual(), attempt.load) {
        (false, _) => "data-session-reuse-required".to_owned(),
        (true, Load::Large | Load::LargeInSmallSegments) => "large-transfer".to_owned(),
        (true, Load::Upload | Load::UploadInSmallSegments) => "upload".to_owned(),
        (true, Load::Usual | Load::UsualInSmallSegments) => {
            format!("{}-{}", attempt.verb.mode().name(), attempt.verb.name().to_lowercase())
        }
    }
}

/// Data connections that were under way when the check ended, each with how far it had come.
fn broken_off(facts: &Facts) -> Vec<Open> {
    let under_way = |tried: &&Tried| tried.cut_short() && tried.failure() == Some(Failure::NotTried);
    let all = facts.tried().iter().chain(facts.experiments()).filter(|_| facts.log().is_none());
    all.filter(under_way).map(|tried| open(&id_of(tried.attempt()), how_far(facts, tried))).collect()
}

fn how_far(facts: &Facts, tried: &Tried) -> String {
    let bytes = tried.bytes();
    let Some(ms) = tried.transfer_ms() else { return "the check ended before an answer came".to_owned() };
    let seconds = ms / 1000.0;
    let asked = facts.evidence().asked.transfer_size.filter(|_| !tried.attempt().load.names_no_large_file());
    match (tried.attempt().load.is_upload(), asked) {
        (true, Some(asked)) => format!(
            "the check ended before the upload was confirmed: {bytes} of {asked} bytes were written in {seconds:.1} s"
        ),
        (true, None) => {
            format!("the check ended before the upload was confirmed: {bytes} bytes were written in {seconds:.1} s")
        }
        (false, Some(asked)) => format!(
            "the check ended before the transfer was over: {bytes} bytes of the {asked} asked for came in {seconds:.1} s"
        ),
        (false, None) => {
            format!("the check ended before the transfer was over: {bytes} bytes came in {seconds:.1} s")
        }
    }
}

/// The methods that a check which was cut short never came to.
fn never_begun(facts: &Facts) -> Vec<Open> {
    let evidence = facts.evidence();
    if evidence.cut_short.is_none() || !facts.control_works() {
        return Vec::new();
    }
    let over_ipv6 = facts.peer().is_some_and(|peer| peer.is_ipv6());
    let wanted = |verb: &DataVerb| {
        let asked = evidence.asked.methods.is_empty() || evidence.asked.methods.contains(verb);
        let begun = evidence.attempts.iter().any(|outcome| outcome.verb == *verb);
        let told = evidence.not_tried.iter().any(|skipped| skipped.verb == *verb);
        asked && !begun && !told && (!over_ipv6 || verb.fits_ipv6())
    };
    let missed = DataVerb::ALL.into_iter().filter(wanted);
    missed.map(|verb| open(&id_of(Attempt::usual(verb)), TIME_OVER)).collect()
}

fn open(id: &str, because: impl Into<String>) -> Open {
    Open { id: id.to_owned(), because: because.into() }
}

/// Where on the way passive connections end.
fn place(facts: &Facts) -> Option<Open> {
    let dialled = [Failure::DialDropped, Failure::DialRefused, Failure::DialUnreachable].map(Some);
    let fails = |tried: &Tried| dialled.contains(&tried.failure());
    let failed = |verb: &DataVerb| {
        let any_fails = facts.tried_with(*verb).any(fails);
        any_fails && facts.tried_with(*verb).all(|tried| tried.joined().is_none())
    };
    let evidence = facts.evidence();
    let wanted = || facts.located_with().is_none() && [DataVerb::Pasv, DataVerb::Epsv].iter().any(failed);
    let in_part = || {
        let failed: Vec<&Tried> = facts.tried_in(Mode::Passive).filter(|tried| fails(tried)).collect();
        let some_fail = facts.log().is_none() && !failed.is_empty() && facts.works(Mode::Passive);
        some_fail && place::of(facts, &failed).is_none()
    };
    let hidden = || facts.interposed().is_some() && facts.located_with().is_some();
    let why = match (&evidence.not_located, evidence.cut_short) {
        (Some(why), _) => why.clone(),
        (None, _) if hidden() => {
            "somebody on the way answers the control port, so that nothing shows how far the server is".to_owned()
        }
        (None, Some(_)) if wanted() || evidence.asked.thorough && evidence.sweeps.is_empty() => TIME_OVER.to_owned(),
        (None, None) if in_part() && facts.is_located() => {
            "what came back from the way to the passive port that failed tells no place".to_owned()
        }
        (None, None) if in_part() => {
            "some passive ports let connections in, and the one that did not was gone before the way to it could be \
             searched; which one the server names next can't be chosen"
                .to_owned()
        }
        (None, _) => return None,
    };
    Some(open("place-on-the-way", why))
}

/// Passive ports that the user asked for, and why no more of them were tried.
fn ports(facts: &Facts) -> Option<Open> {
    let evidence = facts.evidence();
    let asked = usize::from(evidence.asked.samples?);
    let ports = facts.passive_ports_dialled();
    let (tried, dials) = (ports.len(), facts.passive_dials());
    let were = if tried == 1 { "was" } else { "were" };
    let so_many = format!("{tried} of the {asked} passive ports asked for {were} tried");
    let skipped = || evidence.not_tried.iter().find(|skipped| skipped.verb.mode() == Mode::Passive);
    let why = match evidence.cut_short {
        Some(_) => Some(TIME_OVER),
        None => evidence.not_sampled.as_deref().or_else(|| skipped().map(|skipped| skipped.because.as_str())),
    };
    let because = match (why, ports.first()) {
        (None, Some(port)) if tried == 1 && dials > 1 => {
            format!("{so_many}: the server named port {port} for each of {dials} connections")
        }
        (None, Some(_)) if dials > tried => {
            format!("{so_many}: of {dials} connections some went to a port that the server had named before")
        }
        (None, _) => so_many,
        (Some(why), _) => format!("{so_many}, and no more because {why}"),
    };
    (facts.log().is_none() && tried < asked).then(|| open("passive-ports", because))
}

/// A port of the router on this side.
fn mapping(facts: &Facts) -> Option<Open> {
    let evidence = facts.evidence();
    let tried = || facts.tried().iter().any(|tried| tried.attempt().address == Address::Mapped);
    if !evidence.asked.port_mapping || tried() {
        return None;
    }
    let refused: Vec<String> = evidence
        .mappings
        .iter()
        .filter_map(|mapping| Some(format!("{}: {}", mapping.protocol, mapping.refused.as_ref()?)))
        .collect();
    let why = match (evidence.mappings.first(), &evidence.not_mapped) {
        (Some(mapping), _) if !refused.is_empty() => {
            let gave_none =
                format!("the router {} was asked for a port and gave none ({})", mapping.router, refused.join("; "));
            match evidence.mappings.iter().find_map(Mapping::left_open_s) {
                Some(s) => {
                    format!("{gave_none}; one that it opens later all the same closes by itself after {s} seconds")
                }
                None => gave_none,
            }
        }
        (_, Some(why)) => why.clone(),
        _ if evidence.cut_short.is_some() => TIME_OVER.to_owned(),
        _ if facts.works(Mode::Active) => "active mode works without it".to_owned(),
        _ => "active mode was not tried, or no address translation was seen on this side".to_owned(),
    };
    Some(open("port-mapping", why))
}

/// A port that the router opened, or may have opened, and did not say that it closed.
fn left_open(facts: &Facts) -> Option<Open> {
    let asked = facts.evidence().mappings.iter().filter(|mapping| mapping.refused.is_none());
    let (mapping, s) = asked.filter_map(|mapping| Some((mapping, mapping.left_open_s()?))).next()?;
    let router = mapping.router;
    let because = match mapping.outside_port {
        Some(port) => format!(
            "the router {router} did not confirm that it closed its port {port}, which it had opened: it may be open still, \
             and closes by itself after {s} seconds"
        ),
        None => format!(
            "the check ended before the router {router} answered whether it opens a port: one may be open, and closes by \
             itself after {s} seconds"
        ),
    };
    Some(open("port-closed", because))
}

/// Whether what the counters hint at is so.
fn watching(facts: &Facts) -> Option<Open> {
    let counted = local_firewall_drops_callback::counted(facts).is_some();
    let hinted = !facts.evidence().watched && (counted || !facts.counted(Mode::Passive).is_empty());
    hinted.then(|| {
        let because = "packets were not watched, and counters only hint at it: run as root, or with the capability \
                       CAP_NET_RAW, to learn whether they reach this computer and its own firewall stops them";
        open("packets-at-this-computer", because)
    })
}

/// A helper that was looked for and not seen, or could not be looked for.
fn helper(facts: &Facts) -> Option<Open> {
    let rule = &ftp_helper_on_path::RULE;
    match (rule.test)(facts) {
        Match::Undecided(why) if !facts.evidence().fragments.is_empty() || !facts.can_look_for_helper() => {
            Some(open(rule.id, why))
        }
        Match::Undecided(_) if facts.evidence().asked.thorough && facts.evidence().cut_short.is_some() => {
            Some(open(rule.id, TIME_OVER))
        }
        _ => None,
    }
}

/// An upload that this computer could not begin, or that the check never came to.
fn upload(facts: &Facts) -> Option<Open> {
    let evidence = facts.evidence();
    let mut tried = facts.tried().iter().filter(|tried| tried.attempt().load.is_upload()).peekable();
    let told = evidence.not_tried.iter().any(|skipped| skipped.load.is_upload());
    if tried.peek().is_none() {
        return (evidence.asked.upload && !told).then(|| open("upload", TIME_OVER));
    }
    let failed = tried.find_map(|tried| tried.failed_here().filter(|_| tried.failure() == Some(Failure::NotTried)))?;
    Some(open("upload", facts.cite(failed).text))
}

/// Whether all of an upload arrived that was confirmed.
fn size_of_upload(facts: &Facts) -> Option<Open> {
    let upload = facts.tried().iter().find(|tried| tried.attempt().load.is_upload() && tried.works())?;
    let Observed::NotTested(why) = facts.measured_upload() else { return None };
    let said = facts.answer_on(upload.outcome().control, "SIZE").map(|(_, place)| facts.cite(place).text);
    let because = said.map_or_else(|| why.to_owned(), |said| format!("{why}: {said}"));
    Some(open(upload_incomplete::RULE.id, because))
}

/// A transfer of many bytes.
fn large(facts: &Facts) -> Option<Open> {
    let evidence = facts.evidence();
    if let Some((bytes, asked)) = facts.too_small_file() {
        let because =
            format!("the file ended after {bytes} bytes of the {asked} asked for: what more would do was not seen");
        return Some(open("large-transfer", because));
    }
    if let Some(lost) = facts.lost_after_stop() {
        let because = format!(
            "the transfer was stopped after {} bytes, and the control connection was over with that: whether it lasts through a \
             whole one was not seen",
            lost.bytes
        );
        return Some(open("large-transfer", because));
    }
    evidence.asked.transfer_size?;
    let tried = facts.tried().iter().any(|tried| tried.attempt().load == Load::Large);
    let told = evidence.not_tried.iter().any(|skipped| skipped.load == Load::Large);
    (!tried && !told).then(|| match evidence.cut_short {
        Some(_) => open("large-transfer", TIME_OVER),
        None => open("large-transfer", "no mode moved a listing, so that nothing larger was asked for"),
    })
}

/// More than a listing is moved in one mode alone: where that failed, the other may do better.
fn other_mode(facts: &Facts) -> Vec<Open> {
    let failed = |load| {
        let mut tried = facts.tried().iter().filter(move |tried| tried.attempt().load == load && !tried.works());
        tried.find(|tried| tried.failure() != Some(Failure::NotTried))
    };
    let untried = |load, id: &str, what: &str| {
        let mode = failed(load)?.verb().mode();
        let other = Mode::BOTH.into_iter().find(|other| *other != mode).filter(|other| facts.works(*other))?;
        let tried = facts.tried_in(other).any(|tried| tried.attempt().load == load);
        let because = format!("{what} was tried in {} mode alone", mode.name());
        (!tried).then(|| open(&format!("{id}-in-{}-mode", other.name()), because))
    };
    [untried(Load::Large, "large-transfer", "a large transfer"), untried(Load::Upload, "upload", "an upload")]
        .into_iter()
        .flatten()
        .collect()
}

/// A control connection on which nothing is said.
fn quiet(facts: &Facts) -> Option<Open> {
    if let Some(quiet) = facts.quiet()
        && let (Some((ms, _)), Some((_, farewell))) = (quiet.unanswered, quiet.farewell)
    {
        let because = format!(
            "the connection stood after {:.0} s of quiet, and NOOP was not answered for {:.0} s, while QUIT was: {}",
            quiet.ms / 1000.0,
            ms / 1000.0,
            facts.cite(farewell).text
        );
        return Some(open("noop", because));
    }
    let wanted = facts.evidence().asked.idle_ms.is_some() && facts.quiet().is_none();
    wanted.then(|| open("idle", "the check ended, or no control connection was left, before one could be kept quiet"))
}

const TIME_OVER: &str = "the check ended before it came to that";
