//! The same evidence without the customer in it: addresses, host names, user names and paths become placeholders, the
//! same one wherever the same thing stood.
//!
//! Question: leave out, or put something else in its place? Choice: something of the same kind, so that the evidence
//! still loads and its diagnosis still holds. A public address becomes one of the documentation ranges (RFC 5737, RFC
//! 3849): 203.0.113.0/24 is the client's, 198.51.100.0/24 the server's, 192.0.2.0/24 anybody's between. A private address
//! stays one of the same block, and two of one /24 stay in one. Ports, times and the words of replies stay. Of a greeting
//! goes what is no word that servers and greetings use. Price: a greeting loses some words that are nobody's name.
//!
//! Invariant: no field is forgotten. The evidence is taken apart here without `..`, so that a new field does not
//! compile until it is dealt with.

use std::net::{IpAddr, SocketAddr};

use super::attempt::Mode;
use super::facts::Facts;
use super::log::{Log, Quote};
use super::mapping::Mapping;
use super::security::Certificate;
use super::sweep::{Answer, Sweep, Swept, TtlProbe};
use super::timeline::{Event, Packet, What};
use super::{Asked, Control, Dial, Evidence, Fragment, NotTried, Outcome, Resolution, TargetAsked, target};
use crate::protocol::reply::Reply;
use names::{Kind, Names};
use places::{Places, Role};

mod forms;
mod names;
mod places;
mod text;

pub(super) use names::is_everybodys_word;

/// The evidence with placeholders.
pub fn redact(evidence: &Evidence) -> Evidence {
    let mut redactor = Redactor { pass: Pass::Collect, places: Places::default(), names: Names::default() };
    // What is there is learnt first: a placeholder must be nobody's name, and a text may name what is known from below.
    redactor.evidence(evidence.clone());
    let facts = Facts::of(evidence);
    for (address, _) in facts.all_seen_by_server() {
        redactor.places.learn(address, Role::Client);
    }
    redactor.pass = Pass::Replace;
    redactor.evidence(evidence.clone())
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Pass {
    Collect,
    Replace,
}

struct Redactor {
    pass: Pass,
    places: Places,
    names: Names,
}

impl Redactor {
    fn evidence(&mut self, evidence: Evidence) -> Evidence {
        let Evidence {
            source,
            started_at,
            duration_ms,
            target,
            asked,
            resolution,
            dials,
            controls,
            attempts,
            sweeps,
            not_tried,
            fragments,
            left_behind,
            mappings,
            not_mapped,
            watched,
            not_possible,
            redacted: _,
            not_located,
            not_sampled,
            cut_short,
            log,
        } = evidence;
        Evidence {
            source,
            started_at,
            duration_ms,
            target: self.target(target),
            asked: self.asked(asked),
            resolution: self.resolution(resolution),
            controls: controls.into_iter().map(|control| self.control(control)).collect(),
            dials: dials.into_iter().map(|dial| self.dial(dial)).collect(),
            attempts: attempts.into_iter().map(|outcome| self.outcome(outcome)).collect(),
            sweeps: sweeps.into_iter().map(|sweep| self.sweep(sweep)).collect(),
            not_tried: not_tried.into_iter().map(|skipped| self.not_tried(skipped)).collect(),
            fragments: fragments.into_iter().map(|fragment| self.fragment(fragment)).collect(),
            left_behind: left_behind.map(|name| self.name(Kind::Path, name)),
            mappings: mappings.into_iter().map(|mapping| self.mapping(mapping)).collect(),
            not_mapped: not_mapped.map(|why| self.text(why)),
            watched,
            not_possible,
            redacted: true,
            not_located: not_located.map(|why| self.text(why)),
            not_sampled: not_sampled.map(|why| self.text(why)),
            cut_short,
            log: log.map(|log| self.log(log)),
        }
    }

    /// What was typed is put together anew from its parts: it may be spelt in many ways.
    fn target(&mut self, target: TargetAsked) -> TargetAsked {
        let TargetAsked { input, host, port } = target;
        let parsed = target::parse(&input).ok();
        let scheme = input.split_once("://").map(|(scheme, _)| format!("{}://", scheme.to_ascii_lowercase()));
        let user = parsed.as_ref().and_then(|parsed| parsed.user.clone()).map(|user| self.name(Kind::User, user));
        let path = parsed.and_then(|parsed| parsed.path).map(|path| self.name(Kind::Path, path));
        let host = self.host(host);
        let in_brackets = if host.contains(':') { format!("[{host}]") } else { host.clone() };
        let explicit = if input.contains(&format!(":{port}")) { format!(":{port}") } else { String::new() };
        let before = match (scheme, user) {
            (Some(scheme), Some(user)) => format!("{scheme}{user}@"),
            (Some(scheme), None) => scheme,
            (None, _) => String::new(),
        };
        let after = path.map_or_else(String::new, |path| format!("/{}", path.trim_start_matches('/')));
        TargetAsked { input: format!("{before}{in_brackets}{explicit}{after}"), host, port }
    }

    /// A name, or an address whose zone is kept (RFC 4007 section 11): it says nothing of the customer.
    fn host(&mut self, host: String) -> String {
        let (address, zone) = host.split_once('%').map_or((host.as_str(), None), |(host, zone)| (host, Some(zone)));
        match (address.parse::<IpAddr>(), zone) {
            (Ok(address), Some(zone)) => format!("{}%{zone}", self.address(address, Role::Server)),
            (Ok(address), None) => self.address(address, Role::Server).to_string(),
            (Err(_), _) => self.name(Kind::Server, host),
        }
    }

    fn asked(&mut self, asked: Asked) -> Asked {
        let Asked {
            user,
            methods,
            tls,
            clear_data,
            insecure,
            trust_pasv_address,
            samples,
            transfer_size,
            upload,
            idle_ms,
            port_mapping,
            thorough,
            path,
            retrieve,
            active_address,
        } = asked;
        Asked {
            user: user.map(|user| self.name(Kind::User, user)),
            methods,
            tls,
            clear_data,
            insecure,
            trust_pasv_address,
            samples,
            transfer_size,
            upload,
            idle_ms,
            port_mapping,
            thorough,
            path: path.map(|path| self.name(Kind::Path, path)),
            retrieve: retrieve.map(|path| self.name(Kind::Path, path)),
            active_address: active_address.map(|address| self.address(address, Role::Client)),
        }
    }

    fn resolution(&mut self, resolution: Resolution) -> Resolution {
        let Resolution { addresses, error, line } = resolution;
        Resolution {
            addresses: addresses.into_iter().map(|address| self.address(address, Role::Server)).collect(),
            error: error.map(|words| self.text(words)),
            line,
        }
    }

    fn dial(&mut self, dial: Dial) -> Dial {
        let Dial { address, events } = dial;
        Dial { address: self.endpoint(address, Role::Server), events: self.events(events, Mode::Passive) }
    }

    fn control(&mut self, control: Control) -> Control {
        let Control { local, peer, connect_ms, security, certificate, client, events } = control;
        Control {
            local: self.endpoint(local, Role::Client),
            peer: self.endpoint(peer, Role::Server),
            connect_ms,
            security,
            certificate: certificate.map(|certificate| self.certificate(certificate)),
            client: client.map(|client| self.address(client, Role::Client)),
            events: self.events(events, Mode::Passive),
        }
    }

    fn log(&mut self, log: Log) -> Log {
        let Log { program, version, writer, timed, lines, left_out, unroutable, masked, got, between_servers, quotes } =
            log;
        let quotes = quotes.into_iter().map(|Quote { line, text }| Quote { line, text: self.text(text) }).collect();
        Log { program, version, writer, timed, lines, left_out, unroutable, masked, got, between_servers, quotes }
    }

    fn certificate(&mut self, certificate: Certificate) -> Certificate {
        let Certificate { subject, issuer, names, not_before, not_after, chain, distrust } = certificate;
        Certificate {
            subject: self.certified(subject),
            issuer: self.certified(issuer),
            names: names.into_iter().map(|name| self.certified(name)).collect(),
            not_before,
            not_after,
            chain: chain.into_iter().map(|name| self.certified(name)).collect(),
            distrust,
        }
    }

    /// A name in a certificate: an address, a host or a family of hosts, or whatever somebody calls himself.
    fn certified(&mut self, name: String) -> String {
        if let Ok(address) = name.parse::<IpAddr>() {
            return self.address(address, Role::Server).to_string();
        }
        match name.strip_prefix("*.") {
            Some(host) => format!("*.{}", self.name(Kind::Host, host.to_owned())),
            None if text::is_host(&name) => self.name(Kind::Host, name),
            None => self.name(Kind::Certified, name),
        }
    }

    fn outcome(&mut self, outcome: Outcome) -> Outcome {
        let Outcome { verb, address, load, protection, control, set_aside, events } = outcome;
        let events = self.events(events, verb.mode());
        Outcome { verb, address, load, protection, control, set_aside, events }
    }

    fn sweep(&mut self, sweep: Sweep) -> Sweep {
        let Sweep { of, port, probes } = sweep;
        let probes = probes.into_iter().map(|TtlProbe { ttl, ms, answer }| {
            let answer = match answer {
                Answer::Icmp { icmp, from } => {
                    Answer::Icmp { icmp, from: from.map(|router| self.address(router, Role::Between)) }
                }
                Answer::Connected | Answer::Refused | Answer::Silent => answer,
            };
            TtlProbe { ttl, ms, answer }
        });
        let probes = probes.collect();
        let role = if of == Swept::ToldRouter { Role::Between } else { Role::Server };
        Sweep { of, port: self.endpoint(port, role), probes }
    }

    fn not_tried(&mut self, skipped: NotTried) -> NotTried {
        let NotTried { verb, address, load, protection, because } = skipped;
        NotTried { verb, address, load, protection, because: self.text(because) }
    }

    fn fragment(&mut self, fragment: Fragment) -> Fragment {
        let Fragment { text, ttl, ms, fate } = fragment;
        Fragment { text: self.text(text), ttl, ms, fate }
    }

    fn mapping(&mut self, mapping: Mapping) -> Mapping {
        let Mapping { protocol, router, inside, outside_port, outside_address, refused, lifetime_s, removed } = mapping;
        Mapping {
            protocol,
            router: self.address(router, Role::Between),
            inside: self.endpoint(inside, Role::Client),
            outside_port,
            outside_address: outside_address.map(|address| self.address(address, Role::Client)),
            refused: refused.map(|why| self.text(why)),
            lifetime_s,
            removed,
        }
    }

    fn events(&mut self, events: Vec<Event>, mode: Mode) -> Vec<Event> {
        let redacted = |Event { at_ms, line, what }| Event { at_ms, line, what: self.what(what, mode) };
        events.into_iter().map(redacted).collect()
    }

    fn what(&mut self, what: What, mode: Mode) -> What {
        // Who takes the data connection has its endpoint named.
        let named = match mode {
            Mode::Passive => Role::Server,
            Mode::Active => Role::Client,
        };
        match what {
            What::Sent(command) => What::Sent(self.command(command)),
            What::Replied(reply) => What::Replied(self.reply(reply)),
            What::Nonsense { why, text } => What::Nonsense { why, text: self.text(text) },
            What::Named(endpoint) => What::Named(self.endpoint(endpoint, named)),
            What::Unreadable(why) => What::Unreadable(self.text(why)),
            What::Listening(endpoint) => What::Listening(self.endpoint(endpoint, Role::Client)),
            What::Dialled(endpoint) => What::Dialled(self.endpoint(endpoint, Role::Server)),
            What::Connected { local, peer } => {
                What::Connected { local: self.endpoint(local, Role::Client), peer: self.endpoint(peer, Role::Server) }
            }
            What::Accepted { local, peer } => {
                What::Accepted { local: self.endpoint(local, Role::Client), peer: self.endpoint(peer, Role::Server) }
            }
            What::Stranger(peer) => What::Stranger(self.endpoint(peer, Role::Between)),
            What::Unreachable { icmp, from } => {
                What::Unreachable { icmp, from: from.map(|router| self.address(router, Role::Between)) }
            }
            What::TlsFailed { how, words } => What::TlsFailed { how, words: self.text(words) },
            What::Packet(Packet { kind, from, to, ttl }) => {
                let [from, to] = [from, to].map(|end| self.endpoint(end, Role::Between));
                What::Packet(Packet { kind, from, to, ttl })
            }
            What::Failed(words) => What::Failed(self.text(words)),
            What::Refused
            | What::Secured { .. }
            | What::HandshakeAgain(_)
            | What::Tickets(_)
            | What::Withheld
            | What::Silent { .. }
            | What::Received(_)
            | What::Listed(_)
            | What::Uploaded(_)
            | What::EndOfFile
            | What::Reset
            | What::Enough
            | What::Quiet(_)
            | What::ControlClosed
            | What::ControlReset
            | What::Undelivered { .. }
            | What::HalfOpen(_)
            | What::Unsent(_)
            | What::Distrusted(_)
            | What::RefusedAgain(_)
            | What::LetIn(_)
            | What::Marked
            | What::Unmarked
            | What::Abandoned(_)
            | What::CutShort => what,
        }
    }

    fn reply(&mut self, reply: Reply) -> Reply {
        let Reply { code, text } = reply;
        self.names_in_reply(&text);
        Reply { code, text: self.text(text) }
    }

    fn endpoint(&mut self, endpoint: SocketAddr, role: Role) -> SocketAddr {
        let mut endpoint = endpoint;
        endpoint.set_ip(self.address(endpoint.ip(), role));
        endpoint
    }

    fn address(&mut self, address: IpAddr, role: Role) -> IpAddr {
        match self.pass {
            Pass::Collect => {
                self.places.learn(address, role);
                address
            }
            Pass::Replace => self.places.placeholder(address),
        }
    }

    fn name(&mut self, kind: Kind, name: String) -> String {
        match self.pass {
            Pass::Collect => {
                self.names.learn(kind, &name);
                name
            }
            Pass::Replace => self.names.placeholder(kind, &name),
        }
    }
}
