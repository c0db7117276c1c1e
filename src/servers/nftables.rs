//! nftables; nft(8).

use super::{Group, HELPER_AND_TLS, LOOK_FROM_OUTSIDE, Product, Recipe, Step, TRY_ACTIVE, UNKNOWN};

pub static PRODUCT: Product = Product {
    id: "nftables",
    name: "nftables",
    aliases: &["nft", "Linux firewall", "netfilter"],
    group: Group::Firewall,
    about: "ports let in and forwarded, active mode, the FTP helper",
    checked_with: "1.0.6 (Debian 12, Linux 6.18), the rules run in the lab, 2026-11",
    settings: UNKNOWN,
    recipe: Recipe {
        passive: &[
            Step::Say(
                "On the server itself, a whole ruleset: it takes the place of every rule that stands. In one that you have, it is \
                 the last line of the chain that counts, and it must come before whatever drops:",
            ),
            Step::Put {
                file: "/etc/nftables.conf",
                lines: "\
flush ruleset

table inet filter {
  chain input {
    type filter hook input priority filter; policy drop;
    ct state established,related accept
    ct state invalid drop
    iifname \"lo\" accept
    meta l4proto { icmp, ipv6-icmp } accept
    tcp dport 22 accept
    tcp dport { {port}, {low}-{high} } accept
  }
}",
            },
            Step::Say("On a router that translates the address, where the outer interface is called wan:"),
            Step::Put {
                file: "/etc/nftables.conf of the router",
                lines: "\
table ip ftp_forward {
  chain prerouting {
    type nat hook prerouting priority dstnat; policy accept;
    iifname \"wan\" tcp dport { {port}, {low}-{high} } dnat to {inside}
  }
}",
            },
            Step::Say("And where the router's forward chain drops, before whatever drops there:"),
            Step::Run(
                "nft insert rule inet filter forward ip daddr {inside} tcp dport { {port}, {low}-{high} } accept",
            ),
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
            Step::Run(
                "nft insert rule inet filter input ip saddr {address} tcp dport {client_low}-{client_high} accept",
            ),
            Step::Say("On a router that translates the client's address:"),
            Step::Put {
                file: "/etc/nftables.conf of the client's router",
                lines: "\
table ip ftp_active {
  chain prerouting {
    type nat hook prerouting priority dstnat; policy accept;
    iifname \"wan\" ip saddr {address} tcp dport {client_low}-{client_high} dnat to {client}
  }
}",
            },
            Step::Say("And where its forward chain drops, before whatever drops there:"),
            Step::Run(
                "nft insert rule inet filter forward ip saddr {address} ip daddr {client} tcp dport {client_low}-{client_high} accept",
            ),
            Step::Say("With the helper on that router none of this is wanted, and the client names its own address."),
        ],
        helper: &[
            Step::Say(
                "On since Linux 4.7 only where a rule says so; the port of the control connection decides. The output chain is \
                 for clients on the computer itself.",
            ),
            Step::Put {
                file: "/etc/nftables.conf",
                lines: "\
table inet ftp_helper {
  ct helper ftp {
    type \"ftp\" protocol tcp
  }
  chain prerouting {
    type filter hook prerouting priority filter; policy accept;
    tcp dport {port} ct helper set \"ftp\"
  }
  chain output {
    type filter hook output priority filter; policy accept;
    tcp dport {port} ct helper set \"ftp\"
  }
}",
            },
            Step::Say(
                "The data connections then count as related, which the chains must accept (`ct state established,related \
                 accept`). On kernels with modules:",
            ),
            Step::Run("modprobe -a nf_conntrack_ftp nf_nat_ftp"),
            Step::Say("Off again:"),
            Step::Run("nft delete table inet ftp_helper"),
        ],
        tls: &[HELPER_AND_TLS],
        reload: &[
            Step::Say("After a look at the whole file. Sessions that stand keep the helper they had: connect again."),
            Step::Run("nft -c -f /etc/nftables.conf && systemctl reload nftables"),
        ],
        check: &[
            Step::Run("nft list ruleset"),
            Step::Say("From outside, for the passive range and for the helper:"),
            LOOK_FROM_OUTSIDE,
            Step::Run("ftpmode check {host}:{port} --thorough --tls both"),
            Step::Say("From the client's side, for active mode without a helper:"),
            TRY_ACTIVE,
        ],
        mind: &[Step::Say(
            "An accept in one table does not overrule a drop in another: put the rule into the chain that drops.",
        )],
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
