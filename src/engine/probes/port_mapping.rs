//! Whether this side's router opens a port when asked, and whether active mode works through it.
//!
//! The mapping is asked for with a lifetime of [`LIFETIME_S`] and taken away again at the end; where a check is ended in
//! the middle, it lapses by itself. Only the address that the server sees us at is named in PORT.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::num::NonZeroU16;
use std::time::Duration;

use crab_nat::{
    GatewayAddress, InternetProtocol, PortMapping, PortMappingOptions, PortMappingType, TimeoutConfig, natpmp,
};
use igd_next::aio::Gateway;
use igd_next::aio::tokio::{Tokio, search_gateway};
use igd_next::{PortMappingProtocol, SearchOptions};
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

/// How long it may take for one of the short ones.
const PATIENCE: TimeoutConfig =
    TimeoutConfig { initial_timeout: Duration::from_millis(250), max_retries: 2, max_retry_timeout: None };

/// A port of the router that leads to the listener.
pub struct Mapped {
    pub listener: TcpListener,
    pub named: SocketAddr,
}

/// How the mapping is taken away again.
enum Held {
    ByPcp(PortMapping),
    ByUpnp(Gateway<Tokio>, u16),
}

/// Asks for a mapping, tries active mode through it, and takes it away.
pub async fn try_active(tools: Tools<'_>, standing: &mut Standing, idle: &mut Option<Session>) {
    let Door { router, local, seen, listener, inside } = match door(tools) {
        Ok(door) => door,
        Err(why) => return tools.recorder.not_mapped(why),
    };
    tools.recorder.say("Asking the router for a port");
    let by_pcp = pcp(router, local, inside.port()).await;
    let mut mapping = Mapping {
        protocol: "pcp or nat-pmp".to_owned(),
        router: IpAddr::V4(router),
        inside,
        outside_port: None,
        outside_address: None,
        refused: None,
        removed: false,
    };
    let got = match by_pcp {
        Ok(got) => Ok(got),
        Err(why) => {
            tools.recorder.mapping(Mapping { refused: Some(why), ..mapping.clone() });
            mapping.protocol = "upnp".to_owned();
            upnp(router, inside).await
        }
    };
    let (port, held) = match got {
        Ok(got) => got,
        Err(why) => {
            tools.recorder.mapping(Mapping { refused: Some(why), ..mapping });
            return;
        }
    };
    let outside_address = outside_address(&held, router).await;
    let number = tools.recorder.mapping(Mapping { outside_port: Some(port), outside_address, ..mapping });
    standing.mapped = Some(Mapped { listener, named: SocketAddr::new(IpAddr::V4(seen), port) });
    turns::run(tools, standing, idle, vec![Attempt::at(DataVerb::Port, Address::Mapped)]).await;
    standing.mapped = None;
    let removed = match held {
        Held::ByPcp(mapping) => mapping.try_drop().await.is_ok(),
        Held::ByUpnp(gateway, port) => {
            let removal = gateway.remove_port(PortMappingProtocol::TCP, port);
            timeout(UPNP, removal).await.is_ok_and(|answer| answer.is_ok())
        }
    };
    if removed {
        tools.recorder.mapping_removed(number);
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

async fn pcp(router: Ipv4Addr, local: Ipv4Addr, port: u16) -> Result<(u16, Held), String> {
    let port = NonZeroU16::new(port).ok_or("no port is listened at")?;
    let options = PortMappingOptions {
        external_port: Some(port),
        lifetime_seconds: Some(LIFETIME_S),
        timeout_config: Some(PATIENCE),
    };
    let router = GatewayAddress::IpV4(router);
    let mapping = PortMapping::new(router, IpAddr::V4(local), InternetProtocol::Tcp, port, options).await;
    let mapping = mapping.map_err(|error| error.to_string())?;
    Ok((mapping.external_port().get(), Held::ByPcp(mapping)))
}

/// The router's own address outside. Another than the server sees tells of a second translation before it.
async fn outside_address(held: &Held, router: Ipv4Addr) -> Option<IpAddr> {
    let answer = match held {
        Held::ByPcp(mapping) => match mapping.mapping_type() {
            PortMappingType::Pcp { external_ip, .. } => Some(external_ip),
            PortMappingType::NatPmp => {
                let asked = natpmp::external_address(GatewayAddress::IpV4(router), Some(PATIENCE));
                asked.await.ok().map(IpAddr::V4)
            }
        },
        Held::ByUpnp(gateway, _) => timeout(UPNP, gateway.get_external_ip()).await.ok().and_then(Result::ok),
    };
    answer.map(|address| address.to_canonical())
}

async fn upnp(router: Ipv4Addr, inside: SocketAddr) -> Result<(u16, Held), String> {
    let mut options = SearchOptions::default();
    options.bind_addr = SocketAddr::new(inside.ip(), 0);
    // The router is asked, and nobody else in this network.
    options.broadcast_address = SocketAddr::new(IpAddr::V4(router), 1900);
    options.timeout = Some(UPNP);
    options.single_search_timeout = Some(UPNP);
    let gateway = search_gateway(options).await.map_err(|error| error.to_string())?;
    let add = gateway.add_any_port(PortMappingProtocol::TCP, inside, LIFETIME_S, "ftpmode check");
    let port = timeout(UPNP, add).await.map_err(|_| "the router did not answer in time".to_owned())?;
    let port = port.map_err(|error| error.to_string())?;
    Ok((port, Held::ByUpnp(gateway, port)))
}
