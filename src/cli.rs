//! The command line: arguments into validated requests, one file a subcommand.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

mod article;
mod check;
mod compare;
mod demo;
mod explain;
mod login;
mod netrc;
mod output;
mod progress;
mod recipe;
mod report;
mod serve;
mod triage;

/// Exit status for what could not be told, which includes how the command was called.
const COULD_NOT_TELL: u8 = 3;

/// Active or passive FTP? Tries both through the firewalls on the way, says which works, and whose setting is wrong.
#[derive(Parser)]
#[command(name = "ftpmode", version, max_term_width = 100, after_help = AFTER_HELP)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

const AFTER_HELP: &str = "\
Exit status of check, triage, report and compare:
  0  usable: a mode moves data, and what --require asks for holds
  1  usable, but a warning or error stands (with --strict, and with --format nagios)
  2  no mode moves data, or the required one does not
  3  could not tell: name, control connection, login, or how the command was called

Try it without a network:  ftpmode demo
Active or passive, and why:  ftpmode explain which-mode";

#[derive(Subcommand)]
enum Command {
    Check(Box<check::CheckArgs>),
    Triage(triage::TriageArgs),
    Report(report::ReportArgs),
    Compare(compare::CompareArgs),
    Recipe(recipe::RecipeArgs),
    Explain(explain::ExplainArgs),
    Demo(demo::DemoArgs),
    Serve(serve::ServeArgs),
    /// Print the JSON Schema (2020-12) of the report
    Schema,
}

/// The command line as clap knows it; articles show commands, and a test parses them.
pub fn command() -> clap::Command {
    <Cli as clap::CommandFactory>::command()
}

/// Runs the command line to its exit status.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return bad_call(&error),
    };
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return output::fail(&format!("no event loop: {error}")),
    };
    let status = runtime.block_on(async {
        match cli.command {
            Command::Check(args) => check::run(*args).await,
            Command::Triage(args) => triage::run(&args),
            Command::Report(args) => report::run(&args),
            Command::Compare(args) => compare::run(&args),
            Command::Recipe(args) => recipe::run(&args),
            Command::Explain(args) => explain::run(&args),
            Command::Demo(args) => demo::run(&args).await,
            Command::Serve(args) => match serve::run(args).await {
                Ok(()) => ExitCode::SUCCESS,
                Err(error) => output::fail(&output::chain(&error)),
            },
            Command::Schema => output::print_schema(),
        }
    });
    // A resolver thread may still be waiting; nobody waits for it.
    runtime.shutdown_background();
    status
}

/// Help and version as they are; what is wrong with a call in one line, with what the user typed made fit for a terminal.
fn bad_call(error: &clap::Error) -> ExitCode {
    if !error.use_stderr() || error.kind() == clap::error::ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        // Nothing is left to tell when the stream is gone.
        let _ = error.print();
        return ExitCode::from(if error.use_stderr() { COULD_NOT_TELL } else { 0 });
    }
    let text = error.render().to_string();
    let end = ["\n\nUsage:", "\n\nFor more information"].iter().filter_map(|mark| text.find(mark)).min();
    let words: Vec<&str> = text[..end.unwrap_or(text.len())].split_whitespace().collect();
    let line = words.join(" ");
    output::fail(&output::shown(line.strip_prefix("error: ").unwrap_or(&line)))
}
