//! Ways that let one packet to a port through and not another: what the search for the place makes of single ones.
//!
//! What such a way does by chance is told here by a packet's life or by how often it came, so that it always does it. Dials
//! live long, and the packets of a search do not: [`Rules`] of the server see 61 hops left of a dial, and 27 at most of those.

use super::{CURL, Case, Clients, Curl, EITHER, Expect, NO_RULES, OPEN, Rules, SERVE, Truth};
use crate::network::Network;

/// Dials to the upper half of the range come to nothing, and so does the one packet of a search that just reaches the
/// server. One that lives longer gets in. On this computer the packets are counted that end at the first router: one a search.
const LETS_SEARCHES_IN: Rules = Rules {
    client: "table inet count {
 counter searches {}
 chain out { type filter hook output priority 0; tcp dport 50000-50009 ip ttl 1 counter name searches; }
}
",
    server: "table inet f { chain in { type filter hook input priority 0; tcp dport 50005-50009 ip ttl { 1, 40-64 } drop; }; }\n",
    ..NO_RULES
};
/// Of the packets to the upper half the client's gateway lets one on, which ends at the next router, and no other.
const LETS_ONE_ON: Rules = Rules {
    gateway1: "table inet f {
 set known { type inet_service; }
 chain forward { type filter hook forward priority 0; iifname lan tcp dport 50005-50009 jump upper; }
 chain upper {
  ip ttl > 1 drop
  tcp dport @known drop
  add @known { tcp dport } accept
 }
}
",
    ..NO_RULES
};
/// The first packet is lost that just reaches the server's control port.
const LOSES_ONE_TO_CONTROL: Rules = Rules {
    gateway2: "table inet f { chain forward { type filter hook forward priority 0; tcp dport 50005-50009 drop; }; }\n",
    server: "table inet g {
 set known { type inet_service; }
 chain in { type filter hook input priority 0; tcp dport 21 ip ttl 1 jump lose; }
 chain lose {
  tcp dport @known accept
  add @known { tcp dport } drop
 }
}
",
    ..NO_RULES
};
/// A port of the upper half lets a dial in at its second SYN, and nothing that a search sends. The last two let nobody in.
const LETS_THE_SECOND_IN: Rules = Rules {
    gateway1: "table inet f {
 set known { type inet_service; }
 chain forward { type filter hook forward priority 0; iifname lan tcp dport 50005-50009 jump upper; }
 chain upper {
  ip ttl < 40 drop
  tcp dport 50008-50009 drop
  tcp dport @known accept
  tcp flags syn / syn,ack add @known { tcp dport } drop
 }
}
",
    ..NO_RULES
};

/// `ftpmode serve` names one port after the other.
const HALF_OPEN: Case = Case {
    server: SERVE,
    arguments: &["--samples", "6"],
    expect: Expect { fires: &["passive-range-partly-open"], side: "unknown", ..EITHER },
    curl: Curl { passive: Truth::NotAsked, ..CURL },
    clients: Clients::NotCompared("some of the ports are open: which a client gets is chance"),
    ..OPEN
};

pub static CASES: &[Case] = &[
    Case {
        id: "uneven-lets-searches-in",
        shows: "half of the range fails, and lets one of several packets in that live long enough: one port is searched",
        rules: LETS_SEARCHES_IN,
        arguments: &["--samples", "10", "--locate", "always"],
        besides: not_searched_twice,
        ..HALF_OPEN
    },
    Case {
        id: "uneven-lets-one-on",
        shows: "the last packet that was passed on is not passed on again: no place is read from it",
        rules: LETS_ONE_ON,
        ..HALF_OPEN
    },
    Case {
        id: "uneven-loses-one-to-control",
        shows: "the server's gateway drops, and a packet got lost that would have shown how far away the server is",
        rules: LOSES_ONE_TO_CONTROL,
        expect: Expect { side: "server", wall: Some((3, 4)), ..HALF_OPEN.expect },
        ..HALF_OPEN
    },
    Case {
        id: "uneven-lets-the-second-in",
        shows: "the port that was searched lets a later connection in, and others fail: no place is read from it",
        rules: LETS_THE_SECOND_IN,
        arguments: &["--samples", "10"],
        ..HALF_OPEN
    },
];

/// A fresh port, since the user wants that, and one that failed.
fn not_searched_twice(network: &Network) -> Vec<String> {
    let counted = network.command("c", "nft").args(["list", "counter", "inet", "count", "searches"]).output();
    let said = counted.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    if said.contains("packets 2 ") { Vec::new() } else { vec![format!("not two ports were searched: {said}")] }
}
