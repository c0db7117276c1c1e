//! `ftpmode triage`: reads a client's or a server's log and answers as `check` does.

use std::fs::File;
use std::io::{IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use super::output::{self, OutputArgs};
use crate::evidence::Evidence;
use crate::evidence::case::Case;
use crate::evidence::import::{self, Reading};
use crate::report::Report;

/// Read a client's log, as a customer pastes it, and answer as check does
#[derive(Args, Debug)]
pub struct TriageArgs {
    /// The log; - is standard input
    #[arg(value_name = "FILE", default_value = "-")]
    file: PathBuf,
    /// Keep what was read as a case file, for `ftpmode report` and `compare`
    #[arg(long, value_name = "CASE.toml")]
    save: Option<PathBuf>,
    #[command(flatten)]
    output: OutputArgs,
}

pub fn run(args: &TriageArgs) -> ExitCode {
    let from_standard_input = args.file.as_os_str() == "-";
    let named = args.file.display().to_string();
    let called = if from_standard_input { "standard input".to_owned() } else { output::shown(&named) };
    if from_standard_input && std::io::stdin().is_terminal() {
        output::warn("paste the log here, then press Ctrl-D (Ctrl-Z and Enter on Windows)");
    }
    let Reading { evidence: all, thin } = match read(&args.file, &named) {
        Ok(reading) => reading,
        Err(error) => return output::give_up_with(&args.output, &format!("{called} can't be read"), &error),
    };
    if all.is_empty() && thin {
        return output::give_up(
            &args.output,
            &format!(
                "{called} is a log of FTP that ends before anything is told: no reply, no data connection and no failure is in \
             it; set the client to its most talkative level, try again and paste all of it"
            ),
        );
    }
    if all.is_empty() {
        return output::give_up(
            &args.output,
            &format!("{called} holds no FTP: no command, no reply and no words of an FTP client are in it"),
        );
    }
    let all: Vec<Evidence> = all.into_iter().map(|evidence| output::shown_as_asked(&args.output, evidence)).collect();
    if let (Some(path), Some(first)) = (&args.save, all.first())
        && let Err(why) = save(first, path)
    {
        output::warn(&format!("what was read could not be saved: {why}"));
    }
    let reports: Vec<Report> = all.iter().map(Report::of).collect();
    // A program that reads JSON reads one object: of several servers the one with most to tell.
    let most = reports.iter().max_by_key(|report| (report.attempts.len(), report.findings.len()));
    let one = output::takes_one_report(&args.output);
    for report in reports.iter().filter(|report| !one || most.is_some_and(|most| std::ptr::eq(most, *report))) {
        output::print(&args.output, report);
    }
    if one && reports.len() > 1 {
        output::warn(&format!("the log tells of {} servers; --format ndjson prints a report of each", reports.len()));
    }
    output::status(&args.output, &reports)
}

fn read(path: &Path, named: &str) -> std::io::Result<Reading> {
    let mut input: Box<dyn Read> =
        if path.as_os_str() == "-" { Box::new(std::io::stdin().lock()) } else { Box::new(File::open(path)?) };
    import::read(&mut input, named)
}

fn save(evidence: &Evidence, path: &Path) -> Result<(), String> {
    let case = Case { evidence: evidence.clone(), expect: None };
    let text = case.to_toml().map_err(|error| output::chain(&error))?;
    File::create(path).and_then(|mut file| file.write_all(text.as_bytes())).map_err(|error| error.to_string())
}
