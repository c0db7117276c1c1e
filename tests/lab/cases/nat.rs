//! Address translation on either side, with and without an FTP helper.

use super::{
    ACTIVE, CURL, Case, ClientSide, Curl, EITHER, Expect, NEITHER, NO_RULES, NONE, ONLY_ACTIVE, ONLY_PASSIVE, OPEN,
    PASSIVE, PROFTPD, PUREFTPD, PYFTPDLIB, Rules, Server, ServerSide, VSFTPD,
};

/// conntrack's FTP helper on port 21: it reads PORT and 227 and rewrites them.
const HELPER: &str = "table ip helper {
 ct helper ftp21 { type \"ftp\" protocol tcp; }
 chain pre { type filter hook prerouting priority 0; tcp dport 21 ct helper set \"ftp21\"; }
}
";
/// What leads in to the server comes from the gateway itself.
const REPLACES_CLIENTS: &str =
    "table ip stand_in { chain post { type nat hook postrouting priority 99; oifname wan masquerade; }; }\n";
/// A home router: what nobody inside asked for is dropped.
const STATEFUL: &str = "table inet f { chain input { type filter hook input priority 0; iifname wan ct state new tcp dport 0-65535 drop; }; }\n";

const BEHIND_NAT: Case = Case { client: ClientSide::Nat, curl: ONLY_PASSIVE, by_both: true, ..OPEN };
const ADDRESS_REJECTED: Expect = Expect {
    fires: &["active-address-rejected", "client-behind-nat"],
    not: &["ftp-helper-on-path"],
    side: "client",
    works: &[("pasv", true), ("epsv", true), ("port", false), ("eprt", false)],
    ..PASSIVE
};
const HELPED: Expect = Expect { fires: &["client-behind-nat", "ftp-helper-on-path"], side: "none", ..EITHER };
const WITH_HELPER: Rules = Rules { gateway1: HELPER, ..NO_RULES };
const SERVER_NAT: Case = Case { server_side: ServerSide::Nat, ..OPEN };
const RIGHT_ADDRESS: Expect = Expect {
    not: &["passive-address-unroutable", "passive-address-foreign"],
    side: "none",
    works: &[("pasv", true), ("epsv", true)],
    ..EITHER
};
const UNROUTABLE: Expect = Expect {
    fires: &["passive-address-unroutable", "server-behind-nat"],
    side: "server",
    works: &[("pasv", true), ("epsv", true)],
    ..EITHER
};

pub static CASES: &[Case] = &[
    Case {
        id: "client-nat-vsftpd",
        shows: "NAT without helper: vsftpd refuses the private address",
        expect: ADDRESS_REJECTED,
        ..BEHIND_NAT
    },
    Case {
        id: "client-nat-proftpd",
        shows: "NAT without helper: ProFTPD mends the address, the NAT box refuses the callback",
        server: PROFTPD,
        expect: Expect {
            fires: &["active-callback-refused", "client-behind-nat"],
            not: &["ftp-helper-on-path"],
            side: "client",
            ..PASSIVE
        },
        ..BEHIND_NAT
    },
    Case {
        id: "client-nat-pure-ftpd",
        shows: "NAT without helper: Pure-FTPd names both addresses",
        server: PUREFTPD,
        expect: ADDRESS_REJECTED,
        ..BEHIND_NAT
    },
    Case {
        id: "client-nat-pyftpdlib",
        shows: "NAT without helper: pyftpdlib refuses the foreign address",
        server: PYFTPDLIB,
        expect: ADDRESS_REJECTED,
        ..BEHIND_NAT
    },
    Case {
        id: "client-nat-stateful",
        shows: "a NAT box that drops what nobody asked for: the outer address is tried in vain",
        client: ClientSide::Nat,
        rules: Rules { gateway1: STATEFUL, ..NO_RULES },
        expect: Expect { fires: &["active-address-rejected", "client-behind-nat"], side: "client", ..PASSIVE },
        curl: ONLY_PASSIVE,
        ..OPEN
    },
    Case {
        id: "client-nat-stateful-proftpd",
        shows: "a NAT box that drops what nobody asked for",
        server: PROFTPD,
        rules: Rules { gateway1: STATEFUL, ..NO_RULES },
        expect: Expect { fires: &["active-callback-dropped", "client-behind-nat"], side: "client", ..PASSIVE },
        ..BEHIND_NAT
    },
    Case {
        id: "client-helper-vsftpd",
        shows: "the helper makes active mode work",
        rules: WITH_HELPER,
        expect: HELPED,
        curl: CURL,
        ..BEHIND_NAT
    },
    Case {
        id: "client-helper-proftpd",
        shows: "with ProFTPD a private PORT that works proves no helper, one that is only begun does",
        server: PROFTPD,
        rules: WITH_HELPER,
        expect: Expect { helper: Some((1, 1)), ..HELPED },
        curl: CURL,
        ..BEHIND_NAT
    },
    Case {
        id: "client-helper-pure-ftpd",
        shows: "the helper makes active mode work, Pure-FTPd",
        server: PUREFTPD,
        rules: WITH_HELPER,
        expect: HELPED,
        curl: CURL,
        ..BEHIND_NAT
    },
    Case {
        id: "client-helper-pyftpdlib",
        shows: "the helper makes active mode work, pyftpdlib",
        server: PYFTPDLIB,
        rules: WITH_HELPER,
        expect: Expect { fires: &["ftp-helper-on-path"], side: "none", ..EITHER },
        curl: CURL,
        ..BEHIND_NAT
    },
    Case {
        id: "client-helper-other-port",
        shows: "the helper does not look at port 2121",
        rules: WITH_HELPER,
        server: Server { port: 2121, ..VSFTPD },
        target: "198.18.0.20:2121",
        expect: ADDRESS_REJECTED,
        curl: Curl { url: "ftp://198.18.0.20:2121/", ..ONLY_PASSIVE },
        ..BEHIND_NAT
    },
    Case {
        id: "client-double-nat-vsftpd",
        shows: "behind a carrier's NAT too",
        client: ClientSide::DoubleNat,
        expect: ADDRESS_REJECTED,
        ..BEHIND_NAT
    },
    Case {
        id: "client-double-nat-pure-ftpd",
        shows: "behind a carrier's NAT too, Pure-FTPd",
        client: ClientSide::DoubleNat,
        server: PUREFTPD,
        expect: ADDRESS_REJECTED,
        ..BEHIND_NAT
    },
    Case {
        id: "client-double-nat-helper-outside",
        shows: "the carrier's helper finds an address in PORT that its client does not have, and leaves it",
        client: ClientSide::DoubleNat,
        rules: WITH_HELPER,
        expect: Expect {
            fires: &["active-address-rejected", "client-behind-nat", "ftp-helper-on-path"],
            not: &[],
            helper: Some((2, 2)),
            ..ADDRESS_REJECTED
        },
        ..BEHIND_NAT
    },
    Case {
        id: "client-nat-pasv-disabled",
        shows: "a server for active mode alone, and a client behind NAT: each side blocks one",
        server: Server { settings: "pasv_enable=NO", ..VSFTPD },
        expect: Expect { fires: &["passive-rejected", "active-address-rejected", "client-behind-nat"], ..NONE },
        curl: NEITHER,
        ..BEHIND_NAT
    },
    Case {
        id: "client-two-addresses",
        shows: "data connections leave from another address than the control connection",
        client: ClientSide::Public,
        rules: Rules {
            gateway1: "table ip egress { chain post { type nat hook postrouting priority 90; oifname wan tcp dport != 21 snat to 203.0.113.200; }; }\n",
            ..NO_RULES
        },
        expect: Expect { fires: &["data-source-address-differs"], works: &[("pasv", false), ("port", true)], ..ACTIVE },
        curl: ONLY_ACTIVE,
        ..OPEN
    },
    Case {
        id: "server-nat-private-227",
        shows: "227 names a private address; the control connection's address works",
        expect: UNROUTABLE,
        ..SERVER_NAT
    },
    Case {
        id: "server-nat-private-227-trusted",
        shows: "the private address in 227 is dialled too, where the user trusts it",
        arguments: &["--trust-pasv-address"],
        expect: UNROUTABLE,
        ..SERVER_NAT
    },
    Case {
        id: "server-nat-private-227-proftpd",
        shows: "227 names a private address, ProFTPD",
        server: PROFTPD,
        expect: UNROUTABLE,
        ..SERVER_NAT
    },
    Case {
        id: "server-nat-private-227-pure-ftpd",
        shows: "227 names a private address, Pure-FTPd",
        server: PUREFTPD,
        expect: UNROUTABLE,
        ..SERVER_NAT
    },
    Case {
        id: "server-nat-private-227-pyftpdlib",
        shows: "227 names a private address, pyftpdlib",
        server: PYFTPDLIB,
        expect: UNROUTABLE,
        ..SERVER_NAT
    },
    Case {
        id: "server-nat-right-address",
        shows: "the server names its outer address",
        server: Server { settings: "pasv_address=198.18.0.20", ..VSFTPD },
        expect: RIGHT_ADDRESS,
        ..SERVER_NAT
    },
    Case {
        id: "server-nat-replaces-clients",
        shows: "the server's gateway puts its own address in the clients' place, and nobody may name it",
        server: Server { settings: "pasv_address=198.18.0.20", ..VSFTPD },
        server_side: ServerSide::Nat,
        rules: Rules { gateway2: REPLACES_CLIENTS, ..NO_RULES },
        expect: Expect {
            fires: &["active-address-rejected", "server-behind-nat"],
            not: &["client-behind-nat", "passive-address-unroutable"],
            side: "server",
            ..PASSIVE
        },
        curl: ONLY_PASSIVE,
        ..OPEN
    },
    Case {
        id: "server-nat-right-address-proftpd",
        shows: "the server names its outer address, ProFTPD",
        server: Server { settings: "MasqueradeAddress 198.18.0.20", ..PROFTPD },
        expect: RIGHT_ADDRESS,
        ..SERVER_NAT
    },
    Case {
        id: "server-nat-right-address-pure-ftpd",
        shows: "the server names its outer address, Pure-FTPd",
        server: Server { settings: "-P 198.18.0.20", ..PUREFTPD },
        expect: RIGHT_ADDRESS,
        ..SERVER_NAT
    },
    Case {
        id: "server-nat-right-address-pyftpdlib",
        shows: "the server names its outer address, pyftpdlib",
        server: Server { settings: "handler.masquerade_address = '198.18.0.20'", ..PYFTPDLIB },
        expect: RIGHT_ADDRESS,
        ..SERVER_NAT
    },
    Case {
        id: "nat-on-both-sides-right-address",
        shows: "a private client, a private server, all forwarded and named",
        client: ClientSide::Nat,
        server: Server { settings: "pasv_address=198.18.0.20", ..VSFTPD },
        expect: ADDRESS_REJECTED,
        curl: ONLY_PASSIVE,
        ..SERVER_NAT
    },
    Case {
        id: "server-nat-stale-address-proftpd",
        shows: "the server names a public address that is not its own any more, ProFTPD",
        server: Server { settings: "MasqueradeAddress 198.18.0.99", ..PROFTPD },
        expect: Expect {
            fires: &["passive-address-foreign"],
            not: &["passive-address-unroutable"],
            side: "server",
            ..EITHER
        },
        ..SERVER_NAT
    },
    Case {
        id: "server-nat-stale-address",
        shows: "the server names a public address that is not its own any more",
        server: Server { settings: "pasv_address=198.18.0.99", ..VSFTPD },
        expect: Expect {
            fires: &["passive-address-foreign"],
            not: &["passive-address-unroutable"],
            side: "server",
            ..EITHER
        },
        ..SERVER_NAT
    },
    Case {
        id: "server-nat-ports-not-forwarded",
        shows: "the passive range is not forwarded: the server's gateway refuses",
        server_side: ServerSide::NatOnlyControl,
        expect: Expect { fires: &["passive-port-refused", "passive-address-unroutable"], side: "server", ..ACTIVE },
        curl: ONLY_ACTIVE,
        ..OPEN
    },
    Case {
        id: "server-nat-ports-not-forwarded-right-address",
        shows: "the right address, and the passive range is not forwarded",
        server_side: ServerSide::NatOnlyControl,
        server: Server { settings: "pasv_address=198.18.0.20", ..VSFTPD },
        expect: Expect {
            fires: &["passive-port-refused", "server-behind-nat"],
            not: &["passive-address-unroutable"],
            side: "server",
            wall: Some((3, 3)),
            ..ACTIVE
        },
        curl: ONLY_ACTIVE,
        ..OPEN
    },
    Case {
        id: "server-nat-helper",
        shows: "the server's gateway rewrites 227 and opens the port",
        server_side: ServerSide::NatOnlyControl,
        rules: Rules { gateway2: HELPER, ..NO_RULES },
        expect: Expect {
            not: &["passive-address-unroutable", "passive-port-refused"],
            works: &[("pasv", true), ("epsv", true)],
            ..EITHER
        },
        ..OPEN
    },
    Case {
        id: "nat-on-both-sides",
        shows: "a private client, a private server, nothing forwarded",
        client: ClientSide::Nat,
        server_side: ServerSide::NatOnlyControl,
        expect: Expect { fires: &["passive-port-refused", "active-address-rejected", "client-behind-nat"], ..NONE },
        curl: NEITHER,
        ..OPEN
    },
];
