#![doc = include_str!("download_incomplete.md")]

use crate::diagnosis::rule::{Conclusion, Confidence, Fix, Match, Rule, Severity, Side, asks_nothing};
use crate::evidence::facts::{Cite, Facts};
use crate::evidence::observed::Observed;

pub static RULE: Rule = Rule {
    id: "download-incomplete",
    title: "the server confirms a download of which a part is missing",
    article: include_str!("download_incomplete.md"),
    neighbours: &["transfer-stalled", "transfer-failed", "control-idle-dropped"],
    test,
    asks: asks_nothing,
};

fn test(facts: &Facts) -> Match {
    let measured = match facts.measured_downloads() {
        Observed::Seen(measured) => measured,
        Observed::NotTested(why) => return Match::Undecided(why),
        Observed::NotSeen => return Match::Undecided("no download was measured"),
    };
    let Some(short) = measured.iter().find(|download| download.is_short()) else {
        let whole = measured.iter().filter(|download| download.came == download.held.0);
        let cites = facts.cites(whole.map(|download| download.held.1));
        return if cites.is_empty() {
            Match::Undecided("the file's size changed meanwhile")
        } else {
            Match::RuledOut(cites)
        };
    };
    let (came, (held, told_at)) = (short.came, short.held);
    let mut cites = vec![Cite::of(format!("{came} bytes came over the data connection"))];
    cites.extend(facts.cites([short.confirmed_at, told_at]));
    cites.extend(facts.cites(short.held_after.map(|(_, place)| place)));
    let what = match short.held_after {
        Some((after, _)) => format!(
            "The server confirms a download of which a part is missing: {came} bytes came, and afterwards the file holds \
             {after}, says the server."
        ),
        None => format!(
            "The server confirms a download that is shorter than it had said: {came} bytes came of a file of {held}. Unless \
             the file was changed meanwhile, a part is missing."
        ),
    };
    Match::Fires(Conclusion {
        severity: Severity::Warning,
        side: Side::Unknown,
        confidence: if short.held_after.is_some() { Confidence::Medium } else { Confidence::Low },
        summary: format!("{what} The server may have broken it off, or a device on the way did."),
        cites,
        fixes: vec![
            Fix::server(
                "See why the server ends a download early",
                "Its log, its limits of time and size, its disk, and what else reads or writes the file.",
            ),
            Fix::network(
                "Take FTP out of what inspects contents on the way",
                "Proxies and virus scanners that end a download early.",
            ),
            Fix::client(
                "Compare sizes after each download",
                "Many clients can; until this is mended, a confirmed download is no proof that all of it came.",
            ),
        ],
    })
}
