//! Firewalls in the way of the client's connection to the server's passive port, and servers that refuse it.

use super::{
    ACTIVE, CURL, Case, ClientSide, Clients, Curl, EITHER, Expect, NEITHER, NO, NO_RULES, NONE, ONLY_ACTIVE, OPEN,
    OVER_IPV6, PROFTPD, PUREFTPD, PYFTPDLIB, Rules, SERVE, Server, Truth, VSFTPD, YES,
};

const EGRESS_DROPS: Rules = Rules {
    gateway1: "table inet f { chain forward { type filter hook forward priority 0; iifname lan tcp dport != 21 ct state new drop; }; }\n",
    ..NO_RULES
};
const EGRESS_RESETS: Rules = Rules {
    gateway1: "table inet f { chain forward { type filter hook forward priority 0; iifname lan tcp dport != 21 ct state new reject with tcp reset; }; }\n",
    ..NO_RULES
};
const EGRESS_SENDS_ICMP: Rules = Rules {
    gateway1: "table inet f { chain forward { type filter hook forward priority 0; iifname lan tcp dport != 21 ct state new reject with icmpx admin-prohibited; }; }\n",
    ..NO_RULES
};
const SERVER_DROPS: Rules = Rules {
    server: "table inet f { chain input { type filter hook input priority 0; tcp dport 50000-50009 drop; }; }\n",
    ..NO_RULES
};
const SERVER_RESETS: Rules = Rules {
    server: "table inet f { chain input { type filter hook input priority 0; tcp dport 50000-50009 reject with tcp reset; }; }\n",
    ..NO_RULES
};
const SERVER_SENDS_ICMP: Rules = Rules {
    gateway2: "table inet f { chain forward { type filter hook forward priority 0; iifname lan tcp dport 50000-50009 reject with icmpx admin-prohibited; }; }\n",
    ..NO_RULES
};
const SERVER_ITSELF_SENDS_ICMP: Rules = Rules {
    server: "table inet f { chain input { type filter hook input priority 0; tcp dport 50000-50009 reject with icmpx admin-prohibited; }; }\n",
    ..NO_RULES
};
const GATEWAY_DROPS: Rules = Rules {
    gateway2: "table inet f { chain forward { type filter hook forward priority 0; iifname lan tcp dport 50000-50009 drop; }; }\n",
    ..NO_RULES
};
/// Every third port that is asked for first is dropped from then on: neither PASV's nor EPSV's alone.
const PARTLY: Rules = Rules {
    server: "table inet f {
 set good { type inet_service; }
 set bad { type inet_service; }
 chain input { type filter hook input priority 0; tcp dport 50000-50009 jump range; }
 chain range {
  tcp dport @good accept
  tcp dport @bad drop
  numgen inc mod 3 0 add @bad { tcp dport } drop
  add @good { tcp dport } accept
 }
}
",
    ..NO_RULES
};
const RELATED_ONLY: Rules = Rules {
    gateway2: "table inet f {
 ct helper ftp21 { type \"ftp\" protocol tcp; }
 chain pre { type filter hook prerouting priority 0; tcp dport 21 ct helper set \"ftp21\"; }
 chain forward { type filter hook forward priority 0; ct state established,related accept; iifname wan accept; tcp dport 21 accept; drop; }
}
",
    ..NO_RULES
};
/// The same, and 2121 is let in besides, without the helper.
const RELATED_FOR_21: Rules = Rules {
    gateway2: "table inet f {
 ct helper ftp21 { type \"ftp\" protocol tcp; }
 chain pre { type filter hook prerouting priority 0; tcp dport 21 ct helper set \"ftp21\"; }
 chain forward { type filter hook forward priority 0; ct state established,related accept; iifname wan accept; tcp dport { 21, 2121 } accept; drop; }
}
",
    ..NO_RULES
};
const BOTH_REFUSE: Rules = Rules {
    gateway1: "table inet f { chain forward { type filter hook forward priority 0; iifname wan ct state new meta l4proto tcp reject with tcp reset; }; }\n",
    ..SERVER_RESETS
};
const BOTH_DROP: Rules = Rules {
    gateway1: "table inet f { chain forward { type filter hook forward priority 0; iifname wan ct state new drop; }; }\n",
    ..SERVER_DROPS
};

const BLOCKED: Case = Case { curl: ONLY_ACTIVE, ..OPEN };
const DROPPED: Expect = Expect {
    fires: &["passive-port-dropped"],
    not: &["passive-port-refused", "passive-range-partly-open", "epsv-blocked"],
    works: &[("pasv", false), ("epsv", false), ("port", true), ("eprt", true)],
    ..ACTIVE
};
const REFUSED: Expect = Expect { fires: &["passive-port-refused"], not: &["passive-port-dropped"], ..DROPPED };
const UNREACHABLE: Expect =
    Expect { fires: &["passive-port-unreachable"], not: &["passive-port-dropped", "passive-port-refused"], ..DROPPED };

const UPPER_HALF: &str =
    "table inet f { chain forward { type filter hook forward priority 0; tcp dport 50005-50009 drop; }; }\n";
const HALF: Expect =
    Expect { fires: &["passive-range-partly-open"], not: &["epsv-blocked", "passive-port-dropped"], ..EITHER };
const HALF_OPEN: Case = Case {
    server: SERVE,
    arguments: &["--samples", "6"],
    curl: Curl { passive: Truth::NotAsked, ..CURL },
    clients: Clients::NotCompared("half of the ports are open: which a client gets is chance"),
    by_both: true,
    ..OPEN
};

pub static CASES: &[Case] = &[
    Case {
        id: "egress-drops",
        shows: "the client's gateway lets only port 21 out",
        rules: EGRESS_DROPS,
        expect: Expect { side: "client", ..DROPPED },
        ..BLOCKED
    },
    Case {
        id: "egress-drops-behind-nat",
        shows: "only port 21 leaves, and NAT besides",
        client: ClientSide::Nat,
        rules: EGRESS_DROPS,
        expect: Expect { fires: &["passive-port-dropped", "active-address-rejected", "client-behind-nat"], ..NONE },
        curl: NEITHER,
        ..OPEN
    },
    Case {
        id: "egress-resets",
        shows: "the client's gateway answers RST for all but port 21",
        rules: EGRESS_RESETS,
        expect: Expect { side: "client", ..REFUSED },
        ..BLOCKED
    },
    Case {
        id: "egress-icmp",
        shows: "the client's gateway answers with ICMP for all but port 21",
        rules: EGRESS_SENDS_ICMP,
        expect: Expect { side: "client", ..UNREACHABLE },
        ..BLOCKED
    },
    Case {
        id: "egress-resets-behind-nat-proftpd",
        shows: "the client's gateway answers RST for all but port 21, and for the callback that ProFTPD sends it",
        client: ClientSide::Nat,
        rules: EGRESS_RESETS,
        server: PROFTPD,
        expect: Expect { fires: &["passive-port-refused", "active-callback-refused", "client-behind-nat"], ..NONE },
        curl: NEITHER,
        ..OPEN
    },
    Case {
        id: "range-dropped-at-server",
        shows: "the server's own firewall drops the range",
        rules: SERVER_DROPS,
        expect: Expect { side: "server", ..DROPPED },
        ..BLOCKED
    },
    Case {
        id: "range-dropped-at-gateway",
        shows: "the server's gateway drops the range",
        rules: GATEWAY_DROPS,
        expect: Expect { side: "server", ..DROPPED },
        ..BLOCKED
    },
    Case {
        id: "range-dropped-proftpd",
        shows: "the server's own firewall drops the range, ProFTPD",
        rules: SERVER_DROPS,
        server: PROFTPD,
        expect: Expect { side: "server", ..DROPPED },
        ..BLOCKED
    },
    Case {
        id: "range-reset-at-server",
        shows: "the server's own firewall answers RST",
        rules: SERVER_RESETS,
        expect: Expect { side: "server", ..REFUSED },
        ..BLOCKED
    },
    Case {
        id: "range-icmp-at-gateway",
        shows: "the server's gateway answers with ICMP",
        rules: SERVER_SENDS_ICMP,
        expect: Expect { side: "server", ..UNREACHABLE },
        ..BLOCKED
    },
    Case {
        id: "range-icmp-at-server",
        shows: "the server's own firewall answers with ICMP",
        rules: SERVER_ITSELF_SENDS_ICMP,
        expect: Expect { side: "server", ..UNREACHABLE },
        ..BLOCKED
    },
    Case {
        id: "range-by-helper-other-port",
        shows: "the server's firewall has a helper for port 21 alone, and the server is at 2121",
        rules: RELATED_FOR_21,
        server: Server { port: 2121, ..VSFTPD },
        target: "198.18.0.20:2121",
        expect: Expect { side: "server", ..DROPPED },
        curl: Curl { url: "ftp://198.18.0.20:2121/", ..ONLY_ACTIVE },
        ..BLOCKED
    },
    Case {
        id: "range-partly-open",
        shows: "some ports of the range get through",
        rules: PARTLY,
        expect: Expect {
            fires: &["passive-range-partly-open"],
            not: &["epsv-blocked", "passive-port-dropped"],
            ..EITHER
        },
        curl: Curl { passive: Truth::NotAsked, ..CURL },
        ..OPEN
    },
    // `ftpmode serve` names one port after the other: the sixth and the seventh of these fail.
    Case {
        id: "range-partly-open-place-client",
        shows: "the client's gateway lets out to half of the range, and the port that fails shows where",
        rules: Rules { gateway1: UPPER_HALF, ..NO_RULES },
        expect: Expect { side: "client", wall: Some((1, 2)), ..HALF },
        ..HALF_OPEN
    },
    Case {
        id: "range-partly-open-place-server",
        shows: "the server's gateway lets in to half of the range, and the port that fails shows where",
        rules: Rules { gateway2: UPPER_HALF, ..NO_RULES },
        expect: Expect { side: "server", wall: Some((3, 4)), ..HALF },
        ..HALF_OPEN
    },
    Case {
        id: "range-by-helper",
        shows: "the server's firewall opens ports as its helper reads them",
        rules: RELATED_ONLY,
        expect: EITHER,
        ..OPEN
    },
    Case {
        id: "range-by-helper-proftpd",
        shows: "the server's firewall opens ports as its helper reads them, ProFTPD",
        rules: RELATED_ONLY,
        server: PROFTPD,
        expect: Expect { works: &[("pasv", true), ("epsv", true)], ..EITHER },
        ..OPEN
    },
    Case {
        id: "range-by-helper-pure-ftpd",
        shows: "the server's firewall opens ports as its helper reads them, Pure-FTPd",
        rules: RELATED_ONLY,
        server: PUREFTPD,
        expect: Expect { works: &[("pasv", true), ("epsv", true)], ..EITHER },
        ..OPEN
    },
    Case {
        id: "range-by-helper-pyftpdlib",
        shows: "the server's firewall opens ports as its helper reads them, pyftpdlib",
        rules: RELATED_ONLY,
        server: PYFTPDLIB,
        expect: Expect { works: &[("pasv", true), ("epsv", true)], ..EITHER },
        ..OPEN
    },
    Case {
        id: "both-dropped",
        shows: "both directions are dropped",
        rules: BOTH_DROP,
        expect: Expect { fires: &["passive-port-dropped", "active-callback-dropped"], ..NONE },
        curl: NEITHER,
        ..OPEN
    },
    Case {
        id: "both-dropped-proftpd",
        shows: "both directions are dropped, ProFTPD",
        rules: BOTH_DROP,
        server: PROFTPD,
        expect: Expect { fires: &["passive-port-dropped", "active-callback-dropped"], ..NONE },
        curl: NEITHER,
        ..OPEN
    },
    Case {
        id: "both-refused",
        shows: "both directions are answered with RST, so that nothing large and no router's port is tried",
        rules: BOTH_REFUSE,
        arguments: &["--transfer-size", "1MiB", "--port-mapping"],
        expect: Expect {
            fires: &["passive-port-refused", "active-callback-refused"],
            not_tested: &["large-transfer", "port-mapping"],
            ..NONE
        },
        curl: NEITHER,
        ..OPEN
    },
    Case {
        id: "pasv-disabled-proftpd",
        shows: "ProFTPD with PASV and EPSV denied",
        server: Server { settings: "<Limit PASV EPSV>\n DenyAll\n</Limit>", ..PROFTPD },
        expect: Expect { fires: &["passive-rejected"], not: &["epsv-rejected"], side: "server", ..ACTIVE },
        ..BLOCKED
    },
    Case {
        id: "epsv-disabled-proftpd",
        shows: "ProFTPD with EPSV denied",
        server: Server { settings: "<Limit EPSV>\n DenyAll\n</Limit>", ..PROFTPD },
        expect: Expect {
            fires: &["epsv-rejected"],
            not: &["passive-rejected"],
            works: &[("pasv", true), ("epsv", false)],
            side: "none",
            ..EITHER
        },
        ..OPEN
    },
    Case {
        id: "pasv-disabled",
        shows: "vsftpd with pasv_enable=NO",
        server: Server { settings: "pasv_enable=NO", ..VSFTPD },
        expect: Expect { fires: &["passive-rejected"], not: &["epsv-rejected"], side: "server", ..ACTIVE },
        ..BLOCKED
    },
    Case {
        id: "both-disabled",
        shows: "vsftpd with pasv_enable=NO and port_enable=NO",
        server: Server { settings: "pasv_enable=NO\nport_enable=NO", ..VSFTPD },
        expect: Expect { fires: &["passive-rejected", "active-rejected"], side: "server", ..NONE },
        curl: NEITHER,
        ..OPEN
    },
    Case {
        id: "epsv-disabled",
        shows: "vsftpd with cmds_denied=EPSV",
        server: Server { settings: "cmds_denied=EPSV", ..VSFTPD },
        expect: Expect {
            fires: &["epsv-rejected"],
            not: &["passive-rejected"],
            works: &[("pasv", true), ("epsv", false)],
            side: "none",
            ..EITHER
        },
        ..OPEN
    },
    Case {
        id: "ipv6-range-dropped",
        server: OVER_IPV6,
        shows: "over IPv6 the range is dropped",
        rules: SERVER_DROPS,
        target: "[2001:db8:4::20]",
        expect: Expect {
            fires: &["passive-port-dropped"],
            side: "server",
            works: &[("epsv", false), ("eprt", true)],
            ..ACTIVE
        },
        curl: Curl { url: "ftp://[2001:db8:4::20]/", arguments: &["-g"], passive: NO, active: YES, agrees: true },
        ..OPEN
    },
];
