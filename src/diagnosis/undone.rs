//! What the user asked for, or a check does by itself, and what nobody did: it must not look as if it were fine.

use super::Open;
use super::rule::Match;
use super::rules::ftp_helper_on_path;
use crate::evidence::attempt::{Address, DataVerb, Load, Mode};
use crate::evidence::facts::{Facts, Failure, Tried};

/// All of it, each with the reason.
pub fn all(facts: &Facts) -> Vec<Open> {
    let evidence = facts.evidence();
    let attempts = evidence.not_tried.iter().map(|skipped| {
        let id = match (skipped.protection.is_usual(), skipped.load) {
            (false, _) => "data-session-reuse-required".to_owned(),
            (true, Load::Large | Load::LargeInSmallSegments) => "large-transfer".to_owned(),
            (true, Load::Upload | Load::UploadInSmallSegments) => "upload".to_owned(),
            (true, Load::Usual | Load::UsualInSmallSegments) => {
                format!("{}-{}", skipped.verb.mode().name(), skipped.verb.name().to_lowercase())
            }
        };
        open(&id, skipped.because.clone())
    });
    let left_behind = evidence.left_behind.as_ref().map(|name| {
        let because = format!("the uploaded file {name} may still be on the server: it could not be deleted for sure");
        open("upload-removed", because)
    });
    attempts
        .chain(ports(facts))
        .chain(place(facts))
        .chain(mapping(facts))
        .chain(helper(facts))
        .chain(upload(facts))
        .chain(left_behind)
        .chain(large(facts))
        .chain(other_mode(facts))
        .chain(quiet(facts))
        .collect()
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
    // A sweep takes a port of its own.
    let in_part = || {
        let passive = || facts.tried_in(Mode::Passive);
        facts.log().is_none() && evidence.sweeps.is_empty() && passive().any(fails) && facts.works(Mode::Passive)
    };
    let hidden = || facts.interposed().is_some() && facts.located_with().is_some();
    let why = match (&evidence.not_located, evidence.cut_short) {
        (Some(why), _) => why.clone(),
        (None, _) if hidden() => {
            "somebody on the way answers the control port, so that nothing shows how far the server is".to_owned()
        }
        (None, Some(_)) if wanted() => TIME_OVER.to_owned(),
        (None, None) if in_part() => {
            "some passive ports let connections in, and which one a further look would get can't be \
                                      chosen"
                .to_owned()
        }
        (None, _) => return None,
    };
    Some(open("place-on-the-way", why))
}

/// Passive ports that the user asked for.
fn ports(facts: &Facts) -> Option<Open> {
    let asked = usize::from(facts.evidence().asked.samples?);
    let tried = facts.passive_ports_dialled();
    let because = format!("{tried} of the {asked} passive ports asked for were tried");
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
            format!("the router {} was asked for a port and gave none ({})", mapping.router, refused.join("; "))
        }
        (_, Some(why)) => why.clone(),
        _ if evidence.cut_short.is_some() => TIME_OVER.to_owned(),
        _ if facts.works(Mode::Active) => "active mode works without it".to_owned(),
        _ => "active mode was not tried, or no address translation was seen on this side".to_owned(),
    };
    Some(open("port-mapping", why))
}

/// A helper that was looked for and not seen, or could not be looked for.
fn helper(facts: &Facts) -> Option<Open> {
    let rule = &ftp_helper_on_path::RULE;
    match (rule.test)(facts) {
        Match::Undecided(why) if !facts.evidence().fragments.is_empty() || facts.helper_probe_lost() => {
            Some(open(rule.id, why))
        }
        _ => None,
    }
}

/// An upload that was begun.
fn upload(facts: &Facts) -> Option<Open> {
    let unfinished = |tried: &Tried| tried.attempt().load.is_upload() && tried.failure() == Some(Failure::NotTried);
    let any = facts.tried().iter().any(unfinished);
    any.then(|| open("upload", "the check ended before the server confirmed what was written"))
}

/// A transfer of many bytes.
fn large(facts: &Facts) -> Option<Open> {
    let evidence = facts.evidence();
    if let Some((bytes, asked)) = facts.too_small_file() {
        let because = format!("the file held {bytes} bytes of the {asked} asked for: what more would do was not seen");
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
    let wanted = facts.evidence().asked.idle_ms.is_some() && facts.quiet().is_none();
    wanted.then(|| open("idle", "the check ended, or no control connection was left, before one could be kept quiet"))
}

const TIME_OVER: &str = "the check ended before it came to that";
