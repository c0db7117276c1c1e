//! The tool on both ends: what arrived is known, and how the server's own connections went.

use super::{
    ACTIVE, CURL, Case, ClientSide, EITHER, Expect, NEITHER, NO_RULES, NONE, ONLY_ACTIVE, ONLY_PASSIVE, OPEN, PASSIVE,
    Rules, SERVE, ServerSide,
};

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
        expect: Expect { fires: &["active-callback-dropped"], side: "client", ..PASSIVE },
        curl: ONLY_PASSIVE,
        ..TWO
    },
    Case {
        id: "two-ends-both-dropped",
        shows: "both directions are dropped",
        rules: BOTH_DROPPED,
        expect: Expect { fires: &["passive-port-dropped", "active-callback-dropped"], wall: Some((3, 4)), ..NONE },
        curl: NEITHER,
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
