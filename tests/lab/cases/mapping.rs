//! A router that opens ports when asked (miniupnpd), and one that does not.

use crate::network::Network;

use super::{Case, ClientSide, Curl, Expect, NO_RULES, ONLY_PASSIVE, OPEN, PASSIVE, Rules};

/// The chains that miniupnpd fills, before the masquerading.
const CHAINS: Rules = Rules {
    gateway1: "table inet miniupnpd {
 chain forward { type filter hook forward priority 0; jump miniupnpd; }
 chain miniupnpd { }
 chain prerouting { type nat hook prerouting priority -100; jump prerouting_miniupnpd; }
 chain prerouting_miniupnpd { }
 chain postrouting { type nat hook postrouting priority 90; jump postrouting_miniupnpd; }
 chain postrouting_miniupnpd { }
}
",
    ..NO_RULES
};
const ASKED: Case = Case {
    client: ClientSide::Nat,
    rules: CHAINS,
    arguments: &["--port-mapping"], // curl asks no router.
    curl: Curl { agrees: false, ..ONLY_PASSIVE },
    ..OPEN
};
const HELPS: Expect = Expect {
    fires: &["port-mapping-helps", "active-address-rejected", "client-behind-nat"],
    side: "client",
    ..PASSIVE
};

const SERVER_STAYS_IN: &str = "table inet f { chain output { type filter hook output priority 0; oifname lan ct state new meta l4proto tcp drop; }; }\n";

/// Ports that the client's gateway forwards still.
fn left_open(network: &Network) -> Vec<String> {
    let listed = network.command("g1", "nft").args(["list", "table", "inet", "miniupnpd"]).output();
    let rules = match listed {
        Ok(output) if output.status.success() => String::from_utf8_lossy(&output.stdout).into_owned(),
        Ok(output) => return vec![String::from_utf8_lossy(&output.stderr).into_owned()],
        Err(error) => return vec![error.to_string()],
    };
    let left = rules.contains(" dnat ").then(|| format!("the router still forwards:\n{rules}"));
    left.into_iter().collect()
}

pub static CASES: &[Case] = &[
    Case {
        id: "port-mapping-pcp",
        shows: "the router opens a port by PCP or NAT-PMP, and active mode is still not what clients have here",
        arguments: &["--port-mapping", "--require", "active"],
        router: "enable_natpmp=yes\nenable_upnp=yes",
        expect: Expect { exit: 2, ..HELPS },
        ..ASKED
    },
    Case {
        id: "port-mapping-upnp",
        shows: "the router opens a port by UPnP",
        router: "enable_natpmp=no\nenable_upnp=yes",
        expect: HELPS,
        ..ASKED
    },
    Case {
        id: "port-mapping-refused",
        shows: "the router knows neither",
        rules: NO_RULES,
        expect: Expect {
            not: &["port-mapping-helps"],
            not_tested: &["port-mapping"],
            fires: &["active-address-rejected"],
            ..HELPS
        },
        ..ASKED
    },
    Case {
        id: "port-mapping-no-port-here",
        shows: "the router would open a port, and this computer may not listen at the only one that is allowed",
        arguments: &["--port-mapping", "--active-ports", "80-80"],
        router: "enable_natpmp=yes\nenable_upnp=yes",
        expect: Expect {
            not: &["port-mapping-helps"],
            not_tested: &["port-mapping"],
            fires: &["client-behind-nat"],
            side: "none",
            ..PASSIVE
        },
        ..ASKED
    },
    Case {
        id: "port-mapping-cut-short",
        shows: "the check ends while it waits at the port that the router opened: the router has closed it",
        arguments: &["--port-mapping", "--deadline", "3s"],
        rules: Rules { server: SERVER_STAYS_IN, ..CHAINS },
        router: "enable_natpmp=yes\nenable_upnp=yes",
        expect: Expect {
            fires: &["active-address-rejected"],
            not: &["port-mapping-helps", "port-mapping-in-vain"],
            ..HELPS
        },
        besides: left_open,
        ..ASKED
    },
    Case {
        id: "port-mapping-not-asked",
        shows: "the router would open a port, and nobody asks it",
        arguments: &[],
        router: "enable_natpmp=yes\nenable_upnp=yes",
        expect: Expect { not: &["port-mapping-helps"], fires: &["active-address-rejected"], ..HELPS },
        ..ASKED
    },
];
