//! `ftpmode compare`: two saved checks of one server, from two places or before and after a change.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use super::output::{self, OutputArgs};
use crate::diagnosis::comparison;
use crate::evidence::Evidence;
use crate::evidence::case::Case;
use crate::report::Report;

/// Hold two saved checks against each other: what differs, and what that proves
#[derive(Args, Debug)]
pub struct CompareArgs {
    /// A JSON report, or what --save wrote: ours, or from before
    #[arg(value_name = "A")]
    first: PathBuf,
    /// The other one: the customer's, or from after
    #[arg(value_name = "B")]
    second: PathBuf,
    /// What the two are called in the answer, in the place of their files' names
    #[arg(long, value_name = "A,B", value_parser = two_names)]
    names: Option<(String, String)>,
    #[command(flatten)]
    output: OutputArgs,
}

pub fn run(args: &CompareArgs) -> ExitCode {
    let (first, second) = match (read(&args.first), read(&args.second)) {
        (Ok(first), Ok(second)) => (first, second),
        (Err(why), _) | (_, Err(why)) => return output::give_up(&args.output, &why),
    };
    let names = args.names.clone().unwrap_or_else(|| {
        if output::redacts(&args.output) { in_order() } else { names_of(&args.first, &args.second) }
    });
    // Placeholders would hide it.
    let kind = comparison::kind_of(&first, &second);
    let shown = |evidence| output::shown_as_asked(&args.output, evidence);
    let report = Report::compared(kind, (&names.0, &shown(first)), (&names.1, &shown(second)));
    output::print(&args.output, &report);
    output::status(&args.output, [&report])
}

fn read(path: &Path) -> Result<Evidence, String> {
    let shown = output::shown(&path.display().to_string());
    let text = output::read(path).map_err(|error| format!("{shown} can't be read: {error}"))?;
    let case =
        Case::from_text(&text).map_err(|error| format!("{shown} is no saved check: {}", output::chain(&error)))?;
    Ok(case.evidence)
}

fn two_names(text: &str) -> Result<(String, String), String> {
    let (first, second) = text.split_once(',').ok_or("two names are wanted, as ours,customer")?;
    Ok((first.trim().to_owned(), second.trim().to_owned()))
}

/// The files' names without their endings, where they tell the two apart.
fn names_of(first: &Path, second: &Path) -> (String, String) {
    let stem =
        |path: &Path| path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).filter(|stem| stem != "-");
    match (stem(first), stem(second)) {
        (Some(first), Some(second)) if first != second => (first, second),
        _ => in_order(),
    }
}

fn in_order() -> (String, String) {
    ("the first".to_owned(), "the second".to_owned())
}
