//! The tool on both ends: what arrived is known, and how the server's own connections went.

use super::{
    ACTIVE, CURL, Case, ClientSide, Curl, EITHER, Expect, NEITHER, NO_RULES, NONE, ONLY_ACTIVE, ONLY_PASSIVE, OPEN,
    PASSIVE, Rules, SERVE, ServerSide,
};

const STATEFUL: &str =
    "table inet f { chain input { type filter hook input priority 0; iifname wan ct state new drop; }; }\n";
const HELPER: Rules = Rules {
    gateway1: "table ip helper {
 ct helper ftp21 { type \"ftp\" protocol tcp; }
 chain pre { type filter hook prerouting priority 0; tcp dport 21 ct helper set \"ftp21\"; }
}
",
    ..NO_RULES
};
const CALLBACK_DROPPED: Rules = Rules {
    gateway1: "table inet f { chain forward { type filter hook forward priority 0; iifname wan ct state new drop; }; }\n",
    ..NO_RULES
};
const BOTH_DROPPED: Rules = Rules {
    gateway2: "table inet g { chain forward { type filter hook forward priority 0; iifname lan tcp dport 50000-50009 drop; }; }\n",
    ..CALLBACK_DROPPED
};
/// Data connections in passive mode are taken over by the client's gateway.
const TAKEN_OVER: Rules = Rules {
    gateway1: "table ip r { chain pre { type nat hook prerouting priority -110; iifname lan tcp dport 50000-50009 redirect to :3129; }; }\n",
    ..NO_RULES
};
/// The server's connections to its clients end in one place, in nft's words.
macro_rules! no_callback {
    ($hook:literal, $verdict:literal) => {
        concat!(
            "table inet f { chain ",
            $hook,
            "s { type filter hook ",
            $hook,
            " priority 0; tcp sport != 21 tcp dport 30000-65535 ct state new ip daddr 203.0.113.0/24 ",
            $verdict,
            "; }; }\n"
        )
    };
}
/// A dead callback with its place.
macro_rules! callback {
    ($id:literal, $shows:literal, $host:ident, $hook:literal, $verdict:literal, $finding:literal, $side:literal, $certain:literal) => {
        Case {
            id: concat!("two-ends-callback-", $id),
            shows: $shows,
            rules: Rules { $host: no_callback!($hook, $verdict), ..NO_RULES },
            expect: Expect { fires: &[$finding], side: $side, certain: $certain, ..PASSIVE },
            curl: ONLY_PASSIVE,
            ..TWO
        }
    };
}
const TWO: Case = Case { server: SERVE, ..OPEN };

pub static CASES: &[Case] = &[
    Case {
        id: "two-ends-open",
        shows: "all is open",
        expect: Expect { not: &["transparent-proxy"], side: "none", ..EITHER },
        ..TWO
    },
    Case {
        id: "two-ends-cache",
        shows: "a proxy on the client's gateway answers in the server's place, from its memory",
        client: ClientSide::Nat,
        rules: TAKEN_OVER,
        between: crate::stub::CACHE,
        expect: Expect { fires: &["transparent-proxy", "client-behind-nat"], works: &[("pasv", true)], ..PASSIVE },
        curl: ONLY_PASSIVE,
        ..TWO
    },
    Case {
        id: "two-ends-proxy-seen-by-its-address",
        shows: "a proxy on the client's gateway makes data connections from its own address",
        rules: TAKEN_OVER,
        between: crate::stub::CACHE,
        expect: Expect { fires: &["data-source-address-differs"], not: &["transparent-proxy"], ..ACTIVE },
        curl: ONLY_ACTIVE,
        ..TWO
    },
    Case {
        id: "two-ends-nat",
        shows: "a NAT without helper: what arrived is what was sent",
        client: ClientSide::Nat,
        expect: Expect {
            fires: &["active-address-rejected", "client-behind-nat"],
            not: &["ftp-helper-on-path"],
            side: "client",
            ..PASSIVE
        },
        curl: ONLY_PASSIVE,
        ..TWO
    },
    Case {
        id: "two-ends-helper",
        shows: "a helper: another address arrived than was sent",
        client: ClientSide::Nat,
        rules: HELPER,
        expect: Expect { fires: &["client-behind-nat", "ftp-helper-on-path"], side: "none", ..EITHER },
        ..TWO
    },
    Case {
        id: "two-ends-callback-dropped",
        shows: "the client's gateway drops the callback, and the server says how long it tried",
        rules: CALLBACK_DROPPED,
        expect: Expect { fires: &["active-callback-dropped"], side: "client", certain: "high", ..PASSIVE },
        curl: ONLY_PASSIVE,
        ..TWO
    },
    callback!(
        "ends-here",
        "this computer's own firewall drops the callback, which the other end's packets show",
        client,
        "input",
        "drop",
        "active-callback-dropped",
        "client",
        "high"
    ),
    callback!(
        "ends-at-client",
        "the client's gateway drops the callback, and the other end tells how far it came",
        gateway1,
        "forward",
        "drop",
        "active-callback-dropped",
        "client",
        "high"
    ),
    callback!(
        "resets-at-client",
        "the client's gateway answers the callback with RST",
        gateway1,
        "forward",
        "reject with tcp reset",
        "active-callback-refused",
        "client",
        "high"
    ),
    callback!(
        "ends-between",
        "a router between drops the callback",
        transit,
        "forward",
        "drop",
        "active-callback-dropped",
        "unknown",
        "low"
    ),
    callback!(
        "resets-between",
        "a router between answers the callback with RST",
        transit,
        "forward",
        "reject with tcp reset",
        "active-callback-refused",
        "network",
        "medium"
    ),
    callback!(
        "ends-at-server",
        "the server's gateway lets no callback out",
        gateway2,
        "forward",
        "drop",
        "active-callback-dropped",
        "server",
        "medium"
    ),
    callback!(
        "never-leaves",
        "the server's own firewall lets no callback out",
        server,
        "output",
        "drop",
        "active-callback-dropped",
        "server",
        "high"
    ),
    Case {
        id: "two-ends-callback-answer-lost",
        shows: "the server's gateway drops the answer to the callback, and this computer's table of sockets shows that it came",
        rules: Rules {
            gateway2: "table inet g { chain forward { type filter hook forward priority 0; iifname lan tcp flags & (syn | ack) == syn | ack drop; }; }\n",
            ..NO_RULES
        },
        expect: Expect {
            fires: &["active-callback-dropped"],
            not: &["local-firewall-drops-callback"],
            side: "unknown",
            certain: "medium",
            ..PASSIVE
        },
        curl: ONLY_PASSIVE,
        ..TWO
    },
    Case {
        id: "two-ends-callback-from-port-20",
        shows: "the server lets out what comes from port 20 alone, and the client's gateway drops it",
        rules: Rules {
            server: "table inet f { chain o { type filter hook output priority 0; ct state established accept; tcp sport { 20, 21 } accept; meta l4proto tcp drop; }; }\n",
            ..CALLBACK_DROPPED
        },
        expect: Expect { fires: &["active-callback-dropped"], side: "client", certain: "high", ..PASSIVE },
        curl: ONLY_PASSIVE,
        ..TWO
    },
    Case {
        id: "two-ends-nat-drops",
        shows: "the client's NAT drops what it does not know, and ProFTPD's kin would have mended the address",
        client: ClientSide::Nat,
        arguments: &["--active-address", "203.0.113.2"],
        rules: Rules { gateway1: STATEFUL, ..NO_RULES },
        // The router before it may drop them as well.
        expect: Expect { fires: &["active-callback-dropped"], side: "unknown", ..PASSIVE },
        curl: Curl { agrees: false, ..ONLY_PASSIVE },
        ..TWO
    },
    Case {
        id: "two-ends-both-dropped",
        shows: "both directions are dropped",
        rules: BOTH_DROPPED,
        expect: Expect {
            fires: &["passive-port-dropped", "active-callback-dropped"],
            wall: Some((3, 4)),
            certain: "high",
            ..NONE
        },
        curl: NEITHER,
        ..TWO
    },
    Case {
        id: "two-ends-passive-dropped",
        shows: "the server's gateway drops passive connections, and the other end says that nothing arrives",
        rules: Rules {
            gateway2: "table inet g { chain forward { type filter hook forward priority 0; iifname lan tcp dport 50000-50009 drop; }; }\n",
            ..NO_RULES
        },
        expect: Expect {
            fires: &["passive-port-dropped"],
            side: "server",
            wall: Some((3, 4)),
            certain: "high",
            ..ACTIVE
        },
        curl: ONLY_ACTIVE,
        ..TWO
    },
    Case {
        id: "two-ends-answers-dropped",
        shows: "the client's gateway drops the server's answers, and the other end says that the packets arrive",
        rules: Rules {
            gateway1: "table inet g { chain forward { type filter hook forward priority 0; iifname wan tcp sport 50000-50009 drop; }; }\n",
            ..NO_RULES
        },
        expect: Expect { fires: &["passive-port-dropped"], side: "unknown", certain: "medium", ..ACTIVE },
        curl: ONLY_ACTIVE,
        ..TWO
    },
    Case {
        id: "two-ends-answers-dropped-ipv6",
        shows: "over IPv6 the client's gateway drops the server's answers, and the other end says so",
        target: "[2001:db8:4::20]",
        rules: Rules {
            gateway1: "table inet g { chain forward { type filter hook forward priority 0; iifname wan tcp sport 50000-50009 drop; }; }\n",
            ..NO_RULES
        },
        expect: Expect { fires: &["passive-port-dropped"], side: "unknown", certain: "medium", ..ACTIVE },
        curl: Curl { url: "ftp://[2001:db8:4::20]/", arguments: &["-g"], ..ONLY_ACTIVE },
        ..TWO
    },
    Case {
        id: "two-ends-server-nat",
        shows: "the server stands behind a NAT and names its outer address",
        server_side: ServerSide::Nat,
        server: super::Server { settings: "--advertise 198.18.0.20", ..SERVE },
        expect: Expect { not: &["passive-address-unroutable"], side: "none", ..EITHER },
        curl: CURL,
        ..TWO
    },
];
