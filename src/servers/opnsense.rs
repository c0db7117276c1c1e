//! OPNsense; menus and fields as its plugin os-ftp-proxy and ftp-proxy(8) have them.

use super::{Group, HELPER_AND_TLS, LOOK_FROM_OUTSIDE, Product, Recipe, Step, TRY_ACTIVE, UNKNOWN};

pub static PRODUCT: Product = Product {
    id: "opnsense",
    name: "OPNsense",
    aliases: &["os-ftp-proxy"],
    group: Group::Firewall,
    about: "port forwards, the plugin os-ftp-proxy",
    checked_with: "not run here; fields read in the plugin's source (opnsense/plugins, net/ftp-proxy), 2026-11",
    settings: UNKNOWN,
    recipe: Recipe {
        passive: &[Step::Say(
            "Before a server, and all that TLS needs: Firewall, NAT, Port Forward (Destination NAT in newer versions), and two \
             rules there. Interface WAN, protocol TCP, destination WAN address, destination port {port}, redirect target \
             {inside}, port {port}; and the same with destination ports {low} to {high} and target port {low}.",
        )],
        address: &[Step::Say(
            "The server names {address} itself: its own recipe has the setting. Or, in plain sessions alone, the proxy of the \
             FTP helper below mends it.",
        )],
        active: &[Step::Say(
            "Before clients: without the proxy, a port forward of {client_low} to {client_high} to {client}, and a client that \
             keeps to these ports and names {client_address}.",
        )],
        helper: &[
            Step::Say(
                "System, Firmware, Plugins: os-ftp-proxy; then Services, FTP Proxy: add one, listening at 127.0.0.1 port 8021. \
                 It gets nothing by itself: a port forward on LAN sends TCP to any address at port 21 to 127.0.0.1 port 8021. \
                 \"Rewrite source port\" lets connections in active mode come from port 20.",
            ),
            Step::Say(
                "For a server inside: another one, with Reverse address {inside} and Reverse port {port}, and a port forward on \
                 WAN to it. Off: untick enabled, and take the port forward away with it.",
            ),
        ],
        tls: &[HELPER_AND_TLS],
        reload: &[Step::Say("Save, then Apply. Sessions that stand keep what they had: connect again.")],
        check: &[
            Step::Say("From outside, for the passive range (from inside it tells nothing, unless reflection is on):"),
            LOOK_FROM_OUTSIDE,
            Step::Say("From the client's side, for active mode without the proxy:"),
            TRY_ACTIVE,
        ],
        mind: &[Step::Say(
            "With the proxy, the other end sees the firewall's address, and the proxy answers in the server's place.",
        )],
    },
    mends: &[
        "passive-port-dropped",
        "passive-port-refused",
        "passive-range-partly-open",
        "active-callback-dropped",
        "active-callback-refused",
        "ftp-helper-on-path",
        "tls-blinds-ftp-helper",
    ],
};
