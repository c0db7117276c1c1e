//! One line on standard error that says what is being tried: only on a terminal, gone when the report comes.

use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// The line, and the way to write on it.
pub struct Line {
    bar: ProgressBar,
    sender: watch::Sender<String>,
    writer: JoinHandle<()>,
}

impl Line {
    /// Begins a line for so many targets; with several, each writes over the other.
    pub fn begin(targets: usize) -> Self {
        let on_terminal = std::io::stderr().is_terminal() && targets > 0;
        let target = if on_terminal { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(None, target);
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} ({elapsed})") {
            bar.set_style(style);
        }
        let (sender, mut words) = watch::channel(String::new());
        let shown = bar.clone();
        let writer = tokio::spawn(async move {
            if !on_terminal {
                return;
            }
            loop {
                tokio::select! {
                    changed = words.changed() => {
                        if changed.is_err() {
                            return;
                        }
                        let text = super::output::shown(&words.borrow_and_update());
                        shown.set_message(text);
                    }
                    () = tokio::time::sleep(Duration::from_millis(100)) => shown.tick(),
                }
            }
        });
        Self { bar, sender, writer }
    }

    pub fn sender(&self) -> watch::Sender<String> {
        self.sender.clone()
    }

    /// Takes the line away, so that a report can be printed in its place.
    pub fn clear(&self) {
        self.bar.finish_and_clear();
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.writer.abort();
        self.clear();
    }
}
