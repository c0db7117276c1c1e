//! The size of a file whose download came short of it, asked for once more: the file may have changed meanwhile.

use tokio::time::timeout;

use crate::engine::session::{Came, Session};
use crate::engine::turns::Tools;
use crate::evidence::facts::Facts;
use crate::protocol::command::Command;

/// Asks nothing where all that was announced came.
pub async fn ask(tools: Tools<'_>, session: &mut Session) {
    let short = Facts::of(&tools.recorder.evidence()).short_downloads().into_iter().next().map(|short| short.name);
    let Some(command) = short.and_then(|name| Command::with("SIZE", name).ok()).filter(|_| session.is_free()) else {
        return;
    };
    session.ask_for_image_type(tools.budget.reply).await;
    session.send_own(command).await;
    let answered = async { while !session.is_free() && !matches!(session.next().await, Came::Lost) {} };
    // Who keeps it to himself has told it in the listing.
    let _ = timeout(tools.budget.reply, answered).await;
}
