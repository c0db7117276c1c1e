//! What to send to whoever must act: a short letter with the addresses, ports, times and replies that an admin needs.
//!
//! Invariants: it says what was seen and what the main finding concludes, and nothing else. Where nothing needs mending
//! there is no letter. Server text stands in it as it came: escape before showing.

use schemars::JsonSchema;
use serde::Serialize;

use super::Finding;
use super::afar;
use super::rule::{Conclusion, Fix, Severity, Side};
use super::rules::{callbacks, place};
use super::verdict::breaks_off;
use crate::evidence::Source;
use crate::evidence::attempt::Mode;
use crate::evidence::facts::{Cite, Facts, Failure, Place};
use crate::evidence::import::UNKNOWN_HOST;
use crate::evidence::timeline::{Event, What};
use crate::servers;

/// A letter, ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Handover {
    /// Whose side it is; unknown where two have to look, whom the text names.
    pub to: Side,
    /// Who is addressed, to follow "To send to": "the server's admin".
    pub addressee: String,
    pub subject: String,
    /// Paragraphs, with an empty line between; lines that begin with "- " are a list's.
    pub text: String,
}

/// So many things seen are quoted, and so much of each. A letter to two, or of two faults, has
/// more to say besides.
pub(super) const MOST_SEEN: usize = 3;
const MOST_SEEN_OF_TWO: usize = 2;
const LONGEST_SEEN: usize = 200;
/// So many requests are made.
pub(super) const MOST_ASKED: usize = 2;

/// The letter about the main finding, and the next of its side.
pub fn write(facts: &Facts, findings: &[Finding]) -> Option<Handover> {
    let serious = || findings.iter().filter(|finding| finding.conclusion.severity > Severity::Info);
    let main = serious().next()?;
    let to = main.conclusion.side;
    let further = || serious().skip(1).filter(|finding| to != Side::Unknown && finding.conclusion.side == to);
    let requests: Vec<String> = asked(facts, main, to).into_iter().take(MOST_ASKED).collect();
    // One cause often hides behind another on the same side: who mends the first alone is asked again.
    let second = further().find_map(|finding| {
        let request = asked(facts, finding, to).into_iter().next()?;
        (!requests.contains(&request)).then_some((finding, request))
    });
    let mut text = Letter::default();
    let mut end = Vec::new();
    text.paragraph(introduction(facts).iter().map(String::as_str));
    text.paragraph([main.conclusion.summary.as_str()]);
    if let Some((second, _)) = &second {
        text.paragraph([format!("Besides: {}", second.conclusion.summary).as_str()]);
    }
    let most = if to == Side::Unknown || second.is_some() { MOST_SEEN_OF_TWO } else { MOST_SEEN };
    let cites: Vec<&Cite> = main.conclusion.cites.iter().take(most).collect();
    let new = |cite: &&Cite| !cites.contains(cite);
    let of_second = second.iter().filter_map(|(second, _)| second.conclusion.cites.iter().find(new));
    let cites = cites.iter().copied().chain(of_second);
    text.list("What was seen:", cites.map(|cite| seen(facts, cite)));
    match to {
        Side::Unknown => {
            let first = |side: Side| main.conclusion.fixes.iter().find(move |fix| fix.side == side);
            let each = two_sides(main).into_iter().filter_map(first);
            let asked = |fix: &Fix| format!("{}: {}", fix.side.place(), request(fix).replace(place::WHICH_SIDE, ""));
            text.list("What would mend it:", each.map(asked));
            end.push(decides(main.rule.id));
        }
        Side::Client | Side::Server | Side::Network => {
            text.list(
                "What would mend it:",
                requests.into_iter().chain(second.iter().map(|(_, request)| request.clone())),
            );
        }
    }
    if further().count() > usize::from(second.is_some()) {
        end.push("The report of the check has more that concerns you; we send it on request.");
    }
    end.push("Thank you.");
    text.paragraph(end);
    let target = &facts.evidence().target;
    let title = super::title_in(facts, main.rule);
    Some(Handover {
        to,
        addressee: addressee(facts, main, to).to_owned(),
        subject: match target.host.as_str() {
            UNKNOWN_HOST => format!("FTP, port {}: {title}", target.port),
            host => format!("FTP to {host}, port {}: {title}", target.port),
        },
        text: text.finish(),
    })
}

/// Paragraphs, each of whole sentences. What a server wrote may break no line here.
#[derive(Default)]
pub(super) struct Letter(String);

impl Letter {
    pub(super) fn finish(self) -> String {
        self.0
    }

    pub(super) fn paragraph<'t>(&mut self, sentences: impl IntoIterator<Item = &'t str>) {
        if !self.0.is_empty() {
            self.0.push_str("\n\n");
        }
        let sentences: Vec<String> = sentences.into_iter().map(on_one_line).collect();
        self.0.push_str(&sentences.join(" "));
    }

    pub(super) fn list(&mut self, lead: &str, items: impl Iterator<Item = String>) {
        let items: Vec<String> = items.map(|item| format!("\n- {}", on_one_line(&item))).collect();
        if !items.is_empty() {
            self.paragraph([lead]);
            self.0.push_str(&items.concat());
        }
    }
}

fn on_one_line(text: &str) -> String {
    text.replace(['\r', '\n'], " ")
}

/// Who checked what from where and when, and how far it came.
fn introduction(facts: &Facts) -> Vec<String> {
    let evidence = facts.evidence();
    let server = server(facts);
    let begin = match (evidence.source, from(facts), at(facts)) {
        (Source::Log, Some(from), _) => {
            format!("Hello, we read an FTP client's log of a session with {server}, {from}.")
        }
        (Source::Log, None, _) => format!("Hello, we read an FTP client's log of a session with {server}."),
        (Source::Probe, Some(from), Some(at)) => format!("Hello, we checked FTP to {server}, {from} {at}."),
        (Source::Probe, Some(from), None) => format!("Hello, we checked FTP to {server}, {from}."),
        (Source::Probe, None, Some(at)) => format!("Hello, we checked FTP to {server} {at}."),
        (Source::Probe, None, None) => format!("Hello, we checked FTP to {server}."),
    };
    let mut sentences = vec![begin];
    if facts.control_works() {
        sentences.push("The login works.".to_owned());
        sentences.extend(Mode::BOTH.map(|mode| state(facts, mode).to_owned()));
    } else {
        sentences.push("It did not come to a data connection.".to_owned());
    }
    if evidence.source == Source::Probe {
        sentences.push("\u{201c}This computer\u{201d} and \u{201c}this side\u{201d} are the FTP client's.".to_owned());
    }
    if evidence.redacted {
        sentences.push("Addresses and names are placeholders here.".to_owned());
    }
    sentences
}

/// The server and its port, with its address where a name was given.
pub(super) fn server(facts: &Facts) -> String {
    let target = &facts.evidence().target;
    let product = facts.product().and_then(servers::with_id);
    if target.host == UNKNOWN_HOST {
        return match product {
            Some(product) => format!("a server that the log does not name ({}), port {}", product.name, target.port),
            None => format!("a server that the log does not name, port {}", target.port),
        };
    }
    match (facts.peer(), product) {
        (Some(peer), Some(product)) if peer.to_string() != target.host => {
            format!("{} ({peer}, {}), port {}", target.host, product.name, target.port)
        }
        (Some(peer), None) if peer.to_string() != target.host => {
            format!("{} ({peer}), port {}", target.host, target.port)
        }
        (_, Some(product)) => format!("{} ({}), port {}", target.host, product.name, target.port),
        (_, None) => format!("{}, port {}", target.host, target.port),
    }
}

/// "from 192.0.2.5", with the address that the server sees where it is another.
pub(super) fn from(facts: &Facts) -> Option<String> {
    let local = facts.local()?;
    let seen = facts.seen_by_server().seen().map(|(address, _)| address).filter(|seen| *seen != local);
    Some(match seen {
        Some(seen) => format!("from {local} (the server sees {seen})"),
        None => format!("from {local}"),
    })
}

/// "on 2026-11-24 at 03:26:13 UTC".
pub(super) fn at(facts: &Facts) -> Option<String> {
    let time = facts.evidence().instant(0.0)?;
    let (date, time) = time.split_once('T')?;
    Some(format!("on {date} at {} UTC", time.get(..8).unwrap_or(time)))
}

fn state(facts: &Facts, mode: Mode) -> &'static str {
    let begun = facts.tried_in(mode).next().is_some();
    let to_its_end = facts.tried_in(mode).any(|tried| tried.failure() != Some(Failure::NotTried));
    match (mode, facts.works(mode), to_its_end, begun) {
        (Mode::Passive, true, ..) => "Passive mode moves data.",
        (Mode::Passive, false, true, _) if breaks_off(facts, mode) => "Passive mode brings no transfer to its end.",
        (Mode::Passive, false, true, _) => "Passive mode moves no data.",
        (Mode::Passive, false, false, true) => "Passive mode was not tried to its end.",
        (Mode::Passive, false, false, false) => "Passive mode was not tried.",
        (Mode::Active, true, ..) => "Active mode moves data.",
        (Mode::Active, false, true, _) if breaks_off(facts, mode) => "Active mode brings no transfer to its end.",
        (Mode::Active, false, true, _) => "Active mode moves no data.",
        (Mode::Active, false, false, true) => "Active mode was not tried to its end.",
        (Mode::Active, false, false, false) => "Active mode was not tried.",
    }
}

/// A thing seen, with the time that a firewall's log has it under, where one is known.
pub(super) fn seen(facts: &Facts, cite: &Cite) -> String {
    let text: String = cite.text.chars().take(LONGEST_SEEN).collect();
    let text = if text.len() < cite.text.len() { format!("{text}\u{2026}") } else { text };
    let begun = cite.place.and_then(|place| event(facts, place)).map(|event| match event.what {
        What::Silent { ms, .. } => (event.at_ms - ms).max(0.0),
        _ => event.at_ms,
    });
    match begun.and_then(|at_ms| facts.evidence().instant(at_ms)) {
        // Tenths of a second: clocks seldom agree better.
        Some(time) => format!("{} UTC: {text}", time.get(11..21).unwrap_or(&time)),
        None => text,
    }
}

fn event<'f>(facts: &Facts<'f>, place: Place) -> Option<&'f Event> {
    let evidence = facts.evidence();
    match place {
        Place::Dial(number, at) => evidence.dials.get(number)?.events.get(at),
        Place::Control(number, at) => evidence.controls.get(number)?.events.get(at),
        Place::Attempt(number, at) => evidence.attempts.get(number)?.events.get(at),
    }
}

/// Who gets the letter need not have this tool.
fn request(fix: &Fix) -> String {
    afar::for_others(&fix.sentence())
}

/// What that side is asked to do. Somebody in between is told of no settings, and asked to let it pass.
pub(super) fn asked(facts: &Facts, finding: &Finding, side: Side) -> Vec<String> {
    let Conclusion { fixes, .. } = &finding.conclusion;
    let run_by = || "Tell us who runs that router, if you do not.".to_owned();
    let at = |hops: Option<String>| hops.map_or_else(|| "there".to_owned(), |hops| format!("at {hops}"));
    match (side, finding.rule.id, facts.peer(), facts.local()) {
        (
            Side::Network,
            "passive-port-dropped" | "passive-port-refused" | "passive-port-unreachable",
            Some(peer),
            _,
        ) => {
            let failed = facts.failed(match finding.rule.id {
                "passive-port-dropped" => Failure::DialDropped,
                "passive-port-refused" => Failure::DialRefused,
                _ => Failure::DialUnreachable,
            });
            let at = at(place::hops_in_words(facts, &failed));
            let pass = format!(
                "Let TCP connections to {peer} pass {at}, to its passive ports (1024 to 65535 where not known). Hops are \
                 counted from the FTP client."
            );
            return vec![pass, run_by()];
        }
        (Side::Network, "active-callback-dropped" | "active-callback-refused", Some(peer), Some(local)) => {
            let client = facts.outer_address().seen().map_or(local, |(outer, _)| outer);
            let at = at(callbacks::hops_in_words(facts));
            let pass = format!(
                "Let TCP connections from {peer} to {client} pass {at}, from port 20 or any. Hops are counted from the FTP \
                 client."
            );
            return vec![pass, run_by()];
        }
        _ => {}
    }
    fixes.iter().filter(|fix| fix.side == side).map(request).collect()
}

/// What tells two sides apart that look alike from here.
fn decides(id: &str) -> &'static str {
    match id {
        "not-ftp" | "name-resolution-failed" => {
            "It depends on whether the name and the port are the right ones: please compare them with those that the \
             server is meant to be reached at."
        }
        _ => {
            "The same check from another network decides: what fails there as well is to be mended on the server's \
             side, and what works there on the client's side or on the way."
        }
    }
}

/// What somebody who set up the client can mend, and the client's firewall has no part in.
const IN_THE_CLIENT: &[&str] = &[
    "login-rejected",
    "tls-required",
    "tls-failed",
    "no-greeting",
    "data-protection-required",
    "data-session-reuse-required",
    "pret-required",
    "not-ftp",
    "name-resolution-failed",
];

/// What a client mends by leaving active mode, where passive mode works.
const OF_ACTIVE_MODE: &[&str] = &[
    "active-address-rejected",
    "active-callback-dropped",
    "active-callback-refused",
    "local-firewall-drops-callback",
    "tls-blinds-ftp-helper",
];

/// Who is addressed, where the fault is on `side`.
pub(super) fn addressee(facts: &Facts, main: &Finding, side: Side) -> &'static str {
    let id = main.rule.id;
    let leaves_active = OF_ACTIVE_MODE.contains(&id) && facts.works(Mode::Passive);
    match side {
        Side::Client if IN_THE_CLIENT.contains(&id) || leaves_active => "whoever set up the FTP client",
        Side::Client => "the admin of the client's firewall",
        Side::Server => "the server's admin",
        Side::Network => "the operator of the network in between",
        Side::Unknown => match (two_sides(main), IN_THE_CLIENT.contains(&id)) {
            ([Side::Server, Side::Client], true) => "the server's admin and whoever set up the FTP client",
            ([Side::Server, Side::Client], false) => "the server's admin and the admin of the client's firewall",
            ([Side::Server, _], _) => "the server's admin and the operator of the network in between",
            _ => "the admin of the client's firewall and the operator of the network in between",
        },
    }
}

/// The two who have to look where one of them is to blame: those whose settings would mend it.
fn two_sides(main: &Finding) -> [Side; 2] {
    let has = |side| main.conclusion.fixes.iter().any(|fix| fix.side == side);
    match (has(Side::Server), has(Side::Client)) {
        (true, true) => [Side::Server, Side::Client],
        (true, false) => [Side::Server, Side::Network],
        (false, _) => [Side::Client, Side::Network],
    }
}
