//! `ftpmode report`: renders a saved check again.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::output::{self, OutputArgs};
use crate::evidence::case::Case;
use crate::report::Report;

/// Diagnose a saved check again and print its report
#[derive(Args, Debug)]
pub struct ReportArgs {
    /// What `check --save` wrote, or a JSON report; - is standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    output: OutputArgs,
}

pub fn run(args: &ReportArgs) -> ExitCode {
    let text = match output::read(&args.file) {
        Ok(text) => text,
        Err(error) => {
            return output::give_up_with(&args.output, &format!("{} can't be read", args.file.display()), &error);
        }
    };
    let case = match Case::from_text(&text) {
        Ok(case) => case,
        Err(error) => {
            return output::give_up_with(&args.output, &format!("{} is no saved check", args.file.display()), &error);
        }
    };
    let report = Report::of(&output::shown_as_asked(&args.output, case.evidence));
    output::print(&args.output, &report);
    output::status(&args.output, [&report])
}
