//! HTML and SVG under way.
//!
//! Invariant: what stands in the sources goes out as it is, for it is `&'static str`; everything else is a number, or
//! goes through [`Markup::text`]. There is no third way in, so that no text of a server's can become markup.

use crate::report::{Style, escape};

/// A document, or a piece of one.
#[derive(Default)]
pub struct Markup(String);

/// An attribute's value.
#[derive(Clone, Copy)]
pub enum Value<'v> {
    Number(f64),
    Word(&'static str),
    Text(&'v str),
}

pub type Attribute<'v> = (&'static str, Value<'v>);

impl Markup {
    /// Markup of our own.
    pub fn raw(&mut self, markup: &'static str) {
        self.0.push_str(markup);
    }

    /// Whatever it holds, it is text: control characters and what turns the direction of writing are written out, and
    /// what HTML would obey is escaped.
    pub fn text(&mut self, text: &str) {
        for c in escape::visible(text, &Style::default()).chars() {
            match c {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\'' => self.0.push_str("&#39;"),
                c => self.0.push(c),
            }
        }
    }

    /// An element with content. `open` is its name, and attributes that are always the same: `p class="lead"`.
    pub fn element(&mut self, open: &'static str, content: impl FnOnce(&mut Self)) {
        self.with(open, &[], content);
    }

    /// An element that holds a text.
    pub fn line(&mut self, open: &'static str, text: &str) {
        self.with(open, &[], |inside| inside.text(text));
        self.raw("\n");
    }

    /// An element with further attributes.
    pub fn with(&mut self, open: &'static str, attributes: &[Attribute], content: impl FnOnce(&mut Self)) {
        self.open(open, attributes);
        content(self);
        self.0.push_str("</");
        self.0.push_str(open.split(' ').next().unwrap_or(open));
        self.0.push('>');
    }

    /// An element of SVG without content.
    pub fn shape(&mut self, open: &'static str, attributes: &[Attribute]) {
        self.open(open, attributes);
        self.0.pop();
        self.0.push_str("/>\n");
    }

    fn open(&mut self, open: &'static str, attributes: &[Attribute]) {
        self.0.push('<');
        self.0.push_str(open);
        for (name, value) in attributes {
            self.0.push(' ');
            self.0.push_str(name);
            self.0.push_str("=\"");
            match value {
                // Tenths of a pixel are more than anybody sees.
                Value::Number(number) => self.0.push_str(&((number * 10.0).round() / 10.0).to_string()),
                Value::Word(word) => self.0.push_str(word),
                Value::Text(text) => self.text(text),
            }
            self.0.push('"');
        }
        self.0.push('>');
    }

    pub fn finish(self) -> String {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_stays_a_text_wherever_it_stands() {
        let mut markup = Markup::default();
        let hostile = "\"><script>alert('1')</script>&\u{202e}\n";
        markup.with("p", &[("title", Value::Text(hostile)), ("x", Value::Number(1.25))], |p| p.text(hostile));
        let escaped = "&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;\\u{202e}\\x0a";
        assert_eq!(markup.finish(), format!("<p title=\"{escaped}\" x=\"1.3\">{escaped}</p>"));
    }
}
