#![doc = include_str!("listing_refused.md")]

use crate::diagnosis::rule::{Conclusion, Confidence, Fix, Match, Rule, Severity, Side, asks_nothing};
use crate::diagnosis::rules::{ends, ruled_out_by, verbs};
use crate::evidence::attempt::Mode;
use crate::evidence::facts::{Cite, Facts, Failure, Tried};
use crate::evidence::timeline::What;
use crate::protocol::dialect::Says;

pub static RULE: Rule = Rule {
    id: "listing-refused",
    title: "the server refuses the listing itself",
    article: include_str!("listing_refused.md"),
    neighbours: &["transfer-failed", "data-protection-required", "transfer-stalled"],
    test,
    asks: asks_nothing,
};

fn test(facts: &Facts) -> Match {
    let refused: Vec<&Tried> = facts.tried().iter().filter(|tried| is_refused_listing(tried)).collect();
    let failed = facts.tried().iter().any(|tried| !matches!(tried.failure(), None | Some(Failure::NotTried)));
    let told = facts.log().and_then(|_| facts.answer("SIZE")).filter(|_| !facts.moves_data() && !failed);
    let folder = facts.answer("CWD").or(told).filter(|(reply, _)| reply.is_refusal()).map(|(_, place)| place);
    if let (Some(place), true) = (folder, refused.is_empty()) {
        return fires(
            "The server refuses the folder that was asked for, so the one where the login starts was listed in its \
             place. The mode is not to blame."
                .to_owned(),
            facts.cites([place]),
        );
    }
    if refused.is_empty() {
        let listed = facts.tried().iter().filter_map(Tried::confirmed_at);
        return ruled_out_by(facts, listed, "no listing was answered");
    }
    let what = match (&facts.evidence().asked.retrieve, &facts.evidence().asked.path) {
        _ if refused.iter().all(|tried| tried.attempt().load.is_upload() || asks(tried, &["STOR", "APPE", "STOU"])) => {
            "the upload"
        }
        _ if refused.iter().all(|tried| asks(tried, &["RETR"])) => "the file",
        (Some(_), _) => "the file",
        (None, Some(_)) => "the listing of this folder",
        (None, None) => "the listing",
    };
    let all = if facts.moves_data() { "" } else { " Whether data would flow was not seen." };
    // "450 No files found", "550 No files found."
    let by_code = |tried: &&Tried| tried.refusal().is_some_and(|(reply, _)| matches!(reply.code, 450 | 550));
    let maybe_empty = !facts.moves_data() && what.starts_with("the listing") && refused.iter().all(by_code);
    let empty = if maybe_empty { " Some servers answer so where a folder is empty." } else { "" };
    let summary = format!(
        "The server refuses {what} itself ({}): the folder, the file or the user's rights are the reason, and not the \
         mode.{empty}{all}",
        verbs(refused.iter().copied())
    );
    let usual = |tried: &Tried| tried.attempt().load.is_usual();
    let listed: Vec<&Tried> = facts.tried().iter().filter(|tried| tried.works() && usual(tried)).collect();
    if !listed.is_empty() && refused.iter().all(|tried| usual(tried)) {
        return now_and_then(facts, what, &refused, &listed);
    }
    let full = refused.iter().all(|tried| tried.refusal().is_some_and(|(reply, _)| matches!(reply.code, 452 | 552)));
    let cites = facts.cites(folder.into_iter().chain(ends(refused)));
    if full {
        return Match::Fires(Conclusion {
            severity: Severity::Info,
            side: Side::Server,
            confidence: Confidence::High,
            summary: format!(
                "The server has no room for {what}: its disk or the user's share of it is full. The mode is not to blame.{all}"
            ),
            cites,
            fixes: vec![Fix::server("Make room on the server", "Free space on its disk, or raise the user's quota.")],
        });
    }
    fires(summary, cites)
}

/// It gave the very same over another data connection.
fn now_and_then(facts: &Facts, what: &str, refused: &[&Tried], listed: &[&Tried]) -> Match {
    Match::Fires(Conclusion {
        severity: Severity::Warning,
        side: Side::Server,
        confidence: Confidence::Medium,
        summary: format!(
            "The server refuses {what} itself over some data connections ({}) and gives it over others ({}), so neither the \
             folder nor the user's rights are the reason: it fails by itself, in one mode or now and then.",
            verbs(refused.iter().copied()),
            verbs(listed.iter().copied())
        ),
        cites: facts.cites(
            ends(refused.iter().copied()).into_iter().chain(listed.iter().filter_map(|tried| tried.confirmed_at())),
        ),
        fixes: vec![Fix::server(
            "Look into the server's log",
            "It tells why a transfer was refused; times are in the report.",
        )],
    })
}

/// Whether every data connection came to this: nothing else was seen of the modes. A check asks in each mode that it may,
/// and a network that lets no data connection through is not to look better for it than one that does. A log is of what
/// somebody wanted, and where no data connection stood in it, it never came to one.
pub fn is_all_that_was_seen(facts: &Facts) -> bool {
    let told = || facts.tried().iter().filter(|tried| tried.failure() != Some(Failure::NotTried));
    let stood = || told().any(|tried| tried.joined().is_some());
    told().next().is_some() && told().all(is_refused_listing) && (facts.log().is_none() || stood())
}

/// The answer then, as sentences.
pub fn in_short(facts: &Facts) -> String {
    let joined = |mode| facts.tried_in(mode).any(|tried| tried.joined().is_some());
    let made = match (joined(Mode::Passive), joined(Mode::Active)) {
        (true, true) => "The data connection itself was made in passive and in active mode.",
        (true, false) => "The data connection itself was made in passive mode; in active mode none was seen.",
        (false, true) => "The data connection itself was made in active mode; in passive mode none was seen.",
        (false, false) => "Nor was a data connection seen to be made, in either mode.",
    };
    format!(
        "The login works, but the server refuses the transfer itself, so whether data would flow was not seen. {made}"
    )
}

/// Whether the transfer was asked for with one of these commands.
fn asks(tried: &Tried, verbs: &[&str]) -> bool {
    tried.outcome().events.iter().any(|event| match &event.what {
        What::Sent(line) => verbs.iter().any(|verb| line.starts_with(verb)),
        _ => false,
    })
}

fn fires(summary: String, cites: Vec<Cite>) -> Match {
    Match::Fires(Conclusion {
        severity: Severity::Info,
        side: Side::Server,
        confidence: Confidence::High,
        summary,
        cites,
        fixes: vec![Fix::client(
            "Check another folder or file, or as another user",
            "Name a folder that holds files (ftpmode check HOST --path FOLDER), a file (--retrieve FILE), or another user \
             (--user NAME).",
        )],
    })
}

/// A refusal of the transfer that speaks of the listing or the file.
pub fn is_refused_listing(tried: &Tried) -> bool {
    let plain = matches!(
        tried.failure(),
        Some(Failure::TransferRefused(None | Some(Says::MethodDisabled | Says::NotImplemented)))
    );
    tried.failure() == Some(Failure::TransferRefused(Some(Says::ListingRefused)))
        || plain
            && tried.refusal().is_some_and(|(reply, _)| matches!(reply.code, 450..=452 | 500..=504 | 532 | 550..=553))
}
