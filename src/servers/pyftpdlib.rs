//! pyftpdlib; names of its Python API.

use super::{Group, LET_THE_RANGE_IN, LOOK_FROM_OUTSIDE, NO_STEPS, Product, Recipe, Settings, Step};

pub static PRODUCT: Product = Product {
    id: "pyftpdlib",
    name: "pyftpdlib",
    aliases: &["Python FTP server"],
    group: Group::Server,
    about: "passive range, outer address, active mode, TLS",
    checked_with: "1.5.7 (Debian 12), the script run in the lab, 2026-11",
    settings: Settings {
        passive_range: Some("handler.passive_ports = range(40000, 40101)"),
        external_address: Some("handler.masquerade_address = '{address}'"),
        allow_passive: Some("PASV and EPSV left in handler.proto_cmds"),
        allow_active: Some("PORT and EPRT left in handler.proto_cmds"),
        allow_anonymous: Some("authorizer.add_anonymous('/srv/ftp')"),
        connection_limit: Some("server.max_cons = 512 and server.max_cons_per_ip = 0, where 0 stands for no limit"),
        allow_plain: Some("handler.tls_control_required = False and handler.tls_data_required = False"),
        session_reuse: None,
        idle_timeout: Some("handler.timeout = 300, in seconds"),
        allow_foreign_data: Some(
            "handler.permit_foreign_addresses = True, which gives up a protection against theft of transfers",
        ),
    },
    recipe: Recipe {
        passive: &[
            Step::Say("A whole server; in one that you have, it is the lines with `handler.` that count."),
            Step::Put {
                file: "ftpserver.py",
                lines: "\
from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.handlers import FTPHandler
from pyftpdlib.servers import FTPServer

authorizer = DummyAuthorizer()
authorizer.add_anonymous('/srv/ftp')

handler = FTPHandler
handler.authorizer = authorizer
handler.passive_ports = range({low}, {high} + 1)

server = FTPServer(('', {port}), handler)
server.serve_forever()",
            },
            LET_THE_RANGE_IN,
        ],
        address: &[
            Step::Say("Only where the server stands behind an address translation; above the line with `server =`:"),
            Step::Put { file: "the same file", lines: "handler.masquerade_address = '{address}'" },
            Step::Say("A server with several addresses of its own names an outer one for each:"),
            Step::Put { file: "the same file", lines: "handler.masquerade_address_map = {'{inside}': '{address}'}" },
        ],
        active: &[Step::Say(
            "Active mode is on; the connection comes from any port of the server. The server's own firewall must let \
             connections out to the clients. PORT may name no address but the client's as the server sees it, unless \
             permit_foreign_addresses is set.",
        )],
        tls: &[
            Step::Say("With pyOpenSSL installed, another handler takes the place of FTPHandler:"),
            Step::Put {
                file: "the same file",
                lines: "\
from pyftpdlib.handlers import TLS_FTPHandler

handler = TLS_FTPHandler
handler.certfile = '/etc/ssl/private/ftp.pem'",
            },
            Step::Say(
                "The file has the key and the certificate one after the other. Under TLS no firewall can read PASV and \
                 PORT any more: the range must be open and the address set as above.",
            ),
        ],
        reload: &[Step::Say("End the program and start it again:"), Step::Run("python3 ftpserver.py")],
        check: &[
            Step::Say("Its first lines tell the range and the address:"),
            Step::Say("`masquerade (NAT) address: {address}`, `passive ports: {low}->{high}`"),
            Step::Say("From outside, where the passive ports named must lie from {low} to {high}:"),
            LOOK_FROM_OUTSIDE,
        ],
        ..NO_STEPS
    },
    mends: &[
        "passive-port-dropped",
        "passive-port-refused",
        "passive-address-unroutable",
        "passive-address-foreign",
        "passive-range-partly-open",
        "passive-rejected",
        "active-rejected",
        "active-address-rejected",
        "tls-blinds-ftp-helper",
    ],
};
