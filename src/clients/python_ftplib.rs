//! Python's ftplib; calls from its documentation, rules from `Lib/ftplib.py`.

use super::rules::{
    DataHandshake, Dials, Earlier, Listing, Manner, Rules, Sessions, Setting, Step, Tls, Unasked, Vouching, Way,
    WithoutPrivacy,
};
use super::{Client, Recipe, UNKNOWN};

pub static CLIENT: Client = Client {
    id: "python-ftplib",
    name: "Python ftplib",
    aliases: &["Python", "Python FTP"],
    checked_with: "3.11, run against the diagnosis server, 2026-11",
    recipe: Recipe {
        passive: Some("Passive mode is what ftplib does by itself; `ftp.set_pasv(True)` brings it back."),
        active: Some("`ftp.set_pasv(False)`."),
        control_peer: Some(
            "From 3.9.3 on (3.6.14, 3.7.11 and 3.8.9 too) ftplib ignores the address in 227 by itself. `ftp.trust_server_pasv_ipv4_address = True` has it dial that address again.",
        ),
        without_extended: Some("Over IPv4 ftplib uses neither EPSV nor EPRT."),
        tls: Some(
            "`ftplib.FTP_TLS(host)`, and `ftp.prot_p()` after the login for encrypted data connections. Certificates are checked only with `context=ssl.create_default_context()`. There is no implicit TLS.",
        ),
        log: Some("`ftp.set_debuglevel(2)` prints the dialogue."),
        mind: Some(
            "ftplib does not resume the TLS session on data connections: servers that demand it (vsftpd's require_ssl_reuse, FileZilla Server) refuse its transfers.",
        ),
        ..UNKNOWN
    },
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
        earlier: &[Earlier {
            before: "3.9.3 (3.6.14, 3.7.11, 3.8.9)",
            way: Way { ipv4: &[Step::pasv(Dials::Told, &[])], ipv6: &[Step::epsv(&[])] },
        }],
        tls: Tls {
            explicit: Some("ftplib.FTP_TLS and prot_p()"),
            implicit: None,
            vouching: Vouching::Ignores,
            sessions: Sessions::New,
            without_privacy: WithoutPrivacy::Fails,
            unasked: Unasked::Never,
            data: DataHandshake::WithTheTransfer,
        },
        listing: Listing::List,
        manner: Manner::Plain,
    }),
};
