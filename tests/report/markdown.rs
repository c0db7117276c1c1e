//! Markdown, read as GitHub reads it: everything that a server wrote is text.

use comrak::nodes::{AstNode, NodeValue};
use comrak::{Arena, Options, parse_document};
use ftpmode::report::Report;

/// An error where something is marked, linked or mentioned that is not of the format's own making.
pub fn only_ours(text: &str, report: &Report) -> Result<(), String> {
    let arena = Arena::new();
    let mut options = Options::default();
    options.extension.table = true;
    options.extension.autolink = true;
    options.extension.strikethrough = true;
    options.extension.tasklist = true;
    options.extension.footnotes = true;
    options.extension.math_dollars = true;
    let root = parse_document(&arena, text, &options);
    let mut rows = 0;
    let mut headings = 0;
    for node in root.descendants() {
        let value = &node.data.borrow().value;
        match value {
            NodeValue::Link(_)
            | NodeValue::Image(_)
            | NodeValue::HtmlBlock(_)
            | NodeValue::HtmlInline(_)
            | NodeValue::Emph
            | NodeValue::Strikethrough
            | NodeValue::Math(_)
            | NodeValue::BlockQuote
            | NodeValue::TaskItem(_)
            | NodeValue::FootnoteReference(_)
            | NodeValue::FootnoteDefinition(_)
            | NodeValue::ThematicBreak
            | NodeValue::LineBreak => return Err(format!("a {value:?}")),
            NodeValue::Strong => {
                let inside = plain(node);
                let ours = inside.chars().all(|c| c.is_ascii_alphabetic() || " :;,.".contains(c));
                ours.then_some(()).ok_or(format!("strong {inside}"))?;
            }
            NodeValue::CodeBlock(block) if !block.fenced => return Err("an indented block".to_owned()),
            NodeValue::Heading(heading) if heading.setext => return Err("an underlined heading".to_owned()),
            NodeValue::Heading(heading) => headings += usize::from(heading.level < 4),
            NodeValue::TableRow(_) => rows += 1,
            NodeValue::Text(text) => {
                let found = text.split(' ').find(|word| {
                    let named = |sign: char| {
                        word.split(sign).skip(1).any(|rest| rest.starts_with(|c: char| c.is_alphanumeric()))
                    };
                    named('@') || named('#') || named('!')
                });
                if let Some(word) = found {
                    return Err(format!("{word} may be taken for a mention"));
                }
            }
            _ => {}
        }
    }
    let tried = report.attempts.iter().filter(|attempt| attempt.ended_by.is_some() || attempt.works).count();
    // Heads, and a row each; of those not tried none.
    let forecast = if report.control.works { report.forecast.len() + 1 } else { 0 };
    let most = report.attempts.len() + usize::from(!report.attempts.is_empty()) + forecast;
    if rows > most {
        return Err(format!("{rows} rows for {tried} attempts"));
    }
    if headings > 12 {
        return Err(format!("{headings} headings"));
    }
    Ok(())
}

fn plain<'a>(node: &'a AstNode<'a>) -> String {
    let texts = node.descendants().filter_map(|node| match &node.data.borrow().value {
        NodeValue::Text(text) => Some(text.to_string()),
        NodeValue::Code(code) => Some(code.literal.clone()),
        _ => None,
    });
    texts.collect()
}
