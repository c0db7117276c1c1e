//! Whether this side's router opens a port when asked, and whether active mode works through it.
//!
//! The mapping is asked for with a lifetime of [`LIFETIME_S`] and taken away again however the check ends. What was asked
//! for is kept from before the request on ([`Held`]): a router may grant it when nobody waits for its answer any more, and
//! then the removal comes behind it. Where the router confirms none, the report says that a port may be open, and for how
//! long at most. Only the address that the server sees us at is named in PORT.

use std::hash::{BuildHasher, RandomState};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::num::NonZeroU16;
use std::pin::pin;
use std::time::Duration;

use crab_nat::pcp::{self, BaseMapRequest, DropMappingRange, Failure};
use crab_nat::{
    GatewayAddress, InternetProtocol, PortMapping, PortMappingOptions, PortMappingType, TimeoutConfig, VersionCode,
    natpmp,
};
use futures_util::future::{Either, join_all, select};
use igd_next::aio::Gateway;
use igd_next::aio::tokio::{Tokio, search_gateway};
use igd_next::{AddPortError, PortMappingProtocol, RequestError, SearchOptions};
use tokio::time::timeout;

use crate::engine::net::{self, TcpListener};
use crate::engine::session::Session;
use crate::engine::turns::{self, Standing, Tools};
use crate::evidence::attempt::{Address, Attempt, DataVerb};
use crate::evidence::facts::Facts;
use crate::evidence::mapping::Mapping;

/// Seconds that a mapping lasts at most.
const LIFETIME_S: u32 = 120;
/// How long a router may take for a UPnP answer: it builds a page.
const UPNP: Duration = Duration::from_secs(3);
/// How long the removal may take where the check is over and somebody waits for its report.
const AT_THE_END: Duration = Duration::from_secs(2);

/// How long it may take for one of the short ones.
const PATIENCE: TimeoutConfig =
    TimeoutConfig { initial_timeout: Duration::from_millis(250), max_retries: 2, max_retry_timeout: None };

/// A port of the router that leads to the listener.
pub struct Mapped {
    pub listener: TcpListener,
    pub named: SocketAddr,
}

/// What the router was asked for and may have granted: how it is taken away again.
pub struct Held {
    /// The request's number on record.
    number: usize,
    by: By,
}

#[derive(Clone)]
enum By {
    Pcp { router: Ipv4Addr, local: Ipv4Addr, port: NonZeroU16, nonce: pcp::Nonce },
    NatPmp { router: Ipv4Addr, port: NonZeroU16 },
    Upnp(Gateway<Tokio>, u16),
}

/// Why there is no port.
enum Refusal {
    /// The router said so, or nobody is there to ask.
    Told(String),
    /// Nobody said anything that could be understood: it may be granted still.
    Untold(String),
}

/// Asks for a mapping, tries active mode through it, and takes it away.
pub async fn try_active(tools: Tools<'_>, standing: &mut Standing, idle: &mut Option<Session>) {
    let door = match door(tools) {
        Ok(door) => door,
        Err(why) => return tools.recorder.not_mapped(why),
    };
    tools.recorder.say("Asking the router for a port");
    let mut port = door.ask_by_pcp(tools, &mut standing.held).await;
    if port.is_none() {
        // The removal travels behind a request that nobody answered yet; its answer is worth no time of its own.
        let mut unanswered = std::mem::take(&mut standing.held);
        let asked = pin!(door.ask_by_upnp(tools, &mut standing.held));
        let removal = pin!(take_away(tools, &mut unanswered));
        port = match select(asked, removal).await {
            Either::Left((port, _)) => port,
            Either::Right(((), asked)) => asked.await,
        };
    }
    if let Some(port) = port {
        let named = SocketAddr::new(IpAddr::V4(door.seen), port);
        standing.mapped = Some(Mapped { listener: door.listener, named });
        turns::run(tools, standing, idle, vec![Attempt::at(DataVerb::Port, Address::Mapped)]).await;
        standing.mapped = None;
    }
    take_away(tools, &mut standing.held).await;
    standing.held.clear();
}

/// Takes away what was asked for when the check was ended in the middle.
pub async fn take_away_at_the_end(tools: Tools<'_>, standing: &mut Standing) {
    let _ = timeout(AT_THE_END, take_away(tools, &mut standing.held)).await;
}

/// Asks the router to forget what it was asked for, all at once; what it confirms is on record.
async fn take_away(tools: Tools<'_>, held: &mut Vec<Held>) {
    let removals = held.iter().map(async |held| {
        if removed(held.by.clone()).await {
            tools.recorder.mapping_removed(held.number);
        }
        held.number
    });
    let asked = join_all(removals).await;
    held.retain(|held| !asked.contains(&held.number));
}

/// Whether the router says that it took it away.
async fn removed(by: By) -> bool {
    match by {
        By::Pcp { router, local, port, nonce } => {
            let single = DropMappingRange::Single { internal_port: port, protocol: InternetProtocol::Tcp };
            let (router, local) = (GatewayAddress::IpV4(router), IpAddr::V4(local));
            pcp::try_drop_mapping(router, local, nonce, single, Some(PATIENCE)).await.is_ok()
        }
        By::NatPmp { router, port } => {
            let router = GatewayAddress::IpV4(router);
            natpmp::try_drop_mapping(router, InternetProtocol::Tcp, Some(port), Some(PATIENCE)).await.is_ok()
        }
        By::Upnp(gateway, port) => {
            let removal = gateway.remove_port(PortMappingProtocol::TCP, port);
            timeout(UPNP, removal).await.is_ok_and(|answer| answer.is_ok())
        }
    }
}

/// What a mapping takes.
struct Door {
    router: Ipv4Addr,
    local: Ipv4Addr,
    /// The address that the server sees us at.
    seen: Ipv4Addr,
    listener: TcpListener,
    inside: SocketAddr,
}

fn door(tools: Tools<'_>) -> Result<Door, String> {
    let evidence = tools.recorder.evidence();
    let facts = Facts::of(&evidence);
    let Some(IpAddr::V4(local)) = facts.local() else { return Err("routers are asked over IPv4 alone".to_owned()) };
    let Some((IpAddr::V4(seen), _)) = facts.outer_address().seen() else {
        return Err("the server does not name the outer address, and no other may be named to it".to_owned());
    };
    let router = net::gateway().ok_or("this system names no router to ask")?;
    let listener = net::listen(IpAddr::V4(local), tools.settings.active_ports.as_ref(), None);
    let listener = listener.map_err(|error| format!("this computer could not listen at a port: {error}"))?;
    let inside = listener.local_addr().map_err(|error| error.to_string())?;
    Ok(Door { router, local, seen, listener, inside })
}

impl Door {
    /// The router's port. On record and held before the router is asked.
    async fn ask_by_pcp(&self, tools: Tools<'_>, held: &mut Vec<Held>) -> Option<u16> {
        let mut mapping = self.asked_by("pcp or nat-pmp");
        let port = NonZeroU16::new(self.inside.port())?;
        let number = tools.recorder.mapping(mapping.clone());
        let nonce = nonce();
        let (router, local) = (self.router, self.local);
        held.push(Held { number, by: By::Pcp { router, local, port, nonce } });
        let options = PortMappingOptions {
            external_port: Some(port),
            lifetime_seconds: Some(LIFETIME_S),
            timeout_config: Some(PATIENCE),
        };
        let gateway = GatewayAddress::IpV4(router);
        let request = BaseMapRequest::new(gateway, IpAddr::V4(local), InternetProtocol::Tcp, port);
        let answer = match pcp::port_mapping(request, Some(nonce), None, options).await {
            Err(Failure::UnsupportedVersion(VersionCode::NatPmp)) => {
                held.retain(|held| held.number != number);
                held.push(Held { number, by: By::NatPmp { router, port } });
                natpmp::port_mapping(gateway, InternetProtocol::Tcp, port, options).await.map_err(refused_by_natpmp)
            }
            answer => answer.map_err(refused_by_pcp),
        };
        let answer = match answer {
            Ok(granted) => {
                mapping.outside_address = outside_address(&granted).await.map(|address| address.to_canonical());
                mapping.lifetime_s = Some(granted.lifetime());
                Ok(granted.external_port().get())
            }
            Err(refusal) => Err(refusal),
        };
        note(tools, held, number, mapping, answer)
    }

    /// The same, and the port outside is asked for by its number, so that it can be taken away whatever the answer is.
    async fn ask_by_upnp(&self, tools: Tools<'_>, held: &mut Vec<Held>) -> Option<u16> {
        let mut mapping = self.asked_by("upnp");
        let mut options = SearchOptions::default();
        options.bind_addr = SocketAddr::new(self.inside.ip(), 0);
        // The router is asked, and nobody else in this network.
        options.broadcast_address = SocketAddr::new(IpAddr::V4(self.router), 1900);
        options.timeout = Some(UPNP);
        options.single_search_timeout = Some(UPNP);
        let gateway = match search_gateway(options).await {
            Ok(gateway) => gateway,
            Err(error) => {
                tools.recorder.mapping(Mapping { refused: Some(error.to_string()), lifetime_s: None, ..mapping });
                return None;
            }
        };
        let number = tools.recorder.mapping(mapping.clone());
        let mut answer = Err(Refusal::Told("no port is free".to_owned()));
        // Another may have the first: each is as good.
        for port in [self.inside.port(), self.inside.port() ^ 1] {
            held.push(Held { number, by: By::Upnp(gateway.clone(), port) });
            let add = gateway.add_port(PortMappingProtocol::TCP, port, self.inside, LIFETIME_S, "ftpmode check");
            answer = match timeout(UPNP, add).await {
                Ok(Ok(())) => Ok(port),
                Ok(Err(AddPortError::PortInUse)) => {
                    held.retain(|held| held.number != number);
                    continue;
                }
                Ok(Err(AddPortError::RequestError(error))) if !matches!(error, RequestError::ErrorCode(..)) => {
                    Err(Refusal::Untold(error.to_string()))
                }
                Ok(Err(error)) => Err(Refusal::Told(error.to_string())),
                Err(_) => Err(Refusal::Untold("the router did not answer in time".to_owned())),
            };
            break;
        }
        if answer.is_ok() {
            let outside = timeout(UPNP, gateway.get_external_ip()).await.ok().and_then(Result::ok);
            mapping.outside_address = outside.map(|address| address.to_canonical());
        }
        note(tools, held, number, mapping, answer)
    }

    fn asked_by(&self, protocol: &str) -> Mapping {
        Mapping {
            protocol: protocol.to_owned(),
            router: IpAddr::V4(self.router),
            inside: self.inside,
            outside_port: None,
            outside_address: None,
            refused: None,
            lifetime_s: Some(LIFETIME_S),
            removed: false,
        }
    }
}

/// Puts the answer on record. What the router said that it does not grant need not be taken away.
fn note(
    tools: Tools<'_>,
    held: &mut Vec<Held>,
    number: usize,
    mapping: Mapping,
    answer: Result<u16, Refusal>,
) -> Option<u16> {
    let (port, mapping) = match answer {
        Ok(port) => (Some(port), Mapping { outside_port: Some(port), ..mapping }),
        Err(Refusal::Untold(why)) => (None, Mapping { refused: Some(why), ..mapping }),
        Err(Refusal::Told(why)) => {
            held.retain(|held| held.number != number);
            (None, Mapping { refused: Some(why), lifetime_s: None, ..mapping })
        }
    };
    tools.recorder.mapping_is(number, mapping);
    port
}

fn refused_by_pcp(failure: Failure) -> Refusal {
    let why = format!("PCP({failure})");
    match failure {
        Failure::Timeout | Failure::Nonce | Failure::InvalidResponse(_) => Refusal::Untold(why),
        _ => Refusal::Told(why),
    }
}

fn refused_by_natpmp(failure: natpmp::Failure) -> Refusal {
    let why = format!("NAT-PMP({failure})");
    match failure {
        natpmp::Failure::Timeout | natpmp::Failure::InvalidResponse(_) => Refusal::Untold(why),
        _ => Refusal::Told(why),
    }
}

/// What tells one request from another (RFC 6887 section 11.1): who takes a mapping away has to know it.
fn nonce() -> pcp::Nonce {
    let random = RandomState::new();
    [0, 1, 2].map(|part| (random.hash_one(part) >> 32) as u32)
}

/// The router's own address outside. Another than the server sees tells of a second translation before it.
async fn outside_address(granted: &PortMapping) -> Option<IpAddr> {
    match granted.mapping_type() {
        PortMappingType::Pcp { external_ip, .. } => Some(external_ip),
        PortMappingType::NatPmp => {
            let asked = natpmp::external_address(granted.gateway(), Some(PATIENCE));
            asked.await.ok().map(IpAddr::V4)
        }
    }
}
