//! Nothing in the way: every server, both families, and what a healthy server may still do differently.

use super::{
    CURL, Case, Clients, Curl, EITHER, Expect, NO, OPEN, OVER_IPV6, PROFTPD, PUREFTPD, PYFTPDLIB, Server, VSFTPD,
};

const ALL_FOUR: &[(&str, bool)] = &[("pasv", true), ("epsv", true), ("port", true), ("eprt", true)];
const ALL_WORK: Expect = Expect { works: ALL_FOUR, side: "none", ..EITHER };
const CURL_V6: Curl = Curl { url: "ftp://[2001:db8:4::20]/", arguments: &["-g"], ..CURL };

pub static CASES: &[Case] = &[
    Case { id: "open-vsftpd", shows: "vsftpd, all open", expect: ALL_WORK, ..OPEN },
    Case { id: "open-proftpd", shows: "ProFTPD, all open", server: PROFTPD, expect: ALL_WORK, ..OPEN },
    Case { id: "open-pure-ftpd", shows: "Pure-FTPd, all open", server: PUREFTPD, expect: ALL_WORK, ..OPEN },
    Case { id: "open-pyftpdlib", shows: "pyftpdlib, all open", server: PYFTPDLIB, expect: ALL_WORK, ..OPEN },
    Case {
        id: "open-empty-folder",
        shows: "an empty listing is a success",
        server: Server { empty: true, ..VSFTPD },
        expect: ALL_WORK,
        ..OPEN
    },
    Case {
        id: "open-empty-folder-proftpd",
        shows: "an empty listing is a success, ProFTPD",
        server: Server { empty: true, ..PROFTPD },
        expect: ALL_WORK,
        ..OPEN
    },
    Case {
        id: "open-retrieve",
        shows: "a download in the place of a listing",
        arguments: &["--retrieve", "hello.txt"],
        expect: ALL_WORK,
        ..OPEN
    },
    Case {
        id: "open-missing-folder",
        shows: "a folder that is not there is not the mode's fault",
        arguments: &["--path", "/nowhere"],
        expect: Expect { fires: &["listing-refused"], ..ALL_WORK },
        ..OPEN
    },
    Case {
        id: "open-missing-file",
        shows: "a file that is not there: no data, and no mode to blame",
        server: PROFTPD,
        arguments: &["--retrieve", "nowhere.txt"],
        expect: Expect { recommendation: "none", fires: &["listing-refused"], exit: 2, ..EITHER },
        curl: Curl { url: "ftp://198.18.0.20/nowhere.txt", passive: NO, active: NO, ..CURL },
        clients: Clients::NotCompared("the check retrieves a file, and clients list"),
        ..OPEN
    },
    Case {
        id: "ipv6-open",
        server: OVER_IPV6,
        shows: "over IPv6, EPSV and EPRT",
        target: "[2001:db8:4::20]",
        expect: Expect { works: &[("epsv", true), ("eprt", true)], side: "none", ..EITHER },
        curl: CURL_V6,
        ..OPEN
    },
    Case {
        id: "ipv6-open-proftpd",
        shows: "over IPv6, ProFTPD",
        server: PROFTPD,
        target: "ftp6.test",
        expect: Expect { works: &[("epsv", true), ("eprt", true)], side: "none", ..EITHER },
        curl: CURL_V6,
        ..OPEN
    },
    Case {
        id: "server-for-one-connection",
        shows: "a limit of one connection a client does no harm while all goes well",
        server: Server { settings: "max_per_ip=1", ..VSFTPD },
        expect: ALL_WORK,
        clients: Clients::OneByOne,
        ..OPEN
    },
];
