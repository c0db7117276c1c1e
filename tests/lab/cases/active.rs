//! Firewalls in the way of the server's connection to the client.

use super::{
    CURL, Case, ClientSide, Curl, EITHER, Expect, NO_RULES, ONLY_PASSIVE, OPEN, OVER_IPV6, PASSIVE, PROFTPD, PUREFTPD,
    PYFTPDLIB, Rules, Server, VSFTPD,
};

const GATEWAY_DROPS: Rules = Rules {
    gateway1: "table inet f { chain forward { type filter hook forward priority 0; iifname wan ct state new drop; }; }\n",
    ..NO_RULES
};
const GATEWAY_RESETS: Rules = Rules {
    gateway1: "table inet f { chain forward { type filter hook forward priority 0; iifname wan ct state new meta l4proto tcp reject with tcp reset; }; }\n",
    ..NO_RULES
};
const GATEWAY_SENDS_ICMP: Rules = Rules {
    gateway1: "table inet f { chain forward { type filter hook forward priority 0; iifname wan ct state new meta l4proto tcp reject with icmpx admin-prohibited; }; }\n",
    ..NO_RULES
};
const HOST_DROPS: Rules = Rules {
    client: "table inet f { chain input { type filter hook input priority 0; iifname wan ct state new meta l4proto tcp drop; }; }\n",
    ..NO_RULES
};
const HOST_RESETS: Rules = Rules {
    client: "table inet f { chain input { type filter hook input priority 0; iifname wan ct state new meta l4proto tcp reject with tcp reset; }; }\n",
    ..NO_RULES
};

const HOST_SENDS_ICMP: Rules = Rules {
    client: "table inet f { chain input { type filter hook input priority 0; iifname wan ct state new meta l4proto tcp reject with icmpx admin-prohibited; }; }\n",
    ..NO_RULES
};
const SERVER_STAYS_IN: Rules = Rules {
    server: "table inet f { chain output { type filter hook output priority 0; oifname lan ct state new meta l4proto tcp drop; }; }\n",
    ..NO_RULES
};
const SERVERS_GATEWAY_SENDS_ICMP: Rules = Rules {
    gateway2: "table inet f { chain forward { type filter hook forward priority 0; iifname wan ct state new meta l4proto tcp reject with icmpx host-unreachable; }; }\n",
    ..NO_RULES
};
/// Once a second a datagram comes that this computer's own firewall drops, as large as a SYN.
const STRAYS: Rules = Rules {
    client: "table inet f { chain input { type filter hook input priority 0; udp dport 9999 drop; }; }\n",
    gateway1_script: "bash -c 'while printf %32s x > /dev/udp/203.0.113.130/9999; do sleep 1; done' > /dev/null 2>&1 &",
    gateway2: "table inet f { chain forward { type filter hook forward priority 0; iifname wan ct state new meta l4proto tcp drop; }; }\n",
    ..NO_RULES
};
/// A stateful firewall without translation: its helper reads PORT and lets the callback in.
const GATEWAY_KNOWS_FTP: Rules = Rules {
    gateway1: "table inet f {
 ct helper ftp21 { type \"ftp\" protocol tcp; }
 chain pre { type filter hook prerouting priority 0; tcp dport 21 ct helper set \"ftp21\"; }
 chain forward { type filter hook forward priority 0; ct state established,related accept; iifname lan accept; drop; }
}
",
    ..NO_RULES
};

const BLOCKED: Case = Case { curl: ONLY_PASSIVE, ..OPEN };
const DROPPED: Expect = Expect {
    fires: &["active-callback-dropped"],
    not: &["active-callback-refused", "active-address-rejected", "client-behind-nat"],
    // Without a translation, the server's own firewall that forbids it to connect out looks the same.
    side: "unknown",
    works: &[("pasv", true), ("epsv", true), ("port", false), ("eprt", false)],
    ..PASSIVE
};
const REFUSED: Expect = Expect {
    fires: &["active-callback-refused"],
    not: &["active-callback-dropped", "active-address-rejected"],
    ..DROPPED
};
const REJECTED: Expect = Expect {
    fires: &["active-rejected"],
    not: &["active-address-rejected", "client-behind-nat"],
    side: "server",
    ..PASSIVE
};

const AT_HOST: Expect = Expect {
    fires: &["local-firewall-drops-callback"],
    not: &["active-callback-dropped", "active-callback-refused"],
    side: "client",
    ..DROPPED
};

pub static CASES: &[Case] = &[
    Case {
        id: "callback-watched-at-host",
        shows: "this computer's own firewall drops the callback, and root sees it arrive",
        rules: HOST_DROPS,
        as_root: true,
        expect: AT_HOST,
        ..BLOCKED
    },
    Case {
        id: "callback-watched-at-host-resets",
        shows: "this computer's own firewall answers RST, and root sees it",
        rules: HOST_RESETS,
        as_root: true,
        expect: AT_HOST,
        ..BLOCKED
    },
    Case {
        id: "callback-watched-at-host-proftpd",
        shows: "this computer's own firewall drops the callback of ProFTPD, and root sees it arrive",
        rules: HOST_DROPS,
        server: PROFTPD,
        as_root: true,
        expect: AT_HOST,
        ..BLOCKED
    },
    Case {
        id: "callback-watched-at-host-ipv6",
        shows: "over IPv6 this computer's own firewall drops the callback, and root sees it arrive",
        rules: HOST_DROPS,
        server: OVER_IPV6,
        target: "[2001:db8:4::20]",
        as_root: true,
        expect: Expect { works: &[("epsv", true), ("eprt", false)], ..AT_HOST },
        curl: Curl { url: "ftp://[2001:db8:4::20]/", arguments: &["-g"], ..ONLY_PASSIVE },
        ..OPEN
    },
    Case {
        id: "callback-watched-at-gateway",
        shows: "the client's gateway drops the callback, and root sees that nothing arrives",
        rules: GATEWAY_DROPS,
        as_root: true,
        expect: Expect { not: &["local-firewall-drops-callback", "active-callback-refused"], ..DROPPED },
        ..BLOCKED
    },
    Case {
        id: "callback-watched-open",
        shows: "all is open, and root watches",
        as_root: true,
        expect: Expect { side: "none", not: &["local-firewall-drops-callback"], ..EITHER },
        ..OPEN
    },
    Case {
        id: "range-reset-watched",
        shows: "the server's own firewall answers RST, and root reads its TTL",
        rules: Rules {
            server: "table inet f { chain input { type filter hook input priority 0; tcp dport 50000-50009 reject with tcp reset; }; }\n",
            ..NO_RULES
        },
        as_root: true,
        expect: Expect { fires: &["passive-port-refused"], side: "server", wall: Some((3, 4)), ..super::ACTIVE },
        curl: super::ONLY_ACTIVE,
        ..OPEN
    },
    Case {
        id: "callback-dropped-at-gateway",
        shows: "the client's gateway drops the callback",
        rules: GATEWAY_DROPS,
        expect: DROPPED,
        ..BLOCKED
    },
    Case {
        id: "callback-dropped-at-gateway-proftpd",
        shows: "the client's gateway drops the callback, ProFTPD",
        rules: GATEWAY_DROPS,
        server: PROFTPD,
        expect: DROPPED,
        ..BLOCKED
    },
    Case {
        id: "callback-dropped-at-gateway-pyftpdlib",
        shows: "pyftpdlib dials at PORT, and PORT goes unanswered",
        rules: GATEWAY_DROPS,
        server: PYFTPDLIB,
        expect: DROPPED,
        ..BLOCKED
    },
    Case {
        id: "callback-dropped-at-host",
        shows: "the client's own firewall drops the callback, and the counters tell of it",
        rules: HOST_DROPS,
        expect: Expect {
            fires: &["active-callback-dropped", "local-firewall-drops-callback"],
            not_tested: &["packets-at-this-computer"],
            side: "client",
            ..DROPPED
        },
        ..BLOCKED
    },
    Case {
        id: "callback-dropped-far-off-counted",
        shows: "the server's gateway drops the callback, and the client's own firewall somebody else's packets: its counters tell of those alone",
        rules: STRAYS,
        expect: Expect {
            not: &["local-firewall-drops-callback", "active-callback-refused"],
            not_tested: &["local-firewall-drops-callback"],
            ..DROPPED
        },
        ..BLOCKED
    },
    Case {
        id: "callback-dropped-at-server",
        shows: "the server may not connect out",
        rules: SERVER_STAYS_IN,
        expect: DROPPED,
        ..BLOCKED
    },
    Case {
        id: "callback-watched-at-server",
        shows: "the server may not connect out, and root sees that nothing arrives",
        rules: SERVER_STAYS_IN,
        as_root: true,
        expect: Expect { not: &["local-firewall-drops-callback", "active-callback-refused"], ..DROPPED },
        ..BLOCKED
    },
    Case {
        id: "callback-icmp-at-servers-gateway",
        shows: "the server's gateway forbids it with ICMP to connect out",
        rules: SERVERS_GATEWAY_SENDS_ICMP,
        expect: REFUSED,
        ..BLOCKED
    },
    Case {
        id: "callback-reset-at-gateway",
        shows: "the client's gateway answers RST",
        rules: GATEWAY_RESETS,
        expect: REFUSED,
        ..BLOCKED
    },
    Case {
        id: "callback-reset-at-gateway-proftpd",
        shows: "the client's gateway answers RST, and ProFTPD says so",
        rules: GATEWAY_RESETS,
        server: PROFTPD,
        expect: REFUSED,
        ..BLOCKED
    },
    Case {
        id: "callback-reset-at-gateway-pyftpdlib",
        shows: "pyftpdlib answers PORT itself with 425",
        rules: GATEWAY_RESETS,
        server: PYFTPDLIB,
        expect: REFUSED,
        ..BLOCKED
    },
    Case {
        id: "callback-reset-at-host",
        shows: "the client's own firewall answers RST",
        rules: HOST_RESETS,
        expect: REFUSED,
        ..BLOCKED
    },
    Case {
        id: "callback-icmp-at-gateway",
        shows: "the client's gateway answers with ICMP; vsftpd says 425 at once",
        rules: GATEWAY_SENDS_ICMP,
        expect: REFUSED,
        ..BLOCKED
    },
    Case {
        id: "callback-icmp-at-host",
        shows: "the client's own firewall answers with ICMP",
        rules: HOST_SENDS_ICMP,
        expect: REFUSED,
        ..BLOCKED
    },
    Case {
        id: "callback-let-in-by-helper",
        shows: "the client's firewall opens the port that PORT names",
        rules: GATEWAY_KNOWS_FTP,
        expect: Expect { not: &["active-callback-dropped", "client-behind-nat"], side: "none", ..EITHER },
        curl: CURL,
        ..BLOCKED
    },
    Case {
        id: "callback-let-in-by-helper-other-port",
        shows: "the same firewall does not look at port 2121",
        rules: GATEWAY_KNOWS_FTP,
        server: Server { port: 2121, ..VSFTPD },
        target: "198.18.0.20:2121",
        expect: DROPPED,
        curl: Curl { url: "ftp://198.18.0.20:2121/", ..ONLY_PASSIVE },
        ..BLOCKED
    },
    Case {
        id: "ipv6-callback-dropped",
        shows: "over IPv6 the client's gateway drops the callback",
        rules: GATEWAY_DROPS,
        server: OVER_IPV6,
        target: "[2001:db8:4::20]",
        expect: Expect { works: &[("epsv", true), ("eprt", false)], ..DROPPED },
        curl: Curl { url: "ftp://[2001:db8:4::20]/", arguments: &["-g"], ..ONLY_PASSIVE },
        ..BLOCKED
    },
    Case {
        id: "callback-icmp-at-gateway-pure-ftpd",
        shows: "the client's gateway answers with ICMP, Pure-FTPd",
        rules: GATEWAY_SENDS_ICMP,
        server: PUREFTPD,
        expect: REFUSED,
        ..BLOCKED
    },
    Case {
        id: "port-disabled",
        shows: "vsftpd with port_enable=NO",
        server: Server { settings: "port_enable=NO", ..VSFTPD },
        expect: REJECTED,
        ..BLOCKED
    },
    Case {
        id: "port-disabled-proftpd",
        shows: "ProFTPD with PORT and EPRT denied",
        server: Server { settings: "<Limit PORT EPRT>\n DenyAll\n</Limit>", ..PROFTPD },
        expect: REJECTED,
        ..BLOCKED
    },
    Case {
        id: "port-disabled-behind-nat",
        shows: "PORT is refused whatever it names, and the client is behind NAT too",
        client: ClientSide::Nat,
        server: Server { settings: "port_enable=NO", ..VSFTPD },
        expect: Expect { fires: &["active-rejected"], not: &["active-address-rejected"], ..PASSIVE },
        ..BLOCKED
    },
];
