//! A TLS handshake on the control connection that met silence, made again in small segments: a certificate with those that
//! vouch for it fills packets of the largest size, which a way may lose without a word.
//!
//! Bound: once in a check, one connection and where that one is answered a second, each as long as silence lasts.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::{Instant, timeout};

use crate::engine::net::{self, Dialled, Limits, TcpStream};
use crate::engine::session::Session;
use crate::engine::tls::Client;
use crate::engine::turns::Tools;
use crate::evidence::attempt::SMALL_SEGMENT;
use crate::evidence::facts::Facts;
use crate::evidence::security::Protection;
use crate::evidence::timeline::HandshakeAgain::{self, Silent, SilentInSmallSegments, Stood, StoodInSmallSegments};
use crate::evidence::timeline::What;
use crate::protocol::command::Command;
use crate::protocol::reply::{Item, Reader, Reply};

/// Makes it again where the one on `session` met silence. `auth` is the command before it; without, TLS comes first.
pub async fn again(tools: Tools<'_>, session: &Session, client: &Client, auth: Option<&Command>) {
    let Tools { recorder, .. } = tools;
    let silent = {
        let evidence = recorder.evidence();
        let facts = Facts::of(&evidence);
        let met_silence = facts.tls_broken().is_some_and(|broken| broken.how.is_none());
        met_silence && !facts.is_encrypted() && facts.handshakes_again().is_empty()
    };
    if !silent || net::why_no_small_segments().is_some() {
        return;
    }
    recorder.say("Trying TLS in small packets");
    let record = |end: HandshakeAgain| recorder.record(session.story(), What::HandshakeAgain(end));
    match try_once(tools, session, client, auth, Some(SMALL_SEGMENT)).await {
        Some(true) => record(StoodInSmallSegments),
        Some(false) => return record(SilentInSmallSegments),
        None => return,
    }
    // It may have been for the moment, and not for the size.
    match try_once(tools, session, client, auth, None).await {
        Some(true) => record(Stood),
        Some(false) => record(Silent),
        None => {}
    }
}

/// Whether the handshake is answered in segments of at most so many bytes. `None` where it did not come to that.
async fn try_once(
    tools: Tools<'_>,
    session: &Session,
    client: &Client,
    auth: Option<&Command>,
    segment: Option<u32>,
) -> Option<bool> {
    let Tools { settings, budget, .. } = tools;
    let limits = Limits { segment, ..Limits::default() };
    let begun = Instant::now();
    let dial = net::connect_with(settings.bind, session.peer(), limits);
    let Ok(Dialled::Connected(mut stream)) = timeout(budget.silence(None), dial).await else { return None };
    let rtt = begun.elapsed();
    if let Some(auth) = auth {
        asked(&mut stream, auth, budget.greeting).await.filter(Reply::is_completion)?;
    }
    match timeout(budget.silence(Some(rtt)), client.handshake(stream, Protection::NewSession)).await {
        Ok(Ok(secured)) => {
            let mut wire = secured.wire;
            let _ = wire.try_write(&Command::bare("QUIT").wire());
            wire.announce_end();
            Some(true)
        }
        Ok(Err(_)) => None,
        Err(_) => Some(false),
    }
}

/// The answer to AUTH behind the greeting.
async fn asked(stream: &mut TcpStream, auth: &Command, patience: Duration) -> Option<Reply> {
    let mut reader = Reader::new();
    timeout(patience, reply(stream, &mut reader)).await.ok()??;
    stream.write_all(&auth.wire()).await.ok()?;
    timeout(patience, reply(stream, &mut reader)).await.ok()?
}

async fn reply(stream: &mut TcpStream, reader: &mut Reader) -> Option<Reply> {
    let mut buffer = [0; 2048];
    loop {
        match reader.next_item() {
            Some(Item::Reply(reply)) if !reply.is_preliminary() => return Some(reply),
            Some(Item::Reply(_)) => {}
            Some(Item::Nonsense { .. }) => return None,
            None => match stream.read(&mut buffer).await {
                Ok(count) if count > 0 => reader.feed(&buffer[..count]),
                _ => return None,
            },
        }
    }
}
