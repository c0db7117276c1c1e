//! Why a mode moves no data, in a customer's words: what was seen, and not whose fault it is.

use super::usual;
use crate::diagnosis::rules;
use crate::evidence::address::{Reach, reach};
use crate::evidence::attempt::{Address, Mode};
use crate::evidence::facts::{Facts, Failure, Tried};
use crate::evidence::observed::Observed;
use crate::protocol::dialect::Says;

/// Why a mode moves no data, as a clause; each command's own reason where they differ.
pub(super) fn reason(facts: &Facts, mode: Mode) -> String {
    let mut reasons: Vec<(Vec<&str>, &str)> = Vec::new();
    for tried in usual(facts, mode) {
        let Some(clause) = clause(facts, tried) else { continue };
        let verb = tried.verb().name();
        match reasons.iter_mut().find(|(_, known)| *known == clause) {
            Some((verbs, _)) if verbs.contains(&verb) => {}
            Some((verbs, _)) => verbs.push(verb),
            None => reasons.push((vec![verb], clause)),
        }
    }
    match &reasons[..] {
        [] => at_the_told_address(facts, mode).unwrap_or("it could not be tried to its end").to_owned(),
        [(_, clause)] => (*clause).to_owned(),
        several => {
            let each: Vec<String> =
                several.iter().map(|(verbs, clause)| format!("{clause} ({})", verbs.join(", "))).collect();
            each.join(", and ")
        }
    }
}

/// Where nothing but the address in 227 was dialled, another than the server's.
fn at_the_told_address(facts: &Facts, mode: Mode) -> Option<&'static str> {
    let told = |tried: &&Tried| tried.attempt().address == Address::Advertised && tried.dial_failed();
    let named = facts.tried_in(mode).find(told)?.named()?;
    Some(match reach(named.ip().to_canonical()) {
        Reach::Public => "the server names another address in 227 than its own, and connections to that one fail",
        _ => "the server names an address in 227 that nobody outside its network can reach",
    })
}

/// Why a data connection moved no data. What was seen, in a customer's words.
fn clause(facts: &Facts, tried: &Tried) -> Option<&'static str> {
    Some(match tried.failure()? {
        Failure::NotTried => return None,
        Failure::Rejected(_) if rules::refused_for_address(facts, tried) => {
            "the server refuses to connect to the address that this computer names"
        }
        Failure::Rejected(Some(Says::TlsRequired | Says::ProtectionRequired))
        | Failure::TransferRefused(Some(Says::TlsRequired | Says::ProtectionRequired)) => "the server wants encryption",
        Failure::Rejected(Some(Says::PortsExhausted)) => "the server has no free port for it",
        Failure::Rejected(_) => "the server refuses it",
        Failure::SessionEnded(_) => "the server ends the session",
        Failure::Unreadable => "the server's answer can't be read",
        Failure::AddressRefused => "the client refuses the address that the server names",
        Failure::Unanswered => "the server does not answer the command",
        Failure::CutAtNegotiation => "the control connection is cut off at the command",
        Failure::DialRefused if tried.let_in_after_all().is_some() => {
            "the server's data port refuses one connection and lets another in"
        }
        Failure::DialRefused if another_lets_in(facts) => {
            "the data ports that were tried refuse connections, and another port of the server's lets one in"
        }
        Failure::DialRefused => "the server's data port refuses connections",
        Failure::DialDropped if tried.ended_untold() => {
            "connections to the server's data port do not come about, and the log does not say how they end"
        }
        Failure::DialDropped if another_lets_in(facts) => {
            "connections to the data ports that were tried get no answer, and another port of the server's lets one in"
        }
        Failure::DialDropped => "connections to the server's data port get no answer",
        Failure::DialUnreachable if another_lets_in(facts) => {
            "the data ports that were tried are reported unreachable, and another port of the server's lets a connection in"
        }
        Failure::DialUnreachable => "the server's data port is reported unreachable",
        Failure::CallbackRefused | Failure::CallbackDropped | Failure::CallbackUnreachable if tried.stopped_here() => {
            "the server's connection reaches this computer, whose own firewall stops it"
        }
        Failure::CallbackDropped if tried.answered_here().is_some() => {
            "the server's connection reaches this computer, which answers it, and does not come about"
        }
        Failure::CallbackRefused => "the server's connection to this computer is turned away",
        Failure::CallbackDropped if matches!(facts.syn_arrived(tried), Observed::NotSeen) => {
            "the server's connection never reaches this computer"
        }
        Failure::CallbackDropped if !facts.hangs().is_empty() => "no connection from the server arrives",
        Failure::CallbackDropped if tried.ended_untold() => {
            "the server's connection to the client does not come about, and the log does not say how it ends"
        }
        Failure::CallbackDropped => "no connection from the server gets through to the client",
        Failure::CallbackUnreachable => "the server finds no way to this computer",
        Failure::CallbackForeign => "a connection comes, and is not taken for the server's",
        Failure::TransferRefused(Some(Says::ForeignDataSource)) => {
            "the server refuses the data connection for the address it comes from"
        }
        Failure::TransferRefused(Some(Says::SessionReuseRequired)) => {
            "the server wants the control connection's TLS session on data connections"
        }
        Failure::TransferRefused(_) => "the server refuses the transfer",
        Failure::TlsBroken => "TLS on the data connection fails",
        Failure::Stalled if tried.is_left_alone() => "the data connection is made, but nothing comes over it",
        Failure::Stalled => "the transfer stalls",
        Failure::Unconfirmed => "the server never confirms the transfer",
        Failure::NeverServed => match (tried.is_held(), tried.refusal().is_some()) {
            (true, _) => {
                "the data connection is made, but nothing comes over it, and the server gives the transfer up after seconds"
            }
            (false, true) => {
                "the data connection ends without a byte, and the server gives the transfer up after seconds"
            }
            (false, false) => "the data connection ends without a byte, and the server says nothing of a transfer",
        },
        Failure::ControlLost => "the control connection is cut off during the transfer",
        Failure::Cut if tried.confirmed_though_reset().is_some() => {
            "the server confirms the transfer, and its data connection is reset all the same"
        }
        Failure::Cut => "the data connection is cut off",
        Failure::Contradiction => "the server's answers make no sense",
    })
}

/// Whether all passive ports that were to carry a transfer failed, and one that was searched did not.
pub(super) fn another_lets_in(facts: &Facts) -> bool {
    !rules::passive_range_partly_open::let_in_besides(facts).is_empty()
}
