//! `ftpmode explain`: the articles on findings, reply codes and topics.

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::article;
use super::output::{self, Color};
use crate::knowledge;
use crate::report::{Style, escape};

/// Explain a finding, a server's reply, or a topic: what it means, what it looks like, how it is mended
#[derive(Args, Debug)]
pub struct ExplainArgs {
    /// A finding's id, a reply's code or the whole reply, or a topic; - reads a reply from standard input; without, all
    /// there is to read is listed
    #[arg(value_name = "ID|CODE|REPLY|TOPIC")]
    what: Vec<String>,
    /// How the article is written
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "text")]
    format: Form,
    /// Colours
    #[arg(long, value_enum, value_name = "WHEN", default_value = "auto")]
    color: Color,
    /// Draw with ASCII characters only
    #[arg(long)]
    ascii: bool,
    /// Lay the text out for so many columns, instead of the terminal's and 80 at most
    #[arg(long, value_name = "COLUMNS", value_parser = clap::value_parser!(u16).range(Style::NARROWEST as i64..))]
    width: Option<u16>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Form {
    /// Laid out for a terminal
    Text,
    /// To paste into a ticket or a wiki
    Markdown,
}

pub fn run(args: &ExplainArgs) -> ExitCode {
    let words = match args.what.as_slice() {
        [dash] if dash == "-" => match output::read(Path::new("-")) {
            Ok(text) => text,
            Err(error) => return output::fail_with("standard input", &error),
        },
        words => words.join(" "),
    };
    let found = if args.what.is_empty() { Ok(knowledge::contents()) } else { knowledge::article(&words) };
    let article = match found {
        Ok(article) => article,
        Err(unknown) => return output::fail(&regret(&words, &unknown.nearest)),
    };
    let mut style = output::style(args.color, args.width, args.ascii);
    if args.width.is_none() {
        // Longer lines are harder to read.
        style.width = style.width.min(Style::default().width);
    }
    let text = match args.format {
        Form::Text => article::as_text(&article, &style),
        Form::Markdown => article.lines().map(|line| escape::visible(line, &style) + "\n").collect(),
    };
    // A reader that goes away has read enough.
    let _ = std::io::stdout().write_all(text.as_bytes());
    ExitCode::SUCCESS
}

/// One line: what was not found, and what was perhaps meant.
fn regret(words: &str, nearest: &[&str]) -> String {
    let words = output::shown(words.lines().next().unwrap_or("").trim());
    match nearest {
        [] => format!("nothing is known about '{words}'; ftpmode explain lists what is"),
        [one] => format!("nothing is known about '{words}'; perhaps you meant '{one}'"),
        [most @ .., last] => {
            let most = most.join("', '");
            format!("nothing is known about '{words}'; perhaps you meant '{most}' or '{last}'")
        }
    }
}
