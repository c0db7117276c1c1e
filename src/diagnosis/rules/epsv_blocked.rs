#![doc = include_str!("epsv_blocked.md")]

use crate::diagnosis::rule::{Conclusion, Confidence, Fix, Match, Rule, Severity, Side};
use crate::diagnosis::rules::{endpoints, ends, joins, place, ruled_out_by, samples};
use crate::evidence::attempt::DataVerb;
use crate::evidence::facts::{ENOUGH, Facts};

pub static RULE: Rule = Rule {
    id: "epsv-blocked",
    title: "EPSV is accepted and its connection fails, while PASV's works",
    article: include_str!("epsv_blocked.md"),
    neighbours: &["passive-range-partly-open", "epsv-rejected", "passive-port-dropped"],
    test,
    asks: samples::more,
};

fn test(facts: &Facts) -> Match {
    let pasv = facts.samples(DataVerb::Pasv);
    let epsv = facts.samples(DataVerb::Epsv);
    if !epsv.joined.is_empty() {
        return Match::RuledOut(facts.cites(joins(epsv.joined)));
    }
    let astray = samples::astray(facts);
    if !astray.is_empty() {
        return Match::RuledOut(facts.cites(astray));
    }
    if epsv.unanswered.is_empty() {
        let refused = facts.tried_with(DataVerb::Epsv).filter_map(|tried| Some(tried.refusal()?.1));
        return ruled_out_by(facts, refused, "no EPSV data connection was dialled");
    }
    if pasv.joined.is_empty() {
        return ruled_out_by(facts, ends(pasv.unanswered), "no PASV data connection was dialled");
    }
    if pasv.is_mixed() {
        return Match::RuledOut(facts.cites(ends(pasv.unanswered)));
    }
    let confidence = match epsv.unanswered.len().min(pasv.joined.len()) {
        0 | 1 => Confidence::Low,
        few if few < ENOUGH => Confidence::Medium,
        _ => Confidence::High,
    };
    let doubt = if confidence == Confidence::High { "" } else { " A single bad port is not excluded." };
    // Where its own port was looked for, the place tells whose firewall it is.
    let place = place::of(facts).filter(|_| facts.located_with() == Some(DataVerb::Epsv));
    let (side, confidence) = match &place {
        Some(place) if place.side != Side::Unknown => (place.side, confidence.min(place.confidence)),
        Some(_) => (Side::Unknown, confidence),
        None if confidence == Confidence::High => (Side::Network, confidence),
        None => (Side::Unknown, confidence),
    };
    let mut cites = facts.cites(ends(epsv.unanswered.iter().copied()));
    cites.extend(facts.cites(joins(pasv.joined.iter().copied())));
    let words = place.as_ref().map_or_else(String::new, |place| format!(" {}", place.words));
    cites.extend(place.into_iter().flat_map(|place| place.cites));
    Match::Fires(Conclusion {
        severity: Severity::Warning,
        side,
        confidence,
        summary: format!(
            "The server agrees to EPSV, but its data connections fail ({} of {}: {}), while PASV's go through ({} of {}): \
             a firewall on the way knows PASV and not EPSV.{doubt}{words}",
            epsv.unanswered.len(),
            epsv.count(),
            endpoints(epsv.unanswered.iter().copied()),
            pasv.joined.len(),
            pasv.count()
        ),
        cites,
        fixes: vec![
            Fix::client(
                "Have the client use PASV",
                "curl: --disable-epsv; git-ftp: --disable-epsv; rclone: --ftp-disable-epsv; FileZilla uses PASV over IPv4.",
            ),
            Fix {
                side: if side == Side::Unknown { Side::Network } else { side },
                action: "Update the firewall that follows FTP, or open the passive range for good".to_owned(),
                detail: "Its FTP inspection has to know RFC 2428 (EPSV and EPRT); a fixed passive range that is open \
                         needs no inspection."
                    .to_owned(),
            },
        ],
    })
}
