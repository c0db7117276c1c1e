//! How a report is to look.

/// What the caller knows of the stream that the text goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Columns: no line of the text format is wider. At least [`Style::NARROWEST`].
    pub width: usize,
    /// Without it no escape byte is written. With it `colored` paints, so the caller sets its override too.
    pub colour: bool,
    /// Only ASCII leaves the text format.
    pub ascii: bool,
    /// 0: the report. 1: with the dialogue, long replies cut. 2 and more: with all of it.
    pub verbose: u8,
}

impl Style {
    /// Below this nothing can be drawn; a smaller width counts as this one.
    pub const NARROWEST: usize = 60;
}

impl Default for Style {
    fn default() -> Self {
        Self { width: 80, colour: false, ascii: false, verbose: 0 }
    }
}
