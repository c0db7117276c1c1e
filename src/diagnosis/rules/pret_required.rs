#![doc = include_str!("pret_required.md")]

use crate::diagnosis::rule::{Conclusion, Confidence, Fix, Match, Rule, Side, asks_nothing};
use crate::diagnosis::rules::{ends, joins, loss};
use crate::evidence::attempt::Mode;
use crate::evidence::facts::{Facts, Failure, Place, Tried};
use crate::evidence::observed::Observed;
use crate::protocol::dialect::Says;
use crate::protocol::features;

pub static RULE: Rule = Rule {
    id: "pret-required",
    title: "the server wants PRET before PASV",
    article: include_str!("pret_required.md"),
    neighbours: &["passive-rejected", "passive-port-dropped"],
    test,
    asks: asks_nothing,
};

fn test(facts: &Facts) -> Match {
    let said: Vec<Place> = facts.refusals_saying(Says::PretRequired).into_iter().map(|(_, place)| place).collect();
    if !said.is_empty() {
        return fires(facts, Confidence::High, said);
    }
    let working: Vec<Place> = joins(facts.tried_in(Mode::Passive).filter(|tried| tried.works()));
    if !working.is_empty() {
        return Match::RuledOut(facts.cites(working));
    }
    let answer = facts.answer("FEAT").map(|(_, place)| place);
    match facts.features() {
        Observed::Seen(listed) if !features::lists(&listed, "PRET") => Match::RuledOut(facts.cites(answer)),
        Observed::Seen(_) => {
            let failed: Vec<&Tried> = facts.tried_in(Mode::Passive).filter(|tried| is_refused(tried)).collect();
            if failed.is_empty() {
                return Match::Undecided("FEAT lists PRET, and passive mode was not refused");
            }
            if !wants_it(facts) {
                return Match::Undecided("FEAT lists PRET, and no reply asks for it");
            }
            fires(facts, Confidence::Medium, answer.into_iter().chain(ends(failed)).collect())
        }
        Observed::NotSeen | Observed::NotTested(_) => Match::Undecided("the server does not list its features"),
    }
}

/// DrFTPD and glFTPD, which spread transfers over several machines. Others list PRET, too, and do without it (Pure-FTPd).
fn wants_it(facts: &Facts) -> bool {
    let words = [facts.greeting(), facts.system()].into_iter().flatten().map(|(reply, _)| reply.text.to_lowercase());
    words.into_iter().any(|words| words.contains("drftpd") || words.contains("glftpd"))
}

fn is_refused(tried: &Tried) -> bool {
    // A refusal whose words tell of something else is none for want of PRET.
    let unsaid = matches!(tried.refusal_says(), None | Some(Says::NotImplemented | Says::NoDataConnection));
    unsaid && matches!(tried.failure(), Some(Failure::Rejected(_) | Failure::TransferRefused(_) | Failure::Stalled))
}

fn fires(facts: &Facts, confidence: Confidence, places: Vec<Place>) -> Match {
    Match::Fires(Conclusion {
        severity: loss(facts),
        side: Side::Client,
        confidence,
        summary:
            "The server wants the command PRET before PASV, as servers that spread transfers over several machines \
                  do; a client that does not send it can't use passive mode here."
                .to_owned(),
        cites: facts.cites(places),
        fixes: vec![Fix::client(
            "Have the client send PRET",
            "curl: --ftp-pret; other clients that know DrFTPD send it by themselves.",
        )],
    })
}
