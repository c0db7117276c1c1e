//! The HTML page in a real browser, without JavaScript and without a network; and what can be read off it without one.
//!
//! The browser is Chromium, which `make test` installs. Where there is none this says so, loudly, and the rest is tested.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use ftpmode::evidence::case::Case;
use ftpmode::report::formats::{self, Format};
use ftpmode::report::{Report, Style};

const STYLE: &str = include_str!("../src/report/formats/html/style.css");

/// Cases with walls, NATs, a helper and TLS, beside the standard reports.
const BESIDES: &[&str] = &[
    "passive-port-dropped/wall-between.toml",
    "tls-blinds-ftp-helper/before-the-client.toml",
    "tls-blinds-ftp-helper/before-the-server.toml",
    "certificate-untrusted/self-signed.toml",
];

#[test]
fn a_browser_shows_every_report_without_script_and_network() {
    let Some(browser) = browser() else {
        skipped("no page was opened in a browser");
        return;
    };
    for (name, report) in reports() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("report.html");
        std::fs::write(&file, page(&report)).expect("a file");
        let dom = browse(&browser, folder.path(), &file, &["--dump-dom"]);
        let dom = String::from_utf8_lossy(&dom);
        let title = words_in(&dom, "<title>");
        assert!(title.iter().any(|title| title.starts_with("FTP check of ")), "{name}: {title:?}");
        assert!(dom.contains(&escaped(&report.verdict.summary)), "{name}: {dom}");
        for finding in &report.findings {
            assert!(dom.contains(&format!("<code>{}</code>", finding.id)), "{name}: {}", finding.id);
        }
        assert_eq!(dom.matches("</svg>").count(), 2, "{name}");
        if let Some(letter) = &report.verdict.handover {
            assert!(dom.contains(&escaped(&letter.subject)), "{name}");
        }
    }
}

/// The policy names the style sheet by its digest: one that does not fit leaves the page bare, and the browser says so.
#[test]
fn a_browser_takes_the_style_sheet_and_prints() {
    let Some(browser) = browser() else {
        skipped("no page was looked at or printed in a browser");
        return;
    };
    let (_, report) = reports().into_iter().next().expect("a report");
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("report.html");
    // Blink's own numbers: 0 is dark, 1 is light.
    let shot = |text: String, scheme: u8| {
        std::fs::write(&file, text).expect("a file");
        let picture = folder.path().join("picture.png");
        let setting = format!("--blink-settings=preferredColorScheme={scheme}");
        browse(&browser, folder.path(), &file, &[&setting, &format!("--screenshot={}", picture.display())]);
        let picture = std::fs::read(&picture).expect("a screenshot");
        assert!(picture.starts_with(b"\x89PNG") && picture.len() > 10_000, "{} bytes", picture.len());
        picture
    };
    let light = shot(page(&report), 1);
    assert_ne!(light, shot(page(&report), 0), "light and dark look the same");
    let bare = page(&report).replace("'sha256-", "'sha256-x");
    assert_ne!(light, shot(bare, 1), "the page looks the same without its style sheet");
    let printed = folder.path().join("report.pdf");
    browse(&browser, folder.path(), &file, &[&format!("--print-to-pdf={}", printed.display())]);
    assert!(std::fs::read(&printed).expect("a PDF").starts_with(b"%PDF"));
}

#[test]
fn nothing_is_fetched_and_nothing_is_run() {
    for (name, report) in reports() {
        let page = page(&report).to_lowercase();
        for harm in ["<script", "url(", "@import", "src=", "href=", "<iframe", "<link", "<form", "javascript:", " on"] {
            let ours = page.replace("xmlns=\"http://www.w3.org/2000/svg\"", "");
            let tags: Vec<&str> = ours.split('<').skip(1).filter_map(|tag| tag.split('>').next()).collect();
            match harm.strip_prefix(' ') {
                // A handler: an attribute that begins so.
                Some(on) => assert!(
                    !tags.iter().any(|tag| tag.split(' ').skip(1).any(|a| a.starts_with(on) && a.contains('='))),
                    "{name}"
                ),
                None => assert!(!tags.iter().any(|tag| format!("<{tag}").contains(harm)), "{name}: {harm}"),
            }
        }
        assert!(!STYLE.contains("url(") && !STYLE.contains("@import"));
        assert!(page.contains("content-security-policy\" content=\"default-src 'none'; style-src 'sha256-"), "{name}");
    }
}

/// Once for a page and once for a phone: the wall at its hop, the NATs, the helper in its box, an arrow each.
#[test]
fn the_drawing_shows_what_stands_between() {
    let [wall, nat, helper] = ["class=\"wall\"", "class=\"nat\"", ">ALG</text>"];
    for (case, shown, label) in [
        ("wall-between.toml", [2, 0, 0], "dropped after hop 2 of 4"),
        ("before-the-client.toml", [0, 2, 2], "server says no: 500"),
        ("before-the-server.toml", [2, 2, 0], "refused at hop 3 of 4"),
        ("report/all_open.toml", [0, 0, 0], "works"),
        ("report/server_nat_private_227.toml", [0, 4, 0], "refused (RST)"),
    ] {
        let all = reports();
        let (_, report) = all.iter().find(|(name, _)| name.ends_with(case)).expect("the case");
        let page = page(report);
        assert_eq!([wall, nat, helper].map(|sign| page.matches(sign).count()), shown, "{case}");
        let drawing = page.split("<svg ").nth(1).and_then(|rest| rest.split("</svg>").next()).expect("a drawing");
        assert!(drawing.contains(&format!(">{label}</text>")), "{case}: {drawing}");
        assert_eq!(drawing.matches("<g class=\"arrow").count(), 3, "{case}");
    }
}

#[test]
fn a_screen_reader_finds_its_way() {
    for (name, report) in reports() {
        let page = page(&report);
        assert!(page.starts_with("<!DOCTYPE html>\n<html lang=\"en\">"), "{name}");
        let levels: Vec<u32> = page.split("<h").skip(1).filter_map(|rest| rest.chars().next()?.to_digit(10)).collect();
        assert_eq!(levels.first(), Some(&1), "{name}");
        assert_eq!(levels.iter().filter(|level| **level == 1).count(), 1, "{name}");
        assert!(levels.windows(2).all(|two| two[1] <= two[0] + 1), "{name}: {levels:?}");
        assert_eq!(page.matches("<th").count() - page.matches("<thead").count(), page.matches("<th scope=").count());
        for svg in page.split("<svg ").skip(1) {
            let opening = svg.split('>').next().unwrap_or_default();
            let ids = opening.split("aria-labelledby=\"").nth(1).and_then(|rest| rest.split('"').next());
            for id in ids.expect("names").split(' ') {
                assert_eq!(page.matches(&format!("id=\"{id}\"")).count(), 1, "{name}: {id}");
            }
            assert!(svg.contains("<title") && svg.contains("<desc"), "{name}");
        }
    }
}

/// What stands on what, as the style sheet has it: the text's colour, and the ground's.
const ON: &[(&str, &str)] = &[
    ("text", "page"),
    ("text", "surface"),
    ("text", "inset"),
    ("text", "good-soft"),
    ("text", "bad-soft"),
    ("text", "warn-soft"),
    ("muted", "page"),
    ("muted", "surface"),
    ("muted", "inset"),
    ("muted", "good-soft"),
    ("muted", "bad-soft"),
    ("muted", "warn-soft"),
    ("good", "surface"),
    ("bad", "surface"),
    ("warn", "surface"),
    ("good", "good-soft"),
    ("bad", "bad-soft"),
    ("warn", "warn-soft"),
];

/// WCAG 2.2, 1.4.3: text has 4.5 to 1; 1.4.11: what a drawing is understood by has 3 to 1.
#[test]
fn every_text_stands_out_from_its_ground_in_light_dark_and_print() {
    let schemes: Vec<&str> = STYLE.split(":root {").skip(1).filter_map(|rest| rest.split('}').next()).collect();
    assert_eq!(schemes.len(), 3, "light, dark and print");
    for scheme in schemes {
        let colour = |name: &str| {
            let value = scheme.split(&format!("--{name}: #")).nth(1).and_then(|rest| rest.get(..6));
            luminance(value.unwrap_or_else(|| panic!("no colour {name} in {scheme}")))
        };
        let contrast = |one: &str, other: &str| {
            let (one, other) = (colour(one), colour(other));
            (one.max(other) + 0.05) / (one.min(other) + 0.05)
        };
        for (text, ground) in ON {
            let found = contrast(text, ground);
            assert!(found >= 4.5, "{text} on {ground}: {found:.2} in {scheme}");
        }
        for ground in ["surface", "inset"] {
            assert!(contrast("edge", ground) >= 3.0, "edge on {ground}: {:.2} in {scheme}", contrast("edge", ground));
        }
    }
    // The list above is complete: no colour comes from elsewhere.
    let outside = STYLE.split(":root {").map(|part| part.split_once('}').map_or(part, |(_, rest)| rest));
    let left: String = outside.collect();
    assert!(!left.contains('#'), "a colour that is no variable");
}

/// WCAG 2.2, relative luminance.
fn luminance(hex: &str) -> f64 {
    let channel = |at: usize| {
        let value = f64::from(u8::from_str_radix(&hex[at..at + 2], 16).expect("a colour")) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * channel(0) + 0.7152 * channel(2) + 0.0722 * channel(4)
}

/// Runs the browser with a profile of its own, JavaScript switched off in it, and every name leading nowhere.
fn browse(browser: &Path, folder: &Path, file: &Path, acts: &[&str]) -> Vec<u8> {
    let profile = folder.join("profile");
    std::fs::create_dir_all(profile.join("Default")).expect("a folder");
    let preferences = r#"{"profile":{"default_content_setting_values":{"javascript":2}}}"#;
    std::fs::write(profile.join("Default/Preferences"), preferences).expect("preferences");
    let output = Command::new(browser)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"])
        .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
        .args(["--host-resolver-rules=MAP * ~NOTFOUND", "--window-size=1000,1600", "--timeout=20000"])
        .arg(format!("--user-data-dir={}", profile.display()))
        .args(acts)
        .arg(format!("file://{}", file.display()))
        .output()
        .expect("the browser starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// Not through `println!`, which the harness keeps to itself where a test passes.
fn skipped(what: &str) {
    let _ = writeln!(std::io::stderr(), "SKIPPED: there is no Chromium here, so {what} (make tools installs it)");
}

fn browser() -> Option<PathBuf> {
    let folders = std::env::var_os("PATH")?;
    let names = ["chromium", "chromium-browser", "google-chrome"];
    std::env::split_paths(&folders).flat_map(|folder| names.map(|name| folder.join(name))).find(|path| path.is_file())
}

/// As a browser writes text down.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn words_in(dom: &str, tag: &str) -> Vec<String> {
    dom.split(tag).skip(1).filter_map(|rest| rest.split('<').next()).map(str::to_owned).collect()
}

fn page(report: &Report) -> String {
    formats::render(format("html"), report, &Style::default())
}

fn format(id: &str) -> &'static Format {
    formats::with_id(id).expect("a format")
}

fn reports() -> Vec<(String, Report)> {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/cases");
    let standard = std::fs::read_dir(cases.join("report")).expect("the standard reports");
    let standard = standard.map(|entry| entry.expect("an entry").path());
    let mut paths: Vec<PathBuf> = standard.chain(BESIDES.iter().map(|path| cases.join(path))).collect();
    paths.sort();
    let read = |path: PathBuf| {
        let case = Case::from_toml(&std::fs::read_to_string(&path).expect("a case")).expect("a case");
        (path.display().to_string(), Report::of(&case.evidence))
    };
    paths.into_iter().map(read).collect()
}
