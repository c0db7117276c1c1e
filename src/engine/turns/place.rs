//! When the place on the way is looked for where passive connections end.

use super::{Manner, Plan, Planned};
use crate::engine::{Locate, net};
use crate::evidence::address::{Reach, reach};
use crate::evidence::attempt::{Address, Attempt, DataVerb, Mode};
use crate::evidence::facts::{Facts, Failure, ShutOut, Tried};

/// The search for the place on the way; which verb it uses is decided when its turn comes.
pub(super) const LOCATION: Planned =
    Planned { attempt: Attempt::at(DataVerb::Pasv, Address::ControlPeer), manner: Manner::Locate };

impl Plan<'_> {
    /// A passive connection does not come about.
    pub fn suspect_passive(&self) {
        self.standing.borrow_mut().passive_suspect = true;
        self.look_for_the_place();
    }

    /// A passive connection makes trouble. The place is looked for beside all else, behind what is queued: whether it
    /// is still wanted by then is asked when its turn comes.
    pub fn look_for_the_place(&self) {
        if !std::mem::replace(&mut self.standing.borrow_mut().location_asked, true) {
            self.queue.borrow_mut().push_back(LOCATION);
        }
    }

    /// The server's connection to us makes trouble. Where the server is `ftpmode serve` it tells how far its packets come,
    /// and how far away it is has to be known to read that.
    pub fn suspect_active(&self) {
        let other_end = Facts::of(&self.tools.recorder.evidence()).other_end_tells();
        if other_end && !std::mem::replace(&mut self.standing.borrow_mut().location_asked, true) {
            self.queue.borrow_mut().push_back(LOCATION);
        }
    }

    /// With the verb that fails, where one does and never worked.
    pub(super) fn location_wanted(&self) -> Option<Planned> {
        let evidence = self.tools.recorder.evidence();
        let facts = Facts::of(&evidence);
        let failing = |verb: &DataVerb| {
            // Who lets connections in and leaves them alone need not be the server.
            let comes_to_nothing = |tried: &Tried| {
                let ended = tried.failure() == Some(Failure::NeverServed) || tried.is_unserved();
                tried.joined().is_none() || tried.is_left_alone() || ended
            };
            facts.tried_with(*verb).next().is_some() && facts.tried_with(*verb).all(comes_to_nothing)
        };
        let over_ipv6 = self.peer.is_ipv6() && self.peer.ip().to_canonical().is_ipv6();
        let no_callback = facts.other_end_tells() && facts.tried_in(Mode::Active).any(|tried| tried.joined().is_none());
        let always = (self.tools.settings.locate == Locate::Always || no_callback).then_some(if over_ipv6 {
            DataVerb::Epsv
        } else {
            DataVerb::Pasv
        });
        let verb = [DataVerb::Pasv, DataVerb::Epsv].into_iter().find(failing).or(always)?;
        if !self.may_look_for_the_place() {
            return None;
        }
        Some(Planned { attempt: Attempt::usual(verb), manner: Manner::Locate })
    }

    /// As [`Plan::may_look_for_the_place`], for one port that failed among others that did not: once in a check.
    pub fn may_look_here(&self) -> bool {
        self.may_look_for_the_place() && !std::mem::replace(&mut self.standing.borrow_mut().located_here, true)
    }

    /// Whether that is possible, and the user did not forbid it; else the report says why it was not done.
    fn may_look_for_the_place(&self) -> bool {
        let on_this_computer = reach(self.peer.ip()) == Reach::Loopback;
        let no_way = on_this_computer.then_some("the server is this computer itself: no router is on the way");
        let never = (self.tools.settings.locate == Locate::Never).then_some("--locate never was given");
        // Each further packet there may make a block longer.
        let shut_out = Facts::of(&self.tools.recorder.evidence()).shut_out().filter(ShutOut::is_entire);
        let shut_out = shut_out.map(|_| "the control port, which has to be compared with, lets nobody in any more");
        let why_not = no_way.or(never).or_else(net::why_no_hops).or(shut_out);
        if let Some(why) = why_not {
            self.tools.recorder.not_located(why);
        }
        why_not.is_none()
    }
}
