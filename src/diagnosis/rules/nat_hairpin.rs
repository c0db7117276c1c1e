#![doc = include_str!("nat_hairpin.md")]

use crate::diagnosis::rule::{Conclusion, Confidence, Fix, Match, Rule, Severity, Side, asks_nothing};
use crate::diagnosis::rules::harm_where_data_fails;
use crate::evidence::address::{Reach, reach};
use crate::evidence::attempt::{DataVerb, Mode};
use crate::evidence::facts::Facts;
use crate::evidence::observed::Observed;

pub static RULE: Rule = Rule {
    id: "nat-hairpin",
    title: "the server's public address is used from inside its own network",
    article: include_str!("nat_hairpin.md"),
    neighbours: &["passive-address-foreign", "server-behind-nat", "client-behind-nat"],
    test,
    asks: asks_nothing,
};

fn test(facts: &Facts) -> Match {
    let (Some(local), Some(peer)) = (facts.local(), facts.peer()) else {
        return Match::Undecided("no control connection was joined");
    };
    // Inside, and 227 names the address that the outside world uses.
    let outer = facts.tried_with(DataVerb::Pasv).find_map(|tried| {
        let named = tried.named()?.ip().to_canonical();
        (matches!(reach(peer), Reach::Private | Reach::Shared) && reach(named) == Reach::Public)
            .then_some((named, tried))
    });
    if let Some((named, tried)) = outer {
        return Match::Fires(Conclusion {
            severity: Severity::Info,
            side: Side::Server,
            confidence: Confidence::Medium,
            summary: format!(
                "This computer reaches the server at {peer}, inside its network, and is told to use its outer address \
                 {named} for passive mode: that leads out to the router and back in, where the router allows it."
            ),
            cites: facts.cites(tried.named_at()),
            fixes: vec![
                Fix::server(
                    "Have the server name its inner address to clients inside",
                    "FileZilla Server: \"Use default host for local connections\"; elsewhere a second server address or \
                     EPSV, which names none.",
                ),
                Fix::client(
                    "Use EPSV",
                    "It names no address, so the data connection goes where the control connection went.",
                ),
            ],
        });
    }
    let (seen, place) = match facts.seen_by_server() {
        Observed::Seen(seen) => seen,
        Observed::NotSeen | Observed::NotTested(_) => {
            return Match::Undecided("the server does not name the address it sees this client at");
        }
    };
    // The router's own outer address as the client's, or the client's inner address seen behind a public one.
    let through_the_router = reach(peer) == Reach::Public && seen == peer && local != peer;
    let within =
        reach(peer) == Reach::Public && seen == local && matches!(reach(local), Reach::Private | Reach::Shared);
    if !through_the_router && !within {
        return Match::RuledOut(facts.cites([place]));
    }
    let fails = !facts.works(Mode::Passive) && facts.tried_in(Mode::Passive).next().is_some();
    Match::Fires(Conclusion {
        severity: harm_where_data_fails(facts, fails),
        side: Side::Client,
        confidence: if through_the_router { Confidence::High } else { Confidence::Medium },
        summary: format!(
            "This computer uses the server's public address {peer} from inside the server's own network: the server sees \
             it at {seen}, so every connection goes out to the router and back in."
        ),
        cites: facts.cites([place]),
        fixes: vec![
            Fix::client(
                "Use the server's inner address or name",
                "A name that leads to the inner address when asked from inside (split DNS) does this for everybody.",
            ),
            Fix::network(
                "Have the router turn inner connections to its outer address around",
                "It has to do so for the passive ports as it does for the control port (NAT loopback, hairpin NAT).",
            ),
        ],
    })
}
