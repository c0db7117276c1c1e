#![doc = include_str!("data_session_reuse_required.md")]

use crate::diagnosis::rule::{Conclusion, Confidence, Fix, Match, Rule, Severity, Side};
use crate::diagnosis::rules::{ends, loss, setting};
use crate::evidence::attempt::{Attempt, Probe};
use crate::evidence::facts::{Facts, Failure, Place, Tried};
use crate::evidence::security::Protection;
use crate::evidence::timeline::Session;
use crate::protocol::dialect::Says;

pub static RULE: Rule = Rule {
    id: "data-session-reuse-required",
    title: "the server wants the control connection's TLS session on data connections",
    article: include_str!("data_session_reuse_required.md"),
    neighbours: &["data-tls-failed", "data-protection-required"],
    test,
    asks,
};

/// Data connections in one session after which the tickets count as renewed.
const STAYING_POWER: usize = 4;

const OTHERS: &str = "Python's ftplib, Apache Commons Net and .NET's FtpWebRequest among them";

fn test(facts: &Facts) -> Match {
    let working: Vec<&Tried> = resuming(facts).filter(|tried| tried.works()).collect();
    let refused: Vec<&Tried> = resuming(facts).filter(|tried| is_refused(tried)).collect();
    if !refused.is_empty() {
        return lost(facts, &working, &refused);
    }
    let Some((alone, resumed)) = compared(facts) else {
        return Match::Undecided("no data connection was made without the control connection's session");
    };
    if alone.works() {
        return Match::RuledOut(facts.cites(alone.joined_at()));
    }
    let resumed = resumed.secured().filter(|(session, _)| *session == Session::Resumed);
    let (Some((_, resumed)), true) = (resumed, broke_behind_the_connection(alone)) else {
        return Match::Undecided(
            "the data connection without the control connection's session did not come as far as TLS",
        );
    };
    let said = alone.refusal_says() == Some(Says::SessionReuseRequired);
    Match::Fires(Conclusion {
        severity: Severity::Info,
        side: Side::Server,
        confidence: if said { Confidence::High } else { Confidence::Medium },
        summary: format!(
            "Data connections have to resume the control connection's TLS session here. This tool does, and so do FileZilla, \
             WinSCP, lftp and curl; clients that can't fail ({OTHERS})."
        ),
        cites: facts.cites([resumed].into_iter().chain(alone.ended_by())),
        fixes: vec![
            Fix::client("Use a client that resumes sessions", "FileZilla, WinSCP, lftp and curl do."),
            no_longer("Give up the demand, where other clients have to be served", facts),
        ],
    })
}

/// A data connection without the control connection's session, and one with it that works in the same mode.
fn compared<'f>(facts: &'f Facts) -> Option<(&'f Tried<'f>, &'f Tried<'f>)> {
    let mut alone = facts.experiments().iter().filter(|tried| tried.attempt().protection == Protection::NewSession);
    alone.find_map(|alone| {
        let same_mode = |tried: &&Tried| tried.works() && tried.verb().mode() == alone.verb().mode();
        Some((alone, resuming(facts).find(same_mode)?))
    })
}

/// The session was offered, and the server did not take it, at once or from a certain data connection on.
fn lost(facts: &Facts, working: &[&Tried], refused: &[&Tried]) -> Match {
    let kept_to_12 = || facts.experiments().iter().filter(|tried| tried.attempt().protection == Protection::Tls12);
    // Each control connection has a session of its own.
    let session = refused.first().map(|tried| tried.outcome().control);
    let before = working.iter().filter(|tried| Some(tried.outcome().control) == session).count();
    let helps = before > 0 && kept_to_12().count() > before && kept_to_12().all(Tried::works);
    let version = facts.tls_version().unwrap_or("TLS");
    let count = if before == 1 { "one data connection".to_owned() } else { format!("{before} data connections") };
    let summary = match before {
        0 if working.is_empty() => format!(
            "The server wants the control connection's {version} session on data connections, and takes it on none."
        ),
        0 => format!(
            "The server wants the control connection's {version} session on data connections, and takes it on some control \
             connections and not on others."
        ),
        _ if helps => format!(
            "The server wants the control connection's {version} session on data connections, and its tickets are used up: \
             after {count} in the same session the next was refused. With TLS 1.2 all of them worked."
        ),
        _ => format!(
            "The server wants the control connection's {version} session on data connections, and its tickets are used up: \
             after {count} in the same session the next was refused."
        ),
    };
    let mut fixes = Vec::new();
    if helps {
        fixes.push(Fix::client(
            "Keep the client to TLS 1.2",
            "In curl --tls-max 1.2; in WinSCP the site's TLS versions.",
        ));
    }
    fixes.push(no_longer("Renew the tickets, or give up the demand", facts));
    if !helps {
        fixes.push(Fix::client("Try with TLS 1.2", "In curl --tls-max 1.2; many servers renew sessions there."));
    }
    let twelve: Vec<Place> = kept_to_12().filter(|_| helps).filter_map(Tried::joined_at).collect();
    Match::Fires(Conclusion {
        severity: loss(facts),
        side: Side::Server,
        // Some clients offer the same ticket again, against the advice of RFC 8446, and some servers take that.
        confidence: if before == 0 || helps { Confidence::High } else { Confidence::Medium },
        summary,
        cites: facts.cites(ends(refused.iter().copied()).into_iter().chain(twelve)),
        fixes,
    })
}

fn no_longer(action: &str, facts: &Facts) -> Fix {
    Fix::server(
        action,
        setting(
            facts,
            |settings| settings.session_reuse,
            "In the server's settings for TLS. The demand protects transfers from others who guess the data port.",
        ),
    )
}

/// Those that offered the control connection's session.
fn resuming<'f>(facts: &'f Facts) -> impl Iterator<Item = &'f Tried<'f>> {
    facts.tried().iter().filter(|tried| tried.attempt().protection == Protection::Private)
}

fn is_refused(tried: &Tried) -> bool {
    matches!(
        tried.failure(),
        Some(
            Failure::TransferRefused(Some(Says::SessionReuseRequired))
                | Failure::Rejected(Some(Says::SessionReuseRequired))
        )
    )
}

fn broke_behind_the_connection(tried: &Tried) -> bool {
    let broke = matches!(
        tried.failure(),
        Some(
            Failure::TransferRefused(_)
                | Failure::TlsBroken
                | Failure::ControlLost
                | Failure::Cut
                | Failure::Unconfirmed
        )
    );
    // Silence is nobody's demand: pyftpdlib 1.5.7 now and then leaves a connection unanswered.
    broke && tried.joined().is_some() && tried.silent_ms().is_none()
}

/// The most data connections that stood in one session.
fn most_in_one_session(facts: &Facts) -> usize {
    let stood = |control| {
        let ours = resuming(facts).filter(|tried| tried.outcome().control == control);
        ours.filter(|tried| tried.secured().is_some()).count()
    };
    (0..facts.evidence().controls.len()).map(stood).max().unwrap_or(0)
}

/// Whether a session lasts: a further data connection left no fewer tickets than the one before it, or there are none to
/// use up, as in TLS 1.2.
fn is_renewed(facts: &Facts) -> bool {
    (0..facts.evidence().controls.len()).any(|control| {
        let ours = resuming(facts).filter(|tried| tried.outcome().control == control && tried.works());
        let left: Vec<Option<u64>> = ours.map(Tried::tickets_left).collect();
        left.windows(2).any(|two| matches!(*two, [before, after] if after >= before && after != Some(0)))
    })
}

/// One data connection without the session; as many with it as show that the tickets last; and with TLS 1.2 where they do
/// not, or all is wanted.
fn asks(facts: &Facts) -> Vec<Probe> {
    let Some(working) = facts.working().filter(|tried| tried.attempt().protection == Protection::Private) else {
        return Vec::new();
    };
    let again = |protection| Probe::Data(Attempt::usual(working.verb()).under(protection));
    let mut wanted = Vec::new();
    if compared(facts).is_none() {
        wanted.push(again(Protection::NewSession));
    }
    let used_up = resuming(facts).any(is_refused);
    let thorough = facts.evidence().asked.thorough;
    if !used_up && (thorough || !is_renewed(facts)) {
        wanted.extend((most_in_one_session(facts)..STAYING_POWER).map(|_| Probe::Data(working.attempt())));
    }
    let kept_to_12 = facts.experiments().iter().filter(|tried| tried.attempt().protection == Protection::Tls12).count();
    if used_up || thorough {
        wanted.extend((kept_to_12..STAYING_POWER).map(|_| again(Protection::Tls12)));
    }
    wanted
}
