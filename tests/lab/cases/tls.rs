//! Under TLS: what helpers cannot read any more, what servers demand, and whose certificate nobody vouches for.
//! curl, in plain, shows what plain comes to at the same server; lftp and openssl show TLS.

use super::{
    ACTIVE, AUTHORITY, CURL, Case, ClientSide, Curl, EITHER, Expect, Lftp, NEITHER, NO, NO_LFTP, NO_RULES, NONE,
    ONLY_PASSIVE, OPEN, OVER_IPV6, PASSIVE, PROFTPD, PUREFTPD, PYFTPDLIB, Rules, Server, ServerSide, Truth, UNKNOWN,
    VSFTPD, YES,
};
use crate::agreement::Clients;
use crate::tls::{Certificate, Demanded, Reuse, Tls, Versions};

/// conntrack's FTP helper on port 21.
const HELPER: &str = "table ip helper {
 ct helper ftp21 { type \"ftp\" protocol tcp; }
 chain pre { type filter hook prerouting priority 0; tcp dport 21 ct helper set \"ftp21\"; }
}
";

const EXPLICIT: &[&str] = &["--tls", "explicit", "--ca-file", AUTHORITY];
/// The same without its authority: nobody vouches.
const NOBODY_VOUCHES: &[&str] = &["--tls", "explicit"];
const INSECURE: &[&str] = &["--tls", "explicit", "--insecure"];
const IMPLICIT: &[&str] = &["--tls", "implicit", "--ca-file", AUTHORITY];
const IN_PLAIN_TOO: &[&str] = &["--tls", "both", "--ca-file", AUTHORITY];

const LISTS: Lftp = Lftp { passive: YES, active: YES, ..NO_LFTP };
/// curl speaks plain here, so it proves nothing about a check under TLS.
const PLAIN: Curl = Curl { agrees: false, ..CURL };
const PLAIN_REFUSED: Curl = Curl { agrees: false, ..NEITHER };
const NO_TROUBLE: &[&str] = &["certificate-untrusted", "tls-failed", "data-tls-failed", "tls-blinds-ftp-helper"];

const FINE: Expect = Expect { not: NO_TROUBLE, side: "none", security: "explicit-tls", ..EITHER };
/// Nothing to mend for a client that resumes its session, and a word on why others fail.
const REUSE_TOLD: Expect = Expect { fires: &["data-session-reuse-required"], ..FINE };
const UNTRUSTED: Expect = Expect {
    fires: &["certificate-untrusted"],
    not: &["tls-failed", "data-tls-failed", "passive-port-dropped", "active-callback-dropped"],
    side: "server",
    ..EITHER
};
/// Plain logins are refused: this the tool can say today.
const TLS_REQUIRED: Expect = Expect { fires: &["tls-required"], not: &["login-rejected"], side: "client", ..UNKNOWN };

/// TLS is offered and nothing is in the way.
const OFFERED: Case =
    Case { server: with(VSFTPD, Tls::OFFERED), arguments: EXPLICIT, expect: FINE, curl: PLAIN, lftp: LISTS, ..OPEN };
const REUSE: Tls = Tls { reuse: Reuse::Required, ..Tls::OFFERED };
const DEMANDED: Tls = Tls { demanded: Demanded::ControlAndData, ..Tls::OFFERED };
const DEMANDED_OF_CONTROL: Tls = Tls { demanded: Demanded::Control, ..Tls::OFFERED };
const ONLY_12: Tls = Tls { versions: Versions::Only12, ..REUSE };
const ONLY_13: Tls = Tls { versions: Versions::Only13, ..REUSE };
const SELF_SIGNED: Tls = Tls { certificate: Certificate::SelfSigned, ..Tls::OFFERED };
const EXPIRED: Tls = Tls { certificate: Certificate::Expired, ..Tls::OFFERED };
const FROM_THE_FIRST_BYTE: Tls = Tls { implicit: true, ..REUSE };

const REUSE_REQUIRED: Case = Case { server: with(VSFTPD, REUSE), expect: REUSE_TOLD, ..OFFERED };
const REQUIRED: Case = Case { server: with(VSFTPD, DEMANDED), curl: PLAIN_REFUSED, ..OFFERED };
/// The check goes in plain, and needs to know nothing of TLS.
const REQUIRED_IN_PLAIN: Case = Case { arguments: &["--tls", "off"], expect: TLS_REQUIRED, lftp: NO_LFTP, ..REQUIRED };
/// Nobody says how to go: the check begins in plain, is turned away, and goes on under TLS.
const REQUIRED_AUTO: Case = Case {
    arguments: &["--ca-file", AUTHORITY],
    expect: Expect { fires: &["tls-required"], security: "explicit-tls", ..FINE },
    ..REQUIRED
};
/// The same where TLS is offered: the features tell.
const OFFERED_AUTO: Case = Case { arguments: &["--ca-file", AUTHORITY], ..OFFERED };
/// An implicit server answers no one who speaks first in plain, so curl is not kept waiting.
const WITHOUT_AUTH: Case = Case {
    server: Server { port: 990, ..with(VSFTPD, FROM_THE_FIRST_BYTE) },
    target: "ftps://198.18.0.20",
    arguments: IMPLICIT,
    expect: Expect { security: "implicit-tls", ..REUSE_TOLD },
    curl: Curl { passive: Truth::NotAsked, active: Truth::NotAsked, ..PLAIN },
    lftp: Lftp { url: "ftps://198.18.0.20:990/", ..LISTS },
    ..OFFERED
};

/// The server speaks no TLS at all.
const WITHOUT_TLS: Case = Case {
    server: VSFTPD,
    arguments: EXPLICIT,
    expect: Expect { fires: &["tls-unsupported"], not: &["tls-failed"], side: "server", ..UNKNOWN },
    curl: PLAIN,
    ..OPEN
};

/// PORT names the private address and the helper cannot read it.
const CLIENT_HELPER: Case = Case {
    client: ClientSide::Nat,
    rules: Rules { gateway1: HELPER, ..NO_RULES },
    arguments: IN_PLAIN_TOO,
    expect: Expect {
        fires: &["tls-blinds-ftp-helper", "ftp-helper-on-path", "client-behind-nat"],
        not: &["certificate-untrusted", "tls-failed", "data-tls-failed"],
        ..PASSIVE
    },
    lftp: Lftp { active: NO, ..LISTS },
    ..OFFERED
};
/// 227 names the private address, and the port that the helper would have opened stays closed.
const SERVER_HELPER: Case = Case {
    server_side: ServerSide::NatOnlyControl,
    rules: Rules { gateway2: HELPER, ..NO_RULES },
    arguments: IN_PLAIN_TOO,
    expect: Expect {
        fires: &["tls-blinds-ftp-helper", "passive-port-refused"],
        not: &["certificate-untrusted", "tls-failed", "data-tls-failed"],
        ..ACTIVE
    },
    lftp: Lftp { passive: NO, ..LISTS },
    ..OFFERED
};

/// What is longer than a SYN and its answers towards the passive range: the handshake's first flight.
const RESETS_HANDSHAKES: &str = "table ip inspection {
 chain through { type filter hook forward priority 0; tcp dport 50000-50009 ip length > 120 reject with tcp reset; }
}
";
const DROPS_HANDSHAKES: &str = "table ip inspection {
 chain through { type filter hook forward priority 0; tcp dport 50000-50009 ip length > 120 drop; }
}
";
/// Which of the two sides resets can't be seen from the client.
const DATA_TLS_BROKEN: Expect = Expect {
    fires: &["data-tls-failed"],
    not: &["data-session-reuse-required", "passive-port-dropped", "transfer-failed", "control-idle-dropped"],
    side: "unknown",
    ..ACTIVE
};

const fn with(server: Server, tls: Tls) -> Server {
    Server { tls: Some(tls), ..server }
}

pub static CASES: &[Case] = &[
    Case { id: "tls-vsftpd", shows: "TLS is offered, vsftpd", ..OFFERED },
    Case { id: "tls-proftpd", shows: "TLS is offered, ProFTPD", server: with(PROFTPD, Tls::OFFERED), ..OFFERED },
    Case { id: "tls-pure-ftpd", shows: "TLS is offered, Pure-FTPd", server: with(PUREFTPD, Tls::OFFERED), ..OFFERED },
    Case { id: "tls-pyftpdlib", shows: "TLS is offered, pyftpdlib", server: with(PYFTPDLIB, Tls::OFFERED), ..OFFERED },
    Case {
        id: "tls-reuse-vsftpd",
        shows: "data connections must resume the session: vsftpd ends it all without",
        ..REUSE_REQUIRED
    },
    Case {
        id: "tls-reuse-proftpd",
        shows: "data connections must resume the session: ProFTPD answers 425 without",
        server: with(PROFTPD, REUSE),
        ..REUSE_REQUIRED
    },
    Case { id: "tls12-vsftpd", shows: "TLS 1.2 alone, vsftpd", server: with(VSFTPD, ONLY_12), ..REUSE_REQUIRED },
    Case { id: "tls12-proftpd", shows: "TLS 1.2 alone, ProFTPD", server: with(PROFTPD, ONLY_12), ..REUSE_REQUIRED },
    Case { id: "tls13-vsftpd", shows: "TLS 1.3 alone, vsftpd", server: with(VSFTPD, ONLY_13), ..REUSE_REQUIRED },
    Case { id: "tls13-proftpd", shows: "TLS 1.3 alone, ProFTPD", server: with(PROFTPD, ONLY_13), ..REUSE_REQUIRED },
    Case {
        id: "tls12-pure-ftpd",
        shows: "TLS 1.2 alone, Pure-FTPd",
        server: with(PUREFTPD, Tls { versions: Versions::Only12, ..Tls::OFFERED }),
        ..OFFERED
    },
    Case {
        id: "tls13-pure-ftpd",
        shows: "TLS 1.3 alone, Pure-FTPd",
        server: with(PUREFTPD, Tls { versions: Versions::Only13, ..Tls::OFFERED }),
        ..OFFERED
    },
    Case {
        id: "tls12-pyftpdlib",
        shows: "TLS 1.2 alone, pyftpdlib",
        server: with(PYFTPDLIB, Tls { versions: Versions::Only12, ..Tls::OFFERED }),
        ..OFFERED
    },
    Case {
        id: "tls13-pyftpdlib",
        shows: "TLS 1.3 alone, pyftpdlib",
        server: with(PYFTPDLIB, Tls { versions: Versions::Only13, ..Tls::OFFERED }),
        ..OFFERED
    },
    Case { id: "tls-demanded-vsftpd", shows: "nothing goes in plain, vsftpd", ..REQUIRED },
    Case {
        id: "tls-demanded-proftpd",
        shows: "nothing goes in plain, ProFTPD",
        server: with(PROFTPD, DEMANDED),
        ..REQUIRED
    },
    Case {
        id: "tls-demanded-pure-ftpd",
        shows: "nothing goes in plain, Pure-FTPd",
        server: with(PUREFTPD, DEMANDED),
        ..REQUIRED
    },
    Case {
        id: "tls-demanded-pyftpdlib",
        shows: "nothing goes in plain, pyftpdlib",
        server: with(PYFTPDLIB, DEMANDED),
        ..REQUIRED
    },
    Case {
        id: "tls-demanded-of-control-vsftpd",
        shows: "no login in plain, and data as the client likes, vsftpd",
        server: with(VSFTPD, DEMANDED_OF_CONTROL),
        ..REQUIRED
    },
    Case {
        id: "tls-demanded-of-control-proftpd",
        shows: "no login in plain, and data as the client likes, ProFTPD",
        server: with(PROFTPD, DEMANDED_OF_CONTROL),
        ..REQUIRED
    },
    Case {
        id: "tls-demanded-of-control-pure-ftpd",
        shows: "no login in plain, and data as the client likes, Pure-FTPd",
        server: with(PUREFTPD, DEMANDED_OF_CONTROL),
        ..REQUIRED
    },
    Case {
        id: "tls-demanded-of-control-pyftpdlib",
        shows: "no login in plain, and data as the client likes, pyftpdlib",
        server: with(PYFTPDLIB, DEMANDED_OF_CONTROL),
        ..REQUIRED
    },
    Case {
        id: "tls-demanded-in-plain-vsftpd",
        shows: "a check in plain where vsftpd demands TLS",
        ..REQUIRED_IN_PLAIN
    },
    Case {
        id: "tls-demanded-in-plain-proftpd",
        shows: "a check in plain where ProFTPD demands TLS",
        server: with(PROFTPD, DEMANDED),
        ..REQUIRED_IN_PLAIN
    },
    Case {
        id: "tls-demanded-in-plain-pure-ftpd",
        shows: "a check in plain where Pure-FTPd demands TLS",
        server: with(PUREFTPD, DEMANDED),
        ..REQUIRED_IN_PLAIN
    },
    Case {
        id: "tls-demanded-in-plain-pyftpdlib",
        shows: "a check in plain where pyftpdlib demands TLS",
        server: with(PYFTPDLIB, DEMANDED),
        ..REQUIRED_IN_PLAIN
    },
    Case { id: "tls-demanded-auto-vsftpd", shows: "vsftpd demands TLS and nobody said so before", ..REQUIRED_AUTO },
    Case {
        id: "tls-demanded-auto-proftpd",
        shows: "ProFTPD demands TLS and nobody said so before",
        server: with(PROFTPD, DEMANDED),
        ..REQUIRED_AUTO
    },
    Case {
        id: "tls-demanded-auto-pure-ftpd",
        shows: "Pure-FTPd demands TLS and nobody said so before: it is asked for TLS before any login",
        server: with(PUREFTPD, DEMANDED),
        expect: FINE,
        ..REQUIRED_AUTO
    },
    Case {
        id: "tls-demanded-auto-pyftpdlib",
        shows: "pyftpdlib demands TLS and nobody said so before",
        server: with(PYFTPDLIB, DEMANDED),
        ..REQUIRED_AUTO
    },
    Case { id: "tls-auto-vsftpd", shows: "vsftpd's features list AUTH TLS, and that is enough", ..OFFERED_AUTO },
    Case {
        id: "tls-auto-one-connection",
        shows: "one connection a client, and the session begun in plain counts until the server has ended it",
        server: Server { settings: "max_per_ip=1", ..with(VSFTPD, Tls::OFFERED) },
        clients: Clients::OneByOne,
        ..OFFERED_AUTO
    },
    Case {
        id: "tls-auto-proftpd",
        shows: "ProFTPD's features list AUTH TLS, and that is enough",
        server: with(PROFTPD, Tls::OFFERED),
        ..OFFERED_AUTO
    },
    Case {
        id: "tls-auto-pure-ftpd",
        shows: "Pure-FTPd's features list AUTH TLS, and that is enough",
        server: with(PUREFTPD, Tls::OFFERED),
        ..OFFERED_AUTO
    },
    Case {
        id: "tls-auto-pyftpdlib",
        shows: "pyftpdlib's features list AUTH TLS, and that is enough",
        server: with(PYFTPDLIB, Tls::OFFERED),
        ..OFFERED_AUTO
    },
    Case {
        id: "tls-clear-data-vsftpd",
        shows: "vsftpd demands PROT P, and the client says PROT C",
        arguments: &["--tls", "explicit", "--ca-file", AUTHORITY, "--prot", "C"],
        expect: Expect { fires: &["data-protection-required"], side: "client", ..NONE },
        lftp: Lftp { agrees: false, ..LISTS },
        ..REQUIRED
    },
    Case {
        id: "tls-clear-data-proftpd",
        shows: "ProFTPD demands PROT P, and the client says PROT C",
        server: with(PROFTPD, DEMANDED),
        arguments: &["--tls", "explicit", "--ca-file", AUTHORITY, "--prot", "C"],
        expect: Expect { fires: &["data-protection-required"], side: "client", ..NONE },
        lftp: Lftp { agrees: false, ..LISTS },
        ..REQUIRED
    },
    Case { id: "tls-implicit-vsftpd", shows: "TLS from the first byte on, vsftpd", ..WITHOUT_AUTH },
    Case {
        id: "tls-implicit-proftpd",
        shows: "TLS from the first byte on, ProFTPD",
        server: Server { port: 990, ..with(PROFTPD, FROM_THE_FIRST_BYTE) },
        ..WITHOUT_AUTH
    },
    Case {
        id: "tls-upload",
        shows: "a user whose password goes to a trusted server writes a file under TLS, and deletes it",
        server: Server {
            settings: "handler.authorizer.user_table['bob']['perm'] = 'elradfmwMT'",
            ..with(PYFTPDLIB, Tls::OFFERED)
        },
        target: "ftpes://bob@198.18.0.20",
        environment: &[("FTPMODE_PASSWORD", "hunter2")],
        arguments: &["--ca-file", AUTHORITY, "--upload", "--transfer-size", "1MiB"],
        expect: Expect { not: &["listing-refused", "transfer-failed", "data-tls-failed"], ..FINE },
        ..OFFERED
    },
    Case {
        id: "tls-ipv6",
        shows: "over IPv6, vsftpd demanding the session",
        server: with(OVER_IPV6, REUSE),
        target: "[2001:db8:4::20]",
        curl: Curl { url: "ftp://[2001:db8:4::20]/", arguments: &["-g"], ..PLAIN },
        lftp: Lftp { url: "ftp://[2001:db8:4::20]/", ..LISTS },
        ..REUSE_REQUIRED
    },
    Case {
        id: "tls-idle",
        shows: "an encrypted control connection that is quiet for 2 s, and a file transferred before",
        server: with(PROFTPD, Tls::OFFERED),
        arguments: &["--tls", "explicit", "--ca-file", AUTHORITY, "--idle", "2s", "--transfer-size", "1MiB"],
        expect: Expect { not: &["control-idle-dropped", "transfer-stalled", "data-tls-failed"], ..FINE },
        ..OFFERED
    },
    Case { id: "tls-refused-vsftpd", shows: "AUTH TLS where vsftpd has none", ..WITHOUT_TLS },
    Case { id: "tls-refused-proftpd", shows: "AUTH TLS where ProFTPD has none", server: PROFTPD, ..WITHOUT_TLS },
    Case { id: "tls-refused-pure-ftpd", shows: "AUTH TLS where Pure-FTPd has none", server: PUREFTPD, ..WITHOUT_TLS },
    Case { id: "tls-refused-pyftpdlib", shows: "AUTH TLS where pyftpdlib has none", server: PYFTPDLIB, ..WITHOUT_TLS },
    Case {
        id: "tls-implicit-at-21",
        shows: "TLS from the first byte on at a port that speaks plain",
        target: "198.18.0.20:21",
        arguments: IMPLICIT,
        expect: Expect { fires: &["tls-failed"], not: &["no-greeting", "not-ftp"], side: "client", ..UNKNOWN },
        ..WITHOUT_TLS
    },
    Case {
        id: "tls-plain-at-990",
        shows: "a check in plain at a port that waits for TLS",
        target: "198.18.0.20:990",
        arguments: &["--tls", "off"],
        expect: Expect { fires: &["no-greeting"], not: &["not-ftp"], side: "client", ..UNKNOWN },
        lftp: NO_LFTP,
        ..WITHOUT_AUTH
    },
    Case {
        id: "tls-self-signed",
        shows: "a certificate that the server signed itself",
        server: with(VSFTPD, SELF_SIGNED),
        expect: UNTRUSTED,
        ..OFFERED
    },
    Case {
        id: "tls-self-signed-insecure",
        shows: "the same, where the user takes any certificate",
        server: with(PROFTPD, SELF_SIGNED),
        arguments: INSECURE,
        expect: UNTRUSTED,
        ..OFFERED
    },
    Case {
        id: "tls-expired",
        shows: "a certificate whose days are over",
        server: with(PROFTPD, EXPIRED),
        expect: UNTRUSTED,
        ..OFFERED
    },
    Case {
        id: "tls-authority-unknown",
        shows: "a certificate by an authority that this computer does not know",
        server: with(PUREFTPD, Tls::OFFERED),
        arguments: NOBODY_VOUCHES,
        expect: UNTRUSTED,
        ..OFFERED
    },
    Case {
        id: "tls-data-reset",
        shows: "a firewall resets data connections whose first bytes it can't read, vsftpd",
        rules: Rules { gateway2: RESETS_HANDSHAKES, ..NO_RULES },
        expect: DATA_TLS_BROKEN,
        lftp: Lftp { passive: NO, ..LISTS },
        ..OFFERED
    },
    Case {
        id: "tls-data-dropped",
        shows: "a firewall drops the first bytes of data connections, ProFTPD",
        server: with(PROFTPD, Tls::OFFERED),
        rules: Rules { gateway2: DROPS_HANDSHAKES, ..NO_RULES },
        expect: DATA_TLS_BROKEN,
        lftp: Lftp { passive: NO, ..LISTS },
        ..OFFERED
    },
    Case { id: "tls-client-helper-vsftpd", shows: "TLS blinds the client's helper, vsftpd", ..CLIENT_HELPER },
    Case {
        id: "tls-client-helper-proftpd",
        shows: "TLS blinds the client's helper, ProFTPD",
        server: with(PROFTPD, Tls::OFFERED),
        ..CLIENT_HELPER
    },
    Case {
        id: "tls-client-helper-pure-ftpd",
        shows: "TLS blinds the client's helper, Pure-FTPd",
        server: with(PUREFTPD, Tls::OFFERED),
        ..CLIENT_HELPER
    },
    Case {
        id: "tls-client-helper-pyftpdlib",
        shows: "TLS blinds the client's helper, pyftpdlib",
        server: with(PYFTPDLIB, Tls::OFFERED),
        ..CLIENT_HELPER
    },
    Case {
        id: "tls-client-nat",
        shows: "a NAT without helper: active fails in plain and under TLS, and TLS blinds nobody",
        rules: NO_RULES,
        expect: Expect {
            fires: &["active-address-rejected", "client-behind-nat"],
            not: &["tls-blinds-ftp-helper", "ftp-helper-on-path"],
            side: "client",
            ..PASSIVE
        },
        curl: Curl { agrees: false, ..ONLY_PASSIVE },
        ..CLIENT_HELPER
    },
    Case { id: "tls-server-helper-vsftpd", shows: "TLS blinds the server's helper, vsftpd", ..SERVER_HELPER },
    Case {
        id: "tls-server-helper-proftpd",
        shows: "TLS blinds the server's helper, ProFTPD",
        server: with(PROFTPD, Tls::OFFERED),
        ..SERVER_HELPER
    },
    Case {
        id: "tls-server-helper-pure-ftpd",
        shows: "TLS blinds the server's helper, Pure-FTPd",
        server: with(PUREFTPD, Tls::OFFERED),
        ..SERVER_HELPER
    },
    Case {
        id: "tls-server-helper-pyftpdlib",
        shows: "TLS blinds the server's helper, pyftpdlib",
        server: with(PYFTPDLIB, Tls::OFFERED),
        ..SERVER_HELPER
    },
];
