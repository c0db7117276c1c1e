#![doc = include_str!("epsv_blocked.md")]

use crate::diagnosis::rule::{Conclusion, Confidence, Fix, Match, Rule, Severity, Side};
use crate::diagnosis::rules::passive_range_partly_open::same_range;
use crate::diagnosis::rules::transfer_stalled::check_often;
use crate::diagnosis::rules::{endpoints, ends, joins, place, ruled_out_by, samples};
use crate::evidence::attempt::DataVerb;
use crate::evidence::facts::{Doubt, Facts};

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
    if let Some(let_in) = epsv.let_in {
        return Match::RuledOut(vec![let_in]);
    }
    let astray = samples::astray(facts);
    if !astray.is_empty() {
        return Match::RuledOut(facts.cites(astray));
    }
    if epsv.unanswered.is_empty() {
        let refused = facts.tried_with(DataVerb::Epsv).filter_map(|tried| Some(tried.refusal()?.1));
        return ruled_out_by(facts, refused, "no EPSV data connection was dialled");
    }
    if epsv.unanswered.iter().any(|tried| facts.fails_shut_out(tried)) {
        return Match::Undecided("its connection failed when the control port let nobody in any more");
    }
    if pasv.joined.is_empty() {
        return ruled_out_by(facts, ends(pasv.unanswered), "no PASV data connection was dialled");
    }
    if pasv.is_mixed() {
        return Match::RuledOut(facts.cites(ends(pasv.unanswered)));
    }
    let doubt = facts.doubt_of_verb(DataVerb::Epsv);
    let confidence = match doubt {
        None => Confidence::High,
        Some(Doubt::Few | Doubt::Apart) => Confidence::Medium,
        Some(Doubt::OnePort | Doubt::Lossy) => Confidence::Low,
        Some(Doubt::OtherFailedAside) => {
            return Match::Undecided("a connection of PASV failed as well, so that the ports may be the reason");
        }
    };
    let why = match doubt {
        None => "a firewall on the way knows PASV and not EPSV.",
        Some(Doubt::Lossy) => {
            "a firewall on the way may know PASV and not EPSV, or it is chance: packets are lost on the way, as connections show \
             that came about only when they were sent again."
        }
        Some(_) => {
            "a firewall on the way may know PASV and not EPSV, or the ports that EPSV was given are closed in it and those \
             of PASV are open."
        }
    };
    // Where its own port was looked for, the place tells whose firewall it is.
    let place = place::of(facts, &epsv.unanswered)
        .filter(|_| facts.located_with() == Some(DataVerb::Epsv) && doubt != Some(Doubt::Lossy));
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
             {why}{words}",
            epsv.unanswered.len(),
            epsv.count(),
            endpoints(epsv.unanswered.iter().copied()),
            pasv.joined.len(),
            pasv.count()
        ),
        cites,
        fixes: [
            use_pasv(),
            Fix {
                side: if side == Side::Unknown { Side::Network } else { side },
                action: "Update the firewall that follows FTP, or open the passive range for good".to_owned(),
                detail: "Its FTP inspection has to know RFC 2428 (EPSV and EPRT); a fixed passive range that is open \
                         needs no inspection."
                    .to_owned(),
            },
        ]
        .into_iter()
        .chain(match doubt {
            Some(Doubt::Lossy) => Some(check_often()),
            Some(_) => Some(same_range(facts)),
            None => None,
        })
        .collect(),
    })
}

pub fn use_pasv() -> Fix {
    Fix::client(
        "Have the client use PASV",
        "curl: --disable-epsv; git-ftp: --disable-epsv; rclone: --ftp-disable-epsv; FileZilla uses PASV over IPv4.",
    )
}

#[cfg(test)]
mod tests {
    use crate::diagnosis::diagnose;
    use crate::diagnosis::rule::{Confidence, Side};
    use crate::evidence::case::Case;
    use crate::evidence::facts::Facts;

    /// PASV goes through at ports 40010, 40011 and 40012, EPSV fails at 40004, 40021 and 40022.
    const CASE: &str = include_str!("../../../fixtures/cases/epsv-blocked/firewall_knows_pasv_only.toml");

    /// What is found there with other ports: how sure epsv-blocked is and whose fault, whether another port's fault is
    /// ruled out, and whether it is found.
    fn with_ports(changes: &[(&str, &str)]) -> (Option<(Confidence, Side)>, bool, bool) {
        let text = changes.iter().fold(CASE.to_owned(), |text, (from, to)| text.replace(from, to));
        let evidence = Case::from_toml(&text).expect("a case").evidence;
        let found = diagnose(&Facts::of(&evidence));
        let blocked = found.findings.iter().find(|finding| finding.rule.id == "epsv-blocked");
        if let Some(finding) = blocked.filter(|finding| finding.conclusion.confidence < Confidence::High) {
            assert!(finding.conclusion.summary.contains("or the ports that EPSV was given are closed"));
        }
        let ports_ruled_out = found.ruled_out.iter().any(|excluded| excluded.id == "passive-range-partly-open");
        let blocked = blocked.map(|finding| (finding.conclusion.confidence, finding.conclusion.side));
        (blocked, ports_ruled_out, found.fires("passive-range-partly-open"))
    }

    #[test]
    fn the_verb_is_blamed_only_where_the_ports_explain_nothing() {
        let certain = Some((Confidence::High, Side::Network));
        assert_eq!(with_ports(&[]), (certain, true, false));
        // All above those of PASV: one rule may stop there.
        let apart = Some((Confidence::Medium, Side::Unknown));
        assert_eq!(with_ports(&[("40004", "40020")]), (apart, false, false));
        // The same port three times, and two ports.
        let one = Some((Confidence::Low, Side::Unknown));
        assert_eq!(with_ports(&[("40021", "40004"), ("40022", "40004")]), (one, false, false));
        let two = Some((Confidence::Medium, Side::Unknown));
        assert_eq!(with_ports(&[("40021", "40004")]), (two, false, false));
        // A port that let PASV in and not EPSV is no bad port.
        let shared =
            [("40021", "40011"), ("40022", "40011"), ("40004", "40011"), ("40010", "40011"), ("40012", "40011")];
        assert_eq!(with_ports(&shared), (certain, true, false));
    }

    #[test]
    fn where_single_packets_are_lost_it_may_be_chance() {
        // PASV's third connection came about only when its SYN was sent again.
        let later = [("10830.5", "11830.5"), ("10830.9", "11830.9"), ("10831.", "11831."), ("10832.1", "11832.1")];
        let text = later.iter().fold(CASE.to_owned(), |text, (from, to)| text.replace(from, to));
        let evidence = Case::from_toml(&text).expect("a case").evidence;
        let found = diagnose(&Facts::of(&evidence));
        let blocked = found.findings.iter().find(|finding| finding.rule.id == "epsv-blocked").expect("it");
        assert_eq!((blocked.conclusion.side, blocked.conclusion.confidence), (Side::Unknown, Confidence::Low));
        assert!(blocked.conclusion.summary.contains("or it is chance"), "{}", blocked.conclusion.summary);
    }

    #[test]
    fn a_port_of_pasv_that_failed_beside_other_commands_forbids_to_blame_the_verb() {
        let aside = r#"
[[attempts]]
verb = "pasv"
address = "control-peer"
set_aside = true
events = ["7.0 > PASV", "7.5 < 227 Entering Passive Mode (198,18,0,20,156,70).", "7.6 named 198.18.0.20:40006",
    "7.7 dialled 198.18.0.20:40006", "8.1 refused"]

[[attempts]]"#;
        let text = CASE.replacen("\n[[attempts]]", aside, 1);
        let evidence = Case::from_toml(&text).expect("a case").evidence;
        let found = diagnose(&Facts::of(&evidence));
        assert!(!found.fires("epsv-blocked"));
        assert!(found.not_tested.iter().any(|open| open.id == "epsv-blocked"));
        let ports = found.findings.iter().find(|finding| finding.rule.id == "passive-range-partly-open").expect("it");
        assert_eq!((ports.conclusion.side, ports.conclusion.confidence), (Side::Unknown, Confidence::Low));
        assert!(ports.conclusion.summary.contains("40006"), "{}", ports.conclusion.summary);
        assert!(ports.conclusion.summary.contains("knows PASV and not EPSV"), "{}", ports.conclusion.summary);
    }
}
