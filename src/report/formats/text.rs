//! The report on a terminal: the answer first, then the picture, then the proof, then what to do.

use super::Format;
use crate::diagnosis::rule::{Fix, Severity};
use crate::diagnosis::verdict::Recommendation;
use crate::evidence::CutShort;
use crate::evidence::attempt::Mode;
use crate::evidence::facts::Cause;
use crate::evidence::import::program_name;
use crate::evidence::security::Security;
use crate::report::model::ControlStage;
use crate::report::{Report, Style};
use page::{Ink, Page, span};

mod attempts;
mod course;
mod dialogue;
mod drawing;
mod findings;
mod forecast;
mod page;
mod signs;
mod words;

pub static FORMAT: Format = Format { id: "text", help: "a report to read, for a terminal", render };

/// The longest text of ours that may hold a server's words, in columns.
const LONGEST: usize = 600;

/// Fewer passive ports say nothing of a range.
const ENOUGH_PORTS: usize = 3;

fn render(report: &Report, style: &Style) -> String {
    let mut page = Page::new(*style);
    header(&mut page, report);
    verdict(&mut page, report);
    drawing::draw(&mut page, report);
    attempts::table(&mut page, report);
    passive_ports(&mut page, report);
    findings::list(&mut page, report);
    forecast::list(&mut page, report);
    next_step(&mut page, report);
    if style.verbose > 0 {
        dialogue::transcript(&mut page, report);
    }
    page.finish()
}

/// What the server's passive range is about, where enough of it was seen to say so.
fn passive_ports(page: &mut Page, report: &Report) {
    let ports = &report.passive_ports;
    let (Some(low), Some(high)) = (ports.lowest, ports.highest) else { return };
    if ports.seen.len() < ENOUGH_PORTS {
        return;
    }
    let text = format!("Passive ports: {} seen, from {low} to {high}.", ports.seen.len());
    page.paragraph(&[span("  ", Ink::Plain)], &text, Ink::Plain, LONGEST);
    page.blank();
}

/// What was checked, on one line.
fn header(page: &mut Page, report: &Report) {
    let target = &report.target;
    let host = if target.host.contains(':') { format!("[{}]", target.host) } else { target.host.clone() };
    let mut parts = vec![format!("{host}:{}", target.port)];
    parts.extend(server_address(report).filter(|address| *address != target.host));
    parts.extend(encryption(report));
    parts.extend(report.control.server.as_deref().map(|id| words::product(id).to_owned()));
    let took = words::duration(report.duration_ms);
    parts.push(match report.source {
        crate::evidence::Source::Probe => format!("checked in {took}"),
        crate::evidence::Source::Log => read_from(report),
    });
    let between = format!(" {} ", page.signs().dot);
    page.line([span("ftpmode  ", Ink::Strong), span(parts.join(&between), Ink::Plain)]);
    page.blank();
}

/// Which log it was read from.
fn read_from(report: &Report) -> String {
    let Some(log) = &report.evidence.log else { return "read from a log".to_owned() };
    let program = log.program.as_deref().and_then(program_name).unwrap_or("");
    let version = log.version.as_deref().unwrap_or("");
    let words = ["read from a log", if program.is_empty() { "" } else { "of" }, program, version];
    words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// How the control connection is encrypted, if it is.
fn encryption(report: &Report) -> Option<String> {
    let how = match report.target.security {
        Security::Plain => return None,
        Security::ExplicitTls => "explicit TLS",
        Security::ImplicitTls => "implicit TLS",
    };
    let version = report.control.tls_version.as_deref().and_then(|version| version.strip_prefix("TLSv"));
    Some(version.map_or_else(|| how.to_owned(), |version| format!("{how} {version}")))
}

/// The address that answered, or the first that was dialled in vain.
fn server_address(report: &Report) -> Option<String> {
    let dialled = || report.evidence.dials.first().map(|dial| dial.address.ip().to_canonical().to_string());
    report.control.peer_address.clone().or_else(dialled)
}

/// The answer, its sentence, and how sure it is.
fn verdict(page: &mut Page, report: &Report) {
    let signs = page.signs();
    let (mark, ink) = match report.verdict.recommendation {
        Recommendation::Passive | Recommendation::Active | Recommendation::Either => (signs.good, Ink::Good),
        Recommendation::None => (signs.bad, Ink::Bad),
        Recommendation::Unknown => (signs.open, Ink::Warn),
    };
    let bar = || span(format!("  {} ", signs.bar), ink);
    page.line([bar(), span(format!("{mark} {}", answer(report)), ink.loud())]);
    page.paragraph(&[bar()], &report.verdict.summary, Ink::Strong, LONGEST);
    page.paragraph(&[bar()], words::confidence(report.verdict.confidence), Ink::Plain, LONGEST);
    if let Some(why) = report.evidence.cut_short {
        let text = match why {
            CutShort::Interrupted => "The check was interrupted: this is the report so far.",
            CutShort::Deadline => "The check ran into its deadline: this is the report so far.",
        };
        page.paragraph(&[bar()], text, Ink::Warn, LONGEST);
    }
    page.blank();
}

fn answer(report: &Report) -> &'static str {
    match (report.verdict.recommendation, report.control.stage) {
        (Recommendation::Passive, _) => "USE PASSIVE MODE",
        (Recommendation::Active, _) => "USE ACTIVE MODE",
        (Recommendation::Either, _) => "BOTH MODES WORK: USE PASSIVE MODE",
        (Recommendation::None, _) => match (was_tried(report, Mode::Passive), was_tried(report, Mode::Active)) {
            (true, false) => "PASSIVE MODE FAILS; ACTIVE MODE WAS NOT TRIED",
            (false, true) => "ACTIVE MODE FAILS; PASSIVE MODE WAS NOT TRIED",
            _ => "NO MODE MOVES DATA",
        },
        (Recommendation::Unknown, ControlStage::Resolve) => "NOT TESTED: THE NAME LEADS NOWHERE",
        (Recommendation::Unknown, ControlStage::Connect) => "NOT TESTED: NO CONNECTION TO THE SERVER",
        (Recommendation::Unknown, ControlStage::Greet | ControlStage::Login)
            if report.control.cause == Some(Cause::Tls) =>
        {
            "NOT TESTED: NO ENCRYPTION COMES ABOUT"
        }
        (Recommendation::Unknown, ControlStage::Greet | ControlStage::Login) if log_ends(report) => {
            "NOT TESTED: THE LOG ENDS TOO EARLY"
        }
        (Recommendation::Unknown, ControlStage::Greet) => "NOT TESTED: NO FTP GREETING",
        (Recommendation::Unknown, ControlStage::Login) if untrusted(report) => "NOT TESTED: THE SERVER IS NOT TRUSTED",
        (Recommendation::Unknown, ControlStage::Login) => "NOT TESTED: THE LOGIN FAILED",
        (Recommendation::Unknown, ControlStage::Complete) => "NOT TESTED: NO DATA CONNECTION WAS TRIED",
    }
}

/// Whether nothing failed that the log tells of: it only ends before the login is over.
pub(super) fn log_ends(report: &Report) -> bool {
    report.evidence.log.is_some() && report.control.cause.is_none() && report.findings.is_empty()
}

/// Whether the password was kept back because nobody vouches for the server.
fn untrusted(report: &Report) -> bool {
    let distrusted = report.control.certificate.as_ref().is_some_and(|certificate| certificate.distrust.is_some());
    distrusted && report.control.cause == Some(Cause::NotTried)
}

fn was_tried(report: &Report, mode: Mode) -> bool {
    report.judged().any(|attempt| attempt.mode == mode && attempt.cause != Some(Cause::NotTried))
}

/// The one thing to do now, and for each side the first thing that would make it better. How to mend it in detail
/// stands with the findings.
fn next_step(page: &mut Page, report: &Report) {
    let stands = report.findings.iter().any(|finding| finding.severity > Severity::Info);
    let now = match report.verdict.recommendation {
        Recommendation::Passive => Some("Set the FTP client to passive mode."),
        Recommendation::Active => Some("Set the FTP client to active mode."),
        Recommendation::Either if stands => Some("Leave the FTP client in passive mode."),
        Recommendation::Either => Some("Leave the FTP client in passive mode. Nothing needs mending."),
        Recommendation::None | Recommendation::Unknown => None,
    };
    let better = match report.verdict.recommendation {
        Recommendation::Passive | Recommendation::Active | Recommendation::Either => "What else would help:",
        Recommendation::None => "To let data through:",
        Recommendation::Unknown => "To get further:",
    };
    let indent = [span("  ", Ink::Plain)];
    page.title("Next step");
    if let Some(now) = now {
        page.paragraph(&indent, now, Ink::Strong, LONGEST);
    }
    let fixes: Vec<&Fix> = report.verdict.fixes.iter().filter(|fix| now.is_none() || !names_a_mode(fix)).collect();
    if fixes.is_empty() {
        if now.is_none() {
            let text = if report.evidence.log.is_some() {
                "Set the client to its most talkative level, let it list a folder, and read that log with ftpmode triage."
            } else {
                "Ask whoever runs the server to confirm the address, the port and the login; then check again."
            };
            page.paragraph(&indent, text, Ink::Plain, LONGEST);
        }
    } else {
        page.paragraph(&indent, better, Ink::Plain, LONGEST);
    }
    let first_of_its_side = |fix: &&&Fix| fixes.iter().find(|other| other.side == fix.side) == Some(*fix);
    for fix in fixes.iter().filter(first_of_its_side) {
        let lead = [span(format!("  {} ", page.signs().bullet), Ink::Plain)];
        let text = format!("{}: {}.", words::place(fix.side), fix.action.trim_end_matches('.'));
        page.paragraph(&lead, &text, Ink::Plain, LONGEST);
    }
    if let Some(finding) = report.findings.first() {
        page.paragraph(&indent, &format!("More: ftpmode explain {}", finding.id), Ink::Dim, LONGEST);
    }
}

/// A fix that says again which mode to use.
fn names_a_mode(fix: &Fix) -> bool {
    Mode::BOTH
        .iter()
        .any(|mode| fix.action.trim_end_matches('.').eq_ignore_ascii_case(&format!("use {} mode", mode.name())))
}
