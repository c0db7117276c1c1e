//! Large transfers, links that carry small packets only, and connections that are forgotten.

use super::{ACTIVE, CURL, Case, Curl, EITHER, Expect, NO, NO_RULES, OPEN, PROFTPD, PYFTPDLIB, Rules, Server, VSFTPD};

/// Packets from the server are too large for a link, and nobody tells it.
const HOLE: Rules = Rules {
    gateway2: "table inet f { chain output { type filter hook output priority 0; icmp type destination-unreachable drop; }; }\n",
    gateway2_script: "ip link set lan mtu 600",
    ..NO_RULES
};
/// The client's gateway forgets quiet connections, and then knows nobody's packets.
const FORGETFUL: Rules = Rules {
    gateway1: "table inet f { chain forward { type filter hook forward priority 0; ct state established,related accept; tcp flags syn / syn,ack,rst,fin accept; tcp flags & (syn|ack|rst|fin) == syn|ack accept; drop; }; }\n",
    gateway1_script: "echo 2 > /proc/sys/net/netfilter/nf_conntrack_tcp_timeout_established\necho 0 > /proc/sys/net/netfilter/nf_conntrack_tcp_loose",
    ..NO_RULES
};
/// Data connections towards the passive range come about, and what the server sends on them gets lost.
const LISTING_LOST: Rules = Rules {
    gateway2: "table inet f { chain forward { type filter hook forward priority 0; tcp sport 50000-50009 ip length > 100 drop; }; }\n",
    ..NO_RULES
};
const LARGE: &[&str] = &["--transfer-size", "1MiB"];
const OF_LARGE_FILE: Curl = Curl { url: "ftp://198.18.0.20/large.bin", ..CURL };

pub static CASES: &[Case] = &[
    Case {
        id: "large-open",
        shows: "a large file is transferred",
        arguments: LARGE,
        expect: Expect { not: &["transfer-stalled"], side: "none", ..EITHER },
        curl: OF_LARGE_FILE,
        ..OPEN
    },
    Case {
        id: "large-mtu-hole",
        shows: "large packets get lost, and nobody tells the server",
        rules: HOLE,
        arguments: LARGE,
        expect: Expect { fires: &["transfer-stalled"], side: "network", ..EITHER },
        curl: Curl { passive: NO, active: NO, agrees: false, ..OF_LARGE_FILE },
        ..OPEN
    },
    Case {
        id: "large-mtu-hole-proftpd",
        shows: "large packets get lost, ProFTPD",
        rules: HOLE,
        server: PROFTPD,
        arguments: LARGE,
        expect: Expect { fires: &["transfer-stalled"], side: "network", ..EITHER },
        curl: Curl { passive: NO, active: NO, agrees: false, ..OF_LARGE_FILE },
        ..OPEN
    },
    Case {
        id: "large-mtu-hole-active",
        shows: "large packets get lost in active mode: the small segments are asked for by the listener",
        rules: HOLE,
        arguments: &["--transfer-size", "1MiB", "--method", "port"],
        expect: Expect { fires: &["transfer-stalled"], side: "network", ..ACTIVE },
        curl: Curl { passive: NO, active: NO, agrees: false, ..OF_LARGE_FILE },
        ..OPEN
    },
    Case {
        id: "listing-lost",
        shows: "passive data connections come about, and the listing never arrives",
        rules: LISTING_LOST,
        expect: Expect { fires: &["transfer-stalled"], not: &["passive-port-dropped"], ..ACTIVE },
        curl: super::ONLY_ACTIVE,
        ..OPEN
    },
    Case {
        id: "large-file-too-small",
        shows: "the largest file is smaller than what was asked for",
        arguments: &["--transfer-size", "4MiB"],
        expect: Expect { not: &["transfer-stalled"], side: "none", ..EITHER },
        curl: OF_LARGE_FILE,
        ..OPEN
    },
    Case {
        id: "upload",
        shows: "a file is written, measured and deleted",
        server: Server { settings: "handler.authorizer.user_table['bob']['perm'] = 'elradfmwMT'", ..PYFTPDLIB },
        target: "ftp://bob@198.18.0.20",
        environment: &[("FTPMODE_PASSWORD", "hunter2")],
        arguments: &["--upload", "--transfer-size", "1MiB"],
        expect: Expect { not: &["listing-refused", "transfer-failed"], side: "none", ..EITHER },
        ..OPEN
    },
    Case {
        id: "upload-refused",
        shows: "the server takes no files, and the mode is not to blame",
        server: PYFTPDLIB,
        arguments: &["--upload"],
        expect: Expect { fires: &["listing-refused"], side: "none", ..EITHER },
        ..OPEN
    },
    Case {
        id: "idle-survives",
        shows: "a control connection that is quiet for 3 s",
        arguments: &["--idle", "3s"],
        expect: Expect { not: &["control-idle-dropped"], side: "none", ..EITHER },
        ..OPEN
    },
    Case {
        id: "idle-forgotten",
        shows: "the client's gateway forgets connections that are quiet for 2 s",
        rules: FORGETFUL,
        arguments: &["--idle", "5s"],
        expect: Expect { fires: &["control-idle-dropped"], ..EITHER },
        ..OPEN
    },
    Case {
        id: "idle-ended-by-server",
        shows: "the server ends sessions that are quiet for 2 s, and says so",
        server: Server { settings: "idle_session_timeout=2", ..VSFTPD },
        arguments: &["--idle", "30s"],
        expect: Expect { fires: &["control-idle-dropped"], side: "server", ..EITHER },
        ..OPEN
    },
];
