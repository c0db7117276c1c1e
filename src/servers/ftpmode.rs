//! `ftpmode serve`.

use super::{Group, LET_THE_RANGE_IN, LOOK_FROM_OUTSIDE, NO_STEPS, Product, Recipe, Settings, Step, UNKNOWN};

pub static PRODUCT: Product = Product {
    id: "ftpmode",
    name: "ftpmode serve",
    aliases: &["ftpmode server"],
    group: Group::Server,
    about: "the known-good other end",
    checked_with: concat!(env!("CARGO_PKG_VERSION"), ", run in the lab, 2026-11"),
    settings: Settings {
        passive_range: Some("the option --passive-ports 40000-40100"),
        external_address: Some("the option --advertise {address}"),
        ..UNKNOWN
    },
    recipe: Recipe {
        passive: &[Step::Run("ftpmode serve --listen {port} --passive-ports {low}-{high}"), LET_THE_RANGE_IN],
        address: &[
            Step::Say("Only behind an address translation:"),
            Step::Run("ftpmode serve --listen {port} --passive-ports {low}-{high} --advertise {address}"),
        ],
        active: &[Step::Say(
            "Active mode is on, towards the client's own address as the server sees it and no other. The firewall of the \
             server must let connections out to the clients.",
        )],
        tls: &[
            Step::Run(
                "ftpmode serve --listen {port} --passive-ports {low}-{high} --tls --cert /etc/ssl/certs/ftp.pem --key /etc/ssl/private/ftp.key",
            ),
            Step::Say(
                "Without --cert and --key it makes a certificate for the run. Under TLS no firewall can read PASV and PORT \
                 any more: the range must be open and the address named.",
            ),
        ],
        reload: &[Step::Say("End it with Ctrl-C and start it again.")],
        check: &[
            Step::Say("From outside, where the passive ports named must lie from {low} to {high}:"),
            LOOK_FROM_OUTSIDE,
        ],
        ..NO_STEPS
    },
    mends: &["passive-port-dropped", "passive-address-unroutable"],
};
