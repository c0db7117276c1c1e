//! pyftpdlib; names of its Python API.

use super::{Server, Settings};

pub static SERVER: Server = Server {
    id: "pyftpdlib",
    name: "pyftpdlib",
    checked_with: "documentation of 1.5.7",
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
};
