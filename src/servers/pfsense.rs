//! pfSense; menus as its documentation has them.

use super::{Group, HELPER_AND_TLS, LOOK_FROM_OUTSIDE, Product, Recipe, Step, TRY_ACTIVE, UNKNOWN};

pub static PRODUCT: Product = Product {
    id: "pfsense",
    name: "pfSense",
    aliases: &["Netgate", "pf", "ftp-proxy"],
    group: Group::Firewall,
    about: "port forwards, the FTP Client Proxy package",
    checked_with: "not run here; read in its documentation of 2.x (pfsense/docs), 2026-11",
    settings: UNKNOWN,
    recipe: Recipe {
        passive: &[Step::Say(
            "Before a server: Firewall, NAT, Port Forward, and two rules there. Interface WAN, protocol TCP, destination WAN \
             address, destination port {port}, redirect target {inside}, port {port}; and the same with destination ports \
             {low} to {high} and target port {low}. Leave the filter rule association as it is, so that the firewall lets in \
             what is forwarded.",
        )],
        address: &[Step::Say(
            "pfSense mends no replies since 2.2: the server names {address} itself, and its own recipe has the setting.",
        )],
        active: &[Step::Say(
            "Before clients: without the proxy, a port forward of {client_low} to {client_high} to {client}, and a client that \
             keeps to these ports and names {client_address}. A server's own active mode needs nothing, where connections \
             from inside may go out.",
        )],
        helper: &[Step::Say(
            "The proxy that was built in went with 2.2. System, Package Manager, Available Packages has FTP Client Proxy (the \
             program ftp-proxy of FreeBSD), and Services has its page then. It lets clients inside use active mode on servers \
             outside; it is not for a server inside.",
        )],
        tls: &[HELPER_AND_TLS],
        reload: &[Step::Say("Save, then Apply Changes. Sessions that stand keep what they had: connect again.")],
        check: &[
            Step::Say(
                "From outside, for the passive range (from inside it tells nothing, unless NAT reflection is on):",
            ),
            LOOK_FROM_OUTSIDE,
            Step::Say("From the client's side, for active mode without the proxy:"),
            TRY_ACTIVE,
        ],
        mind: &[Step::Say(
            "Firewalls with strict rules for what goes out must let clients reach all high ports for passive mode, since each \
             server has a range of its own.",
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
