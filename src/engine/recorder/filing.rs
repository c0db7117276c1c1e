//! Which of the packets and counts that were seen during a check belong to which data connection.

use std::net::SocketAddr;

use super::Draft;
use crate::evidence::Outcome;
use crate::evidence::timeline::{Awaited, Event, What};

/// Files the packets of a data connection that was never joined among its events, by their times. A port may be named
/// again, and is swept from others of ours: what came before this connection was begun, or is another's, is none of it.
pub(super) fn add_packets<'e>(
    outcome: &mut Outcome,
    dialled_from: Option<u16>,
    packets: impl IntoIterator<Item = &'e Event>,
) {
    let end = |event: &Event| match event.what {
        What::Listening(end) => Some((event.at_ms, end, None)),
        What::Dialled(end) => Some((event.at_ms, end, dialled_from)),
        _ => None,
    };
    let joined = |event: &Event| matches!(event.what, What::Connected { .. } | What::Accepted { .. });
    let begun = outcome.events.iter().find_map(end).filter(|_| !outcome.events.iter().any(joined));
    let Some((since, end, other_port)) = begun else { return };
    let is_end = |one: SocketAddr| (one.ip().to_canonical(), one.port()) == (end.ip().to_canonical(), end.port());
    let of_it = |event: &&Event| {
        let What::Packet(packet) = event.what else { return false };
        let between = |one, other: SocketAddr| is_end(one) && other_port.is_none_or(|port| port == other.port());
        event.at_ms >= since && (between(packet.from, packet.to) || between(packet.to, packet.from))
    };
    outcome.events.extend(packets.into_iter().filter(of_it).cloned());
    outcome.events.sort_by(|one, other| one.at_ms.total_cmp(&other.at_ms));
}

/// Those before another data connection was listened for at the same port.
pub(super) fn before_another_listened<'e>(
    outcome: &Outcome,
    attempts: &[Draft],
    packets: &'e [Event],
) -> impl Iterator<Item = &'e Event> + use<'e> {
    let listening = |event: &Event| match event.what {
        What::Listening(end) => Some((event.at_ms, end)),
        _ => None,
    };
    let begun = outcome.events.iter().find_map(listening);
    let others = attempts.iter().flat_map(|draft| &draft.outcome.events).filter_map(listening);
    let later = others.filter(|(at, end)| begun.is_some_and(|(begun, own)| *at > begun && *end == own));
    let until = later.map(|(at, _)| at).fold(f64::INFINITY, f64::min);
    packets.iter().filter(move |event| event.at_ms < until)
}

/// Files what the counters told among the events of a data connection that silence ended.
pub(super) fn add_counted(outcome: &mut Outcome, counted: &[Event]) {
    let silent = |event: &Event| match event.what {
        What::Silent { awaited: Awaited::Connect | Awaited::Callback, .. } => Some(event.at_ms),
        _ => None,
    };
    let begun = outcome.events.first().map(|event| event.at_ms);
    let Some((begun, ended)) = begun.zip(outcome.events.iter().find_map(silent)) else { return };
    let meanwhile = |event: &&Event| (begun..=ended).contains(&event.at_ms);
    outcome.events.extend(counted.iter().filter(meanwhile).cloned());
    outcome.events.sort_by(|one, other| one.at_ms.total_cmp(&other.at_ms));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::attempt::{Address, DataVerb, Load};
    use crate::evidence::security::Protection;

    fn events(lines: &[&str]) -> Vec<Event> {
        lines.iter().map(|line| line.parse().expect("an event")).collect()
    }

    fn filed(verb: DataVerb, story: &[&str], dialled_from: Option<u16>, packets: &[&str]) -> Vec<String> {
        let (address, protection) = (Address::ControlPeer, Protection::Clear);
        let load = Load::Usual;
        let events_before = events(story);
        let mut outcome =
            Outcome { verb, address, load, protection, control: 0, set_aside: false, events: events_before };
        add_packets(&mut outcome, dialled_from, &events(packets));
        let packets = outcome.events.iter().filter(|event| matches!(event.what, What::Packet(_)));
        packets.map(Event::to_string).collect()
    }

    #[test]
    fn a_packet_of_another_connection_to_the_same_port_is_not_filed() {
        let story = ["10 named 192.0.2.20:50001", "10.1 dialled 192.0.2.20:50001", "900 silent connect 890"];
        let earlier = "5 packet syn-ack 192.0.2.20:50001 198.51.100.7:40001 60";
        let swept = "700 packet syn-ack 192.0.2.20:50001 198.51.100.7:40055 60";
        let own = "30 packet syn-ack 192.0.2.20:50001 198.51.100.7:40033 60";
        let sent = "10.2 packet syn 198.51.100.7:40033 192.0.2.20:50001 64";
        let all = [earlier, sent, own, swept];
        assert_eq!(filed(DataVerb::Epsv, &story, Some(40_033), &all), [sent, own]);
        assert_eq!(filed(DataVerb::Epsv, &story, Some(40_033), &[earlier, swept]), [""; 0]);
        assert_eq!(filed(DataVerb::Epsv, &story, None, &all), [sent, own, swept], "its port is not known");
        // The same port of ours may have been used before.
        let before = "5 packet rst 192.0.2.20:50001 198.51.100.7:40033 60";
        assert_eq!(filed(DataVerb::Epsv, &story, Some(40_033), &[before]), [""; 0]);
    }

    #[test]
    fn whatever_port_the_server_calls_from_its_packet_is_filed() {
        let story = ["10 listening 198.51.100.7:40001", "900 silent callback 880"];
        let syn = "30 packet syn 192.0.2.20:20 198.51.100.7:40001 60";
        let before = "5 packet syn 192.0.2.20:20 198.51.100.7:40001 60";
        assert_eq!(filed(DataVerb::Port, &story, None, &[before, syn]), [syn]);
    }

    #[test]
    fn a_packet_for_the_next_to_listen_at_the_same_port_is_not_filed() {
        let draft = |verb, story: &[&str]| {
            let (address, protection, load) = (Address::Local, Protection::Clear, Load::Usual);
            let events = events(story);
            let outcome = Outcome { verb, address, load, protection, control: 0, set_aside: false, events };
            Draft { outcome, dialled_from: None, ended: true, count: None }
        };
        let first = draft(DataVerb::Port, &["10 listening 198.51.100.7:40001", "900 silent callback 880"]);
        let second = draft(DataVerb::Eprt, &["950 listening 198.51.100.7:40001", "990 silent callback 40"]);
        let packets = events(&[
            "920 packet syn 192.0.2.20:20 198.51.100.7:40001 60",
            "970 packet syn 192.0.2.20:20 198.51.100.7:40001 60",
        ]);
        let drafts = [first, second];
        let filed = |at: usize| {
            let kept = before_another_listened(&drafts[at].outcome, &drafts, &packets);
            kept.map(|event| event.at_ms).collect::<Vec<_>>()
        };
        assert_eq!(filed(0), [920.0]);
        assert_eq!(filed(1), [920.0, 970.0], "what came before it began is left out with all that did");
    }
}
