//! The signs of our own that a report is drawn with, in Unicode and in ASCII. The single
//! characters are one column wide, and none has a second, coloured shape in emoji fonts.

use crate::report::Style;

pub struct Signs {
    pub good: &'static str,
    pub bad: &'static str,
    pub warning: &'static str,
    pub open: &'static str,
    pub bar: &'static str,
    pub dot: &'static str,
    pub bullet: &'static str,
    pub ellipsis: &'static str,
    /// Stands where nothing is to be said.
    pub none: &'static str,
    pub line: char,
    /// A line that nobody saw arrive.
    pub faint: char,
    pub fading: char,
    pub side: char,
    pub crossed: char,
    pub leaves_right: char,
    pub leaves_left: char,
    pub head_right: char,
    pub head_left: char,
    pub stop: char,
    pub unknown: char,
    /// Top left, top right, bottom left, bottom right.
    pub corners: [char; 4],
}

pub fn of(style: &Style) -> &'static Signs {
    if style.ascii { &ASCII } else { &UNICODE }
}

static UNICODE: Signs = Signs {
    good: "✓",
    bad: "✗",
    warning: "!",
    open: "?",
    bar: "┃",
    dot: "·",
    bullet: "•",
    ellipsis: "…",
    none: "–",
    line: '─',
    faint: '╌',
    fading: '·',
    side: '│',
    crossed: '┼',
    leaves_right: '├',
    leaves_left: '┤',
    head_right: '►',
    head_left: '◄',
    stop: '✗',
    unknown: '?',
    corners: ['╭', '╮', '╰', '╯'],
};

static ASCII: Signs = Signs {
    good: "[+]",
    bad: "[x]",
    warning: "[!]",
    open: "[?]",
    bar: "|",
    dot: "-",
    bullet: "*",
    ellipsis: "...",
    none: "-",
    line: '-',
    faint: '~',
    fading: '.',
    side: '|',
    crossed: '+',
    leaves_right: '+',
    leaves_left: '+',
    head_right: '>',
    head_left: '<',
    stop: 'X',
    unknown: '?',
    corners: ['+', '+', '+', '+'],
};
