//! Where output goes and how it looks: results on standard output, words to the user on standard error.

use std::borrow::Cow;
use std::error::Error;
use std::io::{IsTerminal, Read, Write};
use std::path::Path;
use std::process::ExitCode;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};

use super::COULD_NOT_TELL;
use crate::clients::{self, Client};
use crate::evidence::Evidence;
use crate::evidence::redact::redact;
use crate::report::formats::{self, Format};
use crate::report::{self, Report, Require, Strictness, Style};

/// Where no terminal tells its width.
const USUAL_WIDTH: usize = 80;

#[derive(Args, Debug)]
pub struct OutputArgs {
    /// How the report is written
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = format_names())]
    format: &'static Format,
    /// Colours
    #[arg(long, value_enum, value_name = "WHEN", default_value = "auto")]
    color: Color,
    /// Draw with ASCII characters only
    #[arg(long)]
    ascii: bool,
    /// Lay the report out for so many columns, instead of the terminal's
    #[arg(long, value_name = "COLUMNS", value_parser = clap::value_parser!(u16).range(Style::NARROWEST as i64..))]
    width: Option<u16>,
    /// Add the dialogue with its times
    #[arg(short, long, action = clap::ArgAction::Count)]
    verbose: u8,
    /// Put placeholders for addresses, host names, user names and paths; a greeting's other words stay
    #[arg(long)]
    redact: bool,
    /// Say first what this client would do here, and which setting makes it work: curl, filezilla, winscp, wget...
    #[arg(long = "for", visible_alias = "client", value_name = "CLIENT", value_parser = client_named)]
    for_client: Option<&'static Client>,
    /// Fail unless this mode works
    #[arg(long, value_enum, value_name = "MODE")]
    require: Option<Required>,
    /// Exit with 1 when a mode works and a warning or error stands
    #[arg(long)]
    strict: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Color {
    Auto,
    Always,
    Never,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Required {
    Passive,
    Active,
    Both,
}

/// Whether one output holds one report and no more.
pub fn takes_one_report(args: &OutputArgs) -> bool {
    args.format.stands_alone || args.format.id == "json"
}

/// Why reports of several targets can't be written as asked, if they can't.
pub fn no_room_for_several(args: &OutputArgs) -> Option<String> {
    args.format.stands_alone.then(|| format!("--format {} takes one target", args.format.id))
}

/// The evidence as it is to be shown and kept.
pub fn shown_as_asked(args: &OutputArgs, evidence: Evidence) -> Evidence {
    if args.redact { redact(&evidence) } else { evidence }
}

/// Whether names are left out: a file's name may be one, too.
pub fn redacts(args: &OutputArgs) -> bool {
    args.redact
}

/// Prints a report as asked; what tells of all targets at once waits for [`status`].
pub fn print(args: &OutputArgs, report: &Report) {
    if args.format.together.is_some() {
        return;
    }
    let style = Style { verbose: args.verbose, ..style(args.color, args.width, args.ascii) };
    // A log is of the client that matters.
    let of_log = || report.evidence.log.as_ref().and_then(|log| clients::with_id(log.program.as_deref()?));
    let report = match args.for_client.or_else(of_log) {
        Some(client) => Cow::Owned(report.clone().for_client(client.id)),
        None => Cow::Borrowed(report),
    };
    write(&formats::render(args.format, &report, &style));
}

#[allow(clippy::print_stdout)]
fn write(text: &str) {
    let mut out = std::io::stdout().lock();
    // A full disk or a closed pipe is the reader's affair; the exit status still tells the result.
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// How text is to look on standard output.
pub fn style(colour: Color, width: Option<u16>, ascii: bool) -> Style {
    let colour = wants_colour(colour);
    colored::control::set_override(colour);
    // Older consoles have to be told to read colours.
    #[cfg(windows)]
    if colour {
        _ = colored::control::set_virtual_terminal(true);
    }
    let width = width.map(usize::from).or_else(terminal_width).unwrap_or(USUAL_WIDTH).max(Style::NARROWEST);
    Style { width, colour, ascii: ascii || !speaks_utf8(), verbose: 0 }
}

/// The exit status over all reports, and the output that tells of them at once where one was asked for.
pub fn status<'a>(args: &OutputArgs, reports: impl IntoIterator<Item = &'a Report>) -> ExitCode {
    let require = args.require.map(|required| match required {
        Required::Passive => Require::Passive,
        Required::Active => Require::Active,
        Required::Both => Require::Both,
    });
    let together = args.format.together;
    let strictness = if args.strict || together.is_some() { Strictness::Strict } else { Strictness::Lenient };
    let judged = reports.into_iter().map(|report| (report, report::exit_status(report, require, strictness)));
    let all: Vec<(&Report, u8)> = judged.collect();
    if let Some(together) = together {
        write(&together(&all, &style(Color::Never, args.width, args.ascii)));
    }
    ExitCode::from(report::worst_status(all.into_iter().map(|(_, status)| status)))
}

pub fn print_schema() -> ExitCode {
    let text = serde_json::to_string_pretty(&report::schema()).unwrap_or_default();
    let _ = writeln!(std::io::stdout(), "{text}");
    ExitCode::SUCCESS
}

/// One line on standard error; the status for what could not be told.
pub fn fail(why: &str) -> ExitCode {
    let _ = writeln!(std::io::stderr(), "ftpmode: {why}");
    ExitCode::from(COULD_NOT_TELL)
}

pub fn fail_with(what: &str, error: &dyn Error) -> ExitCode {
    fail(&format!("{what}: {}", chain(error)))
}

/// The same where no report comes of what was asked: monitoring reads standard output alone.
pub fn give_up(args: &OutputArgs, why: &str) -> ExitCode {
    if args.format.together.is_some() {
        write(&formats::nagios::gave_up(why, &style(Color::Never, args.width, args.ascii)));
    }
    fail(why)
}

pub fn give_up_with(args: &OutputArgs, what: &str, error: &dyn Error) -> ExitCode {
    give_up(args, &format!("{what}: {}", chain(error)))
}

pub fn warn(what: &str) {
    let _ = writeln!(std::io::stderr(), "ftpmode: {what}");
}

/// An error and its sources, in one line.
pub fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text = format!("{text}: {}", error.to_string().trim_end());
        source = error.source();
    }
    text
}

/// A user's own words, fit for a terminal.
pub fn shown(text: &str) -> String {
    report::escape::visible(text, &Style::default())
}

/// A file's text; - is standard input.
pub fn read(path: &Path) -> std::io::Result<String> {
    if path.as_os_str() == "-" {
        let mut text = String::new();
        return std::io::stdin().read_to_string(&mut text).map(|_| text);
    }
    std::fs::read_to_string(path)
}

/// The names and their help come from the formats' own table.
fn format_names() -> impl TypedValueParser<Value = &'static Format> {
    let names = formats::ALL.iter().map(|format| PossibleValue::new(format.id).help(format.help));
    PossibleValuesParser::new(names).try_map(|name| formats::with_id(&name).ok_or("there is no format of this name"))
}

fn client_named(id: &str) -> Result<&'static Client, String> {
    let known = || clients::ALL.iter().map(|client| client.id).collect::<Vec<_>>().join(", ");
    clients::with_id(id).ok_or_else(|| format!("the clients are {}", known()))
}

/// no-color.org, CLICOLOR_FORCE, TERM=dumb; the option above all.
fn wants_colour(asked: Color) -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    match asked {
        Color::Always => true,
        Color::Never => false,
        Color::Auto if set("NO_COLOR") => false,
        Color::Auto if std::env::var_os("CLICOLOR_FORCE").is_some_and(|value| !value.is_empty() && value != "0") => {
            true
        }
        Color::Auto => std::io::stdout().is_terminal() && std::env::var_os("TERM").is_none_or(|term| term != "dumb"),
    }
}

fn terminal_width() -> Option<usize> {
    terminal_size::terminal_size_of(std::io::stdout()).map(|(width, _)| usize::from(width.0))
}

/// The first of LC_ALL, LC_CTYPE and LANG that is set decides (POSIX, locale); Windows consoles write Unicode.
fn speaks_utf8() -> bool {
    if cfg!(windows) {
        return true;
    }
    let first = ["LC_ALL", "LC_CTYPE", "LANG"]
        .into_iter()
        .filter_map(|name| std::env::var(name).ok())
        .find(|value| !value.is_empty());
    first.is_some_and(|locale| {
        let locale = locale.to_ascii_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    })
}

/// Comes when the user, or whoever stops programs, wants this one to end: SIGINT, SIGTERM or SIGHUP.
#[cfg(unix)]
pub async fn ended_by_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let one = async |kind: SignalKind| match signal(kind) {
        Ok(mut signal) => _ = signal.recv().await,
        // Without a handler it ends at once, as it would have.
        Err(_) => std::future::pending().await,
    };
    tokio::select! {
        () = one(SignalKind::interrupt()) => {}
        () = one(SignalKind::terminate()) => {}
        () = one(SignalKind::hangup()) => {}
    }
}

/// The same on Windows: Ctrl-C, Ctrl-Break, or the console's window is closed.
#[cfg(windows)]
pub async fn ended_by_signal() {
    use tokio::signal::windows::{ctrl_break, ctrl_c, ctrl_close};
    let (Ok(mut c), Ok(mut broken), Ok(mut closed)) = (ctrl_c(), ctrl_break(), ctrl_close()) else {
        // Without a handler it ends at once, as it would have.
        return std::future::pending().await;
    };
    tokio::select! {
        _ = c.recv() => {}
        _ = broken.recv() => {}
        _ = closed.recv() => {}
    }
}
