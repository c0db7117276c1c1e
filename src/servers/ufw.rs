//! ufw, the "uncomplicated firewall" of Ubuntu; ufw(8), ufw-framework(8).

use super::{Group, HELPER_AND_TLS, LOOK_FROM_OUTSIDE, Product, Recipe, Step, TRY_ACTIVE, UNKNOWN};

pub static PRODUCT: Product = Product {
    id: "ufw",
    name: "ufw",
    aliases: &["Uncomplicated Firewall", "Ubuntu firewall", "gufw"],
    group: Group::Firewall,
    about: "ports let in and forwarded, active mode, the FTP helper",
    checked_with: "0.36.2 (Debian 12), the commands run dry and the sections taken by iptables-restore, no traffic sent, 2026-11",
    settings: UNKNOWN,
    recipe: Recipe {
        passive: &[
            Step::Say("On the server itself:"),
            Step::Run("ufw allow {port}/tcp\nufw allow {low}:{high}/tcp"),
            Step::Say(
                "On a router that translates the address, where the outer interface is called wan, above the line *filter, and \
                 after it `ufw route allow proto tcp to {inside} port {port}` and the same for `{low}:{high}`:",
            ),
            Step::Put {
                file: "/etc/ufw/before.rules",
                lines: "\
*nat
:PREROUTING ACCEPT [0:0]
-A PREROUTING -i wan -p tcp -m multiport --dports {port},{low}:{high} -j DNAT --to-destination {inside}
COMMIT",
            },
        ],
        address: &[Step::Say(
            "The server names its outer address itself: its own recipe has the setting. Only the FTP helper, below, mends it \
             on the way, and only in plain sessions.",
        )],
        active: &[
            Step::Say(
                "On the client, without a helper: the client listens at ports {client_low} to {client_high} alone, and where \
                 its address is translated names {client_address}.",
            ),
            Step::Run("ufw allow proto tcp from {address} to any port {client_low}:{client_high}"),
        ],
        helper: &[
            Step::Say(
                "ufw accepts what is related to a connection; since Linux 4.7 the helper must be put on the port of the \
                 control connection first, above the line *filter:",
            ),
            Step::Put {
                file: "/etc/ufw/before.rules",
                lines: "\
*raw
:PREROUTING ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
-A PREROUTING -p tcp --dport {port} -j CT --helper ftp
-A OUTPUT -p tcp --dport {port} -j CT --helper ftp
COMMIT",
            },
            Step::Put { file: "/etc/default/ufw", lines: "IPT_MODULES=\"nf_conntrack_ftp nf_nat_ftp\"" },
            Step::Say("Off again: take the lines out."),
        ],
        tls: &[HELPER_AND_TLS],
        reload: &[Step::Run("ufw reload")],
        check: &[
            Step::Run("ufw status numbered"),
            Step::Say("From outside, for the passive range:"),
            LOOK_FROM_OUTSIDE,
            Step::Say("From the client's side, for active mode without a helper:"),
            TRY_ACTIVE,
        ],
        mind: &[Step::Say("Ranges are written with a colon, and want the protocol named.")],
    },
    mends: &[
        "passive-port-dropped",
        "passive-port-refused",
        "passive-port-unreachable",
        "passive-range-partly-open",
        "active-callback-dropped",
        "local-firewall-drops-callback",
        "tls-blinds-ftp-helper",
    ],
};
