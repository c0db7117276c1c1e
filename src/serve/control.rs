//! One end of a control connection, the server's: command lines in, replies out, in order.
//!
//! Invariant: memory stays bounded whatever comes ([`LONGEST_LINE`], [`MOST_WAITING`]); nothing here waits longer than `idle`.

use std::collections::VecDeque;
use std::future::Future;
use std::io;
use std::pin::pin;
use std::time::Duration;

use thiserror::Error;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::stream::Stream;
use super::tls::Tls;
use crate::protocol::command::{self, LONGEST_LINE};

/// The most command lines kept while a transfer runs; past it, the client's writes wait in its own buffers.
const MOST_WAITING: usize = 32;
/// How long, and for how many bytes, a closing connection still reads: closing with unread bytes would send RST,
/// and RST can destroy the last reply on its way.
const LINGER: Duration = Duration::from_secs(1);
const LINGER_BYTES: usize = 64 * 1024;

/// The control connection.
pub struct Control {
    stream: Stream,
    lines: Lines,
    waiting: VecDeque<Line>,
    idle: Duration,
    reply_delay: Duration,
}

/// A line from the client.
#[derive(Debug, PartialEq, Eq)]
pub enum Line {
    Command { verb: String, argument: String },
    TooLong,
}

/// Why a session ended other than by QUIT.
#[derive(Debug, Error)]
pub enum Gone {
    #[error("the client closed the connection")]
    Closed,
    #[error("the client said nothing for too long")]
    Idle,
    #[error("the client does not read its replies")]
    Deaf,
    #[error("the connection broke: {0}")]
    Broken(io::Error),
    #[error("TLS did not come about: {0}")]
    NoTls(io::Error),
}

/// How work ended that the client was able to stop.
pub enum Attended<T> {
    Done(T),
    /// ABOR came.
    Aborted,
}

impl Control {
    pub fn new(stream: TcpStream, idle: Duration, reply_delay: Duration) -> Self {
        let stream = Stream::Plain(stream);
        let lines = Lines { buffer: Vec::new(), skipping: false };
        Self { stream, lines, waiting: VecDeque::new(), idle, reply_delay }
    }

    /// Shakes hands. What came in plain behind the command that asked for it is nobody's word (RFC 4217 section 12.2),
    /// and is dropped.
    pub async fn secure(&mut self, tls: &Tls) -> Result<(), Gone> {
        let Stream::Plain(stream) = std::mem::replace(&mut self.stream, Stream::Gone) else { return Err(Gone::Closed) };
        self.lines = Lines { buffer: Vec::new(), skipping: false };
        self.waiting.clear();
        self.stream = tls.secure_control(stream, self.idle).await.map_err(Gone::NoTls)?;
        Ok(())
    }

    /// The version of TLS; `None` in plain.
    pub fn tls_version(&self) -> Option<String> {
        self.stream.version()
    }

    /// The next line, waiting for it.
    pub async fn next(&mut self) -> Result<Line, Gone> {
        if let Some(line) = self.waiting.pop_front() {
            return Ok(line);
        }
        timeout(self.idle, self.lines.next(&mut self.stream)).await.map_err(|_| Gone::Idle)?
    }

    /// Sends a reply; `\n` in `text` separates its lines.
    pub async fn reply(&mut self, text: &str) -> Result<(), Gone> {
        if !self.reply_delay.is_zero() {
            tokio::time::sleep(self.reply_delay).await;
        }
        let wire = text.replace('\r', "").replace('\n', "\r\n") + "\r\n";
        let write = async {
            self.stream.write_all(wire.as_bytes()).await?;
            self.stream.flush().await
        };
        let written = timeout(self.idle, write).await;
        written.map_err(|_| Gone::Deaf)?.map_err(Gone::Broken)
    }

    /// Does `work` while listening for ABOR and for the connection's end; other commands wait their turn.
    pub async fn attend<T>(&mut self, work: impl Future<Output = T>) -> Result<Attended<T>, Gone> {
        let mut work = pin!(work);
        loop {
            let room = self.waiting.len() < MOST_WAITING;
            let line = tokio::select! {
                done = &mut work => return Ok(Attended::Done(done)),
                line = self.lines.next(&mut self.stream), if room => line?,
            };
            match line {
                Line::Command { verb, .. } if verb == "ABOR" => return Ok(Attended::Aborted),
                line => self.waiting.push_back(line),
            }
        }
    }

    /// Reads, answering nothing, until the client goes.
    pub async fn ignore_everything(&mut self) -> Result<(), Gone> {
        loop {
            self.next().await?;
        }
    }

    /// Ends the connection so that the last reply arrives.
    pub async fn close(mut self) {
        // A client that is gone already needs no farewell.
        let _ = self.stream.shutdown().await;
        let drained = async {
            let mut bytes = [0; 1024];
            let mut left = LINGER_BYTES;
            while let Ok(count @ 1..) = self.stream.read(&mut bytes).await {
                left = left.saturating_sub(count);
                if left == 0 {
                    break;
                }
            }
        };
        let _ = timeout(LINGER, drained).await;
    }
}

/// Cuts what comes into lines. [`Lines::next`] may be dropped while it waits and loses nothing.
struct Lines {
    buffer: Vec<u8>,
    /// Within a line that was too long already.
    skipping: bool,
}

impl Lines {
    async fn next(&mut self, stream: &mut Stream) -> Result<Line, Gone> {
        loop {
            if let Some(line) = self.take() {
                return Ok(line);
            }
            let mut bytes = [0; 1024];
            let count = stream.read(&mut bytes).await.map_err(Gone::Broken)?;
            if count == 0 {
                return Err(Gone::Closed);
            }
            self.buffer.extend_from_slice(&bytes[..count]);
        }
    }

    fn take(&mut self) -> Option<Line> {
        let Some(end) = self.buffer.iter().position(|&byte| byte == b'\n') else {
            if self.buffer.len() > LONGEST_LINE {
                self.buffer.clear();
                self.skipping = true;
            }
            return None;
        };
        let raw: Vec<u8> = self.buffer.drain(..=end).collect();
        if std::mem::take(&mut self.skipping) || raw.len() > LONGEST_LINE + 2 {
            return Some(Line::TooLong);
        }
        let (verb, argument) = command::parse_line(without_telnet(&raw));
        Some(Line::Command { verb, argument })
    }
}

/// The line without the Telnet signals (RFC 854) that some clients put before ABOR; no verb begins with such bytes.
fn without_telnet(line: &[u8]) -> &[u8] {
    let signals = line.iter().take_while(|&&byte| byte >= 0xf0).count();
    &line[signals..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn telnet_signals_before_a_verb_are_ignored() {
        assert_eq!(without_telnet(b"\xff\xf4\xff\xf2ABOR\r\n"), b"ABOR\r\n");
        assert_eq!(without_telnet(b"NOOP\r\n"), b"NOOP\r\n");
    }
}
