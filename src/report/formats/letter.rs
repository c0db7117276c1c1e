//! The letter to whoever must act, and nothing else: to be mailed as it stands.

use super::{Format, text};
use crate::report::{Report, Style};

pub static FORMAT: Format =
    Format { id: "letter", help: "a letter to whoever must act, ready to be sent", stands_alone: false, render };

fn render(report: &Report, style: &Style) -> String {
    match &report.verdict.handover {
        Some(letter) => text::letter(letter, style),
        None => "Nothing needs mending here, so there is no letter to send.\n".to_owned(),
    }
}
