//! Whether the control connection survives being quiet: NAT and firewalls forget connections that say nothing.

use std::time::Duration;

use tokio::time::{Instant, timeout};

use crate::engine::session::{Came, Session};
use crate::engine::turns::Tools;
use crate::evidence::timeline::{Awaited, What};
use crate::protocol::command::Command;

/// Says nothing for so long, then NOOP. Ends early where the other side ends the connection.
pub async fn stay(tools: Tools<'_>, session: &mut Session, quiet: Duration) {
    let story = session.story();
    tools.recorder.say("Keeping the control connection quiet");
    let begun = Instant::now();
    while let Ok(came) = timeout(quiet.saturating_sub(begun.elapsed()), session.next()).await {
        if matches!(came, Came::Lost) {
            tools.recorder.record(story, What::Quiet(begun.elapsed().as_secs_f64() * 1000.0));
            return;
        }
    }
    tools.recorder.record(story, What::Quiet(quiet.as_secs_f64() * 1000.0));
    session.send_own(Command::bare("NOOP")).await;
    let asked = Instant::now();
    if timeout(tools.budget.reply, session.next()).await.is_ok() {
        return;
    }
    let silent = |since: Instant| {
        let ms = since.elapsed().as_secs_f64() * 1000.0;
        tools.recorder.record(story, What::Silent { awaited: Awaited::Reply, ms });
    };
    silent(asked);
    // Either the connection is gone, or NOOP is what is not answered: the farewell, which is due anyway, tells.
    let asked = Instant::now();
    if !session.quit(tools.budget.pipelined_reply).await {
        silent(asked);
    }
}
