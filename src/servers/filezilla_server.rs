//! FileZilla Server 1.x; names of its administration interface.

use super::{Group, LET_THE_RANGE_IN, LOOK_FROM_OUTSIDE, NO_STEPS, Product, Recipe, Settings, Step, UNKNOWN};

pub static PRODUCT: Product = Product {
    id: "filezilla-server",
    name: "FileZilla Server",
    aliases: &["FileZilla FTP Server", "FZ Server"],
    group: Group::Server,
    about: "passive range, outer address, TLS",
    checked_with: "not run here; names read in its documentation of 1.x (filezillapro.com), 2026-11",
    settings: Settings {
        passive_range: Some(
            "Settings, Protocols settings, FTP and FTP over TLS (FTPS), Passive mode: \"Use custom port range\", 40000 to 40100",
        ),
        external_address: Some(
            "Settings, Protocols settings, FTP and FTP over TLS (FTPS), Passive mode: \"Use the following host\" {address}, and \"Use default host for local connections\" ticked",
        ),
        allow_plain: Some(
            "Settings, FTP and FTP over TLS (FTPS), the listener's Protocol: \"Explicit FTP over TLS and insecure plain FTP\"",
        ),
        ..UNKNOWN
    },
    recipe: Recipe {
        passive: &[
            Step::Say(
                "In the administration interface: Server, Configure, Protocols settings, FTP and FTP over TLS (FTPS), \
                 Passive mode. Tick \"Use custom port range\" and enter from {low} to {high}. The maker's advice is more ports \
                 than transfers within four minutes.",
            ),
            LET_THE_RANGE_IN,
        ],
        address: &[Step::Say(
            "On the same page: \"Use the following host\" {address} (a name will do). Tick \"Use default host for local \
             connections\", so that clients in the server's own network get its own address.",
        )],
        active: &[Step::Say(
            "Its documentation names no setting for it. The firewall of the server must let the program filezilla-server.exe \
             connect out to the clients.",
        )],
        tls: &[Step::Say(
            "The certificate is chosen under FTP and FTP over TLS (FTPS), Connection security. Data connections under TLS \
             must resume the control connection's session: clients that can't, fail, and its documentation names no \
             setting against it. No firewall can read PASV and PORT under TLS: the range must be open and the host set.",
        )],
        reload: &[Step::Say("Apply in the same window. Sessions that stand keep what they had: connect again.")],
        check: &[
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
        "tls-blinds-ftp-helper",
    ],
};
