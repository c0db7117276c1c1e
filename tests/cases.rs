//! Holds the diagnosis against every case in `fixtures/cases`: a file that is dropped in is found without touching code.
//!
//! Each finding has a case where it fires and one where the evidence rules it out, as far as any does; each rule names neighbours that
//! exist and has an article in its five sections.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use ftpmode::diagnosis::rule::{Match, Severity};
use ftpmode::diagnosis::{Diagnosis, diagnose, rules};
use ftpmode::evidence::case::{Case, Expect};
use ftpmode::evidence::facts::Facts;

#[path = "cases/callbacks.rs"]
mod callbacks;
#[path = "cases/place.rs"]
mod place;
#[path = "cases/ports.rs"]
mod ports;
#[path = "cases/transfers.rs"]
mod transfers;
#[path = "cases/wording.rs"]
mod wording;

const SECTIONS: [&str; 5] =
    ["## What it means", "## What it looks like", "## Told apart from", "## Mending it", "## References"];

/// What was not seen may still be there.
const NEVER_RULED_OUT: &[&str] = &["ftp-helper-on-path", "server-address-varies"];

#[test]
fn every_case_is_diagnosed_as_it_expects() {
    let mut wrong = Vec::new();
    for (path, case) in cases() {
        // Evidence that others read (a report's, a customer's) expects nothing until it says so.
        let Some(expect) = &case.expect else { continue };
        let facts = Facts::of(&case.evidence);
        let found = diagnose(&facts);
        wrong.extend(differences(&facts, &found, expect).into_iter().map(|what| format!("{}: {what}", path.display())));
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

fn differences(facts: &Facts, found: &Diagnosis, expect: &Expect) -> Vec<String> {
    let mut wrong = Vec::new();
    for (list, want) in
        [(&expect.fires, "fire"), (&expect.ruled_out, "be ruled out"), (&expect.undecided, "be undecided")]
    {
        for id in list {
            let Some(rule) = rules::with_id(id) else {
                wrong.push(format!("there is no rule '{id}'"));
                continue;
            };
            let result = (rule.test)(facts);
            if stand(&result) != want {
                wrong.push(format!("{id} should {want}, but is: {result:?}"));
            }
        }
    }
    let recommendation = kebab(&found.verdict.recommendation);
    if recommendation != expect.recommendation {
        wrong.push(format!("it recommends '{recommendation}', not '{}'", expect.recommendation));
    }
    if let Some(side) = &expect.side {
        // The most severe of them stands first.
        let main = found.findings.iter().find(|finding| finding.conclusion.severity > Severity::Info);
        let blamed = main.map(|finding| kebab(&finding.conclusion.side));
        if blamed.as_ref() != Some(side) {
            let who = main.map(|finding| finding.rule.id);
            wrong.push(format!("the side is {blamed:?} by {who:?}, not '{side}'"));
        }
    }
    // Nothing but info may stand beside what is expected: a warning too many blames somebody.
    for finding in &found.findings {
        if finding.conclusion.severity > Severity::Info && !expect.fires.iter().any(|id| id == finding.rule.id) {
            wrong.push(format!("{} fires and is not expected: {}", finding.rule.id, finding.conclusion.summary));
        }
    }
    wrong
}

fn stand(result: &Match) -> &'static str {
    match result {
        Match::Fires(_) => "fire",
        Match::RuledOut(_) => "be ruled out",
        Match::Undecided(_) => "be undecided",
    }
}

#[test]
fn every_rule_fires_in_a_case_and_is_ruled_out_in_another() {
    let cases = cases();
    let stands = |id: &str, want: &str| {
        let lists = |expect: &Expect| match want {
            "fire" => expect.fires.clone(),
            "be undecided" => expect.undecided.clone(),
            _ => expect.ruled_out.clone(),
        };
        cases
            .iter()
            .filter_map(|(_, case)| case.expect.as_ref())
            .any(|expect| lists(expect).iter().any(|each| each == id))
    };
    for rule in rules::ALL {
        assert!(stands(rule.id, "fire"), "{} fires in no case", rule.id);
        let otherwise = if NEVER_RULED_OUT.contains(&rule.id) { "be undecided" } else { "be ruled out" };
        assert!(stands(rule.id, otherwise), "{} should {otherwise} in a case", rule.id);
    }
}

#[test]
fn every_case_reads_back_as_it_is_written() {
    for (path, case) in cases() {
        let text = case.to_toml().unwrap_or_else(|why| panic!("{}: {why}", path.display()));
        let again = Case::from_toml(&text).unwrap_or_else(|why| panic!("{}: {why}\n{text}", path.display()));
        assert_eq!(again, case, "{}", path.display());
    }
}

#[test]
fn a_case_in_the_folder_of_a_rule_tells_its_origin_and_expects_something_of_that_rule() {
    for (path, case) in cases() {
        let folder = path.parent().and_then(Path::file_name).and_then(|name| name.to_str()).unwrap_or("");
        if rules::with_id(folder).is_none() {
            continue;
        }
        let text = fs::read_to_string(&path).expect("a readable file");
        assert!(text.starts_with("# "), "{}: its first line tells where it comes from", path.display());
        let expect = case.expect.unwrap_or_else(|| panic!("{}: it has no [expect]", path.display()));
        let named = [expect.fires, expect.ruled_out, expect.undecided].concat();
        assert!(named.iter().any(|id| id == folder), "{}: nothing is expected of {folder}", path.display());
    }
}

#[test]
fn rules_are_named_after_their_files_and_know_their_neighbours() {
    let mut known = BTreeSet::new();
    for rule in rules::ALL {
        assert!(known.insert(rule.id), "{} stands twice in the table", rule.id);
        assert!(rule.id.chars().all(|c| c.is_ascii_lowercase() || c == '-' || c == '6'), "{}", rule.id);
        let file = Path::new("src/diagnosis/rules").join(rule.id.replace('-', "_"));
        for extension in ["rs", "md"] {
            let file = file.with_extension(extension);
            assert!(file.is_file(), "{} is missing", file.display());
        }
        let article = fs::read_to_string(file.with_extension("md")).expect("an article");
        assert_eq!(article, rule.article, "{}", rule.id);
    }
    for rule in rules::ALL {
        assert!(!rule.neighbours.is_empty(), "{} has no neighbour", rule.id);
        for neighbour in rule.neighbours {
            assert!(known.contains(neighbour), "{}: no rule '{neighbour}'", rule.id);
            assert_ne!(*neighbour, rule.id);
        }
    }
}

#[test]
fn every_article_has_its_five_sections_and_room_for_none_more() {
    for rule in rules::ALL {
        let headings: Vec<&str> = rule.article.lines().filter(|line| line.starts_with('#')).collect();
        assert_eq!(headings, SECTIONS, "{}", rule.id);
        let lines = rule.article.lines().count();
        assert!((13..=45).contains(&lines), "{}: {lines} lines", rule.id);
        for pair in rule.article.split("## ").skip(1) {
            assert!(pair.lines().skip(1).any(|line| !line.trim().is_empty()), "{}: an empty section", rule.id);
        }
    }
}

fn cases() -> Vec<(PathBuf, Case)> {
    let mut files = Vec::new();
    collect(Path::new("fixtures/cases"), &mut files);
    files.sort();
    assert!(!files.is_empty(), "fixtures/cases holds no case");
    files
        .into_iter()
        .map(|path| {
            let text = fs::read_to_string(&path).unwrap_or_else(|why| panic!("{}: {why}", path.display()));
            let case = Case::from_toml(&text).unwrap_or_else(|why| panic!("{}: {why:?}", path.display()));
            (path, case)
        })
        .collect()
}

/// The text of the case whose path ends so.
fn text_of(wanted: &str) -> String {
    let mut files = Vec::new();
    collect(Path::new("fixtures/cases"), &mut files);
    let path = files.iter().find(|path| path.ends_with(wanted)).unwrap_or_else(|| panic!("no case is {wanted}"));
    fs::read_to_string(path).unwrap_or_else(|why| panic!("{wanted}: {why}"))
}

fn case_of(wanted: &str) -> Case {
    Case::from_toml(&text_of(wanted)).unwrap_or_else(|why| panic!("{wanted}: {why:?}"))
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap_or_else(|why| panic!("{}: {why}", folder.display())) {
        let path = entry.expect("a folder entry").path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "toml") {
            files.push(path);
        }
    }
}

/// The word that the reports use.
fn kebab(value: &impl serde::Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}
