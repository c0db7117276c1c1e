//! The drawing as inline SVG: the two ends, what is known to stand between them, and an arrow for each connection. The
//! same facts as the text format draws, from the same courses; here it is laid out twice, for a page and for a phone, and
//! the style sheet shows the one that fits.

use super::super::text::wrap;
use super::markup::{Attribute, Markup, Value};
use crate::report::course::{self, Arrow, Course, Heading, Shown, Tone, Wall, arrows};
use crate::report::{Report, answer};

/// One layout, in the units of its view box.
struct Layout {
    class: &'static str,
    /// Ids within the page, for what a screen reader reads.
    title: &'static str,
    description: &'static str,
    names: &'static str,
    width: f64,
    box_width: f64,
    nat_width: f64,
    /// Between a box and the NAT next to it.
    distance: f64,
    font: f64,
    /// The most lines of a label.
    most_lines: usize,
}

const WIDE: Layout = Layout {
    class: "wide",
    title: "way-title",
    description: "way-description",
    names: "way-title way-description",
    width: 760.0,
    box_width: 200.0,
    nat_width: 52.0,
    distance: 16.0,
    font: 14.0,
    most_lines: 1,
};

const NARROW: Layout = Layout {
    class: "narrow",
    title: "way-title-narrow",
    description: "way-description-narrow",
    names: "way-title-narrow way-description-narrow",
    width: 350.0,
    box_width: 112.0,
    nat_width: 30.0,
    distance: 5.0,
    font: 11.0,
    most_lines: 3,
};

/// Of a font's size: how wide its average letter is, and a letter in a fixed pitch.
const LETTER: f64 = 0.6;
const PITCH: f64 = 0.61;
const PADDING: f64 = 10.0;
/// A head's or a mark's half.
const MARK: f64 = 5.0;

pub fn draw(page: &mut Markup, report: &Report) {
    for layout in [&WIDE, &NARROW] {
        layout.draw(page, report);
    }
}

fn at(name: &'static str, number: f64) -> Attribute<'static> {
    (name, Value::Number(number))
}

impl Layout {
    fn draw(&self, page: &mut Markup, report: &Report) {
        let left = self.fitting(course::client_lines(report, Shown::AsBox));
        let right = self.fitting(course::server_lines(report, Shown::AsBox));
        let nats = course::nats(report);
        let line = self.font * 1.4;
        let head = PADDING + line * (1 + left.len().max(right.len())) as f64;
        let all = arrows(report);
        let lines = all.iter().map(|arrow| self.labelled(arrow, nats).1.len()).max().unwrap_or(1);
        let row = line * (lines + 1) as f64 + MARK * 3.0;
        let height = head + row * all.len() as f64 + PADDING;
        let view = format!("0 0 {} {}", self.width, (height + 2.0).round());
        let attributes = [
            ("class", Value::Word(self.class)),
            ("viewBox", Value::Text(&view)),
            ("aria-labelledby", Value::Word(self.names)),
        ];
        page.with("svg role=\"img\" xmlns=\"http://www.w3.org/2000/svg\"", &attributes, |svg| {
            svg.with("title", &[("id", Value::Word(self.title))], |title| title.text("How far each connection came"));
            svg.with("desc", &[("id", Value::Word(self.description))], |text| text.text(&description(report, &all)));
            let far = self.width - self.box_width;
            for (x, title, lines) in [(0.0, answer::client(report), &left), (far, "FTP server", &right)] {
                self.end(svg, x, height, title, lines);
            }
            let helpers = course::helpers(report);
            for (number, x) in self.nat_places().into_iter().enumerate() {
                if nats.get(number) == Some(&true) {
                    let helper = helpers.get(number).filter(|helper| **helper).map(|_| "ALG");
                    self.nat(svg, x, height, helper);
                }
            }
            let (begin, end) = self.free(nats);
            let fits = |words: &&String| words.chars().count() as f64 * self.font * LETTER < end - begin;
            if let Some(words) = course::helper_beside(report).iter().find(fits) {
                let open = "text class=\"helper\" text-anchor=\"middle\"";
                self.words(svg, open, (begin + end) / 2.0, PADDING + self.font * 2.5, words);
            }
            for (number, arrow) in all.iter().enumerate() {
                self.arrow(svg, arrow, nats, head + row * (number as f64 + 1.0) - MARK * 2.0);
            }
        });
        page.raw("\n");
    }

    fn nat_places(&self) -> [f64; 2] {
        let left = self.box_width + self.distance;
        [left, self.width - left - self.nat_width]
    }

    /// Lines that a box has room for, broken where an address has a joint.
    fn fitting(&self, lines: Vec<String>) -> Vec<String> {
        let most = ((self.box_width - 2.0 * PADDING) / (self.font * PITCH)) as usize;
        lines.iter().flat_map(|line| wrap(line, most)).collect()
    }

    fn end(&self, svg: &mut Markup, x: f64, height: f64, title: &str, lines: &[String]) {
        let size = [at("x", x + 1.0), at("y", 1.0), at("width", self.box_width - 2.0), at("height", height)];
        svg.shape("rect class=\"box\" rx=\"8\"", &size);
        let mut y = PADDING + self.font;
        self.words(svg, "text class=\"what\"", x + PADDING, y, title);
        for text in lines {
            y += self.font * 1.4;
            self.words(svg, "text class=\"address\"", x + PADDING, y, text);
        }
    }

    fn nat(&self, svg: &mut Markup, x: f64, height: f64, helper: Option<&str>) {
        let size = [at("x", x), at("y", 1.0), at("width", self.nat_width), at("height", height)];
        svg.shape("rect class=\"nat\" rx=\"6\"", &size);
        let middle = x + self.nat_width / 2.0;
        self.words(svg, "text class=\"what\" text-anchor=\"middle\"", middle, PADDING + self.font, "NAT");
        if let Some(helper) = helper {
            let y = PADDING + self.font * 2.5;
            self.words(svg, "text class=\"helper\" text-anchor=\"middle\"", middle, y, helper);
        }
    }

    fn words(&self, svg: &mut Markup, open: &'static str, x: f64, y: f64, text: &str) {
        svg.with(open, &[at("x", x), at("y", y), at("font-size", self.font)], |element| element.text(text));
        svg.raw("\n");
    }

    /// An arrow along `y`, its name and ports in the boxes, its label above.
    fn arrow(&self, svg: &mut Markup, arrow: &Arrow, nats: [bool; 2], y: f64) {
        let far = self.width - self.box_width;
        let line = self.font * 1.4;
        let port = |port: &Option<String>| port.as_ref().map(|port| format!("port {port}"));
        let name = if arrow.client_port.is_some() { y - line + MARK } else { y + MARK };
        self.words(svg, "text class=\"name\"", PADDING, name, arrow.name);
        if let Some(port) = port(&arrow.client_port) {
            self.words(svg, "text class=\"port\"", PADDING, y + MARK, &port);
        }
        if let Some(port) = port(&arrow.server_port) {
            self.words(svg, "text class=\"port\"", far + PADDING, y + MARK, &port);
        }
        let group = match arrow.tone {
            Tone::Good => "g class=\"arrow good\"",
            Tone::Bad => "g class=\"arrow bad\"",
            Tone::Warn => "g class=\"arrow warn\"",
            Tone::Dim => "g class=\"arrow dim\"",
        };
        svg.element(group, |svg| match arrow.wall {
            Some(wall) => self.walled(svg, arrow, wall, nats, y),
            None => {
                self.course(svg, arrow, nats, y);
                self.label(svg, arrow, nats, y - MARK - 4.0);
            }
        });
        svg.raw("\n");
    }

    /// The free stretch, where neither a box nor a NAT stands.
    fn free(&self, nats: [bool; 2]) -> (f64, f64) {
        let [first, second] = nats.map(|nat| if nat { self.nat_width + self.distance } else { 0.0 });
        (self.box_width + first, self.width - self.box_width - second)
    }

    fn course(&self, svg: &mut Markup, arrow: &Arrow, nats: [bool; 2], y: f64) {
        let (begin, end) = (self.box_width + 2.0, self.width - self.box_width - 2.0);
        let (free_begin, free_end) = self.free(nats);
        let back = arrow.heading == Heading::ToClient;
        let turned = |x: f64| if back { self.width - x } else { x };
        let (near, far) = if back { (self.width - free_end, self.width - free_begin) } else { (free_begin, free_end) };
        let mut stroke = |class: &'static str, from: f64, to: f64| {
            let ends = [at("x1", turned(from)), at("y1", y), at("x2", turned(to)), at("y2", y)];
            svg.shape(class, &ends);
        };
        match arrow.course {
            Course::Through => {
                stroke("line", begin, end - MARK);
                let tip = turned(end);
                let tail = turned(end - MARK * 2.0);
                let points = format!("{tip:.1},{y:.1} {tail:.1},{:.1} {tail:.1},{:.1}", y - MARK, y + MARK);
                svg.shape("polygon class=\"head\"", &[("points", Value::Text(&points))]);
            }
            Course::AtTheDoor => {
                let x = end - MARK;
                stroke("line", begin, x - MARK);
                self.cross(svg, turned(x), y);
            }
            Course::TurnedAway => {
                let x = far - MARK * 2.0;
                stroke("line", begin, x - MARK);
                self.cross(svg, turned(x), y);
            }
            Course::Stopped => {
                let x = near + (far - near) * 2.0 / 3.0;
                stroke("line", begin, x - MARK);
                self.cross(svg, turned(x), y);
            }
            Course::Lost => {
                let x = near + (far - near) * 3.0 / 4.0;
                let fading = begin + (x - begin) / 2.0;
                stroke("line class=\"faint\"", begin, fading);
                stroke("line class=\"fading\"", fading, x - MARK * 2.0);
                let mark = [at("x", turned(x)), at("y", y + self.font * 0.45), at("font-size", self.font * 1.25)];
                svg.with("text class=\"unknown\" text-anchor=\"middle\"", &mark, |mark| mark.text("?"));
            }
            Course::Absent => {}
        }
    }

    /// An arrow that ends at a known hop: the wall stands where that is on the way, and the label beside it where there
    /// is room, else above.
    fn walled(&self, svg: &mut Markup, arrow: &Arrow, wall: Wall, nats: [bool; 2], y: f64) {
        let (begin, end) = self.free(nats);
        let (part, parts) = wall.place(nats);
        let margin = MARK * 2.0;
        let x = (begin + (end - begin) * part as f64 / parts as f64).clamp(begin + margin, end - margin);
        let (from, to, room, open) = match arrow.heading {
            Heading::ToServer => (self.box_width + 2.0, x - MARK, end - x, "text class=\"label\""),
            Heading::ToClient => {
                let open = "text class=\"label\" text-anchor=\"end\"";
                (self.width - self.box_width - 2.0, x + MARK, x - begin, open)
            }
        };
        let beside = if arrow.heading == Heading::ToServer { x + margin } else { x - margin };
        svg.shape("line", &[at("x1", from), at("y1", y), at("x2", to), at("y2", y)]);
        let size = [at("x", x - 4.0), at("y", y - MARK * 2.2), at("width", 8.0), at("height", MARK * 4.4)];
        svg.shape("rect class=\"wall\" rx=\"2\"", &size);
        let fits = |label: &&String| label.chars().count() as f64 * self.font * LETTER < room - margin * 2.0;
        match arrow.labels.first().filter(fits) {
            Some(label) => self.words(svg, open, beside, y + self.font * 0.35, label),
            None => self.label(svg, arrow, nats, y - MARK * 2.2 - 7.0),
        }
    }

    fn cross(&self, svg: &mut Markup, x: f64, y: f64) {
        for (from, to) in [(y - MARK, y + MARK), (y + MARK, y - MARK)] {
            let ends = [at("x1", x - MARK), at("y1", from), at("x2", x + MARK), at("y2", to)];
            svg.shape("line", &ends);
        }
    }

    fn label(&self, svg: &mut Markup, arrow: &Arrow, nats: [bool; 2], y: f64) {
        let ((begin, end), lines) = self.labelled(arrow, nats);
        let first = y - self.font * 1.2 * lines.len().saturating_sub(1) as f64;
        for (number, line) in lines.iter().enumerate() {
            let y = first + self.font * 1.2 * number as f64;
            self.words(svg, "text class=\"label\" text-anchor=\"middle\"", (begin + end) / 2.0, y, line);
        }
    }

    /// The stretch that a label stands on, and its lines: the longest label between the NATs, or from box to box, or the
    /// shortest.
    fn labelled(&self, arrow: &Arrow, nats: [bool; 2]) -> ((f64, f64), Vec<String>) {
        let free = self.free(nats);
        let stretches = [free, (self.box_width, self.width - self.box_width)];
        let stretches = if self.most_lines == 1 { &stretches[..1] } else { &stretches[..] };
        let wrapped = |label: &String, (begin, end): (f64, f64)| {
            wrap(label, ((end - begin - MARK * 2.0) / (self.font * LETTER)) as usize)
        };
        let all = arrow.labels.iter().flat_map(|label| stretches.iter().map(move |stretch| (label, *stretch)));
        let mut all = all.map(|(label, stretch)| (stretch, wrapped(label, stretch)));
        let shortest = || (free, arrow.labels.last().map(|label| wrapped(label, free)).unwrap_or_default());
        // A word is not broken where another stretch, or a shorter label, holds it whole.
        let whole = |lines: &[String], labels: &[String]| labels.iter().any(|label| *label == lines.join(" "));
        let fits = all.find(|(_, lines)| lines.len() <= self.most_lines && whole(lines, &arrow.labels));
        fits.unwrap_or_else(shortest)
    }
}

/// The drawing in words, for those who do not see it.
fn description(report: &Report, arrows: &[Arrow]) -> String {
    let mut sentences: Vec<String> = Vec::new();
    let [client, server] = course::nats(report);
    let [client_helper, server_helper] = course::helpers(report);
    sentences.extend(client.then(|| "The client stands behind a NAT.".to_owned()));
    sentences.extend((client && client_helper).then(|| "An FTP helper (ALG) stands on the client's side.".to_owned()));
    sentences.extend(server.then(|| "The server stands behind a NAT.".to_owned()));
    sentences.extend((server && server_helper).then(|| "An FTP helper (ALG) stands on the server's side.".to_owned()));
    sentences.extend(course::helper_beside(report).first().map(|words| format!("On the way: {words}.")));
    for arrow in arrows {
        let label = arrow.labels.first().map_or("", String::as_str);
        sentences.push(match (arrow.name, arrow.heading) {
            ("control", _) => format!("Control connection, from the client to the server: {label}."),
            (_, Heading::ToServer) => format!("Passive mode, from the client to the server: {label}."),
            (_, Heading::ToClient) => format!("Active mode, from the server to the client: {label}."),
        });
    }
    sentences.join(" ")
}
