//! What stands on the way beside walls: manual forwards, helpers and their places, ranges that are partly somebody
//! else's, and balancers that answer at another address on purpose.

use super::{
    ACTIVE, CURL, Case, ClientSide, Clients, Curl, EITHER, Expect, NO_RULES, ONLY_ACTIVE, ONLY_PASSIVE, OPEN, PASSIVE,
    PROFTPD, PUREFTPD, Rules, Server, ServerSide, Truth, VSFTPD,
};

/// The client's router forwards ten ports to it.
const FORWARD: Rules = Rules {
    gateway1: "table ip forwards { chain pre { type nat hook prerouting priority -100; iifname wan tcp dport 51000-51009 dnat to 192.168.1.10; }; }\n",
    ..NO_RULES
};
const HELPER: &str = "table ip helper {
 ct helper ftp21 { type \"ftp\" protocol tcp; }
 chain pre { type filter hook prerouting priority 0; tcp dport 21 ct helper set \"ftp21\"; }
}
";
/// The passive range is forwarded from another address, and from that alone.
const BALANCER: Rules = Rules {
    gateway2: "table ip lb { chain pre { type nat hook prerouting priority -101; ip daddr 198.18.0.21 tcp dport 50000-50009 dnat to 10.0.0.20; }; }\n",
    ..NO_RULES
};
/// The client's gateway takes connections to the passive ports itself.
const TAKEN: Rules = Rules {
    gateway1: "table ip r { chain pre { type nat hook prerouting priority -110; iifname lan tcp dport 50000-50009 redirect to :3129; }; }\n",
    ..NO_RULES
};
/// The server's connections leave by another line, with its address.
const OTHER_LINE: Rules = Rules {
    gateway2: "table ip r { chain post { type nat hook postrouting priority 90; ip saddr 198.18.0.20 tcp flags syn / syn,ack snat to 198.18.0.21; }; }\n",
    ..NO_RULES
};
const SIP_IS_DROPPED: Rules = Rules {
    gateway1: "table inet f { chain forward { type filter hook forward priority 0; tcp dport 5060 drop; }; }\n",
    ..NO_RULES
};
const FORWARDED: Expect = Expect {
    fires: &["active-address-rejected", "client-behind-nat"],
    side: "client",
    works: &[("pasv", true), ("port", true), ("eprt", false)],
    ..EITHER
};
/// curl names no outer address of its own accord.
const BY_HAND: Curl = Curl { active: Truth::NotAsked, agrees: false, ..ONLY_PASSIVE };

pub static CASES: &[Case] = &[
    Case {
        id: "hops-by-udp",
        shows: "datagrams find the same routers as TCP connections, in either family",
        besides: crate::witness::hops_differ,
        ..OPEN
    },
    Case {
        id: "manual-forward",
        shows: "the client's router forwards ports, and the client names its inner address",
        client: ClientSide::Nat,
        rules: FORWARD,
        arguments: &["--active-ports", "51000-51009"],
        expect: FORWARDED,
        curl: BY_HAND,
        ..OPEN
    },
    Case {
        id: "manual-forward-pure-ftpd",
        shows: "the client's router forwards ports, Pure-FTPd",
        client: ClientSide::Nat,
        rules: FORWARD,
        server: PUREFTPD,
        arguments: &["--active-ports", "51000-51009"],
        expect: FORWARDED,
        curl: BY_HAND,
        ..OPEN
    },
    Case {
        id: "manual-forward-proftpd",
        shows: "the client's router forwards ports, and ProFTPD puts the outer address in by itself",
        client: ClientSide::Nat,
        rules: FORWARD,
        server: PROFTPD,
        arguments: &["--active-ports", "51000-51009"],
        expect: Expect { fires: &["client-behind-nat"], not: &["ftp-helper-on-path"], side: "none", ..EITHER },
        curl: BY_HAND,
        ..OPEN
    },
    Case {
        id: "manual-forward-named",
        shows: "the client's router forwards ports, and the user names the outer address",
        client: ClientSide::Nat,
        rules: FORWARD,
        arguments: &["--active-ports", "51000-51009", "--active-address", "203.0.113.2"],
        expect: Expect { fires: &["client-behind-nat"], side: "none", ..EITHER },
        curl: BY_HAND,
        ..OPEN
    },
    Case {
        id: "helper-and-outer-address",
        shows: "behind a helper the outer address in PORT finds no way in, and this computer's own does",
        client: ClientSide::Nat,
        rules: Rules { gateway1: HELPER, ..NO_RULES },
        arguments: &["--active-address", "203.0.113.2"],
        expect: Expect {
            fires: &["client-behind-nat", "ftp-helper-on-path"],
            not: &["active-callback-refused", "active-address-rejected"],
            side: "none",
            ..EITHER
        },
        curl: BY_HAND,
        ..OPEN
    },
    Case {
        id: "helper-at-client",
        shows: "a helper at the client's gateway, looked for",
        client: ClientSide::Nat,
        rules: Rules { gateway1: HELPER, ..NO_RULES },
        arguments: &["--thorough"],
        expect: Expect {
            fires: &["client-behind-nat", "ftp-helper-on-path"],
            helper: Some((1, 1)),
            side: "none",
            ..EITHER
        },
        curl: CURL,
        ..OPEN
    },
    Case {
        id: "helper-in-transit",
        shows: "a helper at a router between",
        rules: Rules { transit: HELPER, ..NO_RULES },
        arguments: &["--thorough"],
        expect: Expect { fires: &["ftp-helper-on-path"], helper: Some((2, 2)), side: "none", ..EITHER },
        ..OPEN
    },
    Case {
        id: "helper-at-server",
        shows: "a helper at the server's gateway",
        rules: Rules { gateway2: HELPER, ..NO_RULES },
        arguments: &["--thorough"],
        expect: Expect { fires: &["ftp-helper-on-path"], helper: Some((3, 4)), side: "none", ..EITHER },
        ..OPEN
    },
    Case {
        id: "helper-absent",
        shows: "no helper, looked for",
        arguments: &["--thorough"],
        expect: Expect { not: &["ftp-helper-on-path"], side: "none", ..EITHER },
        ..OPEN
    },
    Case {
        id: "helper-for-another-port",
        shows: "a helper for port 21, and the server at 2121",
        rules: Rules { gateway2: HELPER, ..NO_RULES },
        server: Server { port: 2121, ..VSFTPD },
        target: "198.18.0.20:2121",
        arguments: &["--thorough"],
        expect: Expect { not: &["ftp-helper-on-path"], side: "none", ..EITHER },
        curl: Curl { url: "ftp://198.18.0.20:2121/", ..CURL },
        ..OPEN
    },
    Case {
        id: "address-differs-on-purpose",
        shows: "a balancer answers for the passive ports at the address in 227, and there alone",
        server_side: ServerSide::NatOnlyControl,
        rules: BALANCER,
        server: Server { settings: "pasv_address=198.18.0.21", ..VSFTPD },
        expect: Expect { fires: &["passive-address-foreign"], not: &["passive-address-unroutable"], ..EITHER },
        curl: Curl { arguments: &["--no-ftp-skip-pasv-ip"], agrees: true, ..CURL },
        ..OPEN
    },
    Case {
        id: "range-with-the-port-of-sip",
        shows: "one of two passive ports is SIP's, which a firewall drops",
        rules: SIP_IS_DROPPED,
        server: Server { settings: "pasv_min_port=5060\npasv_max_port=5061", ..VSFTPD },
        arguments: &["--samples", "12"],
        expect: Expect { fires: &["passive-range-partly-open"], not: &["epsv-blocked"], ..EITHER },
        curl: Curl { passive: Truth::NotAsked, ..CURL },
        clients: Clients::NotCompared("one of two ports is open: which a client gets is chance"),
        ..OPEN
    },
    Case {
        id: "range-sampled",
        shows: "six passive ports are tried, all open",
        arguments: &["--samples", "6"],
        expect: Expect { not: &["passive-range-partly-open"], side: "none", ..EITHER },
        ..OPEN
    },
    Case {
        id: "range-exhausted",
        shows: "vsftpd has one passive port, which is taken",
        server: Server { port: 2121, settings: "pasv_min_port=2121\npasv_max_port=2121", ..VSFTPD },
        target: "198.18.0.20:2121",
        expect: Expect {
            fires: &["passive-ports-exhausted"],
            not: &["server-address-varies"],
            side: "server",
            ..super::ACTIVE
        },
        curl: Curl { url: "ftp://198.18.0.20:2121/", ..super::ONLY_ACTIVE },
        ..OPEN
    },
    Case {
        id: "range-exhausted-pure-ftpd",
        shows: "Pure-FTPd has one passive port, which is taken",
        server: Server { port: 2121, settings: "-p 2121:2121", ..PUREFTPD },
        target: "198.18.0.20:2121",
        expect: Expect {
            fires: &["passive-ports-exhausted"],
            not: &["server-address-varies"],
            side: "server",
            ..super::ACTIVE
        },
        curl: Curl { url: "ftp://198.18.0.20:2121/", ..super::ONLY_ACTIVE },
        ..OPEN
    },
    Case {
        id: "passive-ports-taken",
        shows: "the client's gateway takes connections to the passive ports, and ends them",
        rules: TAKEN,
        between: crate::stub::TAKES,
        expect: Expect {
            fires: &["transparent-proxy"],
            not: &["control-idle-dropped", "transfer-failed"],
            side: "client",
            ..ACTIVE
        },
        curl: ONLY_ACTIVE,
        ..OPEN
    },
    Case {
        id: "callback-from-another-line",
        shows: "the server's connections come from another address than its own",
        rules: OTHER_LINE,
        expect: Expect {
            fires: &["active-callback-foreign"],
            not: &["transfer-failed", "active-callback-dropped"],
            side: "server",
            ..PASSIVE
        },
        // curl takes whoever connects for the server.
        curl: Curl { agrees: false, ..CURL },
        ..OPEN
    },
];
