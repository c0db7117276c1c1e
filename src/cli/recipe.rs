//! `ftpmode recipe`: how to set a client, and how to mend a server, a firewall or a cloud, with this case's values in it.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::output;
use crate::evidence::case::Case;
use crate::report::Report;
use entry::Found;
use layout::Form;
use values::Values;

mod entry;
mod layout;
mod values;

/// Show how to set a client to either mode, or how to mend a server, a firewall or a cloud
#[derive(Args, Debug)]
pub struct RecipeArgs {
    /// A client, a server, a firewall or a cloud, by any usual name; without, all are listed
    #[arg(value_name = "NAME")]
    name: Option<String>,
    /// Fill in what a saved check or a JSON report knows: addresses and ports; - is standard input
    #[arg(long, value_name = "FILE", requires = "name")]
    report: Option<PathBuf>,
    /// How it is written
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "text")]
    format: Format,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// Plain text for 80 columns
    Text,
    /// Markdown, to paste into a ticket
    Markdown,
}

pub fn run(args: &RecipeArgs) -> ExitCode {
    let form = match args.format {
        Format::Text => Form::Text,
        Format::Markdown => Form::Markdown,
    };
    let text = match &args.name {
        None => layout::list(&entry::all(), form),
        Some(name) => match entry::find(name) {
            Found::One(entry) => match values(args) {
                Ok(values) => layout::recipe(&entry, &values, form),
                Err(why) => return output::fail(&why),
            },
            Found::Several(ids, count) => {
                let (name, some) = (output::shown(name), ids.join(", "));
                return output::fail(&if count > ids.len() {
                    format!("'{name}' is part of {count} names, {some} among them; ftpmode recipe lists them all")
                } else {
                    format!("'{name}' may be any of {some}")
                });
            }
            Found::Nearest(ids) => {
                return output::fail(&format!(
                    "no recipe is called '{}'; the nearest are {}, and ftpmode recipe lists them all",
                    output::shown(name),
                    ids.join(", ")
                ));
            }
        },
    };
    // A reader that goes away has read enough.
    let _ = std::io::stdout().write_all(text.as_bytes());
    ExitCode::SUCCESS
}

/// The examples, or what the report knows.
fn values(args: &RecipeArgs) -> Result<Values, String> {
    let Some(path) = &args.report else { return Ok(Values::examples()) };
    let text = output::read(path).map_err(|error| format!("{} can't be read: {error}", path.display()))?;
    let case = Case::from_text(&text)
        .map_err(|error| format!("{} is no saved check: {}", path.display(), output::chain(&error)))?;
    Ok(Values::of(&Report::of(&case.evidence)))
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::cli::Cli;

    #[test]
    fn every_command_of_ours_in_a_recipe_parses() {
        let mut seen = 0;
        for entry in entry::all() {
            let text = layout::recipe(&entry, &Values::examples(), Form::Markdown);
            let lines = text.lines().filter(|line| line.starts_with("ftpmode "));
            let inline = text.split('`').skip(1).step_by(2).filter(|piece| piece.starts_with("ftpmode "));
            for command in lines.chain(inline) {
                seen += 1;
                if let Err(error) = Cli::try_parse_from(command.split_whitespace()) {
                    panic!("{}: {command}: {error}", entry.id);
                }
            }
        }
        assert!(seen >= 20, "only {seen} were found");
    }
}
