//! What keeps it from ever coming to a data connection.

use super::{
    ACTIVE, CURL, Case, Clients, Curl, EITHER, Expect, Kind, NEITHER, NO, NO_RULES, OPEN, PASSIVE, PUREFTPD, PYFTPDLIB,
    Rules, Server, Truth, UNKNOWN, VSFTPD, YES, server,
};

const FAILS: Case = Case { curl: NEITHER, ..OPEN };
const NOT_FTP: Expect = Expect { fires: &["not-ftp"], not: &["no-greeting", "login-rejected"], ..UNKNOWN };
const CONTROL_DROPPED: Rules = Rules {
    gateway2: "table inet f { chain forward { type filter hook forward priority 0; iifname lan tcp dport 21 drop; }; }\n",
    ..NO_RULES
};
const CONTROL_ICMP: Rules = Rules {
    gateway2: "table inet f { chain forward { type filter hook forward priority 0; iifname lan tcp dport 21 reject with icmpx admin-prohibited; }; }\n",
    ..NO_RULES
};
const RANGE_DROPPED: Rules = Rules {
    server: "table inet f { chain input { type filter hook input priority 0; tcp dport 50000-50009 drop; }; }\n",
    ..NO_RULES
};
const CALLBACK_DROPPED: Rules = Rules {
    gateway1: "table inet f { chain forward { type filter hook forward priority 0; iifname wan ct state new drop; }; }\n",
    ..NO_RULES
};
const V6_DROPPED: Rules =
    Rules { gateway1: "table ip6 f { chain forward { type filter hook forward priority 0; drop; }; }\n", ..NO_RULES };
const BOB: &[&str] = &["-u", "bob:hunter2"];

/// Port 21 ends in one place, in nft's words.
macro_rules! ends {
    ($id:literal, $shows:literal, $host:ident, $hook:literal, $verdict:literal, $finding:literal, $side:literal) => {
        Case {
            id: concat!("control-ends-", $id),
            shows: $shows,
            rules: Rules {
                $host: concat!(
                    "table inet f { chain ",
                    $hook,
                    "s { type filter hook ",
                    $hook,
                    " priority 0; tcp dport 21 ",
                    $verdict,
                    "; }; }\n"
                ),
                ..NO_RULES
            },
            expect: Expect { fires: &[$finding], side: $side, ..UNKNOWN },
            by_both: true,
            ..FAILS
        }
    };
}

pub static CASES: &[Case] = &[
    ends!(
        "at-client-drops",
        "the client's gateway drops FTP",
        gateway1,
        "forward",
        "drop",
        "control-port-dropped",
        "client"
    ),
    ends!(
        "at-client-resets",
        "the client's gateway answers FTP with RST",
        gateway1,
        "forward",
        "reject with tcp reset",
        "control-port-refused",
        "client"
    ),
    ends!("between-drops", "a router between drops FTP", transit, "forward", "drop", "control-port-dropped", "unknown"),
    ends!(
        "between-resets",
        "a router between answers FTP with RST",
        transit,
        "forward",
        "reject with tcp reset",
        "control-port-refused",
        "unknown"
    ),
    ends!(
        "at-servers-router-drops",
        "the server's gateway drops FTP",
        gateway2,
        "forward",
        "drop",
        "control-port-dropped",
        "server"
    ),
    ends!(
        "at-server-drops",
        "the server's own firewall drops FTP",
        server,
        "input",
        "drop",
        "control-port-dropped",
        "server"
    ),
    ends!(
        "at-server-resets",
        "the server's own firewall answers FTP with RST",
        server,
        "input",
        "reject with tcp reset",
        "control-port-refused",
        "server"
    ),
    ends!(
        "at-server-drops-all",
        "the server's own firewall drops everything: it looks as if it were off",
        server,
        "input",
        "drop; drop",
        "control-port-dropped",
        "server"
    ),
    Case {
        id: "control-ends-nowhere-looked",
        shows: "the client's gateway drops FTP, and nobody looks where",
        rules: CONTROL_DROPPED,
        arguments: &["--locate", "never"],
        expect: Expect {
            fires: &["control-port-dropped"],
            not_tested: &["place-on-the-way"],
            side: "unknown",
            ..UNKNOWN
        },
        ..FAILS
    },
    Case {
        id: "control-closed",
        shows: "nobody listens on port 21",
        server: server(Kind::Nobody),
        expect: Expect { fires: &["control-port-refused"], side: "server", ..UNKNOWN },
        ..FAILS
    },
    Case {
        id: "control-dropped",
        shows: "port 21 is dropped",
        rules: CONTROL_DROPPED,
        expect: Expect { fires: &["control-port-dropped"], ..UNKNOWN },
        ..FAILS
    },
    Case {
        id: "control-icmp",
        shows: "a firewall answers for port 21 with ICMP",
        rules: CONTROL_ICMP,
        expect: Expect { fires: &["control-unreachable"], not: &["control-port-refused"], ..UNKNOWN },
        ..FAILS
    },
    Case {
        id: "control-icmp-in-the-servers-name",
        shows: "the client's gateway answers for port 21 with ICMP ahead of its routing, in the server's name",
        rules: Rules {
            gateway1: "table netdev wall { chain in { type filter hook ingress device lan priority 0; tcp dport 21 reject with icmp type admin-prohibited; }; }\n",
            ..NO_RULES
        },
        expect: Expect { fires: &["control-unreachable"], side: "client", ..UNKNOWN },
        ..FAILS
    },
    Case {
        id: "name-unknown",
        shows: "a name without an address",
        target: "nowhere.test",
        expect: Expect { fires: &["name-resolution-failed"], ..UNKNOWN },
        curl: Curl { url: "ftp://nowhere.test/", ..NEITHER },
        ..FAILS
    },
    Case {
        id: "ssh-on-21",
        shows: "an SSH server on port 21",
        server: server(Kind::Stub("ssh")),
        expect: NOT_FTP,
        ..FAILS
    },
    Case {
        id: "smtp-on-21",
        shows: "an SMTP server on port 21",
        server: server(Kind::Stub("smtp")),
        expect: NOT_FTP,
        ..FAILS
    },
    Case {
        id: "http-on-21",
        shows: "an HTTP server on port 21",
        server: server(Kind::Stub("http")),
        expect: NOT_FTP,
        ..FAILS
    },
    Case {
        id: "tls-on-21",
        shows: "a TLS server on port 21",
        server: server(Kind::Stub("tls")),
        expect: NOT_FTP,
        ..FAILS
    },
    Case {
        id: "silence-on-21",
        shows: "connected, and no greeting",
        server: server(Kind::Stub("silent")),
        expect: Expect { fires: &["no-greeting"], not: &["not-ftp"], ..UNKNOWN },
        ..FAILS
    },
    Case {
        id: "login-required",
        shows: "anonymous is refused",
        server: Server { settings: "anonymous_enable=NO\nlocal_enable=YES", ..VSFTPD },
        expect: Expect { fires: &["login-rejected"], not: &["tls-required"], ..UNKNOWN },
        ..FAILS
    },
    Case {
        id: "server-misconfigured",
        shows: "500 OOPS in the place of a greeting",
        server: Server { settings: "anon_root=/nowhere", ..VSFTPD },
        expect: Expect { fires: &["server-misconfigured"], not: &["login-rejected"], side: "server", ..UNKNOWN },
        ..FAILS
    },
    Case {
        id: "login-with-password",
        shows: "a user's password from the environment",
        server: PYFTPDLIB,
        arguments: &["--user", "bob"],
        environment: &[("FTPMODE_PASSWORD", "hunter2")],
        expect: Expect { side: "none", ..EITHER },
        curl: Curl { arguments: BOB, ..CURL },
        ..OPEN
    },
    Case {
        id: "login-with-password-file",
        shows: "a user's password from a file",
        server: PYFTPDLIB,
        arguments: &["--user", "bob", "--password-file", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/lab/password")],
        expect: Expect { side: "none", ..EITHER },
        curl: Curl { arguments: BOB, ..CURL },
        ..OPEN
    },
    Case {
        id: "login-in-url",
        shows: "a user's password in the URL",
        server: PYFTPDLIB,
        target: "ftp://bob:hunter2@198.18.0.20/",
        expect: Expect { side: "none", ..EITHER },
        curl: Curl { arguments: BOB, ..CURL },
        ..OPEN
    },
    Case {
        id: "login-wrong-password",
        shows: "a wrong password",
        server: PYFTPDLIB,
        arguments: &["--user", "bob"],
        environment: &[("FTPMODE_PASSWORD", "wrong")],
        expect: Expect { fires: &["login-rejected"], ..UNKNOWN },
        curl: Curl { arguments: &["-u", "bob:wrong"], ..NEITHER },
        ..OPEN
    },
    Case {
        id: "too-many-connections",
        shows: "421: the server's limit is reached by others",
        server: Server { settings: "max_clients=1", ..VSFTPD },
        connections_held: 1,
        expect: Expect { fires: &["too-many-connections"], not: &["login-rejected"], ..UNKNOWN },
        clients: Clients::OneByOne,
        ..FAILS
    },
    Case {
        id: "too-many-connections-pure-ftpd",
        shows: "421: the server's limit is reached by others, Pure-FTPd",
        server: Server { settings: "-c 1", ..PUREFTPD },
        connections_held: 1,
        expect: Expect { fires: &["too-many-connections"], not: &["login-rejected"], ..UNKNOWN },
        clients: Clients::OneByOne,
        ..FAILS
    },
    Case {
        id: "too-many-connections-from-here",
        shows: "421: this client's own other connection is the one that the server allows",
        server: Server { settings: "max_per_ip=1", ..VSFTPD },
        connections_held: 1,
        expect: Expect { fires: &["too-many-connections"], not: &["login-rejected"], ..UNKNOWN },
        clients: Clients::OneByOne,
        ..FAILS
    },
    Case {
        id: "one-connection-callback-dropped",
        shows: "one connection a client, and the callback dropped: passive was through before",
        server: Server { settings: "max_per_ip=1", ..VSFTPD },
        rules: CALLBACK_DROPPED,
        expect: Expect { fires: &["active-callback-dropped"], works: &[("pasv", true), ("epsv", true)], ..PASSIVE },
        // vsftpd still dials for the check when curl comes, and gives it 421.
        curl: Curl { passive: Truth::NotAsked, active: NO, ..CURL },
        clients: Clients::NotCompared("vsftpd holds on to a stalled session, and turns the next client away"),
        ..OPEN
    },
    Case {
        id: "one-connection-range-dropped",
        shows: "one connection a client, and the range dropped: strictly one after the other",
        server: Server { settings: "server.max_cons_per_ip = 1", ..PYFTPDLIB },
        rules: RANGE_DROPPED,
        expect: Expect { fires: &["passive-port-dropped"], ..ACTIVE },
        curl: Curl { passive: NO, active: YES, ..CURL },
        clients: Clients::OneByOne,
        ..OPEN
    },
    Case {
        id: "one-connection-server-keeps-it",
        shows: "one connection a client, and the server holds on to the stalled one: left in peace after 421",
        server: Server { settings: "max_per_ip=1", ..VSFTPD },
        rules: RANGE_DROPPED,
        expect: Expect { fires: &["passive-port-dropped"], side: "unknown", ..UNKNOWN },
        curl: Curl { passive: Truth::NotAsked, active: Truth::NotAsked, ..CURL },
        clients: Clients::NotCompared("vsftpd holds on to a stalled session, and turns the next client away"),
        ..OPEN
    },
    Case {
        id: "one-connection-passive-refused",
        shows: "one connection a client, and passive mode refused: active mode is tried in the same session",
        server: Server { settings: "max_per_ip=1\npasv_enable=NO", ..VSFTPD },
        expect: Expect { fires: &["passive-rejected"], ..ACTIVE },
        curl: Curl { passive: NO, active: YES, ..CURL },
        clients: Clients::OneByOne,
        ..OPEN
    },
    Case {
        id: "one-connection-range-dropped-pure-ftpd",
        shows: "one connection a client, and the range dropped: Pure-FTPd gives up the stalled session when it is reset",
        server: Server { settings: "-C 1", ..PUREFTPD },
        rules: RANGE_DROPPED,
        expect: Expect { fires: &["passive-port-dropped"], ..ACTIVE },
        curl: Curl { passive: NO, active: YES, ..CURL },
        clients: Clients::NotCompared("Pure-FTPd holds on to the clients' stalled sessions, and turns the next away"),
        ..OPEN
    },
    Case {
        id: "ipv6-broken-ipv4-fine",
        shows: "a name with both families, and IPv6 goes nowhere",
        rules: V6_DROPPED,
        target: "both.test",
        expect: Expect { fires: &["ipv6-unanswered"], works: &[("pasv", true), ("port", true)], ..EITHER },
        curl: Curl { url: "ftp://both.test/", ..CURL },
        ..OPEN
    },
];
