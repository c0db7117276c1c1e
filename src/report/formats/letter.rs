//! The letter to whoever must act, and nothing else: to be mailed as it stands.

use super::{Format, text};
use crate::report::{Report, Style, answer};

pub static FORMAT: Format = Format {
    id: "letter",
    help: "a letter to whoever must act, ready to be sent",
    stands_alone: false,
    together: None,
    render,
};

fn render(report: &Report, style: &Style) -> String {
    match (answer::letter(report), &report.comparison) {
        (Some(letter), _) => text::letter(letter, style),
        (None, Some(_)) => {
            "The two together put the fault on nobody's side, so there is no letter to send. Each has its own: ftpmode report \
             FILE --format letter.\n"
                .to_owned()
        }
        (None, None) => match answer::shortfalls(report) {
            none if none.is_empty() => "Nothing needs mending here, so there is no letter to send.\n".to_owned(),
            short => format!("No fault was found, so there is no letter to send. {}\n", short.join(" ")),
        },
    }
}
