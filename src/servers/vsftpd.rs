//! vsftpd; names from vsftpd.conf(5).

use super::{Server, Settings};

pub static SERVER: Server = Server {
    id: "vsftpd",
    name: "vsftpd",
    checked_with: "documentation of 3.0.3",
    settings: Settings {
        passive_range: Some("pasv_min_port=40000 and pasv_max_port=40100 in vsftpd.conf"),
        external_address: Some(
            "pasv_address={address} in vsftpd.conf (a name in its place needs pasv_addr_resolve=YES too)",
        ),
        allow_passive: Some("pasv_enable=YES in vsftpd.conf, and PASV and EPSV not listed in cmds_denied"),
        allow_active: Some("port_enable=YES in vsftpd.conf, and PORT and EPRT not listed in cmds_denied"),
        allow_anonymous: Some("anonymous_enable=YES in vsftpd.conf"),
        connection_limit: Some("max_clients=0 and max_per_ip=0 in vsftpd.conf stand for no limit"),
        allow_plain: Some(
            "force_local_logins_ssl=NO and force_local_data_ssl=NO in vsftpd.conf (for anonymous users force_anon_logins_ssl=NO and force_anon_data_ssl=NO)",
        ),
        session_reuse: Some(
            "require_ssl_reuse=NO in vsftpd.conf, which gives up a protection against theft of transfers",
        ),
        idle_timeout: Some("idle_session_timeout=300 and data_connection_timeout=300, in seconds, in vsftpd.conf"),
        allow_foreign_data: Some(
            "pasv_promiscuous=YES in vsftpd.conf, which gives up a protection against theft of transfers",
        ),
    },
};
