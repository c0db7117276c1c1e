//! What to send where two checks together put the fault on a side: the proof, and what was seen in the check that fails.

use super::Proof;
use super::proofs::Pair;
use crate::diagnosis::handover::{self, Handover, Letter, MOST_ASKED, MOST_SEEN};
use crate::diagnosis::rule::{Severity, Side};
use crate::diagnosis::{self, Diagnosis, Finding};
use crate::evidence::Source;
use crate::evidence::facts::Facts;

/// The letter to the side of the first proof that names one.
pub fn write(pair: &Pair, proofs: &[Proof]) -> Option<Handover> {
    let to = proofs.iter().map(|proof| proof.side).find(|side| *side != Side::Unknown)?;
    let diagnoses = [pair.second, pair.first].map(|(name, facts)| (name, facts, diagnosis::diagnose(facts)));
    let (name, facts, main) = at_fault(&diagnoses, to)?;
    let mut text = Letter::default();
    text.paragraph(introduction(pair).iter().map(String::as_str));
    text.paragraph(proofs.iter().filter(|proof| proof.side == to).map(|proof| proof.summary.as_str()));
    text.paragraph([format!("In \u{201c}{name}\u{201d}: {}", main.conclusion.summary).as_str()]);
    let seen = main.conclusion.cites.iter().take(MOST_SEEN).map(|cite| handover::seen(facts, cite));
    text.list(&format!("What was seen in \u{201c}{name}\u{201d}:"), seen);
    text.list("What would mend it:", handover::asked(facts, main, to).into_iter().take(MOST_ASKED));
    text.paragraph(["Thank you."]);
    let target = &facts.evidence().target;
    let title = diagnosis::title(facts.evidence(), main.rule.id).unwrap_or_default();
    Some(Handover {
        to,
        addressee: handover::addressee(facts, main, to).to_owned(),
        subject: format!("FTP to {}, port {}: {title}", target.host, target.port),
        text: text.finish(),
    })
}

/// What needs mending on that side, in the check that has it: the side's own finding before another that it can mend.
fn at_fault<'d>(
    diagnoses: &'d [(&'d str, &'d Facts<'d>, Diagnosis); 2],
    to: Side,
) -> Option<(&'d str, &'d Facts<'d>, &'d Finding)> {
    let serious = || {
        diagnoses.iter().flat_map(|(name, facts, diagnosis)| {
            let all = diagnosis.findings.iter().filter(|finding| finding.conclusion.severity > Severity::Info);
            all.map(move |finding| (*name, *facts, finding))
        })
    };
    let mendable = |finding: &Finding| finding.conclusion.fixes.iter().any(|fix| fix.side == to);
    serious()
        .find(|(_, _, finding)| finding.conclusion.side == to)
        .or_else(|| serious().find(|(_, _, finding)| mendable(finding)))
        .or_else(|| serious().next())
}

/// What the two are, each with its place and time.
fn introduction(pair: &Pair) -> Vec<String> {
    let server = handover::server(pair.second.1);
    let mut sentences =
        vec![format!("Hello, we have two checks of FTP to {server}, and hold them against each other.")];
    sentences.extend([pair.first, pair.second].map(|(name, facts)| {
        let what = match facts.evidence().source {
            Source::Probe => "a check with ftpmode",
            Source::Log => "an FTP client's log",
        };
        match (handover::from(facts), handover::at(facts)) {
            (Some(from), Some(at)) => format!("\u{201c}{name}\u{201d} is {what}, made {from} {at}."),
            (Some(from), None) => format!("\u{201c}{name}\u{201d} is {what}, made {from}."),
            (None, Some(at)) => format!("\u{201c}{name}\u{201d} is {what}, made {at}."),
            (None, None) => format!("\u{201c}{name}\u{201d} is {what}."),
        }
    }));
    if [pair.first, pair.second].iter().any(|(_, facts)| facts.evidence().source == Source::Probe) {
        sentences.push("\u{201c}This computer\u{201d} and \u{201c}this side\u{201d} are the FTP client's.".to_owned());
    }
    if [pair.first, pair.second].iter().any(|(_, facts)| facts.evidence().redacted) {
        sentences.push("Addresses and names are placeholders here.".to_owned());
    }
    sentences
}
