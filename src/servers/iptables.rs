//! iptables; iptables-extensions(8).

use super::{Group, HELPER_AND_TLS, LOOK_FROM_OUTSIDE, Product, Recipe, Step, TRY_ACTIVE, UNKNOWN};

pub static PRODUCT: Product = Product {
    id: "iptables",
    name: "iptables",
    aliases: &["ip6tables", "iptables-persistent", "nf_conntrack_ftp", "ip_conntrack_ftp"],
    group: Group::Firewall,
    about: "ports let in and forwarded, active mode, the FTP helper",
    checked_with: "1.8.9 (Debian 12, Linux 6.18), the rules run in the lab, 2026-11",
    settings: UNKNOWN,
    recipe: Recipe {
        passive: &[
            Step::Say(
                "On the server itself, a whole ruleset: it takes the place of the filter rules that stand. In one that you have, \
                 it is the last -A INPUT line that counts, and it must come before whatever drops or rejects:",
            ),
            Step::Put {
                file: "/etc/iptables/rules.v4 (Red Hat and kin: /etc/sysconfig/iptables)",
                lines: "\
*filter
:INPUT DROP [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
-A INPUT -i lo -j ACCEPT
-A INPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT
-A INPUT -p icmp -j ACCEPT
-A INPUT -p tcp --dport 22 -j ACCEPT
-A INPUT -p tcp -m multiport --dports {port},{low}:{high} -j ACCEPT
COMMIT",
            },
            Step::Say("On a router that translates the address, where the outer interface is called wan:"),
            Step::Put {
                file: "the router's rules",
                lines: "\
*nat
:PREROUTING ACCEPT [0:0]
-A PREROUTING -i wan -p tcp -m multiport --dports {port},{low}:{high} -j DNAT --to-destination {inside}
COMMIT
*filter
:FORWARD DROP [0:0]
-A FORWARD -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT
-A FORWARD -d {inside} -p tcp -m multiport --dports {port},{low}:{high} -j ACCEPT
COMMIT",
            },
        ],
        address: &[Step::Say(
            "The server names its outer address itself: its own recipe has the setting. Only the FTP helper, below, mends it \
             on the way, and only in plain sessions.",
        )],
        active: &[
            Step::Say(
                "Before a client, without a helper: the client listens at ports {client_low} to {client_high} alone, and names \
                 {client_address}. On the client itself:",
            ),
            Step::Run("iptables -I INPUT -s {address} -p tcp --dport {client_low}:{client_high} -j ACCEPT"),
            Step::Say("On a router that translates the client's address:"),
            Step::Run(
                "\
iptables -t nat -I PREROUTING -i wan -s {address} -p tcp --dport {client_low}:{client_high} -j DNAT --to-destination {client}
iptables -I FORWARD -s {address} -d {client} -p tcp --dport {client_low}:{client_high} -j ACCEPT",
            ),
            Step::Say("With the helper on that router none of this is wanted, and the client names its own address."),
        ],
        helper: &[
            Step::Say(
                "On since Linux 4.7 only where a rule says so; the port of the control connection decides. The OUTPUT line is \
                 for clients on the computer itself.",
            ),
            Step::Put {
                file: "the same rules, a section of its own",
                lines: "\
*raw
:PREROUTING ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
-A PREROUTING -p tcp --dport {port} -j CT --helper ftp
-A OUTPUT -p tcp --dport {port} -j CT --helper ftp
COMMIT",
            },
            Step::Say(
                "The data connections then count as RELATED, which INPUT and FORWARD must accept. On kernels with modules:",
            ),
            Step::Run("modprobe -a nf_conntrack_ftp nf_nat_ftp"),
            Step::Say("Off again:"),
            Step::Run(
                "\
iptables -t raw -D PREROUTING -p tcp --dport {port} -j CT --helper ftp
iptables -t raw -D OUTPUT -p tcp --dport {port} -j CT --helper ftp",
            ),
            Step::Say(
                "Kernels before 6 may still have the switch that puts the helper on every port 21 by itself, \
                 `sysctl net.netfilter.nf_conntrack_helper=1`. Rules are to be preferred: the switch is gone since.",
            ),
        ],
        tls: &[HELPER_AND_TLS],
        reload: &[
            Step::Say("After a look at the whole file. Sessions that stand keep the helper they had: connect again."),
            Step::Run("iptables-restore --test /etc/iptables/rules.v4 && iptables-restore /etc/iptables/rules.v4"),
        ],
        check: &[
            Step::Say("The counters at the beginning of each line grow with the packets that it matched:"),
            Step::Run("iptables -nvL; iptables -t raw -nvL; iptables -t nat -nvL"),
            Step::Say("From outside, for the passive range and for the helper:"),
            LOOK_FROM_OUTSIDE,
            Step::Run("ftpmode check {host}:{port} --thorough --tls both"),
            Step::Say("From the client's side, for active mode without a helper:"),
            TRY_ACTIVE,
        ],
        mind: &[Step::Say("IPv6 has rules of its own: the same lines with ip6tables and rules.v6, without the translation.")],
    },
    mends: &[
        "passive-port-dropped",
        "passive-port-refused",
        "passive-port-unreachable",
        "passive-range-partly-open",
        "active-callback-dropped",
        "active-callback-refused",
        "local-firewall-drops-callback",
        "ftp-helper-on-path",
        "tls-blinds-ftp-helper",
    ],
};
