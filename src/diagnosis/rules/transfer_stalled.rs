#![doc = include_str!("transfer_stalled.md")]

use crate::diagnosis::rule::{Conclusion, Confidence, Fix, Match, Rule, Side};
use crate::diagnosis::rules::{ends, joins, loss, ruled_out_by, taken, verbs};
use crate::evidence::attempt::{Attempt, Load, Mode, Probe, SMALL_SEGMENT};
use crate::evidence::facts::{Cite, Facts, Failure, SmallBecause, Tried};

pub static RULE: Rule = Rule {
    id: "transfer-stalled",
    title: "the data connection stands, and bytes stop coming",
    article: include_str!("transfer_stalled.md"),
    neighbours: &["control-idle-dropped", "transfer-failed", "listing-refused"],
    test,
    asks,
};

fn test(facts: &Facts) -> Match {
    let mut stalled = facts.failed(Failure::Stalled);
    let all = stalled.len();
    stalled.retain(|tried| !facts.is_taken(tried));
    if stalled.is_empty() && all > 0 {
        return Match::Undecided("who took the passive connections was not the server");
    }
    if stalled.is_empty() {
        if !asks(facts).is_empty() {
            return Match::Undecided("no large transfer was tried yet");
        }
        if facts.evidence().not_tried.iter().any(|skipped| !skipped.load.names_no_large_file()) {
            return Match::Undecided("more than a listing was asked for, and not tried");
        }
        let unfinished = |tried: &Tried| tried.failure() == Some(Failure::NotTried) && !tried.attempt().load.is_usual();
        if facts.tried().iter().any(unfinished) {
            return Match::Undecided("more than a listing was asked for, and not brought to its end");
        }
        let working = facts.tried().iter().filter(|tried| tried.works()).filter_map(Tried::joined_at);
        return ruled_out_by(facts, working, "no data connection was joined and read to its end");
    }
    let (uploads, downloads): (Vec<&Tried>, Vec<&Tried>) =
        stalled.into_iter().partition(|tried| tried.attempt().load.is_upload());
    let is_upload = downloads.is_empty();
    let stalled = if is_upload { uploads } else { downloads };
    let bytes = stalled.iter().map(|tried| tried.bytes()).max().unwrap_or(0);
    // A log need not tell how long its client waited.
    let waited = stalled.iter().filter_map(|tried| tried.silent_ms()).reduce(f64::max);
    let held = stalled.iter().find_map(|tried| facts.size_told(tried)).filter(|_| is_upload);
    let so_far = match (bytes, held) {
        (_, Some((held, _))) => format!("of {bytes} bytes that were written {held} arrived"),
        _ if is_upload => format!("{bytes} bytes were written and their arrival was not confirmed"),
        (0, _) => "no byte came".to_owned(),
        _ => format!("after {bytes} bytes no more came"),
    };
    let so_long = waited.map_or_else(|| so_far.clone(), |ms| format!("{so_far} for {:.0} s", ms / 1000.0));
    let mut cites = facts.cites(joins(stalled.iter().copied()));
    cites.extend(facts.cites(ends(stalled.iter().copied())));
    let behind = facts.tried().iter().filter(|tried| facts.waits_behind_a_stall(tried));
    cites.extend(facts.cites(behind.filter_map(Tried::ended_by)));
    cites.extend(facts.cites(held.map(|(_, place)| place)));
    let in_small_segments = |tried: &&Tried| {
        let load = tried.attempt().load;
        load.segment().is_some() && stalled.iter().any(|other| other.attempt().load.in_small_segments() == load)
    };
    let small = facts.tried().iter().find(in_small_segments);
    let works_small = small.filter(|tried| tried.works());
    let large_came = facts.large_packets_came().filter(|_| !is_upload);
    if let Some(large) = large_came {
        let comes_again = large.works() || works_small.is_some();
        cites.extend(facts.cites([large, small.unwrap_or(large)].into_iter().filter_map(Tried::joined_at)));
        cites.push(Cite::of(format!("in segments of the usual size {} bytes came", large.bytes())));
        return Match::Fires(Conclusion {
            severity: loss(facts),
            side: Side::Unknown,
            confidence: Confidence::Low,
            summary: format!(
                "The data connection is joined ({}), but {so_long}. {}",
                verbs(stalled.iter().copied()),
                not_for_size(large, comes_again)
            ),
            cites,
            fixes: vec![see_the_server(), if comes_again { check_often() } else { no_inspection() }],
        });
    }
    // One that stalled alone may have met a server that hung for once.
    let once = !is_upload && stalled.iter().filter(|tried| tried.attempt().load.segment().is_none()).count() < 2;
    if let Some(small) = works_small {
        let (verb, end) = if is_upload { ("arrived", "this computer") } else { ("came", "the server") };
        cites.extend(facts.cites(small.joined_at()));
        cites.push(Cite::of(format!("in segments of {SMALL_SEGMENT} bytes {} bytes {verb}", small.bytes())));
        return Match::Fires(Conclusion {
            severity: loss(facts),
            side: Side::Network,
            confidence: if once { Confidence::Medium } else { Confidence::High },
            summary: format!(
                "Large packets are lost on the way: {so_far} over a data connection, and in \
                 segments of {SMALL_SEGMENT} bytes all {verb}. A router drops what is too large for its link, and its word of that (ICMP) does not \
                 reach {end}."
            ),
            cites,
            fixes: vec![mtu_fix()],
        });
    }
    let stalls_too = small.filter(|tried| tried.failure() == Some(Failure::Stalled));
    cites.extend(facts.cites(stalls_too.and_then(Tried::ended_by)));
    // One of them may have lost a large packet where another can't have.
    let small_anyhow =
        stalled.iter().map(|tried| facts.packets_are_small(tried)).min().flatten().filter(|_| !is_upload);
    // A server that is not seen to be reached, and does its work elsewhere, hardly hangs.
    let never_reached = small_anyhow == Some(SmallBecause::NothingWasSaid)
        && stalled.iter().all(|tried| tried.verb().mode() == Mode::Passive);
    let serves = never_reached && facts.acts_on_transfers();
    let why = match (stalls_too, small_anyhow) {
        (Some(_), _) => format!(
            "In segments of {SMALL_SEGMENT} bytes, which nearly every link takes, it stalls, too. A firewall may hold the \
             transfer back, or the server hangs, or a link on the way takes smaller packets still; from here these look alike."
        ),
        (None, Some(SmallBecause::NothingWasSaid)) => nothing_was_said(facts, never_reached),
        (None, Some(SmallBecause::OnePacket)) => {
            "The listing fits one small packet, as another data connection showed, so it is not large packets that are \
             lost. A firewall may hold the transfer back, or the server hangs; from here these look alike."
                .to_owned()
        }
        (None, None) => {
            "Large packets may be lost on the way, a firewall may hold the transfer back, or the server hangs; from \
                 here these look alike."
                .to_owned()
        }
    };
    Match::Fires(Conclusion {
        severity: loss(facts),
        side: Side::Unknown,
        confidence: Confidence::Low,
        summary: format!("The data connection is joined ({}), but {so_long}. {why}", verbs(stalled.iter().copied())),
        cites,
        fixes: (stalls_too.is_none() && small_anyhow.is_none())
            .then(mtu_fix)
            .into_iter()
            .chain(never_reached.then(taken::lead_to_the_server).filter(|_| serves))
            .chain((!serves).then(see_the_server))
            .chain(never_reached.then(taken::lead_to_the_server).filter(|_| !serves))
            .chain([no_inspection()])
            .collect(),
    })
}

/// How long (milliseconds) a server is waited for that is thought to be slow, or to wait itself.
const PATIENT_MS: f64 = 25_000.0;

/// What tells apart what looks alike where no byte came, and it was not waited for so long.
pub fn again(facts: &Facts) -> Option<&'static str> {
    if facts.log().is_some() {
        return None;
    }
    let mut stalled = facts.failed(Failure::Stalled);
    stalled.retain(|tried| tried.bytes() == 0 && tried.attempt().load.is_usual() && !facts.is_taken(tried));
    let small_works = facts.tried().iter().any(|tried| tried.works() && tried.attempt().load.segment().is_some());
    let impatient = |tried: &&Tried| tried.silent_ms().is_some_and(|ms| ms < PATIENT_MS);
    (!stalled.is_empty() && !small_works && stalled.iter().all(impatient)).then_some(
        "Check again with --timeout 30s --deadline 5m as well: a server that is slow at transfers sends its bytes later than this \
         check waited for them, and one that waits for a connection which somebody else took says so when it gives up.",
    )
}

/// Where full packets came, as sentences.
fn not_for_size(large: &Tried, comes_again: bool) -> String {
    let bytes = large.bytes();
    if comes_again {
        return format!(
            "It is so only now and then, and not for the packets' size: {bytes} bytes came in packets of the usual one. The \
             server hangs now and then, or a link or firewall on the way loses packets; from here these look alike."
        );
    }
    format!(
        "It is not for the packets' size: {bytes} bytes came in packets of the usual one. A firewall may hold the transfer \
         back, or the server hangs; from here these look alike."
    )
}

/// No byte came, and no word of the server. Where it may never have had the passive connection, that is said.
fn nothing_was_said(facts: &Facts, may_be_anothers: bool) -> String {
    let begin =
        "The server does not answer the transfer command either, so it is not large packets that are lost.".to_owned();
    if !may_be_anothers {
        return format!(
            "{begin} The server hangs, or a firewall that reads FTP holds the command or its answer back; from here these \
             look alike."
        );
    }
    let place = match facts.taker() {
        Some(taker) if taker.at == taker.server => " Who took it is as far away as the control port.",
        _ => "",
    };
    if facts.acts_on_transfers() {
        return format!(
            "{begin} It serves other transfers, so it hardly hangs: more likely somebody else took the connection and it never \
             reached the server (a port forward or proxy that does not lead to it, or a firewall that answers by itself), \
             or a firewall that reads FTP holds the command or its answer back; from here these look alike.{place}"
        );
    }
    format!(
        "{begin} The server hangs, or the connection never reached it because somebody else took it (a port forward or proxy \
         that does not lead to it, or a firewall that answers by itself), or a firewall that reads FTP holds the command \
         or its answer back; from here these look alike.{place}"
    )
}

pub fn see_the_server() -> Fix {
    Fix::server(
        "See what the server does during the transfer",
        "Its log, its disk, and whether a scanner holds files back.",
    )
}

fn no_inspection() -> Fix {
    Fix::client(
        "Switch off what inspects FTP on this side",
        "Virus scanners and firewalls that hold a transfer until it is complete.",
    )
}

pub fn check_often() -> Fix {
    Fix::client(
        "Check again a few times, from here and from another network",
        "What fails from everywhere is the server's; what fails from here alone is lost on the way.",
    )
}

pub fn mtu_fix() -> Fix {
    Fix::network(
        "Let ICMP \"fragmentation needed\" through, or clamp the segment size",
        "VPN and PPPoE links carry smaller packets. On Linux routers: tcp option maxseg size set rt mtu (nft), or TCPMSS \
         --clamp-mss-to-pmtu (iptables).",
    )
}

/// A large transfer where the user wants one and a mode works. After a transfer that stalled and may have lost large packets,
/// the same in small segments; and once more as before, where it works in these and no other stalled, or where full packets
/// came. An upload is made again by itself.
fn asks(facts: &Facts) -> Vec<Probe> {
    let evidence = facts.evidence();
    let done = |load: Load| {
        facts.tried().iter().any(|tried| tried.attempt().load == load)
            || evidence.not_tried.iter().any(|skipped| skipped.load == load)
    };
    let with = |working: &Tried, load| vec![Attempt { load, ..working.attempt() }.into()];
    if let Some(working) = facts.working().filter(|_| evidence.asked.transfer_size.is_some() && !done(Load::Large)) {
        return with(working, Load::Large);
    }
    let mut stalled = facts.failed(Failure::Stalled);
    stalled.retain(|tried| {
        let load = tried.attempt().load;
        !load.is_upload() && load.segment().is_none() && facts.packets_are_small(tried).is_none()
    });
    stalled.sort_by_key(|tried| (tried.attempt().load != Load::Large, tried.verb().mode() != Mode::Passive));
    let Some(first) = stalled.first() else { return Vec::new() };
    let small = first.attempt().load.in_small_segments();
    let not_for_size = facts.large_packets_came().is_some();
    if !not_for_size && !done(small) {
        return with(first, small);
    }
    let small_works = facts.tried().iter().any(|tried| tried.works() && tried.attempt().load == small);
    let unsure = not_for_size || small_works && stalled.len() == 1;
    let again = unsure && facts.times_tried(first.attempt()) < 2;
    if again { vec![first.attempt().into()] } else { Vec::new() }
}
