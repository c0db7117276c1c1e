//! Logs in the forms of programs that the lab cannot run, and in odd ones (`fixtures/forms.toml`): what each tells.

use ftpmode::diagnosis::diagnose;
use ftpmode::diagnosis::rule::Severity;
use ftpmode::diagnosis::verdict::Recommendation;
use ftpmode::evidence::attempt::Mode;
use ftpmode::evidence::facts::{Direction, Facts};
use ftpmode::evidence::import;
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Forms {
    log: Vec<Log>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Log {
    program: String,
    /// Where the form of its lines is from.
    form: String,
    text: String,
    recommendation: String,
    /// One of these is what went wrong; none where nothing did.
    #[serde(default)]
    finds: Vec<String>,
    /// Each of these is found.
    #[serde(default)]
    each: Vec<String>,
    /// What became of passive and of active data connections, where the test is of that.
    #[serde(default)]
    outbound: Option<Direction>,
    #[serde(default)]
    inbound: Option<Direction>,
    /// Words of the summary.
    #[serde(default)]
    says: String,
    /// What would be plainly wrong.
    #[serde(default)]
    never: Vec<String>,
}

#[test]
fn each_form_tells_what_happened_and_nothing_else() {
    let forms: Forms = toml::from_str(include_str!("../fixtures/forms.toml")).expect("a valid file");
    let mut wrong = Vec::new();
    for Log { program, form, text, recommendation, finds, each, outbound, inbound, says, never } in &forms.log {
        assert!(!form.is_empty(), "{program}");
        let all = import::read(&mut text.as_bytes(), "log").expect("memory can be read").evidence;
        let Some(evidence) = all.first() else {
            wrong.push(format!("{program}: nothing is read"));
            continue;
        };
        let facts = Facts::of(evidence);
        let found = diagnose(&facts);
        let ids: Vec<&str> = found.findings.iter().map(|finding| finding.rule.id).collect();
        let said = match found.verdict.recommendation {
            Recommendation::Passive => "passive",
            Recommendation::Active => "active",
            Recommendation::Either => "either",
            Recommendation::None => "none",
            Recommendation::Unknown => "unknown",
        };
        if said != recommendation {
            wrong.push(format!("{program}: recommends {said}, not {recommendation}; found {ids:?}"));
        }
        for (mode, expected) in [(Mode::Passive, outbound), (Mode::Active, inbound)] {
            let direction = facts.direction(mode);
            if expected.is_some_and(|expected| expected != direction) {
                wrong.push(format!("{program}: {} data connections are {direction:?}", mode.name()));
            }
        }
        if !found.verdict.summary.contains(says) {
            wrong.push(format!("{program}: says '{}', and not '{says}'", found.verdict.summary));
        }
        if !finds.is_empty() && !finds.iter().any(|id| ids.contains(&id.as_str())) {
            wrong.push(format!("{program}: none of {finds:?} is among {ids:?}"));
        }
        let wanting = each.iter().filter(|id| !ids.contains(&id.as_str()));
        wrong.extend(wanting.map(|id| format!("{program}: {id} is not found, but {ids:?}")));
        let errors = found.findings.iter().filter(|finding| finding.conclusion.severity == Severity::Error);
        let besides: Vec<&str> =
            errors.map(|f| f.rule.id).filter(|id| !finds.iter().any(|known| known == id)).collect();
        if !besides.is_empty() {
            wrong.push(format!("{program}: {besides:?} is found besides"));
        }
        wrong
            .extend(never.iter().filter(|id| ids.contains(&id.as_str())).map(|id| format!("{program}: {id} is found")));
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), forms.log.len(), wrong.join("\n"));
}
