//! The report: its look over the standard cases, its JSON against the schema, and its exit status.
//!
//! The snapshots are looked at before they are accepted: `INSTA_UPDATE=always cargo test --test report`, then read the
//! difference.

use std::path::{Path, PathBuf};

use ftpmode::evidence::case::Case;
use ftpmode::evidence::import;
use ftpmode::report::formats::{self, Format};
use ftpmode::report::model::Forecast;
use ftpmode::report::{Report, Style, schema};
use unicode_width::UnicodeWidthStr;

#[path = "report/again.rs"]
mod again;
#[path = "report/drawn.rs"]
mod drawn;
#[path = "report/exit.rs"]
mod exit;
#[path = "report/handover.rs"]
mod handover;
#[path = "report/hostile.rs"]
mod hostile;
#[path = "report/larger.rs"]
mod larger;
#[path = "report/markdown.rs"]
mod markdown;

const PLAIN: Style = Style { width: 80, colour: false, ascii: false, verbose: 0 };

#[test]
fn the_text_over_the_standard_cases() {
    for (name, report) in standard_reports() {
        let looks =
            [("80", PLAIN), ("140", Style { width: 140, ..PLAIN }), ("80-ascii", Style { ascii: true, ..PLAIN })];
        for (look, style) in looks {
            insta::assert_snapshot!(format!("{name}-{look}"), formats::render(format("text"), &report, &style));
        }
    }
}

/// A few: what differs between reports is in the text's snapshots.
#[test]
fn the_formats_to_hand_over() {
    for (name, report) in standard_reports() {
        let mut report = report;
        report.tool.version = "…".to_owned();
        if ["passive_dropped_active_open", "login_rejected", "ipv6"].contains(&name.as_str()) {
            insta::assert_snapshot!(format!("{name}-markdown"), formats::render(format("markdown"), &report, &PLAIN));
        }
        if name == "server_nat_private_227" {
            let page = formats::render(format("html"), &report, &PLAIN);
            // The style sheet stands in its file.
            let (head, rest) = page.split_once("<style>").expect("a style sheet");
            let body = rest.split_once("</style>").map_or("", |(_, body)| body);
            let head = head.split_once("'sha256-").map_or(head, |(head, _)| head);
            insta::assert_snapshot!(format!("{name}-html"), format!("{head}…\n{body}"));
        }
    }
}

/// What fails with one address and works with another does not fail "now and then".
#[test]
fn the_drawing_tells_with_which_address_a_mode_works() {
    for (case, words) in [
        ("ftp-helper-on-path/outer-address-asked-for.toml", "works with the own address"),
        ("active-address-rejected/manual-forward.toml", "works with the outer address"),
        ("passive-address-foreign/right-on-purpose.toml", "works with the address in 227"),
    ] {
        let text = std::fs::read_to_string(cases().join(case)).unwrap_or_else(|error| panic!("{case}: {error}"));
        let report = Report::of(&Case::from_toml(&text).expect("a case").evidence);
        let page = formats::render(format("text"), &report, &Style { width: 110, ..PLAIN });
        assert!(page.contains(words) && !page.contains("not every time"), "{case}: {page}");
        assert!(formats::render(format("text"), &report, &PLAIN).contains("works in part"), "{case}");
    }
}

/// Whether the server's connection comes as far as this computer is one thing in all of a report.
#[test]
fn what_this_computer_stops_reaches_it_in_every_part_of_a_report() {
    let page = |case: &str| {
        let text = std::fs::read_to_string(cases().join("local-firewall-drops-callback").join(case));
        let text = text.unwrap_or_else(|error| panic!("{case}: {error}"));
        let report = Report::of(&Case::from_toml(&text).expect("a case").evidence);
        let wide = Style { width: 200, ..PLAIN };
        let with_letter = |id| formats::render(format(id), &report, &wide);
        ["text", "markdown", "html"].map(with_letter).join("\n")
    };
    let seen = page("seen-arriving.toml");
    let stopped = "the server's connection reaches this computer, whose own firewall stops it";
    assert!(seen.contains(stopped) && seen.contains("stopped by this computer's own firewall"), "{seen}");
    for words in ["never reaches", "never arrived", "never arrives here", "nothing came for", "gets through"] {
        assert!(!seen.contains(words), "{words}: {seen}");
    }
    let kept_in = page("answer-kept-in.toml");
    assert!(kept_in.contains(stopped) && kept_in.contains("output rules"), "{kept_in}");
    let lost = page("../active-callback-dropped/answer-lost-on-its-way-back.toml");
    assert!(lost.contains("answered here, and no more came") && lost.contains("was seen leaving for"), "{lost}");
    for words in ["never reaches", "never arrived", "own firewall stops it", "stopped by this computer"] {
        assert!(!lost.contains(words), "{words}: {lost}");
    }
    let late = page("../active-callback-dropped/comes-late.toml");
    assert!(late.contains("\u{2717} came late") && late.contains("--timeout 15s waits longer."), "{late}");
    assert!(!late.contains("own firewall stops it"), "{late}");
    let watched = page("never-arrived.toml");
    assert!(watched.contains("never reaches this computer") && watched.contains("it is not this computer's own"));
    // Nobody watched: it may have come as far.
    let counted = page("counted.toml");
    assert!(counted.contains("may reach this computer") && !counted.contains("never reaches"), "{counted}");
}

/// A helper on the way is drawn where no NAT's box holds it, and a wall no nearer than routers tell.
#[test]
fn the_drawing_tells_what_stands_on_the_way() {
    for (case, words, never) in [
        ("ftp-helper-on-path/nothing-to-rewrite.toml", "FTP helper at hop 3 or 4", "NAT"),
        ("ftp-helper-on-path/before-the-server.toml", "FTP helper at hop 5 or 6", "│ ALG │"),
        ("passive-port-dropped/three-routers-silent.toml", "dropped, not past hop 4 of 6", "before hop"),
        ("passive-port-dropped/all-routers-silent.toml", "no answer for 3.5 s", "hop 6 of 6"),
        ("active-callback-dropped/other-end-before-the-translation.toml", "dropped between hops 2 and 1", "and here"),
        (
            "active-callback-dropped/other-end-at-server-past-a-translation.toml",
            "dropped between hops 5 and 4",
            "and 3",
        ),
        ("passive-port-refused/short-lived-dropped-near-the-client.toml", "after hop 1 of at most 9", "of 9"),
    ] {
        let text = std::fs::read_to_string(cases().join(case)).unwrap_or_else(|error| panic!("{case}: {error}"));
        let report = Report::of(&Case::from_toml(&text).expect("a case").evidence);
        let page = formats::render(format("text"), &report, &Style { width: 120, ..PLAIN });
        let (drawing, _) = page.split_once('╰').expect("a drawing");
        assert!(drawing.contains(words) && !drawing.contains(never), "{case}: {page}");
        let html = formats::render(format("html"), &report, &PLAIN);
        assert!(html.contains(words), "{case}: {html}");
    }
}

/// What was looked for and not seen is no more than that; and the place of one port is not that of others that came about.
#[test]
fn a_helper_that_was_looked_for_is_told_of() {
    let report = |case: &str| {
        let text = std::fs::read_to_string(cases().join(case)).unwrap_or_else(|error| panic!("{case}: {error}"));
        Report::of(&Case::from_toml(&text).expect("a case").evidence)
    };
    let open = report("ftp-helper-on-path/not-seen.toml").not_tested;
    assert!(
        open.iter().any(|open| open.id == "ftp-helper-on-path" && open.because.contains("does not prove")),
        "{open:?}"
    );
    let path = report("ftp-helper-on-path/swept-port-fails-alone.toml").path;
    assert_eq!((path.blocked_between, path.blocked_after, path.answered_by), (None, None, None));
}

/// Whoever fills the forecast, it is shown, and escaped like everything else.
#[test]
fn a_forecast_is_shown_where_there_is_one() {
    let (_, mut report) = standard_reports().into_iter().next().expect("a report");
    report.forecast.clear();
    for id in ["markdown", "html"] {
        assert!(!formats::render(format(id), &report, &PLAIN).contains("What clients would do here"), "{id}");
    }
    report.forecast = vec![Forecast {
        client: "curl".to_owned(),
        works: Some(false),
        why: "dials <10.0.0.20> | waits".to_owned(),
        setting: Some("--ftp-skip-pasv-ip".to_owned()),
    }];
    let markdown = formats::render(format("markdown"), &report, &PLAIN);
    assert!(
        markdown.contains("| curl | fails | dials \\<10.0.0.20\\> \\| waits | \\--ftp-skip-pasv-ip |"),
        "{markdown}"
    );
    let page = formats::render(format("html"), &report, &PLAIN);
    assert!(page.contains("<th scope=\"row\">curl</th>"), "{page}");
    assert!(page.contains("dials &lt;10.0.0.20&gt; | waits"), "{page}");
}

#[test]
fn the_drawing_closes_at_every_width() {
    for (name, report) in standard_reports() {
        for (width, ascii) in (60..=160).flat_map(|width| [(width, false), (width, true)]) {
            let text = formats::render(format("text"), &report, &Style { width, ascii, ..PLAIN });
            let drawing: Vec<&str> = text.lines().filter(|line| line.ends_with(['╮', '│', '╯', '|'])).collect();
            assert!(drawing.len() >= 5 || ascii, "{name} at {width}: {text}");
            let widths: Vec<usize> = drawing.iter().map(|line| line.width()).collect();
            assert!(widths.iter().all(|found| Some(found) == widths.first()), "{name} at {width}: {text}");
        }
    }
}

#[test]
fn the_dialogue() {
    for (name, report) in standard_reports().into_iter().filter(|(name, _)| name == "passive_dropped_active_open") {
        let style = Style { verbose: 1, ..PLAIN };
        insta::assert_snapshot!(format!("{name}-verbose"), formats::render(format("text"), &report, &style));
    }
}

#[test]
fn the_json_over_the_standard_cases() {
    for (name, report) in standard_reports() {
        let mut json = serde_json::to_value(&report).expect("a report is JSON");
        // The evidence is the case itself, and stands in its file.
        json["evidence"] = "…".into();
        json["tool"]["version"] = "…".into();
        insta::assert_json_snapshot!(format!("{name}-json"), json);
    }
}

#[test]
fn every_report_fits_the_schema() {
    let validator = jsonschema::draft202012::new(&schema()).expect("a schema");
    let mut seen = 0;
    for (path, report) in reports_under(&cases()) {
        for id in ["json", "ndjson"] {
            let text = formats::render(format(id), &report, &PLAIN);
            let json = serde_json::from_str(&text).expect("JSON");
            let errors: Vec<String> = validator.iter_errors(&json).map(|error| error.to_string()).collect();
            assert!(errors.is_empty(), "{}: {errors:?}", path.display());
        }
        seen += 1;
    }
    assert!(seen >= 9, "the cases were not found");
}

#[test]
fn the_schema_says_which_draft_it_is_and_holds_the_contracts_names() {
    let schema = schema();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    let names = [
        "schema_version",
        "tool",
        "source",
        "target",
        "started_at",
        "duration_ms",
        "control",
        "directions",
        "path",
        "attempts",
        "ruled_out",
        "not_tested",
        "evidence",
        "forecast",
        "findings",
        "verdict",
    ];
    for name in names {
        assert!(schema["properties"].get(name).is_some(), "{name}");
    }
}

#[test]
fn a_report_reads_back_as_the_evidence_it_was_made_from() {
    for (path, report) in reports_under(&cases()) {
        let text = formats::render(format("json"), &report, &PLAIN);
        let case = Case::from_text(&text).expect("a report");
        assert_eq!(Report::of(&case.evidence), report, "{}", path.display());
    }
}

#[test]
fn ndjson_is_one_line() {
    for (_, report) in standard_reports() {
        let text = formats::render(format("ndjson"), &report, &PLAIN);
        assert_eq!(text.matches('\n').count(), 1);
        assert!(text.ends_with('\n'));
    }
}

#[test]
fn colour_adds_nothing_but_colour() {
    colored::control::set_override(true);
    for (name, report) in standard_reports() {
        for width in [80, 140] {
            let style = Style { width, verbose: 1, ..PLAIN };
            let plain = formats::render(format("text"), &report, &style);
            let painted = formats::render(format("text"), &report, &Style { colour: true, ..style });
            assert!(!plain.contains('\x1b'), "{name}");
            assert_ne!(plain, painted);
            assert_eq!(plain, hostile::without_colour(&painted), "{name}");
        }
    }
}

fn standard_reports() -> Vec<(String, Report)> {
    let reports = reports_under(&cases().join("report"));
    let named = |path: PathBuf| path.file_stem().expect("a name").to_string_lossy().into_owned();
    reports.into_iter().map(|(path, report)| (named(path), report)).collect()
}

/// The report of a client's log.
fn of_log(mut log: &[u8]) -> Report {
    let all = import::read(&mut log, "log").expect("memory can be read").evidence;
    Report::of(all.first().expect("a log of FTP"))
}

fn letter_about(log: &str) -> String {
    of_log(log.as_bytes()).verdict.handover.expect("something needs mending").text
}

fn reports_under(folder: &Path) -> Vec<(PathBuf, Report)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the folder of cases") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(reports_under(&path));
        } else if path.extension().is_some_and(|extension| extension == "toml") {
            let text = std::fs::read_to_string(&path).expect("a case");
            let case = Case::from_toml(&text).unwrap_or_else(|why| panic!("{}: {why:?}", path.display()));
            found.push((path, Report::of(&case.evidence)));
        }
    }
    found.sort_by(|(one, _), (other, _)| one.cmp(other));
    found
}

fn cases() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/cases")
}

fn format(id: &str) -> &'static Format {
    formats::with_id(id).expect("a format")
}
