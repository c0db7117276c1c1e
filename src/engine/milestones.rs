//! How far the first encrypted control connection has come: what is tried beside it waits for that.

use std::cell::Cell;

use tokio::sync::Notify;

/// Reached once, in this order; those who wait are told.
#[derive(Debug, Default)]
pub struct Milestones {
    secured: Cell<bool>,
    logged_in: Cell<bool>,
    changed: Notify,
}

impl Milestones {
    /// TLS stands on a control connection.
    pub fn set_secured(&self) {
        self.secured.set(true);
    }

    pub fn is_secured(&self) -> bool {
        self.secured.get()
    }

    /// The login was taken under TLS.
    pub fn set_logged_in(&self) {
        self.logged_in.set(true);
        self.changed.notify_waiters();
    }

    pub fn is_logged_in(&self) -> bool {
        self.logged_in.get()
    }

    /// Waits for a login under TLS; for ever where none is taken.
    pub async fn logged_in(&self) {
        while !self.logged_in.get() {
            self.changed.notified().await;
        }
    }
}
