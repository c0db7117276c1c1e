//! Further control connections: how many a check opens, and what it makes of one that is turned away.

use std::net::SocketAddr;

use futures_util::future::join_all;
use tokio::time::{Instant, sleep};

use super::{MOST_IN_ALL, Plan, Planned, Tools};
use crate::engine::reach;
use crate::engine::session::Session;
use crate::evidence::facts::Facts;

/// Dials after a 421 that may be the echo of a session of our own.
const MOST_AGAIN: usize = 2;

impl Plan<'_> {
    /// Another control connection, greeted. `None` where it was turned away, and the attempt was given back.
    pub(super) async fn open(&self, peer: SocketAddr, planned: Planned) -> Option<Session> {
        let Tools { recorder, .. } = self.tools;
        let mut left = MOST_AGAIN;
        loop {
            // Where one is not answered, a further one may not be either, and counts against us.
            while self.dialling.borrow().iter().any(|begun| begun.elapsed() > self.tools.budget.unanswered()) {
                self.dial_settled.notified().await;
            }
            let shut_out = self.is_shut_out();
            if shut_out && self.workers.get() > 1 {
                self.turned_away(planned, None);
                return None;
            }
            // Alone it is asked once more, and briefly: it may be let in where no more are at one time.
            let budget = self.tools.budget;
            let patience = if shut_out { budget.suspicion() } else { budget.silence(None) };
            {
                let mut standing = self.standing.borrow_mut();
                if standing.opened >= MOST_IN_ALL {
                    standing.stop.get_or_insert("enough control connections were opened".to_owned());
                    drop(standing);
                    self.give_back(planned);
                    return None;
                }
                standing.opened += 1;
            }
            recorder.say("Opening another control connection");
            let begun = Instant::now();
            self.dialling.borrow_mut().push(begun);
            let joined = reach::dial(self.tools, peer, patience).await;
            self.dialling.borrow_mut().retain(|other| *other != begun);
            self.dial_settled.notify_waiters();
            let code = match joined {
                Some(joined) => match reach::again(self.tools, peer, joined, planned.attempt.protection).await {
                    Ok(session) => return Some(session),
                    Err(code) => code,
                },
                None => None,
            };
            let took = begun.elapsed();
            if code != Some(421) || left == 0 || !(left < MOST_AGAIN || self.has_seen_off_some().await) {
                self.turned_away(planned, code);
                return None;
            }
            // One that we have left was counted still. vsftpd 3.0.3 ends the connection first, then its processes, and counts
            // those: they are given as long to end as they take to begin.
            left -= 1;
            sleep(took).await;
        }
    }

    /// Whether a further control connection came to nothing, and nothing came from the server since.
    fn is_shut_out(&self) -> bool {
        Facts::of(&self.tools.recorder.evidence()).shut_out().is_some_and(|shut| shut.is_entire())
    }

    /// Ends a session, whose place a server for one at a time gives away only once it has ended it, too.
    pub(super) fn see_off(&self, ended: Session) {
        self.standing.borrow_mut().left_waiting |= ended.waits_in_vain();
        self.leaving.borrow_mut().push(ended.leave());
    }

    /// Waits until the server has ended what was left. `false` where nothing was.
    async fn has_seen_off_some(&self) -> bool {
        let leaving = self.leaving.take();
        let some = !leaving.is_empty();
        join_all(leaving.into_iter().map(|ended| ended.over(self.tools.budget))).await;
        some
    }

    /// A control connection was turned away. Beside others that stand it is the server's limit, and the attempt waits
    /// for its turn; alone it is the end, so that nobody gets banned.
    pub(super) fn turned_away(&self, planned: Planned, code: Option<u16>) {
        self.give_back(planned);
        let mut standing = self.standing.borrow_mut();
        let alone = self.workers.get() <= 1;
        if alone {
            let why = match code {
                Some(code) if standing.left_waiting => format!(
                    "the server answered a further login with {code}, and may still hold an earlier session of this check, which \
                     waited for a data connection"
                ),
                Some(code) => format!("the server answered a further login with {code}"),
                None => match Facts::of(&self.tools.recorder.evidence()).shut_out() {
                    Some(shut) if shut.refused => "the control port turned a further connection away".to_owned(),
                    Some(_) => "the control port did not answer a further connection".to_owned(),
                    None => "no further control connection could be opened".to_owned(),
                },
            };
            standing.stop.get_or_insert(why);
        } else {
            standing.one_connection_only = true;
        }
    }
}
