//! Under TLS: what helpers cannot read any more, what servers demand, and whose certificate nobody vouches for.

use super::{
    AUTHORITY, CURL, Case, EITHER, Expect, Lftp, NO_LFTP, OPEN, PROFTPD, PUREFTPD, PYFTPDLIB, Server, VSFTPD, YES,
};
use crate::tls::Tls;

/// Whether the tool knows `--tls`, `--ca-file` and `--insecure`: true, and these cases ask it too.
const CHECK_KNOWS_TLS: bool = false;

const BOTH: Lftp = Lftp { passive: YES, active: YES, ..NO_LFTP };
const EXPLICIT: &[&str] = &["--tls", "explicit", "--ca-file", AUTHORITY];
const FINE: Expect = Expect { not: &["certificate-untrusted", "data-tls-failed"], side: "none", ..EITHER };
/// TLS is offered and nothing is in the way; curl, in plain, is asked whether plain still works.
const SECURED: Case = Case {
    server: with(VSFTPD, Tls::OFFERED),
    arguments: EXPLICIT,
    expect: FINE,
    curl: super::Curl { agrees: false, ..CURL },
    lftp: BOTH,
    witness_only: !CHECK_KNOWS_TLS,
    ..OPEN
};

const fn with(server: Server, tls: Tls) -> Server {
    Server { tls: Some(tls), ..server }
}

pub static CASES: &[Case] = &[
    Case { id: "tls-vsftpd", shows: "TLS, vsftpd", ..SECURED },
    Case { id: "tls-proftpd", shows: "TLS, ProFTPD", server: with(PROFTPD, Tls::OFFERED), ..SECURED },
    Case { id: "tls-pure-ftpd", shows: "TLS, Pure-FTPd", server: with(PUREFTPD, Tls::OFFERED), ..SECURED },
    Case { id: "tls-pyftpdlib", shows: "TLS, pyftpdlib", server: with(PYFTPDLIB, Tls::OFFERED), ..SECURED },
];
