//! The letter to whoever must act, and nothing else: to be mailed as it stands.

use super::{Format, text};
use crate::diagnosis::verdict::Recommendation;
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
            none if none.is_empty() && !moves_data(report) => {
                "Nothing was found that somebody else has to mend, so there is no letter to send. How to learn more stands in \
                 the report, under its next step.\n"
                    .to_owned()
            }
            none if none.is_empty() => "Nothing needs mending here, so there is no letter to send.\n".to_owned(),
            short => format!("No fault was found, so there is no letter to send. {}\n", short.join(" ")),
        },
    }
}

/// Whether any mode does: nothing else reads as if all were well.
fn moves_data(report: &Report) -> bool {
    !matches!(report.verdict.recommendation, Recommendation::None | Recommendation::Unknown)
}
