//! The report as Markdown, to be pasted into a ticket: headings, tables and fenced blocks alone, which GitHub, GitLab and
//! Jira all take. Everything that an admin needs stands in it, for a ticket is read where the tool is not.

use super::{Format, text};
use crate::diagnosis::comparison::Row;
use crate::report::answer::{self, NextStep};
use crate::report::model::{DataConnection, Finding, Forecast, Known, Open};
use crate::report::transcript;
use crate::report::{Report, Style, escape as terminal, words};
use escape::{code, fence};

mod escape;

pub static FORMAT: Format =
    Format { id: "markdown", help: "to paste into a ticket", stands_alone: false, together: None, render };

/// Columns of the drawing and the letter: what a ticket shows without scrolling.
const WIDTH: usize = 80;

/// Stands where nothing is to be said.
const NOTHING: &str = "\u{2013}";

fn render(report: &Report, style: &Style) -> String {
    let style = Style { width: WIDTH, colour: false, verbose: 0, ..*style };
    let page = Page { report, style };
    let sections = [
        page.comparison(),
        page.answer(),
        page.next_step(),
        page.letter(),
        page.drawing(),
        page.attempts(),
        page.findings(),
        page.causes("Ruled out", &report.ruled_out),
        page.causes("Not tested", &report.not_tested),
        page.forecast(),
        page.dialogue(),
    ];
    sections.into_iter().filter(|section| !section.is_empty()).collect::<Vec<_>>().join("\n")
}

struct Page<'r> {
    report: &'r Report,
    style: Style,
}

impl Page<'_> {
    fn text(&self, text: &str) -> String {
        escape::text(text, &self.style)
    }

    fn code(&self, text: &str) -> String {
        code(text, &self.style)
    }

    fn answer(&self) -> String {
        let report = self.report;
        let verdict = &report.verdict;
        let mut lines = vec![
            format!("## FTP check of {}", self.text(&answer::endpoint(report))),
            String::new(),
            format!("**{}**", answer::headline(report)),
            String::new(),
            self.text(&verdict.summary),
            String::new(),
            format!("* {}", words::confidence(verdict.confidence)),
        ];
        lines.extend(answer::remarks(report).iter().map(|remark| format!("* {remark}")));
        let product = format!("{} {}", report.tool.name, report.tool.version);
        lines.extend(report.started_at.as_ref().map(|at| {
            let at = words::moment(at);
            format!("* Checked: {}, in {} ({product})", self.text(&at), words::duration(report.duration_ms))
        }));
        lines.push(format!("* Server: {}", self.text(&answer::subject(report).join(", "))));
        lines.extend(report.control.banner.as_ref().map(|banner| format!("* Greeting: {}", self.code(banner))));
        lines.extend(report.control.local_address.as_ref().map(|local| match &report.control.seen_by_server {
            Some(seen) if seen != local => {
                format!("* Client: {}, seen by the server as {}", self.text(local), self.text(seen))
            }
            _ => format!("* Client: {}", self.text(local)),
        }));
        let path = &report.path;
        let known = |known| match known {
            Known::Yes => "yes",
            Known::No => "no",
            Known::Unknown => "not known",
        };
        lines.push(format!(
            "* NAT before the client: {}; NAT before the server: {}; FTP helper (ALG) on the way: {}",
            known(path.client_nat),
            known(path.server_nat),
            known(path.helper)
        ));
        if !path.hops.is_empty() {
            let hops: Vec<String> =
                path.hops.iter().map(|hop| format!("{} {}", hop.ttl, self.text(&hop.address))).collect();
            let server = path.control_distance.map_or_else(String::new, |hops| match path.control_distance_exact {
                Some(false) => format!(", {hops} (or nearer) the server"),
                _ => format!(", {hops} the server"),
            });
            lines.push(format!("* Hops: {}{server}", hops.join(", ")));
        }
        lines.join("\n") + "\n"
    }

    fn next_step(&self) -> String {
        let NextStep { now, lead, fixes, again } = answer::next_step(self.report);
        let mut lines = vec!["### Next step".to_owned()];
        lines.extend(now.map(|now| format!("\n**{now}**")));
        lines.extend(lead.map(|lead| format!("\n{lead}\n")));
        lines.extend(fixes.iter().map(|fix| format!("* {}: {}", fix.side.place(), self.text(&fix.sentence()))));
        lines.extend(again.map(|again| format!("\n{again}")));
        lines.join("\n") + "\n"
    }

    fn letter(&self) -> String {
        let Some(letter) = answer::letter(self.report) else { return String::new() };
        let block = fence("", &text::letter(letter, &self.style));
        format!("### To send to {}\n\n{block}", letter.addressee)
    }

    fn drawing(&self) -> String {
        format!("### Drawing\n\n{}", fence("", &text::drawing(self.report, &self.style)))
    }

    fn attempts(&self) -> String {
        let tried = self.report.attempts.iter().filter(|attempt| attempt.was_begun());
        let rows: Vec<String> = tried.map(|attempt| self.attempt(attempt)).collect();
        if rows.is_empty() {
            return String::new();
        }
        let range = answer::passive_range(self.report).map_or_else(String::new, |range| format!("\n{range}\n"));
        format!(
            "### Data connections tried\n\nAll are TCP, from the end that opens the connection to the end that takes \
             it. A star stands for a port that was not recorded.\n\n\
             | Begun (UTC) | Method | Mode | Guarded by | From | To | Result | How far | Bytes | Ended with |\n\
             |---|---|---|---|---|---|---|---|---|---|\n{}{range}",
            rows.concat()
        )
    }

    fn attempt(&self, attempt: &DataConnection) -> String {
        let [from, to] =
            words::ends(self.report, attempt).map(|end| end.map_or_else(|| NOTHING.to_owned(), |end| self.code(&end)));
        let bytes = attempt.connected.as_ref().map(|_| attempt.bytes.to_string());
        let cells = [
            self.cell(attempt.started_at.as_deref().map(|at| words::time_of_day(at).to_owned())),
            attempt.method.name().to_owned(),
            attempt.mode.name().to_owned(),
            words::protection(attempt.protection).to_owned(),
            from,
            to,
            words::result(attempt).to_owned(),
            words::stage(attempt.stage).to_owned(),
            self.cell(bytes),
            self.cell(Some(words::ended_with(attempt)).filter(|text| !text.is_empty())),
        ];
        format!("| {} |\n", cells.join(" | "))
    }

    fn cell(&self, text: Option<String>) -> String {
        text.map_or_else(|| NOTHING.to_owned(), |text| self.text(&text))
    }

    fn findings(&self) -> String {
        if self.report.findings.is_empty() {
            return String::new();
        }
        let all: Vec<String> = self.report.findings.iter().map(|finding| self.finding(finding)).collect();
        format!("### What was found\n\n{}", all.join("\n"))
    }

    fn finding(&self, finding: &Finding) -> String {
        let mut lines = vec![
            format!("#### {}", self.text(&words::title(self.report, finding))),
            String::new(),
            self.text(&finding.summary),
            String::new(),
            format!(
                "* `{}`: {}, {}, {}",
                finding.id,
                words::severity(finding.severity),
                words::side(finding.side),
                words::certainty(finding.confidence)
            ),
        ];
        lines.extend(finding.evidence.iter().map(|seen| format!("* Seen: {}", self.code(seen))));
        lines.extend(finding.fixes.iter().map(|fix| format!("* {}: {}", fix.side.place(), self.text(&fix.sentence()))));
        lines.join("\n") + "\n"
    }

    fn causes(&self, title: &str, causes: &[Open]) -> String {
        if causes.is_empty() {
            return String::new();
        }
        let lines = causes.iter().map(|cause| {
            let what = words::cause(cause);
            format!("* {}: {}\n", self.text(&what), self.text(&cause.because))
        });
        format!("### {title}\n\n{}", lines.collect::<String>())
    }

    /// What two checks prove together, and what was seen in each.
    fn comparison(&self) -> String {
        let Some(comparison) = &self.report.comparison else { return String::new() };
        let proofs: String = comparison
            .proofs
            .iter()
            .map(|proof| format!("* {} {}\n", self.text(&proof.summary), words::proven(proof)))
            .collect();
        let row = |row: &Row| {
            let mark = if row.differs { "**" } else { "" };
            let [first, second] = [row.first.clone(), row.second.clone()].map(|value| self.cell(value));
            format!("| {mark}{}{mark} | {first} | {second} |\n", self.text(&row.what))
        };
        let rows: String = comparison.rows.iter().map(row).collect();
        let [first, second] = [&comparison.first.name, &comparison.second.name].map(|name| self.text(name));
        format!(
            "### {first} and {second} beside each other\n\n{proofs}\n| | {first} | {second} |\n|---|---|---|\n{rows}"
        )
    }

    fn forecast(&self) -> String {
        if self.report.forecast.is_empty() || !self.report.control.works {
            return String::new();
        }
        let row = |forecast: &Forecast| {
            let works = match forecast.works {
                Some(true) => "works",
                Some(false) => "fails",
                None => "not known",
            };
            let [client, why] = [words::client(&forecast.client), &forecast.why].map(|text| self.text(text));
            format!("| {client} | {works} | {why} | {} |\n", self.cell(forecast.setting.clone()))
        };
        let rows: String = self.report.forecast.iter().map(row).collect();
        format!(
            "### What clients would do here\n\n| Client | Here | Why | Setting that makes it work |\n|---|---|---|---|\n{rows}"
        )
    }

    /// Every command, raw reply and event, each with its time.
    fn dialogue(&self) -> String {
        let report = self.report;
        let lines = transcript::of(report).into_iter().map(|line| {
            let mut lead = line.lead(report);
            let mut block = String::new();
            for part in line.lines() {
                block.push_str(&format!("{lead}{}\n", terminal::visible(&part, &self.style)));
                lead = " ".repeat(lead.chars().count());
            }
            block
        });
        let lines: String = lines.collect();
        if lines.is_empty() {
            return String::new();
        }
        let clock = if report.started_at.is_some() { "times are UTC" } else { "times are milliseconds" };
        format!("### Commands and raw replies\n\nThe {clock}; > was sent, < was received.\n\n{}", fence("", &lines))
    }
}
