//! The answer and the next step in the words that every format to read uses: said once, so that a ticket, a page and a
//! terminal say the same.

use super::course::Tone;
use super::model::{ControlStage, DataConnection, Finding, Open};
use super::{Report, words};
use crate::diagnosis::handover::Handover;
use crate::diagnosis::rule::{Fix, Severity};
use crate::diagnosis::verdict::Recommendation;
use crate::evidence::attempt::Mode;
use crate::evidence::facts::{Cause, Stage};
use crate::evidence::import::{UNKNOWN_HOST, program_name};
use crate::evidence::security::Security;
use crate::evidence::{CutShort, Source};

/// Fewer passive ports say nothing of a range.
const ENOUGH_PORTS: usize = 3;

/// What was checked: host and port, the address, the encryption, the product, how long it took.
pub fn subject(report: &Report) -> Vec<String> {
    let target = &report.target;
    let mut parts = vec![endpoint(report)];
    parts.extend(server_address(report).filter(|address| *address != target.host));
    parts.extend(encryption(report));
    parts.extend(report.control.server.as_deref().map(|id| words::product(id).to_owned()));
    let took = words::duration(report.duration_ms);
    parts.push(match report.source {
        Source::Probe => format!("checked in {took}"),
        Source::Log => read_from(report),
    });
    parts
}

/// The client's end in a drawing: who reads a log sits elsewhere.
pub fn client(report: &Report) -> &'static str {
    match report.source {
        Source::Probe => "this computer",
        Source::Log => "the client",
    }
}

/// Which log it was read from.
fn read_from(report: &Report) -> String {
    let Some(log) = &report.evidence.log else { return "read from a log".to_owned() };
    let program = log.program.as_deref().and_then(program_name).unwrap_or("");
    let version = log.version.as_deref().unwrap_or("");
    let words = ["read from a log", if program.is_empty() { "" } else { "of" }, program, version];
    words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Host and port as a target is typed.
pub fn endpoint(report: &Report) -> String {
    let target = &report.target;
    if target.host == UNKNOWN_HOST && report.source == Source::Log {
        return "a server that the log does not name".to_owned();
    }
    let host = if target.host.contains(':') { format!("[{}]", target.host) } else { target.host.clone() };
    format!("{host}:{}", target.port)
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
pub fn server_address(report: &Report) -> Option<String> {
    let first = || report.evidence.dials.first().map(|dial| dial.address.ip().to_canonical());
    // A log may leave it out.
    let dialled = || first().filter(|address| !address.is_unspecified()).map(|address| address.to_string());
    report.control.peer_address.clone().or_else(dialled)
}

/// The answer in a few words.
pub fn headline(report: &Report) -> &'static str {
    match (report.verdict.recommendation, report.control.stage) {
        (Recommendation::Passive, _) if stalls(report) => "USE PASSIVE MODE; A TRANSFER STALLED",
        (Recommendation::Active, _) if stalls(report) => "USE ACTIVE MODE; A TRANSFER STALLED",
        (Recommendation::Either, _) if stalls(report) && !is_makeshift(report) => {
            "BOTH MODES WORK: USE PASSIVE MODE; A TRANSFER STALLED"
        }
        (Recommendation::Passive, _) => "USE PASSIVE MODE",
        (Recommendation::Active, _) => "USE ACTIVE MODE",
        (Recommendation::Either, _) if is_makeshift(report) => "BOTH MODES WORK: USE ACTIVE MODE FOR NOW",
        (Recommendation::Either, _) => "BOTH MODES WORK: USE PASSIVE MODE",
        (Recommendation::None, _) if is_refused_throughout(report) => {
            "NO DATA MOVED: THE SERVER REFUSES THE TRANSFER ITSELF"
        }
        (Recommendation::None, _) => match (was_tried(report, Mode::Passive), was_tried(report, Mode::Active)) {
            (true, false) => "PASSIVE MODE FAILS; ACTIVE MODE WAS NOT TRIED",
            (false, true) => "ACTIVE MODE FAILS; PASSIVE MODE WAS NOT TRIED",
            _ => match (was_told_of(report, Mode::Passive), was_told_of(report, Mode::Active)) {
                (true, false) => "PASSIVE MODE FAILS; ACTIVE MODE IS NOT KNOWN",
                (false, true) => "ACTIVE MODE FAILS; PASSIVE MODE IS NOT KNOWN",
                _ if breaks_off(report) => "NO MODE BRINGS A TRANSFER TO ITS END",
                _ => "NO MODE MOVES DATA",
            },
        },
        (Recommendation::Unknown, ControlStage::Resolve) => "NOT TESTED: THE NAME LEADS NOWHERE",
        (Recommendation::Unknown, ControlStage::Connect) => "NOT TESTED: NO CONNECTION TO THE SERVER",
        // A mail server greets as FTP does, and refuses the login.
        (Recommendation::Unknown, ControlStage::Greet | ControlStage::Login) if is_no_ftp(report) => {
            "NOT TESTED: WHAT ANSWERS IS NO FTP SERVER"
        }
        (Recommendation::Unknown, ControlStage::Greet | ControlStage::Login)
            if report.control.cause == Some(Cause::Tls) =>
        {
            "NOT TESTED: NO ENCRYPTION COMES ABOUT"
        }
        (Recommendation::Unknown, ControlStage::Greet | ControlStage::Login) if log_ends(report) => {
            "NOT TESTED: THE LOG ENDS TOO EARLY"
        }
        (Recommendation::Unknown, ControlStage::Greet | ControlStage::Login) if untrusted(report) => {
            "NOT TESTED: THE SERVER IS NOT TRUSTED"
        }
        (Recommendation::Unknown, ControlStage::Greet) => "NOT TESTED: NO FTP GREETING",
        (Recommendation::Unknown, ControlStage::Login) => "NOT TESTED: THE LOGIN FAILED",
        (Recommendation::Unknown, ControlStage::Complete) if between_servers(report) => {
            "NOT TESTED: A TRANSFER BETWEEN TWO SERVERS"
        }
        (Recommendation::Unknown, ControlStage::Complete) if came_through(report) => {
            "IT WORKS; THE LOG DOES NOT TELL THE MODE"
        }
        (Recommendation::Unknown, ControlStage::Complete) if report.evidence.log_cuts_off() => {
            "NOT TESTED: THE LOG ENDS TOO EARLY"
        }
        (Recommendation::Unknown, ControlStage::Complete) if !report.evidence.not_tried.is_empty() => {
            match (was_tried(report, Mode::Passive), was_tried(report, Mode::Active)) {
                (true, false) => "PASSIVE MODE FAILS; ACTIVE MODE COULD NOT BE TRIED",
                (false, true) => "ACTIVE MODE FAILS; PASSIVE MODE COULD NOT BE TRIED",
                _ => "NOT TESTED: NO DATA CONNECTION COULD BE TRIED",
            }
        }
        (Recommendation::Unknown, ControlStage::Complete) if report.judged().any(|attempt| attempt.cut_short) => {
            "NOT TESTED: THE CHECK ENDED TOO EARLY"
        }
        (Recommendation::Unknown, ControlStage::Complete) => "NOT TESTED: NO DATA CONNECTION WAS TRIED",
    }
}

/// Whether data came, over a connection that broke off.
fn breaks_off(report: &Report) -> bool {
    report.judged().any(|attempt| attempt.cause == Some(Cause::Closed) && attempt.bytes > 0)
}

fn stalls(report: &Report) -> bool {
    report.findings.iter().any(|finding| finding.id == "transfer-stalled")
}

/// Whether the server refused each listing or file, which says nothing of the modes.
fn is_refused_throughout(report: &Report) -> bool {
    let alone = report.findings.iter().all(|finding| finding.severity == Severity::Info);
    alone && Mode::BOTH.into_iter().all(|mode| !was_told_of(report, mode))
}

/// Whether a data connection says anything of the mode: one whose listing or file was refused does not.
fn was_told_of(report: &Report, mode: Mode) -> bool {
    let refused = report.findings.iter().any(|finding| finding.id == "listing-refused");
    let of_the_listing = |attempt: &DataConnection| {
        let code = attempt.replies.last().map_or(0, |reply| reply.code);
        let speaks_of_it = matches!(code, 450..=452 | 500..=504 | 532 | 550..=553);
        refused && speaks_of_it && attempt.cause == Some(Cause::Rejected) && attempt.stage > Stage::Negotiate
    };
    let mut told = report.judged().filter(|attempt| attempt.mode == mode && attempt.cause != Some(Cause::NotTried));
    told.any(|attempt| !of_the_listing(attempt))
}

/// Whether active mode is to be used only until passive mode works each time.
fn is_makeshift(report: &Report) -> bool {
    report.verdict.recommendation == Recommendation::Either && report.verdict.use_now == Some(Mode::Active)
}

/// Whether nothing failed that the log tells of: it only ends before the login is over.
pub fn log_ends(report: &Report) -> bool {
    report.evidence.log.is_some() && report.control.cause.is_none() && report.findings.is_empty()
}

/// Whether the log says that data came, and does not show how.
fn came_through(report: &Report) -> bool {
    report.evidence.log.as_ref().is_some_and(|log| log.got.is_some())
}

/// Whether the log is of a transfer that goes past the client.
fn between_servers(report: &Report) -> bool {
    report.evidence.log.as_ref().is_some_and(|log| log.between_servers.is_some())
}

fn is_no_ftp(report: &Report) -> bool {
    report.findings.iter().any(|finding| finding.id == "not-ftp")
}

/// Whether nothing was tried because nobody vouches for the server.
fn untrusted(report: &Report) -> bool {
    let stops = |finding: &Finding| finding.id == "certificate-untrusted" && finding.severity == Severity::Error;
    report.findings.iter().any(stops)
}

fn was_tried(report: &Report, mode: Mode) -> bool {
    report.judged().any(|attempt| attempt.mode == mode && attempt.cause != Some(Cause::NotTried))
}

/// The passive ports that the server named, where there are enough to say something of its range.
pub fn passive_range(report: &Report) -> Option<String> {
    let ports = &report.passive_ports;
    let (low, high) = (ports.lowest?, ports.highest?);
    let seen = ports.seen.len();
    (seen >= ENOUGH_PORTS).then(|| format!("Passive ports: {seen} seen, from {low} to {high}."))
}

/// The letter to whoever must act: of two checks, what they prove together.
pub fn letter(report: &Report) -> Option<&Handover> {
    match &report.comparison {
        Some(comparison) => comparison.handover.as_ref(),
        None => report.verdict.handover.as_ref(),
    }
}

/// Whether the answer is good news.
pub fn tone(report: &Report) -> Tone {
    match report.verdict.recommendation {
        Recommendation::Passive | Recommendation::Active | Recommendation::Either => Tone::Good,
        Recommendation::None => Tone::Bad,
        Recommendation::Unknown => Tone::Warn,
    }
}

/// What a reader must know of the report itself.
pub fn remarks(report: &Report) -> Vec<&'static str> {
    let cut_short = report.evidence.cut_short.map(|why| match why {
        CutShort::Interrupted => "The check was interrupted: this is the report so far.",
        CutShort::Deadline => "The check ran into its deadline: this is the report so far.",
    });
    let redacted = "Placeholders stand here for addresses, host names, user names and paths.";
    cut_short.into_iter().chain(report.evidence.redacted.then_some(redacted)).collect()
}

/// The one thing to do now, and for each side the first thing that would make it better. How to mend it in detail
/// stands with the findings.
pub struct NextStep<'r> {
    pub now: Option<String>,
    /// What leads the fixes; where there are none, what to do instead.
    pub lead: Option<&'static str>,
    pub fixes: Vec<&'r Fix>,
    /// How to check again.
    pub again: Option<&'r str>,
}

pub fn next_step(report: &Report) -> NextStep<'_> {
    let stands = report.findings.iter().any(|finding| finding.severity > Severity::Info);
    let fails = report.forecast.iter().any(|forecast| forecast.works == Some(false));
    let shortfalls = shortfalls(report);
    let mode = match report.verdict.recommendation {
        Recommendation::Passive => Some("Set the FTP client to passive mode."),
        Recommendation::Active => Some("Set the FTP client to active mode."),
        Recommendation::Either if is_makeshift(report) => {
            Some("Set the FTP client to active mode until passive mode works each time.")
        }
        Recommendation::Either if stands || !shortfalls.is_empty() => Some("Leave the FTP client in passive mode."),
        Recommendation::Either if fails => Some(
            "Leave the FTP client in passive mode. Nothing needs mending, unless it is among the clients that fail.",
        ),
        Recommendation::Either => Some("Leave the FTP client in passive mode. Nothing needs mending."),
        Recommendation::None | Recommendation::Unknown => None,
    };
    let now = mode.map(|mode| std::iter::once(mode.to_owned()).chain(shortfalls).collect::<Vec<_>>().join(" "));
    let better = match report.verdict.recommendation {
        Recommendation::Passive | Recommendation::Active | Recommendation::Either => "What else would help:",
        Recommendation::None if is_refused_throughout(report) => "To see whether data flows:",
        Recommendation::None => "To let data through:",
        Recommendation::Unknown => "To get further:",
    };
    let all: Vec<&Fix> = report.verdict.fixes.iter().filter(|fix| now.is_none() || !names_a_mode(fix)).collect();
    let lead = match (all.is_empty(), &now) {
        (false, _) => Some(better),
        (true, Some(_)) => None,
        (true, None) if between_servers(report) => Some(
            "Most servers refuse to exchange data with anybody but their client. Fetch the file with the client and upload it from \
             there, or let both servers' admins allow it (vsftpd: port_promiscuous and pasv_promiscuous; ProFTPD: \
             AllowForeignAddress).",
        ),
        (true, None) if came_through(report) => Some(
            "Nothing needs mending. To learn the mode, set the client to its most talkative level and let it list again.",
        ),
        (true, None) if report.evidence.log_cuts_off() => Some(
            "Try once more, wait until the client gives up by itself (a minute or two), and read all of that log with ftpmode \
             triage.",
        ),
        (true, None) if report.evidence.log.is_some() => Some(
            "Set the client to its most talkative level, let it list a folder, and read that log with ftpmode triage.",
        ),
        (true, None) if report.evidence.cut_short == Some(CutShort::Deadline) && report.judged().next().is_some() => {
            Some("The check ran out of time before a transfer was over: check again with a longer --deadline.")
        }
        (true, None) => {
            Some("Ask whoever runs the server to confirm the address, the port and the login; then check again.")
        }
    };
    let first_of_its_side = |fix: &&Fix| all.iter().find(|other| other.side == fix.side) == Some(fix);
    let fixes = all.iter().copied().filter(first_of_its_side).collect();
    NextStep { now, lead, fixes, again: report.verdict.again.as_deref() }
}

/// What was asked for besides a mode and not seen to go well, a sentence each: an answer that leaves it out would read as if
/// it were fine.
pub fn shortfalls(report: &Report) -> Vec<String> {
    let upload = |wanted: fn(&DataConnection) -> bool| {
        report.judged().any(|attempt| attempt.load.is_upload() && wanted(attempt))
    };
    let refused = upload(|attempt| attempt.cause == Some(Cause::Rejected)) && !upload(|attempt| attempt.works);
    let open = OPEN.iter().filter(|(id, _)| is_open(report, id)).map(|(_, sentence)| *sentence);
    let refused = refused.then_some("The server refused the upload.");
    let mut all: Vec<String> = refused.into_iter().chain(open).map(str::to_owned).collect();
    if report.evidence.cut_short.is_some() && all.is_empty() {
        all.push("The check ended before it had looked at everything.".to_owned());
    }
    let left_behind = report.evidence.left_behind.as_ref();
    all.extend(left_behind.map(|name| {
        format!("Delete the file {name} on the server by hand, where it still is: it comes from this check.")
    }));
    all
}

/// What of that was not tested.
pub fn left_open(report: &Report) -> impl Iterator<Item = &Open> {
    report.not_tested.iter().filter(|open| OPEN.iter().any(|(id, _)| *id == open.id))
}

/// What the user asks for beside the modes, by the id that it has among what was not tested.
const OPEN: &[(&str, &str)] = &[
    ("upload", "Whether uploads arrive was not found out."),
    ("upload-incomplete", "Whether all of an upload arrives was not found out."),
    ("large-transfer", "Whether large transfers come through was not found out."),
    ("passive-ports", "Not all of the passive ports that were asked for were tried."),
    ("idle", "Whether a quiet control connection survives was not found out."),
    ("noop", "A quiet control connection survives, but the server left NOOP behind it unanswered."),
];

fn is_open(report: &Report, id: &str) -> bool {
    report.not_tested.iter().any(|open| open.id == id)
}

/// A fix that says again which mode to use.
fn names_a_mode(fix: &Fix) -> bool {
    Mode::BOTH
        .iter()
        .any(|mode| fix.action.trim_end_matches('.').eq_ignore_ascii_case(&format!("use {} mode", mode.name())))
}
