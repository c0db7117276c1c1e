//! A home router of any make: what the pages are called differs, what is to be set does not.

use super::{Group, HELPER_AND_TLS, LOOK_FROM_OUTSIDE, Product, Recipe, Step, TRY_ACTIVE, UNKNOWN};

pub static PRODUCT: Product = Product {
    id: "home-router",
    name: "A home router",
    aliases: &["router", "FRITZ!Box", "modem", "NAT router", "DSL router", "port forwarding"],
    group: Group::Firewall,
    about: "port forwards, active mode, the FTP helper",
    checked_with: "no product in particular: what home routers have in common, tried with Linux as the router, 2026-11",
    settings: UNKNOWN,
    recipe: Recipe {
        passive: &[Step::Say(
            "Before a server: on the page for port forwarding (also: virtual servers, port sharing, NAT), forward TCP port \
             {port} and TCP ports {low} to {high} to {inside}, each to the same port. Give the server a fixed address inside \
             first.",
        )],
        address: &[Step::Say(
            "The server must name the router's outer address, {address}: its own recipe has the setting. Where the provider \
             changes that address, the server needs a setting that takes a dynamic DNS name.",
        )],
        active: &[
            Step::Say(
                "Before a client, passive mode needs nothing here and is to be preferred. For active mode there are two ways. \
                 The first is the router's FTP support (see below); the client stays as it is.",
            ),
            Step::Say(
                "The second: forward TCP ports {client_low} to {client_high} to {client}, have the client listen at these alone, \
                 and have it name {client_address}.",
            ),
            Step::Say("Not both: some routers' FTP support trips over a client that names the outer address already."),
        ],
        helper: &[Step::Say(
            "Routers call it FTP ALG, FTP passthrough, application layer gateway or NAT helper, and hide it among the \
             firewall's or NAT's advanced settings. Most watch port 21 alone. Switch it off where it garbles sessions, or \
             cuts them off.",
        )],
        tls: &[HELPER_AND_TLS],
        reload: &[Step::Say(
            "Apply; many routers restart for it. Sessions that stand keep what they had: connect again.",
        )],
        check: &[
            Step::Say("For a server behind it, from outside (from inside, many routers do not lead back in):"),
            LOOK_FROM_OUTSIDE,
            Step::Say("For a client behind it:"),
            TRY_ACTIVE,
            Step::Say("Whether it opens a port when a program asks (PCP, NAT-PMP, UPnP):"),
            Step::Run("ftpmode check {host}:{port} --port-mapping"),
        ],
        mind: &[Step::Say(
            "An outer address from 100.64.0.0 to 100.127.255.255, or a private one, is not the outermost: the provider \
             translates once more, no forwarded port leads in, and passive mode is all that a client has. Two routers in a row \
             must both forward.",
        )],
    },
    mends: &[
        "passive-port-dropped",
        "passive-port-refused",
        "client-behind-nat",
        "active-address-rejected",
        "active-callback-dropped",
        "active-callback-refused",
        "nat-hairpin",
        "ftp-helper-on-path",
        "tls-blinds-ftp-helper",
        "port-mapping-helps",
    ],
};
