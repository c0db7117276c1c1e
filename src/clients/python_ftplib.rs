//! Python's ftplib; calls from its documentation, rules from `Lib/ftplib.py`.

use super::rules::{Dials, Earlier, Listing, Rules, Sessions, Setting, Step, Tls, Vouching, Way};
use super::{Client, UNKNOWN};

pub static CLIENT: Client = Client {
    id: "python-ftplib",
    name: "Python ftplib",
    checked_with: "3.11, run in the lab, 2026-11",
    recipe: UNKNOWN,
    rules: Some(Rules {
        used_as: "ftp = ftplib.FTP(host); ftp.login(); ftp.retrlines('LIST')",
        source: "CPython 3.11, Lib/ftplib.py; bpo-43285 for the address in 227",
        way: Way { ipv4: &[Step::pasv(Dials::Peer, &[])], ipv6: &[Step::epsv(&[])] },
        settings: &[
            Setting {
                text: "ftp.trust_server_pasv_ipv4_address = True",
                way: Way { ipv4: &[Step::pasv(Dials::Told, &[])], ipv6: &[] },
            },
            Setting { text: "ftp.set_pasv(False)", way: Way { ipv4: &[Step::port(&[])], ipv6: &[Step::eprt(&[])] } },
        ],
        earlier: Some(Earlier {
            before: "3.9.3 (3.6.14, 3.7.11, 3.8.9)",
            way: Way { ipv4: &[Step::pasv(Dials::Told, &[])], ipv6: &[Step::epsv(&[])] },
        }),
        tls: Tls {
            explicit: Some("ftplib.FTP_TLS and prot_p()"),
            implicit: None,
            vouching: Vouching::Ignores,
            sessions: Sessions::New,
        },
        listing: Listing::List,
    }),
};
