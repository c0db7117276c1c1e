#![doc = include_str!("upload_incomplete.md")]

use crate::diagnosis::rule::{Conclusion, Confidence, Fix, Match, Rule, Severity, Side, asks_nothing};
use crate::evidence::facts::{Cite, Facts};
use crate::evidence::observed::Observed;

pub static RULE: Rule = Rule {
    id: "upload-incomplete",
    title: "the server confirms an upload and holds another size than was written",
    article: include_str!("upload_incomplete.md"),
    neighbours: &["transfer-stalled", "transfer-failed", "listing-refused"],
    test,
    asks: asks_nothing,
};

fn test(facts: &Facts) -> Match {
    let measured = match facts.measured_upload() {
        Observed::Seen(measured) => measured,
        Observed::NotTested(why) => return Match::Undecided(why),
        Observed::NotSeen => return Match::Undecided("no upload was measured"),
    };
    let (written, held) = (measured.written, measured.held);
    let cites = [
        vec![Cite::of(format!("{written} bytes were written to the data connection"))],
        facts.cites([measured.confirmed_at, measured.size_at]),
    ]
    .concat();
    let what = match held.cmp(&written) {
        std::cmp::Ordering::Equal => return Match::RuledOut(cites),
        std::cmp::Ordering::Less => format!(
            "The server confirms an upload of which a part is missing: {written} bytes were written, and its file holds \
             {held}."
        ),
        std::cmp::Ordering::Greater => format!(
            "The server confirms an upload, and its file holds more than was written: {held} bytes in the place of \
             {written}."
        ),
    };
    Match::Fires(Conclusion {
        severity: Severity::Warning,
        side: Side::Unknown,
        confidence: Confidence::Medium,
        summary: format!("{what} The server may have lost or changed it, or a device on the way did."),
        cites,
        fixes: vec![
            Fix::server(
                "See what becomes of uploads on the server",
                "Its log, a full disk or a quota, and scanners or scripts that change files as they come in.",
            ),
            Fix::network(
                "Take FTP out of what inspects contents on the way",
                "Proxies and virus scanners that end an upload early or rewrite it.",
            ),
            Fix::client(
                "Compare sizes after each upload",
                "Many clients can; until this is mended, a confirmed upload is no proof that all of it arrived.",
            ),
        ],
    })
}
