//! Whatever a server writes: no escape sequence, no hidden character and no line wider than the terminal comes out.

use std::net::SocketAddr;

use ftpmode::evidence::attempt::{Address, DataVerb, Load};
use ftpmode::evidence::redact::redact;
use ftpmode::evidence::security::{Broken, Protection, Security};
use ftpmode::evidence::timeline::{Awaited, Event, Session, What};
use ftpmode::evidence::{Control, CutShort, Dial, Evidence, NotTried, Outcome, TargetAsked};
use ftpmode::protocol::reply::Reply;
use ftpmode::report::{Report, Style, escape, formats};
use proptest::prelude::*;
use unicode_width::UnicodeWidthStr;

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_text_is_safe_to_look_at(evidence in evidence(), style in style()) {
        colored::control::set_override(true);
        let text = render("text", &evidence, &style);
        let text = if style.colour { without_colour(&text) } else { text };
        for line in text.split('\n') {
            prop_assert!(line.width() <= style.width, "{} > {}: {line}", line.width(), style.width);
            prop_assert!(!line.chars().any(is_harmful), "{line:?}");
        }
        prop_assert!(!style.ascii || text.is_ascii());
    }

    #[test]
    fn the_json_is_safe_to_look_at_and_loses_nothing(evidence in evidence()) {
        let report = Report::of(&evidence);
        for id in ["json", "ndjson"] {
            let text = render(id, &evidence, &Style::default());
            prop_assert!(!text.chars().any(|c| c != '\n' && is_harmful(c)));
            let read: serde_json::Value = serde_json::from_str(&text).expect("JSON");
            prop_assert_eq!(read, serde_json::to_value(&report).expect("JSON"));
        }
    }

    #[test]
    fn escaping_twice_is_escaping_once(text in text(), ascii in any::<bool>()) {
        let style = Style { ascii, ..Style::default() };
        let once = escape::visible(&text, &style);
        prop_assert_eq!(escape::visible(&once, &style), once);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 120, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_markdown_holds_no_mark_of_a_servers(evidence in evidence()) {
        let text = render("markdown", &evidence, &Style::default());
        prop_assert!(!text.chars().any(|c| c != '\n' && is_harmful(c)), "{text:?}");
        let report = Report::of(&evidence);
        if let Err(why) = super::markdown::only_ours(&text, &report) {
            prop_assert!(false, "{why}\n{text}");
        }
    }

    #[test]
    fn the_page_holds_no_markup_of_a_servers(evidence in evidence()) {
        let text = render("html", &evidence, &Style::default());
        let body = text.split("</style>").nth(1).unwrap_or_default();
        prop_assert!(!body.chars().any(|c| c != '\n' && is_harmful(c)), "{body:?}");
        for tag in body.split('<').skip(1) {
            let (inside, after) = tag.split_once('>').unwrap_or((tag, ""));
            let name = inside.trim_start_matches('/').split([' ', '/']).next().unwrap_or_default();
            prop_assert!(TAGS.contains(&name), "<{inside}> in {body}");
            prop_assert!(!after.contains(['>', '"', '\'']), "{after} behind <{inside}>");
            let attributes: Vec<&str> = inside.split('"').step_by(2).collect();
            prop_assert!(attributes.iter().all(|text| !text.contains(['<', '&'])), "<{inside}>");
        }
    }

    #[test]
    fn whatever_it_says_it_is_redacted(evidence in evidence()) {
        let redacted = redact(&evidence);
        prop_assert_eq!(redacted.attempts.len(), evidence.attempts.len());
        let report = Report::of(&redacted);
        let text = formats::render(formats::with_id("json").expect("a format"), &report, &Style::default());
        prop_assert!(text.contains("\"redacted\": true"));
    }
}

/// The elements that a page is made of.
const TAGS: &[&str] = &[
    "head",
    "body",
    "html",
    "main",
    "h1",
    "h2",
    "h3",
    "p",
    "section",
    "article",
    "ul",
    "li",
    "dl",
    "dt",
    "dd",
    "strong",
    "code",
    "pre",
    "blockquote",
    "div",
    "span",
    "br",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "footer",
    "svg",
    "title",
    "desc",
    "g",
    "rect",
    "line",
    "polygon",
    "text",
];

#[test]
fn what_a_terminal_would_obey_is_written_out() {
    let unicode = Style::default();
    let ascii = Style { ascii: true, ..unicode };
    for (text, style, want) in [
        ("220 \x1b[31mred\x07", unicode, "220 \\x1b[31mred\\x07"),
        ("a\nb\tc\r", unicode, "a\\x0ab\\x09c\\x0d"),
        ("\u{9b}2J\x7f", unicode, "\\x9b2J\\x7f"),
        ("user\u{202e}gpj.exe", unicode, "user\\u{202e}gpj.exe"),
        ("a\u{200b}b\u{feff}\u{2066}", unicode, "a\\u{200b}b\\u{feff}\\u{2066}"),
        ("Größe “x” …", unicode, "Größe “x” …"),
        ("Größe “x” …", ascii, "Gr\\xf6\\xdfe \"x\" ..."),
        ("日本", ascii, "\\u{65e5}\\u{672c}"),
        ("e\u{301}", unicode, "e\u{301}"),
    ] {
        assert_eq!(escape::visible(text, &style), want);
    }
    let stack = format!("a{}", "\u{301}".repeat(500));
    assert_eq!(escape::visible(&stack, &unicode).matches('\u{301}').count(), 3);
}

/// Removes what `colored` writes, and nothing else.
pub fn without_colour(text: &str) -> String {
    let mut parts = text.split("\x1b[");
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.find(|c: char| !(c.is_ascii_digit() || c == ';')).expect("the end of a sequence");
        assert_eq!(&part[end..=end], "m", "an escape sequence that is no colour");
        plain.push_str(&part[end + 1..]);
    }
    plain
}

fn render(id: &str, evidence: &Evidence, style: &Style) -> String {
    let format = formats::with_id(id).expect("a format");
    formats::render(format, &Report::of(evidence), style)
}

/// Written down apart from the code under test.
fn is_harmful(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{ad}')
        || matches!(c, '\u{61c}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0000}'..='\u{e0fff}')
}

fn style() -> impl Strategy<Value = Style> {
    (60..=160_usize, any::<bool>(), any::<bool>(), 0..3_u8).prop_map(|(width, colour, ascii, verbose)| Style {
        width,
        colour,
        ascii,
        verbose,
    })
}

/// What Markdown, HTML and the places where tickets are written would make something of.
const MARKS: &[&str] = &[
    "</pre><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "\"><svg onload=1>",
    "&lt;b&gt; &#60;",
    "[x](http://evil.example)",
    "![x](http://evil.example/x.png)",
    "<http://evil.example>",
    "http://evil.example/a|b",
    "www.evil.example",
    "root@evil.example",
    " @all ",
    " #12 ",
    " !7 ",
    ":smile:",
    "**b** __i__ ~~s~~ `c`",
    "``` ````",
    "| a | b |",
    "\\|",
    "\\",
    "# h",
    "> q",
    "- [ ] t",
    "1. x",
    "---",
    "===",
    "[^1]: f",
    "[a]: http://evil.example",
    "$x$ $$y$$",
    "<!-- ",
    "</blockquote>",
    "^a^ ==m==",
    "{color:red}x{color}",
];

/// Any characters, the harmful ones often, and long words.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        3 => "[ -~]{0,20}",
        2 => "\\PC{0,12}",
        2 => any::<String>(),
        1 => "[\u{1b}\u{7}\u{9b}\u{7f}\u{202e}\u{200b}\u{2066}\u{301}\u{fe0f}\r\n\t]{1,6}",
        1 => "[a-z日本😀\u{301}]{60,200}",
        1 => "\u{1b}\\[[0-9]{1,3}[A-Zm]",
        1 => "192\\.168\\.1\\.[0-9]{1,2}",
        2 => prop::sample::select(MARKS.to_vec()).prop_map(str::to_owned),
    ];
    prop::collection::vec(piece, 0..4).prop_map(|pieces| pieces.concat())
}

fn reply() -> impl Strategy<Value = What> {
    let code = prop_oneof![
        Just(150_u16),
        Just(200),
        Just(220),
        Just(226),
        Just(227),
        Just(230),
        Just(425),
        Just(500),
        Just(530)
    ];
    (code, text()).prop_map(|(code, text)| What::Replied(Reply { code, text: format!("{code} {text}") }))
}

fn endpoint() -> impl Strategy<Value = SocketAddr> {
    prop_oneof![any::<([u8; 4], u16)>().prop_map(SocketAddr::from), any::<([u16; 8], u16)>().prop_map(SocketAddr::from)]
}

fn what() -> impl Strategy<Value = What> {
    prop_oneof![
        4 => reply(),
        1 => text().prop_map(|text| What::Sent(format!("LIST {text}"))),
        1 => (text(), text()).prop_map(|(why, text)| What::Nonsense { why, text }),
        1 => text().prop_map(What::Unreadable),
        1 => text().prop_map(What::Failed),
        1 => endpoint().prop_map(What::Named),
        1 => endpoint().prop_map(What::Dialled),
        1 => (endpoint(), endpoint()).prop_map(|(local, peer)| What::Accepted { local, peer }),
        1 => endpoint().prop_map(What::Stranger),
        1 => (0.0..1e12).prop_map(|ms| What::Silent { awaited: Awaited::Callback, ms }),
        1 => (0.0..1e5).prop_map(|ms| What::Silent { awaited: Awaited::Connect, ms }),
        1 => any::<u64>().prop_map(What::Received),
        1 => text().prop_map(|words| What::TlsFailed { how: Broken::NotTls, words }),
        1 => text().prop_map(|version| What::Secured { version, session: Session::New }),
        1 => Just(What::Withheld),
        1 => Just(What::Refused),
        1 => Just(What::EndOfFile),
        1 => Just(What::CutShort),
    ]
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let event = (0.0..1e7, what()).prop_map(|(at_ms, what)| Event { at_ms, line: None, what });
    prop::collection::vec(event, 0..8)
}

fn evidence() -> impl Strategy<Value = Evidence> {
    let verb = || prop::sample::select(DataVerb::ALL.to_vec());
    let address =
        || prop::sample::select(vec![Address::ControlPeer, Address::Advertised, Address::Local, Address::Given]);
    let dial = (endpoint(), events()).prop_map(|(address, events)| Dial { address, events });
    let control = (endpoint(), endpoint(), events(), any::<bool>()).prop_map(|(local, peer, mut events, logs_in)| {
        if logs_in {
            let told = ["220 ready", "230 in"].map(|text| Reply::from_text(text).expect("a reply"));
            let [greeting, login] = told.map(|reply| Event { at_ms: 1.0, line: None, what: What::Replied(reply) });
            let user = Event { at_ms: 1.0, line: None, what: What::Sent("USER anonymous".to_owned()) };
            events.splice(0..0, [greeting, user, login]);
        }
        let security = if events.len() % 2 == 0 { Security::Plain } else { Security::ExplicitTls };
        Control { local, peer, connect_ms: 1.0, security, certificate: None, client: None, events }
    });
    let protection = || {
        use Protection::{Clear, NewSession, Plain, Private, Tls12};
        prop::sample::select(vec![Plain, Plain, Clear, Private, NewSession, Tls12])
    };
    let outcome = (verb(), address(), protection(), events()).prop_map(|(verb, address, protection, events)| Outcome {
        protection,
        load: Load::Usual,
        verb,
        address,
        control: 0,
        set_aside: false,
        events,
    });
    let skipped = (verb(), address(), text()).prop_map(|(verb, address, because)| NotTried {
        verb,
        address,
        load: Load::Usual,
        protection: Protection::Plain,
        because,
    });
    let cut = prop::option::of(prop::sample::select(vec![CutShort::Deadline, CutShort::Interrupted]));
    (
        (text(), text(), any::<u16>()),
        prop::collection::vec(dial, 0..2),
        prop::collection::vec(control, 0..3),
        prop::collection::vec(outcome, 0..6),
        prop::collection::vec(skipped, 0..3),
        cut,
        0.0..1e9,
    )
        .prop_map(|((input, host, port), dials, controls, attempts, not_tried, cut_short, duration_ms)| Evidence {
            target: TargetAsked { input, host, port },
            dials,
            controls,
            attempts,
            not_tried,
            cut_short,
            duration_ms,
            ..Evidence::default()
        })
}
