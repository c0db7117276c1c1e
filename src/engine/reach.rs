//! From a name to a greeted control connection: addresses of both families, dialled the Happy Eyeballs way (RFC 8305).

use std::future::Future;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::FutureExt;
use futures_util::stream::FuturesUnordered;
use tokio::sync::oneshot;
use tokio::time::{Instant, sleep_until, timeout};

use super::budget::Budget;
use super::login::greet;
use super::net::{self, Dialled, TcpStream};
use super::probes::{self, hops};
use super::recorder::{Recorder, Story};
use super::session::Session;
use super::turns::Tools;
use super::{Family, Locate, Settings};
use crate::evidence::Resolution;
use crate::evidence::address::{self, Reach};
use crate::evidence::security::{Protection, Security, Wanted};
use crate::evidence::timeline::{Awaited, Event, Icmp, What};

type Dial = Pin<Box<dyn Future<Output = (Story, SocketAddr, Instant, Dialled)>>>;

/// Dials of other addresses that are unanswered when one is joined. They cost nothing more, and at the end of the check
/// tell how long an address stayed silent while another worked.
#[derive(Default)]
pub struct Late {
    dials: FuturesUnordered<Dial>,
    begun: Vec<(Story, Instant)>,
}

impl Late {
    /// Puts on record what became of them so far; those still unanswered were silent until now.
    pub fn collect(&mut self, recorder: &Recorder) {
        while let Some(Some((story, address, _, ended))) = self.dials.next().now_or_never() {
            self.begun.retain(|(other, _)| *other != story);
            record_dial(recorder, story, address, &ended);
        }
        for (story, begun) in self.begun.drain(..) {
            let ms = begun.elapsed().as_secs_f64() * 1000.0;
            recorder.record(story, What::Silent { awaited: Awaited::Connect, ms });
        }
        self.dials = FuturesUnordered::new();
    }
}

/// Resolves, dials and waits for the greeting. `None` where nobody greeted as FTP does: the record tells why.
pub async fn reach(tools: Tools<'_>, late: &mut Late) -> Option<Session> {
    let Tools { settings, budget, recorder, .. } = tools;
    let target = &settings.target;
    recorder.say(format!("Looking up {}", target.host));
    let addresses = match resolve(settings, budget).await {
        Ok(addresses) => addresses,
        Err(error) => {
            recorder.resolution(Resolution { error: Some(error), ..Resolution::default() });
            return None;
        }
    };
    let listed = addresses.iter().map(|address| address.ip().to_canonical()).collect();
    recorder.resolution(Resolution { addresses: listed, ..Resolution::default() });
    recorder.say(format!("Connecting to {} port {}", target.host, target.port));
    let addresses = interleaved(addresses);
    let (tell, mut told) = oneshot::channel();
    let dials = async {
        let session = dial_all(settings, budget, recorder, addresses, late).await;
        // Who looks has ended already, if nobody listens.
        let _ = tell.send(session.is_some());
        session
    };
    let look = async {
        match timeout(budget.suspicion(), &mut told).await {
            Ok(Ok(true)) => {}
            Ok(_) => locate(tools).await,
            Err(_) => {
                let mut search = pin!(locate(tools));
                tokio::select! {
                    () = &mut search => {}
                    Ok(joined) = &mut told => if !joined {
                        search.await;
                    },
                }
            }
        }
    };
    let (session, ()) = tokio::join!(dials, look);
    let mut session = session?;
    is_greeted(tools, &mut session, Protection::Private).await.then_some(session)
}

/// Looks where on the way a control port is that does not answer, or refuses.
async fn locate(tools: Tools<'_>) {
    let Tools { settings, recorder, .. } = tools;
    let no_route =
        |event: &Event| matches!(event.what, What::Unreachable { icmp: Icmp::NoRoute, .. } | What::Failed(_));
    let evidence = recorder.evidence();
    let found = evidence.dials.iter().find(|dial| !dial.events.iter().any(no_route)).map(|dial| dial.address);
    let Some(control) = found.filter(|control| address::reach(control.ip()) != Reach::Loopback) else { return };
    let never = (settings.locate == Locate::Never).then_some("--locate never was given");
    match never.or_else(net::why_no_hops) {
        Some(why) => recorder.not_located(why),
        None => {
            recorder.say("Looking where on the way it ends");
            hops::sweep_alone(tools, control).await;
        }
    }
}

/// Whether somebody greets as FTP does, under TLS from the first byte on where that is wanted.
async fn is_greeted(tools: Tools<'_>, session: &mut Session, protection: Protection) -> bool {
    let Tools { settings, budget, recorder, tls, .. } = tools;
    if settings.tls == Wanted::Implicit {
        recorder.say("Encrypting the control connection");
        let client = match tls.client(settings) {
            Ok(client) => client,
            Err(why) => {
                recorder.record(session.story(), What::Failed(why));
                return false;
            }
        };
        if !session.secure(Rc::clone(&client), protection, Security::ImplicitTls, budget.reply).await {
            probes::handshake::again(tools, session, &client, None).await;
            return false;
        }
    }
    recorder.say("Waiting for the server's greeting");
    greet(session, budget, recorder).await
}

/// Another control connection to the same address, greeted, of one that was joined after so long. `Err` holds the code of the
/// reply that turned it away, if one came. `protection` is what its data connections shall have.
pub async fn again(
    tools: Tools<'_>,
    peer: SocketAddr,
    (stream, connect): (TcpStream, Duration),
    protection: Protection,
) -> Result<Session, Option<u16>> {
    let Tools { budget, recorder, .. } = tools;
    let mut session = Session::new(stream, peer, connect, recorder).map_err(|_| None)?;
    if is_greeted(tools, &mut session, protection).await {
        return Ok(session);
    }
    let refusal = recorder.last_refusal(session.number());
    if refusal.is_some() {
        // A server that counts sessions counts this one until it is over.
        session.leave().over(budget).await;
    }
    Err(refusal)
}

/// A further connection to the control port, and how long it took. `None` where it did not come about: the record tells how.
pub async fn dial(tools: Tools<'_>, peer: SocketAddr, patience: Duration) -> Option<(TcpStream, Duration)> {
    let Tools { settings, recorder, .. } = tools;
    let story = recorder.begin_dial(peer);
    recorder.record(story, What::Dialled(peer));
    let begun = Instant::now();
    match timeout(patience, net::connect(settings.bind, peer)).await {
        Ok(Dialled::Connected(stream)) => {
            recorder.dial_succeeded(story);
            return Some((stream, begun.elapsed()));
        }
        Ok(other) => record_dial(recorder, story, peer, &other),
        Err(_) => {
            let ms = begun.elapsed().as_secs_f64() * 1000.0;
            recorder.record(story, What::Silent { awaited: Awaited::Connect, ms });
        }
    }
    None
}

async fn resolve(settings: &Settings, budget: &Budget) -> Result<Vec<SocketAddr>, String> {
    let target = &settings.target;
    let found = match timeout(budget.reply, tokio::net::lookup_host((target.host.as_str(), target.port))).await {
        Ok(Ok(found)) => found,
        Ok(Err(error)) => return Err(error.to_string()),
        Err(_) => return Err("the resolver did not answer in time".to_owned()),
    };
    let wanted = |address: &SocketAddr| match settings.family {
        Family::Any => true,
        Family::Ipv4 => address.is_ipv4(),
        Family::Ipv6 => address.is_ipv6(),
    };
    let bindable = |address: &SocketAddr| settings.bind.is_none_or(|bind| bind.is_ipv4() == address.is_ipv4());
    let mut addresses: Vec<SocketAddr> = Vec::new();
    for address in found.filter(wanted).filter(bindable) {
        if !addresses.contains(&address) {
            addresses.push(address);
        }
    }
    match (addresses.is_empty(), settings.family) {
        (false, _) => Ok(addresses),
        (true, Family::Ipv4) => Err("the name has no IPv4 address".to_owned()),
        (true, Family::Ipv6) => Err("the name has no IPv6 address".to_owned()),
        (true, Family::Any) => Err("the name has no address that can be dialled from here".to_owned()),
    }
}

/// The resolver's order (RFC 6724), families alternating (RFC 8305 section 4).
fn interleaved(addresses: Vec<SocketAddr>) -> Vec<SocketAddr> {
    let first_is_v6 = addresses.first().is_some_and(SocketAddr::is_ipv6);
    let (first, second): (Vec<_>, Vec<_>) = addresses.into_iter().partition(|address| address.is_ipv6() == first_is_v6);
    let mut second = second.into_iter();
    let mut all = Vec::new();
    for address in first {
        all.push(address);
        all.extend(second.next());
    }
    all.extend(second);
    all
}

async fn dial_all(
    settings: &Settings,
    budget: &Budget,
    recorder: &Recorder,
    addresses: Vec<SocketAddr>,
    late: &mut Late,
) -> Option<Session> {
    let mut waiting = addresses.into_iter();
    let dials = &mut late.dials;
    let begun = &mut late.begun;
    let mut give_up = Instant::now() + budget.silence(None);
    let mut dial_one = |dials: &mut FuturesUnordered<Dial>, begun: &mut Vec<(Story, Instant)>| -> Option<()> {
        let address = waiting.next()?;
        let story = recorder.begin_dial(address);
        recorder.record(story, What::Dialled(address));
        let now = Instant::now();
        begun.push((story, now));
        dials.push(Box::pin(net::connect(settings.bind, address).map(move |ended| (story, address, now, ended))));
        Some(())
    };
    dial_one(dials, begun)?;
    let mut more = true;
    loop {
        let next_dial = Instant::now() + budget.between_dials;
        let ended = tokio::select! {
            Some(ended) = dials.next(), if !dials.is_empty() => Some(ended),
            () = sleep_until(next_dial), if more => None,
            () = sleep_until(give_up) => break,
        };
        if let Some((story, address, since, ended)) = ended {
            begun.retain(|(other, _)| *other != story);
            match ended {
                Dialled::Connected(stream) => {
                    recorder.dial_succeeded(story);
                    return Session::new(stream, address, since.elapsed(), recorder).ok();
                }
                other => record_dial(recorder, story, address, &other),
            }
        }
        // Who was refused, or waited a quarter of a second, lets the next address begin.
        if more {
            more = dial_one(dials, begun).is_some();
            give_up = if more { Instant::now() + budget.silence(None) } else { give_up };
        }
        if !more && dials.is_empty() {
            break;
        }
    }
    None
}

fn record_dial(recorder: &Recorder, story: Story, peer: SocketAddr, ended: &Dialled) {
    let what = match ended {
        Dialled::Connected(stream) => match stream.local_addr() {
            Ok(local) => What::Connected { local, peer },
            Err(error) => What::Failed(error.to_string()),
        },
        Dialled::Refused => What::Refused,
        Dialled::Unreachable { icmp, from } => What::Unreachable { icmp: *icmp, from: *from },
        Dialled::Failed(error) => What::Failed(error.to_string()),
    };
    recorder.record(story, what);
}
