#![doc = include_str!("control_connection_altered.md")]

use crate::diagnosis::rule::{Conclusion, Confidence, Fix, Match, Rule, Severity, Side, asks_nothing};
use crate::diagnosis::rules::{are_several, ends, joins, loss, samples, server_behind_nat, verbs};
use crate::evidence::attempt::DataVerb;
use crate::evidence::facts::{Facts, Failure, Place, Tried};
use crate::evidence::observed::Observed;
use crate::protocol::dialect::Says;
use crate::protocol::reply::Reply;

pub static RULE: Rule = Rule {
    id: "control-connection-altered",
    title: "something on the way changes the control connection",
    article: include_str!("control_connection_altered.md"),
    neighbours: &["ftp-helper-on-path", "epsv-rejected", "control-idle-dropped", "passive-range-partly-open"],
    test,
    asks: asks_nothing,
};

/// A sign of a device that meddles.
struct Sign {
    what: String,
    /// Whether a method is lost by it.
    harms: bool,
    /// Whether a helper before the server would leave the same.
    maybe_helper: bool,
    confidence: Confidence,
    places: Vec<Place>,
}

fn test(facts: &Facts) -> Match {
    let signs: Vec<Sign> = [masked(facts), cut_off(facts), spoiled_pasv(facts)].into_iter().flatten().collect();
    let Some(surest) = signs.iter().map(|sign| sign.confidence).max() else { return ruled_out(facts) };
    let harms = signs.iter().any(|sign| sign.harms);
    let what: Vec<&str> = signs.iter().map(|sign| sign.what.as_str()).collect();
    let maybe_helper = signs.iter().any(|sign| sign.maybe_helper);
    let relax = Fix::network(
        "Switch off strict FTP inspection on the firewalls in between, or relax it",
        "Cisco ASA: inspect ftp without strict, or an FTP map without mask-syst-reply and mask-banner; others call it FTP \
         ALG or application control.",
    );
    let encrypt = Fix::client("Use FTP over TLS", "What is encrypted can't be read or changed on the way.");
    Match::Fires(Conclusion {
        severity: if harms { loss(facts) } else { Severity::Info },
        side: if surest == Confidence::Low { Side::Unknown } else { Side::Network },
        confidence: surest,
        summary: format!(
            "A device on the way seems to read and change the FTP dialogue: {}. A strict FTP inspection of a firewall \
             does so.{}",
            what.join("; "),
            if maybe_helper { MAY_BE_A_HELPER } else { "" }
        ),
        cites: facts.cites(signs.into_iter().flat_map(|sign| sign.places)),
        fixes: match maybe_helper {
            // Where a helper lets EPSV in, TLS would take that away, too.
            true => vec![server_behind_nat::forward_for_pasv(facts), relax],
            false => vec![relax, encrypt],
        },
    })
}

/// A greeting or an answer to SYST that consists of asterisks or Xs.
fn masked(facts: &Facts) -> Option<Sign> {
    let system = facts.system().filter(|(reply, _)| is_masked(reply));
    let greeting = facts.greeting().filter(|(reply, _)| is_masked(reply));
    let what = match (&greeting, &system) {
        (Some(_), Some(_)) => "the greeting and the answer to SYST are masked",
        (Some(_), None) => "the greeting is masked",
        (None, Some(_)) => "the answer to SYST is masked",
        (None, None) => return None,
    };
    Some(Sign {
        what: what.to_owned(),
        harms: false,
        maybe_helper: false,
        confidence: Confidence::Medium,
        places: [greeting, system].into_iter().flatten().map(|(_, place)| place).collect(),
    })
}

/// Four or more asterisks or Xs, and nothing else that could be read.
fn is_masked(reply: &Reply) -> bool {
    let words = reply.message();
    let masks = words.chars().filter(|c| matches!(c, '*' | 'X' | 'x')).count();
    masks >= 4 && words.chars().all(|c| matches!(c, '*' | 'X' | 'x' | ' ' | '.' | '-'))
}

/// A command that is swallowed, or that ends the control connection, where others are answered.
fn cut_off(facts: &Facts) -> Option<Sign> {
    let cut: Vec<&Tried> = facts.tried().iter().filter(|tried| is_for_the_verb(facts, tried)).collect();
    if cut.is_empty() {
        return None;
    }
    Some(Sign {
        what: match (verbs(cut.iter().copied()), are_several(&cut)) {
            (several, true) => format!("{several} get no answer while other commands do"),
            (one, false) => format!("{one} gets no answer while other commands do"),
        },
        harms: true,
        maybe_helper: false,
        confidence: Confidence::Low,
        places: ends(cut),
    })
}

/// Whether this command went unanswered for its own sake: another one, of another verb, was agreed to.
pub(super) fn is_for_the_verb(facts: &Facts, tried: &Tried) -> bool {
    let unanswered = matches!(tried.failure(), Some(Failure::Unanswered | Failure::CutAtNegotiation));
    let busy = facts.waits_behind_a_stall(tried);
    let broken = facts.said_to_be_broken(tried.outcome().control, &[Says::Misconfigured, Says::PortsExhausted]);
    let other = || facts.tried().iter().any(|other| other.verb() != tried.verb() && other.negotiated());
    // Somebody answers it, then, or the session was over before it was read.
    let answered = facts.tried_with(tried.verb()).any(|other| other.negotiation().is_some())
        || facts.aside().any(|other| other.verb() == tried.verb() && other.negotiation().is_some());
    // On a way that loses packets a command is among them, where another of its mode is answered.
    let lost = facts.loses_packets() && facts.tried_in(tried.verb().mode()).any(|other| other.negotiation().is_some());
    let too_late = facts.came_too_late(tried);
    // A log's client tries no other; what resets the connection at the command was not waiting for anything.
    let reset_at_once = facts.log().is_some() && tried.control_was_reset();
    unanswered && !busy && !broken && !answered && !lost && !too_late && (other() || reset_at_once)
}

/// PASV's connections fail every time, EPSV's never, and not for what a helper before the server does.
fn spoiled_pasv(facts: &Facts) -> Option<Sign> {
    let helper = samples::helper_passes_over_pasv(facts);
    if !samples::pasv_alone_fails(facts) || matches!(helper, Observed::Seen(_)) {
        return None;
    }
    let maybe_helper = matches!(helper, Observed::NotTested(_));
    let (pasv, epsv) = (facts.samples(DataVerb::Pasv), facts.samples(DataVerb::Epsv));
    Some(Sign {
        what: "data connections of PASV fail every time and those of EPSV never".to_owned(),
        harms: true,
        maybe_helper,
        confidence: if maybe_helper { Confidence::Low } else { Confidence::Medium },
        places: [ends(pasv.unanswered), joins(epsv.joined)].concat(),
    })
}

/// Greeting and SYST came in clear words, and every command was answered for itself.
fn ruled_out(facts: &Facts) -> Match {
    if facts.interposed().is_some() {
        return Match::Undecided("who answers in the server's place may have changed what either end says");
    }
    let (Some((_, greeting)), Some((_, system))) = (facts.greeting(), facts.system()) else {
        return Match::Undecided("the server was not asked for its system");
    };
    let answered: Vec<Place> = facts.tried().iter().filter_map(|tried| Some(tried.negotiation()?.1)).collect();
    if answered.is_empty() || answered.len() < facts.tried().len() {
        return Match::Undecided("not every command was answered");
    }
    Match::RuledOut(facts.cites([greeting, system].into_iter().chain(answered)))
}

const MAY_BE_A_HELPER: &str = " So does the FTP support of the router before the server, where the passive ports are not forwarded \
                               and the server names its outer address in 227 itself: the router then opens the ports of EPSV alone.";

#[cfg(test)]
mod tests {
    use super::test;
    use crate::diagnosis::rule::{Confidence, Match, Side};
    use crate::evidence::case::Case;
    use crate::evidence::facts::Facts;

    #[test]
    fn pasv_alone_is_spoiled_for_sure_only_where_no_translation_stands_before_the_server() {
        let text = include_str!("../../../fixtures/cases/control-connection-altered/pasv_spoiled.toml");
        let of = |own: &str| {
            let evidence = Case::from_toml(&text.replace("     Logged in as ftp", own)).expect("a case").evidence;
            match test(&Facts::of(&evidence)) {
                Match::Fires(found) => Some((found.side, found.confidence, found.fixes[0].side)),
                _ => None,
            }
        };
        assert_eq!(of(" Logged in"), Some((Side::Unknown, Confidence::Low, Side::Server)));
        let own = " Connected to: 198.18.0.20:21";
        assert_eq!(of(own), Some((Side::Network, Confidence::Medium, Side::Network)));
        assert_eq!(of(" Connected to: 172.31.0.50:21"), None);
    }
}
