//! A monitoring plugin's output, as Nagios and Icinga read it (Monitoring Plugins Development Guidelines): the status and a
//! sentence, behind a bar what can be drawn as a curve, then lines for whoever opens the service. The exit statuses are the
//! plugins' own four.
//!
//! Invariant: the only bar is the one before the numbers, and nothing that a server wrote breaks a line.

use super::Format;
use crate::diagnosis::rule::Severity;
use crate::diagnosis::verdict::Recommendation;
use crate::evidence::Source;
use crate::report::{Report, Strictness, Style, answer, escape, exit_status, words, worst_status};

pub static FORMAT: Format = Format {
    id: "nagios",
    help: "for Nagios and Icinga; status 1 where a warning stands",
    stands_alone: false,
    render: |report, style| together(&[(report, exit_status(report, None, Strictness::Strict))], style),
    together: Some(together),
};

/// The output of a check that came to no report.
pub fn gave_up(why: &str, style: &Style) -> String {
    format!("FTPMODE {} - {}\n", word(3), plain(why, style))
}

/// All targets, with the exit status of each.
fn together(all: &[(&Report, u8)], style: &Style) -> String {
    let worst = worst_status(all.iter().map(|(_, status)| *status));
    let Some((report, _)) = all.iter().find(|(_, status)| *status == worst) else {
        return gave_up("no target was checked", style);
    };
    let several = all.len() > 1;
    let first = if several {
        format!("the worst of {} targets is {}: {}", all.len(), answer::endpoint(report), sentence(report, worst))
    } else {
        sentence(report, worst)
    };
    let numbers: Vec<String> = all.iter().flat_map(|(report, _)| numbers(report, several)).collect();
    let bar = if numbers.is_empty() { String::new() } else { format!(" | {}", numbers.join(" ")) };
    let mut text = format!("FTPMODE {} - {}{bar}\n", word(worst), plain(&first, style));
    for (report, status) in all {
        let heading =
            several.then(|| format!("{}: {} - {}", answer::endpoint(report), word(*status), sentence(report, *status)));
        for line in heading.into_iter().chain(details(report)) {
            text += &plain(&line, style);
            text.push('\n');
        }
    }
    text
}

/// The plugins' words for the exit statuses.
fn word(status: u8) -> &'static str {
    match status {
        0 => "OK",
        1 => "WARNING",
        2 => "CRITICAL",
        _ => "UNKNOWN",
    }
}

/// Why the status is what it is.
fn sentence(report: &Report, status: u8) -> String {
    let summary = &report.verdict.summary;
    let usable = !matches!(report.verdict.recommendation, Recommendation::None | Recommendation::Unknown);
    let mut sentences = match status {
        1 => vec![format!("{summary} Findings: {}.", serious(report).collect::<Vec<_>>().join(", "))],
        2 if usable => vec![format!("The mode that is required moves no data. {summary}")],
        3 if usable => vec![format!("The mode that is required was not tried. {summary}")],
        _ => vec![summary.clone()],
    };
    sentences.extend(answer::remarks(report).into_iter().map(str::to_owned));
    sentences.extend(answer::shortfalls(report).into_iter().filter(|_| usable));
    sentences.join(" ")
}

/// The ids of what stands.
fn serious(report: &Report) -> impl Iterator<Item = &str> {
    let stands = |severity| severity >= Severity::Warning;
    report.findings.iter().filter(move |finding| stands(finding.severity)).map(|finding| finding.id.as_str())
}

/// What a comparison proves, each finding behind its id, and what was asked for and not tested.
fn details(report: &Report) -> impl Iterator<Item = String> {
    let proofs = report.comparison.iter().flat_map(|comparison| &comparison.proofs).map(|proof| proof.summary.clone());
    proofs
        .chain(report.findings.iter().map(|finding| {
            let severity = match finding.severity {
                Severity::Info => "info",
                Severity::Warning => "warning",
                Severity::Error => "error",
            };
            format!("{} ({severity}): {}", finding.id, finding.summary)
        }))
        .chain(answer::left_open(report).map(|open| format!("not tested: {}: {}", words::cause(open), open.because)))
}

/// What was measured, in seconds; a log's times are another's. Of several targets each number bears its target's name.
fn numbers(report: &Report, named: bool) -> Vec<String> {
    if report.source != Source::Probe {
        return Vec::new();
    }
    let label = |what: &str| {
        if !named {
            return what.to_owned();
        }
        let name: String = answer::endpoint(report)
            .chars()
            .filter(|c| c.is_ascii_graphic() && !matches!(c, '\'' | '=' | '|'))
            .collect();
        format!("'{name} {what}'")
    };
    let number = |what, ms: f64| format!("{}={:.6}s;;;0", label(what), ms / 1000.0);
    let connect = report.control.connect_ms.map(|ms| number("connect", ms));
    std::iter::once(number("time", report.duration_ms)).chain(connect).collect()
}

/// Without line breaks, and without the bar that the numbers stand behind.
fn plain(text: &str, style: &Style) -> String {
    escape::visible(text, style).replace('|', "/")
}
