//! Every clock of a check, each with its reason.

use std::time::Duration;

use super::net;

/// How long each kind of waiting lasts.
#[derive(Clone, Debug)]
pub struct Budget {
    /// What the user set for silence.
    timeout: Option<Duration>,
    /// A reply on the control connection, and bytes on a joined data connection. Servers look names up, ask directories
    /// and read large folders before they answer; few take longer than this.
    pub reply: Duration,
    /// The greeting. Servers that look up the client's name or ask its ident service take their time before it.
    pub greeting: Duration,
    /// What comes behind a greeting that was no FTP: enough for a second line.
    pub after_nonsense: Duration,
    /// A reply to commands sent together. A server that drops all but the first is asked again one at a time.
    pub pipelined_reply: Duration,
    /// The reply to PASS sent together with others: PAM holds a refusal back for some seconds, and asking again would
    /// count as a second failed login.
    pub pipelined_login: Duration,
    /// Between one dial and the next of another address (RFC 8305 section 5).
    pub between_dials: Duration,
}

/// Linux, Windows and macOS send the SYN again after 1 s and 3 s: by now two were lost.
const TWO_RETRANSMISSIONS: Duration = Duration::from_millis(3_500);
const ONE_RETRANSMISSION: Duration = Duration::from_millis(1_200);
/// Where no round trip was measured yet.
const GUESSED_RTT: Duration = Duration::from_millis(500);
/// The shortest time without any progress that lets the next method start beside a stalled one.
const STALL_AT_LEAST: Duration = Duration::from_millis(400);

impl Budget {
    pub fn new(timeout: Option<Duration>) -> Self {
        let patient = Duration::from_secs(10);
        Self {
            timeout,
            reply: timeout.unwrap_or(patient).max(patient),
            greeting: timeout.unwrap_or(patient).max(patient),
            after_nonsense: Duration::from_millis(700),
            pipelined_reply: Duration::from_secs(3),
            pipelined_login: Duration::from_secs(7),
            between_dials: Duration::from_millis(250),
        }
    }

    /// Silence on a connection that was dialled or awaited, before it is called silence.
    pub fn silence(&self, rtt: Option<Duration>) -> Duration {
        let rtt = rtt.unwrap_or(GUESSED_RTT);
        // What refuses must not seem silent.
        self.timeout.unwrap_or(TWO_RETRANSMISSIONS + rtt).max(net::refusal_takes(rtt))
    }

    /// Silence where the server's connection is awaited: who took `slowest` over something before, longer than a stall, may
    /// take as long before it connects.
    pub fn callback(&self, rtt: Duration, slowest: Duration) -> Duration {
        let slow = self.timeout.is_none() && slowest > self.stall(rtt);
        self.silence(Some(rtt)) + if slow { slowest.min(self.reply) } else { Duration::ZERO }
    }

    /// A round trip, before one was measured.
    pub fn unknown_rtt(&self) -> Duration {
        GUESSED_RTT
    }

    /// How long a control port is dialled before the place is looked for where that ends.
    pub fn suspicion(&self) -> Duration {
        ONE_RETRANSMISSION.min(self.silence(None))
    }

    /// How long a further control connection is dialled before the next waits for what becomes of it.
    pub fn unanswered(&self) -> Duration {
        GUESSED_RTT
    }

    /// Silence where little depends on the answer: one SYN retransmission.
    pub fn second_opinion(&self, rtt: Duration) -> Duration {
        self.silence(Some(rtt)).min((ONE_RETRANSMISSION + rtt).max(net::refusal_takes(rtt)))
    }

    /// Without progress for so long, a data connection has stalled: four round trips are one more than any step takes.
    pub fn stall(&self, rtt: Duration) -> Duration {
        (rtt * 4).max(STALL_AT_LEAST)
    }

    /// How long a router is given to answer for a packet that ended there: routers answer such packets at leisure.
    pub fn hop(&self, rtt: Duration) -> Duration {
        // Within the second after which the kernel sends a SYN again (RFC 6298): packets are counted.
        (rtt * 3 / 2 + Duration::from_millis(150)).min(Duration::from_millis(900))
    }

    /// The same on a joined connection, where the kernel may miss the first answer while it is still sending, and then
    /// sends again after 200 ms and a round trip.
    pub fn hop_of_joined(&self, rtt: Duration) -> Duration {
        self.hop(rtt) + rtt + Duration::from_millis(250)
    }

    /// The longest that the search for the place on the way may take.
    pub fn location(&self) -> Duration {
        Duration::from_millis(1_800)
    }

    /// How long a passive port is given before the next command may close it: two round trips, where one answers a SYN.
    pub fn first_answer(&self, rtt: Duration) -> Duration {
        rtt * 2 + Duration::from_millis(50)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slow_server_is_awaited_for_as_long_as_it_took_before() {
        let (rtt, quick, slow) = (Duration::from_millis(20), Duration::from_millis(300), Duration::from_secs(4));
        let usual = Budget::new(None);
        assert_eq!(usual.callback(rtt, quick), usual.silence(Some(rtt)));
        assert_eq!(usual.callback(rtt, slow), usual.silence(Some(rtt)) + slow);
        assert_eq!(usual.callback(rtt, Duration::from_secs(60)), usual.silence(Some(rtt)) + usual.reply);
        let asked = Budget::new(Some(Duration::from_secs(2)));
        assert_eq!(asked.callback(rtt, slow), Duration::from_secs(2));
    }
}
