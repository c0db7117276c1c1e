//! `ftpmode explain`: what a finding means, as its article has it.

use std::io::Write;
use std::process::ExitCode;

use clap::Args;

use super::output;
use crate::diagnosis::rules;

/// Explain a finding: what it means, what it looks like, what it is told apart from, how it is mended
#[derive(Args, Debug)]
pub struct ExplainArgs {
    /// The finding's id, as reports name it; without, all are listed
    #[arg(value_name = "ID")]
    id: Option<String>,
}

pub fn run(args: &ExplainArgs) -> ExitCode {
    let text = match &args.id {
        None => rules::ALL.iter().map(|rule| format!("{:29} {}\n", rule.id, rule.title)).collect(),
        Some(id) => match rules::with_id(id) {
            Some(rule) => rule.article.to_owned(),
            None => {
                return output::fail(&format!(
                    "no finding is called '{}'; ftpmode explain lists them",
                    output::shown(id)
                ));
            }
        },
    };
    // A reader that goes away has read enough.
    let _ = std::io::stdout().write_all(text.as_bytes());
    ExitCode::SUCCESS
}
