//! Two servers behind one address: a data connection may reach another one than its control connection did. Active mode
//! works whichever answers, and the client is never to blame.

use super::{CURL, Case, Curl, EITHER, Expect, NO_RULES, OPEN, PROFTPD, Rules, Server, ServerSide, Truth, VSFTPD, YES};
use crate::agreement::Clients;

/// Connections go to the two in turn, whoever makes them.
const IN_TURN: Rules = Rules {
    gateway2: "table ip lb { chain pre { type nat hook prerouting priority -100; ip daddr 198.18.0.20 dnat to numgen inc mod 2 map { 0 : 10.0.0.20, 1 : 10.0.1.20 }; }; }\n",
    ..NO_RULES
};
/// The client's port decides: as good as chance.
const BY_PORT: Rules = Rules {
    gateway2: "table ip lb { chain pre { type nat hook prerouting priority -100; ip daddr 198.18.0.20 dnat to jhash tcp sport mod 2 seed 0x21 map { 0 : 10.0.0.20, 1 : 10.0.1.20 }; }; }\n",
    ..NO_RULES
};
/// All connections from one address go to one of the two.
const BY_CLIENT: Rules = Rules {
    gateway2: "table ip lb { chain pre { type nat hook prerouting priority -100; ip daddr 198.18.0.20 dnat to jhash ip saddr mod 2 seed 0x21 map { 0 : 10.0.0.20, 1 : 10.0.1.20 }; }; }\n",
    ..NO_RULES
};
/// Every server names the address that it is reached at.
const SHARED_VSFTPD: Server = Server { settings: "pasv_address=198.18.0.20", ..VSFTPD };
const SHARED_PROFTPD: Server = Server { settings: "MasqueradeAddress 198.18.0.20", ..PROFTPD };

const BALANCED: Case = Case {
    server_side: ServerSide::Balanced,
    rules: IN_TURN,
    curl: Curl { passive: Truth::NotAsked, active: YES, agrees: false, ..CURL },
    clients: Clients::NotCompared("which machine a client's data connection reaches is chance"),
    ..OPEN
};
const VARIES: Expect = Expect {
    fires: &["server-address-varies"],
    not: &[
        "passive-port-refused",
        "passive-port-dropped",
        "passive-range-partly-open",
        "passive-ports-exhausted",
        "epsv-blocked",
        "control-connection-altered",
        "client-address-varies",
    ],
    side: "server",
    // Whether one of the tries reaches the right machine is a matter of luck.
    recommendation: "",
    works: &[("port", true), ("eprt", true)],
    ..EITHER
};

const NOT_BY_CHANCE: &[&str] = &[
    "passive-port-dropped",
    "passive-ports-exhausted",
    "epsv-blocked",
    "control-connection-altered",
    "client-address-varies",
];

pub static CASES: &[Case] = &[
    Case {
        id: "balanced-two-products",
        shows: "vsftpd and ProFTPD behind one address, connections in turn",
        server: SHARED_VSFTPD,
        second: Some(SHARED_PROFTPD),
        expect: VARIES,
        ..BALANCED
    },
    Case {
        id: "balanced-alike",
        shows: "two vsftpd behind one address, connections in turn",
        server: SHARED_VSFTPD,
        second: Some(SHARED_VSFTPD),
        expect: VARIES,
        ..BALANCED
    },
    Case {
        id: "balanced-alike-proftpd",
        shows: "two ProFTPD behind one address, connections in turn",
        server: SHARED_PROFTPD,
        second: Some(SHARED_PROFTPD),
        expect: VARIES,
        ..BALANCED
    },
    Case {
        id: "balanced-by-chance",
        shows: "two vsftpd behind one address, whoever the client's port falls to",
        rules: BY_PORT,
        server: SHARED_VSFTPD,
        second: Some(SHARED_VSFTPD),
        // Nothing need go astray; what does may go astray five times running.
        expect: Expect { fires: &[], not: NOT_BY_CHANCE, side: "", ..VARIES },
        ..BALANCED
    },
    Case {
        id: "balanced-by-client",
        shows: "two vsftpd behind one address, each client at one of them",
        rules: BY_CLIENT,
        server: SHARED_VSFTPD,
        second: Some(SHARED_VSFTPD),
        expect: Expect { not: &["server-address-varies", "passive-range-partly-open"], side: "none", ..EITHER },
        curl: CURL,
        clients: Clients::SideBySide,
        ..BALANCED
    },
    Case {
        id: "balanced-own-address",
        shows: "two vsftpd behind one address, each names its own, connections in turn",
        second: Some(VSFTPD),
        expect: VARIES,
        ..BALANCED
    },
];
