//! The report as one page: no script, nothing fetched, its own style sheet, light and dark, fit for print and phones.
//!
//! Question: a template engine, or code? Choice: code, over [`Markup`]. Reason: what is text and what is markup is then
//! a matter of types, and one function escapes. Price: the page's shape is read here and not in a template.

use super::Format;
use crate::diagnosis::rule::Severity;
use crate::report::answer::{self, NextStep};
use crate::report::course::Tone;
use crate::report::model::{DataConnection, Finding, Forecast, Open};
use crate::report::transcript;
use crate::report::{Report, words};
use markup::Markup;

mod about;
mod drawing;
mod markup;

pub static FORMAT: Format = Format {
    id: "html",
    help: "one page to open, to send or to print",
    stands_alone: true,
    together: None,
    render: |report, _| page(report),
};

const STYLE: &str = include_str!("html/style.css");

/// Nothing is fetched, run, framed or sent; the one style sheet that counts is known by its digest.
const POLICY: &str = "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src \
    'sha256-hAbdXNT1FIFLMZiL0+8iisHIuZx3ow9P4ZkcI321tMw='; base-uri 'none'; form-action 'none'\">\n";

/// Stands where nothing is to be said.
const NOTHING: &str = "\u{2013}";

fn page(report: &Report) -> String {
    let mut page = Markup::default();
    page.raw("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    page.raw(POLICY);
    page.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    page.raw("<meta name=\"referrer\" content=\"no-referrer\">\n<meta name=\"color-scheme\" content=\"light dark\">\n");
    page.line("title", &format!("FTP check of {}: {}", answer::endpoint(report), answer::headline(report)));
    page.raw("<style>");
    page.raw(STYLE);
    page.raw("</style>\n</head>\n<body>\n");
    page.element("main", |main| {
        main.raw("\n");
        main.line("h1", &format!("FTP check of {}", answer::endpoint(report)));
        main.line("p class=\"meta\"", &meta(report));
        comparison(main, report);
        verdict(main, report);
        way(main, report);
        next_step(main, report);
        letter(main, report);
        attempts(main, report);
        findings(main, report);
        causes(main, "Ruled out", &report.ruled_out);
        causes(main, "Not tested", &report.not_tested);
        forecast(main, report);
        about::section(main, report);
        dialogue(main, report);
    });
    page.raw("\n");
    page.line("footer", &format!("Made by {} {}.", report.tool.name, report.tool.version));
    page.raw("</body>\n</html>\n");
    page.finish()
}

fn meta(report: &Report) -> String {
    let begun = report.started_at.as_deref().map(words::moment);
    // Host and port stand in the heading above.
    let subject = answer::subject(report);
    let parts: Vec<String> = begun.into_iter().chain(subject.into_iter().skip(1)).collect();
    parts.join(" \u{b7} ")
}

fn section(page: &mut Markup, open: &'static str, title: &str, content: impl FnOnce(&mut Markup)) {
    page.element(open, |section| {
        section.raw("\n");
        section.line("h2", title);
        content(section);
    });
    page.raw("\n");
}

fn verdict(page: &mut Markup, report: &Report) {
    let (open, mark) = match answer::tone(report) {
        Tone::Good => ("section class=\"answer good\"", "\u{2713}"),
        Tone::Bad => ("section class=\"answer bad\"", "\u{2717}"),
        Tone::Warn | Tone::Dim => ("section class=\"answer warn\"", "?"),
    };
    section(page, open, &format!("{mark} {}", answer::headline(report)), |page| {
        page.line("p class=\"summary\"", &report.verdict.summary);
        page.line("p class=\"certainty\"", words::confidence(report.verdict.confidence));
        for remark in answer::remarks(report) {
            page.line("p", remark);
        }
    });
}

fn way(page: &mut Markup, report: &Report) {
    section(page, "section", "How far each connection came", |page| drawing::draw(page, report));
}

fn next_step(page: &mut Markup, report: &Report) {
    let NextStep { now, lead, fixes, again } = answer::next_step(report);
    section(page, "section", "Next step", |page| {
        if let Some(now) = now {
            page.line("p class=\"now\"", &now);
        }
        if let Some(lead) = lead {
            page.line("p", lead);
        }
        list(page, fixes.iter().map(|fix| format!("{}: {}.", fix.side.place(), fix.action.trim_end_matches('.'))));
        if let Some(again) = again {
            page.line("p", again);
        }
    });
}

fn list(page: &mut Markup, items: impl Iterator<Item = String>) {
    let mut items = items.peekable();
    if items.peek().is_some() {
        page.element("ul", |list| items.for_each(|item| list.line("li", &item)));
        page.raw("\n");
    }
}

fn letter(page: &mut Markup, report: &Report) {
    let Some(letter) = answer::letter(report) else { return };
    section(page, "section class=\"letter\"", &format!("To send to {}", letter.addressee), |page| {
        page.element("blockquote", |quote| {
            quote.element("p", |subject| subject.line("strong", &letter.subject));
            for paragraph in letter.text.split("\n\n") {
                let (items, lines): (Vec<&str>, Vec<&str>) = paragraph.lines().partition(|line| line.starts_with("- "));
                quote.line("p", &lines.join(" "));
                list(quote, items.iter().map(|item| item.trim_start_matches("- ").to_owned()));
            }
        });
    });
}

fn table(page: &mut Markup, name: &'static str, heads: &[&str], rows: impl FnOnce(&mut Markup)) {
    // A wide table is scrolled within its frame, by keyboard too.
    page.element(name, |frame| {
        frame.element("table", |table| {
            table.element("thead", |head| {
                head.element("tr", |row| heads.iter().for_each(|title| row.line("th scope=\"col\"", title)));
            });
            table.raw("\n");
            table.element("tbody", rows);
        });
    });
    page.raw("\n");
}

fn attempts(page: &mut Markup, report: &Report) {
    let tried: Vec<&DataConnection> = report.attempts.iter().filter(|attempt| attempt.was_begun()).collect();
    if tried.is_empty() {
        return;
    }
    let guarded = tried.iter().any(|attempt| Some(attempt.protection) != tried.first().map(|first| first.protection));
    let mut heads = vec!["Method", "Mode", "Guarded by", "Result", "From, to", "Begun (UTC)", "Bytes", "Ended with"];
    heads.retain(|head| guarded || *head != "Guarded by");
    section(page, "section", "Data connections tried", |page| {
        let lead = "All are TCP, from the end that opens the connection to the end that takes it. A star stands for \
                       a port that was not recorded.";
        let name = "div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"Data connections tried\"";
        page.line("p class=\"dim\"", lead);
        table(page, name, &heads, |rows| {
            tried.iter().for_each(|attempt| row(rows, report, attempt, guarded.then_some(words::protection)));
        });
        if let Some(range) = answer::passive_range(report) {
            page.line("p", &range);
        }
    });
}

type Guard = fn(crate::evidence::security::Protection) -> &'static str;

fn row(rows: &mut Markup, report: &Report, attempt: &DataConnection, guard: Option<Guard>) {
    let or_nothing = |text: Option<String>| text.unwrap_or_else(|| NOTHING.to_owned());
    rows.element("tr", |row| {
        row.line("th scope=\"row\"", attempt.method.name());
        row.line("td", attempt.mode.name());
        if let Some(guard) = guard {
            row.line("td", guard(attempt.protection));
        }
        let (result, mark) = match attempt.works {
            true => ("td class=\"good\"", "\u{2713}"),
            false if attempt.cut_short => ("td class=\"warn\"", "?"),
            false => ("td class=\"bad\"", "\u{2717}"),
        };
        row.line(result, &format!("{mark} {}", words::result(attempt)));
        let [from, to] = words::ends(report, attempt).map(or_nothing);
        row.element("td class=\"fixed\"", |ends| {
            ends.text(&from);
            ends.raw("<br>");
            ends.text(&to);
        });
        row.line("td class=\"fixed\"", attempt.started_at.as_deref().map_or(NOTHING, words::time_of_day));
        row.line("td class=\"number\"", &or_nothing(attempt.connected.as_ref().map(|_| attempt.bytes.to_string())));
        row.line("td class=\"long\"", &words::ended_with(attempt));
    });
    rows.raw("\n");
}

fn findings(page: &mut Markup, report: &Report) {
    if report.findings.is_empty() {
        return;
    }
    section(page, "section", "What was found", |page| {
        for finding in &report.findings {
            page.element("article", |article| self::finding(article, report, finding));
            page.raw("\n");
        }
    });
}

fn finding(page: &mut Markup, report: &Report, finding: &Finding) {
    page.line("h3", &words::title(report, finding));
    page.element("p class=\"tags\"", |tags| {
        let open = match finding.severity {
            Severity::Info => "strong",
            Severity::Warning => "strong class=\"warn\"",
            Severity::Error => "strong class=\"bad\"",
        };
        tags.line(open, words::severity(finding.severity));
        let words = [words::side(finding.side), words::certainty(finding.confidence)];
        tags.text(&format!(" \u{b7} {} \u{b7} ", words.join(" \u{b7} ")));
        tags.line("code", &finding.id);
    });
    page.line("p", &finding.summary);
    page.element("dl", |list| {
        if !finding.evidence.is_empty() {
            list.line("dt", "Seen");
            list.element("dd", |seen| {
                seen.element("ul", |items| {
                    finding.evidence.iter().for_each(|seen| items.line("li class=\"fixed\"", seen))
                });
            });
        }
        for fix in &finding.fixes {
            list.line("dt", fix.side.place());
            list.line("dd", &fix.sentence());
        }
    });
}

fn causes(page: &mut Markup, title: &'static str, causes: &[Open]) {
    if causes.is_empty() {
        return;
    }
    section(page, "section", title, |page| {
        page.element("ul", |items| {
            for cause in causes {
                items.element("li", |item| {
                    item.text(&words::cause(cause));
                    item.element("span class=\"dim\"", |because| because.text(&format!(": {}", cause.because)));
                });
            }
        });
    });
}

/// What two checks prove together, and what was seen in each.
fn comparison(page: &mut Markup, report: &Report) {
    let Some(comparison) = &report.comparison else { return };
    section(page, "section", "Two checks beside each other", |page| {
        for proof in &comparison.proofs {
            page.line("p class=\"summary\"", &proof.summary);
            page.line("p class=\"certainty\"", &words::proven(proof));
        }
        let name = "div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"Two checks beside each other\"";
        let heads = ["", &comparison.first.name, &comparison.second.name];
        table(page, name, &heads, |rows| {
            for row in &comparison.rows {
                rows.element("tr", |cells| {
                    let mark = if row.differs { "\u{2260} " } else { "" };
                    cells.line("th scope=\"row\"", &format!("{mark}{}", row.what));
                    for value in [&row.first, &row.second] {
                        cells.line("td", value.as_deref().unwrap_or(NOTHING));
                    }
                });
            }
        });
    });
}

fn forecast(page: &mut Markup, report: &Report) {
    if report.forecast.is_empty() || !report.control.works {
        return;
    }
    section(page, "section", "What clients would do here", |page| {
        let name = "div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"What clients would do here\"";
        let lead = "Each by its own rules, from what was measured.";
        let heads = ["Client", "Here", "Why", "Setting that makes it work"];
        page.line("p class=\"dim\"", lead);
        table(page, name, &heads, |rows| {
            for Forecast { client, works, why, setting } in &report.forecast {
                rows.element("tr", |row| {
                    row.line("th scope=\"row\"", words::client(client));
                    match works {
                        Some(true) => row.line("td class=\"good\"", "\u{2713} works"),
                        Some(false) => row.line("td class=\"bad\"", "\u{2717} fails"),
                        None => row.line("td", "not known"),
                    }
                    row.line("td class=\"long\"", why);
                    row.line("td class=\"long\"", setting.as_deref().unwrap_or(NOTHING));
                });
            }
        });
    });
}

/// Every command, raw reply and event, each with its time.
fn dialogue(page: &mut Markup, report: &Report) {
    let lines = transcript::of(report);
    if lines.is_empty() {
        return;
    }
    let title = match report.started_at {
        Some(_) => "Commands and raw replies (times are UTC; > was sent, < was received)",
        None => "Commands and raw replies (times are milliseconds; > was sent, < was received)",
    };
    section(page, "section", title, |page| {
        page.element("pre class=\"scroll\" tabindex=\"0\"", |block| {
            for line in lines {
                let mut lead = line.lead(report);
                for part in line.lines() {
                    block.text(&lead);
                    block.text(&part);
                    block.raw("\n");
                    lead = " ".repeat(lead.chars().count());
                }
            }
        });
    });
}
