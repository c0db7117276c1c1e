//! A wall before the passive range at each place of the way, of each kind, and routers that keep silent about it.

use super::{
    ACTIVE, CURL, Case, ClientSide, Curl, Expect, NEITHER, NO, NO_RULES, NONE, ONLY_ACTIVE, OPEN, OVER_IPV6, PROFTPD,
    Rules, Server, ServerSide, VSFTPD, YES,
};

/// A wall in one place, in nft's words.
macro_rules! wall {
    ($hook:literal, $verdict:literal) => {
        concat!(
            "table inet wall { chain ",
            $hook,
            "s { type filter hook ",
            $hook,
            " priority 0; tcp dport 50000-50009 ",
            $verdict,
            "; }; }\n"
        )
    };
}

/// The case over IPv4 and over IPv6.
macro_rules! both {
    ($id:literal, $shows:literal, $host:ident, $hook:literal, $verdict:literal, $finding:literal, $side:literal, $wall:expr) => {
        [
            Case {
                id: concat!("wall-", $id),
                shows: $shows,
                rules: Rules { $host: wall!($hook, $verdict), ..NO_RULES },
                expect: Expect { fires: &[$finding], side: $side, wall: Some($wall), ..ACTIVE },
                ..BLOCKED
            },
            Case {
                id: concat!("wall-", $id, "-ipv6"),
                shows: concat!($shows, ", over IPv6"),
                rules: Rules { $host: wall!($hook, $verdict), ..NO_RULES },
                expect: Expect { fires: &[$finding], side: $side, wall: Some($wall), ..ACTIVE },
                ..BLOCKED_IPV6
            },
        ]
    };
}

/// The same before the answers that come back.
macro_rules! no_answers {
    ($hook:literal) => {
        concat!(
            "table inet wall { chain ",
            $hook,
            "s { type filter hook ",
            $hook,
            " priority 0; tcp sport 50000-50009 drop; }; }\n"
        )
    };
}

const DROP: &str = "passive-port-dropped";
const NO_ANSWERS_HERE: Rules = Rules { client: no_answers!("input"), ..NO_RULES };
/// Nobody on the client's side can tell this from a wall before the server: the report says so, and no side is asked.
const NO_ANSWERS_AT_GATEWAY: Rules = Rules { gateway1: no_answers!("forward"), ..NO_RULES };
const BLOCKED: Case = Case { curl: ONLY_ACTIVE, by_both: true, ..OPEN };
const BLOCKED_IPV6: Case = Case {
    server: OVER_IPV6,
    target: "[2001:db8:4::20]",
    curl: Curl { url: "ftp://[2001:db8:4::20]/", arguments: &["-g"], passive: NO, active: YES, agrees: true },
    by_both: true,
    ..OPEN
};
const SERVER_WALL: &str = wall!("input", "drop");
/// A router that tells nobody that a packet's time was exceeded.
const SILENT: &str = "table inet quiet { chain out { type filter hook output priority 0; icmp type time-exceeded drop; icmpv6 type time-exceeded drop; }; }\n";
const SILENT_AND_WALL: &str = concat!(
    "table inet quiet { chain out { type filter hook output priority 0; icmp type time-exceeded drop; icmpv6 type time-exceeded drop; }; }\n",
    wall!("forward", "drop")
);
const SHORT_LIVED_AND_RESETS: &str = concat!(
    "table ip short { chain forwards { type filter hook forward priority -10; iifname lan ip protocol tcp ip ttl < 6 drop; }; }\n",
    wall!("forward", "reject with tcp reset")
);
/// Bridges answer so as well.
const IN_THE_SERVERS_NAME: &str = "table netdev wall { chain in { type filter hook ingress device lan priority 0; tcp dport 50000-50009 reject with icmp type admin-prohibited; }; }\n";

static WALLS: [[Case; 2]; 15] = [
    both!(
        "client-drops",
        "this computer's own firewall drops what leaves",
        client,
        "output",
        "drop",
        "passive-port-dropped",
        "client",
        (0, 0)
    ),
    both!(
        "client-resets",
        "this computer's own firewall answers RST",
        client,
        "output",
        "reject with tcp reset",
        "passive-port-refused",
        "client",
        (0, 1)
    ),
    both!(
        "client-icmp",
        "this computer's own firewall answers ICMP",
        client,
        "output",
        "reject with icmpx admin-prohibited",
        "passive-port-unreachable",
        "client",
        (0, 1)
    ),
    both!(
        "gateway1-drops",
        "the client's gateway drops",
        gateway1,
        "forward",
        "drop",
        "passive-port-dropped",
        "client",
        (1, 2)
    ),
    both!(
        "gateway1-resets",
        "the client's gateway answers RST",
        gateway1,
        "forward",
        "reject with tcp reset",
        "passive-port-refused",
        "client",
        (1, 2)
    ),
    both!(
        "gateway1-icmp",
        "the client's gateway answers ICMP",
        gateway1,
        "forward",
        "reject with icmpx admin-prohibited",
        "passive-port-unreachable",
        "client",
        (1, 1)
    ),
    both!(
        "transit-drops",
        "a router between drops",
        transit,
        "forward",
        "drop",
        "passive-port-dropped",
        "network",
        (2, 3)
    ),
    both!(
        "transit-resets",
        "a router between answers RST",
        transit,
        "forward",
        "reject with tcp reset",
        "passive-port-refused",
        "network",
        (2, 2)
    ),
    both!(
        "transit-icmp",
        "a router between answers ICMP",
        transit,
        "forward",
        "reject with icmpx admin-prohibited",
        "passive-port-unreachable",
        "network",
        (2, 2)
    ),
    both!(
        "gateway2-drops",
        "the server's gateway drops",
        gateway2,
        "forward",
        "drop",
        "passive-port-dropped",
        "server",
        (3, 4)
    ),
    both!(
        "gateway2-resets",
        "the server's gateway answers RST",
        gateway2,
        "forward",
        "reject with tcp reset",
        "passive-port-refused",
        "server",
        (3, 4)
    ),
    both!(
        "gateway2-icmp",
        "the server's gateway answers ICMP",
        gateway2,
        "forward",
        "reject with icmpx admin-prohibited",
        "passive-port-unreachable",
        "server",
        (3, 3)
    ),
    both!(
        "server-drops",
        "the server's own firewall drops",
        server,
        "input",
        "drop",
        "passive-port-dropped",
        "server",
        (3, 4)
    ),
    both!(
        "server-resets",
        "the server's own firewall answers RST",
        server,
        "input",
        "reject with tcp reset",
        "passive-port-refused",
        "server",
        (3, 4)
    ),
    both!(
        "server-icmp",
        "the server's own firewall answers ICMP",
        server,
        "input",
        "reject with icmpx admin-prohibited",
        "passive-port-unreachable",
        "server",
        (4, 4)
    ),
];

pub static CASES: &[Case] = &[
    Case {
        id: "wall-all-routers-silent",
        shows: "the server drops, and no router tells of itself: the place can't be told",
        rules: Rules { gateway1: SILENT, transit: SILENT, gateway2: SILENT, server: SERVER_WALL, ..NO_RULES },
        expect: Expect { fires: &[DROP], side: "unknown", ..ACTIVE },
        ..BLOCKED
    },
    Case {
        id: "wall-all-routers-silent-resets",
        shows: "the server answers RST, and no router tells of itself: the reset's own TTL tells",
        rules: Rules {
            gateway1: SILENT,
            transit: SILENT,
            gateway2: SILENT,
            server: wall!("input", "reject with tcp reset"),
            ..NO_RULES
        },
        expect: Expect { fires: &["passive-port-refused"], side: "server", wall: Some((3, 4)), ..ACTIVE },
        ..BLOCKED
    },
    Case {
        id: "wall-gateway1-drops-what-lives-short",
        shows: "the client's gateway answers RST and drops what lives short: all beyond it looks further away",
        rules: Rules { gateway1: SHORT_LIVED_AND_RESETS, ..NO_RULES },
        expect: Expect { fires: &["passive-port-refused"], side: "unknown", wall: Some((1, 7)), ..ACTIVE },
        ..BLOCKED
    },
    Case {
        id: "wall-gateway1-in-the-servers-name",
        shows: "the client's gateway answers ICMP ahead of its routing, in the server's name",
        rules: Rules { gateway1: IN_THE_SERVERS_NAME, ..NO_RULES },
        expect: Expect { fires: &["passive-port-unreachable"], side: "client", wall: Some((0, 1)), ..ACTIVE },
        ..BLOCKED
    },
    Case {
        id: "wall-transit-in-the-servers-name",
        shows: "a router between answers ICMP ahead of its routing, in the server's name: the one before it may as well",
        rules: Rules { transit: IN_THE_SERVERS_NAME, ..NO_RULES },
        expect: Expect { fires: &["passive-port-unreachable"], side: "unknown", wall: Some((1, 2)), ..ACTIVE },
        ..BLOCKED
    },
    Case {
        id: "wall-first-router-silent",
        shows: "the server drops, and the client's router tells nothing of itself",
        rules: Rules { gateway1: SILENT, server: SERVER_WALL, ..NO_RULES },
        expect: Expect { fires: &[DROP], side: "server", wall: Some((3, 4)), ..ACTIVE },
        ..BLOCKED
    },
    Case {
        id: "wall-gateway1-silent-transit",
        shows: "the client's gateway drops, and the next router is silent: between hop 1 and hop 3",
        rules: Rules { gateway1: wall!("forward", "drop"), transit: SILENT, ..NO_RULES },
        expect: Expect { fires: &[DROP], side: "unknown", wall: Some((1, 3)), ..ACTIVE },
        ..BLOCKED
    },
    Case {
        id: "wall-gateway2-silent",
        shows: "the server's gateway drops and is silent itself",
        rules: Rules { gateway2: SILENT_AND_WALL, ..NO_RULES },
        expect: Expect { fires: &[DROP], side: "unknown", wall: Some((2, 4)), ..ACTIVE },
        ..BLOCKED
    },
    Case {
        id: "wall-gateway1-drops-behind-nat",
        shows: "the client's NAT router drops all but port 21",
        client: ClientSide::Nat,
        rules: Rules { gateway1: wall!("forward", "drop"), ..NO_RULES },
        expect: Expect {
            fires: &[DROP, "active-address-rejected", "client-behind-nat"],
            side: "client",
            wall: Some((1, 2)),
            ..NONE
        },
        curl: NEITHER,
        ..OPEN
    },
    Case {
        id: "wall-double-nat-outer-drops",
        shows: "the carrier's NAT drops all but port 21",
        client: ClientSide::DoubleNat,
        rules: Rules { gateway1: wall!("forward", "drop"), ..NO_RULES },
        expect: Expect {
            fires: &[DROP, "active-address-rejected", "client-behind-nat"],
            side: "client",
            wall: Some((2, 3)),
            ..NONE
        },
        curl: NEITHER,
        ..OPEN
    },
    Case {
        id: "wall-not-forwarded-dropped",
        shows: "the server's NAT router forwards port 21 alone and drops the rest",
        server_side: ServerSide::NatOnlyControl,
        server: Server { settings: "pasv_address=198.18.0.20", ..VSFTPD },
        rules: Rules { gateway2: wall!("input", "drop"), ..NO_RULES },
        expect: Expect { fires: &[DROP, "server-behind-nat"], side: "server", wall: Some((3, 3)), ..ACTIVE },
        ..BLOCKED
    },
    Case {
        id: "wall-gateway2-drops-proftpd",
        shows: "the server's gateway drops, ProFTPD",
        server: PROFTPD,
        rules: Rules { gateway2: wall!("forward", "drop"), ..NO_RULES },
        expect: Expect { fires: &[DROP], side: "server", wall: Some((3, 4)), ..ACTIVE },
        ..BLOCKED
    },
    Case {
        id: "wall-and-a-session-that-dies",
        shows: "a router between drops, and the server falls over active mode: another session gives the port to look at",
        server: Server { settings: "port_promiscuous=YES", ..VSFTPD },
        rules: Rules { transit: wall!("forward", "drop"), ..NO_RULES },
        expect: Expect { fires: &[DROP, "server-misconfigured"], wall: Some((2, 3)), ..NONE },
        curl: NEITHER,
        ..BLOCKED
    },
    Case {
        id: "wall-not-looked-for",
        shows: "the server's gateway drops, and --locate never: the side stays open",
        arguments: &["--locate", "never"],
        rules: Rules { gateway2: wall!("forward", "drop"), ..NO_RULES },
        expect: Expect { fires: &[DROP], not_tested: &["place-on-the-way"], side: "unknown", ..ACTIVE },
        ..BLOCKED
    },
    Case {
        id: "answers-stopped-here",
        shows: "this computer's own firewall drops the server's answers, and root sees them arrive",
        rules: NO_ANSWERS_HERE,
        as_root: true,
        by_both: false, // What root sees is packets.
        expect: Expect { fires: &[DROP], side: "client", wall: Some((0, 0)), ..ACTIVE },
        ..BLOCKED
    },
    Case {
        id: "answers-stopped-here-ipv6",
        shows: "over IPv6 this computer's own firewall drops the server's answers, and root sees them arrive",
        rules: NO_ANSWERS_HERE,
        as_root: true,
        by_both: false, // What root sees is packets.
        expect: Expect { fires: &[DROP], side: "client", wall: Some((0, 0)), ..ACTIVE },
        ..BLOCKED_IPV6
    },
    Case {
        id: "answers-stopped-here-not-looked-for",
        shows: "the same, with the place not looked for",
        arguments: &["--locate", "never"],
        rules: NO_ANSWERS_HERE,
        as_root: true,
        by_both: false, // What root sees is packets.
        expect: Expect { fires: &[DROP], side: "client", ..ACTIVE },
        ..BLOCKED
    },
    Case {
        id: "answers-stopped-here-counted",
        shows: "this computer's own firewall drops the server's answers: nobody sees it, the counters hint at it",
        rules: NO_ANSWERS_HERE,
        by_both: false, // What root sees is packets.
        expect: Expect { fires: &[DROP], side: "unknown", ..ACTIVE },
        ..BLOCKED
    },
    Case {
        id: "answers-dropped-at-gateway-watched",
        shows: "the client's gateway drops the server's answers, and root sees that none arrives",
        rules: NO_ANSWERS_AT_GATEWAY,
        as_root: true,
        expect: Expect { fires: &[DROP], wall: Some((3, 4)), ..ACTIVE },
        ..BLOCKED
    },
    Case {
        id: "wall-before-the-first-hop-counts",
        shows: "the client's gateway drops ahead of its routing, so that it never says that a packet's time is over",
        rules: Rules { gateway1: wall!("prerouting", "drop"), ..NO_RULES },
        expect: Expect { fires: &[DROP], side: "client", wall: Some((0, 1)), ..ACTIVE },
        ..BLOCKED
    },
    Case {
        id: "wall-before-the-second-hop-counts",
        shows: "the router between drops ahead of its routing: the same to see as the client's gateway dropping",
        rules: Rules { transit: wall!("prerouting", "drop"), ..NO_RULES },
        expect: Expect { fires: &[DROP], wall: Some((1, 2)), ..ACTIVE },
        ..BLOCKED
    },
    Case {
        id: "wall-before-the-last-hop-counts",
        shows: "the server's gateway drops ahead of its routing: the same to see as the router before it dropping",
        rules: Rules { gateway2: wall!("prerouting", "drop"), ..NO_RULES },
        expect: Expect { fires: &[DROP], wall: Some((2, 3)), ..ACTIVE },
        ..BLOCKED
    },
    Case {
        id: "open-located",
        shows: "all is open, and the way is looked at all the same",
        arguments: &["--locate", "always"],
        expect: Expect { side: "none", ..super::EITHER },
        curl: CURL,
        ..OPEN
    },
];

pub fn walls() -> impl Iterator<Item = &'static Case> {
    WALLS.iter().flatten()
}
