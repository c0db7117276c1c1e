#![doc = include_str!("control_idle_dropped.md")]

use crate::diagnosis::rule::{Conclusion, Confidence, Fix, Match, Rule, Severity, Side, asks_nothing};
use crate::diagnosis::rules::control_connection_altered::is_for_the_verb;
use crate::diagnosis::rules::{are_several, loss, ruled_out_by, samples, setting, verbs};
use crate::evidence::facts::{AfterStop, ControlEnd, Facts, Failure, Place, Placed, Quiet, StopEnd, Tried};
use crate::protocol::dialect::{self, Says};

pub static RULE: Rule = Rule {
    id: "control-idle-dropped",
    title: "the control connection ends before the session is over",
    article: include_str!("control_idle_dropped.md"),
    neighbours: &["transfer-stalled", "control-connection-altered", "too-many-connections"],
    test,
    asks: asks_nothing,
};

fn test(facts: &Facts) -> Match {
    let mut in_turns: Vec<&Tried> = facts.tried().iter().filter(|tried| is_lost_control(facts, tried)).collect();
    let unserved = |tried: &Tried| tried.failure() == Some(Failure::NeverServed) || facts.is_taken(tried);
    let touched = facts.tried().iter().filter(|tried| loses_control(tried) || unserved(tried));
    let touched: Vec<usize> = touched.map(|tried| tried.outcome().control).collect();
    let mut between: Vec<(ControlEnd, Place)> = facts
        .lost_controls()
        .into_iter()
        .filter(|(_, place)| !matches!(place, Place::Control(number, _) if touched.contains(number)))
        .collect();
    let at_auth = facts.lost_at_auth().filter(|_| !facts.control_works());
    between.retain(|lost| Some(*lost) != at_auth);
    // Whoever lets nobody in any more may have ended what stood as well.
    let all = in_turns.len() + between.len();
    in_turns.retain(|tried| !facts.fails_shut_out(tried));
    between.retain(|(_, place)| !facts.is_shut_out_at(*place));
    let shut_out = in_turns.len() + between.len() < all;
    let quiet = facts.quiet();
    // A limit is another finding's.
    let limits = facts.refusals_saying(Says::TooManyConnections);
    let told = facts.ended_while_quiet().filter(|(_, placed)| !limits.contains(placed));
    if in_turns.is_empty() && between.is_empty() && told.is_none() {
        if shut_out {
            return Match::Undecided("it went silent when the control port let nobody in any more");
        }
        if let Some(lost) = facts.lost_after_stop().filter(|lost| !is_limit(lost, &limits)) {
            return after_stop(facts, &lost);
        }
        if let Some((_, reply)) = quiet.and_then(|quiet| quiet.answer.or(quiet.farewell)) {
            return Match::RuledOut(facts.cites([reply]));
        }
        let though_reset = |tried: &Tried| tried.confirmed_though_reset().map(|(_, place)| place);
        let confirmed = facts.tried().iter().filter_map(|tried| tried.confirmed_at().or_else(|| though_reset(tried)));
        return ruled_out_by(facts, confirmed, "no transfer was confirmed over the control connection");
    }
    let ended = in_turns.iter().any(|tried| matches!(tried.failure(), Some(Failure::SessionEnded(_))));
    let unconfirmed = in_turns.iter().any(|tried| tried.failure() == Some(Failure::Unconfirmed));
    if in_turns.is_empty() && told.is_none() && !facts.control_works() {
        return at_the_login(facts, &between);
    }
    if in_turns.iter().all(|tried| matches!(tried.failure(), Some(Failure::Unanswered | Failure::CutAtNegotiation)))
        && between.is_empty()
        && told.is_none()
        && quiet.is_none()
    {
        return unanswered(facts, &in_turns);
    }
    let after_quiet = quiet.filter(|quiet| quiet.answer.is_none() && in_turns.is_empty());
    let words;
    let what = match () {
        () if let Some((ms, _)) = told.filter(|_| in_turns.is_empty()) => {
            words = format!("left quiet for {:.0} s, it is ended by the server with 421", ms / 1000.0);
            words.as_str()
        }
        () if let Some(quiet) = after_quiet => {
            words = dead_after(quiet, &between);
            words.as_str()
        }
        () if ended => "the server ends the session with 421",
        () if unconfirmed => "the transfer comes to its end, and the server's closing reply never arrives",
        () if between.iter().all(|(end, _)| *end == ControlEnd::Silent) && in_turns.is_empty() => {
            "a command is never answered"
        }
        () => "it is cut without a word",
    };
    let mut cites = facts.cites(in_turns.iter().filter_map(|tried| tried.ended_by()));
    cites.extend(facts.cites(between.iter().map(|(_, place)| *place)));
    cites.extend(facts.cites(told.map(|(_, (_, place))| place)));
    // What was in use right before was not forgotten.
    let mut ends = in_turns.iter().filter_map(|tried| tried.ended_by()).chain(between.iter().map(|(_, place)| *place));
    let in_use = told.is_none()
        && after_quiet.is_none()
        && ends.all(|place| facts.quiet_before(place).is_some_and(|ms| ms < FORGOTTEN_AT_LEAST_MS));
    let by_server = told.is_some()
        || in_turns.iter().any(|tried| tried.failure() == Some(Failure::SessionEnded(Some(Says::IdleTimeout))));
    if in_use && !by_server {
        return Match::Fires(Conclusion {
            severity: loss(facts),
            side: Side::Unknown,
            confidence: Confidence::Low,
            summary: format!(
                "The control connection does not last: {what}. It had been in use right before, so that no idle time explains \
                 it. A server whose process ends does this, and so does a device on the way that reads FTP; what was seen \
                 does not tell which."
            ),
            cites,
            fixes: vec![
                Fix::server(
                    "Look for the end of this session in the server's log",
                    "A process that dies, a limit, or a module that fails leaves its mark there.",
                ),
                Fix::client(
                    "Check from another network",
                    "Where it lasts there, a device between the first network and the server ends it.",
                ),
            ],
        });
    }
    let side = if by_server { Side::Server } else { Side::Unknown };
    Match::Fires(Conclusion {
        severity: loss(facts),
        side,
        confidence: if ended || told.is_some() { Confidence::Medium } else { Confidence::Low },
        summary: format!(
            "The control connection does not last: {what}. {}",
            if by_server {
                "The server's own clock did it."
            } else {
                "A firewall or translation on the way that forgets quiet connections does this, and so does a server \
                 that gives up."
            }
        ),
        cites,
        fixes: fixes(facts, side),
    })
}

/// A server's own clock counts commands: packets that only keep the connection alive do not reset it, and nothing on the way
/// is at fault.
fn fixes(facts: &Facts, side: Side) -> Vec<Fix> {
    let more_time = Fix::server(
        "Give sessions more time",
        setting(facts, |settings| settings.idle_timeout, "The idle and transfer timeouts in the server's settings."),
    );
    if side == Side::Server {
        let keep = Fix::client(
            "Have the client send commands while it is idle",
            "NOOP, in the client's settings for keeping a connection alive: many servers count it as activity, some only a \
             transfer. TCP keepalive does not help against a server's own clock.",
        );
        return vec![more_time, keep];
    }
    let keep = Fix::client(
        "Keep the control connection alive",
        "TCP keepalive or NOOP during transfers, in the client's settings (curl: --keepalive-time 60).",
    );
    vec![keep, live_longer(), more_time]
}

/// Translations and firewalls that forget quiet connections do so after tens of seconds at the least, in milliseconds.
const FORGOTTEN_AT_LEAST_MS: f64 = 5_000.0;

/// How a control connection that was left quiet on purpose turned out to be gone, as a clause.
fn dead_after(quiet: Quiet, ends: &[(ControlEnd, Place)]) -> String {
    let seconds = quiet.ms / 1000.0;
    match (ends.first(), quiet.unanswered) {
        (Some((ControlEnd::Closed, _)), None) => {
            format!("left quiet for {seconds:.0} s, it is closed from the other side")
        }
        (Some((ControlEnd::Reset, _)), None) => format!("left quiet for {seconds:.0} s, it is reset"),
        (_, Some(_)) if quiet.farewell_unanswered => {
            format!("left quiet for {seconds:.0} s, it answers neither NOOP nor QUIT")
        }
        (_, Some((ms, _))) => {
            format!("left quiet for {seconds:.0} s, it does not answer NOOP for {:.0} s", ms / 1000.0)
        }
        (_, None) => format!("left quiet for {seconds:.0} s, it does not answer NOOP"),
    }
}

fn is_limit(lost: &AfterStop, limits: &[Placed]) -> bool {
    matches!(lost.end, StopEnd::Told(placed) if limits.contains(&placed))
}

/// A transfer was stopped from this side, and its control connection was over with it: the server may answer so, or it was
/// lost before.
fn after_stop(facts: &Facts, lost: &AfterStop) -> Match {
    let forgotten = lost.quiet_ms >= FORGOTTEN_AT_LEAST_MS;
    let says = match lost.end {
        StopEnd::Told((reply, _)) => dialect::says(reply),
        StopEnd::Lost(_) => None,
    };
    let stop = format!("This check stopped a transfer after {} bytes", lost.bytes);
    let cites = facts.cites([lost.place]);
    let fires = |severity, side, confidence, summary, fixes| {
        Match::Fires(Conclusion { severity, side, confidence, summary, cites, fixes })
    };
    if says == Some(Says::IdleTimeout) {
        let summary = format!(
            "The control connection does not last: {}, which was running, and the server ended the session with 421 for want of \
             activity. The server's own clock did it.",
            stop.replacen("This", "this", 1)
        );
        return fires(loss(facts), Side::Server, Confidence::Medium, summary, fixes(facts, Side::Server));
    }
    // A firewall that forgot the connection answers the server's next word with RST, some to both ends.
    let reset = matches!(lost.end, StopEnd::Lost(ControlEnd::Reset)) && forgotten;
    if lost.may_be_answer && !reset {
        let summary = format!(
            "{stop}, and the control connection was over right behind that. Some servers end the session of whoever breaks a \
             transfer off; whether it lasts through a whole transfer as long as this one was not seen. A large file that is \
             downloaded to its end tells."
        );
        return fires(Severity::Info, Side::Server, Confidence::Low, summary, Vec::new());
    }
    let what = match lost.end {
        StopEnd::Lost(ControlEnd::Silent) => format!("the server did not answer that for {:.0} s", lost.ms / 1000.0),
        StopEnd::Lost(ControlEnd::Closed) => "the control connection was closed without a word".to_owned(),
        StopEnd::Lost(ControlEnd::Reset) => "the control connection was reset".to_owned(),
        StopEnd::Told(_) => "the server ended the session with 421".to_owned(),
    };
    let who = if forgotten {
        format!(
            "Nothing had been said on it for {:.0} s before: a firewall or translation on the way that forgets quiet connections \
             does this, and so does a server that hangs or gives up; what was seen does not tell which.",
            lost.quiet_ms / 1000.0
        )
    } else {
        "A server that hangs where a transfer is broken off does this, and so does a device on the way that reads FTP, or \
         that forgets quiet connections within seconds; what was seen does not tell which."
            .to_owned()
    };
    let summary = format!("The control connection may not last through a large transfer. {stop}, and {what}. {who}");
    let whole = Fix::client(
        "Download a large file to its end",
        "Where the client gets the server's closing reply then (226), the control connection lasts. Where it does not, have \
         the client send TCP keepalive or NOOP during transfers.",
    );
    let log = Fix::server(
        "Look for the end of this session in the server's log",
        "Where it says that the transfer was broken off and answered so, the answer was lost on the way.",
    );
    fires(loss(facts), Side::Unknown, Confidence::Low, summary, vec![whole, live_longer(), log])
}

/// It ended while somebody logged in: nothing was idle yet, and no transfer ran.
fn at_the_login(facts: &Facts, ends: &[(ControlEnd, Place)]) -> Match {
    let summary = match ends.first() {
        Some((ControlEnd::Closed, _)) => {
            "The control connection was closed before the login was over, without a word of the reason. A server that ends it does \
             this, and so does a device on the way that reads FTP; what was seen does not tell which."
        }
        Some((ControlEnd::Reset, _)) => {
            "The control connection was reset before the login was over. A server that breaks off does this, and so does a device \
             on the way that reads FTP; what was seen does not tell which."
        }
        Some((ControlEnd::Silent, _)) | None => {
            "The login was never answered. A server that waits for its list of users does this, and so does a device on the way that \
             swallows what it reads; what was seen does not tell which."
        }
    };
    Match::Fires(Conclusion {
        severity: Severity::Error,
        side: Side::Unknown,
        confidence: Confidence::Low,
        summary: summary.to_owned(),
        cites: facts.cites(ends.iter().map(|(_, place)| *place)),
        fixes: vec![
            Fix::server(
                "Look for this login in the server's log",
                "Where it is in there, the log says why the session ended. Where it is not, something on the way took it.",
            ),
            Fix::client(
                "Log in from another network",
                "Where that works, a device between the first network and the server ends the connection.",
            ),
        ],
    })
}

/// So long (milliseconds) nothing is said where a translation that forgets at once may have forgotten.
const QUIET_MS: f64 = 1_000.0;

/// The control connection stood, and the command that was to prepare a data connection was never answered.
fn unanswered(facts: &Facts, tried: &[&Tried]) -> Match {
    if tried.iter().all(|tried| facts.waits_behind_a_stall(tried)) {
        return Match::Fires(Conclusion {
            severity: Severity::Info,
            side: Side::Unknown,
            confidence: Confidence::Low,
            summary: format!(
                "The server does not answer {}. It had begun a transfer on the same control connection before, which did not \
                 come to its end here, and may still be at that one: what stops its data connection explains this as well.",
                verbs(tried.iter().copied())
            ),
            cites: facts.cites(tried.iter().filter_map(|tried| tried.ended_by())),
            fixes: Vec::new(),
        });
    }
    // A log's times are too coarse for that.
    let asked = tried.iter().filter(|_| facts.log().is_none()).filter_map(|tried| tried.asked_at());
    let quiet = asked.filter_map(|place| facts.quiet_before(place)).reduce(f64::min);
    let quiet = quiet.filter(|ms| *ms >= QUIET_MS);
    let forgotten = quiet.map_or_else(String::new, |ms| {
        format!(
            " Nothing had been said on the control connection for {:.0} s before: a firewall or translation on the way that \
             forgets quiet connections so soon looks the same.",
            ms / 1000.0
        )
    });
    let answered = |tried: &&&Tried| facts.tried_with(tried.verb()).any(|other| other.negotiation().is_some());
    let not_each_time = tried.iter().any(|tried| answered(&tried));
    let commands = verbs(tried.iter().copied());
    let unanswered = match (are_several(tried), not_each_time) {
        (false, false) => format!("{commands} is never answered. A server that hangs at it does this"),
        (false, true) => format!("{commands} is not answered each time. A server that hangs at it does this"),
        (true, false) => format!("{commands} are never answered. A server that hangs at them does this"),
        (true, true) => format!("{commands} are not answered each time. A server that hangs at them does this"),
    };
    let lossy = match facts.loses_packets() {
        true => " Single packets are lost on the way here: one that is sent again and lost each time looks the same.",
        false => "",
    };
    Match::Fires(Conclusion {
        severity: loss(facts),
        side: Side::Unknown,
        confidence: Confidence::Low,
        summary: if tried.iter().any(|tried| tried.failure() == Some(Failure::CutAtNegotiation)) {
            format!(
                "The control connection is cut at {commands}. A server that breaks off there does this, and so does a device \
                 on the way that reads FTP and does not let it through; what was seen does not tell which.{forgotten}"
            )
        } else {
            format!(
                "{unanswered}, and so does a device on the way that reads FTP and swallows commands; what was \
                 seen does not tell which.{forgotten}{lossy}"
            )
        },
        cites: facts.cites(tried.iter().filter_map(|tried| tried.ended_by())),
        fixes: [
            Fix::client(
                "Try the other kinds of data connection, and another network",
                "Another command may be answered: EPSV, PASV or active mode, in the client's settings. Where the same command is \
                 answered from another network, a device between the first one and the server swallows it.",
            ),
            Fix::server(
                "Look for the command in the server's log",
                "Where it is in there, the server hangs at it. Where it is not, something on the way took it.",
            ),
        ]
        .into_iter()
        .chain(quiet.map(|_| live_longer()))
        .collect(),
    })
}

fn live_longer() -> Fix {
    Fix::network(
        "Let quiet connections live longer",
        "Idle time of TCP connections on routers and firewalls: an hour or more (RFC 5382 asks for 2 h 4 min).",
    )
}

/// A data connection that ended with its control connection.
fn loses_control(tried: &Tried) -> bool {
    matches!(
        tried.failure(),
        Some(
            Failure::ControlLost
                | Failure::Unconfirmed
                | Failure::Unanswered
                | Failure::CutAtNegotiation
                | Failure::SessionEnded(_)
        )
    )
}

/// The same, where no other finding explains it: a limit, a device that swallows this one command, or another machine that
/// sent what this one never announced.
fn is_lost_control(facts: &Facts, tried: &Tried) -> bool {
    let mut told_elsewhere = facts.aftermath(&[Says::Misconfigured, Says::PortsExhausted]);
    told_elsewhere.extend(samples::served_by_another(facts));
    if tried.ended_by().is_some_and(|place| told_elsewhere.contains(&place)) {
        return false;
    }
    let limit = matches!(
        tried.failure(),
        Some(Failure::SessionEnded(Some(Says::TooManyConnections | Says::TlsRequired | Says::Misconfigured)))
    );
    loses_control(tried)
        && !limit
        && !facts.is_taken(tried)
        && !is_for_the_verb(facts, tried)
        && !facts.came_too_late(tried)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::case::Case;

    /// What is found where a transfer was stopped after so many seconds and this came of it.
    fn stopped(seconds: u32, end: &str) -> Match {
        let text = include_str!("../../../fixtures/cases/control-idle-dropped/after_a_stop.toml");
        let text = text.replace("4815.852 enough", &format!("{seconds}000 enough"));
        let text = text.replace("14816.996 silent reply 10001", &format!("{seconds}{end}"));
        let evidence = Case::from_toml(&text).expect("a case").evidence;
        test(&Facts::of(&evidence))
    }

    #[test]
    fn what_comes_right_behind_a_stop_is_the_servers_answer_to_it() {
        let found = |seconds, end| match stopped(seconds, end) {
            Match::Fires(Conclusion { severity, side, summary, .. }) => {
                let forgets = summary.contains("forgets quiet connections does this");
                Some((severity, side, forgets))
            }
            _ => None,
        };
        let answer = Some((Severity::Info, Side::Server, false));
        assert_eq!(found(30, "001 control-closed"), answer);
        assert_eq!(found(4, "001 control-reset"), answer);
        assert_eq!(found(30, "001 < 421 Closing."), answer);
        // The round trip is 0.6 ms.
        assert_eq!(found(4, "000.1 control-closed"), Some((Severity::Warning, Side::Unknown, false)));
        let forgotten = Some((Severity::Warning, Side::Unknown, true));
        assert_eq!(found(30, "001 control-reset"), forgotten);
        assert_eq!(found(30, "000.1 control-closed"), forgotten);
        assert_eq!(found(30, "999 silent reply 10000"), forgotten);
        assert_eq!(found(30, "000.1 < 421 Timeout."), Some((Severity::Warning, Side::Server, false)));
        // It answered.
        assert_eq!(found(30, "001 < 426 Failure writing network stream."), None);
        assert_eq!(found(30, "001 < 226 Done."), None);
    }
}
