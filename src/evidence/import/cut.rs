//! Bytes into numbered pieces of lines, and those handed over to another thread in batches, with what their words tell:
//! either thread takes half of the time that a log takes.

use std::io::{self, ErrorKind, Read};
use std::sync::mpsc::sync_channel;

use memchr::memchr;

use super::signs::Signs;
use super::words::{self, Heard};
use super::{Gathered, Reading, clean, framed, wrapped};

/// Bytes read at once, and so the size of a batch.
const AT_ONCE: usize = 256 * 1024;
/// Batches that may wait.
const WAITING: usize = 4;

/// Cuts lines, each with its number, counted from 1.
#[derive(Default)]
struct Cutter {
    lines: clean::Lines,
    numbers: Numbers,
}

#[derive(Default)]
struct Numbers {
    last: u32,
    frame: framed::Frame,
    /// The last line, which the next may be a part of, and its number.
    held: Option<u32>,
    line: String,
}

impl Cutter {
    /// Hands over the lines that these bytes end, each with its number; the rest is kept for the next bytes.
    fn feed(&mut self, bytes: &[u8], take: &mut impl FnMut(u32, &str)) {
        let numbers = &mut self.numbers;
        self.lines.feed(bytes, &mut |line| numbers.cut(line, take));
    }

    /// Hands over what is left: the last line, which nothing ended.
    fn finish(&mut self, take: &mut impl FnMut(u32, &str)) {
        let numbers = &mut self.numbers;
        self.lines.finish(&mut |line| numbers.cut(line, take));
        numbers.let_go(take);
    }
}

/// Where vsftpd's lines of a dialogue begin. They are longer than a mail's lines.
const OF_VSFTPD: [&str; 2] = ["FTP response: Client \"", "FTP command: Client \""];

/// Whether a line of vsftpd's lacks its end: both the client and what was said stand in quotation marks.
fn lacks_its_end(piece: &str) -> bool {
    memchr(b'"', piece.as_bytes()).is_some() && OF_VSFTPD.iter().any(|begin| piece.contains(begin)) && {
        let marks = piece.bytes().filter(|byte| *byte == b'"').count();
        marks < 4 || marks % 2 == 1
    }
}

impl Numbers {
    /// Hands over the line that was held, and holds this one; or what both are together.
    fn hold(&mut self, piece: &str, take: &mut impl FnMut(u32, &str)) {
        if self.held.is_some() {
            if wrapped::is_soft(&self.line) {
                self.line.pop();
                return self.line.push_str(piece);
            }
            if lacks_its_end(&self.line) && !piece.contains("Client \"") {
                self.line.push_str(piece);
                return self.let_go(take);
            }
            if let Some(whole) = wrapped::whole(&self.line, piece) {
                self.line = whole;
                return self.let_go(take);
            }
            self.let_go(take);
        }
        self.held = Some(self.last);
        self.line.push_str(piece);
    }

    fn let_go(&mut self, take: &mut impl FnMut(u32, &str)) {
        if let Some(number) = self.held.take() {
            take(number, &self.line);
        }
        self.line.clear();
    }

    fn cut(&mut self, raw: &str, take: &mut impl FnMut(u32, &str)) {
        self.last = self.last.saturating_add(1);
        let raw = &*framed::out_of_json(raw);
        let mut take = |piece: &str| {
            let piece = self.frame.unframed(piece.trim_end(), self.last);
            self.hold(piece, take);
        };
        if memchr(b'\\', raw.as_bytes()).is_none() || !raw.contains("\\r\\n") {
            return clean::unmarked(raw, &mut take);
        }
        // Several replies written out as one string.
        for part in raw.split("\\r\\n") {
            // What closes the string is no line.
            if part.bytes().any(|byte| byte.is_ascii_alphanumeric()) {
                clean::unmarked(part, &mut take);
            }
        }
    }
}

/// Pieces one behind the other.
#[derive(Default)]
struct Batch {
    text: String,
    pieces: Vec<Piece>,
}

struct Piece {
    number: u32,
    /// Where it ends in the text.
    end: usize,
    ahead: Ahead,
}

/// What is found out of a line ahead of its turn: what needs to know of no other.
#[derive(Clone, Copy)]
pub struct Ahead {
    pub heard: Heard,
    pub signs: Signs,
}

impl Ahead {
    pub fn of(text: &str) -> Self {
        Self { heard: words::hear(text), signs: Signs::of(text) }
    }
}

impl Batch {
    fn push(&mut self, number: u32, piece: &str) {
        self.text.push_str(piece);
        self.pieces.push(Piece { number, end: self.text.len(), ahead: Ahead::of(piece) });
    }

    fn each(&self, mut take: impl FnMut(u32, &str, Ahead)) {
        let mut from = 0;
        for piece in &self.pieces {
            take(piece.number, &self.text[from..piece.end], piece.ahead);
            from = piece.end;
        }
    }
}

/// Reads a log to its end; `named` is what reports call it. Fails where the input does.
pub fn read(input: &mut impl Read, named: &str) -> io::Result<Reading> {
    let (sender, receiver) = sync_channel::<Batch>(WAITING);
    std::thread::scope(|scope| {
        let gatherer = scope.spawn(move || {
            let mut gathered = Gathered::default();
            for batch in receiver {
                batch.each(|number, piece, ahead| gathered.line(number, piece, ahead));
            }
            gathered
        });
        let mut cutter = Cutter::default();
        let mut bytes = vec![0; AT_ONCE];
        loop {
            let mut batch = Batch::default();
            let count = match input.read(&mut bytes) {
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                read => read?,
            };
            match count {
                0 => cutter.finish(&mut |number, piece| batch.push(number, piece)),
                count => cutter.feed(&bytes[..count], &mut |number, piece| batch.push(number, piece)),
            }
            // The other end goes only where it panicked, which joining it tells.
            let gone = sender.send(batch).is_err();
            if gone || count == 0 {
                break;
            }
        }
        drop(sender);
        let gathered = gatherer.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        Ok(gathered.read(named))
    })
}
