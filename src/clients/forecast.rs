//! What a client would come to here: its rules held against the data connections that were tried.
//!
//! Each of its steps is looked up among the attempts with the same command and the same address. What was not tried is
//! unknown, and so is what came out one way and the other.

use std::net::IpAddr;

use super::rules::{
    DataHandshake, Dials, Listing, Manner, Rules, Sessions, Setback, Step, Unasked, Way, WithoutPrivacy,
};
use super::{Outlook, sentences};
use crate::evidence::Source;
use crate::evidence::address::{Reach, reach};
use crate::evidence::attempt::{Address, DataVerb, Mode};
use crate::evidence::facts::{DialEnd, Facts, Failure, Login, Tried};
use crate::evidence::security::{Protection, Security};
use crate::evidence::timeline::Session;
use crate::protocol::dialect::Says;

/// What a way comes to.
#[derive(Clone, Debug)]
pub(super) enum Course {
    Works(Success),
    /// The commands tried, and why the last did not move data.
    Fails(Vec<DataVerb>, String),
    /// And why it is not known.
    Unknown(String),
}

/// How a way works.
#[derive(Clone, Debug)]
pub(super) struct Success {
    /// The commands that failed before.
    pub failed: Vec<DataVerb>,
    pub verb: DataVerb,
    pub dials: Dials,
    /// The address in 227 that it does not dial, or that it does although it is another than the peer.
    pub differing: Option<IpAddr>,
    /// It waited for an answer that did not come before it went on.
    pub waited: bool,
    /// The address that PORT or EPRT named.
    pub named: Option<IpAddr>,
}

/// What one step comes to.
enum Came {
    Through { differing: Option<IpAddr>, named: Option<IpAddr> },
    Back(Setback, String),
    Unknown(String),
}

/// Whether a transfer of more than a listing stalled here: it may for every client.
pub(super) fn more_stalls(facts: &Facts) -> bool {
    facts.failed(Failure::Stalled).iter().any(|tried| !tried.attempt().load.names_no_large_file())
}

/// What a client with these rules would come to.
pub(super) fn outlook(facts: &Facts, rules: &Rules) -> Outlook {
    if let Some(outlook) = before_data(facts, rules) {
        return outlook;
    }
    let dials = facts.dials();
    let mut silent = dials.iter().filter(|dialled| matches!(dialled.end, DialEnd::Silent { .. })).peekable();
    if silent.peek().is_some() {
        // A log may show one address tried twice.
        let other = silent.any(|dialled| Some(dialled.address.ip().to_canonical()) != facts.peer());
        return unknown(if other { sentences::ADDRESSES } else { sentences::UNANSWERED }.to_owned());
    }
    // Behind a balancer the next connection may reach another machine.
    if facts.tried().iter().any(|tried| tried.let_in_after_all().is_some()) {
        return unknown(sentences::BY_CHANCE.to_owned());
    }
    if !facts.is_encrypted() {
        return judged(facts, rules, None);
    }
    let (how, name) = match facts.security() {
        Security::ImplicitTls => (rules.tls.implicit, "implicit TLS"),
        Security::Plain | Security::ExplicitTls => (rules.tls.explicit, "AUTH TLS"),
    };
    match (how, facts.in_plain()) {
        (Some(how), _) => under_tls(facts, rules, how),
        (None, Some(plain)) if plain.control_works() => judged(&plain, rules, None),
        (None, _) if demands_tls(facts) => fails(sentences::no_tls_but_demanded(name)),
        (None, _) => unknown(sentences::no_tls(name)),
    }
}

/// What is the same for every client: how it stands before any data connection.
fn before_data(facts: &Facts, rules: &Rules) -> Option<Outlook> {
    if facts.control_works() {
        return None;
    }
    if let Some((certificate, _)) = facts.certificate()
        && let Some(distrust) = certificate.distrust
        && facts.withheld().is_some()
    {
        return Some(match rules.tls.vouching.refuses(distrust) {
            Some(Err(_)) => fails(sentences::DISTRUSTS.to_owned()),
            Some(Ok(())) | None => unknown(sentences::WITHHELD.to_owned()),
        });
    }
    if let Some((reply, place)) = facts.login_refusal() {
        let wants_tls = facts.refusals_saying(Says::TlsRequired).iter().any(|(said, _)| *said == reply);
        return Some(match (wants_tls, rules.tls.explicit) {
            (true, Some(how)) if rules.tls.unasked == Unasked::Never => fails(sentences::wants_tls(how)),
            (true, Some(_)) => unknown(sentences::TLS_NOT_TRIED.to_owned()),
            (true, None) => fails(sentences::no_tls_but_demanded("TLS")),
            (false, _) if facts.is_greeting(place) => fails(sentences::TURNED_AWAY.to_owned()),
            (false, _) => fails(sentences::LOGIN_REFUSED.to_owned()),
        });
    }
    if facts.auth_refused().is_some() && facts.security() == Security::Plain {
        return Some(match rules.tls.explicit {
            Some(_) => unknown(sentences::AUTH_REFUSED.to_owned()),
            None => unknown(sentences::no_tls("AUTH TLS")),
        });
    }
    let evidence = facts.evidence();
    let told_nothing = evidence.cut_short.is_some()
        || (evidence.source == Source::Log && matches!(facts.login(), Login::Unfinished(_) | Login::NoConnection));
    Some(match (told_nothing, facts.tls_broken().is_some()) {
        (true, _) => unknown(sentences::NO_LOGIN_SEEN.to_owned()),
        (false, true) => unknown(sentences::TLS_BROKE.to_owned()),
        (false, false) => fails(sentences::NO_SESSION.to_owned()),
    })
}

/// Whether the server let nobody in, or no data through, without TLS.
fn demands_tls(facts: &Facts) -> bool {
    facts.security() == Security::ImplicitTls
        || facts.plain_login_refused().is_some()
        || !facts.refusals_saying(Says::TlsRequired).is_empty()
}

fn under_tls(facts: &Facts, rules: &Rules, how: &'static str) -> Outlook {
    let told = Some(how).filter(|_| rules.tls.unasked != Unasked::WhereOffered);
    match (facts.level_refused().is_some(), rules.tls.without_privacy) {
        (true, WithoutPrivacy::Fails) => return fails(sentences::PRIVACY_REFUSED.to_owned()),
        (true, WithoutPrivacy::GoesOn) => {}
        (true, WithoutPrivacy::Unknown) => return unknown(sentences::CLEAR_DATA.to_owned()),
        (false, _) if facts.usual_protection() != Protection::Private => {
            return unknown(sentences::CLEAR_DATA.to_owned());
        }
        (false, _) => {}
    }
    let distrust = facts.certificate().and_then(|(certificate, _)| certificate.distrust);
    match distrust.map(|distrust| rules.tls.vouching.refuses(distrust)) {
        None | Some(Some(Ok(()))) => judged(facts, rules, told),
        Some(None) => unknown(sentences::CERTIFICATE_UNKNOWN.to_owned()),
        Some(Some(Err(unless))) => {
            let beyond = judged(facts, rules, told);
            let setting = match (beyond.works, beyond.setting) {
                (Some(true), _) => Some(unless.to_owned()),
                (_, Some(setting)) => Some(sentences::both_settings(unless, &setting)),
                _ => None,
            };
            Outlook { setting, ..fails(sentences::DISTRUSTS.to_owned()) }
        }
    }
}

/// Its way with nothing set, what older versions come to, and the setting that helps.
fn judged(facts: &Facts, rules: &Rules, tls: Option<&str>) -> Outlook {
    let course = course(facts, rules, rules.way);
    let works = match &course {
        Course::Works(_) => Some(true),
        Course::Fails(..) => Some(false),
        Course::Unknown(_) => None,
    };
    if works == Some(false)
        && let Some(why) = other_mode_only(facts, rules)
    {
        return fails(why);
    }
    let earlier = rules.earlier.iter().map(|earlier| (earlier.before, self::course(facts, rules, earlier.way)));
    let earlier: Vec<(&str, Course)> = earlier.collect();
    let how = match (rules.manner, tls) {
        (Manner::OnceAsked(call), None) => Some(call.to_owned()),
        (Manner::OnceAsked(call), Some(tls)) => Some(sentences::both_settings(tls, call)),
        (_, tls) => tls.map(str::to_owned),
    };
    let why = sentences::why(&course, how.as_deref(), &earlier);
    let setting = if works == Some(false) { setting(facts, rules, tls) } else { None };
    Outlook { works, why, setting }
}

/// What works here is the mode that the client has not.
fn other_mode_only(facts: &Facts, rules: &Rules) -> Option<String> {
    let ways = || std::iter::once(rules.way).chain(rules.settings.iter().map(|setting| setting.way));
    let has = |mode| ways().flat_map(|way| way.ipv4).any(|step| step.verb.mode() == mode);
    match (facts.works(Mode::Passive), facts.works(Mode::Active)) {
        (false, true) if !has(Mode::Active) => Some(sentences::NO_ACTIVE.to_owned()),
        (true, false) if !has(Mode::Passive) => Some(sentences::NO_PASSIVE.to_owned()),
        _ => None,
    }
}

fn setting(facts: &Facts, rules: &Rules, tls: Option<&str>) -> Option<String> {
    let early = facts.is_encrypted() && rules.tls.data == DataHandshake::AheadOfIt;
    let active = |way: Way| way.ipv4.iter().chain(way.ipv6).any(|step| step.verb.mode() == Mode::Active);
    let offered = rules.settings.iter().filter(|setting| !(early && active(setting.way)));
    offered.into_iter().find_map(|setting| match course(facts, rules, setting.way) {
        Course::Works(success) => {
            let address = success.named.map(|address| address.to_string());
            let text = setting.text.replace("{address}", address.as_deref().unwrap_or("{address}"));
            Some(tls.map_or_else(|| text.clone(), |how| sentences::both_settings(how, &text)))
        }
        Course::Fails(..) | Course::Unknown(_) => None,
    })
}

/// Walks the steps until one moves data, ends it, or is not known.
pub(super) fn course(facts: &Facts, rules: &Rules, way: Way) -> Course {
    let Some(peer) = facts.peer() else { return Course::Unknown(sentences::NO_PEER.to_owned()) };
    let steps = if peer.is_ipv6() { way.ipv6 } else { way.ipv4 };
    if steps.is_empty() {
        return Course::Fails(Vec::new(), sentences::no_family(peer));
    }
    let mut failed: Vec<DataVerb> = Vec::new();
    let mut waited = false;
    let mut last = String::new();
    let stays = rules.manner == Manner::StaysWherePasvIsListed && lists(facts, "PASV");
    let mut rest = steps.iter();
    while let Some(step) = rest.next() {
        match came(facts, rules, step, peer) {
            Came::Through { differing, named } => {
                return Course::Works(Success { failed, verb: step.verb, dials: step.dials, differing, waited, named });
            }
            Came::Unknown(why) => return Course::Unknown(why),
            Came::Back(setback, why) => {
                let goes_on = step.onward.contains(&Setback::Refused) || step.to_active.contains(&Setback::Refused);
                if setback == Setback::Breakdown && goes_on {
                    return Course::Unknown(sentences::breakdown(step.verb));
                }
                failed.push(step.verb);
                last = why;
                waited |= setback == Setback::ConnectSilent;
                let dial_failed =
                    matches!(setback, Setback::ConnectRefused | Setback::ConnectSilent | Setback::MendedConnect);
                if stays && dial_failed {
                    break;
                }
                if step.to_active.contains(&setback) {
                    let active = rest.as_slice().iter().position(|step| step.verb.mode() == Mode::Active);
                    rest = rest.as_slice()[active.unwrap_or(rest.len())..].iter();
                } else if !step.onward.contains(&setback) {
                    break;
                }
            }
        }
    }
    Course::Fails(failed, last)
}

/// What servers say when they break down: vsftpd's "500 OOPS" ends the session soon after.
const BREAKDOWNS: [Says; 2] = [Says::Misconfigured, Says::PortsExhausted];

/// What became of the attempts that stand for this step; they have to agree.
fn came(facts: &Facts, rules: &Rules, step: &Step, peer: IpAddr) -> Came {
    if matches!(step.dials, Dials::Unsure) && step.verb != DataVerb::Pasv {
        return Came::Unknown(sentences::FAMILY_UNKNOWN.to_owned());
    }
    let broken = facts.aftermath(&BREAKDOWNS);
    let wanted = match (step.verb.mode(), step.dials) {
        (Mode::Passive, _) => &[Address::ControlPeer][..],
        (Mode::Active, Dials::Given) => &[Address::Given, Address::ServerSeen][..],
        (Mode::Active, _) => &[Address::Local][..],
    };
    let stands = |tried: &&Tried| {
        let usual = wanted.contains(&tried.attempt().address) && tried.attempt().load.is_usual();
        // A session that broke down before says nothing of a fresh one.
        usual && !tried.ended_by().is_some_and(|place| broken.contains(&place))
    };
    let mut all = facts.tried_with(step.verb).filter(stands).map(|tried| one(facts, rules, step, peer, tried));
    let Some(first) = all.next() else { return Came::Unknown(sentences::not_tried(step.verb)) };
    for other in all {
        match (&first, &other) {
            (Came::Through { .. }, Came::Through { .. }) => {}
            (Came::Back(one, _), Came::Back(other, _)) if one == other => {}
            (Came::Unknown(_), _) => {}
            _ => return Came::Unknown(sentences::now_and_then(step.verb)),
        }
    }
    match first {
        // One port out of a range says little of the next one, with whatever verb.
        Came::Through { .. } | Came::Back(Setback::ConnectRefused | Setback::ConnectSilent, _)
            if step.verb.mode() == Mode::Passive && facts.passive_ports_differ() =>
        {
            Came::Unknown(sentences::NOT_EVERY_PORT.to_owned())
        }
        Came::Back(Setback::ConnectRefused | Setback::ConnectSilent, _) if facts.passive_ports_open_aside() => {
            Came::Unknown(sentences::now_and_then(step.verb))
        }
        first => first,
    }
}

fn one(facts: &Facts, rules: &Rules, step: &Step, peer: IpAddr, tried: &Tried) -> Came {
    let verb = step.verb;
    let reply = tried.negotiation().map(|(reply, _)| reply);
    if let Some(reply) = reply.filter(|reply| reply.is_completion()) {
        match step.takes(reply) {
            Some(true) => {}
            Some(false) => return Came::Back(Setback::OtherCode, sentences::other_code(verb, reply.code)),
            None => return Came::Unknown(sentences::code_unsure(verb, reply.code)),
        }
    }
    if tried.failure() == Some(Failure::Unreadable) {
        return match reply {
            Some(reply) if step.can_read(reply) => Came::Unknown(sentences::not_tried(verb)),
            _ => Came::Back(Setback::Unreadable, sentences::unreadable(verb)),
        };
    }
    if let Some(reply) = reply
        && verb.mode() == Mode::Passive
        && tried.named().is_some()
        && !step.can_read(reply)
    {
        return Came::Back(Setback::Unreadable, sentences::unreadable(verb));
    }
    let told = tried.named().map(|named| named.ip().to_canonical());
    let differing = told.filter(|told| verb == DataVerb::Pasv && *told != peer);
    let Some(told) = differing else { return outcome(facts, rules, step, tried, None) };
    match step.dials {
        Dials::Peer | Dials::Own | Dials::Given => outcome(facts, rules, step, tried, Some(told)),
        Dials::Mended(mends) if mends(told, peer) => outcome(facts, rules, step, tried, Some(told)),
        Dials::Unsure => Came::Unknown(sentences::told_unsure(told)),
        Dials::SameOnly => Came::Back(Setback::Unreadable, sentences::another_address(told)),
        Dials::Told | Dials::Mended(_) => at_told_address(facts, rules, step, told, peer),
    }
}

/// It dials the address in 227, which is another than the server's.
fn at_told_address(facts: &Facts, rules: &Rules, step: &Step, told: IpAddr, peer: IpAddr) -> Came {
    let advertised = |tried: &&Tried| {
        tried.attempt().address == Address::Advertised && tried.named().is_some_and(|n| n.ip().to_canonical() == told)
    };
    if let Some(tried) = facts.tried_with(step.verb).find(advertised) {
        return outcome(facts, rules, step, tried, Some(told));
    }
    if unreachable_from_here(facts, told, peer) {
        return Came::Back(Setback::ConnectSilent, sentences::out_of_reach(told));
    }
    Came::Unknown(sentences::told_not_tried(told))
}

/// A private address named by a server on the Internet, unless this computer's own network looks like it; and what is
/// nobody's address.
fn unreachable_from_here(facts: &Facts, told: IpAddr, peer: IpAddr) -> bool {
    let near = match (facts.local(), told) {
        (Some(IpAddr::V4(local)), IpAddr::V4(told)) => local.octets()[..2] == told.octets()[..2],
        _ => false,
    };
    match reach(told) {
        Reach::Public => false,
        Reach::Loopback | Reach::Unspecified | Reach::NoHost => reach(peer) != Reach::Loopback,
        Reach::Private | Reach::Shared | Reach::LinkLocal => reach(peer) == Reach::Public && !near,
    }
}

/// What this very attempt says of the client's own.
fn outcome(facts: &Facts, rules: &Rules, step: &Step, tried: &Tried, differing: Option<IpAddr>) -> Came {
    let verb = step.verb;
    let early = facts.is_encrypted() && rules.tls.data == DataHandshake::AheadOfIt;
    if early && facts.product() == Some("pyftpdlib") && tried.joined().is_some() {
        return Came::Back(Setback::Final, sentences::EARLY_HANDSHAKE.to_owned());
    }
    let Some(failure) = tried.failure() else {
        if let Some(came) = without_resumption(facts, rules, tried) {
            return came;
        }
        if verb.mode() == Mode::Active && let_in_by_hand(facts) {
            return Came::Unknown(sentences::OTHER_PORTS.to_owned());
        }
        // What MLSD says of a file is longer than LIST's line.
        if rules.listing == Listing::Machine && lists(facts, "MLST") && !facts.failed(Failure::Stalled).is_empty() {
            return Came::Unknown(sentences::MLSD_IS_LARGER.to_owned());
        }
        let named = tried.named().map(|named| named.ip().to_canonical());
        return Came::Through { differing, named: named.filter(|_| verb.mode() == Mode::Active) };
    };
    let setback = match failure {
        Failure::NotTried | Failure::Contradiction => return Came::Unknown(sentences::not_tried(verb)),
        Failure::TransferRefused(Some(Says::SessionReuseRequired)) if rules.tls.sessions != Sessions::New => {
            return Came::Unknown(sentences::SESSION_USED_UP.to_owned());
        }
        Failure::Stalled | Failure::NeverServed if rules.manner == Manner::BeginsAnew => {
            return Came::Unknown(sentences::BEGINS_ANEW.to_owned());
        }
        Failure::Cut if rules.manner == Manner::BeginsAnew && tried.confirmed_though_reset().is_some() => {
            return Came::Unknown(sentences::RESET_AT_THE_END.to_owned());
        }
        Failure::TransferRefused(_) if rules.listing == Listing::Machine && lists(facts, "MLST") => {
            return Came::Unknown(sentences::MLSD_NOT_TRIED.to_owned());
        }
        Failure::CallbackForeign => return Came::Unknown(sentences::STRANGER.to_owned()),
        Failure::Rejected(_) => match tried.refusal() {
            Some((reply, _)) if reply.text.contains("OOPS") => Setback::Breakdown,
            Some((reply, _)) if (400..500).contains(&reply.code) => Setback::RefusedForNow,
            _ => Setback::Refused,
        },
        Failure::Unreadable => Setback::Unreadable,
        Failure::DialRefused | Failure::DialUnreachable | Failure::DialDropped
            if differing.is_some()
                && matches!(step.dials, Dials::Mended(_))
                && tried.attempt().address == Address::ControlPeer =>
        {
            Setback::MendedConnect
        }
        Failure::DialRefused | Failure::DialUnreachable => Setback::ConnectRefused,
        Failure::DialDropped => Setback::ConnectSilent,
        _ => Setback::Final,
    };
    Came::Back(setback, sentences::clause(tried, failure))
}

/// Whether active mode may work through an address translation because ports are forwarded: the client's own need not
/// be among them. A helper passes on whatever is named.
fn let_in_by_hand(facts: &Facts) -> bool {
    facts.client_nat().seen().is_some() && facts.helper().seen().is_none()
}

/// What a client that begins a TLS session of its own on data connections comes to, where that is another thing.
fn without_resumption(facts: &Facts, rules: &Rules, tried: &Tried) -> Option<Came> {
    if rules.tls.sessions == Sessions::Resumes || !facts.is_encrypted() {
        return None;
    }
    let (session, _) = tried.secured()?;
    match (session, rules.tls.sessions) {
        (Session::New, Sessions::Demands) => return Some(Came::Unknown(sentences::NOTHING_RESUMED.to_owned())),
        (Session::New, _) | (_, Sessions::Demands) => return None,
        (Session::Resumed, _) => {}
    }
    let mut own = facts.experiments().iter().filter(|tried| tried.attempt().protection == Protection::NewSession);
    let Some(experiment) = own.next() else {
        return Some(Came::Unknown(sentences::NEW_SESSION_NOT_TRIED.to_owned()));
    };
    let demanded = experiment.refusal_says() == Some(Says::SessionReuseRequired);
    match (experiment.works(), demanded && rules.tls.sessions == Sessions::New) {
        (true, _) => None,
        (false, true) => Some(Came::Back(Setback::Final, sentences::WANTS_RESUMPTION.to_owned())),
        (false, false) => Some(Came::Unknown(sentences::RESUMPTION_UNKNOWN.to_owned())),
    }
}

/// Whether FEAT lists this word.
fn lists(facts: &Facts, word: &str) -> bool {
    let features = facts.features().seen().unwrap_or_default();
    features.iter().any(|feature| feature.to_ascii_uppercase().starts_with(word))
}

fn fails(why: String) -> Outlook {
    Outlook { works: Some(false), why, setting: None }
}

fn unknown(why: String) -> Outlook {
    Outlook { works: None, why, setting: None }
}
